// Conversions through the public API, on real files with the built-in formats.
#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/temp_directory.h"
#include "pyforge/pyforge.h"
#include "support/matchers.h"

namespace pyforge::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ConvertTest : public ::testing::Test {
 protected:
  ConversionReport Convert(std::vector<std::string> inputs, std::string output,
                           const std::vector<std::pair<std::string, std::string>>& options = {},
                           int threads = 2) {
    ConversionRequest request{.inputs = std::move(inputs), .output = std::move(output)};
    for (const auto& [name, value] : options) request.options[name] = {value};
    ExecutionContext context({.threads = threads});
    return pyforge::Convert(request, registry_, context);
  }

  std::shared_ptr<arrow::Table> ReadBack(const std::string& path) {
    auto reader = pyforge::Read({.path = path}, registry_, read_context_);
    EXPECT_TRUE(reader.ok()) << reader.status();
    auto table = (*reader)->ToTable();
    EXPECT_TRUE(table.ok()) << table.status();
    return *(*table)->CombineChunks();
  }

  std::string TextOf(const std::string& path) {
    auto table = ReadBack(path);
    std::string text;
    for (int64_t row = 0; row < table->num_rows(); ++row) {
      for (const auto& column : table->columns()) {
        const auto value = *column->GetScalar(row);
        text += (value->is_valid ? value->ToString() : "null") + "|";
      }
      text += "\n";
    }
    return text;
  }

  TempDirectory directory_;
  const Registry registry_ = Registry::WithBuiltins();
  ExecutionContext read_context_{{.threads = 1}};  // outlives the rows that were read in it
};

constexpr std::string_view kOrders =
    "id,name,amount,day,zip\n"
    "1,Ada,12.50,2024-01-31,00123\n"
    "2,\"Bob, the \"\"builder\"\"\",7,2024-02-29,99999\n"
    "3,,0.25,,01000\n";

TEST_F(ConvertTest, TurnsCsvIntoTypedParquetBesideIt) {
  const std::string input = directory_.Write("orders.csv", kOrders);
  const ConversionReport report = Convert({input}, "");
  ASSERT_OK(report.error);
  EXPECT_EQ(report.status, "ok");
  EXPECT_THAT(directory_.Files(), UnorderedElementsAre("orders.csv", "orders.parquet"));
  const auto table = ReadBack(directory_ / "orders.parquet");
  EXPECT_TRUE(table->schema()->field(0)->type()->Equals(arrow::int64()));
  EXPECT_TRUE(table->schema()->field(2)->type()->Equals(arrow::float64()));
  EXPECT_TRUE(table->schema()->field(3)->type()->Equals(arrow::date32()));
  EXPECT_TRUE(table->schema()->field(4)->type()->Equals(arrow::utf8()));
  EXPECT_EQ(TextOf(directory_ / "orders.parquet"),
            "1|Ada|12.5|2024-01-31|00123|\n"
            "2|Bob, the \"builder\"|7|2024-02-29|99999|\n"
            "3|null|0.25|null|01000|\n");
}

TEST_F(ConvertTest, SaysThatAFormatWasLeftOutOfTheBuild) {
  constexpr std::string_view kLeftOut[] = {"parquet"};
  Registry registry;
  ASSERT_OK(registry.Add(*registry_.Find("csv")));
  registry.SetLeftOut(kLeftOut);
  const std::string input = directory_.Write("orders.csv", kOrders);
  const auto code_of = [&](std::string output, const std::string& name, std::string value) {
    ConversionRequest request{.inputs = {input}, .output = std::move(output)};
    if (!name.empty()) request.options[name] = {std::move(value)};
    ExecutionContext context({.threads = 1});
    const ConversionReport report = pyforge::Convert(request, registry, context);
    const ErrorDetail* detail = DetailOf(report.error);
    return detail == nullptr ? std::string() : std::string(detail->code().id);
  };
  EXPECT_EQ(code_of(directory_ / "o.parquet", "", ""), "unsupported.not_built");
  EXPECT_EQ(code_of(directory_ / "o.csv", "to", "parquet"), "unsupported.not_built");
  EXPECT_EQ(code_of(directory_ / "o.csv", "from", "parquet"), "unsupported.not_built");
  EXPECT_EQ(code_of(directory_ / "o.csv", "to", "nonsense"), "usage.bad_option");
  EXPECT_THAT(directory_.Files(), ElementsAre("orders.csv"));
}

