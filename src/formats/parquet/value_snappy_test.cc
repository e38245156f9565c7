#include "formats/parquet/value_snappy.h"

#include <arrow/util/compression.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::parquet {
namespace {

/// What an independent decoder makes of a block, "" if it refuses.
std::string Decompress(const ByteBuffer& block, size_t size) {
  auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY).ValueOrDie();
  std::string bytes(size, '\0');
  const auto decompressed =
      codec->Decompress(static_cast<int64_t>(block.size()), block.data(),
                        static_cast<int64_t>(size), reinterpret_cast<uint8_t*>(bytes.data()));
  return decompressed.ok() && *decompressed == static_cast<int64_t>(size) ? bytes : "";
}

struct Page {
  ByteBuffer head = {};
  ByteBuffer values = {};
  std::vector<int32_t> lengths = {};

  explicit Page(std::string_view bytes) {
    head.Append(bytes.data(), bytes.size());
    values.Reserve(0);
  }
  void Add(std::string_view value) {
    values.Append(value.data(), value.size());
    lengths.push_back(static_cast<int32_t>(value.size()));
  }
  size_t size() const { return head.size() + values.size(); }
  std::string text() const {
    return std::string(head.as<char>(), head.size()) +
           std::string(values.as<char>(), values.size());
  }
};

/// The compressed size; fails the test if the bytes do not come back.
size_t CompressedSize(const Page& page, ValueSnappy* snappy) {
  ByteBuffer block;
  snappy->Compress(page.head.span(), page.values.span(), page.lengths, &block);
  EXPECT_EQ(Decompress(block, page.size()), page.text());
  return block.size();
}

TEST(ValueSnappy, FindsSharedBeginnings) {
  Page page("levels");
  for (int i = 0; i < 1000; ++i) page.Add(fmt::format("2026-11-21 {:02}:{:02}", i % 24, i % 60));
  ValueSnappy snappy;
  EXPECT_LT(CompressedSize(page, &snappy), page.size() * 6 / 10);
}

TEST(ValueSnappy, FindsSharedEnds) {
  Page page("");
  for (int i = 0; i < 1000; ++i) page.Add(fmt::format("{}@customers.example.org", i * 7919));
  ValueSnappy snappy;
  EXPECT_LT(CompressedSize(page, &snappy), page.size() * 6 / 10);
}

TEST(ValueSnappy, StoresWhatHasNothingInCommonWithFewBytesMore) {
  std::mt19937_64 random(7);
  Page page("head");
  for (int i = 0; i < 1000; ++i) {
    std::string value(static_cast<size_t>(random() % 90), '\0');
    for (char& c : value) c = static_cast<char>(random());
    page.Add(value);
  }
  ValueSnappy snappy;
  EXPECT_LE(CompressedSize(page, &snappy), page.size() + 16);
}

TEST(ValueSnappy, KeepsPagesWithoutValues) {
  ValueSnappy snappy;
  CompressedSize(Page("only levels, which are stored"), &snappy);
  Page page("");
  page.Add("");
  page.Add("x");
  CompressedSize(page, &snappy);
}

TEST(ValueSnappy, LooksNoFurtherBackThanTheFormatAllows) {
  Page page("");
  const std::string far(12, 'F');
  page.Add(far);
  page.Add(std::string(65535, 'm'));
  page.Add(far);
  ValueSnappy snappy;
  CompressedSize(page, &snappy);
}

TEST(ValueSnappy, GivesBackAnyText) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  ValueSnappy snappy;
  for (int round = 0; round < 300; ++round) {
    const auto below = [&](size_t end) { return static_cast<size_t>(random() % end); };
    Page page(std::string(below(200), 'l'));
    const size_t letters = 1 + below(4);
    const size_t length_max = 1 + below(round % 10 == 0 ? 3000 : 60);
    for (size_t i = below(400); i > 0; --i) {
      std::string value(below(length_max), '\0');
      for (char& c : value) c = static_cast<char>('a' + below(letters));
      page.Add(value);
    }
    CompressedSize(page, &snappy);
    if (HasFailure()) break;
  }
}

/// The size of a block of numbers behind `head`; fails the test if the bytes do not come back.
size_t NumbersSize(std::string_view head, const std::vector<double>& numbers) {
  Page page(head);
  for (const double number : numbers) {
    page.Add({reinterpret_cast<const char*>(&number), sizeof(number)});
  }
  ValueSnappy snappy;
  ByteBuffer block;
  snappy.CompressNumbers(page.head.span(), page.values.span(), &block);
  EXPECT_EQ(Decompress(block, page.size()), page.text());
  return block.size();
}

TEST(ValueSnappy, FindsTheLowHalvesOfDecimals) {
  std::mt19937_64 random(7);
  std::vector<double> numbers(16'384);
  for (double& number : numbers) {
    number = static_cast<double>(random() % 200'000'000) / 1000 - 50'000;
  }
  EXPECT_LT(NumbersSize("levels", numbers), numbers.size() * 7);
}

TEST(ValueSnappy, RepeatsEqualNumbersInLongCopies) {
  EXPECT_LT(NumbersSize("levels", std::vector<double>(10'000, 0.1)), 5'000);
  EXPECT_LT(NumbersSize("", std::vector<double>(10'000, 0)), 5'000);
}

TEST(ValueSnappy, StoresNumbersWithoutLikenessWithFewBytesMore) {
  std::mt19937_64 random(7);
  std::vector<double> numbers(16'384);
  for (double& number : numbers) {
    number = std::uniform_real_distribution(0.0, 1000.0)(random);
  }
  EXPECT_LE(NumbersSize("", numbers), numbers.size() * 8 + 16);
}

TEST(ValueSnappy, GivesBackAnyNumbers) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  const auto below = [&](size_t end) { return static_cast<size_t>(random() % end); };
  for (int round = 0; round < 300; ++round) {
    // Of few different low and high bytes, so that matches have any length and distance.
    const size_t lows = 1 + below(1000), highs = 1 + below(4), repeats = 1 + below(20);
    std::vector<double> numbers;
    for (size_t i = below(round % 20 == 0 ? 20'000 : 300); i > 0; --i) {
      uint64_t bits = below(lows) * 0x9E3779B1u;
      bits |= uint64_t{below(highs) * 0x01010100u} << (8 * (3 + below(4)));
      double number;
      std::memcpy(&number, &bits, sizeof(number));
      numbers.insert(numbers.end(), 1 + below(repeats), number);
    }
    NumbersSize(std::string(below(100), 'l'), numbers);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace pyforge::parquet
