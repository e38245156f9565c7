#include "schema/text_kernels.h"

#include <cstring>

#include "schema/column_kernels.h"
#include "schema/number_text.h"
#include "schema/temporal_text.h"

namespace pyforge::schema {

int64_t ConvertSlice(const TextType& type, const TextSlice& slice, ColumnBuffers* out) {
  out->null_count = 0;
  out->int_min = 0;
  out->int_max = 0;
  out->numbers = {};
  switch (type.kind) {
    case TextKind::kBool:
      return ConvertBools(slice, out);
    case TextKind::kInt64:
      return ConvertIntegers(type, slice, out);
    case TextKind::kDecimal:
      return ConvertDecimals(type, slice, out);
    case TextKind::kDouble:
      return ConvertDoubles(type, slice, out);
    case TextKind::kDate:
    case TextKind::kTime:
    case TextKind::kTimestamp:
      return ConvertTemporals(type, slice, out);
    case TextKind::kNull:
    case TextKind::kText:
      break;
  }
  return 0;
}

bool ConvertValue(const TextType& type, const char* text, size_t bytes, void* value) {
  const NumberFormat format{type.decimal_point, type.group_mark};
  ParsedNumber number;
  switch (type.kind) {
    case TextKind::kBool: {
      const int parsed = ParseBoolWord(text, bytes);
      if (parsed < 0) return false;
      const auto byte = static_cast<uint8_t>(parsed);
      std::memcpy(value, &byte, sizeof byte);
      return true;
    }
    case TextKind::kInt64: {
      int64_t integer = 0;
      if (!ParseNumber(text, bytes, format, &number) || !FitsInt64(number, &integer)) return false;
      std::memcpy(value, &integer, sizeof integer);
      return true;
    }
    case TextKind::kDecimal: {
      Int128 decimal = 0;
      if (!ParseNumber(text, bytes, format, &number) ||
          !FitsDecimal(text, bytes, number, type.precision, type.scale, type.fixed_scale,
                       &decimal)) {
        return false;
      }
      std::memcpy(value, &decimal, sizeof decimal);
      return true;
    }
    case TextKind::kDouble: {
      double real = 0;
      if (!ParseNumber(text, bytes, format, &number) || !FitsDouble(number, &real)) return false;
      std::memcpy(value, &real, sizeof real);
      return true;
    }
    case TextKind::kDate:
    case TextKind::kTime:
    case TextKind::kTimestamp:
      return ConvertTemporal(type, text, bytes, value);
    case TextKind::kNull:
    case TextKind::kText:
      break;
  }
  return false;
}

}  // namespace pyforge::schema
