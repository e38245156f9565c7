// pyforge config: every setting, its value and where that came from.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/requests.h"
#include "cli/text_table.h"

namespace pyforge::cli {
namespace {

struct ConfigOptions {
  bool json = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&ConfigOptions::json>("json", "Print the settings as JSON.")),
};

int Show(Session& session, bool as_json) {
  auto settings = nlohmann::ordered_json::object();
  std::vector<TextColumn> columns = {{.title = "setting"}, {.title = "value"}, {.title = "from"}};
  for (const OptionSpec* spec : ConfigurableOptions(session.registry())) {
    std::string value = spec->default_value == nullptr ? "" : spec->default_value();
    std::string source = "default";
    const auto found = session.configuration().find(spec->name);
    if (found != session.configuration().end()) {
      value = found->second.value.value;
      source = found->second.source;
    }
    settings[std::string(spec->name)] = {{"value", value}, {"from", source}};
    columns[0].cells.emplace_back(spec->name);
    columns[1].cells.push_back(std::move(value));
    columns[2].cells.push_back(std::move(source));
  }
  session.out().Print(
      as_json
          ? settings.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"
          : PrintTable(columns, {.width_max = static_cast<size_t>(session.out().width(0))}).text);
  return 0;
}

int ShowPaths(Session& session) {
  std::string text;
  for (const std::string& file :
       ConfigurationFiles(session.Sources(session.configuration_file()))) {
    text += file + "\n";
  }
  session.out().Print(text);
  return 0;
}

int RunConfig(Session& session, const Arguments& arguments) {
  const Result<ConfigOptions> own = ParseOwn<ConfigOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  const std::string action = arguments.positionals.empty() ? "show" : arguments.positionals.front();
  if (action == "show") return Show(session, own->json);
  if (action == "path") return ShowPaths(session);
  if (action == "schema") {
    session.out().Print(ConfigurationJsonSchema(session.registry()) + "\n");
    return 0;
  }
  return session.Fail(
      Fail(kBadRequest, {}, "`pyforge config` takes show, path or schema, not '{}'", action));
}

}  // namespace

const Command kConfig = {
    .name = "config",
    .summary = "Shows every setting and where it came from",
    .positionals = "[show|path|schema]",
    .description =
        "  show    every setting, its value and its origin (left out: the same)\n"
        "  path    the files that are read, strongest first\n"
        "  schema  the JSON Schema of such a file\n\n"
        "The command line wins over the environment (PYFORGE_MEMORY for --memory), that over the\n"
        "files. A file holds lines such as `memory: 256MiB`; names as in `pyforge config show`.",
    .options = kOptions,
    .run = RunConfig,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
