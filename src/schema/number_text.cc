#include "schema/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "schema/characters.h"
#include "schema/exact_double.h"

namespace pyforge::schema {
namespace {

constexpr int kDigitsMax = 19;  // what a uint64_t always holds

bool EqualsWord(const char* text, size_t bytes, std::string_view word) {
  if (bytes != word.size()) return false;
  for (size_t i = 0; i < bytes; ++i) {
    if (LowerLetter(text[i]) != word[i]) return false;
  }
  return true;
}

// Collects decimal digits; zeros beyond the 19th significant one only raise the power.
struct DigitCollector {
  uint64_t digits = 0;
  int significant = 0;
  int32_t dropped = 0;
  bool is_exact = true;

  void Add(char c) {
    const auto digit = static_cast<unsigned>(c - '0');
    if (significant < kDigitsMax) {
      digits = digits * 10 + digit;
      if (digits != 0) ++significant;
    } else {
      ++dropped;
      if (digit != 0) is_exact = false;
    }
  }
  const char* AddRun(const char* p, const char* end) {
    for (; p != end && IsDigit(*p); ++p) Add(*p);
    return p;
  }
};

bool ParseWord(const char* p, const char* end, ParsedNumber* out) {
  const auto bytes = static_cast<size_t>(end - p);
  if (!out->negative && EqualsWord(p, bytes, "nan")) {
    out->is_nan = true;
    return true;
  }
  if (EqualsWord(p, bytes, "inf") || EqualsWord(p, bytes, "infinity")) {
    out->is_infinite = true;
    return true;
  }
  return false;
}

// The exponent's value, held to what no double survives; null when there are no digits.
const char* ParseExponent(const char* p, const char* end, int32_t* exponent) {
  bool negative = false;
  if (p != end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end || !IsDigit(*p)) return nullptr;
  int32_t value = 0;
  for (; p != end && IsDigit(*p); ++p) {
    if (value < 100000) value = value * 10 + (*p - '0');
  }
  *exponent = negative ? -value : value;
  return p;
}

}  // namespace

bool ParseNumber(const char* text, size_t bytes, NumberFormat format, ParsedNumber* out) {
  *out = {};
  const char* p = text;
  const char* const end = text + bytes;
  if (p != end && *p == '-') {
    out->negative = true;
    ++p;
  }
  if (p == end) return false;
  DigitCollector collector;
  const char* const first = p;
  p = collector.AddRun(p, end);
  auto integer_digits = p - first;
  if (integer_digits == 0 && *p != format.point) return ParseWord(p, end, out);
  if (integer_digits > 1 && *first == '0') return false;
  if (format.group != 0 && p != end && *p == format.group) {
    if (integer_digits == 0 || integer_digits > 3 || *first == '0') return false;
    while (p != end && *p == format.group) {
      const char* const group = p + 1;
      p = collector.AddRun(group, end);
      if (p - group != 3) return false;
      integer_digits += 3;
    }
    out->has_group = true;
  }
  if (p != end && *p == format.point) {
    const char* const fraction = p + 1;
    p = collector.AddRun(fraction, end);
    if (integer_digits == 0 && p == fraction) return false;
    out->has_point = true;
    out->scale = static_cast<int32_t>(p - fraction);
  }
  int32_t exponent = 0;
  if (p != end && LowerLetter(*p) == 'e') {
    p = ParseExponent(p + 1, end, &exponent);
    if (p == nullptr) return false;
    out->has_exponent = true;
  }
  if (p != end) return false;
  out->digits = collector.digits;
  out->is_exact = collector.is_exact;
  out->power = collector.dropped - out->scale + exponent;
  out->integer_digits = integer_digits == 0 ? 1 : static_cast<int32_t>(integer_digits);
  return true;
}

bool FitsInt64(const ParsedNumber& number, int64_t* value) {
  if (!number.is_integer() || number.power != 0) return false;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (number.negative) {
    if (number.digits == 0 || number.digits > kMax + 1) return false;
    *value = static_cast<int64_t>(~number.digits + 1);
    return true;
  }
  if (number.digits > kMax) return false;
  *value = static_cast<int64_t>(number.digits);
  return true;
}

bool FitsDouble(const ParsedNumber& number, double* value) {
  double magnitude = 0;
  if (number.is_nan) {
    *value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (number.is_infinite) {
    magnitude = std::numeric_limits<double>::infinity();
  } else if (number.is_integer()) {
    if (number.power != 0 || number.digits > kExactIntegerMax) return false;
    magnitude = static_cast<double>(number.digits);
  } else {
    if (!number.is_exact || !ExactDouble(number.digits, number.power, &magnitude)) return false;
  }
  *value = number.negative ? -magnitude : magnitude;
  return true;
}

bool FitsDecimal(const char* text, size_t bytes, const ParsedNumber& number, int precision,
                 int scale, bool fixed_scale, Int128* value) {
  if (number.is_word() || number.has_exponent || number.scale > scale) return false;
  if (fixed_scale && number.scale != scale) return false;
  // Digits are limited first, so that 38 of them never overflow the 127 bits.
  UInt128 sum = 0;
  int significant = 0;
  for (size_t i = 0; i < bytes; ++i) {
    if (!IsDigit(text[i])) continue;
    sum = sum * 10 + static_cast<unsigned>(text[i] - '0');
    if (sum != 0 && ++significant > precision) return false;
  }
  for (int i = number.scale; i < scale; ++i) {
    sum *= 10;
    if (sum != 0 && ++significant > precision) return false;
  }
  *value = number.negative ? -static_cast<Int128>(sum) : static_cast<Int128>(sum);
  return true;
}

bool IsCodeOfDigits(const char* text, size_t bytes) {
  if (bytes == 0) return false;
  size_t i = text[0] == '+' || text[0] == '-' ? 1 : 0;
  if (i == bytes || (text[0] != '+' && text[i] != '0')) return false;
  for (; i < bytes; ++i) {
    if (!IsDigit(text[i])) return false;
  }
  return true;
}

}  // namespace pyforge::schema
