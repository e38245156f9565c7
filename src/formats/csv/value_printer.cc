#include "formats/csv/value_printer.h"

#include <algorithm>
#include <array>
#include <cstring>
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

#include "formats/csv/pattern_text.h"
#include "formats/csv/scalar_text.h"
#include "pyforge/output.h"
#include "schema/temporal_text.h"

namespace pyforge::csv {
namespace {

void NoteFarDate(int64_t days, TextBuffer* notes) {
  if (days < -schema::kDaysMax || days > schema::kDaysMax) notes->NoteFlaw(TextFlaw::kUnreadable);
}

/// Whether a moment lies where microseconds, in which moments are read, do not reach.
bool IsBeyondMicros(int64_t value, arrow::TimeUnit::type unit) {
  constexpr int64_t kMicrosPerSecond = 1'000'000;
  const int64_t factor = std::max<int64_t>(kMicrosPerSecond / UnitsPerSecond(unit), 1);
  return value < INT64_MIN / factor || value > INT64_MAX / factor;
}

void NoteFarMoment(int64_t value, arrow::TimeUnit::type unit, TextBuffer* notes) {
  if (IsBeyondMicros(value, unit)) notes->NoteFlaw(TextFlaw::kUnreadable);
}

/// Null, which is noted, where the pattern has no place for the year.
char* PrintByPattern(const PatternPrinter& pattern, int64_t days, int64_t nanoseconds, char* out,
                     TextBuffer* notes) {
  char* const end = pattern.Print(days, nanoseconds, out);
  if (end == nullptr) notes->NoteFlaw(TextFlaw::kUnprintable);
  return end;
}

char* PrintByPattern(const PatternPrinter& pattern, int64_t value, arrow::TimeUnit::type unit,
                     char* out, TextBuffer* notes) {
  const int64_t per_second = UnitsPerSecond(unit);
  const int64_t per_day = 86400 * per_second;
  const int64_t rest = value % per_day;
  const int64_t days = value / per_day - (rest < 0 ? 1 : 0);
  const int64_t nanoseconds =
      (rest < 0 ? rest + per_day : rest) * (UnitsPerSecond(arrow::TimeUnit::NANO) / per_second);
  return PrintByPattern(pattern, days, nanoseconds, out, notes);
}

/// An unscaled decimal integer with the decimal mark put in.
void PrintDecimal(std::string digits, int32_t scale, char mark, TextBuffer* out) {
  const bool is_negative = digits[0] == '-';
  if (is_negative) digits.erase(0, 1);
  if (scale < 0) digits.append(static_cast<size_t>(-scale), '0');
  if (scale > 0 && digits.size() <= static_cast<size_t>(scale)) {
    digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
  }
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, mark);
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

/// Prints the rows one behind the other; `print` is given those that are not null.
template <typename IsNull, typename PrintOne>
void PrintEach(int64_t first, std::span<std::string_view> texts, TextBuffer* scratch,
               const IsNull& is_null, const PrintOne& print) {
  const size_t begin = scratch->size();
  for (size_t i = 0; i < texts.size(); ++i) {
    const int64_t row = first + static_cast<int64_t>(i);
    texts[i] = {};
    if (is_null(row)) continue;
    const size_t before = scratch->size();
    print(row);
    texts[i] = {kReadableText.data(), scratch->size() - before};
  }
  // Only now the memory stays where it is.
  const char* at = scratch->Reserve(kReadableBehind) - (scratch->size() - begin);
  for (std::string_view& text : texts) {
    if (text.data() == nullptr) continue;
    text = {at, text.size()};
    at += text.size();
  }
}

/// The part of a printer that differs by type: `PrintOne` prints the value at a row.
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
  void PrintRows(int64_t first, std::span<std::string_view> texts, TextBuffer* scratch) override {
    PrintEach(
        first, texts, scratch, [this](int64_t row) { return column_->IsNull(row); },
        [this, scratch](int64_t row) { print_one_(*column_, row, scratch); });
  }

