#include "formats/csv/splitter.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <arrow/memory_pool.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/matchers.h"
#include "support/seed.h"

namespace pyforge::csv {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A stream over text in memory.
class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const auto count =
        std::min(bytes, static_cast<int64_t>(text_.size()) - static_cast<int64_t>(position_));
    std::memcpy(out, text_.data() + position_, static_cast<size_t>(count));
    position_ += static_cast<size_t>(count);
    return count;
  }
  int64_t stored_position() const override { return static_cast<int64_t>(position_); }

 private:
  std::string text_;
  size_t position_ = 0;
};

/// A record as its fields' raw text, joined; oversized ones by their length.
struct SplitText {
  std::vector<std::string> records;
  std::vector<int64_t> offsets;  // of the records' first bytes in the input
  int64_t morsel_count = 0;
  int64_t literal_count = 0;
  int64_t oversized_line_count = 0;
};

SplitText Split(const std::string& text, const SplitterOptions& options, int64_t block_bytes,
                const Scanner& scanner = Scanner(Dialect())) {
  SplitText result;
  auto store = std::make_shared<BlockStore>(block_bytes, arrow::default_memory_pool());
  Splitter splitter(std::make_unique<TextStream>(text), scanner, options, store);
  StructuralIndex index;
  while (true) {
    auto morsel = splitter.Next();
    EXPECT_TRUE(morsel.ok()) << morsel.status();
    if (!morsel.ok() || *morsel == nullptr) break;
    TextMorsel& piece = **morsel;
    ++result.morsel_count;
    if (piece.is_oversized) {
      result.records.push_back("too long: " + std::to_string(piece.bytes));
      result.offsets.push_back(piece.byte_offset);
      result.oversized_line_count += piece.oversized_line_count;
      continue;
    }
    EXPECT_EQ(piece.text()[piece.text_bytes], '\n');
    result.literal_count += static_cast<int64_t>(piece.literal_quotes.size());
    scanner.Index(piece.text(), 0, piece.text_bytes, piece.literal_quotes, &index);
    int64_t begin = 0;
    std::string record;
    const auto end_field = [&](int64_t end, bool ends_record) {
      record.append(piece.text() + begin, static_cast<size_t>(end - begin));
      record += '|';
      begin = end + 1;
      if (!ends_record) return;
      result.records.push_back(record);
      record.clear();
    };
    int64_t record_begin = 0;
    for (int64_t i = 0; i < index.separator_count; ++i) {
      const uint32_t at = index.separators()[i];
      const bool ends_record = piece.text()[at] == '\n' || piece.text()[at] == '\r';
      end_field(at, ends_record);
      if (ends_record) {
        result.offsets.push_back(piece.byte_offset + record_begin);
        record_begin = at + 1;
      }
    }
    if (record_begin < piece.text_bytes) {
      end_field(piece.text_bytes, true);
      result.offsets.push_back(piece.byte_offset + record_begin);
    }
  }
  return result;
}

constexpr int64_t kBlockBytes = 1 << 10;

TEST(Splitter, LetsGoOfEverythingAtTheEnd) {
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  const Scanner scanner{Dialect()};
  Splitter splitter(std::make_unique<TextStream>("a,b\n1,2\n"), scanner, {},
                    std::make_shared<BlockStore>(kBlockBytes, &pool));
  ASSERT_OK_AND_ASSIGN(auto morsel, splitter.Next());
  ASSERT_NE(morsel, nullptr);
  ASSERT_OK_AND_ASSIGN(auto end, splitter.Next());
  EXPECT_EQ(end, nullptr);
  EXPECT_GT(pool.bytes_allocated(), 0);  // of the morsel that is out

  morsel.reset();

  EXPECT_EQ(pool.bytes_allocated(), 0);
  EXPECT_EQ(splitter.stored_position(), 8);
  ASSERT_OK_AND_ASSIGN(end, splitter.Next());
  EXPECT_EQ(end, nullptr);
}

TEST(SharedBlockStore, PassesBlocksOnFromOneInputToTheNext) {
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  const Scanner scanner{Dialect()};
  SharedBlockStore shared(kBlockBytes, &pool);
  std::unique_ptr<TextMorsel> morsel;
  for (int i = 0; i < 20; ++i) {
    Splitter splitter(std::make_unique<TextStream>("a,b\n1,2\n"), scanner, {}, shared.Get());
    ASSERT_OK_AND_ASSIGN(morsel, splitter.Next());
    ASSERT_OK_AND_ASSIGN(const auto end, splitter.Next());
    EXPECT_EQ(end, nullptr);
  }
  EXPECT_LE(pool.num_allocations(), 3);
  EXPECT_GT(pool.bytes_allocated(), 0);

  morsel.reset();

  EXPECT_EQ(pool.bytes_allocated(), 0);
}

TEST(Splitter, CutsBehindRecordEnds) {
  const SplitText split = Split("a,b\n1,2\n", {}, kBlockBytes);
  EXPECT_THAT(split.records, ElementsAre("a|b|", "1|2|"));
  EXPECT_THAT(split.offsets, ElementsAre(0, 4));
  EXPECT_EQ(split.morsel_count, 1);
}

TEST(Splitter, GivesNothingForAnEmptyInput) {
  EXPECT_THAT(Split("", {}, kBlockBytes).records, IsEmpty());
  EXPECT_THAT(Split("\x1A", {}, kBlockBytes).records, IsEmpty());
}

TEST(Splitter, TakesALastRecordWithoutALineEnd) {
  for (int64_t block : {16, 17, 64, 1024}) {
    EXPECT_THAT(Split("a,b\n1,\"x\ny\"", {}, block).records, ElementsAre("a|b|", "1|\"x\ny\"|"));
  }
}

