#include "core/exchange/partition_path.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "core/exchange/errors.h"

namespace pyforge::core {
namespace {

Result<std::string> PathOf(const std::string& name, const std::shared_ptr<arrow::DataType>& type,
                           const std::string& json) {
  const auto array = arrow::json::ArrayFromJSONString(type, "[" + json + "]").ValueOrDie();
  const auto row = arrow::RecordBatch::Make(arrow::schema({arrow::field(name, type)}), 1, {array});
  return PartitionPath(*row, {name}, arrow::default_memory_pool());
}

TEST(PartitionPath, NamesValuesOfEveryType) {
  EXPECT_EQ(*PathOf("n", arrow::int64(), "-5"), "n=-5");
  EXPECT_EQ(*PathOf("b", arrow::boolean(), "true"), "b=true");
  EXPECT_EQ(*PathOf("d", arrow::date32(), "19753"), "d=2024-01-31");
  EXPECT_EQ(*PathOf("x", arrow::decimal128(5, 2), "\"1.50\""), "x=1.50");
  EXPECT_EQ(*PathOf("t", arrow::timestamp(arrow::TimeUnit::SECOND), "\"2024-01-31 10:00:00\""),
            "t=2024-01-31%2010%3A00%3A00");
  EXPECT_EQ(*PathOf("s", arrow::utf8(), "\"DE\""), "s=DE");
  EXPECT_EQ(*PathOf("s", arrow::dictionary(arrow::int8(), arrow::utf8()), "\"DE\""), "s=DE");
  EXPECT_EQ(*PathOf("s", arrow::utf8(), "\"\""), "s=");
  EXPECT_EQ(*PathOf("s", arrow::utf8(), "null"), "s=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(*PathOf("s", arrow::null(), "null"), "s=__HIVE_DEFAULT_PARTITION__");
}

TEST(PartitionPath, EscapesWhatPathsAndStoresTakeAmiss) {
  EXPECT_EQ(*PathOf("a/b", arrow::utf8(), R"("../x=1%\u00e4")"), "a%2Fb=..%2Fx%3D1%25%C3%A4");
  EXPECT_EQ(EscapePartitionText("a\n\\:*?'"), "a%0A%5C%3A%2A%3F%27");
}

TEST(PartitionPath, PutsColumnBelowColumn) {
  const auto a = arrow::json::ArrayFromJSONString(arrow::int32(), "[1]").ValueOrDie();
  const auto b = arrow::json::ArrayFromJSONString(arrow::utf8(), "[\"x\"]").ValueOrDie();
  const auto row = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())}), 1,
      {a, b});
  EXPECT_EQ(*PartitionPath(*row, {"b", "a"}, arrow::default_memory_pool()), "b=x/a=1");
}

TEST(PartitionPath, RefusesBytes) {
  const auto refused = PathOf("raw", arrow::binary(), "\"ab\"");
  ASSERT_TRUE(FailedWith(refused.status(), kUnsupportedKey)) << refused.status();
  EXPECT_EQ(DetailOf(refused.status())->where().column, "raw");
}

}  // namespace
}  // namespace pyforge::core
