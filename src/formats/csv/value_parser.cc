#include "formats/csv/value_parser.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/array/array_base.h>
#include <arrow/array/builder_base.h>
#include <arrow/array/builder_nested.h>
#include <arrow/builder.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/decimal.h>
#include <simdjson.h>

#include "pyforge/output.h"

namespace pyforge::csv {
namespace {

namespace dom = simdjson::dom;

bool IsBinary(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY ||
         type.id() == arrow::Type::BINARY_VIEW || type.id() == arrow::Type::FIXED_SIZE_BINARY;
}

bool IsNested(const arrow::DataType& type) { return arrow::is_nested(type.id()); }

/// Times finer than the kernels' microseconds.
bool IsNanosecondTime(const arrow::DataType& type) {
  if (type.id() == arrow::Type::TIMESTAMP) {
    return static_cast<const arrow::TimestampType&>(type).unit() == arrow::TimeUnit::NANO;
  }
  return type.id() == arrow::Type::TIME64 &&
         static_cast<const arrow::Time64Type&>(type).unit() == arrow::TimeUnit::NANO;
}

/// Whether all of it is base64 with its padding; Arrow's decoder is less strict.
bool IsBase64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

/// Types whose values are JSON strings and nothing else.
bool IsStringInJson(const arrow::DataType& type) {
  return arrow::is_string(type.id()) || type.id() == arrow::Type::STRING_VIEW || IsBinary(type);
}

/// Digits of a number from the first that is not 0, without its exponent.
int64_t DigitCount(std::string_view number) {
  const size_t end = std::min(number.find_first_of("eE"), number.size());
  const size_t begin = std::min(number.find_first_of("123456789"), end);
  const std::string_view digits = number.substr(begin, end - begin);
  return std::count_if(digits.begin(), digits.end(), [](char c) { return c != '.'; });
}

/// The text of a JSON scalar as the printer wrote it; none where the value is of another kind.
std::optional<std::string> TextOf(const dom::element& value, const arrow::DataType& type) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_object() || value.is_array() || IsStringInJson(type)) return std::nullopt;
  std::string printed = simdjson::to_string(value);
  // The parser makes a double of it, which keeps no more digits than these for sure.
  constexpr auto kDigitsMax = 15;
  if (value.is_double() && arrow::is_decimal(type.id()) && DigitCount(printed) > kDigitsMax) {
    return std::nullopt;
  }
  return printed;
}

/// Appends a value to a builder of any type; false when it does not fit.
class Appender {
 public:
  static Result<bool> Append(const dom::element& value, arrow::ArrayBuilder* builder) {
    if (value.is_null()) {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
      return true;
    }
    switch (builder->type()->id()) {
      case arrow::Type::LIST:
        return AppendList<arrow::ListBuilder>(value, builder);
      case arrow::Type::LARGE_LIST:
        return AppendList<arrow::LargeListBuilder>(value, builder);
      case arrow::Type::FIXED_SIZE_LIST:
        return AppendList<arrow::FixedSizeListBuilder>(value, builder);
      case arrow::Type::MAP:
        return AppendMap(value, static_cast<arrow::MapBuilder*>(builder));
      case arrow::Type::STRUCT:
        return AppendStruct(value, static_cast<arrow::StructBuilder*>(builder));
      default:
        break;
    }
    const std::optional<std::string> text = TextOf(value, *builder->type());
    return text ? AppendText(*text, builder) : Result<bool>(false);
  }

