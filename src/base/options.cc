#include "pyforge/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace pyforge {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x == '-' ? '_' : x) == (y == '-' ? '_' : y); });
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

// Levenshtein distance; names are short, so the plain table does.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (Lower(a[i]) == Lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

struct NamedCharacter {
  std::string_view name;
  char value;
};
constexpr std::array kNamedCharacters = {
    NamedCharacter{"\\t", '\t'},  NamedCharacter{"tab", '\t'},  NamedCharacter{"space", ' '},
    NamedCharacter{"comma", ','}, NamedCharacter{"\\0", '\0'},  NamedCharacter{"semicolon", ';'},
    NamedCharacter{"pipe", '|'},  NamedCharacter{"colon", ':'}, NamedCharacter{"\\\\", '\\'},
    NamedCharacter{"none", '\0'},
};

struct SizeUnit {
  std::string_view name;
  int64_t factor;
};
constexpr std::array kSizeUnits = {
    SizeUnit{"", 1},
    SizeUnit{"b", 1},
    SizeUnit{"k", int64_t{1} << 10},
    SizeUnit{"m", int64_t{1} << 20},
    SizeUnit{"g", int64_t{1} << 30},
    SizeUnit{"t", int64_t{1} << 40},
    SizeUnit{"kib", int64_t{1} << 10},
    SizeUnit{"mib", int64_t{1} << 20},
    SizeUnit{"gib", int64_t{1} << 30},
    SizeUnit{"tib", int64_t{1} << 40},
    SizeUnit{"kb", 1'000},
    SizeUnit{"mb", 1'000'000},
    SizeUnit{"gb", 1'000'000'000},
    SizeUnit{"tb", 1'000'000'000'000},
};

}  // namespace

std::string SpellOption(std::string_view name, OptionSpelling spelling) {
  if (spelling == OptionSpelling::kName) return std::string(name);
  std::string flag = "--";
  for (char c : name) flag += c == '_' ? '-' : c;
  return flag;
}

std::string_view OriginName(OptionOrigin origin) {
  constexpr std::array<std::string_view, 5> kNames = {"default", "detected", "config",
                                                      "environment", "request"};
  return kNames[static_cast<size_t>(origin)];
}

const OptionSpec* FindOption(std::span<const OptionSpec> specs, std::string_view name) {
  for (const OptionSpec& spec : specs) {
    if (SameName(spec.name, name)) return &spec;
    for (std::string_view alias : spec.aliases) {
      if (SameName(alias, name)) return &spec;
    }
  }
  return nullptr;
}

Status ApplyOptions(std::span<const OptionSpec> specs, const OptionValues& values, void* options) {
  for (const auto& [name, value] : values) {
    const OptionSpec* spec = FindOption(specs, name);
    if (spec == nullptr) {
      std::vector<std::string_view> known;
      for (const OptionSpec& each : specs) known.push_back(each.name);
      const std::string_view nearest = NearestName(name, known);
      if (nearest.empty()) return Fail(kBadOption, {}, "there is no option '{}'", name);
      return Fail(kBadOption, {}, "there is no option '{}'; did you mean '{}'?", name, nearest);
    }
    ARROW_RETURN_NOT_OK(spec->set(options, spec->name, value.value));
  }
  return Status::OK();
}

std::string_view NearestName(std::string_view given, std::span<const std::string_view> known) {
  std::string_view nearest;
  size_t least = given.size() / 3 + 2;  // further away, it is no typing error
  for (std::string_view name : known) {
    const size_t distance = EditDistance(given, name);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

Status ParseByteSize(std::string_view name, std::string_view text, int64_t* bytes) {
  const auto refuse = [&] {
    return options_internal::BadValue(name, text, "a size such as 4096, 64MiB or 1.5GB");
  };
  size_t digits = 0;
  while (digits < text.size() &&
         ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.')) {
    ++digits;
  }
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
  if (digits == 0 || error != std::errc() || end != text.data() + digits) return refuse();
  std::string_view unit = text.substr(digits);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  for (const SizeUnit& each : kSizeUnits) {
    if (!EqualsIgnoringCase(unit, each.name)) continue;
    const double size = number * static_cast<double>(each.factor);
    if (size >= 9.2e18) return refuse();
    *bytes = static_cast<int64_t>(size);
    return Status::OK();
  }
  return refuse();
}

std::string PrintByteSize(int64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  while (unit + 1 < kUnits.size() && bytes != 0 && bytes % 1024 == 0) {
    bytes /= 1024;
    ++unit;
  }
  return std::to_string(bytes) + std::string(kUnits[unit]);
}

Status ParseEnum(std::string_view name, std::string_view text,
                 std::span<const std::string_view> names, int* value) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (EqualsIgnoringCase(text, names[i])) {
      *value = static_cast<int>(i);
      return Status::OK();
    }
  }
  std::string accepted;
  for (std::string_view each : names) {
    if (!accepted.empty()) accepted += ", ";
    accepted += each;
  }
  return options_internal::BadValue(name, text, "one of " + accepted);
}

namespace options_internal {

Status BadValue(std::string_view name, std::string_view text, std::string_view accepted) {
  return Fail(kBadOption, {}, "the option '{}' cannot be '{}': it takes {}", name, text, accepted);
}

Status ParseBool(std::string_view name, std::string_view text, bool* out) {
  for (std::string_view yes : {"", "true", "yes", "on", "1"}) {
    if (EqualsIgnoringCase(text, yes)) {
      *out = true;
      return Status::OK();
    }
  }
  for (std::string_view no : {"false", "no", "off", "0"}) {
    if (EqualsIgnoringCase(text, no)) {
      *out = false;
      return Status::OK();
    }
  }
  return BadValue(name, text, "true or false");
}

Status ParseInteger(std::string_view name, std::string_view text, int64_t* out) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return BadValue(name, text, "a whole number");
  }
  *out = value;
  return Status::OK();
}

