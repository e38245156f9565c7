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

/// Names as programs on pandas make them of a header's cells: an empty one is `Unnamed: 2` (from
/// 0), a repeated one `name.1`; then quotes and blanks at both ends go, what is left empty is
/// `Column_3` (from 1), and what is repeated only now `name_duplicate_1`. Without a header:
/// `Column_1` on.
std::vector<std::string> PandasNames(const std::vector<std::string>& cells, bool has_header);

}  // namespace pyforge::csv
