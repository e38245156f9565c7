#include "formats/csv/evidence.h"

#include <algorithm>

namespace pyforge::csv {

void LongRows::Add(std::string_view raw) {
  ++count_;
  bytes_ += static_cast<int64_t>(raw.size());
  if (bytes_ > kTextBytesMax || static_cast<size_t>(count_) > kRowsMax) {
    is_complete_ = false;
    rows_.clear();
  }
  if (is_complete_) rows_.emplace_back(raw);
}

void LongRows::Merge(const LongRows& other) {
  count_ += other.count_;
  bytes_ += other.bytes_;
  is_complete_ = bytes_ <= kTextBytesMax && static_cast<size_t>(count_) <= kRowsMax;
  if (is_complete_) {
    rows_.insert(rows_.end(), other.rows_.begin(), other.rows_.end());
  } else {
    rows_.clear();
  }
}

void TableEvidence::Merge(const Evidence& later) {
  const auto& other = static_cast<const TableEvidence&>(later);
  for (size_t i = 0; i < columns.size(); ++i) columns[i].Merge(other.columns[i]);
  long_rows.Merge(other.long_rows);
  trailing_rows.Merge(other.trailing_rows);
  trailing_columns.resize(std::max(trailing_columns.size(), other.trailing_columns.size()));
  for (size_t i = 0; i < other.trailing_columns.size(); ++i) {
    trailing_columns[i].Merge(other.trailing_columns[i]);
  }
  needs_another_pass = needs_another_pass || other.needs_another_pass;
  needs_extra = needs_extra || other.needs_extra;
}

void TableEvidence::JoinTrailing() {
  if (trailing_rows.is_complete()) return;
  for (size_t i = 0; i < trailing_columns.size(); ++i) columns[i].Merge(trailing_columns[i]);
  trailing_columns.clear();
  trailing_rows = {};
}

}  // namespace pyforge::csv
