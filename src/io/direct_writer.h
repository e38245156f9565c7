// Writing large files past the page cache.
#pragma once

#include <linux/aio_abi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "io/system_calls.h"

namespace pyforge::io {

/// Writes whole blocks with O_DIRECT while the caller fills the next one.
///
/// A page cache entry must be found, cleared and filled for every 4 KiB of a buffered write; past
/// the cache a block costs one copy. The price: whoever reads the file first reads it from the
/// disk. The file is made longer ahead of the writes, because a write that grows a file is waited
/// for. Linux AIO rather than io_uring, which containers often forbid. Memory: as many blocks as
/// are under way at once, at most kBlockCountMax for a writer alone, kBlockCountShared for one
/// beside others. Threads: one at a time.
class DirectWriter {
 public:
  static constexpr int64_t kBlockBytes = 1 << 20;
  // A row group comes all at once, and the thread that brings it shall not wait for the disk.
  static constexpr int kBlockCountMax = 12;
  static constexpr int kBlockCountShared = 4;
  static constexpr int kWriterCountMax = 8;

  /// Continues `fd`, which is borrowed, at `offset`, a multiple of 4 KiB. Null where the file
  /// system or the kernel's limits do not allow it, or there are enough writers.
  static std::unique_ptr<DirectWriter> Make(int fd, int64_t offset, SystemCalls& calls);
  /// Waits for what is under way.
  ~DirectWriter();
  DirectWriter(const DirectWriter&) = delete;
  DirectWriter& operator=(const DirectWriter&) = delete;

  /// The block to fill next.
  uint8_t* block() { return blocks_[static_cast<size_t>(current_)].get(); }
  /// Begins to write the filled block at the end; waits while all blocks are under way. Returns 0,
  /// or the errno of this or an earlier block, after which nothing more is to be written.
  int Submit();
  /// Waits for all blocks and gives the file its exact length; what follows may be written through
  /// the cache. Returns 0 or an errno.
  int Finish();

 private:
  struct FreeAligned {
    void operator()(uint8_t* block) const;
  };

  DirectWriter(int fd, int64_t offset, aio_context_t context, int block_count, SystemCalls& calls);
  int Reap(int count_least);
  int WriteThroughCache(int index);

  const int fd_;
  SystemCalls& calls_;
  const aio_context_t context_;
  int64_t offset_;  // of the next block
  int64_t length_;  // the file's, ahead of the writes
  // A block's memory is only taken when it is first filled, so that free ones go last in, first
  // out.
  std::vector<std::unique_ptr<uint8_t[], FreeAligned>> blocks_;
  std::vector<iocb> requests_;
  std::vector<int> free_;
  int current_ = 0;
  int pending_ = 0;
};

}  // namespace pyforge::io
