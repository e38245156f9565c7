#include "formats/csv/explain.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/csv/reader.h"
#include "support/matchers.h"
#include "support/memory_io.h"

namespace pyforge::csv {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::Optional;
using ::testing::SizeIs;

Explanation Explain(std::string text, const ReadOptions& options = {}) {
  ExecutionContext context{{.threads = 1}};
  auto source = std::make_shared<pyforge::testing::MemorySource>("t.csv", std::move(text));
  auto input = OpenTable(source, options, context);
  EXPECT_TRUE(input.ok()) << input.status().ToString();
  return input.ok() ? (*input)->Explain() : Explanation{};
}

const Finding& Find(const std::vector<Finding>& findings, std::string_view name) {
  static const Finding kMissing;
  for (const Finding& finding : findings) {
    if (finding.name == name) return finding;
  }
  ADD_FAILURE() << "no finding " << name;
  return kMissing;
}

Finding About(std::string_view name, std::string text, const ReadOptions& options = {}) {
  return Find(Explain(std::move(text), options).findings, name);
}

Finding OfColumn(std::string_view name, std::string text, const ReadOptions& options = {}) {
  const Explanation explanation = Explain(std::move(text), options);
  EXPECT_THAT(explanation.tables, SizeIs(1));
  return explanation.tables.empty() ? Finding{} : Find(explanation.tables[0].columns, name);
}

// 97 of 100 rows have no comma.
std::string MostlySemicolons() {
  std::string text = "id;name;amount\n";
  for (int i = 0; i < 99; ++i) text += fmt::format("{};{};{}\n", i, i % 33 == 0 ? "a,b" : "x", i);
  return text;
}

TEST(ExplainCsv, ScoresTheDelimitersThatWereTried) {
  const Finding delimiter = About("delimiter", MostlySemicolons());
  EXPECT_EQ(delimiter.value, ";");
  ASSERT_TRUE(delimiter.score.has_value());
  ASSERT_THAT(delimiter.candidates, SizeIs(Gt(1U)));
  double above = *delimiter.score;
  for (const Candidate& candidate : delimiter.candidates) {
    EXPECT_THAT(candidate.score, Optional(Lt(above + 1e-9))) << candidate.value;
    above = *candidate.score;
  }
  const auto comma = std::find_if(delimiter.candidates.begin(), delimiter.candidates.end(),
                                  [](const Candidate& each) { return each.value == ","; });
  ASSERT_NE(comma, delimiter.candidates.end());
  EXPECT_THAT(comma->reason, AllOf(HasSubstr("`,` gives"), HasSubstr(" lines")));
}

TEST(ExplainCsv, WeighsNothingThatWasGiven) {
  const ReadOptions options{
      .delimiter = ";", .quote = "none", .header = Header::kYes, .decimal = '.'};
  const Explanation explanation = Explain(MostlySemicolons(), options);
  for (const char* name : {"delimiter", "quote", "header", "decimal"}) {
    const Finding& finding = Find(explanation.findings, name);
    EXPECT_EQ(finding.reason, "given") << name;
    EXPECT_FALSE(finding.score.has_value()) << name;
  }
  EXPECT_THAT(Find(explanation.findings, "delimiter").candidates, IsEmpty());
}

TEST(ExplainCsv, BlamesNoRowsForAColumnOfEmptyTexts) {
  const Finding empty = OfColumn("b", "a,b\n1,\n2,\n", {.empty_fields = EmptyFields::kText});
  EXPECT_EQ(empty.value, "string");
  EXPECT_EQ(empty.reason.find("too many fields"), std::string::npos) << empty.reason;
}

TEST(ExplainCsv, TellsQuotesThatWereTried) {
  const Finding double_quotes = About("quote", "a,b\n1,\"x, y\"\n2,\"z, z\"\n3,\"u, v\"\n");
  EXPECT_EQ(double_quotes.value, "\"");
  ASSERT_THAT(double_quotes.candidates, ElementsAre(Field(&Candidate::value, "none")));
  EXPECT_THAT(double_quotes.candidates[0].score, Optional(Lt(*double_quotes.score)));
  EXPECT_THAT(double_quotes.candidates[0].reason, HasSubstr("6 quotes within fields"));

  // The other way round: quotes that enclose nothing.
  const Finding none = About("quote", "n,t\n1,\"foo\n2,bar\n3,\"baz\n4,qux\n5,\"quux\n6,corge\n");
  EXPECT_EQ(none.value, "none");
  ASSERT_THAT(none.candidates, SizeIs(1));
  EXPECT_EQ(none.candidates[0].value, "\"");
  EXPECT_THAT(none.candidates[0].reason, HasSubstr("quotes that do not close"));
}

TEST(ExplainCsv, TellsEscapesThatWereTried) {
  const Finding escape = About("escape", "a,b\n1,\"say \\\"x\\\", y\"\n2,\"z \\\" z\"\n");
  EXPECT_EQ(escape.value, "\\");
  ASSERT_THAT(escape.candidates, ElementsAre(Field(&Candidate::value, "doubled quote")));
  EXPECT_THAT(escape.candidates[0].reason, HasSubstr(" 0 escapes"));
}

TEST(ExplainCsv, TellsWhetherLoneCarriageReturnsWereTakenForLineEnds) {
  const Finding newline = About("newline", "a,b\n1,x\ry\n2,z\n3,u\n4,v\n5,w\n6,x\n7,y\n8,z\n");
  EXPECT_EQ(newline.value, "LF");
  ASSERT_THAT(newline.candidates, ElementsAre(Field(&Candidate::value, "mixed")));
  EXPECT_THAT(newline.candidates[0].reason, HasSubstr("1 to 2 on the others"));
}

TEST(ExplainCsv, WeighsTheFirstRowAsNamesAgainstValues) {
  const Finding names = About("header", "city,people\nOslo,700000\nBergen,280000\n");
  EXPECT_EQ(names.value, "1");
  ASSERT_THAT(names.candidates, ElementsAre(Field(&Candidate::value, "0")));
  EXPECT_THAT(*names.score + *names.candidates[0].score, DoubleNear(1, 1e-9));
  EXPECT_THAT(names.score, Optional(Gt(0.5)));
  EXPECT_EQ(names.candidates[0].reason, "nothing in the rows speaks for it");

  const Finding values = About("header", "Oslo,red\nBergen,blue\nOslo,green\nOslo,red\n");
  EXPECT_EQ(values.value, "0");
  ASSERT_THAT(values.candidates, ElementsAre(Field(&Candidate::value, "1")));
  EXPECT_THAT(values.candidates[0].score, Optional(Lt(*values.score)));
}

TEST(ExplainCsv, TellsWhatSpeaksAgainstTheHeader) {
  const Finding header = About("header", "id,7,name,sum\n1,8,x,5\n2,9,y,6\n3,4,z,7\n");
  ASSERT_EQ(header.value, "1");
  EXPECT_THAT(header.candidates[0].reason,
              HasSubstr("holds values like those below in 1 of 4 columns"));
}

TEST(ExplainCsv, TellsWhatIsNotThereAndWhy) {
  const std::string plain = "a,b\n1,2\n3,4\n";
  for (const char* name : {"comment", "preamble", "footer"}) {
    EXPECT_EQ(About(name, plain).value, "none") << name;
    EXPECT_FALSE(About(name, plain).reason.empty()) << name;
    EXPECT_FALSE(About(name, "").reason.empty()) << name;
  }
  EXPECT_THAT(About("preamble", "\n\na,b\n1,2\n3,4\n").reason, HasSubstr("only empty lines"));
  EXPECT_THAT(About("preamble", plain, {.skip_rows = 0}).reason, HasSubstr("were given"));
  EXPECT_EQ(About("comment", plain, {.comment = ""}).reason, "given");
  EXPECT_THAT(About("footer", plain, {.footer = Footer::kKeep}).reason,
              HasSubstr("by the user's word"));
}

TEST(ExplainCsv, TellsWhyLinesThatLookLikeRemarksAreNone) {
  const Finding rows = About("comment", "a,b,c\n#1,2,3\n4,5,6\n#7,8,9\n");
  EXPECT_EQ(rows.value, "none");
  EXPECT_THAT(rows.candidates, ElementsAre(Field(&Candidate::value, "#")));
  EXPECT_THAT(rows.reason, HasSubstr("`#` have as many fields as the rows"));
  const Finding above = About("comment", "# made by hand\na,b,c\n1,2,3\n4,5,6\n");
  EXPECT_THAT(above.reason, HasSubstr("stand above the table only"));
}

TEST(ExplainCsv, SaysThatTheEndOfAPipeWasNotLookedAt) {
  std::string text = "a,b\n";
  for (int i = 0; i < 60'000; ++i) text += fmt::format("{},x\n", i);
  Sample sample = MakeSample(text);
  sample.whole = false;
  const DetectedDialect detected = DetectDialect(sample);
  EXPECT_EQ(Find(detected.explanation, "footer").reason, "the end of the file was not looked at");
  EXPECT_EQ(Find(detected.explanation, "footer").confidence, 0.5);
  sample.blocks.push_back({.text = "1\n2\n3\n4,x\n", .offset = 100, .ends_file = true});
  EXPECT_THAT(Find(DetectDialect(sample).explanation, "footer").reason,
              HasSubstr("too uneven to tell remarks"));
}

TEST(ExplainCsv, TellsTheEncodingsInQuestion) {
  const Finding encoding = About("encoding", "stadt,land\nK\xF6ln,D\nZ\xFCrich,CH\n");
  EXPECT_EQ(encoding.value, "windows-1252");
  ASSERT_THAT(encoding.candidates, SizeIs(3));
  double sum = *encoding.score;
  for (const Candidate& candidate : encoding.candidates) {
    EXPECT_THAT(candidate.score, Optional(Lt(*encoding.score + 1e-9)));
    sum += *candidate.score;
  }
  EXPECT_THAT(sum, DoubleNear(1, 1e-9));
}

TEST(ExplainCsv, NamesTheTypeThatFewValuesContradict) {
  std::string text = "n,t\n";
  for (int i = 0; i < 100; ++i) text += i < 3 ? "n/a,x\n" : fmt::format("{},x\n", i);
  const Finding number = OfColumn("n", text);
  EXPECT_EQ(number.value, "string");
  EXPECT_EQ(number.confidence, 1);
  EXPECT_EQ(number.reason, "text: 'n/a' among integers");
  ASSERT_THAT(number.candidates, ElementsAre(Field(&Candidate::value, "int64")));
  EXPECT_THAT(number.candidates[0].score, Optional(DoubleNear(0.97, 1e-9)));
  EXPECT_EQ(number.candidates[0].reason, "3 of 100 values are not of it");
  EXPECT_THAT(OfColumn("t", text).candidates, IsEmpty());
}

TEST(ExplainCsv, IsTheSurerOfATypeTheMoreValuesItHas) {
  const Finding few = OfColumn("n", "n,t\n1,x\n2,y\n");
  EXPECT_EQ(few.value, "int64");
  EXPECT_EQ(few.confidence, 0.75);
  EXPECT_EQ(few.reason, "integers 1 to 2");
  EXPECT_THAT(OfColumn("n", "n,t\n1,x\n2,y\n3,z\n").confidence, Gt(few.confidence));
  const Finding none = OfColumn("n", "n,t\n,x\n,y\n");
  EXPECT_EQ(none.value, "string");
  EXPECT_EQ(none.confidence, 0.5);
  EXPECT_EQ(none.reason, "no values");
}

TEST(ExplainCsv, TellsReadingsOfDatesAndMarks) {
  const Finding day = OfColumn("d", "d;x\n01/02/2024;a\n03/04/2024;b\n");
  EXPECT_EQ(day.value, "string");
  EXPECT_THAT(day.confidence, Lt(0.5));
  ASSERT_THAT(day.candidates, SizeIs(1));
  EXPECT_EQ(day.candidates[0].value, "date as dd/mm/yyyy");
  EXPECT_THAT(day.candidates[0].reason, HasSubstr("cannot be told apart"));

  const std::string marks = "x;y;z\n1,250;2,5;1.5\n2,375;3,25;2.5\n";
  const Finding amount = OfColumn("x", marks);
  EXPECT_EQ(amount.value, "string");
  EXPECT_THAT(amount.candidates, ElementsAre(Field(&Candidate::value, "double as 1234,5")));
  EXPECT_EQ(OfColumn("y", marks).value, "double as 1234,5");
}

TEST(ExplainCsv, TellsTheDecimalMarkByTheColumns) {
  const Finding comma = About("decimal", "x;y;z\n1,5;2,5;1.5\n2,75;3,25;2.5\n");
  EXPECT_EQ(comma.value, ",");
  EXPECT_THAT(comma.score, Optional(DoubleNear(2.0 / 3, 1e-9)));
  EXPECT_THAT(comma.reason, HasSubstr("2 of 3 columns"));
  ASSERT_THAT(comma.candidates, ElementsAre(Field(&Candidate::value, ".")));
  EXPECT_THAT(comma.candidates[0].score, Optional(DoubleNear(1.0 / 3, 1e-9)));

  const Finding unsure = About("decimal", "x;y\n1,250;a\n2,375;b\n");
  EXPECT_EQ(unsure.value, "none");
  EXPECT_EQ(unsure.confidence, 0.5);
  ASSERT_THAT(unsure.candidates, SizeIs(1));
  EXPECT_THAT(unsure.candidates[0].reason, HasSubstr("1 more could be read with it"));

  const Finding none = About("decimal", "x;y\n1;a\n2;b\n");
  EXPECT_EQ(none.value, "none");
  EXPECT_EQ(none.confidence, 1);
  EXPECT_THAT(none.candidates, IsEmpty());
}

TEST(ExplainCsv, TellsWhySurplusHasAColumnOfItsOwn) {
  const Explanation explanation = Explain("a,b\n1,2\n3,4\n5,6,7\n8,9\n1,2\n3,4\n");
  ASSERT_THAT(explanation.tables, SizeIs(1));
  EXPECT_EQ(Find(explanation.tables[0].columns, "_extra").reason, "made for rows that need it");
}

TEST(ExplainCsv, LeavesTheFindingsAsTheyAre) {
  ExecutionContext context{{.threads = 1}};
  auto source = std::make_shared<pyforge::testing::MemorySource>("t.csv", MostlySemicolons());
  auto input = OpenTable(source, {}, context);
  ASSERT_OK(input);
  for (const Finding& finding : (*input)->findings()) {
    EXPECT_THAT(finding.candidates, IsEmpty()) << finding.name;
    EXPECT_NE(finding.name, "footer");
  }
}

}  // namespace
}  // namespace pyforge::csv
