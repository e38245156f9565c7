// Makes sure that values keep to what their types promise, which Arrow's reader takes for granted.
#pragma once

#include <arrow/type_fwd.h>

#include <string>

#include "pyforge/error.h"

namespace pyforge::parquet {

/// Checks of all values of the column, nested ones too, that decimals have no more digits than
/// their type (the upper ones would be lost where they are written again), that times lie within a
/// day, its end included, which some programs write as 24:00, and, `with_text`, that texts are
/// UTF-8. Errors: parquet.corrupt and parquet.bad_text with the column and, in flat columns, the
/// row within it.
Status CheckColumn(const arrow::Array& column, const std::string& name, bool with_text);

}  // namespace pyforge::parquet