TEST_F(ConvertTest, ReportsWhatBecameOfEveryRow) {
  const std::string input = directory_.Write("r.csv", "a,b\n1,x\n2\n3,y\n");
  const ConversionReport report = Convert({input}, directory_ / "r.parquet");
  ASSERT_OK(report.error);
  ASSERT_THAT(report.tables, SizeIs(1));
  const TableReport& table = report.tables[0];
  EXPECT_EQ(table.rows_read, 3);
  EXPECT_EQ(table.rows_read, table.rows_written + table.rows_rejected + table.rows_left_out);
  ASSERT_THAT(table.ledger.entries(), SizeIs(1));
  EXPECT_EQ(table.ledger.entries()[0].code->id, "csv.short_row");
  EXPECT_EQ(table.ledger.entries()[0].first_row, 3);
  ASSERT_THAT(table.columns, SizeIs(2));
  EXPECT_EQ(table.columns[1].null_count, 1);
  ASSERT_THAT(report.outputs, SizeIs(1));
  EXPECT_EQ(report.outputs[0].rows, 3);
  EXPECT_EQ(report.outputs[0].bytes, static_cast<int64_t>(directory_.Read("r.parquet").size()));
}

TEST_F(ConvertTest, WidensATypeThatALateRowContradicts) {
  // Beyond the sample's beginning and between its blocks, so that only the pass itself meets it.
  constexpr int64_t kRows = 600'000;
  constexpr int64_t kLate = 217'003;
  std::string text = "n,s\n";
  for (int64_t i = 0; i < kRows; ++i) text += (i == kLate ? "1.5" : std::to_string(i)) + ",x\n";
  const std::string input = directory_.Write("late.csv", text);
  const ConversionReport report = Convert({input}, directory_ / "late.parquet");
  ASSERT_OK(report.error);
  EXPECT_TRUE(report.tables[0].restarted);
  const auto table = ReadBack(directory_ / "late.parquet");
  ASSERT_EQ(table->num_rows(), kRows);
  EXPECT_TRUE(table->schema()->field(0)->type()->Equals(arrow::float64()));
  EXPECT_EQ((*table->column(0)->GetScalar(kLate))->ToString(), "1.5");
  EXPECT_EQ(table->column(0)->null_count(), 0);
}

TEST_F(ConvertTest, KeepsAllValuesAsTextWhenAsked) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ASSERT_OK(Convert({input}, directory_ / "o.parquet", {{"types", "strings"}}).error);
  EXPECT_EQ(TextOf(directory_ / "o.parquet").substr(0, 33), "1|Ada|12.50|2024-01-31|00123|\n2|B");
}

TEST_F(ConvertTest, RefusesToReplaceAnExistingOutputUnlessTold) {
  const std::string input = directory_.Write("o.csv", kOrders);
  directory_.Write("o.parquet", "mine");
  const ConversionReport refused = Convert({input}, "");
  EXPECT_THAT(refused.error, FailsSaying("already exists"));
  EXPECT_EQ(ExitCode(DetailOf(refused.error)->code().category), 7);
  EXPECT_EQ(directory_.Read("o.parquet"), "mine");
  ASSERT_OK(Convert({input}, "", {{"mode", "ignore"}}).error);
  EXPECT_EQ(directory_.Read("o.parquet"), "mine");
  ASSERT_OK(Convert({input}, "", {{"overwrite", "true"}}).error);
  EXPECT_EQ(ReadBack(directory_ / "o.parquet")->num_rows(), 3);
  EXPECT_THAT(directory_.Files(), SizeIs(2));
}

TEST_F(ConvertTest, RefusesToWriteOverItsOwnInput) {
  const std::string input = directory_.Write("o.csv", kOrders);
  const ConversionReport report = Convert({input}, input, {{"overwrite", "true"}});
  EXPECT_FALSE(report.error.ok());
  EXPECT_EQ(directory_.Read("o.csv"), kOrders);
}

