// Compresses pages by one codec.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/options.h"
#include "pyforge/error.h"

namespace pyforge::parquet {

/// Threads: one at a time; holds its working memory.
class PageCompressor {
 public:
  virtual ~PageCompressor() = default;
  /// Null for kUncompressed. Errors: unsupported.feature where the codec is not built in.
  static Result<std::unique_ptr<PageCompressor>> Make(const CompressionChoice& choice);

  /// Replaces `out` by the compressed form of `head` and the bytes behind it. A head is packed
  /// numbers (levels, lengths), without a pattern that a search could find; Snappy stores it as it
  /// is. The head is followed by ByteBuffer::kSlack bytes that can be read.
  virtual Status Compress(std::span<const uint8_t> head, std::span<const uint8_t> bytes,
                          ByteBuffer* out) = 0;
};

}  // namespace pyforge::parquet
