// Makes sure that text columns hold text.
#pragma once

#include <arrow/type_fwd.h>

#include <string>

#include "pyforge/error.h"

namespace pyforge::parquet {

/// Checks all text in the column, nested ones too, for being UTF-8.
/// Errors: parquet.bad_text with the column and, in flat columns, the row within it.
Status CheckText(const arrow::Array& column, const std::string& name);

}  // namespace pyforge::parquet
