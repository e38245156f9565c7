// pyforge internal-reference DIR: the generated pages of docs/reference.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
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

/// In a table's cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell += '\\';
    cell += c;
  }
  return cell;
}

std::string OptionRow(const CommandOption& option) {
  std::string usage = OptionUsage(option);
  usage.erase(0, usage.find_first_not_of(' '));
  return fmt::format("| `{}` | {}{} |\n", Cell(usage), Cell(option.spec->help),
                     Cell(OptionRemarks(option)));
}

std::string OptionTables(std::span<const CommandOption> options, std::string_view heading) {
  std::string text, group;
  for (const CommandOption& option : options) {
    if (option.group != group) {
      group = option.group;
      text += fmt::format("\n{} {}\n\n| option | meaning |\n|---|---|\n", heading, group);
    }
    text += OptionRow(option);
  }
  return text;
}

std::string OptionsPage(const Registry& registry) {
  std::string text = std::string(kHead) +
                     "# Commands and options\n\nEvery option but `profile` can also be set in the "
                     "environment, as `PYFORGE_<OPTION>`, and in a\nconfiguration file; see "
                     "`pyforge config --help`.\n";
  for (const Command* command : Commands()) {
    if (command->is_hidden) continue;
    text += fmt::format("\n## pyforge {}\n\n{}.\n\n    pyforge {}{}{} [options]\n", command->name,
                        command->summary, command->name, command->positionals.empty() ? "" : " ",
                        command->positionals);
    if (!command->description.empty())
      text += fmt::format("\n```text\n{}\n```\n", command->description);
    std::vector<CommandOption> shown;
    // What every command takes stands once, at the end; what all formats have, on their pages.
    for (CommandOption& option : OptionsOf(*command, registry)) {
      const bool is_everywhere = FindOption(FrontEndOptionSpecs(), option.spec->name) != nullptr;
      if (!is_everywhere && !option.is_of_format) shown.push_back(std::move(option));
    }
    text += OptionTables(shown, "###");
    if (command->takes != TakesOptions::kNone) {
      text += "\nAnd the options of the formats: see [formats](formats/).\n";
    }
    if (!command->examples.empty()) {
      text += fmt::format("\n```text\n{}```\n", command->examples);
    }
  }
  text += "\n## Everywhere\n";
  std::vector<CommandOption> everywhere;
  for (const OptionSpec& spec : FrontEndOptionSpecs()) {
    everywhere.push_back({.spec = &spec,
                          .group = std::string(spec.group),
                          .short_name = spec.short_name,
                          .spellings = {spec.name}});
  }
  return text + OptionTables(everywhere, "###");
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
  std::string text = fmt::format("{}# {}: {}\n\n{}\n\n- Name: `{}`\n", kHead, format.name,
                                 format.title, format.description, format.name);
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
    text += "\n## Errors\n\n";
    for (const ErrorCode* code : format.errors) {
      text += fmt::format("- [{0}](../errors/{0}.md): {1}\n", code->id, code->summary);
    }
  }
  return text;
}

std::string ErrorIndex(const std::vector<const ErrorCode*>& codes) {
  std::string text =
      std::string(kHead) +
      "# Error codes\n\n`pyforge explain CODE` prints a page without these files.\n\n"
      "| code | exit | meaning |\n|---|---|---|\n";
  for (const ErrorCode* code : codes) {
    text += fmt::format("| [{0}]({0}.md) | {1} | {2} |\n", code->id, ExitCode(code->category),
                        Cell(code->summary));
  }
  return text;
}

int RunReference(Session& session, const Arguments& arguments) {
  const std::string& directory = arguments.positionals.front();
  const Registry& registry = session.registry();
  std::map<std::string, std::string> pages;
  pages["options.md"] = OptionsPage(registry);
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
