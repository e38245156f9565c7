#include "formats/csv/options.h"

#include <algorithm>

#include "codec/charset/names.h"
#include "codec/charset/transcode.h"
#include "codec/compress/compressor.h"
#include "schema/text_format.h"

namespace pyforge::csv {
namespace {

constexpr int64_t kFieldBytesLeast = 64;
constexpr int64_t kFieldBytesMost = int64_t{512} << 20;

constexpr std::string_view kQuotecharAliases[] = {"quotechar"};
constexpr std::string_view kSeparatorAliases[] = {"sep", "separator"};
constexpr std::string_view kSkipAliases[] = {"skip_lines"};

constexpr OptionSpec kReadSpecs[] = {
    Option<&ReadOptions::delimiter>("delimiter", "Field separator of the input, such as ; or tab.",
                                    "TEXT", kSeparatorAliases, 'd'),
    Option<&ReadOptions::delimiters>(
        "delimiters", "Characters that the separator is chosen from, such as ,;\\t| and no others.",
        "TEXT"),
    Option<&ReadOptions::quote>("quote", "Quote character of the input, or none.", "CHAR",
                                kQuotecharAliases),
    Option<&ReadOptions::escape>(
        "escape", "Character that takes the meaning off the next one, or none.", "CHAR"),
    Option<&ReadOptions::skip_initial_space>(
        "skip_initial_space",
        "Whether blanks before a field are no part of it; found out where it is not said."),
    Option<&ReadOptions::header>("header", "Whether the first record names the columns.",
                                 "auto|yes|no"),
    Option<&ReadOptions::header_rows>("header_rows",
                                      "Records that make up the header, joined with a blank.", "N"),
    Option<&ReadOptions::skip_rows>("skip_rows", "Lines above the header to leave out.", "N",
                                    kSkipAliases),
    Option<&ReadOptions::column_naming>("column_naming",
                                        "Names of columns without one of their own: column_3 and "
                                        "name_2, or, pandas, Unnamed: 2 and name.1, and Column_3 "
                                        "without a header.",
                                        "plain|pandas"),
    Option<&ReadOptions::footer>("footer",
                                 "Remarks or a second table behind the last row: left out where "
                                 "they are found, or kept as rows.",
                                 "auto|keep"),
    Option<&ReadOptions::mend_rows>(
        "mend_rows",
        "Cut rows that lost or gained a delimiter or a quote by what the columns hold in other "
        "rows, where that can be told; otherwise they are read as they stand."),
    Option<&ReadOptions::all_tables>(
        "all_tables",
        "Read every table of a file that holds several, one behind the other, each of two columns "
        "or more with names of its own; otherwise the first is read."),
    Option<&ReadOptions::comment>(
        "comment", "Lines that begin with this are left out; given as empty, none are.", "TEXT"),
    Option<&ReadOptions::empty_fields>(
        "empty_fields",
        "What empty and missing fields are in columns of text; in others they are null.",
        "null|text"),
    Option<&ReadOptions::null_values>(
        "null_values", "Unquoted words that mean null, besides the empty field.", "WORD,..."),
    Option<&ReadOptions::encoding>("encoding", "Character encoding, such as windows-1252.", "NAME"),
    Option<&ReadOptions::decimal>("decimal", "Decimal mark of numbers, a point or a comma.",
                                  "CHAR"),
    Option<&ReadOptions::date_format>("date_format",
                                      "Order of day, month and year where the values do not tell: "
                                      "dmy, mdy, ymd, or a pattern such as dd/mm/yyyy or "
                                      "%d/%m/%Y %I:%M %p.",
                                      "FORMAT"),
    Option<&ReadOptions::field_max>(
        "field_max",
        "Longest field; beyond it an open quote counts as never closed (default 16MiB or an eighth "
        "of the memory).",
        "SIZE")};

constexpr OptionSpec kWriteSpecs[] = {
    Option<&WriteOptions::output_delimiter>("output_delimiter", "Field separator of the output.",
                                            "CHAR"),
    Option<&WriteOptions::output_quote>("output_quote", "Quote character of the output.", "CHAR"),
    Option<&WriteOptions::quoting>("quoting",
                                   "Which fields are quoted: where needed, all, all text, or none.",
                                   "minimal|all|text|none"),
    Option<&WriteOptions::null_text>("null_text", "What stands for null; empty by default.",
                                     "TEXT"),
    Option<&WriteOptions::output_header>("output_header", "Write the names of the columns first.",
                                         "true|false"),
    Option<&WriteOptions::line_end>("line_end", "Line ends of the output.", "lf|crlf"),
    Option<&WriteOptions::output_decimal>("output_decimal",
                                          "Decimal mark of numbers in the output, a point or a "
                                          "comma; in lists and structs, which are JSON, always "
                                          "the point.",
                                          "CHAR"),
    Option<&WriteOptions::output_date_format>("output_date_format",
                                              "Pattern of dates in the output, such as dd/mm/yyyy "
                                              "or %d.%m.%Y, instead of ISO 8601, which "
                                              "lists and structs keep.",
                                              "FORMAT"),
    Option<&WriteOptions::output_timestamp_format>(
        "output_timestamp_format",
        "Pattern of timestamps in the output, such as %d/%m/%Y %H:%M:%S, likewise; what it lacks "
        "(fractions, seconds, the time, the Z of UTC) is left out.",
        "FORMAT"),
    Option<&WriteOptions::excel>("excel",
                                 "Write for Excel: a byte-order mark, CRLF and a sep= line where "
                                 "the delimiter is no comma."),
    Option<&WriteOptions::output_compression>(
        "output_compression", "Compress the output; auto goes by the name's suffix.",
        "auto|none|gzip|zstd"),
    Option<&WriteOptions::output_compression_level>(
        "output_compression_level", "Level of the compression: gzip 1 to 3, zstd 1 to 19.", "N")};

/// The text of a delimiter: one character or its name (`tab`, `\x1f`), or several characters.
Result<std::string> UnescapeText(std::string_view name, std::string_view text) {
  char single = 0;
  if (options_internal::ParseCharacter(name, text, &single).ok() && single != 0) {
    return std::string(1, single);
  }
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = text[at] != '\\' || at + 1 == text.size() ? 1
                         : text[at + 1] == 'x'                     ? 4
                                                                   : 2;
    char character = 0;
    ARROW_RETURN_NOT_OK(options_internal::ParseCharacter(name, text.substr(at, bytes), &character));
    out += character;
    at += bytes;
  }
  return out;
}

/// One character, or none at all for `none`.
Status ParseOptionalCharacter(std::string_view name, std::string_view text,
                              std::optional<char>* out) {
  out->reset();
  if (text.empty() || text == "none") return Status::OK();
  char character = 0;
  ARROW_RETURN_NOT_OK(options_internal::ParseCharacter(name, text, &character));
  *out = character;
  return Status::OK();
}

Status BadOption(std::string_view name, std::string_view value, std::string_view accepted) {
  return options_internal::BadValue(name, value, accepted);
}

using PatternParts = std::vector<schema::PatternPart>;

Result<PatternParts> DateParts(std::string_view pattern) {
  return schema::SplitFormat(pattern, schema::TextKind::kDate);
}

/// Also of a pattern that leaves the time out.
Result<PatternParts> TimestampParts(std::string_view pattern) {
  auto parts = schema::SplitFormat(pattern, schema::TextKind::kTimestamp);
  return parts.ok() ? parts : DateParts(pattern);
}

template <typename Options>
Result<Options> Parse(std::span<const OptionSpec> specs, std::span<const OptionSpec> others,
                      const OptionValues& values) {
  OptionValues ours;
  for (const auto& [name, value] : values) {
    const bool is_other = FindOption(specs, name) == nullptr && FindOption(others, name) != nullptr;
    if (!is_other) ours.emplace(name, value);
  }
  Options options;
  ARROW_RETURN_NOT_OK(ApplyOptions(specs, ours, &options));
  ARROW_RETURN_NOT_OK(options.Validate());
  return options;
}

}  // namespace

