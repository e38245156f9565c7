#include "formats/csv/column_output.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/type.h>

#include "codec/charset/utf8.h"
#include "formats/csv/field_text.h"

namespace pyforge::csv {
namespace {

constexpr int64_t kSlack = 64;  // vector stores overshoot

int64_t ValueBytes(schema::TextKind kind, int64_t count) {
  switch (kind) {
    case schema::TextKind::kBool:
      return (count + 7) / 8;
    case schema::TextKind::kDate:
      return count * 4;
    case schema::TextKind::kDecimal:
      return count * 16;
    default:
      return count * 8;
  }
}

}  // namespace

Result<uint8_t*> ReusedBuffer::Prepare(int64_t bytes, arrow::MemoryPool* pool) {
  const int64_t wanted = bytes + kSlack;
  if (buffer_ == nullptr || buffer_.use_count() > 1 || capacity_ < wanted) {
    // A little more than asked for, so that slightly larger batches find room too.
    capacity_ = wanted + wanted / 4;
    buffer_.reset();
    auto made = arrow::AllocateResizableBuffer(capacity_, pool);
    if (!made.ok()) return Translate(made.status(), {});
    buffer_ = *std::move(made);
  }
  return buffer_->mutable_data();
}

std::shared_ptr<arrow::Buffer> ReusedBuffer::Share(int64_t bytes) {
  // Never fails: it is not asked for more than there is.
  static_cast<void>(buffer_->Resize(bytes, /*shrink_to_fit=*/false));
  return buffer_;
}

int64_t ReusedBuffer::room() const { return capacity_ - kSlack; }

void SetValidityBits(const uint8_t* is_null, int64_t count, uint8_t* bits) {
  int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, is_null + i, 8);
    // Each byte is 0 or 1; the multiplication gathers them in the top byte.
    *bits++ = static_cast<uint8_t>(~((bytes * 0x0102040810204080) >> 56));
  }
  if (i == count) return;
  uint8_t last = 0;
  for (int bit = 0; i < count; ++i, ++bit) {
    last = static_cast<uint8_t>(last | ((is_null[i] ^ 1) << bit));
  }
  *bits = last;
}

/// `kStep` bytes are copied whatever the length: that needs no branch on it, if most are shorter.
template <size_t kStep>
void CopyFields(const char* text, const uint32_t* begin, const uint32_t* length, int64_t count,
                char* out, int32_t* offsets) {
  int32_t at = offsets[0];
  for (int64_t i = 0; i < count; ++i) {
    const char* const from = text + begin[i];
    const uint32_t bytes = length[i];
    std::memcpy(out + at, from, kStep);
    if (bytes > kStep) std::memcpy(out + at + kStep, from + kStep, bytes - kStep);
    at += static_cast<int32_t>(bytes);
    offsets[i + 1] = at;
  }
}

Result<int64_t> ColumnOutput::Convert(const schema::TextType& type, const schema::TextSlice& slice,
                                      arrow::MemoryPool* pool, schema::ColumnBuffers* converted) {
  *converted = {};
  ARROW_ASSIGN_OR_RAISE(converted->values,
                        values_.Prepare(ValueBytes(type.kind, slice.count), pool));
  ARROW_ASSIGN_OR_RAISE(converted->validity, validity_.Prepare((slice.count + 7) / 8, pool));
  return schema::ConvertSlice(type, slice, converted);
}

std::shared_ptr<arrow::ArrayData> ColumnOutput::TakeConverted(
    const schema::TextType& type, int64_t count, const schema::ColumnBuffers& converted) {
  std::shared_ptr<arrow::Buffer> validity;
  if (converted.null_count > 0) validity = validity_.Share((count + 7) / 8);
  return arrow::ArrayData::Make(type.arrow_type(), count,
                                {std::move(validity), values_.Share(ValueBytes(type.kind, count))},
                                converted.null_count);
}

Result<std::shared_ptr<arrow::Buffer>> ColumnOutput::Validity(const uint8_t* is_null, int64_t count,
                                                              int64_t null_count,
                                                              arrow::MemoryPool* pool) {
  if (null_count == 0) return nullptr;
  ARROW_ASSIGN_OR_RAISE(uint8_t* const bits, validity_.Prepare((count + 7) / 8, pool));
  SetValidityBits(is_null, count, bits);
  return validity_.Share((count + 7) / 8);
}

