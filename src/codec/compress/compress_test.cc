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
#include "codec/compress/container_testing.h"
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
