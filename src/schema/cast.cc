#include "schema/cast.h"

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/compute/cast.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/key_value_metadata.h>

#include <cmath>

#include "schema/compute.h"
#include "schema/errors.h"
#include "schema/number_text.h"
#include "schema/text_column.h"
#include "schema/text_evidence.h"
#include "schema/text_format.h"

namespace pyforge::schema {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

constexpr size_t kShownBytes = 80;

bool IsText(const arrow::DataType& type) {
  return arrow::is_string(type.id()) || type.id() == arrow::Type::STRING_VIEW;
}

bool IsTextOrItsDictionary(const arrow::DataType& type) {
  if (type.id() != arrow::Type::DICTIONARY) return IsText(type);
  return IsText(*static_cast<const arrow::DictionaryType&>(type).value_type());
}

Status Misfit(const arrow::Array& column, int64_t row, const arrow::DataType& to) {
  std::string value = "?";
  if (auto scalar = column.GetScalar(row); scalar.ok()) value = (*scalar)->ToString();
  if (value.size() > kShownBytes) value = value.substr(0, kShownBytes) + "...";
  return Fail(kCastFailed, {.row = row}, "the value '{}' does not fit {}", value, PrintType(to));
}

Result<ArrayPtr> ArrowCast(const ArrayPtr& column, const TypePtr& to, bool safe,
                           arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  const auto options =
      safe ? arrow::compute::CastOptions::Safe(to) : arrow::compute::CastOptions::Unsafe(to);
  ARROW_ASSIGN_OR_RAISE(arrow::Datum result, arrow::compute::Cast(column, options, &context));
  return result.make_array();
}

// A copy of a slice with nothing before and behind it: Arrow casts the members of lists even where
// no list of the slice holds them.
Result<ArrayPtr> Compact(const ArrayPtr& slice, arrow::MemoryPool* pool) {
  if (!arrow::is_nested(slice->type_id())) return slice;
  return arrow::Concatenate({slice}, pool);
}

// Arrow tells that a value does not fit, but not which: the shortest beginning that fails ends with
// the first of them.
Status LocateMisfit(const ArrayPtr& column, const TypePtr& to, arrow::MemoryPool* pool) {
  int64_t fits = 0;
  int64_t fails = column->length();
  while (fails - fits > 1) {
    const int64_t middle = fits + (fails - fits) / 2;
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr beginning, Compact(column->Slice(0, middle), pool));
    const bool ok = ArrowCast(beginning, to, /*safe=*/true, pool).ok();
    (ok ? fits : fails) = middle;
  }
  return Misfit(*column, fits, *to);
}

Result<ArrayPtr> SafeCast(const ArrayPtr& column, const TypePtr& to, arrow::MemoryPool* pool) {
  Result<ArrayPtr> result = ArrowCast(column, to, /*safe=*/true, pool);
  if (result.status().IsInvalid() && arrow::is_nested(column->type_id())) {
    ARROW_ASSIGN_OR_RAISE(const ArrayPtr compact, Compact(column, pool));
    result = ArrowCast(compact, to, /*safe=*/true, pool);
  }
  if (result.ok()) return result;
  const Status& failure = result.status();
  if (failure.IsNotImplemented() || failure.IsTypeError()) {
    return Fail(kNoCast, {}, "there is no cast from {} to {}", PrintType(*column->type()),
                PrintType(*to));
  }
  if (!failure.IsInvalid()) return Translate(failure, {});
  return LocateMisfit(column, to, pool);
}

// Where Arrow's safe casts lose something without a word; turning the result back shows it.
bool LosesSilently(const arrow::DataType& from, const arrow::DataType& to) {
  const bool from_real = arrow::is_floating(from.id());
  if (from_real && arrow::is_decimal(to.id())) return true;
  if (to.id() == arrow::Type::BOOL) return arrow::is_numeric(from.id());
  return from.id() == arrow::Type::TIMESTAMP && arrow::is_date(to.id());
}

