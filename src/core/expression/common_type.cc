#include "core/expression/common_type.h"

#include <algorithm>
#include <string>
#include <utility>

#include <arrow/type.h>
#include <arrow/type_traits.h>

namespace pyforge::core {
namespace {

using TypePointer = std::shared_ptr<arrow::DataType>;

bool IsBinary(const arrow::DataType& type) {
  return type.id() == arrow::Type::BINARY || type.id() == arrow::Type::LARGE_BINARY ||
         type.id() == arrow::Type::FIXED_SIZE_BINARY;
}

/// Digits before and after the point that hold every value of an integer or a decimal.
struct Digits {
  int before = 0;
  int after = 0;
};

Digits DigitsOf(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::INT8:
    case arrow::Type::UINT8:
      return {3, 0};
    case arrow::Type::INT16:
    case arrow::Type::UINT16:
      return {5, 0};
    case arrow::Type::INT32:
    case arrow::Type::UINT32:
      return {10, 0};
    case arrow::Type::INT64:
      return {19, 0};
    case arrow::Type::UINT64:
      return {20, 0};
    default: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return {decimal.precision() - decimal.scale(), decimal.scale()};
    }
  }
}

TypePointer CommonDecimal(const arrow::DataType& a, const arrow::DataType& b) {
  const Digits left = DigitsOf(a);
  const Digits right = DigitsOf(b);
  const int scale = std::max(left.after, right.after);
  const int precision = std::max(left.before, right.before) + scale;
  if (precision <= arrow::Decimal128Type::kMaxPrecision) return arrow::decimal128(precision, scale);
  if (precision <= arrow::Decimal256Type::kMaxPrecision) return arrow::decimal256(precision, scale);
  return nullptr;
}

TypePointer SignedInteger(int bits) {
  if (bits <= 8) return arrow::int8();
  if (bits <= 16) return arrow::int16();
  return bits <= 32 ? arrow::int32() : arrow::int64();
}

TypePointer CommonInteger(const TypePointer& a, const TypePointer& b) {
  const int left = a->bit_width();
  const int right = b->bit_width();
  const bool left_signed = arrow::is_signed_integer(a->id());
  const bool right_signed = arrow::is_signed_integer(b->id());
  if (left_signed == right_signed) return left >= right ? a : b;
  const int unsigned_bits = left_signed ? right : left;
  const int signed_bits = left_signed ? left : right;
  if (unsigned_bits == 64) return arrow::decimal128(20, 0);
  return SignedInteger(std::max(signed_bits, 2 * unsigned_bits));
}

TypePointer CommonNumber(const TypePointer& a, const TypePointer& b) {
  const bool left_float = arrow::is_floating(a->id());
  const bool right_float = arrow::is_floating(b->id());
  if (left_float && right_float) return a->bit_width() >= b->bit_width() ? a : b;
  if (left_float || right_float) return arrow::float64();
  if (arrow::is_integer(a->id()) && arrow::is_integer(b->id())) return CommonInteger(a, b);
  return CommonDecimal(*a, *b);
}

bool IsDate(const arrow::DataType& type) {
  return type.id() == arrow::Type::DATE32 || type.id() == arrow::Type::DATE64;
}

TypePointer CommonTemporal(const TypePointer& a, const TypePointer& b) {
  const auto finer = [](arrow::TimeUnit::type x, arrow::TimeUnit::type y) {
    return std::max(x, y);
  };
  const auto is_timestamp = [](const TypePointer& type) {
    return type->id() == arrow::Type::TIMESTAMP;
  };
  if (IsDate(*a) && IsDate(*b)) return arrow::timestamp(arrow::TimeUnit::MILLI);
  if (is_timestamp(a) && IsDate(*b)) return a;
  if (IsDate(*a) && is_timestamp(b)) return b;
  if (is_timestamp(a) && is_timestamp(b)) {
    const auto& left = static_cast<const arrow::TimestampType&>(*a);
    const auto& right = static_cast<const arrow::TimestampType&>(*b);
    // A point in time and a reading of some clock have nothing in common.
    if (left.timezone().empty() != right.timezone().empty()) return nullptr;
    return arrow::timestamp(finer(left.unit(), right.unit()),
                            left.timezone() == right.timezone() ? left.timezone() : "UTC");
  }
  if (arrow::is_time(a->id()) && arrow::is_time(b->id())) {
    const auto unit = finer(static_cast<const arrow::TimeType&>(*a).unit(),
                            static_cast<const arrow::TimeType&>(*b).unit());
    return unit <= arrow::TimeUnit::MILLI ? arrow::time32(unit) : arrow::time64(unit);
  }
  if (a->id() == arrow::Type::DURATION && b->id() == arrow::Type::DURATION) {
    return arrow::duration(finer(static_cast<const arrow::DurationType&>(*a).unit(),
                                 static_cast<const arrow::DurationType&>(*b).unit()));
  }
  return nullptr;
}

}  // namespace

bool IsText(const arrow::DataType& type) {
  return type.id() == arrow::Type::STRING || type.id() == arrow::Type::LARGE_STRING;
}

bool IsNumber(const arrow::DataType& type) {
  return arrow::is_integer(type.id()) || arrow::is_floating(type.id()) ||
         arrow::is_decimal(type.id());
}

TypePointer PlainType(const TypePointer& type) {
  switch (type->id()) {
    case arrow::Type::DICTIONARY:
      return PlainType(static_cast<const arrow::DictionaryType&>(*type).value_type());
    case arrow::Type::STRING_VIEW:
      return arrow::utf8();
    case arrow::Type::BINARY_VIEW:
      return arrow::binary();
    case arrow::Type::HALF_FLOAT:
      return arrow::float32();
    default:
      return type;
  }
}

TypePointer CommonType(const TypePointer& a, const TypePointer& b) {
  TypePointer left = PlainType(a);
  TypePointer right = PlainType(b);
  if (left->Equals(*right)) return left;
  if (left->id() == arrow::Type::NA) return right;
  if (right->id() == arrow::Type::NA) return left;
  if (IsNumber(*left) && IsNumber(*right)) return CommonNumber(left, right);
  if (IsText(*left) && IsText(*right)) return arrow::large_utf8();
  if (IsBinary(*left) && IsBinary(*right)) {
    const bool large =
        left->id() == arrow::Type::LARGE_BINARY || right->id() == arrow::Type::LARGE_BINARY;
    return large ? arrow::large_binary() : arrow::binary();
  }
  return CommonTemporal(left, right);
}

}  // namespace pyforge::core
