#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pyforge/error_page.h"
#include "pyforge/pyforge.h"

namespace pyforge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

constexpr ErrorCode kShortRow{.id = "test.short_row",
                              .category = ErrorCategory::kData,
                              .summary = "A row is short.",
                              .fix = "Leave out {strict}, or see {bad_rows} {Not an option}.",
                              .details = "More about {strict}."};

std::vector<std::string> Keys(const Json& json) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  return keys;
}

ConversionReport Example() {
  ConversionReport report;
  report.status = "ok";
  report.engine = "native";
  report.engine_reason = "the only one";
  report.started = "2026-01-02T03:04:05Z";
  report.duration_s = 1.5;
  report.threads = 2;
  report.peak_memory_bytes = 1000;
  report.inputs.push_back({.path = "a.csv",
                           .format = "csv",
                           .bytes = 10,
                           .findings = {{.name = "delimiter",
                                         .value = ";",
                                         .confidence = 0.9,
                                         .alternatives = {","},
                                         .reason = "most regular"}}});
  TableReport table{
      .name = "a", .source_path = "a.csv", .source_table = "a", .output = "a.parquet"};
  table.rows_read = 5;
  table.rows_written = 3;
  table.rows_rejected = 1;
  table.rows_left_out = 1;
  table.columns.push_back({.name = "x", .source_name = "X", .type = "int64", .null_count = 2});
  table.ledger.Add(kShortRow, "x", 7, 70, "v\xFF");
  table.ledger.Reject(
      {.row = 9, .line = 10, .byte_offset = 90, .reason = &kShortRow, .message = "m"});
  report.tables.push_back(table);
  report.options = {{"csv.delimiter", {";", OptionOrigin::kDetected}}};
  report.outputs.push_back(
      {.path = "a.parquet", .format = "parquet", .bytes = 9, .rows = 3, .files = 1});
  report.warnings = {"w"};
  return report;
}

TEST(ReportToJson, HasThePartsOfTheContractInOrder) {
  const Json json = Json::parse(ReportToJson(Example()));
  EXPECT_THAT(Keys(json), ElementsAre("pyforge", "status", "engine", "started", "duration_s",
                                      "phases", "resources", "inputs", "tables", "options",
                                      "outputs", "warnings", "error", "attempts"));
  EXPECT_EQ(json["pyforge"], std::string(Version()));
  EXPECT_EQ(json["engine"]["name"], "native");
  EXPECT_EQ(json["resources"]["peak_memory_bytes"], 1000);
  EXPECT_EQ(json["inputs"][0]["detected"]["delimiter"], ";");
  EXPECT_EQ(json["inputs"][0]["detected"]["confidence"]["delimiter"], 0.9);
  EXPECT_EQ(json["inputs"][0]["detected"]["alternatives"]["delimiter"][0], ",");
  EXPECT_EQ(json["inputs"][0]["detected"]["reasons"]["delimiter"], "most regular");
  const Json& table = json["tables"][0];
  EXPECT_EQ(table["source"]["path"], "a.csv");
  EXPECT_EQ(table["rows_read"], 5);
  EXPECT_EQ(table["rows_read"].get<int>(), table["rows_written"].get<int>() +
                                               table["rows_rejected"].get<int>() +
                                               table["rows_left_out"].get<int>());
  EXPECT_EQ(table["columns"][0]["source_name"], "X");
  EXPECT_EQ(table["losses"][0]["code"], "test.short_row");
  EXPECT_EQ(table["losses"][0]["first"]["byte_offset"], 70);
  EXPECT_EQ(table["losses"][0]["first"]["value"], "v\xEF\xBF\xBD");
  EXPECT_EQ(table["rejected"][0]["message"], "m");
  EXPECT_TRUE(table["checksum"].is_null());
  EXPECT_EQ(json["options"]["csv.delimiter"]["from"], "detected");
  EXPECT_EQ(json["outputs"][0]["rows"], 3);
  EXPECT_TRUE(json["error"].is_null());
  EXPECT_EQ(json["attempts"][0]["engine"], "native");
}

