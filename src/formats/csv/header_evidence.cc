#include "formats/csv/header_evidence.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace pyforge::csv {
namespace {

bool HasDigit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Years that go up one by one name columns although they are numbers.
bool IsYearSeries(const SampleRow& row) {
  int previous = 0, count = 0;
  for (const std::string& value : row.values) {
    const int year = YearOf(value);
    if (year == 0) continue;
    if (previous != 0 && year != previous + 1 && year != previous - 1) return false;
    previous = year;
    ++count;
  }
  return count >= 2;
}

// The header again, as reports repeat it over each section: no row of data.
bool RepeatsHeader(const SampleRow& header, const SampleRow& row, const SampleRow& above) {
  if (row.values.size() != header.values.size()) return false;
  if (row.values == header.values) return true;
  if (above.filled > 1) return false;
  size_t equal = 0;
  for (size_t c = 0; c < row.values.size(); ++c) {
    equal += !row.values[c].empty() && row.values[c] == header.values[c] ? 1 : 0;
  }
  const bool holds_values = std::any_of(row.kinds().begin(), row.kinds().end(), IsTyped);
  return equal >= 1 && !holds_values;
}

// The rows below `index` that hold data, as far as can be told.
RowPointers RowsBelow(const Rows& rows, size_t index, size_t end, size_t width) {
  RowPointers data, repeated;
  for (size_t i = index + 1; i < end; ++i) {
    if (rows[i].is_comment || rows[i].values.size() != width) continue;
    (RepeatsHeader(rows[index], rows[i], rows[i - 1]) ? repeated : data).push_back(&rows[i]);
  }
  // What comes again and again is data after all.
  if (repeated.size() > 1 + data.size() / 8) {
    data.insert(data.end(), repeated.begin(), repeated.end());
  }
  return data;
}

bool Recurs(const std::string& name, const RowPointers& below, size_t column) {
  return std::any_of(below.begin(), below.end(),
                     [&](const SampleRow* row) { return row->values[column] == name; });
}

// A name over a column of text: does it look different from what is below?
double WeighTextOverText(const std::string& name, const ColumnProfile& column, bool recurs) {
  if (recurs) return -1;
  double weight = LooksLikeName(name) ? 0.1 : -0.3;
  if (column.filled < 2) return weight;
  const bool one_length = column.length_min == column.length_max && column.length_min >= 2;
  if (one_length && column.filled >= 3) {
    if (name.size() != column.length_min) {
      weight += 0.6;
    } else if (SamePattern(name, column.first)) {
      weight -= 0.5;
    }
  } else if (SamePattern(name, column.first) && HasDigit(name)) {
    weight -= 0.5;
  }
  if (!HasDigit(name) && column.with_digit == column.filled) weight += 0.6;
  const bool is_identifier =
      name.find('_') != std::string::npos ||
      (!name.empty() && std::islower(static_cast<unsigned char>(name[0])) != 0);
  const bool column_starts_upper =
      !column.first.empty() && std::isupper(static_cast<unsigned char>(column.first[0])) != 0;
  if (is_identifier && column_starts_upper) weight += 0.2;
  if (column.length_sum > 3 * name.size() * static_cast<size_t>(column.filled)) weight += 0.2;
  return weight;
}

}  // namespace

double ColumnProfile::typed_share() const {
  const int64_t known = filled - missing;
  return known > 0 ? static_cast<double>(typed) / static_cast<double>(known) : 0;
}

std::vector<ColumnProfile> ProfileColumns(const Rows& rows, size_t begin, size_t end,
                                          size_t width) {
  RowPointers pointers;
  for (size_t i = begin; i < end; ++i) {
    if (!rows[i].is_comment && rows[i].values.size() == width) pointers.push_back(&rows[i]);
  }
  return ProfileColumns(pointers, width);
}

std::vector<ColumnProfile> ProfileColumns(const RowPointers& rows, size_t width) {
  std::vector<ColumnProfile> columns(width);
  for (const SampleRow* row : rows) {
    const std::vector<CellKind>& kinds = row->kinds();
    for (size_t c = 0; c < width; ++c) {
      const std::string& value = row->values[c];
      const CellKind kind = kinds[c];
      if (kind == CellKind::kEmpty) continue;
      ColumnProfile& column = columns[c];
      if (column.filled == 0) {
        column.length_min = column.length_max = value.size();
        column.first = value;
      }
      ++column.filled;
      column.length_min = std::min(column.length_min, value.size());
      column.length_max = std::max(column.length_max, value.size());
      column.length_sum += value.size();
      column.with_digit += HasDigit(value) ? 1 : 0;
      column.missing += kind == CellKind::kMissing ? 1 : 0;
      if (!IsTyped(kind)) continue;
      ++column.typed;
      column.kind = kind;
    }
  }
  return columns;
}

