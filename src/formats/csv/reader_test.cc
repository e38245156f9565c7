#include "formats/csv/reader.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/errors.h"
#include "formats/csv/reader_testing.h"
#include "support/matchers.h"
#include "support/seed.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Settings that take the header as given, so that tiny tables are read as meant.
ReadSettings WithHeader() {
  return {.options = {.delimiter = ",", .quote = "\"", .header = Header::kYes}};
}

ReadResult Read(const std::string& text, const ReadSettings& settings = WithHeader()) {
  auto result = ReadCsv(text, settings);
  EXPECT_TRUE(result.ok()) << result.status() << "\n" << text;
  if (!result.ok()) return {.table = *arrow::Table::MakeEmpty(arrow::schema({}))};
  return *std::move(result);
}

TEST(CsvReader, ReadsTypedColumns) {
  const ReadResult result = Read(
      "id,amount,day,at,ok,name\n"
      "1,1.50,2024-02-29,2024-01-01 10:00:00,true,ann\n"
      "2,2.25,2023-12-31,2024-01-02 11:30:00,false,bob\n");
  EXPECT_THAT(Types(result),
              ElementsAre("int64", "double", "date32[day]", "timestamp[us]", "bool", "string"));
  EXPECT_THAT(Row(*result.table, 0),
              ElementsAre("1", "1.5", "2024-02-29", "2024-01-01 10:00:00.000000", "true", "ann"));
  EXPECT_TRUE(result.ledger.empty());
  EXPECT_FALSE(result.restarted);
}

TEST(CsvReader, TellsNullFromEmptyText) {
  const ReadResult result = Read("a,b\nx,\ny,\"\"\n");
  EXPECT_EQ(Cell(*result.table, 1, 0), "null");
  EXPECT_EQ(Cell(*result.table, 1, 1), "");
}

TEST(CsvReader, TakesQuotedEmptyAsNullInAColumnOfNumbers) {
  const ReadResult result = Read("a,b\n1,x\n\"\",y\n3,z\n");
  EXPECT_EQ(Types(result)[0], "int64");
  EXPECT_EQ(Cell(*result.table, 0, 1), "null");
  ASSERT_THAT(result.ledger.entries(), SizeIs(1));
  EXPECT_EQ(result.ledger.entries()[0].code, &kQuotedEmpty);
  EXPECT_EQ(result.ledger.entries()[0].column, "a");
  EXPECT_EQ(result.ledger.entries()[0].first_row, 1);
}

TEST(CsvReader, KeepsQuotesLineEndsAndDelimitersInQuotedText) {
  const ReadResult result = Read("a,b\n1,\"x\"\"y\"\"\"\n2,\"l\r\nm\"\n3,\"p,q\"\n4,\"\"\"\"\n");
  EXPECT_EQ(Cell(*result.table, 1, 0), "x\"y\"");
  EXPECT_EQ(Cell(*result.table, 1, 1), "l\r\nm");
  EXPECT_EQ(Cell(*result.table, 1, 2), "p,q");
  EXPECT_EQ(Cell(*result.table, 1, 3), "\"");
  EXPECT_TRUE(result.ledger.empty());
  EXPECT_EQ(result.line_count, 5);
}

TEST(CsvReader, TakesStrayQuotesLiterallyAndCountsThem) {
  const ReadResult result = Read("a,b\n12\" pipe,x\n\"in\"side,y\n3,\"z\"\n");
  EXPECT_EQ(Cell(*result.table, 0, 0), "12\" pipe");
  EXPECT_EQ(Cell(*result.table, 0, 1), "inside");
  EXPECT_EQ(CountOf(result.ledger, "csv.stray_quote"), 2);
  EXPECT_EQ(result.ledger.entries()[0].first_row, 0);
}

TEST(CsvReader, TakesANeverClosedQuoteLiterally) {
  const ReadResult result = Read("a,b\n1,x\n2,\"y\n3,z\n");
  EXPECT_EQ(result.table->num_rows(), 3);
  EXPECT_EQ(Cell(*result.table, 1, 1), "\"y");
  ASSERT_THAT(result.ledger.entries(), SizeIs(1));
  EXPECT_EQ(result.ledger.entries()[0].code, &kUnclosedQuote);
  EXPECT_EQ(result.ledger.entries()[0].column, "b");
  EXPECT_EQ(result.ledger.entries()[0].first_row, 1);
  EXPECT_EQ(result.ledger.entries()[0].first_byte_offset, 10);
}

