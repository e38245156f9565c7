#include "formats/csv/sniff.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "formats/csv/sniff_candidates.h"

namespace pyforge::csv {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Lt;

DetectedDialect Detect(std::string_view text, const DialectHints& hints = {}) {
  return DetectDialect(MakeSample(text), hints);
}

const Finding& Find(const DetectedDialect& detected, std::string_view name) {
  static const Finding kMissing;
  for (const Finding& finding : detected.findings) {
    if (finding.name == name) return finding;
  }
  ADD_FAILURE() << "no finding " << name;
  return kMissing;
}

std::string Delimiter(std::string_view text, const DialectHints& hints = {}) {
  return Detect(text, hints).dialect.delimiter;
}

// `rows` rows of values that differ, their fields divided by `delimiter`.
std::string Table(std::string_view delimiter, int rows = 20) {
  const std::string d(delimiter);
  std::string text = "id" + d + "name" + d + "price" + d + "day\n";
  for (int i = 0; i < rows; ++i) {
    text += fmt::format("{0}{1}item {2}{1}{0}.50{1}2024-01-{3}\n", i, d, i * 7, 10 + i % 20);
  }
  return text;
}

TEST(DetectDialect, FindsEveryUsualDelimiter) {
  for (const std::string delimiter :
       {",", ";", "\t", "|", "^", "~", ":", "\x1F", "\x01", "||", "|~|", "~|~", ";;", "::"}) {
    const Dialect dialect = Detect(Table(delimiter)).dialect;
    EXPECT_EQ(dialect.delimiter, delimiter);
    EXPECT_EQ(dialect.column_count, 4) << delimiter;
    EXPECT_EQ(dialect.header_rows, 1) << delimiter;
  }
}

TEST(DetectDialect, FindsDoubledDelimitersBesideASingleOneInAText) {
  EXPECT_EQ(Delimiter(Table("||") + "20||pen | red||3||2024-01-10\n" + Table("||", 5)), "||");
}

TEST(DetectDialect, FindsPunctuationThatEveryLineHasEquallyOften) {
  for (const std::string delimiter : {"#", "*", "\u00A6", "\u00A7"}) {
    EXPECT_EQ(Delimiter(Table(delimiter)), delimiter);
  }
}

TEST(DetectDialect, FindsColumnsDividedByBlanks) {
  const std::string text = "x y z\n1.5 2.5 3\n4 5.25 6\n7 8 9.125\n";
  EXPECT_EQ(Delimiter(text), " ");
  EXPECT_FALSE(Detect(text).dialect.merge_delimiters);
  const Dialect aligned =
      Detect("    1.50   22.25  3\n   10.00    5.00  6\n  700.10    8.75 19\n").dialect;
  EXPECT_EQ(aligned.delimiter, " ");
  EXPECT_TRUE(aligned.merge_delimiters);
  EXPECT_EQ(aligned.column_count, 3);
}

TEST(DetectDialect, TakesTextForOneColumn) {
  const char* texts[] = {"name\nAnna Smith\nJohn Doe\nMary Roe\n",
                         "when\n2024-01-02 10:11:12\n2024-01-03 11:12:13\n",
                         "url\nhttp://a.org/x?a=1&b=2\nhttp://b.org/y?a=2&b=3\n",
                         "comment\nwell, well, well\nno\nmaybe, but\nso it is\nyes, yes, no, yes\n",
                         "value\n68,527.00\n",
                         "value\n0,52\n1,25\n7,50\n"};
  for (const char* text : texts) {
    const DetectedDialect detected = Detect(text);
    EXPECT_EQ(detected.dialect.column_count, 1) << text;
    EXPECT_EQ(detected.dialect.header_rows, 1) << text;
    EXPECT_FALSE(detected.dialect.skip_blank_lines) << text;
  }
  EXPECT_EQ(Delimiter("word\nalpha\nbeta\n"), ",") << "none in sight: the usual one";
  EXPECT_EQ(Delimiter("comment\nwell, well, well\nno\nmaybe, but\nso it is\nyes, yes, no, yes\n"),
            "");
  EXPECT_THAT(Find(Detect("word\nalpha\nbeta\n"), "delimiter").reason,
              HasSubstr("no delimiter divides the 3 lines"));
}

TEST(DetectDialect, SaysWhyInNumbers) {
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += std::to_string(i) + ";Oslo;1,5;" + std::string(static_cast<size_t>(i % 3), ',') + "\n";
  }
  const Finding delimiter = Find(Detect(text), "delimiter");
  EXPECT_EQ(delimiter.value, ";");
  EXPECT_THAT(delimiter.confidence, Gt(0.5));
  EXPECT_THAT(delimiter.alternatives, Contains(","));
  EXPECT_THAT(delimiter.reason, HasSubstr("`;` gives 4 fields on 30 of 30 lines; `,` gives"));
}