 private:
  const PrintedText text_;
  const PrintOne print_one_;
  const Array* column_ = nullptr;
};

template <typename Array, typename PrintOne>
std::unique_ptr<ValuePrinter> MakeScalarPrinter(PrintedText text, PrintOne print_one) {
  return std::make_unique<ScalarPrinter<Array, PrintOne>>(text, print_one);
}

/// For values of at most kScalarBytesMax bytes of plain text: `PrintOne` returns the end of what it
/// wrote, and notes in the buffer, to which it does not write, what is wrong with it.
template <typename Array, typename PrintOne>
class ShortPrinter : public ValuePrinter {
 public:
  explicit ShortPrinter(PrintOne print_one) : print_one_(print_one) {}
  PrintedText text() const override { return PrintedText::kPlain; }
  void SetColumn(const arrow::Array& column) override {
    column_ = static_cast<const Array*>(&column);
  }
  bool IsNull(int64_t row) const override { return column_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) override {
    out->Commit(print_one_(*column_, row, out->Reserve(kScalarBytesMax), out));
  }
  void PrintRows(int64_t first, std::span<std::string_view> texts, TextBuffer* scratch) override {
    const bool has_nulls = column_->null_count() != 0;
    char* at = scratch->Reserve(texts.size() * kScalarBytesMax + kReadableBehind);
    for (size_t i = 0; i < texts.size(); ++i) {
      const int64_t row = first + static_cast<int64_t>(i);
      if (has_nulls && column_->IsNull(row)) {
        texts[i] = {};
        continue;
      }
      char* const end = print_one_(*column_, row, at, scratch);
      texts[i] = {at, static_cast<size_t>(end - at)};
      at = end;
    }
    scratch->Commit(at);
  }

 private:
  PrintOne print_one_;
  const Array* column_ = nullptr;
};

template <typename Array, typename PrintOne>
std::unique_ptr<ValuePrinter> MakeShortPrinter(PrintOne print_one) {
  return std::make_unique<ShortPrinter<Array, PrintOne>>(print_one);
}

class BooleanPrinter : public ValuePrinter {
 public:
  PrintedText text() const override { return PrintedText::kPlain; }
  void SetColumn(const arrow::Array& column) override {
    column_ = static_cast<const arrow::BooleanArray*>(&column);
  }
  bool IsNull(int64_t row) const override { return column_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) override { out->Append(TextOf(row)); }
  void PrintRows(int64_t first, std::span<std::string_view> texts, TextBuffer*) override {
    for (size_t i = 0; i < texts.size(); ++i) {
      const int64_t row = first + static_cast<int64_t>(i);
      texts[i] = column_->IsNull(row) ? std::string_view() : TextOf(row);
    }
  }

 private:
  std::string_view TextOf(int64_t row) const {
    static constexpr std::array<char, 4 + kReadableBehind> kTrue = {'t', 'r', 'u', 'e'};
    static constexpr std::array<char, 5 + kReadableBehind> kFalse = {'f', 'a', 'l', 's', 'e'};
    return column_->Value(row) ? std::string_view(kTrue.data(), 4)
                               : std::string_view(kFalse.data(), 5);
  }

  const arrow::BooleanArray* column_ = nullptr;
};

/// Texts that lie one behind the other are not copied.
template <typename Array>
class TextPrinter : public ValuePrinter {
 public:
  PrintedText text() const override { return PrintedText::kAny; }
  void SetColumn(const arrow::Array& column) override {
    column_ = static_cast<const Array*>(&column);
  }
  bool IsNull(int64_t row) const override { return column_->IsNull(row); }
  void Print(int64_t row, TextBuffer* out) override { out->Append(column_->GetView(row)); }
  void PrintRows(int64_t first, std::span<std::string_view> texts, TextBuffer* scratch) override {
    const bool has_nulls = column_->null_count() != 0;
    for (size_t i = 0; i < texts.size(); ++i) {
      const int64_t row = first + static_cast<int64_t>(i);
      texts[i] = {};
      if (has_nulls && column_->IsNull(row)) continue;
      texts[i] = column_->GetView(row);
      if (texts[i].empty()) texts[i] = {kReadableText.data(), 0};
    }
    const auto& bytes = column_->value_data();
    if (bytes == nullptr) return;
    const char* const end = reinterpret_cast<const char*>(bytes->data()) + bytes->size();
    // Behind the last ones may be nothing that may be read.
    size_t bytes_copied = 0;
    size_t left = texts.size();
    for (; left > 0; --left) {
      const std::string_view text = texts[left - 1];
      if (text.empty()) continue;
      if (static_cast<size_t>(end - text.data()) >= text.size() + kReadableBehind) break;
      bytes_copied += text.size();
    }
    char* at = scratch->Reserve(bytes_copied + kReadableBehind);
    for (std::string_view& text : texts.subspan(left)) {
      if (text.empty()) continue;
      std::memcpy(at, text.data(), text.size());
      text = {at, text.size()};
      at += text.size();
    }
    scratch->Commit(at);
  }

