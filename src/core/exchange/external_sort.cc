#include "core/exchange/external_sort.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include <arrow/api.h>

#include "core/expression/select_rows.h"
#include "io/errors.h"
#include "schema/compute.h"

namespace pyforge::core {
namespace {

// What the program holds before it does anything, Arrow's libraries included.
constexpr int64_t kBaseBytes = int64_t{48} << 20;
constexpr int64_t kShareBytesMin = int64_t{2} << 20;
constexpr int64_t kRunBytesMin = int64_t{512} << 10;
constexpr int64_t kRunBytesMax = int64_t{64} << 20;
constexpr int64_t kChunkBytesMin = 32 << 10;
constexpr int64_t kChunkBytesMax = 512 << 10;
constexpr int64_t kChunkRowsMax = 16 << 10;
constexpr int64_t kBatchBytesMax = int64_t{1} << 20;
/// A row's part of a run while it is sorted: its key and its entry.
constexpr int64_t kEntryBytes = 40;
/// Chunks that a share has room for while runs are merged: a chunk with its stored form and keys.
constexpr int64_t kChunksPerShare = 96;

struct SortPiece : Piece {
  std::vector<SortedRun> runs;
};

struct MergedMorsel : Morsel {
  MergedRows merged;
};

class MergedDecoder : public Decoder {
 public:
  MergedDecoder(std::shared_ptr<arrow::Schema> schema, std::vector<int> columns,
                arrow::MemoryPool* pool)
      : schema_(std::move(schema)), columns_(std::move(columns)), pool_(pool) {}

  Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override {
    const MergedRows& merged = static_cast<const MergedMorsel&>(morsel).merged;
    Decoded decoded;
    decoded.record_count = merged.rows();
    if (mode == DecodeMode::kEvidence) return decoded;
    auto batch = PutTogether(merged, schema_, columns_, pool_);
    if (!batch.ok()) return Translate(batch.status(), {});
    decoded.batches.push_back({.batch = *std::move(batch)});
    return decoded;
  }

 private:
  const std::shared_ptr<arrow::Schema> schema_;
  const std::vector<int> columns_;
  arrow::MemoryPool* pool_;
};

}  // namespace

/// Collects rows until they make a run, sorts them and stores them if there is no room.
class SortSegment : public Segment {
 public:
  explicit SortSegment(ExternalSort& sort)
      : sort_(sort),
        pool_(sort.context_.memory_pool()),
        columns_(static_cast<size_t>(sort.schema_->num_fields())) {}

  Status Add(const arrow::RecordBatch& batch) override {
    const Status status = Collect(batch);
    return Translate(status, {});
  }

  int64_t bytes() const override { return collected_bytes_ + piece_->bytes; }

  Result<std::unique_ptr<Piece>> Finish() override {
    const Status status = CloseRun();
    if (!status.ok()) {
      for (arrow::ArrayVector& parts : columns_) parts.clear();
      rows_ = collected_bytes_ = 0;
      piece_ = std::make_unique<SortPiece>();
      return Translate(status, {});
    }
    return std::exchange(piece_, std::make_unique<SortPiece>());
  }

 private:
  struct Entry {
    uint64_t prefix;
    uint32_t row;
  };

  Status Collect(const arrow::RecordBatch& batch) {
    for (int64_t begin = 0; begin < batch.num_rows();) {
      const int64_t count = std::min(batch.num_rows() - begin, kChunkRowsMax);
      for (size_t i = 0; i < columns_.size(); ++i) {
        // The decoder wants its buffers back, so the rows are copied.
        ARROW_ASSIGN_OR_RAISE(
            auto copy,
            arrow::Concatenate({batch.column(static_cast<int>(i))->Slice(begin, count)}, pool_));
        columns_[i].push_back(std::move(copy));
      }
      collected_bytes_ += BatchBytes(*batch.Slice(begin, count)) + count * kEntryBytes;
      rows_ += count;
      begin += count;
      if (collected_bytes_ >= sort_.run_bytes_max_) ARROW_RETURN_NOT_OK(CloseRun());
    }
    return Status::OK();
  }

