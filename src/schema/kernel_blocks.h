// What all column kernels share: fields go through in blocks of 64, so that the validity of a block
// is one word that is written once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "schema/block_kernels.h"
#include "schema/text_kernels.h"

namespace pyforge::schema {

inline constexpr int kBlock = 64;
static_assert(std::endian::native == std::endian::little, "words of text and bits are read whole");

/// A word whose first `count` bits are set; count is 0 to 64.
inline uint64_t FirstBits(int count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

/// The bits of eight bytes that are 0 or 1.
inline uint64_t GatherBits(const uint8_t* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return (word * 0x0102040810204080u) >> 56;
}

/// The validity of up to 64 fields: a bit for each that is not null.
inline uint64_t ValidBits(const uint8_t* is_null, int count) {
  if (is_null == nullptr) return FirstBits(count);
  uint64_t nulls = 0;
  int i = 0;
  for (; i + 8 <= count; i += 8) nulls |= GatherBits(is_null + i) << i;
  for (; i < count; ++i) nulls |= uint64_t{is_null[i]} << i;
  return ~nulls & FirstBits(count);
}

/// Runs `convert(first, count, valid)` over blocks of fields. It converts `count` (at most 64)
/// fields from `first` on, of which those with a bit in `valid` are not null, and returns how many
/// it did before one that does not fit. Sets validity and null_count of all that were converted.
template <typename ConvertBlock>
int64_t ForEachBlock(const TextSlice& slice, ColumnBuffers* out, ConvertBlock&& convert) {
  int64_t null_count = 0;
  int64_t first = 0;
  for (; first < slice.count; first += kBlock) {
    const int count = static_cast<int>(std::min<int64_t>(kBlock, slice.count - first));
    const uint8_t* is_null = slice.is_null == nullptr ? nullptr : slice.is_null + first;
    const uint64_t valid = ValidBits(is_null, count);
    const int done = convert(first, count, valid);
    const uint64_t kept = valid & FirstBits(done);
    null_count += done - std::popcount(kept);
    if (out->validity != nullptr) std::memcpy(out->validity + first / 8, &kept, sizeof kept);
    if (done < count) {
      out->null_count = null_count;
      return first + done;
    }
  }
  out->null_count = null_count;
  return slice.count;
}

/// Where fields of a block stand that kernels cannot take as they are.
struct BlockScratch {
  std::array<uint32_t, kBlock> begin;
  std::array<uint32_t, kBlock> length;
};

/// The fields of a block for the vector kernels, rounded up to a multiple of four. In place of
/// nulls and beyond the end stands another field of the block, so that they change nothing that is
/// noticed of the values. `valid` is not zero.
inline FieldBlock FieldsOf(const TextSlice& slice, int64_t first, int count, uint64_t valid,
                           BlockScratch* scratch) {
  if (valid == FirstBits(count) && count % 4 == 0) {
    return {slice.base, slice.begin + first, slice.length + first, count};
  }
  const int rounded = (count + 3) / 4 * 4;
  int64_t field = first + std::countr_zero(valid);
  for (int i = 0; i < rounded; ++i) {
    if ((valid >> i & 1) != 0) field = first + i;
    scratch->begin[static_cast<size_t>(i)] = slice.begin[field];
    scratch->length[static_cast<size_t>(i)] = slice.length[field];
  }
  return {slice.base, scratch->begin.data(), scratch->length.data(), rounded};
}

/// Converts a block by `quick(fields, values)`, a vector kernel, and what that leaves undone by
/// `convert(text, bytes, value)`. Returns how many were done before one that does not fit.
template <typename Value, typename Quick, typename Convert>
int ConvertBlock(const TextSlice& slice, int64_t first, int count, uint64_t valid, Value* values,
                 Quick&& quick, Convert&& convert) {
  if (valid == 0) {
    std::fill_n(values, count, Value{});
    return count;
  }
  BlockScratch scratch;
  uint64_t undone = quick(FieldsOf(slice, first, count, valid, &scratch), values) & valid;
  int done = count;
  for (; undone != 0; undone &= undone - 1) {
    const int i = std::countr_zero(undone);
    const int64_t field = first + i;
    if (!convert(slice.base + slice.begin[field], slice.length[field], values + i)) {
      done = i;
      break;
    }
  }
  for (uint64_t nulls = ~valid & FirstBits(done); nulls != 0; nulls &= nulls - 1) {
    values[std::countr_zero(nulls)] = Value{};
  }
  return done;
}

/// The plain way for one block: value by value. `convert(text, bytes, value)` is false for a
/// misfit.
template <typename Value, typename Convert>
int ConvertBlockSingly(const TextSlice& slice, int64_t first, int count, uint64_t valid,
                       Value* values, Convert&& convert) {
  for (int i = 0; i < count; ++i) {
    const int64_t field = first + i;
    if ((valid >> i & 1) == 0) {
      values[i] = Value{};
    } else if (!convert(slice.base + slice.begin[field], slice.length[field], &values[i])) {
      return i;
    }
  }
  return count;
}

}  // namespace pyforge::schema
