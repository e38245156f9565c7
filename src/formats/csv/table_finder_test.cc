#include "formats/csv/table_finder.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/csv/reader.h"
#include "formats/csv/reader_testing.h"
#include "support/matchers.h"
#include "support/memory_io.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::AtByte;
using pyforge::testing::FailsWith;
using pyforge::testing::MemorySource;
using pyforge::testing::MemoryStream;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The tables' ranges; morsels are as small as the records allow.
std::vector<TableRange> Ranges(const std::string& text, const TableFinderOptions& options = {},
                               const Dialect& dialect = {}, int64_t morsel_bytes = 1) {
  ExecutionContext context{{.threads = 1}};
  std::vector<TableRange> ranges;
  TableFinder finder(dialect, options, [&](TableRange range) {
    ranges.push_back(std::move(range));
    return Status::OK();
  });
  const Scanner scanner(dialect);
  const auto store = std::make_shared<BlockStore>(morsel_bytes, context.memory_pool());
  Splitter splitter(
      std::make_unique<MemoryStream>(std::make_shared<const std::string>(text), 1 << 20), scanner,
      {.field_bytes_max = 1000, .record_bytes_max = 2000}, store);
  while (true) {
    auto morsel = splitter.Next();
    EXPECT_OK(morsel);
    if (!morsel.ok() || *morsel == nullptr) break;
    EXPECT_OK(finder.Add(**morsel));
  }
  EXPECT_OK(finder.Finish());
  return ranges;
}

// The texts of the tables.
std::vector<std::string> Tables(const std::string& text, const TableFinderOptions& options = {},
                                const Dialect& dialect = {}) {
  std::vector<std::string> tables;
  for (const int64_t morsel_bytes : {1, 20, 1 << 16}) {
    std::vector<std::string> again;
    for (const TableRange& range : Ranges(text, options, dialect, morsel_bytes)) {
      again.push_back(text.substr(static_cast<size_t>(range.begin_offset),
                                  static_cast<size_t>(range.end_offset - range.begin_offset)));
      if (range.head_is_whole) {
        EXPECT_EQ(range.head, again.back());
      } else {
        EXPECT_TRUE(again.back().starts_with(range.head));
      }
    }
    if (morsel_bytes == 1) tables = again;
    EXPECT_EQ(tables, again) << morsel_bytes;
  }
  return tables;
}

const std::string kPeople = "id,name,size\n1,Ann,170\n2,Bob,180\n3,Cyd,160\n";
const std::string kTowns = "town,people\nOslo,700000\nBonn,300000\n";

TEST(TableFinder, FindsTablesBehindEmptyLines) {
  EXPECT_THAT(Tables(kPeople + "\n" + kTowns), ElementsAre(kPeople, kTowns));
  EXPECT_THAT(Tables("\n\n" + kPeople + "\n \n\r\n" + kTowns + "\n\n" + kPeople + "\n"),
              ElementsAre(kPeople, kTowns, kPeople));
}

TEST(TableFinder, TellsTheLinesOfEachTable) {
  const std::vector<TableRange> ranges = Ranges(kPeople + "\n\n" + kTowns);
  ASSERT_THAT(ranges, SizeIs(2));
  EXPECT_EQ(ranges[0].begin_line, 0);
  EXPECT_EQ(ranges[0].end_line, 4);
  EXPECT_EQ(ranges[1].begin_line, 6);
  EXPECT_EQ(ranges[1].end_line, 9);
  // The last line has no end.
  const std::vector<TableRange> cut = Ranges(kPeople + "\n" + kTowns + "Rome,9");
  ASSERT_THAT(cut, SizeIs(2));
  EXPECT_EQ(cut[1].end_line, 9);
  EXPECT_EQ(cut[1].end_offset, static_cast<int64_t>(kPeople.size() + kTowns.size() + 7));
}

