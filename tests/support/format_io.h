// Writing and reading whole tables through a format's seam, in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/api.h>

#include "pyforge/execution.h"
#include "pyforge/format_descriptor.h"
#include "support/memory_io.h"

namespace pyforge::testing {

/// Writes `batches` as one table, each batch a segment of its own, into `output`.
Status WriteTable(const FormatDescriptor& format, const std::shared_ptr<arrow::Schema>& schema,
                  const arrow::RecordBatchVector& batches, OutputFile* output,
                  ExecutionContext& context);

/// Reads all rows of one table, morsel after morsel; where types are inferred, after the pass that
/// settles them. Bad rows are errors.
Result<std::shared_ptr<arrow::Table>> ReadTable(const FormatDescriptor& format, std::string bytes,
                                                const TableRequest& request,
                                                ExecutionContext& context);

/// A file name that the format takes for its own.
std::string FileName(const FormatDescriptor& format);

}  // namespace pyforge::testing