TEST(DetectDialect, PrefersTheDelimiterThatLeavesWholeValues) {
  EXPECT_EQ(Delimiter("a;b\n1,5;2,7\n3,1;4,2\n5,9;6,3\n"), ";");
  EXPECT_EQ(
      Delimiter("Artikel;Betrag;Datum\nBett;1.234,56;31.12.2024\nTisch;2.000,00;01.12.2024\n"),
      ";");
  EXPECT_EQ(Delimiter("t\tv\n1,234\t5\n2,345\t6\n"), "\t");
}

// One short row does not make decimals with a comma of two columns.
TEST(DetectDialect, BelievesAHeaderOfSeveralNames) {
  EXPECT_EQ(Detect("a,b\n1,2\n3\n4,5\n").dialect.delimiter, ",");
  EXPECT_EQ(Detect("price\n1,2\n3\n4,5\n").dialect.delimiter, "");
}

TEST(DetectDialect, FindsQuotesAndEscapes) {
  const DetectedDialect doubled = Detect("a,b\n1,\"say \"\"x\"\", y\"\n2,\"z\nz\"\n");
  EXPECT_EQ(doubled.dialect.quote, '"');
  EXPECT_TRUE(doubled.dialect.escape_is_doubled_quote());
  EXPECT_THAT(Find(doubled, "quote").reason, HasSubstr("2 fields are quoted, 2 of them hold"));
  EXPECT_EQ(Find(doubled, "escape").value, "doubled quote");

  const Dialect backslash = Detect("a,b\n1,\"say \\\"x\\\", y\"\n2,\"z \\\" z\"\n").dialect;
  EXPECT_EQ(backslash.escape, '\\');
  const Dialect paths = Detect("id,path\n1,\"C:\\dir\\a\\\"\n2,\"C:\\dir\\b\\\"\n").dialect;
  EXPECT_EQ(paths.escape, '"') << "a backslash before a closing quote escapes nothing here";

  const DetectedDialect apostrophe =
      Detect("id,name\n1,'Doe, John'\n2,'Roe, Jane'\n3,'Poe, Jim'\n");
  EXPECT_EQ(apostrophe.dialect.quote, '\'');
  EXPECT_EQ(apostrophe.dialect.column_count, 2);

  const DetectedDialect none = Detect("n,t\n1,\"foo\n2,bar\n3,\"baz\n4,qux\n5,\"quux\n6,corge\n");
  EXPECT_EQ(none.dialect.quote, std::nullopt);
  EXPECT_EQ(none.dialect.column_count, 2);
  EXPECT_EQ(Find(none, "quote").value, "none");
}

TEST(DetectDialect, TakesApostrophesInWordsForText) {
  const Dialect dialect = Detect("id,name\n1,O'Hara\n2,'tis\n3,dogs'\n4,it's\n").dialect;
  EXPECT_EQ(dialect.quote, '"');
  EXPECT_EQ(dialect.column_count, 2);
}

TEST(DetectDialect, NotesStrayQuotes) {
  const DetectedDialect detected =
      Detect("1;\"pedro \"pdet\" holanda\"\n2;\"pedro\"\n3;\"pablo\"\n4;\"pilar\"\n");
  EXPECT_TRUE(detected.dialect.stray_quotes);
  EXPECT_THAT(Find(detected, "quote").reason, HasSubstr("1 hold quotes that are not doubled"));
  EXPECT_FALSE(Detect("a,b\n1,12\" pipe\n2,6\" pipe\n").dialect.stray_quotes);
}

