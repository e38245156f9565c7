// Values that their column's type cannot hold, which Arrow's reader cuts.
#include "formats/parquet/narrowing.h"

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <parquet/column_writer.h>
#include <parquet/file_writer.h>
#include <parquet/schema.h>

#include <cstring>

#include "formats/parquet/round_trip_testing.h"
#include "support/matchers.h"

namespace pyforge::parquet {
namespace {

using ::parquet::LogicalType;
using ::parquet::Repetition;
using ::parquet::schema::GroupNode;
using ::parquet::schema::NodePtr;
using ::parquet::schema::PrimitiveNode;
using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;
using ::testing::AllOf;

/// A file of the column `node`; a definition level is given for each slot, or none where the column
/// is required.
template <typename Writer, typename Value>
std::string FileOf(const NodePtr& node, const std::vector<Value>& values,
                   const std::vector<int16_t>& definition = {},
                   const std::vector<int16_t>& repetition = {}) {
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto root =
      std::static_pointer_cast<GroupNode>(GroupNode::Make("schema", Repetition::REQUIRED, {node}));
  auto writer = ::parquet::ParquetFileWriter::Open(sink, root);
  auto* column = static_cast<Writer*>(writer->AppendRowGroup()->NextColumn());
  column->WriteBatch(static_cast<int64_t>(definition.empty() ? values.size() : definition.size()),
                     definition.empty() ? nullptr : definition.data(),
                     repetition.empty() ? nullptr : repetition.data(), values.data());
  writer->Close();
  return sink->Finish().ValueOrDie()->ToString();
}

std::string Numbers(int bits, bool is_signed, const std::vector<int32_t>& values) {
  return FileOf<::parquet::Int32Writer>(
      PrimitiveNode::Make("n", Repetition::REQUIRED, LogicalType::Int(bits, is_signed),
                          ::parquet::Type::INT32),
      values);
}

TEST(Narrowing, RefusesNumbersWiderThanDeclared) {
  EXPECT_OK(ReadFile(Numbers(8, true, {-128, 127})));
  EXPECT_OK(ReadFile(Numbers(8, false, {0, 255})));
  EXPECT_OK(ReadFile(Numbers(16, true, {-32768, 32767})));
  EXPECT_OK(ReadFile(Numbers(16, false, {0, 65535})));
  EXPECT_OK(ReadFile(Numbers(32, true, {INT32_MIN, INT32_MAX})));
  EXPECT_OK(ReadFile(Numbers(32, false, {INT32_MIN, INT32_MAX})));
  for (const std::string& bytes : {Numbers(8, true, {1, 128}), Numbers(8, true, {1, -129}),
                                   Numbers(8, false, {1, 256}), Numbers(8, false, {1, -1}),
                                   Numbers(16, true, {1, 32768}), Numbers(16, false, {1, 65536})}) {
    const Status status = ReadFile(bytes).status();
    ASSERT_THAT(status, FailsWith("parquet.corrupt"));
    EXPECT_EQ(DetailOf(status)->where().column, "n");
    EXPECT_EQ(DetailOf(status)->where().row, 1);
  }
  EXPECT_THAT(ReadFile(Numbers(8, true, {300})),
              FailsSaying("is declared to hold numbers of -128 to 127 but holds 300"));
}

TEST(Narrowing, FindsTheRowBehindNullsAndManyValues) {
  std::vector<int32_t> values(20'000, 1);
  std::vector<int16_t> definition;
  for (size_t i = 0; i < values.size(); ++i) {
    definition.push_back(0);
    definition.push_back(1);
  }
  values.back() = 1000;
  const auto node = PrimitiveNode::Make("n", Repetition::OPTIONAL, LogicalType::Int(8, true),
                                        ::parquet::Type::INT32);
  const Status status = ReadFile(FileOf<::parquet::Int32Writer>(node, values, definition)).status();
  ASSERT_THAT(status, FailsSaying("holds 1000"));
  EXPECT_EQ(DetailOf(status)->where().row, 39'999);
}

TEST(Narrowing, LooksIntoLists) {
  const auto node = PrimitiveNode::Make("n", Repetition::REPEATED, LogicalType::Int(8, true),
                                        ::parquet::Type::INT32);
  const auto file = [&](int32_t last) {
    return FileOf<::parquet::Int32Writer, int32_t>(node, {1, 2, last}, {1, 1, 0, 1}, {0, 1, 0, 0});
  };
  EXPECT_OK(ReadFile(file(3)));
  const Status status = ReadFile(file(200)).status();
  EXPECT_THAT(status, FailsSaying("holds 200"));
  EXPECT_FALSE(DetailOf(status)->where().row.has_value());
}

::parquet::Int96 Timestamp(int64_t day, int64_t nanoseconds) {
  ::parquet::Int96 value;
  std::memcpy(value.value.data(), &nanoseconds, sizeof(nanoseconds));
  value.value[2] = static_cast<uint32_t>(day + ::parquet::kJulianToUnixEpochDays);
  return value;
}

Result<int64_t> ReadTimestamp(const ::parquet::Int96& value, Int96Unit unit) {
  const auto node = PrimitiveNode::Make("t", Repetition::REQUIRED, ::parquet::Type::INT96);
  const std::string bytes = FileOf<::parquet::Int96Writer, ::parquet::Int96>(node, {value});
  ARROW_ASSIGN_OR_RAISE(const auto table, ReadFile(bytes, {.options = {.int96_unit = unit}}));
  return static_cast<const arrow::TimestampArray&>(*table->column(0)->chunk(0)).Value(0);
}

constexpr int64_t kDay = 86'400'000;      // milliseconds
constexpr int64_t kYear9999 = 2'932'896;  // its last day

TEST(Narrowing, RefusesTimestampsBeyondTheUnitsYears) {
  const auto last = Timestamp(kYear9999, 1'500'000'000);
  EXPECT_THAT(ReadTimestamp(last, Int96Unit::kNanos),
              AllOf(FailsWith("parquet.int96_misfit"),
                    FailsSaying("9999-12-31 and 1500000000 nanoseconds, which 64 bits of ns")));
  EXPECT_EQ(ReadTimestamp(last, Int96Unit::kMicros).ValueOrDie(), (kYear9999 * kDay + 1500) * 1000);
  EXPECT_EQ(ReadTimestamp(last, Int96Unit::kMillis).ValueOrDie(), kYear9999 * kDay + 1500);
  const auto first = Timestamp(-719'162, 0);  // 0001-01-01
  EXPECT_THAT(ReadTimestamp(first, Int96Unit::kNanos), FailsSaying("0001-01-01"));
  EXPECT_EQ(ReadTimestamp(first, Int96Unit::kMicros).ValueOrDie(), -719'162 * kDay * 1000);
  const auto far = Timestamp(int64_t{1} << 31, 0);
  EXPECT_THAT(ReadTimestamp(far, Int96Unit::kMicros), FailsSaying("day 2147483648 from 1970"));
  EXPECT_OK(ReadTimestamp(far, Int96Unit::kMillis));
}

TEST(Narrowing, TakesTheFirstAndTheLastNanosecond) {
  constexpr int64_t kNanosecondsPerDay = kDay * 1'000'000;
  constexpr int64_t kLastDay = INT64_MAX / kNanosecondsPerDay;
  constexpr int64_t kRest = INT64_MAX % kNanosecondsPerDay;
  EXPECT_EQ(ReadTimestamp(Timestamp(kLastDay, kRest), Int96Unit::kNanos).ValueOrDie(), INT64_MAX);
  EXPECT_THAT(ReadTimestamp(Timestamp(kLastDay, kRest + 1), Int96Unit::kNanos),
              FailsWith("parquet.int96_misfit"));
  EXPECT_EQ(ReadTimestamp(Timestamp(3, -5), Int96Unit::kNanos).ValueOrDie(),
            3 * kNanosecondsPerDay - 5);
}

TEST(Narrowing, RefusesToDropDigits) {
  EXPECT_THAT(ReadTimestamp(Timestamp(0, 1'500), Int96Unit::kMicros),
              FailsWith("parquet.int96_misfit"));
  EXPECT_THAT(ReadTimestamp(Timestamp(0, 1'500'000), Int96Unit::kMillis),
              FailsWith("parquet.int96_misfit"));
  EXPECT_THAT(ReadTimestamp(Timestamp(1, -1000), Int96Unit::kMicros),
              FailsWith("parquet.int96_misfit"));
  EXPECT_EQ(ReadTimestamp(Timestamp(0, 1'500'000), Int96Unit::kMicros).ValueOrDie(), 1500);
}

}  // namespace
}  // namespace pyforge::parquet
