// What can be wrong with a CSV file: codes of repairs (ledger), of bad rows and of failures.
#pragma once

#include "pyforge/error.h"

namespace pyforge::csv {

inline constexpr ErrorCode kShortRow{
    .id = "csv.short_row",
    .category = ErrorCategory::kData,
    .summary = "A row has fewer fields than the table has columns; the rest was taken as null.",
    .fix =
        "Nothing is lost. To have such rows refused, use {strict}; to see the first, look at its "
        "row number."};
inline constexpr ErrorCode kLongRow{
    .id = "csv.long_row",
    .category = ErrorCategory::kData,
    .summary = "A row has more fields than the table has columns; the surplus was kept.",
    .fix =
        "Nothing is lost. To have such rows refused, use {strict}; most often a field holds an "
        "unquoted delimiter.",
    .details =
        "Where the other columns tell which text column holds the unquoted delimiter, the pieces "
        "are put together there. Else the surplus goes to a column `_extra`, or, where the columns "
        "are given, to the last text column. Empty surplus fields at the end are dropped."};
inline constexpr ErrorCode kRecutRow{
    .id = "csv.recut_row",
    .category = ErrorCategory::kData,
    .summary =
        "A row that lost or gained a delimiter or a quote was cut by what the columns hold in "
        "other rows.",
    .fix =
        "Nothing is lost; look at the first such row if you doubt it. To have such rows read as "
        "they stand, use {mend_rows}=false; to have them refused, {strict}.",
    .details =
        "Rows that are whole show of each column its type, whether it is quoted or ever empty, and "
        "with what kinds of characters its values begin and end. A row that does not look like "
        "them is cut so that it does, if that can be done in one way: another character stands "
        "for a delimiter, one is missing or too much or part of a text, a quote is too much or "
        "another character, or the row stands in quotes. Where there is no such way, or several, "
        "it is read as it stands: see `csv.short_row` and `csv.long_row`."};
inline constexpr ErrorCode kRaggedRow{
    .id = "csv.ragged_row",
    .category = ErrorCategory::kData,
    .summary = "The number of fields of a row differs from the number of columns.",
    .fix =
        "Leave out {strict}: short rows are then padded with nulls, the surplus of long ones is "
        "kept, and both are counted."};
inline constexpr ErrorCode kShortHeader{
    .id = "csv.short_header",
    .category = ErrorCategory::kData,
    .summary = "The header names fewer columns than the rows have; the others were given names.",
    .fix =
        "Nothing is lost. If the names belong to other columns, put them right in the file or with "
        "{columns}; to have such files refused, use {strict}."};
inline constexpr ErrorCode kStrayQuote{
    .id = "csv.stray_quote",
    .category = ErrorCategory::kData,
    .summary =
        "A quote inside an unquoted field, or text behind a closing quote, was taken as it "
        "stands.",
    .fix = "Nothing is lost. If quotes mean nothing in this file, say so with {quote} none.",
    .details =
        "Where a field begins and ends with a quote, the ones in between that are not doubled are "
        "characters of the value: `\"the \"best\" of all\"` is `the \"best\" of all`. Else the "
        "text "
        "behind the closing quote is put behind the text in quotes; blanks alone are dropped."};
inline constexpr ErrorCode kSwallowedRows{
    .id = "csv.swallowed_rows",
    .category = ErrorCategory::kData,
    .summary = "A quoted field holds line ends, and its lines look like rows of the table.",
    .fix =
        "Look at the field: if a quote before it and one behind it stand there by mistake, mend "
        "them in the file, or say with {quote} none that quotes mean nothing. If it is a text of "
        "such lines, there is nothing to do.",
    .details =
        "Two quotes, each alone in its row, make one well-formed field of all that stands between "
        "them. It is read as that, and nothing is lost, but rows may be missing from the table. "
        "Told where each line of the record, quotes left aside, has as many delimiters as a row, "
        "and these are at least eight. Counted are the lines."};
inline constexpr ErrorCode kUnclosedQuote{
    .id = "csv.unclosed_quote",
    .category = ErrorCategory::kData,
    .summary = "A quote that opens a field is never closed; it was taken as an ordinary character.",
    .fix =
        "If fields may be that long, raise {field_max}; if quotes mean nothing in this file, say "
        "so with {quote} none.",
    .details =
        "Where a line end follows it, and the next quote opens another field (a delimiter, the "
        "quote, text), that one does not close it either."};
inline constexpr ErrorCode kQuotedEmpty{
    .id = "csv.quoted_empty",
    .category = ErrorCategory::kData,
    .summary = "An empty quoted field in a column that is not text was taken as null.",
    .fix =
        "Nothing to do, unless the empty text means something: read the column as text with "
        "{types} strings or {cast}."};
inline constexpr ErrorCode kBadUtf8{
    .id = "csv.bad_utf8",
    .category = ErrorCategory::kData,
    .summary = "Bytes that are not valid in the file's encoding were replaced by U+FFFD.",
    .fix = "If the encoding was guessed wrong, name it with {encoding}, for example windows-1252."};
inline constexpr ErrorCode kNul{
    .id = "csv.nul",
    .category = ErrorCategory::kData,
    .summary = "Text holds NUL characters; they were kept.",
    .fix = "Nothing is lost. If the file is UTF-16, name it with {encoding}."};
inline constexpr ErrorCode kFieldTooLong{
    .id = "csv.field_too_long",
    .category = ErrorCategory::kData,
    .summary = "A field is longer than the limit.",
    .fix =
        "Raise {field_max} if the field is right; give {quote} none if its quote is an ordinary "
        "character. A file without line ends looks like this too."};
inline constexpr ErrorCode kRowTooLong{
    .id = "csv.row_too_long",
    .category = ErrorCategory::kData,
    .summary = "A row is longer than twice the limit for a field.",
    .fix = "Raise {field_max} if the row is right; a file without line ends looks like this too."};
inline constexpr ErrorCode kBadValue{
    .id = "csv.bad_value",
    .category = ErrorCategory::kData,
    .summary = "A value does not fit the type that the schema gives its column.",
    .fix = "Mend the value, or give the column a wider type in the schema ({schema})."};
inline constexpr ErrorCode kTypeConflict{
    .id = "csv.type_conflict",
    .category = ErrorCategory::kData,
    .summary = "A value does not fit the type that the sample gave its column.",
    .fix = "Use {types} infer, which looks at all values, or {types} strings."};
inline constexpr ErrorCode kTooManyTables{
    .id = "csv.too_many_tables",
    .category = ErrorCategory::kLimit,
    .summary = "The file holds more tables than are read at once.",
    .fix = "Divide the file, or leave out {all_tables} if its rows are those of one table."};
inline constexpr ErrorCode kInputChanged{.id = "csv.input_changed",
                                         .category = ErrorCategory::kConflict,
                                         .summary = "The file changed while it was being read.",
                                         .fix = "Try again when nothing writes to the file."};
inline constexpr ErrorCode kNeedsQuotes{
    .id = "csv.needs_quotes",
    .category = ErrorCategory::kData,
    .summary = "A value holds a delimiter, a quote or a line end, and quotes were ruled out.",
    .fix = "Use {quoting} minimal, or an {output_delimiter} that no value holds."};
inline constexpr ErrorCode kUnreadableDate{
    .id = "csv.unreadable_date",
    .category = ErrorCategory::kData,
    .summary =
        "A date or a time lies where no CSV file could give it back: beyond the years -290307 to "
        "294247, or, within lists and structs, 1 to 9999.",
    .fix = "Leave the value out with {filter}, or the column with {columns}."};
inline constexpr ErrorCode kUnprintableDate{
    .id = "csv.unprintable_date",
    .category = ErrorCategory::kData,
    .summary =
        "A date or a time has a year that the pattern for the output has no place for: two digits "
        "hold 1969 to 2068, four hold 1 to 9999.",
    .fix =
        "Use a pattern that begins with yyyy-mm-dd, which takes any year, in {output_date_format} "
        "or {output_timestamp_format}, or leave the value out with {filter}."};

inline constexpr const ErrorCode* kErrors[] = {
    &kShortRow,     &kLongRow,       &kRecutRow,       &kRaggedRow,       &kShortHeader,
    &kStrayQuote,   &kSwallowedRows, &kUnclosedQuote,  &kQuotedEmpty,     &kBadUtf8,
    &kNul,          &kFieldTooLong,  &kRowTooLong,     &kBadValue,        &kTypeConflict,
    &kInputChanged, &kNeedsQuotes,   &kUnreadableDate, &kUnprintableDate, &kTooManyTables};

}  // namespace pyforge::csv
