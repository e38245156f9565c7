// Finds where in a sample the table lies: preamble, header rows, data, footer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/csv/dialect.h"
#include "formats/csv/sample.h"
#include "formats/csv/sniff.h"

namespace pyforge::csv {

/// What was found, beside what is set in the dialect.
struct Layout {
  double header_confidence = 0;
  std::string header_reason = {};
  std::vector<std::string> preamble = {};  ///< its lines, at most 20, each at most 200 bytes
  std::string preamble_reason = {};
  std::vector<std::string> footer = {};  ///< likewise
  std::string footer_reason = {};
  bool has_second_table = false;  ///< the footer is its first line
};

/// Fills in the dialect's skip_lines, header_rows, header, column_count, data_offset, data_line,
/// end_offset, skip_blank_lines, and unsets `comment` where the lines are above the table only.
Layout FindLayout(const Sample& sample, const DialectHints& hints, Dialect* dialect);

}  // namespace pyforge::csv
