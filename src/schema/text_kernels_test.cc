#include "schema/text_kernels.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "schema/block_kernels.h"
#include "schema/number_text.h"
#include "schema/testing.h"
#include "schema/text_evidence.h"
#include "schema/text_format.h"
#include "support/seed.h"

namespace pyforge::schema {
namespace {

using Fields = std::vector<std::optional<std::string>>;

TextType TypeOf(TextKind kind, const std::string& format = "") {
  TextType type;
  type.kind = kind;
  if (kind == TextKind::kDecimal) {
    type.precision = 10;
    type.scale = 2;
  }
  if (!format.empty()) {
    EXPECT_TRUE(ParseFormat(format, &type).ok()) << format;
  }
  return type;
}

size_t BytesOf(TextKind kind) {
  return kind == TextKind::kDecimal ? 16 : kind == TextKind::kDate ? 4 : 8;
}

// Zeros of both signs differ in them, and NaN equals itself.
template <typename T>
std::array<char, sizeof(T)> ContentOf(const T& value) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// Runs a test with every instruction set that this processor has.
class TextKernels : public ::testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!Supports(GetParam())) GTEST_SKIP() << "not on this processor";
    const InstructionSet set = GetParam();
    ForceInstructionSet(&set);
  }
  void TearDown() override { ForceInstructionSet(nullptr); }

  // One value through the column kernel, alone and among others of its like; nothing: a misfit.
  template <typename T>
  static std::optional<T> Converted(const TextType& type, const std::string& text) {
    std::optional<T> result;
    for (const char filler : {'5', '.', '-', '\xff', '/'}) {
      const TextColumn column(Texts(5, text), filler);
      const ConvertedColumn converted(type, column.slice());
      EXPECT_TRUE(converted.count == 5 || converted.count == 0) << text;
      Int128 single = 0;
      const bool fits = ConvertValue(type, text.data(), text.size(), &single);
      EXPECT_EQ(fits, converted.count == 5) << text << " beside " << filler;
      if (!fits || converted.count != 5) return std::nullopt;
      T value{};
      std::memcpy(&value, &single, sizeof value);
      for (int i = 0; i < 5; ++i) {
        const T of_column = converted.Value<T>(i);
        EXPECT_EQ(ContentOf(value), ContentOf(of_column)) << text;
      }
      result = value;
    }
    return result;
  }

  static void ExpectInteger(const std::string& text, std::optional<int64_t> expected,
                            const std::string& format = "") {
    EXPECT_EQ(Converted<int64_t>(TypeOf(TextKind::kInt64, format), text), expected) << text;
  }
  static void ExpectDouble(const std::string& text, std::optional<double> expected,
                           const std::string& format = "") {
    const auto value = Converted<double>(TypeOf(TextKind::kDouble, format), text);
    ASSERT_EQ(value.has_value(), expected.has_value()) << text;
    if (value) {
      EXPECT_EQ(ContentOf(*value), ContentOf(*expected)) << text << ": " << *value;
    }
  }
  static void ExpectDay(const std::string& format, const std::string& text,
                        std::optional<int32_t> expected) {
    EXPECT_EQ(Converted<int32_t>(TypeOf(TextKind::kDate, format), text), expected)
        << text << " as " << format;
  }
  static void ExpectMicros(const std::string& format, const std::string& text,
                           std::optional<int64_t> expected) {
    EXPECT_EQ(Converted<int64_t>(TypeOf(TextKind::kTimestamp, format), text), expected)
        << text << " as " << format;
  }
};

INSTANTIATE_TEST_SUITE_P(InstructionSets, TextKernels,
                         ::testing::Values(InstructionSet::kPortable, InstructionSet::kAvx2,
                                           InstructionSet::kAvx512),
                         [](const auto& set) {
                           return set.param == InstructionSet::kPortable ? "Portable"
                                  : set.param == InstructionSet::kAvx2   ? "Avx2"
                                                                         : "Avx512";
                         });

