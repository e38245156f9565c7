#include "formats/parquet/page_values.h"

#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "formats/parquet/errors.h"

namespace pyforge::parquet {
namespace {

constexpr int64_t kMillisPerDay = 86'400'000;

Status OutOfRange(const LeafPlan& leaf, int64_t row, int64_t value, std::string_view wanted) {
  return Fail(kValueOutOfRange, {.column = leaf.path.front(), .row = row},
              "the value {} of type {} does not fit {}", value, leaf.type->ToString(), wanted);
}

template <typename T>
const T* RawValues(const arrow::Array& array) {
  return array.data()->GetValues<T>(1);
}

// Converts each selected value by `convert(value, &out) -> bool`; false: it does not fit.
template <typename In, typename Out, typename Convert>
Status AppendConverted(const LeafPlan& leaf, const arrow::Array& array, const Selection& selection,
                       std::string_view wanted, Convert&& convert, PageValues* values) {
  const In* in = RawValues<In>(array);
  values->fixed.Reserve(values->fixed.size() + static_cast<size_t>(selection.length) * sizeof(Out));
  int64_t misfit = -1;
  VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
    const auto count = static_cast<size_t>(length);
    auto* out = reinterpret_cast<Out*>(values->fixed.Extend(count * sizeof(Out)));
    bool fits = true;
    for (size_t i = 0; i < count; ++i) fits &= convert(in[static_cast<size_t>(begin) + i], out + i);
    values->count += count;
    if (fits || misfit >= 0) return;
    Out ignored;
    misfit = begin;
    while (convert(in[misfit], &ignored)) ++misfit;
  });
  if (misfit < 0) return Status::OK();
  return OutOfRange(leaf, misfit, static_cast<int64_t>(in[misfit]), wanted);
}

template <typename In>
Status AppendWidened(const LeafPlan& leaf, const arrow::Array& array, const Selection& selection,
                     PageValues* values) {
  return AppendConverted<In, int32_t>(
      leaf, array, selection, {},
      [](In value, int32_t* out) {
        *out = int32_t{value};
        return true;
      },
      values);
}

void AppendCopies(const arrow::Array& array, size_t width, const Selection& selection,
                  PageValues* values) {
  const uint8_t* in =
      array.data()->buffers[1]->data() + static_cast<size_t>(array.offset()) * width;
  const auto take = [&](auto copy) {
    VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
      const size_t size = static_cast<size_t>(length) * width;
      copy(values->fixed.Extend(size), in + static_cast<size_t>(begin) * width, size);
      values->count += static_cast<size_t>(length);
    });
  };
  values->fixed.Reserve(values->fixed.size() + static_cast<size_t>(selection.length) * width);
  // Most runs between nulls are short: a copy of a fixed size beats a call.
  const bool is_eight = width == 8;
  if (array.null_count() != 0 && (is_eight || width == 4)) {
    take([is_eight](uint8_t* out, const uint8_t* from, size_t size) {
      if (size <= 64) {
        if (is_eight) {
          for (size_t i = 0; i < size; i += 8) std::memcpy(out + i, from + i, 8);
        } else {
          for (size_t i = 0; i < size; i += 4) std::memcpy(out + i, from + i, 4);
        }
      } else {
        std::memcpy(out, from, size);
      }
    });
  } else {
    take([](uint8_t* out, const uint8_t* from, size_t size) { std::memcpy(out, from, size); });
  }
}

void AppendBooleans(const arrow::Array& array, const Selection& selection, PageValues* values) {
  const uint8_t* bitmap = array.data()->buffers[1]->data();
  VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
    uint8_t* out = values->fixed.Extend(static_cast<size_t>(length));
    const auto first = static_cast<uint64_t>(array.offset() + begin);
    const auto count = static_cast<uint64_t>(length);
    for (uint64_t i = 0; i < count; ++i) {
      out[i] = static_cast<uint8_t>(arrow::bit_util::GetBit(bitmap, first + i));
    }
    values->count += static_cast<size_t>(length);
  });
}