TEST(DetectDialect, SkipsBlanksAfterDelimitersWhereTheyAlwaysStand) {
  EXPECT_TRUE(Detect("a, b, c\n1, 2, 3\n4, 5, 6\n").dialect.skip_initial_space);
  EXPECT_FALSE(Detect("0,0, test\n1,1, test\n2,2, test\n").dialect.skip_initial_space);
  const Dialect quoted = Detect("a, \"b\"\n1, \"x, y\"\n2, \"z\"\n").dialect;
  EXPECT_TRUE(quoted.skip_initial_space);
  EXPECT_EQ(quoted.column_count, 2);
}

TEST(DetectDialect, FindsLineEnds) {
  EXPECT_EQ(Detect("a,b\n1,2\n").dialect.newline, Newline::kLf);
  EXPECT_EQ(Detect("a,b\r\n1,2\r\n").dialect.newline, Newline::kCrlf);
  EXPECT_EQ(Detect("a,b\r1,2\r").dialect.newline, Newline::kCr);
  EXPECT_EQ(Detect("a,b\r1,2\r3,4\n5,6\r7,8\n").dialect.newline, Newline::kMixed);
  EXPECT_EQ(Detect("a,b\n1,\"x\ry\"\n3,z\n").dialect.newline, Newline::kLf)
      << "a CR in a quoted field ends nothing";
}

TEST(DetectDialect, ObeysTheSeparatorLine) {
  const DetectedDialect detected = Detect("sep=;\r\na;b,c\r\n1;2,5\r\n");
  EXPECT_EQ(detected.dialect.delimiter, ";");
  EXPECT_EQ(detected.dialect.skip_lines, 1);
  EXPECT_THAT(detected.dialect.header, ElementsAre("a", "b,c"));
  EXPECT_THAT(Find(detected, "delimiter").reason, HasSubstr("sep="));
  EXPECT_EQ(Delimiter("\"sep=|\"\na|b\n1|2\n"), "|");
  EXPECT_EQ(Delimiter("sep=too long;\na,b\n1,2\n"), ",");
}

TEST(DetectDialect, FindsCommentLines) {
  const DetectedDialect detected = Detect("# made, by; x\na;b\n1;2\n# more\n3;4\n5;6\n");
  EXPECT_EQ(detected.dialect.comment, "#");
  EXPECT_EQ(detected.dialect.skip_lines, 0);
  EXPECT_EQ(detected.dialect.delimiter, ";");
  EXPECT_EQ(Find(detected, "comment").value, "#");
  EXPECT_EQ(Detect("// x\na;b\n1;2\n// y\n3;4\n").dialect.comment, "//");
  const Dialect above_only = Detect("# title\na,b\n1,2\n3,4\n").dialect;
  EXPECT_EQ(above_only.comment, "") << "lines above the table alone are a preamble";
  EXPECT_EQ(above_only.skip_lines, 1);
  EXPECT_EQ(Detect("#1,a\n#2,b\n#3,c\n").dialect.comment, "") << "every line: data";
  EXPECT_EQ(Detect("code,n,x\nab==,1,2\n//z=,3,4\ncd==,5,6\n").dialect.comment, "")
      << "a line with the fields of a row is one";
}

