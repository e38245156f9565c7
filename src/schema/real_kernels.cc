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

constexpr uint64_t kIntegerPowersOfTen[] = {1,
                                            10,
                                            100,
                                            1'000,
                                            10'000,
                                            100'000,
                                            1'000'000,
                                            10'000'000,
                                            100'000'000,
                                            1'000'000'000,
                                            10'000'000'000,
                                            100'000'000'000,
                                            1'000'000'000'000,
                                            10'000'000'000'000,
                                            100'000'000'000'000,
                                            1'000'000'000'000'000,
                                            10'000'000'000'000'000,
                                            100'000'000'000'000'000,
                                            1'000'000'000'000'000'000};

// Numbers of up to sixteen digits to decimals of a scale.
class DecimalBlock {
 public:
  DecimalBlock(const TextType& type, const BlockKernels& kernels)
      : type_(type),
        numbers_(kernels.numbers),
        limit_(type.precision < 18 ? kIntegerPowersOfTen[type.precision]
                                   : kIntegerPowersOfTen[18]) {}

  uint64_t operator()(const FieldBlock& fields, Int128* values) {
    uint64_t undone = numbers_(fields, type_.decimal_point, &parts_);
    for (int i = 0; i < fields.count; ++i) {
      const auto at = static_cast<size_t>(i);
      const int missing = type_.scale - parts_.scale[at];
      // Up to two more digits keep within 18.
      const bool fits = missing == 0 || (missing > 0 && missing <= 2 && !type_.fixed_scale);
      const uint64_t number = parts_.digits[at] * kIntegerPowersOfTen[fits ? missing : 0];
      const auto magnitude = static_cast<Int128>(static_cast<int64_t>(number));
      values[i] = (parts_.negative >> i & 1) != 0 ? -magnitude : magnitude;
      undone |= uint64_t{!fits || number >= limit_} << i;
    }
    return undone;
  }

 private:
  const TextType& type_;
  uint64_t (*numbers_)(const FieldBlock&, char, NumberParts*);
  uint64_t limit_;
  NumberParts parts_ = {};
};

}  // namespace

int64_t ConvertDecimals(const TextType& type, const TextSlice& slice, ColumnBuffers* out) {
  auto* const values = static_cast<Int128*>(out->values);
  const NumberFormat format{type.decimal_point, type.group_mark};
  const auto convert_one = [&](const char* text, size_t bytes, Int128* value) {
    ParsedNumber number;
    return ParseNumber(text, bytes, format, &number) &&
           FitsDecimal(text, bytes, number, type.precision, type.scale, type.fixed_scale, value);
  };
  const BlockKernels& kernels = BestKernels();
  if (kernels.numbers == nullptr || type.group_mark != 0) {
    return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
      return ConvertBlockSingly(slice, first, count, valid, values + first, convert_one);
    });
  }
  DecimalBlock quick(type, kernels);
  return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    return ConvertBlock(slice, first, count, valid, values + first, quick, convert_one);
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
  const auto kernel = type.group_mark == 0 ? BestKernels().doubles : nullptr;
  const auto quick = [&](const FieldBlock& fields, double* block) {
    return kernel(fields, type.decimal_point, block, &facts);
  };
  const int64_t done = ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    double* const block = values + first;
    if (kernel == nullptr) {
      return ConvertBlockSingly(slice, first, count, valid, block, convert_one);
    }
    const NumberFacts before = facts;
    const int converted = ConvertBlock(slice, first, count, valid, block, quick, convert_one);
    if (converted < count) {
      // What was noticed behind the misfit must be forgotten.
      facts = before;
      return ConvertBlockSingly(slice, first, count, valid, block, convert_one);
    }
    return converted;
  });
  out->numbers = facts;
  return done;
}

}  // namespace pyforge::schema
