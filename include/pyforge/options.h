// Options: one plain struct per operation and, beside it, one table that is the only place where an
// option's name is written. Flags, help, JSON and reference pages are made from the table.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pyforge/error.h"

namespace pyforge {

enum class OptionKind : uint8_t {
  kFlag,
  kInteger,
  kNumber,
  kBytes,
  kText,
  kCharacter,
  kChoice,
  kList
};

/// Describes one option; `set` and `get` reach into the struct it was declared on.
struct OptionSpec {
  std::string_view name;  ///< `bad_rows`; front ends spell it `--bad-rows`, `bad_rows=`
  std::string_view help;  ///< one sentence: unit and effect
  std::string_view
      value_name;  ///< what stands for the value in help: "N", "SIZE", "a|b|c"; empty: flag
  OptionKind kind;
  bool repeatable;  ///< lists may be given several times
  /// Parses `text` into the field. Errors: usage.bad_option naming option, value and what is
  /// accepted.
  Status (*set)(void* options, std::string_view name, std::string_view text);
  /// The field as text that `set` takes; empty when unset.
  std::string (*get)(const void* options);
  std::span<const std::string_view> aliases = {};  ///< old spellings that keep working
  char short_name = 0;                             ///< `-f`; 0: none
  std::string_view group = {};                     ///< heading in help; empty: the format's title
  std::span<const std::string_view> choices = {};  ///< what a kChoice takes
  /// The value of a default-constructed struct as text; empty when unset.
  std::string (*default_value)() = nullptr;
};

/// How a front end spells an option to its users.
enum class OptionSpelling : uint8_t {
  kName,  ///< `bad_rows`: JSON, Python, configuration files
  kFlag,  ///< `--bad-rows`: the command line
};
std::string SpellOption(std::string_view name, OptionSpelling spelling);

/// Where a value came from; later entries win over earlier ones.
enum class OptionOrigin : uint8_t { kDefault, kDetected, kConfig, kEnvironment, kRequest };
std::string_view OriginName(OptionOrigin origin);

struct OptionValue {
  std::string value;
  OptionOrigin origin = OptionOrigin::kRequest;
  friend bool operator==(const OptionValue&, const OptionValue&) = default;
};
/// Values by option name, as they travel in a request or a plan.
using OptionValues = std::map<std::string, OptionValue, std::less<>>;

/// Finds a spec by name or alias, `-` and `_` being the same; null if there is none.
const OptionSpec* FindOption(std::span<const OptionSpec> specs, std::string_view name);
/// Sets every given value on `options`. Errors: usage.bad_option, with the nearest known name.
Status ApplyOptions(std::span<const OptionSpec> specs, const OptionValues& values, void* options);
/// The value closest in spelling, for "did you mean"; empty if none is near.
std::string_view NearestName(std::string_view given, std::span<const std::string_view> known);

namespace options_internal {

Status BadValue(std::string_view name, std::string_view text, std::string_view accepted);
Status ParseBool(std::string_view name, std::string_view text, bool* out);
Status ParseInteger(std::string_view name, std::string_view text, int64_t* out);
Status ParseNumber(std::string_view name, std::string_view text, double* out);
/// One character; `\t`, `tab`, `space`, `\x1f` and the like are understood.
Status ParseCharacter(std::string_view name, std::string_view text, char* out);
std::string PrintCharacter(char value);
std::string PrintNumber(double value);
/// Comma-separated; a backslash keeps the next character.
std::vector<std::string> ParseList(std::string_view text);
std::string PrintList(const std::vector<std::string>& values);

template <auto Member>
struct MemberTraits;
template <typename Struct, typename Field, Field Struct::*Member>
struct MemberTraits<Member> {
  using StructType = Struct;
  using FieldType = Field;
};

template <typename T>
struct IsOptional : std::false_type {
  using Value = T;
};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {
  using Value = T;
};

}  // namespace options_internal

/// A size in bytes; text form `256MiB`, `1.5GB`, `4096`.
struct ByteSize {
  int64_t bytes = 0;
  constexpr operator int64_t() const { return bytes; }  // NOLINT(google-explicit-constructor)
};
Status ParseByteSize(std::string_view name, std::string_view text, int64_t* bytes);
std::string PrintByteSize(int64_t bytes);

/// An enum's names in text, in the order of its values from 0. Specialise it beside the enum:
///   template <> inline constexpr std::string_view kEnumNames<BadRows>[] = {"error", "skip",
///   "keep"};
template <typename Enum>
inline constexpr std::string_view kEnumNames[] = {""};
Status ParseEnum(std::string_view name, std::string_view text,
                 std::span<const std::string_view> names, int* value);

namespace options_internal {

template <typename T>
constexpr OptionKind KindOf() {
  if constexpr (std::is_same_v<T, bool>) return OptionKind::kFlag;
  if constexpr (std::is_same_v<T, char>) return OptionKind::kCharacter;
  if constexpr (std::is_same_v<T, ByteSize>) return OptionKind::kBytes;
  if constexpr (std::is_same_v<T, std::string>) return OptionKind::kText;
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return OptionKind::kList;
  if constexpr (std::is_enum_v<T>) return OptionKind::kChoice;
  if constexpr (std::is_floating_point_v<T>) return OptionKind::kNumber;
  return OptionKind::kInteger;
}

template <typename T>
Status ParseAs(std::string_view name, std::string_view text, T* out) {
  if constexpr (std::is_same_v<T, bool>) {
    return ParseBool(name, text, out);
  } else if constexpr (std::is_same_v<T, char>) {
    return ParseCharacter(name, text, out);
  } else if constexpr (std::is_same_v<T, ByteSize>) {
    return ParseByteSize(name, text, &out->bytes);
  } else if constexpr (std::is_same_v<T, std::string>) {
    *out = std::string(text);
    return Status::OK();
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    for (auto& item : ParseList(text)) out->push_back(std::move(item));
    return Status::OK();
  } else if constexpr (std::is_enum_v<T>) {
    int value = 0;
    ARROW_RETURN_NOT_OK(ParseEnum(name, text, kEnumNames<T>, &value));
    *out = static_cast<T>(value);
    return Status::OK();
  } else if constexpr (std::is_floating_point_v<T>) {
    return ParseNumber(name, text, out);
  } else {
    static_assert(std::is_same_v<T, int64_t>, "integer options are int64_t");
    return ParseInteger(name, text, out);
  }
}

template <typename T>
constexpr std::span<const std::string_view> ChoicesOf() {
  if constexpr (std::is_enum_v<T>) return kEnumNames<T>;
  return {};
}

template <typename T>
std::string PrintAs(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, char>) {
    return PrintCharacter(value);
  } else if constexpr (std::is_same_v<T, ByteSize>) {
    return PrintByteSize(value.bytes);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return PrintList(value);
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(kEnumNames<T>[static_cast<size_t>(value)]);
  } else if constexpr (std::is_floating_point_v<T>) {
    return PrintNumber(value);
  } else {
    return std::to_string(value);
  }
}

template <typename Field>
std::string PrintField(const Field& field) {
  if constexpr (IsOptional<Field>::value) {
    return field ? PrintAs(*field) : std::string();
  } else {
    return PrintAs(field);
  }
}

}  // namespace options_internal

