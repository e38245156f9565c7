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
  /// For names against for values, -1 to 1; none where nothing was weighed.
  std::optional<double> header_score = {};
  std::string header_counter_reason = {};  ///< what spoke for the other
  std::vector<std::string> preamble = {};  ///< its lines, at most 20, each at most 200 bytes
  std::string preamble_reason = {};        ///< also why there is none
  std::vector<std::string> footer = {};    ///< likewise
  std::string footer_reason = {};          ///< likewise
  bool end_was_seen = true;                ///< else remarks there would be rows
  bool has_second_table = false;           ///< the footer is its first line
  std::string comment_reason = {};         ///< why lines that begin like remarks are none
};

/// Fills in the dialect's skip_lines, header_rows, header, column_count, data_offset, data_line,
/// end_offset, skip_blank_lines, and unsets `comment` where the lines are above the table only.
Layout FindLayout(const Sample& sample, const DialectHints& hints, Dialect* dialect);

}  // namespace pyforge::csv