TEST(CsvReader, TellsOfRowsBetweenTwoQuotesByMistake) {
  const std::string swallowed = "a,b,c,d\n0,u,v,w\n1,w,x,y\n2,\",x,y\n3,p,q,r\n4,\",t,u\n5,v,w,x\n";
  const ReadResult result = Read(swallowed);
  EXPECT_EQ(result.table->num_rows(), 4);
  EXPECT_EQ(Cell(*result.table, 1, 2), ",x,y\n3,p,q,r\n4,");
  ASSERT_EQ(CountOf(result.ledger, "csv.swallowed_rows"), 3);
  const LedgerEntry& entry = result.ledger.entries()[0];
  EXPECT_EQ(entry.column, "b");
  EXPECT_EQ(entry.first_row, 2);
  EXPECT_EQ(entry.first_byte_offset, 26);

  std::string with_cr = swallowed;
  std::replace(with_cr.begin(), with_cr.end(), '\n', '\r');
  EXPECT_EQ(CountOf(Read(with_cr).ledger, "csv.swallowed_rows"), 3);

  ReadSettings strict = WithHeader();
  strict.request.strict = true;
  const ReadResult rejected = Read(swallowed, strict);
  ASSERT_THAT(rejected.ledger.rejected(), SizeIs(1));
  EXPECT_EQ(rejected.ledger.rejected()[0].reason, &kSwallowedRows);
  EXPECT_EQ(rejected.ledger.rejected()[0].raw, "2,\",x,y\n3,p,q,r\n4,\",t,u");

  // Lines of another shape, or too few of them to tell.
  for (const char* const text : {"a,b,c,d\n1,\"x\ny\nz\",3,4\n5,6,7,8\n",
                                 "a,b,c,d\n1,\"x, y,\nand z, of,\nthat,\",3,4\n5,6,7,8\n",
                                 "a,b,c\n1,\",x\n2,\",y\n5,6,7\n"}) {
    EXPECT_EQ(CountOf(Read(text).ledger, "csv.swallowed_rows"), 0) << text;
  }
}

TEST(CsvReader, PadsShortRowsWithNull) {
  const ReadResult result = Read("a,b,c\n1,x,5\n2\n3,z,7\n");
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "null", "null"));
  EXPECT_EQ(CountOf(result.ledger, "csv.short_row"), 1);
  EXPECT_EQ(result.ledger.entries()[0].first_row, 1);
  EXPECT_EQ(result.ledger.entries()[0].first_byte_offset, 12);
  EXPECT_EQ(result.ledger.entries()[0].first_value, "2");
}

TEST(CsvReader, PutsAnUnquotedDelimiterBackIntoTheTextColumn) {
  const ReadResult result =
      Read("id,name,day\n1,ann,2024-01-01\n2,smith, john,2024-01-02\n3,bob,2024-01-03\n");
  EXPECT_THAT(Types(result), ElementsAre("int64", "string", "date32[day]"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "smith, john", "2024-01-02"));
  EXPECT_EQ(CountOf(result.ledger, "csv.long_row"), 1);
}

TEST(CsvReader, PutsSurplusThatBelongsNowhereIntoAnExtraColumn) {
  const ReadResult result = Read("id,n\n1,5\n2,6\n3,7,more,\"and, more\"\n4,8\n");
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("id", "n", "_extra"));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("3", "7", "more,\"and, more\""));
  EXPECT_THAT(Row(*result.table, 3), ElementsAre("4", "8", "null"));
  EXPECT_EQ(CountOf(result.ledger, "csv.long_row"), 1);
}

TEST(CsvReader, DropsEmptySurplusFields) {
  const ReadResult result = Read("id,n\n1,5\n2,6,,\n3,7\n");
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("id", "n"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "6"));
  EXPECT_EQ(CountOf(result.ledger, "csv.long_row"), 1);
}

TEST(CsvReader, WidensTypesForALongRowThatFitsInNoWay) {
  const ReadResult result = Read("id,n\n1,5\n2,6\nx,y,z\n4,8\n");
  EXPECT_THAT(Types(result), ElementsAre("string", "string", "string"));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("x", "y", "z"));
  EXPECT_THAT(Row(*result.table, 3), ElementsAre("4", "8", "null"));
}

