// Footers that lie, each refused by name.
#include "formats/parquet/footer.h"

#include <gmock/gmock.h>

#include <functional>

#include "formats/parquet/thrift.h"
#include "support/matchers.h"
#include "support/memory_io.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;
using ::testing::AllOf;

struct Element {
  std::string name;
  std::optional<int32_t> type = {};
  int32_t repetition = 1;
  int32_t child_count = 0;
  int32_t type_length = 0;
  int32_t precision = 0;
};

struct Chunk {
  int32_t type = 1;
  int32_t codec = 0;
  int64_t values = 10;
  int64_t stored = 100;
  int64_t uncompressed = 200;
  int64_t data_page = 4;
  int64_t dictionary_page = 0;
  bool has_metadata = true;
  std::string file_path = {};
  bool is_encrypted = false;
  std::optional<int64_t> text_bytes = {};
};

struct RowGroup {
  int64_t rows = 10;
  std::vector<Chunk> chunks = {Chunk{}};
};

/// A footer that holds together as it stands; tests spoil one thing of it.
struct Draft {
  std::vector<Element> schema = {{.name = "schema", .repetition = 0, .child_count = 1},
                                 {.name = "c", .type = 1}};
  int64_t rows = 10;
  std::vector<RowGroup> row_groups = {RowGroup{}};
  bool is_encrypted = false;
};

std::string Encode(const Draft& draft) {
  std::string bytes;
  ThriftWriter writer(&bytes);
  writer.BeginStruct();
  writer.I32(1, 2);
  writer.BeginList(2, ThriftType::kStruct, draft.schema.size());
  for (const Element& element : draft.schema) {
    writer.BeginStruct();
    if (element.type) writer.I32(1, *element.type);
    if (element.type_length != 0) writer.I32(2, element.type_length);
    writer.I32(3, element.repetition);
    writer.Binary(4, element.name);
    if (element.child_count != 0) writer.I32(5, element.child_count);
    if (element.precision != 0) writer.I32(8, element.precision);
    writer.EndStruct();
  }
  writer.I64(3, draft.rows);
  writer.BeginList(4, ThriftType::kStruct, draft.row_groups.size());
  for (const RowGroup& row_group : draft.row_groups) {
    writer.BeginStruct();
    writer.BeginList(1, ThriftType::kStruct, row_group.chunks.size());
    for (const Chunk& chunk : row_group.chunks) {
      writer.BeginStruct();
      if (!chunk.file_path.empty()) writer.Binary(1, chunk.file_path);
      writer.I64(2, 0);
      if (chunk.has_metadata) {
        writer.BeginStruct(3);
        writer.I32(1, chunk.type);
        writer.BeginList(2, ThriftType::kI32, 2);
        writer.IntElement(0);
        writer.IntElement(3);
        writer.I32(4, chunk.codec);
        writer.I64(5, chunk.values);
        writer.I64(6, chunk.uncompressed);
        writer.I64(7, chunk.stored);
        writer.I64(9, chunk.data_page);
        if (chunk.dictionary_page != 0) writer.I64(11, chunk.dictionary_page);
        if (chunk.text_bytes) {
          writer.BeginStruct(16);
          writer.I64(1, *chunk.text_bytes);
          writer.I64(2, 0);
          writer.EndStruct();
        }
        writer.EndStruct();
      }
      if (chunk.is_encrypted) {
        writer.BeginStruct(8);
        writer.EndStruct();
      }
      writer.EndStruct();
    }
    writer.I64(2, 0);
    writer.I64(3, row_group.rows);
    writer.EndStruct();
  }
  writer.BeginList(5, ThriftType::kStruct, 1);
  writer.BeginStruct();
  writer.Binary(1, "key");
  writer.Binary(2, "value");
  writer.Bool(3, true);
  writer.EndStruct();
  writer.Binary(6, "a test");
  if (draft.is_encrypted) {
    writer.BeginStruct(8);
    writer.EndStruct();
  }
  writer.EndStruct();
  return bytes;
}

