#include "core/table_writer.h"

#include <algorithm>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bad_rows.h"
#include "io/errors.h"
#include "pyforge/pyforge.h"
#include "support/plain_format.h"
#include "support/temp_directory.h"

namespace pyforge::core {
namespace {

using pyforge::testing::PlainFormat;
using pyforge::testing::TempDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kRows =
    "id:int64|day:date32|name:string\n"
    "3|2024-01-02|c\n1|2024-01-01|a\n2||b\n4|2024-01-02|\n5|2024-01-01|e\n";

/// Whole conversions, from a plain file to plain files.
class TableWriterTest : public ::testing::Test {
 protected:
  TableWriterTest() { EXPECT_TRUE(registry_.Add(PlainFormat()).ok()); }

  using Options = std::vector<std::pair<std::string, std::string>>;

  ConversionReport Convert(const std::vector<std::string>& inputs, const std::string& output,
                           const Options& options) {
    ConversionRequest request{.inputs = inputs, .output = output};
    for (const auto& [name, value] : options) request.options[name] = {.value = value};
    return pyforge::Convert(request, registry_, context_);
  }
  ConversionReport Convert(std::string_view rows, const Options& options,
                           const std::string& output = "out.plain") {
    return Convert({directory_.Write("in.plain", rows)}, directory_ / output, options);
  }
  std::vector<std::string> Outputs() const {
    std::vector<std::string> names = directory_.Names();
    std::erase_if(names, [](const std::string& name) {
      return name.ends_with('/') || !name.starts_with("out");
    });
    return names;
  }

