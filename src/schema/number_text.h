// Numbers as text: the grammar that evidence and kernels share, and the question whether a double
// holds a number exactly as it was written.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pyforge::schema {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

struct NumberFormat {
  char point = '.';
  char group = 0;  ///< thousands mark; 0: none
};

/// A number taken apart. Its value is (negative ? -1 : 1) * digits * 10^power when is_exact.
struct ParsedNumber {
  uint64_t digits = 0;  ///< the first 19 significant ones
  int32_t power = 0;
  int32_t integer_digits = 0;  ///< before the point, at least 1
  int32_t scale = 0;           ///< digits after the point
  bool is_exact = true;        ///< all digits beyond the 19th are zeros
  bool negative = false;
  bool has_point = false;
  bool has_group = false;
  bool has_exponent = false;
  bool is_nan = false;       ///< the word "nan"
  bool is_infinite = false;  ///< the words "inf" and "infinity"
  bool is_word() const { return is_nan || is_infinite; }
  bool is_integer() const { return !has_point && !has_exponent && !is_word(); }
};

/// The largest integer up to which a double holds every integer.
inline constexpr uint64_t kExactIntegerMax = uint64_t{1} << 53;

/// Takes a number apart; false when the text is not one. No plus sign, no leading zeros, no blanks;
/// `5.` and `.5` are numbers; groups have three digits and the first one to three, and a number is
/// either grouped throughout or not at all.
bool ParseNumber(const char* text, size_t bytes, NumberFormat format, ParsedNumber* out);

/// The integer, when the number is one as int64 spells it: no `-0`, in range.
bool FitsInt64(const ParsedNumber& number, int64_t* value);

/// The double, when it gives the number back as written: an integer up to 2^53; else at most 15
/// significant digits, or 16 and 17 where printing the double with 17 digits, or with as few as
/// tell it from its neighbours, gives the same number.
bool FitsDouble(const ParsedNumber& number, double* value);

/// The number as an integer of `scale` decimals, when it has no more decimals than that (with
/// `fixed_scale` exactly as many) and no more than `precision` digits.
bool FitsDecimal(const char* text, size_t bytes, const ParsedNumber& number, int precision,
                 int scale, bool fixed_scale, Int128* value);

/// True for a run of digits, with or without a sign, that is no number only because of leading
/// zeros or a plus sign: ZIP codes, phone numbers.
bool IsCodeOfDigits(const char* text, size_t bytes);

}  // namespace pyforge::schema