  Status CloseRun() {
    if (rows_ == 0) return Status::OK();
    arrow::ArrayVector whole;
    for (arrow::ArrayVector& parts : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto column, arrow::Concatenate(parts, pool_));
      whole.push_back(std::move(column));
      parts.clear();  // column by column, so that only one of them is there twice
    }
    std::shared_ptr<arrow::RecordBatch> batch =
        arrow::RecordBatch::Make(sort_.schema_, rows_, std::move(whole));
    rows_ = collected_bytes_ = 0;
    ARROW_ASSIGN_OR_RAISE(const bool is_sorted, OrderRows(*batch));
    ARROW_ASSIGN_OR_RAISE(SortedRun run, Store(std::move(batch), is_sorted));
    piece_->bytes +=
        std::accumulate(run.blocks.begin(), run.blocks.end(), int64_t{0},
                        [](int64_t sum, const auto& block) { return sum + block->capacity(); });
    piece_->runs.push_back(std::move(run));
    return Status::OK();
  }

  /// Fills entries_ with the rows in order; true when they are in order already.
  Result<bool> OrderRows(const arrow::RecordBatch& batch) {
    ARROW_RETURN_NOT_OK(sort_.encoder_.Encode(batch, pool_, &keys_));
    entries_.resize(static_cast<size_t>(batch.num_rows()));
    for (size_t i = 0; i < entries_.size(); ++i) {
      entries_[i] = {keys_.prefixes[i], static_cast<uint32_t>(i)};
    }
    const auto before = [this](const Entry& a, const Entry& b) {
      if (a.prefix != b.prefix) return a.prefix < b.prefix;
      const int order = keys_.Key(a.row).compare(keys_.Key(b.row));
      return order != 0 ? order < 0 : a.row < b.row;
    };
    const bool is_sorted = std::is_sorted(entries_.begin(), entries_.end(), before);
    if (!is_sorted) std::sort(entries_.begin(), entries_.end(), before);
    return is_sorted;
  }

  Result<SortedRun> Store(std::shared_ptr<arrow::RecordBatch> batch, bool is_sorted) {
    const int64_t rows = batch->num_rows();
    const int64_t bytes = BatchBytes(*batch);
    const int64_t row_bytes = std::max<int64_t>(bytes / rows, 1);
    const int64_t chunk_rows =
        std::clamp<int64_t>(sort_.chunk_bytes_ / row_bytes, 1, kChunkRowsMax);
    const bool is_resident = sort_.TakeResidentBytes(bytes);
    SortedRun run{.rows = rows, .bytes = bytes};
    std::unique_ptr<RunWriter> writer;
    if (!is_resident) {
      ARROW_ASSIGN_OR_RAISE(writer, RunWriter::Make(sort_.schema_, nullptr, pool_));
    }
    for (int64_t begin = 0; begin < rows; begin += chunk_rows) {
      const int64_t count = std::min(chunk_rows, rows - begin);
      std::shared_ptr<arrow::RecordBatch> chunk;
      if (is_sorted) {
        chunk = batch->Slice(begin, count);
      } else {
        ARROW_ASSIGN_OR_RAISE(chunk, TakeEntries(*batch, begin, count));
      }
      if (is_resident) {
        run.chunk_bytes_max = std::max(run.chunk_bytes_max, BatchBytes(*chunk));
        run.chunks.push_back(std::move(chunk));
      } else {
        ARROW_RETURN_NOT_OK(writer->Add(*chunk));
      }
    }
    batch.reset();
    if (is_resident) return run;
    return writer->Finish();
  }

  Result<std::shared_ptr<arrow::RecordBatch>> TakeEntries(const arrow::RecordBatch& batch,
                                                          int64_t begin, int64_t count) {
    arrow::UInt32Builder builder(pool_);
    ARROW_RETURN_NOT_OK(builder.Reserve(count));
    for (int64_t i = begin; i < begin + count; ++i) {
      builder.UnsafeAppend(entries_[static_cast<size_t>(i)].row);
    }
    std::shared_ptr<arrow::UInt32Array> numbers;
    ARROW_RETURN_NOT_OK(builder.Finish(&numbers));
    arrow::ArrayVector taken;
    for (const auto& column : batch.columns()) {
      ARROW_ASSIGN_OR_RAISE(auto rows, TakeRows(column, *numbers, pool_));
      taken.push_back(std::move(rows));
    }
    return arrow::RecordBatch::Make(sort_.schema_, count, std::move(taken));
  }

