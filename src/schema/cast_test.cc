#include "schema/cast.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gtest/gtest.h>

#include "schema/compute.h"
#include "schema/errors.h"
#include "schema/text_evidence.h"
#include "schema/text_format.h"

namespace pyforge::schema {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

ArrayPtr ArrayOf(const TypePtr& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

Result<ArrayPtr> Cast(const ArrayPtr& column, const TypePtr& to) {
  return CastColumn(column, to, arrow::default_memory_pool());
}

void ExpectCast(const TypePtr& from, const std::string& json, const TypePtr& to,
                const std::string& expected) {
  const auto result = Cast(ArrayOf(from, json), to);
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  ASSERT_TRUE((*result)->ValidateFull().ok());
  EXPECT_TRUE((*result)->Equals(*ArrayOf(to, expected)))
      << (*result)->ToString() << " is not " << expected;
}

void ExpectMisfit(const TypePtr& from, const std::string& json, const TypePtr& to, int64_t row,
                  const std::string& message) {
  const auto result = Cast(ArrayOf(from, json), to);
  ASSERT_FALSE(result.ok()) << (*result)->ToString();
  EXPECT_TRUE(FailedWith(result.status(), kCastFailed)) << result.status().ToString();
  EXPECT_EQ(DetailOf(result.status())->where().row, row);
  EXPECT_EQ(result.status().message(), message);
}

TEST(CastColumn, ReadsTextByTheKernels) {
  ExpectCast(arrow::utf8(), R"(["1", null, "-5"])", arrow::int64(), "[1, null, -5]");
  ExpectCast(arrow::utf8(), R"(["1", "255"])", arrow::uint8(), "[1, 255]");
  ExpectCast(arrow::utf8(), R"(["18446744073709551615"])", arrow::uint64(),
             "[18446744073709551615]");
  ExpectCast(arrow::utf8(), R"(["1.5", "2e3"])", arrow::float64(), "[1.5, 2000]");
  ExpectCast(arrow::utf8(), R"(["1.5"])", arrow::float32(), "[1.5]");
  ExpectCast(arrow::utf8(), R"(["1.5", "-0.25", null])", arrow::decimal128(5, 2),
             R"(["1.50", "-0.25", null])");
  ExpectCast(arrow::utf8(), R"(["yes", "F"])", arrow::boolean(), "[true, false]");
  ExpectCast(arrow::large_utf8(), R"(["7"])", arrow::int16(), "[7]");
  ExpectCast(arrow::dictionary(arrow::int32(), arrow::utf8()), R"(["7", "8", "7"])", arrow::int64(),
             "[7, 8, 7]");
  ExpectCast(arrow::utf8(), "[]", arrow::int64(), "[]");
}

TEST(CastColumn, ReadsIsoDatesAndTimesInAnyOfTheirSpellings) {
  ExpectCast(arrow::utf8(), R"(["2024-12-31", null])", arrow::date32(), "[20088, null]");
  ExpectCast(arrow::utf8(), R"(["1970-01-02", "1970-01-01T00:00:01.5", "1970-01-01 00:01"])",
             arrow::timestamp(arrow::TimeUnit::MICRO), "[86400000000, 1500000, 60000000]");
  ExpectCast(arrow::utf8(), R"(["1970-01-01T01:00:00+01:00"])",
             arrow::timestamp(arrow::TimeUnit::SECOND, "Europe/Berlin"), "[0]");
  ExpectCast(arrow::utf8(), R"(["00:00:01", "00:01"])", arrow::time32(arrow::TimeUnit::SECOND),
             "[1, 60]");
  ExpectMisfit(arrow::utf8(), R"(["31.12.2024"])", arrow::date32(), 0,
               "the value '31.12.2024' does not fit date32[day]");
  ExpectMisfit(arrow::utf8(), R"(["20:00", "8pm"])", arrow::time64(arrow::TimeUnit::MICRO), 1,
               "the value '8pm' does not fit time64[us]");
  ExpectMisfit(arrow::utf8(), R"(["1970-01-01 00:00:00.5"])",
               arrow::timestamp(arrow::TimeUnit::SECOND), 0,
               "the value '1970-01-01 00:00:00.500000' does not fit timestamp[s]");
}

TEST(CastColumn, TextThatDoesNotFitIsAnErrorWithItsRow) {
  ExpectMisfit(arrow::utf8(), R"(["1", null, "n/a"])", arrow::int64(), 2,
               "the value 'n/a' does not fit int64");
  ExpectMisfit(arrow::utf8(), R"(["00123"])", arrow::int64(), 0,
               "the value '00123' does not fit int64");
  ExpectMisfit(arrow::utf8(), R"([""])", arrow::float64(), 0, "the value '' does not fit double");
  ExpectMisfit(arrow::utf8(), R"(["1", "300"])", arrow::int8(), 1,
               "the value '300' does not fit int8");
  ExpectMisfit(arrow::utf8(), R"(["1.005"])", arrow::decimal128(10, 2), 0,
               "the value '1.005' does not fit decimal128(10, 2)");
  ExpectMisfit(arrow::utf8(), "[\"" + std::string(100, 'x') + "\"]", arrow::int64(), 0,
               "the value '" + std::string(80, 'x') + "...' does not fit int64");
}

TEST(CastColumn, FindsTheRowInALongColumn) {
  arrow::StringBuilder text;
  arrow::Int64Builder integers;
  for (int i = 0; i < 20000; ++i) {
    ASSERT_TRUE(text.Append(i == 13337 ? "x" : std::to_string(i)).ok());
    ASSERT_TRUE(integers.Append(i == 13337 ? 70000 : i).ok());
  }
  const auto from_text = Cast(*text.Finish(), arrow::int64());
  ASSERT_FALSE(from_text.ok());
  EXPECT_EQ(DetailOf(from_text.status())->where().row, 13337);
  const auto from_integers = Cast(*integers.Finish(), arrow::int16());
  ASSERT_FALSE(from_integers.ok());
  EXPECT_EQ(DetailOf(from_integers.status())->where().row, 13337);
}

TEST(CastColumn, SlicedColumnsAreReadFromTheirFirstRow) {
  const ArrayPtr column = ArrayOf(arrow::utf8(), R"(["x", "1", null, "3", "y"])")->Slice(1, 3);
  const auto result = Cast(column, arrow::int64());
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_TRUE((*result)->Equals(*ArrayOf(arrow::int64(), "[1, null, 3]")));
}

TEST(CastColumn, NumbersChangeTypeOnlyWhole) {
  ExpectCast(arrow::int64(), "[1, null, 127]", arrow::int8(), "[1, null, 127]");
  ExpectMisfit(arrow::int64(), "[1, 128]", arrow::int8(), 1, "the value '128' does not fit int8");
  ExpectMisfit(arrow::int64(), "[-1]", arrow::uint64(), 0, "the value '-1' does not fit uint64");
  ExpectCast(arrow::float64(), "[1.0, -2.0]", arrow::int32(), "[1, -2]");
  ExpectMisfit(arrow::float64(), "[1.0, 1.5]", arrow::int32(), 1,
               "the value '1.5' does not fit int32");
  ExpectMisfit(arrow::int64(), "[9007199254740993]", arrow::float64(), 0,
               "the value '9007199254740993' does not fit double");
  ExpectCast(arrow::float64(), "[0.1, null]", arrow::float32(), "[0.1, null]");
  ExpectMisfit(arrow::float64(), "[1, 1e300]", arrow::float32(), 1,
               "the value '1e+300' does not fit float32");
}

TEST(CastColumn, DecimalsKeepEveryDigit) {
  const auto money = arrow::decimal128(10, 2);
  ExpectCast(arrow::int64(), "[5, -12345678, null]", money, R"(["5.00", "-12345678.00", null])");
  ExpectMisfit(arrow::int64(), "[5, 123456789]", money, 1,
               "the value '123456789' does not fit decimal(10, 2)");
  ExpectCast(arrow::float64(), "[1.5, 2.1]", money, R"(["1.50", "2.10"])");
  ExpectMisfit(arrow::float64(), "[1.5, 2.125]", money, 1,
               "the value '2.125' does not fit decimal(10, 2)");
  ExpectCast(money, R"(["1.50", null])", arrow::float64(), "[1.5, null]");
  ExpectCast(money, R"(["1.50"])", arrow::float32(), "[1.5]");
  ExpectCast(arrow::decimal256(40, 2), R"(["1.50"])", arrow::float64(), "[1.5]");
  ExpectMisfit(arrow::decimal128(20, 1), R"(["1.5", "9007199254740993.5"])", arrow::float64(), 1,
               "the value '9007199254740993.5' does not fit double");
  ExpectMisfit(money, R"(["1.00", "1.25"])", arrow::int64(), 1,
               "the value '1.25' does not fit int64");
  ExpectMisfit(money, R"(["1.25"])", arrow::decimal128(10, 1), 0,
               "the value '1.25' does not fit decimal(10, 1)");
}

TEST(CastColumn, TruthAndTimeLoseNothing) {
  ExpectCast(arrow::int64(), "[1, 0, null]", arrow::boolean(), "[true, false, null]");
  ExpectMisfit(arrow::int64(), "[1, 5]", arrow::boolean(), 1, "the value '5' does not fit bool");
  const auto micros = arrow::timestamp(arrow::TimeUnit::MICRO);
  ExpectCast(micros, "[86400000000, null]", arrow::date32(), "[1, null]");
  ExpectMisfit(micros, "[86400000000, 86400000001]", arrow::date32(), 1,
               "the value '1970-01-02 00:00:00.000001' does not fit date");
  ExpectMisfit(arrow::timestamp(arrow::TimeUnit::NANO), "[1001]", micros, 0,
               "the value '1970-01-01 00:00:00.000001001' does not fit timestamp[us]");
}

TEST(CastColumn, EverythingBecomesText) {
  ExpectCast(arrow::int64(), "[1, null]", arrow::utf8(), R"(["1", null])");
  ExpectCast(arrow::float64(), "[1.5]", arrow::utf8(), R"(["1.5"])");
  ExpectCast(arrow::utf8(), R"(["a"])", arrow::large_utf8(), R"(["a"])");
  ExpectCast(arrow::utf8(), R"(["a"])", arrow::binary(), R"(["a"])");
  const ArrayPtr same = ArrayOf(arrow::int64(), "[1]");
  EXPECT_EQ(*Cast(same, arrow::int64()), same);
}

TEST(CastColumn, SaysWhenThereIsNoWay) {
  const auto no_way = Cast(ArrayOf(arrow::list(arrow::int32()), "[[1]]"), arrow::date32());
  ASSERT_FALSE(no_way.ok());
  EXPECT_TRUE(FailedWith(no_way.status(), kNoCast)) << no_way.status().ToString();
  EXPECT_EQ(no_way.status().message(), "there is no cast from list<int32> to date");
  const auto too_fine = Cast(ArrayOf(arrow::int64(), "[1]"), arrow::decimal256(70, 60));
  EXPECT_TRUE(FailedWith(too_fine.status(), kNoCast));
}

TEST(CastColumn, MembersOfListsAreCast) {
  ExpectCast(arrow::list(arrow::int64()), "[[1, 2], null]", arrow::list(arrow::int8()),
             "[[1, 2], null]");
  ExpectMisfit(arrow::list(arrow::int64()), "[[1, 2], [300]]", arrow::list(arrow::int8()), 1,
               "the value 'list<item: int64>[300]' does not fit list<int8>");
  const ArrayPtr slice = ArrayOf(arrow::list(arrow::int64()), "[[300], [1], [2]]")->Slice(1, 2);
  const auto result = Cast(slice, arrow::list(arrow::int8()));
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_TRUE((*result)->Equals(*ArrayOf(arrow::list(arrow::int8()), "[[1], [2]]")));
}

TEST(CastText, ReadsTheSpellingItIsTold) {
  TextType reading;
  reading.kind = TextKind::kDate;
  ASSERT_TRUE(ParseFormat("dd/mm/yyyy", &reading).ok());
  const auto result = CastText(ArrayOf(arrow::utf8(), R"(["02/01/1970"])"), reading,
                               arrow::date32(), arrow::default_memory_pool());
  ASSERT_TRUE(result.ok()) << result.status().ToString();
  EXPECT_TRUE((*result)->Equals(*ArrayOf(arrow::date32(), "[1]")));
  const auto text = CastText(ArrayOf(arrow::utf8(), R"(["x"])"), TextType{}, arrow::utf8(),
                             arrow::default_memory_pool());
  EXPECT_TRUE((*text)->Equals(*ArrayOf(arrow::utf8(), R"(["x"])")));
}

ColumnEvidence Seen(const std::vector<std::string>& values) {
  ColumnEvidence evidence;
  for (const std::string& value : values) evidence.Add(value, false);
  return evidence;
}

std::string ReadingOf(const TypePtr& type, const std::string& format,
                      const std::vector<std::string>& sample = {}) {
  const auto metadata =
      format.empty() ? nullptr : arrow::key_value_metadata({kFormatKey}, {format});
  const ColumnEvidence evidence = Seen(sample);
  const auto reading = TextTypeFromField(*arrow::field("x", type, true, metadata),
                                         sample.empty() ? nullptr : &evidence);
  return reading.ok() ? reading->ToString() : reading.status().message();
}

TEST(TextTypeFromField, TakesTheFormatOfTheContract) {
  EXPECT_EQ(ReadingOf(arrow::date32(), "dd.mm.yyyy"), "date32[day] as dd.mm.yyyy");
  EXPECT_EQ(ReadingOf(arrow::float32(), "1.234,5"), "double as 1.234,5");
  EXPECT_EQ(ReadingOf(arrow::decimal128(10, 2), "1234.00"), "decimal128(10, 2)");
  EXPECT_EQ(ReadingOf(arrow::date32(), "dd.mm.yyyy", {"2024-12-31"}), "date32[day] as dd.mm.yyyy");
  EXPECT_EQ(ReadingOf(arrow::date32(), "tt.mm.jjjj"),
            "'tt.mm.jjjj' is no pattern for values of type date32[day]");
  EXPECT_EQ(ReadingOf(arrow::timestamp(arrow::TimeUnit::MICRO), "yyyy-mm-dd hh:mmZ"),
            "'yyyy-mm-dd hh:mmZ' is no pattern for values of type timestamp[us]");
}

TEST(TextTypeFromField, TakesTheSpellingOfTheSample) {
  const auto timestamp = arrow::timestamp(arrow::TimeUnit::NANO);
  EXPECT_EQ(ReadingOf(arrow::date32(), "", {"31/12/2024"}), "date32[day] as dd/mm/yyyy");
  EXPECT_EQ(ReadingOf(arrow::int32(), "", {"1,234,567"}), "int64 as 1,234");
  EXPECT_EQ(ReadingOf(arrow::float64(), "", {"3,5"}), "double as 1234,5");
  EXPECT_EQ(ReadingOf(timestamp, "", {"2024-12-31T10:00"}), "timestamp[us] as yyyy-mm-ddThh:mm");
  EXPECT_EQ(ReadingOf(timestamp, "", {"31/12/2024"}),
            "timestamp[us] as dd/mm/yyyy hh:mm:ss.ffffff");
  EXPECT_EQ(ReadingOf(arrow::date32(), "", {"abc"}), "date32[day] as yyyy-mm-dd");
}

TEST(TextTypeFromField, TakesTheOrderWhereTheSampleLeavesItOpen) {
  const ColumnEvidence open = Seen({"01/02/2024"});
  const ColumnEvidence settled = Seen({"31/01/2024"});
  const auto reading = [](const ColumnEvidence& sample) {
    return TextTypeFromField(*arrow::field("x", arrow::date32()), &sample, DateOrder::kMdy)
        ->ToString();
  };
  EXPECT_EQ(reading(open), "date32[day] as mm/dd/yyyy");
  EXPECT_EQ(reading(settled), "date32[day] as dd/mm/yyyy");
}

TEST(TextTypeFromField, ReadsPlainTextWithoutBoth) {
  EXPECT_EQ(ReadingOf(arrow::boolean(), ""), "bool");
  EXPECT_EQ(ReadingOf(arrow::uint32(), ""), "int64");
  EXPECT_EQ(ReadingOf(arrow::uint64(), ""), "decimal128(20, 0)");
  EXPECT_EQ(ReadingOf(arrow::decimal256(40, 2), ""), "string");
  EXPECT_EQ(ReadingOf(arrow::decimal32(5, 2), ""), "decimal128(5, 2)");
  EXPECT_EQ(ReadingOf(arrow::date64(), ""), "date32[day] as yyyy-mm-dd");
  EXPECT_EQ(ReadingOf(arrow::time32(arrow::TimeUnit::MILLI), ""), "time64[us] as hh:mm:ss.ffffff");
  EXPECT_EQ(ReadingOf(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), ""),
            "timestamp[us, tz=UTC] as yyyy-mm-dd hh:mm:ss.ffffffZ");
  EXPECT_EQ(ReadingOf(arrow::utf8(), ""), "string");
  EXPECT_EQ(ReadingOf(arrow::list(arrow::int8()), ""), "string");
}

TEST(MakeField, CarriesFormatAndOriginalName) {
  const auto field = MakeField("amount", "Amount", Seen({"1.234,5"}).Decide(), false);
  EXPECT_EQ(field->type()->id(), arrow::Type::DOUBLE);
  EXPECT_FALSE(field->nullable());
  EXPECT_EQ(*field->metadata()->Get(kSourceNameKey), "Amount");
  EXPECT_EQ(*field->metadata()->Get(kFormatKey), "1.234,5");
  EXPECT_EQ(MakeField("a", "a", Seen({"1"}).Decide())->metadata(), nullptr);
}

TEST(ParseCasts, KeepsCommasOfTypesTogether) {
  const auto casts = ParseCasts({"a=int32,price=decimal(10", "2)", "t=timestamp[us, UTC]"});
  ASSERT_TRUE(casts.ok()) << casts.status().ToString();
  ASSERT_EQ(casts->size(), 3u);
  EXPECT_EQ((*casts)[1].column, "price");
  EXPECT_TRUE((*casts)[1].type->Equals(arrow::decimal128(10, 2)));
  EXPECT_EQ((*casts)[2].column, "t");
  EXPECT_EQ(ParseCasts({"a=b=int8"})->at(0).column, "a=b");
  EXPECT_TRUE(ParseCasts({})->empty());
}

TEST(ParseCasts, RefusesWhatIsNoCast) {
  for (const char* text : {"a", "=int8", "a=", "a=int8,,b=int8"}) {
    EXPECT_TRUE(FailedWith(ParseCasts({text}).status(), kBadOption)) << text;
  }
  EXPECT_TRUE(FailedWith(ParseCasts({"a=number"}).status(), kBadType));
  EXPECT_TRUE(FailedWith(ParseCasts({"a=decimal(10,2"}).status(), kBadType));
}

TEST(InitializeCompute, MayBeCalledAgain) {
  EXPECT_TRUE(InitializeCompute().ok());
  EXPECT_TRUE(InitializeCompute().ok());
}

}  // namespace
}  // namespace pyforge::schema
