#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/temp_directory.h"
#include "pyforge/pyforge.h"
#include "support/matchers.h"

namespace pyforge::testing {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::SizeIs;

class InspectTest : public ::testing::Test {
 protected:
  TempDirectory directory_;
  const Registry registry_ = Registry::WithBuiltins();
  ExecutionContext context_{{.threads = 2}};
};

TEST_F(InspectTest, TellsFormatDialectAndTypes) {
  const std::string path = directory_.Write("x.csv", "a;b\n1;x\n2;y\n3;z\n");
  auto inspection = Inspect({.path = path}, registry_, context_);
  ASSERT_OK(inspection);
  EXPECT_EQ(inspection->format, "csv");
  EXPECT_EQ(inspection->stored_bytes, 16);
  EXPECT_THAT(inspection->findings, Contains(Field(&Finding::name, "delimiter")));
  ASSERT_THAT(inspection->tables, SizeIs(1));
  EXPECT_EQ(inspection->tables[0].schema->num_fields(), 2);
  EXPECT_TRUE(inspection->tables[0].schema->field(0)->type()->Equals(arrow::int64()));
}

TEST_F(InspectTest, ExplainsWhenAsked) {
  const std::string path = directory_.Write("x.csv", "a;b\n1;x\n2;y\n3;z\n");
  auto plain = Inspect({.path = path}, registry_, context_);
  ASSERT_OK(plain);
  EXPECT_FALSE(plain->explanation.has_value());
  auto explained = Inspect({.path = path, .explain = true}, registry_, context_);
  ASSERT_OK(explained);
  ASSERT_TRUE(explained->explanation.has_value());
  EXPECT_THAT(explained->explanation->findings, Contains(Field(&Finding::name, "decimal")));
  ASSERT_THAT(explained->explanation->tables, SizeIs(1));
  EXPECT_THAT(explained->explanation->tables[0].columns, SizeIs(2));
}

TEST_F(InspectTest, ExplainsAFormatThatTellsItsTypesByItsFindings) {
  const std::string input = directory_.Write("g.csv", "a,b\n1,2\n");
  ASSERT_OK(Convert({.inputs = {input}}, registry_, context_).error);
  auto explained =
      Inspect({.path = directory_ / "g.parquet", .explain = true}, registry_, context_);
  ASSERT_OK(explained);
  EXPECT_EQ(explained->explanation->findings.size(), explained->findings.size());
  EXPECT_TRUE(explained->explanation->tables.empty());
}

TEST_F(InspectTest, SaysWhenAFileIsMissing) {
  auto inspection = Inspect({.path = directory_ / "none.csv"}, registry_, context_);
  EXPECT_THAT(inspection, FailsWith("io.not_found"));
}

TEST_F(InspectTest, RefusesAnOptionThatIsOfNoUse) {
  const std::string path = directory_.Write("x.csv", "a;b\n1;x\n");
  InspectRequest request{.path = path};
  request.options["no_such"] = {"1"};
  EXPECT_THAT(Inspect(request, registry_, context_), FailsWith("usage.bad_option"));
}

TEST_F(InspectTest, ReadsTheFirstRowsWithoutReadingAll) {
  // The odd value lies beyond the sample's beginning and between its blocks.
  std::string text = "a\n";
  for (int i = 0; i < 600'000; ++i) text += (i == 217'003 ? "late" : std::to_string(i)) + "\n";
  const std::string path = directory_.Write("x.csv", text);
  InspectRequest request{.path = path};
  request.options["limit"] = {"3"};
  auto reader = Read(request, registry_, context_);
  ASSERT_OK(reader);
  auto table = *(*reader)->ToTable();
  EXPECT_EQ(table->num_rows(), 3);
  EXPECT_TRUE(table->schema()->field(0)->type()->Equals(arrow::int64()));
  // Without a limit the last row decides.
  auto all = Read({.path = path}, registry_, context_);
  ASSERT_OK(all);
  EXPECT_TRUE((*all)->schema()->field(0)->type()->Equals(arrow::utf8()));
  EXPECT_EQ((*(*all)->ToTable())->num_rows(), 600'000);
}

TEST_F(InspectTest, ValidatesByReadingEverything) {
  const std::string good = directory_.Write("g.csv", "a,b\n1,2\n");
  EXPECT_TRUE(Validate({.path = good}, true, registry_, context_).sound);
  const std::string bad = directory_.Write("b.csv", "a,b\n1,2\n3\n");
  InspectRequest request{.path = bad};
  request.options["strict"] = {"true"};
  const ValidationReport report = Validate(request, true, registry_, context_);
  EXPECT_FALSE(report.sound);
  EXPECT_THAT(report.error, FailsWith("data.bad_rows"));
}

TEST_F(InspectTest, ValidatesAParquetFileOnlyDeeplyByItsRows) {
  const std::string input = directory_.Write("g.csv", "a,b\n1,2\n");
  ASSERT_OK(Convert({.inputs = {input}}, registry_, context_).error);
  EXPECT_TRUE(Validate({.path = directory_ / "g.parquet"}, false, registry_, context_).sound);
  const ValidationReport deep =
      Validate({.path = directory_ / "g.parquet"}, true, registry_, context_);
  EXPECT_TRUE(deep.sound);
  ASSERT_THAT(deep.tables, SizeIs(1));
  std::string bytes = directory_.Read("g.parquet");
  const std::string cut = directory_.Write("cut.parquet", bytes.substr(0, bytes.size() / 2));
  EXPECT_FALSE(Validate({.path = cut}, true, registry_, context_).sound);
}

}  // namespace
}  // namespace pyforge::testing
