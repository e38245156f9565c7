// Packs integers into as few bits as they need, least significant bit first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pyforge::parquet {

/// Packs 32 values of `bit_width` bits each (0 to 32 or 64) into 4 * bit_width bytes. Higher bits
/// of the values must be zero.
void PackBits32(const uint32_t* values, int bit_width, uint8_t* out);
void PackBits32(const uint64_t* values, int bit_width, uint8_t* out);

/// Packs any number of values, padded with zero bits to a multiple of 8 values; returns the bytes
/// written. May write up to 256 bytes at `out` whatever the count.
size_t PackBits(const uint32_t* values, size_t count, int bit_width, uint8_t* out);

/// Packs one bit for each byte that is 0 or 1; returns the bytes written. Unused bits are zero.
size_t PackBooleans(const uint8_t* values, size_t count, uint8_t* out);

}  // namespace pyforge::parquet
