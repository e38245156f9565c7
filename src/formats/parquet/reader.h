// Reads Parquet files over Arrow's reader, behind a footer that was checked before.
#pragma once

#include <memory>

#include "formats/parquet/options.h"
#include "pyforge/execution.h"
#include "pyforge/input.h"
#include "pyforge/source.h"

namespace pyforge::parquet {

/// Opens a Parquet file: reads and checks its footer.
///
/// Memory: the footer, and what the decoders hold: a row group each where row groups are small;
/// else a few batches of 16 Ki rows and one page of each column. Errors: those of errors.h,
/// unsupported.encrypted, limit.memory, io.read_failed.
Result<std::unique_ptr<Input>> OpenInput(std::shared_ptr<Source> source, const ReadOptions& options,
                                         ExecutionContext& context);

}  // namespace pyforge::parquet