// Arrow holds decimals as little-endian two's complement of 4 to 32 bytes.
void AppendDecimals(const LeafPlan& leaf, const arrow::Array& array, const Selection& selection,
                    PageValues* values) {
  const auto in_width =
      static_cast<size_t>(static_cast<const arrow::FixedWidthType&>(*array.type()).byte_width());
  const auto out_width = static_cast<size_t>(leaf.value_bytes);
  const uint8_t* in =
      array.data()->buffers[1]->data() + static_cast<size_t>(array.offset()) * in_width;
  const bool is_big_endian = leaf.kind == ValueKind::kDecimalFixed;
  VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
    const uint8_t* from = in + static_cast<size_t>(begin) * in_width;
    uint8_t* out = values->fixed.Extend(static_cast<size_t>(length) * out_width);
    for (int64_t i = 0; i < length; ++i, from += in_width, out += out_width) {
      std::array<uint8_t, 40> wide;
      const uint8_t sign = (from[in_width - 1] & 0x80) != 0 ? 0xFF : 0;
      std::memset(wide.data(), sign, wide.size());
      std::memcpy(wide.data(), from, in_width);
      if (is_big_endian) {
        for (size_t k = 0; k < out_width; ++k) out[k] = wide[out_width - 1 - k];
      } else {
        std::memcpy(out, wide.data(), out_width);
      }
    }
    values->count += static_cast<size_t>(length);
  });
}

Status TooLarge(const LeafPlan& leaf, int64_t row, int64_t bytes) {
  return Fail(kValueTooLarge, {.column = leaf.path.front(), .row = row},
              "a value of {} bytes is larger than the {} bytes that a page may hold", bytes,
              std::numeric_limits<int32_t>::max());
}

template <typename Offset>
Status AppendByteArrays(const LeafPlan& leaf, const arrow::Array& array, const Selection& selection,
                        PageValues* values) {
  const Offset* offsets = RawValues<Offset>(array);
  const std::shared_ptr<arrow::Buffer>& data = array.data()->buffers[2];
  const uint8_t* bytes = data == nullptr ? nullptr : data->data();
  int64_t misfit = -1;
  VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
    const Offset* at = offsets + begin;
    const auto count = static_cast<size_t>(length);
    auto* lengths = reinterpret_cast<int32_t*>(values->lengths.Extend(count * sizeof(int32_t)));
    if constexpr (sizeof(Offset) == 8) {
      for (size_t i = 0; i < count; ++i) {
        if (at[i + 1] - at[i] > std::numeric_limits<int32_t>::max()) {
          misfit = begin + static_cast<int64_t>(i);
          return;
        }
      }
    }
    for (size_t i = 0; i < count; ++i) lengths[i] = static_cast<int32_t>(at[i + 1] - at[i]);
    values->bytes.Append(bytes + at[0], static_cast<size_t>(at[count] - at[0]));
    values->count += count;
  });
  if (misfit < 0) return Status::OK();
  return TooLarge(leaf, misfit, static_cast<int64_t>(offsets[misfit + 1] - offsets[misfit]));
}

// Calls `visit(offsets, count)` for selected values, the i-th of which is from offsets[i] to
// offsets[i + 1]. Runs between nulls are short and go together where the nulls hide no bytes.
template <typename Offset, typename Visit>
void VisitOffsetRuns(const arrow::Array& array, const Selection& selection, const Offset* offsets,
                     Visit&& visit) {
  constexpr size_t kTogether = 512;
  std::array<Offset, kTogether + 1> together;
  size_t count = 0;
  const auto flush = [&] {
    if (count != 0) visit(together.data(), count);
    count = 0;
  };
  VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
    const Offset* run = offsets + begin;
    const auto size = static_cast<size_t>(length);
    if (count != 0 && (together[count] != run[0] || count + size > kTogether)) flush();
    if (size > kTogether / 2) {
      flush();
      return visit(run, size);
    }
    std::copy_n(run, size + 1, together.data() + count);
    count += size;
  });
  flush();
}

}  // namespace

const char* ReadableEnd(const arrow::Array& array) {
  if (!arrow::is_base_binary_like(array.type_id())) return nullptr;
  const std::shared_ptr<arrow::Buffer>& data = array.data()->buffers[2];
  return data == nullptr ? nullptr : reinterpret_cast<const char*>(data->data()) + data->size();
}

