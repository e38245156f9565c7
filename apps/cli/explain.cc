// pyforge explain: an error code's page, offline.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/requests.h"
#include "cli/text_table.h"
#include "pyforge/error_page.h"

namespace pyforge::cli {
namespace {

struct ExplainOptions {
  bool json = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&ExplainOptions::json>("json",
                                                    "Print the page's parts, or the list, as "
                                                    "JSON.")),
};

using Json = nlohmann::ordered_json;

Json CodeJson(const ErrorCode& code) {
  return {{"code", code.id},
          {"category", CategoryName(code.category)},
          {"exit_code", ExitCode(code.category)},
          {"summary", code.summary},
          {"fix", FixText(code, OptionSpelling::kFlag)},
          {"details", code.details}};
}

int PrintList(Session& session, const std::vector<const ErrorCode*>& codes, bool as_json) {
  if (as_json) {
    Json list = Json::array();
    for (const ErrorCode* code : codes) list.push_back(CodeJson(*code));
    session.out().Print(list.dump(2) + "\n");
    return 0;
  }
  std::vector<TextColumn> columns = {
      {.title = "code"}, {.title = "exit", .align = Align::kRight}, {.title = "meaning"}};
  for (const ErrorCode* code : codes) {
    columns[0].cells.emplace_back(code->id);
    columns[1].cells.push_back(std::to_string(ExitCode(code->category)));
    columns[2].cells.emplace_back(code->summary);
  }
  session.out().Print(PrintTable(columns, {.cell_width_max = 120}).text);
  return 0;
}

int RunExplain(Session& session, const Arguments& arguments) {
  const Result<ExplainOptions> own = ParseOwn<ExplainOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  const std::vector<const ErrorCode*> codes = session.registry().errors();
  if (arguments.positionals.empty()) return PrintList(session, codes, own->json);
  const std::string& id = arguments.positionals.front();
  std::vector<std::string_view> known;
  for (const ErrorCode* code : codes) {
    if (code->id == id) {
      session.out().Print(own->json ? CodeJson(*code).dump(2) + "\n"
                                    : ErrorPage(*code, OptionSpelling::kFlag));
      return 0;
    }
    known.push_back(code->id);
  }
  const std::string_view nearest = NearestName(id, known);
  return session.Fail(Fail(kBadRequest, {}, "there is no error code '{}'{}", id,
                           nearest.empty() ? "; `pyforge explain` lists them all"
                                           : fmt::format("; did you mean '{}'?", nearest)));
}

}  // namespace

const Command kExplain = {
    .name = "explain",
    .summary = "Explains an error code, or lists them all",
    .positionals = "[CODE]",
    .examples = "  pyforge explain csv.ragged_row\n",
    .options = kOptions,
    .run = RunExplain,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
