// Says how many level entries a decoded column had in the file.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <span>

namespace pyforge::parquet {

/// Adds to `counts`, of which each leaf of the column has one in depth-first order, how many values
/// of the leaf its rows were made of: nulls count, and so does each list that is null or empty,
/// which is what a column chunk's num_values counts. Returns how many leaves there are; no more
/// than `counts` has places are counted.
///
/// A chunk of which rows were left over has more values than those of the rows that came.
size_t CountLevels(const arrow::Array& column, std::span<int64_t> counts);

}  // namespace pyforge::parquet