  TempDirectory directory_;
  Registry registry_;
  ExecutionContext context_{{.memory_bytes_max = int64_t{256} << 20, .threads = 2}};
};

TEST_F(TableWriterTest, SortsRows) {
  const auto report =
      Convert(kRows, {{"sort_by", "day desc nulls first,id desc"}, {"verify", "true"}});
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_EQ(directory_.Read("out.plain"),
            "id:int64|day:date32[day]|name:string\n2||b\n4|2024-01-02|\n3|2024-01-02|c\n"
            "5|2024-01-01|e\n1|2024-01-01|a\n");
  EXPECT_EQ(report.tables[0].rows_written, 5);
  EXPECT_EQ(report.tables[0].columns[1].null_count, 1);
  EXPECT_EQ(report.tables[0].checksum.size(), 32U);
}

TEST_F(TableWriterTest, PutsEveryPartitionIntoItsDirectory) {
  const auto report =
      Convert(kRows, {{"partition_by", "day"}, {"verify", "true"}, {"to", "plain"}}, "out");
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_THAT(Outputs(),
              ElementsAre("out/day=2024-01-01/part-0.plain", "out/day=2024-01-02/part-0.plain",
                          "out/day=__HIVE_DEFAULT_PARTITION__/part-0.plain"));
  EXPECT_EQ(directory_.Read("out/day=2024-01-01/part-0.plain"), "id:int64|name:string\n1|a\n5|e\n");
  EXPECT_EQ(directory_.Read("out/day=2024-01-02/part-0.plain"), "id:int64|name:string\n3|c\n4|\n");
  EXPECT_EQ(report.outputs[0].files, 3);
  EXPECT_EQ(report.outputs[0].rows, 5);
  EXPECT_EQ(report.tables[0].columns[1].null_count, 1);
  EXPECT_EQ(report.tables[0].columns[2].null_count, 1);
}

TEST_F(TableWriterTest, SortsWithinNestedPartitions) {
  const auto report =
      Convert("a:string|b:bool|n:int64\nx|true|1\nx|true|3\ny|true|4\nx|false|5\nx|true|2\n",
              {{"partition_by", "a,b"}, {"sort_by", "n desc"}, {"to", "plain"}}, "out");
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_THAT(Outputs(), ElementsAre("out/a=x/b=false/part-0.plain", "out/a=x/b=true/part-0.plain",
                                     "out/a=y/b=true/part-0.plain"));
  EXPECT_EQ(directory_.Read("out/a=x/b=true/part-0.plain"), "n:int64\n3\n2\n1\n");
  EXPECT_EQ(context_.progress().rows_written.load(), 5);
}

TEST_F(TableWriterTest, WritesPartsWhereFilesHaveALargestSize) {
  for (const Options& options :
       {Options{}, Options{{"sort_by", "id"}}, Options{{"partition_by", "day"}}}) {
    Options all = options;
    all.insert(all.end(), {{"max_file_size", "20KiB"}, {"verify", "true"}});
    const TempDirectory fresh;
    const auto report = Convert({directory_.Write("in.plain", kRows)}, fresh / "out.plain", all);
    ASSERT_TRUE(report.error.ok()) << report.error;
    EXPECT_EQ(report.outputs[0].rows, 5);
    const std::vector<std::string> names = fresh.Names();
    EXPECT_EQ(report.outputs[0].files,
              std::count_if(names.begin(), names.end(), [](const std::string& name) {
                return name.ends_with("/part-0.plain");
              }));
  }
}

TEST_F(TableWriterTest, BeginsANewFileWhereOneWouldBecomeTooLong) {
  const OptionValues no_options;
  const auto schema = arrow::schema({arrow::field("t", arrow::utf8())});
  auto staging = Staging::Open({}, context_);
  ASSERT_TRUE(staging.ok());
  auto parts = PartFiles::Open(
      {.format = &PlainFormat(),
       .format_options = &no_options,
       .table = {.name = "t", .schema = schema},
       .path = [this](int64_t n) { return directory_ / fmt::format("out/{}.plain", n); },
       .file_bytes_max = 50},
      **staging, context_);
  ASSERT_TRUE(parts.ok()) << parts.status();
  const auto segment = (*parts)->NewSegment();
  for (const size_t length : {20U, 19U, 1U, 70U, 5U}) {
    arrow::StringBuilder builder;
    ASSERT_TRUE(builder.Append(std::string(length, 'x')).ok());
    ASSERT_TRUE(builder.AppendNull().ok());
    ASSERT_TRUE(
        segment->Add(*arrow::RecordBatch::Make(schema, 2, {builder.Finish().ValueOrDie()})).ok());
    ASSERT_TRUE((*parts)->Append(segment->Finish().ValueOrDie()).ok());
  }
  const auto summary = (*parts)->Finish();
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->rows, 10);
  EXPECT_EQ(summary->columns[0].null_count, 5);
  EXPECT_EQ((*parts)->files().size(), 4U);
  ASSERT_TRUE((*staging)->Publish().ok());
  // 9 bytes of header and 22 of rows; 21 more would be too long, 3 more are not.
  EXPECT_EQ(directory_.Read("out/0.plain").size(), 9U + 22);
  EXPECT_EQ(directory_.Read("out/1.plain").size(), 9U + 21 + 3);
  EXPECT_EQ(directory_.Read("out/2.plain").size(), 9U + 72);  // a piece is never cut
  EXPECT_EQ(directory_.Read("out/3.plain").size(), 9U + 7);
}

TEST_F(TableWriterTest, RefusesADirectoryThatHoldsFiles) {
  directory_.Write("out/old.plain", "x:int64\n1\n");
  const auto refused = Convert(kRows, {{"partition_by", "day"}, {"to", "plain"}}, "out");
  EXPECT_TRUE(FailedWith(refused.error, io::kOutputExists)) << refused.error;
  const auto mixed =
      Convert(kRows, {{"partition_by", "day"}, {"overwrite", "true"}, {"to", "plain"}}, "out");
  ASSERT_TRUE(FailedWith(mixed.error, io::kOutputExists)) << mixed.error;
  EXPECT_THAT(mixed.error.message(), HasSubstr("old.plain would stay among the new files"));
  EXPECT_THAT(Outputs(), ElementsAre("out/old.plain"));
}

TEST_F(TableWriterTest, ReplacesTheFilesOfAnEarlierRun) {
  for (int run = 0; run < 2; ++run) {
    const auto report =
        Convert(kRows, {{"partition_by", "day"}, {"overwrite", "true"}, {"to", "plain"}}, "out");
    ASSERT_TRUE(report.error.ok()) << report.error;
    EXPECT_EQ(Outputs().size(), 3U);
  }
}

TEST_F(TableWriterTest, RefusesWhatCannotBeSortedOrPartitioned) {
  EXPECT_TRUE(FailedWith(Convert(kRows, {{"sort_by", "dya"}}).error, kNoSuchColumn));
  EXPECT_TRUE(FailedWith(Convert(kRows, {{"sort_by", "\"id\" sideways"}}).error, kBadOption));
  EXPECT_TRUE(FailedWith(
      Convert(kRows, {{"partition_by", "day,day"}, {"to", "plain"}}, "out").error, kBadOption));
  EXPECT_TRUE(FailedWith(
      Convert(kRows, {{"partition_by", "id,day,name"}, {"to", "plain"}}, "out").error, kBadOption));
  EXPECT_TRUE(FailedWith(Convert({directory_.Write("in.plain", kRows)}, "-",
                                 {{"partition_by", "day"}, {"to", "plain"}})
                             .error,
                         kBadRequest));
  EXPECT_THAT(Outputs(), IsEmpty());
}

TEST_F(TableWriterTest, WritesAnEmptyTableSortedButNoPartitionOfIt) {
  const std::string empty = "id:int64|day:date32\n";
  auto report = Convert(empty, {{"sort_by", "id"}});
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_EQ(directory_.Read("out.plain"), "id:int64|day:date32[day]\n");
  report = Convert(empty, {{"partition_by", "day"}, {"to", "plain"}}, "out.parts");
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_THAT(report.warnings, ElementsAre(HasSubstr("there are no rows")));
}

TEST_F(TableWriterTest, WritesTheSameBytesForAnyNumberOfThreads) {
  std::mt19937 random(5);
  std::string rows = "k:int64|t:string\n";
  for (int i = 0; i < 5000; ++i) rows += fmt::format("{}|{}\n", random() % 50, i);
  std::string first;
  for (const int threads : {1, 2, 5}) {
    ExecutionContext context({.memory_bytes_max = int64_t{64} << 20, .threads = threads});
    const std::string output = fmt::format("out{}.plain", threads);
    const ConversionRequest request{.inputs = {directory_.Write("in.plain", rows)},
                                    .output = directory_ / output,
                                    .options = {{"sort_by", {.value = "k"}}}};
    const auto report = pyforge::Convert(request, registry_, context);
    ASSERT_TRUE(report.error.ok()) << report.error;
    if (first.empty()) first = directory_.Read(output);
    EXPECT_EQ(directory_.Read(output), first);
  }
  EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 5001);
}

