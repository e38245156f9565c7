// Start here: what a program can do with pyforge.
#pragma once

#include <arrow/type_fwd.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/conversion.h"
#include "pyforge/registry.h"

namespace arrow {
class RecordBatchReader;
}

namespace pyforge {

/// The library's version, "1.1.0".
std::string_view Version();

/// How to open one input for reading only.
struct InspectRequest {
  std::string path;
  std::string from = {};      ///< input format; empty: found
  std::string table = {};     ///< empty: the first, or all where that makes sense
  OptionValues options = {};  ///< the format's read options, and types, schema, columns, strict
  bool explain = false;       ///< Inspect: also why the input is read as it is
};

struct Inspection {
  std::string path, format, container;
  std::string format_reason;  ///< why this format
  double format_confidence = 1;
  int64_t stored_bytes = 0;
  std::vector<Finding> findings;
  std::vector<TableInfo> tables;
  std::optional<Explanation> explanation = {};  ///< where it was asked for
};

struct ValidationReport {
  bool sound = false;
  Inspection inspection;
  std::vector<TableReport>
      tables;  ///< with --deep or for text formats: what reading all of it gave
  Status error = Status::OK();
};

struct ColumnDifference {
  std::string name, type_left, type_right;  ///< empty type: missing on that side
};
struct RowDifference {
  std::string key;     ///< row number, or the key's values
  std::string column;  ///< empty: the whole row is only on one side
  std::string left, right;
};
struct CompareRequest {
  InspectRequest left, right;
  std::vector<std::string> key = {};  ///< match rows by these columns; empty: by position
  bool ignore_order = false;          ///< compare as multisets of rows
  int64_t differences_max = 10;
};
struct Comparison {
  bool equal = false;
  int64_t rows_left = 0, rows_right = 0;
  std::vector<ColumnDifference> columns;
  int64_t difference_count = 0;
  std::vector<RowDifference> differences;
  std::string checksum_left, checksum_right;
};

/// Plans and executes. Always gives a report; report.error tells a failure.
ConversionReport Convert(const ConversionRequest& request, const Registry& registry,
                         ExecutionContext& context);
/// What is in an input, from metadata and samples; reads at most a few MiB.
Result<Inspection> Inspect(const InspectRequest& request, const Registry& registry,
                           ExecutionContext& context);
/// The rows of one table as an ordered Arrow stream of settled types. Batches hold memory of the
/// context, which outlives them.
Result<std::shared_ptr<arrow::RecordBatchReader>> Read(const InspectRequest& request,
                                                       const Registry& registry,
                                                       ExecutionContext& context);
/// Reads (deep: all of) an input and tells whether it is sound and what would be lost.
ValidationReport Validate(const InspectRequest& request, bool deep, const Registry& registry,
                          ExecutionContext& context);
/// Are two data sets equal? Memory stays within the budget (external sort for keys).
Result<Comparison> Compare(const CompareRequest& request, const Registry& registry,
                           ExecutionContext& context);
/// The settled types over all rows of one table, as a contract that --schema takes (JSON).
Result<std::string> InferSchemaJson(const InspectRequest& request, const Registry& registry,
                                    ExecutionContext& context);

/// The type's name as --cast takes it: "int64", "decimal(10, 2)", "timestamp[us, UTC]".
std::string TypeName(const arrow::DataType& type);
/// A CREATE TABLE statement. `dialect` is spark or duckdb. Errors: usage.bad_option.
Result<std::string> SchemaToDdl(const arrow::Schema& schema, std::string_view table,
                                std::string_view dialect);

std::string InspectionToJson(const Inspection& inspection);
std::string ComparisonToJson(const Comparison& comparison);
std::string ValidationToJson(const ValidationReport& report,
                             OptionSpelling spelling = OptionSpelling::kName);

}  // namespace pyforge