Result<Footer> Parse(const std::function<void(Draft&)>& spoil) {
  Draft draft;
  spoil(draft);
  return ParseFooter(Encode(draft), 1000);
}

TEST(ParseFooter, TakesWhatHoldsTogether) {
  ASSERT_OK_AND_ASSIGN(const Footer footer, Parse([](Draft& draft) {
                         draft.row_groups[0].chunks[0].dictionary_page = 4;
                         draft.row_groups[0].chunks[0].data_page = 40;
                         draft.row_groups[0].chunks[0].text_bytes = 77;
                       }));
  EXPECT_EQ(footer.created_by, "a test");
  EXPECT_EQ(footer.row_count, 10);
  EXPECT_EQ(footer.key_values.at(0).second, "value");
  ASSERT_EQ(footer.leaves.size(), 1);
  EXPECT_EQ(footer.leaves[0].path, "c");
  const ChunkFacts& chunk = footer.row_groups.at(0).chunks.at(0);
  EXPECT_EQ(chunk.offset, 4);
  EXPECT_EQ(chunk.byte_array_bytes, 77);
  EXPECT_EQ(chunk.encodings, (std::vector{Encoding::kPlain, Encoding::kRle}));
}

TEST(ParseFooter, FindsTheColumnsOfNestedLeaves) {
  ASSERT_OK_AND_ASSIGN(const Footer footer, Parse([](Draft& draft) {
                         draft.schema = {{.name = "schema", .repetition = 0, .child_count = 3},
                                         {.name = "a", .child_count = 1},
                                         {.name = "list", .repetition = 2, .child_count = 2},
                                         {.name = "x", .type = 1},
                                         {.name = "y", .type = 7, .type_length = 5},
                                         {.name = "empty"},
                                         {.name = "b", .type = 6}};
                         draft.row_groups = {};
                         draft.rows = 0;
                       }));
  EXPECT_EQ(footer.column_count, 3);
  ASSERT_EQ(footer.leaves.size(), 3);
  EXPECT_EQ(footer.leaves[0].path, "a.list.x");
  EXPECT_TRUE(footer.leaves[0].is_repeated);
  EXPECT_EQ(footer.leaves[1].path, "a.list.y");
  EXPECT_EQ(footer.leaves[1].type_length, 5);
  EXPECT_EQ(footer.leaves[2].path, "b");
  EXPECT_EQ(footer.leaves[2].column_index, 2);
  EXPECT_FALSE(footer.leaves[2].is_repeated);
}

struct Lie {
  std::string name;
  std::function<void(Draft&)> spoil;
  std::string code;
  std::string words;
};

Chunk& FirstChunk(Draft& draft) { return draft.row_groups[0].chunks[0]; }

