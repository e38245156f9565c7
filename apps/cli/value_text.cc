#include "cli/value_text.h"

#include <arrow/array.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/visit_array_inline.h>
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

namespace pyforge::cli {
namespace {

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Hexadecimal(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

// Largest integer that every reader of JSON keeps exactly.
constexpr int64_t kExactIntegerMax = int64_t{1} << 53;

/// Prints one value; `as_json` quotes what JSON has no literal for.
class ValuePrinter {
 public:
  ValuePrinter(int64_t row, bool as_json) : row_(row), as_json_(as_json) {}

  std::string Print(const arrow::Array& array) {
    if (array.IsNull(row_)) return "null";
    const Status status = arrow::VisitArrayInline(array, this);
    return status.ok() ? text_ : Text(status.message());
  }

  Status Visit(const arrow::NullArray&) {
    text_ = "null";
    return Status::OK();
  }
  Status Visit(const arrow::BooleanArray& array) {
    text_ = array.Value(row_) ? "true" : "false";
    return Status::OK();
  }
  template <typename Type>
    requires arrow::is_number_type<Type>::value
  Status Visit(const arrow::NumericArray<Type>& array) {
    if constexpr (std::is_same_v<Type, arrow::HalfFloatType>) {
      return Other(array);
    } else {
      const auto value = array.Value(row_);
      text_ = fmt::format("{}", value);
      if constexpr (std::is_floating_point_v<decltype(value)>) {
        if (!std::isfinite(value)) text_ = Text(text_);
      } else {
        const bool is_exact = std::in_range<int64_t>(value) &&
                              static_cast<int64_t>(value) <= kExactIntegerMax &&
                              static_cast<int64_t>(value) >= -kExactIntegerMax;
        if (!is_exact) text_ = Text(text_);
      }
      return Status::OK();
    }
  }
  template <typename Array>
    requires arrow::is_base_binary_type<typename Array::TypeClass>::value ||
             arrow::is_binary_view_like_type<typename Array::TypeClass>::value
  Status Visit(const Array& array) {
    const std::string_view value = array.GetView(row_);
    const bool is_text = Array::TypeClass::is_utf8;
    text_ = Text(is_text ? std::string(value) : Hexadecimal(value));
    return Status::OK();
  }
  Status Visit(const arrow::FixedSizeBinaryArray& array) {
    text_ = Text(Hexadecimal(array.GetView(row_)));
    return Status::OK();
  }
  template <typename Array>
    requires arrow::is_decimal_type<typename Array::TypeClass>::value
  Status Visit(const Array& array) {
    text_ = Text(array.FormatValue(row_));
    return Status::OK();
  }
  template <typename Array>
    requires arrow::is_var_length_list_type<typename Array::TypeClass>::value
  Status Visit(const Array& array) {
    if constexpr (std::is_same_v<Array, arrow::MapArray>) {
      return Items(*array.keys(), array.value_offset(row_), array.value_length(row_),
                   array.items().get());
    } else {
      return Items(*array.values(), array.value_offset(row_), array.value_length(row_), nullptr);
    }
  }
  Status Visit(const arrow::FixedSizeListArray& array) {
    return Items(*array.values(), array.value_offset(row_), array.value_length(row_), nullptr);
  }
  Status Visit(const arrow::StructArray& array) {
    text_ = "{";
    for (int i = 0; i < array.num_fields(); ++i) {
      if (i > 0) text_ += ", ";
      text_ += Quoted(array.struct_type()->field(i)->name()) + ": ";
      text_ += ValueJson(*array.field(i), row_);
    }
    text_ += "}";
    return Status::OK();
  }
  Status Visit(const arrow::DictionaryArray& array) {
    const int64_t index = array.GetValueIndex(row_);
    text_ =
        as_json_ ? ValueJson(*array.dictionary(), index) : ValueText(*array.dictionary(), index);
    return Status::OK();
  }
  Status Visit(const arrow::ExtensionArray& array) {
    text_ = as_json_ ? ValueJson(*array.storage(), row_) : ValueText(*array.storage(), row_);
    return Status::OK();
  }
  // Dates, times, durations and what else Arrow prints well itself.
  Status Visit(const arrow::Array& array) { return Other(array); }

 private:
  std::string Text(const std::string& text) const { return as_json_ ? Quoted(text) : text; }

  Status Other(const arrow::Array& array) {
    ARROW_ASSIGN_OR_RAISE(const auto scalar, array.GetScalar(row_));
    text_ = Text(scalar->ToString());
    return Status::OK();
  }

  Status Items(const arrow::Array& values, int64_t offset, int64_t length,
               const arrow::Array* map_items) {
    text_ = map_items == nullptr ? "[" : "{";
    for (int64_t i = offset; i < offset + length; ++i) {
      if (i > offset) text_ += ", ";
      if (map_items == nullptr) {
        text_ += ValueJson(values, i);
      } else {
        text_ += Quoted(ValueText(values, i)) + ": " + ValueJson(*map_items, i);
      }
    }
    text_ += map_items == nullptr ? "]" : "}";
    return Status::OK();
  }

  const int64_t row_;
  const bool as_json_;
  std::string text_;
};

}  // namespace

std::string ValueText(const arrow::Array& array, int64_t row) {
  return ValuePrinter(row, false).Print(array);
}

std::string ValueJson(const arrow::Array& array, int64_t row) {
  return ValuePrinter(row, true).Print(array);
}

bool IsNumeric(const arrow::DataType& type) {
  return arrow::is_numeric(type.id()) || arrow::is_decimal(type.id());
}

}  // namespace pyforge::cli
