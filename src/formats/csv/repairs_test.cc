// What becomes of files that are not quite CSV: which value a user would expect, and that it is
// told.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/errors.h"
#include "formats/csv/field_text.h"
#include "formats/csv/format.h"
#include "formats/csv/header_names.h"
#include "formats/csv/reader.h"
#include "formats/csv/reader_testing.h"
#include "support/matchers.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ReadSettings WithHeader() {
  return {.options = {.delimiter = ",", .quote = "\"", .header = Header::kYes}};
}

ReadResult Read(const std::string& text, const ReadSettings& settings = WithHeader()) {
  auto result = ReadCsv(text, settings);
  EXPECT_TRUE(result.ok()) << result.status() << "\n" << text.substr(0, 1000);
  if (!result.ok()) return {.table = *arrow::Table::MakeEmpty(arrow::schema({}))};
  return *std::move(result);
}

std::string Resolve(std::string_view raw, char escape = '"') {
  Dialect dialect;
  dialect.escape = escape;
  std::string value;
  ResolveField(dialect, raw, false, &value);
  return value;
}

// Rows that end in delimiters.

TEST(CsvRepairs, TypesAFileInWhichEveryRowEndsInADelimiter) {
  for (const int row_count : {3, 5000}) {
    std::string text = "x,y\n";
    for (int i = 0; i < row_count; ++i) text += std::to_string(i) + ".25," + "7,\n";
    const ReadResult result = Read(text);
    ASSERT_EQ(result.table->schema()->ToString(), "x: double\ny: int64") << row_count;
    EXPECT_EQ(result.table->num_rows(), row_count);
    EXPECT_EQ(result.ledger.rejected_count(), 0);
    EXPECT_EQ(CountOf(result.ledger, "csv.long_row"), row_count);
  }
}

TEST(CsvRepairs, WidensTypesByALateRowThatEndsInADelimiter) {
  std::string text = "x,y\n";
  for (int i = 0; i < 40000; ++i) text += "1,2,\n";
  text += "1,late,\n";
  const ReadResult result = Read(text);
  EXPECT_EQ(result.table->schema()->ToString(), "x: int64\ny: string");
  EXPECT_EQ(Cell(*result.table, 1, 40000), "late");
  EXPECT_EQ(result.ledger.rejected_count(), 0);
}

TEST(CsvRepairs, DropsSurplusThatIsNothingButBlanks) {
  const ReadResult result = Read("x,y\n1,2,\"\n\"\n3,4, \n5,6\n");
  EXPECT_EQ(result.table->schema()->ToString(), "x: int64\ny: int64");
  EXPECT_EQ(result.table->num_rows(), 3);
}

TEST(CsvRepairs, RefusesNoneOfManyLongRowsWhateverTheyHold) {
  std::mt19937 random(std::random_device{}());
  std::string text = "x,y\n";
  int long_count = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool is_long = random() % 4 == 0;
    text += is_long ? "some,words,here\n" : "1,2\n";
    long_count += is_long ? 1 : 0;
  }
  const ReadResult result = Read(text);
  EXPECT_EQ(result.ledger.rejected_count(), 0);
  ASSERT_EQ(result.table->num_rows(), 3000);
  ASSERT_EQ(result.table->num_columns(), 3);
  int kept = 0;
  for (int64_t row = 0; row < 3000; ++row) {
    const std::vector<std::string> cells = Row(*result.table, row);
    const bool is_whole = cells == std::vector<std::string>{"null", "null", "some,words,here"} ||
                          cells == std::vector<std::string>{"some", "words", "here"};
    kept += is_whole ? 1 : 0;
  }
  EXPECT_EQ(kept, long_count) << "every character of every long row is in the table";
}

// Quotes.

TEST(CsvRepairs, KeepsQuotesWithinAFieldThatAProgramDidNotDouble) {
  EXPECT_EQ(Resolve("\"the \"best\" of all\""), "the \"best\" of all");
  EXPECT_EQ(Resolve("\"of \"all\""), "of \"all");
  EXPECT_EQ(Resolve("\"the \"best\"\""), "the \"best\"");
  EXPECT_EQ(Resolve("\"one \"\"two\"\" \"three\" four\""), "one \"two\" \"three\" four");
  EXPECT_EQ(Resolve("\"in\"side"), "inside") << "not where the field does not end in a quote";
}

TEST(CsvRepairs, DropsBlanksBehindAClosingQuote) {
  EXPECT_EQ(Resolve("\"onions\"  "), "onions");
  EXPECT_EQ(Resolve("\" onions \"\t"), " onions ");
  const ReadResult result = Read("a,b\n\"x\" ,\"y\"  \n");
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("x", "y"));
  EXPECT_THAT(result.ledger.entries(), IsEmpty());
}

TEST(CsvRepairs, PutsATextBackTogetherThatItsOwnQuotesCut) {
  const ReadResult result = Read("n,t\n1,\"the \"best\" of, well, all\"\n2,\"plain\"\n");
  EXPECT_EQ(Cell(*result.table, 1, 0), "the \"best\" of, well, all");
  EXPECT_EQ(Cell(*result.table, 1, 1), "plain");
}

