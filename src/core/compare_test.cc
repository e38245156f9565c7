#include "core/compare.h"

#include <random>
#include <string>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bad_rows.h"
#include "core/compare_columns.h"
#include "schema/cast.h"
#include "support/plain_format.h"
#include "support/temp_directory.h"

namespace pyforge::core {
namespace {

using pyforge::testing::PlainFormat;
using pyforge::testing::TempDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CompareTest : public ::testing::Test {
 protected:
  CompareTest() { EXPECT_TRUE(registry_.Add(PlainFormat()).ok()); }

  CompareRequest Request(std::string_view left, std::string_view right) {
    return {.left = {.path = directory_.Write("left.plain", left)},
            .right = {.path = directory_.Write("right.plain", right)}};
  }
  Result<Comparison> Run(const CompareRequest& request) {
    return Compare(request, registry_, context_);
  }
  Comparison Compared(const CompareRequest& request) {
    auto comparison = Run(request);
    EXPECT_TRUE(comparison.ok()) << comparison.status();
    return comparison.ok() ? *comparison : Comparison{};
  }
  /// "key column left right" of each listed difference.
  static std::vector<std::string> Lines(const Comparison& comparison) {
    std::vector<std::string> lines;
    lines.reserve(comparison.differences.size());
    for (const RowDifference& row : comparison.differences) {
      lines.push_back(fmt::format("{} [{}] {} / {}", row.key, row.column, row.left, row.right));
    }
    return lines;
  }

  TempDirectory directory_;
  Registry registry_;
  ExecutionContext context_{{.memory_bytes_max = int64_t{256} << 20, .threads = 2}};
};

TEST_F(CompareTest, HoldsEqualRowsEqual) {
  const std::string rows = "id:int64|name:string\n1|a\n2|\n3|c\n4|d\n5|e\n";
  const Comparison comparison = Compared(Request(rows, rows));
  EXPECT_TRUE(comparison.equal);
  EXPECT_EQ(comparison.rows_left, 5);
  EXPECT_EQ(comparison.rows_right, 5);
  EXPECT_EQ(comparison.checksum_left, comparison.checksum_right);
  EXPECT_EQ(comparison.checksum_left.size(), 32U);
}

TEST_F(CompareTest, ListsCellsAndRowsThatDifferByPosition) {
  const Comparison comparison = Compared(Request("id:int64|name:string\n1|a\n2|b\n3|c\n",
                                                 "id:int64|name:string\n1|a\n2|\n4|x\n5|y\n"));
  EXPECT_FALSE(comparison.equal);
  EXPECT_EQ(comparison.difference_count, 4);
  EXPECT_THAT(Lines(comparison), ElementsAre("2 [name] b / null", "3 [id] 3 / 4", "3 [name] c / x",
                                             "4 []  / id=5, name=y"));
  const Comparison turned = Compared(Request("id:int64\n1\n2\n", "id:int64\n1\n"));
  EXPECT_THAT(Lines(turned), ElementsAre("2 [] id=2 / "));
}

TEST_F(CompareTest, ListsNoMoreThanAskedButCountsAll) {
  CompareRequest request = Request("n:int64\n1\n2\n3\n4\n5\n6\n", "n:int64\n0\n0\n0\n0\n0\n0\n7\n");
  request.differences_max = 2;
  const Comparison comparison = Compared(request);
  EXPECT_EQ(comparison.difference_count, 7);
  EXPECT_THAT(Lines(comparison), ElementsAre("1 [n] 1 / 0", "2 [n] 2 / 0"));
  request.ignore_order = true;
  EXPECT_EQ(Compared(request).difference_count, 13);
  EXPECT_EQ(Compared(request).differences.size(), 2U);
  request.differences_max = 0;
  EXPECT_EQ(Compared(request).difference_count, 13);
  EXPECT_THAT(Compared(request).differences, IsEmpty());
  request.ignore_order = false;
  request.key = {"n"};
  EXPECT_EQ(Compared(request).difference_count, 13);
}

TEST_F(CompareTest, SeesAnotherOrderUnlessItIsToBeIgnored) {
  CompareRequest request =
      Request("id:int64|n:string\n1|a\n2|b\n3|c\n2|b\n", "id:int64|n:string\n2|b\n3|c\n2|b\n1|a\n");
  EXPECT_FALSE(Compared(request).equal);
  request.ignore_order = true;
  EXPECT_TRUE(Compared(request).equal);
}

TEST_F(CompareTest, FindsWhatIsTooMuchInAMultiset) {
  CompareRequest request =
      Request("id:int64|n:string\n1|a\n2|b\n2|b\n2|b\n9|z\n", "id:int64|n:string\n2|b\n1|a\n7|q\n");
  request.ignore_order = true;
  const Comparison comparison = Compared(request);
  EXPECT_FALSE(comparison.equal);
  EXPECT_EQ(comparison.difference_count, 4);
  EXPECT_THAT(Lines(comparison), ElementsAre("3 [] id=2, n=b / ", "3 []  / id=7, n=q",
                                             "4 [] id=2, n=b / ", "5 [] id=9, n=z / "));
}

TEST_F(CompareTest, MatchesRowsByKey) {
  CompareRequest request =
      Request("k:string|j:int64|v:double\nb|1|1.5\na|2|2.5\na|1|3\n|0|9\nz|1|1\n",
              "j:int64|v:double|k:string\n0|9|\n1|4|a\n2|2.5|a\n1|1.5|b\n3|0|c\n");
  request.key = {"k", "j"};
  const Comparison comparison = Compared(request);
  EXPECT_FALSE(comparison.equal);
  EXPECT_THAT(comparison.columns, IsEmpty());
  EXPECT_EQ(comparison.difference_count, 3);
  EXPECT_THAT(Lines(comparison), ElementsAre("k=a, j=1 [v] 3 / 4", "k=c, j=3 []  / k=c, j=3, v=0",
                                             "k=z, j=1 [] k=z, j=1, v=1 / "));
  EXPECT_THAT(context_.warnings(), IsEmpty());
}

TEST(MatchColumns, PairsColumnsOfTheSameNameInTheirOrder) {
  const auto left =
      arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8()),
                     arrow::field("a", arrow::utf8()), arrow::field("a", arrow::date32())});
  const auto right =
      arrow::schema({arrow::field("a", arrow::int64()), arrow::field("a", arrow::utf8()),
                     arrow::field("b", arrow::utf8()), arrow::field("b", arrow::int64())});
  const ColumnMatch match = MatchColumns(*left, *right);
  std::vector<std::string> pairs;
  pairs.reserve(match.columns.size());
  for (const ComparedColumn& column : match.columns) {
    pairs.push_back(fmt::format("{} {} {}", column.name, column.left_index, column.right_index));
  }
  EXPECT_THAT(pairs, ElementsAre("a 0 0", "b 1 2", "a 2 1"));
  ASSERT_EQ(match.differences.size(), 2U);
  EXPECT_EQ(match.differences[0].name, "a");
  EXPECT_EQ(match.differences[0].type_left, "date");
  EXPECT_EQ(match.differences[0].type_right, "");
  EXPECT_EQ(match.differences[1].name, "b");
  EXPECT_EQ(match.differences[1].type_left, "");
  EXPECT_EQ(match.differences[1].type_right, "int64");
}

