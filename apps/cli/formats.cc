// pyforge formats: what can be read and written; made from the descriptors alone.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/requests.h"
#include "cli/text_table.h"

namespace pyforge::cli {
namespace {

struct FormatsOptions {
  bool json = false;
  bool input = false;
  bool output = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&FormatsOptions::json>("json", "With all options of each format.")),
    InGroup("Output", Option<&FormatsOptions::input>("input", "Only formats that are read.")),
    InGroup("Output", Option<&FormatsOptions::output>("output", "Only formats that are written.")),
};

using Json = nlohmann::ordered_json;

constexpr std::string_view kKindNames[] = {"flag", "integer",   "number", "bytes",
                                           "text", "character", "choice", "list"};

Json OptionsJson(std::span<const OptionSpec> specs) {
  Json options = Json::array();
  for (const OptionSpec& spec : specs) {
    const std::string value = spec.default_value == nullptr ? "" : spec.default_value();
    options.push_back({{"name", spec.name},
                       {"flag", SpellOption(spec.name, OptionSpelling::kFlag)},
                       {"kind", kKindNames[static_cast<size_t>(spec.kind)]},
                       {"choices", spec.choices},
                       {"default", value.empty() ? Json() : Json(value)},
                       {"help", spec.help}});
  }
  return options;
}

Json FormatJson(const FormatDescriptor& format) {
  return {{"name", format.name},
          {"title", format.title},
          {"description", format.description},
          {"extensions", format.extensions},
          {"aliases", format.aliases},
          {"reads", format.open_input != nullptr},
          {"writes", format.open_output != nullptr},
          {"holds_many_tables", format.holds_many_tables},
          {"read_options", OptionsJson(format.read_options)},
          {"write_options", OptionsJson(format.write_options)}};
}

int RunFormats(Session& session, const Arguments& arguments) {
  const Result<FormatsOptions> own = ParseOwn<FormatsOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  std::vector<const FormatDescriptor*> shown;
  for (const FormatDescriptor* format : session.registry().formats()) {
    if (own->input && format->open_input == nullptr) continue;
    if (own->output && format->open_output == nullptr) continue;
    shown.push_back(format);
  }
  if (own->json) {
    Json formats = Json::array();
    for (const FormatDescriptor* format : shown) formats.push_back(FormatJson(*format));
    session.out().Print(formats.dump(2) + "\n");
    return 0;
  }
  std::vector<TextColumn> columns = {{.title = "format"},
                                     {.title = "reads"},
                                     {.title = "writes"},
                                     {.title = "extensions"},
                                     {.title = "what it is"}};
  for (const FormatDescriptor* format : shown) {
    columns[0].cells.emplace_back(format->name);
    columns[1].cells.emplace_back(format->open_input == nullptr ? "" : "yes");
    columns[2].cells.emplace_back(format->open_output == nullptr ? "" : "yes");
    columns[3].cells.push_back(fmt::format("{}", fmt::join(format->extensions, " ")));
    columns[4].cells.emplace_back(format->title);
  }
  std::string text = "Supported Formats\n\n";
  text += PrintTable(columns, {.width_max = static_cast<size_t>(session.out().width(0)),
                               .cell_width_max = 60})
              .text;
  text += "\nThe options of each: pyforge convert --help, or pyforge formats --json\n";
  session.out().Print(text);
  return 0;
}

}  // namespace

const Command kFormats = {
    .name = "formats",
    .summary = "Lists the formats, and with --json their options",
    .positionals = "",
    .options = kOptions,
    .run = RunFormats,
    .positional_count_max = 0,
};

}  // namespace pyforge::cli
