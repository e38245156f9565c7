// What can go wrong when rows are sorted, partitioned or matched.
#pragma once

#include "pyforge/error.h"

namespace pyforge::core {

inline constexpr ErrorCode kUnsupportedKey{
    .id = "unsupported.key_type",
    .category = ErrorCategory::kUnsupported,
    .summary = "Rows cannot be sorted, partitioned or matched by a column of this type.",
    .fix =
        "Choose a column of numbers, text, dates, times or truth values, or change the column's "
        "type with {cast}."};
inline constexpr const ErrorCode* kExchangeErrors[] = {&kUnsupportedKey};

}  // namespace pyforge::core