TEST(TableFinder, LeavesOneTableWhole) {
  EXPECT_THAT(Tables(kPeople), ElementsAre(kPeople));
  EXPECT_THAT(Tables(""), IsEmpty());
  EXPECT_THAT(Tables("\n\n"), IsEmpty());
  const std::string gap = kPeople + "\n4,Dan,150\n5,Eve,155\n";
  EXPECT_THAT(Tables(gap), ElementsAre(gap)) << "an empty line alone ends no table";
  const std::string ragged = kPeople + "4,Dan\n5,Eve,150,x\n";
  EXPECT_THAT(Tables(ragged), ElementsAre(ragged));
  const std::string total = kPeople + "\nTotal,510\n";
  EXPECT_THAT(Tables(total), ElementsAre(total)) << "one row is no table";
  const std::string words = "name\nAnn\nBob\n\nCyd\n";
  EXPECT_THAT(Tables(words), ElementsAre(words));
}

TEST(TableFinder, TakesNamesForTheBeginningWhateverTheirNumber) {
  const std::string others = "code,label,weight\n7,x,1.5\n8,y,2.5\n";
  EXPECT_THAT(Tables(kPeople + "\n" + others), ElementsAre(kPeople, others));
  EXPECT_THAT(Tables(kPeople + "\n" + kPeople), ElementsAre(kPeople, kPeople));
  EXPECT_THAT(Tables(kPeople + "\n" + others, {.has_no_headers = true}), SizeIs(1));
  const std::string bare = "1,2\n3,4\n";
  EXPECT_THAT(Tables(kPeople + "\n" + bare), ElementsAre(kPeople, bare));
  EXPECT_THAT(Tables(kPeople + "\n" + bare, {.has_no_headers = true}), ElementsAre(kPeople, bare));
}

TEST(TableFinder, FindsNamesThatComeAgainWithoutAnEmptyLine) {
  const std::string fewer = "id,name\n1,Ann\n2,Bob\n";
  EXPECT_THAT(Tables(kPeople + fewer), ElementsAre(kPeople, fewer));
  std::string many = kPeople;
  for (int i = 0; i < 100; ++i) many += fmt::format("{},x,1\n", i);
  EXPECT_THAT(Tables(many + fewer), ElementsAre(many, fewer));
  EXPECT_THAT(Tables(kPeople + "id,name\n"), SizeIs(1)) << "nothing is below the names";
  EXPECT_THAT(Tables(kPeople + "id,Ann\n1,2\n2,3\n"), SizeIs(1)) << "only one of them comes again";
}

TEST(TableFinder, GivesTitlesToTheTableBelow) {
  const std::string titled = "Towns\n\n" + kTowns;
  EXPECT_THAT(Tables(kPeople + "\n" + titled), ElementsAre(kPeople, titled));
  EXPECT_THAT(Tables("Report\n\n" + kPeople + "\nTowns\n" + kTowns),
              ElementsAre("Report\n\n" + kPeople, "Towns\n" + kTowns));
  // Those that no table follows are left to the last one.
  EXPECT_THAT(Tables(kPeople + "\n" + kTowns + "\nThe end\n\n"),
              ElementsAre(kPeople, kTowns + "\nThe end\n"));
}

TEST(TableFinder, FollowsQuotesAndComments) {
  const std::string quoted = "id,text\n1,\"a\n\nb,c\n\n\"\n2,\"x\"\n";
  EXPECT_THAT(Tables(quoted + "\n" + kPeople), ElementsAre(quoted, kPeople));
  EXPECT_EQ(Ranges(quoted + "\n" + kPeople).at(1).begin_line, 8);
  Dialect dialect;
  dialect.comment = "#";
  const std::string remarked = "# no, table\n" + kTowns + "# nor, this\nRome,9\n";
  EXPECT_THAT(Tables(kPeople + "\n" + remarked, {}, dialect), ElementsAre(kPeople, remarked));
}

TEST(TableFinder, KeepsALastRecordWhoseLineEndIsEscaped) {
  Dialect dialect;
  dialect.escape = '\\';
  const std::string cut = "code,label,weight\n7,x,1.5\n8,y,2.5\n3,z,x\\\n";
  EXPECT_THAT(Tables(kPeople + "\n" + cut, {}, dialect), ElementsAre(kPeople, cut));
  EXPECT_THAT(Tables(kPeople + "4,Dan,x\\\n", {}, dialect), ElementsAre(kPeople + "4,Dan,x\\\n"));
}

