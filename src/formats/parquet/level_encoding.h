// The RLE and bit-packing hybrid, which holds levels and dictionary codes.
// Source: Encodings.md of the Apache Parquet format, "Run Length Encoding / Bit-Packing Hybrid".
#pragma once

#include <cstddef>
#include <cstdint>

#include "formats/parquet/byte_buffer.h"

namespace pyforge::parquet {

/// Appends runs of `count` values of `bit_width` bits, 0 to 32, without a length in front.
void EncodeHybrid(const uint32_t* values, size_t count, int bit_width, ByteBuffer* out);
/// The same for levels; `scratch` is overwritten.
void EncodeHybrid(const uint8_t* levels, size_t count, int bit_width, ByteBuffer* scratch,
                  ByteBuffer* out);
/// One run of `count` equal values.
void EncodeRun(uint32_t value, size_t count, int bit_width, ByteBuffer* out);
/// One bit-packed run from a bitmap; bits behind `count` in its last byte must be zero.
void EncodeBitmap(const uint8_t* bitmap, size_t count, ByteBuffer* out);

/// Bits that a value up to `value_max` needs; 0 for 0.
int BitWidth(uint64_t value_max);

}  // namespace pyforge::parquet
