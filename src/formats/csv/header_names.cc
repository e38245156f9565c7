#include "formats/csv/header_names.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace pyforge::csv {
namespace {

constexpr std::string_view kQuotesAndBlanks = " \t\r\n\f\v\"'";

}  // namespace

std::vector<std::string> JoinHeaderRows(const std::vector<const std::vector<std::string>*>& rows) {
  if (rows.size() == 1) return *rows[0];
  size_t width = 0;
  for (const auto* row : rows) width = std::max(width, row->size());
  const auto cell = [&](size_t row, size_t column) -> const std::string& {
    static const std::string kNothing;
    return column < rows[row]->size() ? (*rows[row])[column] : kNothing;
  };
  // Whether a row further down names the column.
  const auto is_named_below = [&](size_t row, size_t column) {
    for (size_t r = row + 1; r < rows.size(); ++r) {
      if (!cell(r, column).empty()) return true;
    }
    return false;
  };
  std::vector<std::string> names(width);
  // The columns where a part of an upper row begins, which parts below do not span.
  std::vector<bool> begins(width, false);
  for (size_t r = 0; r < rows.size(); ++r) {
    // A row with one part in its first cell is a title, which spans nothing.
    const auto filled = std::count_if(rows[r]->begin(), rows[r]->end(),
                                      [](const std::string& part) { return !part.empty(); });
    const bool is_title = filled == 1 && !cell(r, 0).empty();
    std::string spanning;
    for (size_t c = 0; c < width; ++c) {
      const std::string& own = cell(r, c);
      if (!own.empty() || begins[c]) spanning = own;
      if (!own.empty()) begins[c] = true;
      const bool takes_part =
          !own.empty() || (!is_title && !spanning.empty() && is_named_below(r, c));
      if (!takes_part) continue;
      if (!names[c].empty()) names[c] += ' ';
      names[c] += own.empty() ? spanning : own;
    }
  }
  return names;
}

bool SplitJoinedNames(size_t width, std::vector<std::string>* names) {
  std::vector<std::string> split;
  for (const std::string& name : *names) {
    const size_t quote = name.find('"');
    const bool is_joined = quote != std::string::npos && quote > 0 && quote + 1 < name.size() &&
                           name.find('"', quote + 1) == std::string::npos;
    split.push_back(is_joined ? name.substr(0, quote) : name);
    if (is_joined) split.push_back(name.substr(quote + 1));
  }
  if (split.size() != width || split.size() == names->size()) return false;
  *names = std::move(split);
  return true;
}

bool HoldsRowNumbers(const Rows& rows, size_t begin, size_t end) {
  int64_t expected = -1;
  size_t count = 0;
  for (size_t i = begin; i < std::min(end, rows.size()); ++i) {
    const std::vector<std::string>& values = rows[i].values;
    if (values.empty()) continue;
    int64_t number = 0;
    const char* last = values[0].data() + values[0].size();
    const auto [stop, error] = std::from_chars(values[0].data(), last, number);
    if (error != std::errc() || stop != last) return false;
    if (expected == -1 ? number > 1 : number != expected) return false;
    expected = number + 1;
    ++count;
  }
  return count >= 2;
}

std::vector<std::string> PandasNames(const std::vector<std::string>& cells, bool has_header) {
  std::vector<std::string> read;
  const std::set<std::string> in_header(cells.begin(), cells.end());
  std::map<std::string, int64_t> counts;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = cells[i].empty() ? "Unnamed: " + std::to_string(i) : cells[i];
    std::string name = cell;
    for (int64_t count = counts[name]; count > 0;) {
      counts[cell] = count + 1;
      name = cell + "." + std::to_string(count);
      count = in_header.contains(name) ? count + 1 : counts[name];
    }
    counts[name] += 1;
    read.push_back(std::move(name));
  }
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (size_t i = 0; i < read.size(); ++i) {
    std::string_view name = has_header ? std::string_view(read[i]) : std::string_view();
    const size_t begin = name.find_first_not_of(kQuotesAndBlanks);
    const size_t end = name.find_last_not_of(kQuotesAndBlanks);
    name =
        begin == std::string_view::npos ? std::string_view() : name.substr(begin, end + 1 - begin);
    const std::string stem = name.empty() ? "Column_" + std::to_string(i + 1) : std::string(name);
    std::string unique = stem;
    for (int64_t number = 1; !taken.insert(unique).second; ++number) {
      unique = stem + "_duplicate_" + std::to_string(number);
    }
    names.push_back(std::move(unique));
  }
  return names;
}

}  // namespace pyforge::csv
