// Plans as JSON: what --dry-run --json prints and `pyforge run` executes.
//
// A schema stands there twice: as a list of columns for people and other engines, and serialized by
// Arrow, which alone keeps every type and all metadata. Both must say the same.
#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/dictionary.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>

#include <utility>

#include "core/json_text.h"
#include "core/registry_errors.h"
#include "io/local_file.h"
#include "pyforge/conversion.h"
#include "schema/type_name.h"

namespace pyforge {
namespace {

using core::Json;

Json ColumnsJson(const arrow::Schema& schema) {
  Json columns = Json::array();
  for (const auto& field : schema.fields()) {
    columns.push_back({{"name", field->name()},
                       {"type", schema::PrintType(*field->type())},
                       {"nullable", field->nullable()}});
  }
  return columns;
}

std::string SerializedSchema(const arrow::Schema& schema) {
  const auto buffer = arrow::ipc::SerializeSchema(schema);
  return buffer.ok() ? arrow::util::base64_encode(std::string_view(**buffer)) : std::string();
}

Result<std::shared_ptr<arrow::Schema>> ReadSchema(const Json& table) {
  if (!table.contains("arrow_schema")) return nullptr;
  Result<std::string> bytes =
      arrow::util::base64_decode(table.at("arrow_schema").get<std::string>());
  if (!bytes.ok()) {
    return Fail(core::kBadPlan, {}, "the schema of table '{}' is not base64",
                table.at("name").get<std::string>());
  }
  arrow::io::BufferReader stream(arrow::Buffer::FromString(*std::move(bytes)));
  arrow::ipc::DictionaryMemo memo;
  auto schema = arrow::ipc::ReadSchema(&stream, &memo);
  if (!schema.ok()) {
    return Fail(core::kBadPlan, {}, "the schema of table '{}' cannot be read: {}",
                table.at("name").get<std::string>(), schema.status().message());
  }
  if (ColumnsJson(**schema) != table.at("columns")) {
    return Fail(core::kBadPlan, {}, "the columns of table '{}' differ from its arrow_schema",
                table.at("name").get<std::string>());
  }
  return schema;
}

OptionOrigin OriginFromName(std::string_view name) {
  for (const OptionOrigin origin : {OptionOrigin::kDefault, OptionOrigin::kDetected,
                                    OptionOrigin::kConfig, OptionOrigin::kEnvironment}) {
    if (OriginName(origin) == name) return origin;
  }
  return OptionOrigin::kRequest;
}

OptionValues ReadOptionValues(const Json& json) {
  OptionValues values;
  for (const auto& [name, value] : json.items()) {
    values.emplace(name, OptionValue{value.at("value").get<std::string>(),
                                     OriginFromName(value.at("from").get<std::string>())});
  }
  return values;
}

std::optional<int64_t> ReadOptional(const Json& json) {
  if (json.is_null()) return std::nullopt;
  return json.get<int64_t>();
}

Json FindingListJson(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& each : findings) {
    list.push_back({{"name", each.name},
                    {"value", each.value},
                    {"confidence", each.confidence},
                    {"alternatives", each.alternatives},
                    {"reason", each.reason}});
  }
  return list;
}

std::vector<Finding> ReadFindings(const Json& json) {
  std::vector<Finding> findings;
  for (const Json& each : json) {
    findings.push_back({.name = each.at("name").get<std::string>(),
                        .value = each.at("value").get<std::string>(),
                        .confidence = each.at("confidence").get<double>(),
                        .alternatives = each.at("alternatives").get<std::vector<std::string>>(),
                        .reason = each.at("reason").get<std::string>()});
  }
  return findings;
}

// May throw Json::exception.
Result<Plan> ReadPlan(const Json& json) {
  Plan plan;
  plan.version = json.at("pyforge").get<std::string>();
  for (const Json& each : json.at("inputs")) {
    plan.inputs.push_back({.path = each.at("path").get<std::string>(),
                           .format = each.at("format").get<std::string>(),
                           .container = each.at("container").get<std::string>(),
                           .stored_bytes = ReadOptional(each.at("bytes")),
                           .options = ReadOptionValues(each.at("options")),
                           .findings = ReadFindings(each.at("findings"))});
  }
  for (const Json& each : json.at("tables")) {
    ARROW_ASSIGN_OR_RAISE(auto schema, ReadSchema(each));
    plan.tables.push_back({.input_index = each.at("input_index").get<int>(),
                           .source_table = each.at("source_table").get<std::string>(),
                           .name = each.at("name").get<std::string>(),
                           .output_path = each.at("output").get<std::string>(),
                           .schema = std::move(schema),
                           .estimated_rows = ReadOptional(each.at("estimated_rows"))});
    const int index = plan.tables.back().input_index;
    if (index < 0 || static_cast<size_t>(index) >= plan.inputs.size()) {
      return Fail(core::kBadPlan, {}, "table '{}' is of input {}, but there are {}",
                  plan.tables.back().name, index, plan.inputs.size());
    }
  }
  const Json& output = json.at("output");
  plan.output_path = output.at("path").get<std::string>();
  plan.output_format = output.at("format").get<std::string>();
  plan.output_options = ReadOptionValues(output.at("options"));
  plan.options = ReadOptionValues(json.at("options"));
  plan.engine = json.at("engine").at("name").get<std::string>();
  plan.engine_reason = json.at("engine").at("reason").get<std::string>();
  const Json& estimates = json.at("estimates");
  plan.estimated_output_bytes = estimates.at("output_bytes").get<int64_t>();
  plan.estimated_memory_bytes = estimates.at("memory_bytes").get<int64_t>();
  plan.estimated_seconds = estimates.at("seconds").get<double>();
  return plan;
}

}  // namespace

