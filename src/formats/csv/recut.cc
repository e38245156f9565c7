#include "formats/csv/recut.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "formats/csv/sniff_parse.h"
#include "schema/text_kernels.h"

namespace pyforge::csv {
namespace {

constexpr int64_t kColumnsMax = 64;
constexpr int64_t kRowsLeast = 8;  // fewer show no habit
constexpr int64_t kRowsSampled = 1000;
constexpr size_t kRowBytesMax = 8192;
constexpr int kTriesMax = 4096;  // fields looked at for one row and one delimiter
constexpr int64_t kOddRowsLeast = 16;

// What a reading costs. A row is read in the cheapest way.
constexpr int kForeignDelimiterCost = 1;
constexpr int kExtraDelimiterCost = 1;
constexpr int kForeignQuotesCost = 1;
constexpr int kStrayQuoteCost = 1;
constexpr int kSwallowedDelimiterCost = 2;
constexpr int kLiteralQuoteCost = 2;
constexpr int kMissingDelimiterCost = 3;

constexpr std::string_view kForeignDelimiters = ",;\t| ";

enum CharacterKind : uint8_t { kLetter = 1, kDigit = 2, kBlank = 4, kMark = 8 };

CharacterKind KindOf(char c) {
  if (c >= '0' && c <= '9') return kDigit;
  if (c == ' ' || c == '\t') return kBlank;
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || static_cast<unsigned char>(c) >= 0x80 ? kLetter : kMark;
}

/// Kinds anywhere in a text; of punctuation anything may come up.
uint8_t KindsOf(std::string_view text) {
  unsigned kinds = 0;
  for (const char c : text) kinds |= KindOf(c);
  return static_cast<uint8_t>(kinds & ~unsigned{kMark});
}

bool Has(uint8_t kinds, unsigned wanted) { return (wanted & ~unsigned{kinds}) == 0; }

/// The value, or nothing where it is as good as that.
std::string_view Filled(std::string_view value, bool is_quoted,
                        const std::vector<std::string>& null_values) {
  const bool is_null =
      !is_quoted && std::find(null_values.begin(), null_values.end(), value) != null_values.end();
  return is_null ? std::string_view() : value;
}

/// Gathers the habits of a column value by value.
struct HabitFinder {
  ColumnHabit habit;
  schema::ColumnEvidence evidence;

  void Add(std::string_view value, bool is_quoted) {
    if (value.empty()) {
      ++habit.empty_count;
      evidence.AddNulls(1);
      return;
    }
    ++habit.filled_count;
    habit.quoted_count += is_quoted ? 1 : 0;
    evidence.Add(value, is_quoted);
    habit.kinds |= KindsOf(value);
    habit.first_kinds |= KindOf(value.front());
    habit.last_kinds |= KindOf(value.back());
    habit.bytes_min = std::min(habit.bytes_min, value.size());
    habit.bytes_max = std::max(habit.bytes_max, value.size());
  }
};

/// The cheapest way to read the rest of a row.
struct Reading {
  int cost = INT32_MAX;
  int ways = 0;  ///< that cost the same, counted up to two
  FieldCut cut = {};
  uint32_t next = 0;            ///< where the next field begins
  bool next_may_split = false;  ///< the rest may still lack a delimiter

  bool exists() const { return ways > 0; }
};

/// Searches the readings of one row.
class CutSearch {
 public:
  struct Spelling {
    char delimiter = ',';
    char foreign_delimiter = 0;  ///< 0: none
    std::string quote = {};      ///< empty: none
    char foreign_quote = 0;
    char escape = 0;
  };

  CutSearch(std::string_view row, const std::vector<ColumnHabit>& columns,
            const std::vector<std::string>& null_values, const Spelling& spelling)
      : row_(row), columns_(columns), null_values_(null_values), spelling_(spelling) {}

  /// Of the whole row; `may_split`: a delimiter may be missing.
  Reading Solve(bool may_split) { return Solve(0, 0, may_split); }

  std::vector<FieldCut> CutsOf(const Reading& first) {
    std::vector<FieldCut> cuts;
    Reading reading = first;
    for (size_t column = 0;;) {
      cuts.push_back(reading.cut);
      if (++column == columns_.size()) return cuts;
      reading = Solve(column, reading.next, reading.next_may_split);
    }
  }
  bool gave_up() const { return tries_ > kTriesMax; }

