// Where blocks begin in bzip2 data, and how to begin reading there.
//
// Source: the format has no specification but its program, bzip2 1.0.8; names of fields are those
// of its decompress.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pyforge::compress {

/// Blocks and the end of a stream begin with 48 bits of their own, at any bit.
inline constexpr uint64_t kBlockMark = 0x314159265359;
inline constexpr uint64_t kStreamEndMark = 0x177245385090;
inline constexpr size_t kMarkBits = 48;
inline constexpr size_t kChecksumBits = 32;  // behind either mark

/// The `count` bits, at most 48, that begin at bit `begin`; they must be there.
uint64_t ReadBits(std::span<const uint8_t> bytes, size_t begin, size_t count);

/// Puts bits behind the first `*end` bits of `bytes`, which it lengthens.
void AppendBits(uint64_t bits, size_t count, std::string* bytes, size_t* end);

/// The bit where the first mark of either kind begins at or behind bit `begin`, if all of it is
/// there. Bits of a block may look like one by chance.
std::optional<size_t> FindMark(std::span<const uint8_t> bytes, size_t begin);

/// The checksum of a stream's blocks so far, with that of one more.
constexpr uint32_t CombineChecksums(uint32_t before, uint32_t block) {
  return (before << 1U | before >> 31U) ^ block;
}

/// Where a block begins, or the stream ends.
struct Bzip2Place {
  char level = 0;         ///< '1' to '9', of the stream
  size_t bit = 0;         ///< 0 to 7, in its byte
  uint32_t checksum = 0;  ///< of the stream's blocks before it
};

/// What makes a decoder ready to go on at a place in the middle of a stream.
struct Bzip2Beginning {
  std::string bytes;      ///< whole ones, but for the last where the place is not at a whole byte
  size_t text_bytes = 0;  ///< that the decoder then gives, and nobody wants
};

/// The beginning of a stream that ends at the bit of the place with a block of a few bytes, which
/// are chosen so that their checksum is the place's. Nothing where there is no memory.
std::optional<Bzip2Beginning> MakeBeginning(const Bzip2Place& place);

}  // namespace pyforge::compress
