// Where the rows of a partition go: the directories that Hive, Spark and DuckDB know.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "pyforge/error.h"

namespace pyforge::core {

/// "a=x/b=2024-01-31" for the values that `row`, a batch of one row, has in `columns`.
///
/// Dates and times are in ISO form. Everything in names and values but letters, digits and _ . ! (
/// )
/// - is escaped as %41, which Hive undoes and no file system or object store touches. Null is
/// __HIVE_DEFAULT_PARTITION__.
/// Errors: unsupported.key_type for bytes.
Result<std::string> PartitionPath(const arrow::RecordBatch& row,
                                  const std::vector<std::string>& columns, arrow::MemoryPool* pool);

/// A name or a value as it stands in the path.
std::string EscapePartitionText(std::string_view text);

}  // namespace pyforge::core
