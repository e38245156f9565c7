#include "core/pipeline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <arrow/record_batch.h>

namespace pyforge::core {
namespace {

using Clock = std::chrono::steady_clock;

// DuckDB takes over row groups that have nine tenths of its own 122,880 rows, and puts smaller ones
// together anew, which costs it a fifth of its time; the guess of rows may be off a little.
constexpr int64_t kLargeGroupRows = 118'000;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What a worker made of one segment; places are relative to the segment.
struct SegmentResult {
  std::vector<std::unique_ptr<Piece>> pieces;  // by table; null: no rows
  std::vector<RowCounts> tables;
  std::unique_ptr<Evidence> evidence;
  Ledger ledger;
  int64_t record_count = 0;
  int64_t line_count = 0;
  Status error;
};

class Pass {
 public:
  Pass(Scan& scan, const std::vector<TableTarget>& targets, const PassOptions& options,
       ExecutionContext& context)
      : scan_(scan), targets_(targets), options_(options), context_(context) {
    outcome_.tables.resize(targets.size());
    rows_are_void_ = options.mode == DecodeMode::kEvidence;
  }

  Result<PassOutcome> Run() {
    // A limit counts rows in file order, which only one worker sees.
    const int threads = options_.row_limit ? 1 : context_.threads();
    // Pieces may wait for an earlier segment only within this window, which bounds memory.
    window_ = threads + 1;
    if (threads == 1) {
      Work();
    } else {
      std::vector<std::thread> workers;
      workers.reserve(static_cast<size_t>(threads));
      try {
        for (int i = 0; i < threads; ++i) workers.emplace_back([this] { Work(); });
      } catch (const std::system_error&) {
        // The system gives no more threads: those there are do the work.
        if (workers.empty()) Work();
      }
      for (std::thread& worker : workers) worker.join();
    }
    if (!error_.ok()) return error_;
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
    return std::move(outcome_);
  }

 private:
  using Morsels = std::vector<std::unique_ptr<Morsel>>;

  static Status NoMemory() { return Fail(kMemoryLimit, {}, "the system gave no more memory"); }

  /// One worker, from its first segment to the end of the input. Nothing is thrown out of a thread.
  void Work() {
    try {
      CarrySegments();
    } catch (const std::bad_alloc&) {
      const std::lock_guard lock(append_mutex_);
      if (error_.ok()) error_ = NoMemory();
      stopped_.store(true, std::memory_order_relaxed);
      window_opened_.notify_all();
    }
  }

  void CarrySegments() {
    std::unique_ptr<Decoder> decoder;
    std::vector<std::unique_ptr<Segment>> segments;
    {
      // The seams promise one thread at a time for the makers, not for what they make.
      const std::lock_guard lock(next_mutex_);
      decoder = scan_.NewDecoder();
      for (const TableTarget& target : targets_) {
        segments.push_back(target.sink == nullptr ? nullptr : target.sink->NewSegment());
      }
    }
    StageSeconds seconds;
    while (true) {
      int64_t ordinal = 0;
      Morsels morsels;
      if (!TakeSegment(&ordinal, &morsels, &seconds)) break;
      SegmentResult result;
      const Clock::time_point start = Clock::now();
      try {
        result = Carry(*decoder, segments, &morsels, &seconds);
      } catch (const std::bad_alloc&) {
        result.tables.resize(targets_.size());
        result.pieces.resize(targets_.size());
        result.error = NoMemory();
      }
      Note("carry", start, ordinal);
      HandIn(ordinal, std::move(result), &seconds);
    }
    const std::lock_guard lock(append_mutex_);
    outcome_.seconds.next += seconds.next;
    outcome_.seconds.decode += seconds.decode;
    outcome_.seconds.transform += seconds.transform;
    outcome_.seconds.encode += seconds.encode;
    outcome_.seconds.append += seconds.append;
  }

  /// The seconds since `start`, put into the trace where there is one.
  double Note(std::string_view name, Clock::time_point start, int64_t segment) {
    const Clock::time_point end = Clock::now();
    if (options_.trace != nullptr) options_.trace->Add(name, start, end, segment);
    return std::chrono::duration<double>(end - start).count();
  }

