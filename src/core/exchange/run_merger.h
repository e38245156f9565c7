// Merges sorted runs into one order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "core/exchange/row_key.h"
#include "core/exchange/sorted_run.h"
#include "pyforge/error.h"

namespace pyforge::core {

/// Consecutive rows of the merged order: which rows of which slices, not yet put together, so that
/// workers can do that.
struct MergedRows {
  std::vector<std::shared_ptr<arrow::RecordBatch>> slices;  ///< every row of theirs is used
  std::vector<uint32_t> slice_of_row;                       ///< by row of the result
  int64_t bytes = 0;                                        ///< about what the rows hold

  int64_t rows() const { return static_cast<int64_t>(slice_of_row.size()); }
};

/// Puts rows together, the columns `columns` of them. Threads: any, with MergedRows of its own.
Result<std::shared_ptr<arrow::RecordBatch>> PutTogether(
    const MergedRows& rows, const std::shared_ptr<arrow::Schema>& schema,
    const std::vector<int>& columns, arrow::MemoryPool* pool);

/// Reads all runs at once and tells whose row is next. Rows with equal keys come in the order of
/// the runs. Memory: a chunk of each run with its keys. Threads: one at a time.
class RunMerger {
 public:
  /// `encoder` is borrowed.
  static Result<std::unique_ptr<RunMerger>> Make(std::vector<SortedRun> runs,
                                                 const RowKeyEncoder& encoder,
                                                 arrow::MemoryPool* pool);
  ~RunMerger();

  /// The next rows, at most `rows_max` and no more once they hold `bytes_max`; all of one group.
  /// Null at the end of the group.
  Result<std::unique_ptr<MergedRows>> Next(int64_t rows_max, int64_t bytes_max);
  /// Enters the next group; false when there is none. To be called before the first Next, whether
  /// there are groups or not.
  Result<bool> NextGroup();
  /// One row of the group that was entered.
  std::shared_ptr<arrow::RecordBatch> GroupRow() const;

 private:
  struct Cursor;
  explicit RunMerger(const RowKeyEncoder& encoder, arrow::MemoryPool* pool);

  bool Before(const Cursor& a, const Cursor& b) const;
  bool IsInGroup(const Cursor& cursor) const;
  Status Load(Cursor& cursor);
  void SiftDown(size_t at);

  const RowKeyEncoder& encoder_;
  arrow::MemoryPool* pool_;
  std::vector<std::unique_ptr<Cursor>> cursors_;
  std::vector<Cursor*> heap_;  // the cursor of the next row first
  std::string group_;
  bool in_group_ = false;
};

}  // namespace pyforge::core
