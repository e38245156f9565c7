// What a pass has seen of a CSV table: the values of its columns and the shape of its rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pyforge/input.h"
#include "schema/text_evidence.h"

namespace pyforge::csv {

/// Rows with more fields than columns, which take no part in the columns' evidence because it is
/// not known which field is whose. Some are kept for the judgement at the end. Threads: one at a
/// time.
class LongRows {
 public:
  static constexpr int64_t kTextBytesMax = 256 << 10;
  static constexpr size_t kRowsMax = 512;

  void Add(std::string_view raw);
  void Merge(const LongRows& other);
  int64_t count() const { return count_; }
  /// All of them, unless there are more than are worth keeping.
  bool is_complete() const { return is_complete_; }
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  int64_t count_ = 0;
  int64_t bytes_ = 0;  // of all rows, so that completeness does not depend on how they are merged
  bool is_complete_ = true;
  std::vector<std::string> rows_;
};

/// Threads: one at a time.
class TableEvidence : public Evidence {
 public:
  explicit TableEvidence(size_t column_count) : columns(column_count) {}
  void Merge(const Evidence& later) override;
  /// Where rows that end in delimiters are the rule, what their fields show counts like any other.
  void JoinTrailing();

  std::vector<schema::ColumnEvidence> columns;  ///< by the plan's columns; made ones stay empty
  LongRows long_rows;
  /// Long rows with nothing in the surplus fields: most often every row ends in a delimiter, seldom
  /// one holds an unquoted delimiter.
  LongRows trailing_rows;
  /// What these show where their fields are taken in order; none where there are no such rows.
  std::vector<schema::ColumnEvidence> trailing_columns;
  /// A long row did not fit the plan it was read by: the rows must be read again, even where the
  /// same columns and types come out.
  bool needs_another_pass = false;
  bool needs_extra = false;  ///< and its surplus needs a column
};

}  // namespace pyforge::csv