/// Declares one option on a struct's field. The field's type says how its text is read: bool (a
/// flag), int64_t, double, char, ByteSize, std::string, std::vector<std::string>, an enum with
/// kEnumNames, or std::optional of one of these (unset until given).
template <auto Member>
constexpr OptionSpec Option(std::string_view name, std::string_view help,
                            std::string_view value_name = {},
                            std::span<const std::string_view> aliases = {}, char short_name = 0) {
  using Traits = options_internal::MemberTraits<Member>;
  using Struct = typename Traits::StructType;
  using Field = typename Traits::FieldType;
  using Value = typename options_internal::IsOptional<Field>::Value;
  constexpr OptionKind kKind = options_internal::KindOf<Value>();
  return OptionSpec{
      .name = name,
      .help = help,
      .value_name = value_name,
      .kind = kKind,
      .repeatable = kKind == OptionKind::kList,
      .set =
          [](void* options, std::string_view option, std::string_view text) {
            auto& field = static_cast<Struct*>(options)->*Member;
            if constexpr (options_internal::IsOptional<Field>::value) {
              Value value{};
              ARROW_RETURN_NOT_OK(options_internal::ParseAs<Value>(option, text, &value));
              field = std::move(value);
              return Status::OK();
            } else {
              return options_internal::ParseAs<Value>(option, text, &field);
            }
          },
      .get =
          [](const void* options) {
            return options_internal::PrintField(static_cast<const Struct*>(options)->*Member);
          },
      .aliases = aliases,
      .short_name = short_name,
      .choices = options_internal::ChoicesOf<Value>(),
      .default_value = []() { return options_internal::PrintField(Struct{}.*Member); }};
}

/// The declaration under a heading of its own in help and reference pages.
constexpr OptionSpec InGroup(std::string_view group, OptionSpec spec) {
  spec.group = group;
  return spec;
}

}  // namespace pyforge
