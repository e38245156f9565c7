#include "schema/schema_json.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <nlohmann/json.hpp>
#include <unordered_set>

#include "schema/cast.h"
#include "schema/errors.h"

namespace pyforge::schema {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kVersionKey[] = "pyforge_schema";
constexpr int kVersion = 1;

std::string MetadataOf(const arrow::Field& field, const char* key) {
  if (field.metadata() == nullptr) return {};
  return field.metadata()->Get(key).ValueOr("");
}

// The text under `key`, empty when it is not there.
Result<std::string> TextOf(const Json& column, const char* key, const std::string& name) {
  const auto found = column.find(key);
  if (found == column.end()) return std::string();
  if (!found->is_string()) {
    return Fail(kBadSchemaFile, {.column = name}, "\"{}\" is {} and not text", key, found->dump());
  }
  return found->get<std::string>();
}

Result<std::shared_ptr<arrow::Field>> ParseColumn(const Json& column, size_t number) {
  if (!column.is_object()) {
    return Fail(kBadSchemaFile, {}, "column {} is {} and not an object", number, column.dump());
  }
  ARROW_ASSIGN_OR_RAISE(const std::string name, TextOf(column, "name", ""));
  if (name.empty()) return Fail(kBadSchemaFile, {}, "column {} has no name", number);
  ARROW_ASSIGN_OR_RAISE(const std::string type_name, TextOf(column, "type", name));
  if (type_name.empty()) return Fail(kBadSchemaFile, {.column = name}, "the column has no type");
  const Result<std::shared_ptr<arrow::DataType>> type = ParseType(type_name);
  if (!type.ok()) return AddWhere(type.status(), {.column = name});
  ARROW_ASSIGN_OR_RAISE(const std::string source_name, TextOf(column, "source_name", name));
  ARROW_ASSIGN_OR_RAISE(const std::string format, TextOf(column, "format", name));
  bool nullable = true;
  if (const auto found = column.find("nullable"); found != column.end()) {
    if (!found->is_boolean()) {
      return Fail(kBadSchemaFile, {.column = name}, "\"nullable\" is {} and not true or false",
                  found->dump());
    }
    nullable = found->get<bool>();
  }
  std::vector<std::string> keys;
  std::vector<std::string> values;
  if (!source_name.empty()) {
    keys.emplace_back(kSourceNameKey);
    values.push_back(source_name);
  }
  if (!format.empty()) {
    keys.emplace_back(kFormatKey);
    values.push_back(format);
  }
  auto metadata = keys.empty() ? nullptr : arrow::key_value_metadata(keys, values);
  auto field = arrow::field(name, *type, nullable, std::move(metadata));
  ARROW_RETURN_NOT_OK(TextTypeFromField(*field));  // a bad format is found before any row is read
  return field;
}

}  // namespace

std::string SchemaToJson(const arrow::Schema& schema) {
  Json columns = Json::array();
  for (const auto& field : schema.fields()) {
    Json column = {{"name", field->name()}};
    const std::string source_name = MetadataOf(*field, kSourceNameKey);
    if (!source_name.empty() && source_name != field->name()) column["source_name"] = source_name;
    column["type"] = PrintType(*field->type());
    column["nullable"] = field->nullable();
    if (const std::string format = MetadataOf(*field, kFormatKey); !format.empty()) {
      column["format"] = format;
    }
    columns.push_back(std::move(column));
  }
  // One column a line, so that people can edit and compare.
  const auto print = [](const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::string text = "{\n  \"" + std::string(kVersionKey) + "\": " + std::to_string(kVersion) +
                     ",\n  \"columns\": [";
  for (size_t i = 0; i < columns.size(); ++i) {
    text += i == 0 ? "\n    " : ",\n    ";
    text += print(columns[i]);
  }
  return text + (columns.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

Result<std::shared_ptr<arrow::Schema>> SchemaFromJson(std::string_view json) {
  const Json document = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Fail(kBadSchemaFile, {}, "the file is not JSON");
  if (!document.is_object() || !document.contains(kVersionKey)) {
    return Fail(kBadSchemaFile, {}, "the file has no \"{}\"", kVersionKey);
  }
  if (document[kVersionKey] != kVersion) {
    return Fail(kBadSchemaFile, {}, "\"{}\" is {}; this program reads {}", kVersionKey,
                document[kVersionKey].dump(), kVersion);
  }
  const auto columns = document.find("columns");
  if (columns == document.end() || !columns->is_array()) {
    return Fail(kBadSchemaFile, {}, "the file has no list of \"columns\"");
  }
  arrow::FieldVector fields;
  std::unordered_set<std::string> names;
  for (const Json& column : *columns) {
    ARROW_ASSIGN_OR_RAISE(auto field, ParseColumn(column, fields.size() + 1));
    if (!names.insert(field->name()).second) {
      return Fail(kBadSchemaFile, {.column = field->name()}, "there are two columns of that name");
    }
    fields.push_back(std::move(field));
  }
  return arrow::schema(std::move(fields));
}

}  // namespace pyforge::schema
