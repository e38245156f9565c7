#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/registry_errors.h"
#include "pyforge/conversion.h"

namespace pyforge {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

Plan Example() {
  Plan plan;
  plan.version = "2.0.0";
  plan.inputs.push_back({.path = "a \"b\".csv",
                         .format = "csv",
                         .container = "gzip",
                         .stored_bytes = 1234,
                         .options = {{"delimiter", {";", OptionOrigin::kRequest}},
                                     {"header", {"yes", OptionOrigin::kConfig}},
                                     {"quote", {"'", OptionOrigin::kEnvironment}},
                                     {"escape", {"\\", OptionOrigin::kDefault}}},
                         .findings = {{.name = "encoding",
                                       .value = "utf-8",
                                       .confidence = 0.75,
                                       .alternatives = {"latin-1", "cp1252"},
                                       .reason = "no byte says otherwise"}}});
  plan.inputs.push_back({.path = "-", .format = "csv"});
  const auto metadata = arrow::key_value_metadata({"source_name"}, {"Unit Price"});
  const auto nested =
      arrow::struct_({arrow::field("x", arrow::list(arrow::decimal256(70, 3))),
                      arrow::field("y", arrow::map(arrow::utf8(), arrow::date32()))});
  plan.tables.push_back(
      {.input_index = 0,
       .source_table = "a",
       .name = "t",
       .output_path = "out/t.parquet",
       .schema = arrow::schema(
           {arrow::field("unit_price", arrow::decimal128(10, 2), false, metadata),
            arrow::field("when", arrow::timestamp(arrow::TimeUnit::NANO, "Europe/Lisbon")),
            arrow::field("kind", arrow::dictionary(arrow::int16(), arrow::utf8(), true)),
            arrow::field("nested", nested)},
           arrow::key_value_metadata({"k"}, {"v"})),
       .estimated_rows = 99});
  plan.tables.push_back({.input_index = 1, .source_table = "s", .name = "s", .output_path = "-"});
  plan.output_path = "out/";
  plan.output_format = "parquet";
  plan.output_options = {{"compression", {"zstd:3", OptionOrigin::kRequest}}};
  plan.options = {{"types", {"infer", OptionOrigin::kDetected}}};
  plan.engine = "native";
  plan.engine_reason = "the only one";
  plan.estimated_output_bytes = 10;
  plan.estimated_memory_bytes = 20;
  plan.estimated_seconds = 1.5;
  return plan;
}

Json ExampleJson() { return Json::parse(PlanToJson(Example())); }

Status ReadBack(const Json& json) { return PlanFromJson(json.dump()).status(); }

TEST(PlanJson, ComesBackExactly) {
  const Plan plan = Example();
  const auto back = PlanFromJson(PlanToJson(plan));
  ASSERT_TRUE(back.ok()) << back.status();
  ASSERT_EQ(back->inputs.size(), 2U);
  EXPECT_EQ(back->inputs[0].path, plan.inputs[0].path);
  EXPECT_EQ(back->inputs[0].format, "csv");
  EXPECT_EQ(back->inputs[0].container, "gzip");
  EXPECT_EQ(back->inputs[0].stored_bytes, 1234);
  EXPECT_EQ(back->inputs[0].options, plan.inputs[0].options);
  ASSERT_EQ(back->inputs[0].findings.size(), 1U);
  EXPECT_EQ(back->inputs[0].findings[0].name, "encoding");
  EXPECT_EQ(back->inputs[0].findings[0].confidence, 0.75);
  EXPECT_EQ(back->inputs[0].findings[0].alternatives, plan.inputs[0].findings[0].alternatives);
  EXPECT_EQ(back->inputs[0].findings[0].reason, "no byte says otherwise");
  EXPECT_EQ(back->inputs[1].stored_bytes, std::nullopt);
  ASSERT_EQ(back->tables.size(), 2U);
  EXPECT_TRUE(back->tables[0].schema->Equals(*plan.tables[0].schema, /*check_metadata=*/true));
  EXPECT_EQ(back->tables[0].output_path, "out/t.parquet");
  EXPECT_EQ(back->tables[0].estimated_rows, 99);
  EXPECT_EQ(back->tables[1].schema, nullptr);
  EXPECT_EQ(back->tables[1].input_index, 1);
  EXPECT_EQ(back->output_options, plan.output_options);
  EXPECT_EQ(back->options, plan.options);
  EXPECT_EQ(back->engine_reason, "the only one");
  EXPECT_EQ(back->estimated_seconds, 1.5);
  EXPECT_EQ(PlanToJson(*back), PlanToJson(plan));
}

TEST(PlanJson, SaysTheColumnsInWordsToo) {
  const Json columns = ExampleJson()["tables"][0]["columns"];
  EXPECT_EQ(columns[0]["name"], "unit_price");
  EXPECT_EQ(columns[0]["type"], "decimal(10, 2)");
  EXPECT_EQ(columns[0]["nullable"], false);
}

TEST(PlanJson, RefusesWhatIsNoPlan) {
  for (const char* text : {"", "nonsense", "[]", "{}", "{\"pyforge\": 3}", "null"}) {
    EXPECT_TRUE(FailedWith(PlanFromJson(text).status(), core::kBadPlan)) << text;
  }
}

TEST(PlanJson, RefusesAnEditThatWouldHaveNoEffect) {
  Json json = ExampleJson();
  json["tables"][0]["columns"][0]["type"] = "string";
  EXPECT_THAT(ReadBack(json).message(), HasSubstr("differ from its arrow_schema"));
  EXPECT_TRUE(FailedWith(ReadBack(json), core::kBadPlan));
}

TEST(PlanJson, RefusesADamagedSchema) {
  Json json = ExampleJson();
  json["tables"][0]["arrow_schema"] = "AAAA";
  EXPECT_TRUE(FailedWith(ReadBack(json), core::kBadPlan));
  json["tables"][0]["arrow_schema"] = "!!!!";
  EXPECT_TRUE(FailedWith(ReadBack(json), core::kBadPlan));
}

TEST(PlanJson, RefusesATableOfAnInputThatIsNotThere) {
  for (const int index : {-1, 2}) {
    Json json = ExampleJson();
    json["tables"][1]["input_index"] = index;
    EXPECT_TRUE(FailedWith(ReadBack(json), core::kBadPlan)) << index;
  }
}

}  // namespace
}  // namespace pyforge