TEST_F(ConvertTest, ListsBadRowsAndWritesNothing) {
  const std::string input = directory_.Write("b.csv", "a,b\n1,x\n2\n3,y\n4\n");
  const ConversionReport report = Convert({input}, directory_ / "b.parquet", {{"strict", "true"}});
  EXPECT_THAT(report.error, FailsWith("data.bad_rows"));
  EXPECT_THAT(report.error, FailsSaying("2 rows cannot be kept whole"));
  EXPECT_EQ(DetailOf(report.error)->where().row, 3);
  EXPECT_EQ(report.tables[0].rows_rejected, 2);
  EXPECT_THAT(directory_.Files(), ElementsAre("b.csv"));
}

TEST_F(ConvertTest, WritesBadRowsToTheRejectsFileAndGoesOn) {
  const std::string input = directory_.Write("b.csv", "a,b\n1,x\n2\n3,y\n");
  const ConversionReport report = Convert(
      {input}, directory_ / "b.parquet", {{"strict", "true"}, {"rejects", directory_ / "bad.csv"}});
  ASSERT_OK(report.error);
  EXPECT_EQ(report.tables[0].rows_written, 2);
  EXPECT_EQ(report.tables[0].rows_rejected, 1);
  EXPECT_THAT(directory_.Read("bad.csv"), HasSubstr(",3,3,"));
  EXPECT_THAT(directory_.Read("bad.csv"), HasSubstr("\"2\""));
}

TEST_F(ConvertTest, StopsAtTooManyBadRows) {
  const std::string input = directory_.Write("b.csv", "a,b\n1,x\n2\n3\n4,y\n");
  const auto convert = [&](const std::string& most) {
    return Convert(
        {input}, directory_ / "b.parquet",
        {{"strict", "true"}, {"bad_rows", "skip"}, {"max_bad_rows", most}, {"overwrite", ""}});
  };
  EXPECT_THAT(convert("1").error, FailsWith("data.too_many_bad_rows"));
  EXPECT_THAT(convert("10%").error, FailsWith("data.too_many_bad_rows"));
  EXPECT_THAT(directory_.Files(), ElementsAre("b.csv"));
  EXPECT_OK(convert("2").error);
}

TEST_F(ConvertTest, ChoosesCastsFiltersRenamesAndLimits) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ASSERT_OK(Convert({input}, directory_ / "o.parquet",
                    {{"columns", "name,id"}, {"cast", "id=string"}, {"filter", "amount > 5"}})
                .error);
  EXPECT_EQ(TextOf(directory_ / "o.parquet"), "Ada|1|\nBob, the \"builder\"|2|\n");
  const ConversionReport limited = Convert({input}, directory_ / "l.parquet", {{"limit", "2"}});
  ASSERT_OK(limited.error);
  EXPECT_EQ(limited.tables[0].rows_written, 2);
  EXPECT_EQ(limited.tables[0].rows_read,
            limited.tables[0].rows_written + limited.tables[0].rows_left_out);
  const std::string named = directory_.Write("n.csv", "First Name,lastName\na,b\n");
  ASSERT_OK(Convert({named}, directory_ / "n.parquet", {{"rename", "snake"}}).error);
  EXPECT_THAT(ReadBack(directory_ / "n.parquet")->ColumnNames(),
              ElementsAre("first_name", "last_name"));
}

TEST_F(ConvertTest, NamesTheColumnThatIsMissing) {
  const std::string input = directory_.Write("o.csv", kOrders);
  const ConversionReport report = Convert({input}, "", {{"columns", "amuont"}});
  EXPECT_THAT(report.error, FailsWith("input.no_such_column"));
  EXPECT_THAT(report.error, FailsSaying("did you mean 'amount'"));
}

TEST_F(ConvertTest, RefusesAnOptionThatIsOfNoUse) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ASSERT_OK(Convert({input}, "").error);
  EXPECT_THAT(
      Convert({directory_ / "o.parquet"}, directory_ / "p.parquet", {{"delimiter", ";"}}).error,
      FailsWith("usage.bad_option"));
  EXPECT_THAT(Convert({input}, "", {{"no_such_thing", "1"}}).error, FailsWith("usage.bad_option"));
}

