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

std::string SqlType(const arrow::DataType& type, Dialect dialect);

std::string NestedSqlType(const arrow::DataType& type, Dialect dialect) {
  const bool is_spark = dialect == Dialect::kSpark;
  if (type.id() == arrow::Type::STRUCT) {
    std::string fields;
    for (const auto& field : type.fields()) {
      if (!fields.empty()) fields += ", ";
      fields += is_spark
                    ? fmt::format("`{}`: {}", field->name(), SqlType(*field->type(), dialect))
                    : fmt::format("\"{}\" {}", field->name(), SqlType(*field->type(), dialect));
    }
    return is_spark ? fmt::format("STRUCT<{}>", fields) : fmt::format("STRUCT({})", fields);
  }
  if (type.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(type);
    const std::string key = SqlType(*map.key_type(), dialect);
    const std::string item = SqlType(*map.item_type(), dialect);
    return is_spark ? fmt::format("MAP<{}, {}>", key, item) : fmt::format("MAP({}, {})", key, item);
  }
  const std::string item = SqlType(*type.field(0)->type(), dialect);
  return is_spark ? fmt::format("ARRAY<{}>", item) : item + "[]";
}

std::string SqlType(const arrow::DataType& type, Dialect dialect) {
  const bool is_spark = dialect == Dialect::kSpark;
  switch (type.id()) {
    case arrow::Type::BOOL:
      return "BOOLEAN";
    case arrow::Type::INT8:
      return "TINYINT";
    case arrow::Type::INT16:
      return "SMALLINT";
    case arrow::Type::INT32:
      return is_spark ? "INT" : "INTEGER";
    case arrow::Type::INT64:
      return "BIGINT";
    // Spark has no unsigned types: the next wider one holds all values.
    case arrow::Type::UINT8:
      return is_spark ? "SMALLINT" : "UTINYINT";
    case arrow::Type::UINT16:
      return is_spark ? "INT" : "USMALLINT";
    case arrow::Type::UINT32:
      return is_spark ? "BIGINT" : "UINTEGER";
    case arrow::Type::UINT64:
      return is_spark ? "DECIMAL(20, 0)" : "UBIGINT";
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
      return "FLOAT";
    case arrow::Type::DOUBLE:
      return "DOUBLE";
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      // Neither keeps more digits than 38.
      if (decimal.precision() > 38) return is_spark ? "STRING" : "VARCHAR";
      return fmt::format("DECIMAL({}, {})", decimal.precision(), decimal.scale());
    }
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return "DATE";
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      return is_spark ? "STRING" : "TIME";
    case arrow::Type::TIMESTAMP: {
      const bool is_zoned = !static_cast<const arrow::TimestampType&>(type).timezone().empty();
      if (is_spark) return is_zoned ? "TIMESTAMP" : "TIMESTAMP_NTZ";
      return is_zoned ? "TIMESTAMPTZ" : "TIMESTAMP";
    }
    case arrow::Type::DURATION:
      return is_spark ? "INTERVAL DAY TO SECOND" : "INTERVAL";
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return is_spark ? "BINARY" : "BLOB";
    case arrow::Type::DICTIONARY:
      return SqlType(*static_cast<const arrow::DictionaryType&>(type).value_type(), dialect);
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST:
    case arrow::Type::STRUCT:
    case arrow::Type::MAP:
      return NestedSqlType(type, dialect);
    default:
      return is_spark ? "STRING" : "VARCHAR";
  }
}

std::string QuotedName(std::string_view name, char quote) {
  std::string quoted(1, quote);
  for (const char c : name) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

std::string Ddl(const std::string& table, const arrow::Schema& schema, Dialect dialect) {
  const char quote = dialect == Dialect::kSpark ? '`' : '"';
  std::string text = fmt::format("CREATE TABLE {} (", QuotedName(table, quote));
  for (int i = 0; i < schema.num_fields(); ++i) {
    const arrow::Field& field = *schema.field(i);
    text += fmt::format("{}\n  {} {}{}", i == 0 ? "" : ",", QuotedName(field.name(), quote),
                        SqlType(*field.type(), dialect), field.nullable() ? "" : " NOT NULL");
  }
  return text + "\n);\n";
}

std::string SchemaText(const arrow::Schema& schema, size_t width) {
  std::vector<TextColumn> columns = {{.title = "column"}, {.title = "type"}, {.title = "nulls"}};
  for (const auto& field : schema.fields()) {
    columns[0].cells.push_back(field->name());
    columns[1].cells.push_back(field->type()->ToString());
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
    session.out().Print(*contract + "\n");
    return 0;
  }
  const auto reader = Read(request, session.registry(), **context);
  if (!reader.ok()) return session.Fail(reader.status());
  const arrow::Schema& schema = *(*reader)->schema();
  if (own->ddl != Dialect::kNone) {
    const std::string table = own->table.empty() ? TableName(path) : own->table;
    session.out().Print(Ddl(table, schema, own->ddl));
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