TEST_P(TextKernels, AcceptCanonicalIntegersOnly) {
  ExpectInteger("0", 0);
  ExpectInteger("7", 7);
  ExpectInteger("-7", -7);
  ExpectInteger("1234567890123456", 1234567890123456);
  ExpectInteger("-123456789012345", -123456789012345);
  ExpectInteger("12345678901234567", 12345678901234567);
  ExpectInteger("9223372036854775807", std::numeric_limits<int64_t>::max());
  ExpectInteger("-9223372036854775808", std::numeric_limits<int64_t>::min());
  for (const char* text : {"",
                           "-",
                           "+1",
                           "-0",
                           "00",
                           "007",
                           "-07",
                           "1.0",
                           "1.",
                           "1e3",
                           " 1",
                           "1 ",
                           "--1",
                           "1-",
                           "x",
                           "12a",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "09223372036854775807",
                           "12345678901234567890",
                           "99999999999999999999999",
                           "123456789012345678-",
                           "1,234",
                           "-12345678901234567x",
                           "\xd9\xa1"}) {
    ExpectInteger(text, std::nullopt);
  }
}

TEST_P(TextKernels, AcceptIntegersWithGroupMarks) {
  ExpectInteger("1,234,567", 1234567, "1,234");
  ExpectInteger("-12,345", -12345, "1,234");
  ExpectInteger("1234567", 1234567, "1,234");
  ExpectInteger("999", 999, "1,234");
  for (const char* text :
       {"1,23", "1,2345", ",123", "1,,234", "1234,567", "0,123", "1,234,", "1.234"}) {
    ExpectInteger(text, std::nullopt, "1,234");
  }
}

TEST_P(TextKernels, AcceptNumbersThatADoubleGivesBack) {
  ExpectDouble("0", 0.0);
  ExpectDouble("-0", -0.0);
  ExpectDouble("-0.0", -0.0);
  ExpectDouble("1.5", 1.5);
  ExpectDouble("-1.50", -1.5);
  ExpectDouble(".5", .5);
  ExpectDouble("-.5", -.5);
  ExpectDouble("5.", 5);
  ExpectDouble("0.1", 0.1);
  ExpectDouble("123456789012.345", 123456789012.345);
  ExpectDouble("-123456789012.34", -123456789012.34);
  ExpectDouble("9007199254740992", 9007199254740992);
  ExpectDouble("-9007199254740992", -9007199254740992);
  ExpectDouble("9007199254740994.0", 9007199254740994);
  ExpectDouble("0.30000000000000004", 0.1 + 0.2);
  ExpectDouble("0.10000000000000001", 0.1);
  ExpectDouble("3.141592653589793", 3.141592653589793);
  ExpectDouble("1.7976931348623157e308", std::numeric_limits<double>::max());
  ExpectDouble("2.2250738585072014E-308", std::numeric_limits<double>::min());
  ExpectDouble("5e-324", 5e-324);
  ExpectDouble("1e5", 1e5);
  ExpectDouble("1e+05", 1e5);
  ExpectDouble("-1.25E-3", -1.25e-3);
  ExpectDouble("0e99999", 0);
  ExpectDouble("0.000000000000000000000000000000000015", 1.5e-35);
  ExpectDouble("1.0000000000000000000000000000000", 1);
  ExpectDouble("nan", std::numeric_limits<double>::quiet_NaN());
  ExpectDouble("NaN", std::numeric_limits<double>::quiet_NaN());
  ExpectDouble("-inf", -std::numeric_limits<double>::infinity());
  ExpectDouble("Infinity", std::numeric_limits<double>::infinity());
}

TEST_P(TextKernels, RefuseNumbersThatADoubleWouldChange) {
  for (const char* text :
       {"9007199254740993", "9007199254740993.5", "-9007199254740993", "0.1000000000000000055",
        "9999999999999999", "1152921504606846976", "0.92000000000000000001", "9.2000000000000001",
        "1e309", "1e-400", "4e-324", "3.1415926535897931159979634685441851615905761718750",
        "123456789012345678901234567890", "12345678901234567.8"}) {
    ExpectDouble(text, std::nullopt);
  }
}