 private:
  uint32_t size() const { return static_cast<uint32_t>(row_.size()); }

  Reading Solve(size_t column, uint32_t begin, bool may_split) {
    const uint64_t key = (uint64_t{column} << 33) | (uint64_t{begin} << 1) | (may_split ? 1 : 0);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    Reading best;
    if (begin <= size() && !gave_up()) {
      TryExtraDelimiter(column, begin, may_split, &best);
      TryQuoted(column, begin, may_split, &best);
      TryForeignQuotes(column, begin, may_split, &best);
      TryBare(column, begin, may_split, &best);
    }
    known_.emplace(key, best);
    return best;
  }

  /// The cost of what stands behind the last column.
  std::optional<int> CostOfRest(uint32_t begin) const {
    if (begin > size()) return 0;
    const std::string_view rest = row_.substr(begin);
    if (rest.find_first_not_of(spelling_.delimiter) != std::string_view::npos) return std::nullopt;
    return static_cast<int>(rest.size() + 1) * kExtraDelimiterCost;
  }

  void Take(size_t column, const FieldCut& cut, uint32_t next, int cost, bool may_split,
            Reading* best) {
    Reading rest{.cost = 0, .ways = 1};
    if (column + 1 == columns_.size()) {
      const std::optional<int> rest_cost = CostOfRest(next);
      if (!rest_cost) return;
      rest.cost = *rest_cost;
    } else {
      rest = Solve(column + 1, next, may_split);
      if (!rest.exists()) return;
    }
    const int total = cost + rest.cost;
    if (total > best->cost) return;
    const int ways = total == best->cost ? best->ways + rest.ways : rest.ways;
    *best = {.cost = total,
             .ways = std::min(ways, 2),
             .cut = cut,
             .next = next,
             .next_may_split = may_split};
  }

  /// Where a field may end at `at`, the place of a delimiter or the row's end: takes it.
  bool TakeTo(size_t column, const FieldCut& cut, uint32_t at, int cost, bool may_split,
              Reading* best) {
    if (at == size()) {
      Take(column, cut, at + 1, cost, may_split, best);
    } else if (row_[at] == spelling_.delimiter) {
      Take(column, cut, at + 1, cost, may_split, best);
    } else if (IsForeignDelimiter(at)) {
      Take(column, cut, at + 1, cost + kForeignDelimiterCost, may_split, best);
    } else {
      return false;
    }
    return true;
  }

  bool IsForeignDelimiter(uint32_t at) const {
    return spelling_.foreign_delimiter != 0 && row_[at] == spelling_.foreign_delimiter;
  }

  bool IsQuote(uint32_t at) const {
    return !spelling_.quote.empty() && row_.substr(at).starts_with(spelling_.quote);
  }

  bool Fits(size_t column, uint32_t begin, uint32_t end, bool is_quoted) {
    ++tries_;
    const std::string_view value = row_.substr(begin, end - begin);
    return columns_[column].Fits(Filled(value, is_quoted, null_values_), is_quoted);
  }

  /// An empty field that no column has. Not behind an empty field: either could be the surplus.
  void TryExtraDelimiter(size_t column, uint32_t begin, bool may_split, Reading* best) {
    if (begin == size() || row_[begin] != spelling_.delimiter) return;
    if (begin > 0 && (begin == 1 || row_[begin - 2] == spelling_.delimiter)) return;
    const Reading rest = Solve(column, begin + 1, may_split);
    if (!rest.exists() || rest.cost + kExtraDelimiterCost > best->cost) return;
    *best = rest;
    best->cost += kExtraDelimiterCost;
  }

  void TryQuoted(size_t column, uint32_t begin, bool may_split, Reading* best) {
    if (begin == size() || !IsQuote(begin)) return;
    const auto width = static_cast<uint32_t>(spelling_.quote.size());
    int strays = 0;
    for (uint32_t at = begin + width; at < size() && strays < 5; ++at) {
      if (spelling_.escape != 0 && row_[at] == spelling_.escape) {
        ++at;
        continue;
      }
      if (!IsQuote(at)) continue;
      const uint32_t end = at + width;
      const FieldCut cut = CutOfQuoted(begin, end, width);
      // Where a quote was too much the field seems to begin with one.
      uint32_t first = begin + width;
      while (strays > 0 && first < at && IsQuote(first)) first += width;
      const bool fits = Fits(column, first, at, true);
      if (fits) TakeTo(column, cut, end, strays * kStrayQuoteCost, may_split, best);
      const bool is_doubled = end < size() && width == 1 && row_[end] == spelling_.quote[0];
      const bool ends_here = end == size() || row_[end] == spelling_.delimiter;
      if (fits && may_split && !ends_here) {
        Take(column, cut, end, strays * kStrayQuoteCost + kMissingDelimiterCost, false, best);
      }
      if (is_doubled) {
        ++at;
      } else {
        ++strays;
      }
    }
  }