Status CheckByTurningBack(const ArrayPtr& column, const ArrayPtr& result, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(ArrayPtr back, ArrowCast(result, column->type(), /*safe=*/false, pool));
  if (back->Equals(*column)) return Status::OK();
  for (int64_t row = 0; row < column->length(); ++row) {
    if (!back->RangeEquals(*column, row, row + 1, row)) {
      return Misfit(*column, row, *result->type());
    }
  }
  return Status::OK();
}

Status CheckFiniteStaysFinite(const ArrayPtr& column, const ArrayPtr& result,
                              arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(ArrayPtr before, ArrowCast(column, arrow::float64(), false, pool));
  ARROW_ASSIGN_OR_RAISE(ArrayPtr after, ArrowCast(result, arrow::float64(), false, pool));
  const auto& from = static_cast<const arrow::DoubleArray&>(*before);
  const auto& to = static_cast<const arrow::DoubleArray&>(*after);
  for (int64_t row = 0; row < from.length(); ++row) {
    if (from.IsValid(row) && std::isfinite(from.Value(row)) && !std::isfinite(to.Value(row))) {
      return Misfit(*column, row, *result->type());
    }
  }
  return Status::OK();
}

// By the rule for text: every digit comes back from the double.
template <typename DecimalArray>
Result<ArrayPtr> DecimalToDouble(const DecimalArray& column, arrow::MemoryPool* pool) {
  arrow::DoubleBuilder builder(pool);
  ARROW_RETURN_NOT_OK(builder.Reserve(column.length()));
  for (int64_t row = 0; row < column.length(); ++row) {
    if (column.IsNull(row)) {
      builder.UnsafeAppendNull();
      continue;
    }
    const std::string text = column.FormatValue(row);
    ParsedNumber number;
    double value = 0;
    if (!ParseNumber(text.data(), text.size(), {}, &number) || !FitsDouble(number, &value)) {
      return Misfit(column, row, *arrow::float64());
    }
    builder.UnsafeAppend(value);
  }
  return builder.Finish();
}

Result<ArrayPtr> CastDecimalToReal(const ArrayPtr& column, const TypePtr& to,
                                   arrow::MemoryPool* pool) {
  ArrayPtr doubles;
  if (column->type_id() == arrow::Type::DECIMAL128) {
    ARROW_ASSIGN_OR_RAISE(
        doubles, DecimalToDouble(static_cast<const arrow::Decimal128Array&>(*column), pool));
  } else {
    ARROW_ASSIGN_OR_RAISE(
        ArrayPtr wide,
        SafeCast(
            column,
            arrow::decimal256(76, static_cast<const arrow::DecimalType&>(*column->type()).scale()),
            pool));
    ARROW_ASSIGN_OR_RAISE(doubles,
                          DecimalToDouble(static_cast<const arrow::Decimal256Array&>(*wide), pool));
  }
  return to->id() == arrow::Type::DOUBLE ? doubles : CastColumn(doubles, to, pool);
}

// Arrow asks that a decimal have room for any integer; here each value is asked for itself.
Result<ArrayPtr> CastIntegerToDecimal(const ArrayPtr& column, const TypePtr& to,
                                      arrow::MemoryPool* pool) {
  const int32_t scale = static_cast<const arrow::DecimalType&>(*to).scale();
  if (scale > 76 - 20) {
    return Fail(kNoCast, {}, "there is no cast from {} to {}", PrintType(*column->type()),
                PrintType(*to));
  }
  ARROW_ASSIGN_OR_RAISE(ArrayPtr wide, SafeCast(column, arrow::decimal256(76, scale), pool));
  Result<ArrayPtr> result = SafeCast(wide, to, pool);
  if (result.ok()) return result;
  const ErrorDetail* detail = DetailOf(result.status());
  if (detail == nullptr || !detail->where().row) return result.status();
  return Misfit(*column, *detail->where().row, *to);
}

