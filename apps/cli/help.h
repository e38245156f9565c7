// Help texts, made from the commands and the option declarations.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/console.h"

namespace pyforge::cli {

/// What `pyforge` without a subcommand prints.
std::string ProgramHelp(const Console& console);
/// What `pyforge COMMAND --help` prints.
std::string CommandHelp(const Command& command, std::span<const CommandOption> options,
                        const Console& console);

/// "-f, --to FORMAT"; the value's name is the choices where there are some.
std::string OptionUsage(const CommandOption& option);
/// "; default: 512MiB" and old spellings, or nothing.
std::string OptionRemarks(const CommandOption& option);

/// The text with line feeds before words that would not fit into `width` columns.
std::string Wrapped(std::string_view text, size_t indent, size_t width);

}  // namespace pyforge::cli
