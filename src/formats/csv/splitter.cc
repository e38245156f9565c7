#include "formats/csv/splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/memory_pool.h>

#include "formats/csv/field_text.h"
#include "formats/csv/row_judge.h"

namespace pyforge::csv {
namespace {

constexpr char kControlZ = '\x1A';

}  // namespace

TextBlock::TextBlock(std::unique_ptr<arrow::ResizableBuffer> buffer) : buffer_(std::move(buffer)) {}

Result<std::unique_ptr<TextBlock>> TextBlock::Make(int64_t capacity, arrow::MemoryPool* pool) {
  auto buffer = arrow::AllocateResizableBuffer(capacity + 2 * kTextPadding, pool);
  if (!buffer.ok()) return Translate(buffer.status(), {});
  // What the vector code reads around the text must be defined, if without meaning.
  std::memset((*buffer)->mutable_data(), 0, static_cast<size_t>(kTextPadding));
  std::memset((*buffer)->mutable_data() + kTextPadding + capacity, 0,
              static_cast<size_t>(kTextPadding));
  return std::unique_ptr<TextBlock>(new TextBlock(*std::move(buffer)));
}

char* TextBlock::data() { return reinterpret_cast<char*>(buffer_->mutable_data()) + kTextPadding; }

int64_t TextBlock::capacity() const { return buffer_->size() - 2 * kTextPadding; }

Status TextBlock::Grow(int64_t used, int64_t capacity) {
  const Status status = buffer_->Resize(capacity + 2 * kTextPadding);
  if (!status.ok()) return Translate(status, {});
  std::memset(data() + used, 0, static_cast<size_t>(capacity + kTextPadding - used));
  return Status::OK();
}

Result<std::unique_ptr<TextBlock>> BlockStore::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!blocks_.empty()) {
      std::unique_ptr<TextBlock> block = std::move(blocks_.back());
      blocks_.pop_back();
      return block;
    }
  }
  return TextBlock::Make(block_bytes_, pool_);
}

void BlockStore::Give(std::unique_ptr<TextBlock> block) {
  if (block == nullptr || block->capacity() != block_bytes_) return;
  const std::lock_guard lock(mutex_);
  blocks_.push_back(std::move(block));
}

std::shared_ptr<BlockStore> SharedBlockStore::Get() {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<BlockStore> store = store_.lock();
  if (store == nullptr) {
    store = std::make_shared<BlockStore>(block_bytes_, pool_);
    store_ = store;
  }
  return store;
}

Splitter::Splitter(std::unique_ptr<ByteStream> stream, const Scanner& scanner,
                   const SplitterOptions& options, std::shared_ptr<BlockStore> store)
    : stream_(std::move(stream)), scanner_(scanner), options_(options), store_(std::move(store)) {
  block_offset_ = options.stored_offset + options.begin_offset;
  if (options.end_offset) {
    bytes_left_ = std::max<int64_t>(*options.end_offset - options.begin_offset, 0);
  }
}

Result<std::unique_ptr<TextMorsel>> Splitter::Next() {
  if (stream_ == nullptr) return nullptr;
  if (!begun_) {
    ARROW_ASSIGN_OR_RAISE(block_, store_->Take());
    ARROW_RETURN_NOT_OK(SkipToBegin());
    begun_ = true;
  }
  while (true) {
    ARROW_RETURN_NOT_OK(Fill());
    Scan();
    if (last_end_ > 0) return Cut(last_end_);
    if (at_end_) {
      if (in_quotes()) {
        TakeQuoteLiterally(open_quote_);
        continue;
      }
      if (IsFilling({block_->data(), static_cast<size_t>(filled_)})) filled_ = 0;
      while (filled_ > 0 && block_->data()[filled_ - 1] == kControlZ) --filled_;
      if (filled_ > 0) return Cut(filled_);
      Finish();
      return nullptr;
    }
    // The last byte may be half of a CR LF, which does not count.
    if (scanned_ > options_.record_bytes_max + 1 && !in_quotes()) return SkipRecord();
    ARROW_RETURN_NOT_OK(Grow());
  }
}