  static Result<bool> AppendText(std::string_view text, arrow::ArrayBuilder* builder) {
    const std::shared_ptr<arrow::DataType> type = builder->type();
    if (IsBinary(*type)) {
      if (!IsBase64(text)) return false;
      auto bytes = arrow::util::base64_decode(text);
      if (!bytes.ok()) return false;
      return AppendBytes(*bytes, builder);
    }
    switch (type->id()) {
      case arrow::Type::STRING_VIEW:
        return AppendBytes(std::string(text), builder);
      case arrow::Type::DECIMAL32:
        return AppendDecimal<arrow::Decimal32Type>(text, builder);
      case arrow::Type::DECIMAL64:
        return AppendDecimal<arrow::Decimal64Type>(text, builder);
      case arrow::Type::DECIMAL128:
        return AppendDecimal<arrow::Decimal128Type>(text, builder);
      case arrow::Type::DECIMAL256:
        return AppendDecimal<arrow::Decimal256Type>(text, builder);
      default:
        break;
    }
    auto scalar = arrow::Scalar::Parse(type, text);
    if (!scalar.ok()) return false;
    ARROW_RETURN_NOT_OK(builder->AppendScalar(**scalar));
    return true;
  }

 private:
  /// Fewer decimals than the scale lose nothing, more do unless they are 0.
  template <typename Type>
  static Result<bool> AppendDecimal(std::string_view text, arrow::ArrayBuilder* builder) {
    using Value = typename arrow::TypeTraits<Type>::CType;
    const std::shared_ptr<arrow::DataType> any = builder->type();  // made anew by each call
    const auto& type = static_cast<const Type&>(*any);
    Value value;
    int32_t precision = 0;
    int32_t scale = 0;
    if (!Value::FromString(text, &value, &precision, &scale).ok()) return false;
    if (scale != type.scale()) {
      auto rescaled = value.Rescale(scale, type.scale());
      if (!rescaled.ok()) return false;
      value = *rescaled;
    }
    if (!value.FitsInPrecision(type.precision())) return false;
    using Builder = typename arrow::TypeTraits<Type>::BuilderType;
    ARROW_RETURN_NOT_OK(static_cast<Builder*>(builder)->Append(value));
    return true;
  }

  static Result<bool> AppendBytes(const std::string& bytes, arrow::ArrayBuilder* builder) {
    const std::shared_ptr<arrow::DataType> type = builder->type();
    if (type->id() == arrow::Type::FIXED_SIZE_BINARY &&
        static_cast<int64_t>(bytes.size()) !=
            static_cast<const arrow::FixedSizeBinaryType&>(*type).byte_width()) {
      return false;
    }
    ARROW_ASSIGN_OR_RAISE(auto scalar, arrow::MakeScalar(type, arrow::Buffer::FromString(bytes)));
    ARROW_RETURN_NOT_OK(builder->AppendScalar(*scalar));
    return true;
  }

  template <typename Builder>
  static Result<bool> AppendList(const dom::element& value, arrow::ArrayBuilder* any) {
    auto* const builder = static_cast<Builder*>(any);
    dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return false;
    if constexpr (std::is_same_v<Builder, arrow::FixedSizeListBuilder>) {
      const std::shared_ptr<arrow::DataType> type = builder->type();  // made anew by each call
      if (static_cast<int64_t>(items.size()) !=
          static_cast<const arrow::FixedSizeListType&>(*type).list_size()) {
        return false;
      }
    }
    ARROW_RETURN_NOT_OK(builder->Append());
    for (const dom::element item : items) {
      ARROW_ASSIGN_OR_RAISE(const bool fits, Append(item, builder->value_builder()));
      if (!fits) return false;
    }
    return true;
  }

  static Result<bool> AppendMap(const dom::element& value, arrow::MapBuilder* builder) {
    ARROW_RETURN_NOT_OK(builder->Append());
    dom::object object;
    if (value.get(object) == simdjson::SUCCESS) {
      for (const dom::key_value_pair pair : object) {
        ARROW_ASSIGN_OR_RAISE(bool fits, AppendText(pair.key, builder->key_builder()));
        if (!fits) return false;
        ARROW_ASSIGN_OR_RAISE(fits, Append(pair.value, builder->item_builder()));
        if (!fits) return false;
      }
      return true;
    }
    dom::array pairs;
    if (value.get(pairs) != simdjson::SUCCESS) return false;
    for (const dom::element pair : pairs) {
      dom::array both;
      dom::element key;
      dom::element item;
      if (pair.get(both) != simdjson::SUCCESS || both.size() != 2 ||
          both.at(0).get(key) != simdjson::SUCCESS || both.at(1).get(item) != simdjson::SUCCESS ||
          key.is_null()) {
        return false;
      }
      ARROW_ASSIGN_OR_RAISE(bool fits, Append(key, builder->key_builder()));
      if (!fits) return false;
      ARROW_ASSIGN_OR_RAISE(fits, Append(item, builder->item_builder()));
      if (!fits) return false;
    }
    return true;
  }

