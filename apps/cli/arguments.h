// Takes a command line apart.
#pragma once

#include <span>
#include <string>

#include "cli/command.h"
#include "pyforge/error.h"

namespace pyforge::cli {

/// Parses what stands behind the subcommand's name. A flag takes no value (`--strict`,
/// `--strict=false`, `--no-strict`); a list may be given several times; of other options the last
/// counts; behind `--` everything is positional.
/// Errors: usage.bad_option (unknown, with the nearest name; without its value),
/// usage.bad_request (too few or too many positionals).
Result<Arguments> ParseArguments(const Command& command, std::span<const CommandOption> options,
                                 std::span<const std::string> arguments);

}  // namespace pyforge::cli
