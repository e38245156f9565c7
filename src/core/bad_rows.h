// What to do with bad rows: the policy of --bad-rows, --max-bad-rows and --rejects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rejects_file.h"
#include "pyforge/conversion.h"

namespace pyforge::core {

/// "100" rows, or "1%" of the rows read. Errors: usage.bad_option.
struct BadRowLimit {
  std::optional<int64_t> rows = {};
  std::optional<double> share = {};
  static Result<BadRowLimit> Parse(const std::string& text);
  /// True when `bad` of `total` rows are too many. A share is judged only at the end (`is_end`) or
  /// once enough rows were seen to be sure that it cannot be an accident of the first few.
  bool Exceeded(int64_t bad, int64_t total, bool is_end) const;
};

inline constexpr ErrorCode kBadRowsFound{
    .id = "data.bad_rows",
    .category = ErrorCategory::kData,
    .summary = "Rows cannot be kept whole, and none may be left out.",
    .fix =
        "Mend the rows, or choose {bad_rows}: skip leaves them out, keep writes their text to a "
        "column _rejected; {rejects} writes them to a file."};
inline constexpr ErrorCode kTooManyBadRows{
    .id = "data.too_many_bad_rows",
    .category = ErrorCategory::kData,
    .summary = "More rows are bad than --max-bad-rows allows.",
    .fix = "Look at the rows with {rejects}, or raise {max_bad_rows}."};

/// "12 rows cannot be kept whole: row 5 (line 6): ...; row 9 ..." from the rows listed.
std::string DescribeBadRows(const Ledger& ledger);

}  // namespace pyforge::core
