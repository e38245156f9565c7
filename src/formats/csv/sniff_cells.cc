#include "formats/csv/sniff_cells.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "schema/characters.h"

namespace pyforge::csv {
namespace {

using schema::IsDigit;
bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Letters beyond ASCII count as letters: their bytes all have the high bit.
bool IsLetter(char c) { return IsAlpha(c) || static_cast<uint8_t>(c) >= 0x80; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                   [](char a, char b) { return Lower(a) == b; });
}

template <size_t N>
bool IsOneOf(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return EqualsIgnoringCase(text, word); });
}

constexpr std::array<std::string_view, 14> kMissing = {
    "na", "n/a", "null", "none", "nan", "nil", "-", "--", "?", "\\n", "#n/a", ".", "..", "missing"};
constexpr std::array<std::string_view, 4> kBools = {"true", "false", "yes", "no"};
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};

size_t CountDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

bool Take(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

void TakeCurrency(std::string_view* text) {
  if (text->empty() || IsDigit(text->front())) return;
  for (const std::string_view sign :
       {"$", "\xC2\xA3", "\xE2\x82\xAC", "\xC2\xA5", "EUR", "USD", "GBP"}) {
    if (Take(text, sign)) break;
  }
  while (Take(text, " ")) {
  }
}

// Digits in groups, a decimal point or comma, an exponent; at least one digit.
bool IsNumber(std::string_view text) {
  const bool in_brackets = text.size() > 2 && text.front() == '(' && text.back() == ')';
  if (in_brackets) text = text.substr(1, text.size() - 2);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  TakeCurrency(&text);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  size_t digits = CountDigits(text);
  size_t first = digits;
  text.remove_prefix(digits);
  char mark = 0;  // the last mark seen
  size_t marks = 0;
  while (text.size() > 1 &&
         (text[0] == '.' || text[0] == ',' || text[0] == '\'' || text[0] == ' ') &&
         IsDigit(text[1])) {
    const size_t group = CountDigits(text.substr(1));
    const bool more = text.size() > group + 1 &&
                      std::string_view(".,' ").find(text[group + 1]) != std::string_view::npos;
    // All but the last group have three digits; blanks and apostrophes never stand for the point.
    const bool must_be_three =
        more || text[0] == ' ' || text[0] == '\'' || (marks > 0 && text[0] == mark);
    if (must_be_three && group != 3) return false;
    if (marks == 0 && must_be_three && (first == 0 || first > 3)) return false;
    mark = text[0];
    ++marks;
    digits += group;
    text.remove_prefix(group + 1);
  }
  if (digits == 0) return false;
  if (!text.empty() && (text[0] == '.' || text[0] == ',')) text.remove_prefix(1);
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    std::string_view exponent = text.substr(1);
    if (!exponent.empty() && (exponent[0] == '-' || exponent[0] == '+')) exponent.remove_prefix(1);
    const size_t count = CountDigits(exponent);
    if (count > 0) text = exponent.substr(count);
  }
  while (Take(&text, " ")) {
  }
  if (text == "%" || text.empty()) return true;
  TakeCurrency(&text);
  return text.empty();
}

// hh:mm, hh:mm:ss, fractions, AM/PM, zone; takes what it reads off `text`.
bool TakeTime(std::string_view* text) {
  std::string_view rest = *text;
  const size_t hours = CountDigits(rest);
  if (hours < 1 || hours > 2) return false;
  rest.remove_prefix(hours);
  if (!Take(&rest, ":") || CountDigits(rest) != 2) return false;
  rest.remove_prefix(2);
  if (rest.size() > 2 && rest[0] == ':' && CountDigits(rest.substr(1)) == 2) {
    rest.remove_prefix(3);
    if (rest.size() > 1 && (rest[0] == '.' || rest[0] == ',') && IsDigit(rest[1])) {
      rest.remove_prefix(1 + CountDigits(rest.substr(1)));
    }
  }
  std::string_view suffix = rest;
  while (Take(&suffix, " ")) {
  }
  if (suffix.size() >= 2 && (Lower(suffix[0]) == 'a' || Lower(suffix[0]) == 'p') &&
      Lower(suffix[1]) == 'm') {
    rest = suffix.substr(2);
  } else if (suffix.starts_with("Z")) {
    rest = suffix.substr(1);
  } else if (suffix.starts_with("UTC") || suffix.starts_with("GMT")) {
    rest = suffix.substr(3);
  }
  if (!suffix.empty() && (suffix[0] == '+' || suffix[0] == '-')) rest = suffix;
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-') && CountDigits(rest.substr(1)) >= 2) {
    rest.remove_prefix(1 + CountDigits(rest.substr(1)));
    if (rest.size() >= 3 && rest[0] == ':') rest.remove_prefix(1 + CountDigits(rest.substr(1)));
  }
  *text = rest;
  return true;
}

