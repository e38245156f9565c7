#include "formats/csv/value_printer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>
#include <arrow/visit_type_inline.h>

#include "pyforge/output.h"
#include "schema/temporal_text.h"

namespace pyforge::csv {
namespace {

constexpr size_t kNumberBytesMax = 48;

char* PrintPadded(uint64_t value, int digits, char* out) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + digits;
}

/// Days since 1970-01-01 as yyyy-mm-dd in the proleptic Gregorian calendar; a year outside 1 to
/// 9999 has a sign.
char* PrintDate(int64_t days, char* out) {
  // Years are counted from March, so that the leap day is the last one.
  const int64_t shifted = days + 719468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<uint64_t>(shifted - era * 146097);
  const uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint64_t month_from_march = (5 * day_of_year + 2) / 153;
  const uint64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const uint64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  if (year < 1 || year > 9999) {
    *out++ = year < 0 ? '-' : '+';
    const auto magnitude = static_cast<uint64_t>(year < 0 ? -year : year);
    out = magnitude < 10000 ? PrintPadded(magnitude, 4, out)
                            : std::to_chars(out, out + 20, magnitude).ptr;
  } else {
    out = PrintPadded(static_cast<uint64_t>(year), 4, out);
  }
  *out++ = '-';
  out = PrintPadded(month, 2, out);
  *out++ = '-';
  return PrintPadded(day, 2, out);
}

void PrintDateField(int64_t days, TextBuffer* out) {
  if (days < -schema::kDaysMax || days > schema::kDaysMax) out->NoteUnreadable();
  out->Commit(PrintDate(days, out->Reserve(kNumberBytesMax)));
}

int64_t UnitsPerSecond(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1;
    case arrow::TimeUnit::MILLI:
      return 1000;
    case arrow::TimeUnit::MICRO:
      return 1000000;
    case arrow::TimeUnit::NANO:
      break;
  }
  return 1000000000;
}

int FractionDigits(arrow::TimeUnit::type unit) { return 3 * static_cast<int>(unit); }

/// hh:mm:ss, with the unit's digits behind the point where they are not all zero.
char* PrintTimeOfDay(int64_t value, arrow::TimeUnit::type unit, char* out) {
  const int64_t per_second = UnitsPerSecond(unit);
  const auto seconds = static_cast<uint64_t>(value / per_second);
  const auto fraction = static_cast<uint64_t>(value % per_second);
  out = PrintPadded(seconds / 3600, 2, out);
  *out++ = ':';
  out = PrintPadded(seconds / 60 % 60, 2, out);
  *out++ = ':';
  out = PrintPadded(seconds % 60, 2, out);
  if (fraction == 0) return out;
  *out++ = '.';
  return PrintPadded(fraction, FractionDigits(unit), out);
}

char* PrintTimestamp(int64_t value, arrow::TimeUnit::type unit, bool has_zone, char* out) {
  const int64_t per_day = 86400 * UnitsPerSecond(unit);
  int64_t days = value / per_day;
  int64_t rest = value % per_day;
  if (rest < 0) {
    --days;
    rest += per_day;
  }
  out = PrintDate(days, out);
  *out++ = 'T';
  out = PrintTimeOfDay(rest, unit, out);
  if (has_zone) *out++ = 'Z';
  return out;
}

/// Whether a moment lies where microseconds, in which moments are read, do not reach.
bool IsBeyondMicros(int64_t value, arrow::TimeUnit::type unit) {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  const int64_t factor = std::max<int64_t>(kMicrosPerSecond / UnitsPerSecond(unit), 1);
  return value < INT64_MIN / factor || value > INT64_MAX / factor;
}

