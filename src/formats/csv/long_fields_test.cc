// Quoted fields with more lines than the sample has room for, and quotes that only look like them.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/abridge.h"
#include "formats/csv/reader_testing.h"
#include "formats/csv/sample.h"
#include "support/matchers.h"

namespace pyforge::csv {
namespace {

using Cells = std::vector<std::string>;

// Lines of 16 bytes without a delimiter.
std::string Lines(size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "0123456789abcde\n";
  return text;
}

std::string Finding(const std::string& text, const std::string& name) {
  ExecutionContext context(ExecutionOptions{.memory_bytes_max = int64_t{512} << 20, .threads = 1});
  auto source = std::make_shared<testing::MemorySource>("t.csv", text);
  const auto input = OpenTable(source, {}, context).ValueOrDie();
  for (const pyforge::Finding& finding : input->findings()) {
    if (finding.name == name) return finding.value;
  }
  return "not found";
}

struct PipeSource : testing::MemorySource {
  using MemorySource::MemorySource;
  bool cheap_random_access() const override { return false; }
};

class CsvLongFields : public ::testing::TestWithParam<size_t> {
 protected:
  const std::string field_ = Lines(GetParam());
};

TEST_P(CsvLongFields, AreReadWhereTheyComeFirst) {
  const std::string text = "id,text\n1,\"" + field_ + "\"\n2,y\n";
  const ReadResult result = ReadCsv(text).ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 2);
  EXPECT_EQ(result.table->schema()->field_names(), (Cells{"id", "text"}));
  EXPECT_TRUE(Row(*result.table, 0) == (Cells{"1", field_}));
  EXPECT_EQ(Row(*result.table, 1), (Cells{"2", "y"}));
  EXPECT_EQ(result.ledger.entries().size(), 0u);
  EXPECT_EQ(Finding(text, "quote"), "\"");
  EXPECT_EQ(Finding(text, "preamble"), "not found");
}

TEST_P(CsvLongFields, AreReadInTheFirstColumnAndTheSecondRow) {
  const ReadResult result =
      ReadCsv("text;id\nx;1\n\"" + field_ + "\"\"quoted\"\"\";2\nz;3\n").ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 3);
  EXPECT_EQ(Row(*result.table, 0), (Cells{"x", "1"}));
  EXPECT_TRUE(Row(*result.table, 1) == (Cells{field_ + "\"quoted\"", "2"}));
  EXPECT_EQ(Row(*result.table, 2), (Cells{"z", "3"}));
}

TEST_P(CsvLongFields, AreReadInEveryRow) {
  std::string text = "id,text,more\n";
  for (int row = 0; row < 5; ++row) {
    text += std::to_string(row) + ",\"" + field_ + "\"," + std::to_string(row * 2) + "\n";
  }
  const ReadResult result = ReadCsv(text).ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 5);
  for (int row = 0; row < 5; ++row) {
    EXPECT_TRUE(Row(*result.table, row) ==
                (Cells{std::to_string(row), field_, std::to_string(row * 2)}));
  }
}

TEST_P(CsvLongFields, AreReadAsNamesToTheirEnds) {
  const ReadResult result = ReadCsv("id,\"" + field_ + "name\"\n1,a\n2,b\n3,c\n").ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 3);
  EXPECT_TRUE(result.table->schema()->field(1)->name() == field_ + "name");
  EXPECT_EQ(Row(*result.table, 0), (Cells{"1", "a"}));
  EXPECT_EQ(Row(*result.table, 2), (Cells{"3", "c"}));
}

TEST_P(CsvLongFields, EndTheTableWhereTheFootnoteBegins) {
  std::string text = "id,text,more\n1,\"" + field_ + "\",x\n";
  for (int row = 2; row < 20; ++row) text += std::to_string(row) + ",y,z\n";
  const ReadResult result = ReadCsv(text + "\nSource: the office\n").ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 19);
  EXPECT_TRUE(Row(*result.table, 0) == (Cells{"1", field_, "x"}));
  EXPECT_EQ(Row(*result.table, 18), (Cells{"19", "y", "z"}));
}