TEST(CsvRepairs, LosesNoRowToALoneQuoteAtALineEnd) {
  const std::string text =
      "d,item,note\n"
      "1,lamp,\"\n"
      "2,tote,\"large, with handles\"\n"
      "3,hat,\"straw\"\n";
  for (const int64_t morsel_bytes : {1, 7, 64, 1000}) {
    ReadSettings settings = WithHeader();
    settings.tuning.morsel_bytes = morsel_bytes;
    const ReadResult result = Read(text, settings);
    ASSERT_EQ(result.table->num_rows(), 3) << morsel_bytes;
    EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "lamp", "\""));
    EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "tote", "large, with handles"));
    EXPECT_EQ(CountOf(result.ledger, "csv.unclosed_quote"), 1);
  }
}

TEST(CsvRepairs, KeepsLineEndsInQuotesThatCloseWhereTheyShould) {
  const ReadResult result = Read("a,b\n\"one,\ntwo,\n\"\"three\"\"\",x\n");
  EXPECT_EQ(Cell(*result.table, 0, 0), "one,\ntwo,\n\"three\"");
  EXPECT_THAT(result.ledger.entries(), IsEmpty());
}

TEST(CsvRepairs, TakesQuotesForTextWhereMostOfThemEncloseNothing) {
  std::string text = "n\ttitle\n";
  for (int i = 0; i < 20; ++i) text += "0\t\"Word\"_and_more\n";
  text += "0\t\"Whole\"\n0\t\"\n1\tlast\n";
  ReadSettings settings;
  settings.options.header = Header::kYes;
  const ReadResult result = Read(text, settings);
  ASSERT_EQ(result.table->num_rows(), 23);
  EXPECT_EQ(Cell(*result.table, 1, 0), "\"Word\"_and_more");
  EXPECT_EQ(Cell(*result.table, 1, 20), "\"Whole\"");
  EXPECT_EQ(Cell(*result.table, 1, 21), "\"");
}

TEST(CsvRepairs, TakesABackslashForAnEscapeOnlyWhereItIsOne) {
  EXPECT_EQ(Resolve("\"C:\\temp\\new\"", '\\'), "C:\\temp\\new");
  EXPECT_EQ(Resolve("\"8\\'9\\\" long\"", '\\'), "8\\'9\" long");
  EXPECT_EQ(Resolve("a\\,b\\\\c", '\\'), "a,b\\c");
  EXPECT_EQ(Resolve("line\\\nend", '\\'), "line\nend");
}

// Headers.

TEST(CsvRepairs, RepairsAndReportsAHeaderThatIsNotUtf8) {
  ReadSettings settings = WithHeader();
  settings.options.encoding = "utf-8";
  const std::string text = "id,na\xFFme\n1,x\n";
  const ReadResult result = Read(text, settings);
  EXPECT_EQ(result.table->schema()->field(1)->name(), "na\xEF\xBF\xBDme");
  EXPECT_EQ(CountOf(result.ledger, "csv.bad_utf8"), 1);
  settings.request.strict = true;
  EXPECT_THAT(ReadCsv(text, settings).status(), FailsWith("csv.bad_utf8"));
}

TEST(CsvRepairs, ReportsAHeaderWithFewerNamesThanColumns) {
  const ReadResult result = Read("a,b\n1,2,x\n3,4,y\n");
  EXPECT_EQ(result.table->num_columns(), 3);
  EXPECT_EQ(Cell(*result.table, 2, 1), "y");
  EXPECT_EQ(CountOf(result.ledger, "csv.short_header"), 1);
  ReadSettings strict = WithHeader();
  strict.request.strict = true;
  EXPECT_THAT(ReadCsv("a,b\n1,2,x\n3,4,y\n", strict).status(), FailsWith("csv.short_header"));
}

TEST(CsvRepairs, SpreadsAPartOfTheHeaderButNotATitle) {
  const std::vector<std::string> title = {"Staff", "", ""};
  const std::vector<std::string> groups = {"", "2013", ""};
  const std::vector<std::string> names = {"unit", "men", "women"};
  EXPECT_THAT(JoinHeaderRows({&title, &groups, &names}),
              ElementsAre("Staff unit", "2013 men", "2013 women"));
}

TEST(CsvRepairs, TakesEmptyLinesForRowsOfOneColumnWhereNoLineIsAHeader) {
  ReadSettings settings = WithHeader();
  settings.options.header = Header::kNo;
  const ReadResult result = Read("\n\n", settings);
  EXPECT_EQ(result.table->num_rows(), 2);
  EXPECT_EQ(result.table->num_columns(), 1);
  EXPECT_EQ(Read("\n\n").table->num_rows(), 0);
}

