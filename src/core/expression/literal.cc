#include "core/expression/literal.h"

#include <algorithm>
#include <string>
#include <utility>

#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/decimal.h>

#include "core/expression/lexer.h"

namespace pyforge::core {
namespace {

using ScalarPointer = std::shared_ptr<arrow::Scalar>;
using TypePointer = std::shared_ptr<arrow::DataType>;

ScalarPointer ParseAs(std::string_view text, const TypePointer& type) {
  auto value = arrow::Scalar::Parse(type, text);
  return value.ok() ? *value : nullptr;
}

/// A decimal as it is written: value * 10^-scale.
struct ExactNumber {
  arrow::Decimal256 value;
  int32_t scale = 0;
};

bool ParseExact(std::string_view text, ExactNumber* out) {
  int32_t precision = 0;
  return arrow::Decimal256::FromString(text, &out->value, &precision, &out->scale).ok() &&
         precision <= arrow::Decimal256Type::kMaxPrecision && out->scale >= 0;
}

ScalarPointer MakeDecimal(const arrow::Decimal256& value, const TypePointer& type) {
  const auto& decimal = static_cast<const arrow::DecimalType&>(*type);
  if (!value.FitsInPrecision(decimal.precision())) return nullptr;
  if (type->id() == arrow::Type::DECIMAL256) {
    return std::make_shared<arrow::Decimal256Scalar>(value, type);
  }
  const arrow::Decimal128 narrow(static_cast<int64_t>(value.little_endian_array()[1]),
                                 value.little_endian_array()[0]);
  if (type->id() == arrow::Type::DECIMAL128) {
    return std::make_shared<arrow::Decimal128Scalar>(narrow, type);
  }
  // The rare narrow decimals are reached through Arrow's own cast.
  const auto wide = std::make_shared<arrow::Decimal128Scalar>(
      narrow, arrow::decimal128(arrow::Decimal128Type::kMaxPrecision, decimal.scale()));
  auto cast = wide->CastTo(type);
  return cast.ok() ? *cast : nullptr;
}

// The zone that ends a timestamp: Z, +02:00, -0500.
bool HasZone(std::string_view text) {
  constexpr size_t kDateBytes = 10;
  if (text.size() <= kDateBytes) return false;
  return text.substr(kDateBytes).find_first_of("Zz+-") != std::string_view::npos;
}

}  // namespace

bool IsNumberText(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const auto tokens = Tokenize(text);
  return tokens.ok() && tokens->size() == 2 && tokens->front().kind == TokenKind::kNumber &&
         tokens->front().end == text.size() && tokens->front().position == 0;
}

ScalarPointer ParseNumber(std::string_view text) {
  if (text.find_first_of("eE") != std::string_view::npos) return ParseAs(text, arrow::float64());
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (text.find('.') == std::string_view::npos) {
    if (auto whole = ParseAs(text, arrow::int64())) return whole;
  }
  ExactNumber number;
  if (!ParseExact(text, &number)) return nullptr;
  for (int32_t precision = std::max(number.scale, 1);
       precision <= arrow::Decimal256Type::kMaxPrecision; ++precision) {
    if (!number.value.FitsInPrecision(precision)) continue;
    if (precision <= arrow::Decimal128Type::kMaxPrecision) {
      return MakeDecimal(number.value, arrow::decimal128(precision, number.scale));
    }
    return MakeDecimal(number.value, arrow::decimal256(precision, number.scale));
  }
  return nullptr;
}

ScalarPointer ParseNumberAs(std::string_view text, const TypePointer& type) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (type->id() == arrow::Type::HALF_FLOAT) {
    const auto value = ParseAs(text, arrow::float64());
    if (value == nullptr) return nullptr;
    auto half = value->CastTo(type);
    return half.ok() ? *half : nullptr;
  }
  if (arrow::is_floating(type->id())) return ParseAs(text, type);
  if (arrow::is_integer(type->id())) return ParseAs(text, type);
  ExactNumber number;
  if (!arrow::is_decimal(type->id()) || !ParseExact(text, &number)) return nullptr;
  const auto& decimal = static_cast<const arrow::DecimalType&>(*type);
  auto rescaled = number.value.Rescale(number.scale, decimal.scale());
  return rescaled.ok() ? MakeDecimal(*rescaled, type) : nullptr;
}

ScalarPointer ParseTemporalAs(std::string_view text, const TypePointer& type) {
  if (type->id() == arrow::Type::TIMESTAMP &&
      static_cast<const arrow::TimestampType&>(*type).timezone().empty() && HasZone(text)) {
    return nullptr;
  }
  return ParseAs(text, type);
}

ScalarPointer ParseTimestamp(std::string_view text) {
  const std::string zone = HasZone(text) ? "UTC" : "";
  for (auto unit : {arrow::TimeUnit::MICRO, arrow::TimeUnit::NANO}) {
    if (auto value = ParseTemporalAs(text, arrow::timestamp(unit, zone))) return value;
  }
  return nullptr;
}

std::vector<TypePointer> FinerTypes(const TypePointer& type) {
  std::vector<TypePointer> finer{type};
  using arrow::TimeUnit;
  constexpr TimeUnit::type kUnits[] = {TimeUnit::MILLI, TimeUnit::MICRO, TimeUnit::NANO};
  if (type->id() == arrow::Type::DATE32 || type->id() == arrow::Type::DATE64) {
    for (auto unit : kUnits) finer.push_back(arrow::timestamp(unit));
  } else if (type->id() == arrow::Type::TIMESTAMP) {
    const auto& timestamp = static_cast<const arrow::TimestampType&>(*type);
    for (auto unit : kUnits) {
      if (unit > timestamp.unit()) finer.push_back(arrow::timestamp(unit, timestamp.timezone()));
    }
  } else if (arrow::is_time(type->id())) {
    for (auto unit : kUnits) {
      if (unit <= static_cast<const arrow::TimeType&>(*type).unit()) continue;
      finer.push_back(unit == TimeUnit::MILLI ? arrow::time32(unit) : arrow::time64(unit));
    }
  }
  return finer;
}

ScalarPointer ParseBool(std::string_view text) {
  const std::string lower = ToLowerAscii(text);
  if (lower != "true" && lower != "false") return nullptr;
  return arrow::MakeScalar(lower == "true");
}

}  // namespace pyforge::core
