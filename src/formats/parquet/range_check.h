// Makes sure that decimals and times keep to what their types promise. Arrow passes on what is
// stored; a decimal that is too long would lose its upper digits where it is written again.
#pragma once

#include <arrow/type_fwd.h>

#include <string>

#include "pyforge/error.h"

namespace pyforge::parquet {

/// Checks that all decimals of the column, nested ones too, have no more digits than their type,
/// and that all times lie within a day, its end included, which some programs write as 24:00.
/// Errors: parquet.corrupt with the column and, in flat columns, the row within it.
Status CheckRanges(const arrow::Array& column, const std::string& name);

}  // namespace pyforge::parquet
