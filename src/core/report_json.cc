// The one structure of reports: design: interface, section 3.
#include <utility>

#include <arrow/type.h>

#include "core/json_text.h"
#include "pyforge/error_page.h"
#include "pyforge/pyforge.h"
#include "schema/type_name.h"

namespace pyforge {
namespace core {

std::string PrintJson(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string PrintJsonLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json OptionValuesJson(const OptionValues& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) {
    json[name] = {{"value", value.value}, {"from", OriginName(value.origin)}};
  }
  return json;
}

Json FindingsJson(const std::vector<Finding>& findings) {
  Json json = Json::object();
  Json confidence = Json::object(), alternatives = Json::object(), reasons = Json::object();
  for (const Finding& each : findings) {
    json[each.name] = each.value;
    confidence[each.name] = each.confidence;
    if (!each.alternatives.empty()) alternatives[each.name] = each.alternatives;
    if (!each.reason.empty()) reasons[each.name] = each.reason;
  }
  if (findings.empty()) return json;
  json["confidence"] = std::move(confidence);
  json["alternatives"] = std::move(alternatives);
  json["reasons"] = std::move(reasons);
  return json;
}

namespace {

Json WhereJson(const Where& where) {
  Json json = Json::object();
  if (!where.path.empty()) json["path"] = where.path;
  if (!where.table.empty()) json["table"] = where.table;
  if (!where.column.empty()) json["column"] = where.column;
  if (where.row) json["row"] = *where.row;
  if (where.byte_offset) json["byte_offset"] = *where.byte_offset;
  return json;
}

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json LossesJson(const Ledger& ledger) {
  Json losses = Json::array();
  for (const LedgerEntry& entry : ledger.entries()) {
    Json first = {{"row", entry.first_row},
                  {"byte_offset", entry.first_byte_offset},
                  {"value", entry.first_value}};
    if (!entry.first_path.empty()) first["path"] = entry.first_path;
    losses.push_back({{"code", entry.code->id},
                      {"column", TextOrNull(entry.column)},
                      {"count", entry.count},
                      {"first", std::move(first)}});
  }
  return losses;
}

Json RejectedJson(const Ledger& ledger) {
  Json rows = Json::array();
  for (const RejectedRow& row : ledger.rejected()) {
    rows.push_back({{"path", TextOrNull(row.path)},
                    {"row", row.row},
                    {"line", row.line},
                    {"byte_offset", row.byte_offset},
                    {"column", TextOrNull(row.column)},
                    {"code", row.reason == nullptr ? Json() : Json(row.reason->id)},
                    {"message", row.message}});
  }
  return rows;
}

Json TableJson(const TableReport& table) {
  Json columns = Json::array();
  for (const ColumnReport& column : table.columns) {
    columns.push_back({{"name", column.name},
                       {"source_name", column.source_name},
                       {"type", column.type},
                       {"nullable", column.nullable},
                       {"null_count", column.null_count},
                       {"evidence", TextOrNull(column.evidence)}});
  }
  return {{"name", table.name},
          {"source", {{"path", table.source_path}, {"table", table.source_table}}},
          {"output", TextOrNull(table.output)},
          {"rows_read", table.rows_read},
          {"rows_written", table.rows_written},
          {"rows_rejected", table.rows_rejected},
          {"rows_left_out", table.rows_left_out},
          {"restarted", table.restarted},
          {"columns", std::move(columns)},
          {"losses", LossesJson(table.ledger)},
          {"rejected", RejectedJson(table.ledger)},
          {"checksum", TextOrNull(table.checksum)}};
}

template <typename Rows, typename Print>
Json ListJson(const Rows& rows, Print print) {
  Json list = Json::array();
  for (const auto& row : rows) list.push_back(print(row));
  return list;
}

Json FieldsJson(const arrow::Schema& schema) {
  return ListJson(schema.fields(), [](const std::shared_ptr<arrow::Field>& field) {
    return Json{{"name", field->name()},
                {"type", schema::PrintType(*field->type())},
                {"nullable", field->nullable()}};
  });
}

Json CandidateJson(const Candidate& candidate) {
  return {{"value", candidate.value},
          {"score", OrNull(candidate.score)},
          {"reason", TextOrNull(candidate.reason)}};
}

Json ExplainedJson(const Finding& finding) {
  return {{"name", finding.name},
          {"value", finding.value},
          {"confidence", finding.confidence},
          {"score", OrNull(finding.score)},
          {"reason", TextOrNull(finding.reason)},
          {"candidates", ListJson(finding.candidates, CandidateJson)}};
}

Json InspectionJson(const Inspection& inspection) {
  const auto table_json = [](const TableInfo& table) {
    return Json{{"name", table.name},
                {"row_count", OrNull(table.row_count)},
                {"types_are_final", table.types_are_final},
                {"columns", table.schema == nullptr ? Json::array() : FieldsJson(*table.schema)},
                {"detected", FindingsJson(table.findings)}};
  };
  Json json = {{"path", inspection.path},
               {"format", inspection.format},
               {"container", TextOrNull(inspection.container)},
               {"format_reason", inspection.format_reason},
               {"format_confidence", inspection.format_confidence},
               {"bytes", inspection.stored_bytes},
               {"detected", FindingsJson(inspection.findings)},
               {"tables", ListJson(inspection.tables, table_json)}};
  if (inspection.explanation) json["explanation"] = ExplanationJson(*inspection.explanation);
  return json;
}

}  // namespace

Json ExplanationJson(const Explanation& explanation) {
  const auto table_json = [](const TableExplanation& table) {
    return Json{{"name", table.name},
                {"findings", ListJson(table.findings, ExplainedJson)},
                {"columns", ListJson(table.columns, ExplainedJson)}};
  };
  return {{"findings", ListJson(explanation.findings, ExplainedJson)},
          {"tables", ListJson(explanation.tables, table_json)}};
}

Json ErrorJson(const Status& error, OptionSpelling spelling) {
  const Status known = Translate(error, {});
  const ErrorDetail* detail = DetailOf(known);
  if (detail == nullptr) return nullptr;
  const ErrorCode& code = detail->code();
  return {{"code", code.id},
          {"category", CategoryName(code.category)},
          {"message", known.message()},
          {"where", WhereJson(detail->where())},
          {"fix", FixText(code, spelling)},
          {"exit_code", ExitCode(code.category)}};
}

}  // namespace core

std::string ErrorToJson(const Status& error, OptionSpelling spelling) {
  return core::PrintJsonLine(core::ErrorJson(error, spelling));
}

std::string ReportToJson(const ConversionReport& report, OptionSpelling spelling) {
  using core::Json;
  Json json;
  json["pyforge"] = Version();
  json["status"] = report.status;
  json["engine"] = {{"name", report.engine}, {"reason", report.engine_reason}};
  json["started"] = report.started;
  json["duration_s"] = report.duration_s;
  json["phases"] = {{"detect_s", report.detect_s}, {"infer_s", report.infer_s},
                    {"read_s", report.read_s},     {"encode_s", report.encode_s},
                    {"write_s", report.write_s},   {"publish_s", report.publish_s},
                    {"verify_s", report.verify_s}};
  json["resources"] = {{"cpu_s", report.cpu_s},
                       {"peak_memory_bytes", report.peak_memory_bytes},
                       {"read_bytes", report.read_bytes},
                       {"written_bytes", report.written_bytes},
                       {"threads", report.threads}};
  json["inputs"] = core::ListJson(report.inputs, [](const InputReport& input) {
    Json entry = {{"path", input.path},
                  {"format", input.format},
                  {"container", core::TextOrNull(input.container)},
                  {"bytes", input.bytes},
                  {"detected", core::FindingsJson(input.findings)}};
    if (input.explanation) entry["explanation"] = core::ExplanationJson(*input.explanation);
    return entry;
  });
  json["tables"] = core::ListJson(report.tables, core::TableJson);
  json["options"] = core::OptionValuesJson(report.options);
  json["outputs"] = core::ListJson(report.outputs, [](const OutputReport& output) {
    return Json{{"path", output.path},
                {"format", output.format},
                {"bytes", output.bytes},
                {"rows", output.rows},
                {"files", output.files}};
  });
  json["warnings"] = report.warnings;
  json["error"] = core::ErrorJson(report.error, spelling);
  const Json message = report.error.ok() ? Json() : Json(report.error.message());
  json["attempts"] = Json::array({Json{{"engine", report.engine},
                                       {"status", report.status},
                                       {"error", message},
                                       {"duration_s", report.duration_s}}});
  return core::PrintJson(json);
}

std::string InspectionToJson(const Inspection& inspection) {
  return core::PrintJson(core::InspectionJson(inspection));
}

std::string ValidationToJson(const ValidationReport& report, OptionSpelling spelling) {
  core::Json json = core::InspectionJson(report.inspection);
  json["sound"] = report.sound;
  json["read"] = core::ListJson(report.tables, core::TableJson);
  json["error"] = core::ErrorJson(report.error, spelling);
  return core::PrintJson(json);
}

std::string ComparisonToJson(const Comparison& comparison) {
  using core::Json;
  Json json;
  json["equal"] = comparison.equal;
  json["rows"] = {{"left", comparison.rows_left}, {"right", comparison.rows_right}};
  json["columns"] = core::ListJson(comparison.columns, [](const ColumnDifference& column) {
    return Json{{"name", column.name},
                {"left", core::TextOrNull(column.type_left)},
                {"right", core::TextOrNull(column.type_right)}};
  });
  json["difference_count"] = comparison.difference_count;
  json["differences"] = core::ListJson(comparison.differences, [](const RowDifference& row) {
    return Json{{"key", row.key},
                {"column", core::TextOrNull(row.column)},
                {"left", row.left},
                {"right", row.right}};
  });
  json["checksums"] = {{"left", core::TextOrNull(comparison.checksum_left)},
                       {"right", core::TextOrNull(comparison.checksum_right)}};
  return core::PrintJson(json);
}

}  // namespace pyforge
