// What holds for every container, then what is particular to those that only one library or nobody
// else reads.
#include "codec/compress/lzo1x.h"

#include <arrow/memory_pool.h>

#include <string>
#include <utility>
#include <vector>

#include "codec/compress/container_testing.h"
#include "codec/compress/errors.h"
#include "codec/compress/zip_header.h"
#include "support/matchers.h"

namespace pyforge::compress {
namespace {

using namespace std::string_view_literals;
using pyforge::testing::AtByte;
using pyforge::testing::FailsSaying;
using pyforge::testing::FailsWith;
using pyforge::testing::InFile;
using pyforge::testing::StringStream;
using ::testing::AllOf;
using ::testing::AnyOf;

std::string NameOf(const ::testing::TestParamInfo<Container>& param) {
  return std::string(ContainerName(param.param));
}

class DecompressorTest : public ::testing::TestWithParam<Container> {
 protected:
  static std::string Pack(std::string_view text) { return compress::Pack(GetParam(), text); }
};
INSTANTIATE_TEST_SUITE_P(Containers, DecompressorTest,
                         ::testing::Values(Container::kGzip, Container::kZstd, Container::kBzip2,
                                           Container::kXz, Container::kLz4, Container::kSnappy,
                                           Container::kLzop, Container::kZip),
                         NameOf);

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

TEST_P(DecompressorTest, RefusesAFileCutOffAtAnyByte) {
  const std::string text = Text(1500);
  const std::string first = Pack(text);
  const std::string packed = GetParam() == Container::kZip ? first : first + Pack(Text(500));
  // As many bytes of the second member may be garbage; what follows a zip's data is not read.
  const size_t magic_bytes = GetParam() == Container::kBzip2  ? 10
                             : GetParam() == Container::kXz   ? 6
                             : GetParam() == Container::kLzop ? 9
                                                              : 4;
  const size_t end = GetParam() == Container::kZip ? first.size() - kZipEndBytes : packed.size();
  for (size_t bytes = 1; bytes < end; ++bytes) {
    if (bytes == first.size()) continue;  // a whole file by chance
    const auto unpacked = Unpack(GetParam(), packed.substr(0, bytes), 1 << 12,
                                 {.path = "in.gz", .input_bytes = 1 << 12});
    if (GetParam() == Container::kSnappy && unpacked.ok()) {
      // Nothing marks the end of snappy data, so a file may end behind any chunk.
      ASSERT_TRUE(unpacked->empty() || *unpacked == text) << "cut at " << bytes;
      continue;
    }
    if (bytes > first.size() && bytes < first.size() + magic_bytes &&
        FailedWith(unpacked.status(), kTrailingBytes)) {
      continue;
    }
    ASSERT_THAT(unpacked, FailsWith("compress.truncated")) << "cut at " << bytes;
    ASSERT_THAT(unpacked, InFile("in.gz"));
  }
}

TEST_P(DecompressorTest, FindsEveryDamagedBitOrGivesTheRightBytes) {
  const std::string text = Text(1000);
  const std::string packed = Pack(text);
  size_t found = 0;
  for (size_t byte = 4; byte < packed.size(); ++byte) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = packed;
      damaged[byte] = static_cast<char>(static_cast<unsigned char>(damaged[byte]) ^ (1U << bit));
      const auto unpacked =
          Unpack(GetParam(), damaged, 1 << 12, {.path = "in", .input_bytes = 1 << 12});
      if (unpacked.ok()) {  // a field without meaning for the content, such as the time
        // A damaged type may make a chunk one to be passed over: so snappy's framing wants it.
        const bool is_passed_over = GetParam() == Container::kSnappy && byte == 10;
        ASSERT_TRUE(*unpacked == text || is_passed_over) << byte << ":" << bit;
      } else {
        ASSERT_NE(DetailOf(unpacked.status()), nullptr);
        ++found;
      }
    }
  }
  EXPECT_GT(found, (packed.size() - (GetParam() == Container::kZip ? kZipEndBytes + 40 : 0)) * 7);
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
  const size_t end = GetParam() == Container::kZip ? kZipEndBytes : 0;
  EXPECT_EQ(stream->stored_position(), static_cast<int64_t>(packed.size() - end));
  ASSERT_OK_AND_ASSIGN(const int64_t none, stream->Read(1, out));
  EXPECT_EQ(none, 0);
}

/// Containers whose members are one file; of a zip archive they would be several.
class MembersTest : public DecompressorTest {};
INSTANTIATE_TEST_SUITE_P(Containers, MembersTest,
                         ::testing::Values(Container::kGzip, Container::kZstd, Container::kBzip2,
                                           Container::kXz, Container::kLz4, Container::kSnappy,
                                           Container::kLzop),
                         NameOf);