Status ParseNumber(std::string_view name, std::string_view text, double* out) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return BadValue(name, text, "a number");
  }
  *out = value;
  return Status::OK();
}

Status ParseCharacter(std::string_view name, std::string_view text, char* out) {
  if (text.size() == 1) {
    *out = text.front();
    return Status::OK();
  }
  for (const NamedCharacter& each : kNamedCharacters) {
    if (EqualsIgnoringCase(text, each.name)) {
      *out = each.value;
      return Status::OK();
    }
  }
  if (text.size() == 4 && text.starts_with("\\x")) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 4, value, 16);
    if (error == std::errc() && end == text.data() + 4) {
      *out = static_cast<char>(value);
      return Status::OK();
    }
  }
  return BadValue(name, text, "one character, or a name such as tab, space, none or \\x1f");
}

std::string PrintCharacter(char value) {
  if (value == '\t') return "\\t";
  if (value == '\0') return "none";
  const auto byte = static_cast<unsigned char>(value);
  if (byte < 0x20 || byte >= 0x7F) return fmt::format("\\x{:02x}", byte);
  return std::string(1, value);
}

std::string PrintNumber(double value) { return fmt::format("{}", value); }

std::vector<std::string> ParseList(std::string_view text) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  std::string item;
  int depth = 0;  // a comma inside decimal(10,2) does not separate
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      item += text[++i];
      continue;
    }
    if (c == '(' || c == '<') ++depth;
    if ((c == ')' || c == '>') && depth > 0) --depth;
    if (c == ',' && depth == 0) {
      items.push_back(std::move(item));
      item.clear();
    } else {
      item += c;
    }
  }
  items.push_back(std::move(item));
  return items;
}

std::string PrintList(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) {
    if (&value != values.data()) text += ',';
    int depth = 0;
    for (char c : value) {
      if (c == '(' || c == '<') ++depth;
      if ((c == ')' || c == '>') && depth > 0) --depth;
      if (c == '\\' || (c == ',' && depth == 0)) text += '\\';
      text += c;
    }
  }
  return text;
}

}  // namespace options_internal
}  // namespace pyforge
