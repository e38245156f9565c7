#include "formats/csv/scanner.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/seed.h"

namespace pyforge::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kNoLimit = int64_t{1} << 40;

/// Text with the readable bytes around it that the scanner wants; they are chosen to mislead.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) {
    const std::string noise(static_cast<size_t>(kTextPadding), '"');
    buffer_ = noise + std::string(text) + std::string("\",\"\r\n") + noise;
  }
  const char* data() const { return buffer_.data() + kTextPadding; }

 private:
  std::string buffer_;
};

std::vector<uint32_t> Offsets(const StructuralIndex& index) {
  return {index.separators(), index.separators() + index.separator_count};
}

std::vector<uint32_t> Unique(std::vector<uint32_t> values) {
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

StructuralIndex IndexOf(const Dialect& dialect, std::string_view text, ScanPath path,
                        const std::vector<uint32_t>& literal_quotes = {}) {
  StructuralIndex index;
  const PaddedText padded(text);
  Scanner(dialect, path)
      .Index(padded.data(), 0, static_cast<int64_t>(text.size()), literal_quotes, &index);
  return index;
}

std::vector<uint32_t> Separators(const Dialect& dialect, std::string_view text) {
  return Offsets(IndexOf(dialect, text, AvailableScanPaths(dialect).back()));
}

TEST(Scanner, FindsDelimitersAndRecordEnds) {
  EXPECT_THAT(Separators({}, "a,bc\n,\n"), ElementsAre(1, 4, 5, 6));
}

TEST(Scanner, LeavesSeparatorsInQuotesAlone) {
  EXPECT_THAT(Separators({}, "\"a,\n\",b\n"), ElementsAre(5, 7));
}

TEST(Scanner, TakesAQuoteInsideAnUnquotedFieldLiterally) {
  EXPECT_THAT(Separators({}, "12\",a\n5\",b\n"), ElementsAre(3, 5, 8, 10));
}

TEST(Scanner, TakesTextBehindAClosingQuoteIntoTheField) {
  for (ScanPath path : AvailableScanPaths({})) {
    const StructuralIndex index = IndexOf({}, "\"a\"b\"c,d\n", path);
    EXPECT_THAT(Offsets(index), ElementsAre(6, 8));
    EXPECT_THAT(Unique(index.marked_fields), ElementsAre(0));
    EXPECT_THAT(index.stray_quote_fields, ElementsAre(0));
  }
}

TEST(Scanner, KeepsADoubledQuoteInsideTheField) {
  const StructuralIndex index = IndexOf({}, "x,\"a\"\",\"\"\"\n", ScanPath::kGeneric);
  EXPECT_THAT(Offsets(index), ElementsAre(1, 10));
  EXPECT_THAT(Unique(index.marked_fields), ElementsAre(1));
}

TEST(Scanner, MarksNoFieldThatQuotesSimplySurround) {
  for (ScanPath path : AvailableScanPaths({})) {
    EXPECT_THAT(IndexOf({}, "\"a\",\"\"\r\n\"b\",\"c\"\n", path).marked_fields, IsEmpty());
  }
}

TEST(Scanner, NotesWhichFieldsAreQuoted) {
  for (ScanPath path : AvailableScanPaths({})) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += i % 3 == 0 ? "\"q\"," : i % 3 == 1 ? "p," : "12\"\n";
    const StructuralIndex index = IndexOf({}, text, path);
    for (int64_t field = 0; field < 300; ++field) EXPECT_EQ(index.is_quoted(field), field % 3 == 0);
  }
}

TEST(Scanner, CountsLinesAlsoWithinQuotes) {
  for (ScanPath path : AvailableScanPaths({})) {
    const StructuralIndex index = IndexOf({}, "\"a\nb\"\nc\n", path);
    EXPECT_EQ(index.record_end_count, 2);
    EXPECT_EQ(index.line_count, 3);
  }
}

TEST(Scanner, ReportsWhichBytesItMet) {
  for (ScanPath path : AvailableScanPaths({})) {
    EXPECT_TRUE(IndexOf({}, "\"a\"\n", path).has_quote);
    EXPECT_FALSE(IndexOf({}, "a\"b\n", path).has_quote);
    EXPECT_TRUE(IndexOf({}, "a\r\n", path).has_carriage_return);
    EXPECT_TRUE(IndexOf({}, std::string_view("a\0\n", 3), path).has_nul);
    EXPECT_TRUE(IndexOf({}, "\xC3\xA9\n", path).has_non_ascii);
    const StructuralIndex plain = IndexOf({}, "abc,def\n", path);
    EXPECT_FALSE(plain.has_quote || plain.has_carriage_return || plain.has_nul ||
                 plain.has_non_ascii);
  }
}

TEST(Scanner, TakesAListedQuoteLiterally) {
  for (ScanPath path : AvailableScanPaths({})) {
    EXPECT_THAT(Offsets(IndexOf({}, "a,\"b,c\nd,\"e,\"\n", path, {2})),
                ElementsAre(1, 4, 6, 8, 13));
  }
}

