#include "schema/temporal_text.h"

#include <bit>
#include <chrono>
#include <cstdlib>

#include "schema/characters.h"
#include "schema/number_text.h"

namespace pyforge::schema {
namespace {

// What is left of the text.
struct Cursor {
  const char* p;
  const char* end;

  bool done() const { return p == end; }
  char peek() const { return p == end ? '\0' : *p; }
  bool Take(char c) {
    if (peek() != c || p == end) return false;
    ++p;
    return true;
  }
  // Reads up to `max` digits; returns how many.
  int Digits(int max, int* value) {
    int count = 0;
    *value = 0;
    for (; count < max && p != end && IsDigit(*p); ++count) *value = *value * 10 + (*p++ - '0');
    return count;
  }
  bool AtDigit() const { return p != end && IsDigit(*p); }
};

// English month names, whole or their first three letters (also "sept"); 0: none.
int TakeMonthName(Cursor* cursor) {
  const char* const first = cursor->p;
  while (cursor->p != cursor->end && IsLetter(*cursor->p)) ++cursor->p;
  const auto bytes = static_cast<size_t>(cursor->p - first);
  if (bytes < 3 || bytes > 9) return 0;
  for (int month = 0; month < 12; ++month) {
    const std::string_view name = kMonthNames[month];
    if (bytes != 3 && bytes != name.size() && !(bytes == 4 && month == 8)) continue;
    size_t i = 0;
    while (i < bytes && (first[i] | 0x20) == name[i]) ++i;
    if (i == bytes) return month + 1;
  }
  return 0;
}

int FullYear(int year, bool two_digits) {
  if (!two_digits) return year;
  return year < kTwoDigitYearPivot ? 2000 + year : 1900 + year;
}

bool IsInMonth(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  // The calendar repeats itself after 400 years.
  return std::chrono::year_month_day(std::chrono::year(year % 400),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

bool InCalendar(int year, int month, int day) {
  return year >= 1 && year <= 9999 && IsInMonth(year, month, day);
}

int64_t DaysOfDate(int year, int month, int day) {
  const int64_t cycles = year / 400;
  const std::chrono::sys_days days =
      std::chrono::year_month_day(std::chrono::year(static_cast<int>(year - cycles * 400)),
                                  std::chrono::month(static_cast<unsigned>(month)),
                                  std::chrono::day(static_cast<unsigned>(day)));
  return days.time_since_epoch().count() + cycles * 146'097;
}

struct Date {
  int year, month, day;
};

Date InOrder(const ParsedTemporal& parsed, DateOrder order) {
  const int* f = parsed.fields;
  const bool two_digits = (parsed.traits & kTwoDigitYear) != 0;
  switch (order) {
    case DateOrder::kYmd:
      return {FullYear(f[0], two_digits), f[1], f[2]};
    case DateOrder::kDmy:
      return {FullYear(f[2], two_digits), f[1], f[0]};
    case DateOrder::kMdy:
      break;
  }
  return {FullYear(f[2], two_digits), f[0], f[1]};
}

void KeepValidOrders(uint8_t candidates, ParsedTemporal* out) {
  for (DateOrder order : {DateOrder::kYmd, DateOrder::kDmy, DateOrder::kMdy}) {
    if ((candidates & OrderBit(order)) == 0) continue;
    const Date date = InOrder(*out, order);
    if (InCalendar(date.year, date.month, date.day)) out->orders |= OrderBit(order);
  }
}

TemporalTraits SeparatorTrait(char c) {
  switch (c) {
    case '-':
      return kDash;
    case '/':
      return kSlash;
    case '.':
      return kDot;
    case ' ':
      return kBlank;
    default:
      return 0;
  }
}

// 20241231, only before a time: alone it is a number.
bool ParseCompactDate(Cursor* cursor, ParsedTemporal* out) {
  if (cursor->end - cursor->p < 9) return false;
  for (int i = 0; i < 8; ++i) {
    if (!IsDigit(cursor->p[i])) return false;
  }
  cursor->Digits(4, &out->fields[0]);
  cursor->Digits(2, &out->fields[1]);
  cursor->Digits(2, &out->fields[2]);
  out->traits |= kCompact | kMonthNumber | kFourDigitYear;
  KeepValidOrders(OrderBit(DateOrder::kYmd), out);
  return out->orders != 0;
}

// +10000-01-01, -0001-12-31: a year that four digits do not tell.
bool ParseDateWithSign(Cursor* cursor, ParsedTemporal* out) {
  const bool is_negative = cursor->peek() == '-';
  ++cursor->p;
  const char* const digits = cursor->p;
  int year = 0, month = 0, day = 0;
  const int width = cursor->Digits(7, &year);
  if (width < 4 || cursor->AtDigit() || (width > 4 && *digits == '0')) return false;
  if (is_negative ? year == 0 : width == 4 && year != 0) return false;
  if (is_negative) year = -year;
  if (!cursor->Take('-') || cursor->Digits(2, &month) != 2 || !cursor->Take('-') ||
      cursor->Digits(2, &day) != 2 || !IsInMonth(year, month, day)) {
    return false;
  }
  if (std::abs(DaysOfDate(year, month, day)) > kDaysMax + 1) return false;
  out->fields[0] = year;
  out->fields[1] = month;
  out->fields[2] = day;
  out->traits |= kDash | kMonthNumber | kFourDigitYear;
  out->orders = OrderBit(DateOrder::kYmd);
  return true;
}

bool ParseDate(Cursor* cursor, ParsedTemporal* out) {
  int widths[3] = {};
  int name_at = -1;
  char separator = 0;
  for (int i = 0; i < 3; ++i) {
    if (i < 2 && name_at < 0 && IsLetter(cursor->peek())) {
      out->fields[i] = TakeMonthName(cursor);
      if (out->fields[i] == 0) return false;
      name_at = i;
    } else {
      widths[i] = cursor->Digits(4, &out->fields[i]);
      if (widths[i] == 0 || widths[i] == 3 || cursor->AtDigit()) return false;
    }
    if (i == 2) break;
    // "Dec 31, 2024"
    if (i == 1 && name_at == 0 && separator == ' ') cursor->Take(',');
    if (cursor->done()) return false;
    if (i == 0) {
      separator = *cursor->p++;
      if (SeparatorTrait(separator) == 0) return false;
    } else if (!cursor->Take(separator)) {
      return false;
    }
  }
  out->traits |= SeparatorTrait(separator);
  out->traits |= name_at < 0 ? kMonthNumber : kMonthName;

  uint8_t candidates = 0;
  if (widths[0] == 4) {
    if (widths[2] > 2 || widths[1] > 2) return false;
    candidates = OrderBit(DateOrder::kYmd);
    out->traits |= kFourDigitYear;
  } else {
    if (widths[1] > 2) return false;
    if (name_at < 0) {
      candidates = OrderBit(DateOrder::kDmy) | OrderBit(DateOrder::kMdy);
    } else {
      candidates = OrderBit(name_at == 0 ? DateOrder::kMdy : DateOrder::kDmy);
    }
    if (widths[2] == 4) {
      out->traits |= kFourDigitYear;
    } else {
      // Two digits may be a year at either end, unless a month's name tells; a blank between such
      // numbers makes a list of them just as well.
      if (separator == ' ' && name_at < 0) return false;
      if (widths[2] != 2) candidates = 0;
      if (widths[0] == 2 && name_at < 0) candidates |= OrderBit(DateOrder::kYmd);
      out->traits |= kTwoDigitYear;
    }
  }
  KeepValidOrders(candidates, out);
  if (out->orders == 0) return false;
  // The year is never of one digit, so that this tells of day and month.
  if (widths[0] == 1 || widths[1] == 1 || widths[2] == 1) out->traits |= kUnpadded;
  return true;
}

bool ParseFraction(Cursor* cursor, int* micros) {
  *micros = 0;
  if (cursor->peek() != '.' && cursor->peek() != ',') return true;
  ++cursor->p;
  const int digits = cursor->Digits(6, micros);
  if (digits == 0) return false;
  for (int i = digits; i < 6; ++i) *micros *= 10;
  int more = 0;
  while (cursor->AtDigit()) {
    cursor->Digits(1, &more);
    if (more != 0) return false;  // microseconds would lose it
  }
  return true;
}

bool TakeHalfOfDay(Cursor* cursor, bool* afternoon) {
  const char* p = cursor->p;
  if (cursor->end - p > 2 && *p == ' ') ++p;
  if (cursor->end - p < 2 || (p[1] | 0x20) != 'm') return false;
  const char half = static_cast<char>(*p | 0x20);
  if (half != 'a' && half != 'p') return false;
  *afternoon = half == 'p';
  cursor->p = p + 2;
  return true;
}

// Z, +hh:mm, +hhmm, +hh, UTC, GMT, each after an optional blank; `found` false when nothing is
// left.
bool ParseZone(Cursor* cursor, bool* found, int* minutes) {
  *found = false;
  *minutes = 0;
  if (cursor->done()) return true;
  cursor->Take(' ');
  *found = true;
  const std::string_view rest(cursor->p, static_cast<size_t>(cursor->end - cursor->p));
  if (rest == "Z" || rest == "z" || rest == "UTC" || rest == "GMT") {
    cursor->p = cursor->end;
    return true;
  }
  if (rest.empty() || (rest[0] != '+' && rest[0] != '-')) return false;
  ++cursor->p;
  int hours = 0;
  int rest_minutes = 0;
  if (cursor->Digits(2, &hours) != 2 || hours > 18) return false;
  if (!cursor->done()) {
    cursor->Take(':');
    if (cursor->Digits(2, &rest_minutes) != 2 || rest_minutes > 59) return false;
  }
  *minutes = hours * 60 + rest_minutes;
  if (rest[0] == '-') *minutes = -*minutes;
  return cursor->done();
}

bool ParseTime(Cursor* cursor, bool with_date, ParsedTemporal* out) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micros = 0;
  const int hour_width = cursor->Digits(2, &hour);
  if (hour_width == 0) return false;
  // Without colons only after a date without separators.
  const bool colons = cursor->peek() == ':';
  if (colons) {
    ++cursor->p;
  } else if (!with_date || (out->traits & kCompact) == 0 || hour_width != 2) {
    return false;
  }
  if (cursor->Digits(2, &minute) != 2) return false;
  const bool has_seconds = colons ? cursor->Take(':') : cursor->AtDigit();
  if (has_seconds) {
    if (cursor->Digits(2, &second) != 2 || !ParseFraction(cursor, &micros)) return false;
  }
  out->traits |= has_seconds ? kSeconds : kNoSeconds;
  if (hour_width == 1) out->traits |= kUnpadded;
  bool afternoon = false;
  if (TakeHalfOfDay(cursor, &afternoon)) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (afternoon ? 12 : 0);
    out->traits |= kTwelveHours;
  } else {
    out->traits |= kTwentyFourHours;
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  out->micros = ((hour * 60 + minute) * int64_t{60} + second) * 1'000'000 + micros;
  if (!with_date) return cursor->done();
  bool has_zone = false;
  if (!ParseZone(cursor, &has_zone, &out->zone_minutes)) return false;
  out->traits |= has_zone ? kZone : kNoZone;
  return true;
}

// Of the first and the last day that microseconds reach, they do not reach all.
Int128 WideMicrosOf(const ParsedTemporal& parsed, DateOrder order) {
  return static_cast<Int128>(DaysOf(parsed, order)) * kMicrosPerDay + parsed.micros -
         int64_t{parsed.zone_minutes} * 60'000'000;
}

bool FitsMicros(const ParsedTemporal& parsed) {
  const Int128 micros = WideMicrosOf(parsed, DateOrder::kYmd);
  return micros >= INT64_MIN && micros <= INT64_MAX;
}

}  // namespace

bool ParseTemporal(const char* text, size_t bytes, ParsedTemporal* out) {
  // Shorter is "1:05", longer nothing that is accepted but for long runs of zeros.
  if (bytes < 4 || bytes > 64) return false;
  *out = {};
  Cursor cursor{text, text + bytes};
  if (IsDigit(text[0]) && (text[1] == ':' || text[2] == ':')) {
    out->traits = kTimeOnly;
    return ParseTime(&cursor, /*with_date=*/false, out);
  }
  const bool has_sign = text[0] == '+' || text[0] == '-';
  if (has_sign || !ParseCompactDate(&cursor, out)) {
    cursor.p = text;
    *out = {};
    if (!(has_sign ? ParseDateWithSign(&cursor, out) : ParseDate(&cursor, out))) return false;
    if (cursor.done()) {
      out->traits |= kDateOnly;
      return !has_sign || FitsMicros(*out);
    }
  }
  out->traits |= kDateAndTime;
  if (cursor.Take('T')) {
    out->traits |= kTBeforeTime;
  } else if (cursor.Take(' ')) {
    out->traits |= kBlankBeforeTime;
  } else if (cursor.Take(',') && cursor.Take(' ')) {
    out->traits |= kCommaBeforeTime;
  } else {
    return false;
  }
  return ParseTime(&cursor, /*with_date=*/true, out) && (!has_sign || FitsMicros(*out));
}

int32_t DaysOf(const ParsedTemporal& parsed, DateOrder order) {
  const Date date = InOrder(parsed, order);
  return static_cast<int32_t>(DaysOfDate(date.year, date.month, date.day));
}

int64_t MicrosOf(const ParsedTemporal& parsed, DateOrder order) {
  return static_cast<int64_t>(WideMicrosOf(parsed, order));
}

TemporalTraits AllowedTraits(TextKind kind, const TemporalLayout& layout) {
  TemporalTraits allowed = layout.unpadded ? kUnpadded : 0;
  if (kind != TextKind::kDate) {
    allowed |= layout.has_seconds ? kSeconds : kNoSeconds;
    allowed |= layout.twelve_hours ? kTwelveHours : kTwentyFourHours;
    if (kind == TextKind::kTime) return allowed | kTimeOnly;
    allowed |= kDateAndTime | (layout.has_zone ? kZone : kNoZone);
    allowed |= layout.date_time_separator == 'T'   ? kTBeforeTime
               : layout.date_time_separator == ',' ? kCommaBeforeTime
                                                   : kBlankBeforeTime;
  }
  // A date among timestamps is its midnight; but whose midnight, where the others name a zone?
  if (kind == TextKind::kDate || !layout.has_zone) allowed |= kDateOnly;
  allowed |= layout.separator == 0 ? kCompact : SeparatorTrait(layout.separator);
  allowed |= layout.month_names ? kMonthName : kMonthNumber;
  allowed |= layout.two_digit_years ? kTwoDigitYear : kFourDigitYear;
  return allowed;
}

bool LayoutOf(TemporalTraits traits, DateOrder order, TemporalLayout* layout) {
  const auto one_of = [traits](TemporalTraits group) {
    return std::has_single_bit(traits & group);
  };
  *layout = {};
  layout->unpadded = (traits & kUnpadded) != 0;
  const bool has_date = (traits & (kDateOnly | kDateAndTime)) != 0;
  const bool has_time = (traits & (kTimeOnly | kDateAndTime)) != 0;
  if (has_date) {
    if ((traits & kTimeOnly) != 0 || !one_of(kDash | kSlash | kDot | kBlank | kCompact) ||
        !one_of(kMonthNumber | kMonthName) || !one_of(kFourDigitYear | kTwoDigitYear)) {
      return false;
    }
    layout->order = order;
    layout->separator = (traits & kDash) != 0    ? '-'
                        : (traits & kSlash) != 0 ? '/'
                        : (traits & kDot) != 0   ? '.'
                        : (traits & kBlank) != 0 ? ' '
                                                 : '\0';
    layout->month_names = (traits & kMonthName) != 0;
    layout->two_digit_years = (traits & kTwoDigitYear) != 0;
  }
  if (has_time) {
    if (!one_of(kSeconds | kNoSeconds) || !one_of(kTwelveHours | kTwentyFourHours)) return false;
    layout->has_time = true;
    layout->has_seconds = (traits & kSeconds) != 0;
    layout->twelve_hours = (traits & kTwelveHours) != 0;
    // Fewer digits always fit, so that how many were seen makes no difference to the type.
    layout->fraction_digits_max = layout->has_seconds ? 6 : 0;
  }
  if (has_date && has_time) {
    if (!one_of(kBlankBeforeTime | kTBeforeTime | kCommaBeforeTime) || !one_of(kZone | kNoZone)) {
      return false;
    }
    layout->date_time_separator = (traits & kTBeforeTime) != 0       ? 'T'
                                  : (traits & kCommaBeforeTime) != 0 ? ','
                                                                     : ' ';
    layout->has_zone = (traits & kZone) != 0;
    if (layout->has_zone && (traits & kDateOnly) != 0) return false;
  }
  return has_date || has_time;
}

}  // namespace pyforge::schema
