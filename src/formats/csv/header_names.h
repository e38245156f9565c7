// Names of columns out of header rows.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "formats/csv/header_evidence.h"

namespace pyforge::csv {

/// One name a column: the parts of the rows, top to bottom, joined with a blank. A part that spans
/// several columns (empty cells to its right, named in a row below) counts for each of them.
std::vector<std::string> JoinHeaderRows(const std::vector<const std::vector<std::string>*>& rows);

/// True when the first values of rows [begin, end) count up by one.
bool HoldsRowNumbers(const Rows& rows, size_t begin, size_t end);

/// Splits names that hold a quote in their midst, if that makes `width` names: between `"a""b"` a
/// delimiter was forgotten. False, and nothing done, otherwise.
bool SplitJoinedNames(size_t width, std::vector<std::string>* names);

}  // namespace pyforge::csv
