// Spellings at the edges of every type. Every instruction set must make of them what the plain
// reading of one value makes, and of good values what other code makes of them.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "schema/block_kernels.h"
#include "schema/testing.h"
#include "schema/text_format.h"
#include "support/seed.h"

namespace pyforge::schema {
namespace {

TextType TypeOf(TextKind kind, const std::string& format = "") {
  TextType type;
  type.kind = kind;
  if (!format.empty()) {
    EXPECT_TRUE(ParseFormat(format, &type).ok()) << format;
  }
  return type;
}

TextType DecimalOf(int precision, int scale, bool fixed_scale = false) {
  TextType type = TypeOf(TextKind::kDecimal);
  type.precision = static_cast<int8_t>(precision);
  type.scale = static_cast<int8_t>(scale);
  type.fixed_scale = fixed_scale;
  return type;
}

std::vector<TextType> Types() {
  std::vector<TextType> types = {TypeOf(TextKind::kBool),
                                 TypeOf(TextKind::kInt64),
                                 TypeOf(TextKind::kInt64, "1,234"),
                                 TypeOf(TextKind::kDouble),
                                 TypeOf(TextKind::kDouble, "1234,5"),
                                 TypeOf(TextKind::kDouble, "1,234.5"),
                                 DecimalOf(10, 2),
                                 DecimalOf(18, 6),
                                 DecimalOf(38, 10),
                                 DecimalOf(5, 5),
                                 DecimalOf(12, 2, /*fixed_scale=*/true)};
  for (const char* format : {"yyyy-mm-dd", "dd.mm.yyyy", "mm/dd/yyyy", "m/d/yyyy", "d.m.yyyy",
                             "yyyy/m/d", "yyyymmdd", "dd/mm/yy", "dd-mon-yyyy"}) {
    types.push_back(TypeOf(TextKind::kDate, format));
  }
  for (const char* format :
       {"yyyy-mm-dd hh:mm:ss", "yyyy-mm-ddThh:mm:ssZ", "yyyy-mm-dd hh:mm", "yyyy-mm-dd hh:mmZ",
        "dd.mm.yyyy hh:mm:ss", "m/d/yyyy h:mm", "m/d/yyyy h:mm:ss AM", "mm/dd/yyyy hh:mm AM",
        "d.m.yyyy h:mm:ss", "yyyymmddThh:mm:ss"}) {
    types.push_back(TypeOf(TextKind::kTimestamp, format));
  }
  for (const char* format : {"hh:mm:ss", "h:mm AM"}) {
    types.push_back(TypeOf(TextKind::kTime, format));
  }
  return types;
}

// Five fields that are one text with 64 bytes on either side of it, and nothing readable beyond
// them on one side.
class GuardedText {
 public:
  GuardedText() {
    memory_ = static_cast<char*>(
        ::mmap(nullptr, 3 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (memory_ == MAP_FAILED || ::mprotect(begin(), kPage, PROT_READ | PROT_WRITE) != 0) {
      std::abort();
    }
  }
  ~GuardedText() { ::munmap(memory_, 3 * kPage); }
  GuardedText(const GuardedText&) = delete;
  GuardedText& operator=(const GuardedText&) = delete;

  TextSlice Place(std::string_view text, char filler, bool at_end) {
    std::memset(begin(), filler, kPage);
    const size_t at = at_end ? kPage - kMargin - text.size() : kMargin;
    text.copy(begin() + at, text.size());
    begins_.fill(static_cast<uint32_t>(at));
    lengths_.fill(static_cast<uint32_t>(text.size()));
    return {begin(), begins_.data(), lengths_.data(), nullptr,
            static_cast<int64_t>(begins_.size())};
  }

 private:
  static constexpr size_t kMargin = 64;
  // Larger than the pages of any processor that has them.
  static constexpr size_t kPage = size_t{64} << 10;
  char* begin() const { return memory_ + kPage; }

  char* memory_;
  std::array<uint32_t, 5> begins_ = {};
  std::array<uint32_t, 5> lengths_ = {};
};

const Texts kSigns = {"", "-", "+", "--", " "};
const Texts kDigits = {"",
                       "0",
                       "00",
                       "1",
                       "9",
                       "012",
                       "123,456",
                       "999999999999999",
                       "1000000000000000",
                       "9007199254740991",
                       "9007199254740992",
                       "9007199254740993",
                       "9999999999999999",
                       "10000000000000000",
                       "99999999999999999",
                       "999999999999999999",
                       "1000000000000000000",
                       "9223372036854775807",
                       "9223372036854775808",
                       "9223372036854775809",
                       "9999999999999999999",
                       "18446744073709551615",
                       "18446744073709551616",
                       "99999999999999999999",
                       "00000000000000000001",
                       "1797693134862315700000000000000",
                       "12345678901234567890123456789012",
                       "123456789012345678901234567890123456789"};
const Texts kFractions = {"",
                          ".",
                          ",",
                          ".0",
                          ",0",
                          ".5",
                          ",5",
                          ".25",
                          ".50",
                          ".000000000000000",
                          ".000000000000001",
                          ".1234567890123456",
                          ".30000000000000004",
                          ".10000000000000000555",
                          ".5.",
                          ".-5"};
const Texts kExponents = {"",      "e0",    "e+1",    "E-1",  "e22",    "e23",    "e-22",
                          "e-308", "e-324", "e-325",  "e308", "e309",   "e400",   "e-400",
                          "e9999", "e-999", "e10000", "e1e1", "e",      "e-",     "e+",
                          "e--1",  " ",     "x",      "\xff", "e+0001", "e00001", "%"};
const Texts kYears = {"0000", "0001", "0004", "1582", "1899", "1900", "1969",  "1970", "1999",
                      "2000", "2023", "2024", "2099", "2100", "9999", "10000", "24",   "+2024"};
const Texts kMonths = {"00", "01", "02", "04", "11", "12", "13", "1", "2", "0", "Feb", "31"};
const Texts kDays = {"00", "01", "28", "29", "30", "31", "32", "1", "9", "0", "001"};
const Texts kSeparators = {"-", "/", ".", " ", "", ":"};
const Texts kClocks = {"00:00:00", "23:59:59", "23:59:60", "24:00:00", "23:60:00", "00:00",
                       "24:00",    "12:00",    "1:00",     "0:00",     "12:00:00", "1:00:00",
                       "13:00:00", "000000",   "09:05:3",  "9:5:03",   "001:00:00"};
const Texts kSubseconds = {"",
                           ".",
                           ".1",
                           ".12",
                           ".123",
                           ".1234",
                           ".12345",
                           ".123456",
                           ".1234567",
                           ".12345678",
                           ".123456789",
                           ".123456000",
                           ".000000001",
                           ",5",
                           ".5.",
                           ".-1",
                           ".000000000000000000000000000000000000000000"};
const Texts kZones = {"",        "Z",      "z",      "ZZ",     "+00:00", "-00:00", "+18:00",
                      "+18:59",  "+19:00", "-18:30", "+0530",  "+05",    "+5:30",  " UTC",
                      " +01:00", "+01:60", "+01:6",  "+01-00", "+0a:00", "GMT",    " AM",
                      "PM",      "am",     " XM",    " A",     "  PM",   " PMZ"};

class Edges {
 public:
  explicit Edges(uint64_t seed) : random_(seed) {}

  std::string Number() {
    return Pick(kSigns) + Pick(kDigits) + Pick(kFractions) + Pick(kExponents);
  }
  std::string Date() {
    const std::string separator = Pick(kSeparators);
    const std::string other = random_() % 16 == 0 ? Pick(kSeparators) : separator;
    std::string first = Pick(kYears);
    std::string last = Pick(kDays);
    if (random_() % 3 != 0) first.swap(last);
    std::string month = Pick(kMonths);
    if (random_() % 4 == 0) month.swap(random_() % 2 == 0 ? first : last);
    return first + separator + month + other + last;
  }
  std::string Time() { return Pick(kClocks) + Pick(kSubseconds) + Pick(kZones); }
  std::string Timestamp() {
    const std::string date = random_() % 2 == 0 ? Date() : "2024-02-29";
    return date + (random_() % 2 == 0 ? "T" : " ") + Time();
  }
  std::string Any() {
    switch (random_() % 8) {
      case 0:
      case 1:
        return Number();
      case 2:
        return Pick(kSigns) + Pick(kDigits);
      case 3:
        return Date();
      case 4:
        return Time();
      default:
        return Timestamp();
    }
  }
  char Filler() { return "0159-+.,:eE/ TZ\n\"\xff"[random_() % 18]; }

 private:
  const std::string& Pick(const Texts& from) { return from[random_() % from.size()]; }
  std::mt19937_64 random_;
};

// The instruction sets that this processor has.
std::vector<InstructionSet> Sets() {
  std::vector<InstructionSet> sets = {InstructionSet::kPortable};
  for (const InstructionSet set : {InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (Supports(set)) sets.push_back(set);
  }
  return sets;
}

ConvertedColumn ConvertWith(InstructionSet set, const TextType& type, const TextSlice& slice) {
  ForceInstructionSet(&set);
  ConvertedColumn converted(type, slice);
  ForceInstructionSet(nullptr);
  return converted;
}

size_t BytesOf(TextKind kind) {
  return kind == TextKind::kDecimal ? 16 : kind == TextKind::kDate ? 4 : 8;
}

TEST(TextKernelsEdges, AreWhatThePlainReadingMakesOfThemAndNothingBeyondTheMarginIsRead) {
  Edges edges(pyforge::testing::RandomSeed());
  GuardedText guarded;
  const std::vector<TextType> types = Types();
  int accepted = 0;
  for (int round = 0; round < Rounds(10'000); ++round) {
    const std::string text = edges.Any();
    const char filler = edges.Filler();
    const TextSlice slice = guarded.Place(text, filler, round % 2 == 0);
    for (const TextType& type : types) {
      std::array<char, 16> value = {};
      const bool fits = ConvertValue(type, text.data(), text.size(), value.data());
      accepted += fits;
      for (const InstructionSet set : Sets()) {
        const ConvertedColumn converted = ConvertWith(set, type, slice);
        ASSERT_EQ(converted.count, fits ? 5 : 0)
            << "[" << text << "] beside [" << filler << "] as " << type.ToString();
        if (!fits) continue;
        const auto* const values = static_cast<const char*>(converted.buffers.values);
        const size_t bytes = BytesOf(type.kind);
        for (size_t i = 0; i < 5; ++i) {
          const bool same = type.kind == TextKind::kBool
                                ? converted.Bit(static_cast<int64_t>(i)) == (value[0] != 0)
                                : std::memcmp(values + i * bytes, value.data(), bytes) == 0;
          ASSERT_TRUE(same) << "[" << text << "] beside [" << filler << "] as " << type.ToString();
        }
      }
    }
  }
  EXPECT_GT(accepted, Rounds(1000));
}

TEST(TextKernelsEdges, AnExponentWithoutDigitsTakesNoneFromBehindIt) {
  GuardedText guarded;
  for (const char* text : {"1e", "1.5e", "12345678901234567e"}) {
    for (const char filler : {'-', '+', '5'}) {
      const TextSlice slice = guarded.Place(text, filler, /*at_end=*/true);
      for (const InstructionSet set : Sets()) {
        EXPECT_EQ(ConvertWith(set, TypeOf(TextKind::kDouble), slice).count, 0) << text << filler;
      }
    }
  }
}

TEST(TextKernelsEdges, GiveBackEveryIntegerAsItIsPrinted) {
  std::mt19937_64 random(pyforge::testing::RandomSeed());
  for (int round = 0; round < Rounds(2000); ++round) {
    std::vector<int64_t> numbers;
    Texts texts;
    for (int i = 0; i < 67; ++i) {
      numbers.push_back(static_cast<int64_t>(random()) >> (random() % 64));
      texts.push_back(std::to_string(numbers.back()));
    }
    const TextColumn column(texts, "09-+"[round % 4]);
    for (const InstructionSet set : Sets()) {
      const ConvertedColumn converted = ConvertWith(set, TypeOf(TextKind::kInt64), column.slice());
      ASSERT_EQ(converted.count, 67);
      ASSERT_EQ(std::memcmp(converted.buffers.values, numbers.data(), 67 * 8), 0);
    }
  }
}

TEST(TextKernelsEdges, GiveBackEveryAcceptedDoubleAsTheLibraryReadsIt) {
  std::mt19937_64 random(pyforge::testing::RandomSeed());
  int accepted = 0;
  for (int round = 0; round < Rounds(20'000); ++round) {
    double number = 0;
    const uint64_t bits = random();
    std::memcpy(&number, &bits, sizeof number);
    if (round % 2 == 0) number = static_cast<double>(static_cast<int64_t>(bits)) * 0x1p-40;
    std::array<char, 512> text;
    const char* const format = round % 3 == 0 ? "%.17g" : round % 3 == 1 ? "%.15g" : "%.6f";
    const int bytes = std::snprintf(text.data(), text.size(), format, number);
    const Texts texts(5, std::string(text.data(), static_cast<size_t>(bytes)));
    const TextColumn column(texts, '7');
    for (const InstructionSet set : Sets()) {
      const ConvertedColumn converted = ConvertWith(set, TypeOf(TextKind::kDouble), column.slice());
      ASSERT_TRUE(converted.count == 5 || converted.count == 0) << texts[0];
      if (converted.count == 0 || texts[0].find("nan") != std::string::npos) continue;
      ++accepted;
      ASSERT_EQ(converted.Value<double>(4), std::strtod(text.data(), nullptr)) << texts[0];
    }
  }
  EXPECT_GT(accepted, Rounds(5000));
}

// The days of a year and, behind its end and its Februaries, days that are none.
void ExpectDaysOfYear(int year) {
  using std::chrono::day;
  using std::chrono::month;
  using std::chrono::sys_days;
  struct Layout {
    const char* format;
    const char* print;  // day, month, year
  };
  constexpr Layout kLayouts[] = {{"yyyy-mm-dd", "%3$04d-%2$02d-%1$02d"},
                                 {"dd.mm.yyyy", "%1$02d.%2$02d.%3$04d"},
                                 {"m/d/yyyy", "%2$d/%1$d/%3$04d"},
                                 {"d.m.yyyy", "%1$d.%2$d.%3$04d"}};
  for (const Layout& layout : kLayouts) {
    const TextType type = TypeOf(TextKind::kDate, layout.format);
    Texts texts;
    std::vector<int32_t> expected;
    for (unsigned m = 1; m <= 12; ++m) {
      for (unsigned d = 1; d <= 32; ++d) {
        std::array<char, 32> text;
        std::snprintf(text.data(), text.size(), layout.print, static_cast<int>(d),
                      static_cast<int>(m), year);
        const std::chrono::year_month_day date{std::chrono::year(year), month(m), day(d)};
        if (!date.ok()) {
          int64_t value = 0;
          ASSERT_FALSE(ConvertValue(type, text.data(), std::strlen(text.data()), &value));
          const TextColumn wrong(Texts(4, text.data()), '1');
          for (const InstructionSet set : Sets()) {
            ASSERT_EQ(ConvertWith(set, type, wrong.slice()).count, 0) << text.data();
          }
          continue;
        }
        texts.emplace_back(text.data());
        expected.push_back(static_cast<int32_t>(sys_days(date).time_since_epoch().count()));
      }
    }
    const TextColumn column(texts, '1');
    for (const InstructionSet set : Sets()) {
      const ConvertedColumn converted = ConvertWith(set, type, column.slice());
      ASSERT_EQ(converted.count, static_cast<int64_t>(texts.size())) << year;
      ASSERT_EQ(std::memcmp(converted.buffers.values, expected.data(), expected.size() * 4), 0)
          << year << " as " << layout.format;
    }
  }
}

TEST(TextKernelsEdges, KnowEveryDayOfTheCalendar) {
  for (int year = 1896; year <= 2104; ++year) ASSERT_NO_FATAL_FAILURE(ExpectDaysOfYear(year));
  for (const int year : {1, 2, 4, 99, 100, 400, 1500, 1582, 1600, 1700, 2200, 2400, 8000, 9999}) {
    ASSERT_NO_FATAL_FAILURE(ExpectDaysOfYear(year));
  }
}

}  // namespace
}  // namespace pyforge::schema