constexpr int kLateRow = 38000;

/// Rows among which one stands where no sample is taken.
std::string WithLateRow(const std::string& head, const std::string& row, const std::string& late) {
  std::string text = head;
  for (int i = 0; i < 60000; ++i) {
    if (i == kLateRow) text += late;
    text += row;
  }
  return text;
}

TEST(CsvReader, RestartsWhenALateValueContradictsTheSample) {
  const std::string text = WithLateRow("a,b\n", "1,2024-01-01\n", "1.5,n/a\n");
  for (const bool evidence_first : {false, true}) {
    ReadSettings settings = WithHeader();
    settings.evidence_first = evidence_first;
    const ReadResult result = Read(text, settings);
    EXPECT_THAT(Types(result), ElementsAre("double", "string"));
    EXPECT_TRUE(result.restarted);
    EXPECT_EQ(result.table->num_rows(), 60001);
    EXPECT_THAT(Row(*result.table, kLateRow), ElementsAre("1.5", "n/a"));
    EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "2024-01-01"));
    EXPECT_THAT(result.evidence[1], HasSubstr("n/a"));
  }
}

TEST(CsvReader, AddsTheExtraColumnWhenALateRowNeedsIt) {
  const ReadResult result = Read(WithLateRow("a,b\n", "12345,67890\n", "1,2,x\n"));
  EXPECT_TRUE(result.restarted);
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("a", "b", "_extra"));
  EXPECT_THAT(Row(*result.table, kLateRow), ElementsAre("1", "2", "x"));
}

TEST(CsvReader, FailsAtAConflictWhenTypesComeFromTheSample) {
  ReadSettings settings = WithHeader();
  settings.request.types_from_sample = true;
  const auto result = ReadCsv(WithLateRow("a,b\n", "1,2024-01-01\n", "1.5,x\n"), settings);
  ASSERT_THAT(result.status(), FailsWith("csv.type_conflict"));
  const Where& where = DetailOf(result.status())->where();
  EXPECT_EQ(where.column, "a");
  EXPECT_EQ(where.row, kLateRow);
  EXPECT_EQ(where.byte_offset, 4 + kLateRow * 13);
  EXPECT_THAT(result.status().message(), HasSubstr("'1.5'"));
}

TEST(CsvReader, GivesEveryColumnAsTextWhenAsked) {
  ReadSettings settings = WithHeader();
  settings.request.types_as_text = true;
  const ReadResult result = Read("a,b\n007,\n1.50,\"\"\n2,x,y\n", settings);
  EXPECT_THAT(Types(result), ElementsAre("string", "string"));
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("007", "null"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("1.50", ""));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("2", "x,y"));
}

TEST(CsvReader, ReadsOnlyTheColumnsAskedForInTheirOrder) {
  ReadSettings settings = WithHeader();
  settings.request.columns = {"c", "a"};
  const ReadResult result = Read("a,b,c\n1,x,2.5\n2,y,3.5\n", settings);
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("c", "a"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("3.5", "2"));
}

TEST(CsvReader, RefusesAColumnThatIsNotThere) {
  ReadSettings settings = WithHeader();
  settings.request.columns = {"amuont"};
  const auto result = ReadCsv("id,amount\n1,2\n", settings);
  EXPECT_THAT(result.status(), FailsWith("input.no_such_column"));
  EXPECT_THAT(result.status().message(), HasSubstr("did you mean 'amount'"));
}

TEST(CsvReader, RefusesATableThatIsNotThere) {
  ReadSettings settings = WithHeader();
  settings.request.table = "other";
  EXPECT_THAT(ReadCsv("a,b\n1,2\n", settings).status(), FailsWith("input.no_such_table"));
}

std::shared_ptr<arrow::Schema> Contract() {
  return arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8()),
                        arrow::field("c", arrow::int8())});
}

TEST(CsvReader, DeliversTheTypesOfAContract) {
  ReadSettings settings = WithHeader();
  settings.request.contract = Contract();
  const ReadResult result = Read("c,a,b\n1,2,3\n-128,5,\n", settings);
  EXPECT_THAT(Types(result), ElementsAre("int64", "string", "int8"));
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("2", "3", "1"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("5", "null", "-128"));
}

