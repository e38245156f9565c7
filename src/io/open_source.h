// Opening an input: a local file, a pipe or standard input, with its container taken off.
#pragma once

#include <memory>
#include <string>

#include "io/system_calls.h"
#include "pyforge/execution.h"
#include "pyforge/source.h"

namespace pyforge::io {

/// Opens `path`: a path, a file URL, or "-" for standard input.
///
/// A container (gzip, zstd, bzip2, ...) is taken off, told by content; a suffix that promises a
/// container which is not there is a warning. Standard input that is a file counts as that file. Of
/// a pipe the first bytes are waited for.
/// Memory: what was asked of Head and at least 64 KiB; the streams' own.
/// `context` outlives the source and its streams; streams outlive the source if need be.
/// Errors: io.not_found, io.permission, io.is_directory, io.read_failed, unsupported.scheme,
/// unsupported.container, compress.truncated for an empty file named like a container.
Result<std::shared_ptr<Source>> OpenSource(const std::string& path, ExecutionContext& context,
                                           SystemCalls& calls = SystemCalls::Real());

}  // namespace pyforge::io
