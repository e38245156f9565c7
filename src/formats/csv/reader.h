// Reading CSV files: one table, found by its dialect, passed over morsel by morsel.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/csv/plan_builder.h"
#include "pyforge/execution.h"
#include "pyforge/input.h"
#include "pyforge/source.h"

namespace pyforge::csv {

/// Sizes that follow from the table and the memory budget unless a test sets them; rows do not
/// depend on them.
struct ReaderTuning {
  std::optional<int64_t> morsel_bytes = {};
  std::optional<int64_t> slice_bytes = {};
};

/// Opens a CSV file: takes a sample and finds encoding, dialect, header and a first guess at types.
/// Errors: io.read_failed, usage.bad_option, those of the container, limit.memory.
Result<std::unique_ptr<Input>> OpenTable(std::shared_ptr<Source> source, const ReadOptions& options,
                                         ExecutionContext& context,
                                         const ReaderTuning& tuning = {});

/// Opens a file that makes one table with `model`, which OpenTable or this opened with the same
/// options: null unless it is seen at a glance to be its like (alike.h). Types begin as the model's
/// and end as all rows of both have them; a file that contradicts them is looked at closely.
/// Errors: as OpenTable.
Result<std::unique_ptr<Input>> OpenAlike(const std::shared_ptr<Source>& source,
                                         const ReadOptions& options, const Input& model,
                                         ExecutionContext& context,
                                         const ReaderTuning& tuning = {});

}  // namespace pyforge::csv
