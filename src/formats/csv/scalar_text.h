// Numbers, dates and times as text. In the header because a call a value would show.
#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <arrow/type_fwd.h>

namespace pyforge::csv {

/// Each printer returns the end of what it wrote, and may write behind it within as many bytes.
inline constexpr size_t kScalarBytesMax = 48;

inline constexpr std::array<char, 200> kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

inline constexpr std::array<uint64_t, 20> kPowersOfTen = [] {
  std::array<uint64_t, 20> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// A value below 100.
inline char* PrintPair(uint32_t value, char* out) {
  std::memcpy(out, &kDigitPairs[2 * static_cast<size_t>(value)], 2);
  return out + 2;
}

inline constexpr uint64_t kEightDigits = 100'000'000;

/// The digits of a value below 10^8, the first one in the lowest byte: halves, pairs and digits are
/// parted side by side in one word.
inline uint64_t DigitBytes(uint32_t value) {
  const uint64_t halves = value / 10000 | uint64_t{value % 10000} << 32;
  const uint64_t hundreds = (halves * 10486 >> 20) & 0x0000007F0000007F;
  const uint64_t pairs = hundreds | (halves - hundreds * 100) << 16;
  const uint64_t tens = (pairs * 103 >> 10) & 0x000F000F000F000F;
  return tens | (pairs - tens * 10) << 8;
}

/// Writes eight bytes; those behind `count` digits mean nothing.
inline char* PutDigits(uint64_t digit_bytes, int count, char* out) {
  uint64_t text = digit_bytes | 0x3030303030303030;
  if constexpr (std::endian::native == std::endian::big) text = __builtin_bswap64(text);
  std::memcpy(out, &text, 8);
  return out + count;
}

/// The last `digits` digits, at most 16, of the value, zeros in front; up to seven bytes behind are
/// written too.
inline char* PrintPadded(uint64_t value, int digits, char* out) {
  if (digits > 8) {
    const auto front = static_cast<uint32_t>(value / kEightDigits % kEightDigits);
    out = PutDigits(DigitBytes(front) >> (8 * (16 - digits)), digits - 8, out);
    digits = 8;
  }
  return PutDigits(DigitBytes(static_cast<uint32_t>(value % kEightDigits)) >> (8 * (8 - digits)),
                   digits, out);
}

/// A value below 10^8; up to seven bytes behind are written too.
inline char* PrintFewDigits(uint32_t value, char* out) {
  const uint64_t digits = DigitBytes(value);
  // The last digit stays even where it is a zero.
  const int zeros = std::countr_zero(digits | uint64_t{1} << 56) / 8;
  return PutDigits(digits >> (8 * zeros), 8 - zeros, out);
}

/// At most 20 bytes; up to seven behind are written too.
inline char* PrintMagnitude(uint64_t value, char* out) {
  if (value < kEightDigits) return PrintFewDigits(static_cast<uint32_t>(value), out);
  const uint64_t front = value / kEightDigits;
  if (front < kEightDigits) {
    out = PrintFewDigits(static_cast<uint32_t>(front), out);
  } else {
    out = PrintFewDigits(static_cast<uint32_t>(front / kEightDigits), out);
    out = PrintPadded(front, 8, out);
  }
  return PrintPadded(value, 8, out);
}

template <typename Integer>
char* PrintInteger(Integer value, char* out) {
  using Wide = std::conditional_t<std::is_signed_v<Integer>, int64_t, uint64_t>;
  auto magnitude = static_cast<uint64_t>(static_cast<Wide>(value));
  if constexpr (std::is_signed_v<Integer>) {
    *out = '-';
    out += value < 0 ? 1 : 0;
    magnitude = value < 0 ? 0 - magnitude : magnitude;
  }
  return PrintMagnitude(magnitude, out);
}

/// The fewest digits that give the value back. A whole number keeps a `.0`, so that its reader
/// knows that the column is not one of integers.
template <typename Real>
char* PrintReal(Real value, char* out) {
  if (!std::isfinite(value)) {
    const std::string_view word = std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    std::memcpy(out, word.data(), word.size());
    return out + word.size();
  }
  const Real magnitude = std::abs(value);
  const bool is_fixed = magnitude == 0 || (magnitude >= static_cast<Real>(1e-5) &&
                                           magnitude < static_cast<Real>(1e16));
  char* const end =
      std::to_chars(out, out + kScalarBytesMax, value,
                    is_fixed ? std::chars_format::fixed : std::chars_format::scientific)
          .ptr;
  if (!is_fixed || std::memchr(out, '.', static_cast<size_t>(end - out)) != nullptr) return end;
  end[0] = '.';
  end[1] = '0';
  return end + 2;
}

/// Prints like PrintReal, but columns of few decimals, such as prices, much faster.
///
/// A double is m / 10^k for whole m < 10^15 where that division, of two exact doubles and so
/// correctly rounded, gives it. As no two decimals of at most 15 digits are the same double, m
/// without trailing zeros is the shortest text: what PrintReal finds the long way.
/// Threads: one at a time.
class RealPrinter {
 public:
  char* Print(double value, char* out) {
    const double magnitude = std::abs(value);
    if (!(magnitude < kMost) || (magnitude < kLeast && magnitude != 0)) {
      return PrintReal(value, out);
    }
    int decimals = decimals_;
    uint64_t digits = 0;
    if (!Scale(magnitude, decimals, &digits) && !Search(magnitude, &decimals, &digits)) {
      return PrintReal(value, out);
    }
    for (; decimals > 0 && digits % 10 == 0; --decimals) digits /= 10;
    if (std::signbit(value)) *out++ = '-';
    // The next whole number is another decimal of 15 digits, so the value was not rounded up to it.
    const auto whole = static_cast<uint64_t>(magnitude);
    out = PrintInteger(whole, out);
    *out++ = '.';
    if (decimals == 0) {
      *out++ = '0';
      return out;
    }
    return PrintPadded(digits - whole * kPowersOfTen[static_cast<size_t>(decimals)], decimals, out);
  }

 private:
  static constexpr double kMost = 1e15;
  static constexpr double kLeast = 1e-5;
  static constexpr int kDecimalsMax = 15;
  static constexpr uint32_t kMissesMax = 16;
  static constexpr uint32_t kMissesBetween = 64;

  static bool Scale(double magnitude, int decimals, uint64_t* digits) {
    const auto power = static_cast<double>(kPowersOfTen[static_cast<size_t>(decimals)]);
    const double scaled = magnitude * power + 0.5;
    if (scaled >= kMost) return false;
    const auto whole = static_cast<int64_t>(scaled);
    *digits = static_cast<uint64_t>(whole);
    return static_cast<double>(whole) / power == magnitude;
  }

  // Where values have all their digits, most searches are in vain and most are left out.
  bool Search(double magnitude, int* decimals, uint64_t* digits) {
    if (misses_ >= kMissesMax && ++misses_ % kMissesBetween != 0) return false;
    for (int i = 0; i <= kDecimalsMax; ++i) {
      if (!Scale(magnitude, i, digits)) continue;
      *decimals = i;
      if (i > decimals_) decimals_ = i;
      misses_ = 0;
      return true;
    }
    ++misses_;
    return false;
  }

  int decimals_ = 0;  // tried first
  uint32_t misses_ = 0;
};

struct CivilDate {
  uint32_t year, month, day;
};

/// Whether PrintDate writes a year of four digits, without a sign.
inline bool HasPlainYear(int64_t days) {
  constexpr int64_t kYear1 = -719162;
  constexpr int64_t kYear9999End = 2932896;
  return days >= kYear1 && days <= kYear9999End;
}

/// Of days since 1970-01-01 with a plain year, in the proleptic Gregorian calendar.
inline CivilDate CivilDateOf(int64_t days) {
  // Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms":
  // years are counted from March, and multiplications take the place of divisions.
  const auto shifted = static_cast<uint32_t>(days + 719468);
  const uint32_t century = (4 * shifted + 3) / 146097;
  const uint32_t day_of_century = (4 * shifted + 3) % 146097 / 4;
  const uint64_t years = uint64_t{2939745} * (4 * day_of_century + 3);
  const uint32_t day_of_year = static_cast<uint32_t>(years) / 2939745 / 4;
  const uint32_t months = 2141 * day_of_year + 197913;
  const bool is_next_year = day_of_year >= 306;
  return {.year = 100 * century + static_cast<uint32_t>(years >> 32) + (is_next_year ? 1 : 0),
          .month = (months >> 16) - (is_next_year ? 12 : 0),
          .day = (months & 0xFFFF) / 2141 + 1};
}

/// Of any year. \see PrintDate
char* PrintFarDate(int64_t days, char* out);

/// Days since 1970-01-01 as yyyy-mm-dd in the proleptic Gregorian calendar; a year outside 1 to
/// 9999 has a sign.
inline char* PrintDate(int64_t days, char* out) {
  if (!HasPlainYear(days)) return PrintFarDate(days, out);
  const CivilDate date = CivilDateOf(days);
  out = PrintPair(date.year / 100, out);
  out = PrintPair(date.year % 100, out);
  *out++ = '-';
  out = PrintPair(date.month, out);
  *out++ = '-';
  return PrintPair(date.day, out);
}

inline int64_t UnitsPerSecond(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1;
    case arrow::TimeUnit::MILLI:
      return 1000;
    case arrow::TimeUnit::MICRO:
      return 1000000;
    case arrow::TimeUnit::NANO:
      break;
  }
  return 1000000000;
}

template <int64_t kPerSecond>
char* PrintTimeOfDay(int64_t value, char* out) {
  constexpr uint64_t kHundredHours = 360000;
  const auto seconds = static_cast<uint64_t>(value / kPerSecond);
  const auto fraction = static_cast<uint64_t>(value % kPerSecond);
  if (seconds < kHundredHours) {
    const auto few = static_cast<uint32_t>(seconds);
    out = PrintPair(few / 3600, out);
    *out++ = ':';
    out = PrintPair(few / 60 % 60, out);
    *out++ = ':';
    out = PrintPair(few % 60, out);
  } else {  // no time of a day
    out = PrintPadded(seconds / 3600, 2, out);
    *out++ = ':';
    out = PrintPadded(seconds / 60 % 60, 2, out);
    *out++ = ':';
    out = PrintPadded(seconds % 60, 2, out);
  }
  if (fraction == 0) return out;
  constexpr int kDigits = kPerSecond == 1000 ? 3 : kPerSecond == 1000000 ? 6 : 9;
  *out++ = '.';
  return PrintPadded(fraction, kDigits, out);
}

template <int64_t kPerSecond>
char* PrintTimestamp(int64_t value, char* out) {
  constexpr int64_t kPerDay = 86400 * kPerSecond;
  int64_t days = value / kPerDay;
  int64_t rest = value % kPerDay;
  if (rest < 0) {
    --days;
    rest += kPerDay;
  }
  out = PrintDate(days, out);
  *out++ = 'T';
  return PrintTimeOfDay<kPerSecond>(rest, out);
}

/// hh:mm:ss, with the unit's digits behind the point where they are not all zero.
inline char* PrintTimeOfDay(int64_t value, arrow::TimeUnit::type unit, char* out) {
  // Divisions by constants are far cheaper.
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return PrintTimeOfDay<1>(value, out);
    case arrow::TimeUnit::MILLI:
      return PrintTimeOfDay<1000>(value, out);
    case arrow::TimeUnit::MICRO:
      return PrintTimeOfDay<1000000>(value, out);
    case arrow::TimeUnit::NANO:
      break;
  }
  return PrintTimeOfDay<1000000000>(value, out);
}

inline char* PrintTimestamp(int64_t value, arrow::TimeUnit::type unit, bool has_zone, char* out) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      out = PrintTimestamp<1>(value, out);
      break;
    case arrow::TimeUnit::MILLI:
      out = PrintTimestamp<1000>(value, out);
      break;
    case arrow::TimeUnit::MICRO:
      out = PrintTimestamp<1000000>(value, out);
      break;
    case arrow::TimeUnit::NANO:
      out = PrintTimestamp<1000000000>(value, out);
      break;
  }
  if (has_zone) *out++ = 'Z';
  return out;
}

}  // namespace pyforge::csv