TEST_P(MembersTest, JoinsMembersWhereverTheInputBufferEnds) {
  std::string packed;
  std::string text;
  for (unsigned i = 0; i < 40; ++i) {
    const std::string part = i % 5 == 0 ? "" : Text(i * 37, i);
    packed += Pack(part);
    text += part;
  }
  for (int64_t input_bytes = 32; input_bytes < 300; input_bytes += 3) {
    ASSERT_OK_AND_ASSIGN(
        const std::string unpacked,
        Unpack(GetParam(), packed, 1 << 16, {.path = "in", .input_bytes = input_bytes}));
    ASSERT_TRUE(unpacked == text) << "input buffer of " << input_bytes;
  }
}

/// Containers whose members say where they end. Snappy's chunks go on to the end of the file, and a
/// zip archive tells the rest of it from its files.
class MarkedEndTest : public DecompressorTest {};
INSTANTIATE_TEST_SUITE_P(Containers, MarkedEndTest,
                         ::testing::Values(Container::kGzip, Container::kZstd, Container::kBzip2,
                                           Container::kXz, Container::kLz4, Container::kLzop),
                         NameOf);

TEST_P(MarkedEndTest, IgnoresZerosBehindTheLastMember) {
  const std::string text = Text(5000);
  for (size_t zeros : {1U, 7U, 8U, 511U, 600'000U}) {
    ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                         Unpack(GetParam(), Pack(text) + std::string(zeros, '\0')));
    EXPECT_EQ(unpacked, text);
  }
}

/// None begins a member of any container: the last two are only a part of gzip's and zstd's mark.
std::vector<std::string> Tails() {
  return {"x", "garbage that goes on", std::string(1000, '\0') + "x", "\x1f", "\x28\xb5"};
}

TEST_P(MarkedEndTest, RefusesOtherBytesBehindTheLastMember) {
  for (const std::string& tail : Tails()) {
    EXPECT_THAT(Unpack(GetParam(), Pack("a,b\n") + tail),
                AllOf(FailsWith("compress.trailing_bytes"), AtByte(4)));
  }
}

TEST(SnappyDecompressor, IgnoresZerosBehindTheLastChunk) {
  const std::string text = Text(5000);
  for (size_t zeros : {4U, 7U, 8U, 511U, 600'000U}) {
    ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                         Unpack(Container::kSnappy, Snappy(text) + std::string(zeros, '\0')));
    EXPECT_EQ(unpacked, text);
  }
  // So few could be the beginning of a chunk that is cut off.
  for (size_t zeros : {1U, 3U}) {
    EXPECT_THAT(Unpack(Container::kSnappy, Snappy(text) + std::string(zeros, '\0')),
                FailsWith("compress.truncated"));
  }
}

TEST(SnappyDecompressor, RefusesOtherBytesBehindTheLastChunk) {
  for (const std::string& tail : Tails()) {
    EXPECT_THAT(Unpack(Container::kSnappy, Snappy("a,b\n") + tail),
                AnyOf(FailsWith("compress.truncated"), FailsWith("compress.corrupt"),
                      FailsWith("compress.trailing_bytes")));
  }
}

// The file is whole, and the archive's end says the same again.
TEST(ZipDecompressor, LeavesWhatStandsBehindTheFilesAlone) {
  const std::string packed = ZipFile({{.name = "a.csv", .text = "a,b\n"}});
  for (const std::string& tail : Tails()) {
    ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(Container::kZip, packed + tail));
    EXPECT_EQ(unpacked, "a,b\n");
  }
}

/// Containers whose decoders need more memory the more the file asks for.
class DecompressorMemoryTest : public DecompressorTest {};
INSTANTIATE_TEST_SUITE_P(Containers, DecompressorMemoryTest,
                         ::testing::Values(Container::kZstd, Container::kBzip2, Container::kXz,
                                           Container::kLz4, Container::kSnappy, Container::kLzop),
                         NameOf);

TEST_P(DecompressorMemoryTest, TakesItsMemoryFromThePool) {
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  const std::string text = Text(300'000);
  ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                       Unpack(GetParam(), Pack(text), 1 << 20, {.path = "in", .pool = &pool}));
  EXPECT_TRUE(unpacked == text);
  EXPECT_GE(pool.max_memory(), 1 << 16);
  EXPECT_EQ(pool.bytes_allocated(), 0);
}

