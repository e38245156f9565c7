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

// The places of the parts, where every value has the same: padded numbers, years of four digits.
bool FixLayout(const TextType& type, FixedLayout* fixed) {
  const TemporalLayout& layout = type.layout;
  if (type.kind == TextKind::kTime || layout.month_names || layout.two_digit_years ||
      layout.unpadded || layout.separator == 0 || layout.twelve_hours ||
      layout.date_time_separator == ',') {
    return false;
  }
  const bool has_time = type.kind == TextKind::kTimestamp;
  fixed->has_seconds = has_time && layout.has_seconds;
  fixed->has_zone = layout.has_zone;
  const auto separate = [fixed](size_t at, char separator) {
    fixed->separators[at] = separator;
    fixed->is_separator[at] = 0xFF;
  };
  fixed->places.fill(0x80);
  const auto place = [fixed](size_t part, uint8_t at, size_t digits) {
    for (size_t i = 0; i < digits; ++i) fixed->places[part + i] = static_cast<uint8_t>(at + i);
  };
  const bool year_first = layout.order == DateOrder::kYmd;
  const bool day_first = layout.order == DateOrder::kDmy;
  place(0, year_first ? 0 : 6, 4);
  place(4, year_first ? 5 : day_first ? 3 : 0, 2);
  place(6, year_first ? 8 : day_first ? 0 : 3, 2);
  separate(year_first ? 4 : 2, layout.separator);
  separate(year_first ? 7 : 5, layout.separator);
  if (has_time) {
    separate(10, layout.date_time_separator);
    place(8, 11, 2);
    separate(13, ':');
    place(10, 14, 2);
  }
  return true;
}

// The other common kind of layout: the year last, parts of one or two digits, or twelve hours.
bool VaryLayout(const TextType& type, VariableLayout* variable) {
  const TemporalLayout& layout = type.layout;
  if (type.kind == TextKind::kTime || layout.month_names || layout.two_digit_years ||
      layout.order == DateOrder::kYmd || layout.has_zone || layout.date_time_separator == ',') {
    return false;
  }
  *variable = {.separator = layout.separator,
               .day_first = layout.order == DateOrder::kDmy,
               .unpadded = layout.unpadded,
               .has_time = type.kind == TextKind::kTimestamp,
               .date_time_separator = layout.date_time_separator,
               .has_seconds = layout.has_seconds,
               .twelve_hours = layout.twelve_hours};
  return true;
}

// Converts blocks by `quick`, which may be null, and the rest by `convert`.
template <typename Value, typename Layout, typename Convert>
int64_t ConvertBlocks(const TextSlice& slice, ColumnBuffers* out,
                      uint64_t (*quick)(const FieldBlock&, const Layout&, Value*),
                      const Layout& layout, Convert&& convert) {
  auto* const values = static_cast<Value*>(out->values);
  const auto quick_block = [&](const FieldBlock& fields, Value* block) {
    return quick(fields, layout, block);
  };
  return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    Value* const block = values + first;
    return quick == nullptr ? ConvertBlockSingly(slice, first, count, valid, block, convert)
                            : ConvertBlock(slice, first, count, valid, block, quick_block, convert);
  });
}

// By the vector kernel that the layout has, if any.
template <typename Value>
int64_t ConvertColumn(const TextType& type, const TextSlice& slice, ColumnBuffers* out,
                      uint64_t (*fixed_kernel)(const FieldBlock&, const FixedLayout&, Value*),
                      uint64_t (*variable_kernel)(const FieldBlock&, const VariableLayout&,
                                                  Value*)) {
  const TemporalConverter converter(type);
  const auto convert_one = [&](const char* text, size_t bytes, Value* value) {
    int64_t converted = 0;
    if (!converter.Convert(text, bytes, &converted)) return false;
    *value = static_cast<Value>(converted);
    return true;
  };
  FixedLayout fixed;
  if (FixLayout(type, &fixed)) {
    return ConvertBlocks(slice, out, fixed_kernel, fixed, convert_one);
  }
  VariableLayout variable;
  if (!VaryLayout(type, &variable)) variable_kernel = nullptr;
  return ConvertBlocks(slice, out, variable_kernel, variable, convert_one);
}

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
  const BlockKernels& kernels = BestKernels();
  if (type.kind == TextKind::kDate) {
    return ConvertColumn<int32_t>(type, slice, out, kernels.dates, kernels.variable_dates);
  }
  return ConvertColumn<int64_t>(type, slice, out, kernels.timestamps, kernels.variable_timestamps);
}

}  // namespace pyforge::schema