TEST(CsvReader, RejectsRowsThatDoNotFitTheContract) {
  ReadSettings settings = WithHeader();
  settings.request.contract = Contract();
  const ReadResult result =
      Read("a,b,c\n1,x,1\n2,\"y\nz\",oops\nn/a,x,bad\n4,x,200\n5,x,5\n", settings);
  EXPECT_EQ(result.table->num_rows(), 2);
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("5", "x", "5"));
  EXPECT_EQ(result.record_count, 5);
  const auto& rejected = result.ledger.rejected();
  ASSERT_THAT(rejected, SizeIs(3));
  EXPECT_EQ(rejected[0].row, 1);
  EXPECT_EQ(rejected[0].line, 1);
  EXPECT_EQ(rejected[0].byte_offset, 12);
  EXPECT_EQ(rejected[0].column, "c");
  EXPECT_EQ(rejected[0].raw, "2,\"y\nz\",oops");
  EXPECT_EQ(rejected[0].reason, &kBadValue);
  EXPECT_THAT(rejected[0].message, HasSubstr("'oops'"));
  EXPECT_EQ(rejected[1].row, 2);
  EXPECT_EQ(rejected[1].line, 3);
  EXPECT_EQ(rejected[1].column, "a");
  EXPECT_EQ(rejected[2].row, 3);
  EXPECT_EQ(rejected[2].column, "c");
}

TEST(CsvReader, KeepsBadRowsInAColumnOfTheirOwn) {
  ReadSettings settings = WithHeader();
  settings.request.contract = Contract();
  settings.request.keep_bad_rows = true;
  const ReadResult result = Read("a,b,c\n1,x,1\n2,y,oops\n3,z,3\n", settings);
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("a", "b", "c", "_rejected"));
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "x", "1", "null"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("null", "null", "null", "2,y,oops"));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("3", "z", "3", "null"));
  EXPECT_EQ(result.ledger.rejected_count(), 0);
  EXPECT_EQ(CountOf(result.ledger, "csv.bad_value"), 1);
}

TEST(CsvReader, RefusesAContractWithAColumnThatTheFileLacks) {
  ReadSettings settings = WithHeader();
  settings.request.contract = arrow::schema({arrow::field("nowhere", arrow::int64())});
  EXPECT_THAT(ReadCsv("a,b\n1,2\n", settings).status(), FailsWith("input.no_such_column"));
}

TEST(CsvReader, NamesColumnsByAContractWhereTheFileHasNoHeader) {
  ReadSettings settings;
  settings.options = {.delimiter = ",", .header = Header::kNo};
  settings.request.contract =
      arrow::schema({arrow::field("x", arrow::int64()), arrow::field("y", arrow::utf8())});
  const ReadResult result = Read("1,a\n2,b\n", settings);
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("x", "y"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "b"));
}

TEST(CsvReader, TakesRepairsAsBadRowsWhenStrict) {
  ReadSettings settings = WithHeader();
  settings.request.strict = true;
  settings.options.encoding = "utf-8";
  const ReadResult result = Read(
      "a,b\n1,x\n2\n3,y,z\n4,in\"ner\n5,\"be\"hind\n6,\"dou\"\"bled\"\n7,b\xFF"
      "d\n8,fine\n",
      settings);
  EXPECT_EQ(result.table->num_rows(), 3);
  std::vector<std::string> reasons;
  for (const RejectedRow& row : result.ledger.rejected()) {
    reasons.push_back(std::to_string(row.row) + " " + std::string(row.reason->id));
  }
  EXPECT_THAT(reasons, ElementsAre("1 csv.ragged_row", "2 csv.ragged_row", "3 csv.stray_quote",
                                   "4 csv.stray_quote", "6 csv.bad_utf8"));
  EXPECT_THAT(result.ledger.entries(), IsEmpty());
}

TEST(CsvReader, RejectsARowWithANeverClosedQuoteWhenStrict) {
  ReadSettings settings = WithHeader();
  settings.request.strict = true;
  const ReadResult result = Read("a,b\n1,x\n2,\"y\n3,z\n", settings);
  ASSERT_THAT(result.ledger.rejected(), SizeIs(1));
  EXPECT_EQ(result.ledger.rejected()[0].reason, &kUnclosedQuote);
  EXPECT_EQ(result.table->num_rows(), 2);
}

