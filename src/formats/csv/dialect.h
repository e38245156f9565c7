// The dialect of a CSV file: everything about its spelling that a reader must know before the
// first record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::csv {

enum class Newline : uint8_t {
  kLf,     ///< LF ends a record, a CR before it belongs to the line end; a lone CR is data
  kCrlf,   ///< as kLf; nearly all lines were seen to end in CRLF
  kCr,     ///< lone CR ends a record; so do CRLF and LF
  kMixed,  ///< as kCr: lone CRs and LFs were both seen between records
};
/// "LF", "CRLF", "CR", "mixed".
std::string_view NewlineName(Newline newline);

/// A delimiter or quote as a person writes it: ",", "tab", "space", "\x1f"; "none" when empty.
std::string PrintSeparator(std::string_view separator);

/// Offsets count bytes of the text as UTF-8 without its byte-order mark.
struct Dialect {
  /// What separates fields; most often one byte. Empty: a line is one field.
  std::string delimiter = ",";
  /// Opens a quoted field where a field begins, and closes it; elsewhere it is data. None: no field
  /// is quoted.
  std::optional<char> quote = '"';
  /// None: nothing is escaped. Same as `quote`: a doubled quote in a quoted field is one quote.
  /// Else, usually backslash: it takes the meaning off a quote, delimiter, line end or escape that
  /// follows it, in and out of quotes; before anything else it is a character of the value.
  std::optional<char> escape = '"';
  /// Quotes were seen inside quoted fields that neither end the field nor are escaped.
  bool stray_quotes = false;
  /// A line that begins with this is no record; empty: there are none.
  std::string comment = {};
  Newline newline = Newline::kLf;
  /// Blanks after a delimiter, or at the start of a line, do not belong to the field, so that a
  /// quote may follow them.
  bool skip_initial_space = false;
  /// Runs of the delimiter count as one, leading and trailing ones as none (columns aligned by
  /// blanks).
  bool merge_delimiters = false;
  /// An empty line is no record. False only for files of one column, where it is a missing value.
  bool skip_blank_lines = true;

  /// Lines above the header (title, `sep=`, remarks): neither names nor data.
  int64_t skip_lines = 0;
  /// Records that name the columns: 0, 1 or more, whose cells are joined with a blank.
  int64_t header_rows = 1;
  /// The names as found, quotes and outer blanks taken off; may be empty or repeated. Without a
  /// header row: no entries.
  std::vector<std::string> header = {};
  /// The same with their outer blanks, where one row names the columns; may be others in number.
  std::vector<std::string> header_cells = {};
  /// The fields most records have; 0 for an empty file.
  int64_t column_count = 0;

  /// Where the first data record begins, and how many text lines lie above it.
  int64_t data_offset = 0;
  int64_t data_line = 0;
  /// Where the table ends before the text does (footnotes, a second table); none: at the end.
  std::optional<int64_t> end_offset = {};

  bool lone_cr_ends_record() const { return newline == Newline::kCr || newline == Newline::kMixed; }
  bool escape_is_doubled_quote() const { return quote && escape == quote; }
};

}  // namespace pyforge::csv