TEST(Scanner, EndsRecordsAtALoneCarriageReturnWhereTheDialectSaysSo) {
  const Dialect dialect{.newline = Newline::kMixed};
  for (ScanPath path : AvailableScanPaths(dialect)) {
    EXPECT_THAT(Offsets(IndexOf(dialect, "a\rb\r\nc\nd\r\r\n\r", path)),
                ElementsAre(1, 4, 6, 8, 10, 11));
  }
  EXPECT_THAT(Separators({}, "a\rb\r\n"), ElementsAre(4));
}

TEST(Scanner, TakesTheMeaningOffAnEscapedCharacter) {
  const Dialect dialect{.escape = '\\'};
  for (ScanPath path : AvailableScanPaths(dialect)) {
    const StructuralIndex index = IndexOf(dialect, "a\\,b,\"c\\\",\",d\\\\,e\n", path);
    EXPECT_THAT(Offsets(index), ElementsAre(4, 11, 15, 17));
    EXPECT_THAT(Unique(index.marked_fields), ElementsAre(0, 1, 2));
  }
}

TEST(Scanner, KnowsNoQuotesWhereTheDialectHasNone) {
  const Dialect dialect{.quote = {}, .escape = {}};
  for (ScanPath path : AvailableScanPaths(dialect)) {
    EXPECT_THAT(Offsets(IndexOf(dialect, "\"a,b\"\n", path)), ElementsAre(2, 5));
  }
}

TEST(Scanner, TakesALineAsOneFieldWithoutADelimiter) {
  const Dialect dialect{.delimiter = ""};
  for (ScanPath path : AvailableScanPaths(dialect)) {
    EXPECT_THAT(Offsets(IndexOf(dialect, "a,b\n\"c\nd\"\n", path)), ElementsAre(3, 9));
  }
}

TEST(Scanner, SplitsAtADelimiterOfSeveralBytes) {
  EXPECT_THAT(Separators({.delimiter = "||"}, "a||b|c||\"d||\"\n|||e\n"),
              ElementsAre(1, 6, 13, 14, 18));
}

TEST(Scanner, TakesACommentLineAsOneField) {
  EXPECT_THAT(Separators({.comment = "#"}, "# a,\"b\n1,#2\n"), ElementsAre(6, 8, 11));
}

TEST(Scanner, LetsAQuoteFollowInitialBlanks) {
  EXPECT_THAT(Separators({.skip_initial_space = true}, "a, \"b,c\"\n"), ElementsAre(1, 8));
}

TEST(Scanner, TakesARunOfDelimitersAsOne) {
  EXPECT_THAT(Separators({.delimiter = " ", .merge_delimiters = true}, "  a   b \n \" c\" d\n"),
              ElementsAre(3, 8, 14, 16));
}

/// Where records end and what state follows, found in two steps split at `middle`.
RecordEnds FindInTwoSteps(const Scanner& scanner, const PaddedText& text, int64_t middle,
                          int64_t end, int64_t limit, ScanState* state) {
  const RecordEnds first = scanner.FindRecordEnds(text.data(), 0, middle, false, -1, limit, state);
  if (first.unclosed) return first;
  RecordEnds second = scanner.FindRecordEnds(text.data(), first.scanned_end, end, true,
                                             first.open_quote, limit, state);
  if (second.last_end < 0) second.last_end = first.last_end;
  return second;
}

TEST(Scanner, FindsTheLastRecordEndOutsideQuotes) {
  const std::string text = "a\n\"b\nc\n";
  const PaddedText padded(text);
  for (ScanPath path : AvailableScanPaths({})) {
    ScanState state;
    const RecordEnds ends = Scanner(Dialect(), path)
                                .FindRecordEnds(padded.data(), 0, static_cast<int64_t>(text.size()),
                                                true, -1, kNoLimit, &state);
    EXPECT_EQ(ends.last_end, 2);
    EXPECT_EQ(ends.open_quote, 2);
    EXPECT_EQ(state.place, ScanState::Place::kQuoted);
  }
}

TEST(Scanner, ReportsAQuoteThatIsNotClosedWithinTheLimit) {
  for (int64_t content : {99, 100, 101, 163, 164, 165}) {
    const std::string text =
        "ab,\"" + std::string(static_cast<size_t>(content), 'x') + "\",\"y\"\n";
    const PaddedText padded(text);
    for (ScanPath path : AvailableScanPaths({})) {
      for (size_t middle = 0; middle <= text.size(); ++middle) {
        ScanState state;
        const RecordEnds ends =
            FindInTwoSteps(Scanner({}, path), padded, static_cast<int64_t>(middle),
                           static_cast<int64_t>(text.size()), 100, &state);
        EXPECT_EQ(ends.unclosed, content > 100);
        if (ends.unclosed) {
          EXPECT_EQ(ends.open_quote, 3);
        }
      }
    }
  }
}