  /// Doubled quotes are those of a row that stands in quotes: the value is what lies within.
  static FieldCut CutOfQuoted(uint32_t begin, uint32_t end, uint32_t width) {
    return width == 1 ? FieldCut{begin, end} : FieldCut{begin + width, end - width};
  }

  void TryForeignQuotes(size_t column, uint32_t begin, bool may_split, Reading* best) {
    const char quote = spelling_.foreign_quote;
    if (quote == 0 || begin == size() || row_[begin] != quote) return;
    if (columns_[column].quoted_count == 0) return;
    for (uint32_t at = begin + 1; at < size(); ++at) {
      if (row_[at] != quote || !Fits(column, begin + 1, at, true)) continue;
      TakeTo(column, {begin + 1, at}, at + 1, kForeignQuotesCost, may_split, best);
    }
  }

  void TryBare(size_t column, uint32_t begin, bool may_split, Reading* best) {
    const bool is_literal = begin < size() && IsQuote(begin);
    const auto first = is_literal ? begin + static_cast<uint32_t>(spelling_.quote.size()) : begin;
    const FieldCut start{begin, begin, is_literal};
    int cost = is_literal ? kLiteralQuoteCost : 0;
    bool has_quote = false;
    for (uint32_t at = first; at <= size() && !gave_up(); ++at) {
      const bool is_end = at == size();
      const bool is_delimiter = !is_end && row_[at] == spelling_.delimiter;
      const int stray_cost = has_quote ? kStrayQuoteCost : 0;
      FieldCut cut = start;
      cut.end = at;
      if ((is_end || is_delimiter || IsForeignDelimiter(at)) &&
          FitsBare(column, first, at, is_literal || has_quote)) {
        TakeTo(column, cut, at, cost + stray_cost, may_split, best);
      }
      if (may_split && at > first && MaySplitAt(column, first, at)) {
        Take(column, cut, at, cost + stray_cost + kMissingDelimiterCost, false, best);
      }
      if (is_end || row_[at] == '\n') return;
      if (is_delimiter) cost += kSwallowedDelimiterCost;
      if (IsQuote(at)) has_quote = true;
      if (spelling_.escape != 0 && row_[at] == spelling_.escape) ++at;
    }
  }

  /// Where a quote is missing, or in the wrong place, a field is as good as quoted.
  bool FitsBare(size_t column, uint32_t begin, uint32_t end, bool has_quote = false) {
    const bool has_closing_quote =
        end > begin && !spelling_.quote.empty() && row_[end - 1] == spelling_.quote[0];
    const bool is_quoted = (has_quote || has_closing_quote) && columns_[column].quoted_count > 0;
    return Fits(column, begin, has_closing_quote ? end - 1 : end, is_quoted);
  }

  /// Whether the text up to here is one field and what follows another: the kind of character
  /// changes, or the types or a fixed length tell the two apart, and together they are neither's.
  bool MaySplitAt(size_t column, uint32_t begin, uint32_t at) {
    if (column + 1 == columns_.size() || at == size()) return false;
    const auto is_boundary = [&](char c) {
      return c == spelling_.delimiter || c == spelling_.foreign_delimiter;
    };
    if (is_boundary(row_[at]) || is_boundary(row_[at - 1])) return false;
    const ColumnHabit& left = columns_[column];
    const ColumnHabit& right = columns_[column + 1];
    const bool is_quote = IsQuote(at);
    const bool tells_apart = KindOf(row_[at - 1]) != KindOf(row_[at]) || is_quote ||
                             (left.has_type() && right.has_type() && left.type != right.type) ||
                             left.bytes_min == left.bytes_max;
    if (!tells_apart || !FitsBare(column, begin, at)) return false;
    if (is_quote && right.quoted_count > 0) return true;
    uint32_t end = at;
    while (end < size() && !is_boundary(row_[end])) ++end;
    const bool is_fixed = left.bytes_min == left.bytes_max;
    return !FitsBare(column, begin, end) && (is_fixed || !FitsBare(column + 1, begin, end));
  }