  static Result<bool> AppendStruct(const dom::element& value, arrow::StructBuilder* builder) {
    dom::object object;
    if (value.get(object) != simdjson::SUCCESS) return false;
    ARROW_RETURN_NOT_OK(builder->Append());
    const std::shared_ptr<arrow::DataType> type = builder->type();  // made anew by each call
    // Members in the order of the fields are found at once, and by it even where names repeat.
    auto next = object.begin();
    size_t found = 0;
    for (int i = 0; i < type->num_fields(); ++i) {
      const std::string& name = type->field(i)->name();
      dom::element member;
      if (next != object.end() && next.key() == name) {
        member = next.value();
        ++next;
      } else if (object.at_key(name).get(member) != simdjson::SUCCESS) {
        ARROW_RETURN_NOT_OK(builder->field_builder(i)->AppendNull());
        continue;
      }
      ++found;
      ARROW_ASSIGN_OR_RAISE(const bool fits, Append(member, builder->field_builder(i)));
      if (!fits) return false;
    }
    return found == object.size();  // a member that no field takes would be lost
  }
};

/// Values are parsed one by one into a column of one, so that one which fails half-way leaves
/// nothing behind.
class BuilderParser : public ValueParser {
 public:
  BuilderParser(std::shared_ptr<arrow::DataType> type, std::unique_ptr<arrow::ArrayBuilder> builder,
                std::unique_ptr<arrow::ArrayBuilder> scratch)
      : type_(std::move(type)), builder_(std::move(builder)), scratch_(std::move(scratch)) {}

  Result<bool> Append(std::string_view text) override {
    bool fits = false;
    if (!IsNested(*type_)) {
      ARROW_ASSIGN_OR_RAISE(fits, Appender::AppendText(text, scratch_.get()));
    } else {
      dom::element value;
      padded_ = simdjson::padded_string(text);
      if (parser_.parse(padded_).get(value) == simdjson::SUCCESS) {
        ARROW_ASSIGN_OR_RAISE(fits, Appender::Append(value, scratch_.get()));
      }
    }
    if (!fits) {
      scratch_->Reset();
      return false;
    }
    std::shared_ptr<arrow::Array> one;
    ARROW_RETURN_NOT_OK(scratch_->Finish(&one));
    ARROW_RETURN_NOT_OK(builder_->AppendArraySlice(*one->data(), 0, 1));
    return true;
  }

  Status AppendNull() override { return builder_->AppendNull(); }

  Result<std::shared_ptr<arrow::Array>> Finish() override { return builder_->Finish(); }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  std::unique_ptr<arrow::ArrayBuilder> builder_;
  std::unique_ptr<arrow::ArrayBuilder> scratch_;
  dom::parser parser_;
  simdjson::padded_string padded_;
};

}  // namespace

bool NeedsValueParser(const arrow::DataType& type) {
  return IsBinary(type) || IsNested(type) || IsNanosecondTime(type);
}

Result<std::unique_ptr<ValueParser>> ValueParser::Make(const std::shared_ptr<arrow::DataType>& type,
                                                       arrow::MemoryPool* pool) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  std::unique_ptr<arrow::ArrayBuilder> scratch;
  if (!arrow::MakeBuilder(pool, type, &builder).ok() ||
      !arrow::MakeBuilder(pool, type, &scratch).ok()) {
    return Fail(kUnsupportedType, {}, "values of type {} cannot be read from text",
                type->ToString());
  }
  return std::make_unique<BuilderParser>(type, std::move(builder), std::move(scratch));
}

}  // namespace pyforge::csv
