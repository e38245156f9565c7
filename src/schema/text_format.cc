#include "schema/text_format.h"

#include <arrow/type.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

#include "schema/characters.h"
#include "schema/errors.h"

namespace pyforge::schema {
namespace {

std::string PrintDate(const TemporalLayout& layout) {
  const std::string year = layout.two_digit_years ? "yy" : "yyyy";
  const std::string day = layout.unpadded ? "d" : "dd";
  const std::string month = layout.month_names ? "mon" : layout.unpadded ? "m" : "mm";
  const std::string separator = layout.separator == 0 ? "" : std::string(1, layout.separator);
  switch (layout.order) {
    case DateOrder::kYmd:
      return year + separator + month + separator + day;
    case DateOrder::kDmy:
      return day + separator + month + separator + year;
    case DateOrder::kMdy:
      break;
  }
  const bool comma = layout.month_names && layout.separator == ' ';
  return month + separator + day + (comma ? "," : "") + separator + year;
}

std::string PrintTime(const TemporalLayout& layout) {
  std::string text = layout.unpadded ? "h:mm" : "hh:mm";
  if (layout.has_seconds) text += ":ss";
  if (layout.has_seconds && layout.fraction_digits_max > 0) {
    text += '.';
    text.append(static_cast<size_t>(layout.fraction_digits_max), 'f');
  }
  if (layout.twelve_hours) text += " AM";
  if (layout.has_zone) text += 'Z';
  return text;
}

std::string PrintNumber(const TextType& type) {
  const bool has_fraction = type.kind != TextKind::kInt64;
  if (type.group_mark == 0 && !type.fixed_scale && (type.decimal_point == '.' || !has_fraction)) {
    return {};
  }
  std::string text = "1234";
  if (type.group_mark != 0) text.insert(1, 1, type.group_mark);
  if (!has_fraction) return text;
  text += type.decimal_point;
  if (type.fixed_scale) return text.append(static_cast<size_t>(type.scale), '0');
  return text += '5';
}

// The rest of a pattern.
struct Pattern {
  std::string_view rest;

