// How CSV files are read and written.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "codec/compress/container.h"
#include "formats/csv/sniff.h"
#include "formats/csv/value_printer.h"
#include "pyforge/options.h"

namespace pyforge::csv {

enum class Header : uint8_t { kAuto, kYes, kNo };
enum class EmptyFields : uint8_t { kNull, kText };
enum class Footer : uint8_t { kAuto, kKeep };
enum class ColumnNaming : uint8_t { kPlain, kPandas };
enum class Quoting : uint8_t { kMinimal, kAll, kText, kNone };
enum class LineEnd : uint8_t { kLf, kCrlf };
enum class OutputCompression : uint8_t { kAuto, kNone, kGzip, kZstd };

/// How to read a CSV file. What is not given is found out from the file.
struct ReadOptions {
  /// Field separator, one or more characters; `tab`, `space`, `\t`, `\x1f` are understood.
  std::optional<std::string> delimiter = {};
  /// The characters that the delimiter is chosen from; empty: all usual and less usual ones.
  std::string delimiters = {};
  /// Quote character, or `none`.
  std::optional<std::string> quote = {};
  /// Character that takes the meaning off the next one, or `none`; doubled quotes are always
  /// understood.
  std::optional<std::string> escape = {};
  /// Whether blanks before a field are no part of it. Unset: found out.
  std::optional<bool> skip_initial_space = {};
  Header header = Header::kAuto;
  /// Records that make up the header; several are joined with a blank.
  std::optional<int64_t> header_rows = {};
  /// Lines above the header that do not belong to the table.
  std::optional<int64_t> skip_rows = {};
  /// How columns are named that have no name, or one that others have too.
  ColumnNaming column_naming = ColumnNaming::kPlain;
  /// What is done with remarks, or a second table, behind the table's last row.
  Footer footer = Footer::kAuto;
  /// Whether a row that lost or gained a delimiter or a quote is cut by what the columns hold.
  bool mend_rows = true;
  /// Whether further tables behind the first are tables too, instead of being left out.
  bool all_tables = false;
  /// Lines that begin with this are left out; given as empty: none are.
  std::optional<std::string> comment = {};
  /// What an empty field is in a column of text, and a field that a short row lacks; in other
  /// columns it is null.
  EmptyFields empty_fields = EmptyFields::kNull;
  /// Unquoted words that mean null, besides the empty field.
  std::vector<std::string> null_values = {};
  /// Character encoding, as in the IANA registry.
  std::string encoding = {};
  /// Decimal mark of numbers, a point or a comma.
  std::optional<char> decimal = {};
  /// How dates are written: `dmy`, `mdy` or `ymd`, or a pattern such as dd/mm/yyyy, whose order
  /// counts; for columns whose values do not tell.
  std::string date_format = {};
  /// Longest field, in bytes; beyond it an open quote counts as never closed. Unset: 16 MiB, or an
  /// eighth of the memory budget where that is less.
  std::optional<ByteSize> field_max = {};
  /// OK, or usage.bad_option with the option's name.
  Status Validate() const;
  /// What the user has said about the dialect. Call after Validate.
  DialectHints Hints() const;
};

/// How to write a CSV file.
struct WriteOptions {
  char output_delimiter = ',';
  char output_quote = '"';
  Quoting quoting = Quoting::kMinimal;
  /// What stands for null.
  std::string null_text = {};
  bool output_header = true;
  LineEnd line_end = LineEnd::kLf;
  /// Decimal mark of numbers, a point or a comma. Numbers within JSON keep their point.
  char output_decimal = '.';
  /// Patterns for dates and timestamps, such as dd/mm/yyyy and %d/%m/%Y %H:%M:%S; what a timestamp
  /// has beyond its pattern is left out. Empty: ISO 8601, and so are those within JSON.
  std::string output_date_format = {};
  std::string output_timestamp_format = {};
  /// A byte-order mark, CRLF, and a `sep=` line where the delimiter is no comma.
  bool excel = false;
  OutputCompression output_compression = OutputCompression::kAuto;
  /// Unset: the container's usual one.
  std::optional<int64_t> output_compression_level = {};
  /// OK, or usage.bad_option with the option's name.
  Status Validate() const;
  /// Of options that were found valid.
  ValueFormats Formats() const;
  /// The container that the options and the output's name ask for.
  compress::Container ContainerFor(std::string_view file_name) const;
};

std::span<const OptionSpec> ReadOptionSpecs();
std::span<const OptionSpec> WriteOptionSpecs();

/// The options from values by name; values of the other direction, implied by a name, are passed
/// over. Errors: usage.bad_option.
Result<ReadOptions> ParseReadOptions(const OptionValues& values);
Result<WriteOptions> ParseWriteOptions(const OptionValues& values);

}  // namespace pyforge::csv

namespace pyforge {

template <>
inline constexpr std::string_view kEnumNames<csv::Header>[] = {"auto", "yes", "no"};
template <>
inline constexpr std::string_view kEnumNames<csv::EmptyFields>[] = {"null", "text"};
template <>
inline constexpr std::string_view kEnumNames<csv::Footer>[] = {"auto", "keep"};
template <>
inline constexpr std::string_view kEnumNames<csv::ColumnNaming>[] = {"plain", "pandas"};
template <>
inline constexpr std::string_view kEnumNames<csv::Quoting>[] = {"minimal", "all", "text", "none"};
template <>
inline constexpr std::string_view kEnumNames<csv::LineEnd>[] = {"lf", "crlf"};
template <>
inline constexpr std::string_view kEnumNames<csv::OutputCompression>[] = {"auto", "none", "gzip",
                                                                          "zstd"};

}  // namespace pyforge
