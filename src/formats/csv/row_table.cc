#include "formats/csv/row_table.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "formats/csv/field_text.h"

namespace pyforge::csv {

void ColumnFields::Resize(int64_t rows) {
  const auto size = static_cast<size_t>(rows);
  if (begin.size() < size) {
    begin.resize(size);
    length.resize(size);
    is_null.resize(size);
    is_quoted.resize(size);
  }
  unresolved.clear();
  null_count = 0;
  quoted_empty_count = 0;
}

bool RowTable::Begin(const char* text, int64_t begin, int64_t end,
                     std::span<const uint32_t> literal_quotes, StructuralIndex* index) {
  text_ = text;
  begin_ = static_cast<uint32_t>(begin);
  index_ = index;
  literal_quotes_ = literal_quotes;
  lone_cr_ = plan_.dialect().lone_cr_ends_record();
  is_listed_ = false;
  cuts_.clear();
  literal_of_cuts_.clear();
  index->separators()[-1] = begin_ - 1;
  SetMarks();
  if (end - begin > plan_.field_bytes_max) return false;
  const Dialect& dialect = plan_.dialect();
  if (!dialect.comment.empty() || dialect.merge_delimiters || dialect.skip_initial_space) {
    return false;
  }
  regular_count_ = index->record_end_count;
  return IsRegular();
}

bool RowTable::IsRegular() const {
  const int64_t n = plan_.field_count;
  if (index_->record_end_count * n != index_->separator_count) return false;
  const uint32_t* const separators = index_->separators();
  // As many record ends as rows, and one at the end of each: so none elsewhere.
  for (int64_t last = n - 1; last < index_->separator_count; last += n) {
    if (!IsRecordEnd(text_[separators[last]])) return false;
  }
  if (n == 1 && plan_.dialect().skip_blank_lines) {
    for (int64_t i = 0; i < index_->separator_count; ++i) {
      const uint32_t begin = separators[i - 1] + 1;
      if (WithoutCarriageReturn(begin, separators[i]) == begin) return false;
    }
  }
  return true;
}

void RowTable::SetMarks() {
  has_marks_ = !index_->marked_fields.empty();
  if (!has_marks_) return;
  const auto field_count = static_cast<uint32_t>(plan_.field_count);
  marks_.assign(static_cast<size_t>(index_->separator_count / 64 + 1), 0);
  marked_columns_.assign(field_count, 0);
  for (const uint32_t ordinal : index_->marked_fields) {
    // What follows the last record end is not part of this slice.
    if (ordinal >= index_->separator_count) continue;
    marks_[ordinal >> 6] |= uint64_t{1} << (ordinal & 63);
    marked_columns_[ordinal % field_count] = 1;
  }
}

uint32_t RowTable::WithoutCarriageReturn(uint32_t begin, uint32_t end) const {
  return end > begin && text_[end] == '\n' && text_[end - 1] == '\r' ? end - 1 : end;
}

void RowTable::ListRows() {
  const Dialect& dialect = plan_.dialect();
  const uint32_t* const separators = index_->separators();
  rows_.clear();
  is_listed_ = true;
  uint32_t begin = begin_;
  uint32_t first_field = 0;
  for (uint32_t i = 0; i < index_->separator_count; ++i) {
    if (!IsRecordEnd(text_[separators[i]])) continue;
    TextRow row{.begin = begin,
                .end = WithoutCarriageReturn(begin, separators[i]),
                .first_field = first_field,
                .field_count = i - first_field + 1,
                .record = static_cast<uint32_t>(rows_.size())};
    const bool is_comment =
        !dialect.comment.empty() &&
        std::string_view(text_ + begin, row.end - begin).starts_with(dialect.comment);
    const bool is_blank =
        dialect.skip_blank_lines && row.field_count == 1 && FieldBegin(row, 0) >= FieldEnd(row, 0);
    if (!is_comment && !is_blank) rows_.push_back(row);
    begin = separators[i] + 1;
    first_field = i + 1;
  }
  record_count_ = static_cast<int64_t>(rows_.size());
}

void RowTable::Recut(TextRow* row, std::span<const FieldCut> cuts) {
  row->cuts_at = static_cast<int64_t>(cuts_.size());
  row->field_count = static_cast<uint32_t>(cuts.size());
  for (FieldCut cut : cuts) {
    cut.begin += row->begin;
    cut.end += row->begin;
    cuts_.push_back(cut);
    if (cut.quote_is_literal) literal_of_cuts_.push_back(cut.begin);
  }
}

void RowTable::ListRejected(const char* text, uint32_t end) {
  text_ = text;
  begin_ = 0;
  is_listed_ = true;
  has_marks_ = false;
  rows_.assign(1, TextRow{.end = end, .field_count = 1, .is_rejected = true});
  record_count_ = 1;
}

uint32_t RowTable::row_begin(int64_t row) const {
  if (is_listed_) return rows_[static_cast<size_t>(row)].begin;
  return index_->separators()[row * plan_.field_count - 1] + 1;
}

uint32_t RowTable::row_end(int64_t row) const {
  if (is_listed_) return rows_[static_cast<size_t>(row)].end;
  return WithoutCarriageReturn(row_begin(row),
                               index_->separators()[(row + 1) * plan_.field_count - 1]);
}

int64_t RowTable::RowOfField(uint32_t ordinal) const {
  if (!is_listed_) return ordinal / plan_.field_count;
  const auto after =
      std::upper_bound(rows_.begin(), rows_.end(), ordinal,
                       [](uint32_t field, const TextRow& row) { return field < row.first_field; });
  return std::max<int64_t>(after - rows_.begin() - 1, 0);
}

uint32_t RowTable::FieldBegin(const TextRow& row, int64_t field) const {
  const Dialect& dialect = plan_.dialect();
  uint32_t begin = row.begin;
  if (field > 0) {
    begin = index_->separators()[row.first_field + field - 1] +
            static_cast<uint32_t>(dialect.delimiter.size());
  }
  const auto is_skipped = [&](char byte) {
    if (dialect.merge_delimiters) return byte == dialect.delimiter[0];
    return dialect.skip_initial_space && (byte == ' ' || byte == '\t') &&
           byte != dialect.delimiter[0];
  };
  if (dialect.merge_delimiters || dialect.skip_initial_space) {
    const uint32_t end =
        field + 1 == row.field_count ? row.end : index_->separators()[row.first_field + field];
    while (begin < end && is_skipped(text_[begin])) ++begin;
  }
  return begin;
}

uint32_t RowTable::FieldEnd(const TextRow& row, int64_t field) const {
  if (field + 1 < row.field_count) return index_->separators()[row.first_field + field];
  uint32_t end = row.end;
  if (plan_.dialect().merge_delimiters) {
    const uint32_t begin = FieldBegin(row, field);
    while (end > begin && text_[end - 1] == plan_.dialect().delimiter[0]) --end;
  }
  return end;
}

std::string_view RowTable::RawField(const TextRow& row, int64_t index) const {
  if (index >= row.field_count) return {};
  const uint32_t begin = FieldBegin(row, index);
  return std::string_view(text_ + begin, FieldEnd(row, index) - begin);
}

/// Whether a quoted text was cut at a delimiter because of the quotes in it: its first piece goes
/// on behind a quote, and its last one ends in the quote that closes it.
bool RowTable::IsOneQuotedText(const TextRow& row, int64_t field, int64_t surplus) const {
  const Dialect& dialect = plan_.dialect();
  const auto first = row.first_field + static_cast<uint32_t>(field);
  if (!dialect.quote || !index_->is_quoted(first) || !IsMarked(first)) return false;
  std::string value;
  const bool goes_on =
      ResolveField(dialect, RawField(row, field), false, &value).has_text_behind_quote;
  const std::string_view last = RawField(row, field + surplus);
  return goes_on && !RawField(row, field).ends_with(*dialect.quote) &&
         last.ends_with(*dialect.quote) && !last.starts_with(*dialect.quote);
}

std::string_view RowTable::Value(std::string_view raw_field, std::string* scratch,
                                 bool* is_null) const {
  *is_null = raw_field.empty();
  for (const std::string& word : plan_.null_values) *is_null = *is_null || raw_field == word;
  const Dialect& dialect = plan_.dialect();
  const bool needs_resolving = (dialect.quote && raw_field.starts_with(*dialect.quote)) ||
                               (dialect.escape && !dialect.escape_is_doubled_quote());
  if (*is_null || !needs_resolving) return raw_field;
  scratch->clear();
  const auto offset = static_cast<uint32_t>(raw_field.data() - text_);
  *is_null = ResolveField(dialect, raw_field, IsLiteralQuote(offset), scratch).is_null;
  return *scratch;
}

bool RowTable::IsLiteralQuote(uint32_t offset) const {
  return std::binary_search(literal_quotes_.begin(), literal_quotes_.end(), offset) ||
         std::binary_search(literal_of_cuts_.begin(), literal_of_cuts_.end(), offset);
}

void RowTable::Gather(const ColumnPlan& column, int64_t first, int64_t count,
                      ColumnFields* fields) const {
  fields->Resize(count);
  if (is_listed_ || column.source != ColumnSource::kField) {
    GatherListed(column, first, count, fields);
  } else if (index_->has_quote || has_marks_) {
    GatherRegular<true>(column.field_index, first, count, fields);
  } else {
    GatherRegular<false>(column.field_index, first, count, fields);
  }
  if (plan_.empty_is_text && column.source == ColumnSource::kField &&
      column.type.kind == schema::TextKind::kText) {
    TakeEmptyAsText(first, count, fields);
  }
  if (!plan_.null_values.empty() && column.source == ColumnSource::kField) {
    ApplyNullValues(fields, count);
  }
}

template <bool kHasQuotes>
void RowTable::GatherRegular(int64_t field, int64_t first, int64_t count,
                             ColumnFields* fields) const {
  const int64_t n = plan_.field_count;
  const uint32_t* separator = index_->separators() + first * n + field;
  const uint64_t* const quoted_fields = index_->quoted_fields();
  const auto lead = field == 0 ? 1u : static_cast<uint32_t>(plan_.dialect().delimiter.size());
  const bool strips_cr = field == n - 1 && index_->has_carriage_return;
  uint32_t* const begins = fields->begin.data();
  uint32_t* const lengths = fields->length.data();
  uint8_t* const nulls = fields->is_null.data();
  uint8_t* const quoted = fields->is_quoted.data();
  int64_t ordinal = first * n + field;
  uint32_t null_count = 0;
  uint32_t quoted_empty_count = 0;
  for (int64_t i = 0; i < count; ++i, separator += n, ordinal += n) {
    const uint32_t begin = separator[-1] + lead;
    uint32_t end = *separator;
    if (strips_cr) end = WithoutCarriageReturn(begin, end);
    const uint32_t length = end - begin;
    const uint32_t is_null = length == 0 ? 1 : 0;
    nulls[i] = static_cast<uint8_t>(is_null);
    null_count += is_null;
    uint32_t has_quotes = 0;
    if constexpr (kHasQuotes) {
      has_quotes = (quoted_fields[ordinal >> 6] >> (ordinal & 63)) & 1;
      if (IsMarked(static_cast<uint32_t>(ordinal))) {
        fields->unresolved.push_back(static_cast<uint32_t>(i));
        has_quotes = 0;
        quoted[i] = static_cast<uint8_t>((quoted_fields[ordinal >> 6] >> (ordinal & 63)) & 1);
        begins[i] = begin;
        lengths[i] = length;
        continue;
      }
      quoted[i] = static_cast<uint8_t>(has_quotes);
      quoted_empty_count += has_quotes & (length == 2 ? 1 : 0);
    }
    begins[i] = begin + has_quotes;
    lengths[i] = length - 2 * has_quotes;
  }
  if constexpr (!kHasQuotes) std::fill_n(quoted, count, uint8_t{0});
  fields->null_count = null_count;
  fields->quoted_empty_count = quoted_empty_count;
}

bool RowTable::IsPlainText(const ColumnPlan& column) const {
  if (is_listed_ || column.source != ColumnSource::kField) return false;
  if (plan_.empty_is_text || !plan_.null_values.empty()) return false;
  return !has_marks_ || marked_columns_[static_cast<size_t>(column.field_index)] == 0;
}

CopiedText RowTable::CopyText(const ColumnPlan& column, int64_t first, int64_t count,
                              const TextTarget& target) const {
  const auto copy = [&]<size_t kStep>(std::integral_constant<size_t, kStep>) {
    return index_->has_quote ? CopyRegular<true, kStep>(column.field_index, first, count, target)
                             : CopyRegular<false, kStep>(column.field_index, first, count, target);
  };
  if (target.length_expected <= 16) return copy(std::integral_constant<size_t, 16>());
  if (target.length_expected <= 32) return copy(std::integral_constant<size_t, 32>());
  return copy(std::integral_constant<size_t, 64>());
}

// As GatherRegular, but the values go straight to where they are needed: half of the work is not to
// note where they stand. `kStep` bytes are copied whatever the length: that needs no branch on it,
// if most are shorter.
template <bool kHasQuotes, size_t kStep>
CopiedText RowTable::CopyRegular(int64_t field, int64_t first, int64_t count,
                                 const TextTarget& target) const {
  const int64_t n = plan_.field_count;
  const uint32_t* separator = index_->separators() + first * n + field;
  const uint64_t* const quoted_fields = index_->quoted_fields();
  const auto lead = field == 0 ? 1u : static_cast<uint32_t>(plan_.dialect().delimiter.size());
  const bool strips_cr = field == n - 1 && index_->has_carriage_return;
  const char* const text = text_;
  char* const values = target.values;
  int32_t* const offsets = target.offsets;
  uint8_t* const nulls = target.is_null;
  const int64_t bytes_max = target.bytes_max;
  int64_t ordinal = first * n + field;
  int64_t at = 0;
  uint32_t null_count = 0;
  uint32_t length_bits = 0;
  offsets[0] = 0;
  for (int64_t i = 0; i < count; ++i, separator += n, ordinal += n) {
    uint32_t begin = separator[-1] + lead;
    uint32_t end = *separator;
    if (strips_cr) end = WithoutCarriageReturn(begin, end);
    const uint32_t is_null = end == begin ? 1 : 0;
    nulls[i] = static_cast<uint8_t>(is_null);
    null_count += is_null;
    if constexpr (kHasQuotes) {
      const uint32_t has_quotes = (quoted_fields[ordinal >> 6] >> (ordinal & 63)) & 1;
      begin += has_quotes;
      end -= has_quotes;
    }
    const uint32_t length = end - begin;
    length_bits |= length;
    char* const out = values + at;
    at += length;
    if (at > bytes_max) return {};
    std::memcpy(out, text + begin, kStep);
    if (length > kStep) std::memcpy(out + kStep, text + begin + kStep, length - kStep);
    offsets[i + 1] = static_cast<int32_t>(at);
  }
  return {.has_room = true, .null_count = null_count, .length_bits = length_bits};
}

void RowTable::TakeField(uint32_t begin, uint32_t end, uint32_t ordinal, int64_t row,
                         ColumnFields* fields) const {
  const auto at = static_cast<size_t>(row);
  const uint32_t length = end - begin;
  fields->begin[at] = begin;
  fields->length[at] = length;
  fields->is_null[at] = length == 0 ? 1 : 0;
  fields->null_count += length == 0;
  fields->is_quoted[at] = index_->is_quoted(ordinal) ? 1 : 0;
  if (IsMarked(ordinal)) {
    fields->unresolved.push_back(static_cast<uint32_t>(row));
  } else if (fields->is_quoted[at] != 0) {
    fields->begin[at] = begin + 1;
    fields->length[at] = length - 2;
    fields->quoted_empty_count += length == 2;
  }
}

void RowTable::GatherListed(const ColumnPlan& column, int64_t first, int64_t count,
                            ColumnFields* fields) const {
  const int64_t n = plan_.field_count;
  const auto set_null = [&](int64_t row) {
    const auto at = static_cast<size_t>(row);
    fields->begin[at] = begin_;
    fields->length[at] = 0;
    fields->is_null[at] = 1;
    fields->is_quoted[at] = 0;
    ++fields->null_count;
  };
  const auto set_raw = [&](int64_t row, uint32_t begin, uint32_t end) {
    const auto at = static_cast<size_t>(row);
    fields->begin[at] = begin;
    fields->length[at] = end - begin;
    fields->is_null[at] = 0;
    fields->is_quoted[at] = 0;
  };
  for (int64_t i = 0; i < count; ++i) {
    if (!is_listed_) {  // a made column of regular rows
      set_null(i);
      continue;
    }
    const TextRow& row = rows_[static_cast<size_t>(first + i)];
    if (column.source != ColumnSource::kField) {
      const bool is_rejected_text = column.source == ColumnSource::kRejected && row.is_rejected;
      const bool is_extra =
          column.source == ColumnSource::kExtra && row.has_extra && !row.is_rejected;
      if (is_rejected_text) {
        // Of a row beyond the limit as much as where it was not even read whole.
        const bool is_too_long = row.end - row.begin > plan_.record_bytes_max;
        const std::string_view raw = Utf8Prefix(
            std::string_view(text_ + row.begin, row.end - row.begin),
            static_cast<size_t>(is_too_long ? plan_.raw_bytes_max : plan_.record_bytes_max));
        set_raw(i, row.begin, row.begin + static_cast<uint32_t>(raw.size()));
      } else if (is_extra) {
        set_raw(i, row.is_all_extra ? row.begin : FieldBegin(row, n), row.end);
      } else {
        set_null(i);
      }
      continue;
    }
    int64_t field = column.field_index;
    if (row.cuts_at >= 0 && !row.is_rejected) {
      TakeRecut(cuts_[static_cast<size_t>(row.cuts_at + field)], i, fields);
      continue;
    }
    if (row.merged_at >= 0 && field >= row.merged_at && !row.is_rejected) {
      const int64_t surplus = row.field_count - n;
      if (field == row.merged_at) {
        set_raw(i, FieldBegin(row, field), FieldEnd(row, field + surplus));
        if (IsOneQuotedText(row, field, surplus)) {
          fields->unresolved.push_back(static_cast<uint32_t>(i));
          fields->is_quoted[static_cast<size_t>(i)] = 1;
        }
        continue;
      }
      field += surplus;
    }
    if (row.is_rejected || row.is_all_extra || field >= row.field_count) {
      set_null(i);
      continue;
    }
    TakeField(FieldBegin(row, field), FieldEnd(row, field),
              row.first_field + static_cast<uint32_t>(field), i, fields);
  }
}

void RowTable::TakeRecut(const FieldCut& cut, int64_t row, ColumnFields* fields) const {
  const auto at = static_cast<size_t>(row);
  const Dialect& dialect = plan_.dialect();
  const uint32_t length = cut.end - cut.begin;
  const bool has_quote = dialect.quote && length > 0 && text_[cut.begin] == *dialect.quote;
  fields->begin[at] = cut.begin;
  fields->length[at] = length;
  fields->is_null[at] = length == 0 ? 1 : 0;
  fields->null_count += length == 0;
  fields->is_quoted[at] = has_quote && !cut.quote_is_literal ? 1 : 0;
  const bool has_escape = dialect.escape && !dialect.escape_is_doubled_quote();
  if (length > 0 && (has_quote || has_escape)) {
    fields->unresolved.push_back(static_cast<uint32_t>(row));
  }
}

void RowTable::TakeEmptyAsText(int64_t first, int64_t count, ColumnFields* fields) const {
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    if (fields->is_null[at] == 0) continue;
    const TextRow* const row = is_listed_ ? &rows_[static_cast<size_t>(first + i)] : nullptr;
    // Of these the text stands in another column.
    if (row != nullptr && (row->is_rejected || row->is_all_extra)) continue;
    fields->is_null[at] = 0;
    --fields->null_count;
  }
}

void RowTable::ApplyNullValues(ColumnFields* fields, int64_t count) const {
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    if (fields->is_null[at] != 0 || fields->is_quoted[at] != 0) continue;
    const std::string_view value(text_ + fields->begin[at], fields->length[at]);
    for (const std::string& word : plan_.null_values) {
      if (value != word) continue;
      fields->is_null[at] = 1;
      fields->length[at] = 0;
      ++fields->null_count;
      break;
    }
  }
  std::erase_if(fields->unresolved, [&](uint32_t row) { return fields->is_null[row] != 0; });
}

}  // namespace pyforge::csv