TEST(CsvReader, RejectsFieldsAndRowsBeyondTheLimit) {
  for (const int64_t morsel : {64, 100, 4096}) {
    ReadSettings settings = WithHeader();
    settings.options.field_max = ByteSize{100};
    settings.tuning.morsel_bytes = morsel;
    const std::string text = "a,b\n1,x\n2," + std::string(101, 'y') + "\n3," +
                             std::string(99, 'z') + ",\n" + std::string(300, 'q') + "\n5,x\n";
    const ReadResult result = Read(text, settings);
    const auto& rejected = result.ledger.rejected();
    ASSERT_THAT(rejected, SizeIs(2)) << morsel;
    EXPECT_EQ(rejected[0].reason, &kFieldTooLong);
    EXPECT_EQ(rejected[0].column, "b");
    EXPECT_EQ(rejected[0].row, 1);
    EXPECT_EQ(rejected[1].reason, &kRowTooLong);
    EXPECT_EQ(rejected[1].row, 3);
    EXPECT_EQ(rejected[1].line, 3);
    EXPECT_EQ(result.table->num_rows(), 3);
    EXPECT_EQ(result.record_count, 5);
  }
}

TEST(CsvReader, KeepsTheBeginningOfARowBeyondTheLimit) {
  ReadSettings settings = WithHeader();
  settings.options.field_max = ByteSize{64};
  settings.tuning.morsel_bytes = 64;
  settings.request.keep_bad_rows = true;
  settings.request.types_as_text = true;
  const ReadResult result = Read("a,b\n1,x\n" + std::string(500, 'q') + "\n5,x\n", settings);
  EXPECT_EQ(result.table->num_rows(), 3);
  EXPECT_THAT(Cell(*result.table, 2, 1), HasSubstr("qqqq"));
  EXPECT_EQ(CountOf(result.ledger, "csv.row_too_long"), 1);
}

TEST(CsvReader, ReplacesInvalidUtf8AndCountsIt) {
  const ReadResult result = Read(
      "a,b\n1,gr\xFC\xDF"
      "e \xE2\x82\xAC\n2,\xC3\xA9t\xC3\xA9\n");
  EXPECT_EQ(Cell(*result.table, 1, 1), "\xC3\xA9t\xC3\xA9");
  const std::string repaired = Cell(*result.table, 1, 0);
  if (CountOf(result.ledger, "csv.bad_utf8") > 0) {
    EXPECT_EQ(repaired,
              "gr\xEF\xBF\xBD\xEF\xBF\xBD"
              "e \xE2\x82\xAC");
    EXPECT_EQ(CountOf(result.ledger, "csv.bad_utf8"), 2);
  } else {
    EXPECT_THAT(repaired, HasSubstr("gr\xC3\xBC\xC3\x9F"));  // taken for windows-1252
  }
}

TEST(CsvReader, RepairsUtf8UnderAGivenEncoding) {
  ReadSettings settings = WithHeader();
  settings.options.encoding = "utf-8";
  const ReadResult result = Read(
      "a,b\n1,gr\xFC\xDF"
      "e\n2,\"\"\"\xFF\"\n",
      settings);
  EXPECT_EQ(Cell(*result.table, 1, 0),
            "gr\xEF\xBF\xBD\xEF\xBF\xBD"
            "e");
  EXPECT_EQ(Cell(*result.table, 1, 1), "\"\xEF\xBF\xBD");
  EXPECT_EQ(CountOf(result.ledger, "csv.bad_utf8"), 3);
}

TEST(CsvReader, CountsWhatAnEncodingCannotRead) {
  ReadSettings settings = WithHeader();
  settings.options.encoding = "shift_jis";
  const ReadResult result = Read("a,b\n1,\x93\xFA\x96\x7B\n2,\x93\xFF\n", settings);
  EXPECT_EQ(Cell(*result.table, 1, 0), "日本");
  EXPECT_GE(CountOf(result.ledger, "csv.bad_utf8"), 1);
}