TEST_P(DecompressorMemoryTest, RefusesWhatThePoolHasNoRoomFor) {
  const std::string text = Text(300'000);
  const std::string packed = Pack(text) + Pack(text);
  bool is_unpacked = false;
  for (int64_t room = 100; !is_unpacked && room < 1 << 30; room *= 2) {
    arrow::CappedMemoryPool pool(arrow::default_memory_pool(), room);
    const auto unpacked = Unpack(GetParam(), packed, 1 << 20, {.path = "in", .pool = &pool});
    EXPECT_EQ(pool.bytes_allocated(), 0);
    is_unpacked = unpacked.ok();
    if (is_unpacked) {
      EXPECT_TRUE(*unpacked == text + text);
      EXPECT_GE(room, 1 << 16);
    } else {
      ASSERT_THAT(unpacked, AllOf(FailsWith("limit.memory"), InFile("in"))) << room;
    }
  }
  EXPECT_TRUE(is_unpacked);
}

// What lzop 1.04 makes of LzopText(): at level 1, and at level 9 with CRC-32 of everything.
constexpr std::string_view kLzopLevel1 =
    "894c5a4f000d0a1a0a104020a00940020103000001000081a46b0dee470000000005612e6373765108061300"
    "00067a000002860d0b2edc000b69642c6e616d652c616d6f756e740a302c6e616d65302c302e32350a319001"
    "01312c3337750132940101322c3734750133940102332c313131790134980102342c31343879013598010235"
    "2c313835790136980102362c323232790137980102302c323539790138980102312c32393679013998010232"
    "2c333333790131a81201332c3337b112319c0301342c3430991231bc1201352c3434811331a41301362c3438"
    "851331a81301302c3531891331ac1301312c35358d1331b01301322c3539911331b41301332c3632951331b8"
    "1301342c3636991331bc1301352c37309d1332bc1301362c37349d1332bc1301302c37379d1332bc1301312c"
    "38319d1332bc1301322c38359d1332bc1301332c38389d1332bc1301342c39329d1332bc1301352c39369d13"
    "32bc1301362c39399d1332bf13302c33991332bb13312c37951333b41301322c3131951333b41301332c3134"
    "951333b41301342c3138951333b41301352c3232951333b41301362c3235951333b41301302c3239951333b4"
    "1301312c3333951333b41301322c3336951333b41301332c3430991333b81301342c34349d1334bc1301352c"
    "34389d1334bc1301362c35319d1334bc1301302c35359d1334bc1301312c35399d1334bc1301322c36329d13"
    "34bc1301332c36369d1334bc1301342c37309d1334bc1301352c37339d1334bc1301362c37379d1334bc1301"
    "302c38319d1335bc1301312c38359d1335bc1301322c38389d1335bc1301332c39329d1335bc1301342c3936"
    "9d1335bc1301352c39399d1335bf13362c33991335bb13302c37951335b41301312c3130951335b41301322c"
    "3134951335b41301332c31389513782000008d00000d7878787878787878787878787878780a110000000000"
    "00";
constexpr std::string_view kLzopLevel9 =
    "894c5a4f000d0a1a0a104020a01001030903001300000081a46b0dee470000000005612e6373768f015a0700"
    "00067a000001ec3cc53cc9c38d4f3d2169642c6e616d652c616d6f756e740a30940105302c302e32350a3190"
    "0101312c3337750132940101322c37347501339701332c3100007901349901340a0334387901359901350a03"
    "38357901369b01362c320000790137d30c323539790138db0c323936790139df0c333333911030c60d3337b1"
    "1231ca0d34309a123132ce0d343482133133d20d343886133134d60d35318a133135da0d35358e133136de0d"
    "353992133137de0d363296133138de0d36369a133139de0d37309e133230de0d37349e133231de0d3737b926"
    "32de0d38319e133233de0d38359e133234de0d38389e133235de0d39329e133236de0d39369e133237de0d39"
    "399e133238dd0d339a133239d90d3796133330d60d313196133331fd363496133332e13738b93a33d60d3232"
    "96133334e9373596133335ed373996133336ed443396133337f5373696133338de0d34309a133339f537349e"
    "133430f537389e133431de0d35319e133432f537359e133433f53739bd4e34de0d36329e133435f537369e13"
    "3436de0d37309e133437f537339e133438f537379e133439de0d38319e133530f537359e133531f537389e13"
    "3532de0d39329e133533f537369e133534f53739a16335dd0d339a133536f04596133537d60d313096133538"
    "f5373496133539f537389513782000009c01000a11000000000000";

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string LzopText() {
  std::string text = "id,name,amount\n";
  for (int i = 0; i < 60; ++i) {
    text += std::to_string(i) + ",name" + std::to_string(i % 7) + "," +
            std::to_string(i * 37 % 1000) + ".25\n";
  }
  return text + std::string(700, 'x') + "\n";
}

TEST(LzopDecompressor, ReadsWhatLzopWrites) {
  for (const std::string_view hex : {kLzopLevel1, kLzopLevel9}) {
    const std::string packed = FromHex(hex);
    ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(Container::kLzop, packed));
    EXPECT_EQ(unpacked, LzopText());
    ASSERT_OK_AND_ASSIGN(const std::string twice, Unpack(Container::kLzop, packed + packed));
    EXPECT_EQ(twice, LzopText() + LzopText());
  }
}

TEST(LzopDecompressor, FindsEveryDamagedBitOfCompressedBlocks) {
  for (const std::string_view hex : {kLzopLevel1, kLzopLevel9}) {
    const std::string packed = FromHex(hex);
    for (size_t byte = 9; byte < packed.size(); ++byte) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string damaged = packed;
        damaged[byte] = static_cast<char>(static_cast<unsigned char>(damaged[byte]) ^ (1U << bit));
        const auto unpacked =
            Unpack(Container::kLzop, damaged, 1 << 12, {.path = "in", .input_bytes = 1 << 12});
        // A copy may say the same in another way.
        ASSERT_TRUE(!unpacked.ok() || *unpacked == LzopText()) << byte << ":" << bit;
      }
    }
  }
}