TEST(TableFinder, FindsTablesOfManyRows) {
  std::string first = "id,name,size\n", second = "day,sum\n";
  for (int i = 0; i < 3000; ++i) first += fmt::format("{},x,{}\n", i, i % 7);
  for (int i = 0; i < 3000; ++i) second += fmt::format("2024-01-{:02},{}\n", 1 + i % 28, i);
  EXPECT_THAT(Tables(first + "\n" + second, {.head_bytes_max = 500}), ElementsAre(first, second));
  const std::vector<TableRange> ranges =
      Ranges(first + "\n" + second, {.head_bytes_max = 500}, {}, 1 << 14);
  EXPECT_EQ(ranges.at(1).begin_line, 3002);
  EXPECT_EQ(ranges.at(1).end_line, 6003);
  EXPECT_FALSE(ranges.at(0).head_is_whole);
  EXPECT_LE(ranges.at(0).head.size(), 2000U);
}

TEST(TableFinder, KeepsTheEndsOfTablesWithLongHeads) {
  std::string text = "id,name,size\n";
  for (int i = 0; i < 30'000; ++i) text += fmt::format("{},name {},{}\n", i, i, i % 7);
  for (const size_t head_bytes : {size_t{100}, text.size() - 1000, text.size()}) {
    for (const int64_t morsel_bytes : {1, 20, 1 << 16, 1 << 20}) {
      const auto ranges =
          Ranges(text, {.head_bytes_max = static_cast<int64_t>(head_bytes)}, {}, morsel_bytes);
      ASSERT_THAT(ranges, SizeIs(1));
      const TableRange& range = ranges[0];
      EXPECT_TRUE(text.ends_with(range.tail));
      EXPECT_LE(range.tail.size(), size_t{64} << 10);
      EXPECT_GE(range.tail.size(), std::min(text.size() - range.head.size(), size_t{32} << 10));
      EXPECT_EQ(range.tail_is_cut, range.head.size() + range.tail.size() < text.size());
    }
  }
}

TEST(TableFinder, LeavesARecordBeyondTheLimitInItsTable) {
  const std::string huge = "9," + std::string(5000, 'x') + ",1\n";
  EXPECT_THAT(Tables(kPeople + huge + "\n" + kTowns), ElementsAre(kPeople + huge, kTowns));
  // Above a table it goes with the one before, and the table is found all the same.
  const std::vector<TableRange> ranges = Ranges(kPeople + "\n" + huge + kTowns);
  ASSERT_THAT(ranges, SizeIs(2));
  EXPECT_EQ(ranges[1].head, kTowns);
}

TEST(TableFinder, RefusesARecordBeyondTheLimitAboveAllTables) {
  const std::string huge = "9," + std::string(5000, 'x') + ",1\n";
  TableFinder finder({}, {}, [](const TableRange&) { return Status::OK(); });
  ExecutionContext context{{.threads = 1}};
  const auto store = std::make_shared<BlockStore>(64, context.memory_pool());
  Splitter splitter(std::make_unique<MemoryStream>(
                        std::make_shared<const std::string>("\n" + huge + kPeople), 1 << 20),
                    Scanner({}), {.field_bytes_max = 1000, .record_bytes_max = 2000}, store);
  ASSERT_OK_AND_ASSIGN(auto empty, splitter.Next());
  ASSERT_OK(finder.Add(*empty));
  ASSERT_OK_AND_ASSIGN(auto truncated, splitter.Next());
  EXPECT_THAT(finder.Add(*truncated), AllOf(FailsWith("csv.row_too_long"), AtByte(1)));
}

TEST(TableFinder, TakesNoRecordOfMillionsOfFieldsApart) {
  const std::string wide(size_t{2} << 20, ',');
  const std::string text = kPeople + "\n" + wide + "\n" + kTowns;
  const std::vector<TableRange> ranges = Ranges(text, {}, {}, 1 << 22);
  ASSERT_THAT(ranges, SizeIs(2));
  EXPECT_EQ(ranges[0].end_line, 6);
  EXPECT_EQ(ranges[1].head, kTowns);
}

TEST(TableFinder, BoundsWhatIsPending) {
  const std::string gap(size_t{3} << 20, '\n');
  const std::vector<TableRange> ranges = Ranges(kPeople + gap + kTowns, {}, {}, 1 << 16);
  ASSERT_THAT(ranges, SizeIs(2));
  EXPECT_EQ(ranges[1].begin_line, 4 + (3 << 20));
  const std::vector<TableRange> first = Ranges(gap + kPeople + "\n" + kTowns, {}, {}, 1 << 16);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].begin_offset, 3 << 20);
  EXPECT_EQ(first[0].begin_line, 3 << 20);
  EXPECT_EQ(first[0].head, kPeople);
  std::string lines = kPeople + "\n";
  for (int i = 0; i < 200'000; ++i) lines += "a remark\n";
  EXPECT_THAT(Ranges(lines, {}, {}, 1 << 16), SizeIs(1));
}

