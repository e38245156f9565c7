#include "formats/parquet/level_encoding.h"

#include <bit>

#include "formats/parquet/bit_packing.h"

namespace pyforge::parquet {
namespace {

void AppendVarint(uint64_t value, ByteBuffer* out) {
  uint8_t bytes[10];
  size_t size = 0;
  while (value >= 0x80) {
    bytes[size++] = static_cast<uint8_t>(value | 0x80);
    value >>= 7;
  }
  bytes[size++] = static_cast<uint8_t>(value);
  out->Append(bytes, size);
}

void AppendPacked(const uint32_t* values, size_t count, int bit_width, ByteBuffer* out) {
  const size_t groups = (count + 7) / 8;
  AppendVarint(groups << 1 | 1, out);
  const size_t begin = out->size();
  // The packer may write a whole block of 32 values.
  out->Reserve(begin + groups * static_cast<size_t>(bit_width) + 256);
  const size_t bytes = PackBits(values, count, bit_width, out->data() + begin);
  out->Resize(begin + bytes);
}

size_t RunLength(const uint32_t* values, size_t count) {
  size_t length = 1;
  while (length < count && values[length] == values[0]) ++length;
  return length;
}

bool IsUniform(const uint32_t* eight) {
  uint32_t difference = 0;
  for (int i = 1; i < 8; ++i) difference |= eight[i] ^ eight[0];
  return difference == 0;
}

}  // namespace

int BitWidth(uint64_t value_max) { return static_cast<int>(std::bit_width(value_max)); }

void EncodeRun(uint32_t value, size_t count, int bit_width, ByteBuffer* out) {
  AppendVarint(static_cast<uint64_t>(count) << 1, out);
  out->Append(&value, static_cast<size_t>(bit_width + 7) / 8);
}

void EncodeHybrid(const uint32_t* values, size_t count, int bit_width, ByteBuffer* out) {
  // Ending a packed run and starting another costs about three bytes.
  const size_t run_min = bit_width <= 4 ? 32 : 16;
  size_t packed_begin = 0;
  size_t at = 0;
  while (at < count) {
    // Packed runs hold multiples of eight values, so a run is looked for only there.
    if (at + run_min <= count && IsUniform(values + at)) {
      const size_t length = RunLength(values + at, count - at);
      if (length >= run_min) {
        if (at > packed_begin) {
          AppendPacked(values + packed_begin, at - packed_begin, bit_width, out);
        }
        EncodeRun(values[at], length, bit_width, out);
        at += length;
        packed_begin = at;
        continue;
      }
    }
    at += 8;
  }
  if (packed_begin == 0 && count != 0 && RunLength(values, count) == count) {
    EncodeRun(values[0], count, bit_width, out);  // short but uniform
  } else if (packed_begin < count) {
    AppendPacked(values + packed_begin, count - packed_begin, bit_width, out);
  }
}

void EncodeHybrid(const uint8_t* levels, size_t count, int bit_width, ByteBuffer* scratch,
                  ByteBuffer* out) {
  scratch->Resize(count * sizeof(uint32_t));
  auto* values = scratch->as<uint32_t>();
  for (size_t i = 0; i < count; ++i) values[i] = levels[i];
  EncodeHybrid(values, count, bit_width, out);
}

void EncodeBitmap(const uint8_t* bitmap, size_t count, ByteBuffer* out) {
  const size_t groups = (count + 7) / 8;
  AppendVarint(groups << 1 | 1, out);
  out->Append(bitmap, groups);
}

}  // namespace pyforge::parquet