TEST(LzopDecompressor, RefusesMethodsAndFiltersItDoesNotKnow) {
  const std::string block = LzopBlock("a,b\n", "a,b\n");
  EXPECT_OK(Unpack(Container::kLzop, LzopFile(block)));
  EXPECT_THAT(Unpack(Container::kLzop, LzopFile(block, 1, 128)),
              AllOf(FailsWith("unsupported.container"), FailsSaying("method 128")));
  EXPECT_THAT(Unpack(Container::kLzop, LzopFile(block, 0x801)),
              AllOf(FailsWith("unsupported.container"), FailsSaying("filter 5")));
}

TEST(LzopDecompressor, PassesOverAnExtraField) {
  std::string extra;
  PutBig(300, 4, &extra);
  extra += std::string(300, 'e') + "sum!";
  ASSERT_OK_AND_ASSIGN(
      const std::string unpacked,
      Unpack(Container::kLzop, LzopFile(LzopBlock("a,b\n", "a,b\n"), 0x41, 1, extra)));
  EXPECT_EQ(unpacked, "a,b\n");
}

TEST(LzopDecompressor, TakesNoMoreMemoryThanItMay) {
  const std::string text = Text(100'000);
  EXPECT_THAT(
      Unpack(Container::kLzop, Lzop(text), 1 << 16, {.path = "in.lzo", .window_bytes_max = 99'999}),
      AllOf(FailsWith("limit.memory"), InFile("in.lzo"), FailsSaying("100000")));
}

TEST(LzopDecompressor, TakesBothFormsOfABlockFromThePool) {
  const std::string text = Noise(4 << 20);
  const std::string packed = LzopFile(LzopBlock("a,b\n", "a,b\n") + LzopBlock(text, text));
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                       Unpack(Container::kLzop, packed, 1 << 20, {.path = "in", .pool = &pool}));
  EXPECT_TRUE(unpacked == "a,b\n" + text);
  EXPECT_GE(pool.max_memory(), 8 << 20);
  EXPECT_LE(pool.max_memory(), (8 << 20) + 4096);
  EXPECT_EQ(pool.bytes_allocated(), 0);
  for (const int64_t room : {1 << 20, 6 << 20}) {
    arrow::CappedMemoryPool capped(arrow::default_memory_pool(), room);
    EXPECT_THAT(Unpack(Container::kLzop, packed, 1 << 20, {.path = "in", .pool = &capped}),
                AllOf(FailsWith("limit.memory"), InFile("in"), FailsSaying("4194304")))
        << room;
    EXPECT_EQ(capped.bytes_allocated(), 0);
  }
  EXPECT_THAT(
      Unpack(Container::kLzop, packed, 1 << 20, {.path = "in", .window_bytes_max = (8 << 20) - 1}),
      AllOf(FailsWith("limit.memory"), FailsSaying("8388607 may be used")));
  EXPECT_OK(Unpack(Container::kLzop, packed, 1 << 20, {.path = "in", .window_bytes_max = 8 << 20}));
}

TEST(LzopDecompressor, RefusesImpossibleSizes) {
  for (const auto& [plain, stored] :
       {std::pair{5U, 6U}, std::pair{70U << 20U, 5U}, std::pair{5U, 0U}}) {
    std::string block;
    PutBig(plain, 4, &block);
    PutBig(stored, 4, &block);
    PutBig(0, 4, &block);
    EXPECT_THAT(Unpack(Container::kLzop, LzopFile(block + "123456")),
                AllOf(FailsWith("compress.corrupt"), FailsSaying("impossible sizes")));
  }
}

std::optional<std::string> Lzo1x(std::string_view block, size_t room = 100'000) {
  std::string out(room, '?');
  const auto size = DecodeLzo1x({Unsigned(block), block.size()},
                                {reinterpret_cast<uint8_t*>(out.data()), out.size()});
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

TEST(DecodeLzo1x, KnowsEveryInstruction) {
  const std::string end("\x11\0\0", 3);
  // Runs of literals: stated by the first byte, and of any length.
  EXPECT_EQ(Lzo1x("\x14"
                  "abc" +
                  end),
            "abc");
  EXPECT_EQ(Lzo1x("\x01"
                  "abcd" +
                  end),
            "abcd");
  EXPECT_EQ(Lzo1x(std::string("\0\x01", 2) + std::string(19, 'l') + end), std::string(19, 'l'));
  EXPECT_EQ(Lzo1x(std::string("\0\0\x02", 3) + std::string(275, 'l') + end), std::string(275, 'l'));
  // 01LDDDSS: 4 bytes from 3 back, then one literal.
  EXPECT_EQ(Lzo1x(std::string("\x18"
                              "abcdefg"
                              "\x69\0"
                              "z",
                              11) +
                  end),
            "abcdefgefgez");
  // 1LLDDDSS: 8 bytes from 1 back.
  EXPECT_EQ(Lzo1x(std::string("\x18"
                              "abcdefg"
                              "\xe0\0",
                              10) +
                  end),
            "abcdefg" + std::string(8, 'g'));
  // 001LLLLL: 33 + 2 bytes, its length in a byte of its own; then 2 literals.
  EXPECT_EQ(Lzo1x(std::string("\x18"
                              "abcdefg"
                              "\x20\x02\x02\0"
                              "yz",
                              14) +
                  end),
            "abcdefg" + std::string(35, 'g') + "yz");
  // After one to three literals: 2 bytes from 2 back.
  EXPECT_EQ(Lzo1x(std::string("\x13"
                              "ab"
                              "\x04\0",
                              5) +
                  end),
            "abab");
  // After a long run: 3 bytes from 2049 back.
  const std::string long_text = Text(3000);
  std::string long_run = Lzo1xLiterals(long_text);
  long_run.resize(long_run.size() - 3);
  EXPECT_EQ(Lzo1x(long_run + std::string("\0\0", 2) + end),
            long_text + long_text.substr(3000 - 2049, 3));
  // 0001HLLL: from 16,384 + 1 back.
  const std::string far_text = Text(20'000);
  std::string far = Lzo1xLiterals(far_text);
  far.resize(far.size() - 3);
  EXPECT_EQ(Lzo1x(far + std::string("\x13\x04\0", 3) + end),
            far_text + far_text.substr(20'000 - 16'385, 5));
  EXPECT_EQ(Lzo1x(end), "");
}

TEST(DecodeLzo1x, NeverLeavesItsBuffers) {
  EXPECT_EQ(Lzo1x("\x14"
                  "ab"),
            std::nullopt);  // literals missing
  EXPECT_EQ(Lzo1x("\x14"
                  "abc"),
            std::nullopt);  // no end
  EXPECT_EQ(Lzo1x(std::string("\x14"
                              "abc"
                              "\x11\0\0"
                              "x",
                              8)),
            std::nullopt);  // more behind
  EXPECT_EQ(Lzo1x(std::string("\x14"
                              "abc"
                              "\xe0\x01\x11\0\0",
                              9)),
            std::nullopt);  // too far back
  EXPECT_EQ(Lzo1x(std::string("\x14"
                              "abc"
                              "\x11\0\0",
                              7),
                  2),
            std::nullopt);                                  // no room
  EXPECT_EQ(Lzo1x(std::string(1000, '\0')), std::nullopt);  // an endless length
  EXPECT_EQ(Lzo1x(""), std::nullopt);
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string block(1 + random() % 60, '\0');
    for (char& c : block) c = static_cast<char>(random());
    (void)Lzo1x(block, 200);
  }
}

TEST(Lz4Decompressor, ReadsOldFramesAndPassesOverSkippableOnes) {
  std::string legacy("\x02\x21\x4c\x18", 4);
  const std::string text = Text(9 << 20);
  for (size_t i = 0; i < text.size(); i += 8 << 20) {
    const std::string part = text.substr(i, 8 << 20);
    std::string packed(static_cast<size_t>(LZ4_compressBound(static_cast<int>(part.size()))), 0);
    const int size = LZ4_compress_default(part.data(), packed.data(), static_cast<int>(part.size()),
                                          static_cast<int>(packed.size()));
    PutLittle(static_cast<uint64_t>(size), 4, &legacy);
    legacy += packed.substr(0, static_cast<size_t>(size));
  }
  ASSERT_OK_AND_ASSIGN(std::string unpacked, Unpack(Container::kLz4, legacy));
  EXPECT_TRUE(unpacked == text);
  const std::string skippable("\x53\x2a\x4d\x18\x03\0\0\0abc", 11);
  ASSERT_OK_AND_ASSIGN(unpacked, Unpack(Container::kLz4, Lz4("a,b\n") + skippable + Lz4("1,2\n") +
                                                             legacy + Lz4("end\n") + skippable));
  EXPECT_TRUE(unpacked == "a,b\n1,2\n" + text + "end\n");
  EXPECT_THAT(Unpack(Container::kLz4, legacy, 1 << 16, {.path = "in", .window_bytes_max = 1 << 20}),
              FailsWith("limit.memory"));
  // A block of 8 MiB and the most that it may be stored as.
  for (const int64_t room : {1 << 20, 9 << 20}) {
    arrow::CappedMemoryPool pool(arrow::default_memory_pool(), room);
    EXPECT_THAT(Unpack(Container::kLz4, legacy, 1 << 16, {.path = "in", .pool = &pool}),
                AllOf(FailsWith("limit.memory"), InFile("in"),
                      FailsSaying(room == 1 << 20 ? "8421520" : "8388608")));
  }
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  EXPECT_OK(Unpack(Container::kLz4, legacy, 1 << 16, {.path = "in", .pool = &pool}));
  EXPECT_GE(pool.max_memory(), 8'388'608 + 8'421'520);
  EXPECT_LE(pool.max_memory(), 17 << 20);
  EXPECT_THAT(Unpack(Container::kLz4, legacy.substr(0, legacy.size() - 1)),
              FailsWith("compress.truncated"));
  legacy[20] = static_cast<char>(0xff);
  legacy[21] = static_cast<char>(0xff);
  EXPECT_THAT(
      Unpack(Container::kLz4, legacy.substr(0, 4) + std::string("\x03\0\0\0\xff\xff\xff", 7)),
      FailsWith("compress.corrupt"));
}

// Neither format has a mark at its end, so nothing tells that more is missing.
TEST(OpenDecompressor, TakesACutBetweenBlocksWithoutAnEndForTheEnd) {
  const std::string text = Text(130'000);
  const std::string first = text.substr(0, 65'536);
  ASSERT_OK_AND_ASSIGN(std::string unpacked, Unpack(Container::kSnappy, Snappy(first)));
  EXPECT_TRUE(unpacked == first);
  ASSERT_TRUE(Snappy(text).starts_with(Snappy(first)));
  const std::string block = "\x50" + std::string("a,b\n\n");
  const std::string old("\x02\x21\x4c\x18\x06\0\0\0", 8);
  ASSERT_OK_AND_ASSIGN(unpacked, Unpack(Container::kLz4, old + block));
  EXPECT_EQ(unpacked, "a,b\n\n");
}

TEST(SnappyDecompressor, PassesOverChunksThatMayBeSkippedOnly) {
  const std::string text = "a,b\n1,2\n";
  const std::string packed = Snappy(text);
  const std::string padding("\xfe\x03\0\0abc", 7);
  ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                       Unpack(Container::kSnappy, packed + padding + packed + padding));
  EXPECT_EQ(unpacked, text + text);
  EXPECT_THAT(Unpack(Container::kSnappy, packed + std::string("\x02\x01\0\0a", 5)),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("may not be skipped")));
  EXPECT_THAT(Unpack(Container::kSnappy, packed + std::string("\x01\xff\xff\xff", 4)),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("larger")));
  EXPECT_THAT(Unpack(Container::kSnappy, packed + std::string("\x01\x01\0\0a", 5)),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("no checksum")));
  EXPECT_THAT(Unpack(Container::kSnappy, packed + std::string("\xff\x06\0\0sNaPpX", 10)),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("identifier")));
  EXPECT_THAT(Unpack(Container::kSnappy, packed + padding.substr(0, 5)),
              FailsWith("compress.truncated"));
}

