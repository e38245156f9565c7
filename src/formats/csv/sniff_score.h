// Judges how well a dialect explains a sample.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/csv/dialect.h"
#include "formats/csv/sample.h"
#include "formats/csv/sniff_parse.h"

namespace pyforge::csv {

/// A dialect on trial, and what came of it.
struct Trial {
  Dialect dialect;
  double prior = 1;  ///< how usual such a delimiter is, 0 to 1

  int64_t record_count = 0;  ///< without comments and empty lines, preamble and footer
  int64_t modal_count = 0;   ///< of them with column_count fields
  int64_t column_count = 0;  ///< the usual number of fields
  int64_t fields_min = 0, fields_max = 0;
  QuoteCounts quotes = {};
  double consistency = 0;  ///< share of records with the usual number of fields
  double quality = 0;      ///< mean of how much the cells look like values
  double typed_share = 0;  ///< of cells that are numbers, dates, truth values, addresses
  double score = 0;        ///< 0 to 1
};

/// Fills in the outcome. Looks at `head_bytes_max` bytes of the head and, when that is all of it,
/// at the blocks.
void Judge(const Sample& sample, size_t head_bytes_max, Trial* trial);

/// The number of fields that most records have, where many fields weigh more than few.
/// `widths` are the records' numbers of fields.
int64_t UsualWidth(const std::vector<uint32_t>& widths);

}  // namespace pyforge::csv