struct TableText {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::string> first_row;
  int64_t row_count = 0;
  std::vector<std::string> repaired;
};

struct AllTables {
  std::shared_ptr<ExecutionContext> context;
  std::unique_ptr<Input> input;
};

Result<AllTables> Open(std::string text, ReadOptions options = {}) {
  AllTables opened;
  opened.context = std::make_shared<ExecutionContext>(ExecutionOptions{.threads = 1});
  options.all_tables = true;
  ARROW_ASSIGN_OR_RAISE(opened.input,
                        OpenTable(std::make_shared<MemorySource>("t.csv", std::move(text)), options,
                                  *opened.context, {.morsel_bytes = 64}));
  return opened;
}

// Reads one table by its first guess at types.
TableText ReadTable(const AllTables& opened, const std::string& name) {
  TableText table{.name = name};
  const TableRequest request{.table = name};
  auto scans = opened.input->Scan(std::span(&request, 1));
  EXPECT_OK(scans);
  if (!scans.ok()) return table;
  Scan& scan = *scans->front();
  for (const auto& field : scan.tables()[0].schema->fields()) {
    table.columns.push_back(field->name() + ":" + field->type()->ToString());
  }
  const auto decoder = scan.NewDecoder();
  while (true) {
    auto morsel = scan.Next();
    EXPECT_OK(morsel);
    if (!morsel.ok() || *morsel == nullptr) break;
    auto decoded = decoder->Decode(**morsel, DecodeMode::kRows);
    EXPECT_OK(decoded);
    if (!decoded.ok()) break;
    table.row_count += decoded->record_count;
    for (const DecodedBatch& each : decoded->batches) {
      if (!table.first_row.empty()) continue;
      table.first_row = Row(**arrow::Table::FromRecordBatches({each.batch}), 0);
    }
    for (const LedgerEntry& entry : decoded->ledger.entries()) {
      table.repaired.push_back(fmt::format("{} {}", entry.code->id, entry.first_byte_offset));
    }
  }
  return table;
}

std::string ValueOf(std::span<const Finding> findings, std::string_view name) {
  for (const Finding& finding : findings) {
    if (finding.name == name) return finding.value;
  }
  return "(none)";
}

TEST(AllTables, AreReadEachByItsNamesAndTypes) {
  auto opened = Open(kPeople + "\nTowns of Europe\n" + kTowns);
  ASSERT_OK(opened);
  const auto infos = opened->input->tables();
  ASSERT_THAT(infos, SizeIs(2));
  EXPECT_EQ(infos[0].name, "t_1");
  EXPECT_EQ(infos[1].name, "t_2");
  EXPECT_EQ(infos[0].first_row_number, 2);
  EXPECT_EQ(infos[1].first_row_number, 8);
  const TableText people = ReadTable(*opened, "t_1");
  EXPECT_THAT(people.columns, ElementsAre("id:int64", "name:string", "size:int64"));
  EXPECT_THAT(people.first_row, ElementsAre("1", "Ann", "170"));
  EXPECT_EQ(people.row_count, 3);
  const TableText towns = ReadTable(*opened, "t_2");
  EXPECT_THAT(towns.columns, ElementsAre("town:string", "people:int64"));
  EXPECT_THAT(towns.first_row, ElementsAre("Oslo", "700000"));
  EXPECT_EQ(towns.row_count, 2);
  EXPECT_THAT(opened->context->warnings(), IsEmpty());
}

