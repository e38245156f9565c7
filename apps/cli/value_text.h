// Arrow values as text for people and as JSON.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>

#include "pyforge/error.h"

namespace pyforge::cli {

/// The value at `row`; null is `null`. Nested values are printed as in JSON, binary ones in
/// hexadecimal.
std::string ValueText(const arrow::Array& array, int64_t row);

/// The value as JSON: numbers and booleans as such where JSON keeps them exactly (integers up to 53
/// bits, finite doubles), everything else as a string.
std::string ValueJson(const arrow::Array& array, int64_t row);

/// True for numbers, which stand right-aligned.
bool IsNumeric(const arrow::DataType& type);

}  // namespace pyforge::cli
