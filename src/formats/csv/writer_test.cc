#include "formats/csv/writer.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/util/float16.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/compress/decompressor.h"
#include "formats/csv/errors.h"
#include "formats/csv/format.h"
#include "formats/csv/reader_testing.h"
#include "formats/csv/row_text.h"
#include "formats/csv/writer_testing.h"
#include "schema/cast.h"
#include "support/matchers.h"
#include "support/memory_io.h"
#include "support/seed.h"
#include "support/tables.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::FailsWith;
using pyforge::testing::MemoryOutput;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(CsvWriter, QuotesWhatWouldElseBeReadDifferently) {
  EXPECT_EQ(WriteColumn(Texts({"a", std::nullopt, "", "x,y", "say \"so\"", "l\nm", "c\rd", " lead",
                               "tail ", "plain text of more than sixteen bytes",
                               "text of more than sixteen bytes, with comma"})),
            "a\n\n\"\"\n\"x,y\"\n\"say \"\"so\"\"\"\n\"l\nm\"\n\"c\rd\"\n\" lead\"\n\"tail \"\n"
            "plain text of more than sixteen bytes\n"
            "\"text of more than sixteen bytes, with comma\"\n");
}

TEST(CsvWriter, FindsASpecialCharacterAtEveryPlace) {
  const QuotingRules rules;
  for (size_t length = 0; length < 70; ++length) {
    const std::string plain(length, 'x');
    EXPECT_FALSE(HasSpecialCharacter(plain, rules));
    for (size_t at = 0; at < length; ++at) {
      for (const char special : {',', '"', '\n', '\r'}) {
        std::string text = plain;
        text[at] = special;
        EXPECT_TRUE(HasSpecialCharacter(text, rules)) << length << " " << at;
      }
    }
  }
}

TEST(CsvWriter, WritesNumbersByTheFewestDigits) {
  EXPECT_EQ(WriteColumn(MakeArray<arrow::DoubleBuilder>(
                {0.1, 1.0, -0.0, 1e15, 1e16, 1e-5, 1e-6, 1.7976931348623157e308, 5e-324,
                 std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                 -std::numeric_limits<double>::infinity()})),
            "0.1\n1.0\n-0.0\n1000000000000000.0\n1e+16\n0.00001\n1e-06\n1.7976931348623157e+308\n"
            "5e-324\nnan\ninf\n-inf\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::FloatBuilder>({0.1F, 3.0F})), "0.1\n3.0\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Int64Builder>({INT64_MIN, 0, INT64_MAX})),
            "-9223372036854775808\n0\n9223372036854775807\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::UInt64Builder>({UINT64_MAX})), "18446744073709551615\n");
}

TEST(CsvWriter, WritesDecimalsWithAllDigitsOfTheirScale) {
  using arrow::Decimal128;
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Decimal128Builder, arrow::Decimal128>(
                {Decimal128(12345), Decimal128(-5), Decimal128(0)}, arrow::decimal128(10, 3))),
            "12.345\n-0.005\n0.000\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Decimal128Builder, arrow::Decimal128>(
                {Decimal128(-12)}, arrow::decimal128(10, -2))),
            "-1200\n");
}

TEST(CsvWriter, WritesDatesAndTimesInIsoForm) {
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Date32Builder>({0, 19782, -1, -719468, 2932896, 2932897})),
            "1970-01-01\n2024-02-29\n1969-12-31\n+0000-03-01\n9999-12-31\n+10000-01-01\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Date32Builder>({-719529})), "-0001-12-31\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Date64Builder>({-86400000})), "1969-12-31\n");
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  EXPECT_EQ(WriteColumn(MakeArray<arrow::TimestampBuilder>({0, -1, 1500000}, micros,
                                                           arrow::default_memory_pool())),
            "1970-01-01T00:00:00\n1969-12-31T23:59:59.999999\n1970-01-01T00:00:01.500000\n");
  const auto zoned = arrow::timestamp(arrow::TimeUnit::SECOND, "Europe/Berlin");
  EXPECT_EQ(
      WriteColumn(MakeArray<arrow::TimestampBuilder>({60}, zoned, arrow::default_memory_pool())),
      "1970-01-01T00:01:00Z\n");
  EXPECT_EQ(
      WriteColumn(MakeArray<arrow::Time64Builder>(
          {3661000000001}, arrow::time64(arrow::TimeUnit::NANO), arrow::default_memory_pool())),
      "01:01:01.000000001\n");
}