  ExternalSort& sort_;
  arrow::MemoryPool* pool_;
  std::vector<arrow::ArrayVector> columns_;
  int64_t rows_ = 0;
  int64_t collected_bytes_ = 0;
  RowKeys keys_;                // reused
  std::vector<Entry> entries_;  // reused
  std::unique_ptr<SortPiece> piece_ = std::make_unique<SortPiece>();
};

ExternalSort::ExternalSort(std::shared_ptr<arrow::Schema> schema, ExternalSortOptions options,
                           ExecutionContext& context)
    : schema_(std::move(schema)), options_(std::move(options)), context_(context) {
  const auto share =
      std::max(kShareBytesMin,
               static_cast<int64_t>(options_.memory_share *
                                    static_cast<double>(context.memory_bytes_max() - kBaseBytes)));
  // A worker holds its run about twice while it sorts, and the stored form of a piece.
  run_bytes_max_ = std::clamp(share / (3 * context.threads()), kRunBytesMin, kRunBytesMax);
  resident_bytes_max_ = share / 2;
  merge_bytes_max_ = share / 2;
  chunk_bytes_ = std::clamp(share / kChunksPerShare, kChunkBytesMin, kChunkBytesMax);
}

ExternalSort::~ExternalSort() = default;

Result<std::unique_ptr<ExternalSort>> ExternalSort::Make(std::shared_ptr<arrow::Schema> schema,
                                                         ExternalSortOptions options,
                                                         ExecutionContext& context) {
  ARROW_RETURN_NOT_OK(schema::InitializeCompute());
  std::unique_ptr<ExternalSort> sort(
      new ExternalSort(std::move(schema), std::move(options), context));
  ARROW_ASSIGN_OR_RAISE(sort->encoder_, RowKeyEncoder::Make(*sort->schema_, sort->options_.keys,
                                                            sort->options_.group_count));
  const std::vector<int>& keys = sort->encoder_.columns();
  const auto groups_end = keys.begin() + static_cast<std::ptrdiff_t>(sort->options_.group_count);
  arrow::FieldVector fields;
  for (int i = 0; i < sort->schema_->num_fields(); ++i) {
    if (sort->options_.drop_group_columns && std::find(keys.begin(), groups_end, i) != groups_end) {
      continue;
    }
    sort->sorted_columns_.push_back(i);
    fields.push_back(sort->schema_->field(i));
  }
  sort->sorted_schema_ = arrow::schema(std::move(fields), sort->schema_->metadata());
  return sort;
}

std::unique_ptr<Segment> ExternalSort::NewSegment() { return std::make_unique<SortSegment>(*this); }

bool ExternalSort::TakeResidentBytes(int64_t bytes) {
  if (resident_bytes_.fetch_add(bytes) + bytes <= resident_bytes_max_) return true;
  resident_bytes_.fetch_sub(bytes);
  return false;
}

Status ExternalSort::Append(std::unique_ptr<Piece> piece) {
  for (SortedRun& run : static_cast<SortPiece&>(*piece).runs) {
    rows_ += run.rows;
    if (!run.blocks.empty()) {
      if (file_ == nullptr) {
        ARROW_ASSIGN_OR_RAISE(file_, io::TempFile::Make(context_));
      }
      ARROW_RETURN_NOT_OK(MoveToFile(file_, &run));
      spilled_bytes_ += run.stored_bytes;
    }
    runs_.push_back(std::move(run));
  }
  return Status::OK();
}

Result<TableSummary> ExternalSort::Finish() { return TableSummary{.rows = rows_}; }

