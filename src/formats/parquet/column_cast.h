// Brings a column, as Arrow's Parquet reader gives it, to the type that was asked for.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

#include "pyforge/error.h"

namespace pyforge::parquet {

/// Whether every value of the type has an exact form as text.
bool HasTextForm(const arrow::DataType& type);

/// Casts without loss, to utf8 too.
/// Errors: parquet.no_text_form, parquet.contract_misfit; both name the column.
Result<std::shared_ptr<arrow::Array>> CastColumn(const std::shared_ptr<arrow::Array>& column,
                                                 const std::shared_ptr<arrow::DataType>& type,
                                                 const std::string& name, arrow::MemoryPool* pool);

}  // namespace pyforge::parquet