/// The fewest digits that give the value back. A whole number keeps a `.0`, so that its reader
/// knows that the column is not one of integers.
template <typename Real>
char* PrintReal(Real value, char* out) {
  if (!std::isfinite(value)) {
    const std::string_view word = std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    std::memcpy(out, word.data(), word.size());
    return out + word.size();
  }
  const Real magnitude = std::abs(value);
  const bool is_fixed = magnitude == 0 || (magnitude >= static_cast<Real>(1e-5) &&
                                           magnitude < static_cast<Real>(1e16));
  char* const end =
      std::to_chars(out, out + kNumberBytesMax, value,
                    is_fixed ? std::chars_format::fixed : std::chars_format::scientific)
          .ptr;
  if (!is_fixed || std::memchr(out, '.', static_cast<size_t>(end - out)) != nullptr) return end;
  end[0] = '.';
  end[1] = '0';
  return end + 2;
}

/// An unscaled decimal integer with the point put in.
void PrintDecimal(std::string digits, int32_t scale, TextBuffer* out) {
  const bool is_negative = digits[0] == '-';
  if (is_negative) digits.erase(0, 1);
  if (scale < 0) digits.append(static_cast<size_t>(-scale), '0');
  if (scale > 0 && digits.size() <= static_cast<size_t>(scale)) {
    digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
  }
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
  if (is_negative) out->Append('-');
  out->Append(digits);
}

/// A value as JSON text; strings and everything that JSON has no number for in quotes.
void PrintJsonText(std::string_view text, TextBuffer* out) {
  out->Append('"');
  for (const char byte : text) {
    const auto value = static_cast<uint8_t>(byte);
    if (byte == '"' || byte == '\\') {
      out->Append('\\');
      out->Append(byte);
    } else if (value < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out->Append("\\u00");
      out->Append(kHex[value >> 4]);
      out->Append(kHex[value & 15]);
    } else {
      out->Append(byte);
    }
  }
  out->Append('"');
}

/// How a printed value stands in JSON.
enum class JsonForm : uint8_t { kBare, kQuoted, kNumber };

/// The part of a printer that differs by type: `Value` gives the value at a row.
template <typename Array, typename PrintOne>
class ScalarPrinter : public ValuePrinter {
 public:
  ScalarPrinter(PrintedText text, PrintOne print_one) : text_(text), print_one_(print_one) {}
  PrintedText text() const override { return text_; }
  void SetColumn(const arrow::Array& column) override {
    column_ = static_cast<const Array*>(&column);
  }
  bool IsNull(int64_t row) const override { return column_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) override { print_one_(*column_, row, out); }

 private:
  const PrintedText text_;
  const PrintOne print_one_;
  const Array* column_ = nullptr;
};

template <typename Array, typename PrintOne>
std::unique_ptr<ValuePrinter> MakeScalarPrinter(PrintedText text, PrintOne print_one) {
  return std::make_unique<ScalarPrinter<Array, PrintOne>>(text, print_one);
}

/// Prints what a dictionary's or an extension type's values stand for.
class DictionaryPrinter : public ValuePrinter {
 public:
  explicit DictionaryPrinter(std::unique_ptr<ValuePrinter> values) : values_(std::move(values)) {}
  PrintedText text() const override { return values_->text(); }
  void SetColumn(const arrow::Array& column) override {
    column_ = static_cast<const arrow::DictionaryArray*>(&column);
    dictionary_ = column_->dictionary();
    values_->SetColumn(*dictionary_);
  }
  bool IsNull(int64_t row) const override {
    return column_->IsNull(row) || values_->IsNull(column_->GetValueIndex(row));
  }
  void Print(int64_t row, TextBuffer* out) override {
    values_->Print(column_->GetValueIndex(row), out);
  }

 private:
  std::unique_ptr<ValuePrinter> values_;
  const arrow::DictionaryArray* column_ = nullptr;
  std::shared_ptr<arrow::Array> dictionary_;
};

class ExtensionPrinter : public ValuePrinter {
 public:
  explicit ExtensionPrinter(std::unique_ptr<ValuePrinter> values) : values_(std::move(values)) {}
  PrintedText text() const override { return values_->text(); }
  void SetColumn(const arrow::Array& column) override {
    storage_ = static_cast<const arrow::ExtensionArray&>(column).storage();
    values_->SetColumn(*storage_);
  }
  bool IsNull(int64_t row) const override { return values_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) override { values_->Print(row, out); }

