// Snappy blocks of byte arrays, made by looking at the values' two ends only.
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

 private:
  std::vector<uint32_t> begins_;  // by hash of a value's first bytes: where it began last
  std::vector<uint32_t> ends_;    // by hash of its last bytes: where it ended last
};

}  // namespace pyforge::parquet
