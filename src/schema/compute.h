// Arrow's compute functions are registered when the first cast needs them: at program start that
// would cost every command a few milliseconds.
#pragma once

#include "pyforge/error.h"

namespace pyforge::schema {

/// Registers Arrow's compute functions, once. Call it before any use of arrow::compute.
/// Threads: any. Errors: internal.bug.
Status InitializeCompute();

}  // namespace pyforge::schema