 private:
  std::unique_ptr<ValuePrinter> values_;
  std::shared_ptr<arrow::Array> storage_;
};

/// A value inside a list, struct or map.
class JsonPrinter {
 public:
  static Result<std::unique_ptr<JsonPrinter>> Make(const arrow::DataType& type);
  virtual ~JsonPrinter() = default;
  virtual void SetColumn(const arrow::Array& column) = 0;
  virtual bool IsNull(int64_t row) const { return column_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) {
    if (IsNull(row)) {
      out->Append("null");
    } else {
      PrintValue(row, out);
    }
  }

 protected:
  virtual void PrintValue(int64_t row, TextBuffer* out) = 0;
  const arrow::Array* column_ = nullptr;
};

class JsonScalarPrinter : public JsonPrinter {
 public:
  JsonScalarPrinter(std::unique_ptr<ValuePrinter> printer, JsonForm form, bool is_temporal)
      : printer_(std::move(printer)), form_(form), is_temporal_(is_temporal) {}
  void SetColumn(const arrow::Array& column) override {
    column_ = &column;
    printer_->SetColumn(column);
  }
  bool IsNull(int64_t row) const override { return printer_->IsNull(row); }

 private:
  void PrintValue(int64_t row, TextBuffer* out) override {
    if (form_ == JsonForm::kBare) return printer_->Print(row, out);
    text_.Clear();
    printer_->Print(row, &text_);
    const std::string_view text = text_.view();
    // Within JSON, years of four digits alone are read.
    if (is_temporal_ && (text[0] == '+' || text[0] == '-')) out->NoteUnreadable();
    // JSON has no word for what is not a number.
    if (form_ == JsonForm::kNumber && text.find_first_of("ai") == std::string_view::npos) {
      out->Append(text);
    } else {
      PrintJsonText(text, out);
    }
  }

  std::unique_ptr<ValuePrinter> printer_;
  const JsonForm form_;
  const bool is_temporal_;
  TextBuffer text_;
};

template <typename Array>
class JsonListPrinter : public JsonPrinter {
 public:
  explicit JsonListPrinter(std::unique_ptr<JsonPrinter> values) : values_(std::move(values)) {}
  void SetColumn(const arrow::Array& column) override {
    column_ = &column;
    items_ = static_cast<const Array&>(column).values();
    values_->SetColumn(*items_);
  }

 private:
  void PrintValue(int64_t row, TextBuffer* out) override {
    const auto& list = static_cast<const Array&>(*column_);
    const int64_t begin = list.value_offset(row);
    const int64_t end = begin + list.value_length(row);
    out->Append('[');
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin) out->Append(',');
      values_->Print(i, out);
    }
    out->Append(']');
  }

  std::unique_ptr<JsonPrinter> values_;
  std::shared_ptr<arrow::Array> items_;
};

class JsonStructPrinter : public JsonPrinter {
 public:
  JsonStructPrinter(std::vector<std::string> names,
                    std::vector<std::unique_ptr<JsonPrinter>> fields)
      : names_(std::move(names)), fields_(std::move(fields)), children_(fields_.size()) {}
  void SetColumn(const arrow::Array& column) override {
    column_ = &column;
    const auto& parent = static_cast<const arrow::StructArray&>(column);
    for (size_t i = 0; i < fields_.size(); ++i) {
      children_[i] = parent.field(static_cast<int>(i));
      fields_[i]->SetColumn(*children_[i]);
    }
  }

 private:
  void PrintValue(int64_t row, TextBuffer* out) override {
    out->Append('{');
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0) out->Append(',');
      PrintJsonText(names_[i], out);
      out->Append(':');
      fields_[i]->Print(row, out);
    }
    out->Append('}');
  }

  std::vector<std::string> names_;
  std::vector<std::unique_ptr<JsonPrinter>> fields_;
  std::vector<std::shared_ptr<arrow::Array>> children_;
};