TEST(CsvRepairs, KeepsALastLineLikeOthersThatStandAmongTheRows) {
  ReadSettings settings = WithHeader();
  settings.options.header = Header::kNo;
  settings.options.comment = "";
  const ReadResult result = Read("a,b,c\nfruit\nd,e,f\n\nnuts\n", settings);
  EXPECT_EQ(result.table->num_rows(), 4);
  EXPECT_EQ(Cell(*result.table, 0, 3), "nuts");
}

TEST(CsvRepairs, KeepsBlanksThatMayBelongToTheValues) {
  ReadSettings settings = WithHeader();
  settings.options.header = Header::kNo;
  const ReadResult result =
      Read("a,b,c,d\n e ,f , g,h \n\" i \", \" j \" , \" k \",\" l \"\n", settings);
  EXPECT_THAT(Row(*result.table, 1), ElementsAre(" e ", "f ", " g", "h "));
}

// Contracts.

TEST(CsvRepairs, ReadsValuesOfAContractWithBlanksAroundThem) {
  ReadSettings settings = WithHeader();
  settings.request.contract =
      arrow::schema({arrow::field("n", arrow::int64()), arrow::field("d", arrow::date32()),
                     arrow::field("t", arrow::utf8())});
  const ReadResult result = Read("n,d,t\n1, 2023-01-01, x\n 2 ,2023-01-02,y\n", settings);
  EXPECT_EQ(result.ledger.rejected_count(), 0);
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "2023-01-01", " x"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "2023-01-02", "y"));
  const ReadResult bad = Read("n,d,t\n1, 2023-01-01,x\n two,2023-01-02,y\n", settings);
  EXPECT_EQ(bad.ledger.rejected_count(), 1);
  EXPECT_EQ(bad.table->num_rows(), 1);
}

TEST(CsvRepairs, ReadsDatesWithACommaBeforeTheTime) {
  ReadSettings settings = WithHeader();
  settings.options.date_format = "mm/dd/yyyy, h:mm AM";
  const ReadResult result =
      Read("id,at\n1,\"1/2/2023, 12:33 PM\"\n2,\"12/2/2023, 11:57 AM\"\n", settings);
  EXPECT_EQ(Cell(*result.table, 1, 0), "2023-01-02 12:33:00.000000");
  EXPECT_EQ(Cell(*result.table, 1, 1), "2023-12-02 11:57:00.000000");
}

// What is text at all.

double Confidence(std::string_view head, std::string_view name) {
  return Descriptor().sniff(head, name).confidence;
}

TEST(CsvSniff, TakesShortTextsWithNulsByTheirName) {
  EXPECT_GT(Confidence(std::string_view("a\0b", 3), "t.csv"), 0.5);
  EXPECT_GT(Confidence(std::string_view("a|b\0c\n1|2\n", 10), "t.csv"), 0.5);
  EXPECT_GT(Confidence("PAR1,PAR2\n1,2\n", "t.csv"), 0.5);
}

TEST(CsvSniff, TakesNulsAtTheEndForFilling) {
  std::string text = "id,name\n";
  for (int i = 0; i < 100; ++i) text += "17,someone\n";
  EXPECT_GT(Confidence(text + std::string(2000, '\0'), "t.csv"), 0.5);
  EXPECT_EQ(Confidence(std::string(2000, '\0'), "t.csv"), 0);
}

TEST(CsvSniff, RefusesBinaryFilesWhateverTheirName) {
  using namespace std::string_literals;  // NUL bytes in literals
  for (const std::string& head :
       {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "PK\x03\x04\x14\0\0\0"s, "PAR1\x15\x04"s,
        "\x7F"
        "ELF\x02\x01\x01\0"s,
        "%PDF-1.7\n%\xE2\xE3"s}) {
    EXPECT_EQ(Confidence(head, "t.csv"), 0) << head;
  }
  std::mt19937 random(std::random_device{}());
  std::string noise(4096, '\0');
  std::generate(noise.begin(), noise.end(), [&] { return static_cast<char>(random()); });
  EXPECT_EQ(Confidence(noise, "t.csv"), 0);
}

TEST(CsvRepairs, LeavesOutWhatFillsALargeFileUp) {
  std::string rows = "id,size\n";
  int64_t count = 0;
  for (; rows.size() < (300U << 10); ++count) rows += fmt::format("{},{}\n", count, count * 7);
  for (const size_t filling : {1U, 5000U, 40'000U, 64U << 10, 3U << 20}) {
    auto read = ReadCsv(rows + std::string(filling, '\0'));
    ASSERT_OK(read);
    EXPECT_EQ(read->table->num_rows(), count) << filling;
    EXPECT_TRUE(read->table->schema()->field(0)->type()->Equals(arrow::int64())) << filling;
    EXPECT_EQ(read->record_count, count) << filling;
  }
  // Within the beginning that is looked at, and below a footer.
  auto small = ReadCsv("id,size\n1,2\n3,4\n" + std::string(2U << 20, '\0'));
  ASSERT_OK(small);
  EXPECT_EQ(small->table->num_rows(), 2);
  EXPECT_TRUE(small->table->schema()->field(0)->type()->Equals(arrow::int64()));
}

}  // namespace
}  // namespace pyforge::csv