TEST_P(TextKernels, RefuseWhatIsNoNumber) {
  for (const char* text : {"",
                           "-",
                           ".",
                           "-.",
                           "+1.5",
                           "007.5",
                           "-00.5",
                           "00.5",
                           "1.5.5",
                           "1..5",
                           "1,5",
                           "1 .5",
                           "1.5 ",
                           " 1.5",
                           "--1.5",
                           "1.5-",
                           "1e",
                           "1e+",
                           "e5",
                           "1e5.5",
                           "1e5e5",
                           ".e5",
                           "1ee5",
                           "0x10",
                           "1.5f",
                           "-nan",
                           "+inf",
                           "infinit",
                           "infinityy",
                           "NaNs",
                           "1_000.5",
                           "1.5e1x",
                           "1.234567890123456x9",
                           "1.23456789012345678e",
                           "01.23456789012345678",
                           "-01.23456789012345678",
                           "1.2345.678901234567890"}) {
    ExpectDouble(text, std::nullopt);
  }
}

TEST_P(TextKernels, ReadDecimalCommasAndGroupMarks) {
  ExpectDouble("3,5", 3.5, "1234,5");
  ExpectDouble("-0,25", -0.25, "1234,5");
  ExpectDouble("3.5", std::nullopt, "1234,5");
  ExpectDouble("0,30000000000000004", 0.1 + 0.2, "1234,5");
  ExpectDouble("1.234.567,25", 1234567.25, "1.234,5");
  ExpectDouble("1234,5", 1234.5, "1.234,5");
  ExpectDouble("1.23,5", std::nullopt, "1.234,5");
  ExpectDouble("1'234.5", 1234.5, "1'234.5");
  ExpectDouble("1 234,5", 1234.5, "1 234,5");
}

TEST_P(TextKernels, AcceptDecimalsOfThePrecision) {
  const auto expect = [](const std::string& text, std::optional<int64_t> expected,
                         const TextType& type = TypeOf(TextKind::kDecimal)) {
    const auto value = Converted<Int128>(type, text);
    ASSERT_EQ(value.has_value(), expected.has_value()) << text;
    if (value) {
      EXPECT_TRUE(*value == Int128{*expected}) << text;
    }
  };
  expect("0", 0);
  expect("1.5", 150);
  expect("-1.25", -125);
  expect("-0.00", 0);
  expect("12345678.9", 1234567890);
  expect("99999999.99", 9999999999);
  expect("-99999999", -9999999900);
  for (const char* text : {"", "-", ".", "100000000", "100000000.00", "1.255", "1.250", "1e2",
                           "nan", "007", "1,5", "x", "1.2.3", "99999999999999999999", "+1"}) {
    expect(text, std::nullopt);
  }
  TextType fixed = TypeOf(TextKind::kDecimal);
  fixed.fixed_scale = true;
  expect("1.50", 150, fixed);
  expect("1.5", std::nullopt, fixed);
  expect("2", std::nullopt, fixed);
  TextType comma = TypeOf(TextKind::kDecimal, "1.234,5");
  expect("1.234,50", 123450, comma);
  TextType fine = TypeOf(TextKind::kDecimal);
  fine.precision = 18;
  fine.scale = 6;
  expect("1.5", 1500000, fine);
  expect("123456789012.123456", 123456789012123456, fine);
  TextType fraction = TypeOf(TextKind::kDecimal);
  fraction.precision = 2;
  expect("0.12", 12, fraction);
  expect("1.12", std::nullopt, fraction);
}

TEST_P(TextKernels, KeepThirtyEightDigits) {
  TextType type = TypeOf(TextKind::kDecimal);
  type.precision = 38;
  type.scale = 0;
  const std::string nines(38, '9');
  Int128 expected = 0;
  for (int i = 0; i < 38; ++i) expected = expected * 10 + 9;
  EXPECT_TRUE(Converted<Int128>(type, nines) == expected);
  EXPECT_TRUE(Converted<Int128>(type, "-" + nines) == -expected);
  EXPECT_FALSE(Converted<Int128>(type, nines + "9"));
}

