// How a column spells its values, as a short pattern for people and for schema files:
// `dd/mm/yyyy hh:mm:ss`, `1.234,5`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"
#include "schema/text_type.h"

namespace pyforge::schema {

/// The pattern of a type; empty where nothing is special about the spelling.
///
/// Dates: `yyyy` or `yy`, `mm`, `mon` (a month's English name; `month`, the whole of it, where
/// dates are written), `dd`; `m` and `d` where one digit is enough. Times: `hh` or `h`, `mm`, `ss`,
/// `.ffffff` (up to six digits, may be missing), `AM` or `am` (twelve hours), `Z` (any zone).
/// Numbers: an example, `1234,5`, `1.234,5`; `0.00` where every number has two decimals.
std::string PrintFormat(const TextType& type);

/// Sets on `type`, whose kind is set, the rules that the pattern states. Dates and times may be
/// spelt as strptime(3) does too: %Y %y %m %b %B %d %H %I %p %M %S %f %z %F %T %R, and %-m %-d %-H
/// %-I where one digit is enough. Errors: schema.bad_format.
Status ParseFormat(std::string_view pattern, TextType* type);

/// One part of a pattern for writing dates and times.
struct PatternPart {
  enum class Kind : uint8_t {
    kText,  ///< `text` as it stands
    kYear,
    kMonth,
    kNamedMonth,
    kDay,
    kHour,
    kHourOfHalf,  ///< 1 to 12
    kMinute,
    kSecond,
    kFraction,   ///< the first `width` digits of it
    kHalfOfDay,  ///< `text` is its first letter before noon: A or a
    kUtc         ///< Z
  };
  Kind kind = Kind::kText;
  /// Digits at least; 2 of a year: the last two. Letters of a month's name: 3, or 0 for all.
  uint8_t width = 0;
  char text = 0;
  friend bool operator==(const PatternPart&, const PatternPart&) = default;
};

/// The parts of a pattern that ParseFormat takes for `kind`, which is kDate or kTimestamp.
/// Fractions have as many digits as the pattern has `f`, at most nine. Errors: schema.bad_format.
Result<std::vector<PatternPart>> SplitFormat(std::string_view pattern, TextKind kind);

}  // namespace pyforge::schema
