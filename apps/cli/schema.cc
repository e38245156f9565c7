// pyforge schema: columns and types, settled by all rows.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "cli/requests.h"
#include "cli/text_table.h"
#include "pyforge/pyforge.h"

namespace pyforge {
namespace cli {

enum class Dialect : uint8_t { kNone, kSpark, kDuckdb };

}  // namespace cli

template <>
inline constexpr std::string_view kEnumNames<cli::Dialect>[] = {"none", "spark", "duckdb"};

}  // namespace pyforge

namespace pyforge::cli {
namespace {

struct SchemaOptions {
  std::string table = {};
  bool json = false;
  Dialect ddl = Dialect::kNone;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&SchemaOptions::table>("table", "Which table; left out: the first.",
                                                    "NAME", {}, 't')),
    InGroup("Output", Option<&SchemaOptions::json>("json", "A contract that --schema takes.")),
    InGroup("Output", Option<&SchemaOptions::ddl>("ddl", "A CREATE TABLE statement.")),
};

std::string SchemaText(const arrow::Schema& schema, size_t width) {
  std::vector<TextColumn> columns = {{.title = "column"}, {.title = "type"}, {.title = "nulls"}};
  for (const auto& field : schema.fields()) {
    columns[0].cells.push_back(field->name());
    columns[1].cells.push_back(TypeName(*field->type()));
    columns[2].cells.emplace_back(field->nullable() ? "possible" : "none");
  }
  return PrintTable(columns, {.width_max = width, .cell_width_max = 60}).text;
}

/// "orders" for "data/orders.csv.gz".
std::string TableName(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::string stem = name.substr(0, name.find('.', 1));
  return stem.empty() || stem == "-" ? "data" : stem;
}

int RunSchema(Session& session, const Arguments& arguments) {
  const Result<SchemaOptions> own = ParseOwn<SchemaOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  const Result<ExecutionContext*> context = session.StartJob(arguments.given);
  if (!context.ok()) return session.Fail(context.status());
  const std::string& path = arguments.positionals.front();
  const InspectRequest request = MakeInspectRequest(session, arguments, path, own->table, kOptions);
  if (own->json) {
    const Result<std::string> contract = InferSchemaJson(request, session.registry(), **context);
    if (!contract.ok()) return session.Fail(contract.status());
    for (const std::string& warning : (*context)->warnings()) session.Warn(warning);
    session.out().Print(*contract + (contract->ends_with('\n') ? "" : "\n"));
    return 0;
  }
  const auto reader = Read(request, session.registry(), **context);
  if (!reader.ok()) return session.Fail(reader.status());
  for (const std::string& warning : (*context)->warnings()) session.Warn(warning);
  const arrow::Schema& schema = *(*reader)->schema();
  if (own->ddl != Dialect::kNone) {
    const std::string table = own->table.empty() ? TableName(path) : own->table;
    const Result<std::string> ddl =
        SchemaToDdl(schema, table, options_internal::PrintField(own->ddl));
    if (!ddl.ok()) return session.Fail(ddl.status());
    session.out().Print(*ddl + (ddl->ends_with('\n') ? "" : "\n"));
  } else {
    session.out().Print(SchemaText(schema, static_cast<size_t>(session.out().width(0))));
  }
  return 0;
}

}  // namespace

const Command kSchema = {
    .name = "schema",
    .summary = "Shows columns and types, decided by all rows",
    .positionals = "PATH",
    .examples =
        "  pyforge schema orders.csv --json > orders.schema.json\n"
        "  pyforge convert more.csv --schema orders.schema.json\n",
    .options = kOptions,
    .takes = TakesOptions::kReading,
    .run = RunSchema,
    .positional_count_min = 1,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
