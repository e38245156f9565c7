// A scan as a plain Arrow stream: rows in file order, types settled first.
#pragma once

#include <functional>
#include <memory>

#include <arrow/record_batch.h>

#include "core/row_transform.h"
#include "pyforge/execution.h"
#include "pyforge/input.h"

namespace pyforge::core {

/// A value did not fit a type that was found from a sample: the reader's caller settles the types
/// over all rows and reads again.
inline constexpr ErrorCode kTypesContradicted{
    .id = "internal.types_contradicted",
    .category = ErrorCategory::kInternal,
    .summary = "A value contradicts a provisional type and nobody settled the types.",
    .fix = "Please report it with the command, this message and, if possible, the input."};

/// Runs the evidence pass where a scan's types are not final, so that what follows cannot change
/// them. Errors: the pass's; io.not_repeatable.
Status SettleTypes(Scan& scan, ExecutionContext& context);

/// The rows of a scan's table `table_index` as an Arrow stream.
///
/// Memory: one morsel and its batches. Bad rows are counted in `ledger()`, not delivered.
/// Errors: the scan's; internal.types_contradicted unless the types were final or settled.
/// Threads: one at a time.
class ScanReader : public arrow::RecordBatchReader {
 public:
  ScanReader(std::unique_ptr<Scan> scan, int table_index, std::unique_ptr<RowTransform> transform,
             ExecutionContext& context);
  std::shared_ptr<arrow::Schema> schema() const override;
  Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override;
  const Ledger& ledger() const { return ledger_; }
  /// Rows decoded so far, before the transform.
  int64_t rows_read() const { return rows_read_; }

 private:
  std::unique_ptr<Scan> scan_;
  const int table_index_;
  std::unique_ptr<RowTransform> transform_;  // null: rows as they are
  ExecutionContext& context_;
  std::unique_ptr<Decoder> decoder_;
  std::vector<DecodedBatch> waiting_;  // in reverse
  Ledger ledger_;
  int64_t record_count_ = 0;
  int64_t line_count_ = 0;
  int64_t rows_read_ = 0;
};

}  // namespace pyforge::core
