#include "formats/parquet/value_check.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <arrow/util/decimal.h>
#include <gmock/gmock.h>

#include "support/matchers.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;

std::shared_ptr<arrow::Array> FromJson(const std::shared_ptr<arrow::DataType>& type,
                                       const char* json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

/// The array's values under another type of the same layout, as a lying file declares it.
Status CheckAs(const std::shared_ptr<arrow::DataType>& type, const arrow::Array& array) {
  auto data = array.data()->Copy();
  data->type = type;
  return CheckColumn(*arrow::MakeArray(data), "c", /*with_text=*/true);
}

TEST(CheckColumn, RefusesDecimalsOfMoreDigitsThanDeclared) {
  const auto check = [](const auto& wide, const auto& narrow) {
    EXPECT_OK(CheckAs(narrow, *FromJson(wide, R"(["99.99", null, "-99.99"])")));
    for (const char* json : {R"(["0.01", null, "100.00"])", R"(["0.01", null, "-100.00"])"}) {
      const Status status = CheckAs(narrow, *FromJson(wide, json));
      ASSERT_THAT(status, FailsWith("parquet.corrupt")) << narrow->ToString();
      EXPECT_THAT(status, FailsSaying("100.00, which is no value of its type"));
      EXPECT_EQ(DetailOf(status)->where().column, "c");
      EXPECT_EQ(DetailOf(status)->where().row, 2);
    }
  };
  check(arrow::decimal32(9, 2), arrow::decimal32(4, 2));
  check(arrow::decimal64(18, 2), arrow::decimal64(4, 2));
  check(arrow::decimal128(38, 2), arrow::decimal128(4, 2));
  check(arrow::decimal256(76, 2), arrow::decimal256(4, 2));
}

TEST(CheckColumn, RefusesTimesOutsideOfADay) {
  const auto check = [](const auto& number, const auto& type, int64_t day) {
    const auto json = [](int64_t time) { return fmt::format("[0, null, {}]", time); };
    EXPECT_OK(CheckAs(type, *FromJson(number, json(day).c_str()))) << "24:00 is one";
    EXPECT_THAT(CheckAs(type, *FromJson(number, json(day + 1).c_str())),
                FailsWith("parquet.corrupt"));
    const Status status = CheckAs(type, *FromJson(number, json(-1).c_str()));
    EXPECT_THAT(status, FailsSaying("holds -1, which is no value of its type"));
    EXPECT_EQ(DetailOf(status)->where().row, 2);
  };
  constexpr int64_t kDay = 86'400;
  check(arrow::int32(), arrow::time32(arrow::TimeUnit::SECOND), kDay);
  check(arrow::int32(), arrow::time32(arrow::TimeUnit::MILLI), kDay * 1000);
  check(arrow::int64(), arrow::time64(arrow::TimeUnit::MICRO), kDay * 1'000'000);
  check(arrow::int64(), arrow::time64(arrow::TimeUnit::NANO), kDay * 1'000'000'000);
}

TEST(CheckColumn, LooksIntoListsAndStructs) {
  const auto type = arrow::time32(arrow::TimeUnit::SECOND);
  auto items = FromJson(arrow::int32(), "[5, 100000]")->data()->Copy();
  items->type = type;
  const auto list =
      arrow::ListArray::FromArrays(*FromJson(arrow::int32(), "[0, 1, 2]"), *arrow::MakeArray(items))
          .ValueOrDie();
  const auto nested =
      arrow::StructArray::Make({list}, {arrow::field("l", list->type())}).ValueOrDie();
  const Status status = CheckColumn(*nested, "c", /*with_text=*/true);
  EXPECT_THAT(status, FailsSaying("holds 100000"));
  EXPECT_FALSE(DetailOf(status)->where().row.has_value());
  EXPECT_OK(CheckColumn(*FromJson(arrow::utf8(), R"(["a", null])"), "c", /*with_text=*/true));
}

}  // namespace
}  // namespace pyforge::parquet
