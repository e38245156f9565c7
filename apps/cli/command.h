// What a subcommand is: a name, its help, its options, and a function that runs it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/options.h"
#include "pyforge/registry.h"

namespace pyforge::cli {

class Session;

/// Which of the shared options a subcommand takes beside its own.
enum class TakesOptions : uint8_t {
  kNone,        ///< only messages and configuration
  kInspecting,  ///< how to open an input, and the resources
  kReading,     ///< how to open an input and which of its rows and columns to read
  kConverting,  ///< all of a conversion, and those of all formats, both ways
};

/// A command line taken apart.
struct Arguments {
  std::vector<std::string> positionals = {};
  OptionValues given = {};  ///< by option name, origin kRequest
  bool help = false;
};

struct Command {
  std::string_view name;
  std::string_view summary;                  ///< one line for the list of commands
  std::string_view positionals;              ///< "INPUT... [OUTPUT]"
  std::string_view description = {};         ///< further paragraphs of its help
  std::string_view examples = {};            ///< lines of its help, each a command
  std::span<const OptionSpec> options = {};  ///< its own
  TakesOptions takes = TakesOptions::kNone;
  int (*run)(Session& session, const Arguments& arguments) = nullptr;
  bool is_hidden = false;
  size_t positional_count_min = 0;
  size_t positional_count_max = SIZE_MAX;
};

/// All of them, in the order of the help. Constants of static storage.
std::span<const Command* const> Commands();
/// Null if there is none of that name.
const Command* FindCommand(std::string_view name);

/// One option as a command takes it.
struct CommandOption {
  const OptionSpec* spec = nullptr;
  std::string group = {};                        ///< heading in help
  char short_name = 0;                           ///< 0: none, or another option has it
  std::vector<std::string_view> spellings = {};  ///< long ones without "--", the first is the name
  bool is_of_format = false;
};

/// Every option of a command, once each: its own, the shared ones, those of formats.
std::vector<CommandOption> OptionsOf(const Command& command, const Registry& registry);

// One file each.
extern const Command kConvert, kRun, kInfo, kPreview, kValidate, kSchema, kCompare, kFormats,
    kExplain, kCompletions, kConfig, kReference;

}  // namespace pyforge::cli