  const std::string_view row_;
  const std::vector<ColumnHabit>& columns_;
  const std::vector<std::string>& null_values_;
  const Spelling spelling_;
  std::unordered_map<uint64_t, Reading> known_;
  int tries_ = 0;
};

/// Tries a row in the spellings that it may have, and keeps what is cheapest.
class SpellingSearch {
 public:
  SpellingSearch(std::string_view row, const std::vector<ColumnHabit>& columns,
                 const std::vector<std::string>& null_values)
      : row_(row), columns_(columns), null_values_(null_values) {}

  void Try(std::string_view text, const CutSearch::Spelling& spelling, int cost) {
    const auto places = std::count_if(text.begin(), text.end(), [&](char c) {
      return c == spelling.delimiter || c == spelling.foreign_delimiter;
    });
    // One delimiter may be missing.
    if (places + 2 < static_cast<int64_t>(columns_.size())) return;
    CutSearch search(text, columns_, null_values_, spelling);
    Reading reading = search.Solve(false);
    if (!reading.exists()) reading = search.Solve(true);
    if (!reading.exists() || search.gave_up() || reading.cost + cost > cost_) return;
    std::vector<FieldCut> cuts = search.CutsOf(reading);
    const auto shift = static_cast<uint32_t>(text.data() - row_.data());
    for (FieldCut& cut : cuts) {
      cut.begin += shift;
      cut.end += shift;
    }
    const bool is_other = reading.cost + cost == cost_ && cuts != cuts_;
    is_unique_ = reading.ways == 1 && !is_other;
    cost_ = reading.cost + cost;
    cuts_ = std::move(cuts);
  }

  int cost() const { return cost_; }
  std::optional<std::vector<FieldCut>> Best() && {
    if (!is_unique_) return std::nullopt;
    return std::move(cuts_);
  }

