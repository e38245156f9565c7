// --verify: reads a staged output back and proves that it holds what was sent to it.
#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "core/table_writer.h"
#include "pyforge/registry.h"

namespace pyforge::core {

inline constexpr ErrorCode kVerifyFailed{
    .id = "data.verify_failed",
    .category = ErrorCategory::kInternal,
    .summary = "The output, read back, is not what was written; it was not published.",
    .fix = "Check the disk, then please report it with the command and, if possible, the input."};

/// Reads the finished, unpublished files back under the schema they were written with and compares
/// row count and checksum. Errors: data.verify_failed, usage.bad_request for standard output.
Status VerifyOutput(TableWriter& writer, Staging& staging, const Registry& registry,
                    ExecutionContext& context);

}  // namespace pyforge::core
