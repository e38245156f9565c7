#include "formats/csv/row_judge.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "codec/charset/utf8.h"
#include "formats/csv/errors.h"
#include "formats/csv/field_text.h"
#include "formats/csv/surplus.h"

namespace pyforge::csv {

int64_t CountLineEnds(const Dialect& dialect, std::string_view text) {
  int64_t count = std::count(text.begin(), text.end(), '\n');
  if (!dialect.lone_cr_ends_record()) return count;
  for (size_t at = 0; at < text.size(); ++at) {
    count += text[at] == '\r' && !(at + 1 < text.size() && text[at + 1] == '\n');
  }
  return count;
}

std::string_view Excerpt(std::string_view value) {
  constexpr size_t kBytesMax = 80;
  return Utf8Prefix(value, kBytesMax);
}

void RowJudge::BeginMorsel(const TextMorsel& morsel, Ledger* ledger) {
  morsel_ = &morsel;
  ledger_ = ledger;
  line_offset_ = 0;
  line_number_ = 0;
}

void RowJudge::BeginSlice(int64_t begin, int64_t end, int64_t record_base) {
  begin_ = static_cast<uint32_t>(begin);
  end_ = static_cast<uint32_t>(end);
  record_base_ = record_base;
  const std::string_view text(morsel_->text() + begin, static_cast<size_t>(end - begin));
  has_bad_utf8_ = rows_.index().has_non_ascii && charset::FindInvalidUtf8(text) != charset::kNone;
}

bool RowJudge::needs_list() const {
  const StructuralIndex& index = rows_.index();
  const bool has_odd_quotes = !index.stray_quote_fields.empty() || !morsel_->literal_quotes.empty();
  if (plan_.habits != nullptr && has_odd_quotes) return true;
  return plan_.strict &&
         (has_bad_utf8_ || !index.stray_quote_fields.empty() || !index.marked_fields.empty() ||
          !morsel_->literal_quotes.empty() || !index.inner_line_ends.empty());
}

RowJudge::Verdict RowJudge::JudgeListedRows(TableEvidence* evidence) {
  Verdict verdict;
  for (TextRow& row : rows_.rows()) row.is_rejected = !JudgeRow(&row, evidence, &verdict);
  if (!plan_.keep_bad_rows) {
    std::erase_if(rows_.rows(), [](const TextRow& row) { return row.is_rejected; });
  }
  return verdict;
}

/// False for a bad row, which is then in the ledger.
bool RowJudge::JudgeRow(TextRow* row, TableEvidence* evidence, Verdict* verdict) {
  if (row->end - row->begin > plan_.field_bytes_max && IsTooLong(*row)) return false;
  const ErrorCode* code = nullptr;
  std::string message;
  if (plan_.strict && IsRepairedInPlace(*row, &code, &message)) {
    Reject(*row, *code, {}, std::move(message));
    return false;
  }
  const bool has_all_fields = row->field_count == plan_.field_count;
  if (has_all_fields && !HasOddQuote(*row)) return true;
  if (IsRecut(row)) {
    NoteRow(kRecutRow, *row);
    return true;
  }
  if (has_all_fields) return true;
  if (plan_.strict) {
    Reject(*row, kRaggedRow, {},
           fmt::format("the row has {} fields, but the table has {} columns", row->field_count,
                       plan_.field_count));
    return false;
  }
  if (row->field_count > plan_.field_count) return PlaceLongRow(row, evidence, verdict);
  NoteRow(kShortRow, *row);
  return true;
}

/// Whether a quote of the row is taken for a character.
bool RowJudge::HasOddQuote(const TextRow& row) const {
  const auto holds = [](const std::vector<uint32_t>& rising, uint32_t begin, uint32_t end) {
    const auto first = std::lower_bound(rising.begin(), rising.end(), begin);
    return first != rising.end() && *first < end;
  };
  return holds(rows_.index().stray_quote_fields, row.first_field,
               row.first_field + row.field_count) ||
         holds(morsel_->literal_quotes, row.begin, row.end);
}

/// Cuts a row anew that does not look like others, if it does then.
bool RowJudge::IsRecut(TextRow* row) {
  if (plan_.habits == nullptr) return false;
  const std::string_view raw(morsel_->text() + row->begin, row->end - row->begin);
  std::vector<FieldCut> fields;
  for (int64_t i = 0; i < row->field_count; ++i) {
    const std::string_view field = rows_.RawField(*row, i);
    const auto begin = static_cast<uint32_t>(field.data() - raw.data());
    fields.push_back({begin, begin + static_cast<uint32_t>(field.size()),
                      rows_.IsLiteralQuote(row->begin + begin)});
  }
  if (plan_.habits->AreWhole(raw, fields)) return false;
  std::optional<std::vector<FieldCut>> cuts =
      plan_.habits->Recut(raw, row->field_count == plan_.field_count);
  if (!cuts) return false;
  for (size_t i = 0; i < cuts->size() && !plan_.types_as_text; ++i) {
    FieldCut& cut = (*cuts)[i];
    // A number behind a quote is one; a text may have begun with it.
    if (!cut.quote_is_literal || !plan_.habits->columns()[i].has_type()) continue;
    ++cut.begin;
    cut.quote_is_literal = false;
  }
  if (*cuts == fields) return false;
  rows_.Recut(row, *cuts);
  return true;
}

bool RowJudge::IsTooLong(const TextRow& row) {
  const int64_t row_bytes = row.end - row.begin;
  if (row_bytes > plan_.record_bytes_max) {
    Reject(row, kRowTooLong, {},
           fmt::format("the row is longer than the {} bytes allowed", plan_.record_bytes_max));
    return true;
  }
  for (int64_t i = 0; i < row.field_count; ++i) {
    const std::string_view raw = rows_.RawField(row, i);
    const bool is_quoted = plan_.dialect().quote && raw.starts_with(*plan_.dialect().quote);
    const auto bytes = static_cast<int64_t>(raw.size()) - (is_quoted ? 2 : 0);
    if (bytes <= plan_.field_bytes_max) continue;
    const bool has_name = i < plan_.field_count;
    Reject(
        row, kFieldTooLong,
        has_name ? std::string_view(plan_.field_names[static_cast<size_t>(i)]) : std::string_view(),
        fmt::format("the field has {} bytes, more than the {} allowed", bytes,
                    plan_.field_bytes_max));
    return true;
  }
  return false;
}

/// Whether a character of the row was taken in a way that --strict does not let pass.
bool RowJudge::IsRepairedInPlace(const TextRow& row, const ErrorCode** code,
                                 std::string* message) const {
  const StructuralIndex& index = rows_.index();
  const auto in_row = [&](const std::vector<uint32_t>& ordinals) {
    const auto first = std::lower_bound(ordinals.begin(), ordinals.end(), row.first_field);
    const auto last = std::lower_bound(first, ordinals.end(), row.first_field + row.field_count);
    return std::span(first, last);
  };
  *code = &kStrayQuote;
  if (!in_row(index.stray_quote_fields).empty()) {
    *message = "a quote stands in the middle of a field";
    return true;
  }
  const auto& literals = morsel_->literal_quotes;
  const auto literal = std::lower_bound(literals.begin(), literals.end(), row.begin);
  if (literal != literals.end() && *literal < row.end) {
    *code = &kUnclosedQuote;
    *message = "a quote is never closed";
    return true;
  }
  std::string scratch;
  for (const uint32_t ordinal : in_row(index.marked_fields)) {
    scratch.clear();
    const std::string_view raw = rows_.RawField(row, ordinal - row.first_field);
    if (ResolveField(plan_.dialect(), raw, false, &scratch).has_text_behind_quote) {
      *message = "text stands behind a closing quote";
      return true;
    }
  }
  const std::string_view raw(morsel_->text() + row.begin, row.end - row.begin);
  if (!index.inner_line_ends.empty() && CountLinesLikeRows(raw) > 0) {
    *code = &kSwallowedRows;
    *message = "lines of a quoted field look like rows of the table";
    return true;
  }
  if (has_bad_utf8_ && charset::FindInvalidUtf8(raw) != charset::kNone) {
    *code = &kBadUtf8;
    *message = "the row holds bytes that are not valid UTF-8";
    return true;
  }
  return false;
}

/// Finds a place for the surplus of a row with too many fields.
bool RowJudge::PlaceLongRow(TextRow* row, TableEvidence* evidence, Verdict* verdict) {
  verdict->has_long_rows = true;
  const bool is_final = plan_.types_are_final;
  const SurplusFit fit = FitSurplus(rows_, *row, plan_.field_types);
  if (evidence != nullptr) AddLongRow(*row, !fit.is_empty, evidence);
  switch (PlaceSurplus(fit, plan_.has_extra || !is_final)) {
    case SurplusPlace::kDropped:
      break;
    case SurplusPlace::kMerged:
      row->merged_at = fit.last_place;
      break;
    case SurplusPlace::kExtra:
      row->has_extra = true;
      verdict->needs_extra |= !plan_.has_extra;
      verdict->needs_another_pass |= !plan_.has_extra;
      break;
    case SurplusPlace::kNowhere:
      if (is_final && !plan_.types_are_given && plan_.has_extra) {
        // There were too many long rows to find types that fit them all: kept as it stands.
        row->has_extra = true;
        row->is_all_extra = true;
      } else if (is_final) {
        Reject(*row, kRaggedRow, {},
               fmt::format("the row has {} fields, but the table has {} columns, and the types of "
                           "the columns fit in no way",
                           row->field_count, plan_.field_count));
        return false;
      } else {
        verdict->needs_another_pass = true;
        verdict->needs_extra |= !fit.is_empty;
      }
      break;
  }
  NoteRow(kLongRow, *row);
  return true;
}

void RowJudge::AddLongRow(const TextRow& row, bool has_surplus, TableEvidence* evidence) const {
  LongRows& rows = has_surplus ? evidence->long_rows : evidence->trailing_rows;
  rows.Add(std::string_view(morsel_->text() + row.begin, row.end - row.begin));
  if (has_surplus) return;
  evidence->trailing_columns.resize(evidence->columns.size());
  std::string scratch;
  for (size_t i = 0; i < plan_.columns.size(); ++i) {
    const ColumnPlan& column = plan_.columns[i];
    if (column.source != ColumnSource::kField) continue;
    bool is_null = false;
    const std::string_view raw = rows_.RawField(row, column.field_index);
    const std::string_view value = rows_.Value(raw, &scratch, &is_null);
    if (is_null) {
      evidence->trailing_columns[i].AddNulls(1);
    } else {
      evidence->trailing_columns[i].Add(value, value.data() != raw.data());
    }
  }
}

void RowJudge::NoteCharacters() {
  const StructuralIndex& index = rows_.index();
  for (const uint32_t ordinal : index.stray_quote_fields) {
    if (ordinal < index.separator_count) NoteField(kStrayQuote, ordinal);
  }
  for (const uint32_t offset : morsel_->literal_quotes) {
    if (offset < begin_ || offset >= end_) continue;
    const uint32_t* const separators = index.separators();
    NoteField(
        kUnclosedQuote,
        static_cast<uint32_t>(
            std::lower_bound(separators, separators + index.separator_count, offset) - separators));
  }
  if (!index.inner_line_ends.empty() && rows_.row_count() > 0) NoteSwallowedRows();
  for (int64_t row = 0; index.has_nul && row < rows_.row_count(); ++row) {
    if (rows_.is_rejected(row)) continue;
    const std::string_view text = rows_.raw(row);
    const size_t first = text.find('\0');
    if (first == std::string_view::npos) continue;
    Note(kNul, {}, record_base_ + rows_.record_of(row),
         rows_.row_begin(row) + static_cast<int64_t>(first), {},
         std::count(text.begin(), text.end(), '\0'));
  }
}

void RowJudge::NoteSwallowedRows() {
  const StructuralIndex& index = rows_.index();
  const uint32_t* const separators = index.separators();
  const uint32_t* const separators_end = separators + index.separator_count;
  const uint32_t* separator = separators;
  int64_t row_before = -1;
  for (const uint32_t line_end : index.inner_line_ends) {
    separator = std::lower_bound(separator, separators_end, line_end);
    if (separator == separators_end) return;
    const auto ordinal = static_cast<uint32_t>(separator - separators);
    const int64_t row = rows_.RowOfField(ordinal);
    if (row == row_before) continue;
    row_before = row;
    const int64_t lines = CountLinesLikeRows(rows_.raw(row));
    if (lines > 0) NoteField(kSwallowedRows, ordinal, lines);
  }
}

/// The lines of a record, where each has as many delimiters as a row, and all have too many for
/// chance; else 0.
int64_t RowJudge::CountLinesLikeRows(std::string_view record) const {
  constexpr int64_t kDelimitersLeast = 8;
  const std::string& delimiter = plan_.dialect().delimiter;
  const std::string_view line_ends = plan_.dialect().lone_cr_ends_record() ? "\r\n" : "\n";
  const int64_t expected = plan_.field_count - 1;
  if (expected < 2 || delimiter.empty()) return 0;
  int64_t lines = 0;
  for (size_t begin = 0; begin <= record.size(); ++lines) {
    size_t end = std::min(record.find_first_of(line_ends, begin), record.size());
    int64_t count = 0;
    for (size_t at = record.find(delimiter, begin); at < end && count <= expected;
         at = record.find(delimiter, at + delimiter.size())) {
      ++count;
    }
    if (count != expected) return 0;
    if (record.substr(end).starts_with("\r\n")) ++end;
    begin = end + 1;
  }
  return lines > 1 && lines * expected >= kDelimitersLeast ? lines : 0;
}

void RowJudge::Note(const ErrorCode& code, std::string_view column, int64_t record, int64_t offset,
                    std::string_view value, int64_t count) {
  offset += morsel_->byte_offset;
  for (LedgerEntry& entry : notes_) {
    if (entry.code != &code || entry.column != column) continue;
    entry.count += count;
    if (offset < entry.first_byte_offset) {
      entry.first_row = record;
      entry.first_byte_offset = offset;
      entry.first_value = Excerpt(value);
    }
    return;
  }
  notes_.push_back({.code = &code,
                    .column = std::string(column),
                    .count = count,
                    .first_row = record,
                    .first_byte_offset = offset,
                    .first_value = std::string(Excerpt(value))});
}

void RowJudge::NoteRow(const ErrorCode& code, const TextRow& row) {
  Note(code, {}, record_base_ + row.record, row.begin,
       std::string_view(morsel_->text() + row.begin, row.end - row.begin), 1);
}

void RowJudge::NoteField(const ErrorCode& code, uint32_t ordinal, int64_t count) {
  if (rows_.row_count() == 0) return;
  const uint32_t* const separators = rows_.index().separators();
  const int64_t row = rows_.RowOfField(ordinal);
  const int64_t field = ordinal - rows_.first_field(row);
  // Of a rejected row, which is no longer listed, the reject says enough; so does what is said of
  // a row that was cut anew.
  if (field < 0 || field >= rows_.field_count(row)) return;
  if (rows_.is_rejected(row) || rows_.is_recut(row)) return;
  const std::string_view column =
      field < plan_.field_count ? std::string_view(plan_.field_names[static_cast<size_t>(field)])
                                : std::string_view();
  const uint32_t begin = field == 0 ? rows_.row_begin(row)
                                    : separators[int64_t{ordinal} - 1] +
                                          static_cast<uint32_t>(plan_.dialect().delimiter.size());
  const uint32_t end = std::min(separators[ordinal], rows_.row_end(row));
  Note(code, column, record_base_ + rows_.record_of(row), begin,
       std::string_view(morsel_->text() + begin, end - begin), count);
}

void RowJudge::NoteValue(const ErrorCode& code, std::string_view column, int64_t row,
                         std::string_view value, int64_t count) {
  Note(code, column, record_base_ + rows_.record_of(row), rows_.row_begin(row), value, count);
}

/// Lines before `offset`. Offsets mostly rise, so that counting goes on from the last one.
int64_t RowJudge::LineOf(uint32_t offset) {
  if (offset < line_offset_) {
    line_offset_ = 0;
    line_number_ = 0;
  }
  line_number_ += CountLineEnds(
      plan_.dialect(), std::string_view(morsel_->text() + line_offset_, offset - line_offset_));
  line_offset_ = offset;
  return line_number_;
}

void RowJudge::Reject(const TextRow& row, const ErrorCode& code, std::string_view column,
                      std::string message) {
  const std::string_view raw =
      Utf8Prefix(std::string_view(morsel_->text() + row.begin, row.end - row.begin),
                 static_cast<size_t>(plan_.raw_bytes_max));
  rejected_.push_back({.row = record_base_ + row.record,
                       .line = LineOf(row.begin),
                       .byte_offset = morsel_->byte_offset + row.begin,
                       .column = std::string(column),
                       .raw = std::string(raw),
                       .reason = &code,
                       .message = std::move(message)});
}

void RowJudge::RejectOversized() {
  record_base_ = 0;
  const std::string_view raw(morsel_->text(), static_cast<size_t>(morsel_->text_bytes));
  has_bad_utf8_ = charset::FindInvalidUtf8(raw) != charset::kNone;
  rejected_.push_back({.byte_offset = morsel_->byte_offset,
                       .raw = std::string(raw),
                       .reason = &kRowTooLong,
                       .message = fmt::format("the row is longer than the {} bytes allowed",
                                              plan_.record_bytes_max)});
}

void RowJudge::EndSlice() {
  std::stable_sort(rejected_.begin(), rejected_.end(),
                   [](const RejectedRow& a, const RejectedRow& b) { return a.row < b.row; });
  for (RejectedRow& row : rejected_) {
    if (plan_.keep_bad_rows) {
      // Kept in a column of its own, the row is written like any other: a repair.
      Note(*row.reason, row.column, row.row, row.byte_offset - morsel_->byte_offset, row.raw, 1);
    } else {
      ledger_->Reject(std::move(row));
    }
  }
  rejected_.clear();
  std::sort(notes_.begin(), notes_.end(), [](const LedgerEntry& a, const LedgerEntry& b) {
    return std::tie(a.first_byte_offset, a.code->id, a.column) <
           std::tie(b.first_byte_offset, b.code->id, b.column);
  });
  for (const LedgerEntry& note : notes_) {
    ledger_->Add(*note.code, note.column, note.first_row, note.first_byte_offset, note.first_value,
                 note.count);
  }
  notes_.clear();
}

}  // namespace pyforge::csv
