// Writing CSV files: segments are printed and compressed by workers, and put one behind the other.
#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "formats/csv/options.h"
#include "pyforge/execution.h"
#include "pyforge/output.h"
#include "pyforge/source.h"

namespace pyforge::csv {

/// The fields of `written` with the patterns that an output with such options spells their values
/// in, so that a contract of them reads the output back.
std::shared_ptr<arrow::Schema> ReadBackContract(const arrow::Schema& written,
                                                const WriteOptions& options);

/// An output of one table. What it writes is read back exactly: null is `null_text` without quotes,
/// and any text that could be taken for it, or for anything else than itself, stands in quotes.
/// Compressed output is a member or frame a segment.
/// Errors: usage.bad_option.
Result<std::unique_ptr<Output>> OpenWriter(OutputFile& file, const WriteOptions& options,
                                           ExecutionContext& context);

}  // namespace pyforge::csv
