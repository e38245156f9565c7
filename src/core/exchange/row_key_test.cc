#include "core/exchange/row_key.h"

#include <cmath>
#include <limits>
#include <string>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/exchange/errors.h"
#include "pyforge/input.h"

namespace pyforge::core {
namespace {

using arrow::TimeUnit;
using testing::HasSubstr;

std::shared_ptr<arrow::RecordBatch> OneColumn(const std::shared_ptr<arrow::Array>& array) {
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("k", array->type())}),
                                  array->length(), {array});
}

RowKeys Keys(const std::shared_ptr<arrow::RecordBatch>& batch, std::vector<SortKey> keys,
             size_t group_count = 0) {
  RowKeys out;
  auto encoder = RowKeyEncoder::Make(*batch->schema(), std::move(keys), group_count);
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  const Status status = encoder->Encode(*batch, arrow::default_memory_pool(), &out);
  EXPECT_TRUE(status.ok()) << status;
  return out;
}

/// The values must be given in ascending order, nulls at the end.
void ExpectAscending(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  const auto array = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
  for (const bool descending : {false, true}) {
    const RowKeys keys = Keys(OneColumn(array), {{.column = "k", .descending = descending}});
    for (size_t i = 0; i + 1 < static_cast<size_t>(array->length()); ++i) {
      const bool null_follows = array->IsNull(static_cast<int64_t>(i) + 1);
      const bool ascends = keys.Key(i) < keys.Key(i + 1);
      EXPECT_EQ(ascends, !descending || null_follows)
          << type->ToString() << " row " << i << " of " << json;
      if (keys.prefixes[i] != keys.prefixes[i + 1]) {
        EXPECT_EQ(keys.prefixes[i] < keys.prefixes[i + 1], ascends);
      }
    }
  }
}

TEST(RowKey, OrdersEveryTypeByValue) {
  ExpectAscending(arrow::boolean(), "[false, true, null]");
  ExpectAscending(arrow::int8(), "[-128, -1, 0, 1, 127, null]");
  ExpectAscending(arrow::int16(), "[-32768, -1, 0, 1, 32767]");
  ExpectAscending(arrow::int32(), "[-2147483648, -1, 0, 256, 2147483647]");
  ExpectAscending(arrow::int64(), "[-9223372036854775808, -1, 0, 1, 9223372036854775807, null]");
  ExpectAscending(arrow::uint8(), "[0, 1, 255]");
  ExpectAscending(arrow::uint64(), "[0, 1, 18446744073709551615]");
  ExpectAscending(arrow::float16(), "[-2, -1, 0, 0.5, 10, null]");
  ExpectAscending(arrow::float32(), "[-1e30, -1, -1e-30, 0, 1e-30, 1, 1e30, null]");
  ExpectAscending(arrow::float64(), "[-1e300, -1, 0, 1, 1e300, null]");
  ExpectAscending(arrow::decimal128(10, 2), R"(["-9.00", "-0.01", "0.00", "0.01", "9.00", null])");
  ExpectAscending(arrow::decimal256(50, 0),
                  R"(["-9", "-1", "0", "12345678901234567890123", null])");
  ExpectAscending(arrow::decimal32(5, 0), R"(["-9", "-1", "0", "77", null])");
  ExpectAscending(arrow::date32(), "[-1, 0, 19000, null]");
  ExpectAscending(arrow::date64(), "[-86400000, 0, 86400000, null]");
  ExpectAscending(arrow::timestamp(TimeUnit::MICRO, "UTC"), "[-1, 0, 1, null]");
  ExpectAscending(arrow::time32(TimeUnit::SECOND), "[0, 1, 3600, null]");
  ExpectAscending(arrow::time64(TimeUnit::NANO), "[0, 1, 3600, null]");
  ExpectAscending(arrow::duration(TimeUnit::SECOND), "[-5, 0, 1, null]");
  for (const auto& text : {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(),
                           arrow::dictionary(arrow::int8(), arrow::utf8())}) {
    ExpectAscending(text, R"(["", "\u0000", "\u0000a", "\u0001", "a", "a\u0000", "a\u0000b", "ab",
                            "abcdefgh", "abcdefghi", "b", "\u00e4", "\u20ac", null])");
  }
  ExpectAscending(arrow::binary(), R"(["", "a", "aa", "b", null])");
  ExpectAscending(arrow::fixed_size_binary(2), R"(["aa", "ab", "ba", null])");
}