TEST(AllTables, TellWhatBelongsToTheTextAndWhatToATable) {
  auto opened = Open(kPeople + "\nTowns of Europe\n" + kTowns);
  ASSERT_OK(opened);
  EXPECT_EQ(ValueOf(opened->input->findings(), "delimiter"), ",");
  EXPECT_EQ(ValueOf(opened->input->findings(), "tables"), "2");
  EXPECT_EQ(ValueOf(opened->input->findings(), "header"), "(none)");
  const TableInfo& towns = opened->input->tables()[1];
  EXPECT_EQ(ValueOf(towns.findings, "lines"), "6 to 9");
  EXPECT_EQ(ValueOf(towns.findings, "header"), "1");
  EXPECT_EQ(ValueOf(towns.findings, "preamble"), "Towns of Europe");
  const Explanation explanation = opened->input->Explain();
  EXPECT_EQ(ValueOf(explanation.findings, "quote"), "\"");
  ASSERT_THAT(explanation.tables, SizeIs(2));
  EXPECT_EQ(ValueOf(explanation.tables[1].findings, "decimal"), "none");
  EXPECT_EQ(ValueOf(explanation.tables[1].findings, "footer"), "none");
  EXPECT_THAT(explanation.tables[1].columns, SizeIs(2));
}

TEST(AllTables, LeaveAFileOfOneTableAsItIs) {
  auto opened = Open(kPeople);
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(1));
  EXPECT_EQ(opened->input->tables()[0].name, "t");
  EXPECT_EQ(ValueOf(opened->input->findings(), "header"), "1");
}

TEST(AllTables, KeepTheirPlacesInTheFile) {
  // Far enough in that the second table's stream begins with it.
  std::string first = "\xEF\xBB\xBFid,name,size\n";
  for (int i = 0; i < 120'000; ++i) first += fmt::format("{},name {},{}\n", i, i, i % 7);
  const std::string second = "\ntown,people,x\nOslo,700000,a\nBonn,300000\nRome,5,c\n";
  auto opened = Open(first + second);
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(2));
  EXPECT_EQ(opened->input->tables()[1].first_row_number, 120'004);
  const TableText towns = ReadTable(*opened, "t_2");
  EXPECT_EQ(towns.row_count, 3);
  EXPECT_THAT(towns.first_row, ElementsAre("Oslo", "700000", "a"));
  const auto offset = static_cast<int64_t>(first.size() + second.find("Bonn"));
  EXPECT_THAT(towns.repaired, ElementsAre(fmt::format("csv.short_row {}", offset)));
  EXPECT_EQ(ReadTable(*opened, "t_1").row_count, 120'000);
}

TEST(AllTables, AreReadInOtherEncodings) {
  const std::string latin = "id,stadt,n\n1,K\xF6ln,2\n2,Z\xFCrich,3\n\nland,x\n\xD6land,1\nNor,2\n";
  auto opened = Open(latin, {.encoding = "windows-1252"});
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(2));
  EXPECT_THAT(ReadTable(*opened, "t_2").first_row, ElementsAre("\u00D6land", "1"));
}

TEST(AllTables, BeginBelowTheLinesToSkip) {
  std::string second = "c,d\n";
  for (int i = 0; i < 20; ++i) second += "1,2\n";
  second += "\"x\"\"y\",5,6\n";
  const std::string text = "a,b\n1,2\n\n" + second + "\ne,f,g\n1,2,3\n4,5,6\n";
  auto opened = Open(text, {.skip_rows = 3});
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(2));
  EXPECT_EQ(opened->input->tables()[0].first_row_number, 5);
  EXPECT_EQ(ValueOf(opened->input->tables()[0].findings, "lines"), "4 to 25");
  EXPECT_EQ(ValueOf(opened->input->tables()[1].findings, "lines"), "27 to 29");
  const TableText first = ReadTable(*opened, "t_1");
  EXPECT_THAT(first.columns, ElementsAre("c:string", "d:int64", "_extra:string"));
  EXPECT_EQ(first.row_count, 21);
  EXPECT_THAT(first.first_row, ElementsAre("1", "2", "null"));
  EXPECT_THAT(first.repaired, ElementsAre(fmt::format("csv.long_row {}", text.find("\"x"))));
  EXPECT_THAT(ReadTable(*opened, "t_2").first_row, ElementsAre("1", "2", "3"));
}