TEST(CsvReader, KeepsAndCountsNulCharacters) {
  const ReadResult result = Read(std::string("a,b\n1,x\n2,y\0z\n", 14));
  EXPECT_EQ(Cell(*result.table, 1, 1), std::string("y\0z", 3));
  ASSERT_THAT(result.ledger.entries(), SizeIs(1));
  EXPECT_EQ(result.ledger.entries()[0].code, &kNul);
  EXPECT_EQ(result.ledger.entries()[0].first_row, 1);
  EXPECT_EQ(result.ledger.entries()[0].first_byte_offset, 11);
}

TEST(CsvReader, TakesGivenWordsAsNullUnlessQuoted) {
  ReadSettings settings = WithHeader();
  settings.options.null_values = {"NA", "-"};
  const ReadResult result = Read("a,b\n1,NA\nNA,\"NA\"\n-,x\n", settings);
  EXPECT_EQ(Types(result)[0], "int64");
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "null"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("null", "NA"));
  EXPECT_EQ(Cell(*result.table, 0, 2), "null");
}

TEST(CsvReader, ReadsBackslashEscapes) {
  ReadSettings settings = WithHeader();
  settings.options.escape = "\\";
  const ReadResult result = Read("a,b\n1,x\\,y\n\\N,\"q\\\"\"\n3,\\N\n\"4\",\\\\\n", settings);
  EXPECT_EQ(Types(result)[0], "int64");
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "x,y"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("null", "q\""));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("3", "null"));
  EXPECT_THAT(Row(*result.table, 3), ElementsAre("4", "\\"));
}

// Its fields are no numbers, which has to be known of a row that no line end ends.
TEST(CsvReader, TakesTypesFromALongLastRecordThatEndsInAnEscape) {
  ReadSettings settings = WithHeader();
  settings.options.escape = "\\";
  const ReadResult result = Read("a,b\n1,2\n3,4\nx,y,more\\", settings);
  ASSERT_THAT(result.table->ColumnNames(), ElementsAre("a", "b", "_extra"));
  ASSERT_EQ(result.table->num_rows(), 3);
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("x", "y", "more\\"));
}

TEST(CsvReader, LeavesOutBlankLinesAndComments) {
  ReadSettings settings = WithHeader();
  settings.options.comment = "#";
  const ReadResult result = Read("a,b\n\n1,x\n# no, \"row\n\r\n2,y\n\n", settings);
  EXPECT_EQ(result.table->num_rows(), 2);
  EXPECT_EQ(result.record_count, 2);
  EXPECT_TRUE(result.ledger.empty());
}

TEST(CsvReader, SplitsAtADelimiterOfSeveralCharacters) {
  ReadSettings settings = WithHeader();
  settings.options.delimiter = "||";
  const ReadResult result = Read("a||b||c\n1||\"x||y\"||2.5\n2||p|q||3.5\n", settings);
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "x||y", "2.5"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("2", "p|q", "3.5"));
}

TEST(CsvReader, ReadsFilesWithLoneCarriageReturns) {
  const ReadResult result = Read("a,b\r1,x\r2,\"y\rz\"\r");
  EXPECT_EQ(result.table->num_rows(), 2);
  EXPECT_EQ(Cell(*result.table, 1, 1), "y\rz");
}

TEST(CsvReader, ReadsUtf16) {
  const std::string text = "a,b\n1,é\n";
  std::string utf16 = "\xFF\xFE";
  for (const char16_t unit : std::u16string(u"a,b\n1,é\n")) {
    utf16 += static_cast<char>(unit & 0xFF);
    utf16 += static_cast<char>(unit >> 8);
  }
  const ReadResult result = Read(utf16);
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("a", "b"));
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "é"));
}

TEST(CsvReader, SkipsAByteOrderMark) {
  const ReadResult result = Read("\xEF\xBB\xBF\"a\",b\n1,x\n2\n");
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("a", "b"));
  EXPECT_EQ(result.ledger.entries()[0].first_byte_offset, 3 + 10);
}

TEST(CsvReader, ReadsAFileWithoutRows) {
  EXPECT_EQ(Read("a,b\n").table->num_rows(), 0);
  EXPECT_THAT(Read("a,b\n").table->ColumnNames(), ElementsAre("a", "b"));
  EXPECT_EQ(Read("", {}).table->num_columns(), 0);
  EXPECT_EQ(Read("\n\n\n", {}).table->num_rows(), 0);
}

