#include "formats/csv/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "formats/csv/header_evidence.h"
#include "formats/csv/header_names.h"
#include "formats/csv/sniff.h"

namespace pyforge::csv {
namespace {

using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;

// What detection makes of a text; `data` is what it leaves as rows.
struct Found {
  Dialect dialect;
  std::vector<Finding> findings;
  std::string data;

  std::string Value(std::string_view name) const {
    for (const Finding& finding : findings) {
      if (finding.name == name) return finding.value;
    }
    return "(none)";
  }
  std::string Reason(std::string_view name) const {
    for (const Finding& finding : findings) {
      if (finding.name == name) return finding.reason;
    }
    return "(none)";
  }
};

Found Detect(std::string_view text, const DialectHints& hints = {}) {
  DetectedDialect detected = DetectDialect(MakeSample(text), hints);
  const auto begin = static_cast<size_t>(detected.dialect.data_offset);
  const auto end =
      static_cast<size_t>(detected.dialect.end_offset.value_or(static_cast<int64_t>(text.size())));
  return {detected.dialect, detected.findings, std::string(text.substr(begin, end - begin))};
}

TEST(FindLayout, TakesTextOverNumbersForAHeader) {
  const Found found = Detect("city,people\nOslo,700000\nBergen,280000\n");
  EXPECT_THAT(found.dialect.header, ElementsAre("city", "people"));
  EXPECT_EQ(found.dialect.data_line, 1);
  EXPECT_EQ(found.data, "Oslo,700000\nBergen,280000\n");
  EXPECT_THAT(found.Reason("header"), HasSubstr("text over numbers or dates in 1 of 2 columns"));
}

TEST(FindLayout, ReadsOnBehindAQuoteThatIsNeverClosed) {
  std::string text = "\"a,b\n";
  for (int i = 0; i < 20000; ++i) text += "1,2\n";
  Sample sample = MakeSample(text);
  sample.whole = false;
  const DialectHints hints{.delimiter = ",", .quote = '"', .has_header = false};
  const Dialect dialect = DetectDialect(sample, hints).dialect;
  EXPECT_EQ(dialect.column_count, 2);
  EXPECT_EQ(dialect.data_offset, 0);
}

TEST(FindLayout, FindsNoHeaderOverRowsLikeTheFirst) {
  const char* texts[] = {"1,2\n3,4\n",
                         "05/06/2019\n",
                         "32",
                         "1,Oslo,x\n2,Bergen,y\n",
                         "line1\nline2\nline3\n",
                         "ORD-0001,CUS-0007\nORD-0002,CUS-0003\nORD-0009,CUS-0001\n",
                         "Oslo,red\nBergen,blue\nOslo,green\nOslo,red\n",
                         "1,2,3\n"};
  for (const char* text : texts) {
    const Found found = Detect(text);
    EXPECT_EQ(found.dialect.header_rows, 0) << text;
    EXPECT_EQ(found.data, text);
    EXPECT_THAT(found.dialect.header, IsEmpty());
  }
}

TEST(FindLayout, TakesAllRowsOfNothingButDelimiters) {
  EXPECT_EQ(Detect(",,\n,,\n,,\n").data, ",,\n,,\n,,\n");
  EXPECT_EQ(Detect(",,\n,,\n", {.has_header = false}).data, ",,\n,,\n");
  EXPECT_EQ(Detect(",,\n1,2,3\n4,5,6\n", {.has_header = false}).data, ",,\n1,2,3\n4,5,6\n");
  EXPECT_EQ(Detect("a\n,,\n,,\n", {.delimiter = ",", .skip_lines = 1}).data, ",,\n,,\n");
  // More lines of comment below it than a title has.
  std::string text = ",,\n";
  for (int i = 0; i < 60; ++i) text += "# no, row\n";
  EXPECT_EQ(Detect(text, {.delimiter = ",", .comment = "#"}).data, text);
}

TEST(FindLayout, TakesDistinctNamesOverTextForAHeader) {
  EXPECT_THAT(Detect("first name,city\nAnna,Oslo\nJohn,Bergen\nMary,Oslo\n").dialect.header,
              ElementsAre("first name", "city"));
  EXPECT_EQ(Detect("Region,2010,2011,2012\nNorth,5,6,7\nSouth,8,9,1\n").dialect.header_rows, 1)
      << "years in a row name columns";
  EXPECT_EQ(Detect("code,city\nA001,Oslo\nB002,Rome\nC003,Bonn\n").dialect.header_rows, 1);
}

TEST(FindLayout, ReadsAHeaderWithoutRows) {
  const Found found = Detect("first name,last name,e-mail\n");
  EXPECT_EQ(found.dialect.header_rows, 1);
  EXPECT_EQ(found.dialect.column_count, 3);
  EXPECT_EQ(found.data, "");
}

TEST(FindLayout, KeepsATitleAsPreamble) {
  const Found narrow =
      Detect("Report of sales\nAll regions, by day\n\nid,city,n\n1,Oslo,2\n2,Rome,3\n");
  EXPECT_EQ(narrow.dialect.skip_lines, 3);
  EXPECT_THAT(narrow.dialect.header, ElementsAre("id", "city", "n"));
  EXPECT_EQ(narrow.Value("preamble"), "Report of sales\nAll regions, by day");
  const Found padded = Detect("Report,,\n,,\nid,city,n\n1,Oslo,2\n2,Rome,3\n");
  EXPECT_EQ(padded.dialect.skip_lines, 2);
  EXPECT_THAT(padded.dialect.header, ElementsAre("id", "city", "n"));
  const Found two_columns = Detect("Spending,\n,\nLabel,Amount\nHotels,227.88\nRail,198.75\n");
  EXPECT_THAT(two_columns.dialect.header, ElementsAre("Label", "Amount"));
  const Found sparse = Detect("a,\nx,1\ny,\n");
  EXPECT_EQ(sparse.dialect.skip_lines, 0) << "no header follows: no title";
}

TEST(FindLayout, FindsATableBelowALongPreamble) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "remark\n";
  text += "id,name,n\n";
  for (int i = 0; i < 500; ++i) text += std::to_string(i) + ",x,2.5\n";
  const Found found = Detect(text);
  EXPECT_EQ(found.dialect.skip_lines, 400);
  EXPECT_THAT(found.dialect.header, ElementsAre("id", "name", "n"));
}

TEST(FindLayout, JoinsHeaderRows) {
  const Found spanning = Detect(
      ",,Sales,,Costs,\nRegion,Year,Net,Gross,Fixed,Variable\nNorth,2010,1,2,3,4\nSouth,2011,5,6,7,"
      "8\n");
  EXPECT_EQ(spanning.dialect.header_rows, 2);
  EXPECT_THAT(spanning.dialect.header, ElementsAre("Region", "Year", "Sales Net", "Sales Gross",
                                                   "Costs Fixed", "Costs Variable"));
  const Found below =
      Detect("Day,Travel,,Total\n,Air,Rail,\n04/04/2014,5.5,6.5,12\n05/04/2014,1,2,3\n");
  EXPECT_THAT(below.dialect.header, ElementsAre("Day", "Travel Air", "Travel Rail", "Total"));
  const Found units = Detect("length,mass\n(m),(kg)\n1.5,2\n2.5,3\n");
  EXPECT_THAT(units.dialect.header, ElementsAre("length (m)", "mass (kg)"));
  const Found marked = Detect("name,mass\n[text],[kg]\nAnna,2\nBea,3\n");
  EXPECT_THAT(marked.dialect.header, ElementsAre("name [text]", "mass [kg]"));
  const Found twice = Detect("id,city,n\nid,city,n\n1,Oslo,2\n2,Rome,3\n3,Bonn,4\n");
  EXPECT_THAT(twice.dialect.header, ElementsAre("id id", "city city", "n n"));
  EXPECT_THAT(twice.Reason("header"), HasSubstr("2 rows of names"));
  EXPECT_EQ(Detect("a,b\nn/a,-\n1,2\n3,4\n").dialect.header_rows, 1)
      << "missing values are no names";
}

TEST(FindLayout, ObeysWhatIsGivenAboutTheHeader) {
  const std::string text = "a,b\nc,d\n1,2\n";
  EXPECT_EQ(Detect(text, {.has_header = false}).data, text);
  EXPECT_THAT(Detect("1,2\n3,4\n", {.has_header = true}).dialect.header, ElementsAre("1", "2"));
  EXPECT_THAT(Detect(text, {.header_rows = 2}).dialect.header, ElementsAre("a c", "b d"));
  EXPECT_EQ(Detect(text, {.header_rows = 0}).dialect.header_rows, 0);
  EXPECT_EQ(Detect(text, {.has_header = true}).Reason("header"), "given");
  const Found skipped = Detect("x,\"\ny\nid,n\n1,2\n", {.skip_lines = 2});
  EXPECT_EQ(skipped.dialect.skip_lines, 2);
  EXPECT_THAT(skipped.dialect.header, ElementsAre("id", "n"));
  EXPECT_EQ(skipped.dialect.data_line, 3);
  EXPECT_EQ(Detect("a\rb\rid,n\r1,2\r", {.skip_lines = 2}).data, "1,2\r");
  EXPECT_EQ(Detect("a,b\n", {.skip_lines = 7}).data, "");
}

TEST(FindLayout, ReadsHeadersThatAreShorterOrLongerThanTheRows) {
  const Found shorter = Detect("one,two,three\n1,2,3,4\n1,2,3,4\n1,2,3,4\n");
  EXPECT_THAT(shorter.dialect.header, ElementsAre("one", "two", "three"));
  EXPECT_EQ(shorter.dialect.column_count, 4);
  const Found trailing = Detect("a,b,c\nx,y,z,\nu,v,w,\nx,v,z,\n");
  EXPECT_THAT(trailing.dialect.header, ElementsAre("a", "b", "c"));
  EXPECT_EQ(trailing.dialect.column_count, 3) << "the delimiter at the ends divides nothing";
  const Found longer = Detect("a,b,c,d\n1,2,3\n4,5,6\n7,8,9\n");
  EXPECT_EQ(longer.dialect.column_count, 4);
  const Found row_numbers = Detect("city,n\n1,Oslo,2.5\n2,Rome,3.5\n3,Bonn,4.5\n");
  EXPECT_THAT(row_numbers.dialect.header, ElementsAre("", "city", "n"));
  const Found forgotten =
      Detect("id,\"name\"\"city\",n\n1,\"x\",\"Oslo\",2\n2,\"y\",\"Rome\",3\n3,\"z\",\"Bonn\",4\n");
  EXPECT_THAT(forgotten.dialect.header, ElementsAre("id", "name", "city", "n"));
  EXPECT_THAT(forgotten.Reason("header"), HasSubstr("is supplied"));
  EXPECT_THAT(Detect("a,b\rd,e,f").dialect.header, ElementsAre("a", "b"));
}

TEST(FindLayout, FindsAHeaderAmongTheComments) {
  const Found found = Detect("# made by x\n#id,mass\n1,2.5\n2,3.5\n3,4.5\n");
  EXPECT_THAT(found.dialect.header, ElementsAre("#id", "mass"));
  EXPECT_EQ(found.dialect.skip_lines, 1);
  EXPECT_EQ(Detect("# a, b, c\n1,2.5\n2,3.5\n").dialect.header_rows, 0);
}

TEST(FindLayout, StepsOverEmptyRowsBelowTheHeader) {
  EXPECT_EQ(Detect("a,b\n\n\n1,2\n3,4\n").data, "1,2\n3,4\n");
  EXPECT_EQ(Detect("a,b\n,\n1,2\n3,4\n").data, ",\n1,2\n3,4\n")
      << "a row of nothing but delimiters is a row of nulls";
  EXPECT_EQ(Detect("\n\na,b\n1,2\n3,4\n").dialect.data_line, 3);
}

TEST(FindLayout, CutsOffWhatFollowsTheTable) {
  const std::string table = "id,city,n\n1,Oslo,2\n2,Rome,3\n";
  EXPECT_EQ(Detect(table + ",,\n\n\n").data, "1,Oslo,2\n2,Rome,3\n,,\n")
      << "a row of nothing but delimiters is a row of nulls";
  const Found notes = Detect(table + "\nSource: the office\nas of today\n");
  EXPECT_EQ(notes.data, "1,Oslo,2\n2,Rome,3\n");
  EXPECT_EQ(notes.Value("footer"), "Source: the office\nas of today");
  for (const std::string line : {"(2 rows affected)\n", "Total: 2 rows\n", "<html>502</html>\n"}) {
    EXPECT_EQ(Detect(table + line).data, "1,Oslo,2\n2,Rome,3\n") << line;
  }
  const Found sentence = Detect(table + "Source: the office, as of today\n");
  EXPECT_EQ(sentence.Value("footer"), "Source: the office, as of today");
  const Found filled_up = Detect(table + ",,\n* as of today,,\n(without Bonn),,\n");
  EXPECT_EQ(filled_up.data, "1,Oslo,2\n2,Rome,3\n");
  EXPECT_EQ(filled_up.Value("footer"), "* as of today,,\n(without Bonn),,");
  EXPECT_EQ(Detect(table + "a group of towns,,\n").dialect.end_offset, std::nullopt)
      << "nothing says that it is a remark";
  EXPECT_EQ(Detect("id,city,n\n1,Oslo,2\n* see below,,\n2,Rome,3\n,,\n* see below,,\n")
                .dialect.end_offset,
            std::nullopt)
      << "lines like it stand among the rows";
  for (const std::string& filling : {std::string("\x1A"), std::string(40, '\0')}) {
    const Found filled = Detect(table + filling);
    EXPECT_EQ(filled.data, "1,Oslo,2\n2,Rome,3\n");
    EXPECT_EQ(filled.Value("footer").find(filling), std::string::npos) << "it is no remark";
  }
  EXPECT_EQ(Detect(table + "3\n").data, "1,Oslo,2\n2,Rome,3\n3\n")
      << "a short last row may be a row cut off";
  EXPECT_EQ(Detect("n\n1\n2\n\n\n").dialect.end_offset, std::nullopt)
      << "in one column an empty line is a missing value";
}

TEST(FindLayout, StopsAtASecondTable) {
  const std::string first = "id,city,n\n1,Oslo,2\n2,Rome,3\n3,Bonn,4\n";
  const Found repeated = Detect(first + "id,city\n1,Oslo\n2,Rome\n");
  EXPECT_EQ(repeated.data, "1,Oslo,2\n2,Rome,3\n3,Bonn,4\n");
  EXPECT_THAT(repeated.Reason("second_table"), HasSubstr("in line 5, with 2 fields"));
  EXPECT_EQ(Detect(first + "\nkind,share\na,1.5\nb,2.5\n").data,
            "1,Oslo,2\n2,Rome,3\n3,Bonn,4\n\n");
  EXPECT_EQ(Detect(first + "\nShares\n\nkind,share\na,1.5\nb,2.5\n").data,
            "1,Oslo,2\n2,Rome,3\n3,Bonn,4\n\n")
      << "the second table's title is no row of the first";
  EXPECT_EQ(Detect(first + "4,Riga\n5,Kyiv\n").dialect.end_offset, std::nullopt)
      << "short rows are rows";
  // The second table being the longer one does not make it the first.
  std::string text = "id,city,n\n";
  for (int i = 0; i < 30; ++i) text += std::to_string(i) + ",Oslo,2.5\n";
  text += "\n";
  const size_t second = text.size();
  text += "id,city,n,m,k\n";
  for (int i = 0; i < 40; ++i) text += std::to_string(i) + ",Oslo,2.5,3,4\n";
  EXPECT_EQ(Detect(text).dialect.column_count, 3);
  EXPECT_EQ(Detect(text).dialect.end_offset, static_cast<int64_t>(second));
}

TEST(FindLayout, FindsTheEndOfALargeFileInItsLastBlock) {
  Sample sample = MakeSample("id,city,n\n1,Oslo,2\n2,Rome,3\n");
  sample.whole = false;
  sample.blocks.push_back(
      {.text = "7,Bonn,1\n8,Riga,2\n\nSource: x\n", .offset = 1000, .ends_file = true});
  EXPECT_EQ(DetectDialect(sample).dialect.end_offset, 1018);
  sample.blocks.back().offset.reset();
  EXPECT_EQ(DetectDialect(sample).dialect.end_offset, std::nullopt) << "its place is not known";
}

TEST(FindLayout, IgnoresHeadersRepeatedOverSections) {
  const Found found = Detect(
      "Meetings,,,\nMinister,Date,Who,Why\nSwayne,Oct-14,Tearfund,Emergencies\n,,World Vision,\n"
      "Swayne,Nov-14,Oxfam,Gaza\n,,ActionAid,\n,,,\nTravel,,,\nMinister,Date,Where,Cost\n"
      "Swayne,Dec-14,Cairo,12\nSwayne,Dec-14,Berlin,14\n,,,\n");
  EXPECT_EQ(found.dialect.skip_lines, 1);
  EXPECT_THAT(found.dialect.header, ElementsAre("Minister", "Date", "Who", "Why"));
}

TEST(JoinHeaderRows, LetsAPartSpanOnlyColumnsNamedBelow) {
  const std::vector<std::string> upper = {"A", "", "B", "", ""}, lower = {"x", "y", "", "z", ""};
  EXPECT_THAT(JoinHeaderRows({&upper, &lower}), ElementsAre("A x", "A y", "B", "B z", ""));
  const std::vector<std::string> shorter = {"u"};
  EXPECT_THAT(JoinHeaderRows({&upper, &shorter}), ElementsAre("A u", "", "B", "", ""));
}

TEST(HoldsRowNumbers, CountsUpByOne) {
  const auto rows = [](const std::vector<std::string>& firsts) {
    Rows result;
    for (const std::string& first : firsts) {
      SampleRow row;
      if (!first.empty()) row.values = {first, "x"};
      result.push_back(row);
    }
    return result;
  };
  EXPECT_TRUE(HoldsRowNumbers(rows({"0", "1", "", "2"}), 0, 9));
  EXPECT_TRUE(HoldsRowNumbers(rows({"1", "2"}), 0, 9));
  EXPECT_FALSE(HoldsRowNumbers(rows({"1"}), 0, 9));
  EXPECT_FALSE(HoldsRowNumbers(rows({"1", "3"}), 0, 9));
  EXPECT_FALSE(HoldsRowNumbers(rows({"5", "6"}), 0, 9));
  EXPECT_FALSE(HoldsRowNumbers(rows({"a", "b"}), 0, 9));
}

}  // namespace
}  // namespace pyforge::csv
