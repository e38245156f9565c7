#include "formats/csv/scalar_text.h"

namespace pyforge::csv {

char* PrintFarDate(int64_t days, char* out) {
  // Years are counted from March, so that the leap day is the last one.
  const int64_t shifted = days + 719468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<uint64_t>(shifted - era * 146097);
  const uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const uint64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint64_t month_from_march = (5 * day_of_year + 2) / 153;
  const uint64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const uint64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  const int64_t year = static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  const auto magnitude = static_cast<uint64_t>(year < 0 ? -year : year);
  if (year < 1 || year > 9999) *out++ = year < 0 ? '-' : '+';
  out = magnitude < 10000 ? PrintPadded(magnitude, 4, out) : PrintInteger(magnitude, out);
  *out++ = '-';
  out = PrintPadded(month, 2, out);
  *out++ = '-';
  return PrintPadded(day, 2, out);
}

}  // namespace pyforge::csv
