#include "schema/column_kernels.h"
#include "schema/kernel_blocks.h"
#include "schema/temporal_text.h"

namespace pyforge::schema {
namespace {

// 20241231: a date only where the column is known to hold dates.
bool ParseCompactDay(const char* text, size_t bytes, ParsedTemporal* parsed) {
  char with_time[14] = "00000000T0000";
  if (bytes != 8) return false;
  std::memcpy(with_time, text, 8);
  return ParseTemporal(with_time, sizeof with_time - 1, parsed);
}

// One layout, ready to judge and convert values.
class TemporalConverter {
 public:
  explicit TemporalConverter(const TextType& type)
      : kind_(type.kind),
        order_(type.layout.order),
        allowed_(AllowedTraits(type.kind, type.layout)),
        is_compact_day_(type.kind == TextKind::kDate && type.layout.separator == 0) {}

  bool Convert(const char* text, size_t bytes, int64_t* value) const {
    ParsedTemporal parsed;
    if (is_compact_day_) {
      if (!ParseCompactDay(text, bytes, &parsed)) return false;
    } else if (!ParseTemporal(text, bytes, &parsed) || (parsed.traits & ~allowed_) != 0) {
      return false;
    }
    if (kind_ == TextKind::kTime) {
      *value = parsed.micros;
      return true;
    }
    if ((parsed.orders & OrderBit(order_)) == 0) return false;
    *value = kind_ == TextKind::kDate ? DaysOf(parsed, order_) : MicrosOf(parsed, order_);
    return true;
  }

 private:
  TextKind kind_;
  DateOrder order_;
  TemporalTraits allowed_;
  bool is_compact_day_;
};

}  // namespace

bool ConvertTemporal(const TextType& type, const char* text, size_t bytes, void* value) {
  int64_t converted = 0;
  if (!TemporalConverter(type).Convert(text, bytes, &converted)) return false;
  if (type.kind == TextKind::kDate) {
    const auto days = static_cast<int32_t>(converted);
    std::memcpy(value, &days, sizeof days);
  } else {
    std::memcpy(value, &converted, sizeof converted);
  }
  return true;
}

int64_t ConvertTemporals(const TextType& type, const TextSlice& slice, ColumnBuffers* out) {
  const TemporalConverter converter(type);
  if (type.kind == TextKind::kDate) {
    auto* const days = static_cast<int32_t*>(out->values);
    return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
      return ConvertBlockSingly(slice, first, count, valid, days + first,
                                [&](const char* text, size_t bytes, int32_t* value) {
                                  int64_t converted = 0;
                                  if (!converter.Convert(text, bytes, &converted)) return false;
                                  *value = static_cast<int32_t>(converted);
                                  return true;
                                });
    });
  }
  auto* const values = static_cast<int64_t*>(out->values);
  return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    return ConvertBlockSingly(slice, first, count, valid, values + first,
                              [&](const char* text, size_t bytes, int64_t* value) {
                                return converter.Convert(text, bytes, value);
                              });
  });
}

}  // namespace pyforge::schema
