#include "formats/parquet/value_check.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <optional>
#include <utility>

#include "codec/charset/utf8.h"
#include "formats/parquet/errors.h"

namespace pyforge::parquet {
namespace {

struct BadValue {
  int64_t index = 0;
  std::string text = {};
};

template <typename Decimal>
std::optional<BadValue> FirstTooLong(const arrow::FixedSizeBinaryArray& decimals) {
  const auto& type = static_cast<const arrow::DecimalType&>(*decimals.type());
  for (int64_t i = 0; i < decimals.length(); ++i) {
    if (decimals.IsNull(i)) continue;
    const Decimal value(decimals.GetValue(i));
    if (!value.FitsInPrecision(type.precision())) return BadValue{i, value.ToString(type.scale())};
  }
  return std::nullopt;
}

int64_t UnitsPerDay(arrow::TimeUnit::type unit) {
  constexpr int64_t kSecondsPerDay = 86'400;
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return kSecondsPerDay;
    case arrow::TimeUnit::MILLI:
      return kSecondsPerDay * 1000;
    case arrow::TimeUnit::MICRO:
      return kSecondsPerDay * 1'000'000;
    case arrow::TimeUnit::NANO:
      break;
  }
  return kSecondsPerDay * 1'000'000'000;
}

template <typename Array>
std::optional<BadValue> FirstOutsideOfDay(const Array& times) {
  const int64_t day = UnitsPerDay(static_cast<const arrow::TimeType&>(*times.type()).unit());
  for (int64_t i = 0; i < times.length(); ++i) {
    const int64_t time = times.Value(i);
    if ((time < 0 || time > day) && times.IsValid(i)) return BadValue{i, std::to_string(time)};
  }
  return std::nullopt;
}

bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

template <typename Array>
std::optional<BadValue> FirstBadText(const Array& texts) {
  for (int64_t i = 0; i < texts.length(); ++i) {
    if (texts.IsValid(i) && charset::FindInvalidUtf8(texts.GetView(i)) != charset::kNone) {
      return BadValue{i};
    }
  }
  return std::nullopt;
}

// All texts are UTF-8 exactly when their bytes together are and none starts inside a character.
template <typename Array>
std::optional<BadValue> FirstBadTextOfMany(const Array& texts) {
  if (texts.length() == 0) return std::nullopt;
  const auto begin = static_cast<size_t>(texts.value_offset(0));
  const auto end = static_cast<size_t>(texts.value_offset(texts.length()));
  if (begin == end) return std::nullopt;
  const auto* bytes = reinterpret_cast<const char*>(texts.value_data()->data());
  bool is_good = charset::FindInvalidUtf8({bytes + begin, end - begin}) == charset::kNone;
  for (int64_t i = 0; is_good && i < texts.length(); ++i) {
    const auto at = static_cast<size_t>(texts.value_offset(i));
    is_good = at == end || !IsContinuation(bytes[at]);
  }
  return is_good ? std::nullopt : FirstBadText(texts);
}

std::optional<BadValue> FirstBad(const arrow::Array& array, bool with_text) {
  const auto decimals = [&]() -> const arrow::FixedSizeBinaryArray& {
    return static_cast<const arrow::FixedSizeBinaryArray&>(array);
  };
  switch (array.type_id()) {
    case arrow::Type::DECIMAL32:
      return FirstTooLong<arrow::Decimal32>(decimals());
    case arrow::Type::DECIMAL64:
      return FirstTooLong<arrow::Decimal64>(decimals());
    case arrow::Type::DECIMAL128:
      return FirstTooLong<arrow::Decimal128>(decimals());
    case arrow::Type::DECIMAL256:
      return FirstTooLong<arrow::Decimal256>(decimals());
    case arrow::Type::TIME32:
      return FirstOutsideOfDay(static_cast<const arrow::Time32Array&>(array));
    case arrow::Type::TIME64:
      return FirstOutsideOfDay(static_cast<const arrow::Time64Array&>(array));
    case arrow::Type::STRING:
      if (!with_text) return std::nullopt;
      return FirstBadTextOfMany(static_cast<const arrow::StringArray&>(array));
    case arrow::Type::LARGE_STRING:
      if (!with_text) return std::nullopt;
      return FirstBadTextOfMany(static_cast<const arrow::LargeStringArray&>(array));
    case arrow::Type::STRING_VIEW:
      if (!with_text) return std::nullopt;
      return FirstBadText(static_cast<const arrow::StringViewArray&>(array));
    default:
      return std::nullopt;
  }
}

Status Check(const arrow::Array& array, const std::string& name, bool with_text, bool is_flat) {
  if (array.type_id() == arrow::Type::EXTENSION) {
    const auto& extension = static_cast<const arrow::ExtensionArray&>(array);
    return Check(*extension.storage(), name, with_text, is_flat);
  }
  if (array.type_id() == arrow::Type::DICTIONARY) {
    const auto& encoded = static_cast<const arrow::DictionaryArray&>(array);
    return Check(*encoded.dictionary(), name, with_text, false);
  }
  for (const auto& child : array.data()->child_data) {
    ARROW_RETURN_NOT_OK(Check(*arrow::MakeArray(child), name, with_text, false));
  }
  const std::optional<BadValue> bad = FirstBad(array, with_text);
  if (!bad) return Status::OK();
  Where where{.column = name};
  if (is_flat) where.row = bad->index;
  if (arrow::is_string(array.type_id()) || array.type_id() == arrow::Type::STRING_VIEW) {
    return Fail(kBadText, std::move(where), "a text of column '{}' is not UTF-8", name);
  }
  return Fail(kCorrupt, std::move(where), "column '{}' holds {}, which is no value of its type {}",
              name, bad->text, array.type()->ToString());
}

}  // namespace

Status CheckColumn(const arrow::Array& column, const std::string& name, bool with_text) {
  return Check(column, name, with_text, true);
}

}  // namespace pyforge::parquet