TEST(CsvWriter, ReadsFarDatesAndTimesBackAsTheyWereWritten) {
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  const auto schema =
      arrow::schema({arrow::field("day", arrow::date32()), arrow::field("at", micros)});
  const auto days = MakeArray<arrow::Date32Builder>(
      {-106751991, -719529, -719528, -719163, -719162, 0, 2932896, 2932897, 106751991});
  const auto moments = MakeArray<arrow::TimestampBuilder>(
      {INT64_MIN, INT64_MIN + 1, -62'167'219'200'000'001, -62'135'596'800'000'001, -1, 0,
       253'402'300'800'000'000, INT64_MAX - 1, INT64_MAX},
      micros, arrow::default_memory_pool());
  const auto batch = arrow::RecordBatch::Make(schema, days->length(), {days, moments});
  const auto text = WriteAll(schema, {batch});
  ASSERT_TRUE(text.ok()) << text.status();
  const ReadResult read = ReadCsv(*text).ValueOrDie();
  EXPECT_TRUE(read.table->column(0)->chunk(0)->Equals(days)) << *text;
  EXPECT_TRUE(read.table->column(1)->chunk(0)->Equals(moments)) << *text;
}

TEST(CsvWriter, RefusesDatesAndTimesThatWouldNotBeReadBack) {
  const auto seconds = arrow::timestamp(arrow::TimeUnit::SECOND);
  const auto in_list = std::make_shared<arrow::ListArray>(
      arrow::list(arrow::date32()), 1, arrow::Buffer::FromVector(std::vector<int32_t>{0, 1}),
      MakeArray<arrow::Date32Builder>({2932897}));
  const std::vector<std::pair<std::shared_ptr<arrow::Array>, std::string>> columns = {
      {MakeArray<arrow::Date32Builder>({0, 106751992}), "+294247-01-11"},
      {MakeArray<arrow::Date64Builder>({0, INT64_MIN}), "-292275055-05-16"},
      {MakeArray<arrow::TimestampBuilder>({0, int64_t{1} << 50}, seconds,
                                          arrow::default_memory_pool()),
       "+35680317-09-25T18:57:04"},
      {in_list, "[\"+10000-01-01\"]"}};
  for (const auto& [column, value] : columns) {
    const auto schema = arrow::schema({arrow::field("v", column->type())});
    const auto batch = arrow::RecordBatch::Make(schema, column->length(), {column});
    const auto text = WriteAll(schema, {batch});
    EXPECT_THAT(text.status(), FailsWith("csv.unreadable_date"));
    EXPECT_THAT(text.status().message(), HasSubstr(value));
    ASSERT_NE(DetailOf(text.status()), nullptr);
    EXPECT_EQ(DetailOf(text.status())->where().column, "v");
  }
}

TEST(CsvWriter, WritesNestedValuesAsJsonAndBinaryAsBase64) {
  const auto value = arrow::list(
      arrow::struct_({arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8()),
                      arrow::field("x", arrow::float64()), arrow::field("b", arrow::binary())}));
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ASSERT_TRUE(arrow::MakeBuilder(arrow::default_memory_pool(), value, &builder).ok());
  auto& list = static_cast<arrow::ListBuilder&>(*builder);
  auto& item = static_cast<arrow::StructBuilder&>(*list.value_builder());
  ASSERT_TRUE(list.Append().ok());
  ASSERT_TRUE(item.Append().ok());
  ASSERT_TRUE(static_cast<arrow::Int64Builder*>(item.field_builder(0))->Append(5).ok());
  ASSERT_TRUE(static_cast<arrow::StringBuilder*>(item.field_builder(1))->Append("a\"\\\n").ok());
  ASSERT_TRUE(static_cast<arrow::DoubleBuilder*>(item.field_builder(2))
                  ->Append(std::numeric_limits<double>::quiet_NaN())
                  .ok());
  ASSERT_TRUE(static_cast<arrow::BinaryBuilder*>(item.field_builder(3))->Append("\x01\x02").ok());
  ASSERT_TRUE(item.AppendNull().ok());
  EXPECT_EQ(WriteColumn(*builder->Finish()),
            "\"[{\"\"n\"\":5,\"\"t\"\":\"\"a\\\"\"\\\\\\u000a\"\",\"\"x\"\":\"\"nan\"\","
            "\"\"b\"\":\"\"AQI=\"\"},null]\"\n");
}

TEST(CsvWriter, TakesANullInADictionaryForNull) {
  const auto dictionary = Texts({"a", std::nullopt});
  const auto codes = MakeArray<arrow::Int32Builder>({0, 1});
  EXPECT_EQ(WriteColumn(*arrow::DictionaryArray::FromArrays(codes, dictionary)), "a\n\n");
}

