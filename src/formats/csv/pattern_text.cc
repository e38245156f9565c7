#include "formats/csv/pattern_text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "formats/csv/scalar_text.h"
#include "schema/temporal_text.h"

namespace pyforge::csv {
namespace {

using schema::PatternPart;
using PartKind = PatternPart::Kind;

constexpr std::array<PatternPart, 5> kIsoDate = {{{.kind = PartKind::kYear, .width = 4},
                                                  {.text = '-'},
                                                  {.kind = PartKind::kMonth, .width = 2},
                                                  {.text = '-'},
                                                  {.kind = PartKind::kDay, .width = 2}}};

/// A moment taken apart.
struct Moment {
  CivilDate date;
  uint32_t hour, minute, second, nanoseconds;
};

/// A value below 100.
char* PrintShort(uint32_t value, uint8_t width, char* out) {
  if (value >= 10 || width == 2) return PrintPair(value, out);
  *out = static_cast<char>('0' + value);
  return out + 1;
}

char* PrintMonthName(uint32_t month, uint8_t width, char* out) {
  std::string_view name = schema::kMonthNames[month - 1];
  if (width > 0) name = name.substr(0, width);
  std::memcpy(out, name.data(), name.size());
  *out = static_cast<char>(*out - 'a' + 'A');
  return out + name.size();
}

char* PrintPart(const PatternPart& part, const Moment& moment, char* out) {
  switch (part.kind) {
    case PartKind::kText:
      *out = part.text;
      return out + 1;
    case PartKind::kYear:
      return part.width == 2 ? PrintPair(moment.date.year % 100, out)
                             : PrintPadded(moment.date.year, 4, out);
    case PartKind::kMonth:
      return PrintShort(moment.date.month, part.width, out);
    case PartKind::kNamedMonth:
      return PrintMonthName(moment.date.month, part.width, out);
    case PartKind::kDay:
      return PrintShort(moment.date.day, part.width, out);
    case PartKind::kHour:
      return PrintShort(moment.hour, part.width, out);
    case PartKind::kHourOfHalf:
      return PrintShort((moment.hour + 11) % 12 + 1, part.width, out);
    case PartKind::kMinute:
      return PrintPair(moment.minute, out);
    case PartKind::kSecond:
      return PrintPair(moment.second, out);
    case PartKind::kFraction: {
      constexpr size_t kDigits = 9;
      return PrintPadded(moment.nanoseconds / kPowersOfTen[kDigits - part.width], part.width, out);
    }
    case PartKind::kHalfOfDay:
      out[0] = static_cast<char>(part.text + (moment.hour < 12 ? 0 : 'P' - 'A'));
      out[1] = static_cast<char>(part.text + ('M' - 'A'));
      return out + 2;
    case PartKind::kUtc:
      break;
  }
  *out = 'Z';
  return out + 1;
}

}  // namespace

PatternPrinter::PatternPrinter(std::vector<PatternPart> parts) : parts_(std::move(parts)) {
  has_short_year_ = std::any_of(parts_.begin(), parts_.end(), [](const PatternPart& part) {
    return part.kind == PartKind::kYear && part.width == 2;
  });
  if (parts_.size() < kIsoDate.size() ||
      !std::equal(kIsoDate.begin(), kIsoDate.end(), parts_.begin())) {
    return;
  }
  takes_any_year_ = true;
  parts_.erase(parts_.begin(), parts_.begin() + kIsoDate.size());
}

char* PatternPrinter::Print(int64_t days, int64_t nanoseconds, char* out) const {
  Moment moment{};
  if (takes_any_year_) {
    out = PrintDate(days, out);
  } else {
    constexpr uint32_t kShortYearsFrom = 1900 + schema::kTwoDigitYearPivot;
    if (!HasPlainYear(days)) return nullptr;
    moment.date = CivilDateOf(days);
    const uint32_t year = moment.date.year;
    if (has_short_year_ && (year < kShortYearsFrom || year >= kShortYearsFrom + 100)) {
      return nullptr;
    }
  }
  constexpr int64_t kPerSecond = 1'000'000'000;
  const auto seconds = static_cast<uint32_t>(nanoseconds / kPerSecond);
  moment.hour = seconds / 3600;
  moment.minute = seconds / 60 % 60;
  moment.second = seconds % 60;
  moment.nanoseconds = static_cast<uint32_t>(nanoseconds % kPerSecond);
  for (const PatternPart& part : parts_) out = PrintPart(part, moment, out);
  return out;
}

}  // namespace pyforge::csv
