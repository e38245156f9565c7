#include "formats/csv/pattern_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "formats/csv/scalar_text.h"

namespace pyforge::csv {
namespace {

using schema::TextKind;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kYear1 = -719162;
constexpr int64_t kYear9999End = 2932896;

/// Empty where the pattern has no place for the year.
std::string Printed(std::string_view pattern, int64_t days, int64_t nanoseconds = 0) {
  auto parts = schema::SplitFormat(pattern, TextKind::kTimestamp);
  if (!parts.ok()) parts = schema::SplitFormat(pattern, TextKind::kDate);
  EXPECT_TRUE(parts.ok()) << pattern;
  std::array<char, kScalarBytesMax> text{};
  char* const end = PatternPrinter(*parts).Print(days, nanoseconds, text.data());
  return end == nullptr ? std::string() : std::string(text.data(), end);
}

TEST(PatternText, HasTheParts) {
  constexpr int64_t kDay = 20089;  // 2025-01-01
  constexpr int64_t kTime = ((13 * 60 + 4) * 60 + 5) * kSecond + 60'708'091;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"dd/mm/yyyy", "01/01/2025"},
      {"d.m.yy", "1.1.25"},
      {"yyyymmdd", "20250101"},
      {"mm-dd-yyyy", "01-01-2025"},
      {"dd-mon-yyyy", "01-Jan-2025"},
      {"month d, yyyy", "January 1, 2025"},
      {"%B %-d, %Y", "January 1, 2025"},
      {"%d %b %y", "01 Jan 25"},
      {"%d/%m/%Y %H:%M:%S", "01/01/2025 13:04:05"},
      {"%d/%m/%Y %H:%M", "01/01/2025 13:04"},
      {"%m/%d/%Y, %-I:%M %p", "01/01/2025, 1:04 PM"},
      {"%m/%d/%Y %I:%M%P", "01/01/2025 01:04pm"},
      {"dd.mm.yyyy hh:mm:ss.fff", "01.01.2025 13:04:05.060"},
      {"%Y-%m-%dT%H:%M:%S.%f%z", "2025-01-01T13:04:05.060708Z"},
      {"yyyy/mm/dd hh:mm:ss.fffffffffZ", "2025/01/01 13:04:05.060708091Z"}};
  for (const auto& [pattern, text] : cases) {
    EXPECT_EQ(Printed(pattern, kDay, kTime), text) << pattern;
  }
}

TEST(PatternText, HasTwelveHours) {
  const std::vector<std::pair<int64_t, std::string>> cases = {
      {0, "12:00 AM"}, {1, "01:00 AM"}, {11, "11:00 AM"}, {12, "12:00 PM"}, {23, "11:00 PM"}};
  for (const auto& [hour, text] : cases) {
    EXPECT_EQ(Printed("dd/mm/yyyy hh:mm AM", 0, hour * 3600 * kSecond), "01/01/1970 " + text);
  }
}

TEST(PatternText, HasNoPlaceForYearsOfMoreDigits) {
  EXPECT_EQ(Printed("dd/mm/yyyy", kYear1), "01/01/0001");
  EXPECT_EQ(Printed("dd/mm/yyyy", kYear9999End), "31/12/9999");
  EXPECT_EQ(Printed("dd/mm/yyyy", kYear1 - 1), "");
  EXPECT_EQ(Printed("dd/mm/yyyy", kYear9999End + 1), "");
  // 69 to 68 are 1969 to 2068.
  EXPECT_EQ(Printed("d/m/yy", -365), "1/1/69");
  EXPECT_EQ(Printed("d/m/yy", 36158), "30/12/68");
  EXPECT_EQ(Printed("d/m/yy", -366), "");
  EXPECT_EQ(Printed("d/m/yy", 36160), "");
}

TEST(PatternText, BeginsWithAnyYearLikeIso8601) {
  EXPECT_EQ(Printed("yyyy-mm-dd", kYear9999End + 1), "+10000-01-01");
  EXPECT_EQ(Printed("%Y-%m-%d %H:%M", -719529, 3600 * kSecond), "-0001-12-31 01:00");
  EXPECT_EQ(Printed("yyyy-m-d", kYear9999End + 1), "");
}

TEST(PatternText, IsNeverLongerThanOtherScalars) {
  constexpr int64_t kSeptember = 19996;
  constexpr int64_t kFarthest = std::numeric_limits<int64_t>::min() / 86400;
  const std::string named = Printed("month dd, yyyy, hh:mm:ss.fffffffff AMZ", kSeptember);
  EXPECT_EQ(named, "September 30, 2024, 12:00:00.000000000 AMZ");
  const std::string far = Printed("yyyy-mm-dd, hh:mm:ss.fffffffff AMZ", kFarthest);
  EXPECT_EQ(far, "-292277022657-01-28, 12:00:00.000000000 AMZ");
  EXPECT_LE(std::max(named.size(), far.size()), kScalarBytesMax);
}

}  // namespace
}  // namespace pyforge::csv
