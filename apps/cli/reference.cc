// pyforge internal-reference DIR: the generated pages of docs/reference.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/help.h"
#include "cli/outcome.h"
#include "cli/requests.h"
#include "pyforge/error_page.h"

namespace pyforge::cli {
namespace {

constexpr std::string_view kHead =
    "<!-- Made by tools/generate_reference.sh from the program's own declarations. -->\n\n";

/// Lines of a help text without the blanks they are set in by.
std::string Unindented(std::string_view lines) {
  std::string text;
  bool is_start = true;
  for (const char c : lines) {
    if (is_start && c == ' ') continue;
    is_start = c == '\n';
    text += c;
  }
  return text;
}

/// Text as it is in a table's cell or a list: outside of backticks nothing of it is markup.
std::string Plain(std::string_view text) {
  std::string plain;
  bool is_code = false;
  for (const char c : text) {
    if (c == '`') is_code = !is_code;
    if (c == '|' || (!is_code && (c == '*' || c == '_' || c == '<'))) plain += '\\';
    plain += c;
  }
  return plain;
}

std::string CodeInCell(std::string_view text) {
  std::string code = "`";
  for (const char c : text) {
    if (c == '|') code += '\\';
    code += c;
  }
  return code + '`';
}

std::string OptionRow(const CommandOption& option) {
  std::string usage = OptionUsage(option);
  usage.erase(0, usage.find_first_not_of(' '));
  return fmt::format("| {} | {}{} |\n", CodeInCell(usage), Plain(option.spec->help),
                     Plain(OptionRemarks(option)));
}

/// A table for each run of options under one heading.
std::string OptionTables(std::span<const CommandOption> options) {
  std::string text, group;
  for (const CommandOption& option : options) {
    if (option.group != group) {
      group = option.group;
      text += fmt::format("\n| {} | |\n|---|---|\n", Plain(group));
    }
    text += OptionRow(option);
  }
  return text;
}

std::string Dashed(const OptionSpec& spec) {
  return fmt::format("`{}`", SpellOption(spec.name, OptionSpelling::kFlag));
}

bool IsAmong(std::span<const OptionSpec> specs, const CommandOption& option) {
  return std::any_of(specs.begin(), specs.end(),
                     [&option](const OptionSpec& spec) { return &spec == option.spec; });
}

std::string CommandSection(const Command& command, const Registry& registry) {
  std::string text = fmt::format("\n## pyforge {}\n\n{}.\n\n```text\npyforge {}{}{} [options]\n",
                                 command.name, Plain(command.summary), command.name,
                                 command.positionals.empty() ? "" : " ", command.positionals);
  if (!command.description.empty()) text += fmt::format("\n{}\n", command.description);
  text += "```\n";
  // Options that several commands take stand once, further down; those of the formats, on their
  // pages.
  std::vector<CommandOption> own;
  std::vector<std::string> shared;
  for (CommandOption& option : OptionsOf(command, registry)) {
    if (option.is_of_format || IsAmong(FrontEndOptionSpecs(), option)) continue;
    if (IsAmong(ConversionOptionSpecs(), option)) {
      shared.push_back(Dashed(*option.spec));
    } else {
      own.push_back(std::move(option));
    }
  }
  text += OptionTables(own);
  if (command.takes == TakesOptions::kConverting) {
    text +=
        "\nAlso all [shared options](#shared-options), and those of the "
        "[formats](README.md#formats).\n";
  } else if (command.takes != TakesOptions::kNone) {
    text += fmt::format(
        "\nAlso these [shared options](#shared-options): {}.\nAnd the options for reading of the "
        "[formats](README.md#formats).\n",
        fmt::join(shared, ", "));
  }
  if (!command.examples.empty())
    text += fmt::format("\n```sh\n{}```\n", Unindented(command.examples));
  return text;
}

std::string CommandsPage(const Registry& registry) {
  std::string text = std::string(kHead) + "# Commands and options\n\n";
  for (const Command* command : Commands()) {
    if (command->is_hidden) continue;
    text += fmt::format("- [{0}](#pyforge-{0}): {1}\n", command->name, Plain(command->summary));
  }
  text +=
      "- [Shared options](#shared-options), [options of every command](#everywhere), options of "
      "the\n"
      "  [formats](README.md#formats)\n\n"
      "`bad_rows` is spelt `--bad-rows` on the command line, `PYFORGE_BAD_ROWS` in the environment "
      "and\n`bad_rows` in a configuration file. A command line wins over the environment, and that "
      "over the files;\n`pyforge config show` tells where each value came from.\n";
  for (const Command* command : Commands()) {
    if (!command->is_hidden) text += CommandSection(*command, registry);
  }
  text += "\n## Shared options\n";
  std::vector<CommandOption> shared;
  for (CommandOption& option : OptionsOf(kConvert, registry)) {
    if (IsAmong(ConversionOptionSpecs(), option)) shared.push_back(std::move(option));
  }
  text += OptionTables(shared);
  text += "\n## Everywhere\n";
  std::vector<CommandOption> everywhere;
  for (const OptionSpec& spec : FrontEndOptionSpecs()) {
    everywhere.push_back({.spec = &spec,
                          .group = std::string(spec.group),
                          .short_name = spec.short_name,
                          .spellings = {spec.name}});
  }
  return text + OptionTables(everywhere);
}

std::string FormatOptions(std::string_view title, std::span<const OptionSpec> specs) {
  if (specs.empty()) return {};
  std::string text = fmt::format("\n## {}\n\n| option | meaning |\n|---|---|\n", title);
  for (const OptionSpec& spec : specs) {
    CommandOption option{.spec = &spec, .short_name = spec.short_name, .spellings = {spec.name}};
    for (std::string_view alias : spec.aliases) option.spellings.push_back(alias);
    text += OptionRow(option);
  }
  return text;
}

std::string FormatPage(const FormatDescriptor& format) {
  const bool reads = format.open_input != nullptr, writes = format.open_output != nullptr;
  std::string text =
      fmt::format("{}# {}: {}\n\n{}\n\n- Name for `--from` and `--to`: `{}`\n", kHead, format.name,
                  Plain(format.title), Plain(format.description), format.name);
  if (!format.aliases.empty()) {
    text += fmt::format("- Other names: `{}`\n", fmt::join(format.aliases, "`, `"));
  }
  text += fmt::format("- Extensions: `{}`\n- Read: {}\n- Written: {}\n",
                      fmt::join(format.extensions, "`, `"), reads ? "yes" : "no",
                      writes ? "yes" : "no");
  if (writes) {
    text += fmt::format("- Tables in one file: {}\n", format.holds_many_tables ? "many" : "one");
  }
  if (reads) text += FormatOptions("Options for reading", format.read_options);
  if (writes) text += FormatOptions("Options for writing", format.write_options);
  if (!format.errors.empty()) {
    text += "\n## Errors\n\n| code | meaning |\n|---|---|\n";
    for (const ErrorCode* code : format.errors) {
      text += fmt::format("| [{0}](../errors/{0}.md) | {1} |\n", code->id, Plain(code->summary));
    }
  }
  return text;
}

std::string IndexPage(const Registry& registry) {
  std::string text =
      std::string(kHead) +
      "# Reference\n\n"
      "- [Commands and options](commands.md)\n"
      "- [Error codes and exit codes](errors/README.md)\n"
      "- [pyforge.schema.json](pyforge.schema.json): the JSON Schema of configuration files, as\n"
      "  `pyforge config schema` prints it\n\n"
      "## Formats\n\n| format | read | written | extensions | what it is "
      "|\n|---|---|---|---|---|\n";
  for (const FormatDescriptor* format : registry.formats()) {
    text += fmt::format("| [{0}](formats/{0}.md) | {1} | {2} | `{3}` | {4} |\n", format->name,
                        format->open_input != nullptr ? "yes" : "",
                        format->open_output != nullptr ? "yes" : "",
                        fmt::join(format->extensions, "` `"), Plain(format->title));
  }
  return text;
}

std::string ErrorIndex(const std::vector<const ErrorCode*>& codes) {
  std::string text = std::string(kHead) +
                     "# Error codes\n\n"
                     "An error is printed with its code; `pyforge explain CODE` prints the code's "
                     "page without these files.\nWarnings in a report bear codes too; they do not "
                     "change the exit code.\n\n"
                     "## Exit codes\n\n| exit | category |\n|---|---|\n"
                     "| 0 | done |\n| 1 | `pyforge compare`: the data differ |\n";
  for (int i = 0; i <= static_cast<int>(ErrorCategory::kInternal); ++i) {
    const auto category = static_cast<ErrorCategory>(i);
    const bool is_signal = category == ErrorCategory::kInterrupted;
    text +=
        fmt::format("| {} | {} |\n", is_signal ? "130 or 143" : std::to_string(ExitCode(category)),
                    CategoryName(category));
  }
  text += "\n## Codes\n\n| code | exit | meaning |\n|---|---|---|\n";
  for (const ErrorCode* code : codes) {
    text += fmt::format("| [{0}]({0}.md) | {1} | {2} |\n", code->id, ExitCode(code->category),
                        Plain(code->summary));
  }
  return text;
}

int RunReference(Session& session, const Arguments& arguments) {
  const std::string& directory = arguments.positionals.front();
  const Registry& registry = session.registry();
  std::map<std::string, std::string> pages;
  pages["README.md"] = IndexPage(registry);
  pages["commands.md"] = CommandsPage(registry);
  pages["pyforge.schema.json"] = ConfigurationJsonSchema(registry) + "\n";
  for (const FormatDescriptor* format : registry.formats()) {
    pages[fmt::format("formats/{}.md", format->name)] = FormatPage(*format);
  }
  const std::vector<const ErrorCode*> codes = registry.errors();
  pages["errors/README.md"] = ErrorIndex(codes);
  for (const ErrorCode* code : codes) {
    pages[fmt::format("errors/{}.md", code->id)] =
        std::string(kHead) + ErrorPage(*code, OptionSpelling::kFlag);
  }
  for (const auto& [name, text] : pages) {
    const std::filesystem::path path = std::filesystem::path(directory) / name;
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure) {
      return session.Fail(Fail(kWriteFailed, {.path = path.parent_path()},
                               "the directory cannot be made: {}", failure.message()));
    }
    const Status written = WriteTextFile(path, text);
    if (!written.ok()) return session.Fail(written);
  }
  session.Note(fmt::format("{} pages in {}", pages.size(), directory));
  return 0;
}

}  // namespace

const Command kReference = {
    .name = "internal-reference",
    .summary = "Writes the generated reference pages",
    .positionals = "DIR",
    .run = RunReference,
    .is_hidden = true,
    .positional_count_min = 1,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
