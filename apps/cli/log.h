// Messages beside the work: warnings, and with --verbose what was decided.
#pragma once

#include <string_view>

#include "pyforge/configuration.h"

namespace pyforge::cli {

/// Sets what Log prints from now on. --verbose means debug, --quiet only errors.
void StartLog(const FrontEndOptions& options, bool has_color);

/// Prints to standard error if the level asks for it. Threads: share freely.
void Log(LogLevel level, std::string_view text);

}  // namespace pyforge::cli