 private:
  const std::string_view row_;
  const std::vector<ColumnHabit>& columns_;
  const std::vector<std::string>& null_values_;
  int cost_ = INT32_MAX;
  bool is_unique_ = false;
  std::vector<FieldCut> cuts_;
};

bool HasChoice(const Dialect& dialect, int64_t column_count) {
  return column_count > 1 && column_count <= kColumnsMax && dialect.delimiter.size() == 1 &&
         !dialect.merge_delimiters && !dialect.skip_initial_space;
}

/// The fields of a record, as they were found.
std::vector<FieldCut> CutsOf(std::string_view row, const std::vector<Cell>& cells) {
  std::vector<FieldCut> cuts;
  for (const Cell& cell : cells) {
    if (cell.text.empty()) {
      cuts.emplace_back();
      continue;
    }
    const auto begin = static_cast<uint32_t>(cell.text.data() - row.data());
    const auto end = begin + static_cast<uint32_t>(cell.text.size());
    // Quotes are taken off.
    cuts.push_back(cell.quoted ? FieldCut{begin - 1, end + 1} : FieldCut{begin, end});
  }
  return cuts;
}

std::string_view WithoutLineEnd(std::string_view row) {
  while (!row.empty() && (row.back() == '\n' || row.back() == '\r')) row.remove_suffix(1);
  return row;
}

}  // namespace

bool ColumnHabit::Fits(std::string_view value, bool is_quoted) const {
  if (value.empty()) return may_be_empty();
  if (filled_count == 0) return false;
  if (is_quoted && quoted_count == 0 && value.find_first_of(",;\t|\"\n") == value.npos)
    return false;
  if (!is_quoted && quoted_count == filled_count) return false;
  if (type.kind != schema::TextKind::kText) {
    alignas(16) char converted[16];
    return schema::ConvertValue(type, value.data(), value.size(), converted);
  }
  if (bytes_min == bytes_max && value.size() != bytes_min) return false;
  return Has(first_kinds, KindOf(value.front())) && Has(last_kinds, KindOf(value.back())) &&
         Has(kinds, KindsOf(value));
}

std::shared_ptr<const RowHabits> RowHabits::Find(std::string_view text, const Dialect& dialect,
                                                 int64_t column_count,
                                                 const std::vector<std::string>& null_values) {
  if (!HasChoice(dialect, column_count)) return nullptr;
  std::vector<HabitFinder> finders(static_cast<size_t>(column_count));
  std::vector<std::pair<std::string_view, std::vector<FieldCut>>> odd_rows;
  int64_t whole_count = 0;
  SampleParser parser(text, dialect, false);
  std::vector<Cell> cells;
  int64_t strays_before = 0;
  for (int64_t count = 0; count < kRowsSampled && parser.Next(&cells); ++count) {
    if (parser.is_comment() || cells.empty()) continue;
    const QuoteCounts& quotes = parser.quotes();
    const int64_t strays = quotes.stray + quotes.unescaped + quotes.unterminated + quotes.inner;
    const bool is_whole = cells.size() == finders.size() && strays == strays_before;
    strays_before = strays;
    const std::string_view row =
        WithoutLineEnd(text.substr(parser.begin(), parser.end() - parser.begin()));
    if (!is_whole) {
      odd_rows.emplace_back(row, CutsOf(row, cells));
      continue;
    }
    ++whole_count;
    for (size_t i = 0; i < finders.size(); ++i) {
      const std::string value = CellText(cells[i], dialect);
      finders[i].Add(Filled(value, cells[i].quoted, null_values), cells[i].quoted);
    }
  }
  if (whole_count < kRowsLeast) return nullptr;
  const std::shared_ptr<RowHabits> habits(new RowHabits(dialect, null_values));
  for (HabitFinder& finder : finders) {
    finder.habit.type = finder.evidence.Decide();
    // No unquoted text of a whole row can hold a blank that delimits.
    const bool is_text = Has(finder.habit.kinds, kLetter);
    if (is_text && KindOf(dialect.delimiter[0]) == kBlank) finder.habit.kinds |= kBlank;
    habits->columns_.push_back(finder.habit);
  }
  const auto odd_count = static_cast<int64_t>(odd_rows.size());
  if (odd_count < kOddRowsLeast) return habits;
  const auto explained = std::count_if(odd_rows.begin(), odd_rows.end(), [&](const auto& odd) {
    return habits->AreWhole(odd.first, odd.second) ||
           habits->Recut(odd.first, odd.second.size() == finders.size());
  });
  return 4 * explained >= odd_count ? habits : nullptr;
}

bool RowHabits::AreWhole(std::string_view row, const std::vector<FieldCut>& fields) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i >= fields.size()) {
      if (!columns_[i].may_be_empty()) return false;
      continue;
    }
    std::string_view value = row.substr(fields[i].begin, fields[i].end - fields[i].begin);
    const bool is_quoted = dialect_.quote && value.size() > 1 && value.front() == *dialect_.quote &&
                           value.back() == *dialect_.quote;
    if (is_quoted) value = value.substr(1, value.size() - 2);
    if (!columns_[i].Fits(Filled(value, is_quoted, null_values_), is_quoted)) return false;
  }
  for (size_t i = columns_.size(); i < fields.size(); ++i) {
    if (fields[i].begin < fields[i].end) return false;
  }
  return true;
}

std::optional<std::vector<FieldCut>> RowHabits::Recut(std::string_view row,
                                                      bool has_all_fields) const {
  if (row.empty() || row.size() > kRowBytesMax) return std::nullopt;
  CutSearch::Spelling spelling{.delimiter = dialect_.delimiter[0]};
  if (dialect_.quote) {
    spelling.quote = *dialect_.quote;
    spelling.foreign_quote = *dialect_.quote == '"' ? '\'' : '"';
  }
  if (dialect_.escape && !dialect_.escape_is_doubled_quote()) spelling.escape = *dialect_.escape;
  SpellingSearch search(row, columns_, null_values_);
  search.Try(row, spelling, 0);
  for (const char delimiter : kForeignDelimiters) {
    if (search.cost() <= kForeignDelimiterCost) break;
    // Every other text holds a blank, and fields are not missing.
    if (has_all_fields && delimiter == ' ') continue;
    if (delimiter == spelling.delimiter || row.find(delimiter) == row.npos) continue;
    CutSearch::Spelling foreign = spelling;
    foreign.foreign_delimiter = delimiter;
    search.Try(row, foreign, 0);
  }
  const bool is_in_quotes = dialect_.quote && row.size() > 2 && row.front() == *dialect_.quote &&
                            row.back() == *dialect_.quote;
  if (is_in_quotes) {
    spelling.quote = std::string(2, *dialect_.quote);
    search.Try(row.substr(1, row.size() - 2), spelling, 1);
  }
  return std::move(search).Best();
}

}  // namespace pyforge::csv