std::vector<Lie> Lies() {
  const std::string corrupt = "parquet.corrupt";
  return {
      {"no_schema", [](Draft& d) { d.schema.clear(); }, corrupt, "no schema"},
      {"negative_rows", [](Draft& d) { d.rows = -1; }, corrupt, "-1 rows"},
      {"schema_ends_early", [](Draft& d) { d.schema[0].child_count = 2; }, corrupt, "1 elements"},
      {"schema_goes_on", [](Draft& d) { d.schema.push_back({.name = "d", .type = 1}); }, corrupt,
       "root holds 2"},
      {"negative_children", [](Draft& d) { d.schema[1].child_count = -5; }, corrupt, "-5 children"},
      {"type_and_children", [](Draft& d) { d.schema[1].child_count = 1; }, corrupt, "1 children"},
      {"unknown_type", [](Draft& d) { d.schema[1].type = 8; }, corrupt, "type 8"},
      {"unknown_repetition", [](Draft& d) { d.schema[1].repetition = 3; }, corrupt, "repetition 3"},
      {"values_of_no_bytes", [](Draft& d) { d.schema[1].type = 7; }, corrupt, "0 bytes"},
      {"values_of_negative_bytes",
       [](Draft& d) {
         d.schema[1].type = 7;
         d.schema[1].type_length = -3;
       },
       corrupt, "-3 bytes"},
      {"too_deep",
       [](Draft& d) {
         d.schema.pop_back();
         for (int i = 0; i < 150; ++i) d.schema.push_back({.name = "g", .child_count = 1});
         d.schema.push_back({.name = "c", .type = 1});
       },
       corrupt, "100 levels"},
      {"wide_decimal", [](Draft& d) { d.schema[1].precision = 77; }, "parquet.unsupported",
       "77 digits"},
      {"too_many_rows", [](Draft& d) { d.row_groups[0].rows = 11; }, corrupt, "11 rows"},
      {"negative_group_rows", [](Draft& d) { d.row_groups[0].rows = -2; }, corrupt, "-2 rows"},
      {"too_few_rows", [](Draft& d) { d.rows = 12; }, corrupt, "12 rows"},
      {"missing_chunk", [](Draft& d) { d.row_groups[0].chunks.clear(); }, corrupt, "0 columns"},
      {"chunk_without_metadata", [](Draft& d) { FirstChunk(d).has_metadata = false; }, corrupt,
       "no metadata"},
      {"other_type", [](Draft& d) { FirstChunk(d).type = 2; }, corrupt, "2 in a row group"},
      {"lzo", [](Draft& d) { FirstChunk(d).codec = 3; }, "parquet.unsupported", "LZO"},
      {"unknown_codec", [](Draft& d) { FirstChunk(d).codec = 55; }, "parquet.unsupported",
       "codec 55"},
      {"negative_codec", [](Draft& d) { FirstChunk(d).codec = -1; }, "parquet.unsupported",
       "codec -1"},
      {"other_file", [](Draft& d) { FirstChunk(d).file_path = "x"; }, "parquet.unsupported",
       "another file"},
      {"negative_values", [](Draft& d) { FirstChunk(d).values = -1; }, corrupt, "-1 values"},
      {"negative_bytes", [](Draft& d) { FirstChunk(d).stored = -1; }, corrupt, "-1 bytes"},
      {"negative_uncompressed", [](Draft& d) { FirstChunk(d).uncompressed = -1; }, corrupt,
       "-1 uncompressed"},
      {"values_of_other_rows", [](Draft& d) { FirstChunk(d).values = 9; }, corrupt, "9 values"},
      {"list_with_fewer_values_than_rows",
       [](Draft& d) {
         d.schema[1].repetition = 2;
         FirstChunk(d).values = 9;
       },
       corrupt, "9 values"},
      {"chunk_in_the_magic", [](Draft& d) { FirstChunk(d).data_page = 3; }, corrupt, "byte 3"},
      {"chunk_at_negative_offset", [](Draft& d) { FirstChunk(d).data_page = -8; }, corrupt,
       "byte -8"},
      {"chunk_behind_the_end", [](Draft& d) { FirstChunk(d).data_page = 1001; }, corrupt,
       "byte 1001"},
      {"chunk_over_the_end", [](Draft& d) { FirstChunk(d).stored = 997; }, corrupt, "997 bytes"},
      {"chunk_of_endless_bytes", [](Draft& d) { FirstChunk(d).stored = INT64_MAX; }, corrupt,
       "end at byte 1000"},
      {"encrypted_column", [](Draft& d) { FirstChunk(d).is_encrypted = true; },
       "unsupported.encrypted", "column 'c'"},
      {"signed_footer", [](Draft& d) { d.is_encrypted = true; }, "unsupported.encrypted",
       "encrypted"},
  };
}

class LyingFooter : public ::testing::TestWithParam<Lie> {};

TEST_P(LyingFooter, IsRefusedByName) {
  EXPECT_THAT(Parse(GetParam().spoil),
              AllOf(FailsWith(GetParam().code), FailsSaying(GetParam().words)));
}

INSTANTIATE_TEST_SUITE_P(ParseFooter, LyingFooter, ::testing::ValuesIn(Lies()),
                         [](const auto& lie) { return lie.param.name; });

TEST(ParseFooter, TakesEmptyRowGroupsWithoutPlaces) {
  EXPECT_OK(Parse([](Draft& draft) {
    draft.rows = 0;
    draft.row_groups[0].rows = 0;
    FirstChunk(draft).values = 0;
    FirstChunk(draft).data_page = 0;
  }));
}

