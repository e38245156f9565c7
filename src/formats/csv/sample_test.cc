#include "formats/csv/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "support/memory_io.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::MemorySource;
using namespace std::string_literals;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Lines "line 000000\n" of 12 bytes.
std::string Lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    text += "line " + std::string(6 - number.size(), '0') + number + "\n";
  }
  return text;
}

std::string AsUtf16(const std::string& ascii) {
  std::string wide;
  for (const char c : ascii) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

Sample Take(std::string bytes, const SampleOptions& options = {}) {
  MemorySource source("t.csv", std::move(bytes));
  return TakeSample(source, options).ValueOrDie();
}

TEST(TakeSample, TakesASmallFileWhole) {
  const Sample sample = Take("a,b\n1,2");
  EXPECT_TRUE(sample.whole);
  EXPECT_EQ(sample.head, "a,b\n1,2");
  EXPECT_THAT(sample.blocks, IsEmpty());
  EXPECT_EQ(sample.encoding.name, "utf-8");
}

TEST(TakeSample, LeavesOutTheByteOrderMark) {
  EXPECT_EQ(Take("\xEF\xBB\xBF"
                 "a,b\n")
                .head,
            "a,b\n");
  EXPECT_EQ(Take("\xFF\xFE" + AsUtf16("a,b\n")).head, "a,b\n");
}

TEST(TakeSample, TakesBlocksFromTheRestUpToItsEnd) {
  const std::string text = Lines(10000);
  const Sample sample = Take(text, {.head_bytes = 1000, .block_bytes = 500, .block_count = 4});
  EXPECT_FALSE(sample.whole);
  EXPECT_EQ(sample.head.size() % 12, 0u) << "cut at a line end";
  ASSERT_EQ(sample.blocks.size(), 4u);
  for (const SampleBlock& block : sample.blocks) {
    ASSERT_TRUE(block.offset.has_value());
    EXPECT_EQ(block.text, text.substr(static_cast<size_t>(*block.offset), block.text.size()));
    EXPECT_THAT(block.text, StartsWith("line "));
    EXPECT_THAT(block.text, EndsWith("\n"));
  }
  EXPECT_TRUE(sample.blocks.back().ends_file);
  EXPECT_THAT(sample.blocks.back().text, EndsWith("line 009999\n"));
  EXPECT_FALSE(sample.blocks.front().ends_file);
}

TEST(TakeSample, DecodesOtherEncodings) {
  const Sample wide =
      Take(AsUtf16(Lines(3000)), {.head_bytes = 1001, .block_bytes = 501, .block_count = 3});
  EXPECT_EQ(wide.encoding.name, "utf-16le");
  EXPECT_EQ(wide.head, Lines(41).substr(0, wide.head.size()));
  ASSERT_EQ(wide.blocks.size(), 3u);
  EXPECT_FALSE(wide.blocks[0].offset.has_value());
  EXPECT_THAT(wide.blocks[2].text, EndsWith("line 002999\n"));
  EXPECT_EQ(Take("premi\xE8re\n").head, "premi\u00E8re\n");
}

TEST(TakeSample, KeepsBadBytesOfUtf8SoThatOffsetsHold) {
  EXPECT_EQ(Take("caf\u00E9 caf\u00E9 bad\xFF\n").head, "caf\u00E9 caf\u00E9 bad\xFF\n");
}

TEST(TakeSample, ObeysTheGivenEncoding) {
  const Sample sample = Take("\xE8\n", {.encoding = "cp1251"});
  EXPECT_EQ(sample.head, "\u0438\n");
  EXPECT_EQ(sample.encoding.name, "windows-1251");
  EXPECT_EQ(sample.encoding.reason, "given");
  EXPECT_EQ(Take("\xEF\xBB\xBF"
                 "a\n",
                 {.encoding = "utf8"})
                .head,
            "a\n");
  EXPECT_EQ(Take("\xFF\xFE"
                 "a\0"s,
                 {.encoding = "utf-16"})
                .encoding.name,
            "utf-16le");
  MemorySource source("t.csv", "a");
  const auto unknown = TakeSample(source, {.encoding = "klingon"});
  EXPECT_TRUE(FailedWith(unknown.status(), kBadOption));
}

TEST(TakeSample, TakesNoBlocksWhereRandomAccessIsDear) {
  class Pipe : public MemorySource {
   public:
    using MemorySource::MemorySource;
    bool cheap_random_access() const override { return false; }
  };
  Pipe pipe("t.csv", Lines(1000));
  EXPECT_THAT(TakeSample(pipe, {.head_bytes = 100}).ValueOrDie().blocks, IsEmpty());
}

TEST(TakeSample, LooksFurtherWhereLinesAreLong) {
  const Sample sample = Take(std::string(5000, 'x'), {.head_bytes = 1000, .block_bytes = 100});
  EXPECT_EQ(sample.head.size(), 5000u);
  EXPECT_TRUE(sample.whole);
  std::string by_cr;
  for (int i = 0; i < 40; ++i) by_cr += std::string(100, 'x') + "\r";
  const Sample cut =
      Take(by_cr + "end", {.head_bytes = 1000, .block_bytes = 300, .block_count = 1});
  EXPECT_EQ(cut.head.size(), 909u);
  ASSERT_EQ(cut.blocks.size(), 1u);
  EXPECT_THAT(cut.blocks[0].text, EndsWith("x\rend"));
}

TEST(TakeSample, PassesOnReadErrors) {
  class Broken : public MemorySource {
   public:
    using MemorySource::MemorySource;
    Result<std::string_view> Head(int64_t) override { return Fail(kReadFailed, {}, "gone"); }
  };
  Broken broken("t.csv", "");
  EXPECT_TRUE(FailedWith(TakeSample(broken).status(), kReadFailed));
}

}  // namespace
}  // namespace pyforge::csv
