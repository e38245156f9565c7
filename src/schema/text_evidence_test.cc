#include "schema/text_evidence.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "schema/number_text.h"
#include "schema/testing.h"

namespace pyforge::schema {
namespace {

ColumnEvidence EvidenceOf(const Texts& texts) {
  ColumnEvidence evidence;
  for (const std::string& text : texts) evidence.Add(text, false);
  return evidence;
}

std::string Decided(const Texts& texts, const DecideOptions& options = {}) {
  return EvidenceOf(texts).Decide(options).ToString();
}

std::string Explained(const Texts& texts, const DecideOptions& options = {}) {
  return EvidenceOf(texts).Explain(options);
}

template <typename T>
T ValueOf(const Texts& texts, const std::string& text) {
  T value{};
  EXPECT_TRUE(ConvertValue(EvidenceOf(texts).Decide(), text.data(), text.size(), &value)) << text;
  return value;
}

// The probes of other readers' mistakes, in so far as they concern one column's type.

TEST(ColumnEvidence, OneRealAmongManyIntegersMakesTheColumnDouble) {
  ColumnEvidence evidence;
  for (int i = 0; i < 300000; ++i) evidence.Add(std::to_string(i), false);
  EXPECT_EQ(evidence.Decide().ToString(), "int64");
  evidence.Add("1.5", false);
  EXPECT_EQ(evidence.Decide().ToString(), "double");
}

TEST(ColumnEvidence, OneWordAmongIntegersKeepsEverythingAsText) {
  EXPECT_EQ(Decided({"1", "2", "n/a", "4"}), "string");
  EXPECT_EQ(Explained({"1", "2", "n/a", "4"}), "text: 'n/a' among integers");
}

std::string RivalOf(const Texts& texts, const DecideOptions& options = {}) {
  const auto rival = EvidenceOf(texts).Rival(options);
  if (!rival) return "none";
  return fmt::format("{} {:.2f}: {}", rival->type.ToString(), rival->share, rival->reason);
}

TEST(ColumnEvidence, KnowsTheTypeOfAllValuesButAFew) {
  EXPECT_EQ(RivalOf({"1", "2", "n/a", "4"}), "int64 0.75: 1 of 4 values is not of it");
  EXPECT_EQ(RivalOf({"1.5", "", "x", "00123", "2.5"}), "double 0.50: 2 of 4 values are not of it");
  EXPECT_EQ(RivalOf({"x", "y"}), "none");
  EXPECT_EQ(RivalOf({"00123", "01"}), "none");
  EXPECT_EQ(RivalOf({"1", "true", "x"}), "none") << "the others are of no one type";
  EXPECT_EQ(RivalOf({}), "none");
  EXPECT_EQ(RivalOf({"", ""}), "none");
}

TEST(ColumnEvidence, CountsOnlyValuesThatWereLookedAtForARival) {
  ColumnEvidence evidence = EvidenceOf({"1", "n/a"});
  evidence.AddFitting({.kind = TextKind::kText}, 50);
  evidence.Merge(EvidenceOf({"2", "3"}));
  const auto rival = evidence.Rival();
  ASSERT_TRUE(rival.has_value());
  EXPECT_EQ(rival->share, 0.75);
}

TEST(ColumnEvidence, KnowsOtherReadingsOfAllValues) {
  EXPECT_EQ(RivalOf({"01/02/2024", "03/04/2024"}),
            "date32[day] as dd/mm/yyyy 1.00: dates whose day and month cannot be told apart");
  EXPECT_EQ(RivalOf({"01/02/2024"}, {.date_order = DateOrder::kDmy}),
            "date32[day] as mm/dd/yyyy 1.00: all values may be read so as well");
  EXPECT_EQ(RivalOf({"1,250", "2,375"}),
            "double as 1234,5 1.00: commas that may be decimal points or group marks");
  EXPECT_EQ(RivalOf({"1,5"}, {.delimiter = ','}),
            "double as 1234,5 1.00: decimal commas among fields parted by commas");
  EXPECT_EQ(RivalOf({"1.234"}), "int64 as 1.234 1.00: all values may be read so as well");
  EXPECT_EQ(RivalOf({"yes", "yes"}), "bool 1.00: one word of a pair of truth values only");
  EXPECT_EQ(RivalOf({"1", "2"}), "none");
  EXPECT_EQ(RivalOf({"1.5", "2"}), "none");
  EXPECT_EQ(RivalOf({"13/02/2024"}), "none");
  EXPECT_EQ(RivalOf({"true", "false"}), "none");
}

TEST(ColumnEvidence, IntegersBeyond64BitsBecomeDecimals) {
  const Texts texts = {"9007199254740993", "9223372036854775808"};
  EXPECT_EQ(Decided(texts), "decimal128(19, 0)");
  EXPECT_TRUE(ValueOf<Int128>(texts, "9007199254740993") == Int128{9007199254740993});
  EXPECT_TRUE(ValueOf<Int128>(texts, "9223372036854775808") ==
              static_cast<Int128>(uint64_t{9223372036854775808u}));
}

TEST(ColumnEvidence, NumbersThatADoubleWouldRoundBecomeDecimals) {
  EXPECT_EQ(Decided({"9007199254740993.5"}), "decimal128(17, 1)");
  EXPECT_EQ(Decided({"0.1000000000000000055", "2"}), "decimal128(20, 19)");
  EXPECT_EQ(Decided({"9007199254740993", "1.5"}), "decimal128(17, 1)");
  EXPECT_EQ(Decided({"9007199254740992", "1.5"}), "double");
  EXPECT_EQ(Decided({"1e5", "9007199254740993"}), "string");
}

TEST(ColumnEvidence, LeadingZerosAndPlusSignsAreText) {
  EXPECT_EQ(Decided({"00123", "45678"}), "string");
  EXPECT_EQ(Decided({"+4930123", "1"}), "string");
  EXPECT_EQ(Decided({"007.5", "1.5"}), "string");
  EXPECT_EQ(Decided({"-01"}), "string");
  EXPECT_EQ(Explained({"00123", "10115"}), "text: '00123' among integers");
  EXPECT_EQ(Explained({"00123", "01"}), "text: digits that are no number, as '01'");
  EXPECT_EQ(Decided({"0", "0.5", ".5", "5."}), "double");
}

TEST(ColumnEvidence, GermanNumbersAndDatesAreUnderstood) {
  EXPECT_EQ(Decided({"1.234,56", "3,5", "7"}), "double as 1.234,5");
  EXPECT_EQ(ValueOf<double>({"1.234,56"}, "1.234,56"), 1234.56);
  EXPECT_EQ(Decided({"3,5", "12,25"}), "double as 1234,5");
  EXPECT_EQ(Decided({"31.12.2024", "01.02.2024"}), "date32[day] as dd.mm.yyyy");
  EXPECT_EQ(ValueOf<int32_t>({"31.12.2024"}, "31.12.2024"), 20088);
}

// Numbers.

TEST(ColumnEvidence, IntegersKeepTheirFullRange) {
  EXPECT_EQ(Decided({"9223372036854775807", "-9223372036854775808"}), "int64");
  EXPECT_EQ(Decided({"-9223372036854775809"}), "decimal128(19, 0)");
  EXPECT_EQ(Decided({std::string(38, '9')}), "decimal128(38, 0)");
  EXPECT_EQ(Decided({std::string(39, '9')}), "string");
  EXPECT_EQ(Explained({std::string(39, '9')}),
            "text: numbers with more digits than a double or 38 decimal digits hold");
  EXPECT_EQ(Decided({"-0", "1"}), "double");
}

TEST(ColumnEvidence, GroupMarksNeedProofThatTheyAreNone) {
  EXPECT_EQ(Decided({"1,234"}), "string");
  EXPECT_EQ(Explained({"1,234"}), "text: commas that may be decimal points or group marks");
  EXPECT_FALSE(EvidenceOf({"1,234"}).is_text_for_good());
  EXPECT_EQ(Decided({"1,234", "1,234,567"}), "int64 as 1,234");
  EXPECT_EQ(Decided({"1,234", "12.5"}), "double as 1,234.5");
  EXPECT_EQ(Decided({"1,234", "1,5"}), "double as 1234,5");
  EXPECT_EQ(Decided({"1,234", "1.234"}), "string");
  EXPECT_EQ(Explained({"1,234", "1.234"}),
            "text: points and commas that may be decimal points or group marks");
  EXPECT_EQ(Decided({"1,234", "1.234", "1.5"}), "double as 1,234.5");
  EXPECT_EQ(Decided({"1,234", "1.234", "1,5"}), "double as 1.234,5");
  EXPECT_EQ(Decided({"1'234", "1'234'567"}), "int64 as 1'234");
  EXPECT_EQ(Decided({"1 234,5", "1"}), "double as 1 234,5");
  EXPECT_EQ(Decided({"110 001", "110 002"}), "string");
  EXPECT_EQ(Decided({"123.456.789"}), "string");
  EXPECT_EQ(Decided({"1,23,456"}), "string");
  EXPECT_EQ(Decided({"1234,567", "1,234.5"}), "string");
  EXPECT_EQ(Explained({"1234,5", "1.5"}),
            "text: numbers with different decimal points or group marks");
  EXPECT_EQ(ValueOf<int64_t>({"1,234,567"}, "-1,234"), -1234);
  EXPECT_EQ(ValueOf<int64_t>({"1,234,567"}, "1234"), 1234);
}

TEST(ColumnEvidence, DecimalCommaIsNotBelievedWhereCommasPartFields) {
  EXPECT_EQ(Decided({"3,5", "4,25"}, {.delimiter = ','}), "string");
  EXPECT_EQ(Explained({"3,5"}, {.delimiter = ','}),
            "text: decimal commas among fields parted by commas");
  EXPECT_EQ(Decided({"3,5", "1.234,25"}, {.delimiter = ','}), "double as 1.234,5");
}

TEST(ColumnEvidence, PointIsADecimalPointUnlessTheColumnSaysOtherwise) {
  EXPECT_EQ(Decided({"1.234"}), "double");
  EXPECT_EQ(Decided({"1.234", "1.234,5"}), "double as 1.234,5");
  EXPECT_EQ(ValueOf<double>({"1.234", "1.234,5"}, "1.234"), 1234);
}

TEST(ColumnEvidence, NumberWordsAreNumbersAmongNumbers) {
  EXPECT_EQ(Decided({"1.5", "NaN", "-inf"}), "double");
  EXPECT_EQ(Decided({"1", "NaN"}), "double");
  EXPECT_EQ(Decided({"NaN", "inf"}), "string");
  EXPECT_FALSE(EvidenceOf({"NaN"}).is_text_for_good());
  EXPECT_EQ(Decided({"NaN", "9007199254740993"}), "string");
  EXPECT_EQ(Decided({"Nan", "Anna"}), "string");
}

TEST(ColumnEvidence, FixedScaleBecomesDecimalWhenAsked) {
  const DecideOptions decimals{.decimals = true};
  EXPECT_EQ(Decided({"1.50", "-20.00"}, decimals), "decimal128(4, 2) as 1234.00");
  EXPECT_EQ(Decided({"1.50", "-20.00"}), "double");
  EXPECT_EQ(Decided({"1.50", "2.5"}, decimals), "double");
  EXPECT_EQ(Decided({"1.50", "2"}, decimals), "double");
  EXPECT_EQ(Decided({"1.50", "1e2"}, decimals), "double");
  EXPECT_EQ(Explained({"1.50", "-20.00"}, decimals),
            "numbers of up to 2 digits before and 2 after the point");
}

// Dates and times.

TEST(ColumnEvidence, DatesOfOneLayoutAreDates) {
  EXPECT_EQ(Decided({"2024-12-31", "0001-01-01"}), "date32[day] as yyyy-mm-dd");
  EXPECT_EQ(Decided({"2024/12/31"}), "date32[day] as yyyy/mm/dd");
  EXPECT_EQ(Decided({"12/31/2024", "1/2/2024"}), "date32[day] as m/d/yyyy");
  EXPECT_EQ(Decided({"31-Dec-2024", "01-JAN-2024"}), "date32[day] as dd-mon-yyyy");
  EXPECT_EQ(Decided({"31-Dec-24"}), "date32[day] as dd-mon-yy");
  EXPECT_EQ(Decided({"December 31, 2024", "Jan 01 2024"}), "date32[day] as mon dd, yyyy");
  EXPECT_EQ(Decided({"2024-Dec-31"}), "date32[day] as yyyy-mon-dd");
  EXPECT_EQ(Decided({"31/12/99", "01/02/03"}), "date32[day] as dd/mm/yy");
}

TEST(ColumnEvidence, DayAndMonthThatCannotBeToldApartStayText) {
  const ColumnEvidence evidence = EvidenceOf({"01/02/2024", "03/04/2024"});
  EXPECT_EQ(evidence.Decide().kind, TextKind::kText);
  EXPECT_TRUE(evidence.ambiguous_dates());
  EXPECT_FALSE(evidence.is_text_for_good());
  EXPECT_EQ(evidence.Explain(), "text: dates whose day and month cannot be told apart");
  EXPECT_EQ(Decided({"01/02/2024", "13/04/2024"}), "date32[day] as dd/mm/yyyy");
  EXPECT_EQ(Decided({"01/02/2024", "04/13/2024"}), "date32[day] as mm/dd/yyyy");
  EXPECT_EQ(Decided({"13/04/2024", "04/13/2024"}), "string");
  EXPECT_FALSE(EvidenceOf({"13/04/2024"}).ambiguous_dates());
  EXPECT_FALSE(EvidenceOf({"01/02/2024", "01-02-2024"}).ambiguous_dates());
  EXPECT_EQ(Explained({"13/04/2024", "04/13/2024"}), "text: dates in different orders");
  // Two digits may be a year at either end.
  EXPECT_TRUE(EvidenceOf({"24-12-31"}).ambiguous_dates());
}

TEST(ColumnEvidence, OrderThatIsToldSettlesWhatTheDatesLeaveOpen) {
  const DecideOptions dmy{.date_order = DateOrder::kDmy};
  EXPECT_EQ(Decided({"01/02/2024"}, dmy), "date32[day] as dd/mm/yyyy");
  EXPECT_EQ(Decided({"01/02/24"}, {.date_order = DateOrder::kYmd}), "date32[day] as yy/mm/dd");
  EXPECT_EQ(Decided({"04/13/2024"}, dmy), "date32[day] as mm/dd/yyyy");
  EXPECT_EQ(Decided({"2024-12-31"}, dmy), "date32[day] as yyyy-mm-dd");
  EXPECT_FALSE(EvidenceOf({"01/02/2024"}).ambiguous_dates(dmy));
  EXPECT_TRUE(EvidenceOf({"01/02/2024"}).ambiguous_dates({.date_order = DateOrder::kYmd}));
}

TEST(ColumnEvidence, DecimalPointThatIsToldSettlesWhatTheNumbersLeaveOpen) {
  const DecideOptions comma{.delimiter = ',', .decimal_point = ','};
  const DecideOptions point{.decimal_point = '.'};
  EXPECT_EQ(Decided({"1,234"}, comma), "double as 1234,5");
  EXPECT_EQ(Decided({"1,234"}, point), "int64 as 1,234");
  EXPECT_EQ(Decided({"1.234"}, comma), "int64 as 1.234");
  EXPECT_EQ(Decided({"1.5"}, comma), "string");
  EXPECT_EQ(Decided({"3,5"}, point), "string");
  EXPECT_EQ(Decided({"17"}, comma), "int64");
}

TEST(ColumnEvidence, DatesThatAreInNoCalendarStayText) {
  for (const char* text : {"2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "0000-01-01",
                           "1900-02-29", "2024-1-", "2024-12-31x", "31/12", "2024.12"}) {
    EXPECT_NE(Decided({text}).substr(0, 4), "date") << text;
  }
  EXPECT_EQ(Decided({"2000-02-29"}), "date32[day] as yyyy-mm-dd");
}

TEST(ColumnEvidence, YearsThatFourDigitsDoNotTellHaveASign) {
  const Texts days = {"2024-01-02", "+10000-01-01", "-0001-12-31", "+0000-02-29"};
  EXPECT_EQ(Decided(days), Decided({"2024-01-02"}));
  EXPECT_EQ(ValueOf<int32_t>(days, "+10000-01-01"), 2'932'897);
  EXPECT_EQ(ValueOf<int32_t>(days, "-0001-12-31"), -719'529);
  EXPECT_EQ(ValueOf<int32_t>(days, "+0000-02-29"), -719'469);
  const Texts moments = {"2024-01-02T03:04:05", "+10000-01-01T00:00:01", "-0001-12-31"};
  EXPECT_EQ(Decided(moments), Decided({"2024-01-02T03:04:05"}));
  EXPECT_EQ(ValueOf<int64_t>(moments, "+10000-01-01T00:00:01"), 253'402'300'801'000'000);
}

TEST(ColumnEvidence, WhatOnlyLooksLikeAYearWithASignStaysText) {
  for (const char* text :
       {"0000-01-01", "+2024-01-01", "-0000-01-01", "+010000-01-01", "+10000-02-30", "+10000/01/01",
        "-024-01-01", "+10000-1-1", "+294247-01-11", "-290308-12-20", "+99999999-01-01",
        "+294247-01-10T04:00:54.775808", "-1-01-01", "+-2024-01-01"}) {
    EXPECT_EQ(Decided({text}), "string") << text;
  }
}

TEST(ColumnEvidence, TimestampsOfOneLayoutAreTimestamps) {
  EXPECT_EQ(Decided({"2024-12-31 23:59:59", "2024-12-31 00:00:00.123456"}),
            "timestamp[us] as yyyy-mm-dd hh:mm:ss.ffffff");
  EXPECT_EQ(Decided({"2024-12-31T23:59"}), "timestamp[us] as yyyy-mm-ddThh:mm");
  EXPECT_EQ(Decided({"2024-12-31T23:59:00Z", "2024-12-31T23:59:00+01:00"}),
            "timestamp[us, tz=UTC] as yyyy-mm-ddThh:mm:ss.ffffffZ");
  EXPECT_EQ(Decided({"12/31/2024 1:05 PM"}), "timestamp[us] as m/d/yyyy h:mm AM");
  EXPECT_EQ(Decided({"20241231T235959"}), "timestamp[us] as yyyymmddThh:mm:ss.ffffff");
  EXPECT_EQ(Decided({"2024-12-31 10:00:00", "2024-12-31T10:00:00"}), "string");
  EXPECT_EQ(Decided({"2024-12-31T10:00:00Z", "2024-12-31T10:00:00"}), "string");
  EXPECT_EQ(Explained({"2024-12-31T10:00:00Z", "2024-12-31T10:00:00"}),
            "text: dates and times in different layouts");
  EXPECT_EQ(Explained({"2024-12-31 10:00"}), "timestamp[us] as yyyy-mm-dd hh:mm");
}

TEST(ColumnEvidence, NanosecondsAreKeptAsText) {
  EXPECT_EQ(Decided({"2024-12-31 10:00:00.1234567"}), "string");
  EXPECT_EQ(Decided({"2024-12-31 10:00:00.123456000"}),
            "timestamp[us] as yyyy-mm-dd hh:mm:ss.ffffff");
}

TEST(ColumnEvidence, DatesAmongTimestampsAreMidnights) {
  const Texts texts = {"2024-12-31", "2024-12-31 10:00:00"};
  EXPECT_EQ(Decided(texts), "timestamp[us] as yyyy-mm-dd hh:mm:ss.ffffff");
  EXPECT_EQ(ValueOf<int64_t>(texts, "1970-01-02"), 86'400'000'000);
  EXPECT_EQ(Decided({"2024-12-31", "2024-12-31T10:00:00Z"}), "string");
  EXPECT_EQ(Decided({"2024-12-31", "31/12/2024 10:00:00"}), "string");
}

TEST(ColumnEvidence, TimesOfDayAreTimes) {
  EXPECT_EQ(Decided({"23:59:59", "00:00:00.5"}), "time64[us] as hh:mm:ss.ffffff");
  EXPECT_EQ(Decided({"9:05", "10:30"}), "time64[us] as h:mm");
  EXPECT_EQ(Decided({"12:30 AM", "01:30 PM"}), "time64[us] as hh:mm AM");
  EXPECT_EQ(Decided({"24:00"}), "string");
  EXPECT_EQ(Decided({"10:30", "2024-12-31"}), "string");
  EXPECT_EQ(ValueOf<int64_t>({"12:30 AM"}, "12:30 AM"), 30 * int64_t{60'000'000});
}

// Truth values.

TEST(ColumnEvidence, TruthValuesNeedMoreThanOneShortWord) {
  EXPECT_EQ(Decided({"true", "FALSE"}), "bool");
  EXPECT_EQ(Decided({"false"}), "bool");
  EXPECT_EQ(Decided({"yes", "No"}), "bool");
  EXPECT_EQ(Decided({"T", "f"}), "bool");
  EXPECT_EQ(Decided({"NO"}), "string") << "it may be Norway";
  EXPECT_EQ(Decided({"F"}), "string");
  EXPECT_FALSE(EvidenceOf({"F"}).is_text_for_good());
  EXPECT_EQ(Explained({"F"}), "text: one word of a pair of truth values only");
  EXPECT_EQ(Decided({"0", "1"}), "int64");
  EXPECT_EQ(Decided({"true", "1"}), "string");
  EXPECT_EQ(Explained({"true", "1"}), "text: truth values and integers mixed");
  EXPECT_EQ(Explained({"true", "false"}), "bool");
}

// The rest.

TEST(ColumnEvidence, NoValuesAreNoType) {
  ColumnEvidence evidence;
  EXPECT_EQ(evidence.Decide().kind, TextKind::kNull);
  evidence.AddNulls(3);
  EXPECT_EQ(evidence.Decide().ToString(), "null");
  EXPECT_EQ(evidence.Explain(), "no values");
  EXPECT_EQ(evidence.null_count(), 3);
  EXPECT_FALSE(evidence.is_text_for_good());
}

TEST(ColumnEvidence, EmptyTextIsCountedAndForcesNothing) {
  ColumnEvidence evidence;
  evidence.Add("", true);
  EXPECT_EQ(evidence.Decide().kind, TextKind::kText);
  EXPECT_EQ(evidence.Explain(), "text: empty text only");
  EXPECT_FALSE(evidence.is_text_for_good());
  evidence.Add("17", true);
  EXPECT_EQ(evidence.Decide().kind, TextKind::kInt64);
  EXPECT_EQ(evidence.empty_count(), 1);
  EXPECT_EQ(evidence.value_count(), 2);
}

TEST(ColumnEvidence, ExplainsWhatWasSeen) {
  EXPECT_EQ(Explained({"1", "93121", "17"}), "integers 1 to 93121");
  EXPECT_EQ(Explained({"1.25", "3"}), "numbers with up to 2 decimals");
  EXPECT_EQ(Explained({"abc", "de", "de"}), "text, as 'de'");
  EXPECT_EQ(Explained({std::string(100, 'x')}), "text, as '" + std::string(28, 'x') + "...'");
  EXPECT_EQ(Explained({"1.5", "12:30", "2024-12-31", "true"}),
            "text: truth values, numbers and dates and times mixed");
  EXPECT_EQ(Explained({"nan", "12:30"}), "text: number words and times mixed");
  EXPECT_EQ(Explained({"x", "2024-12-31"}), "text: 'x' among dates");
}

TEST(ColumnEvidence, CurrencyAndPercentStayText) {
  EXPECT_EQ(Decided({"$5.00", "$6.00"}), "string");
  EXPECT_EQ(Decided({"5%"}), "string");
  EXPECT_EQ(Decided({" 5", "6"}), "string");
}

// AddFitting knows the type only; what it concludes may be wider, never narrower.

TEST(ColumnEvidence, FittingValuesKeepTheirType) {
  const std::vector<Texts> samples = {{"true"},
                                      {"1", "5"},
                                      {"1.5"},
                                      {"3,5"},
                                      {"9223372036854775808"},
                                      {"1,234,567"},
                                      {"2024-12-31"},
                                      {"12:30"},
                                      {"31/12/2024 10:30"},
                                      {"2024-12-31T10:00:00Z"},
                                      {"1.50", "2.25"}};
  for (const Texts& sample : samples) {
    for (const bool decimals : {false, true}) {
      const DecideOptions options{.decimals = decimals};
      const TextType type = EvidenceOf(sample).Decide(options);
      ColumnEvidence fitting;
      fitting.AddFitting(type, 1000, 1, 5);
      fitting.AddFitting(type, 0, -9, 9);
      EXPECT_EQ(fitting.value_count(), 1000);
      ColumnEvidence merged = EvidenceOf(sample);
      merged.Merge(fitting);
      EXPECT_EQ(merged.Decide(options), type) << type.ToString();
    }
  }
}

TEST(ColumnEvidence, FittingValuesAreWidenedWithTheOthers) {
  ColumnEvidence integers;
  integers.AddFitting(EvidenceOf({"1"}).Decide(), 10, -5, int64_t{1} << 60);
  EXPECT_EQ(integers.Explain(), "integers -5 to 1152921504606846976");
  integers.Add("1.5", false);
  EXPECT_EQ(integers.Decide().ToString(), "decimal128(20, 1)");

  ColumnEvidence reals;
  reals.AddFitting(EvidenceOf({"1.5"}).Decide(), 10);
  reals.Add("2", false);
  EXPECT_EQ(reals.Decide().ToString(), "double");
  reals.Add("9007199254740993.5", false);
  EXPECT_EQ(reals.Decide().ToString(), "string");

  ColumnEvidence text;
  text.AddFitting(EvidenceOf({"abc"}).Decide(), 10);
  text.Add("1", false);
  EXPECT_EQ(text.Decide().ToString(), "string");
}

}  // namespace
}  // namespace pyforge::schema