void Splitter::Finish() {
  stored_end_ = stream_->stored_position();
  stream_.reset();
  store_->Give(std::move(block_));
  store_.reset();
}

/// Drops the byte-order mark and what stands above the data.
Status Splitter::SkipToBegin() {
  int64_t left = options_.stored_offset + options_.begin_offset - options_.bytes_left_out;
  while (left > 0) {
    const int64_t wanted = std::min(left, block_->capacity());
    ARROW_ASSIGN_OR_RAISE(const int64_t count,
                          stream_->Read(wanted, reinterpret_cast<uint8_t*>(block_->data())));
    left -= count;
    if (count < wanted) {
      at_end_ = true;
      break;
    }
  }
  return Status::OK();
}

/// Reads until the block is full or the text ends.
Status Splitter::Fill() {
  int64_t wanted = block_->capacity() - filled_;
  if (bytes_left_) wanted = std::min(wanted, *bytes_left_);
  if (!at_end_ && wanted > 0) {
    ARROW_ASSIGN_OR_RAISE(
        const int64_t count,
        stream_->Read(wanted, reinterpret_cast<uint8_t*>(block_->data()) + filled_));
    filled_ += count;
    if (bytes_left_) *bytes_left_ -= count;
    at_end_ = count < wanted;
  }
  if (bytes_left_ && *bytes_left_ == 0) at_end_ = true;
  return Status::OK();
}

void Splitter::Scan() {
  while (true) {
    const RecordEnds ends = scanner_.FindRecordEnds(block_->data(), scanned_, filled_, at_end_,
                                                    open_quote_, options_.field_bytes_max, &state_);
    if (ends.last_end > 0) last_end_ = ends.last_end;
    if (!ends.unclosed) {
      scanned_ = ends.scanned_end;
      open_quote_ = ends.open_quote;
      return;
    }
    TakeQuoteLiterally(ends.open_quote);
  }
}

/// Goes back to behind the quote, which then begins an unquoted field.
void Splitter::TakeQuoteLiterally(int64_t offset) {
  literal_quotes_.push_back(static_cast<uint32_t>(offset));
  state_ = ScanState{.place = ScanState::Place::kUnquoted, .record_start = false};
  scanned_ = offset + 1;
  open_quote_ = -1;
}

/// From the line ends of the first bytes; those within quotes count as well.
int64_t GuessRows(std::string_view text) {
  constexpr size_t kLook = size_t{16} << 10;
  const std::string_view look = text.substr(0, kLook);
  const auto ends = std::count(look.begin(), look.end(), '\n');
  return static_cast<int64_t>(text.size()) * ends / static_cast<int64_t>(look.size() + 1);
}

/// Hands out the block's first `end` bytes; what follows moves to a new block.
Result<std::unique_ptr<TextMorsel>> Splitter::Cut(int64_t end) {
  ARROW_ASSIGN_OR_RAISE(auto next, store_->Take());
  const int64_t rest = filled_ - end;
  if (rest > next->capacity()) ARROW_RETURN_NOT_OK(next->Grow(0, rest));
  std::memcpy(next->data(), block_->data() + end, static_cast<size_t>(rest));
  block_->data()[end] = '\n';
  auto morsel = std::make_unique<TextMorsel>(std::move(block_), store_);
  morsel->text_bytes = end;
  morsel->bytes = end;
  morsel->byte_offset = block_offset_;
  morsel->rows_guessed = GuessRows({morsel->text(), static_cast<size_t>(end)});
  morsel->literal_quotes = TakeLiteralQuotes(end);

  block_ = std::move(next);
  filled_ = rest;
  scanned_ = std::max<int64_t>(scanned_ - end, 0);
  last_end_ = 0;
  if (open_quote_ >= 0) open_quote_ -= end;
  block_offset_ += end;
  return morsel;
}

