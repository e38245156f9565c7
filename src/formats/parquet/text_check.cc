#include "formats/parquet/text_check.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>

#include <optional>
#include <string_view>

#include "codec/charset/utf8.h"
#include "formats/parquet/errors.h"

namespace pyforge::parquet {
namespace {

bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

template <typename Array>
std::optional<int64_t> FirstBad(const Array& texts) {
  for (int64_t i = 0; i < texts.length(); ++i) {
    if (texts.IsValid(i) && charset::FindInvalidUtf8(texts.GetView(i)) != charset::kNone) return i;
  }
  return std::nullopt;
}

// All texts are UTF-8 exactly when their bytes together are and none starts inside a character.
template <typename Array>
std::optional<int64_t> FirstBadOfMany(const Array& texts) {
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
  return is_good ? std::nullopt : FirstBad(texts);
}

Status Check(const arrow::Array& array, const std::string& name, bool is_flat) {
  std::optional<int64_t> bad;
  switch (array.type_id()) {
    case arrow::Type::STRING:
      bad = FirstBadOfMany(static_cast<const arrow::StringArray&>(array));
      break;
    case arrow::Type::LARGE_STRING:
      bad = FirstBadOfMany(static_cast<const arrow::LargeStringArray&>(array));
      break;
    case arrow::Type::STRING_VIEW:
      bad = FirstBad(static_cast<const arrow::StringViewArray&>(array));
      break;
    case arrow::Type::EXTENSION:
      return Check(*static_cast<const arrow::ExtensionArray&>(array).storage(), name, is_flat);
    case arrow::Type::DICTIONARY:
      return Check(*static_cast<const arrow::DictionaryArray&>(array).dictionary(), name, false);
    default:
      for (const auto& child : array.data()->child_data) {
        ARROW_RETURN_NOT_OK(Check(*arrow::MakeArray(child), name, false));
      }
  }
  if (!bad) return Status::OK();
  Where where{.column = name};
  if (is_flat) where.row = *bad;
  return Fail(kBadText, std::move(where), "a text of column '{}' is not UTF-8", name);
}

}  // namespace

Status CheckText(const arrow::Array& column, const std::string& name) {
  return Check(column, name, true);
}

}  // namespace pyforge::parquet