std::span<const OptionSpec> ReadOptionSpecs() { return kReadSpecs; }
std::span<const OptionSpec> WriteOptionSpecs() { return kWriteSpecs; }

Result<ReadOptions> ParseReadOptions(const OptionValues& values) {
  return Parse<ReadOptions>(kReadSpecs, kWriteSpecs, values);
}

Result<WriteOptions> ParseWriteOptions(const OptionValues& values) {
  return Parse<WriteOptions>(kWriteSpecs, kReadSpecs, values);
}

Status ReadOptions::Validate() const {
  std::optional<char> quote_character;
  if (quote) ARROW_RETURN_NOT_OK(ParseOptionalCharacter("quote", *quote, &quote_character));
  if (escape) {
    std::optional<char> character;
    ARROW_RETURN_NOT_OK(ParseOptionalCharacter("escape", *escape, &character));
  }
  if (delimiter) {
    ARROW_ASSIGN_OR_RAISE(const std::string text, UnescapeText("delimiter", *delimiter));
    const bool has_line_end = text.find_first_of("\r\n") != std::string::npos;
    if (text.empty() || text.size() > 16 || has_line_end ||
        (quote_character && text.find(*quote_character) != std::string::npos)) {
      return BadOption("delimiter", *delimiter,
                       "1 to 16 characters, no line end and not the quote");
    }
  }
  const auto choices = UnescapeText("delimiters", delimiters);
  if (!choices.ok() || choices->find_first_of("\r\n") != std::string::npos) {
    return BadOption("delimiters", delimiters, "characters such as ,;\\t| and no line end");
  }
  if (header_rows && (*header_rows < 0 || *header_rows > 16)) {
    return BadOption("header_rows", std::to_string(*header_rows), "0 to 16");
  }
  if (skip_rows && *skip_rows < 0) {
    return BadOption("skip_rows", std::to_string(*skip_rows), "0 or more");
  }
  if (decimal && *decimal != '.' && *decimal != ',') {
    return BadOption("decimal", std::string(1, *decimal), "a point or a comma");
  }
  if (!encoding.empty() && !charset::MakeTranscoder(charset::CanonicalName(encoding)).ok()) {
    return BadOption("encoding", encoding, "the name of an encoding, such as windows-1252");
  }
  if (field_max && (*field_max < kFieldBytesLeast || *field_max > kFieldBytesMost)) {
    return BadOption("field_max", PrintByteSize(*field_max), "64 bytes to 512MiB");
  }
  if (!date_format.empty() && date_format != "dmy" && date_format != "mdy" &&
      date_format != "ymd") {
    schema::TextType date{.kind = schema::TextKind::kDate};
    schema::TextType timestamp{.kind = schema::TextKind::kTimestamp};
    if (!schema::ParseFormat(date_format, &date).ok() &&
        !schema::ParseFormat(date_format, &timestamp).ok()) {
      return BadOption("date_format", date_format,
                       "dmy, mdy, ymd or a pattern such as dd/mm/yyyy or %d/%m/%Y");
    }
  }
  return Status::OK();
}