  bool Take(std::string_view token) {
    if (!rest.starts_with(token)) return false;
    rest.remove_prefix(token.size());
    return true;
  }
};

bool TakeDay(Pattern* pattern, TemporalLayout* layout) {
  if (pattern->Take("dd")) return true;
  if (!pattern->Take("d")) return false;
  layout->unpadded = true;
  return true;
}

bool TakeMonth(Pattern* pattern, TemporalLayout* layout) {
  if (pattern->Take("month") || pattern->Take("mon")) {
    layout->month_names = true;
    return true;
  }
  if (pattern->Take("mm")) return true;
  if (!pattern->Take("m")) return false;
  layout->unpadded = true;
  return true;
}

bool TakeYear(Pattern* pattern, TemporalLayout* layout) {
  if (pattern->Take("yyyy")) return true;
  layout->two_digit_years = true;
  return pattern->Take("yy");
}

bool TakeSeparator(Pattern* pattern, bool is_first, TemporalLayout* layout) {
  if (!is_first) {
    return layout->separator == 0 || pattern->Take(std::string_view(&layout->separator, 1));
  }
  layout->separator = 0;
  if (pattern->rest.empty()) return false;
  const char c = pattern->rest[0];
  if (c == '-' || c == '/' || c == '.' || c == ' ') {
    layout->separator = c;
    pattern->rest.remove_prefix(1);
  }
  return true;
}

bool TakeDate(Pattern* pattern, TemporalLayout* layout) {
  if (pattern->rest.empty()) return false;
  if (pattern->rest[0] == 'y') {
    layout->order = DateOrder::kYmd;
    if (!TakeYear(pattern, layout) || !TakeSeparator(pattern, true, layout) ||
        !TakeMonth(pattern, layout) || !TakeSeparator(pattern, false, layout) ||
        !TakeDay(pattern, layout)) {
      return false;
    }
    const bool compact_is_plain =
        !layout->two_digit_years && !layout->month_names && !layout->unpadded;
    return layout->separator != 0 || compact_is_plain;
  }
  if (pattern->rest[0] == 'd') {
    layout->order = DateOrder::kDmy;
    if (!TakeDay(pattern, layout) || !TakeSeparator(pattern, true, layout) ||
        !TakeMonth(pattern, layout)) {
      return false;
    }
  } else {
    layout->order = DateOrder::kMdy;
    if (!TakeMonth(pattern, layout) || !TakeSeparator(pattern, true, layout) ||
        !TakeDay(pattern, layout)) {
      return false;
    }
    if (layout->month_names && layout->separator == ' ') pattern->Take(",");
  }
  return layout->separator != 0 && TakeSeparator(pattern, false, layout) &&
         TakeYear(pattern, layout);
}

bool TakeTime(Pattern* pattern, TemporalLayout* layout) {
  layout->has_time = true;
  if (!pattern->Take("hh")) {
    if (!pattern->Take("h")) return false;
    layout->unpadded = true;
  }
  if (!pattern->Take(":mm")) return false;
  layout->has_seconds = pattern->Take(":ss");
  // Seconds may always have a fraction.
  layout->fraction_digits_max = layout->has_seconds ? 6 : 0;
  if (layout->has_seconds && pattern->Take(".")) {
    if (!pattern->Take("f")) return false;
    while (pattern->Take("f")) {
    }
  }
  layout->twelve_hours =
      pattern->Take(" AM") || pattern->Take("AM") || pattern->Take(" am") || pattern->Take("am");
  return true;
}

bool ParseTemporalFormat(Pattern pattern, TextKind kind, TemporalLayout* layout) {
  *layout = {};
  if (kind == TextKind::kTime) return TakeTime(&pattern, layout) && pattern.rest.empty();
  if (!TakeDate(&pattern, layout)) return false;
  if (kind == TextKind::kDate) return pattern.rest.empty();
  if (pattern.Take("T")) {
    layout->date_time_separator = 'T';
  } else if (pattern.Take(", ")) {
    layout->date_time_separator = ',';
  } else if (!pattern.Take(" ")) {
    return false;
  }
  if (!TakeTime(&pattern, layout)) return false;
  layout->has_zone = pattern.Take("Z");
  return pattern.rest.empty();
}

struct Directive {
  std::string_view name;
  std::string_view spelling;
};
constexpr Directive kDirectives[] = {
    {"Y", "yyyy"},  {"y", "yy"},     {"m", "mm"},       {"-m", "m"},         {"b", "mon"},
    {"B", "month"}, {"h", "mon"},    {"d", "dd"},       {"-d", "d"},         {"e", "d"},
    {"H", "hh"},    {"-H", "h"},     {"I", "hh"},       {"-I", "h"},         {"M", "mm"},
    {"S", "ss"},    {"f", "ffffff"}, {"p", "AM"},       {"P", "am"},         {"z", "Z"},
    {"Z", "Z"},     {"R", "hh:mm"},  {"T", "hh:mm:ss"}, {"F", "yyyy-mm-dd"}, {"D", "mm/dd/yy"}};

/// A pattern of strptime(3) as one of ours; empty where it is none, or means nothing we know.
std::string FromStrptime(std::string_view pattern) {
  std::string spelt;
  bool has_half = false, has_twelve = false, has_twenty_four = false;
  while (!pattern.empty()) {
    if (pattern[0] != '%') {
      // Letters would be taken for parts.
      const char c = pattern[0];
      if (IsLetter(c) && c != 'T' && c != 'Z') return {};
      spelt += c;
      pattern.remove_prefix(1);
      continue;
    }
    pattern.remove_prefix(1);
    const auto* const found =
        std::find_if(std::begin(kDirectives), std::end(kDirectives),
                     [&](const Directive& each) { return pattern.starts_with(each.name); });
    if (found == std::end(kDirectives)) return {};
    const char last = found->name.back();
    has_half |= last == 'p' || last == 'P';
    has_twelve |= last == 'I';
    has_twenty_four |= last == 'H' || last == 'R' || last == 'T';
    spelt += found->spelling;
    pattern.remove_prefix(found->name.size());
  }
  // Twelve hours mean nothing without their half of the day.
  return has_half == has_twelve && !(has_half && has_twenty_four) ? spelt : std::string();
}

/// The pattern in our own words.
std::string SpeltOut(std::string_view pattern) {
  return pattern.find('%') == std::string_view::npos ? std::string(pattern) : FromStrptime(pattern);
}

struct PatternWord {
  std::string_view word;
  PatternPart part;
};
using PartKind = PatternPart::Kind;
// Longer ones before those that they begin with.
constexpr PatternWord kPatternWords[] = {{"yyyy", {PartKind::kYear, 4}},
                                         {"yy", {PartKind::kYear, 2}},
                                         {"month", {PartKind::kNamedMonth}},
                                         {"mon", {PartKind::kNamedMonth, 3}},
                                         {"mm", {PartKind::kMonth, 2}},
                                         {"m", {PartKind::kMonth, 1}},
                                         {"dd", {PartKind::kDay, 2}},
                                         {"d", {PartKind::kDay, 1}},
                                         {"hh", {PartKind::kHour, 2}},
                                         {"h", {PartKind::kHour, 1}},
                                         {"ss", {PartKind::kSecond, 2}},
                                         {"AM", {PartKind::kHalfOfDay, 0, 'A'}},
                                         {"am", {PartKind::kHalfOfDay, 0, 'a'}},
                                         {"Z", {PartKind::kUtc}}};

/// Takes a well-formed pattern's next part.
PatternPart TakePart(Pattern* pattern, bool is_behind_hour) {
  for (const PatternWord& each : kPatternWords) {
    if (!pattern->Take(each.word)) continue;
    PatternPart part = each.part;
    if (is_behind_hour && part.kind == PartKind::kMonth) part.kind = PartKind::kMinute;
    return part;
  }
  const size_t digits = std::min(pattern->rest.find_first_not_of('f'), pattern->rest.size());
  if (digits > 0) {
    pattern->rest.remove_prefix(digits);
    return {.kind = PartKind::kFraction,
            .width = static_cast<uint8_t>(std::min<size_t>(digits, 255))};
  }
  const char text = pattern->rest[0];
  pattern->rest.remove_prefix(1);
  return {.text = text};
}

Status NoPattern(std::string_view pattern, const TextType& type) {
  return Fail(kBadFormat, {}, "'{}' is no pattern for values of type {}", pattern,
              type.arrow_type()->ToString());
}

bool ParseNumberFormat(Pattern pattern, TextType* type) {
  type->group_mark = 0;
  type->decimal_point = '.';
  type->fixed_scale = false;
  if (!pattern.Take("1234")) {
    if (!pattern.Take("1") || pattern.rest.empty() ||
        std::strchr(",. '", pattern.rest[0]) == nullptr) {
      return false;
    }
    type->group_mark = pattern.rest[0];
    pattern.rest.remove_prefix(1);
    if (!pattern.Take("234")) return false;
  }
  if (type->group_mark == '.') type->decimal_point = ',';
  if (pattern.rest.empty()) return true;
  const char point = pattern.rest[0];
  if ((point != '.' && point != ',') || point == type->group_mark) return false;
  type->decimal_point = point;
  pattern.rest.remove_prefix(1);
  if (pattern.rest == "5") return true;
  if (type->kind != TextKind::kDecimal || pattern.rest.empty() ||
      pattern.rest.find_first_not_of('0') != std::string_view::npos) {
    return false;
  }
  type->fixed_scale = true;
  return static_cast<int>(pattern.rest.size()) == type->scale;
}

}  // namespace

std::string PrintFormat(const TextType& type) {
  switch (type.kind) {
    case TextKind::kInt64:
    case TextKind::kDecimal:
    case TextKind::kDouble:
      return PrintNumber(type);
    case TextKind::kDate:
      return PrintDate(type.layout);
    case TextKind::kTime:
      return PrintTime(type.layout);
    case TextKind::kTimestamp:
      return PrintDate(type.layout) + type.layout.date_time_separator +
             (type.layout.date_time_separator == ',' ? " " : "") + PrintTime(type.layout);
    case TextKind::kNull:
    case TextKind::kBool:
    case TextKind::kText:
      break;
  }
  return {};
}

Status ParseFormat(std::string_view pattern, TextType* type) {
  bool understood = false;
  switch (type->kind) {
    case TextKind::kInt64:
    case TextKind::kDecimal:
    case TextKind::kDouble:
      understood = ParseNumberFormat({pattern}, type);
      break;
    case TextKind::kDate:
    case TextKind::kTime:
    case TextKind::kTimestamp:
      understood = ParseTemporalFormat({SpeltOut(pattern)}, type->kind, &type->layout);
      break;
    case TextKind::kNull:
    case TextKind::kBool:
    case TextKind::kText:
      break;
  }
  return understood ? Status::OK() : NoPattern(pattern, *type);
}

Result<std::vector<PatternPart>> SplitFormat(std::string_view pattern, TextKind kind) {
  TextType type{.kind = kind};
  ARROW_RETURN_NOT_OK(ParseFormat(pattern, &type));
  constexpr uint8_t kFractionDigitsMax = 9;
  const std::string spelt = SpeltOut(pattern);
  std::vector<PatternPart> parts;
  bool is_behind_hour = false;
  for (Pattern left{spelt}; !left.rest.empty();) {
    PatternPart part = TakePart(&left, is_behind_hour);
    is_behind_hour = is_behind_hour || part.kind == PartKind::kHour;
    if (part.kind == PartKind::kHour && type.layout.twelve_hours) {
      part.kind = PartKind::kHourOfHalf;
    }
    if (part.kind == PartKind::kFraction && part.width > kFractionDigitsMax) {
      return NoPattern(pattern, type);
    }
    parts.push_back(part);
  }
  return parts;
}

}  // namespace pyforge::schema