TEST(ParseFooter, NeverCrashesOnAChangedByteOrAnEarlyEnd) {
  const std::string whole = Encode({});
  int refused = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    refused += !ParseFooter(whole.substr(0, i), 1000).ok();
    for (int value = 0; value < 256; value += 5) {
      std::string changed = whole;
      changed[i] = static_cast<char>(value);
      (void)ParseFooter(changed, 1000);
    }
  }
  EXPECT_EQ(refused, static_cast<int>(whole.size()));
}

Result<Footer> Read(std::string bytes, int64_t bytes_max = 1 << 20) {
  return ReadFooter(testing::MemoryAccess(std::make_shared<const std::string>(std::move(bytes))),
                    bytes_max);
}

std::string File(const std::string& footer, std::string_view magic = "PAR1") {
  const auto size = static_cast<uint32_t>(footer.size());
  return "PAR1" + std::string(996, 'x') + footer +
         std::string(reinterpret_cast<const char*>(&size), 4) + std::string(magic);
}

TEST(ReadFooter, ReadsTheEndOfTheFile) {
  ASSERT_OK_AND_ASSIGN(const Footer footer, Read(File(Encode({}))));
  EXPECT_EQ(footer.bytes, Encode({}));
}

TEST(ReadFooter, TellsOtherFilesFromCutOffOnes) {
  EXPECT_THAT(Read(""), FailsWith("parquet.not_parquet"));
  EXPECT_THAT(Read("a,b\n1,2\n3,4\n5,6\n"), FailsWith("parquet.not_parquet"));
  EXPECT_THAT(Read("PAR1"), FailsWith("parquet.truncated"));
  const std::string whole = File(Encode({}));
  for (size_t size = 4; size < whole.size(); ++size) {
    const Status status = Read(whole.substr(0, size)).status();
    EXPECT_THAT(status, FailsWith("parquet.truncated")) << size;
  }
}

TEST(ReadFooter, RefusesLengthsThatTheFileCannotHold) {
  std::string bytes = File(Encode({}));
  for (const uint32_t size : {0U, 0xFFFFFFFFU, static_cast<uint32_t>(bytes.size())}) {
    std::memcpy(bytes.data() + bytes.size() - 8, &size, 4);
    EXPECT_THAT(Read(bytes), FailsWith("parquet.corrupt")) << size;
  }
}

TEST(ReadFooter, RefusesAFooterThatWouldFillTheMemory) {
  EXPECT_THAT(Read(File(Encode({})), 50), FailsWith("limit.memory"));
}

TEST(ReadFooter, NamesEncryptedFiles) {
  EXPECT_THAT(Read(File(Encode({}), "PARE")), FailsWith("unsupported.encrypted"));
  EXPECT_THAT(Read("PARE" + std::string(100, 'x')), FailsWith("unsupported.encrypted"));
}

class FailingAccess : public RandomAccess {
 public:
  int64_t size() const override { return 1000; }
  Result<int64_t> ReadAt(int64_t, int64_t, uint8_t*) const override { return 0; }
};

TEST(ReadFooter, SaysWhenAFileGotShorterMeanwhile) {
  EXPECT_THAT(ReadFooter(FailingAccess(), 1000), FailsWith("io.read_failed"));
}

TEST(Names, AreThoseOfTheFormat) {
  EXPECT_EQ(CodecName(Codec::kZstd), "zstd");
  EXPECT_EQ(EncodingName(Encoding::kByteStreamSplit), "BYTE_STREAM_SPLIT");
  EXPECT_EQ(EncodingName(Encoding::kDeltaByteArray), "DELTA_BYTE_ARRAY");
  EXPECT_EQ(EncodingName(Encoding::kBitPacked), "BIT_PACKED");
  EXPECT_EQ(EncodingName(Encoding::kPlainDictionary), "PLAIN_DICTIONARY");
  EXPECT_EQ(EncodingName(static_cast<Encoding>(99)), "unknown");
}

}  // namespace
}  // namespace pyforge::parquet
