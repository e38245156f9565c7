// Batches of byte arrays, however the processor looks them up, against one value at a time.
#include "formats/parquet/dictionary.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace pyforge::parquet