TEST_P(TextKernels, AcceptTruthInAnyCase) {
  const TextType type = TypeOf(TextKind::kBool);
  const Texts words = {"true", "FALSE", "Yes", "no", "T", "f", "tRuE", "NO"};
  const TextColumn column(words);
  const ConvertedColumn converted(type, column.slice());
  ASSERT_EQ(converted.count, 8);
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(converted.Bit(i), i % 2 == 0) << words[static_cast<size_t>(i)];
  for (const char* text : {"", "tru", "truee", "y", "n", "1", "0", "yess", "falsetto", "true ",
                           "true\n\n\n\n", "\x14rue"}) {
    uint8_t value = 0;
    EXPECT_FALSE(ConvertValue(type, text, std::strlen(text), &value)) << text;
    const TextColumn other(Texts{"true", text});
    EXPECT_EQ(ConvertedColumn(type, other.slice()).count, 1) << text;
  }
}

TEST_P(TextKernels, AcceptDatesOfTheirLayoutOnly) {
  ExpectDay("yyyy-mm-dd", "1970-01-01", 0);
  ExpectDay("yyyy-mm-dd", "2024-12-31", 20088);
  ExpectDay("yyyy-mm-dd", "2024-02-29", 19782);
  ExpectDay("yyyy-mm-dd", "1900-01-01", -25567);
  ExpectDay("yyyy-mm-dd", "2099-12-31", 47481);
  ExpectDay("yyyy-mm-dd", "0001-01-01", -719162);
  ExpectDay("yyyy-mm-dd", "9999-12-31", 2932896);
  for (const char* text : {"", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-01-32",
                           "2024-04-31", "0000-01-01", "2024-1-01", "24-01-01", "2024/01/01",
                           "2024-01/01", "2024-01-01 ", "2024-01-01 00:00", "x024-01-01",
                           "2024-0x-01", "2100-02-29", "12024-01-01", "2024-01-011"}) {
    ExpectDay("yyyy-mm-dd", text, std::nullopt);
  }
  ExpectDay("dd.mm.yyyy", "31.12.2024", 20088);
  ExpectDay("dd.mm.yyyy", "12.31.2024", std::nullopt);
  ExpectDay("mm/dd/yyyy", "12/31/2024", 20088);
  ExpectDay("mm/dd/yyyy", "1/2/2024", std::nullopt);
  ExpectDay("m/d/yyyy", "1/2/1970", 1);
  ExpectDay("m/d/yyyy", "01/02/1970", 1);
  ExpectDay("d-m-yyyy", "2-1-1970", 1);
  ExpectDay("m/d/yyyy", "1/2/70", std::nullopt);
  ExpectDay("m/d/yyyy", "1/32/1970", std::nullopt);
  ExpectDay("m/d/yyyy", "1//1970", std::nullopt);
  ExpectDay("m/d/yyyy", "111/2/1970", std::nullopt);
  ExpectDay("m/d/yyyy", "1/2/19700", std::nullopt);
  ExpectDay("m/d/yyyy", "1/2/197", std::nullopt);
  ExpectDay("yyyy-m-d", "1970-1-2", 1);
  ExpectDay("dd/mm/yy", "02/01/70", 1);
  ExpectDay("dd/mm/yy", "31/12/68", 36159);
  ExpectDay("dd-mon-yyyy", "02-Jan-1970", 1);
  ExpectDay("dd-mon-yyyy", "02-january-1970", 1);
  ExpectDay("dd-mon-yyyy", "02-Janu-1970", std::nullopt);
  ExpectDay("dd-mon-yyyy", "02-xyz-1970", std::nullopt);
  ExpectDay("dd-mon-yyyy", "02-01-1970", std::nullopt);
  ExpectDay("mon d, yyyy", "Jan 2, 1970", 1);
  ExpectDay("mon d, yyyy", "Jan 2 1970", 1);
  ExpectDay("yyyymmdd", "19700102", 1);
  ExpectDay("yyyymmdd", "1970010", std::nullopt);
  ExpectDay("yyyymmdd", "19701302", std::nullopt);
}

