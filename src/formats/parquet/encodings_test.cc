// The encodings against decoders that follow the specification word by word.
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "formats/parquet/bit_packing.h"
#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/delta_encoding.h"
#include "formats/parquet/dictionary.h"
#include "formats/parquet/level_encoding.h"
#include "support/seed.h"

namespace pyforge::parquet {
namespace {

class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  uint64_t Bits(int width) {
    uint64_t value = 0;
    for (int i = 0; i < width; ++i, ++position_) {
      value |= uint64_t{(bytes_[position_ / 8] >> (position_ % 8)) & 1U} << i;
    }
    return value;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const uint64_t byte = Bits(8);
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }
  int64_t ZigZag() {
    const uint64_t value = Varint();
    return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  void Align() { position_ = (position_ + 7) / 8 * 8; }
  size_t byte_position() const { return position_ / 8; }

 private:
  std::span<const uint8_t> bytes_;
  size_t position_ = 0;
};

std::vector<uint64_t> DecodeHybrid(std::span<const uint8_t> bytes, int width, size_t count) {
  BitReader reader(bytes);
  std::vector<uint64_t> values;
  while (reader.byte_position() < bytes.size()) {
    const uint64_t header = reader.Varint();
    if ((header & 1) != 0) {
      for (uint64_t i = 0; i < (header >> 1) * 8; ++i) values.push_back(reader.Bits(width));
    } else {
      const uint64_t value = reader.Bits(width);
      reader.Align();
      values.insert(values.end(), header >> 1, value);
    }
  }
  // Only the last run may be filled up.
  EXPECT_GE(values.size(), count);
  EXPECT_LT(values.size(), count + 8);
  for (size_t i = count; i < values.size(); ++i) EXPECT_EQ(values[i], 0);
  values.resize(count);
  return values;
}

template <typename T>
std::vector<T> DecodeDelta(std::span<const uint8_t> bytes) {
  BitReader reader(bytes);
  const uint64_t block_values = reader.Varint();
  const uint64_t miniblocks = reader.Varint();
  const uint64_t count = reader.Varint();
  auto value = static_cast<uint64_t>(reader.ZigZag());
  EXPECT_EQ(block_values, 128);
  EXPECT_EQ(miniblocks, 4);
  std::vector<T> values;
  if (count > 0) values.push_back(static_cast<T>(value));
  while (values.size() < count) {
    const auto least = static_cast<uint64_t>(reader.ZigZag());
    std::vector<int> widths;
    for (uint64_t i = 0; i < miniblocks; ++i) widths.push_back(static_cast<int>(reader.Bits(8)));
    for (int width : widths) {
      EXPECT_LE(width, static_cast<int>(8 * sizeof(T)));
      for (uint64_t i = 0; i < block_values / miniblocks; ++i) {
        value += least + reader.Bits(width);
        if (values.size() < count) values.push_back(static_cast<T>(value));
      }
    }
  }
  EXPECT_EQ(reader.byte_position(), bytes.size());
  return values;
}

TEST(PackBits, PacksEveryWidth) {
  std::mt19937_64 random(testing::RandomSeed());
  for (int width = 0; width <= 64; ++width) {
    const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
    std::vector<uint64_t> wide(32);
    for (uint64_t& value : wide) value = random() & mask;
    wide[3] = mask;
    std::vector<uint8_t> packed(static_cast<size_t>(width) * 4 + 8, 0xAA);
    PackBits32(wide.data(), width, packed.data());
    BitReader reader(packed);
    for (uint64_t value : wide) EXPECT_EQ(reader.Bits(width), value) << width;
    EXPECT_EQ(packed[static_cast<size_t>(width) * 4], 0xAA) << "wrote past the end";
    if (width > 32) continue;
    std::vector<uint32_t> narrow(wide.begin(), wide.end());
    std::vector<uint8_t> again(packed.size(), 0xAA);
    PackBits32(narrow.data(), width, again.data());
    EXPECT_EQ(again, packed) << width;
  }
}

TEST(PackBooleans, LeavesUnusedBitsZero) {
  for (size_t count = 0; count < 40; ++count) {
    std::vector<uint8_t> values(count);
    for (size_t i = 0; i < count; ++i) values[i] = i % 3 == 0;
    std::vector<uint8_t> packed(8, 0);
    ASSERT_EQ(PackBooleans(values.data(), count, packed.data()), (count + 7) / 8);
    for (size_t i = 0; i < (count + 7) / 8 * 8; ++i) {
      EXPECT_EQ(packed[i / 8] >> (i % 8) & 1, i < count && i % 3 == 0) << count << " " << i;
    }
  }
}

TEST(EncodeHybrid, GivesBackRunsAndMixturesOfAnyLength) {
  std::mt19937_64 random(testing::RandomSeed());
  for (int width : {1, 2, 3, 7, 8, 9, 16, 17, 20, 32}) {
    const uint64_t mask = (uint64_t{1} << width) - 1;
    for (const auto count :
         std::initializer_list<size_t>{1, 7, 8, 9, 31, 32, 33, 100, 1000, 5000}) {
      for (int run_max : {1, 5, 40, 700}) {
        std::vector<uint32_t> values;
        while (values.size() < count) {
          const auto run = random() % static_cast<uint64_t>(run_max) + 1;
          values.insert(values.end(), run, static_cast<uint32_t>(random() & mask));
        }
        values.resize(count);
        ByteBuffer out;
        EncodeHybrid(values.data(), count, width, &out);
        EXPECT_EQ(DecodeHybrid(out.span(), width, count),
                  std::vector<uint64_t>(values.begin(), values.end()))
            << width << " bits, " << count << " values, runs to " << run_max;
      }
    }
  }
}

TEST(EncodeHybrid, MakesOneRunOfEqualValues) {
  const std::vector<uint32_t> values(10'000, 5);
  ByteBuffer out;
  EncodeHybrid(values.data(), values.size(), 3, &out);
  EXPECT_LE(out.size(), 4);
  ByteBuffer few;
  EncodeHybrid(values.data(), 5, 3, &few);
  EXPECT_EQ(few.size(), 2);
}

TEST(EncodeHybrid, TakesLevels) {
  std::vector<uint8_t> levels;
  levels.reserve(1000);
  for (int i = 0; i < 1000; ++i) levels.push_back(static_cast<uint8_t>(i % 17 % 4));
  ByteBuffer scratch;
  ByteBuffer out;
  EncodeHybrid(levels.data(), levels.size(), 2, &scratch, &out);
  EXPECT_EQ(DecodeHybrid(out.span(), 2, levels.size()),
            std::vector<uint64_t>(levels.begin(), levels.end()));
}

TEST(EncodeBitmap, IsOnePackedRun) {
  const std::vector<uint8_t> bitmap = {0b10110101, 0b00000011};
  ByteBuffer out;
  EncodeBitmap(bitmap.data(), 10, &out);
  EXPECT_EQ(DecodeHybrid(out.span(), 1, 10), (std::vector<uint64_t>{1, 0, 1, 0, 1, 1, 0, 1, 1, 1}));
}

template <typename T>
class EncodeDeltaTest : public ::testing::Test {};
using DeltaTypes = ::testing::Types<int32_t, int64_t>;
TYPED_TEST_SUITE(EncodeDeltaTest, DeltaTypes);

TYPED_TEST(EncodeDeltaTest, GivesBackValuesOfEverySpread) {
  std::mt19937_64 random(testing::RandomSeed());
  for (const auto count :
       std::initializer_list<size_t>{0, 1, 2, 31, 32, 33, 127, 128, 129, 130, 256, 257, 1000}) {
    for (int spread = 0; spread <= static_cast<int>(8 * sizeof(TypeParam)); spread += 3) {
      std::vector<TypeParam> values(count);
      for (TypeParam& value : values) {
        value = spread == 0 ? TypeParam{-7} : static_cast<TypeParam>(random() >> (64 - spread));
      }
      ByteBuffer out;
      EncodeDelta(values.data(), count, &out);
      EXPECT_EQ(DecodeDelta<TypeParam>(out.span()), values) << count << " spread " << spread;
    }
  }
}

TYPED_TEST(EncodeDeltaTest, GivesBackExtremesWhoseDifferencesWrapAround) {
  using Limits = std::numeric_limits<TypeParam>;
  std::vector<TypeParam> values;
  values.reserve(300);
  for (int i = 0; i < 300; ++i) values.push_back(i % 2 == 0 ? Limits::min() : Limits::max());
  ByteBuffer out;
  EncodeDelta(values.data(), values.size(), &out);
  EXPECT_EQ(DecodeDelta<TypeParam>(out.span()), values);
}

TYPED_TEST(EncodeDeltaTest, NeedsNoBitsForAnEvenRise) {
  std::vector<TypeParam> values;
  values.reserve(12'801);
  for (int i = 0; i < 12'801; ++i) values.push_back(static_cast<TypeParam>(1000 + 3 * i));
  ByteBuffer out;
  EncodeDelta(values.data(), values.size(), &out);
  EXPECT_LT(out.size(), 600);
  EXPECT_EQ(DecodeDelta<TypeParam>(out.span()), values);
}

TEST(ByteArrayDictionary, NumbersValuesAsTheyAreFirstSeen) {
  ByteArrayDictionary dictionary;
  std::vector<std::string> values;
  // Values that differ in the last byte, in length alone, and in zero bytes.
  for (size_t length = 0; length < 40; ++length) {
    values.push_back(std::string(length, '\0'));
    values.push_back(std::string(length, 'a'));
    values.push_back(std::string(length, 'a') + "b");
  }
  for (int i = 0; i < 20'000; ++i) values.push_back("value " + std::to_string(i * 7919));
  std::vector<uint32_t> codes;
  codes.reserve(values.size());
  for (const std::string& value : values) codes.push_back(dictionary.Code(value, nullptr));
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(dictionary.value(codes[i]), values[i]);
    // The same code whether or not the bytes behind the value can be read.
    const std::string padded = values[i] + std::string(20, 'x');
    EXPECT_EQ(dictionary.Code(std::string_view(padded).substr(0, values[i].size()),
                              padded.data() + padded.size()),
              codes[i]);
  }
  EXPECT_EQ(dictionary.size(), values.size() - 1);  // two of them are empty
}

// A table that is only half emptied gives codes of the row group before.
TEST(ByteArrayDictionary, ForgetsEverythingWhenCleared) {
  ByteArrayDictionary dictionary;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5000; ++i) {
      const std::string value = "r" + std::to_string((i * 31 + round * 17) % 3000);
      EXPECT_EQ(dictionary.value(dictionary.Code(value, nullptr)), value);
    }
    EXPECT_EQ(dictionary.size(), 3000);
    dictionary.Clear();
    EXPECT_EQ(dictionary.size(), 0);
    EXPECT_EQ(dictionary.Code("first", nullptr), 0);
    dictionary.Clear();
  }
}

TEST(FixedDictionary, GivesBackValuesOfEveryWidth) {
  for (const auto width : std::initializer_list<size_t>{1, 2, 3, 4, 8, 12, 16, 17}) {
    FixedDictionary dictionary(width);
    std::string values;
    for (int i = 0; i < 4000; ++i) {
      std::string value(width, '\0');
      const int number = width == 1 ? i % 200 : i % 1500;
      std::memcpy(value.data() + width - std::min<size_t>(width, 2), &number,
                  std::min<size_t>(width, 2));
      values += value;
    }
    ByteBuffer codes;
    dictionary.Encode(reinterpret_cast<const uint8_t*>(values.data()), 4000, &codes);
    EXPECT_EQ(dictionary.size(), width == 1 ? 200 : 1500);
    EXPECT_EQ(dictionary.bytes(), dictionary.size() * width);
    for (size_t i = 0; i < 4000; ++i) {
      const uint32_t code = codes.as<uint32_t>()[i];
      ASSERT_LT(code, dictionary.size());
      EXPECT_EQ(
          std::memcmp(dictionary.values().data() + code * width, values.data() + i * width, width),
          0);
    }
    dictionary.Clear();
    EXPECT_EQ(dictionary.size(), 0);
    EXPECT_EQ(dictionary.bytes(), 0);
  }
}

TEST(ByteBuffer, KeepsBytesWhileItGrowsAndSlackBehindThem) {
  ByteBuffer buffer;
  EXPECT_TRUE(buffer.empty());
  for (uint32_t i = 0; i < 10'000; ++i) buffer.Push(i);
  ASSERT_EQ(buffer.size(), 40'000);
  EXPECT_GE(buffer.capacity(), buffer.size() + ByteBuffer::kSlack);
  for (uint32_t i = 0; i < 10'000; ++i) ASSERT_EQ(buffer.as<uint32_t>()[i], i);
  ByteBuffer other = std::move(buffer);
  EXPECT_EQ(other.size(), 40'000);
  other.Append(nullptr, 0);
  EXPECT_EQ(other.span().size(), 40'000);
}

}  // namespace
}  // namespace pyforge::parquet