TEST(AllTables, SkipLinesWithinAndFarBelowATable) {
  // What is left of the first table has no header: its first line is a row of names no more.
  const std::string text = "\xEF\xBB\xBF" + kPeople + "\n\n" + kTowns;
  auto within = Open(text, {.skip_rows = 2});
  ASSERT_OK(within);
  ASSERT_THAT(within->input->tables(), SizeIs(2));
  EXPECT_EQ(ReadTable(*within, "t_1").row_count, 2);
  EXPECT_EQ(within->input->tables()[0].first_row_number, 3);
  EXPECT_EQ(ReadTable(*within, "t_2").row_count, 2);
  std::string many = "id,name,size\n";
  for (int i = 0; i < 120'000; ++i) many += fmt::format("{},name {},{}\n", i, i, i % 7);
  auto below = Open(many + "\n" + kTowns + "\n" + kPeople, {.skip_rows = 120'002});
  ASSERT_OK(below);
  ASSERT_THAT(below->input->tables(), SizeIs(2));
  EXPECT_THAT(ReadTable(*below, "t_1").first_row, ElementsAre("Oslo", "700000"));
  EXPECT_EQ(below->input->tables()[0].first_row_number, 120'004);
  EXPECT_THAT(ReadTable(*below, "t_2").first_row, ElementsAre("1", "Ann", "170"));
  auto all = Open(text, {.skip_rows = 100});
  ASSERT_OK(all);
  EXPECT_THAT(all->input->tables(), SizeIs(1));
}

TEST(AllTables, SkipLinesInOtherEncodings) {
  std::string text;
  for (const char c : fmt::format("{}\n{}\n{}", kPeople, kTowns, kPeople)) {
    text += c;
    text += '\0';
  }
  auto opened = Open(text, {.skip_rows = 5, .encoding = "utf-16le"});
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(2));
  EXPECT_THAT(ReadTable(*opened, "t_1").first_row, ElementsAre("Oslo", "700000"));
  EXPECT_THAT(ReadTable(*opened, "t_2").first_row, ElementsAre("1", "Ann", "170"));
}

TEST(AllTables, KeepAFirstRecordThatIsTooLong) {
  std::string first = std::string(300 << 10, 'x') + ",1\n";
  for (int i = 0; i < 30; ++i) first += "5,6\n";
  auto opened = Open(first + "\n" + kPeople, {.delimiter = ",", .field_max = ByteSize{64 << 10}});
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(2));
  const auto scans =
      opened->input->Scan(std::vector<TableRequest>{{.table = "t_1", .keep_bad_rows = true}});
  ASSERT_OK(scans);
  EXPECT_EQ(scans->front()->tables()[0].schema->num_fields(), 3);
  ASSERT_OK_AND_ASSIGN(const auto morsel, scans->front()->Next());
  ASSERT_NE(morsel, nullptr);
  ASSERT_OK_AND_ASSIGN(const auto decoded,
                       scans->front()->NewDecoder()->Decode(*morsel, DecodeMode::kRows));
  EXPECT_EQ(decoded.record_count, 1);
  EXPECT_EQ(CountOf(decoded.ledger, "csv.row_too_long"), 1);
  EXPECT_EQ(ReadTable(*opened, "t_2").row_count, 3);
}

TEST(AllTables, LoseTheRemarksAtTheirEndsHoweverLongTheyAre) {
  const std::string remarks = "Source: the office of statistics\n";
  for (const int row_count : {10, 20'000, 200'000}) {
    std::string people = "id,name,size\n";
    for (int i = 0; i < row_count; ++i) people += fmt::format("{},name {},{}\n", i, i, i % 7);
    auto opened = Open(fmt::format("{0}{1}\n{2}\n{0}{1}", people, remarks, kTowns));
    ASSERT_OK(opened);
    ASSERT_THAT(opened->input->tables(), SizeIs(3));
    for (const char* name : {"t_1", "t_3"}) {
      const TableText table = ReadTable(*opened, name);
      EXPECT_EQ(table.row_count, row_count) << name;
      EXPECT_THAT(table.columns, ElementsAre("id:int64", "name:string", "size:int64"));
    }
    for (const size_t i : {0u, 2u}) {
      EXPECT_EQ(ValueOf(opened->input->tables()[i].findings, "footer"),
                "Source: the office of statistics");
    }
    EXPECT_EQ(ReadTable(*opened, "t_2").row_count, 2);
  }
}

/// A compressed file, of which every stream begins at the beginning.
class PackedSource : public MemorySource {
 public:
  using MemorySource::MemorySource;
  bool cheap_random_access() const override { return false; }
  Result<std::unique_ptr<ByteStream>> OpenStream() override {
    ++stream_count;
    return MemorySource::OpenStream();
  }
  int stream_count = 0;
};

TEST(AllTables, UnpackATextOfManyTablesOnce) {
  std::string text = "id,name,size\n";
  for (int i = 0; i < 100'000; ++i) text += fmt::format("{},name {},{}\n", i, i, i % 7);
  for (int i = 0; i < 200; ++i) text += "\n" + kTowns;
  const auto source = std::make_shared<PackedSource>("t.csv", text);
  AllTables opened;
  opened.context = std::make_shared<ExecutionContext>(ExecutionOptions{.threads = 1});
  ASSERT_OK_AND_ASSIGN(opened.input, OpenTable(source, {.all_tables = true}, *opened.context));
  ASSERT_THAT(opened.input->tables(), SizeIs(201));
  const int stream_count = source->stream_count;
  EXPECT_THAT(ReadTable(opened, "t_201").first_row, ElementsAre("Oslo", "700000"));
  EXPECT_EQ(source->stream_count, stream_count);
}

TEST(AllTables, RefuseATableThatIsNotThere) {
  auto opened = Open(kPeople + "\n" + kTowns);
  ASSERT_OK(opened);
  const TableRequest request{.table = "t"};
  const auto scans = opened->input->Scan(std::span(&request, 1));
  EXPECT_THAT(scans, FailsWith("input.no_such_table"));
  EXPECT_THAT(scans.status().message(), HasSubstr("holds 't_1', 't_2'"));
}

TEST(AllTables, AreNotWithoutNumber) {
  std::string text;
  for (int i = 0; i < 10'001; ++i) text += i % 2 == 0 ? "a,b\n1,2\n\n" : "c,d,e\n1,2,3\n\n";
  const auto opened = Open(text);
  EXPECT_THAT(opened, FailsWith("csv.too_many_tables"));
  EXPECT_THAT(opened.status().message(), HasSubstr("line 30001"));
}

TEST(AllTables, AreNotOfColumnsWithoutNumber) {
  std::string text;
  for (int i = 0; i < 21; ++i) {
    const std::string commas(static_cast<size_t>(9'999 + i % 2), ',');
    for (int row = 0; row < 2; ++row) text += "1" + commas + "\n";
    text += "\n";
  }
  const ReadOptions options{.delimiter = ",", .header = Header::kNo};
  const auto opened = Open(text, options);
  EXPECT_THAT(opened, FailsWith("csv.too_many_tables"));
  EXPECT_THAT(opened.status().message(), HasSubstr("columns"));
}

TEST(AllTables, KeepRowsThatBeginLikeTheCommentsOfATableAbove) {
  std::string text = "id,size\n";
  for (int i = 0; i < 20; ++i) text += fmt::format("# a remark\n{},{}\n", i, i * 7);
  text += "\nkey,label,weight\n#1,x,1.5\n#2,y,2.5\n#3,z,3.5\n";
  auto opened = Open(text);
  ASSERT_OK(opened);
  ASSERT_THAT(opened->input->tables(), SizeIs(2));
  EXPECT_EQ(ReadTable(*opened, "t_1").row_count, 20);
  const TableText second = ReadTable(*opened, "t_2");
  EXPECT_EQ(second.row_count, 3);
  EXPECT_THAT(second.first_row, ElementsAre("#1", "x", "1.5"));
}

}  // namespace
}  // namespace pyforge::csv