TEST(CsvReader, MakesNamesUnique) {
  const ReadResult result = Read("a,,a\n1,2,3\n");
  EXPECT_THAT(result.table->ColumnNames(), ElementsAre("a", "column_2", "a_2"));
  EXPECT_EQ(result.table->schema()->field(2)->metadata()->Get("source_name").ValueOr(""), "a");
}

TEST(CsvReader, WarnsOfDatesThatDoNotTellDayFromMonth) {
  const ReadResult result = Read("a,b\n1,01/02/2024\n2,03/04/2024\n");
  EXPECT_EQ(Types(result)[1], "string");
  ASSERT_THAT(result.warnings, SizeIs(1));
  EXPECT_THAT(result.warnings[0], HasSubstr("'b'"));
}

TEST(CsvReader, TakesTheUsersWordForTheOrderOfDates) {
  for (const std::string format : {"dmy", "dd/mm/yyyy", "%d/%m/%Y", "%-d/%-m/%Y %I:%M %p"}) {
    ReadSettings settings = WithHeader();
    settings.options.date_format = format;
    const ReadResult result = Read("a,b\n1,01/02/2024\n2,03/04/2024\n", settings);
    EXPECT_EQ(Types(result)[1], "date32[day]");
    EXPECT_EQ(Cell(*result.table, 1, 1), "2024-04-03");
    EXPECT_THAT(result.warnings, IsEmpty());
  }
}

TEST(CsvReader, DecidesAmbiguousDatesByALateValue) {
  const ReadResult result = Read(WithLateRow("a,b\n", "1,01/02/2024\n", "1,31/12/2024\n"));
  EXPECT_EQ(Types(result)[1], "date32[day]");
  EXPECT_EQ(Cell(*result.table, 1, 0), "2024-02-01");
}

TEST(CsvReader, ReadsNumbersWithADecimalComma) {
  ReadSettings settings;
  settings.options = {.delimiter = ";", .header = Header::kYes, .decimal = ','};
  const ReadResult result = Read("a;b\n1,5;1.234,56\n2,5;0,5\n", settings);
  EXPECT_THAT(Types(result), ElementsAre("double", "double"));
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1.5", "1234.56"));
}

/// Everything that a table and its ledger say.
std::string Describe(const ReadResult& result) {
  std::string text = result.table->ToString();
  for (const LedgerEntry& entry : result.ledger.entries()) {
    text += fmt::format("{} {} {} {} {} {}\n", entry.code->id, entry.column, entry.count,
                        entry.first_row, entry.first_byte_offset, entry.first_value);
  }
  for (const RejectedRow& row : result.ledger.rejected()) {
    text += fmt::format("{} {} {} {} {} {}\n", row.row, row.line, row.byte_offset, row.column,
                        row.reason->id, row.raw);
  }
  text += fmt::format("{} records, {} lines", result.record_count, result.line_count);
  return text;
}

const std::string_view kNastyTexts[] = {
    "a,b\n1,\"x\ny\"\n2,\"\"\"\"\n3,\"p\"\"\n\"\n4,q\n",
    "a,b\r\n1,\"x\r\ny\"\r\n2,z\r\n\r\n3,w\r\n",
    "a,b\n1,12\" x\n2,\"a\"b\"\n3,\"\n4,5\n",
    "a,b,c\n1,2\n1,2,3,4\n\n1,x,3\n\"\",\"\",\"\"\n1.5,y,\"7\"\n",
    "a;b\n1;\"x;y\"\n2;z;w\n3\n",
    "a,b\n1,\xFFx\n2,\"\xC3\xA9\"\n3,\xE2\x82\n",
    "a,b\r1,x\r2,\"y\rz\"\r3,w",
};

/// Reads with the dialect of the text fixed, so that only the cutting differs.
ReadSettings NastySettings(std::string_view text) {
  ReadSettings settings = WithHeader();
  settings.options.encoding = "utf-8";
  settings.options.delimiter = text.starts_with("a;") ? ";" : ",";
  return settings;
}