  /// The serial front: takes the morsels of the next segment. False at the end or after a failure.
  bool TakeSegment(int64_t* ordinal, Morsels* morsels, StageSeconds* seconds) {
    WaitForWindow();
    const std::lock_guard lock(next_mutex_);
    if (at_end_ || stopped_.load(std::memory_order_relaxed)) return false;
    const Clock::time_point start = Clock::now();
    int64_t bytes = 0;
    int64_t rows = 0;
    while (TakesMore(bytes, rows)) {
      Result<std::unique_ptr<Morsel>> next = scan_.Next();
      if (!next.ok()) {
        // Rows before the failure may hold an earlier one, so it takes its place in the order.
        pending_error_ = next.status();
        at_end_ = true;
        break;
      }
      if (*next == nullptr) {
        at_end_ = true;
        break;
      }
      bytes += (*next)->bytes;
      rows += (*next)->rows_guessed;
      morsels->push_back(*std::move(next));
      if (context_.cancellation().requested()) {
        at_end_ = true;
        break;
      }
    }
    seconds->next += Note("read", start, next_ordinal_);
    context_.progress().bytes_read.store(scan_.stored_position(), std::memory_order_relaxed);
    if (morsels->empty() && pending_error_.ok()) return false;
    *ordinal = next_ordinal_++;
    return true;
  }

  /// A segment that could not become a large row group within its limit stays small.
  bool TakesMore(int64_t bytes, int64_t rows) const {
    if (bytes < options_.segment_bytes) return true;
    if (bytes >= options_.segment_bytes_max || rows >= kLargeGroupRows) return false;
    const double rows_at_most = static_cast<double>(rows) / static_cast<double>(bytes) *
                                static_cast<double>(options_.segment_bytes_max);
    return rows_at_most >= kLargeGroupRows;
  }

  /// The parallel middle: from morsels to encoded pieces.
  SegmentResult Carry(Decoder& decoder, std::vector<std::unique_ptr<Segment>>& segments,
                      Morsels* morsels, StageSeconds* seconds) {
    SegmentResult result;
    result.tables.resize(targets_.size());
    result.pieces.resize(targets_.size());
    bool keeps_rows = true;
    for (std::unique_ptr<Morsel>& morsel : *morsels) {
      if (options_.row_limit && rows_kept_ == *options_.row_limit) break;
      if (stopped_.load(std::memory_order_relaxed)) break;
      result.error = context_.cancellation().Check();
      if (!result.error.ok()) break;
      keeps_rows = keeps_rows && !rows_are_void_.load(std::memory_order_relaxed);
      result.error = CarryMorsel(decoder, segments, *morsel, &keeps_rows, &result, seconds);
      if (!result.error.ok()) break;
      morsel.reset();  // its buffer goes back to the scan at once
    }
    const Clock::time_point start = Clock::now();
    result.evidence = decoder.TakeEvidence();
    for (size_t table = 0; table < segments.size(); ++table) {
      if (segments[table] == nullptr) continue;
      // Finish also empties a segment whose rows turned out void, so that it can be used again.
      Result<std::unique_ptr<Piece>> piece = segments[table]->Finish();
      if (!piece.ok()) {
        if (result.error.ok()) result.error = piece.status();
      } else if (keeps_rows && result.tables[table].written > 0) {
        result.pieces[table] = *std::move(piece);
      }
    }
    seconds->encode += SecondsSince(start);
    return result;
  }

