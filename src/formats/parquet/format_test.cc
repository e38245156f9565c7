#include "formats/parquet/format.h"

#include <gtest/gtest.h>

#include <set>

#include "formats/parquet/errors.h"
#include "formats/parquet/options.h"
#include "pyforge/execution.h"
#include "support/format_io.h"
#include "support/matchers.h"

namespace pyforge::parquet {
namespace {

using ::pyforge::testing::FailsSaying;
using ::pyforge::testing::FailsWith;

TEST(Format, KnowsItsFilesByTheirFirstBytes) {
  const FormatDescriptor& format = Descriptor();
  EXPECT_EQ(format.sniff("PAR1....", "x.bin").confidence, 1);
  EXPECT_EQ(format.sniff("PARE....", "x.parquet").confidence, 1);
  EXPECT_EQ(format.sniff("a,b\n", "x.parquet").confidence, 0);
  EXPECT_EQ(format.sniff("", "x.parquet").confidence, 0);
}

TEST(Format, ListsEachErrorOnceWithASummaryAndAFix) {
  std::set<std::string_view> ids;
  for (const ErrorCode* code : Descriptor().errors) {
    EXPECT_TRUE(ids.insert(code->id).second) << code->id;
    EXPECT_FALSE(code->summary.empty());
    EXPECT_FALSE(code->fix.empty());
  }
}

TEST(Format, ReadsWhatItWrites) {
  ExecutionContext context({.threads = 1});
  arrow::Int64Builder builder;
  ASSERT_OK(builder.AppendValues({1, 2, 3}));
  ASSERT_OK_AND_ASSIGN(const auto values, builder.Finish());
  const auto schema = arrow::schema({arrow::field("n", arrow::int64())});
  testing::MemoryOutput file("t.parquet");
  ASSERT_OK(testing::WriteTable(Descriptor(), schema,
                                {arrow::RecordBatch::Make(schema, 3, {values})}, &file, context));
  ASSERT_OK_AND_ASSIGN(const auto back, testing::ReadTable(Descriptor(), file.bytes, {}, context));
  EXPECT_TRUE(back->column(0)->chunk(0)->Equals(*values));
}

Status CheckWrite(const std::string& name, const std::string& value) {
  return Descriptor().check_write_options({{name, {value}}});
}

TEST(Format, ChecksWriteOptions) {
  for (const std::string good : {"snappy", "zstd", "zstd:1", "zstd:22", "zstd:-7", "gzip", "gzip:9",
                                 "lz4", "lz4_raw", "brotli", "brotli:11", "none", "uncompressed"}) {
    EXPECT_OK(CheckWrite("compression", good)) << good;
  }
  for (const std::string bad : {"", "lzo", "zstd:", "zstd:23", "zstd:x", "snappy:1", "gzip:0",
                                "gzip:99", "none:1", "ZSTD "}) {
    EXPECT_THAT(CheckWrite("compression", bad), FailsWith("usage.bad_option")) << bad;
  }
  EXPECT_THAT(CheckWrite("compression", "snappy:1"), FailsSaying("takes no level"));
  EXPECT_THAT(CheckWrite("compression", "zstd:99"), FailsSaying("from -7 to 22"));
  EXPECT_OK(CheckWrite("row_group_rows", "1"));
  EXPECT_THAT(CheckWrite("row_group_rows", "0"), FailsWith("usage.bad_option"));
  EXPECT_OK(CheckWrite("row_group_bytes", "16MiB"));
  EXPECT_THAT(CheckWrite("row_group_bytes", "0"), FailsWith("usage.bad_option"));
  EXPECT_OK(CheckWrite("compatibility", "plain"));
  EXPECT_THAT(CheckWrite("compatibility", "ancient"), FailsSaying("modern, plain"));
  EXPECT_OK(CheckWrite("page-index", "false"));
  EXPECT_OK(CheckWrite("bloom_filters", "id,name"));
  for (const std::string good : {"0.5", "1e-9", "0.999"}) {
    EXPECT_OK(CheckWrite("bloom_filter_fpp", good)) << good;
  }
  for (const std::string bad : {"0", "1", "-0.1", "2", "nan", "inf", "few"}) {
    EXPECT_THAT(CheckWrite("bloom_filter_fpp", bad), FailsWith("usage.bad_option")) << bad;
  }
  EXPECT_THAT(CheckWrite("compresion", "zstd"), FailsSaying("did you mean 'compression'?"));
}

TEST(Format, RefusesToOpenWithBadOptions) {
  ExecutionContext context({});
  testing::MemoryOutput file("t.parquet");
  EXPECT_THAT(Descriptor().open_output(file, {{"compression", {"lzo"}}}, context),
              FailsWith("usage.bad_option"));
  auto source = std::make_shared<testing::MemorySource>("t.parquet", "PAR1");
  EXPECT_THAT(Descriptor().open_input(source, {{"verify_checksums", {"maybe"}}}, context),
              FailsWith("usage.bad_option"));
  EXPECT_OK(Descriptor().check_read_options({{"verify_checksums", {"no"}}}));
}

}  // namespace
}  // namespace pyforge::parquet
