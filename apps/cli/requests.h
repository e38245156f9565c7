// From arguments to the requests of the public API.
#pragma once

#include <span>
#include <string>

#include "cli/session.h"
#include "pyforge/conversion.h"
#include "pyforge/pyforge.h"

namespace pyforge::cli {

/// The request to read `path`; `own` are the options that the command keeps for itself.
InspectRequest MakeInspectRequest(const Session& session, const Arguments& arguments,
                                  const std::string& path, const std::string& table,
                                  std::span<const OptionSpec> own);

/// The options of a conversion among `values`, parsed. Errors: usage.bad_option.
Result<ConversionOptions> ParseConversionOptions(const OptionValues& values);

/// Parses a command's own options from what was given. Errors: usage.bad_option.
template <typename Options>
Result<Options> ParseOwn(std::span<const OptionSpec> specs, const OptionValues& given) {
  Options options;
  for (const OptionSpec& spec : specs) {
    const auto value = given.find(spec.name);
    if (value == given.end()) continue;
    ARROW_RETURN_NOT_OK(spec.set(&options, spec.name, value->second.value));
  }
  return options;
}

}  // namespace pyforge::cli
