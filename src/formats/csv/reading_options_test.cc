// Options that settle by the user's word what the reader would find out or decide by itself.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/header_names.h"
#include "formats/csv/reader_testing.h"

namespace pyforge::csv {
namespace {

using ::testing::ElementsAre;

ReadResult Read(const std::string& text, const ReadSettings& settings) {
  auto result = ReadCsv(text, settings);
  EXPECT_TRUE(result.ok()) << result.status() << "\n" << text;
  if (!result.ok()) return {.table = *arrow::Table::MakeEmpty(arrow::schema({}))};
  return *std::move(result);
}

std::vector<std::string> Names(const ReadResult& result) { return result.table->ColumnNames(); }

ReadSettings TextWithEmptyFields() {
  return {.options = {.header = Header::kYes, .empty_fields = EmptyFields::kText},
          .request = {.types_as_text = true}};
}

TEST(CsvEmptyFields, AreEmptyTextsInColumnsOfText) {
  const ReadResult result = Read("a,b,c\n1,,NA\n,\"\",null\n3\n", TextWithEmptyFields());
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "", "NA"));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("", "", "null"));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("3", "", ""));
}

TEST(CsvEmptyFields, AreEmptyTextsInRegularRowsToo) {
  std::string text = "a,b\n";
  for (int row = 0; row < 40'000; ++row) text += row % 3 == 0 ? ",x\n" : "y,\n";
  const ReadResult result = Read(text, TextWithEmptyFields());
  ASSERT_EQ(result.table->num_rows(), 40'000);
  for (const auto& column : result.table->columns()) EXPECT_EQ(column->null_count(), 0);
  EXPECT_THAT(Row(*result.table, 39'999), ElementsAre("", "x"));
  EXPECT_THAT(Row(*result.table, 39'998), ElementsAre("y", ""));
}

TEST(CsvEmptyFields, StayNullInOtherColumnsAndWhereAWordSaysNull) {
  ReadSettings settings = TextWithEmptyFields();
  settings.request.types_as_text = false;
  settings.options.null_values = {"-"};
  const ReadResult result = Read("id,name,none\n1,x,\n,,\n3,-,\n", settings);
  EXPECT_EQ(result.table->schema()->field(0)->type()->ToString(), "int64");
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "x", ""));
  EXPECT_THAT(Row(*result.table, 1), ElementsAre("null", "", ""));
  EXPECT_THAT(Row(*result.table, 2), ElementsAre("3", "null", ""));
}

TEST(CsvEmptyFields, AreNullInRowsThatAreKeptAsRejected) {
  ReadSettings settings = TextWithEmptyFields();
  settings.options.field_max = ByteSize{64};
  settings.request.keep_bad_rows = true;
  const ReadResult result = Read("a,b\n1,\n2," + std::string(200, 'x') + "\n", settings);
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "", "null"));
  EXPECT_EQ(Cell(*result.table, 0, 1), "null");
  EXPECT_EQ(Cell(*result.table, 1, 1), "null");
}

TEST(CsvDelimiters, AreChosenFromThoseThatAreGiven) {
  const std::string text = "a^b;c\n1^2;3\n4^5;6\n";
  EXPECT_THAT(Names(Read(text, {.options = {.delimiters = "^", .header = Header::kYes}})),
              ElementsAre("a", "b;c"));
  EXPECT_THAT(Names(Read(text, {.options = {.delimiters = ";,", .header = Header::kYes}})),
              ElementsAre("a^b", "c"));
  EXPECT_THAT(Names(Read(text, {.options = {.delimiters = ",\\t", .header = Header::kYes}})),
              ElementsAre("a^b;c"));
}

TEST(CsvDelimiters, AreColonsAndBlanksWhereEveryRowHasAsMany) {
  const ReadSettings settings{.options = {.delimiters = ",: ", .header = Header::kYes}};
  EXPECT_THAT(Names(Read("key:value\nname:Ana\ncity:Lisbon\n", settings)),
              ElementsAre("key", "value"));
  EXPECT_THAT(Names(Read("title\nThe old man\nWar and peace, and so on\n", settings)),
              ElementsAre("title"));
}

TEST(CsvInitialSpace, IsPartOfTheFieldOrNotByTheUsersWord) {
  const std::string text = "a,b\nx, y\nz,w\n";
  ReadSettings settings{.options = {.header = Header::kYes}};
  settings.options.skip_initial_space = true;
  EXPECT_THAT(Row(*Read(text, settings).table, 0), ElementsAre("x", "y"));
  settings.options.skip_initial_space = false;
  EXPECT_THAT(Row(*Read("a, b\nx, y\nz, w\n", settings).table, 0), ElementsAre("x", " y"));
}

TEST(CsvFooter, IsRowsWhereItIsToBeKept) {
  const std::string text =
      "id,name,city\n1,a,b\n2,c,d\n# x,y,z\n3,e,f\n4,g,h\n\nSource: the office\n";
  ReadSettings settings{.options = {.header = Header::kYes, .footer = Footer::kKeep, .comment = ""},
                        .request = {.types_as_text = true}};
  const ReadResult kept = Read(text, settings);
  ASSERT_EQ(kept.table->num_rows(), 6);
  EXPECT_THAT(Row(*kept.table, 2), ElementsAre("# x", "y", "z"));
  EXPECT_THAT(Row(*kept.table, 5), ElementsAre("Source: the office", "null", "null"));
  settings.options.footer = Footer::kAuto;
  EXPECT_EQ(Read(text, settings).table->num_rows(), 5);
}

TEST(CsvColumnNaming, FollowsPandasWhereItIsAskedTo) {
  ReadSettings settings{
      .options = {.header = Header::kYes, .column_naming = ColumnNaming::kPandas}};
  EXPECT_THAT(Names(Read("id,,a,a,a , \" \"\n1,2,3,4,5,6\n7,8,9,1,2,3\n", settings)),
              ElementsAre("id", "Unnamed: 1", "a", "a.1", "a_duplicate_1", "Column_6"));
  settings.options.header = Header::kNo;
  EXPECT_THAT(Names(Read("1,2\n3,4\n", settings)), ElementsAre("Column_1", "Column_2"));
}

TEST(PandasNames, NumbersRepeatedNamesPastThoseThatAreThere) {
  EXPECT_THAT(PandasNames({"a", "a.1", "a"}, true), ElementsAre("a", "a.1", "a.2"));
  EXPECT_THAT(PandasNames({"a", "b", "a", "a"}, true), ElementsAre("a", "b", "a.1", "a.2"));
  EXPECT_THAT(PandasNames({"n", "n ", "n.1", "n"}, true),
              ElementsAre("n", "n_duplicate_1", "n.1", "n.2"));
  EXPECT_THAT(PandasNames({"'x'", " y ", "\"", "x"}, true),
              ElementsAre("x", "y", "Column_3", "x_duplicate_1"));
}

// Lines that are more than the sample shows, none of which makes sense as a record.
std::string Preamble(int64_t line_count) {
  std::string text;
  for (int64_t i = 0; i < line_count; ++i) text += "a, remark \"of | another\tprogram, this is\n";
  return text;
}

std::string TableBelow(const char* name, int rows) {
  std::string text = "id;name;size\n";
  for (int i = 1; i <= rows; ++i) text += std::to_string(i) + ";" + name + ";7\n";
  return text;
}

class CsvSkipRows : public ::testing::TestWithParam<int64_t> {};

TEST_P(CsvSkipRows, SkipsJustSoManyLinesHoweverLong) {
  const int64_t lines = GetParam();
  const ReadResult result = Read(Preamble(lines) + TableBelow("x", 20'000) + "\nSource: nobody\n",
                                 {.options = {.skip_rows = lines}});
  EXPECT_THAT(Names(result), ElementsAre("id", "name", "size"));
  ASSERT_EQ(result.table->num_rows(), 20'000);
  EXPECT_THAT(Row(*result.table, 0), ElementsAre("1", "x", "7"));
  EXPECT_THAT(Row(*result.table, 19'999), ElementsAre("20000", "x", "7"));
}

TEST_P(CsvSkipRows, FindsTheEncodingBelow) {
  const int64_t lines = GetParam();
  const ReadResult result = Read(Preamble(lines) + TableBelow("M\xFCller sch\xF6n", 300),
                                 {.options = {.skip_rows = lines}});
  EXPECT_THAT(Names(result), ElementsAre("id", "name", "size"));
  ASSERT_EQ(result.table->num_rows(), 300);
  EXPECT_THAT(Row(*result.table, 299), ElementsAre("300", "M\u00FCller sch\u00F6n", "7"));
}

// In bytes about 1 KB, 200 KB, 320 KB and 2 MB; the sample has 256 KiB.
INSTANTIATE_TEST_SUITE_P(Lines, CsvSkipRows, ::testing::Values(24, 5'000, 8'000, 50'000));

}  // namespace
}  // namespace pyforge::csv