TEST(ReportToJson, TellsTheErrorOfAFailure) {
  ConversionReport report = Example();
  report.status = "failed";
  report.error = Fail(kShortRow, {.path = "a.csv", .row = 3}, "5 cells, not 6");
  const Json json = Json::parse(ReportToJson(report, OptionSpelling::kFlag));
  EXPECT_EQ(json["error"]["code"], "test.short_row");
  EXPECT_EQ(json["error"]["where"]["row"], 3);
  EXPECT_THAT(json["error"]["fix"].get<std::string>(), HasSubstr("--strict"));
  EXPECT_EQ(json["attempts"][0]["error"], "5 cells, not 6");
}

TEST(ErrorToJson, IsOneLineWithAllParts) {
  const std::string text = ErrorToJson(
      Fail(kShortRow, {.path = "a", .table = "t", .column = "c", .row = 1, .byte_offset = 2}, "m"));
  EXPECT_EQ(text.find('\n'), std::string::npos);
  const Json json = Json::parse(text);
  EXPECT_THAT(Keys(json), ElementsAre("code", "category", "message", "where", "fix", "exit_code"));
  EXPECT_EQ(json["category"], "data");
  EXPECT_EQ(json["exit_code"], 3);
  EXPECT_THAT(Keys(json["where"]), ElementsAre("path", "table", "column", "row", "byte_offset"));
}

TEST(ErrorToJson, GivesForeignErrorsACodeToo) {
  EXPECT_EQ(Json::parse(ErrorToJson(Status::OutOfMemory("x")))["code"], "limit.memory");
  EXPECT_TRUE(Json::parse(ErrorToJson(Status::OK())).is_null());
}

TEST(InspectionToJson, TellsTablesColumnsAndFindings) {
  Inspection inspection{.path = "a.csv",
                        .format = "csv",
                        .container = "gzip",
                        .format_reason = "text",
                        .format_confidence = 0.8,
                        .stored_bytes = 12};
  inspection.tables.push_back({.name = "a",
                               .schema = arrow::schema({arrow::field("x", arrow::int64(), false)}),
                               .row_count = 3,
                               .types_are_final = true});
  inspection.tables.push_back({.name = "b"});
  const Json json = Json::parse(InspectionToJson(inspection));
  EXPECT_EQ(json["container"], "gzip");
  EXPECT_EQ(json["format_confidence"], 0.8);
  EXPECT_EQ(json["tables"][0]["row_count"], 3);
  EXPECT_EQ(json["tables"][0]["types_are_final"], true);
  EXPECT_EQ(json["tables"][0]["columns"][0]["type"], "int64");
  EXPECT_EQ(json["tables"][0]["columns"][0]["nullable"], false);
  EXPECT_TRUE(json["tables"][1]["row_count"].is_null());
  EXPECT_TRUE(json["tables"][1]["columns"].empty());
}

TEST(InspectionToJson, ExplainsWhereThatWasAskedFor) {
  Inspection inspection{.path = "a.csv", .format = "csv"};
  inspection.tables.push_back({.name = "a"});
  EXPECT_FALSE(Json::parse(InspectionToJson(inspection)).contains("explanation"));
  inspection.explanation = Explanation{
      .findings = {{.name = "delimiter",
                    .value = ";",
                    .confidence = 0.75,
                    .reason = "three on each line",
                    .score = 0.5,
                    .candidates = {{.value = ",", .score = 0.25, .reason = "none on most"},
                                   {.value = "|"}}}},
      .tables = {{.name = "a",
                  .findings = {{.name = "header", .value = "1"}},
                  .columns = {{.name = "x", .value = "int64"}}}}};
  const Json json = Json::parse(InspectionToJson(inspection))["explanation"];
  const Json& finding = json["findings"][0];
  EXPECT_THAT(Keys(finding),
              ElementsAre("name", "value", "confidence", "score", "reason", "candidates"));
  EXPECT_EQ(finding["score"], 0.5);
  EXPECT_EQ(finding["candidates"][0]["value"], ",");
  EXPECT_EQ(finding["candidates"][0]["score"], 0.25);
  EXPECT_EQ(finding["candidates"][0]["reason"], "none on most");
  EXPECT_TRUE(finding["candidates"][1]["score"].is_null());
  EXPECT_EQ(json["tables"][0]["name"], "a");
  EXPECT_EQ(json["tables"][0]["findings"][0]["name"], "header");
  EXPECT_EQ(json["tables"][0]["columns"][0]["value"], "int64");
  EXPECT_TRUE(json["tables"][0]["columns"][0]["score"].is_null());
}