Result<ArrayPtr> CastTyped(const ArrayPtr& column, const TypePtr& to, arrow::MemoryPool* pool) {
  const arrow::DataType& from = *column->type();
  if (arrow::is_integer(from.id()) && arrow::is_decimal(to->id())) {
    return CastIntegerToDecimal(column, to, pool);
  }
  if (arrow::is_decimal(from.id()) && arrow::is_floating(to->id())) {
    return CastDecimalToReal(column, to, pool);
  }
  ARROW_ASSIGN_OR_RAISE(ArrayPtr result, SafeCast(column, to, pool));
  if (LosesSilently(from, *to)) {
    ARROW_RETURN_NOT_OK(CheckByTurningBack(column, result, pool));
  }
  if (arrow::is_floating(from.id()) && arrow::is_floating(to->id()) &&
      to->bit_width() < from.bit_width()) {
    ARROW_RETURN_NOT_OK(CheckFiniteStaysFinite(column, result, pool));
  }
  return result;
}

// How plain text is read for a type, whatever its name for it.
TextType PlainReading(const arrow::DataType& type) {
  TextType reading;
  switch (type.id()) {
    case arrow::Type::BOOL:
      reading.kind = TextKind::kBool;
      break;
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::DURATION:  // as a count of its unit
      reading.kind = TextKind::kInt64;
      break;
    case arrow::Type::UINT64:
      reading.kind = TextKind::kDecimal;
      reading.precision = 20;
      break;
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
      reading.kind = TextKind::kDouble;
      break;
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      if (decimal.precision() > 38 || decimal.scale() < 0) break;
      reading.kind = TextKind::kDecimal;
      reading.precision = static_cast<int8_t>(decimal.precision());
      reading.scale = static_cast<int8_t>(decimal.scale());
      break;
    }
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      reading.kind = TextKind::kDate;
      break;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      reading.kind = TextKind::kTime;
      break;
    case arrow::Type::TIMESTAMP:
      reading.kind = TextKind::kTimestamp;
      reading.layout.has_zone = !static_cast<const arrow::TimestampType&>(type).timezone().empty();
      break;
    default:
      break;
  }
  if (reading.kind == TextKind::kTime || reading.kind == TextKind::kTimestamp) {
    reading.layout.has_time = true;
    reading.layout.fraction_digits_max = 6;
  }
  return reading;
}

Result<ArrayPtr> CastTextBy(const ArrayPtr& column, const TextType& reading, const TypePtr& to,
                            bool any_iso, arrow::MemoryPool* pool) {
  ARROW_RETURN_NOT_OK(InitializeCompute());
  ArrayPtr text = column;
  if (column->type_id() != arrow::Type::STRING) {
    ARROW_ASSIGN_OR_RAISE(text, SafeCast(column, arrow::utf8(), pool));
  }
  if (reading.kind == TextKind::kText || reading.kind == TextKind::kNull) {
    return text->type()->Equals(*to) ? Result<ArrayPtr>(text) : SafeCast(text, to, pool);
  }
  const auto& strings = static_cast<const arrow::StringArray&>(*text);
  ARROW_ASSIGN_OR_RAISE(ArrayPtr values, any_iso ? ConvertIsoColumn(strings, reading, pool)
                                                 : ConvertTextColumn(strings, reading, pool));
  return values->type()->Equals(*to) ? Result<ArrayPtr>(values) : CastTyped(values, to, pool);
}

// Takes over how the sample is spelt, as far as it is of the kind that is asked for.
void TakeSpelling(const ColumnEvidence& sample, std::optional<DateOrder> date_order,
                  TextType* reading) {
  const TextType seen = sample.Decide({.date_order = date_order});
  const auto is_number = [](TextKind kind) {
    return kind == TextKind::kInt64 || kind == TextKind::kDecimal || kind == TextKind::kDouble;
  };
  if (is_number(reading->kind) && is_number(seen.kind)) {
    reading->decimal_point = seen.decimal_point;
    reading->group_mark = seen.group_mark;
  } else if (reading->kind == seen.kind) {
    const bool has_zone = reading->layout.has_zone;
    reading->layout = seen.layout;
    if (reading->kind == TextKind::kTimestamp) reading->layout.has_zone = has_zone;
  } else if (reading->kind == TextKind::kTimestamp && seen.kind == TextKind::kDate) {
    const TemporalLayout time = reading->layout;
    reading->layout = seen.layout;
    reading->layout.has_time = true;
    reading->layout.fraction_digits_max = 6;
    reading->layout.has_zone = time.has_zone;
  }
}

}  // namespace