TEST(CsvReader, GivesTheSameForEveryMorselSizeAndNumberOfDecoders) {
  for (const std::string_view text : kNastyTexts) {
    for (const bool strict : {false, true}) {
      ReadSettings settings = NastySettings(text);
      settings.request.strict = strict;
      const std::string expected = Describe(Read(std::string(text), settings));
      for (int64_t morsel = 16; morsel < static_cast<int64_t>(text.size()) + 2; ++morsel) {
        for (const int decoders : {1, 3}) {
          settings.tuning = {.morsel_bytes = morsel, .slice_bytes = 1 + morsel / 2};
          settings.decoder_count = decoders;
          EXPECT_EQ(Describe(Read(std::string(text), settings)), expected)
              << text << "\nmorsel " << morsel;
        }
      }
    }
  }
}

TEST(CsvReader, GivesTheSameForRandomTextHoweverItIsCut) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string_view cells[] = {"1",          "2.5",      "x",     "",     "\"q\"",
                                    "\"a\"\"b\"", "\"l\nm\"", "\"\"",  "12\"", "\"o\"pen",
                                    "2024-01-01", "true",     "\"1\"", "\"",   "é"};
  for (int round = 0; round < 150; ++round) {
    std::string text = "a,b,c\n";
    const uint64_t kinds = 2 + random() % (std::size(cells) - 2);
    for (uint64_t row = random() % 30; row > 0; --row) {
      const uint64_t count = random() % 10 == 0 ? random() % 6 : 3;
      for (uint64_t i = 0; i < count; ++i) {
        if (i > 0) text += ',';
        text += cells[random() % kinds];
      }
      text += random() % 5 == 0 ? "\r\n" : "\n";
    }
    ReadSettings settings = WithHeader();
    settings.request.types_as_text = round % 3 == 0;
    const std::string expected = Describe(Read(text, settings));
    settings.evidence_first = true;
    EXPECT_EQ(Describe(Read(text, settings)), expected) << text;
    settings.evidence_first = round % 2 == 0;
    for (const int64_t morsel : {16, 33, 64, 100}) {
      settings.tuning = {.morsel_bytes = morsel, .slice_bytes = morsel};
      settings.decoder_count = 2;
      EXPECT_EQ(Describe(Read(text, settings)), expected) << text << "\nmorsel " << morsel;
    }
  }
}

TEST(CsvReader, GivesTheSameForRowsBeyondTheLimitHoweverTheyAreCut) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string_view pieces[] = {"a",
                                     "bb",
                                     "é",
                                     ",",
                                     ",",
                                     "\"",
                                     "\"x\"",
                                     "\"\"",
                                     "\n",
                                     "\n",
                                     ",",
                                     "1",
                                     "#\xE2",
                                     "\r\n",
                                     "日本",
                                     "# no, row\n",
                                     std::string_view("\0", 1)};
  const std::string_view line_ends[] = {"\n", "\r\n", "\r"};
  for (int round = 0; round < 100; ++round) {
    const std::string_view line_end = line_ends[random() % std::size(line_ends)];
    std::string text = "a,b,c" + std::string(line_end);
    for (uint64_t count = random() % 60; count > 0; --count) {
      std::string piece(pieces[random() % std::size(pieces)]);
      if (piece == "\n") piece = line_end;
      for (uint64_t times = random() % 8 == 0 ? random() % 90 : 1; times > 0; --times)
        text += piece;
    }
    ReadSettings settings = WithHeader();
    settings.options.encoding = "utf-8";
    settings.options.delimiter = ",";
    settings.options.quote = "\"";
    settings.options.comment = round % 3 == 0 ? "#" : "";
    settings.options.field_max = ByteSize{64};
    settings.request.keep_bad_rows = round % 2 == 0;
    settings.request.strict = round % 5 == 0;
    settings.request.types_as_text = round % 7 == 0;
    settings.tuning = {.morsel_bytes = 1 << 16, .slice_bytes = 1 << 16};
    // Strictly, a header that is not sound is refused before any row is read.
    const Status status = ReadCsv(text, settings).status();
    if (FailedWith(status, kBadUtf8) || FailedWith(status, kShortHeader)) {
      EXPECT_TRUE(settings.request.strict) << text;
      continue;
    }
    const std::string expected = Describe(Read(text, settings));
    for (const int64_t morsel : {16, 33, 64, 100, 300}) {
      settings.tuning = {.morsel_bytes = morsel, .slice_bytes = morsel};
      settings.decoder_count = 2;
      ASSERT_EQ(Describe(Read(text, settings)), expected) << text << "\nmorsel " << morsel;
    }
  }
}

}  // namespace
}  // namespace pyforge::csv