TEST_P(TextKernels, AcceptTimestampsOfTheirLayoutOnly) {
  constexpr int64_t kSecond = 1'000'000;
  constexpr int64_t kDay = 86'400 * kSecond;
  const std::string iso = "yyyy-mm-dd hh:mm:ss";
  ExpectMicros(iso, "1970-01-02 00:00:01", kDay + kSecond);
  ExpectMicros(iso, "1969-12-31 23:59:59.999999", -1);
  ExpectMicros(iso, "1970-01-01 00:00:00.5", kSecond / 2);
  ExpectMicros(iso, "1970-01-01 00:00:00,5", kSecond / 2);
  ExpectMicros(iso, "1970-01-01 00:00:00.123456000", 123456);
  ExpectMicros(iso, "1970-01-02", kDay);
  ExpectMicros(iso, "2999-12-31 00:00:00", 376199 * kDay);
  for (const char* text :
       {"1970-01-01T00:00:00", "1970-01-01 24:00:00", "1970-01-01 23:60:00", "1970-01-01 23:59:60",
        "1970-01-01 00:00", "1970-01-01 00:00:00Z", "1970-01-01 00:00:00.",
        "1970-01-01 00:00:00.1234567", "1970-01-01 00:00:00 ", "1970-01-01 0:00:00",
        "1970-01-01 00:0:00", "1970-01-01 00-00-00", "1970-01-01 00:00:00 PM",
        "1970-02-30 00:00:00", "1970-01-01 00:00:0x", "1970-01-01 00:00:00.x"}) {
    ExpectMicros(iso, text, std::nullopt);
  }
  ExpectMicros("yyyy-mm-dd hh:mm", "1970-01-01 00:01", 60 * kSecond);
  ExpectMicros("yyyy-mm-dd hh:mm", "1970-01-01 00:01.5", std::nullopt);
  ExpectMicros("yyyy-mm-dd hh:mm", "1970-01-01 00:01:00", std::nullopt);

  const std::string zoned = "yyyy-mm-ddThh:mm:ssZ";
  ExpectMicros(zoned, "1970-01-01T00:00:00Z", 0);
  ExpectMicros(zoned, "1970-01-01T01:30:00+01:30", 0);
  ExpectMicros(zoned, "1969-12-31T23:00:00.5-01:00", kSecond / 2);
  ExpectMicros(zoned, "1970-01-01T02:00:00+0200", 0);
  ExpectMicros(zoned, "1970-01-01T02:00:00+02", 0);
  ExpectMicros(zoned, "1970-01-01T00:00:00 UTC", 0);
  ExpectMicros(zoned, "1970-01-01T00:00:00z", 0);
  for (const char* text :
       {"1970-01-01T00:00:00", "1970-01-01T00:00:00+19:00", "1970-01-01T00:00:00+01:60",
        "1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00+01:0", "1970-01-01T00:00:00 EST",
        "1970-01-01T00:00:00+x1:00", "1970-01-01T00:00:00ZZ", "1970-01-01",
        "1970-01-01T00:00:00+01-00"}) {
    ExpectMicros(zoned, text, std::nullopt);
  }

  ExpectMicros("dd/mm/yyyy hh:mm:ss", "02/01/1970 00:00:01", kDay + kSecond);
  ExpectMicros("mm/dd/yyyy hh:mm:ss", "01/02/1970 00:00:01", kDay + kSecond);
  ExpectMicros("m/d/yyyy h:mm", "1/2/1970 0:01", kDay + 60 * kSecond);
  ExpectMicros("m/d/yyyy h:mm", "01/02/1970 00:01", kDay + 60 * kSecond);
  ExpectMicros("m/d/yyyy h:mm", "1/2/1970", kDay);
  ExpectMicros("m/d/yyyy h:mm", "1/2/1970 123:01", std::nullopt);
  ExpectMicros("m/d/yyyy h:mm", "1/2/1970 0:0", std::nullopt);
  ExpectMicros("m/d/yyyy h:mm:ss", "1/2/1970 0:01:02.25", kDay + 62 * kSecond + kSecond / 4);
  ExpectMicros("m/d/yyyy h:mm:ss", "1/2/1970 0:01", std::nullopt);

  const std::string american = "mm/dd/yyyy hh:mm AM";
  ExpectMicros(american, "01/01/1970 12:00 AM", 0);
  ExpectMicros(american, "01/01/1970 12:00 pm", kDay / 2);
  ExpectMicros(american, "01/01/1970 01:00PM", kDay * 13 / 24);
  ExpectMicros(american, "01/01/1970 11:59 AM", (11 * 60 + 59) * 60 * kSecond);
  for (const char* text : {"01/01/1970 00:00 AM", "01/01/1970 13:00 PM", "01/01/1970 01:00",
                           "01/01/1970 1:00 PM", "01/01/1970 01:00 XM", "01/01/1970 01:00 P",
                           "01/01/1970 01:00  PM", "1/01/1970 01:00 PM"}) {
    ExpectMicros(american, text, std::nullopt);
  }
  ExpectMicros("yyyymmddThh:mm:ss", "19700102T000001", kDay + kSecond);
  ExpectMicros("yyyymmddThh:mm:ss", "19700102T00:00:01", kDay + kSecond);
  ExpectMicros("dd-mon-yyyy hh:mm", "02-JAN-1970 00:00", kDay);
}

