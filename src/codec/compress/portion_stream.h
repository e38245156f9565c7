// Compressed data that are decoded ahead in portions as long as they are as expected.
#pragma once

#include <arrow/buffer.h>
#include <arrow/memory_pool.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "codec/compress/container_stream.h"
#include "codec/compress/portion_queue.h"

namespace pyforge::compress {

/// Memory that is counted by itself as well as by the pool that it comes from, and bounded.
class BoundedPool {
 public:
  BoundedPool(arrow::MemoryPool* pool, int64_t bytes_max)
      : counted_(pool), bounded_(&counted_, bytes_max) {}
  arrow::MemoryPool* get() { return &bounded_; }

 private:
  arrow::ProxyMemoryPool counted_;
  arrow::CappedMemoryPool bounded_;
};

/// A LibraryStream whose data are cut into portions, which threads decode ahead, for as long as
/// everything is regular. Whatever is not (damage, the end of the data, a portion that needs more
/// memory than allowed) is left to the library, one step after the other, from the end of the last
/// portion that was decoded; so that each file gives the same bytes and errors as without threads.
///
/// It begins with one portion and goes on with twice as many each time, because many streams are
/// opened for their first bytes only.
/// Memory: options().ahead_bytes_max for portions, from the pool.
class PortionStream : public LibraryStream {
 public:
  int64_t stored_position() const final {
    return LibraryStream::stored_position() - static_cast<int64_t>(ahead_bytes_);
  }

 protected:
  /// `thread_bytes` is the memory that keeps one thread busy, portions that wait among it: as many
  /// threads are used as options() have room for.
  PortionStream(Container container, std::unique_ptr<ByteStream> stored, DecompressOptions options,
                int64_t thread_bytes);
  Status Step(std::span<uint8_t> out) final;

  /// Consumes the input of the next portion; null where what comes next is not regular or there is
  /// no memory for it. Errors: those of the stored stream.
  virtual Result<std::unique_ptr<Portion>> Cut() = 0;
  /// Lets the library go on with the input at hand, which begins where `portion` does; where it is
  /// null, behind the last one that was cut, if any was.
  virtual Status GoOn(const Portion* portion) = 0;

  /// Where portions take their memory from.
  arrow::MemoryPool* portion_pool() { return pool_.get(); }
  /// A copy of the first bytes of the input; null where there is no memory for it.
  std::unique_ptr<arrow::Buffer> CopyInput(size_t bytes);

 private:
  void CutAhead();
  Status NextPortion();
  Status LeaveToLibrary(std::unique_ptr<Portion> portion);

  const size_t threads_;
  BoundedPool pool_;                   // outlives the portions
  size_t count_max_ = 1;               // of portions in the queue
  bool is_cut_ = false;                // no further portions will come
  Status cut_failure_;                 // why, where the file could not be read
  size_t ahead_bytes_ = 0;             // stored bytes of portions that are not given out yet
  std::unique_ptr<Portion> now_;       // given out
  size_t given_ = 0;                   // bytes of it
  std::optional<PortionQueue> queue_;  // none: all is left to the library
};

}  // namespace pyforge::compress