TEST(RowKey, PutsNotANumberAboveAllAndHoldsZerosEqual) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder
                  .AppendValues({-0.0, 0.0, std::numeric_limits<double>::infinity(), -std::nan("1"),
                                 std::nan("2")})
                  .ok());
  const RowKeys keys = Keys(OneColumn(builder.Finish().ValueOrDie()), {{.column = "k"}});
  EXPECT_EQ(keys.Key(0), keys.Key(1));
  EXPECT_LT(keys.Key(2), keys.Key(3));
  EXPECT_EQ(keys.Key(3), keys.Key(4));
}

TEST(RowKey, PutsNullsWhereAsked) {
  const auto batch =
      OneColumn(arrow::json::ArrayFromJSONString(arrow::int64(), "[1, null]").ValueOrDie());
  for (const bool descending : {false, true}) {
    for (const bool nulls_first : {false, true}) {
      const RowKeys keys =
          Keys(batch, {{.column = "k", .descending = descending, .nulls_first = nulls_first}});
      EXPECT_EQ(keys.Key(1) < keys.Key(0), nulls_first);
    }
  }
  const auto nulls = OneColumn(arrow::MakeArrayOfNull(arrow::null(), 2).ValueOrDie());
  EXPECT_EQ(Keys(nulls, {{.column = "k"}}).Key(0), Keys(nulls, {{.column = "k"}}).Key(1));
}

TEST(RowKey, ComparesKeyAfterKeyAndTellsGroups) {
  const auto a = arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["x", "x", "xy"])");
  const auto b = arrow::json::ArrayFromJSONString(arrow::int32(), "[2, 1, 0]");
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("a", arrow::utf8()), arrow::field("b", arrow::int32())}), 3,
      {*a, *b});
  const RowKeys keys = Keys(batch, {{.column = "a"}, {.column = "b"}}, 1);
  EXPECT_LT(keys.Key(1), keys.Key(0));
  EXPECT_LT(keys.Key(0), keys.Key(2));
  EXPECT_EQ(keys.Group(0), keys.Group(1));
  EXPECT_NE(keys.Group(0), keys.Group(2));
}

TEST(RowKey, ReadsSlices) {
  const auto whole =
      arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["q", null, "b"])").ValueOrDie();
  const RowKeys all = Keys(OneColumn(whole), {{.column = "k"}});
  const RowKeys part = Keys(OneColumn(whole->Slice(1)), {{.column = "k"}});
  EXPECT_EQ(part.Key(0), all.Key(1));
  EXPECT_EQ(part.Key(1), all.Key(2));
}

TEST(RowKey, RefusesTypesWithoutAnOrderAndUnknownColumns) {
  const auto schema = arrow::schema({arrow::field("tags", arrow::list(arrow::utf8())),
                                     arrow::field("span", arrow::month_day_nano_interval())});
  for (const char* name : {"tags", "span"}) {
    const auto refused = RowKeyEncoder::Make(*schema, {{.column = name}});
    ASSERT_TRUE(FailedWith(refused.status(), kUnsupportedKey)) << refused.status();
    EXPECT_EQ(DetailOf(refused.status())->where().column, name);
  }
  const auto missing = RowKeyEncoder::Make(*schema, {{.column = "tagz"}});
  ASSERT_TRUE(FailedWith(missing.status(), kNoSuchColumn));
  EXPECT_THAT(missing.status().message(), HasSubstr("did you mean 'tags'?"));
  EXPECT_TRUE(
      FailedWith(RowKeyEncoder::Make(*schema, {{.column = "unlike any"}}).status(), kNoSuchColumn));
}

TEST(SortKey, ReadsDirectionsAndPlacesOfNulls) {
  const auto expect = [](std::string_view text, std::string_view column, bool descending,
                         bool nulls_first) {
    const auto key = SortKey::Parse(text);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->column, column) << text;
    EXPECT_EQ(key->descending, descending) << text;
    EXPECT_EQ(key->nulls_first, nulls_first) << text;
  };
  expect("a", "a", false, false);
  expect("  a  DESC ", "a", true, false);
  expect("a asc nulls first", "a", false, true);
  expect("order date desc nulls  last", "order date", true, false);
  expect("a nulls first", "a", false, true);
  expect("\"a desc\"", "a desc", false, false);
  expect("\"a \"\"b\"\" desc\" desc", "a \"b\" desc", true, false);
  expect("desc", "desc", false, false);
  expect("last", "last", false, false);
  expect("to last", "to last", false, false);
  for (std::string_view text : {"", "  ", "\"a", "\"a\" sideways"}) {
    EXPECT_FALSE(SortKey::Parse(text).ok()) << text;
  }
  EXPECT_TRUE(FailedWith(SortKey::Parse("").status(), kBadOption));
}

}  // namespace
}  // namespace pyforge::core
