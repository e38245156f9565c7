#include "schema/exact_double.h"

#include <fast_float/fast_float.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "schema/number_text.h"
#include "schema/powers_of_ten.h"

namespace pyforge::schema {
namespace {

// All numbers of so many digits are below.
constexpr uint64_t kFifteenDigits = 1'000'000'000'000'000;
constexpr uint64_t kSixteenDigits = 10'000'000'000'000'000;
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

// What one product of 64 and 128 bits tells of a number.
struct NearestDouble {
  double value;
  bool fits;     // the double gives the number back
  bool settled;  // false: too close to call, or beyond what the product is for
};

// Is left less, or greater, than right, where both are known but for a few units in the last places
// of a double? Neither: too close to call.
struct Order {
  Order(double left, double right)
      : less(left < right * (1 - kMargin)), greater(left > right * (1 + kMargin)) {}
  static constexpr double kMargin = 1e-9;
  bool less, greater;
};

// Finds the double and how far it is from the number. Which of the questions matter is different
// from value to value in a column, so that all are answered, without branches: a branch that is
// mispredicted costs as much as all of this.
inline NearestDouble FindNearest(uint64_t digits, int32_t power) {
  const auto index = static_cast<uint32_t>(power - kPowerMin);
  const bool in_table = index < kPowers.size();
  const PowerOfTen& ten = kPowers[in_table ? index : 0];
  const int zeros = std::countl_zero(digits | 1);
  const uint64_t normal = digits << zeros;
  const UInt128 product =
      UInt128{normal} * ten.high + static_cast<uint64_t>((UInt128{normal} * ten.low) >> 64);
  const auto high = static_cast<uint64_t>(product >> 64);
  const auto low = static_cast<uint64_t>(product);
  const int shift = 10 + static_cast<int>(high >> 63);
  // What is left in units of 2^-64 of the mantissa's last place; the true rest is this or one more.
  const uint64_t rest = high << (64 - shift) | low >> shift;
  constexpr uint64_t kHalf = uint64_t{1} << 63;
  const uint64_t mantissa = (high >> shift) + (rest >> 63);
  const int exponent = ten.exponent + 128 - zeros + shift + 52 + 1023;
  // A mantissa that became 2^53 raises the exponent by itself.
  const uint64_t bits = (static_cast<uint64_t>(exponent) << 52) + (mantissa - (uint64_t{1} << 52));

  const bool is_long = digits >= kFifteenDigits;
  const bool has_seventeen = digits >= kSixteenDigits;
  const uint64_t last_digit = digits % 10;
  bool settled = in_table & (digits != 0) & (digits < kSeventeenDigits) & (rest + 2 - kHalf > 4) &
                 (exponent >= 1) & (exponent <= 2045);
  // Zeros at the end do not count as digits.
  settled &= !is_long | (last_digit != 0);

  // From here on in units of the mantissa's last place.
  const double size = static_cast<double>(static_cast<int64_t>(mantissa));
  const double above = static_cast<double>(static_cast<int64_t>(rest)) * 0x1p-64;
  const double whole = static_cast<double>(static_cast<int64_t>(digits));
  // Printed with 17 digits the double gives the number if it is nearer than half a unit of these.
  const double twice_off = std::fabs(above) * 2 * whole;
  const Order by_seventeen(has_seventeen ? twice_off : twice_off * 10, size);
  // With as few digits as tell it from its neighbours, if it is nearer than half a unit of sixteen
  // and no number of 15 digits is the same double.
  const Order by_sixteen(twice_off, size);
  const double unit = size / whole;
  const auto last = static_cast<double>(static_cast<int64_t>(last_digit));
  const double to_below = last * unit - above;
  const double to_above = (10 - last) * unit + above;
  const Order by_shortest(0.5, to_below < to_above ? to_below : to_above);
  // Below a power of two its neighbours are nearer than above.
  const bool may_be_short = !has_seventeen & by_seventeen.greater & !std::has_single_bit(mantissa);
  const bool fits =
      !is_long | by_seventeen.less | (may_be_short & by_sixteen.less & by_shortest.less);
  const bool fails =
      (has_seventeen & by_seventeen.greater) |
      (may_be_short & (by_sixteen.greater | (by_sixteen.less & by_shortest.greater)));
  settled &= fits | fails;
  return {std::bit_cast<double>(bits), fits, settled};
}

}  // namespace

bool ExactDoubleByPrinting(uint64_t digits, int32_t power, double* value) {
  if (digits == 0) {
    *value = 0;
    return true;
  }
  Normalize(&digits, &power);
  if (digits >= kSeventeenDigits || power > 400 || power < -400) return false;
  char text[48] = {};
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
  if (digits >= kFifteenDigits) {
    Normalize(&digits, &power);
    if (digits >= kSeventeenDigits) return false;
  }
  if (digits < kFifteenDigits && power <= 22 && power >= -22) {
    // Both are doubles exactly, so that one correctly rounded operation gives the nearest.
    const auto exact = static_cast<double>(digits);
    *value = power < 0 ? exact / kPowersOfTen[-power] : exact * kPowersOfTen[power];
    return true;
  }
  const NearestDouble nearest = FindNearest(digits, power);
  if (!nearest.settled) return ExactDoubleByPrinting(digits, power, value);
  *value = nearest.value;
  return nearest.fits;
}

}  // namespace pyforge::schema
