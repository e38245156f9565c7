// Powers of ten to more places than a double has.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "schema/number_text.h"

namespace pyforge::schema {

/// Powers of ten as 128 bits, the highest set, times a power of two; cut off, never rounded up.
struct PowerOfTen {
  uint64_t high = 0;
  uint64_t low = 0;
  int32_t exponent = 0;
};

inline constexpr int32_t kPowerMin = -60;
inline constexpr int32_t kPowerMax = 55;

// 256 bits, the lowest word first.
using Wide = std::array<uint64_t, 4>;

constexpr int LeadingZeros(const Wide& wide) {
  int zeros = 0;
  for (size_t i = wide.size(); i-- > 0;) {
    if (wide[i] != 0) return zeros + std::countl_zero(wide[i]);
    zeros += 64;
  }
  return zeros;
}

constexpr Wide ShiftLeft(const Wide& wide, int bits) {
  Wide shifted = {};
  const auto words = static_cast<size_t>(bits / 64);
  const int rest = bits % 64;
  for (size_t i = words; i < wide.size(); ++i) {
    shifted[i] = wide[i - words] << rest;
    if (rest != 0 && i > words) shifted[i] |= wide[i - words - 1] >> (64 - rest);
  }
  return shifted;
}

constexpr PowerOfTen CutOff(const Wide& wide, int32_t exponent) {
  return {wide[3], wide[2], exponent + 128};
}

// What is lost below 256 bits in sixty steps does not reach the 128 that are kept.
constexpr auto MakePowersOfTen() {
  std::array<PowerOfTen, kPowerMax - kPowerMin + 1> powers = {};
  Wide wide = {0, 0, 0, uint64_t{1} << 63};
  int32_t exponent = -255;
  for (int32_t power = 0; power <= kPowerMax; ++power) {
    powers[static_cast<size_t>(power - kPowerMin)] = CutOff(wide, exponent);
    // Times five eighths, which cannot overflow, and the rest of ten as a power of two.
    UInt128 carry = 0;
    Wide product = {};
    for (size_t i = 0; i < wide.size(); ++i) {
      const UInt128 sum = UInt128{wide[i]} * 5 + carry;
      product[i] = static_cast<uint64_t>(sum);
      carry = sum >> 64;
    }
    for (size_t i = 0; i < wide.size(); ++i) {
      const uint64_t above = i + 1 < wide.size() ? product[i + 1] : static_cast<uint64_t>(carry);
      wide[i] = product[i] >> 3 | above << 61;
    }
    const int zeros = LeadingZeros(wide);
    wide = ShiftLeft(wide, zeros);
    exponent += 4 - zeros;
  }
  wide = {0, 0, 0, uint64_t{1} << 63};
  exponent = -255;
  for (int32_t power = -1; power >= kPowerMin; --power) {
    uint64_t remainder = 0;
    for (size_t i = wide.size(); i-- > 0;) {
      const UInt128 dividend = UInt128{remainder} << 64 | wide[i];
      wide[i] = static_cast<uint64_t>(dividend / 5);
      remainder = static_cast<uint64_t>(dividend % 5);
    }
    const int zeros = LeadingZeros(wide);
    wide = ShiftLeft(wide, zeros);
    exponent -= 1 + zeros;
    powers[static_cast<size_t>(power - kPowerMin)] = CutOff(wide, exponent);
  }
  return powers;
}

inline constexpr auto kPowers = MakePowersOfTen();

/// The sum of two doubles, which is known to 104 bits: one without and one with the lower bits.
struct PowerAsDoubles {
  double high = 0;
  double low = 0;
};

/// The upper 53 bits of mantissa * 2^exponent, cut off.
constexpr double CutToDouble(UInt128 mantissa, int32_t exponent) {
  const auto upper = static_cast<uint64_t>(mantissa >> 64);
  const int zeros =
      upper != 0 ? std::countl_zero(upper) : 64 + std::countl_zero(static_cast<uint64_t>(mantissa));
  if (zeros == 128) return 0;
  const auto bits = static_cast<uint64_t>(mantissa << zeros >> 75);
  const int biased = exponent + 75 - zeros + 52 + 1023;
  return std::bit_cast<double>((static_cast<uint64_t>(biased) << 52) +
                               (bits - (uint64_t{1} << 52)));
}

inline constexpr auto kPowersAsDoubles = [] {
  std::array<PowerAsDoubles, kPowers.size()> powers = {};
  for (size_t i = 0; i < powers.size(); ++i) {
    const UInt128 mantissa = UInt128{kPowers[i].high} << 64 | kPowers[i].low;
    const UInt128 lower = mantissa & ((UInt128{1} << 75) - 1);
    powers[i] = {CutToDouble(mantissa, kPowers[i].exponent),
                 CutToDouble(lower, kPowers[i].exponent)};
  }
  return powers;
}();

}  // namespace pyforge::schema
