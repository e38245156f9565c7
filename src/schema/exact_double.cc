#include "schema/exact_double.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace pyforge::schema {
namespace {

constexpr uint64_t kFifteenDigits = 1'000'000'000'000'000;
constexpr uint64_t kSeventeenDigits = 100'000'000'000'000'000;

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// Takes off trailing zeros, so that equal numbers have equal parts.
void Normalize(uint64_t* digits, int32_t* power) {
  while (*digits != 0 && *digits % 10 == 0) {
    *digits /= 10;
    ++*power;
  }
}

// Reads what to_chars wrote in scientific form.
void ReadScientific(const char* p, const char* end, uint64_t* digits, int32_t* power) {
  *digits = 0;
  *power = 0;
  bool fraction = false;
  for (; p != end && *p != 'e'; ++p) {
    if (*p == '.') {
      fraction = true;
      continue;
    }
    *digits = *digits * 10 + static_cast<unsigned>(*p - '0');
    if (fraction) --*power;
  }
  ++p;  // the exponent's letter; its sign is always written
  const bool negative = *p++ == '-';
  int exponent = 0;
  std::from_chars(p, end, exponent);
  *power += negative ? -exponent : exponent;
  Normalize(digits, power);
}

// `digits` and `power` are normalized.
bool PrintsAs(double value, uint64_t digits, int32_t power) {
  char text[32];
  uint64_t printed_digits = 0;
  int32_t printed_power = 0;
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  ReadScientific(text, end, &printed_digits, &printed_power);
  if (printed_digits == digits && printed_power == power) return true;
  end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 16).ptr;
  ReadScientific(text, end, &printed_digits, &printed_power);
  return printed_digits == digits && printed_power == power;
}

}  // namespace

bool ExactDoubleByPrinting(uint64_t digits, int32_t power, double* value) {
  if (digits == 0) {
    *value = 0;
    return true;
  }
  Normalize(&digits, &power);
  if (digits >= kSeventeenDigits || power > 400 || power < -400) return false;
  char text[48];
  char* end = std::to_chars(text, text + 24, digits).ptr;
  *end++ = 'e';
  end = std::to_chars(end, text + sizeof text, power).ptr;
  double parsed = 0;
  if (fast_float::from_chars(text, end, parsed).ec != std::errc()) return false;
  if (parsed == 0 || std::isinf(parsed)) return false;
  *value = parsed;
  if (digits < kFifteenDigits && parsed >= std::numeric_limits<double>::min()) return true;
  return PrintsAs(parsed, digits, power);
}

bool ExactDouble(uint64_t digits, int32_t power, double* value) {
  if (digits < kFifteenDigits && power <= 22 && power >= -22) {
    // Both are doubles exactly, so that one correctly rounded operation gives the nearest.
    const auto exact = static_cast<double>(digits);
    *value = power < 0 ? exact / kPowersOfTen[-power] : exact * kPowersOfTen[power];
    return true;
  }
  return ExactDoubleByPrinting(digits, power, value);
}

}  // namespace pyforge::schema