/// Removes and returns the literal quotes before `end`, which becomes the block's beginning.
std::vector<uint32_t> Splitter::TakeLiteralQuotes(int64_t end) {
  const auto split = std::lower_bound(literal_quotes_.begin(), literal_quotes_.end(), end);
  std::vector<uint32_t> taken(literal_quotes_.begin(), split);
  literal_quotes_.erase(literal_quotes_.begin(), split);
  for (uint32_t& quote : literal_quotes_) quote -= static_cast<uint32_t>(end);
  return taken;
}

/// The record is beyond the limit: keeps its beginning and drops bytes until it ends. Of an open
/// quoted field everything is kept, because its quote may turn out to be literal.
Result<std::unique_ptr<TextMorsel>> Splitter::SkipRecord() {
  const int64_t kept_max = std::min(options_.oversized_bytes_kept, options_.record_bytes_max);
  const std::string_view filled(block_->data(), static_cast<size_t>(filled_));
  const auto kept = static_cast<int64_t>(Utf8Prefix(filled, static_cast<size_t>(kept_max)).size());
  ARROW_ASSIGN_OR_RAISE(auto head, store_->Take());
  if (kept > head->capacity()) ARROW_RETURN_NOT_OK(head->Grow(0, kept));
  std::memcpy(head->data(), block_->data(), static_cast<size_t>(kept));
  head->data()[kept] = '\n';
  auto morsel = std::make_unique<TextMorsel>(std::move(head), store_);
  morsel->is_oversized = true;
  morsel->text_bytes = kept;
  morsel->byte_offset = block_offset_;
  const auto drop = [&](int64_t count) {
    char* const text = block_->data();
    morsel->bytes += count;
    // Of a CR LF that is dropped in two pieces the LF counts.
    const bool is_cut =
        0 < count && count < filled_ && text[count - 1] == '\r' && text[count] == '\n';
    const int64_t counted = is_cut ? count - 1 : count;
    morsel->oversized_line_count +=
        CountLineEnds(scanner_.dialect(), std::string_view(text, static_cast<size_t>(counted)));
    std::memmove(text, text + count, static_cast<size_t>(filled_ - count));
    filled_ -= count;
    scanned_ -= count;
    block_offset_ += count;
    if (open_quote_ >= 0) open_quote_ -= count;
    TakeLiteralQuotes(count);
  };
  int64_t end = FindFirstEnd();
  while (end < 0) {
    if (at_end_) {
      if (!in_quotes()) {
        end = filled_;
        break;
      }
      TakeQuoteLiterally(open_quote_);
    }
    drop(open_quote_ >= 0 ? open_quote_ : scanned_);
    if (filled_ == block_->capacity()) ARROW_RETURN_NOT_OK(Grow());
    ARROW_RETURN_NOT_OK(Fill());
    end = FindFirstEnd();
  }
  drop(end);
  scanned_ = 0;
  open_quote_ = -1;
  state_ = ScanState();
  return morsel;
}

/// Goes on from scanned_; returns the offset behind the first record end, or -1 if there is none.
int64_t Splitter::FindFirstEnd() {
  int64_t step = 64;
  int64_t limit = scanned_;
  while (limit < filled_) {
    const ScanState state_before = state_;
    limit = std::min(limit + step, filled_);
    const RecordEnds ends =
        scanner_.FindRecordEnds(block_->data(), scanned_, limit, at_end_ && limit == filled_,
                                open_quote_, options_.field_bytes_max, &state_);
    if (ends.last_end > 0 && step > 1) {
      state_ = state_before;
      limit = scanned_;
      step = 1;
    } else if (ends.unclosed) {
      TakeQuoteLiterally(ends.open_quote);
      limit = scanned_;
    } else if (ends.last_end > 0) {
      return ends.last_end;
    } else {
      scanned_ = ends.scanned_end;
      open_quote_ = ends.open_quote;
    }
  }
  return -1;
}

Status Splitter::Grow() {
  const int64_t most = options_.record_bytes_max + 2 * options_.field_bytes_max;
  const int64_t capacity = std::max(std::min(2 * block_->capacity(), most), filled_ + 64);
  return block_->Grow(filled_, capacity);
}

}  // namespace pyforge::csv