TEST_P(TextKernels, AcceptTimesOfDay) {
  const auto expect = [](const std::string& format, const std::string& text,
                         std::optional<int64_t> expected) {
    EXPECT_EQ(Converted<int64_t>(TypeOf(TextKind::kTime, format), text), expected) << text;
  };
  expect("hh:mm:ss", "00:00:01.5", 1'500'000);
  expect("hh:mm:ss", "23:59:59", 86'399'000'000);
  expect("hh:mm:ss", "23:59", std::nullopt);
  expect("hh:mm:ss", "9:59:59", std::nullopt);
  expect("h:mm", "9:05", 32'700'000'000);
  expect("h:mm", "24:00", std::nullopt);
  expect("hh:mm AM", "12:05 AM", 300'000'000);
  expect("hh:mm", "12:05 AM", std::nullopt);
  expect("hh:mm", "12:05Z", std::nullopt);
}

TEST_P(TextKernels, HaveNothingToSayAboutText) {
  const TextColumn column(Texts{"x"});
  for (const TextKind kind : {TextKind::kText, TextKind::kNull}) {
    EXPECT_EQ(ConvertedColumn(TypeOf(kind), column.slice()).count, 0);
    int64_t value = 0;
    EXPECT_FALSE(ConvertValue(TypeOf(kind), "x", 1, &value));
  }
}

// Columns.

TEST_P(TextKernels, StopAtTheFirstMisfitWhereverItIs) {
  const std::vector<std::pair<TextType, std::string>> cases = {
      {TypeOf(TextKind::kInt64), "12"},
      {TypeOf(TextKind::kDouble), "1.5"},
      {TypeOf(TextKind::kDecimal), "1.25"},
      {TypeOf(TextKind::kBool), "true"},
      {TypeOf(TextKind::kDate, "yyyy-mm-dd"), "2024-12-31"},
      {TypeOf(TextKind::kDate, "m/d/yyyy"), "1/2/2024"},
      {TypeOf(TextKind::kTime, "hh:mm"), "10:00"},
      {TypeOf(TextKind::kTimestamp, "yyyy-mm-dd hh:mm:ss"), "2024-12-31 10:00:00"}};
  for (const auto& [type, good] : cases) {
    for (int count : {1, 3, 4, 63, 64, 65, 130}) {
      for (int at = 0; at < count; ++at) {
        Fields fields(static_cast<size_t>(count), good);
        for (int i = 0; i < count; i += 5) fields[static_cast<size_t>(i)] = std::nullopt;
        fields[static_cast<size_t>(at)] = "n/a";
        const TextColumn column(fields);
        const ConvertedColumn converted(type, column.slice());
        ASSERT_EQ(converted.count, at) << type.ToString();
        ASSERT_EQ(converted.buffers.null_count, (at + 4) / 5);
        for (int i = 0; i < at; ++i) ASSERT_EQ(converted.IsValid(i), i % 5 != 0);
        for (int i = at; i < at / 8 * 8 + 8; ++i) ASSERT_FALSE(converted.IsValid(i));
      }
    }
  }
}

TEST_P(TextKernels, MakeZerosOfNulls) {
  for (const TextType& type :
       {TypeOf(TextKind::kInt64), TypeOf(TextKind::kDouble), TypeOf(TextKind::kDecimal)}) {
    Fields fields(70, std::nullopt);
    fields[66] = "-7";
    const TextColumn column(fields);
    const ConvertedColumn converted(type, column.slice());
    ASSERT_EQ(converted.count, 70);
    EXPECT_EQ(converted.buffers.null_count, 69);
    const size_t bytes = BytesOf(type.kind);
    const auto* const values = static_cast<const char*>(converted.buffers.values);
    for (size_t i = 0; i < 70; ++i) {
      const bool is_zero =
          std::all_of(values + i * bytes, values + (i + 1) * bytes, [](char c) { return c == 0; });
      EXPECT_EQ(is_zero, i != 66) << i;
    }
  }
}

TEST_P(TextKernels, TellTheExtremesOfIntegers) {
  const TextColumn column(Fields{"5", std::nullopt, "-3", "12345678901234567", "7", std::nullopt});
  const ConvertedColumn converted(TypeOf(TextKind::kInt64), column.slice());
  EXPECT_EQ(converted.count, 6);
  EXPECT_EQ(converted.buffers.int_min, -3);
  EXPECT_EQ(converted.buffers.int_max, 12345678901234567);
  const TextColumn nulls(Fields{std::nullopt});
  const ConvertedColumn empty(TypeOf(TextKind::kInt64), nulls.slice());
  EXPECT_EQ(empty.buffers.int_min, 0);
  EXPECT_EQ(empty.buffers.int_max, 0);
}

TEST_P(TextKernels, TellWhatNumbersLookLike) {
  const auto facts_of = [](const Fields& fields) {
    const TextColumn column(fields);
    return ConvertedColumn(TypeOf(TextKind::kDouble), column.slice()).buffers.numbers;
  };
  NumberFacts facts = facts_of({"1", "-20", std::nullopt});
  EXPECT_EQ(facts.integer_digits_max, 2);
  EXPECT_EQ(facts.scale_max, 0);
  EXPECT_FALSE(facts.has_real);
  facts = facts_of({"-123.5", "0.25", ".125", "1", "2"});
  EXPECT_EQ(facts.integer_digits_max, 3);
  EXPECT_EQ(facts.scale_max, 3);
  EXPECT_EQ(facts.scale_min, 0);
  EXPECT_TRUE(facts.has_real);
  EXPECT_FALSE(facts.has_exponent);
  facts = facts_of({"1.50", "2.25", "10.00", "-1000.00"});
  EXPECT_EQ(facts.scale_min, 2);
  EXPECT_EQ(facts.integer_digits_max, 4);
  EXPECT_TRUE(facts_of({"-0", "1", "2", "3"}).has_real);
  EXPECT_TRUE(facts_of({"1e5"}).has_exponent);
  EXPECT_TRUE(facts_of({"nan"}).has_word);
  EXPECT_EQ(facts_of({"nan"}).integer_digits_max, 0);
  EXPECT_EQ(facts_of({"0.30000000000000004"}).scale_max, 17);
  EXPECT_EQ(facts_of({"1.5", "n/a", "123456.789"}).scale_max, 1) << "behind the misfit";
}

// What every instruction set makes of a column is what portable code makes of it.
void ExpectSetsAgree(const TextType& type, const Fields& fields, char filler) {
  const TextColumn column(fields, filler);
  const auto converted = [&](InstructionSet set) {
    ForceInstructionSet(&set);
    ConvertedColumn result(type, column.slice());
    ForceInstructionSet(nullptr);
    return result;
  };
  const ConvertedColumn expected = converted(InstructionSet::kPortable);
  for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (!Supports(set)) continue;
    const ConvertedColumn actual = converted(set);
    const auto show = [&] {
      std::string shown = type.ToString();
      for (const auto& field : fields) shown += " [" + field.value_or("null") + "]";
      return shown;
    };
    ASSERT_EQ(actual.count, expected.count) << show();
    ASSERT_EQ(actual.buffers.null_count, expected.buffers.null_count) << show();
    ASSERT_EQ(actual.buffers.int_min, expected.buffers.int_min) << show();
    ASSERT_EQ(actual.buffers.int_max, expected.buffers.int_max) << show();
    const NumberFacts& left = actual.buffers.numbers;
    const NumberFacts& right = expected.buffers.numbers;
    ASSERT_EQ(left.integer_digits_max, right.integer_digits_max) << show();
    ASSERT_EQ(left.scale_max, right.scale_max) << show();
    ASSERT_EQ(left.scale_min, right.scale_min) << show();
    ASSERT_EQ(left.has_real, right.has_real) << show();
    ASSERT_EQ(left.has_exponent, right.has_exponent) << show();
    ASSERT_EQ(left.has_word, right.has_word) << show();
    const auto count = static_cast<size_t>(actual.count);
    const size_t bytes = type.kind == TextKind::kBool ? count / 8 : count * BytesOf(type.kind);
    ASSERT_EQ(std::memcmp(actual.values.data(), expected.values.data(), bytes), 0) << show();
    ASSERT_EQ(std::memcmp(actual.validity.data(), expected.validity.data(), count / 8), 0);
  }
}

TEST(TextKernelsProperty, AgreeAcrossInstructionSets) {
  if (!Supports(InstructionSet::kAvx2)) GTEST_SKIP() << "not on this processor";
  RandomTexts random(pyforge::testing::RandomSeed());
  int64_t values = 0;
  for (int round = 0; round < Rounds(20000); ++round) {
    Texts texts = random.Column();
    ColumnEvidence evidence;
    for (const std::string& text : texts) evidence.Add(text, false);
    const TextType type = evidence.Decide({.decimals = random.OneIn(2)});
    if (type.kind == TextKind::kText) continue;
    // Good texts many times over, and some with a byte changed, taken out or put in.
    Fields fields;
    for (int i = random.Below(200); i >= 0; --i) {
      std::string text = texts[static_cast<size_t>(random.Below(static_cast<int>(texts.size())))];
      if (random.OneIn(60)) {
        const auto at = static_cast<size_t>(random.Below(static_cast<int>(text.size()) + 1));
        const std::string byte =
            random.Pick({"0", "9", "-", ".", ",", ":", " ", "e", "/", "\x80", "+"});
        text.replace(at, static_cast<size_t>(random.Below(2)), random.OneIn(3) ? "" : byte);
      }
      fields.push_back(random.OneIn(10) ? std::nullopt : std::optional(text));
    }
    const char filler = random.Pick({"0", "-", ".", " ", ":", "\xff"})[0];
    ASSERT_NO_FATAL_FAILURE(ExpectSetsAgree(type, fields, filler));
    values += static_cast<int64_t>(fields.size());
  }
  EXPECT_GT(values, 200000);
}

// Doubles printed with as many digits as they have, more or fewer, and their neighbours in the last
// digit: what fits and what does not is told by different means in each set.
TEST(TextKernelsProperty, AgreeAboutLongDoubles) {
  if (!Supports(InstructionSet::kAvx2)) GTEST_SKIP() << "not on this processor";
  RandomTexts random(pyforge::testing::RandomSeed());
  const TextType type = {.kind = TextKind::kDouble};
  for (int round = 0; round < Rounds(4000); ++round) {
    Fields fields;
    const int digits = 14 + random.Below(5);
    const int power = random.Below(40) - 22;
    for (int i = random.Below(64); i >= 0; --i) {
      const double value = (random.Below(1 << 30) * 0x1p-30 + random.Below(1 << 30) * 0x1p-60) *
                           std::pow(10, random.OneIn(20) ? random.Below(60) - 30 : power);
      std::string text =
          random.OneIn(3) ? fmt::format("{}", value) : fmt::format("{:.{}g}", value, digits);
      if (random.OneIn(4) && text.find('e') == std::string::npos) {
        text.back() = static_cast<char>('0' + random.Below(10));
      }
      if (random.OneIn(40)) text += '0';
      if (random.OneIn(40)) text = std::ldexp(1.0, random.Below(80) - 40) > 1 ? text : "0.0";
      fields.push_back(random.OneIn(2) ? "-" + text : text);
      // A column ends at its first misfit.
      ASSERT_NO_FATAL_FAILURE(ExpectSetsAgree(type, {fields.back()}, '7'));
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSetsAgree(type, fields, '.'));
  }
}

}  // namespace
}  // namespace pyforge::schema
