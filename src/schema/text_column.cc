#include "schema/text_column.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "schema/errors.h"
#include "schema/kernel_blocks.h"
#include "schema/temporal_text.h"
#include "schema/text_kernels.h"

namespace pyforge::schema {
namespace {

constexpr int64_t kPieceRows = 4096;  // a multiple of the kernels' blocks
constexpr size_t kPadding = 64;
constexpr size_t kShownTextBytes = 80;

Status TextMisfit(const arrow::StringArray& column, int64_t row, const arrow::DataType& type) {
  const std::string_view value = column.GetView(row);
  return Fail(kCastFailed, {.row = row}, "the value '{}{}' does not fit {}",
              value.substr(0, kShownTextBytes), value.size() > kShownTextBytes ? "..." : "",
              type.ToString());
}

// Copies pieces of a column to where kernels may look beyond the fields' ends.
class PaddedPiece {
 public:
  TextSlice Load(const arrow::StringArray& column, int64_t first, int64_t rows) {
    const int32_t from = column.value_offset(first);
    const auto bytes = static_cast<size_t>(column.value_offset(first + rows) - from);
    text_.resize(std::max(text_.size(), bytes + 2 * kPadding));
    if (bytes != 0) std::memcpy(text_.data() + kPadding, column.raw_data() + from, bytes);
    begin_.resize(static_cast<size_t>(rows));
    length_.resize(static_cast<size_t>(rows));
    is_null_.resize(static_cast<size_t>(rows));
    for (int64_t i = 0; i < rows; ++i) {
      const auto at = static_cast<size_t>(i);
      begin_[at] = static_cast<uint32_t>(column.value_offset(first + i) - from);
      length_[at] = static_cast<uint32_t>(column.value_length(first + i));
      is_null_[at] = column.IsNull(first + i) ? 1 : 0;
    }
    return {text_.data() + kPadding, begin_.data(), length_.data(), is_null_.data(), rows};
  }

 private:
  std::string text_;
  std::vector<uint32_t> begin_, length_;
  std::vector<uint8_t> is_null_;
};

// An array that is filled from its first value on.
struct ColumnBuilder {
  std::shared_ptr<arrow::DataType> type;
  std::shared_ptr<arrow::Buffer> values, validity;
  int64_t bits = 0;  // of a value

  static Result<ColumnBuilder> Make(std::shared_ptr<arrow::DataType> type, int64_t rows,
                                    arrow::MemoryPool* pool) {
    ColumnBuilder builder;
    builder.bits = type->bit_width();
    constexpr auto kSpare = static_cast<int64_t>(kPadding);
    ARROW_ASSIGN_OR_RAISE(builder.values,
                          arrow::AllocateBuffer(rows * builder.bits / 8 + kSpare, pool));
    ARROW_ASSIGN_OR_RAISE(builder.validity, arrow::AllocateBuffer(rows / 8 + kSpare, pool));
    builder.type = std::move(type);
    return builder;
  }
  ColumnBuffers At(int64_t row) const {
    ColumnBuffers buffers;
    buffers.values = values->mutable_data() + row * bits / 8;
    buffers.validity = validity->mutable_data() + row / 8;
    return buffers;
  }
  std::shared_ptr<arrow::Array> Finish(int64_t rows, int64_t null_count) {
    return arrow::MakeArray(arrow::ArrayData::Make(
        type, rows, {null_count == 0 ? nullptr : std::move(validity), std::move(values)},
        null_count));
  }
};

using ConvertPiece = std::function<int64_t(const TextSlice& slice, ColumnBuffers* out)>;

Result<std::shared_ptr<arrow::Array>> ConvertPieces(const arrow::StringArray& column,
                                                    const std::shared_ptr<arrow::DataType>& type,
                                                    arrow::MemoryPool* pool,
                                                    const ConvertPiece& convert) {
  ARROW_ASSIGN_OR_RAISE(ColumnBuilder builder, ColumnBuilder::Make(type, column.length(), pool));
  PaddedPiece piece;
  int64_t null_count = 0;
  for (int64_t first = 0; first < column.length(); first += kPieceRows) {
    const int64_t rows = std::min(kPieceRows, column.length() - first);
    const TextSlice slice = piece.Load(column, first, rows);
    ColumnBuffers buffers = builder.At(first);
    const int64_t done = convert(slice, &buffers);
    if (done < rows) return TextMisfit(column, first + done, *type);
    null_count += buffers.null_count;
  }
  return builder.Finish(column.length(), null_count);
}

// Any spelling of ISO order.
bool ConvertIsoValue(const TextType& reading, const char* text, size_t bytes, int64_t* value) {
  constexpr TemporalTraits kIso = kDash | kMonthNumber | kFourDigitYear | kBlankBeforeTime |
                                  kTBeforeTime | kSeconds | kNoSeconds | kTwentyFourHours;
  TemporalTraits allowed = kIso | (reading.layout.has_zone ? kZone : kNoZone);
  if (reading.kind == TextKind::kTime) {
    allowed |= kTimeOnly;
  } else {
    if (reading.kind == TextKind::kTimestamp) allowed |= kDateAndTime;
    if (!reading.layout.has_zone) allowed |= kDateOnly;
  }
  ParsedTemporal parsed;
  if (!ParseTemporal(text, bytes, &parsed) || (parsed.traits & ~allowed) != 0) return false;
  if (reading.kind == TextKind::kTime) {
    *value = parsed.micros;
    return true;
  }
  if ((parsed.orders & OrderBit(DateOrder::kYmd)) == 0) return false;
  *value = reading.kind == TextKind::kDate ? DaysOf(parsed, DateOrder::kYmd)
                                           : MicrosOf(parsed, DateOrder::kYmd);
  return true;
}

template <typename Value>
int64_t ConvertIsoPiece(const TextType& reading, const TextSlice& slice, ColumnBuffers* out) {
  auto* const values = static_cast<Value*>(out->values);
  return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    return ConvertBlockSingly(slice, first, count, valid, values + first,
                              [&](const char* text, size_t bytes, Value* value) {
                                int64_t converted = 0;
                                if (!ConvertIsoValue(reading, text, bytes, &converted)) {
                                  return false;
                                }
                                *value = static_cast<Value>(converted);
                                return true;
                              });
  });
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> ConvertTextColumn(const arrow::StringArray& column,
                                                        const TextType& reading,
                                                        arrow::MemoryPool* pool) {
  return ConvertPieces(column, reading.arrow_type(), pool,
                       [&reading](const TextSlice& slice, ColumnBuffers* out) {
                         return ConvertSlice(reading, slice, out);
                       });
}

Result<std::shared_ptr<arrow::Array>> ConvertIsoColumn(const arrow::StringArray& column,
                                                       const TextType& reading,
                                                       arrow::MemoryPool* pool) {
  switch (reading.kind) {
    case TextKind::kDate:
      return ConvertPieces(column, reading.arrow_type(), pool,
                           [&reading](const TextSlice& slice, ColumnBuffers* out) {
                             return ConvertIsoPiece<int32_t>(reading, slice, out);
                           });
    case TextKind::kTime:
    case TextKind::kTimestamp:
      return ConvertPieces(column, reading.arrow_type(), pool,
                           [&reading](const TextSlice& slice, ColumnBuffers* out) {
                             return ConvertIsoPiece<int64_t>(reading, slice, out);
                           });
    default:
      return ConvertTextColumn(column, reading, pool);
  }
}

}  // namespace pyforge::schema