TEST_P(CsvLongFields, AreReadFromAPipeAndInAnotherEncoding) {
  const std::string utf8 = "id,text\n1,\"" + field_ + "\"\n2,y\n";
  std::string wide = "\xFF\xFE";
  for (const char c : utf8) (wide += c) += '\0';
  for (const std::string& bytes : {utf8, wide}) {
    ExecutionContext context(
        ExecutionOptions{.memory_bytes_max = int64_t{512} << 20, .threads = 1});
    auto source = std::make_shared<PipeSource>("t.csv", bytes);
    const auto input = OpenTable(source, {}, context).ValueOrDie();
    EXPECT_EQ(input->tables().front().schema->field_names(), (Cells{"id", "text"}));
    EXPECT_EQ(input->tables().front().first_row_number, 2);
    for (const pyforge::Finding& finding : input->findings()) {
      EXPECT_NE(finding.name, "preamble");
      if (finding.name == "quote") {
        EXPECT_EQ(finding.value, "\"");
      }
    }
  }
  EXPECT_EQ(ReadCsv(wide).ValueOrDie().table->num_rows(), 2);
}

INSTANTIATE_TEST_SUITE_P(Sizes, CsvLongFields,
                         ::testing::Values(16 << 10, 100 << 10, 255 << 10, 300 << 10, 2 << 20));

TEST(CsvLongFieldsFaults, UpToTheLimitAreReadFromAPipeAsFromAFile) {
  for (const size_t bytes : {size_t{5} << 20, (size_t{16} << 20) - 100}) {
    const std::string utf8 = "id,text\n1,\"" + Lines(bytes - 16) + "\"\n2,y\n3,z\n";
    std::string wide = "\xFF\xFE";
    for (const char c : utf8) (wide += c) += '\0';
    for (const std::string& stored : {utf8, wide}) {
      ExecutionContext context(
          ExecutionOptions{.memory_bytes_max = int64_t{512} << 20, .threads = 1});
      auto source = std::make_shared<PipeSource>("t.csv", stored);
      const auto input = OpenTable(source, {}, context).ValueOrDie();
      EXPECT_EQ(input->tables().front().schema->field_names(), (Cells{"id", "text"})) << bytes;
      EXPECT_EQ(input->tables().front().first_row_number, 2);
      for (const pyforge::Finding& finding : input->findings()) {
        EXPECT_NE(finding.name, "preamble");
      }
    }
  }
}

TEST(CsvLongFieldsFaults, BeyondTheLimitAreRefusedWithTheirPlace) {
  const std::string text = "id,text\n1,\"" + Lines(size_t{17} << 20) + "\"\n2,y\n3,z\n";
  for (const bool is_pipe : {false, true}) {
    ExecutionContext context(
        ExecutionOptions{.memory_bytes_max = int64_t{512} << 20, .threads = 1});
    std::shared_ptr<Source> source = std::make_shared<testing::MemorySource>("t.csv", text);
    if (is_pipe) source = std::make_shared<PipeSource>("t.csv", text);
    const Status refused = OpenTable(source, {}, context).status();
    EXPECT_THAT(refused, testing::FailsWith("csv.field_too_long"));
    EXPECT_EQ(DetailOf(refused)->where().byte_offset, 10);
    EXPECT_TRUE(OpenTable(source, {.field_max = ByteSize{int64_t{20} << 20}}, context).ok());
    const ReadOptions literal{.quote = "none"};
    EXPECT_TRUE(OpenTable(source, literal, context).ok());
  }
}

TEST(CsvLongFieldsFaults, AQuoteInTheFirstRowThatIsNeverClosedLosesNoRow) {
  for (const int64_t count : {10'000, 300'000}) {
    std::string text = "id,text\n1,\"never closed\n";
    for (int64_t row = 2; row <= count; ++row) text += std::to_string(row) + ",y\n";
    const ReadResult result = ReadCsv(text).ValueOrDie();
    ASSERT_EQ(result.table->num_rows(), count);
    EXPECT_EQ(Row(*result.table, count - 1), (Cells{std::to_string(count), "y"}));
  }
}

