// The rows of a piece of text, with the values of those that are to be weighed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/csv/dialect.h"
#include "formats/csv/header_evidence.h"

namespace pyforge::csv {

/// The rows [begin, end) get their values; where that is bounded, as far as they do not have very
/// many cells in all.
struct KeptRows {
  size_t begin = 0;
  size_t end = SIZE_MAX;
  bool is_bounded = false;
};

/// `is_cut`: the last row may be incomplete, and is then left out.
Rows ReadRows(std::string_view text, const Dialect& dialect, bool is_cut,
              const KeptRows& kept = {});

}  // namespace pyforge::csv
