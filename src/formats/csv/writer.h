// Writing CSV files: segments are printed and compressed by workers, and put one behind the other.
#pragma once

#include <memory>

#include "formats/csv/options.h"
#include "pyforge/execution.h"
#include "pyforge/output.h"
#include "pyforge/source.h"

namespace pyforge::csv {

/// An output of one table. What it writes is read back exactly: null is `null_text` without quotes,
/// and any text that could be taken for it, or for anything else than itself, stands in quotes.
/// Compressed output is a member or frame a segment.
/// Errors: usage.bad_option.
Result<std::unique_ptr<Output>> OpenWriter(OutputFile& file, const WriteOptions& options,
                                           ExecutionContext& context);

}  // namespace pyforge::csv
