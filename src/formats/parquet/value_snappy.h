// Snappy blocks of byte arrays and of numbers, made by looking once at each value.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formats/parquet/byte_buffer.h"

namespace pyforge::parquet {

/// Texts such as timestamps, addresses and paths share their beginnings and ends with texts shortly
/// before them. One look at each end costs a fifth of a search at every byte and finds most of what
/// that finds. The block is an ordinary one of the Snappy format (framing not included), which any
/// reader takes. Threads: one at a time; holds its working memory.
class ValueSnappy {
 public:
  ValueSnappy();

  /// Replaces `out` by a block of `head`, stored as it is, and `values` of these `lengths`, one
  /// behind the other. Both are followed by ByteBuffer::kSlack bytes that can be read; at most 4
  /// GiB.
  void Compress(std::span<const uint8_t> head, std::span<const uint8_t> values,
                std::span<const int32_t> lengths, ByteBuffer* out);

  /// The same for numbers of 8 bytes each, lowest byte first. The fractions of decimals make low
  /// halves of doubles that come again and again; a look at each low half costs a third of a search
  /// at every byte or less, and finds nearly all of what that finds.
  void CompressNumbers(std::span<const uint8_t> head, std::span<const uint8_t> values,
                       ByteBuffer* out);

 private:
  std::vector<uint32_t> begins_;  // by hash of a value's first bytes: where it began last
  std::vector<uint32_t> ends_;    // by hash of its last bytes: where it ended last
};

}  // namespace pyforge::parquet
