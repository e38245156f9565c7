#include "formats/parquet/value_snappy.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace pyforge::parquet {
namespace {

constexpr unsigned kTableBits = 12;
constexpr size_t kMatchMin = 8;
constexpr size_t kOffsetMax = 65535;
constexpr size_t kCopyMax = 64;

constexpr uint8_t kLiteralTag = 0;
constexpr uint8_t kCopy1Tag = 1;  // 4 to 11 bytes from at most 2047 back
constexpr uint8_t kCopy2Tag = 2;  // 1 to 64 bytes from at most 65535 back

uint64_t Load(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

size_t Slot(uint64_t word) { return (word * 0x9E3779B97F4A7C15) >> (64 - kTableBits); }

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

uint8_t* PutVarint(uint32_t value, uint8_t* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<uint8_t>(value | 0x80);
  *out++ = static_cast<uint8_t>(value);
  return out;
}

/// Up to ByteBuffer::kSlack bytes more than `size` are read and written.
uint8_t* PutLiteral(const uint8_t* from, size_t size, uint8_t* out) {
  if (size == 0) return out;
  const size_t last = size - 1;
  if (last < 60) {
    *out++ = static_cast<uint8_t>(kLiteralTag | (last << 2));
    std::memcpy(out, from, ByteBuffer::kSlack);
    return out + size;
  }
  const auto bytes = static_cast<unsigned>(std::bit_width(last) + 7) / 8;
  *out++ = static_cast<uint8_t>(kLiteralTag | ((59 + bytes) << 2));
  for (unsigned i = 0; i < bytes; ++i) *out++ = static_cast<uint8_t>(last >> (8 * i));
  std::memcpy(out, from, size);
  return out + size;
}

/// Up to 4 bytes are written. Which of the two forms a copy takes is anybody's guess, so both are
/// made and one is chosen without a branch.
uint8_t* PutCopy(size_t offset, size_t size, uint8_t* out) {
  for (; size > kCopyMax; size -= kCopyMax) {
    *out++ = static_cast<uint8_t>(kCopy2Tag | ((kCopyMax - 1) << 2));
    *out++ = static_cast<uint8_t>(offset);
    *out++ = static_cast<uint8_t>(offset >> 8);
  }
  const bool is_near = size - 4 <= 7 && offset < 2048;
  const size_t near = kCopy1Tag | ((size - 4) << 2) | ((offset >> 8) << 5);
  const size_t far = kCopy2Tag | ((size - 1) << 2);
  out[0] = static_cast<uint8_t>(is_near ? near : far);
  out[1] = static_cast<uint8_t>(offset);
  out[2] = static_cast<uint8_t>(offset >> 8);
  return out + (is_near ? 2 : 3);
}

}  // namespace

ValueSnappy::ValueSnappy() : begins_(size_t{1} << kTableBits), ends_(size_t{1} << kTableBits) {}

void ValueSnappy::Compress(std::span<const uint8_t> bytes, std::span<const int32_t> lengths,
                           ByteBuffer* out) {
  // A copy takes at most 3 bytes for 8, so only the tags of literals add any.
  out->Resize(bytes.size() + bytes.size() / 8 + 64);
  uint8_t* to = PutVarint(static_cast<uint32_t>(bytes.size()), out->data());
  std::fill(begins_.begin(), begins_.end(), 0);
  std::fill(ends_.begin(), ends_.end(), 0);

  const uint8_t* const base = bytes.data();
  size_t values_bytes = 0;
  for (const int32_t length : lengths) values_bytes += static_cast<size_t>(length);
  size_t at = bytes.size() - values_bytes;
  size_t literal = 0;  // where the bytes begin that are not written yet
  for (const int32_t length : lengths) {
    const size_t end = at + static_cast<size_t>(length);
    size_t matched_end = at;
    if (end - at >= kMatchMin) {
      const uint64_t first = Load(base + at);
      uint32_t& slot = begins_[Slot(first)];
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
        to = PutLiteral(base + literal, at - literal, to);
        to = PutCopy(at - from, size, to);
        literal = matched_end = at + size;
      }
    }
    if (end - matched_end >= kMatchMin) {
      const uint64_t last = Load(base + end - 8);
      uint32_t& slot = ends_[Slot(last)];
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
        to = PutLiteral(base + literal, end - size - literal, to);
        to = PutCopy(end - from, size, to);
        literal = end;
      }
    }
    at = end;
  }
  to = PutLiteral(base + literal, bytes.size() - literal, to);
  out->Resize(static_cast<size_t>(to - out->data()));
}

}  // namespace pyforge::parquet
