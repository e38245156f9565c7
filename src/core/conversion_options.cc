// The one declaration of every option of a conversion.
#include <array>

#include "pyforge/conversion.h"

namespace pyforge {
namespace {

constexpr std::string_view kFormats = "Formats";
constexpr std::string_view kColumns = "Columns and types";
constexpr std::string_view kRows = "Rows";
constexpr std::string_view kOutput = "Output";
constexpr std::string_view kResources = "Resources";
constexpr std::string_view kReports = "Checks and reports";

constexpr std::string_view kToAliases[] = {"format"};
constexpr std::string_view kOverwriteAliases[] = {"force"};
constexpr std::string_view kThreadsAliases[] = {"parallel_workers"};
constexpr std::string_view kMemoryAliases[] = {"max_memory"};

constexpr OptionSpec kConversionSpecs[] = {
    InGroup(kFormats,
            Option<&ConversionOptions::to>("to",
                                           "Output format; left out: told by the output's name, "
                                           "else parquet.",
                                           "FORMAT", kToAliases, 'f')),
    InGroup(kFormats,
            Option<&ConversionOptions::from>("from",
                                             "Input format; left out: found by content, then by "
                                             "name.",
                                             "FORMAT")),

    InGroup(kColumns,
            Option<&ConversionOptions::types>("types",
                                              "infer decides by all values, strings keeps every "
                                              "column as text, sample decides by the first rows "
                                              "and fails where a later value does not fit.")),
    InGroup(kColumns,
            Option<&ConversionOptions::schema>("schema",
                                               "Contract made by `pyforge schema --json`: "
                                               "columns and types are taken from it.",
                                               "FILE")),
    InGroup(kColumns,
            Option<&ConversionOptions::on_drift>("on_drift",
                                                 "What to do where the input departs from the "
                                                 "contract or from the other inputs.")),
    InGroup(kColumns, Option<&ConversionOptions::columns>(
                          "columns", "Columns to keep, in this order.", "NAMES")),
    InGroup(kColumns, Option<&ConversionOptions::rename>(
                          "rename", "snake turns column names into snake_case.")),
    InGroup(kColumns,
            Option<&ConversionOptions::cast>("cast",
                                             "Types to give to columns, e.g. "
                                             "'price=decimal(10,2)'; a value that does not fit is "
                                             "an error.",
                                             "COLUMN=TYPE")),

    InGroup(kRows,
            Option<&ConversionOptions::filter>("filter",
                                               "Keep the rows for which this SQL condition holds, "
                                               "e.g. \"price > 10 and country = 'PT'\".",
                                               "EXPR")),
    InGroup(kRows, Option<&ConversionOptions::limit>("limit", "Stop after so many rows.", "N")),
    InGroup(kRows,
            Option<&ConversionOptions::strict>("strict",
                                               "Refuse rows that would else be repaired: too "
                                               "short, too long, a stray quote.")),
    InGroup(kRows,
            Option<&ConversionOptions::bad_rows>("bad_rows",
                                                 "What to do with a row that cannot be kept "
                                                 "whole: fail, leave it out, or keep its text in "
                                                 "a column _rejected.")),
    InGroup(kRows, Option<&ConversionOptions::max_bad_rows>(
                       "max_bad_rows", "Fail when more rows are bad than this.", "N|P%")),
    InGroup(kRows,
            Option<&ConversionOptions::rejects>("rejects",
                                                "Write bad rows to this file, with line, byte "
                                                "offset, column, text and reason.",
                                                "FILE")),

    InGroup(kOutput,
            Option<&ConversionOptions::mode>("mode", "What to do where the output exists.")),
    InGroup(kOutput, Option<&ConversionOptions::overwrite>(
                         "overwrite", "Short for --mode overwrite.", {}, kOverwriteAliases)),
    InGroup(kOutput,
            Option<&ConversionOptions::union_inputs>("union",
                                                     "Make one table of all inputs; columns are "
                                                     "matched by name.")),
    InGroup(kOutput, Option<&ConversionOptions::partition_by>("partition_by",
                                                              "Write a directory of files, one "
                                                              "branch a value of these columns.",
                                                              "COLUMNS")),
    InGroup(kOutput, Option<&ConversionOptions::sort_by>(
                         "sort_by", "Sort the rows, e.g. 'day,amount desc'.", "COLUMNS")),
    InGroup(kOutput, Option<&ConversionOptions::max_file_size>("max_file_size",
                                                               "Start another file where one "
                                                               "would become larger.",
                                                               "SIZE")),

    InGroup(kReports,
            Option<&ConversionOptions::verify>("verify",
                                               "Read the output back and compare counts and "
                                               "checksums before it is published.")),
    InGroup(kReports,
            Option<&ConversionOptions::dry_run>("dry_run",
                                                "Tell what would be done, with estimates; "
                                                "touch nothing.")),
    InGroup(kReports,
            Option<&ConversionOptions::explain>("explain",
                                                "Say why the inputs are read as they are, as "
                                                "`pyforge info --explain` does: on standard "
                                                "error, and in the report.")),
    InGroup(kReports, Option<&ConversionOptions::report>(
                          "report", "Write the report to this file, as JSON.", "FILE")),
    InGroup(kReports,
            Option<&ConversionOptions::trace>("trace",
                                              "Write a trace of the pipeline to this file, for "
                                              "ui.perfetto.dev.",
                                              "FILE")),

    InGroup(kResources, Option<&ConversionOptions::memory>(
                            "memory", "Peak resident memory of the job.", "SIZE", kMemoryAliases)),
    InGroup(kResources, Option<&ConversionOptions::threads>("threads", "Workers; 0: one a core.",
                                                            "N", kThreadsAliases)),
    InGroup(kResources, Option<&ConversionOptions::temp_max>(
                            "temp_max", "Most bytes of temporary files.", "SIZE")),
    InGroup(kResources, Option<&ConversionOptions::engine>(
                            "engine", "Who does the work: auto or native.", "NAME")),
    InGroup(kResources,
            Option<&ConversionOptions::profile>("profile",
                                                "1.0 brings back all-text output, messages "
                                                "and exit codes of pyforge-cli 1.0.")),
};

}  // namespace

std::span<const OptionSpec> ConversionOptionSpecs() { return kConversionSpecs; }

}  // namespace pyforge
