#include "cli/value_text.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace pyforge::cli {
namespace {

std::shared_ptr<arrow::Array> FromJson(const std::shared_ptr<arrow::DataType>& type,
                                       const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

std::string Text(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return ValueText(*FromJson(type, "[" + json + "]"), 0);
}
std::string Json(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return ValueJson(*FromJson(type, "[" + json + "]"), 0);
}

TEST(ValueText, PrintsPlainValues) {
  EXPECT_EQ(Text(arrow::null(), "null"), "null");
  EXPECT_EQ(Text(arrow::int64(), "null"), "null");
  EXPECT_EQ(Text(arrow::boolean(), "true"), "true");
  EXPECT_EQ(Text(arrow::uint8(), "200"), "200");
  EXPECT_EQ(Text(arrow::int64(), "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(Text(arrow::float64(), "0.1"), "0.1");
  EXPECT_EQ(Text(arrow::float32(), "1.5"), "1.5");
  EXPECT_EQ(Text(arrow::float16(), "1.5"), "1.5");
  EXPECT_EQ(Text(arrow::utf8(), "\"a,b\""), "a,b");
  EXPECT_EQ(Text(arrow::large_utf8(), "\"x\""), "x");
  EXPECT_EQ(Text(arrow::utf8_view(), "\"x\""), "x");
  EXPECT_EQ(Text(arrow::binary(), "\"az\""), "617a");
  EXPECT_EQ(Text(arrow::fixed_size_binary(2), "\"az\""), "617a");
  EXPECT_EQ(Text(arrow::decimal128(10, 2), "\"12.30\""), "12.30");
  EXPECT_EQ(Text(arrow::decimal256(70, 1), "\"0.5\""), "0.5");
}

TEST(ValueText, PrintsDatesAndTimes) {
  EXPECT_EQ(Text(arrow::date32(), "19724"), "2024-01-02");
  EXPECT_EQ(Text(arrow::timestamp(arrow::TimeUnit::SECOND), "0"), "1970-01-01 00:00:00");
  EXPECT_EQ(Text(arrow::time32(arrow::TimeUnit::SECOND), "3661"), "01:01:01");
}

TEST(ValueText, PrintsNestedValuesAsJson) {
  EXPECT_EQ(Text(arrow::list(arrow::int32()), "[1, null, 3]"), "[1, null, 3]");
  EXPECT_EQ(Text(arrow::large_list(arrow::utf8()), "[\"a\\\"b\"]"), "[\"a\\\"b\"]");
  EXPECT_EQ(Text(arrow::fixed_size_list(arrow::int32(), 2), "[1, 2]"), "[1, 2]");
  const auto type = arrow::struct_(
      {arrow::field("x", arrow::int32()), arrow::field("y", arrow::list(arrow::utf8()))});
  EXPECT_EQ(Text(type, "{\"x\": 1, \"y\": [\"a\"]}"), "{\"x\": 1, \"y\": [\"a\"]}");
  EXPECT_EQ(Text(arrow::map(arrow::utf8(), arrow::int32()), "[[\"k\", 1], [\"l\", null]]"),
            "{\"k\": 1, \"l\": null}");
}

TEST(ValueText, LooksThroughDictionaries) {
  const auto type = arrow::dictionary(arrow::int8(), arrow::utf8());
  const auto array = FromJson(type, "[\"a\", \"b\"]");
  EXPECT_EQ(ValueText(*array, 1), "b");
  EXPECT_EQ(ValueJson(*array, 1), "\"b\"");
}

TEST(ValueText, RespectsTheOffsetOfASlice) {
  const auto lists = FromJson(arrow::list(arrow::int32()), "[[1], [2, 3], null]");
  EXPECT_EQ(ValueText(*lists->Slice(1), 0), "[2, 3]");
  EXPECT_EQ(ValueText(*lists->Slice(1), 1), "null");
}

TEST(ValueJson, KeepsNumbersOnlyWhereEveryReaderKeepsThemExactly) {
  EXPECT_EQ(Json(arrow::int64(), "9007199254740992"), "9007199254740992");
  EXPECT_EQ(Json(arrow::int64(), "9007199254740993"), "\"9007199254740993\"");
  EXPECT_EQ(Json(arrow::uint64(), "18446744073709551615"), "\"18446744073709551615\"");
  EXPECT_EQ(Json(arrow::float64(), "NaN"), "\"nan\"");
  EXPECT_EQ(Json(arrow::float64(), "1e300"), "1e+300");
  EXPECT_EQ(Json(arrow::boolean(), "false"), "false");
  EXPECT_EQ(Json(arrow::decimal128(5, 2), "\"1.20\""), "\"1.20\"");
  EXPECT_EQ(Json(arrow::date32(), "0"), "\"1970-01-01\"");
  EXPECT_EQ(Json(arrow::utf8(), "null"), "null");
  EXPECT_EQ(Json(arrow::utf8(), "\"\\n\""), "\"\\n\"");
}

TEST(IsNumeric, HoldsForNumbersAlone) {
  EXPECT_TRUE(IsNumeric(*arrow::int8()));
  EXPECT_TRUE(IsNumeric(*arrow::float64()));
  EXPECT_TRUE(IsNumeric(*arrow::decimal128(5, 2)));
  EXPECT_FALSE(IsNumeric(*arrow::utf8()));
  EXPECT_FALSE(IsNumeric(*arrow::date32()));
}

}  // namespace
}  // namespace pyforge::cli
