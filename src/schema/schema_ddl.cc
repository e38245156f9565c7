// Schemas as CREATE TABLE statements.
#include <arrow/type.h>

#include "schema/errors.h"
#include "schema/schema_json.h"
#include "schema/type_name.h"

namespace pyforge::schema {
namespace {

enum class Dialect : uint8_t { kSpark, kDuckdb };

std::string Quoted(std::string_view name, char quote) {
  std::string quoted(1, quote);
  for (const char c : name) {
    quoted += c;
    if (c == quote) quoted += c;
  }
  return quoted + quote;
}

char QuoteOf(Dialect dialect) { return dialect == Dialect::kSpark ? '`' : '"'; }

std::string TypeIn(Dialect dialect, const arrow::DataType& type);

std::string StructIn(Dialect dialect, const arrow::DataType& type) {
  const bool spark = dialect == Dialect::kSpark;
  std::string text = spark ? "STRUCT<" : "STRUCT(";
  for (int i = 0; i < type.num_fields(); ++i) {
    if (i != 0) text += ", ";
    text += Quoted(type.field(i)->name(), QuoteOf(dialect)) + (spark ? ": " : " ") +
            TypeIn(dialect, *type.field(i)->type());
  }
  return text + (spark ? ">" : ")");
}

std::string MapIn(Dialect dialect, const arrow::MapType& type) {
  const std::string inner =
      TypeIn(dialect, *type.key_type()) + ", " + TypeIn(dialect, *type.item_type());
  return dialect == Dialect::kSpark ? "MAP<" + inner + ">" : "MAP(" + inner + ")";
}

std::string DecimalIn(Dialect dialect, const arrow::DecimalType& type) {
  if (type.precision() > 38 || type.scale() < 0) {
    return dialect == Dialect::kSpark ? "STRING" : "VARCHAR";
  }
  return fmt::format("DECIMAL({}, {})", type.precision(), type.scale());
}

std::string TimestampIn(Dialect dialect, const arrow::TimestampType& type) {
  if (dialect == Dialect::kSpark) return type.timezone().empty() ? "TIMESTAMP_NTZ" : "TIMESTAMP";
  if (!type.timezone().empty()) return "TIMESTAMP WITH TIME ZONE";
  switch (type.unit()) {
    case arrow::TimeUnit::SECOND:
      return "TIMESTAMP_S";
    case arrow::TimeUnit::MILLI:
      return "TIMESTAMP_MS";
    case arrow::TimeUnit::NANO:
      return "TIMESTAMP_NS";
    case arrow::TimeUnit::MICRO:
      break;
  }
  return "TIMESTAMP";
}

// Spark has no unsigned integers: the next wider type holds them.
std::string TypeIn(Dialect dialect, const arrow::DataType& type) {
  const bool spark = dialect == Dialect::kSpark;
  switch (type.id()) {
    case arrow::Type::NA:
      return spark ? "VOID" : "\"NULL\"";
    case arrow::Type::BOOL:
      return "BOOLEAN";
    case arrow::Type::INT8:
      return "TINYINT";
    case arrow::Type::INT16:
      return "SMALLINT";
    case arrow::Type::INT32:
      return spark ? "INT" : "INTEGER";
    case arrow::Type::INT64:
      return "BIGINT";
    case arrow::Type::UINT8:
      return spark ? "SMALLINT" : "UTINYINT";
    case arrow::Type::UINT16:
      return spark ? "INT" : "USMALLINT";
    case arrow::Type::UINT32:
      return spark ? "BIGINT" : "UINTEGER";
    case arrow::Type::UINT64:
      return spark ? "DECIMAL(20, 0)" : "UBIGINT";
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
      return "FLOAT";
    case arrow::Type::DOUBLE:
      return "DOUBLE";
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return DecimalIn(dialect, static_cast<const arrow::DecimalType&>(type));
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
      return "DATE";
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
      return spark ? "STRING" : "TIME";
    case arrow::Type::TIMESTAMP:
      return TimestampIn(dialect, static_cast<const arrow::TimestampType&>(type));
    case arrow::Type::DURATION:
      return spark ? "INTERVAL DAY TO SECOND" : "INTERVAL";
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return spark ? "BINARY" : "BLOB";
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      const std::string item = TypeIn(dialect, *type.field(0)->type());
      return spark ? "ARRAY<" + item + ">" : item + "[]";
    }
    case arrow::Type::STRUCT:
      return StructIn(dialect, type);
    case arrow::Type::MAP:
      return MapIn(dialect, static_cast<const arrow::MapType&>(type));
    case arrow::Type::DICTIONARY:
      return TypeIn(dialect, *static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      return spark ? "STRING" : "VARCHAR";
  }
}

}  // namespace

Result<std::string> SchemaToDdl(const arrow::Schema& schema, std::string_view table,
                                std::string_view dialect) {
  if (dialect != "spark" && dialect != "duckdb") {
    return Fail(kBadOption, {}, "the option 'ddl' cannot be '{}': it takes spark or duckdb",
                dialect);
  }
  const Dialect target = dialect == "spark" ? Dialect::kSpark : Dialect::kDuckdb;
  std::string text = "CREATE TABLE " + Quoted(table, QuoteOf(target)) + " (";
  bool is_first = true;
  for (const auto& field : schema.fields()) {
    text += is_first ? "\n  " : ",\n  ";
    is_first = false;
    text += Quoted(field->name(), QuoteOf(target)) + " " + TypeIn(target, *field->type());
    if (!field->nullable()) text += " NOT NULL";
  }
  return text + "\n);\n";
}

}  // namespace pyforge::schema
