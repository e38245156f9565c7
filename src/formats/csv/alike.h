// Files that make one table are most often exports of one program: what the first of them is takes
// a close look, that the next one is the same takes a glance.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "formats/csv/plan_builder.h"
#include "formats/csv/sample.h"
#include "formats/csv/table_plan.h"

namespace pyforge::csv {

/// A table whose like is known at a glance. Threads: immutable, share freely.
struct TableModel {
  std::string header;                     ///< the text above the first row
  std::shared_ptr<const TablePlan> plan;  ///< of all columns, by the table's own types
};

/// The model that a table makes; null where a glance would not do: where anything but a header of
/// one row stands above the rows, behind or between them, where rows had to be made good, a column
/// has no values, or not all of the file was looked at.
std::shared_ptr<const TableModel> MakeTableModel(const Sample& sample, const TableFacts& facts,
                                                 std::shared_ptr<const TablePlan> plan);

/// Whether a whole text, UTF-8 without its mark, is the model's header and rows of its width
/// without a fault, so that a close look would find the same dialect.
bool IsAlike(std::string_view text, const TableModel& model);

}  // namespace pyforge::csv