TEST(CsvWriter, RefusesATypeThatTextHasNoFormFor) {
  const auto schema = arrow::schema(
      {arrow::field("a", arrow::int64()), arrow::field("m", arrow::month_interval())});
  const auto text = WriteAll(schema, {});
  EXPECT_THAT(text.status(), FailsWith("unsupported.type"));
  EXPECT_EQ(DetailOf(text.status())->where().column, "m");
}

TEST(CsvWriter, RefusesASecondTable) {
  ExecutionContext context({.threads = 1});
  MemoryOutput output("t.csv");
  auto file = *OpenWriter(output, {}, context);
  const TableSpec spec{.name = "t", .schema = arrow::schema({})};
  ASSERT_TRUE(file->OpenTable(spec).ok());
  EXPECT_THAT(file->OpenTable(spec).status(), FailsWith("unsupported.feature"));
}

TEST(CsvWriter, FollowsItsOptions) {
  const auto column = Texts({"a", std::nullopt, "NULL", "x;y"});
  EXPECT_EQ(WriteColumn(column, {.quoting = Quoting::kAll}), "\"a\"\n\n\"NULL\"\n\"x;y\"\n");
  EXPECT_EQ(WriteColumn(column, {.null_text = "NULL"}), "a\nNULL\n\"NULL\"\nx;y\n");
  EXPECT_EQ(WriteColumn(column, {.output_delimiter = ';', .line_end = LineEnd::kCrlf}),
            "a\r\n\r\nNULL\r\n\"x;y\"\r\n");
  EXPECT_EQ(WriteColumn(column, {.output_quote = '\'', .quoting = Quoting::kText}),
            "'a'\n\n'NULL'\n'x;y'\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Int64Builder>({1}), {.quoting = Quoting::kText}), "1\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Int64Builder>({-10}), {.output_delimiter = '-'}),
            "\"-10\"\n");
}

TEST(CsvWriter, TellsAValueFromTheWordForNull) {
  const auto texts = Texts({"x", std::nullopt});
  const auto numbers = MakeArray<arrow::Int64Builder>({7});
  EXPECT_EQ(WriteColumn(texts, {.null_text = "x"}), "\"x\"\nx\n");
  EXPECT_EQ(WriteColumn(numbers, {.null_text = "7"}), "\"7\"\n");
  for (const auto& column : {texts, numbers}) {
    const auto schema = arrow::schema({arrow::field("v", column->type())});
    const auto batch = arrow::RecordBatch::Make(schema, column->length(), {column});
    const std::string word = column == texts ? "x" : "7";
    const auto text = WriteAll(schema, {batch}, {.quoting = Quoting::kNone, .null_text = word});
    EXPECT_THAT(text.status(), FailsWith("csv.needs_quotes"));
  }
}

TEST(CsvWriter, WritesForExcel) {
  const auto schema = arrow::schema({arrow::field("é", arrow::int64())});
  const auto batch = arrow::RecordBatch::Make(schema, 1, {MakeArray<arrow::Int64Builder>({1})});
  EXPECT_EQ(*WriteAll(schema, {batch}, {.excel = true}), "\xEF\xBB\xBFé\r\n1\r\n");
  EXPECT_EQ(*WriteAll(schema, {batch}, {.output_delimiter = ';', .excel = true}),
            "\xEF\xBB\xBFsep=;\r\né\r\n1\r\n");
  EXPECT_EQ(*WriteAll(schema, {batch}, {.output_header = false}), "1\n");
}

TEST(CsvWriter, RefusesAValueThatNeedsQuotesWhereThereAreNone) {
  const auto schema = arrow::schema({arrow::field("v", arrow::utf8())});
  const auto batch = arrow::RecordBatch::Make(schema, 1, {Texts({"x,y"})});
  const auto text = WriteAll(schema, {batch}, {.quoting = Quoting::kNone});
  EXPECT_THAT(text.status(), FailsWith("csv.needs_quotes"));
  EXPECT_EQ(DetailOf(text.status())->where().column, "v");
  const auto plain = arrow::RecordBatch::Make(schema, 1, {Texts({"x"})});
  EXPECT_EQ(*WriteAll(schema, {plain}, {.quoting = Quoting::kNone}), "v\nx\n");
}