 private:
  const Array* column_ = nullptr;
};

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
  void PrintRows(int64_t first, std::span<std::string_view> texts, TextBuffer* scratch) override {
    values_->PrintRows(first, texts, scratch);
  }

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
    if (is_temporal_ && (text[0] == '+' || text[0] == '-')) out->NoteFlaw(TextFlaw::kUnreadable);
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
  const ValueFormats& formats;
  std::unique_ptr<ValuePrinter> printer = nullptr;

  Status Visit(const arrow::NullType&) {
    printer = MakeScalarPrinter<arrow::NullArray>(
        PrintedText::kPlain, [](const arrow::NullArray&, int64_t, TextBuffer*) {});
    return Status::OK();
  }
  Status Visit(const arrow::BooleanType&) {
    printer = std::make_unique<BooleanPrinter>();
    return Status::OK();
  }
  template <typename Type>
  arrow::enable_if_integer<Type, Status> Visit(const Type&) {
    return MakeIntegers<typename arrow::TypeTraits<Type>::ArrayType>();
  }
  Status Visit(const arrow::DurationType&) { return MakeIntegers<arrow::DurationArray>(); }
  template <typename Array>
  Status MakeIntegers() {
    printer = MakeShortPrinter<Array>([](const Array& column, int64_t row, char* at, TextBuffer*) {
      return PrintInteger(column.Value(row), at);
    });
    return Status::OK();
  }
  Status Visit(const arrow::HalfFloatType&) {
    return MakeReals<arrow::HalfFloatArray>(
        [](const arrow::HalfFloatArray& column, int64_t row, char* at, TextBuffer*) {
          return PrintReal(arrow::util::Float16::FromBits(column.Value(row)).ToFloat(), at);
        });
  }
  Status Visit(const arrow::FloatType&) {
    return MakeReals<arrow::FloatArray>(
        [](const arrow::FloatArray& column, int64_t row, char* at, TextBuffer*) {
          return PrintReal(column.Value(row), at);
        });
  }
  Status Visit(const arrow::DoubleType&) {
    return MakeReals<arrow::DoubleArray>([reals = RealPrinter()](const arrow::DoubleArray& column,
                                                                 int64_t row, char* at,
                                                                 TextBuffer*) mutable {
      return reals.Print(column.Value(row), at);
    });
  }
  /// `print_one` writes a point, if any.
  template <typename Array, typename PrintOne>
  Status MakeReals(PrintOne print_one) {
    if (formats.decimal == '.') {
      printer = MakeShortPrinter<Array>(print_one);
      return Status::OK();
    }
    printer = MakeShortPrinter<Array>(
        [print_one, mark = formats.decimal](const Array& column, int64_t row, char* at,
                                            TextBuffer* notes) mutable {
          char* const end = print_one(column, row, at, notes);
          void* const point = std::memchr(at, '.', static_cast<size_t>(end - at));
          if (point != nullptr) *static_cast<char*>(point) = mark;
          return end;
        });
    return Status::OK();
  }
  template <typename Type>
  arrow::enable_if_decimal<Type, Status> Visit(const Type& type) {
    using Array = typename arrow::TypeTraits<Type>::ArrayType;
    using Value = typename arrow::TypeTraits<Type>::CType;
    printer = MakeScalarPrinter<Array>(
        PrintedText::kPlain, [scale = type.scale(), mark = formats.decimal](
                                 const Array& column, int64_t row, TextBuffer* out) {
          PrintDecimal(Value(column.GetValue(row)).ToIntegerString(), scale, mark, out);
        });
    return Status::OK();
  }
  Status Visit(const arrow::Date32Type&) {
    return MakeDates<arrow::Date32Array>(
        [](const arrow::Date32Array& column, int64_t row) { return int64_t{column.Value(row)}; });
  }
  Status Visit(const arrow::Date64Type&) {
    return MakeDates<arrow::Date64Array>([](const arrow::Date64Array& column, int64_t row) {
      constexpr int64_t kMillisPerDay = 86400000;
      const int64_t value = column.Value(row);
      return value / kMillisPerDay - (value % kMillisPerDay < 0 ? 1 : 0);
    });
  }
  template <typename Array, typename DaysOf>
  Status MakeDates(DaysOf days_of) {
    if (formats.date.empty()) {
      printer = MakeShortPrinter<Array>(
          [days_of](const Array& column, int64_t row, char* at, TextBuffer* notes) {
            const int64_t days = days_of(column, row);
            NoteFarDate(days, notes);
            return PrintDate(days, at);
          });
      return Status::OK();
    }
    printer =
        MakeShortPrinter<Array>([days_of, pattern = PatternPrinter(formats.date)](
                                    const Array& column, int64_t row, char* at, TextBuffer* notes) {
          const int64_t days = days_of(column, row);
          NoteFarDate(days, notes);
          char* const end = PrintByPattern(pattern, days, 0, at, notes);
          return end == nullptr ? PrintDate(days, at) : end;
        });
    return Status::OK();
  }
  template <typename Type>
  std::enable_if_t<arrow::is_time_type<Type>::value, Status> Visit(const Type& type) {
    using Array = typename arrow::TypeTraits<Type>::ArrayType;
    printer = MakeShortPrinter<Array>(
        [unit = type.unit()](const Array& column, int64_t row, char* at, TextBuffer*) {
          return PrintTimeOfDay(column.Value(row), unit, at);
        });
    return Status::OK();
  }
  Status Visit(const arrow::TimestampType& type) {
    const bool has_zone = !type.timezone().empty();
    if (formats.timestamp.empty()) {
      printer = MakeShortPrinter<arrow::TimestampArray>(
          [unit = type.unit(), has_zone](const arrow::TimestampArray& column, int64_t row, char* at,
                                         TextBuffer* notes) {
            const int64_t value = column.Value(row);
            NoteFarMoment(value, unit, notes);
            return PrintTimestamp(value, unit, has_zone, at);
          });
      return Status::OK();
    }
    const bool names_zone =
        std::any_of(formats.timestamp.begin(), formats.timestamp.end(),
                    [](const auto& part) { return part.kind == schema::PatternPart::Kind::kUtc; });
    if (names_zone && !has_zone) {
      return Fail(kBadOption, {},
                  "the option 'output_timestamp_format' asks for a zone, but values of type {} "
                  "have none",
                  type.ToString());
    }
    printer = MakeShortPrinter<arrow::TimestampArray>(
        [unit = type.unit(), has_zone, pattern = PatternPrinter(formats.timestamp)](
            const arrow::TimestampArray& column, int64_t row, char* at, TextBuffer* notes) {
          const int64_t value = column.Value(row);
          NoteFarMoment(value, unit, notes);
          char* const end = PrintByPattern(pattern, value, unit, at, notes);
          return end == nullptr ? PrintTimestamp(value, unit, has_zone, at) : end;
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
    if constexpr (arrow::is_string_type<Type>::value) {
      printer = std::make_unique<TextPrinter<Array>>();
    } else if constexpr (std::is_same_v<Type, arrow::StringViewType>) {
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
    ARROW_ASSIGN_OR_RAISE(auto values, ValuePrinter::Make(*type.value_type(), formats));
    printer = std::make_unique<DictionaryPrinter>(std::move(values));
    return Status::OK();
  }
  Status Visit(const arrow::ExtensionType& type) {
    ARROW_ASSIGN_OR_RAISE(auto values, ValuePrinter::Make(*type.storage_type(), formats));
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

void ValuePrinter::PrintRows(int64_t first, std::span<std::string_view> texts,
                             TextBuffer* scratch) {
  PrintEach(
      first, texts, scratch, [this](int64_t row) { return IsNull(row); },
      [this, scratch](int64_t row) { Print(row, scratch); });
}

std::string PlainCharacters(const ValueFormats& formats) {
  std::string characters = "0123456789+-.:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  characters += formats.decimal;
  for (const auto* pattern : {&formats.date, &formats.timestamp}) {
    for (const schema::PatternPart& part : *pattern) {
      if (part.kind == schema::PatternPart::Kind::kText) characters += part.text;
    }
  }
  return characters;
}

Result<std::unique_ptr<ValuePrinter>> ValuePrinter::Make(const arrow::DataType& type,
                                                         const ValueFormats& formats) {
  PrinterMaker maker{formats};
  ARROW_RETURN_NOT_OK(arrow::VisitTypeInline(type, &maker));
  return std::move(maker.printer);
}

}  // namespace pyforge::csv