bool IsAllNames(const SampleRow& row) {
  bool any = false;
  for (const std::string& value : row.values) {
    if (value.empty()) continue;
    if (IsTyped(ClassifyCell(value)) || !LooksLikeName(value)) return false;
    any = true;
  }
  return any;
}

HeaderEvidence WeighHeader(const Rows& rows, size_t index, size_t end, size_t width) {
  const SampleRow& row = rows[index];
  const RowPointers below = RowsBelow(rows, index, end, width);
  const std::vector<ColumnProfile> columns = ProfileColumns(below, width);
  const bool years = IsYearSeries(row);
  double sum = 0;
  int text_over_typed = 0, typed_over_typed = 0, recurring = 0, filled = 0;
  bool all_names = true;
  std::set<std::string_view> distinct;
  for (size_t c = 0; c < row.values.size() && c < width; ++c) {
    const std::string& name = row.values[c];
    if (name.empty()) {
      // A first column without a name holds row numbers or labels.
      sum -= c == 0 || columns[c].filled == 0 ? 0 : 0.1;
      continue;
    }
    ++filled;
    distinct.insert(name);
    const CellKind kind = ClassifyCell(name);
    if (columns[c].is_typed()) {
      if (!IsTyped(kind)) {
        ++text_over_typed;
        sum += kind == CellKind::kMissing ? 0 : 1;
      } else if (!(years && YearOf(name) != 0)) {
        ++typed_over_typed;
        sum -= 1.5;
      }
    } else if (columns[c].filled == 0) {
      sum += IsTyped(kind) ? -0.5 : LooksLikeName(name) ? 0.4 : 0;
    } else if (IsTyped(kind)) {
      sum -= kind == CellKind::kDate ? 0.3 : 0.7;
    } else {
      const bool recurs = Recurs(name, below, c);
      recurring += recurs ? 1 : 0;
      sum += WeighTextOverText(name, columns[c], recurs);
    }
    all_names = all_names && LooksLikeName(name) && !IsTyped(kind);
  }
  HeaderEvidence evidence;
  if (filled == 0) {
    evidence.reason = "the first row is empty";
    evidence.score = -1;
    return evidence;
  }
  const bool any_below = std::any_of(columns.begin(), columns.end(),
                                     [](const ColumnProfile& column) { return column.filled > 0; });
  const bool unique = distinct.size() == static_cast<size_t>(filled);
  if (!any_below) {
    // Nothing to compare with: names if they look it.
    evidence.score = all_names && unique ? 0.5 : -0.5;
    evidence.reason =
        evidence.score > 0 ? "the only row holds distinct names" : "the only row holds values";
    return evidence;
  }
  if (text_over_typed == 0 && typed_over_typed == 0) {
    if (!unique) sum -= 0.3 * static_cast<double>(filled);
    // Text over text throughout: users expect names on top, unless they look like the rest.
    if (unique && all_names) sum += 0.05 * static_cast<double>(filled);
  }
  evidence.score = sum / static_cast<double>(std::max(filled, 1));
  std::string for_names, for_values;
  if (text_over_typed > 0) {
    for_names =
        fmt::format("text over numbers or dates in {} of {} columns", text_over_typed, width);
  } else if (unique && all_names) {
    for_names = "the first row holds distinct names";
  }
  if (typed_over_typed > 0) {
    for_values = fmt::format("the first row holds values like those below in {} of {} columns",
                             typed_over_typed, width);
  } else if (recurring > 0) {
    for_values =
        fmt::format("values of the first row recur below in {} of {} columns", recurring, width);
  }
  if (evidence.score > 0) {
    evidence.reason = text_over_typed > 0
                          ? for_names
                          : "the first row holds distinct names that do not recur below";
    evidence.counter_reason = for_values;
  } else {
    evidence.reason = for_values.empty() ? "the first row looks like the rows below" : for_values;
    evidence.counter_reason = for_names;
  }
  return evidence;
}

}  // namespace pyforge::csv
