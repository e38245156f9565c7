// Batches of values, however they are looked up, against one value at a time.
#include "formats/parquet/dictionary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/seed.h"

namespace pyforge::parquet {
namespace {

struct Batch {
  std::string bytes = {};
  std::vector<int32_t> offsets = {0};

  void Add(const std::string& value) {
    bytes += value;
    offsets.push_back(static_cast<int32_t>(bytes.size()));
  }
  size_t size() const { return offsets.size() - 1; }
  std::string_view value(size_t i) const {
    return std::string_view(bytes).substr(static_cast<size_t>(offsets[i]),
                                          static_cast<size_t>(offsets[i + 1] - offsets[i]));
  }
};

void ExpectCodesOfOneAtATime(const Batch& batch, ByteArrayDictionary* together,
                             ByteArrayDictionary* alone) {
  std::vector<uint32_t> codes(batch.size());
  together->Encode(batch.bytes.data(), batch.offsets.data(), batch.size(),
                   batch.bytes.data() + batch.bytes.size(), codes.data());
  for (size_t i = 0; i < batch.size(); ++i) {
    ASSERT_EQ(codes[i], alone->Code(batch.value(i), nullptr)) << "value " << i;
    ASSERT_EQ(together->value(codes[i]), batch.value(i));
  }
  EXPECT_EQ(together->size(), alone->size());
}

// Codes in the order of first sight, whichever way values are looked up: within a range that grows
// to both sides, by hash where it gets too wide, at the ends of the type.
template <typename T>
void ExpectCodesInOrder(const std::vector<std::vector<T>>& batches) {
  FixedDictionary dictionary(sizeof(T));
  std::vector<T> known;
  for (const std::vector<T>& batch : batches) {
    ByteBuffer codes;
    dictionary.Encode(reinterpret_cast<const uint8_t*>(batch.data()), batch.size(), &codes);
    ASSERT_EQ(codes.size(), batch.size() * sizeof(uint32_t));
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto found = std::find(known.begin(), known.end(), batch[i]);
      ASSERT_EQ(codes.as<uint32_t>()[i], static_cast<size_t>(found - known.begin())) << batch[i];
      if (found == known.end()) known.push_back(batch[i]);
    }
    ASSERT_EQ(dictionary.size(), known.size());
    ASSERT_EQ(dictionary.bytes(), known.size() * sizeof(T));
    for (size_t i = 0; i < known.size(); ++i) {
      ASSERT_EQ(dictionary.values().template as<T>()[i], known[i]);
    }
  }
}

TEST(FixedDictionary, NumbersIntegersOfARangeAsAnyOthers) {
  constexpr auto kMin = std::numeric_limits<int64_t>::min();
  constexpr auto kMax = std::numeric_limits<int64_t>::max();
  ExpectCodesInOrder<int32_t>({{5, 3, 5}, {4, 9, -2}, {3, 20'000, -12'000}, {5, 40'000, 3}, {4}});
  ExpectCodesInOrder<int64_t>({{kMin, kMin + 3}, {kMin + 1, kMax, kMin}, {7}});
  ExpectCodesInOrder<int64_t>({{kMax, kMax - 32'767}, {kMax - 32'768}, {kMax}});
  ExpectCodesInOrder<int64_t>({{kMin, kMax}, {0, 1, 0}});
  ExpectCodesInOrder<int64_t>({{1, 2}, {kMin}, {kMax, 2}});
}

TEST(FixedDictionary, TellsTheRangeOfIntegers) {
  const auto range = [](const std::vector<int64_t>& values) {
    return FixedDictionary::RangeOf(reinterpret_cast<const uint8_t*>(values.data()),
                                    sizeof(int64_t), values.size());
  };
  EXPECT_EQ(range({}), 0);
  EXPECT_EQ(range({-7}), 1);
  EXPECT_EQ(range({-7, 10}), 18);
  EXPECT_EQ(range({1, 1 << 15}), 1 << 15);
  EXPECT_EQ(range({0, 1 << 15}), 0);
  EXPECT_EQ(range({std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}), 0);
}

TEST(ByteArrayDictionary, GivesABatchTheCodesOfItsValues) {
  std::mt19937_64 random(testing::RandomSeed());
  const auto below = [&](size_t end) { return static_cast<size_t>(random() % end); };
  for (int round = 0; round < 60; ++round) {
    // With vectors where the processor has them, and without.
    ByteArrayDictionary together;
    ByteArrayDictionary portable(nullptr);
    ByteArrayDictionary alone;
    ByteArrayDictionary portable_alone;
    const size_t distinct = 1 + below(round % 10 == 0 ? 20'000 : 300);
    const size_t letters = 1 + below(3);
    std::vector<std::string> values(distinct);
    for (std::string& value : values) {
      // Around the sizes at which keys change: 0, 8, 15 and 16 bytes; zero bytes among them.
      value.resize(below(20));
      for (char& c : value) c = static_cast<char>(below(letters) == 0 ? 0 : 'a' + below(3));
    }
    for (int part = 0; part < 4; ++part) {
      Batch batch;
      for (size_t i = below(3000); i > 0; --i) batch.Add(values[below(distinct)]);
      ExpectCodesOfOneAtATime(batch, &together, &alone);
      ExpectCodesOfOneAtATime(batch, &portable, &portable_alone);
      if (HasFailure()) return;
    }
  }
}

TEST(ByteArrayDictionary, TellsValuesApartThatShareTheirFirstPlaces) {
  ByteArrayDictionary together;
  ByteArrayDictionary alone;
  // So many that every run of places is crowded just before the table grows.
  Batch batch;
  for (int repeat = 0; repeat < 2; ++repeat) {
    for (int i = 0; i < 65'536; ++i) batch.Add(std::to_string(i));
  }
  ExpectCodesOfOneAtATime(batch, &together, &alone);
  EXPECT_EQ(together.size(), 65'536);
}

// Around the middle of what a byte can be, where signed ones change sign.
char Letter(size_t letter, size_t letters) { return static_cast<char>(128 - letters / 2 + letter); }

std::string Text(size_t size, size_t letters, std::mt19937_64& random) {
  std::string text(size, '\0');
  for (char& c : text) c = Letter(random() % letters, letters);
  return text;
}

void ExpectBoundsOf(const Batch& batch, const ByteArrayDictionary& dictionary) {
  ASSERT_TRUE(dictionary.bounds().has_value());
  std::string_view least = batch.value(0);
  std::string_view greatest = least;
  for (size_t i = 1; i < batch.size(); ++i) {
    least = std::min(least, batch.value(i));
    greatest = std::max(greatest, batch.value(i));
  }
  EXPECT_EQ(dictionary.value(dictionary.bounds()->least), least);
  EXPECT_EQ(dictionary.value(dictionary.bounds()->greatest), greatest);
}

TEST(ByteArrayDictionary, GivesValuesOfOneSizeTheirCodesByRange) {
  std::mt19937_64 random(testing::RandomSeed());
  for (size_t size = 1; size <= RangeIndex::kValueBytesMax; ++size) {
    for (const size_t letters : {size_t{1}, size_t{2}, size_t{3}, size_t{256}}) {
      size_t range = 1;
      for (size_t i = 0; i < size && range <= RangeIndex::kRangeMax; ++i) range *= letters;
      ByteArrayDictionary together;
      ByteArrayDictionary alone;
      together.ForgetBounds();
      Batch all;
      // The range grows from batch to batch: at first, only few of the letters are met.
      for (size_t part = 1; part <= 4; ++part) {
        Batch batch;
        for (size_t i = 64 + random() % 600; i > 0; --i) {
          std::string text = Text(size, letters, random);
          if (part == 1) text[0] = Letter(0, letters);
          batch.Add(text);
          all.Add(text);
        }
        ExpectCodesOfOneAtATime(batch, &together, &alone);
        if (range <= RangeIndex::kRangeMax) {
          EXPECT_TRUE(together.has_range()) << size << " bytes of " << letters << " letters";
          ExpectBoundsOf(all, together);
        }
        if (HasFatalFailure()) return;
      }
      if (range > 256 * RangeIndex::kRangeMax) {
        EXPECT_FALSE(together.has_range()) << size << " bytes of " << letters << " letters";
        EXPECT_FALSE(together.bounds().has_value());
      }
      together.Clear();
      EXPECT_FALSE(together.has_range());
      EXPECT_EQ(together.size(), 0);
    }
  }
}

TEST(ByteArrayDictionary, KeepsItsCodesWhenValuesLeaveTheRange) {
  Batch dates;
  for (int day = 0; day < 900; ++day) {
    std::string date = "2024-01-01";
    date[3] = static_cast<char>('0' + day % 9);
    date[9] = static_cast<char>('1' + day % 7);
    dates.Add(date);
  }
  Batch other_size;
  for (int i = 0; i < 100; ++i) other_size.Add("2024");
  Batch too_wide = dates;
  too_wide.Add("zzzzzzzzzz");
  Batch seventeen;
  for (int i = 0; i < 100; ++i) seventeen.Add("seventeen letters");
  for (const Batch& next : {other_size, too_wide, seventeen}) {
    ByteArrayDictionary together;
    ByteArrayDictionary alone;
    ExpectCodesOfOneAtATime(dates, &together, &alone);
    EXPECT_TRUE(together.has_range());
    ExpectCodesOfOneAtATime(next, &together, &alone);
    EXPECT_FALSE(together.has_range());
    EXPECT_FALSE(together.bounds().has_value());
    ExpectCodesOfOneAtATime(dates, &together, &alone);
  }
  // One value by itself as well.
  ByteArrayDictionary one;
  ByteArrayDictionary alone;
  ExpectCodesOfOneAtATime(dates, &one, &alone);
  EXPECT_EQ(one.Code("2024-01-01", nullptr), alone.Code("2024-01-01", nullptr));
  EXPECT_EQ(one.Code("", nullptr), alone.Code("", nullptr));
  EXPECT_FALSE(one.has_range());
}

TEST(ByteArrayDictionary, ForgetsBoundsOfThePageBefore) {
  Batch high;
  Batch low;
  for (int i = 0; i < 100; ++i) high.Add("b");
  for (int i = 0; i < 100; ++i) low.Add("a");
  ByteArrayDictionary together;
  ByteArrayDictionary alone;
  ExpectCodesOfOneAtATime(high, &together, &alone);
  together.ForgetBounds();
  EXPECT_FALSE(together.bounds().has_value());
  ExpectCodesOfOneAtATime(low, &together, &alone);
  ExpectBoundsOf(low, together);
}

}  // namespace
}  // namespace pyforge::parquet