Result<ArrayPtr> CastColumn(const ArrayPtr& column, const TypePtr& to, arrow::MemoryPool* pool) {
  if (column->type()->Equals(*to)) return column;
  ARROW_RETURN_NOT_OK(InitializeCompute());
  if (IsTextOrItsDictionary(*column->type()) && !IsText(*to)) {
    return CastTextBy(column, PlainReading(*to), to, /*any_iso=*/true, pool);
  }
  return CastTyped(column, to, pool);
}

Result<ArrayPtr> CastText(const ArrayPtr& column, const TextType& reading, const TypePtr& to,
                          arrow::MemoryPool* pool) {
  return CastTextBy(column, reading, to, /*any_iso=*/false, pool);
}

Result<TextType> TextTypeFromField(const arrow::Field& field, const ColumnEvidence* sample,
                                   std::optional<DateOrder> date_order) {
  TextType reading = PlainReading(*field.type());
  if (reading.kind == TextKind::kText) return reading;
  if (field.metadata() != nullptr) {
    if (const auto format = field.metadata()->Get(kFormatKey); format.ok()) {
      const bool has_zone = reading.layout.has_zone;
      const Status parsed = ParseFormat(*format, &reading);
      if (!parsed.ok()) return AddWhere(parsed, {.column = field.name()});
      if (reading.kind == TextKind::kTimestamp && reading.layout.has_zone != has_zone) {
        return Fail(kBadFormat, {.column = field.name()},
                    "'{}' is no pattern for values of type {}", *format, PrintType(*field.type()));
      }
      // A contract is about values: fewer decimals than the scale lose nothing.
      reading.fixed_scale = false;
      return reading;
    }
  }
  if (sample != nullptr) TakeSpelling(*sample, date_order, &reading);
  return reading;
}

std::shared_ptr<arrow::Field> MakeField(const std::string& name, const std::string& source_name,
                                        const TextType& type, bool nullable) {
  std::vector<std::string> keys;
  std::vector<std::string> values;
  if (source_name != name) {
    keys.emplace_back(kSourceNameKey);
    values.push_back(source_name);
  }
  if (std::string format = PrintFormat(type); !format.empty()) {
    keys.emplace_back(kFormatKey);
    values.push_back(std::move(format));
  }
  auto metadata =
      keys.empty() ? nullptr : arrow::key_value_metadata(std::move(keys), std::move(values));
  return arrow::field(name, type.arrow_type(), nullable, std::move(metadata));
}

Result<std::vector<CastRequest>> ParseCasts(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += ',';
    all += text;
  }
  std::vector<CastRequest> casts;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= all.size(); ++i) {
    const char c = i < all.size() ? all[i] : ',';
    if (c == '(' || c == '<' || c == '[') ++depth;
    if (c == ')' || c == '>' || c == ']') --depth;
    if (c != ',' || (depth > 0 && i < all.size())) continue;
    const std::string text = all.substr(begin, i - begin);
    begin = i + 1;
    // The last one separates: a column's name may hold others.
    const size_t equals = text.rfind('=');
    if (text.empty() && i == all.size()) break;
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return Fail(kBadOption, {}, "the option 'cast' cannot be '{}': it takes column=type", text);
    }
    CastRequest cast;
    cast.column = text.substr(0, equals);
    ARROW_ASSIGN_OR_RAISE(cast.type, ParseType(std::string_view(text).substr(equals + 1)));
    casts.push_back(std::move(cast));
  }
  return casts;
}

}  // namespace pyforge::schema
