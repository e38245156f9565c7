// Tells a row of names from a row of values by the columns below it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/sniff_cells.h"

namespace pyforge::csv {

/// A record with its cells' values.
struct SampleRow {
  size_t begin = 0, end = 0;  ///< in the sample's head
  int64_t line = 0;
  bool is_comment = false;
  size_t width = 0;                                ///< number of fields; 0: an empty line
  size_t filled = 0;                               ///< of them not empty; counted for every row
  std::vector<std::string> values = {};            ///< kept for the first rows only
  mutable std::vector<CellKind> known_kinds = {};  ///< of the values, once asked for

  bool is_blank() const { return filled == 0; }
  /// What the values are; found out once, since rows are weighed again and again.
  const std::vector<CellKind>& kinds() const {
    if (known_kinds.size() != values.size()) {
      known_kinds.clear();
      for (const std::string& value : values) known_kinds.push_back(ClassifyCell(value));
    }
    return known_kinds;
  }
  void SetValues(std::vector<std::string> those) {
    values = std::move(those);
    known_kinds.clear();
  }
};

/// What the values of one column have in common.
struct ColumnProfile {
  int64_t filled = 0;
  int64_t typed = 0;
  int64_t missing = 0;
  int64_t with_digit = 0;
  size_t length_min = 0, length_max = 0, length_sum = 0;
  CellKind kind = CellKind::kText;  ///< of the typed ones
  std::string first = {};

  /// Share of numbers, dates and truth values among the values that stand for something.
  double typed_share() const;
  bool is_typed() const { return typed > 0 && typed_share() >= 0.8; }
};

using Rows = std::vector<SampleRow>;
using RowPointers = std::vector<const SampleRow*>;

/// Profiles of the columns of `rows` [begin, end), those with `width` fields.
std::vector<ColumnProfile> ProfileColumns(const Rows& rows, size_t begin, size_t end, size_t width);

/// Profiles of the columns of rows that all have `width` values.
std::vector<ColumnProfile> ProfileColumns(const RowPointers& rows, size_t width);

struct HeaderEvidence {
  double score = 0;  ///< above 0: names; about -1 to 1
  std::string reason = {};
  std::string counter_reason = {};  ///< what speaks for the other; empty: nothing
};

/// Weighs whether rows[index] names the columns of rows (index, end).
HeaderEvidence WeighHeader(const Rows& rows, size_t index, size_t end, size_t width);

/// True when every value that is there is text that may be a name, and at least one is there.
bool IsAllNames(const SampleRow& row);

}  // namespace pyforge::csv