TEST_F(ConvertTest, VerifiesWhatItWrote) {
  const std::string input = directory_.Write("o.csv", kOrders);
  for (const char* output : {"v.parquet", "v.csv"}) {
    const ConversionReport report = Convert({input}, directory_ / output, {{"verify", "true"}});
    ASSERT_OK(report.error);
    EXPECT_THAT(report.tables[0].checksum, SizeIs(32)) << output;
  }
}

TEST_F(ConvertTest, ConvertsParquetBackToTheSameCsv) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ASSERT_OK(Convert({input}, directory_ / "o.parquet", {{"types", "strings"}}).error);
  ASSERT_OK(Convert({directory_ / "o.parquet"}, directory_ / "back.csv").error);
  EXPECT_EQ(directory_.Read("back.csv"), kOrders);
}

TEST_F(ConvertTest, GivesEachOfSeveralInputsItsOutput) {
  const std::string a = directory_.Write("in/a.csv", "x\n1\n");
  const std::string b = directory_.Write("in/b.csv", "y\n2\n");
  const ConversionReport report = Convert({directory_ / "in/*.csv"}, directory_ / "out/");
  ASSERT_OK(report.error);
  EXPECT_THAT(directory_.Files(),
              UnorderedElementsAre("in/a.csv", "in/b.csv", "out/a.parquet", "out/b.parquet"));
}

TEST_F(ConvertTest, DoesTheOtherInputsWhenOneFails) {
  directory_.Write("in/a.csv", "x,y\n1,2\n");
  directory_.Write("in/b.csv", "x,y\n1\n");
  const ConversionReport report =
      Convert({directory_ / "in/*.csv"}, directory_ / "out/", {{"strict", "true"}});
  EXPECT_EQ(report.status, "partial");
  EXPECT_FALSE(report.error.ok());
  EXPECT_THAT(directory_.Files(), UnorderedElementsAre("in/a.csv", "in/b.csv", "out/a.parquet"));
}

TEST_F(ConvertTest, DryRunTouchesNothingAndItsPlanRuns) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ConversionRequest request{.inputs = {input}};
  ExecutionContext context({.threads = 1});
  auto plan = MakePlan(request, registry_, context);
  ASSERT_OK(plan);
  EXPECT_THAT(directory_.Files(), ElementsAre("o.csv"));
  auto again = PlanFromJson(PlanToJson(*plan));
  ASSERT_OK(again);
  const ConversionReport report = Execute(*again, registry_, context);
  ASSERT_OK(report.error);
  EXPECT_THAT(directory_.Files(), UnorderedElementsAre("o.csv", "o.parquet"));
}

TEST_F(ConvertTest, LeavesNothingBehindWhenCancelled) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ConversionRequest request{.inputs = {input}};
  ExecutionContext context({.threads = 2});
  context.cancellation().Request(2);
  const ConversionReport report = pyforge::Convert(request, registry_, context);
  EXPECT_THAT(report.error, FailsWith("interrupted.cancelled"));
  EXPECT_THAT(directory_.Files(), ElementsAre("o.csv"));
}

TEST_F(ConvertTest, TakesTypesFromASchemaFile) {
  const std::string input = directory_.Write("o.csv", kOrders);
  ExecutionContext context({.threads = 1});
  auto json = InferSchemaJson({.path = input}, registry_, context);
  ASSERT_OK(json);
  const std::string schema = directory_.Write("schema.json", *json);
  ASSERT_OK(Convert({input}, directory_ / "o.parquet", {{"schema", schema}}).error);
  EXPECT_TRUE(
      ReadBack(directory_ / "o.parquet")->schema()->field(3)->type()->Equals(arrow::date32()));
  const std::string other =
      directory_.Write("p.csv", "id,name,amount,day,zip\nx,Ada,1,2024-01-31,1\n");
  const ConversionReport report = Convert({other}, directory_ / "p.parquet", {{"schema", schema}});
  EXPECT_FALSE(report.error.ok());
  EXPECT_THAT(report.error, FailsSaying("x"));
}

}  // namespace
}  // namespace pyforge::testing
