// Up to 32 digits in a vector register; empty where there is no AVX2.
#pragma once

#include "base/x86_vectors.h"

#if defined(__x86_64__)

#include <array>
#include <cstddef>
#include <cstdint>

namespace pyforge::schema {

PYFORGE_AVX2 inline uint32_t ByteMask(__m256i bytes) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(bytes));
}

// 32 ones and 32 zeros: loading from the right place masks any number of bytes.
inline constexpr auto kOnesThenZeros = [] {
  std::array<uint8_t, 64> bytes = {};
  for (size_t i = 0; i < 32; ++i) bytes[i] = 0xFF;
  return bytes;
}();

PYFORGE_AVX2 inline __m256i FirstBytes(int count) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kOnesThenZeros.data() + (32 - count)));
}

// 32 digits as two numbers of sixteen.
struct DigitHalves {
  uint64_t upper, lower;
};

PYFORGE_AVX2 inline DigitHalves CombineLong(__m256i digits) {
  const __m256i pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010A));
  const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00010064));
  const __m256i eights =
      _mm256_madd_epi16(_mm256_packus_epi32(fours, fours), _mm256_set1_epi32(0x00012710));
  const auto number = [](uint64_t halves) {
    return (halves & 0xFFFFFFFF) * 100'000'000 + (halves >> 32);
  };
  return {number(static_cast<uint64_t>(_mm256_extract_epi64(eights, 0))),
          number(static_cast<uint64_t>(_mm256_extract_epi64(eights, 2)))};
}

PYFORGE_AVX2 inline uint32_t DigitBits(__m256i less_zero) {
  return static_cast<uint32_t>(_mm256_movemask_epi8(
      _mm256_cmpeq_epi8(_mm256_min_epu8(less_zero, _mm256_set1_epi8(9)), less_zero)));
}

inline constexpr uint64_t kTenToSixteen = 10'000'000'000'000'000;

}  // namespace pyforge::schema

#endif
