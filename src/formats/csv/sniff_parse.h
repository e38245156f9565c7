// Reads records of sample text under a dialect that is on trial, and counts what speaks against it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/dialect.h"

namespace pyforge::csv {

/// One field as found: quotes taken off, escapes still in it. Points into the sample.
struct Cell {
  std::string_view text;
  bool quoted = false;
};

/// What the quotes of some records look like.
struct QuoteCounts {
  int64_t closed = 0;        ///< quoted fields that end at a delimiter or a line end
  int64_t needed = 0;        ///< those of them that hold a delimiter or a line end
  int64_t multi_line = 0;    ///< quoted fields with a line end in them
  int64_t unescaped = 0;     ///< those of them with quotes inside that nothing escapes
  int64_t stray = 0;         ///< quoted fields that go on after their closing quote
  int64_t unterminated = 0;  ///< quoted fields without a closing quote
  int64_t escaped = 0;       ///< escapes that kept a quote or a delimiter from its meaning
  int64_t inner = 0;         ///< double quotes in unquoted fields
  int64_t enclosing = 0;     ///< unquoted fields that begin and end with a double quote
};

/// Reads one record after the other. Threads: one at a time.
class SampleParser {
 public:
  /// `text` and `dialect` outlive the parser. `text_is_cut`: the last record may be incomplete, and
  /// is then not returned.
  SampleParser(std::string_view text, const Dialect& dialect, bool text_is_cut);

  /// The next record's cells; false at the end. A comment line or an empty line gives no cells.
  bool Next(std::vector<Cell>* cells);

  /// Of the last record: where it begins and ends (behind its line end), its first line.
  size_t begin() const { return begin_; }
  size_t end() const { return position_; }
  int64_t line() const { return line_; }
  bool is_comment() const { return is_comment_; }
  const QuoteCounts& quotes() const { return quotes_; }

 private:
  bool AtDelimiter(size_t position) const;
  bool AtLineEnd(size_t position) const;
  // Steps over the line end at position_, if there is one.
  void SkipLineEnd();
  // Both start at position_ and end on the delimiter, the line end or the end of the text.
  Cell ReadUnquoted();
  bool ReadQuoted(Cell* cell);
  size_t SkipBlanks(size_t position) const;

  const std::string_view text_;
  const Dialect& dialect_;
  const bool text_is_cut_;
  const char quote_;  // meaningful where has_quote_
  const bool has_quote_;
  const char escape_;  // other than the quote; meaningful where has_escape_
  const bool has_escape_;
  const bool doubled_;
  bool special_[256] = {};  // ends or may end an unquoted run
  size_t position_ = 0;
  size_t begin_ = 0;
  int64_t line_ = 0, next_line_ = 0;
  bool is_comment_ = false;
  QuoteCounts quotes_;
};

/// A cell's text, escapes resolved under `dialect`.
std::string CellText(const Cell& cell, const Dialect& dialect);

/// A cell's value: its text without blanks at both ends.
std::string CellValue(const Cell& cell, const Dialect& dialect);

/// `text` without blanks (space, tab, no-break space) at both ends.
std::string_view Trim(std::string_view text);

}  // namespace pyforge::csv