TEST(XzDecompressor, TakesNoMoreMemoryThanItMay) {
  const std::string packed = Xz(Text(1000), 6);
  EXPECT_THAT(
      Unpack(Container::kXz, packed, 1 << 20, {.path = "in.xz", .window_bytes_max = 1 << 20}),
      AllOf(FailsWith("limit.memory"), InFile("in.xz"), FailsSaying("1048576")));
  EXPECT_OK(
      Unpack(Container::kXz, packed, 1 << 20, {.path = "in.xz", .window_bytes_max = 16 << 20}));
}

TEST(XzDecompressor, PassesOverTheRoomBetweenStreams) {
  const std::string text = Text(1000);
  for (const lzma_check check : {LZMA_CHECK_NONE, LZMA_CHECK_CRC32, LZMA_CHECK_SHA256}) {
    const std::string stream = Xz(text, 1, check);
    std::string packed = stream;
    packed.append(600, '\0').append(stream);
    for (int64_t input_bytes = 64; input_bytes < 140; ++input_bytes) {
      ASSERT_OK_AND_ASSIGN(
          const std::string unpacked,
          Unpack(Container::kXz, packed, 1 << 16, {.path = "in", .input_bytes = input_bytes}));
      ASSERT_EQ(unpacked, text + text) << "input buffer of " << input_bytes;
    }
  }
}

