// The first days of the months of the years that dates are mostly from.
#pragma once

#include <array>
#include <cstdint>

namespace pyforge::schema {

inline constexpr int kFirstTableYear = 1900;
inline constexpr int kTableYears = 200;

constexpr bool IsLeapYear(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// By month since January 1900: days from 1970-01-01 to its first day; one month more than there
/// are.
inline constexpr auto kMonthStarts = [] {
  std::array<int32_t, kTableYears* 12 + 1> starts = {};
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int32_t day = -25567;  // 1900-01-01
  for (int month = 0; month < kTableYears * 12; ++month) {
    starts[static_cast<size_t>(month)] = day;
    day += kDays[month % 12];
    if (month % 12 == 1 && IsLeapYear(kFirstTableYear + month / 12)) ++day;
  }
  starts[kTableYears * 12] = day;
  return starts;
}();

}  // namespace pyforge::schema
