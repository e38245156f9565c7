// Numbers with decimals: doubles and decimals of a fixed scale.
#include "schema/column_kernels.h"
#include "schema/kernel_blocks.h"
#include "schema/number_text.h"

namespace pyforge::schema {
namespace {

void Notice(const ParsedNumber& number, NumberFacts* facts) {
  if (number.is_word()) {
    facts->has_word = true;
    return;
  }
  const auto clip = [](int32_t digits) {
    return static_cast<int16_t>(std::min<int32_t>(digits, INT16_MAX));
  };
  facts->integer_digits_max = std::max(facts->integer_digits_max, clip(number.integer_digits));
  facts->scale_max = std::max(facts->scale_max, clip(number.scale));
  facts->scale_min = std::min(facts->scale_min, clip(number.scale));
  facts->has_exponent |= number.has_exponent;
  // As int64 spells integers: a zero with a sign is not among them.
  facts->has_real |= !number.is_integer() || (number.negative && number.digits == 0);
}

}  // namespace

int64_t ConvertDecimals(const TextType& type, const TextSlice& slice, ColumnBuffers* out) {
  auto* const values = static_cast<Int128*>(out->values);
  const NumberFormat format{type.decimal_point, type.group_mark};
  const auto convert_one = [&](const char* text, size_t bytes, Int128* value) {
    ParsedNumber number;
    return ParseNumber(text, bytes, format, &number) &&
           FitsDecimal(text, bytes, number, type.precision, type.scale, type.fixed_scale, value);
  };
  return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    return ConvertBlockSingly(slice, first, count, valid, values + first, convert_one);
  });
}

int64_t ConvertDoubles(const TextType& type, const TextSlice& slice, ColumnBuffers* out) {
  auto* const values = static_cast<double*>(out->values);
  const NumberFormat format{type.decimal_point, type.group_mark};
  NumberFacts facts;
  const auto convert_one = [&](const char* text, size_t bytes, double* value) {
    ParsedNumber number;
    if (!ParseNumber(text, bytes, format, &number) || !FitsDouble(number, value)) return false;
    Notice(number, &facts);
    return true;
  };
  const int64_t done = ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    return ConvertBlockSingly(slice, first, count, valid, values + first, convert_one);
  });
  out->numbers = facts;
  return done;
}

}  // namespace pyforge::schema