TEST_F(TableWriterTest, UnitesInputsIntoOneTable) {
  const std::vector<std::string> inputs = {
      directory_.Write("a.plain", "id:int64|x:string\n1|p\n2|q\n"),
      directory_.Write("b.plain", "y:bool|id:double\ntrue|2.5\n")};
  const auto report =
      Convert(inputs, directory_ / "out.plain", {{"union", "true"}, {"verify", "true"}});
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_EQ(directory_.Read("out.plain"), "id:double|x:string|y:bool\n1|p|\n2|q|\n2.5||true\n");
  EXPECT_THAT(report.tables[0].source_path, HasSubstr("a.plain and 1 more"));
  EXPECT_EQ(report.tables.size(), 1U);
  EXPECT_THAT(report.warnings, ::testing::Contains(HasSubstr("b.plain alone has the column 'y'")));
}

TEST_F(TableWriterTest, NamesTheInputOfARowThatCannotBeKept) {
  const std::vector<std::string> inputs = {directory_.Write("a.plain", "id:int64\n1\n2\n"),
                                           directory_.Write("b.plain", "id:int64\n3\nbad\n")};
  const auto failed = Convert(inputs, directory_ / "out.plain", {{"union", "true"}});
  ASSERT_TRUE(FailedWith(failed.error, kBadRowsFound)) << failed.error;
  EXPECT_EQ(DetailOf(failed.error)->where().path, inputs[1]);
  EXPECT_EQ(DetailOf(failed.error)->where().row, 3);
  EXPECT_THAT(failed.error.message(), HasSubstr("b.plain row 3"));
  const auto skipped = Convert(inputs, directory_ / "out.plain",
                               {{"union", "true"}, {"rejects", directory_ / "rejects.csv"}});
  ASSERT_TRUE(skipped.error.ok()) << skipped.error;
  EXPECT_THAT(directory_.Read("rejects.csv"), HasSubstr("b.plain\",3,3,"));
  const std::vector<std::string> broken = {inputs[0],
                                           directory_.Write("c.plain", "id:int64\n3\nbroken\n")};
  const auto corrupt = Convert(broken, directory_ / "out2.plain", {{"union", "true"}});
  ASSERT_TRUE(FailedWith(corrupt.error, kCorrupt)) << corrupt.error;
  EXPECT_EQ(DetailOf(corrupt.error)->where().path, broken[1]);
  EXPECT_EQ(DetailOf(corrupt.error)->where().row, 3);
}

TEST_F(TableWriterTest, UnitesOnlyTheColumnsThatAreNeeded) {
  const std::vector<std::string> inputs = {
      directory_.Write("a.plain", "id:int64|x:string\n1|p\n2|q\n"),
      directory_.Write("b.plain", "y:bool|id:int64\ntrue|3\n")};
  const auto report = Convert(inputs, directory_ / "out.plain",
                              {{"union", "true"}, {"columns", "id"}, {"filter", "y or id = 1"}});
  ASSERT_TRUE(report.error.ok()) << report.error;
  EXPECT_EQ(directory_.Read("out.plain"), "id:int64\n1\n3\n");
  EXPECT_EQ(report.tables[0].rows_left_out, 1);
}

}  // namespace
}  // namespace pyforge::core