std::string Decompress(const std::string& bytes, compress::Container container) {
  auto stream = compress::OpenDecompressor(
      container,
      std::make_unique<testing::MemoryStream>(std::make_shared<const std::string>(bytes), 1 << 20),
      {});
  EXPECT_TRUE(stream.ok()) << stream.status();
  std::string out(1 << 20, '\0');
  auto count =
      (*stream)->Read(static_cast<int64_t>(out.size()), reinterpret_cast<uint8_t*>(out.data()));
  EXPECT_TRUE(count.ok()) << count.status();
  out.resize(static_cast<size_t>(count.ValueOr(0)));
  return out;
}

TEST(CsvWriter, CompressesByNameOrOption) {
  const auto schema = arrow::schema({arrow::field("v", arrow::utf8())});
  const auto batch = arrow::RecordBatch::Make(schema, 2, {Texts({"a", std::string(300000, 'x')})});
  const std::string expected = *WriteAll(schema, {batch, batch});
  const auto gzip = WriteAll(schema, {batch, batch}, {}, "t.csv.gz");
  ASSERT_TRUE(gzip.ok()) << gzip.status();
  EXPECT_LT(gzip->size(), expected.size() / 10);
  EXPECT_EQ(Decompress(*gzip, compress::Container::kGzip), expected);
  const auto zstd =
      WriteAll(schema, {batch, batch},
               {.output_compression = OutputCompression::kZstd, .output_compression_level = 5});
  ASSERT_TRUE(zstd.ok()) << zstd.status();
  EXPECT_EQ(Decompress(*zstd, compress::Container::kZstd), expected);
  EXPECT_EQ(*WriteAll(schema, {batch, batch}, {.output_compression = OutputCompression::kNone},
                      "t.csv.gz"),
            expected);
  EXPECT_EQ(Decompress(*WriteAll(schema, {}, {.output_header = false}, "t.csv.zst"),
                       compress::Container::kZstd),
            "");
}

TEST(CsvWriter, CountsRowsAndNulls) {
  ExecutionContext context({.threads = 1});
  MemoryOutput output("t.csv");
  const auto schema = arrow::schema({arrow::field("v", arrow::utf8())});
  auto file = *OpenWriter(output, {}, context);
  auto sink = *file->OpenTable({.name = "t", .schema = schema});
  const auto segment = sink->NewSegment();
  const auto batch =
      arrow::RecordBatch::Make(schema, 3, {Texts({"a", std::nullopt, std::nullopt})});
  ASSERT_TRUE(segment->Add(*batch).ok());
  ASSERT_TRUE(sink->Append(*segment->Finish()).ok());
  const TableSummary summary = *sink->Finish();
  EXPECT_EQ(summary.rows, 3);
  ASSERT_EQ(summary.columns.size(), 1);
  EXPECT_EQ(summary.columns[0].name, "v");
  EXPECT_EQ(summary.columns[0].null_count, 2);
}

/// Without a dictionary, which may hold more values than the column.
std::shared_ptr<arrow::Array> Plain(const std::shared_ptr<arrow::Array>& column) {
  if (column->type_id() != arrow::Type::DICTIONARY) return column;
  const auto& type = static_cast<const arrow::DictionaryType&>(*column->type());
  return *schema::CastColumn(column, type.value_type(), arrow::default_memory_pool());
}

/// Writes a random table, every second column of it one of lists, and reads it back under its
/// schema.
TEST(CsvWriter, WritesWhatIsReadBackExactly) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto types = testing::AllTypes();
  for (int round = 0; round < 60; ++round) {
    arrow::FieldVector fields;
    arrow::ArrayVector columns;
    const int64_t rows = static_cast<int64_t>(random() % 60);
    const size_t count = 2 + random() % 5;
    for (size_t i = 0; i < count; ++i) {
      auto type = types[random() % types.size()];
      if (random() % 2 == 0 && type->id() != arrow::Type::DICTIONARY) type = arrow::list(type);
      fields.push_back(arrow::field("column_" + std::to_string(i), type));
      columns.push_back(testing::RandomArray(type, rows, 0.2, &random));
    }
    const auto schema = arrow::schema(fields);
    const auto batch = arrow::RecordBatch::Make(schema, rows, columns);
    WriteOptions options;
    ReadSettings settings;
    settings.options.header = Header::kYes;
    settings.request.contract = schema;
    if (random() % 2 == 0) {
      options.output_delimiter = '\t';
      options.null_text = "\\N";
      settings.options.null_values = {"\\N"};
    }
    if (random() % 2 == 0) options.line_end = LineEnd::kCrlf;
    if (random() % 3 == 0) options.quoting = Quoting::kAll;
    settings.options.delimiter = std::string(1, options.output_delimiter);
    settings.options.quote = "\"";
    settings.options.escape = "none";
    settings.options.encoding = "utf-8";
    settings.tuning.morsel_bytes = 64 + static_cast<int64_t>(random() % 1000);
    const auto text = WriteAll(schema, {batch}, options);
    ASSERT_TRUE(text.ok()) << text.status();
    const auto result = ReadCsv(*text, settings);
    ASSERT_TRUE(result.ok()) << result.status() << "\n" << schema->ToString() << "\n" << *text;
    ASSERT_EQ(result->ledger.rejected_count(), 0) << result->ledger.rejected()[0].message << "\n"
                                                  << schema->ToString() << *text;
    ASSERT_EQ(result->table->num_rows(), rows) << *text;
    for (int i = 0; i < schema->num_fields(); ++i) {
      if (rows == 0) continue;
      const auto& written = columns[static_cast<size_t>(i)];
      const auto read = result->table->column(i)->chunk(0);
      ASSERT_TRUE(Plain(read)->Equals(Plain(written)))
          << schema->field(i)->ToString() << "\n"
          << read->ToString() << written->ToString() << *text;
    }
  }
}

