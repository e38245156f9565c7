#include "formats/parquet/page_compressor.h"

#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "support/matchers.h"

namespace pyforge::parquet {
namespace {

ByteBuffer BufferOf(std::string_view bytes) {
  ByteBuffer buffer;
  buffer.Append(bytes.data(), bytes.size());
  return buffer;
}

/// What an independent decoder makes of a compressed page, "" if it refuses.
std::string Decompress(const ByteBuffer& page, size_t size, arrow::Compression::type type) {
  auto codec = arrow::util::Codec::Create(type).ValueOrDie();
  std::string bytes(size, '\0');
  const auto decompressed =
      codec->Decompress(static_cast<int64_t>(page.size()), page.data(), static_cast<int64_t>(size),
                        reinterpret_cast<uint8_t*>(bytes.data()));
  return decompressed.ok() && *decompressed == static_cast<int64_t>(size) ? bytes : "";
}

std::string RandomBytes(size_t size) {
  std::mt19937_64 random(11);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string Sentences(int count) {
  constexpr std::string_view kWords[] = {"invoice", "paid",  "before", "south",
                                         "slowly",  "photo", "harbour"};
  std::mt19937_64 random(12);
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("{} ", kWords[random() % 7]);
  return text;
}

class AnyCodec : public ::testing::TestWithParam<std::pair<Codec, arrow::Compression::type>> {};

TEST_P(AnyCodec, GivesBackHeadAndBytes) {
  const auto [codec, type] = GetParam();
  ASSERT_OK_AND_ASSIGN(auto compressor, PageCompressor::Make({.codec = codec}));
  const std::string heads[] = {"", "l", RandomBytes(59), RandomBytes(61), RandomBytes(3000)};
  const std::string texts[] = {"", "x", Sentences(3), Sentences(40'000)};
  ByteBuffer out;
  for (const std::string& head : heads) {
    for (const std::string& text : texts) {
      const ByteBuffer head_buffer = BufferOf(head);
      const ByteBuffer text_buffer = BufferOf(text);
      ASSERT_OK(compressor->Compress(head_buffer.span(), text_buffer.span(), &out));
      EXPECT_EQ(Decompress(out, head.size() + text.size(), type), head + text)
          << head.size() << " and " << text.size() << " bytes";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(PageCompressor, AnyCodec,
                         ::testing::Values(std::pair{Codec::kSnappy, arrow::Compression::SNAPPY},
                                           std::pair{Codec::kZstd, arrow::Compression::ZSTD},
                                           std::pair{Codec::kGzip, arrow::Compression::GZIP},
                                           std::pair{Codec::kLz4Raw, arrow::Compression::LZ4},
                                           std::pair{Codec::kBrotli, arrow::Compression::BROTLI}));

TEST(PageCompressor, FindsTheMatchesOfATextBehindPackedNumbers) {
  ASSERT_OK_AND_ASSIGN(auto compressor, PageCompressor::Make({.codec = Codec::kSnappy}));
  const ByteBuffer text = BufferOf(Sentences(8'000));
  ByteBuffer alone;
  ASSERT_OK(compressor->Compress({}, text.span(), &alone));
  const ByteBuffer head = BufferOf(RandomBytes(4096));
  ByteBuffer behind_head;
  ASSERT_OK(compressor->Compress(head.span(), text.span(), &behind_head));
  EXPECT_LE(behind_head.size(), alone.size() + head.size() + 16);
}

}  // namespace
}  // namespace pyforge::parquet