TEST_F(CompareTest, PairsEqualRowsOfARepeatedKeyFirst) {
  CompareRequest request = Request("k:int64|v:string\n1|a\n1|b\n1|c\n2|x\n3|p\n3|p\n",
                                   "k:int64|v:string\n2|x\n1|c\n1|d\n1|a\n4|q\n4|r\n");
  request.key = {"k"};
  const Comparison comparison = Compared(request);
  EXPECT_THAT(
      Lines(comparison),
      ElementsAre("k=1 [v] b / d", "k=3 [] k=3, v=p / ", "k=3 [] k=3, v=p / ",
                  ::testing::StartsWith("k=4 []  / k=4"), ::testing::StartsWith("k=4 []  / k=4")));
  EXPECT_THAT(context_.warnings(),
              ElementsAre("the key is not unique: 3 of its values are in several rows, first k=1"));
}

TEST_F(CompareTest, CountsRowsOfAKeyBeyondThoseItKeeps) {
  std::string left = "k:int64|v:int64\n", right = left;
  for (int i = 0; i < 40; ++i) left += fmt::format("1|{}\n", i);
  for (int i = 0; i < 30; ++i) right += fmt::format("1|{}\n", i + 1000);
  CompareRequest request = Request(left, right);
  request.key = {"k"};
  request.differences_max = 3;
  const Comparison comparison = Compared(request);
  EXPECT_EQ(comparison.difference_count, 40);
  EXPECT_EQ(comparison.differences.size(), 3U);
}

