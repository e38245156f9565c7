// pyforge info: what is in a file.
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/explanation_text.h"
#include "cli/requests.h"
#include "cli/text_table.h"
#include "pyforge/pyforge.h"

namespace pyforge {
namespace cli {

enum class InfoFormat : uint8_t { kTable, kJson, kYaml };

}  // namespace cli

template <>
inline constexpr std::string_view kEnumNames<cli::InfoFormat>[] = {"table", "json", "yaml"};

}  // namespace pyforge

namespace pyforge::cli {
namespace {

struct InfoOptions {
  bool json = false;
  InfoFormat format = InfoFormat::kTable;
  bool explain = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&InfoOptions::json>("json", "Short for --format json.")),
    InGroup("Output", Option<&InfoOptions::format>("format", "How to print it.", {}, {}, 'f')),
    InGroup("Output",
            Option<&InfoOptions::explain>(
                "explain",
                "Say why it is read so: what was found, what else was in question, with scores.")),
};

using Json = nlohmann::ordered_json;

/// Block style; scalars are written as JSON, which YAML contains.
void AppendYaml(const Json& json, size_t indent, std::string* text) {
  const std::string blanks(indent, ' ');
  const auto append_item = [&](std::string_view lead, const Json& value) {
    *text += blanks;
    *text += lead;
    if (value.is_structured() && !value.empty()) {
      *text += '\n';
      AppendYaml(value, indent + 2, text);
    } else {
      *text += ' ' + value.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
    }
  };
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      append_item(Json(key).dump(-1, ' ', false, Json::error_handler_t::replace) + ":", value);
    }
  } else {
    for (const Json& value : json) append_item("-", value);
  }
}

std::string FindingText(const Finding& finding) {
  std::string text = Visible(finding.value);
  if (finding.confidence < 1 || !finding.alternatives.empty()) {
    text += fmt::format("  ({:.0f} % sure", finding.confidence * 100);
    for (size_t i = 0; i < finding.alternatives.size() && i < 3; ++i) {
      text += (i == 0 ? "; else " : ", ") + Visible(finding.alternatives[i]);
    }
    text += ")";
  }
  return text;
}

std::string Line(std::string_view name, std::string_view value) {
  return fmt::format("  {:{}}  {}\n", name, kFindingNameWidth, value);
}

std::string TableText(const TableInfo& info, size_t width) {
  const int column_count = info.schema == nullptr ? 0 : info.schema->num_fields();
  std::string text =
      fmt::format("\nTable {}: {}", Visible(info.name), Counted(column_count, "column"));
  if (info.row_count) text += ", " + Counted(*info.row_count, "row");
  text += '\n';
  for (const Finding& finding : info.findings) text += Line(finding.name, FindingText(finding));
  if (column_count == 0) return text;
  std::vector<TextColumn> columns = {{.title = "#", .align = Align::kRight},
                                     {.title = "column"},
                                     {.title = info.types_are_final ? "type" : "type so far"},
                                     {.title = "nulls"}};
  for (int i = 0; i < column_count; ++i) {
    const arrow::Field& field = *info.schema->field(i);
    columns[0].cells.push_back(std::to_string(i + 1));
    columns[1].cells.push_back(field.name());
    columns[2].cells.push_back(TypeName(*field.type()));
    columns[3].cells.emplace_back(field.nullable() ? "possible" : "none");
  }
  return text + PrintTable(columns, {.width_max = width, .cell_width_max = 60}).text;
}

std::string InfoText(const Inspection& inspection, size_t width) {
  std::string text = "File Information\n";
  text += Line("path", inspection.path == "-" ? "standard input" : Visible(inspection.path));
  std::string format = inspection.format;
  if (!inspection.format_reason.empty()) {
    format += fmt::format("  ({:.0f} % sure: {})", inspection.format_confidence * 100,
                          inspection.format_reason);
  }
  text += Line("format", format);
  text += Line("size", inspection.stored_bytes > 0 || inspection.path != "-"
                           ? fmt::format("{}{}", SizeText(inspection.stored_bytes),
                                         inspection.container.empty() ? std::string()
                                                                      : ", " + inspection.container)
                           : "unknown");
  const std::optional<Explanation>& explanation = inspection.explanation;
  if (explanation) {
    text += "\n" + InputExplanationText(*explanation, "Why it is read so");
  } else {
    for (const Finding& finding : inspection.findings) {
      text += Line(finding.name, FindingText(finding));
    }
  }
  for (size_t i = 0; i < inspection.tables.size(); ++i) {
    text += TableText(inspection.tables[i], width);
    if (explanation && i < explanation->tables.size()) {
      text += TableExplanationText(explanation->tables[i]);
    }
  }
  return text;
}

int RunInfo(Session& session, const Arguments& arguments) {
  const Result<InfoOptions> own = ParseOwn<InfoOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  const InfoFormat format = own->json ? InfoFormat::kJson : own->format;
  if (format == InfoFormat::kJson) session.UseJsonErrors();
  const Result<ExecutionContext*> context = session.StartJob(arguments.given);
  if (!context.ok()) return session.Fail(context.status());
  InspectRequest request =
      MakeInspectRequest(session, arguments, arguments.positionals.front(), "", kOptions);
  request.explain = own->explain;
  const Result<Inspection> inspection = Inspect(request, session.registry(), **context);
  if (!inspection.ok()) return session.Fail(inspection.status());
  for (const std::string& warning : (*context)->warnings()) session.Warn(warning);
  if (format == InfoFormat::kTable) {
    session.out().Print(InfoText(*inspection, static_cast<size_t>(session.out().width(0))));
  } else {
    std::string text = InspectionToJson(*inspection) + "\n";
    if (format == InfoFormat::kYaml) {
      const Json json = Json::parse(text);
      text.clear();
      AppendYaml(json, 0, &text);
    }
    session.out().Print(text);
  }
  return 0;
}

}  // namespace

const Command kInfo = {
    .name = "info",
    .summary = "Shows what is in a file: tables, columns, types, encoding, metadata",
    .positionals = "PATH",
    .description =
        "Reads metadata and samples only, so it is quick for any size. Types of text "
        "formats are those of the\nsamples; `pyforge schema` reads all of it.",
    .options = kOptions,
    .takes = TakesOptions::kInspecting,
    .run = RunInfo,
    .positional_count_min = 1,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