  Status CarryMorsel(Decoder& decoder, std::vector<std::unique_ptr<Segment>>& segments,
                     const Morsel& morsel, bool* keeps_rows, SegmentResult* result,
                     StageSeconds* seconds) {
    const Clock::time_point decode_start = Clock::now();
    Result<Decoded> decode =
        decoder.Decode(morsel, *keeps_rows ? DecodeMode::kRows : DecodeMode::kEvidence);
    seconds->decode += SecondsSince(decode_start);
    if (!decode.ok()) return ShiftWhere(decode.status(), result->record_count, 0);
    Decoded& decoded = *decode;
    result->ledger.Append(decoded.ledger, result->record_count, result->line_count);
    result->record_count += decoded.record_count;
    result->line_count += decoded.line_count;
    if (decoded.contradicts_types) {
      contradicted_.store(true, std::memory_order_relaxed);
      rows_are_void_.store(true, std::memory_order_relaxed);
    }
    if (options_.bad_rows_void_the_pass && decoded.ledger.rejected_count() > 0) {
      rows_are_void_.store(true, std::memory_order_relaxed);
    }
    if (decoded.contradicts_types || rows_are_void_.load(std::memory_order_relaxed)) {
      *keeps_rows = false;
      return Status::OK();
    }
    for (DecodedBatch& each : decoded.batches) {
      const auto table = static_cast<size_t>(each.table_index);
      const TableTarget& target = targets_[table];
      RowCounts& counts = result->tables[table];
      std::shared_ptr<arrow::RecordBatch> batch = std::move(each.batch);
      counts.read += batch->num_rows();
      if (target.transform != nullptr) {
        const Clock::time_point start = Clock::now();
        const int64_t rows_before = batch->num_rows();
        Result<std::shared_ptr<arrow::RecordBatch>> applied = target.transform->Apply(batch);
        if (!applied.ok()) {
          return ShiftWhere(applied.status(), result->record_count - decoded.record_count, 0);
        }
        batch = *std::move(applied);
        counts.left_out += rows_before - batch->num_rows();
        seconds->transform += SecondsSince(start);
      }
      if (options_.row_limit) batch = KeepWithinLimit(each.table_index, std::move(batch), &counts);
      counts.written += batch->num_rows();
      if (target.sink != nullptr && batch->num_rows() > 0) {
        const Clock::time_point start = Clock::now();
        ARROW_RETURN_NOT_OK(segments[table]->Add(*batch));
        seconds->encode += SecondsSince(start);
      }
    }
    return Status::OK();
  }

  /// Cuts the batch at the row limit; reaching it ends the pass.
  std::shared_ptr<arrow::RecordBatch> KeepWithinLimit(int table_index,
                                                      std::shared_ptr<arrow::RecordBatch> batch,
                                                      RowCounts* counts) {
    if (table_index != 0) return batch;
    const int64_t kept = std::min(batch->num_rows(), *options_.row_limit - rows_kept_);
    rows_kept_ += kept;
    if (rows_kept_ == *options_.row_limit) at_end_ = true;
    if (kept == batch->num_rows()) return batch;
    counts->left_out += batch->num_rows() - kept;
    return batch->Slice(0, kept);
  }

  /// The serial end: parks the result and appends all that are next in order.
  void HandIn(int64_t ordinal, SegmentResult result, StageSeconds* seconds) {
    std::unique_lock lock(append_mutex_);
    parked_.emplace(ordinal, std::move(result));
    // Whoever appends goes on with what others park meanwhile; nobody waits to append.
    if (appending_) return;
    appending_ = true;
    while (!parked_.empty() && parked_.begin()->first == next_to_append_) {
      SegmentResult next = std::move(parked_.begin()->second);
      parked_.erase(parked_.begin());
      lock.unlock();
      const Clock::time_point start = Clock::now();
      const Status status = Append(std::move(next));
      seconds->append += Note("append", start, next_to_append_);
      lock.lock();
      ++next_to_append_;
      if (!status.ok() && error_.ok()) {
        error_ = status;
        stopped_.store(true, std::memory_order_relaxed);
      }
      window_opened_.notify_all();
    }
    appending_ = false;
  }

