#include "formats/parquet/delta_encoding.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>

#include "formats/parquet/bit_packing.h"

namespace pyforge::parquet {
namespace {

// The shape that the format's first writer chose; some readers accept no other.
constexpr size_t kBlockValues = 128;
constexpr size_t kMiniblocks = 4;
constexpr size_t kMiniblockValues = kBlockValues / kMiniblocks;

uint8_t* PutVarint(uint64_t value, uint8_t* out) {
  while (value >= 0x80) {
    *out++ = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<uint8_t>(value);
  return out;
}

uint8_t* PutZigZag(int64_t value, uint8_t* out) {
  return PutVarint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63), out);
}

// Differences wrap around on purpose: readers add them up modulo 2^32 or 2^64.
template <typename T>
void Encode(const T* values, size_t count, ByteBuffer* out) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr size_t kBlockBytesMax = 10 + kMiniblocks + kBlockValues * sizeof(T);
  const size_t blocks = count <= 1 ? 0 : (count - 2) / kBlockValues + 1;
  const size_t begin = out->size();
  out->Reserve(begin + 40 + blocks * kBlockBytesMax);
  uint8_t* at = out->data() + begin;
  at = PutVarint(kBlockValues, at);
  at = PutVarint(kMiniblocks, at);
  at = PutVarint(count, at);
  at = PutZigZag(count == 0 ? 0 : values[0], at);

  alignas(64) Unsigned deltas[kBlockValues];
  for (size_t block = 0; block < blocks; ++block) {
    const T* previous = values + block * kBlockValues;
    const size_t delta_count = std::min(kBlockValues, count - 1 - block * kBlockValues);
    T least = std::numeric_limits<T>::max();
    for (size_t i = 0; i < delta_count; ++i) {
      deltas[i] = static_cast<Unsigned>(previous[i + 1]) - static_cast<Unsigned>(previous[i]);
      least = std::min(least, static_cast<T>(deltas[i]));
    }
    for (size_t i = 0; i < delta_count; ++i) deltas[i] -= static_cast<Unsigned>(least);
    for (size_t i = delta_count; i < kBlockValues; ++i) deltas[i] = 0;
    at = PutZigZag(least, at);
    uint8_t* widths = at;
    at += kMiniblocks;
    for (size_t miniblock = 0; miniblock < kMiniblocks; ++miniblock) {
      const Unsigned* first = deltas + miniblock * kMiniblockValues;
      Unsigned bits = 0;
      for (size_t i = 0; i < kMiniblockValues; ++i) bits |= first[i];
      const auto width = static_cast<int>(std::bit_width(bits));
      widths[miniblock] = static_cast<uint8_t>(width);
      PackBits32(first, width, at);
      at += static_cast<size_t>(width) * kMiniblockValues / 8;
    }
  }
  out->Resize(static_cast<size_t>(at - out->data()));
}

}  // namespace

void EncodeDelta(const int32_t* values, size_t count, ByteBuffer* out) {
  Encode<int32_t>(values, count, out);
}

void EncodeDelta(const int64_t* values, size_t count, ByteBuffer* out) {
  Encode<int64_t>(values, count, out);
}

}  // namespace pyforge::parquet
