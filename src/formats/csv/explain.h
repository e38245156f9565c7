// Why a CSV file is read as it is, in words and numbers.
#pragma once

#include <vector>

#include "formats/csv/plan_builder.h"
#include "formats/csv/table_plan.h"
#include "pyforge/input.h"

namespace pyforge::csv {

/// Why the columns of `plan`, which was made of `facts` alone, have their types.
std::vector<Finding> ExplainColumns(const TableFacts& facts, const TablePlan& plan);

/// The decimal mark: that of most columns which have one, and what else was in question.
Finding ExplainDecimalMark(const TableFacts& facts, const TablePlan& plan);

}  // namespace pyforge::csv