TEST(DetectDialect, LetsTheUserHaveTheLastWord) {
  const std::string text = "a;b,c\n1;2,3\n4;5,6\n";
  EXPECT_EQ(Delimiter(text, {.delimiter = ","}), ",");
  EXPECT_EQ(Find(Detect(text, {.delimiter = ","}), "delimiter").reason, "given");
  const std::string quoted = "a,b\n\"x,y\",2\n\"z,w\",4\n";
  const DetectedDialect unquoted = Detect(quoted, {.quote = std::optional<char>()});
  EXPECT_EQ(unquoted.dialect.quote, std::nullopt);
  EXPECT_EQ(unquoted.dialect.column_count, 3);
  EXPECT_EQ(Find(unquoted, "quote").reason, "given");
  const DetectedDialect escaped = Detect(quoted, {.escape = std::optional<char>('!')});
  EXPECT_EQ(escaped.dialect.escape, '!');
  EXPECT_EQ(Find(escaped, "escape").value, "!");
  EXPECT_EQ(Find(Detect(quoted, {.escape = std::optional<char>()}), "escape").value, "none");
  EXPECT_EQ(Detect("%x\na,b\n1,2\n", {.comment = "%"}).dialect.comment, "%");
  EXPECT_EQ(Detect("a,b,c\n1,x,2\n#1,x,3\n", {.comment = "#"}).dialect.comment, "#");
  EXPECT_EQ(Detect("a,b\n1,2\n", {.newline = Newline::kCr}).dialect.newline, Newline::kCr);
  EXPECT_TRUE(Detect("a,b\n1,2\n", {.skip_initial_space = true}).dialect.skip_initial_space);
  EXPECT_FALSE(Detect("a, b\n1, 2\n", {.skip_initial_space = false}).dialect.skip_initial_space);
}

TEST(DetectDialect, LetsTheFileNameTipTheScales) {
  const std::string both = "a;b|c\nx;y|z\nu;v|w\n";
  EXPECT_EQ(Delimiter(both), ";");
  EXPECT_EQ(Delimiter(both, {.likely_delimiter = "|"}), "|");
  EXPECT_EQ(Delimiter(Table(";"), {.likely_delimiter = "\t"}), ";") << "the content decides";
}

TEST(DetectDialect, SurvivesSenselessInput) {
  EXPECT_EQ(Detect("").dialect.column_count, 0);
  EXPECT_EQ(Detect("\n\n\n").dialect.column_count, 0);
  EXPECT_EQ(Detect("\"").dialect.column_count, 1);
  EXPECT_EQ(Detect("\"\n\"\n\"\n").dialect.data_offset, 0);
  std::string quotes;
  for (int i = 0; i < 20000; ++i) quotes += "\"\\\",";
  EXPECT_THAT(Find(Detect(quotes), "delimiter").confidence, Lt(1));
  EXPECT_EQ(Detect(",,,\n,,,\n").dialect.column_count, 4);
  EXPECT_EQ(Detect(std::string("a\0b\n", 4)).dialect.header_rows, 1);
}

TEST(DetectDialect, LooksBeyondTheBeginning) {
  // The beginning alone would be taken for rows of two fields.
  std::string text;
  for (int i = 0; i < 700; ++i) text += "remark " + std::to_string(i) + ", of no account\n";
  for (int i = 0; i < 9000; ++i) text += "1;2;3;4;5\n";
  const Dialect dialect = Detect(text).dialect;
  EXPECT_EQ(dialect.delimiter, ";");
  EXPECT_EQ(dialect.skip_lines, 700);
  EXPECT_EQ(dialect.header_rows, 0);

  Sample sample = MakeSample("a;1,2\nb;3,4\nc;5,6\n");
  sample.whole = false;
  for (int i = 0; i < 8; ++i) {
    sample.blocks.push_back({.text = "d;5,6,7\ne;8\nf;9,1,1,1\ng;7\n"});
  }
  EXPECT_EQ(DetectDialect(sample).dialect.delimiter, ";");
}

TEST(PrintSeparator, WritesWhatAPersonCanRead) {
  EXPECT_EQ(PrintSeparator(","), ",");
  EXPECT_EQ(PrintSeparator("\t"), "tab");
  EXPECT_EQ(PrintSeparator(" "), "space");
  EXPECT_EQ(PrintSeparator(""), "none");
  EXPECT_EQ(PrintSeparator("\x1F\t|"), "\\x1f\\t|");
  EXPECT_EQ(NewlineName(Newline::kLf), "LF");
  EXPECT_EQ(NewlineName(Newline::kCrlf), "CRLF");
  EXPECT_EQ(NewlineName(Newline::kCr), "CR");
  EXPECT_EQ(NewlineName(Newline::kMixed), "mixed");
}

}  // namespace
}  // namespace pyforge::csv