size_t EncodeByteArrays(const arrow::Array& array, const Selection& selection,
                        ByteArrayDictionary* dictionary, uint32_t* codes) {
  const char* const readable_end = ReadableEnd(array);
  uint32_t* out = codes;
  const auto encode_runs = [&](const auto* offsets) {
    const std::shared_ptr<arrow::Buffer>& data = array.data()->buffers[2];
    const char* bytes = data == nullptr ? "" : reinterpret_cast<const char*>(data->data());
    VisitOffsetRuns(array, selection, offsets, [&](const auto* run, size_t count) {
      dictionary->Encode(bytes, run, count, readable_end, out);
      out += count;
    });
  };
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      encode_runs(RawValues<int32_t>(array));
      break;
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      encode_runs(RawValues<int64_t>(array));
      break;
    default:
      VisitByteArrays(array, selection, [&](std::string_view value) {
        *out++ = dictionary->Code(value, readable_end);
      });
  }
  return static_cast<size_t>(out - codes);
}

int64_t ByteArrayBytes(const arrow::Array& array, const Selection& selection) {
  if (selection.indices == nullptr) {
    const auto end = selection.begin + selection.length;
    switch (array.type_id()) {
      case arrow::Type::STRING:
      case arrow::Type::BINARY: {
        const auto* offsets = RawValues<int32_t>(array);
        return offsets[end] - offsets[selection.begin];
      }
      case arrow::Type::LARGE_STRING:
      case arrow::Type::LARGE_BINARY: {
        const auto* offsets = RawValues<int64_t>(array);
        return offsets[end] - offsets[selection.begin];
      }
      default:
        break;
    }
  }
  int64_t bytes = 0;
  VisitByteArrays(array, selection,
                  [&](std::string_view value) { bytes += static_cast<int64_t>(value.size()); });
  return bytes;
}

Status AppendValues(const LeafPlan& leaf, const arrow::Array& array, const Selection& selection,
                    PageValues* values) {
  switch (leaf.kind) {
    case ValueKind::kNull:
      return Status::OK();
    case ValueKind::kBoolean:
      AppendBooleans(array, selection, values);
      return Status::OK();
    case ValueKind::kInt8:
      return AppendWidened<int8_t>(leaf, array, selection, values);
    case ValueKind::kUint8:
      return AppendWidened<uint8_t>(leaf, array, selection, values);
    case ValueKind::kInt16:
      return AppendWidened<int16_t>(leaf, array, selection, values);
    case ValueKind::kUint16:
      return AppendWidened<uint16_t>(leaf, array, selection, values);
    case ValueKind::kCopy:
      AppendCopies(array, static_cast<size_t>(leaf.value_bytes), selection, values);
      return Status::OK();
    case ValueKind::kSecondsTime:
      return AppendConverted<int32_t, int32_t>(
          leaf, array, selection, "a time of day in milliseconds",
          [](int32_t value, int32_t* out) { return !__builtin_mul_overflow(value, 1000, out); },
          values);
    case ValueKind::kSecondsStamp:
      return AppendConverted<int64_t, int64_t>(
          leaf, array, selection, "a timestamp in milliseconds",
          [](int64_t value, int64_t* out) { return !__builtin_mul_overflow(value, 1000, out); },
          values);
    case ValueKind::kDate64:
      return AppendConverted<int64_t, int32_t>(
          leaf, array, selection, "a whole number of days",
          [](int64_t value, int32_t* out) {
            const int64_t days = value / kMillisPerDay;
            *out = static_cast<int32_t>(days);
            return days * kMillisPerDay == value && *out == days;
          },
          values);
    case ValueKind::kDecimalInt32:
    case ValueKind::kDecimalInt64:
    case ValueKind::kDecimalFixed:
      AppendDecimals(leaf, array, selection, values);
      return Status::OK();
    case ValueKind::kByteArray:
      break;
  }
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return AppendByteArrays<int32_t>(leaf, array, selection, values);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return AppendByteArrays<int64_t>(leaf, array, selection, values);
    default:
      VisitByteArrays(array, selection, [&](std::string_view value) {
        values->lengths.Push(static_cast<int32_t>(value.size()));
        values->bytes.Append(value.data(), value.size());
        ++values->count;
      });
      return Status::OK();
  }
}

}  // namespace pyforge::parquet