TEST(ZipDecompressor, ReadsTheOneFileAmongFolders) {
  const std::string text = Text(200'000);
  for (const int flags : {0, 8}) {
    for (const bool is_zip64 : {false, true}) {
      for (const int method : {0, 8}) {
        if (method == 0 && flags == 8) continue;
        const std::string packed =
            ZipFile({{.name = "data/", .method = 0},
                     {.name = "data/a.csv",
                      .text = text,
                      .method = method,
                      .flags = flags,
                      .is_zip64 = is_zip64},
                     {.name = "__MACOSX/data/._a.csv", .text = "what macOS adds", .method = 8}});
        ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(Container::kZip, packed));
        EXPECT_TRUE(unpacked == text) << flags << is_zip64 << method;
      }
    }
  }
}

TEST(ZipDecompressor, PassesOverWhatMacOsAdds) {
  for (const char* const added :
       {"__MACOSX/._a.csv", "._a.csv", "data/._a.csv", ".DS_Store", "data/.DS_Store"}) {
    const ZipMember file{.name = "data/a.csv", .text = "a,b\n"};
    const ZipMember of_macos{.name = added, .text = "what macOS adds"};
    for (const auto& members : {std::vector{file, of_macos}, std::vector{of_macos, file}}) {
      ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(Container::kZip, ZipFile(members)));
      EXPECT_EQ(unpacked, "a,b\n") << added;
    }
  }
  for (const char* const name : {"a.DS_Store", "._data/a.csv", ".a.csv", "_a.csv"}) {
    ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                         Unpack(Container::kZip, ZipFile({{.name = name, .text = "a,b\n"}})));
    EXPECT_EQ(unpacked, "a,b\n") << name;
  }
}