/// A map with text keys is an object, another one a list of pairs.
class JsonMapPrinter : public JsonPrinter {
 public:
  JsonMapPrinter(bool is_object, std::unique_ptr<JsonPrinter> keys,
                 std::unique_ptr<JsonPrinter> items)
      : is_object_(is_object), keys_(std::move(keys)), items_(std::move(items)) {}
  void SetColumn(const arrow::Array& column) override {
    column_ = &column;
    const auto& map = static_cast<const arrow::MapArray&>(column);
    key_column_ = map.keys();
    item_column_ = map.items();
    keys_->SetColumn(*key_column_);
    items_->SetColumn(*item_column_);
  }

 private:
  void PrintValue(int64_t row, TextBuffer* out) override {
    const auto& map = static_cast<const arrow::MapArray&>(*column_);
    const int64_t begin = map.value_offset(row);
    const int64_t end = begin + map.value_length(row);
    out->Append(is_object_ ? '{' : '[');
    for (int64_t i = begin; i < end; ++i) {
      if (i > begin) out->Append(',');
      if (!is_object_) out->Append('[');
      keys_->Print(i, out);
      out->Append(is_object_ ? ':' : ',');
      items_->Print(i, out);
      if (!is_object_) out->Append(']');
    }
    out->Append(is_object_ ? '}' : ']');
  }

  const bool is_object_;
  std::unique_ptr<JsonPrinter> keys_;
  std::unique_ptr<JsonPrinter> items_;
  std::shared_ptr<arrow::Array> key_column_;
  std::shared_ptr<arrow::Array> item_column_;
};

class NestedPrinter : public ValuePrinter {
 public:
  explicit NestedPrinter(std::unique_ptr<JsonPrinter> json) : json_(std::move(json)) {}
  PrintedText text() const override { return PrintedText::kAny; }
  void SetColumn(const arrow::Array& column) override { json_->SetColumn(column); }
  bool IsNull(int64_t row) const override { return json_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) override { json_->Print(row, out); }

 private:
  std::unique_ptr<JsonPrinter> json_;
};

Status NotPrintable(const arrow::DataType& type) {
  return Fail(kUnsupportedType, {}, "text has no form for values of type {}", type.ToString());
}

/// Makes the printer for a type.
struct PrinterMaker {
  std::unique_ptr<ValuePrinter> printer;

