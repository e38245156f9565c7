// From a request to a plan with its inputs open: everything is resolved before an output is
// touched.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/opened_input.h"
#include "pyforge/conversion.h"
#include "pyforge/registry.h"

namespace pyforge::core {

/// A plan and what it needs to be carried out at once. Threads: one at a time.
struct PreparedConversion {
  Plan plan;
  ConversionOptions options;
  std::vector<OpenedInput> inputs;  // as plan.inputs
  std::shared_ptr<arrow::Schema> contract;
  const FormatDescriptor* output_format = nullptr;
};

/// Resolves a request. Errors: as MakePlan.
Result<PreparedConversion> Prepare(const ConversionRequest& request, const Registry& registry,
                                   ExecutionContext& context);
/// The schema of all tables of all inputs as one, as far as it is known before they are read.
std::shared_ptr<arrow::Schema> UnitedSchema(const PreparedConversion& prepared);
/// Opens the inputs of a plan that was made earlier, perhaps by another process.
Result<PreparedConversion> Reopen(const Plan& plan, const Registry& registry,
                                  ExecutionContext& context);

}  // namespace pyforge::core