Result<std::shared_ptr<arrow::ArrayData>> ColumnOutput::CopyText(const RowTable& rows,
                                                                 const ColumnPlan& column,
                                                                 int64_t first, int64_t count,
                                                                 arrow::MemoryPool* pool) {
  constexpr int64_t kBytesExpected = 8;
  const int64_t wanted = std::max(text_bytes_ + text_bytes_ / 4, count * kBytesExpected);
  ARROW_ASSIGN_OR_RAISE(uint8_t* const offsets, offsets_.Prepare((count + 1) * 4, pool));
  ARROW_ASSIGN_OR_RAISE(uint8_t* const values, values_.Prepare(wanted, pool));
  if (is_null_.size() < static_cast<size_t>(count)) is_null_.resize(static_cast<size_t>(count));
  const TextTarget target{.values = reinterpret_cast<char*>(values),
                          .bytes_max = values_.room(),
                          .offsets = reinterpret_cast<int32_t*>(offsets),
                          .is_null = is_null_.data(),
                          .length_expected = text_length_bits_};
  const CopiedText copied = rows.CopyText(column, first, count, target);
  if (!copied.has_room) return nullptr;
  text_bytes_ = target.offsets[count];
  text_length_bits_ = copied.length_bits;
  ARROW_ASSIGN_OR_RAISE(auto validity, Validity(is_null_.data(), count, copied.null_count, pool));
  return arrow::ArrayData::Make(
      arrow::utf8(), count,
      {std::move(validity), offsets_.Share((count + 1) * 4), values_.Share(text_bytes_)},
      copied.null_count);
}

Result<std::shared_ptr<arrow::ArrayData>> ColumnOutput::BuildText(
    const RowTable& rows, const char* text, const ColumnFields& fields, int64_t count,
    bool repairs_utf8, arrow::MemoryPool* pool, TextNotes* notes) {
  const Dialect& dialect = rows.dialect();
  int64_t null_count = fields.null_count;
  // Fields of one text, whose size fits 32 bits as their places do.
  uint32_t field_bytes = 0;
  uint32_t length_bits = 0;  // at least the longest, less than twice as much
  for (int64_t i = 0; i < count; ++i) {
    field_bytes += fields.length[static_cast<size_t>(i)];
    length_bits |= fields.length[static_cast<size_t>(i)];
  }
  int64_t bytes_max = field_bytes;
  if (repairs_utf8) bytes_max *= 3;  // U+FFFD takes three bytes
  ARROW_ASSIGN_OR_RAISE(uint8_t* const offset_bytes, offsets_.Prepare((count + 1) * 4, pool));
  ARROW_ASSIGN_OR_RAISE(uint8_t* const values, values_.Prepare(bytes_max, pool));
  auto* const offsets = reinterpret_cast<int32_t*>(offset_bytes);
  auto* const out = reinterpret_cast<char*>(values);
  const uint32_t* const begin = fields.begin.data();
  const uint32_t* const length = fields.length.data();
  offsets[0] = 0;
  std::string repaired;
  std::string resolved;
  const auto append = [&](int64_t row, std::string_view value) {
    if (repairs_utf8 && charset::FindInvalidUtf8(value) != charset::kNone) {
      repaired.clear();
      if (notes->first_replaced_row < 0) notes->first_replaced_row = row;
      notes->replaced_byte_count += charset::AppendRepairedUtf8(value, &repaired);
      value = repaired;
    }
    std::memcpy(out + offsets[row], value.data(), value.size());
    offsets[row + 1] = offsets[row] + static_cast<int32_t>(value.size());
  };
  const auto copy_fields = length_bits <= 16   ? CopyFields<16>
                           : length_bits <= 32 ? CopyFields<32>
                                               : CopyFields<64>;
  int64_t done = 0;
  const auto copy_until = [&](int64_t row) {
    if (repairs_utf8) {
      for (int64_t i = done; i < row; ++i) append(i, std::string_view(text + begin[i], length[i]));
    } else {
      copy_fields(text, begin + done, length + done, row - done, out, offsets + done);
    }
    done = row;
  };
  bool has_new_nulls = false;
  for (const uint32_t row : fields.unresolved) {
    copy_until(row);
    const std::string_view raw(text + begin[row], length[row]);
    const bool is_literal = rows.IsLiteralQuote(begin[row]);
    ResolvedField field;
    if (repairs_utf8) {
      resolved.clear();
      field = ResolveField(dialect, raw, is_literal, &resolved);
      append(row, resolved);
    } else {
      field = ResolveField(dialect, raw, is_literal, out + offsets[row]);
      offsets[row + 1] = offsets[row] + static_cast<int32_t>(field.length);
    }
    if (field.is_null) {
      // The gathered fields may still be needed as they are, so the null is noted for this batch.
      has_new_nulls = true;
      ++null_count;
      resolved_nulls_.push_back(row);
    }
    if (field.has_text_behind_quote) {
      if (notes->first_behind_quote_row < 0) notes->first_behind_quote_row = row;
      ++notes->text_behind_quote_count;
    }
    ++done;
  }
  copy_until(count);
  ARROW_ASSIGN_OR_RAISE(auto validity, Validity(fields.is_null.data(), count, null_count, pool));
  if (has_new_nulls) {
    uint8_t* const bits = validity->mutable_data();
    for (const uint32_t row : resolved_nulls_) {
      bits[row / 8] = static_cast<uint8_t>(bits[row / 8] & ~(1u << (row % 8)));
    }
    resolved_nulls_.clear();
  }
  text_bytes_ = offsets[count];
  text_length_bits_ = length_bits;
  return arrow::ArrayData::Make(
      arrow::utf8(), count,
      {std::move(validity), offsets_.Share((count + 1) * 4), values_.Share(text_bytes_)},
      null_count);
}

}  // namespace pyforge::csv