  Status Visit(const arrow::NullType&) {
    printer = MakeScalarPrinter<arrow::NullArray>(
        PrintedText::kPlain, [](const arrow::NullArray&, int64_t, TextBuffer*) {});
    return Status::OK();
  }
  Status Visit(const arrow::BooleanType&) {
    printer = MakeScalarPrinter<arrow::BooleanArray>(
        PrintedText::kPlain, [](const arrow::BooleanArray& column, int64_t row, TextBuffer* out) {
          out->Append(column.Value(row) ? "true" : "false");
        });
    return Status::OK();
  }
  template <typename Type>
  arrow::enable_if_integer<Type, Status> Visit(const Type&) {
    return MakeIntegers<typename arrow::TypeTraits<Type>::ArrayType>();
  }
  Status Visit(const arrow::DurationType&) { return MakeIntegers<arrow::DurationArray>(); }
  template <typename Array>
  Status MakeIntegers() {
    printer = MakeScalarPrinter<Array>(
        PrintedText::kPlain, [](const Array& column, int64_t row, TextBuffer* out) {
          char* const begin = out->Reserve(kNumberBytesMax);
          out->Commit(std::to_chars(begin, begin + kNumberBytesMax, column.Value(row)).ptr);
        });
    return Status::OK();
  }
  Status Visit(const arrow::HalfFloatType&) {
    printer = MakeScalarPrinter<arrow::HalfFloatArray>(
        PrintedText::kPlain, [](const arrow::HalfFloatArray& column, int64_t row, TextBuffer* out) {
          const auto value = arrow::util::Float16::FromBits(column.Value(row)).ToFloat();
          out->Commit(PrintReal(value, out->Reserve(kNumberBytesMax)));
        });
    return Status::OK();
  }
  template <typename Type>
  std::enable_if_t<
      std::is_same_v<Type, arrow::FloatType> || std::is_same_v<Type, arrow::DoubleType>, Status>
  Visit(const Type&) {
    using Array = typename arrow::TypeTraits<Type>::ArrayType;
    printer = MakeScalarPrinter<Array>(
        PrintedText::kPlain, [](const Array& column, int64_t row, TextBuffer* out) {
          out->Commit(PrintReal(column.Value(row), out->Reserve(kNumberBytesMax)));
        });
    return Status::OK();
  }
  template <typename Type>
  arrow::enable_if_decimal<Type, Status> Visit(const Type& type) {
    using Array = typename arrow::TypeTraits<Type>::ArrayType;
    using Value = typename arrow::TypeTraits<Type>::CType;
    printer = MakeScalarPrinter<Array>(
        PrintedText::kPlain,
        [scale = type.scale()](const Array& column, int64_t row, TextBuffer* out) {
          PrintDecimal(Value(column.GetValue(row)).ToIntegerString(), scale, out);
        });
    return Status::OK();
  }
  Status Visit(const arrow::Date32Type&) {
    printer = MakeScalarPrinter<arrow::Date32Array>(
        PrintedText::kPlain, [](const arrow::Date32Array& column, int64_t row, TextBuffer* out) {
          PrintDateField(column.Value(row), out);
        });
    return Status::OK();
  }
  Status Visit(const arrow::Date64Type&) {
    printer = MakeScalarPrinter<arrow::Date64Array>(
        PrintedText::kPlain, [](const arrow::Date64Array& column, int64_t row, TextBuffer* out) {
          constexpr int64_t kMillisPerDay = 86400000;
          const int64_t value = column.Value(row);
          const int64_t days = value / kMillisPerDay - (value % kMillisPerDay < 0 ? 1 : 0);
          PrintDateField(days, out);
        });
    return Status::OK();
  }
  template <typename Type>
  std::enable_if_t<arrow::is_time_type<Type>::value, Status> Visit(const Type& type) {
    using Array = typename arrow::TypeTraits<Type>::ArrayType;
    printer = MakeScalarPrinter<Array>(
        PrintedText::kPlain,
        [unit = type.unit()](const Array& column, int64_t row, TextBuffer* out) {
          out->Commit(PrintTimeOfDay(column.Value(row), unit, out->Reserve(kNumberBytesMax)));
        });
    return Status::OK();
  }
  Status Visit(const arrow::TimestampType& type) {
    printer = MakeScalarPrinter<arrow::TimestampArray>(
        PrintedText::kPlain,
        [unit = type.unit(), has_zone = !type.timezone().empty()](
            const arrow::TimestampArray& column, int64_t row, TextBuffer* out) {
          if (IsBeyondMicros(column.Value(row), unit)) out->NoteUnreadable();
          out->Commit(
              PrintTimestamp(column.Value(row), unit, has_zone, out->Reserve(kNumberBytesMax)));
        });
    return Status::OK();
  }
  template <typename Type>
  std::enable_if_t<arrow::is_base_binary_type<Type>::value ||
                       arrow::is_binary_view_like_type<Type>::value ||
                       std::is_same_v<Type, arrow::FixedSizeBinaryType>,
                   Status>
  Visit(const Type&) {
    using Array = typename arrow::TypeTraits<Type>::ArrayType;
    if constexpr (arrow::is_string_type<Type>::value ||
                  std::is_same_v<Type, arrow::StringViewType>) {
      printer = MakeScalarPrinter<Array>(PrintedText::kAny,
                                         [](const Array& column, int64_t row, TextBuffer* out) {
                                           out->Append(column.GetView(row));
                                         });
    } else {
      printer = MakeScalarPrinter<Array>(
          PrintedText::kAny, [](const Array& column, int64_t row, TextBuffer* out) {
            out->Append(arrow::util::base64_encode(column.GetView(row)));
          });
    }
    return Status::OK();
  }
  Status Visit(const arrow::DictionaryType& type) {
    ARROW_ASSIGN_OR_RAISE(auto values, ValuePrinter::Make(*type.value_type()));
    printer = std::make_unique<DictionaryPrinter>(std::move(values));
    return Status::OK();
  }
  Status Visit(const arrow::ExtensionType& type) {
    ARROW_ASSIGN_OR_RAISE(auto values, ValuePrinter::Make(*type.storage_type()));
    printer = std::make_unique<ExtensionPrinter>(std::move(values));
    return Status::OK();
  }
  template <typename Type>
  std::enable_if_t<arrow::is_nested_type<Type>::value, Status> Visit(const Type& type) {
    ARROW_ASSIGN_OR_RAISE(auto json, JsonPrinter::Make(type));
    printer = std::make_unique<NestedPrinter>(std::move(json));
    return Status::OK();
  }
  template <typename Type>
  std::enable_if_t<arrow::is_interval_type<Type>::value, Status> Visit(const Type& type) {
    return NotPrintable(type);
  }
};

