// Dates and times as text: one grammar for all layouts, shared by evidence and kernels. A value is
// taken apart into its fields and its traits; a layout is the set of traits that it allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "schema/text_type.h"

namespace pyforge::schema {

/// What can be told from one value about its layout; bits, to be united over the values of a
/// column.
using TemporalTraits = uint32_t;
inline constexpr TemporalTraits kDateOnly = 1u << 0;
inline constexpr TemporalTraits kDateAndTime = 1u << 1;
inline constexpr TemporalTraits kTimeOnly = 1u << 2;
inline constexpr TemporalTraits kDash = 1u << 3;
inline constexpr TemporalTraits kSlash = 1u << 4;
inline constexpr TemporalTraits kDot = 1u << 5;
inline constexpr TemporalTraits kBlank = 1u << 6;
inline constexpr TemporalTraits kCompact = 1u << 7;  ///< 20241231
inline constexpr TemporalTraits kMonthNumber = 1u << 8;
inline constexpr TemporalTraits kMonthName = 1u << 9;
inline constexpr TemporalTraits kFourDigitYear = 1u << 10;
inline constexpr TemporalTraits kTwoDigitYear = 1u << 11;
inline constexpr TemporalTraits kBlankBeforeTime = 1u << 12;
inline constexpr TemporalTraits kTBeforeTime = 1u << 13;
inline constexpr TemporalTraits kSeconds = 1u << 14;
inline constexpr TemporalTraits kNoSeconds = 1u << 15;
inline constexpr TemporalTraits kTwelveHours = 1u << 16;
inline constexpr TemporalTraits kTwentyFourHours = 1u << 17;
inline constexpr TemporalTraits kZone = 1u << 18;
inline constexpr TemporalTraits kNoZone = 1u << 19;
inline constexpr TemporalTraits kUnpadded = 1u << 20;         ///< a day, month or hour of one digit
inline constexpr TemporalTraits kCommaBeforeTime = 1u << 21;  ///< and a blank

/// Sets of orders, a bit for each DateOrder.
inline constexpr uint8_t OrderBit(DateOrder order) {
  return static_cast<uint8_t>(1u << static_cast<unsigned>(order));
}
inline constexpr uint8_t kAnyOrder = 7;

struct ParsedTemporal {
  TemporalTraits traits = 0;
  uint8_t orders = 0;  ///< under which the date is in the calendar; 0 without a date
  int fields[3] = {};  ///< of the date, as written; a month's name as its number
  int64_t micros = 0;  ///< since midnight, local
  int zone_minutes = 0;
};

/// Takes a date, a time or both apart; false when the text is none. Years 1 to 9999, real calendar,
/// hours 0 to 23, no leap seconds; of a fraction only the first six digits may be other than zero.
/// Years before and after these have a sign, +10000-01-01 and -0001-12-31 (ISO 8601 4.1.2.4), year
/// 0 too, since 0000-01-01 most often means no date at all; they end where microseconds do.
bool ParseTemporal(const char* text, size_t bytes, ParsedTemporal* out);

/// Days since 1970-01-01 under an order that is in `parsed.orders`.
int32_t DaysOf(const ParsedTemporal& parsed, DateOrder order);
/// Microseconds since 1970-01-01 00:00, in UTC where there is a zone.
int64_t MicrosOf(const ParsedTemporal& parsed, DateOrder order);

/// The traits that values of a column of this kind and layout may have.
TemporalTraits AllowedTraits(TextKind kind, const TemporalLayout& layout);

/// The one layout of values with these united traits; false when they do not agree on one.
bool LayoutOf(TemporalTraits traits, DateOrder order, TemporalLayout* layout);

/// In small letters, January first.
inline constexpr std::string_view kMonthNames[] = {"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};

inline constexpr int64_t kMicrosPerDay = 86'400'000'000;
/// The days since 1970-01-01, in the past and in the future, whose midnights 64 bits of
/// microseconds can tell.
inline constexpr int64_t kDaysMax = INT64_MAX / kMicrosPerDay;
inline constexpr int kTwoDigitYearPivot = 69;  ///< 69 is 1969, 68 is 2068

}  // namespace pyforge::schema
