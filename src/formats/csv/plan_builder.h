// From a table's columns and what the user asks of it to the plan of a pass.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/csv/options.h"
#include "formats/csv/sample_types.h"
#include "formats/csv/table_plan.h"
#include "pyforge/input.h"

namespace pyforge::csv {

/// One opened file's table, before anything is asked of it. Threads: immutable, share freely.
struct TableFacts {
  Dialect dialect;
  std::vector<std::string> source_names = {};  ///< as the header has them
  std::vector<std::string> names = {};         ///< unique
  std::vector<HeaderRepair> header_repairs = {};
  std::shared_ptr<const SampleTypes> sample = std::make_shared<SampleTypes>();
  ReadOptions options = {};
  int64_t field_bytes_max = 0;
  int64_t slice_bytes = 0;
};

/// The plan for `request`; types of columns that are inferred are those of the sample.
/// Errors: input.no_such_column, schema.bad_format, unsupported.type; under `request.strict`, where
/// the header is not sound, csv.short_header and csv.bad_utf8.
Result<std::shared_ptr<TablePlan>> MakePlan(const TableFacts& facts, const TableRequest& request,
                                            ExecutionContext& context);

/// The plan for a second pass after a first one by `plan`, with types by the evidence of all rows;
/// null when the first one was right.
Result<std::shared_ptr<TablePlan>> SettlePlan(const TableFacts& facts, const TableRequest& request,
                                              const TablePlan& plan, const TableEvidence& evidence,
                                              ExecutionContext& context);

/// Names of columns whose dates are ambiguous and therefore stay text.
std::vector<std::string> AmbiguousDates(const TablePlan& plan, const TableEvidence& evidence);

}  // namespace pyforge::csv