TEST_F(CompareTest, ReportsColumnsThatAreMissingOrOfOtherKinds) {
  const Comparison comparison = Compared(Request("a:int64|b:string|c:date32\n1|5|2024-01-31\n",
                                                 "c:date32|b:int64|d:bool\n2024-01-31|5|true\n"));
  EXPECT_FALSE(comparison.equal);
  ASSERT_EQ(comparison.columns.size(), 3U);
  EXPECT_EQ(comparison.columns[0].name + ":" + comparison.columns[0].type_left, "a:int64");
  EXPECT_EQ(comparison.columns[0].type_right, "");
  EXPECT_EQ(comparison.columns[1].name, "b");
  EXPECT_EQ(comparison.columns[1].type_left + "/" + comparison.columns[1].type_right,
            "string/int64");
  EXPECT_EQ(comparison.columns[2].name + comparison.columns[2].type_left, "d");
  EXPECT_EQ(comparison.difference_count, 0);
}

TEST_F(CompareTest, ComparesNumbersByValueWhateverTheirTypes) {
  EXPECT_TRUE(Compared(Request("a:int32|b:int64|c:decimal(10,2)|d:float\n5|7|1.50|0.5\n||-3.00|\n",
                               "d:double|a:int64|b:double|c:double\n0.5|5|7|1.5\n|||-3\n"))
                  .equal);
  const Comparison large = Compared(Request("n:int64\n9007199254740992\n9007199254740993\n",
                                            "n:double\n9007199254740992\n9007199254740992\n"));
  EXPECT_THAT(Lines(large), ElementsAre("2 [n] 9007199254740993 / 9007199254740992"));
  EXPECT_TRUE(
      Compared(Request("n:decimal(30,0)\n100000000000000000000000\n", "n:double\n1e23\n")).equal);
  EXPECT_FALSE(Compared(Request("x:float\n0.1\n", "x:double\n0.1\n")).equal);
  EXPECT_TRUE(Compared(Request("x:double\n-0.0\nnan\n", "x:double\n0\nnan\n")).equal);
  EXPECT_TRUE(
      Compared(Request("t:date32\n2024-01-31\n", "t:timestamp[us]\n2024-01-31 00:00:00\n")).equal);
  EXPECT_TRUE(Compared(Request("t:string\nx\n", "t:large_string\nx\n")).equal);
}

TEST_F(CompareTest, MatchesKeysOfDifferentNumberTypes) {
  CompareRequest request =
      Request("k:int64|v:string\n2|b\n10|c\n1|a\n", "k:double|v:string\n1|a\n2|B\n10|c\n");
  request.key = {"k"};
  EXPECT_THAT(Lines(Compared(request)), ElementsAre("k=2 [v] b / B"));
}

