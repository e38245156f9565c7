#include <arrow/memory_pool.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "codec/compress/compressor.h"
#include "codec/compress/container.h"
#include "codec/compress/decompressor.h"
#include "codec/compress/errors.h"
#include "support/byte_streams.h"
#include "support/matchers.h"

namespace pyforge::compress {
namespace {

using namespace std::string_view_literals;
using pyforge::testing::AtByte;
using pyforge::testing::FailsSaying;
using pyforge::testing::FailsWith;
using pyforge::testing::InFile;
using pyforge::testing::ReadAll;
using pyforge::testing::StringOutput;
using pyforge::testing::StringStream;
using ::testing::AllOf;

/// Lines that compress about as well as a table does.
std::string Text(size_t bytes, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < bytes) {
    text += std::to_string(random() % 100000) + ",name" + std::to_string(random() % 50) +
            ",2024-01-" + std::to_string(random() % 28 + 1) + "\n";
  }
  text.resize(bytes);
  return text;
}

std::string Noise(size_t bytes) {
  std::mt19937 random(7);
  std::string noise(bytes, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

/// A gzip member by zlib, which knows every field of the header.
std::string Gzip(std::string_view text, int level = 6, gz_header* header = nullptr) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  if (header != nullptr) {
    EXPECT_EQ(deflateSetHeader(&stream, header), Z_OK);
  }
  std::string out(deflateBound(&stream, text.size()) + 4096, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string Zstd(std::string_view text, int level = 3, int window_log = 0,
                 bool has_checksum = true) {
  ZSTD_CCtx* state = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(state, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, has_checksum ? 1 : 0);
  if (window_log != 0) ZSTD_CCtx_setParameter(state, ZSTD_c_windowLog, window_log);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_inBuffer input{text.data(), text.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  // In two steps, so that the frame does not state its content size and has a window.
  while (input.pos < input.size) ZSTD_compressStream2(state, &output, &input, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(state, &output, &input, ZSTD_e_end), 0U);
  out.resize(output.pos);
  ZSTD_freeCCtx(state);
  return out;
}

Result<std::string> Unpack(Container container, std::string_view bytes, int64_t step = 1 << 20,
                           DecompressOptions options = {.path = "in.gz"}) {
  ARROW_ASSIGN_OR_RAISE(
      auto stream,
      OpenDecompressor(container, std::make_unique<StringStream>(bytes), std::move(options)));
  return ReadAll(*stream, step);
}

TEST(DetectContainer, NamesEachContainerByItsFirstBytes) {
  EXPECT_EQ(DetectContainer(Gzip("a,b\n")), Container::kGzip);
  EXPECT_EQ(DetectContainer(Zstd("a,b\n")), Container::kZstd);
  EXPECT_EQ(DetectContainer("\x5e\x2a\x4d\x18\x04\0\0\0abcd"sv), Container::kZstd);
  EXPECT_EQ(DetectContainer("BZh91AY&SYrest"), Container::kBzip2);
  EXPECT_EQ(DetectContainer("BZh1\x17\x72\x45\x38\x50\x90"sv), Container::kBzip2);
  EXPECT_EQ(DetectContainer("\xfd\x37zXZ\0rest"sv), Container::kXz);
  EXPECT_EQ(DetectContainer("\x04\x22\x4d\x18rest"), Container::kLz4);
  EXPECT_EQ(DetectContainer("\x02\x21\x4c\x18rest"), Container::kLz4);
  EXPECT_EQ(DetectContainer("\xff\x06\0\0sNaPpY"sv), Container::kSnappy);
  EXPECT_EQ(DetectContainer("\x89LZO\0\r\n\x1a\nrest"sv), Container::kLzop);
  EXPECT_EQ(DetectContainer("PK\x03\x04rest"), Container::kZip);
}

TEST(DetectContainer, TakesNoTextForAContainer) {
  for (std::string_view text :
       {""sv, "\x1f"sv, "a,b\n"sv, "BZh9,price\n1,2\n"sv, "BZh"sv, "PK,name\n"sv, "(id),name\n"sv,
        "P*M\x18"sv, "\xff\xfe"sv, "LZO,a\n"sv}) {
    EXPECT_EQ(DetectContainer(text), Container::kNone) << text;
  }
}

TEST(ContainerNames, FollowTheSuffixInAnyCase) {
  EXPECT_EQ(ContainerOfName("orders.csv.gz"), Container::kGzip);
  EXPECT_EQ(ContainerOfName("ORDERS.CSV.ZST"), Container::kZstd);
  EXPECT_EQ(ContainerOfName("orders.csv"), Container::kNone);
  EXPECT_EQ(WithoutContainerSuffix("orders.csv.GZ"), "orders.csv");
  EXPECT_EQ(WithoutContainerSuffix("orders.csv"), "orders.csv");
  EXPECT_EQ(WithoutContainerSuffix(".gz"), ".gz");
  EXPECT_EQ(ContainerName(Container::kLzop), "lzop");
  EXPECT_EQ(ContainerName(Container::kNone), "");
}

class DecompressorTest : public ::testing::TestWithParam<Container> {
 protected:
  static std::string Pack(std::string_view text) {
    return GetParam() == Container::kGzip ? Gzip(text) : Zstd(text);
  }
};
INSTANTIATE_TEST_SUITE_P(Containers, DecompressorTest,
                         ::testing::Values(Container::kGzip, Container::kZstd),
                         [](const auto& param) { return std::string(ContainerName(param.param)); });

TEST_P(DecompressorTest, GivesBackTheBytesWhateverTheReadSize) {
  for (size_t bytes : {0U, 1U, 100U, 70'000U, 3'000'000U}) {
    for (const std::string& text : {Text(bytes), Noise(bytes), std::string(bytes, 'x')}) {
      const std::string packed = Pack(text);
      for (int64_t step : {7, 65'536, 262'144, 1 << 20, 10 << 20}) {
        if (step == 7 && bytes > 100'000) continue;
        ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(GetParam(), packed, step));
        ASSERT_TRUE(unpacked == text) << bytes << " bytes in steps of " << step;
      }
    }
  }
}

TEST_P(DecompressorTest, JoinsMembersWhereverTheInputBufferEnds) {
  std::string packed;
  std::string text;
  for (unsigned i = 0; i < 40; ++i) {
    const std::string part = i % 5 == 0 ? "" : Text(i * 37, i);
    packed += Pack(part);
    text += part;
  }
  for (int64_t input_bytes = 32; input_bytes < 300; ++input_bytes) {
    ASSERT_OK_AND_ASSIGN(
        const std::string unpacked,
        Unpack(GetParam(), packed, 1 << 20, {.path = "in", .input_bytes = input_bytes}));
    ASSERT_TRUE(unpacked == text) << "input buffer of " << input_bytes;
  }
}

TEST_P(DecompressorTest, RefusesAFileCutOffAtAnyByte) {
  const std::string packed = Pack(Text(2000)) + Pack(Text(500));
  const size_t first = Pack(Text(2000)).size();
  for (size_t bytes = 1; bytes < packed.size(); ++bytes) {
    if (bytes == first) continue;  // a whole file by chance
    const auto unpacked = Unpack(GetParam(), packed.substr(0, bytes));
    // Less of the second member than its magic number cannot be told from garbage.
    if (bytes > first && bytes < first + 4 && FailedWith(unpacked.status(), kTrailingBytes))
      continue;
    ASSERT_THAT(unpacked, FailsWith("compress.truncated")) << "cut at " << bytes;
    ASSERT_THAT(unpacked, InFile("in.gz"));
  }
}

TEST_P(DecompressorTest, FindsEveryDamagedBitOrGivesTheRightBytes) {
  const std::string text = Text(3000);
  const std::string packed = Pack(text);
  int found = 0;
  for (size_t byte = 4; byte < packed.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = packed;
      damaged[byte] = static_cast<char>(static_cast<unsigned char>(damaged[byte]) ^ (1U << bit));
      const auto unpacked = Unpack(GetParam(), damaged);
      if (unpacked.ok()) {  // a field without meaning for the content, such as the time
        ASSERT_TRUE(*unpacked == text) << byte << ":" << bit;
      } else {
        ASSERT_NE(DetailOf(unpacked.status()), nullptr);
        ++found;
      }
    }
  }
  EXPECT_GT(found, static_cast<int>(packed.size()) * 7);
}

TEST_P(DecompressorTest, IgnoresZerosBehindTheLastMember) {
  const std::string text = Text(5000);
  for (size_t zeros : {1U, 7U, 8U, 511U, 600'000U}) {
    ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                         Unpack(GetParam(), Pack(text) + std::string(zeros, '\0')));
    EXPECT_EQ(unpacked, text);
  }
}

TEST_P(DecompressorTest, RefusesOtherBytesBehindTheLastMember) {
  const std::string packed = Pack("a,b\n");
  for (const std::string& tail :
       {std::string("x"), std::string("garbage that goes on"), std::string(1000, '\0') + "x",
        std::string("\x1f"), std::string("\x28\xb5")}) {
    const auto unpacked = Unpack(GetParam(), packed + tail);
    EXPECT_THAT(unpacked, AllOf(FailsWith("compress.trailing_bytes"), AtByte(4)));
  }
}

TEST_P(DecompressorTest, KeepsFailingOnceItHasFailed) {
  const std::string packed = Pack(Text(1000));
  ASSERT_OK_AND_ASSIGN(
      auto stream,
      OpenDecompressor(GetParam(),
                       std::make_unique<StringStream>(packed.substr(0, packed.size() / 2)), {}));
  std::string buffer(5000, '\0');
  auto* out = reinterpret_cast<uint8_t*>(buffer.data());
  const auto first = stream->Read(5000, out);
  EXPECT_THAT(first, FailsWith("compress.truncated"));
  EXPECT_THAT(stream->Read(1, out), FailsWith("compress.truncated"));
}

TEST_P(DecompressorTest, TellsHowMuchOfTheStoredFileIsConsumed) {
  const std::string packed = Pack(Noise(2'000'000));
  ASSERT_OK_AND_ASSIGN(auto stream,
                       OpenDecompressor(GetParam(), std::make_unique<StringStream>(packed), {}));
  std::string buffer(2'000'000, '\0');
  auto* out = reinterpret_cast<uint8_t*>(buffer.data());
  EXPECT_EQ(stream->stored_position(), 0);
  ASSERT_OK_AND_ASSIGN(const int64_t half, stream->Read(1'000'000, out));
  EXPECT_EQ(half, 1'000'000);
  EXPECT_NEAR(static_cast<double>(stream->stored_position()), 1e6, 2e5);
  ASSERT_OK_AND_ASSIGN(const int64_t rest, stream->Read(2'000'000, out));
  EXPECT_EQ(rest, 1'000'000);
  EXPECT_EQ(stream->stored_position(), static_cast<int64_t>(packed.size()));
  ASSERT_OK_AND_ASSIGN(const int64_t none, stream->Read(1, out));
  EXPECT_EQ(none, 0);
}

TEST(GzipDecompressor, ReadsHeadersWithEveryField) {
  std::string name = "orders.csv";
  std::string comment = "from the shop";
  std::string extra(300, 'e');
  gz_header header{};
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.comment = reinterpret_cast<Bytef*>(comment.data());
  header.extra = reinterpret_cast<Bytef*>(extra.data());
  header.extra_len = static_cast<uInt>(extra.size());
  header.hcrc = 1;
  const std::string text = Text(1000);
  const std::string packed = Gzip(text, 6, &header) + Gzip(text, 6, &header);
  for (int64_t input_bytes : {32, 33, 40, 100, 301, 1 << 18}) {
    ASSERT_OK_AND_ASSIGN(
        const std::string unpacked,
        Unpack(Container::kGzip, packed, 1 << 20, {.path = "in", .input_bytes = input_bytes}));
    EXPECT_EQ(unpacked, text + text);
  }
  std::string damaged = packed;
  damaged[20] ^= 1;
  EXPECT_THAT(Unpack(Container::kGzip, damaged),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("checksum")));
}

TEST(GzipDecompressor, SaysWhatIsWrongWithTheData) {
  const std::string packed = Gzip(Text(1000));
  std::string wrong_length = packed;
  wrong_length.back() = 1;
  EXPECT_THAT(Unpack(Container::kGzip, wrong_length),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("the checksum or the length")));
  std::string wrong_method = packed;
  wrong_method[2] = 7;
  EXPECT_THAT(Unpack(Container::kGzip, wrong_method), FailsSaying("another method"));
  EXPECT_THAT(Unpack(Container::kGzip, "\x1f\x8a\x08\0\0\0\0\0\0\0"sv), FailsSaying("header"));
  std::string reserved = packed;
  reserved[3] = static_cast<char>(0x80);
  EXPECT_THAT(Unpack(Container::kGzip, reserved), FailsSaying("reserved bits"));
  // Raw deflate behind a plain header: reserved block type; a copy before the first byte.
  const std::string head("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  EXPECT_THAT(Unpack(Container::kGzip, head + std::string("\x07\0\0\0", 4) + std::string(20, '\0')),
              FailsSaying("block"));
  EXPECT_THAT(
      Unpack(Container::kGzip, head + std::string("\x03\x02\0\0", 4) + std::string(20, '\0')),
      FailsSaying("reaches back"));
}

TEST(ZstdDecompressor, SkipsSkippableFrames) {
  const std::string skippable("\x5a\x2a\x4d\x18\x05\0\0\0hello", 13);
  ASSERT_OK_AND_ASSIGN(
      const std::string unpacked,
      Unpack(Container::kZstd, skippable + Zstd("a,b\n") + skippable + Zstd("1,2\n")));
  EXPECT_EQ(unpacked, "a,b\n1,2\n");
}

TEST(ZstdDecompressor, RefusesAWindowBeyondTheLimitWithBothNumbers) {
  const std::string text = Text(3'000'000);
  const std::string packed = Zstd(text, 3, 24);
  const auto refused =
      Unpack(Container::kZstd, packed, 1 << 20, {.path = "in.zst", .window_bytes_max = 8 << 20});
  EXPECT_THAT(refused,
              AllOf(FailsWith("limit.memory"), FailsSaying("16777216"), FailsSaying("8388608")));
  ASSERT_OK_AND_ASSIGN(
      const std::string unpacked,
      Unpack(Container::kZstd, packed, 1 << 20, {.path = "in.zst", .window_bytes_max = 16 << 20}));
  EXPECT_TRUE(unpacked == text);
}

TEST(ZstdDecompressor, JudgesASingleSegmentByItsContentSize) {
  const std::string text = Text(300'000);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
  EXPECT_THAT(
      Unpack(Container::kZstd, packed, 1 << 20, {.path = "in.zst", .window_bytes_max = 200'000}),
      AllOf(FailsWith("limit.memory"), FailsSaying("300000")));
  EXPECT_OK(Unpack(Container::kZstd, packed));
}

/// One empty block in a frame that asks for a window of 2^exponent bytes.
std::string FrameOfWindow(unsigned exponent) {
  std::string frame("\x28\xb5\x2f\xfd\0", 5);
  frame += static_cast<char>((exponent - 10) << 3);
  return frame + std::string("\x01\0\0", 3);
}

TEST(ZstdDecompressor, TakesItsWindowFromThePool) {
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  const std::string text = Text(3'000'000);
  ASSERT_OK_AND_ASSIGN(
      const std::string unpacked,
      Unpack(Container::kZstd, Zstd(text, 3, 24), 1 << 20, {.path = "in.zst", .pool = &pool}));
  EXPECT_TRUE(unpacked == text);
  EXPECT_GE(pool.max_memory(), 16 << 20);
  EXPECT_EQ(pool.bytes_allocated(), 0);
}

TEST(ZstdDecompressor, RefusesAWindowThatThePoolHasNotLeft) {
  arrow::CappedMemoryPool pool(arrow::default_memory_pool(), 32 << 20);
  const DecompressOptions options = {
      .path = "in.zst", .window_bytes_max = int64_t{8} << 30, .pool = &pool};
  for (const unsigned exponent : {26U, 31U}) {
    EXPECT_THAT(Unpack(Container::kZstd, FrameOfWindow(exponent), 1 << 20, options),
                AllOf(FailsWith("limit.memory"), InFile("in.zst"),
                      FailsSaying(std::to_string(uint64_t{1} << exponent))));
    EXPECT_EQ(pool.bytes_allocated(), 0);
  }
  EXPECT_OK(Unpack(Container::kZstd, FrameOfWindow(20), 1 << 20, options));
}

TEST(ZstdDecompressor, RefusesAPoolWithoutRoomForItself) {
  arrow::CappedMemoryPool pool(arrow::default_memory_pool(), 1000);
  EXPECT_THAT(Unpack(Container::kZstd, Zstd("a,b\n"), 1 << 20, {.path = "in.zst", .pool = &pool}),
              AllOf(FailsWith("limit.memory"), InFile("in.zst")));
}

TEST(OpenDecompressor, RefusesOtherContainersByName) {
  for (Container container : {Container::kBzip2, Container::kXz, Container::kLz4,
                              Container::kSnappy, Container::kLzop, Container::kZip}) {
    EXPECT_FALSE(CanDecompress(container));
    EXPECT_THAT(OpenDecompressor(container, std::make_unique<StringStream>(""), {.path = "x"}),
                AllOf(FailsWith("unsupported.container"), FailsSaying(ContainerName(container))));
  }
}

class CompressorTest : public ::testing::TestWithParam<Container> {};
INSTANTIATE_TEST_SUITE_P(Containers, CompressorTest,
                         ::testing::Values(Container::kGzip, Container::kZstd),
                         [](const auto& param) { return std::string(ContainerName(param.param)); });

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

TEST_P(CompressorTest, WritesMembersThatReadBackAtEveryLevel) {
  const LevelRange levels = LevelsOf(GetParam());
  for (int level = levels.min; level <= levels.max; ++level) {
    for (size_t bytes : {0U, 1U, 1000U, 400'000U}) {
      const std::string text = Text(bytes);
      ASSERT_OK_AND_ASSIGN(auto compressor, Compressor::Make(GetParam(), level));
      std::vector<uint8_t> out;
      for (int member = 0; member < 2; ++member) {
        for (size_t i = 0; i < text.size(); i += 150'000) {
          ASSERT_OK(compressor->Append(
              Bytes(text).subspan(i, std::min<size_t>(150'000, text.size() - i)), &out));
        }
        ASSERT_OK(compressor->Finish(&out));
      }
      const std::string_view packed(reinterpret_cast<const char*>(out.data()), out.size());
      EXPECT_EQ(DetectContainer(packed), GetParam());
      ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(GetParam(), packed));
      ASSERT_TRUE(unpacked == text + text) << "level " << level << ", " << bytes << " bytes";
      if (bytes == 400'000) {
        EXPECT_LT(out.size(), bytes);
      }
    }
  }
}

TEST_P(CompressorTest, GivesTheSameBytesForTheSameText) {
  const std::string text = Text(300'000);
  std::vector<uint8_t> first;
  std::vector<uint8_t> second;
  ASSERT_OK_AND_ASSIGN(auto compressor, Compressor::Make(GetParam(), 1));
  for (std::vector<uint8_t>* out : {&first, &second}) {
    ASSERT_OK(compressor->Append(Bytes(text), out));
    ASSERT_OK(compressor->Finish(out));
  }
  EXPECT_TRUE(first == second);
}

TEST_P(CompressorTest, RefusesLevelsItDoesNotHave) {
  const LevelRange levels = LevelsOf(GetParam());
  EXPECT_THAT(Compressor::Make(GetParam(), levels.max + 1), FailsWith("usage.bad_option"));
  EXPECT_THAT(Compressor::Make(GetParam(), levels.min - 1), FailsWith("usage.bad_option"));
  EXPECT_THAT(Compressor::Make(Container::kXz, 1), FailsWith("unsupported.container"));
}

TEST_P(CompressorTest, CompressesAFileOnItsWay) {
  StringOutput inner;
  ASSERT_OK_AND_ASSIGN(auto file, CompressedFile::Make(inner, GetParam(), 1));
  const std::string text = Noise(700'000) + Text(100'000);
  ASSERT_OK(file->Append(text));
  ASSERT_OK(file->Append("end"));
  EXPECT_EQ(file->position(), static_cast<int64_t>(text.size()) + 3);
  EXPECT_EQ(file->path(), inner.path());
  ASSERT_OK(file->Finish());
  ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(GetParam(), inner.bytes()));
  EXPECT_TRUE(unpacked == text + "end");
}

TEST_P(CompressorTest, PassesAFullDiskOn) {
  StringOutput inner(1000);
  ASSERT_OK_AND_ASSIGN(auto file, CompressedFile::Make(inner, GetParam(), 1));
  EXPECT_THAT(file->Append(Noise(2'000'000)), FailsWith("io.write_failed"));
  EXPECT_THAT(CompressedFile::Make(inner, GetParam(), 99), FailsWith("usage.bad_option"));
}

}  // namespace
}  // namespace pyforge::compress