  /// One segment's result, in order. One thread at a time.
  Status Append(SegmentResult result) {
    if (stopped_.load(std::memory_order_relaxed)) return Status::OK();
    const int64_t row_base = outcome_.record_count;
    Ledger ledger;
    ledger.Append(result.ledger, row_base + first_row_number(), line_base_ + first_row_number());
    outcome_.record_count += result.record_count;
    line_base_ += result.line_count;
    const int64_t bad_before = outcome_.ledger.rejected_count();
    if (!ledger.rejected().empty() && options_.on_bad_rows) {
      ARROW_RETURN_NOT_OK(options_.on_bad_rows(ledger.rejected(), outcome_.record_count,
                                               bad_before + ledger.rejected_count()));
    }
    outcome_.ledger.Append(ledger, 0, 0);
    outcome_.ledger.KeepFirstRejectedRows(options_.bad_rows_listed_max);
    if (!result.error.ok()) {
      return ShiftWhere(result.error, row_base + first_row_number(), 0);
    }
    if (result.evidence != nullptr) {
      if (outcome_.evidence == nullptr) {
        outcome_.evidence = std::move(result.evidence);
      } else {
        outcome_.evidence->Merge(*result.evidence);
      }
    }
    outcome_.contradicted = contradicted_.load(std::memory_order_relaxed);
    for (size_t table = 0; table < targets_.size(); ++table) {
      RowCounts& counts = outcome_.tables[table];
      counts.read += result.tables[table].read;
      counts.written += result.tables[table].written;
      counts.left_out += result.tables[table].left_out;
      if (result.pieces[table] != nullptr && !rows_are_void_.load(std::memory_order_relaxed)) {
        const int64_t rows = result.pieces[table]->rows;
        ARROW_RETURN_NOT_OK(targets_[table].sink->Append(std::move(result.pieces[table])));
        context_.progress().rows_written.fetch_add(rows, std::memory_order_relaxed);
      }
    }
    return TakePendingError(result);
  }

  /// A failure of Next() belongs behind everything that was read before it.
  Status TakePendingError(const SegmentResult&) {
    const std::lock_guard lock(next_mutex_);
    if (pending_error_.ok() || next_to_append_ + 1 < next_ordinal_) return Status::OK();
    return pending_error_;
  }

  void WaitForWindow() {
    std::unique_lock lock(append_mutex_);
    window_opened_.wait(lock, [this] {
      return stopped_.load(std::memory_order_relaxed) || taken_ - next_to_append_ < window_;
    });
    ++taken_;
  }

  int64_t first_row_number() const {
    return scan_.tables().empty() ? 1 : scan_.tables().front().first_row_number;
  }

  Scan& scan_;
  const std::vector<TableTarget>& targets_;
  const PassOptions& options_;
  ExecutionContext& context_;
  int64_t window_ = 1;

  std::atomic<bool> stopped_{false};
  std::atomic<bool> contradicted_{false};
  std::atomic<bool> rows_are_void_{false};

  std::mutex next_mutex_;  // guards the scan and the five below
  bool at_end_ = false;
  int64_t next_ordinal_ = 0;
  int64_t rows_kept_ = 0;  // under a row limit, where there is one worker
  Status pending_error_;

  std::mutex
      append_mutex_;  // guards the queue below; the appender alone touches outcome_ in Append
  std::condition_variable window_opened_;
  std::map<int64_t, SegmentResult> parked_;
  int64_t taken_ = 0;
  int64_t next_to_append_ = 0;
  bool appending_ = false;
  int64_t line_base_ = 0;
  PassOutcome outcome_;
  Status error_;
};

}  // namespace

Result<PassOutcome> RunPass(Scan& scan, const std::vector<TableTarget>& targets,
                            const PassOptions& options, ExecutionContext& context) {
  return Pass(scan, targets, options, context).Run();
}

namespace {

int64_t ShareOfMemory(const ExecutionContext& context, int64_t most) {
  // What the program holds before it does anything, Arrow's libraries included.
  constexpr int64_t kBaseBytes = int64_t{48} << 20;
  constexpr int64_t kLeast = int64_t{1} << 20;
  // A worker holds a segment's text, its encoded form and a finished piece that waits: about three.
  const int64_t share = (context.memory_bytes_max() - kBaseBytes) / (4 * context.threads());
  return std::clamp(share, kLeast, most);
}

}  // namespace

int64_t SegmentBytes(const ExecutionContext& context) {
  return ShareOfMemory(context, int64_t{12} << 20);
}

int64_t SegmentBytesMax(const ExecutionContext& context) {
  return ShareOfMemory(context, int64_t{24} << 20);
}

}  // namespace pyforge::core
