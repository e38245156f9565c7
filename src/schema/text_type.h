// How the text of a column becomes values: the type that was decided for it and the exact spelling
// rules under which text is accepted as that type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/type_fwd.h>

namespace pyforge::schema {

/// From narrow to wide; kText is the top of the lattice: every text fits it.
enum class TextKind : uint8_t {
  kNull,       ///< no value was seen
  kBool,       ///< true/false, yes/no, t/f, any case
  kInt64,      ///< canonical integers: no leading zeros, no plus sign
  kDecimal,    ///< decimal128(precision, scale)
  kDouble,     ///< numbers that a double gives back exactly as written
  kDate,       ///< date32
  kTime,       ///< time64(us)
  kTimestamp,  ///< timestamp(us), or timestamp(us, UTC) where every value has a zone
  kText,
};

enum class DateOrder : uint8_t { kYmd, kDmy, kMdy };

/// The one layout that all dates or timestamps of a column share.
struct TemporalLayout {
  DateOrder order = DateOrder::kYmd;
  char separator = '-';          ///< `-`, `/`, `.`, ` `; 0: none (20241231)
  bool month_names = false;      ///< 31-Dec-2024
  bool two_digit_years = false;  ///< pivot 69
  bool unpadded = false;         ///< 1/2/2024 and 9:05 as well as 01/02/2024 and 09:05
  bool has_time = false;
  char date_time_separator = ' ';  ///< ' ', 'T' or ',', which a blank follows
  bool has_seconds = true;
  bool twelve_hours = false;       ///< AM/PM
  int8_t fraction_digits_max = 0;  ///< of a second; 0 or 6: values may have fewer
  bool has_zone = false;           ///< Z or +hh:mm; values become UTC
  friend bool operator==(const TemporalLayout&, const TemporalLayout&) = default;
};

struct TextType {
  TextKind kind = TextKind::kText;
  int8_t precision = 0;      ///< kDecimal
  int8_t scale = 0;          ///< kDecimal
  bool fixed_scale = false;  ///< kDecimal: every value is written with exactly `scale` decimals
  char decimal_point = '.';  ///< numbers
  char group_mark = 0;       ///< thousands mark; 0: none
  TemporalLayout layout = {};
  std::shared_ptr<arrow::DataType> arrow_type() const;
  /// "int64", "double as 1.234,5", "timestamp[us] as dd/mm/yyyy hh:mm".
  std::string ToString() const;
  friend bool operator==(const TextType&, const TextType&) = default;
};

}  // namespace pyforge::schema
