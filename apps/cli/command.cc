#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pyforge/configuration.h"
#include "pyforge/conversion.h"

namespace pyforge::cli {
namespace {

using namespace std::string_view_literals;

// The options of conversions that make sense where nothing is written.
constexpr std::array kInspectingOptions = {"from"sv, "memory"sv, "threads"sv, "temp_max"sv};
constexpr std::array kReadingOptions = {
    "from"sv,   "types"sv,    "schema"sv,       "columns"sv, "rename"sv, "cast"sv,    "filter"sv,
    "strict"sv, "bad_rows"sv, "max_bad_rows"sv, "limit"sv,   "memory"sv, "threads"sv, "temp_max"sv};

bool Takes(TakesOptions takes, std::string_view name) {
  switch (takes) {
    case TakesOptions::kNone:
      return false;
    case TakesOptions::kInspecting:
      return std::find(kInspectingOptions.begin(), kInspectingOptions.end(), name) !=
             kInspectingOptions.end();
    case TakesOptions::kReading:
      return std::find(kReadingOptions.begin(), kReadingOptions.end(), name) !=
             kReadingOptions.end();
    case TakesOptions::kConverting:
      // The profile is a setting of an installation, and `--profile` belongs to the trace.
      return name != "profile";
  }
  return false;
}

/// The options of all formats by name, with who reads and writes with them.
class FormatOptions {
 public:
  void Add(const FormatDescriptor& format, std::span<const OptionSpec> specs, bool reading) {
    for (const OptionSpec& spec : specs) {
      auto found = std::find_if(entries_.begin(), entries_.end(), [&spec](const Entry& entry) {
        return entry.spec->name == spec.name;
      });
      if (found == entries_.end()) found = entries_.insert(entries_.end(), Entry{.spec = &spec});
      auto& formats = reading ? found->readers : found->writers;
      formats.push_back(format.name);
    }
  }

  void AppendTo(std::vector<CommandOption>* options) const {
    for (const Entry& entry : entries_) {
      options->push_back({.spec = entry.spec, .group = Heading(entry), .is_of_format = true});
    }
  }

 private:
  struct Entry {
    const OptionSpec* spec = nullptr;
    std::vector<std::string_view> readers = {}, writers = {};
  };

  static std::string Heading(const Entry& entry) {
    const std::string readers = fmt::format("{}", fmt::join(entry.readers, ", "));
    const std::string writers = fmt::format("{}", fmt::join(entry.writers, ", "));
    if (writers.empty()) return fmt::format("Reading {}", readers);
    if (readers.empty()) return fmt::format("Writing {}", writers);
    if (readers == writers) return fmt::format("Reading and writing {}", readers);
    return fmt::format("Reading {}, writing {}", readers, writers);
  }

  std::vector<Entry> entries_;
};

/// Puts the options under one heading together, the headings in the order of their first option.
void GroupTogether(std::vector<CommandOption>* options) {
  std::vector<std::string> order;
  for (const CommandOption& option : *options) {
    if (std::find(order.begin(), order.end(), option.group) == order.end()) {
      order.push_back(option.group);
    }
  }
  const auto rank = [&order](const CommandOption& option) {
    return std::find(order.begin(), order.end(), option.group) - order.begin();
  };
  std::stable_sort(options->begin(), options->end(),
                   [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

}  // namespace

std::span<const Command* const> Commands() {
  static constexpr std::array kCommands = {&kConvert, &kInfo,    &kPreview,     &kValidate,
                                           &kSchema,  &kCompare, &kFormats,     &kRun,
                                           &kExplain, &kConfig,  &kCompletions, &kReference};
  return kCommands;
}

const Command* FindCommand(std::string_view name) {
  for (const Command* command : Commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

std::vector<CommandOption> OptionsOf(const Command& command, const Registry& registry) {
  std::vector<CommandOption> options;
  for (const OptionSpec& spec : command.options) {
    options.push_back(
        {.spec = &spec, .group = spec.group.empty() ? "Options" : std::string(spec.group)});
  }
  for (const OptionSpec& spec : ConversionOptionSpecs()) {
    if (!Takes(command.takes, spec.name)) continue;
    options.push_back({.spec = &spec, .group = std::string(spec.group)});
  }
  if (command.takes != TakesOptions::kNone) {
    FormatOptions of_formats;
    for (const FormatDescriptor* format : registry.formats()) {
      if (format->open_input != nullptr) of_formats.Add(*format, format->read_options, true);
      if (command.takes == TakesOptions::kConverting && format->open_output != nullptr) {
        of_formats.Add(*format, format->write_options, false);
      }
    }
    of_formats.AppendTo(&options);
  }
  for (const OptionSpec& spec : FrontEndOptionSpecs()) {
    options.push_back({.spec = &spec, .group = std::string(spec.group)});
  }
  // Where two options share a name, the first keeps it: a command's own before the shared ones.
  // Names go before aliases, so that an old spelling never hides an option.
  std::vector<std::string_view> taken;
  const auto take = [&taken](std::string_view spelling) {
    if (std::find(taken.begin(), taken.end(), spelling) != taken.end()) return false;
    taken.push_back(spelling);
    return true;
  };
  std::string short_names = "h";
  std::vector<CommandOption> unique;
  for (CommandOption& option : options) {
    if (!take(option.spec->name)) continue;
    option.spellings.push_back(option.spec->name);
    unique.push_back(std::move(option));
  }
  for (CommandOption& option : unique) {
    for (std::string_view alias : option.spec->aliases) {
      if (take(alias)) option.spellings.push_back(alias);
    }
    if (option.spec->name == "trace" && take("profile")) option.spellings.emplace_back("profile");
    const char short_name = option.spec->short_name;
    if (short_name != 0 && short_names.find(short_name) == std::string::npos) {
      option.short_name = short_name;
      short_names += short_name;
    }
  }
  GroupTogether(&unique);
  return unique;
}

}  // namespace pyforge::cli
