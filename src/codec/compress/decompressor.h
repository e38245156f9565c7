// Streams that take a compressed container off another stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <arrow/type_fwd.h>

#include "codec/compress/container.h"
#include "pyforge/source.h"

namespace pyforge::compress {

struct DecompressOptions {
  /// The file's name, for errors.
  std::string path = {};
  /// The most that a file may ask for, in bytes; the stream holds that much: the window of a zstd
  /// frame, the memory of an xz stream, a block of lzop or of an old lz4 frame (16.8 MB) together
  /// with its stored form. The others need the same whatever the file says (gzip 32 KiB).
  int64_t window_bytes_max = int64_t{128} << 20;
  /// Bytes read from the stored stream at once.
  int64_t input_bytes = 256 << 10;
  /// What the decoder's state, windows and blocks are taken from, and stored blocks of more than
  /// input_bytes; but for what is small whatever the file says (gzip, zip). Outlives the stream.
  /// Null: Arrow's default pool.
  arrow::MemoryPool* pool = nullptr;
  /// Threads that may decode ahead of the reader. Below 2 there are none.
  int threads = 1;
  /// The most that they may hold, in bytes, from the pool; there are no more of them than that is
  /// enough for, by 8 MiB a thread.
  int64_t ahead_bytes_max = 0;
};

/// The bytes inside `stored`, whose first byte is the container's first.
///
/// All members (gzip), streams (bzip2, xz, snappy), frames (zstd, lz4) or files (lzop) follow one
/// another; frames to be skipped are skipped; every checksum is verified. Nothing marks the end of
/// snappy data and of lz4's old frames: where they are cut off between two blocks, they end. A zip
/// archive holds one file. Reads of 256 KiB and more are decoded in place. kNone: `stored` itself.
/// With threads, blocks of bzip2 and gzip members that tell their length (bgzip's) are decoded
/// ahead of the reader; bytes, errors and their places are the same. Memory: 256 KiB of input,
/// about as much again, and what the format wants: the window (zstd, xz), 4 MB (bzip2), 16.8 MB
/// (lz4's old frames), a block and its stored form (lzop, 256 KiB each unless stated otherwise);
/// with threads 1 MiB of input (bzip2) and ahead_bytes_max. Errors of Read: compress.truncated,
/// compress.corrupt, compress.trailing_bytes, all at their offset in the decompressed bytes;
/// limit.memory for more than window_bytes_max or what the pool has left; unsupported.container for
/// methods that are not known, encryption and archives of several files; those of `stored`.
Result<std::unique_ptr<ByteStream>> OpenDecompressor(Container container,
                                                     std::unique_ptr<ByteStream> stored,
                                                     DecompressOptions options);

}  // namespace pyforge::compress