TEST(CsvFormat, ImpliesTheDelimiterOfTsv) {
  const auto implied = Descriptor().implied_options;
  EXPECT_EQ(implied("tsv").at("delimiter").value, "tab");
  EXPECT_EQ(implied(".tsv").count("delimiter"), 0);
  EXPECT_EQ(implied(".tab").at("output_delimiter").value, "tab");
  EXPECT_EQ(implied(".psv").at("output_delimiter").value, "|");
  EXPECT_TRUE(implied(".csv").empty());
}

TEST(CsvFormat, RefusesOptionsThatMakeNoSense) {
  const auto check = [](bool read, const char* name, const char* value) {
    const OptionValues values{{name, {.value = value}}};
    return read ? Descriptor().check_read_options(values)
                : Descriptor().check_write_options(values);
  };
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, const char*>>{{"delimiter", "\\n"},
                                                        {"quote", "ab"},
                                                        {"escape", "ab"},
                                                        {"header", "maybe"},
                                                        {"header_rows", "99"},
                                                        {"skip_rows", "-1"},
                                                        {"decimal", "x"},
                                                        {"encoding", "klingon"},
                                                        {"field_max", "1"},
                                                        {"date_format", "whenever"},
                                                        {"date_format", "%d/%m/%Y %I:%M"},
                                                        {"delimiters", ",\\n"},
                                                        {"empty_fields", "maybe"},
                                                        {"no_such_option", "1"}}) {
    EXPECT_THAT(check(true, name, value), FailsWith("usage.bad_option")) << name;
  }
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, const char*>>{{"output_quote", ","},
                                                        {"null_text", "a,b"},
                                                        {"output_compression_level", "99"},
                                                        {"quoting", "some"},
                                                        {"output_delimiter", "\\x0a"},
                                                        {"output_quote", "\\x0d"}}) {
    EXPECT_THAT(check(false, name, value), FailsWith("usage.bad_option")) << name;
  }
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, const char*>>{{"delimiter", "tab"},
                                                        {"delimiter", "||"},
                                                        {"delimiter", "\\x1f"},
                                                        {"quote", "none"},
                                                        {"decimal", ","},
                                                        {"encoding", "latin1"},
                                                        {"field_max", "1MiB"},
                                                        {"date_format", "d/m/yyyy"},
                                                        {"date_format", "%-d/%-m/%Y %-I:%M %p"},
                                                        {"delimiters", ",;\\t|: "},
                                                        {"output_delimiter", "tab"}}) {
    EXPECT_TRUE(check(true, name, value).ok()) << name;
  }
}

TEST(CsvFormat, RecognisesTextInColumns) {
  const auto sniff = Descriptor().sniff;
  EXPECT_GT(sniff("a,b\n1,2\n3,4\n", "data").confidence, 0.5);
  EXPECT_GT(sniff("a,b\n1,2\n", "x.CSV").confidence, 0.7);
  EXPECT_GT(sniff("", "x.csv").confidence, 0.5);
  EXPECT_EQ(sniff("", "x").confidence, 0);
  EXPECT_LT(sniff("just words\nin lines\n", "x").confidence, 0.5);
  EXPECT_LT(sniff("{\"a\": 1, \"b\": 2}\n", "x").confidence, 0.1);
  EXPECT_LT(sniff(std::string("PK\x03\x04\x00\x01\x02\x00", 8), "x.csv").confidence, 0.5);
}

}  // namespace
}  // namespace pyforge::csv
