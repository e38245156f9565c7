#include "formats/parquet/level_count.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>

#include <random>

#include "formats/parquet/round_trip_testing.h"
#include "support/matchers.h"
#include "support/seed.h"
#include "support/tables.h"

namespace pyforge::parquet {
namespace {

using ::testing::ElementsAre;

std::vector<int64_t> Levels(const arrow::Array& array, size_t leaves) {
  std::vector<int64_t> counts(leaves);
  EXPECT_EQ(CountLevels(array, counts), leaves);
  return counts;
}

std::vector<int64_t> LevelsOf(const std::shared_ptr<arrow::DataType>& type, const char* json,
                              size_t leaves = 1) {
  return Levels(*arrow::json::ArrayFromJSONString(type, json).ValueOrDie(), leaves);
}

TEST(CountLevels, CountsValuesNullsAndListsWithoutValues) {
  const auto numbers = arrow::list(arrow::int32());
  EXPECT_THAT(LevelsOf(arrow::int32(), "[1, null, 2]"), ElementsAre(3));
  EXPECT_THAT(LevelsOf(numbers, "[[1, 2], null, [], [null]]"), ElementsAre(5));
  EXPECT_THAT(LevelsOf(numbers, "[]"), ElementsAre(0));
  EXPECT_THAT(LevelsOf(arrow::large_list(numbers), "[[[1, 2], []], [], null, [null]]"),
              ElementsAre(6));
  EXPECT_THAT(LevelsOf(arrow::list_view(arrow::int32()), "[[1, 2], null, [], [3]]"),
              ElementsAre(5));
  EXPECT_THAT(LevelsOf(arrow::large_list_view(arrow::int32()), "[[1, 2], [3]]"), ElementsAre(3));
}

TEST(CountLevels, CountsEachLeafByItself) {
  const auto type = arrow::list(arrow::struct_(
      {arrow::field("a", arrow::int32()), arrow::field("b", arrow::list(arrow::utf8()))}));
  EXPECT_THAT(LevelsOf(type, R"([[{"a": 1, "b": ["x", "y"]}, null], [], [{"a": 2, "b": []}]])", 2),
              ElementsAre(4, 5));
  EXPECT_THAT(
      LevelsOf(arrow::map(arrow::utf8(), arrow::int32()), R"([[["k", 1], ["l", 2]], []])", 2),
      ElementsAre(3, 3));
}

TEST(CountLevels, LeavesOutTheSlotsOfNullListsOfFixedSize) {
  const auto pairs = [](const auto& item) { return arrow::fixed_size_list(item, 2); };
  EXPECT_THAT(LevelsOf(pairs(arrow::int32()), "[[1, 2], null, null, [3, null]]"), ElementsAre(6));
  EXPECT_THAT(LevelsOf(pairs(arrow::int32()), "[null, [1, 2], [3, 4], null]"), ElementsAre(6));
  EXPECT_THAT(LevelsOf(pairs(arrow::list(arrow::int32())), "[[[1, 2, 3], []], null]"),
              ElementsAre(5));
  EXPECT_THAT(LevelsOf(arrow::fixed_size_list(arrow::int32(), 0), "[[], [], null]"),
              ElementsAre(3));
}

TEST(CountLevels, SeesNoMoreThanASlice) {
  const auto array = arrow::json::ArrayFromJSONString(
                         arrow::struct_({arrow::field("a", arrow::list(arrow::int32()))}),
                         R"([{"a": [1, 2]}, {"a": [3, 4, 5]}, null, {"a": []}, {"a": [6]}])")
                         .ValueOrDie();
  EXPECT_THAT(Levels(*array->Slice(1, 3), 1), ElementsAre(5));
  EXPECT_THAT(Levels(*array->Slice(4), 1), ElementsAre(1));
}

TEST(CountLevels, CountsNoMoreLeavesThanThereArePlacesFor) {
  std::vector<int64_t> counts(1);
  const auto pair =
      arrow::struct_({arrow::field("a", arrow::int32()), arrow::field("b", arrow::int32())});
  const auto array = arrow::json::ArrayFromJSONString(pair, "[null]").ValueOrDie();
  EXPECT_EQ(CountLevels(*array, counts), 2);
  EXPECT_THAT(counts, ElementsAre(1));
}

TEST(CountLevels, AgreesWithWhatTheFileSays) {
  std::mt19937_64 random(testing::RandomSeed());
  const auto item = arrow::struct_(
      {arrow::field("x", arrow::list(arrow::int32())), arrow::field("y", arrow::utf8())});
  for (const auto& type :
       {arrow::list(arrow::int32()), arrow::list(arrow::list(arrow::utf8())), arrow::list(item),
        arrow::map(arrow::utf8(), arrow::list(arrow::float64())), item,
        arrow::large_list(arrow::fixed_size_list(arrow::int8(), 3))}) {
    for (const double nulls : {0.0, 0.3}) {
      const auto array = testing::RandomArray(type, 500, nulls, &random);
      const auto table = arrow::Table::Make(arrow::schema({arrow::field("c", type)}), {array});
      ASSERT_OK_AND_ASSIGN(const std::string bytes, WriteFile(*table));
      const auto metadata = OpenWithArrow(bytes)->metadata();
      ASSERT_OK_AND_ASSIGN(const auto back, ReadWithArrow(bytes));
      std::vector<int64_t> expected;
      for (int i = 0; i < metadata->num_columns(); ++i) {
        expected.push_back(metadata->RowGroup(0)->ColumnChunk(i)->num_values());
      }
      EXPECT_EQ(Levels(*back->column(0)->chunk(0), expected.size()), expected) << type->ToString();
    }
  }
}

}  // namespace
}  // namespace pyforge::parquet