JsonForm JsonFormOf(const arrow::DataType& type) {
  if (arrow::is_floating(type.id())) return JsonForm::kNumber;
  return arrow::is_integer(type.id()) || type.id() == arrow::Type::BOOL ||
                 type.id() == arrow::Type::DURATION
             ? JsonForm::kBare
             : JsonForm::kQuoted;
}

template <typename Array>
Result<std::unique_ptr<JsonPrinter>> MakeJsonList(const arrow::DataType& type) {
  ARROW_ASSIGN_OR_RAISE(auto values, JsonPrinter::Make(*type.field(0)->type()));
  return std::make_unique<JsonListPrinter<Array>>(std::move(values));
}

Result<std::unique_ptr<JsonPrinter>> JsonPrinter::Make(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::LIST:
      return MakeJsonList<arrow::ListArray>(type);
    case arrow::Type::LARGE_LIST:
      return MakeJsonList<arrow::LargeListArray>(type);
    case arrow::Type::FIXED_SIZE_LIST:
      return MakeJsonList<arrow::FixedSizeListArray>(type);
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      ARROW_ASSIGN_OR_RAISE(auto keys, Make(*map.key_type()));
      ARROW_ASSIGN_OR_RAISE(auto items, Make(*map.item_type()));
      return std::make_unique<JsonMapPrinter>(arrow::is_string(map.key_type()->id()),
                                              std::move(keys), std::move(items));
    }
    case arrow::Type::STRUCT: {
      std::vector<std::string> names;
      std::vector<std::unique_ptr<JsonPrinter>> fields;
      for (const auto& field : type.fields()) {
        names.push_back(field->name());
        ARROW_ASSIGN_OR_RAISE(fields.emplace_back(), Make(*field->type()));
      }
      return std::make_unique<JsonStructPrinter>(std::move(names), std::move(fields));
    }
    default:
      break;
  }
  if (arrow::is_nested(type.id())) return NotPrintable(type);
  ARROW_ASSIGN_OR_RAISE(auto printer, ValuePrinter::Make(type));
  const bool is_temporal = arrow::is_date(type.id()) || type.id() == arrow::Type::TIMESTAMP;
  return std::make_unique<JsonScalarPrinter>(std::move(printer), JsonFormOf(type), is_temporal);
}

}  // namespace

Result<std::unique_ptr<ValuePrinter>> ValuePrinter::Make(const arrow::DataType& type) {
  PrinterMaker maker;
  ARROW_RETURN_NOT_OK(arrow::VisitTypeInline(type, &maker));
  return std::move(maker.printer);
}

}  // namespace pyforge::csv
