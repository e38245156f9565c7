#include "core/row_hash.h"

#include <cmath>

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace pyforge::core {
namespace {

std::shared_ptr<arrow::RecordBatch> OneColumn(const std::shared_ptr<arrow::DataType>& type,
                                              std::string_view json) {
  auto array = *arrow::json::ArrayFromJSONString(type, std::string(json));
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("v", type)}), array->length(),
                                  {array});
}

std::vector<uint64_t> Hashes(const std::shared_ptr<arrow::DataType>& type, std::string_view json) {
  std::vector<uint64_t> hashes;
  const Status status = HashRows(*OneColumn(type, json), &hashes);
  EXPECT_TRUE(status.ok()) << status;
  return hashes;
}

TEST(HashRows, DoesNotDependOnHowTextIsStored) {
  const auto plain = Hashes(arrow::utf8(), R"(["a", null, "a longer text than eight", ""])");
  EXPECT_EQ(Hashes(arrow::large_utf8(), R"(["a", null, "a longer text than eight", ""])"), plain);
  EXPECT_EQ(Hashes(arrow::utf8_view(), R"(["a", null, "a longer text than eight", ""])"), plain);
  EXPECT_EQ(Hashes(arrow::dictionary(arrow::int32(), arrow::utf8()),
                   R"(["a", null, "a longer text than eight", ""])"),
            plain);
  EXPECT_NE(plain[1], plain[3]);  // null is not the empty text
}

TEST(HashRows, DoesNotDependOnTheWidthOfADecimal) {
  EXPECT_EQ(Hashes(arrow::decimal128(10, 2), R"(["-12.50", "0.00", null])"),
            Hashes(arrow::decimal256(40, 2), R"(["-12.50", "0.00", null])"));
}

TEST(HashRows, TakesAllNaNsAndBothZerosAsOneValueEach) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0, std::nan("1"), -std::nan("2"), 1.0}).ok());
  auto array = *builder.Finish();
  auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("v", arrow::float64())}), 5, {array});
  std::vector<uint64_t> hashes;
  ASSERT_TRUE(HashRows(*batch, &hashes).ok());
  EXPECT_EQ(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[2], hashes[3]);
  EXPECT_NE(hashes[0], hashes[4]);
}

TEST(HashRows, SeesNestedValuesAndTheirNulls) {
  const auto list = Hashes(arrow::list(arrow::int64()), "[[1, 2], [1], [], null, [2, 1], [1, 2]]");
  EXPECT_EQ(list[0], list[5]);
  for (size_t i = 1; i < 5; ++i) EXPECT_NE(list[0], list[i]) << i;
  const auto type =
      arrow::struct_({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())});
  const auto structs =
      Hashes(type, R"([{"a": 1, "b": "x"}, {"a": 1, "b": null}, null, {"a": 1, "b": "x"}])");
  EXPECT_EQ(structs[0], structs[3]);
  EXPECT_NE(structs[0], structs[1]);
  EXPECT_NE(structs[1], structs[2]);
  const auto maps =
      Hashes(arrow::map(arrow::utf8(), arrow::int32()), R"([[["k", 1]], [["k", 2]]])");
  EXPECT_NE(maps[0], maps[1]);
  const auto fixed = Hashes(arrow::fixed_size_list(arrow::int32(), 2), "[[1, 2], null, [1, 2]]");
  EXPECT_EQ(fixed[0], fixed[2]);
}

TEST(HashRows, CoversBooleansTimesAndBinary) {
  EXPECT_NE(Hashes(arrow::boolean(), "[true, false]")[0], Hashes(arrow::boolean(), "[false]")[0]);
  const auto timestamps = Hashes(arrow::timestamp(arrow::TimeUnit::MICRO), "[1, 1, 2]");
  EXPECT_EQ(timestamps[0], timestamps[1]);
  EXPECT_NE(timestamps[1], timestamps[2]);
  EXPECT_NE(Hashes(arrow::fixed_size_binary(2), R"(["ab", "ac"])")[0],
            Hashes(arrow::fixed_size_binary(2), R"(["ac"])")[0]);
  EXPECT_EQ(Hashes(arrow::null(), "[null]"), Hashes(arrow::int32(), "[null]"));
}

TEST(HashRows, RefusesTypesWithoutAValueForm) {
  auto batch = OneColumn(arrow::month_day_nano_interval(), "[[1, 2, 3]]");
  std::vector<uint64_t> hashes;
  const Status status = HashRows(*batch, &hashes);
  ASSERT_TRUE(FailedWith(status, kUnsupportedType)) << status;
  EXPECT_EQ(DetailOf(status)->where().column, "v");
}

TEST(RowChecksum, DoesNotDependOnTheOrderOfRowsOrOnBatches) {
  RowChecksum whole, parts, swapped, other;
  ASSERT_TRUE(whole.Add(*OneColumn(arrow::int64(), "[1, 2, 3, null]")).ok());
  ASSERT_TRUE(parts.Add(*OneColumn(arrow::int64(), "[3, null]")).ok());
  ASSERT_TRUE(parts.Add(*OneColumn(arrow::int64(), "[2, 1]")).ok());
  ASSERT_TRUE(swapped.Add(*OneColumn(arrow::int64(), "[null, 3, 1]")).ok());
  RowChecksum rest;
  ASSERT_TRUE(rest.Add(*OneColumn(arrow::int64(), "[2]")).ok());
  swapped.Merge(rest);
  EXPECT_EQ(whole, parts);
  EXPECT_EQ(whole, swapped);
  EXPECT_EQ(whole.rows(), 4);
  EXPECT_EQ(whole.ToString().size(), 32U);
  ASSERT_TRUE(other.Add(*OneColumn(arrow::int64(), "[1, 2, 2, null]")).ok());
  EXPECT_FALSE(whole == other);
  EXPECT_NE(whole.ToString(), other.ToString());
}

TEST(RowChecksum, ColumnsAreNotExchangeable) {
  const auto type =
      arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::int64())});
  auto one = *arrow::json::ArrayFromJSONString(arrow::int64(), "[1]");
  auto two = *arrow::json::ArrayFromJSONString(arrow::int64(), "[2]");
  RowChecksum ab, ba;
  ASSERT_TRUE(ab.Add(*arrow::RecordBatch::Make(type, 1, {one, two})).ok());
  ASSERT_TRUE(ba.Add(*arrow::RecordBatch::Make(type, 1, {two, one})).ok());
  EXPECT_FALSE(ab == ba);
}

}  // namespace
}  // namespace pyforge::core
