// Chunks whose pages and footer disagree.
#include "formats/parquet/page_walk.h"

#include <gmock/gmock.h>
#include <libdeflate.h>

#include <functional>
#include <string>
#include <vector>

#include "formats/parquet/thrift.h"
#include "support/matchers.h"
#include "support/memory_io.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::AtByte;
using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;
using ::pyforge::testing::MemoryAccess;
using ::testing::AllOf;

struct DraftPage {
  int32_t type = 0;
  int64_t values = 10;
  std::string body = std::string(40, 'x');
  std::optional<int64_t> stored = {};  ///< instead of the body's size
  std::optional<uint32_t> crc = {};
  std::string statistics = {};
};

std::string Encode(const DraftPage& page) {
  std::string bytes;
  ThriftWriter writer(&bytes);
  writer.BeginStruct();
  writer.I32(1, page.type);
  writer.I32(2, static_cast<int32_t>(page.body.size()));
  writer.I64(3, page.stored.value_or(static_cast<int64_t>(page.body.size())));
  if (page.crc) writer.I32(4, static_cast<int32_t>(*page.crc));
  if (page.type != 1) {
    writer.BeginStruct(page.type == 0 ? 5 : page.type == 2 ? 7 : 8);
    writer.I64(1, page.values);
    writer.I32(2, 0);
    if (!page.statistics.empty()) {
      writer.BeginStruct(5);
      writer.Binary(1, page.statistics);
      writer.EndStruct();
    }
    writer.EndStruct();
  }
  writer.EndStruct();
  return bytes + page.body;
}

/// A chunk that begins at byte 4, and whose facts are right until a test spoils one.
struct Chunk {
  Status Check(bool with_checksums = false) const {
    const LeafFacts leaf{.path = "a.b"};
    const ChunkPlace place{
        .leaf = leaf, .facts = facts, .row_group = 7, .slack_bytes = slack_bytes};
    const MemoryAccess file(std::make_shared<const std::string>(bytes));
    return with_checksums ? CheckPagesAndChecksums(file, place) : CheckPages(file, place);
  }

  std::string bytes = "PAR1";
  std::vector<int64_t> starts = {};
  ChunkFacts facts = {};
  int64_t slack_bytes = 0;
};

Chunk ChunkOf(const std::vector<DraftPage>& pages) {
  Chunk chunk;
  for (const DraftPage& page : pages) {
    chunk.starts.push_back(static_cast<int64_t>(chunk.bytes.size()));
    chunk.bytes += Encode(page);
    if (page.type == 0 || page.type == 3) chunk.facts.value_count += page.values;
  }
  chunk.facts.offset = 4;
  chunk.facts.stored_bytes = static_cast<int64_t>(chunk.bytes.size()) - 4;
  chunk.bytes += std::string(1000, '\0');  // what stands behind it
  return chunk;
}

TEST(PageWalk, TakesPagesOfEveryKindThatAddUp) {
  EXPECT_OK(
      ChunkOf({{.type = 2, .values = 5}, {.values = 10}, {.type = 1}, {.type = 3, .values = 7}})
          .Check());
  EXPECT_OK(ChunkOf({{.values = 0, .body = ""}, {.values = 3}, {.values = 0}}).Check());
  EXPECT_OK(ChunkOf({}).Check());
}

TEST(PageWalk, TakesHeadersThatHoldLongStatistics) {
  for (const size_t bytes : {200, 255, 256, 5000, 1'000'000}) {
    EXPECT_OK(ChunkOf({{.statistics = std::string(bytes, 's')}, {.values = 3}}).Check()) << bytes;
  }
}

TEST(PageWalk, RefusesAHeaderLongerThanArrowReads) {
  const Chunk chunk = ChunkOf({{.statistics = std::string(17 << 20, 's')}});
  EXPECT_THAT(chunk.Check(), AllOf(FailsWith("parquet.corrupt"), AtByte(4)));
}