TEST(Scanner, CountsDoubledQuotesTowardsTheLimit) {
  std::string text = "\"";
  for (int i = 0; i < 60; ++i) text += "\"\"";
  text += "\"\n";
  const PaddedText padded(text);
  for (ScanPath path : AvailableScanPaths({})) {
    for (size_t middle = 0; middle <= text.size(); ++middle) {
      for (int64_t limit : {118, 119, 120}) {
        ScanState state;
        const RecordEnds ends =
            FindInTwoSteps(Scanner({}, path), padded, static_cast<int64_t>(middle),
                           static_cast<int64_t>(text.size()), limit, &state);
        EXPECT_EQ(ends.unclosed, limit < 120) << middle << " " << limit;
      }
    }
  }
}

std::string RandomText(std::mt19937_64& random, std::string_view alphabet, size_t length) {
  std::string text(length, ' ');
  std::uniform_int_distribution<size_t> pick(0, alphabet.size() - 1);
  for (char& byte : text) byte = alphabet[pick(random)];
  return text;
}

/// The dialects that the fast paths take.
std::vector<Dialect> SimpleDialects() {
  return {Dialect(),
          Dialect{.newline = Newline::kMixed},
          Dialect{.escape = '\\'},
          Dialect{.escape = '\\', .newline = Newline::kMixed},
          Dialect{.quote = {}, .escape = '\\'},
          Dialect{.quote = '\'', .escape = '\''},
          Dialect{.delimiter = ""}};
}

TEST(Scanner, GivesTheSameIndexOnEveryPath) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string_view alphabets[] = {"\",\na", "\"\"\",,\n\r\\aaaaaaaaaaaaaaaa", "ab\n,\"\\\r'",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\"\n"};
  for (const Dialect& dialect : SimpleDialects()) {
    for (size_t round = 0; round < 2000; ++round) {
      const std::string_view alphabet = alphabets[round % std::size(alphabets)];
      const std::string text = RandomText(random, alphabet, random() % 300);
      std::vector<uint32_t> literals;
      if (round % 4 == 3) {
        for (uint32_t i = 0; i < text.size(); ++i) {
          if (text[i] == '"' && random() % 16 == 0) literals.push_back(i);
        }
      }
      const StructuralIndex expected = IndexOf(dialect, text, ScanPath::kGeneric, literals);
      for (ScanPath path : AvailableScanPaths(dialect)) {
        const StructuralIndex index = IndexOf(dialect, text, path, literals);
        ASSERT_EQ(Offsets(index), Offsets(expected)) << text << " path " << static_cast<int>(path);
        ASSERT_EQ(Unique(index.marked_fields), Unique(expected.marked_fields)) << text;
        for (int64_t field = 0; field < index.separator_count; ++field) {
          ASSERT_EQ(index.is_quoted(field), expected.is_quoted(field)) << text << " " << field;
        }
        ASSERT_EQ(index.stray_quote_fields, expected.stray_quote_fields) << text;
        ASSERT_EQ(index.record_end_count, expected.record_end_count) << text;
        ASSERT_EQ(index.line_count, expected.line_count) << text;
        ASSERT_EQ(index.inner_line_ends, expected.inner_line_ends) << text;
        ASSERT_EQ(index.has_quote, expected.has_quote);
        ASSERT_EQ(index.has_carriage_return, expected.has_carriage_return);
      }
    }
  }
}

TEST(Scanner, FindsTheSameRecordEndsOnEveryPathAndForEverySplit) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const Dialect& dialect : SimpleDialects()) {
    for (int round = 0; round < 60; ++round) {
      const std::string text = RandomText(
          random, round % 2 == 0 ? "\",\n\r\\a" : "aaaaaaaaaaaaaaaaaa,\"\n\r", random() % 300);
      const PaddedText padded(text);
      const auto end = static_cast<int64_t>(text.size());
      const int64_t limit = 64 + static_cast<int64_t>(random() % 64);
      ScanState expected_state;
      const RecordEnds expected =
          Scanner(dialect, ScanPath::kGeneric)
              .FindRecordEnds(padded.data(), 0, end, true, -1, limit, &expected_state);
      for (ScanPath path : AvailableScanPaths(dialect)) {
        const Scanner scanner(dialect, path);
        for (int64_t middle = 0; middle <= end; ++middle) {
          ScanState state;
          const RecordEnds ends = FindInTwoSteps(scanner, padded, middle, end, limit, &state);
          SCOPED_TRACE("split at " + std::to_string(middle) + ", path " +
                       std::to_string(static_cast<int>(path)));
          ASSERT_EQ(ends.unclosed, expected.unclosed) << text;
          ASSERT_EQ(ends.open_quote, expected.open_quote) << text;
          if (ends.unclosed) continue;
          ASSERT_EQ(ends.last_end, expected.last_end) << text;
          ASSERT_EQ(ends.scanned_end, expected.scanned_end) << text;
          ASSERT_EQ(state.place, expected_state.place) << text;
          ASSERT_EQ(state.escaped, expected_state.escaped) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace pyforge::csv