TEST(ValidationToJson, TellsVerdictCountsAndError) {
  ValidationReport report;
  report.sound = false;
  report.inspection.path = "a.csv";
  report.tables = Example().tables;
  report.error = Fail(kShortRow, {}, "m");
  const Json json = Json::parse(ValidationToJson(report));
  EXPECT_EQ(json["sound"], false);
  EXPECT_EQ(json["path"], "a.csv");
  EXPECT_EQ(json["read"][0]["rows_rejected"], 1);
  EXPECT_EQ(json["error"]["code"], "test.short_row");
}

TEST(ComparisonToJson, TellsBothSides) {
  const Json json = Json::parse(ComparisonToJson({.equal = false,
                                                  .rows_left = 3,
                                                  .rows_right = 4,
                                                  .columns = {{.name = "x", .type_left = "int64"}},
                                                  .difference_count = 12,
                                                  .differences = {{.key = "2", .left = "a"}},
                                                  .checksum_left = "c"}));
  EXPECT_EQ(json["equal"], false);
  EXPECT_EQ(json["rows"]["right"], 4);
  EXPECT_EQ(json["columns"][0]["left"], "int64");
  EXPECT_TRUE(json["columns"][0]["right"].is_null());
  EXPECT_EQ(json["difference_count"], 12);
  EXPECT_EQ(json["differences"][0]["key"], "2");
  EXPECT_EQ(json["checksums"]["left"], "c");
}

TEST(FixText, SpellsOptionsTheFrontEndsWay) {
  EXPECT_EQ(FixText(kShortRow, OptionSpelling::kFlag),
            "Leave out --strict, or see --bad-rows {Not an option}.");
  EXPECT_EQ(FixText(kShortRow, OptionSpelling::kName),
            "Leave out strict, or see bad_rows {Not an option}.");
}

TEST(WhereText, TellsThePlaceInOneLine) {
  EXPECT_EQ(WhereText({}), "");
  EXPECT_EQ(WhereText({.path = "a.csv", .table = "t", .column = "c", .row = 5, .byte_offset = 6}),
            "a.csv, table t, row 5, column c, byte 6");
  EXPECT_EQ(WhereText({.path = "-", .row = 1}), "standard input, row 1");
  EXPECT_EQ(WhereText({.row = 1}), "row 1");
}

TEST(ErrorPage, HoldsSummaryExitCodeFixAndDetails) {
  const std::string page = ErrorPage(kShortRow, OptionSpelling::kFlag);
  EXPECT_THAT(page, HasSubstr("# test.short_row\n"));
  EXPECT_THAT(page, HasSubstr("A row is short."));
  EXPECT_THAT(page, HasSubstr("Exit code: 3"));
  EXPECT_THAT(page, HasSubstr("Leave out --strict"));
  EXPECT_THAT(page, HasSubstr("More about --strict."));
  EXPECT_THAT(ErrorPage(kInternal, OptionSpelling::kFlag), ::testing::Not(HasSubstr("## More")));
}

}  // namespace
}  // namespace pyforge