DialectHints ReadOptions::Hints() const {
  DialectHints hints;
  if (delimiter) hints.delimiter = UnescapeText("delimiter", *delimiter).ValueOr(*delimiter);
  hints.delimiter_choices = UnescapeText("delimiters", delimiters).ValueOr(delimiters);
  hints.skip_initial_space = skip_initial_space;
  hints.keeps_footer = footer == Footer::kKeep;
  const auto character = [](const std::string& text) {
    std::optional<char> parsed;
    const Status status = ParseOptionalCharacter({}, text, &parsed);
    return status.ok() ? parsed : std::nullopt;
  };
  if (quote) hints.quote = character(*quote);
  if (escape) hints.escape = character(*escape);
  hints.comment = comment;
  if (header != Header::kAuto) hints.has_header = header == Header::kYes;
  hints.header_rows = header_rows;
  hints.skip_lines = skip_rows;
  return hints;
}

Status WriteOptions::Validate() const {
  const auto is_line_end = [](char byte) { return byte == '\n' || byte == '\r'; };
  if (is_line_end(output_delimiter)) {
    return BadOption("output_delimiter", "a line end", "any other character");
  }
  if (is_line_end(output_quote) || output_quote == output_delimiter) {
    return BadOption("output_quote", std::string(1, output_quote),
                     "a character that is neither the delimiter nor a line end");
  }
  if (null_text.find_first_of("\r\n") != std::string::npos ||
      null_text.find(output_delimiter) != std::string::npos ||
      null_text.find(output_quote) != std::string::npos) {
    return BadOption("null_text", null_text, "text without delimiter, quote and line end");
  }
  if (output_decimal != '.' && output_decimal != ',') {
    return BadOption("output_decimal", std::string(1, output_decimal), "a point or a comma");
  }
  if (!output_date_format.empty() && !DateParts(output_date_format).ok()) {
    return BadOption("output_date_format", output_date_format,
                     "a pattern such as dd/mm/yyyy or %d/%m/%Y");
  }
  if (!output_timestamp_format.empty() && !TimestampParts(output_timestamp_format).ok()) {
    return BadOption("output_timestamp_format", output_timestamp_format,
                     "a pattern such as dd/mm/yyyy hh:mm:ss or %d/%m/%Y %H:%M:%S");
  }
  if (output_compression_level) {
    const auto container = output_compression == OutputCompression::kGzip
                               ? compress::Container::kGzip
                               : compress::Container::kZstd;
    const compress::LevelRange range = compress::LevelsOf(container);
    if (*output_compression_level < range.min || *output_compression_level > range.max) {
      return BadOption("output_compression_level", std::to_string(*output_compression_level),
                       fmt::format("{} to {}", range.min, range.max));
    }
  }
  return Status::OK();
}

ValueFormats WriteOptions::Formats() const {
  ValueFormats formats{.decimal = output_decimal};
  if (!output_date_format.empty()) formats.date = DateParts(output_date_format).ValueOr({});
  if (!output_timestamp_format.empty()) {
    formats.timestamp = TimestampParts(output_timestamp_format).ValueOr({});
  }
  return formats;
}

compress::Container WriteOptions::ContainerFor(std::string_view file_name) const {
  switch (output_compression) {
    case OutputCompression::kNone:
      return compress::Container::kNone;
    case OutputCompression::kGzip:
      return compress::Container::kGzip;
    case OutputCompression::kZstd:
      return compress::Container::kZstd;
    case OutputCompression::kAuto:
      break;
  }
  const compress::Container by_name = compress::ContainerOfName(file_name);
  const bool is_written =
      by_name == compress::Container::kGzip || by_name == compress::Container::kZstd;
  return is_written ? by_name : compress::Container::kNone;
}

}  // namespace pyforge::csv