TEST(CsvLongFieldsFaults, AStrayQuoteWithQuotedFieldsFarBehindLosesNoRow) {
  std::string text = "id,text\n1,\"inch\n";
  for (int row = 2; row <= 60'000; ++row) text += std::to_string(row) + ",y\n";
  text += "60001,\"a, b\"\n60002,c\n";
  const ReadResult result = ReadCsv(text).ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 60'002);
  EXPECT_EQ(Row(*result.table, 60'000), (Cells{"60001", "a, b"}));
}

TEST(CsvLongFieldsFaults, AnApostropheInTheFirstRowIsText) {
  std::string text = "id,text\n1,'tis\n";
  for (int row = 2; row <= 60'000; ++row) text += std::to_string(row) + ",dogs'\n";
  const ReadResult result = ReadCsv(text).ValueOrDie();
  ASSERT_EQ(result.table->num_rows(), 60'000);
  EXPECT_EQ(Row(*result.table, 0), (Cells{"1", "'tis"}));
  EXPECT_EQ(Row(*result.table, 59'999), (Cells{"60000", "dogs'"}));
}

TEST(CsvLongFieldsFaults, NothingButQuotesIsLookedAtForAShortTimeOnly) {
  const std::string text = "id,text\n1,\"" + std::string(size_t{12} << 20, '"');
  int64_t read_bytes = 0;
  std::string head = text.substr(0, 256 << 10);
  bool reaches_end = false;
  std::vector<Gap> gaps;
  const AbridgeOptions options{.head_bytes = 256 << 10, .look_ahead_bytes = int64_t{16} << 20};
  const ReadText read = [&](int64_t offset, int64_t bytes) -> Result<TextPiece> {
    read_bytes += bytes;
    return TextPiece{.text = text.substr(static_cast<size_t>(offset), static_cast<size_t>(bytes))};
  };
  std::optional<int64_t> endless_field;
  ASSERT_TRUE(AbridgeLongFields(options, read, &head, &reaches_end, &gaps, &endless_field).ok());
  EXPECT_FALSE(endless_field);
  EXPECT_TRUE(text.starts_with(head));
  EXPECT_TRUE(gaps.empty());
  EXPECT_LE(read_bytes, int64_t{4} << 20);
}

TEST(CsvLongFieldsFaults, RowsOfFieldsOfAnyLengthAreReadExactly) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  constexpr std::string_view kLines[] = {"lorem ipsum\n", "a \"\"quoted\"\" word\n",
                                         "\u00E9t\u00E9 \u00E0 la plage\n", "plain\r\n"};
  for (int round = 0; round < 20; ++round) {
    const auto row_count = static_cast<int64_t>(2 + random() % 10);
    std::string text = "id,text,more\n";
    std::vector<size_t> sizes;  // of the fields, doubled quotes counted once
    for (int64_t row = 0; row < row_count; ++row) {
      const std::string_view line = kLines[random() % 4];
      const size_t count = (size_t{1} << (random() % 16)) + random() % 100;
      text += std::to_string(row) + ",\"";
      for (size_t i = 0; i < count; ++i) text += line;
      text += "end\",w" + std::to_string(row) + "\n";
      sizes.push_back(count * (line.size() - (line[2] == '"' ? 2 : 0)) + 3);
    }
    const ReadResult result = ReadCsv(text).ValueOrDie();
    ASSERT_EQ(result.table->num_rows(), row_count) << "round " << round;
    for (int64_t row = 0; row < row_count; ++row) {
      const Cells cells = Row(*result.table, row);
      ASSERT_EQ(cells.size(), 3u);
      EXPECT_EQ(cells[0], std::to_string(row));
      EXPECT_EQ(cells[1].size(), sizes[static_cast<size_t>(row)]);
      EXPECT_EQ(cells[2], "w" + std::to_string(row));
    }
  }
}

TEST(TakeSample, LeavesTheMiddleOfALongFieldOut) {
  const std::string field = Lines(1 << 20);
  const std::string tail = "\"\n2,y\n";
  testing::MemorySource source("t.csv", "id,text\n1,\"" + field + tail);
  const Sample sample = TakeSample(source).ValueOrDie();
  EXPECT_TRUE(sample.whole);
  EXPECT_LT(sample.head.size(), 8u << 10);
  EXPECT_TRUE(sample.head.ends_with("abcde\n" + tail));
  const auto shown = static_cast<int64_t>(sample.head.size());
  EXPECT_EQ(shown + sample.LeftOutBefore(shown).bytes,
            static_cast<int64_t>(11 + field.size() + tail.size()));
  const int64_t lines = std::count(sample.head.begin(), sample.head.end(), '\n');
  EXPECT_EQ(lines + sample.LeftOutBefore(shown).lines, static_cast<int64_t>(field.size() / 16 + 3));
  EXPECT_EQ(sample.LeftOutBefore(11).bytes, 0);
}

TEST(TakeSample, KeepsNoMoreOfAPipeThanItLooksAt) {
  struct CountingSource : PipeSource {
    using PipeSource::PipeSource;
    Result<std::string_view> Head(int64_t bytes_max) override {
      asked_max = std::max(asked_max, bytes_max);
      return PipeSource::Head(bytes_max);
    }
    int64_t asked_max = 0;
  };
  for (const auto& [field_bytes, kept_bytes] :
       {std::pair{size_t{1} << 20, int64_t{2} << 20}, {size_t{6} << 20, int64_t{9} << 20}}) {
    CountingSource source("t.csv", "id,text\n1,\"" + Lines(field_bytes) + "\"\n2,y\n");
    const Sample sample = TakeSample(source, {.look_ahead_bytes = int64_t{8} << 20}).ValueOrDie();
    EXPECT_TRUE(sample.head.ends_with("\"\n2,y\n"));
    EXPECT_TRUE(sample.whole);
    EXPECT_LE(source.asked_max, kept_bytes);
  }
}

TEST(CsvLongFields, WithoutQuotesAndInTheFirstRecordHideNoDelimiter) {
  for (const size_t bytes : {size_t{20} << 10, size_t{300} << 10, size_t{3} << 20}) {
    for (const char delimiter : {',', ';', '\t', '|'}) {
      for (const std::string words : {"x", "5\"x,6\"y;"}) {
        std::string field;
        while (field.size() < bytes) field += words;
        std::erase(field, delimiter);
        std::string text = field + delimiter + "1\n";
        for (int row = 2; row <= 50; ++row) text += std::string("y") + delimiter + "7\n";
        ReadSettings settings;
        settings.options.header = Header::kNo;
        const ReadResult result = ReadCsv(text, settings).ValueOrDie();
        ASSERT_EQ(result.table->num_columns(), 2) << bytes << " " << delimiter << words;
        EXPECT_EQ(result.table->num_rows(), 50);
        EXPECT_EQ(Cell(*result.table, 1, 49), "7");
      }
    }
  }
}

TEST(TakeSample, LooksNoFurtherBehindTheHeadThanAllowed) {
  const std::string text = "id,text\n1,\"" + Lines(1 << 20) + "\"\n2,y\n";
  testing::MemorySource source("t.csv", text);
  const Sample sample = TakeSample(source, {.look_ahead_bytes = 500 << 10}).ValueOrDie();
  EXPECT_TRUE(sample.gaps.empty());
  EXPECT_TRUE(text.starts_with(sample.head));
}

TEST(TakeSample, KeepsRowsBehindAStrayQuoteThatAnotherOneSeemsToClose) {
  std::string text = "id,text\n1,\"inch\n";
  for (int row = 2; row <= 5'000; ++row) text += std::to_string(row) + ",y\n";
  text += "5001,5\"\n5002,c\n";
  testing::MemorySource source("t.csv", text);
  EXPECT_EQ(TakeSample(source).ValueOrDie().head, text);
}

}  // namespace
}  // namespace pyforge::csv
