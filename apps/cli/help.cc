#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace pyforge::cli {
namespace {

constexpr size_t kUsageColumns = 30;
constexpr int kWidthOtherwise = 100;
constexpr int kWidthMax = 120;

std::string Dashed(std::string_view name) { return SpellOption(name, OptionSpelling::kFlag); }

std::string ValueName(const OptionSpec& spec) {
  if (!spec.value_name.empty()) return std::string(spec.value_name);
  if (!spec.choices.empty()) return fmt::format("{}", fmt::join(spec.choices, "|"));
  switch (spec.kind) {
    case OptionKind::kFlag:
      return {};
    case OptionKind::kInteger:
    case OptionKind::kNumber:
      return "N";
    case OptionKind::kBytes:
      return "SIZE";
    case OptionKind::kCharacter:
      return "CHAR";
    case OptionKind::kList:
      return "LIST";
    case OptionKind::kText:
    case OptionKind::kChoice:
      break;
  }
  return "TEXT";
}

std::string OptionEntry(const CommandOption& option, size_t width) {
  const std::string usage = OptionUsage(option);
  std::string text = "  " + usage;
  const size_t indent = kUsageColumns;
  if (usage.size() + 4 > indent) {
    text += '\n' + std::string(indent, ' ');
  } else {
    text.append(indent - text.size(), ' ');
  }
  return text + Wrapped(std::string(option.spec->help) + OptionRemarks(option), indent, width) +
         '\n';
}

size_t Width(const Console& console) {
  return static_cast<size_t>(std::clamp(console.width(kWidthOtherwise), 60, kWidthMax));
}

}  // namespace

std::string Wrapped(std::string_view text, size_t indent, size_t width) {
  std::string wrapped;
  size_t column = indent;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > indent && column + 1 + word.size() > width) {
      wrapped += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += word.size();
  }
  return wrapped;
}

std::string OptionUsage(const CommandOption& option) {
  std::string usage = option.short_name == 0 ? "    " : fmt::format("-{}, ", option.short_name);
  const bool is_switch = option.spec->kind == OptionKind::kFlag;
  // A flag that is on or unset by default is only worth its opposite.
  const bool is_on =
      is_switch && option.spec->default_value != nullptr && option.spec->default_value() != "false";
  usage += is_on ? "--[no-]" + Dashed(option.spec->name).substr(2) : Dashed(option.spec->name);
  const std::string value = ValueName(*option.spec);
  if (!value.empty()) usage += " " + value;
  return usage;
}

std::string OptionRemarks(const CommandOption& option) {
  std::string remarks;
  const std::string value =
      option.spec->default_value == nullptr ? std::string() : option.spec->default_value();
  if (!value.empty() && value != "false") remarks = fmt::format(" [default: {}]", value);
  std::vector<std::string> others;
  for (size_t i = 1; i < option.spellings.size(); ++i) {
    others.push_back(Dashed(option.spellings[i]));
  }
  if (!others.empty()) remarks += fmt::format(" [also: {}]", fmt::join(others, ", "));
  return remarks;
}

std::string ProgramHelp(const Console& console) {
  std::string text =
      "Converts data files: never silently wrong, never out of memory, nothing half-written.\n\n"
      "Usage: pyforge COMMAND [ARGUMENTS]\n\n";
  text += console.Styled("Commands", Style::kBold) + '\n';
  for (const Command* command : Commands()) {
    if (!command->is_hidden) text += fmt::format("  {:13}{}\n", command->name, command->summary);
  }
  text += '\n' + console.Styled("Everywhere", Style::kBold) + '\n';
  text +=
      "  -h, --help     help of a command: pyforge convert --help\n"
      "      --version  the version\n"
      "      --config FILE  settings; see pyforge config path\n\n"
      "Example: pyforge convert orders.csv orders.parquet\n";
  return text;
}

std::string CommandHelp(const Command& command, std::span<const CommandOption> options,
                        const Console& console) {
  const size_t width = Width(console);
  std::string text = Wrapped(command.summary, 0, width) + ".\n\n";
  text += fmt::format("Usage: pyforge {}{}{} [options]\n", command.name,
                      command.positionals.empty() ? "" : " ", command.positionals);
  if (!command.description.empty()) text += fmt::format("\n{}\n", command.description);
  std::string_view group;
  for (const CommandOption& option : options) {
    if (option.group != group) {
      group = option.group;
      text += '\n' + console.Styled(group, Style::kBold) + '\n';
    }
    text += OptionEntry(option, width);
  }
  text += "\n  -h, --help                  This help.\n";
  if (!command.examples.empty()) {
    text += '\n' + console.Styled("Examples", Style::kBold) + '\n' + std::string(command.examples);
  }
  return text;
}

}  // namespace pyforge::cli