TEST(Splitter, DropsControlZAtTheEnd) {
  EXPECT_THAT(Split("1,2\n3,4\n\x1A", {}, kBlockBytes).records, ElementsAre("1|2|", "3|4|"));
  EXPECT_THAT(Split("1,2\x1A", {}, kBlockBytes).records, ElementsAre("1|2|"));
}

TEST(Splitter, BeginsAndEndsWhereItIsTold) {
  const SplitText split = Split("\xEF\xBB\xBFhead\n1\n2\nfoot\n",
                                {.begin_offset = 5, .end_offset = 9, .stored_offset = 3}, 16);
  EXPECT_THAT(split.records, ElementsAre("1|", "2|"));
  EXPECT_THAT(split.offsets, ElementsAre(8, 10));
}

TEST(Splitter, TakesAQuoteThatIsOpenAtTheEndLiterally) {
  for (int64_t block : {16, 17, 1024}) {
    const SplitText split = Split("a,\"b\nc,\"\nd,\"e,f\ng\n", {}, block);
    EXPECT_THAT(split.records, ElementsAre("a|\"b\nc,\"|", "d|\"e|f|", "g|"));
    EXPECT_EQ(split.literal_count, 1);
  }
}

TEST(Splitter, TakesAQuoteOfAFieldBeyondTheLimitLiterally) {
  const SplitterOptions options{.field_bytes_max = 64, .record_bytes_max = 128};
  const std::string text = "a,\"" + std::string(65, 'x') + "\nb\",c\nd\n";
  for (int64_t block : {16, 30, 64, 70, 1024}) {
    const SplitText split = Split(text, options, block);
    EXPECT_THAT(split.records, ElementsAre("a|\"" + std::string(65, 'x') + "|", "b\"|c|", "d|"))
        << block;
  }
}

TEST(Splitter, PassesOverARecordBeyondTheLimit) {
  const SplitterOptions options{
      .field_bytes_max = 64, .record_bytes_max = 128, .oversized_bytes_kept = 100};
  const std::string text = "a\n" + std::string(2000, 'x') + "\nb\n";
  for (int64_t block : {16, 64, 128}) {
    const SplitText split = Split(text, options, block);
    EXPECT_THAT(split.records, ElementsAre("a|", "too long: 2001", "b|")) << block;
    EXPECT_THAT(split.offsets, ElementsAre(0, 2, 2003));
  }
}

TEST(Splitter, PassesOverALastRecordBeyondTheLimit) {
  const SplitterOptions options{.field_bytes_max = 64, .record_bytes_max = 128};
  EXPECT_THAT(Split(std::string(1000, 'x'), options, 64).records, ElementsAre("too long: 1000"));
  // The quote is open at the end, so that the line end behind it counts.
  EXPECT_THAT(Split(std::string(1000, 'x') + ",\"y\nz", options, 64).records,
              ElementsAre("too long: 1004", "z|"));
}

TEST(Splitter, CountsTheLineEndOfARecordBeyondTheLimitOnce) {
  const SplitterOptions options{.field_bytes_max = 64, .record_bytes_max = 128};
  const Dialect dialect{.newline = Newline::kCr};
  for (const ScanPath path : AvailableScanPaths(dialect)) {
    for (int64_t block = 16; block < 160; ++block) {
      const SplitText split =
          Split("a\r" + std::string(1000, 'x') + "\r\nb\r", options, block, Scanner(dialect, path));
      EXPECT_EQ(split.oversized_line_count, 1) << block;
      EXPECT_EQ(split.records.back(), "b|") << block;
    }
  }
}

/// Records of more than the limit, which depending on the block are handed out or passed over, by
/// a word. Their line ends do not count.
SplitText WithoutLongRecords(SplitText split, int64_t limit) {
  for (std::string& record : split.records) {
    const auto end = static_cast<int64_t>(record.size()) - (record.ends_with("\r|") ? 2 : 1);
    if (record.starts_with("too long") || end > limit) record = "long";
  }
  return split;
}

TEST(Splitter, GivesTheSameRecordsForEveryBlockSizeAndScanPath) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string_view alphabets[] = {"\",\na", "aaaaaaaaaaaaaa,,\"\n\r",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\"\n",
                                        "aaaaaaaaaaaaaaaaaaaaaaaaa,\\\"\r\n"};
  const Dialect dialects[] = {Dialect(), Dialect{.newline = Newline::kMixed},
                              Dialect{.escape = '\\'}, Dialect{.delimiter = "aa", .comment = ","}};
  for (int round = 0; round < 400; ++round) {
    const Dialect& dialect = dialects[random() % std::size(dialects)];
    const std::string_view alphabet = alphabets[random() % std::size(alphabets)];
    std::string text(random() % 600, ' ');
    for (char& byte : text) byte = alphabet[random() % alphabet.size()];
    const SplitterOptions options{.field_bytes_max = 64, .record_bytes_max = 128};
    const Scanner generic(dialect, ScanPath::kGeneric);
    const int64_t limit = options.record_bytes_max;
    const SplitText expected = WithoutLongRecords(Split(text, options, 4096, generic), limit);
    for (const ScanPath path : AvailableScanPaths(dialect)) {
      const Scanner scanner(dialect, path);
      for (int64_t block : {16, 17, 23, 63, 64, 65, 127, 300}) {
        const SplitText split = WithoutLongRecords(Split(text, options, block, scanner), limit);
        SCOPED_TRACE("path " + std::to_string(static_cast<int>(path)) + ", block " +
                     std::to_string(block) + "\n" + text);
        ASSERT_EQ(split.records, expected.records);
        ASSERT_EQ(split.offsets, expected.offsets);
      }
    }
  }
}

}  // namespace
}  // namespace pyforge::csv