TEST(ZipDecompressor, FindsTheEndWhereverTheInputBufferEnds) {
  const std::string text = Text(300);
  const std::string packed = ZipFile({{.name = "a.csv", .text = text, .flags = 8},
                                      {.name = "__MACOSX/._a.csv", .text = text, .flags = 8}});
  for (int64_t input_bytes = 64; input_bytes < 300; ++input_bytes) {
    ASSERT_OK_AND_ASSIGN(
        const std::string unpacked,
        Unpack(Container::kZip, packed, 1 << 12, {.path = "in", .input_bytes = input_bytes}));
    ASSERT_EQ(unpacked, text) << "input buffer of " << input_bytes;
  }
}

// Go's archive/zip and Java's ZipOutputStream learn only behind the data that sizes need 8 bytes.
TEST(ZipDecompressor, ReadsDescriptorsOfEveryLayout) {
  for (const bool is_zip64 : {false, true}) {
    for (const size_t size_bytes : {4U, 8U}) {
      for (const bool has_signature : {false, true}) {
        for (const std::string& text : {std::string(), Text(2000)}) {
          ZipMember member{.name = "a.csv", .text = text, .flags = 8, .is_zip64 = is_zip64};
          member.descriptor_size_bytes = size_bytes;
          member.has_descriptor_signature = has_signature;
          ZipMember of_macos = member;
          of_macos.name = "__MACOSX/._a.csv";
          const std::string packed = ZipFile({member, of_macos});
          ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(Container::kZip, packed));
          EXPECT_EQ(unpacked, text) << is_zip64 << size_bytes << has_signature;
          const size_t end = packed.size() - kZipEndBytes;
          for (size_t bytes = end - 30; bytes < end; ++bytes) {
            EXPECT_THAT(Unpack(Container::kZip, packed.substr(0, bytes)),
                        FailsWith("compress.truncated"))
                << bytes;
          }
        }
      }
    }
  }
}

TEST(ZipDecompressor, RefusesADescriptorThatContradictsTheData) {
  for (const size_t size_bytes : {4U, 8U}) {
    ZipMember member{.name = "a.csv", .text = Text(2000), .flags = 8};
    member.descriptor_size_bytes = size_bytes;
    const std::string packed = ZipFile({member});
    const size_t descriptor = packed.size() - kZipEndBytes - 4 - 2 * size_bytes;
    const auto damaged_at = [&](size_t at) {
      std::string damaged = packed;
      damaged[descriptor + at] = static_cast<char>(damaged[descriptor + at] ^ 1);
      return Unpack(Container::kZip, damaged);
    };
    EXPECT_THAT(damaged_at(0), AllOf(FailsWith("compress.corrupt"), FailsSaying("checksum")));
    EXPECT_THAT(damaged_at(4), AllOf(FailsWith("compress.corrupt"), FailsSaying("sizes")));
    EXPECT_THAT(damaged_at(4 + size_bytes),
                AllOf(FailsWith("compress.corrupt"), FailsSaying("sizes")));
  }
}

TEST(ZipDecompressor, ReadsEmptyStoredEntriesWithADescriptor) {
  for (const size_t size_bytes : {4U, 8U}) {
    for (const bool has_signature : {false, true}) {
      ZipMember folder{.name = "data/", .method = 0, .flags = 8};
      folder.descriptor_size_bytes = size_bytes;
      folder.has_descriptor_signature = has_signature;
      ZipMember empty = folder;
      empty.name = "data/empty.csv";
      ASSERT_OK_AND_ASSIGN(
          std::string unpacked,
          Unpack(Container::kZip, ZipFile({folder, {.name = "data/a.csv", .text = "a,b\n"}})));
      EXPECT_EQ(unpacked, "a,b\n") << size_bytes << has_signature;
      ASSERT_OK_AND_ASSIGN(unpacked, Unpack(Container::kZip, ZipFile({folder, empty})));
      EXPECT_EQ(unpacked, "") << size_bytes << has_signature;
    }
  }
}

