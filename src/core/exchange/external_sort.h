// Sorts any number of rows within the memory budget: sorted runs, spilled compressed to a nameless
// temporary file where they do not fit, then merged.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "core/exchange/row_key.h"
#include "core/exchange/run_merger.h"
#include "core/exchange/sorted_run.h"
#include "pyforge/execution.h"
#include "pyforge/input.h"
#include "pyforge/output.h"

namespace pyforge::core {

struct ExternalSortOptions {
  std::vector<SortKey> keys = {};
  /// How many of the keys, from the first, part the rows into groups that are read one by one.
  size_t group_count = 0;
  /// Leave the columns of the group keys out of what is read.
  bool drop_group_columns = false;
  /// This share of the context's memory; the rest belongs to others.
  double memory_share = 0.25;
};

class SortedRows;

/// A sink that takes rows and keeps them for SortedRows. Stable: rows with equal keys stay in the
/// order of Append. The result depends on rows and budget alone, not on threads.
///
/// Memory: while rows come in, the share for all workers and resident runs together; while they are
/// read, the share again for the chunks being merged.
/// Threads: as TableSink.
class ExternalSort : public TableSink {
 public:
  /// Errors: input.no_such_column, unsupported.key_type.
  static Result<std::unique_ptr<ExternalSort>> Make(std::shared_ptr<arrow::Schema> schema,
                                                    ExternalSortOptions options,
                                                    ExecutionContext& context);
  ~ExternalSort() override;

  /// Errors of its segments and of Append: limit.temp, limit.memory, io.disk_full, io.write_failed.
  std::unique_ptr<Segment> NewSegment() override;
  /// The rows of a piece are counted as 0: they have not been written anywhere yet.
  Status Append(std::unique_ptr<Piece> piece) override;
  Result<TableSummary> Finish() override;

  /// All rows in order. Once, after the last Append; the sort outlives what it gives.
  Result<std::unique_ptr<SortedRows>> OpenRows();

  /// The schema of the rows that SortedRows gives.
  const std::shared_ptr<arrow::Schema>& sorted_schema() const { return sorted_schema_; }
  /// Bytes that went to temporary files, for tests and reports.
  int64_t spilled_bytes() const { return spilled_bytes_; }

 private:
  friend class SortSegment;
  friend class SortedRows;

  ExternalSort(std::shared_ptr<arrow::Schema> schema, ExternalSortOptions options,
               ExecutionContext& context);
  bool TakeResidentBytes(int64_t bytes);
  Status MergeDown();
  Result<SortedRun> MergeRuns(std::vector<SortedRun> runs,
                              const std::shared_ptr<io::TempFile>& file);

  const std::shared_ptr<arrow::Schema> schema_;
  const ExternalSortOptions options_;
  ExecutionContext& context_;
  RowKeyEncoder encoder_;
  std::vector<int> sorted_columns_;  // of schema_
  std::shared_ptr<arrow::Schema> sorted_schema_;
  int64_t run_bytes_max_ = 0;
  int64_t resident_bytes_max_ = 0;
  int64_t chunk_bytes_ = 0;
  int64_t merge_bytes_max_ = 0;
  std::atomic<int64_t> resident_bytes_{0};

  std::vector<SortedRun> runs_;
  std::shared_ptr<io::TempFile> file_;
  int64_t rows_ = 0;
  int64_t spilled_bytes_ = 0;
};

/// Sorted rows as a scan, so that a pass can carry them on by all workers. Where there are groups,
/// the scan gives the rows of one group at a time: NextGroup, then Next until null. Without groups
/// NextGroup need not be called. Threads: as Scan.
class SortedRows : public Scan {
 public:
  ~SortedRows() override;

  Result<bool> NextGroup();
  /// One row of the group that NextGroup entered, with all columns.
  std::shared_ptr<arrow::RecordBatch> GroupRow() const { return merger_->GroupRow(); }

  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  Result<std::unique_ptr<Morsel>> Next() override;
  std::unique_ptr<Decoder> NewDecoder() override;
  bool types_are_final() const override { return true; }
  Result<Settlement> Settle(const Evidence&) override { return Settlement{}; }
  /// Always io.not_repeatable: runs are freed while they are read.
  Status Rewind() override;

 private:
  friend class ExternalSort;
  SortedRows() = default;

  const ExternalSort* sort_ = nullptr;
  std::unique_ptr<RunMerger> merger_;
  TableInfo info_;
  bool has_begun_ = false;
};

}  // namespace pyforge::core
