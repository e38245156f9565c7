#include "formats/parquet/value_snappy.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "formats/parquet/snappy_block.h"

namespace pyforge::parquet {
namespace {

using snappy_block::kOffsetMax;
using snappy_block::PutCopy;
using snappy_block::PutLiteral;
using snappy_block::PutShortLiteral;

constexpr unsigned kTableBits = 12;
constexpr size_t kMatchMin = 8;
// After so many values, their ends must have been found again in one of so many.
constexpr size_t kTrial = 1024;
constexpr size_t kTrialShare = 16;

uint64_t Load(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

size_t TablePlace(uint64_t word) { return (word * 0x9E3779B97F4A7C15) >> (64 - kTableBits); }

/// How many of the first bytes of two words, as they stand in memory, are equal.
size_t EqualFirst(uint64_t difference) {
  const int zeros = std::endian::native == std::endian::little ? std::countr_zero(difference)
                                                               : std::countl_zero(difference);
  return static_cast<size_t>(zeros) / 8;
}

size_t EqualLast(uint64_t difference) {
  const int zeros = std::endian::native == std::endian::little ? std::countl_zero(difference)
                                                               : std::countr_zero(difference);
  return static_cast<size_t>(zeros) / 8;
}

size_t EqualLastOrAll(uint64_t difference) { return difference == 0 ? 8 : EqualLast(difference); }

uint32_t LoadHalf(const uint8_t* from) {
  uint32_t half;
  std::memcpy(&half, from, sizeof(half));
  return half;
}

size_t HalfPlace(uint32_t half) { return (half * 0x9E3779B1u) >> (32 - kTableBits); }

}  // namespace

ValueSnappy::ValueSnappy() : begins_(size_t{1} << kTableBits), ends_(size_t{1} << kTableBits) {}

void ValueSnappy::Compress(std::span<const uint8_t> head, std::span<const uint8_t> values,
                           std::span<const int32_t> lengths, ByteBuffer* out) {
  // A copy takes at most 3 bytes for 8, so only the tags of literals add any.
  out->Resize(head.size() + values.size() + values.size() / 8 + 2 * snappy_block::kHeadBytesMax);
  uint8_t* to =
      snappy_block::PutLength(static_cast<uint32_t>(head.size() + values.size()), out->data());
  to = PutLiteral(head.data(), head.size(), to);
  std::fill(begins_.begin(), begins_.end(), 0);
  std::fill(ends_.begin(), ends_.end(), 0);

  const uint8_t* const base = values.data();
  // Bytes that are written may be anything, also members: variables need not be read again.
  uint32_t* const begins = begins_.data();
  uint32_t* const ends = ends_.data();
  size_t at = 0;
  size_t literal = 0;  // where the bytes begin that are not written yet
  // Ends that are hardly ever found again are not looked up any more.
  bool looks_at_ends = true;
  size_t ends_found = 0;
  for (size_t i = 0; i < lengths.size(); ++i) {
    if (i == kTrial) looks_at_ends = ends_found * kTrialShare >= kTrial;
    const int32_t length = lengths[i];
    const size_t end = at + static_cast<size_t>(length);
    size_t matched_end = at;
    if (end - at >= kMatchMin) {
      const uint64_t first = Load(base + at);
      uint32_t& slot = begins[TablePlace(first)];
      const size_t from = slot;
      slot = static_cast<uint32_t>(at);
      if (from < at && at - from <= kOffsetMax && Load(base + from) == first) {
        size_t size = kMatchMin;
        while (at + size + 8 <= end && Load(base + from + size) == Load(base + at + size)) {
          size += 8;
        }
        if (at + size < end) {
          // Bytes behind the text may be read: the buffer has slack.
          const uint64_t difference = Load(base + from + size) ^ Load(base + at + size);
          size = std::min(end - at, size + (difference == 0 ? 8 : EqualFirst(difference)));
        }
        to = PutShortLiteral(base + literal, at - literal, to);
        to = PutCopy(at - from, size, to);
        literal = matched_end = at + size;
      }
    }
    if (looks_at_ends && end - matched_end >= kMatchMin) {
      const uint64_t last = Load(base + end - 8);
      uint32_t& slot = ends[TablePlace(last)];
      const size_t from = slot;
      slot = static_cast<uint32_t>(end);
      if (from >= 8 && end - from <= kOffsetMax && Load(base + from - 8) == last) {
        size_t size = kMatchMin;
        const size_t size_max = std::min(end - matched_end, from);
        while (size + 8 <= size_max &&
               Load(base + from - size - 8) == Load(base + end - size - 8)) {
          size += 8;
        }
        if (size + 8 <= size_max) {
          size += EqualLast(Load(base + from - size - 8) ^ Load(base + end - size - 8));
        } else {
          while (size < size_max && base[from - size - 1] == base[end - size - 1]) ++size;
        }
        to = PutShortLiteral(base + literal, end - size - literal, to);
        to = PutCopy(end - from, size, to);
        literal = end;
        ++ends_found;
      }
    }
    at = end;
  }
  to = PutLiteral(base + literal, values.size() - literal, to);
  out->Resize(static_cast<size_t>(to - out->data()));
}

void ValueSnappy::CompressNumbers(std::span<const uint8_t> head, std::span<const uint8_t> values,
                                  ByteBuffer* out) {
  // A copy and the tag of the literal behind it take at most 4 bytes for 4 or more.
  out->Resize(head.size() + values.size() + values.size() / 8 + 2 * snappy_block::kHeadBytesMax);
  uint8_t* to =
      snappy_block::PutLength(static_cast<uint32_t>(head.size() + values.size()), out->data());
  to = PutLiteral(head.data(), head.size(), to);
  std::fill(begins_.begin(), begins_.end(), 0);

  constexpr size_t kWidth = 8;
  constexpr size_t kRepeatMax = snappy_block::kCopyMax - 2 * kWidth;
  const uint8_t* const base = values.data();
  const size_t size = values.size() - values.size() % kWidth;
  uint32_t* const begins = begins_.data();
  size_t literal = 0;
  // The first value is no place to copy from, so that 0 is none.
  for (size_t at = kWidth; at < size; at += kWidth) {
    uint32_t& slot = begins[HalfPlace(LoadHalf(base + at))];
    const size_t from = slot;
    slot = static_cast<uint32_t>(at);
    const uint64_t difference = Load(base + from) ^ Load(base + at);
    size_t found = difference == 0 ? kWidth : EqualFirst(difference);
    if (found < kWidth / 2 || at - from > kOffsetMax || from == 0) continue;
    const size_t before = EqualLastOrAll(Load(base + from - kWidth) ^ Load(base + at - kWidth));
    const size_t back = std::min(before, at - literal);
    while (found % kWidth == 0 && found <= kRepeatMax && at + found < size &&
           Load(base + from + found) == Load(base + at + found)) {
      found += kWidth;
    }
    to = PutShortLiteral(base + literal, at - back - literal, to);
    to = PutCopy(at - from, back + found, to);
    literal = at + found;
    if (found >= kWidth) at += found - kWidth;
  }
  to = PutLiteral(base + literal, values.size() - literal, to);
  out->Resize(static_cast<size_t>(to - out->data()));
}

}  // namespace pyforge::parquet
