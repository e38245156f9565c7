#include "schema/type_name.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "schema/errors.h"
#include "schema/text_format.h"
#include "schema/text_kernels.h"
#include "schema/text_type.h"

namespace pyforge::schema {
namespace {

void ExpectType(const std::string& name, const std::shared_ptr<arrow::DataType>& type) {
  const auto parsed = ParseType(name);
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_TRUE((*parsed)->Equals(*type)) << name << " is " << (*parsed)->ToString();
}

TEST(ParseType, ReadsTheNamesOfSql) {
  ExpectType("int", arrow::int32());
  ExpectType("BIGINT", arrow::int64());
  ExpectType("varchar(20)", arrow::utf8());
  ExpectType("character varying", arrow::utf8());
  ExpectType("Double Precision", arrow::float64());
  ExpectType("double", arrow::float64());
  ExpectType("boolean", arrow::boolean());
  ExpectType("decimal(10,2)", arrow::decimal128(10, 2));
  ExpectType("numeric( 10 )", arrow::decimal128(10, 0));
  ExpectType("decimal(50, 3)", arrow::decimal256(50, 3));
  ExpectType("timestamptz", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
  ExpectType("timestamp with time zone", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
  ExpectType("timestamp without time zone", arrow::timestamp(arrow::TimeUnit::MICRO));
  ExpectType("datetime", arrow::timestamp(arrow::TimeUnit::MICRO));
  ExpectType("time", arrow::time64(arrow::TimeUnit::MICRO));
  ExpectType("int[]", arrow::list(arrow::int32()));
  ExpectType("array<array<int>>", arrow::list(arrow::list(arrow::int32())));
  ExpectType(
      "struct<a int, `b c` varchar(5)>",
      arrow::struct_({arrow::field("a", arrow::int32()), arrow::field("b c", arrow::utf8())}));
}

TEST(ParseType, ReadsTheNamesOfArrow) {
  ExpectType(" timestamp[us, UTC] ", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"));
  ExpectType("time32", arrow::time32(arrow::TimeUnit::MILLI));
  ExpectType("map<string, int64>", arrow::map(arrow::utf8(), arrow::int64()));
  ExpectType("struct<>", arrow::struct_(arrow::FieldVector{}));
  ExpectType("list<item: int32 not null>",
             arrow::list(arrow::field("item", arrow::int32(), false)));
  ExpectType(
      "struct<not: int8, \"a\"\"b\": int8>",
      arrow::struct_({arrow::field("not", arrow::int8()), arrow::field("a\"b", arrow::int8())}));
  ExpectType("map<string, int64, keys_sorted>",
             arrow::map(arrow::utf8(), arrow::int64(), /*keys_sorted=*/true));
}

const std::vector<std::shared_ptr<arrow::DataType>> kTypes = {
    arrow::null(),
    arrow::boolean(),
    arrow::int8(),
    arrow::int16(),
    arrow::int32(),
    arrow::int64(),
    arrow::uint8(),
    arrow::uint16(),
    arrow::uint32(),
    arrow::uint64(),
    arrow::float16(),
    arrow::float32(),
    arrow::float64(),
    arrow::utf8(),
    arrow::large_utf8(),
    arrow::utf8_view(),
    arrow::binary(),
    arrow::large_binary(),
    arrow::binary_view(),
    arrow::fixed_size_binary(16),
    arrow::date32(),
    arrow::date64(),
    arrow::time32(arrow::TimeUnit::SECOND),
    arrow::time32(arrow::TimeUnit::MILLI),
    arrow::time64(arrow::TimeUnit::MICRO),
    arrow::time64(arrow::TimeUnit::NANO),
    arrow::timestamp(arrow::TimeUnit::SECOND),
    arrow::timestamp(arrow::TimeUnit::NANO, "America/New_York"),
    arrow::duration(arrow::TimeUnit::MILLI),
    arrow::month_interval(),
    arrow::day_time_interval(),
    arrow::month_day_nano_interval(),
    arrow::decimal32(5, 2),
    arrow::decimal64(15, 2),
    arrow::decimal128(38, 10),
    arrow::decimal256(76, 0),
    arrow::list(arrow::int8()),
    arrow::list(arrow::field("element", arrow::int8(), false)),
    arrow::large_list(arrow::utf8()),
    arrow::list_view(arrow::int8()),
    arrow::large_list_view(arrow::int8()),
    arrow::fixed_size_list(arrow::float32(), 3),
    arrow::map(arrow::utf8(), arrow::int64()),
    arrow::map(arrow::utf8(), arrow::field("v", arrow::int64(), false), true),
    arrow::struct_({arrow::field("a", arrow::int64(), false),
                    arrow::field("two words", arrow::list(arrow::date32())),
                    arrow::field("a \"quote\"", arrow::int8()), arrow::field("", arrow::int8())}),
    arrow::dictionary(arrow::int32(), arrow::utf8()),
    arrow::dictionary(arrow::int8(), arrow::utf8(), true)};

TEST(PrintType, IsReadBack) {
  for (const auto& type : kTypes) ExpectType(PrintType(*type), type);
}

TEST(ParseType, ReadsWhatArrowPrints) {
  for (const auto& type : kTypes) {
    // Arrow does not quote names, nor tell the names of a map's members.
    if (type->id() != arrow::Type::STRUCT && type->id() != arrow::Type::MAP) {
      ExpectType(type->ToString(), type);
    }
  }
}

TEST(PrintType, IsShort) {
  EXPECT_EQ(PrintType(*arrow::decimal128(10, 2)), "decimal(10, 2)");
  EXPECT_EQ(PrintType(*arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")), "timestamp[us, UTC]");
  EXPECT_EQ(PrintType(*arrow::list(arrow::int32())), "list<int32>");
  EXPECT_EQ(PrintType(*arrow::struct_({arrow::field("a", arrow::int64())})), "struct<a: int64>");
  EXPECT_EQ(PrintType(*arrow::map(arrow::utf8(), arrow::int64())), "map<string, int64>");
}

TEST(ParseType, RefusesWhatIsNoType) {
  for (const char* name : {"",
                           "number",
                           "int 64",
                           "int64 x",
                           "decimal",
                           "decimal()",
                           "decimal(0)",
                           "decimal(5,6)",
                           "decimal(10,2",
                           "decimal(10,-2)",
                           "decimal(77,0)",
                           "decimal32(10,0)",
                           "decimal128(39,0)",
                           "timestamp[xs]",
                           "timestamp[us",
                           "timestamp[us, ]",
                           "time32[ns]",
                           "time64[s]",
                           "time[us, UTC]",
                           "timestamp with zone",
                           "timestamp without",
                           "list",
                           "list<int8",
                           "list<>",
                           "list<x>",
                           "list<int8 not>",
                           "struct<a>",
                           "struct<a: int8",
                           "struct<\"a: int8>",
                           "map<int8>",
                           "map<int8, >",
                           "map<int8, int8, x>",
                           "map<x, int8>",
                           "map<int8, int8",
                           "fixed_size_list<int8>",
                           "fixed_size_list<int8>[-1]",
                           "fixed_size_binary",
                           "fixed_size_binary[x]",
                           "dictionary<int8>",
                           "dictionary<values=x>",
                           "dictionary<values=string, indices=string, ordered=0>",
                           "dictionary<values=string, indices=int8, x>",
                           "dictionary<values=string, indices=int8, ordered=x>",
                           "dictionary<values=string, x=int8>",
                           "dictionary<values=string, indices=int8",
                           "int[",
                           "int[5]",
                           "varchar(x)",
                           "struct<: int8>"}) {
    EXPECT_TRUE(FailedWith(ParseType(name).status(), kBadType)) << name;
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "list<";
  EXPECT_FALSE(ParseType(deep).ok());
  EXPECT_EQ(ParseType("number").status().message(), "'number' is not the name of a type");
}

// Patterns.

TEST(TextFormat, IsReadBack) {
  for (const TextKind kind : {TextKind::kDate, TextKind::kTime, TextKind::kTimestamp}) {
    for (const DateOrder order : {DateOrder::kYmd, DateOrder::kDmy, DateOrder::kMdy}) {
      for (int bits = 0; bits < 128; ++bits) {
        for (const char separator : {'-', '/', '.', ' ', '\0'}) {
          TextType type;
          type.kind = kind;
          TemporalLayout& layout = type.layout;
          if (kind != TextKind::kTime) {
            layout.order = order;
            layout.separator = separator;
            layout.month_names = (bits & 1) != 0;
            layout.two_digit_years = (bits & 2) != 0;
          }
          layout.unpadded = (bits & 4) != 0;
          if (kind != TextKind::kDate) {
            layout.has_time = true;
            layout.has_seconds = (bits & 8) != 0;
            layout.fraction_digits_max = layout.has_seconds ? 6 : 0;
            layout.twelve_hours = (bits & 16) != 0;
          }
          if (kind == TextKind::kTimestamp) {
            layout.date_time_separator = (bits & 128) != 0 ? ',' : (bits & 32) != 0 ? 'T' : ' ';
            layout.has_zone = (bits & 64) != 0;
          }
          // Without separators only 20241231 can be read.
          if (layout.separator == 0 && (order != DateOrder::kYmd || (bits & 7) != 0)) continue;
          // An unpadded day is what tells of unpadded hours.
          const std::string pattern = PrintFormat(type);
          TextType read;
          read.kind = kind;
          ASSERT_TRUE(ParseFormat(pattern, &read).ok()) << pattern;
          ASSERT_EQ(read, type) << pattern << " " << PrintFormat(read);
        }
      }
    }
  }
}

TEST(TextFormat, NumbersAreReadBack) {
  for (const TextKind kind : {TextKind::kInt64, TextKind::kDouble, TextKind::kDecimal}) {
    for (const std::string marks : {".,", ". ", ".'", ",.", ", ", ",'"}) {
      TextType type;
      type.kind = kind;
      type.group_mark = marks[1];
      if (kind != TextKind::kInt64 || marks[1] == '.') type.decimal_point = marks[0];
      if (kind == TextKind::kDecimal) {
        type.precision = 10;
        type.scale = 3;
        type.fixed_scale = marks[1] == ' ';
      }
      TextType read;
      read.kind = kind;
      read.precision = type.precision;
      read.scale = type.scale;
      const std::string pattern = PrintFormat(type);
      ASSERT_TRUE(ParseFormat(pattern, &read).ok()) << pattern;
      EXPECT_EQ(read, type) << pattern;
    }
  }
}

TEST(TextFormat, RefusesOtherPatterns) {
  const std::vector<std::pair<TextKind, std::string>> cases = {
      {TextKind::kDate, ""},
      {TextKind::kDate, "yyyy"},
      {TextKind::kDate, "yyyy-mm"},
      {TextKind::kDate, "yyyy-mm/dd"},
      {TextKind::kDate, "yyyy-mm-dd hh:mm"},
      {TextKind::kDate, "yymmdd"},
      {TextKind::kDate, "ddmmyyyy"},
      {TextKind::kDate, "yyyy-dd-mm"},
      {TextKind::kDate, "dd-dd-yyyy"},
      {TextKind::kDate, "mm-mm-yyyy"},
      {TextKind::kDate, "x"},
      {TextKind::kDate, "dd-mm-y"},
      {TextKind::kDate, "d"},
      {TextKind::kTimestamp, "yyyy-mm-dd"},
      {TextKind::kTimestamp, "yyyy-mm-dd-hh:mm"},
      {TextKind::kTimestamp, "hh:mm"},
      {TextKind::kTimestamp, "yyyy-mm-dd hh"},
      {TextKind::kTimestamp, "yyyy-mm-dd xx"},
      {TextKind::kTimestamp, "yyyy-mm-dd hh:mm x"},
      {TextKind::kTime, "hh:mmZ"},
      {TextKind::kTime, "ss"},
      {TextKind::kInt64, ""},
      {TextKind::kInt64, "1_234"},
      {TextKind::kInt64, "1,23"},
      {TextKind::kDouble, "1.234.5"},
      {TextKind::kDouble, "1234.00"},
      {TextKind::kDouble, "1234.6"},
      {TextKind::kDouble, "1234;5"},
      {TextKind::kText, "x"},
      {TextKind::kBool, "true"},
      {TextKind::kNull, ""}};
  for (const auto& [kind, pattern] : cases) {
    TextType type;
    type.kind = kind;
    EXPECT_TRUE(FailedWith(ParseFormat(pattern, &type), kBadFormat)) << pattern;
  }
  TextType decimal;
  decimal.kind = TextKind::kDecimal;
  decimal.precision = 5;
  decimal.scale = 2;
  EXPECT_FALSE(ParseFormat("1234.000", &decimal).ok()) << "three decimals for a scale of two";
  EXPECT_FALSE(ParseFormat("1234.", &decimal).ok());
}

TEST(TextFormat, TakesPatternsOfStrptimeToo) {
  const std::vector<std::tuple<TextKind, std::string_view, std::string_view>> cases = {
      {TextKind::kDate, "%Y-%m-%d", "yyyy-mm-dd"},
      {TextKind::kDate, "%F", "yyyy-mm-dd"},
      {TextKind::kDate, "%-d.%-m.%y", "d.m.yy"},
      {TextKind::kDate, "%d %b %Y", "dd mon yyyy"},
      {TextKind::kDate, "%B %-d, %Y", "mon d, yyyy"},
      {TextKind::kTime, "%T", "hh:mm:ss.ffffff"},
      {TextKind::kTime, "%-H:%M", "h:mm"},
      {TextKind::kTime, "%I:%M %p", "hh:mm AM"},
      {TextKind::kTimestamp, "%m/%d/%Y %I:%M:%S %p", "mm/dd/yyyy hh:mm:ss.ffffff AM"},
      {TextKind::kTimestamp, "%-m/%-d/%Y, %-I:%M%p", "m/d/yyyy, h:mm AM"},
      {TextKind::kTimestamp, "%Y-%m-%dT%H:%M:%S.%fZ", "yyyy-mm-ddThh:mm:ss.ffffffZ"},
      {TextKind::kDate, "d month yyyy", "d mon yyyy"},
      {TextKind::kTime, "hh:mmam", "hh:mm AM"},
      {TextKind::kTimestamp, "%Y-%m-%d %H:%M:%S%z", "yyyy-mm-dd hh:mm:ss.ffffffZ"}};
  for (const auto& [kind, pattern, ours] : cases) {
    TextType type{.kind = kind};
    ASSERT_TRUE(ParseFormat(pattern, &type).ok()) << pattern;
    EXPECT_EQ(PrintFormat(type), ours) << pattern;
  }
}

TEST(TextFormat, RefusesPatternsOfStrptimeThatMeanNothing) {
  for (const std::string_view pattern : {"%d/%m/%Y %I:%M", "%d/%m/%Y %H:%M %p", "%d/%m/%Y at %H:%M",
                                         "%q", "%", "%d/%m/%Y %", "%j", "%d/%m/%Y %M:%H"}) {
    TextType type{.kind = TextKind::kTimestamp};
    EXPECT_TRUE(FailedWith(ParseFormat(pattern, &type), kBadFormat)) << pattern;
  }
}

TEST(TextFormat, FallsIntoParts) {
  using Kind = PatternPart::Kind;
  const std::vector<PatternPart> expected = {{Kind::kDay, 2},
                                             {Kind::kText, 0, ' '},
                                             {Kind::kNamedMonth},
                                             {Kind::kText, 0, ' '},
                                             {Kind::kYear, 2},
                                             {Kind::kText, 0, ' '},
                                             {Kind::kHourOfHalf, 1},
                                             {Kind::kText, 0, ':'},
                                             {Kind::kMinute, 2},
                                             {Kind::kText, 0, ':'},
                                             {Kind::kSecond, 2},
                                             {Kind::kText, 0, '.'},
                                             {Kind::kFraction, 6},
                                             {Kind::kText, 0, ' '},
                                             {Kind::kHalfOfDay, 0, 'a'},
                                             {Kind::kUtc}};
  for (const std::string_view pattern :
       {"dd month yy h:mm:ss.ffffff amZ", "%d %B %y %-I:%M:%S.%f %P%z"}) {
    const auto parts = SplitFormat(pattern, TextKind::kTimestamp);
    ASSERT_TRUE(parts.ok()) << pattern;
    EXPECT_EQ(*parts, expected) << pattern;
  }
  const std::vector<PatternPart> compact = {{Kind::kYear, 4}, {Kind::kMonth, 2}, {Kind::kDay, 2}};
  EXPECT_EQ(SplitFormat("yyyymmdd", TextKind::kDate).ValueOrDie(), compact);
  for (const std::string_view pattern : {"dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss.ffffffffff",
                                         "dd/mm/yyyy hh:mm:ss.", "%d/%m/%Y %H:%M:%S."}) {
    EXPECT_TRUE(FailedWith(SplitFormat(pattern, TextKind::kTimestamp).status(), kBadFormat))
        << pattern;
  }
}

TEST(TextFormat, ReadsValuesByAPatternOfTwelveHours) {
  TextType type{.kind = TextKind::kTimestamp};
  ASSERT_TRUE(ParseFormat("%-d/%-m/%Y %-I:%M %p", &type).ok());
  int64_t micros = 0;
  constexpr std::string_view kNoon = "2/1/1970 12:00 PM", kMidnight = "02/01/1970 12:05 am";
  ASSERT_TRUE(ConvertValue(type, kNoon.data(), kNoon.size(), &micros));
  EXPECT_EQ(micros, int64_t{36} * 3'600'000'000);
  ASSERT_TRUE(ConvertValue(type, kMidnight.data(), kMidnight.size(), &micros));
  EXPECT_EQ(micros, int64_t{24} * 3'600'000'000 + int64_t{5} * 60'000'000);
}

}  // namespace
}  // namespace pyforge::schema
