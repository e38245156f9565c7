// Writing large files past the page cache.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "io/system_calls.h"

namespace pyforge::io {

/// Writes whole blocks with O_DIRECT, in a thread of its own while the caller fills the next ones.
///
/// A page cache entry must be found, cleared and filled for every 4 KiB of a buffered write; past
/// the cache a block costs one copy. The price: whoever reads the file first reads it from the
/// disk. A thread, because containers often forbid io_uring, and Linux AIO takes 30 ms to be done
/// with. Memory: as many blocks as wait to be written, at most kBlockCountMax for a writer alone,
/// kBlockCountShared for one beside others. Threads: one at a time.
class DirectWriter {
 public:
  static constexpr int64_t kBlockBytes = 1 << 20;
  // A row group comes all at once, and the thread that brings it shall not wait for the disk.
  static constexpr int kBlockCountMax = 12;
  static constexpr int kBlockCountShared = 4;
  static constexpr int kWriterCountMax = 8;

  /// Continues `fd`, which is borrowed, at `offset`, a multiple of 4 KiB. Null where the file
  /// system does not allow it, or there are enough writers.
  static std::unique_ptr<DirectWriter> Make(int fd, int64_t offset, SystemCalls& calls);
  /// Waits for the blocks that are being written, which may be all but one; what is filled since is
  /// forgotten.
  ~DirectWriter();
  DirectWriter(const DirectWriter&) = delete;
  DirectWriter& operator=(const DirectWriter&) = delete;

  /// The block to fill next.
  uint8_t* block() { return blocks_[static_cast<size_t>(current_)].get(); }
  /// Hands the filled block over; waits while there is none to fill next. Returns 0, or the errno
  /// of an earlier block, after which nothing more is to be written.
  int Submit();
  /// Waits for all blocks; what follows may be written through the cache. Returns 0 or an errno.
  int Finish();
  /// Once one of them has returned an errno: where the block lies that could not be written.
  int64_t failed_offset() const { return offset_; }

 private:
  struct FreeAligned {
    void operator()(uint8_t* block) const;
  };

  DirectWriter(int fd, int64_t offset, int block_count, SystemCalls& calls);
  void WriteFilled();
  int WriteBlocks(const std::vector<int>& indices);
  int WriteThroughCache(const uint8_t* bytes, int64_t count, int64_t offset);

  const int fd_;
  SystemCalls& calls_;
  // As many blocks are written at once, lest the thread take a processor away from others often.
  const size_t begin_count_;
  int64_t offset_;  // of the block written next; the thread's while there is no error
  // A block's memory is only taken when it is first filled, so that free ones go last in, first
  // out.
  std::vector<std::unique_ptr<uint8_t[], FreeAligned>> blocks_;
  int current_ = 0;

  std::mutex mutex_;  // for what follows
  std::condition_variable has_filled_;
  std::condition_variable has_written_;
  std::vector<int> filled_;
  std::vector<int> free_;
  bool is_writing_ = false;
  bool is_finishing_ = false;  // however few there are
  int error_ = 0;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace pyforge::io