Result<SortedRun> ExternalSort::MergeRuns(std::vector<SortedRun> runs,
                                          const std::shared_ptr<io::TempFile>& file) {
  arrow::MemoryPool* pool = context_.memory_pool();
  std::vector<int> all_columns(static_cast<size_t>(schema_->num_fields()));
  std::iota(all_columns.begin(), all_columns.end(), 0);
  ARROW_ASSIGN_OR_RAISE(auto merger, RunMerger::Make(std::move(runs), encoder_, pool));
  ARROW_ASSIGN_OR_RAISE(auto writer, RunWriter::Make(schema_, file, pool));
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool has_group, merger->NextGroup());
    if (!has_group) break;
    while (true) {
      ARROW_RETURN_NOT_OK(context_.cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(const auto rows, merger->Next(kChunkRowsMax, chunk_bytes_));
      if (rows == nullptr) break;
      ARROW_ASSIGN_OR_RAISE(const auto chunk, PutTogether(*rows, schema_, all_columns, pool));
      ARROW_RETURN_NOT_OK(writer->Add(*chunk));
    }
  }
  return writer->Finish();
}

// Merges neighbours until the chunks of all runs fit into memory together.
Status ExternalSort::MergeDown() {
  std::vector<std::shared_ptr<io::TempFile>> files;
  while (true) {
    int64_t chunk_bytes_max = chunk_bytes_;
    for (const SortedRun& run : runs_) {
      chunk_bytes_max = std::max(chunk_bytes_max, run.chunk_bytes_max);
    }
    // A chunk is there with its keys and, while it is read, in its stored form.
    const auto fan_in =
        static_cast<size_t>(std::max<int64_t>(2, merge_bytes_max_ / (2 * chunk_bytes_max)));
    if (runs_.size() <= fan_in) return Status::OK();
    // As many merges as it takes to come down to the fan-in, or one of everything there is.
    const size_t merges = std::clamp<size_t>((runs_.size() - fan_in + fan_in - 2) / (fan_in - 1), 1,
                                             std::max<size_t>(runs_.size() / fan_in, 1));
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<io::TempFile> file, io::TempFile::Make(context_));
    std::vector<SortedRun> merged;
    size_t next = 0;
    for (size_t i = 0; i < merges; ++i) {
      std::vector<SortedRun> group;
      for (size_t j = 0; j < fan_in && next < runs_.size(); ++j) {
        group.push_back(std::move(runs_[next++]));
      }
      ARROW_ASSIGN_OR_RAISE(SortedRun run, MergeRuns(std::move(group), file));
      spilled_bytes_ += run.stored_bytes;
      merged.push_back(std::move(run));
    }
    merged.insert(merged.end(), std::make_move_iterator(runs_.begin() + static_cast<long>(next)),
                  std::make_move_iterator(runs_.end()));
    runs_ = std::move(merged);
  }
}

Result<std::unique_ptr<SortedRows>> ExternalSort::OpenRows() {
  file_.reset();  // the runs in it keep it
  Status status = MergeDown();
  if (!status.ok()) return Translate(status, {});
  std::unique_ptr<SortedRows> rows(new SortedRows());
  rows->sort_ = this;
  auto merger = RunMerger::Make(std::exchange(runs_, {}), encoder_, context_.memory_pool());
  if (!merger.ok()) return Translate(merger.status(), {});
  rows->merger_ = *std::move(merger);
  rows->info_.schema = sorted_schema_;
  return rows;
}

SortedRows::~SortedRows() = default;

Result<bool> SortedRows::NextGroup() {
  has_begun_ = true;
  auto has_group = merger_->NextGroup();
  if (!has_group.ok()) return Translate(has_group.status(), {});
  return has_group;
}

Result<std::unique_ptr<Morsel>> SortedRows::Next() {
  if (!has_begun_) {
    ARROW_ASSIGN_OR_RAISE(const bool has_rows, NextGroup());
    if (!has_rows) return nullptr;
  }
  auto merged = merger_->Next(kChunkRowsMax, kBatchBytesMax);
  if (!merged.ok()) return Translate(merged.status(), {});
  if (*merged == nullptr) return nullptr;
  auto morsel = std::make_unique<MergedMorsel>();
  morsel->merged = std::move(**merged);
  morsel->bytes = std::max<int64_t>(morsel->merged.bytes, 1);
  return morsel;
}

std::unique_ptr<Decoder> SortedRows::NewDecoder() {
  return std::make_unique<MergedDecoder>(sort_->sorted_schema_, sort_->sorted_columns_,
                                         sort_->context_.memory_pool());
}

Status SortedRows::Rewind() { return Fail(io::kNotRepeatable, {}, "sorted rows can be read once"); }

}  // namespace pyforge::core
