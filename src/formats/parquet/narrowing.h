// Finds the values that Arrow's reader would cut to the size of their column's type: it looks at no
// value twice, so that 300 in a column of 8-bit numbers comes as 44, and the year 9999 of an INT96
// timestamp as 1816.
#pragma once

#include <cstdint>

#include "formats/parquet/options.h"
#include "pyforge/error.h"

namespace parquet {
class ColumnDescriptor;
class ColumnReader;
}  // namespace parquet

namespace pyforge::parquet {

/// Whether values of the column are stored wider than they are delivered.
bool IsNarrowed(const ::parquet::ColumnDescriptor& column);

/// Decodes the rest of a narrowed column and checks that each value keeps its meaning.
///
/// Memory: 16 Ki values. Errors: parquet.corrupt for a number that its declared width does not
/// hold, parquet.int96_misfit for a timestamp that `unit` does not hold exactly, both with the row
/// where the column is not repeated; throws what Arrow's reader throws.
Status CheckNarrowed(::parquet::ColumnReader& reader, Int96Unit unit);

}  // namespace pyforge::parquet
