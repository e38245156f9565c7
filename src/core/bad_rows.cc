#include "core/bad_rows.h"

#include <charconv>

#include <fmt/format.h>

namespace pyforge::core {

Result<BadRowLimit> BadRowLimit::Parse(const std::string& text) {
  BadRowLimit limit;
  if (text.empty()) return limit;
  const auto refuse = [&] {
    return Fail(kBadOption, {},
                "the option 'max_bad_rows' cannot be '{}': it takes a number of rows or a share "
                "such as 1%",
                text);
  };
  const bool is_share = text.back() == '%';
  const char* end = text.data() + text.size() - (is_share ? 1 : 0);
  double number = 0;
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || parsed != end || number < 0 || number > 9e15) return refuse();
  if (is_share) {
    if (number > 100) return refuse();
    limit.share = number / 100;
  } else {
    limit.rows = static_cast<int64_t>(number);
    if (static_cast<double>(*limit.rows) != number) return refuse();
  }
  return limit;
}

bool BadRowLimit::Exceeded(int64_t bad, int64_t total, bool is_end) const {
  if (rows && bad > *rows) return true;
  constexpr int64_t kRowsToJudgeShare = 100'000;
  if (!share || (!is_end && total < kRowsToJudgeShare)) return false;
  return static_cast<double>(bad) > *share * static_cast<double>(total);
}

std::string DescribeBadRows(const Ledger& ledger) {
  const int64_t count = ledger.rejected_count();
  std::string text = count == 1 ? std::string("1 row cannot be kept whole")
                                : fmt::format("{} rows cannot be kept whole", count);
  const char* separator = ": ";
  for (const RejectedRow& row : ledger.rejected()) {
    text += fmt::format("{}{}{}row {} (line {}): {}", separator, row.path,
                        row.path.empty() ? "" : " ", row.row, row.line, row.message);
    separator = "; ";
  }
  if (count > static_cast<int64_t>(ledger.rejected().size())) text += "; ...";
  return text;
}

}  // namespace pyforge::core
