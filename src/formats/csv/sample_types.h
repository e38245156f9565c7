// The first guess at the types of columns, from a sample of the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/csv/dialect.h"
#include "formats/csv/evidence.h"
#include "formats/csv/sample.h"
#include "formats/csv/table_plan.h"
#include "pyforge/execution.h"

namespace pyforge::csv {

/// Threads: immutable once made, share freely.
struct SampleTypes {
  /// What the sample's values say of each field, by its index.
  std::vector<schema::ColumnEvidence> columns;
  /// The same from the file's beginning alone, where it is certain which field is whose; empty
  /// where nothing else was seen.
  std::vector<schema::ColumnEvidence> head_columns;
  std::shared_ptr<const RowHabits> habits;  ///< of the beginning; may be null
  LongRows long_rows;                       ///< of the beginning
  LongRows trailing_rows;                   ///< of the beginning; none where they are the rule
  int64_t head_rows = 0;
  int64_t head_bytes = 0;  ///< of these rows

  const schema::ColumnEvidence& head_column(size_t field) const {
    return head_columns.empty() ? columns[field] : head_columns[field];
  }
};

/// A plan that reads all fields of the dialect's table and decides nothing.
std::shared_ptr<TablePlan> MakeSamplePlan(const Dialect& dialect, int64_t field_count);

/// Looks at the sample's records. Blocks from the middle of the file count only where their records
/// have the right shape, because they may begin inside quotes.
/// Errors: limit.memory.
Result<SampleTypes> FindSampleTypes(const Sample& sample, const TablePlan& plan,
                                    ExecutionContext& context);

}  // namespace pyforge::csv
