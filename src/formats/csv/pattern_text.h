// Dates and times in the pattern that the user of the output asked for.
#pragma once

#include <cstdint>
#include <vector>

#include "schema/text_format.h"

namespace pyforge::csv {

/// Prints moments part by part. Threads: immutable, share freely.
class PatternPrinter {
 public:
  /// `parts` as SplitFormat gives them.
  explicit PatternPrinter(std::vector<schema::PatternPart> parts);
  /// Writes like the printers of scalar_text.h, within as many bytes: days since 1970-01-01, and
  /// nanoseconds since their midnight. Zones are Z, so that moments are those of UTC. What the
  /// pattern has no part for is left out. Null where it has no place for the year.
  char* Print(int64_t days, int64_t nanoseconds, char* out) const;

 private:
  std::vector<schema::PatternPart> parts_;
  bool takes_any_year_ = false;  // begins with a date as PrintDate writes it, which is no part then
  bool has_short_year_ = false;
};

}  // namespace pyforge::csv