TEST_F(CompareTest, TakesAColumnWithoutValuesForAnyType) {
  EXPECT_TRUE(Compared(Request("a:int64|n:null\n1|\n2|\n", "a:int64|n:date32\n1|\n2|\n")).equal);
  EXPECT_TRUE(Compared(Request("a:int64|n:date32\n1|\n2|\n", "a:int64|n:null\n1|\n2|\n")).equal);
  EXPECT_FALSE(Compared(Request("a:int64|n:null\n1|\n", "a:int64|n:date32\n1|2024-01-31\n")).equal);
}

TEST_F(CompareTest, RefusesKeysThatCannotMatchRows) {
  CompareRequest request = Request("a:int64|b:string\n1|x\n", "a:int64|b:int64\n2|5\n");
  request.key = {"c"};
  EXPECT_TRUE(FailedWith(Run(request).status(), kNoSuchColumn));
  EXPECT_EQ(DetailOf(Run(request).status())->where().path, request.left.path);
  request.key = {"b"};
  const Status refused = Run(request).status();
  EXPECT_TRUE(FailedWith(refused, kBadRequest)) << refused;
  EXPECT_THAT(refused.message(), HasSubstr("string and int64"));
}

TEST_F(CompareTest, TakesOptionsOfConversions) {
  CompareRequest request =
      Request("a:int64|b:int64\n1|5\n2|6\n3|7\n", "a:int64|b:int64\n1|0\n2|6\n");
  request.left.options =
      request.right.options = {{"columns", {.value = "a"}}, {"limit", {.value = "2"}}};
  EXPECT_TRUE(Compared(request).equal);
  request.left.options = request.right.options = {{"filter", {.value = "a = 2"}}};
  EXPECT_TRUE(Compared(request).equal);
  request.left.options = {{"limit", {.value = "2"}}};
  request.right.options = {};
  EXPECT_THAT(Lines(Compared(request)), ElementsAre("1 [b] 5 / 0"));
  request.left.options = {{"delimiter", {.value = ";"}}};
  EXPECT_TRUE(FailedWith(Run(request).status(), kBadOption));
}

TEST_F(CompareTest, FailsOnBadRowsUnlessTheyMayBeLeftOut) {
  CompareRequest request = Request("a:int64\n1\nbad\n2\n", "a:int64\n1\n2\n");
  const Status failed = Run(request).status();
  ASSERT_TRUE(FailedWith(failed, kBadRowsFound)) << failed;
  EXPECT_EQ(DetailOf(failed)->where().row, 3);
  EXPECT_EQ(DetailOf(failed)->where().path, request.left.path);
  request.left.options = {{"bad_rows", {.value = "skip"}}};
  EXPECT_TRUE(Compared(request).equal);
}

TEST_F(CompareTest, NamesTheSideThatCannotBeRead) {
  CompareRequest request = Request("a:int64\n1\n", "a:int64\n1\nbroken\n");
  const Status failed = Run(request).status();
  ASSERT_TRUE(FailedWith(failed, kCorrupt)) << failed;
  EXPECT_EQ(DetailOf(failed)->where().path, request.right.path);
  request.right.path = "nowhere.plain";
  EXPECT_FALSE(Run(request).ok());
}