size_t MonthNameLength(std::string_view text) {
  size_t letters = 0;
  while (letters < text.size() && IsAlpha(text[letters])) ++letters;
  if (letters < 3) return 0;
  return IsOneOf(text.substr(0, 3), kMonths) ? letters : 0;
}

// Two or three parts with one separator, of which one may be a month's name.
bool TakeDate(std::string_view* text) {
  std::string_view rest = *text;
  int parts = 0, names = 0;
  size_t longest = 0;
  char separator = 0;
  while (parts < 3) {
    const size_t digits = CountDigits(rest);
    const size_t name = digits == 0 ? MonthNameLength(rest) : 0;
    if (digits == 0 && name == 0) return false;
    if (digits > 4 || digits == 3) return false;
    longest = std::max(longest, digits);
    names += name > 0 ? 1 : 0;
    rest.remove_prefix(std::max(digits, name));
    ++parts;
    if (rest.empty() || parts == 3) break;
    const char c = rest[0];
    const bool is_separator = c == '-' || c == '/' || c == '.' ||
                              (c == ' ' && (names > 0 || MonthNameLength(rest.substr(1)) > 0));
    if (!is_separator || (separator != 0 && c != separator && c != ' ')) break;
    if (parts == 2 && c == ' ' && separator != ' ') break;
    separator = c;
    rest.remove_prefix(1);
    if (rest.starts_with(" ")) rest.remove_prefix(1);
  }
  const bool complete = parts == 3 && names <= 1 && (longest >= 2 || names > 0);
  const bool month_only = parts == 2 && names == 1;
  if (!complete && !month_only) return false;
  *text = rest;
  return true;
}

bool IsTemporal(std::string_view text) {
  if (!IsDigit(text[0]) && MonthNameLength(text) == 0) return false;
  std::string_view rest = text;
  if (TakeTime(&rest)) return rest.empty();
  if (!TakeDate(&rest)) return false;
  if (rest.empty()) return true;
  if (rest[0] != ' ' && rest[0] != 'T') return false;
  rest.remove_prefix(1);
  return TakeTime(&rest) && rest.empty();
}

bool IsAddress(std::string_view text) {
  if (text.find(' ') != std::string_view::npos) return false;
  if (text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www."))
    return true;
  const size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && text.find('.', at) != std::string_view::npos &&
         text.find_first_of(",;|:") == std::string_view::npos;
}

}  // namespace

CellKind ClassifyCell(std::string_view text) {
  if (text.empty()) return CellKind::kEmpty;
  if (text.size() > 256) return CellKind::kText;
  if (!IsDigit(text[0]) && text.size() <= 7) {
    if (IsOneOf(text, kMissing)) return CellKind::kMissing;
    if (IsOneOf(text, kBools)) return CellKind::kBool;
  }
  if (text.size() <= 48) {
    if (IsNumber(text)) return CellKind::kNumber;
    if (IsTemporal(text)) return CellKind::kDate;
  }
  return IsAddress(text) ? CellKind::kAddress : CellKind::kText;
}

bool LooksLikeName(std::string_view text) {
  if (text.empty() || text.size() > 80) return false;
  if (!IsLetter(text[0]) && text[0] != '_' && text[0] != '#' && text[0] != '(' && text[0] != '%')
    return false;
  if (text.size() > 1 && text.back() == '.') return false;
  return text.find("://") == std::string_view::npos && text.find('@') == std::string_view::npos;
}

int YearOf(std::string_view text) {
  if (text.size() != 4 || CountDigits(text) != 4) return 0;
  const int year =
      (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
  return year >= 1900 && year <= 2100 ? year : 0;
}

bool SamePattern(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto fold = [](char c) { return IsDigit(c) ? '9' : IsLetter(c) ? 'a' : c; };
  return std::equal(a.begin(), a.end(), b.begin(),
                    [&](char x, char y) { return fold(x) == fold(y); });
}

}  // namespace pyforge::csv
