// The elements of a Snappy block: a length, then literals and copies. Framing is not included.
// Source: "Snappy compressed format description" (format_description.txt) of google/snappy.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "formats/parquet/byte_buffer.h"

namespace pyforge::parquet::snappy_block {

constexpr size_t kOffsetMax = 65535;
constexpr size_t kCopyMax = 64;
constexpr uint8_t kLiteralTag = 0;
constexpr uint8_t kCopy1Tag = 1;  ///< 4 to 11 bytes from at most 2047 back
constexpr uint8_t kCopy2Tag = 2;  ///< 1 to 64 bytes from at most 65535 back
/// More than the length at the beginning and the tag of a literal take.
constexpr size_t kHeadBytesMax = 16;

/// All functions return where the next element goes.
inline uint8_t* PutLength(uint32_t value, uint8_t* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<uint8_t>(value | 0x80);
  *out++ = static_cast<uint8_t>(value);
  return out;
}

/// Up to ByteBuffer::kSlack bytes more than `size` are read and written.
inline uint8_t* PutLiteral(const uint8_t* from, size_t size, uint8_t* out) {
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

/// As PutLiteral, for literals that are hardly ever longer than 16 bytes.
inline uint8_t* PutShortLiteral(const uint8_t* from, size_t size, uint8_t* out) {
  constexpr size_t kShort = 16;
  if (size == 0 || size > kShort) return PutLiteral(from, size, out);
  *out = static_cast<uint8_t>(kLiteralTag | ((size - 1) << 2));
  std::memcpy(out + 1, from, kShort);
  return out + 1 + size;
}

/// Up to 4 bytes are written. Which of the two forms a copy takes is anybody's guess, so both are
/// made and one is chosen without a branch.
inline uint8_t* PutCopy(size_t offset, size_t size, uint8_t* out) {
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

}  // namespace pyforge::parquet::snappy_block
