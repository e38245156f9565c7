#include "formats/parquet/prefix_bounds.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace pyforge::parquet {
namespace {

constexpr size_t kPrefixBytes = 8;

// By length: the bits of a prefix that are the value's. A table, as lengths cannot be foreseen.
constexpr std::array<uint64_t, kPrefixBytes + 1> MakeKept() {
  std::array<uint64_t, kPrefixBytes + 1> kept = {};
  for (size_t size = 1; size <= kPrefixBytes; ++size) {
    kept[size] = ~uint64_t{0} << (8 * (kPrefixBytes - size));
  }
  return kept;
}
constexpr std::array<uint64_t, kPrefixBytes + 1> kKept = MakeKept();

}  // namespace

size_t PassBetweenPortably(const uint8_t** bytes, const int32_t* lengths, size_t count,
                           uint64_t min, uint64_t max) {
  constexpr size_t kStep = 4;
  if (max <= min) return 0;
  // One comparison for both sides: numbers up to `min` become the highest ones.
  const uint64_t between = max - min - 1;
  const uint8_t* at = *bytes;
  size_t passed = 0;
  for (; passed + kStep <= count; passed += kStep) {
    const uint8_t* value = at;
    bool any_outside = false;
    for (size_t i = 0; i < kStep; ++i) {
      const auto length = static_cast<size_t>(lengths[passed + i]);
      uint64_t word;
      std::memcpy(&word, value, kPrefixBytes);
      const uint64_t prefix = __builtin_bswap64(word) & kKept[std::min(length, kPrefixBytes)];
      any_outside |= prefix - min - 1 >= between;
      value += length;
    }
    if (any_outside) break;
    at = value;
  }
  *bytes = at;
  return passed;
}

}  // namespace pyforge::parquet
