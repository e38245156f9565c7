// What happens to a table's rows between decoding and writing: columns chosen and renamed, values
// cast, rows filtered. Built once per table, applied by every worker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "core/expression/expression.h"
#include "pyforge/conversion.h"
#include "pyforge/error.h"

namespace pyforge::core {

/// Threads: immutable, share freely.
class RowTransform {
 public:
  /// Plans the steps for rows of `input`, in this order: cast, filter, choose columns, rename.
  /// The filter and the casts name columns as the input has them.
  /// Errors: input.no_such_column, usage.bad_option (an expression or type that cannot be read).
  static Result<std::unique_ptr<RowTransform>> Make(const std::shared_ptr<arrow::Schema>& input,
                                                    const ConversionOptions& options,
                                                    arrow::MemoryPool* pool);

  const std::shared_ptr<arrow::Schema>& schema() const { return output_schema_; }
  bool is_identity() const { return is_identity_; }

  /// Errors: schema.cast_failed with the row within the batch.
  Result<std::shared_ptr<arrow::RecordBatch>> Apply(
      const std::shared_ptr<arrow::RecordBatch>& batch) const;

  /// The input columns that the steps need, so that a scan need not decode the others; empty: all.
  const std::vector<std::string>& columns_needed() const { return columns_needed_; }

 private:
  RowTransform() = default;

  struct ColumnCast {
    int index = 0;
    std::shared_ptr<arrow::DataType> type;
  };

  arrow::MemoryPool* pool_ = nullptr;
  std::vector<ColumnCast> casts_;
  std::shared_ptr<arrow::Schema> cast_schema_;
  std::unique_ptr<const BoundExpression> filter_;  // null: all rows
  std::vector<int> projection_;                    // of cast_schema_'s columns
  std::shared_ptr<arrow::Schema> output_schema_;
  std::vector<std::string> columns_needed_;
  bool is_identity_ = false;
};

}  // namespace pyforge::core
