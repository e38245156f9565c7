// Cuts a stream of delimited text into morsels that end where records end.
#pragma once

#include <arrow/buffer.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "formats/csv/scanner.h"
#include "pyforge/input.h"
#include "pyforge/source.h"

namespace pyforge::csv {

/// Memory for text, kTextPadding readable bytes before and after it. Threads: one at a time.
class TextBlock {
 public:
  /// Errors: limit.memory.
  static Result<std::unique_ptr<TextBlock>> Make(int64_t capacity, arrow::MemoryPool* pool);
  char* data();
  int64_t capacity() const;
  /// Keeps the first `used` bytes.
  Status Grow(int64_t used, int64_t capacity);

 private:
  explicit TextBlock(std::unique_ptr<arrow::ResizableBuffer> buffer);
  std::unique_ptr<arrow::ResizableBuffer> buffer_;
};

/// Blocks waiting for their next use, freed with the store, which lasts as long as a splitter or a
/// morsel has it. Threads: share freely.
class BlockStore {
 public:
  BlockStore(int64_t block_bytes, arrow::MemoryPool* pool)
      : block_bytes_(block_bytes), pool_(pool) {}
  int64_t block_bytes() const { return block_bytes_; }
  Result<std::unique_ptr<TextBlock>> Take();
  /// Larger blocks than usual are freed, so that one long record costs memory only once.
  void Give(std::unique_ptr<TextBlock> block);

 private:
  const int64_t block_bytes_;
  arrow::MemoryPool* const pool_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TextBlock>> blocks_;
};

/// The store of inputs that are read one behind the other: what one has let go of is the next
/// one's. Threads: share freely.
class SharedBlockStore {
 public:
  SharedBlockStore(int64_t block_bytes, arrow::MemoryPool* pool)
      : block_bytes_(block_bytes), pool_(pool) {}
  int64_t block_bytes() const { return block_bytes_; }
  /// The store that is in use, or a new one.
  std::shared_ptr<BlockStore> Get();

 private:
  const int64_t block_bytes_;
  arrow::MemoryPool* const pool_;
  std::mutex mutex_;
  std::weak_ptr<BlockStore> store_;
};

/// Whole records of one text. Its block goes back to the store with it.
class TextMorsel : public Morsel {
 public:
  TextMorsel(std::unique_ptr<TextBlock> block, std::shared_ptr<BlockStore> store)
      : block_(std::move(block)), store_(std::move(store)) {}
  ~TextMorsel() override { store_->Give(std::move(block_)); }
  const char* text() const { return block_->data(); }

  int64_t text_bytes = 0;  ///< a LF stands behind them, which is not part of the text
  /// Quotes that open a field but are never closed.
  std::vector<uint32_t> literal_quotes = {};
  /// The morsel stands for one record of `bytes` bytes, beyond the limit; the text is its
  /// beginning.
  bool is_oversized = false;
  int64_t oversized_line_count = 0;
  bool is_first = false;       ///< of its pass
  int64_t replaced_count = 0;  ///< characters that could not be read in the file's encoding

 private:
  std::unique_ptr<TextBlock> block_;
  std::shared_ptr<BlockStore> store_;
};

struct SplitterOptions {
  int64_t field_bytes_max = int64_t{16} << 20;  ///< at least 64
  int64_t record_bytes_max = int64_t{32} << 20;
  int64_t oversized_bytes_kept = int64_t{1} << 20;  ///< of a longer one, at most record_bytes_max
  int64_t begin_offset = 0;                         ///< of the first data record in the text
  std::optional<int64_t> end_offset = {};           ///< where the table ends before the text does
  int64_t stored_offset = 0;   ///< of the text's first byte in the input: the BOM's length
  int64_t bytes_left_out = 0;  ///< of those above begin_offset, that the stream does not give
};

/// Cuts as late as a block allows, following quotes exactly from the beginning, so that neither the
/// records nor their repairs depend on where blocks end.
///
/// A quote whose field is not closed within field_bytes_max, or not before the end of the input, is
/// taken literally, and what follows it is scanned again.
/// Memory: a block, and while a longer record is being read as much as that has, at most
/// record_bytes_max + 2 * field_bytes_max.
/// Threads: one at a time.
class Splitter {
 public:
  Splitter(std::unique_ptr<ByteStream> stream, const Scanner& scanner,
           const SplitterOptions& options, std::shared_ptr<BlockStore> store);

  /// The next morsel; null at the end, where the stream and all memory are let go, so that what has
  /// been read of many inputs costs nothing. Errors: io.read_failed and other errors of the stream,
  /// limit.memory.
  Result<std::unique_ptr<TextMorsel>> Next();
  int64_t stored_position() const {
    return stream_ != nullptr ? stream_->stored_position() : stored_end_;
  }

 private:
  Status SkipToBegin();
  void Finish();
  Status Fill();
  void Scan();
  void TakeQuoteLiterally(int64_t offset);
  Result<std::unique_ptr<TextMorsel>> Cut(int64_t end);
  Result<std::unique_ptr<TextMorsel>> SkipRecord();
  int64_t FindFirstEnd();
  std::vector<uint32_t> TakeLiteralQuotes(int64_t end);
  Status Grow();
  bool in_quotes() const { return state_.place == ScanState::Place::kQuoted; }

  std::unique_ptr<ByteStream> stream_;  // null when finished
  int64_t stored_end_ = 0;              // its position then
  const Scanner scanner_;
  const SplitterOptions options_;
  std::shared_ptr<BlockStore> store_;

  bool begun_ = false;
  bool at_end_ = false;                // the stream has no more bytes
  std::optional<int64_t> bytes_left_;  // until end_offset
  std::unique_ptr<TextBlock> block_;   // starts with a record
  int64_t filled_ = 0;                 // bytes in it
  int64_t scanned_ = 0;                // bytes that state_ has seen
  int64_t last_end_ = 0;               // behind the last record end; 0: none
  int64_t open_quote_ = -1;            // of the field that is open at scanned_
  int64_t block_offset_ = 0;           // of the block's first byte in the input
  ScanState state_;
  std::vector<uint32_t> literal_quotes_;  // in the block
};

}  // namespace pyforge::csv