TEST(ZipDecompressor, ShowsNamesShortAndWithoutControlCharacters) {
  const auto refusal = [](const std::string& name) {
    return Unpack(Container::kZip, ZipFile({{.name = name, .text = "1\n", .flags = 1}}))
        .status()
        .message();
  };
  const std::string rest = " in the zip archive is encrypted";
  EXPECT_EQ(refusal("caf\xc3\xa9\n\x1b[2J\x7f.csv"), "'caf\xc3\xa9\\x0a\\x1b[2J\\x7f.csv'" + rest);
  // The second of the controls above ASCII clears a terminal as "\x1b[" does; the letter stays.
  EXPECT_EQ(refusal("\xc2\x80\xc2\x9b"
                    "2J\xc2\x9f\xc2\xa0.csv"),
            "'\\xc2\\x80\\xc2\\x9b2J\\xc2\\x9f\xc2\xa0.csv'" + rest);
  EXPECT_EQ(refusal(std::string(80, 'n')), "'" + std::string(80, 'n') + "'" + rest);
  EXPECT_EQ(refusal(std::string(60'000, 'n')), "'" + std::string(80, 'n') + "...'" + rest);
  EXPECT_EQ(refusal(std::string(79, 'n') + "\xc3\xa9"), "'" + std::string(79, 'n') + "...'" + rest);
  EXPECT_EQ(refusal(std::string(300, '\x80')), "'" + std::string(76, '\x80') + "...'" + rest);
  EXPECT_THAT(
      Unpack(Container::kZip, ZipFile({{.name = std::string(100, 'a'), .text = "1\n"},
                                       {.name = std::string(100, 'b'), .text = "2\n"}})),
      FailsSaying("'" + std::string(80, 'a') + "...' and '" + std::string(80, 'b') + "...'"));
}

TEST(FirstZippedName, PassesOverFoldersAsFarAsItSees) {
  const ZipMember folder{.name = "data/", .method = 0};
  const ZipMember file{.name = "data/a.tsv", .text = "a\n"};
  const std::string packed = ZipFile({folder, file});
  EXPECT_EQ(FirstZippedName(ZipFile({file})), "data/a.tsv");
  EXPECT_EQ(FirstZippedName(packed), "data/a.tsv");
  const size_t name_end = packed.find("a.tsv") + 5;
  for (size_t bytes = 0; bytes <= packed.size(); ++bytes) {
    EXPECT_EQ(FirstZippedName(packed.substr(0, bytes)), bytes < name_end ? "" : "data/a.tsv");
  }
  const ZipMember of_macos{.name = "__MACOSX/._a.csv", .text = Text(1000)};
  EXPECT_EQ(FirstZippedName(ZipFile({of_macos, file})), "data/a.tsv");
  EXPECT_EQ(FirstZippedName(ZipFile({of_macos, file}).substr(0, 200)), "");
  // Where its data end is not told before them.
  const ZipMember of_unknown_size{.name = "data/", .flags = 8};
  EXPECT_EQ(FirstZippedName(ZipFile({of_unknown_size, file})), "");
  EXPECT_EQ(FirstZippedName(ZipFile({})), "");
  EXPECT_EQ(FirstZippedName(Text(100)), "");
}

TEST(OpenDecompressor, GivesAFileWithoutAContainerAsItIs) {
  ASSERT_OK_AND_ASSIGN(const std::string unpacked, Unpack(Container::kNone, "a,b\n"));
  EXPECT_EQ(unpacked, "a,b\n");
}

TEST(XzDecompressor, SaysWhatIsWrongWithTheData) {
  std::string damaged = Xz("a,b\n");
  damaged[7] = static_cast<char>(0xff);  // the kind of checksum
  EXPECT_THAT(Unpack(Container::kXz, damaged), FailsWith("compress.corrupt"));
  EXPECT_THAT(Unpack(Container::kXz, "\xfd\x37zXY\0\0\0 and so on"sv),
              AllOf(FailsWith("compress.corrupt"), FailsSaying("invalid header")));
}

TEST(ZipDecompressor, RefusesWhatItCannotTell) {
  const auto unpack = [](const std::vector<ZipMember>& members) {
    return Unpack(Container::kZip, ZipFile(members));
  };
  EXPECT_THAT(unpack({{.name = "a.csv", .text = "1\n"}, {.name = "b.csv", .text = "2\n"}}),
              AllOf(FailsWith("unsupported.container"), FailsSaying("'a.csv' and 'b.csv'")));
  EXPECT_THAT(unpack({{.name = "a/", .method = 0}}), FailsSaying("holds no file"));
  EXPECT_THAT(Unpack(Container::kZip, "PK\x05\x06" + std::string(18, '\0')),
              FailsSaying("holds no file"));
  EXPECT_THAT(unpack({{.name = "a.csv", .text = "1\n", .flags = 1}}), FailsSaying("encrypted"));
  EXPECT_THAT(unpack({{.name = "a.csv", .text = "1\n", .method = 14}}), FailsSaying("method 14"));
  EXPECT_THAT(unpack({{.name = "a.csv", .text = "1\n", .method = 0, .flags = 8}}),
              FailsSaying("without stating its size"));
  EXPECT_THAT(Unpack(Container::kZip, "PK\x03\x04" + std::string(40, 'x')),
              AnyOf(FailsWith("compress.truncated"), FailsWith("unsupported.container")));
  std::string damaged = ZipFile({{.name = "a.csv", .text = "1\n"}});
  damaged[damaged.size() - kZipEndBytes] = 'X';
  EXPECT_THAT(Unpack(Container::kZip, damaged), FailsSaying("should be a header"));
}

}  // namespace
}  // namespace pyforge::compress