TEST(PageWalk, RefusesMoreValuesThanTheChunkSaysAtThePageThatBringsThem) {
  Chunk chunk = ChunkOf({{.values = 10}, {.type = 3, .values = 10}, {.values = 1}});
  for (const int64_t said : {10, 19}) {
    chunk.facts.value_count = said;
    const Status status = chunk.Check();
    EXPECT_THAT(status, FailsSaying("says it has " + std::to_string(said) +
                                    " values but its pages hold 21"));
    EXPECT_THAT(status, FailsSaying("column 'a.b' in row group 7"));
    EXPECT_THAT(status, AllOf(FailsWith("parquet.corrupt"), AtByte(chunk.starts[1])));
    EXPECT_EQ(DetailOf(status)->where().column, "a.b");
  }
  chunk.facts.value_count = 20;
  EXPECT_THAT(chunk.Check(), AtByte(chunk.starts[2]));
}

TEST(PageWalk, RefusesFewerValuesThanTheChunkSaysAtItsEnd) {
  Chunk chunk = ChunkOf({{.values = 10}, {.values = 10}});
  chunk.facts.value_count = 21;
  EXPECT_THAT(chunk.Check(), AllOf(FailsWith("parquet.corrupt"), FailsSaying("pages hold 20"),
                                   AtByte(4 + chunk.facts.stored_bytes)));
}

TEST(PageWalk, RefusesAPageThatGoesBeyondTheChunk) {
  Chunk chunk = ChunkOf({{.values = 10}, {.values = 10}});
  --chunk.facts.stored_bytes;
  EXPECT_THAT(chunk.Check(), AllOf(FailsWith("parquet.corrupt"), FailsSaying("but ends at byte"),
                                   AtByte(chunk.starts[1])));
  chunk.slack_bytes = 1;  // an old writer
  EXPECT_OK(chunk.Check());
  Chunk last = ChunkOf({{.values = 10, .stored = 5000}});
  last.slack_bytes = 100'000;
  EXPECT_THAT(last.Check(), FailsWith("parquet.corrupt")) << "the page ends behind the file";
}

TEST(PageWalk, RefusesSizesAndCountsThatAreNone) {
  for (const int64_t lie : {int64_t{-1}, int64_t{INT32_MIN}, int64_t{1} << 31, INT64_MAX}) {
    EXPECT_THAT(ChunkOf({{.values = lie}}).Check(), AllOf(FailsWith("parquet.corrupt"), AtByte(4)));
    Chunk chunk = ChunkOf({{.stored = lie}});
    EXPECT_THAT(chunk.Check(), AllOf(FailsWith("parquet.corrupt"), AtByte(4)));
  }
}

TEST(PageWalk, RefusesBytesThatAreNoHeaderUnlessAllValuesCameBefore) {
  for (const char byte : {'\0', '\x55', '\xFF'}) {
    Chunk chunk = ChunkOf({{.values = 10}, {.values = 10}});
    chunk.bytes.replace(static_cast<size_t>(chunk.starts[1]), 5, 5, byte);
    EXPECT_THAT(chunk.Check(), AllOf(FailsWith("parquet.corrupt"), FailsSaying("no page header"),
                                     AtByte(chunk.starts[1])));
    chunk.facts.value_count = 10;
    EXPECT_OK(chunk.Check());
  }
}

TEST(PageWalk, NamesThePageWhoseChecksumDiffers) {
  const std::string body(200'000, 'b');
  const uint32_t crc = libdeflate_crc32(0, body.data(), body.size());
  EXPECT_OK(ChunkOf({{.body = body, .crc = crc}, {.values = 3}}).Check(true));
  const Chunk wrong =
      ChunkOf({{.body = body, .crc = crc}, {.type = 3, .body = body, .crc = crc ^ 1}});
  EXPECT_OK(wrong.Check());
  EXPECT_THAT(wrong.Check(true),
              AllOf(FailsWith("parquet.corrupt"), FailsSaying("CRC-32"), AtByte(wrong.starts[1])));
}

class BrokenFile : public RandomAccess {
 public:
  int64_t size() const override { return 1000; }
  Result<int64_t> ReadAt(int64_t, int64_t, uint8_t*) const override {
    return Fail(kReadFailed, {.path = "disk"}, "the device is gone");
  }
};

TEST(PageWalk, PassesOnWhatTheDiskSays) {
  const LeafFacts leaf;
  const ChunkFacts facts{.value_count = 1, .stored_bytes = 100, .offset = 4};
  EXPECT_THAT(CheckPages(BrokenFile(), {.leaf = leaf, .facts = facts}),
              FailsWith("io.read_failed"));
}

}  // namespace
}  // namespace pyforge::parquet
