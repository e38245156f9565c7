// Writes Parquet files: workers encode row groups, one thread appends them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/parquet/column_writer.h"
#include "formats/parquet/options.h"
#include "formats/parquet/schema_plan.h"
#include "pyforge/execution.h"
#include "pyforge/output.h"
#include "pyforge/source.h"

namespace pyforge::parquet {

/// Opens a Parquet file for one table.
///
/// Memory: a segment holds its encoded row groups; the sink what the footer will say, about 150
/// bytes a column chunk and, with a page index, 50 bytes a page.
/// Errors: usage.bad_option, input.no_such_column, unsupported.type, io.write_failed, and those of
/// errors.h.
Result<std::unique_ptr<Output>> OpenOutput(OutputFile& file, const WriteOptions& options,
                                           ExecutionContext& context);

}  // namespace pyforge::parquet
