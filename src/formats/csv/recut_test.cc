// Rows that lost or gained a delimiter or a quote come out whole where the other rows tell how, and
// stay as they stand where nothing does.
#include "formats/csv/recut.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/reader_testing.h"

namespace pyforge::csv {
namespace {

using ::testing::ElementsAre;

/// A dozen rows of `id,name,day,price`.
std::string Orders(char delimiter = ',') {
  std::string text;
  const std::vector<std::string> names = {"Ana Silva", "Tom Smith", "Wei", "Zoe O'Brien"};
  for (int i = 0; i < 12; ++i) {
    text += fmt::format("{}{}{}{}2024-05-{:02}{}{}.50\n", 100 + i, delimiter,
                        names[static_cast<size_t>(i) % names.size()], delimiter, i + 1, delimiter,
                        (i * 37) % 90);
  }
  return text;
}

ReadResult Read(const std::string& text, const ReadSettings& settings = {}) {
  auto result = ReadCsv(text, settings);
  EXPECT_TRUE(result.ok()) << result.status() << "\n" << text;
  if (!result.ok()) return {.table = *arrow::Table::MakeEmpty(arrow::schema({}))};
  return *std::move(result);
}

/// What the row becomes behind a dozen whole ones; `code`, if any, is what is said of it.
std::vector<std::string> ReadBehindOrders(const std::string& row, const std::string& code,
                                          bool types_as_text = false) {
  ReadSettings settings{.options = {.quote = "\""}};
  settings.request.types_as_text = types_as_text;
  const ReadResult result =
      Read("id,name,day,price\n" + Orders() + row + "\n" + Orders(), settings);
  EXPECT_EQ(result.table->num_rows(), 25) << row;
  EXPECT_EQ(CountOf(result.ledger, code), 1) << row;
  if (!types_as_text) {
    EXPECT_EQ(result.table->schema()->ToString(),
              "id: int64\nname: string\nday: date32[day]\nprice: double")
        << row;
  }
  return Row(*result.table, 12);
}

std::vector<std::string> ReadRecut(const std::string& row) {
  return ReadBehindOrders(row, "csv.recut_row");
}

const auto kRight = ElementsAre("200", "Olga Nowak", "2024-06-01", "7.5");

TEST(CsvRecut, ReadsARowWithOtherDelimiters) {
  for (const char* const row :
       {"200;Olga Nowak;2024-06-01;7.50", "200\tOlga Nowak\t2024-06-01\t7.50",
        "200|Olga Nowak|2024-06-01|7.50", "200 Olga Nowak 2024-06-01 7.50"}) {
    EXPECT_THAT(ReadRecut(row), kRight) << row;
  }
}

TEST(CsvRecut, ReadsARowWithOneOtherDelimiter) {
  EXPECT_THAT(ReadRecut("200,Olga Nowak;2024-06-01,7.50"), kRight);
  EXPECT_THAT(ReadRecut("200|Olga Nowak,2024-06-01,7.50"), kRight);
}

TEST(CsvRecut, ReadsARowThatLacksADelimiter) {
  EXPECT_THAT(ReadRecut("200Olga Nowak,2024-06-01,7.50"), kRight);
  EXPECT_THAT(ReadRecut("200,Olga Nowak2024-06-01,7.50"), kRight);
}

TEST(CsvRecut, LeavesOutAnEmptyFieldThatNoColumnHas) {
  EXPECT_THAT(ReadRecut(",200,Olga Nowak,2024-06-01,7.50"), kRight);
  EXPECT_THAT(ReadRecut("200,,Olga Nowak,2024-06-01,7.50"), kRight);
  EXPECT_THAT(ReadRecut("200,Olga Nowak,2024-06-01,,7.50"), kRight);
}

TEST(CsvRecut, JoinsATextThatHoldsDelimiters) {
  EXPECT_THAT(ReadRecut("200,Olga,Nowak,2024-06-01,7.50"),
              ElementsAre("200", "Olga,Nowak", "2024-06-01", "7.5"));
}

TEST(CsvRecut, ReadsARowInQuotes) {
  EXPECT_THAT(ReadRecut("\"200,Olga Nowak,2024-06-01,7.50\""), kRight);
  EXPECT_THAT(ReadRecut("\"200,\"\"Nowak, Olga\"\",2024-06-01,7.50\""),
              ElementsAre("200", "Nowak, Olga", "2024-06-01", "7.5"));
}

TEST(CsvRecut, TakesAQuoteThatIsTooMuchForACharacter) {
  EXPECT_THAT(ReadRecut("\"200,\"Nowak, Olga\",2024-06-01,7.50"),
              ElementsAre("200", "Nowak, Olga", "2024-06-01", "7.5"));
  // As text the field stays as it stands.
  EXPECT_THAT(ReadBehindOrders("\"200,\"Nowak, Olga\",2024-06-01,7.50", "csv.recut_row", true),
              ElementsAre("\"200", "Nowak, Olga", "2024-06-01", "7.50"));
}

TEST(CsvRecut, ReadsARowInOtherQuotes) {
  std::string rows;
  for (int i = 0; i < 12; ++i)
    rows += fmt::format("{},\"Last, First\",\"{}\"\n", i, i % 3 == 0 ? "Bonn" : "Lisboa");
  const ReadResult result = Read("id,name,town\n" + rows + "12,'Nowak, Olga','Porto'\n");
  EXPECT_THAT(Row(*result.table, 12), ElementsAre("12", "Nowak, Olga", "Porto"));
  EXPECT_EQ(CountOf(result.ledger, "csv.recut_row"), 1);
}

TEST(CsvRecut, JoinsTextsOfAFileWhoseDelimiterNobodyQuoted) {
  std::string text = "id name \"note\" day\n";
  for (int i = 0; i < 40; ++i) {
    text += fmt::format("{} {} \"see {}\" 2024-05-{:02}\n", i,
                        i % 3 == 1   ? "Ana de Silva"
                        : i % 2 == 0 ? "Ana"
                                     : "Maria",
                        i % 3, i % 28 + 1);
  }
  const ReadResult result = Read(text, {.options = {.delimiter = "space"}});
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("0", "Ana", "see 0", "2024-05-01"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("1", "Ana de Silva", "see 1", "2024-05-02"));
}

TEST(CsvRecut, LeavesARowAsItStandsThatCanBeCutInSeveralWays) {
  // Two texts run together, which could end anywhere.
  std::string rows;
  for (int i = 0; i < 12; ++i) rows += fmt::format("{},Anna,Smith\n", 100 + i);
  for (int i = 0; i < 12; ++i) rows += fmt::format("{},Joanna,Smithson\n", 200 + i);
  const ReadResult result = Read("id,first,last\n" + rows + "300,AnnaSmith\n");
  EXPECT_THAT(Row(*result.table, 24), ElementsAre("300", "AnnaSmith", "null"));
  EXPECT_EQ(CountOf(result.ledger, "csv.short_row"), 1);
  EXPECT_EQ(CountOf(result.ledger, "csv.recut_row"), 0);
}

TEST(CsvRecut, LeavesShortRowsOfNumbersAsTheyStand) {
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += fmt::format("{},{},{}\n", i, i * 7 % 10, i * 3 % 10);
  const ReadResult result = Read("a,b,c\n" + rows + "12,3\n");
  EXPECT_THAT(Row(*result.table, 20), ElementsAre("12", "3", "null"));
  EXPECT_EQ(CountOf(result.ledger, "csv.short_row"), 1);
}

TEST(CsvRecut, LeavesRowsAsTheyStandThatMayBeShort) {
  std::string rows;
  for (int i = 0; i < 20; ++i) rows += fmt::format("{},a; b,{}\n", i, i % 2 == 0 ? "" : "c");
  const ReadResult result = Read("id,x,y\n" + rows + "21,a; b\n", {.options = {.delimiter = ","}});
  EXPECT_THAT(Row(*result.table, 20), ElementsAre("21", "a; b", "null"));
}

TEST(CsvRecut, FindsNoHabitsWhereOddRowsAreTheRule) {
  Dialect dialect;
  std::string text = Orders();
  EXPECT_NE(RowHabits::Find(text, dialect, 4), nullptr);
  for (int i = 0; i < 100; ++i) text += "x,y\n";
  EXPECT_EQ(RowHabits::Find(text, dialect, 4), nullptr);
  EXPECT_EQ(RowHabits::Find("1,2\n3,4\n", dialect, 2), nullptr) << "too few rows";
  EXPECT_EQ(RowHabits::Find(Orders(), dialect, 1), nullptr) << "one column";
}

TEST(CsvRecut, LeavesRowsAsTheyStandByTheUsersWord) {
  const ReadResult result =
      Read("id,name,day,price\n" + Orders() + "200;Olga Nowak;2024-06-01;7.50\n",
           {.options = {.mend_rows = false}});
  EXPECT_EQ(Cell(*result.table, 0, 12), "200;Olga Nowak;2024-06-01;7.50");
  EXPECT_EQ(CountOf(result.ledger, "csv.short_row"), 1);
}

TEST(CsvRecut, TakesWordsForNullForNothing) {
  std::string rows;
  for (int i = 0; i < 20; ++i) {
    rows += fmt::format("{},{},Ana\n", i, i % 2 == 0 ? "n/a" : "7");
  }
  const ReadResult result =
      Read("id,n,name\n" + rows + "20;n/a;Ana\n", {.options = {.null_values = {"n/a"}}});
  EXPECT_THAT(Row(*result.table, 20), ElementsAre("20", "null", "Ana"));
}

TEST(CsvRecut, RefusesSuchRowsWhenStrict) {
  ReadSettings settings;
  settings.request.strict = true;
  const ReadResult result =
      Read("id,name,day,price\n" + Orders() + "200;Olga Nowak;2024-06-01;7.50\n", settings);
  EXPECT_EQ(result.table->num_rows(), 12);
  EXPECT_EQ(result.ledger.rejected_count(), 1);
}

TEST(CsvRecut, DoesNotDependOnWhereMorselsEnd) {
  std::string text = "id,name,day,price\n" + Orders();
  for (int i = 0; i < 40; ++i) {
    text += "200;Olga Nowak;2024-06-01;7.50\n" + Orders() + "\"200,\"Nowak, Olga\",2024-06-01,7\n";
  }
  const ReadResult whole = Read(text, {.options = {.quote = "\""}});
  EXPECT_EQ(CountOf(whole.ledger, "csv.recut_row"), 80);
  for (const int64_t bytes : {64, 100, 1000}) {
    ReadSettings settings{.options = {.quote = "\""}, .decoder_count = 3};
    settings.tuning.morsel_bytes = bytes;
    settings.tuning.slice_bytes = bytes / 2;
    const ReadResult cut = Read(text, settings);
    EXPECT_TRUE(cut.table->Equals(*whole.table)) << bytes;
    EXPECT_EQ(CountOf(cut.ledger, "csv.recut_row"), 80) << bytes;
  }
}

}  // namespace
}  // namespace pyforge::csv
