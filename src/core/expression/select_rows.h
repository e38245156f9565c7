// Choosing rows of batches, for every type that Arrow has.
#pragma once

#include <memory>

#include <arrow/type_fwd.h>

#include "pyforge/error.h"

namespace pyforge::core {

/// The rows whose numbers (from 0, no nulls) stand in `numbers`, in that order.
/// Arrow's compute functions must have been registered. Errors: limit.memory, Arrow's own.
Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& column,
                                               const arrow::UInt32Array& numbers,
                                               arrow::MemoryPool* pool);

/// The rows of a batch where `mask` is true.
Result<std::shared_ptr<arrow::RecordBatch>> FilterRows(
    const std::shared_ptr<arrow::RecordBatch>& batch, const arrow::BooleanArray& mask,
    arrow::MemoryPool* pool);

}  // namespace pyforge::core