TEST_F(CompareTest, FindsTheSameDifferencesInManyRowsForAnyNumberOfThreads) {
  const uint32_t seed = 11;
  std::mt19937 random(seed);
  std::vector<std::string> rows;
  rows.reserve(20'000);
  for (int i = 0; i < 20'000; ++i) rows.push_back(fmt::format("{}|v{}", i, random() % 100));
  const auto table = [](const std::vector<std::string>& lines) {
    std::string text = "k:int64|v:string\n";
    for (const std::string& line : lines) text += line + "\n";
    return text;
  };
  const std::string left = table(rows);
  rows[777] = "777|changed";
  rows.erase(rows.begin() + 5000);
  rows.push_back("-1|new");
  std::shuffle(rows.begin(), rows.end(), random);
  CompareRequest by_key = Request(left, table(rows));
  by_key.key = {"k"};
  CompareRequest as_sets = by_key;
  as_sets.key.clear();
  as_sets.ignore_order = true;
  for (const int threads : {1, 4}) {
    ExecutionContext context({.memory_bytes_max = int64_t{64} << 20, .threads = threads});
    const auto keyed = Compare(by_key, registry_, context);
    ASSERT_TRUE(keyed.ok()) << keyed.status();
    EXPECT_EQ(keyed->difference_count, 3);
    EXPECT_THAT(Lines(*keyed),
                ElementsAre("k=-1 []  / k=-1, v=new", ::testing::StartsWith("k=777 [v] v"),
                            ::testing::StartsWith("k=5000 [] k=5000")));
    const auto sets = Compare(as_sets, registry_, context);
    ASSERT_TRUE(sets.ok()) << sets.status();
    EXPECT_EQ(sets->difference_count, 4);
    EXPECT_EQ(sets->rows_left, 20'000);
    EXPECT_EQ(sets->rows_right, 20'000);
  }
}

TEST(CompareColumns, TakesNestedTypesOfOneShape) {
  const auto item = [](const char* name) {
    return arrow::list(arrow::field(name, arrow::int32(), name[0] == 'e'));
  };
  const auto match = [](const std::shared_ptr<arrow::DataType>& a,
                        const std::shared_ptr<arrow::DataType>& b) {
    return MatchColumns(*arrow::schema({arrow::field("x", a)}),
                        *arrow::schema({arrow::field("x", b)}))
        .differences.empty();
  };
  EXPECT_TRUE(match(item("item"), item("element")));
  EXPECT_TRUE(match(arrow::struct_({arrow::field("p", item("item"))}),
                    arrow::struct_({arrow::field("p", item("element"))})));
  EXPECT_FALSE(match(arrow::struct_({arrow::field("p", arrow::int32())}),
                     arrow::struct_({arrow::field("q", arrow::int32())})));
  EXPECT_FALSE(match(item("item"), arrow::list(arrow::int64())));
  EXPECT_FALSE(match(item("item"), arrow::large_list(arrow::int32())));
  EXPECT_FALSE(
      match(arrow::fixed_size_list(arrow::int8(), 2), arrow::fixed_size_list(arrow::int8(), 3)));
}

TEST(CompareColumns, ShowsValuesOfEveryType) {
  const auto list =
      arrow::json::ArrayFromJSONString(arrow::list(arrow::int32()), "[[1, 2], null]").ValueOrDie();
  EXPECT_EQ(ValueText(*list, 0), "list<item: int32>[1, 2]");
  EXPECT_EQ(ValueText(*list, 1), "null");
  const auto text =
      arrow::json::ArrayFromJSONString(
          arrow::utf8(), "[\"" + std::string(150, 'a') + "\xC3\xA4" + std::string(150, 'b') + "\"]")
          .ValueOrDie();
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field(std::string(46, 'n'), text->type())}), 1, {text});
  const std::string shown = RowText(*batch, 0, 1);
  EXPECT_LE(shown.size(), 203U);
  EXPECT_TRUE(shown.ends_with("..."));
}

TEST(CompareColumns, SpellsNumbersInOneWay) {
  for (const auto& [text, canonical] :
       std::vector<std::pair<std::string, std::string>>{{"0", "0"},
                                                        {"-0.0", "0"},
                                                        {"0.000", "0"},
                                                        {"10", "10"},
                                                        {"1.50", "1.5"},
                                                        {"-0.00120", "-0.0012"},
                                                        {"-1.2e-3", "-0.0012"},
                                                        {"1e+23", "100000000000000000000000"},
                                                        {"1.5E2", "150"},
                                                        {"12.5e-1", "1.25"},
                                                        {"007", "7"},
                                                        {"nan", "nan"},
                                                        {"inf", "inf"},
                                                        {"-inf", "-inf"},
                                                        {"-nan", "nan"},
                                                        {"5.", "5"}}) {
    EXPECT_EQ(CanonicalNumber(text), canonical) << text;
  }
}

}  // namespace
}  // namespace pyforge::core
