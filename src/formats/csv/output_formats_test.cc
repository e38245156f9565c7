// Numbers and dates as the user of an output wants them, and read back.
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/csv/format.h"
#include "formats/csv/reader_testing.h"
#include "formats/csv/writer_testing.h"
#include "schema/cast.h"
#include "schema/text_format.h"
#include "support/matchers.h"
#include "support/seed.h"

namespace pyforge::csv {
namespace {

using pyforge::testing::FailsWith;
using ::testing::HasSubstr;

constexpr int64_t kMicrosPerSecond = 1'000'000;

std::shared_ptr<arrow::RecordBatch> BatchOf(const arrow::FieldVector& fields,
                                            const arrow::ArrayVector& columns) {
  return arrow::RecordBatch::Make(arrow::schema(fields), columns[0]->length(), columns);
}

std::shared_ptr<arrow::RecordBatch> BatchOf(const std::shared_ptr<arrow::Array>& column) {
  return BatchOf({arrow::field("v", column->type())}, {column});
}

std::shared_ptr<arrow::Array> Moments(const std::vector<int64_t>& values,
                                      const std::string& zone = {},
                                      arrow::TimeUnit::type unit = arrow::TimeUnit::MICRO) {
  return MakeArray<arrow::TimestampBuilder>(values, arrow::timestamp(unit, zone),
                                            arrow::default_memory_pool());
}

/// Reads a table back under the contract of what was written.
Result<ReadResult> ReadBack(const arrow::RecordBatch& batch, const WriteOptions& options,
                            std::string text) {
  ReadSettings settings;
  settings.options = {.delimiter = std::string(1, options.output_delimiter),
                      .quote = "\"",
                      .escape = "none",
                      .header = Header::kYes,
                      .encoding = "utf-8"};
  settings.request.contract = ReadBackContract(*batch.schema(), options);
  return ReadCsv(std::move(text), settings);
}

void ExpectIsReadBack(const arrow::RecordBatch& batch, const WriteOptions& options) {
  ASSERT_OK_AND_ASSIGN(const std::string text, WriteAll(batch.schema(), {batch.Slice(0)}, options));
  ASSERT_OK_AND_ASSIGN(const ReadResult read, ReadBack(batch, options, text));
  ASSERT_EQ(read.ledger.rejected_count(), 0) << text << read.ledger.rejected()[0].message;
  ASSERT_EQ(read.table->num_rows(), batch.num_rows()) << text;
  for (int i = 0; i < batch.num_columns(); ++i) {
    ASSERT_TRUE(read.table->column(i)->chunk(0)->Equals(batch.column(i)))
        << text << read.table->column(i)->ToString() << batch.column(i)->ToString();
  }
}

TEST(CsvOutputFormats, WriteDecimalCommas) {
  const WriteOptions options{.output_delimiter = ';', .output_decimal = ','};
  EXPECT_EQ(WriteColumn(MakeArray<arrow::DoubleBuilder>({0.1, -2.0, 1.5e300, 1e16, 1.0 / 3,
                                                         std::numeric_limits<double>::quiet_NaN(),
                                                         -std::numeric_limits<double>::infinity()}),
                        options),
            "0,1\n-2,0\n1,5e+300\n1e+16\n0,3333333333333333\nnan\n-inf\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::FloatBuilder>({0.1F, -3.0F}), options), "0,1\n-3,0\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Decimal128Builder, arrow::Decimal128>(
                            {arrow::Decimal128(-12345)}, arrow::decimal128(10, 2)),
                        options),
            "-123,45\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Int64Builder>({-1}), options), "-1\n");
}

TEST(CsvOutputFormats, QuoteANumberThatHoldsTheDelimiter) {
  const auto numbers = MakeArray<arrow::DoubleBuilder>({1.5, 1e16});
  EXPECT_EQ(WriteColumn(numbers, {.output_decimal = ','}), "\"1,5\"\n1e+16\n");
  EXPECT_EQ(WriteColumn(numbers, {.output_delimiter = '.'}), "\"1.5\"\n1e+16\n");
  EXPECT_EQ(WriteColumn(numbers, {.quoting = Quoting::kText, .output_decimal = ','}),
            "\"1,5\"\n1e+16\n");
  const auto batch = BatchOf(numbers);
  const auto text =
      WriteAll(batch->schema(), {batch}, {.quoting = Quoting::kNone, .output_decimal = ','});
  EXPECT_THAT(text.status(), FailsWith("csv.needs_quotes"));
  EXPECT_THAT(text.status().message(), HasSubstr("1,5"));
  EXPECT_EQ(DetailOf(text.status())->where().column, "v");
}

TEST(CsvOutputFormats, QuoteADateThatHoldsTheDelimiter) {
  const auto days = MakeArray<arrow::Date32Builder>({0});
  EXPECT_EQ(WriteColumn(days, {.output_date_format = "mon d, yyyy"}), "\"Jan 1, 1970\"\n");
  EXPECT_EQ(WriteColumn(days, {.output_delimiter = '/', .output_date_format = "d/m/yyyy"}),
            "\"1/1/1970\"\n");
  EXPECT_EQ(WriteColumn(days, {.output_delimiter = ' ', .output_date_format = "d mon yyyy"}),
            "\"1 Jan 1970\"\n");
  EXPECT_EQ(WriteColumn(days, {.output_quote = '/', .output_date_format = "d/m/yyyy"}),
            "/1//1//1970/\n");
}

TEST(CsvOutputFormats, LeaveOutWhatTheTimestampPatternLacks) {
  const auto moments = Moments({-1, 1'500'000});
  const auto written = [&](const std::string& pattern) {
    return WriteColumn(moments, {.output_timestamp_format = pattern});
  };
  EXPECT_EQ(written("%d/%m/%Y %H:%M:%S"), "31/12/1969 23:59:59\n01/01/1970 00:00:01\n");
  EXPECT_EQ(written("%d/%m/%Y %H:%M"), "31/12/1969 23:59\n01/01/1970 00:00\n");
  EXPECT_EQ(written("dd/mm/yyyy"), "31/12/1969\n01/01/1970\n");
  EXPECT_EQ(written("yyyy-mm-dd hh:mm:ss.fff"),
            "1969-12-31 23:59:59.999\n1970-01-01 00:00:01.500\n");
}

TEST(CsvOutputFormats, KnowEveryUnit) {
  const WriteOptions options{.output_timestamp_format = "d.m.yyyy h:mm:ss.fffffffff"};
  EXPECT_EQ(WriteColumn(Moments({-1}, {}, arrow::TimeUnit::SECOND), options),
            "31.12.1969 23:59:59.000000000\n");
  EXPECT_EQ(WriteColumn(Moments({-1}, {}, arrow::TimeUnit::MILLI), options),
            "31.12.1969 23:59:59.999000000\n");
  EXPECT_EQ(WriteColumn(Moments({-1}, {}, arrow::TimeUnit::NANO), options),
            "31.12.1969 23:59:59.999999999\n");
  EXPECT_EQ(WriteColumn(MakeArray<arrow::Date64Builder>({-1}), {.output_date_format = "d.m.yyyy"}),
            "31.12.1969\n");
}

TEST(CsvOutputFormats, WriteMomentsWithAZoneInUtc) {
  const auto moments = Moments({60 * kMicrosPerSecond}, "Europe/Berlin");
  EXPECT_EQ(WriteColumn(moments, {.output_timestamp_format = "%d/%m/%Y %H:%M:%S%z"}),
            "01/01/1970 00:01:00Z\n");
  EXPECT_EQ(WriteColumn(moments, {.output_timestamp_format = "%d/%m/%Y %H:%M"}),
            "01/01/1970 00:01\n");
}

TEST(CsvOutputFormats, RefuseAZoneWhereThereIsNone) {
  const auto batch = BatchOf(Moments({0}));
  const auto text =
      WriteAll(batch->schema(), {batch}, {.output_timestamp_format = "dd/mm/yyyy hh:mmZ"});
  EXPECT_THAT(text.status(), FailsWith("usage.bad_option"));
  EXPECT_EQ(DetailOf(text.status())->where().column, "v");
}

TEST(CsvOutputFormats, RefuseAYearThatThePatternHasNoPlaceFor) {
  const WriteOptions options{.output_date_format = "dd/mm/yyyy",
                             .output_timestamp_format = "%d/%m/%y %H:%M"};
  const std::vector<std::pair<std::shared_ptr<arrow::Array>, std::string>> columns = {
      {MakeArray<arrow::Date32Builder>({0, 2932897}), "+10000-01-01"},
      {MakeArray<arrow::Date32Builder>({0, -719163}), "+0000-12-31"},
      {MakeArray<arrow::Date64Builder>({0, INT64_MIN}), "-292275055-05-16"},
      {Moments({0, -366 * 86400 * kMicrosPerSecond}), "1968-12-31T00:00:00"},
      {Moments({0, int64_t{1} << 50}, "UTC", arrow::TimeUnit::SECOND),
       "+35680317-09-25T18:57:04Z"}};
  for (const auto& [column, value] : columns) {
    const auto batch = BatchOf(column);
    const auto text = WriteAll(batch->schema(), {batch}, options);
    EXPECT_THAT(text.status(), FailsWith("csv.unprintable_date"));
    EXPECT_THAT(text.status().message(), HasSubstr(value));
    EXPECT_EQ(DetailOf(text.status())->where().column, "v");
  }
}

TEST(CsvOutputFormats, RefuseDatesThatAreNotReadBackInAnyPattern) {
  const auto batch = BatchOf(MakeArray<arrow::Date32Builder>({106751992}));
  const auto text = WriteAll(batch->schema(), {batch}, {.output_date_format = "yyyy-mm-dd"});
  EXPECT_THAT(text.status(), FailsWith("csv.unreadable_date"));
  const auto moments = BatchOf(Moments({int64_t{1} << 50}, {}, arrow::TimeUnit::SECOND));
  EXPECT_THAT(
      WriteAll(moments->schema(), {moments}, {.output_timestamp_format = "yyyy-mm-dd hh:mm"})
          .status(),
      FailsWith("csv.unreadable_date"));
}

TEST(CsvOutputFormats, LeaveJsonAsItIs) {
  const auto offsets = arrow::Buffer::FromVector(std::vector<int32_t>{0, 2});
  const auto list = [&](const std::shared_ptr<arrow::Array>& items) {
    return std::make_shared<arrow::ListArray>(arrow::list(items->type()), 1, offsets, items);
  };
  const WriteOptions options{.output_delimiter = ';',
                             .output_decimal = ',',
                             .output_date_format = "dd/mm/yyyy",
                             .output_timestamp_format = "dd/mm/yyyy hh:mm"};
  EXPECT_EQ(WriteColumn(list(MakeArray<arrow::DoubleBuilder>({1.5, -2})), options), "[1.5,-2.0]\n");
  EXPECT_EQ(WriteColumn(list(MakeArray<arrow::Date32Builder>({0, 1})), options),
            "\"[\"\"1970-01-01\"\",\"\"1970-01-02\"\"]\"\n");
  const auto batch =
      BatchOf({arrow::field("prices", arrow::list(arrow::float64())),
               arrow::field("at", arrow::list(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")))},
              {list(MakeArray<arrow::DoubleBuilder>({1.5, -2})), list(Moments({1, 2}, "UTC"))});
  ExpectIsReadBack(*batch, options);
}

TEST(CsvOutputFormats, ReachIntoDictionaries) {
  const auto codes = MakeArray<arrow::Int32Builder>({1, 0});
  const auto days = MakeArray<arrow::Date32Builder>({0, 1});
  EXPECT_EQ(WriteColumn(*arrow::DictionaryArray::FromArrays(codes, days),
                        {.output_date_format = "d/m/yyyy"}),
            "2/1/1970\n1/1/1970\n");
}

TEST(CsvOutputFormats, AreReadBackWithTheOptionsOfReading) {
  arrow::DoubleBuilder prices;
  arrow::Date32Builder days;
  arrow::TimestampBuilder moments(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                  arrow::default_memory_pool());
  // Day and month cannot be told apart, nor can decimal commas from groups of thousands.
  for (int i = 0; i < 11; ++i) {
    ASSERT_OK(prices.Append(-1.125 * (i + 1)));
    ASSERT_OK(days.Append(31 * i));
    ASSERT_OK(moments.Append(int64_t{31 * i} * 86400 * kMicrosPerSecond + i));
  }
  ASSERT_OK(prices.AppendNull());
  ASSERT_OK(days.AppendNull());
  ASSERT_OK(moments.AppendNull());
  const auto batch =
      BatchOf({arrow::field("price", arrow::float64()), arrow::field("day", arrow::date32()),
               arrow::field("at", moments.type())},
              {*prices.Finish(), *days.Finish(), *moments.Finish()});
  for (const char delimiter : {';', ','}) {
    const WriteOptions options{.output_delimiter = delimiter,
                               .output_decimal = ',',
                               .output_date_format = "d/m/yyyy",
                               .output_timestamp_format = "%d/%m/%Y %H:%M:%S.%f%z",
                               .excel = true};
    ASSERT_OK_AND_ASSIGN(const std::string text, WriteAll(batch->schema(), {batch}, options));
    ReadSettings settings;
    settings.options.decimal = ',';
    settings.options.date_format = "d/m/yyyy";
    for (const bool has_contract : {false, true}) {
      if (has_contract) settings.request.contract = batch->schema();
      ASSERT_OK_AND_ASSIGN(const ReadResult read, ReadCsv(text, settings));
      ASSERT_EQ(read.ledger.rejected_count(), 0) << text;
      for (int i = 0; i < batch->num_columns(); ++i) {
        EXPECT_TRUE(read.table->column(i)->chunk(0)->Equals(batch->column(i)))
            << read.table->column(i)->ToString() << text;
      }
    }
  }
}

/// Random moments of the years that a pattern has place for.
std::vector<int64_t> RandomSeconds(bool has_short_years, std::mt19937_64& random) {
  const int64_t first = has_short_years ? -365 : -719162;
  const int64_t count = has_short_years ? 100 * 365 : 2932896 + 719162;
  std::vector<int64_t> seconds(40);
  for (int64_t& each : seconds) {
    each = (first + static_cast<int64_t>(random() % static_cast<uint64_t>(count))) * 86400 +
           static_cast<int64_t>(random() % 86400);
  }
  return seconds;
}

TEST(CsvOutputFormats, AreReadBackInEveryPattern) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<std::string> dates = {
      "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y",   "%y-%m-%d",     "%-d/%-m/%Y", "%-m/%-d/%y",
      "%Y%m%d",   "%d-%b-%Y", "%d %B %Y", "%B %-d, %Y", "%b/%d/%y",     "yyyy.mm.dd", "d mon yyyy",
      "%d %b %y", "yyyy-m-d", "%Y/%b/%d", "%d %m %Y",   "month dd yyyy"};
  const std::vector<std::string> times = {" %H:%M:%S.%f", "T%H:%M:%S",     ", %I:%M:%S %p",
                                          " %-I:%M:%S%P", " %-H:%M:%S.%f", " %T"};
  for (const std::string& date : dates) {
    schema::TextType type{.kind = schema::TextKind::kDate};
    ASSERT_OK(schema::ParseFormat(date, &type)) << date;
    const bool is_strptime = date.find('%') != std::string::npos;
    const std::vector<int64_t> seconds = RandomSeconds(type.layout.two_digit_years, random);
    std::vector<int32_t> days;
    std::vector<int64_t> micros;
    for (const int64_t each : seconds) {
      days.push_back(static_cast<int32_t>(each / 86400 - (each % 86400 < 0 ? 1 : 0)));
      micros.push_back(each * kMicrosPerSecond);
    }
    for (const std::string& time : times) {
      if (!is_strptime) break;
      const std::string moment = date + time;
      for (const std::string zone : {"", "UTC"}) {
        SCOPED_TRACE(::testing::Message() << moment << zone);
        const auto batch =
            BatchOf({arrow::field("day", arrow::date32()),
                     arrow::field("at", arrow::timestamp(arrow::TimeUnit::MICRO, zone)),
                     arrow::field("second", arrow::timestamp(arrow::TimeUnit::SECOND, zone))},
                    {MakeArray<arrow::Date32Builder>(days), Moments(micros, zone),
                     Moments(seconds, zone, arrow::TimeUnit::SECOND)});
        ASSERT_NO_FATAL_FAILURE(ExpectIsReadBack(
            *batch, {.output_date_format = date,
                     .output_timestamp_format = zone.empty() ? moment : moment + "%z"}));
      }
    }
    ASSERT_NO_FATAL_FAILURE(ExpectIsReadBack(*BatchOf(MakeArray<arrow::Date32Builder>(days)),
                                             {.output_date_format = date}))
        << date;
  }
}

TEST(CsvOutputFormats, ReadNanosecondsBackInAPattern) {
  const auto batch = BatchOf(Moments({1'500'000'000, -1'000}, "UTC", arrow::TimeUnit::NANO));
  ExpectIsReadBack(*batch, {.output_timestamp_format = "dd/mm/yyyy hh:mm:ss.ffffffZ"});
  ExpectIsReadBack(*batch, {.output_timestamp_format = "yyyy-mm-dd hh:mm:ss.fffffffffZ"});
  ExpectIsReadBack(*batch, {});
}

TEST(CsvOutputFormats, TellTheContractOfWhatWasWritten) {
  const auto metadata = arrow::key_value_metadata({schema::kSourceNameKey, schema::kFormatKey},
                                                  {"Day", "mm/dd/yyyy"});
  const auto zoned = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  const auto written = arrow::schema(
      {arrow::field("day", arrow::date32(), true, metadata), arrow::field("at", zoned),
       arrow::field("x", arrow::float64()), arrow::field("t", arrow::utf8())});
  const auto format = [&](int i, const WriteOptions& options) {
    const auto contract = ReadBackContract(*written, options);
    return contract->field(i)->metadata()->Get(schema::kFormatKey).ValueOr("");
  };
  EXPECT_EQ(format(0, {}), "yyyy-mm-dd");
  EXPECT_EQ(format(0, {.output_date_format = "d/m/yyyy"}), "d/m/yyyy");
  EXPECT_EQ(format(1, {}), "yyyy-mm-ddThh:mm:ss.ffffffZ");
  EXPECT_EQ(format(1, {.output_timestamp_format = "d/m/yyyy hh:mmZ"}), "d/m/yyyy hh:mmZ");
  EXPECT_EQ(format(1, {.output_timestamp_format = "d/m/yyyy hh:mm"}), "");
  EXPECT_EQ(format(1, {.output_timestamp_format = "d/m/yyyy"}), "");
  EXPECT_EQ(format(2, {.output_decimal = ','}), "1234,5");
  EXPECT_EQ(format(3, {}), "");
  EXPECT_EQ(ReadBackContract(*written, {})->field(0)->metadata()->Get(schema::kSourceNameKey),
            "Day");
}

TEST(CsvOutputFormats, RefuseOptionsThatMakeNoSense) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"output_decimal", ";"},
           {"output_date_format", "dmy"},
           {"output_date_format", "%d/%m/%Y %H:%M"},
           {"output_date_format", "yyyy"},
           {"output_timestamp_format", "%H:%M"},
           {"output_timestamp_format", "%d/%m/%Y %I:%M"},
           {"output_timestamp_format", "dd/mm/yyyy hh:mm:ss."},
           {"output_timestamp_format", "dd/mm/yyyy hh:mm:ss.ffffffffff"}}) {
    EXPECT_THAT(Descriptor().check_write_options({{name, {.value = value}}}),
                FailsWith("usage.bad_option"))
        << name << " " << value;
  }
}

}  // namespace
}  // namespace pyforge::csv