std::string PlanToJson(const Plan& plan) {
  Json json;
  json["pyforge"] = plan.version;
  json["inputs"] = Json::array();
  for (const PlannedInput& input : plan.inputs) {
    Json entry = {{"path", input.path},
                  {"format", input.format},
                  {"container", input.container},
                  {"bytes", input.stored_bytes ? Json(*input.stored_bytes) : Json()},
                  {"options", core::OptionValuesJson(input.options)},
                  {"findings", FindingListJson(input.findings)}};
    if (input.explanation) entry["explanation"] = core::ExplanationJson(*input.explanation);
    json["inputs"].push_back(std::move(entry));
  }
  json["tables"] = Json::array();
  for (const PlannedTable& table : plan.tables) {
    Json entry = {{"input_index", table.input_index},
                  {"source_table", table.source_table},
                  {"name", table.name},
                  {"output", table.output_path},
                  {"estimated_rows", table.estimated_rows ? Json(*table.estimated_rows) : Json()}};
    if (table.schema != nullptr) {
      entry["columns"] = ColumnsJson(*table.schema);
      entry["arrow_schema"] = SerializedSchema(*table.schema);
    }
    json["tables"].push_back(std::move(entry));
  }
  json["output"] = {{"path", plan.output_path},
                    {"format", plan.output_format},
                    {"options", core::OptionValuesJson(plan.output_options)}};
  json["options"] = core::OptionValuesJson(plan.options);
  json["engine"] = {{"name", plan.engine}, {"reason", plan.engine_reason}};
  json["estimates"] = {{"output_bytes", plan.estimated_output_bytes},
                       {"memory_bytes", plan.estimated_memory_bytes},
                       {"seconds", plan.estimated_seconds}};
  return core::PrintJson(json);
}

Result<Plan> PlanFromJson(std::string_view text) {
  try {
    return ReadPlan(Json::parse(text));
  } catch (const Json::exception& error) {
    return Fail(core::kBadPlan, {}, "this is no plan of pyforge: {}", error.what());
  }
}

Result<Plan> ReadPlanFile(const std::string& path) {
  // A plan is kilobytes; what is larger is something else.
  constexpr int64_t kPlanBytesMax = int64_t{256} << 20;
  ARROW_ASSIGN_OR_RAISE(const std::string text, io::ReadWholeFile(path, kPlanBytesMax));
  Result<Plan> plan = PlanFromJson(text);
  if (!plan.ok()) return AddWhere(plan.status(), {.path = path});
  return plan;
}

}  // namespace pyforge
