#include "schema/column_kernels.h"
#include "schema/kernel_blocks.h"
#include "schema/number_text.h"

namespace pyforge::schema {
namespace {

struct Extremes {
  int64_t min = INT64_MAX;
  int64_t max = INT64_MIN;
  void Add(const int64_t* values, int count, uint64_t valid) {
    const bool all = (~valid & FirstBits(count)) == 0;
    for (int i = 0; i < count; ++i) {
      if (!all && (valid >> i & 1) == 0) continue;
      min = std::min(min, values[i]);
      max = std::max(max, values[i]);
    }
  }
};

}  // namespace

int64_t ConvertIntegers(const TextType& type, const TextSlice& slice, ColumnBuffers* out) {
  auto* const values = static_cast<int64_t*>(out->values);
  const NumberFormat format{type.decimal_point, type.group_mark};
  const auto convert_one = [format](const char* text, size_t bytes, int64_t* value) {
    ParsedNumber number;
    return ParseNumber(text, bytes, format, &number) && FitsInt64(number, value);
  };
  const auto quick = type.group_mark == 0 ? BestKernels().integers : nullptr;
  Extremes extremes;
  const int64_t done = ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    int64_t* const block = values + first;
    const int converted = quick != nullptr
                              ? ConvertBlock(slice, first, count, valid, block, quick, convert_one)
                              : ConvertBlockSingly(slice, first, count, valid, block, convert_one);
    extremes.Add(block, converted, valid);
    return converted;
  });
  if (extremes.min <= extremes.max) {
    out->int_min = extremes.min;
    out->int_max = extremes.max;
  }
  return done;
}

}  // namespace pyforge::schema
