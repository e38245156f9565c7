#include "formats/csv/decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include "formats/csv/errors.h"
#include "formats/csv/field_text.h"
#include "schema/cast.h"
#include "schema/errors.h"
#include "schema/type_name.h"

namespace pyforge::csv {
namespace {

using schema::TextKind;

schema::TextSlice SliceOf(const char* text, const ColumnFields& fields, int64_t count) {
  return {.base = text,
          .begin = fields.begin.data(),
          .length = fields.length.data(),
          .is_null = fields.null_count > 0 ? fields.is_null.data() : nullptr,
          .count = count};
}

std::string_view ValueAt(const char* text, const ColumnFields& fields, int64_t row) {
  const auto at = static_cast<size_t>(row);
  return std::string_view(text + fields.begin[at], fields.length[at]);
}

bool IsNull(const ColumnFields& fields, int64_t row) {
  return fields.is_null[static_cast<size_t>(row)] != 0;
}

std::string_view WithoutBlanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

TableDecoder::TableDecoder(std::shared_ptr<const TablePlan> plan, ExecutionContext& context)
    : plan_(std::move(plan)),
      pool_(context.memory_pool()),
      rows_(*plan_),
      judge_(*plan_, rows_),
      columns_(plan_->columns.size()) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    const ColumnPlan& column = plan_->columns[i];
    columns_[i].plan = &column;
    columns_[i].type = column.type;
    columns_[i].is_text_for_good = column.type.kind == TextKind::kText &&
                                   (plan_->types_are_final || !column.may_turn_from_text);
  }
}

std::unique_ptr<Evidence> TableDecoder::TakeEvidence() {
  if (plan_->types_are_final) return nullptr;
  if (evidence_ == nullptr) evidence_ = std::make_unique<TableEvidence>(columns_.size());
  return std::move(evidence_);
}

schema::ColumnEvidence& TableDecoder::EvidenceOf(const Column& column) {
  return evidence_->columns[static_cast<size_t>(&column - columns_.data())];
}

Result<Decoded> TableDecoder::Decode(const Morsel& morsel, DecodeMode mode) {
  morsel_ = &static_cast<const TextMorsel&>(morsel);
  decoded_ = {};
  if (evidence_ == nullptr && !plan_->types_are_final) {
    evidence_ = std::make_unique<TableEvidence>(columns_.size());
  }
  builds_batches_ = mode == DecodeMode::kRows && !contradicted_;
  judge_.BeginMorsel(*morsel_, &decoded_.ledger);
  if (morsel_->replaced_count > 0) {
    decoded_.ledger.Add(kBadUtf8, {}, 0, morsel_->byte_offset, {}, morsel_->replaced_count);
  }
  if (morsel_->is_first) {
    for (const HeaderRepair& repair : plan_->header_repairs) {
      // The row before the first.
      decoded_.ledger.Add(*repair.code, repair.column, -1, 0, repair.value, repair.count);
    }
  }
  if (morsel_->is_oversized) {
    decoded_.line_count = morsel_->oversized_line_count;
    const std::string_view beginning(morsel_->text(), static_cast<size_t>(morsel_->text_bytes));
    const std::string& comment = plan_->dialect().comment;
    const bool is_record = comment.empty() || !beginning.starts_with(comment);
    if (is_record) {
      judge_.RejectOversized();
      decoded_.record_count = 1;
    }
    if (is_record && plan_->keep_bad_rows) {
      rows_.ListRejected(morsel_->text(), static_cast<uint32_t>(morsel_->text_bytes));
      int64_t count = 1;
      ARROW_RETURN_NOT_OK(DecodeRows(0, &count));
    }
    judge_.EndSlice();
  } else {
    for (int64_t begin = 0; begin < morsel_->text_bytes;) {
      const int64_t end = std::min(begin + plan_->slice_bytes, morsel_->text_bytes);
      ARROW_ASSIGN_OR_RAISE(begin, DecodeSlice(begin, end));
    }
  }
  if (contradicted_) decoded_.batches.clear();
  decoded_.contradicts_types = contradicted_ && mode == DecodeMode::kRows;
  return std::move(decoded_);
}

/// Indexes text[begin, end), lengthened until a record ends in it; returns where the last one does.
int64_t TableDecoder::IndexSlice(int64_t begin, int64_t end) {
  const char* const text = morsel_->text();
  const bool lone_cr = plan_->dialect().lone_cr_ends_record();
  while (true) {
    // Seen alone, the CR of a CR LF would end a record, and the LF another one.
    if (lone_cr && end < morsel_->text_bytes && text[end - 1] == '\r' && text[end] == '\n') ++end;
    plan_->scanner.Index(text, begin, end, morsel_->literal_quotes, &index_);
    int64_t count = index_.separator_count;
    if (end == morsel_->text_bytes) {
      // A LF stands behind the morsel; it ends a last record that has no line end of its own.
      plan_->scanner.EndLastRecord(text, end, &index_);
      return end;
    }
    const uint32_t* const separators = index_.separators();
    while (count > 0 && text[separators[count - 1]] != '\n' &&
           !(lone_cr && text[separators[count - 1]] == '\r')) {
      --count;
    }
    if (count > 0) {
      const int64_t slice_end = separators[count - 1] + 1;
      index_.separator_count = count;
      index_.line_count -=
          CountLineEnds(plan_->dialect(),
                        std::string_view(text + slice_end, static_cast<size_t>(end - slice_end)));
      return slice_end;
    }
    end = std::min(begin + 2 * (end - begin), morsel_->text_bytes);
  }
}

/// Decodes one slice; returns where the next one begins.
Result<int64_t> TableDecoder::DecodeSlice(int64_t begin, int64_t end) {
  end = IndexSlice(begin, end);
  const bool is_regular =
      rows_.Begin(morsel_->text(), begin, end, morsel_->literal_quotes, &index_);
  judge_.BeginSlice(begin, end, decoded_.record_count);
  has_long_rows_ = false;
  if (!is_regular || judge_.needs_list()) {
    rows_.ListRows();
    const RowJudge::Verdict verdict = judge_.JudgeListedRows(evidence_.get());
    has_long_rows_ = verdict.has_long_rows;
    contradicted_ = contradicted_ || verdict.needs_another_pass;
    if (verdict.needs_another_pass && evidence_ != nullptr) {
      evidence_->needs_another_pass = true;
      evidence_->needs_extra = evidence_->needs_extra || verdict.needs_extra;
    }
  }
  judge_.NoteCharacters();
  for (int64_t first = 0; first < rows_.row_count();) {
    int64_t count = std::min(rows_.row_count() - first, plan_->batch_rows_max);
    ARROW_RETURN_NOT_OK(DecodeRows(first, &count));
    first += count;
  }
  judge_.EndSlice();
  decoded_.record_count += rows_.record_count();
  decoded_.line_count += index_.line_count;
  return end;
}

/// Decodes rows [first, first + count) into a batch; lowers `count` by rows that turn out to be
/// bad.
Status TableDecoder::DecodeRows(int64_t first, int64_t* count) {
  std::vector<Data> data(columns_.size());
  while (*count > 0) {
    has_bad_values_ = false;
    notes_.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      ARROW_RETURN_NOT_OK(DecodeColumn(&columns_[i], first, *count, &data[i]));
    }
    if (!has_bad_values_) break;
    TakeOutBadRows(first, count);
  }
  if (*count == 0) return Status::OK();
  for (const ValueNote& note : notes_) {
    judge_.NoteValue(*note.code, note.column->plan->name, note.row, note.value, note.count);
  }
  if (builds_batches_ && !contradicted_) {
    decoded_.batches.push_back(
        {.batch = arrow::RecordBatch::Make(plan_->schema, *count, std::move(data))});
  }
  return Status::OK();
}

Status TableDecoder::DecodeColumn(Column* column, int64_t first, int64_t count, Data* data) {
  const ColumnPlan& plan = *column->plan;
  ARROW_RETURN_NOT_OK(CopyText(column, first, count, data));
  if (*data == nullptr) {
    rows_.Gather(plan, first, count, &fields_);
    ARROW_RETURN_NOT_OK(DecodeGathered(column, first, count, data));
  }
  if (*data != nullptr && !(*data)->type->Equals(*plan.arrow_type)) {
    return Cast(column, first, data);
  }
  return Status::OK();
}

/// Most columns of text, straight from the slice; leaves `data` null where that cannot be.
Status TableDecoder::CopyText(Column* column, int64_t first, int64_t count, Data* data) {
  *data = nullptr;
  const ColumnPlan& plan = *column->plan;
  if (!column->is_text_for_good || column->type.kind != TextKind::kText || !builds_batches_ ||
      contradicted_ || judge_.has_bad_utf8() || !rows_.IsPlainText(plan) || plan.is_parsed) {
    return Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(*data, column->output.CopyText(rows_, plan, first, count, pool_));
  if (*data == nullptr || evidence_ == nullptr) return Status::OK();
  const int64_t null_count = (*data)->null_count;
  EvidenceOf(*column).AddNulls(null_count);
  EvidenceOf(*column).AddFitting({.kind = TextKind::kText}, count - null_count);
  return Status::OK();
}

Status TableDecoder::DecodeGathered(Column* column, int64_t first, int64_t count, Data* data) {
  if (column->plan->is_parsed) return DecodeParsed(column, first, count, data);
  switch (column->type.kind) {
    case TextKind::kText:
      return DecodeText(column, first, count, data);
    case TextKind::kNull:
      return DecodeNull(column, first, count, data);
    default:
      return DecodeTyped(column, first, count, data);
  }
}

Status TableDecoder::DecodeText(Column* column, int64_t first, int64_t count, Data* data) {
  const ColumnFields& fields = fields_;
  const char* text = rows_.text();
  if (evidence_ != nullptr && column->plan->source == ColumnSource::kField) {
    schema::ColumnEvidence& evidence = EvidenceOf(*column);
    if (column->is_text_for_good) {
      evidence.AddNulls(fields.null_count);
      evidence.AddFitting({.kind = TextKind::kText}, count - fields.null_count);
    } else {
      text = Resolve(column, first, count);
      AddEvidence(column, text, first, 0, count);
      column->is_text_for_good = evidence.is_text_for_good(plan_->decide);
    }
  }
  if (!builds_batches_ || contradicted_) return Status::OK();
  TextNotes notes;
  ARROW_ASSIGN_OR_RAISE(*data, column->output.BuildText(rows_, text, fields, count,
                                                        judge_.has_bad_utf8(), pool_, &notes));
  if (notes.text_behind_quote_count > 0) {
    const int64_t row = notes.first_behind_quote_row;
    notes_.push_back({&kStrayQuote, column, first + row, std::string(ValueAt(text, fields, row)),
                      notes.text_behind_quote_count});
  }
  if (notes.replaced_byte_count > 0) {
    const int64_t row = notes.first_replaced_row;
    notes_.push_back({&kBadUtf8, column, first + row, std::string(ValueAt(text, fields, row)),
                      notes.replaced_byte_count});
  }
  return Status::OK();
}

Status TableDecoder::DecodeTyped(Column* column, int64_t first, int64_t count, Data* data) {
  const ColumnFields& fields = fields_;
  const char* const text = Resolve(column, first, count);
  TakeQuotedEmptyAsNull(column, first, count);
  const schema::TextSlice slice = SliceOf(text, fields, count);
  const schema::TextType type = column->type;
  schema::ColumnBuffers converted;
  ARROW_ASSIGN_OR_RAISE(const int64_t fitting,
                        column->output.Convert(type, slice, pool_, &converted));
  if (evidence_ != nullptr) {
    if (has_long_rows_) {
      AddEvidence(column, text, first, 0, fitting);
    } else {
      EvidenceOf(*column).AddConverted(type, slice, fitting, converted);
    }
  }
  if (fitting < count) return TakeMisfit(column, text, first, fitting, count, data);
  if (builds_batches_ && !contradicted_) {
    *data = column->output.TakeConverted(type, count, converted);
  }
  return Status::OK();
}

Status TableDecoder::DecodeNull(Column* column, int64_t first, int64_t count, Data* data) {
  const ColumnFields& fields = fields_;
  const char* const text = Resolve(column, first, count);
  int64_t row = 0;
  while (row < count && IsNull(fields, row)) ++row;
  if (evidence_ != nullptr) EvidenceOf(*column).AddNulls(row);
  if (row < count) return TakeMisfit(column, text, first, row, count, data);
  if (!builds_batches_ || contradicted_) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayOfNull(column->plan->arrow_type, count, pool_));
  *data = array->data();
  return Status::OK();
}

/// Types without a text kernel, under a contract.
Status TableDecoder::DecodeParsed(Column* column, int64_t first, int64_t count, Data* data) {
  const char* const text = Resolve(column, first, count);
  if (column->parser == nullptr) {
    ARROW_ASSIGN_OR_RAISE(column->parser, ValueParser::Make(column->plan->arrow_type, pool_));
  }
  for (int64_t i = 0; i < count; ++i) {
    bool fits = true;
    if (IsNull(fields_, i)) {
      ARROW_RETURN_NOT_OK(column->parser->AppendNull());
    } else {
      ARROW_ASSIGN_OR_RAISE(fits, column->parser->Append(ValueAt(text, fields_, i)));
    }
    if (!fits) MarkBad(*column, first, i, ValueAt(text, fields_, i));
  }
  ARROW_ASSIGN_OR_RAISE(auto array, column->parser->Finish());
  *data = array->data();
  return Status::OK();
}

/// Delivers a type that no kernel makes.
Status TableDecoder::Cast(Column* column, int64_t first, Data* data) {
  const std::shared_ptr<arrow::Array> values = arrow::MakeArray(*data);
  auto cast = schema::CastColumn(values, column->plan->arrow_type, pool_);
  if (cast.ok()) {
    *data = (*cast)->data();
    return Status::OK();
  }
  if (!FailedWith(cast.status(), schema::kCastFailed)) {
    return AddWhere(cast.status(), {.column = column->plan->name});
  }
  return FindBadCasts(*column, *values, first);
}

/// In a column that is not text, "" is null.
void TableDecoder::TakeQuotedEmptyAsNull(Column* column, int64_t first, int64_t count) {
  ColumnFields& fields = fields_;
  if (fields.quoted_empty_count == 0) return;
  int64_t taken = 0;
  int64_t first_taken = -1;
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    if (fields.is_quoted[at] == 0 || fields.length[at] != 0 || fields.is_null[at] != 0) continue;
    fields.is_null[at] = 1;
    ++fields.null_count;
    if (first_taken < 0) first_taken = i;
    ++taken;
    if (evidence_ != nullptr && TakesPartInEvidence(first + i)) {
      EvidenceOf(*column).Add({}, true);
      EvidenceOf(*column).AddNulls(-1);  // it is about to be counted as one
    }
  }
  if (taken > 0) {
    notes_.push_back({&kQuotedEmpty, column, first + first_taken, {}, taken});
  }
}

/// Makes every field's value the text at its begin; returns what the begins are offsets into.
const char* TableDecoder::Resolve(Column* column, int64_t first, int64_t count) {
  ColumnFields& fields = fields_;
  const char* const text = rows_.text();
  if (fields.unresolved.empty()) return text;
  std::string values;
  auto next = fields.unresolved.begin();
  for (int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<size_t>(i);
    const std::string_view raw = ValueAt(text, fields, i);
    const auto begin = static_cast<uint32_t>(values.size());
    if (next != fields.unresolved.end() && *next == i) {
      ++next;
      const ResolvedField field =
          ResolveField(plan_->dialect(), raw, rows_.IsLiteralQuote(fields.begin[at]), &values);
      if (field.is_null) {
        fields.is_null[at] = 1;
        ++fields.null_count;
      }
      if (field.has_text_behind_quote) {
        notes_.push_back({&kStrayQuote, column, first + i, std::string(raw), 1});
      }
    } else {
      values += raw;
    }
    fields.begin[at] = begin;
    fields.length[at] = static_cast<uint32_t>(values.size()) - begin;
    fields.quoted_empty_count += fields.is_quoted[at] != 0 && fields.length[at] == 0;
  }
  fields.unresolved.clear();
  constexpr auto kPadding = static_cast<size_t>(kTextPadding);
  resolved_.assign(values.size() + 2 * kPadding, '\0');
  std::memcpy(resolved_.data() + kPadding, values.data(), values.size());
  return resolved_.data() + kPadding;
}

/// The value at `row` (of the batch) does not fit the column's type.
Status TableDecoder::TakeMisfit(Column* column, const char* text, int64_t first, int64_t row,
                                int64_t count, Data* data) {
  if (plan_->types_are_given) return FindBadValues(column, text, first, count, data);
  const Where where{.column = column->plan->name,
                    .row = decoded_.record_count + rows_.record_of(first + row),
                    .byte_offset = morsel_->byte_offset + rows_.row_begin(first + row)};
  const std::string_view value = Excerpt(ValueAt(text, fields_, row));
  if (plan_->types_from_sample) {
    return Fail(kTypeConflict, where, "the value '{}' is not of the type {} found in the sample",
                value, column->type.ToString());
  }
  if (plan_->types_are_final) {
    return Fail(kInputChanged, where, "the value '{}' was not there when the types were found",
                value);
  }
  contradicted_ = true;
  AddEvidence(column, text, first, row, count);
  const schema::ColumnEvidence& evidence = EvidenceOf(*column);
  column->type = evidence.Decide(plan_->decide);
  column->is_text_for_good = evidence.is_text_for_good(plan_->decide);
  return Status::OK();
}

/// Rows whose fields may belong to other columns say nothing about these.
bool TableDecoder::TakesPartInEvidence(int64_t row) const {
  return rows_.field_count(row) <= plan_->field_count && !rows_.is_rejected(row);
}

void TableDecoder::AddEvidence(Column* column, const char* text, int64_t first, int64_t from,
                               int64_t to) {
  schema::ColumnEvidence& evidence = EvidenceOf(*column);
  const ColumnFields& fields = fields_;
  for (int64_t i = from; i < to; ++i) {
    if (!TakesPartInEvidence(first + i)) continue;
    if (IsNull(fields, i)) {
      evidence.AddNulls(1);
    } else {
      evidence.Add(ValueAt(text, fields, i), fields.is_quoted[static_cast<size_t>(i)] != 0);
    }
  }
}

/// Under a contract: marks the rows whose values do not fit, blanks around them left aside;
/// delivers the values where there are none.
Status TableDecoder::FindBadValues(Column* column, const char* text, int64_t first, int64_t count,
                                   Data* data) {
  alignas(16) char converted[16];
  ColumnFields& fields = fields_;
  bool all_fit = column->type.kind != TextKind::kNull;
  for (int64_t i = 0; i < count; ++i) {
    if (IsNull(fields, i)) continue;
    const std::string_view value = ValueAt(text, fields, i);
    const std::string_view bare = WithoutBlanks(value);
    const auto at = static_cast<size_t>(i);
    fields.begin[at] += static_cast<uint32_t>(bare.data() - value.data());
    fields.length[at] = static_cast<uint32_t>(bare.size());
    if (column->type.kind == TextKind::kNull ||
        !schema::ConvertValue(column->type, bare.data(), bare.size(), converted)) {
      MarkBad(*column, first, i, value);
      all_fit = false;
    }
  }
  if (!all_fit || !builds_batches_ || contradicted_) return Status::OK();
  schema::ColumnBuffers buffers;
  ARROW_RETURN_NOT_OK(
      column->output.Convert(column->type, SliceOf(text, fields, count), pool_, &buffers).status());
  *data = column->output.TakeConverted(column->type, count, buffers);
  return Status::OK();
}

Status TableDecoder::FindBadCasts(const Column& column, const arrow::Array& values, int64_t first) {
  for (int64_t i = 0; i < values.length(); ++i) {
    Status status = schema::CastColumn(values.Slice(i, 1), column.plan->arrow_type, pool_).status();
    if (status.ok()) continue;
    if (!FailedWith(status, schema::kCastFailed)) return status;
    ARROW_ASSIGN_OR_RAISE(auto scalar, values.GetScalar(i));
    MarkBad(column, first, i, scalar->ToString());
  }
  return Status::OK();
}

/// Notes that the row cannot be kept because of this value; the first of a row's values counts.
void TableDecoder::MarkBad(const Column& column, int64_t first, int64_t row,
                           std::string_view value) {
  if (!has_bad_values_) bad_rows_.assign(static_cast<size_t>(plan_->batch_rows_max), 0);
  has_bad_values_ = true;
  if (std::exchange(bad_rows_[static_cast<size_t>(row)], uint8_t{1}) != 0) return;
  if (!rows_.is_listed()) rows_.ListRows();
  judge_.Reject(rows_.rows()[static_cast<size_t>(first + row)], kBadValue, column.plan->name,
                fmt::format("the value '{}' is no {}", Excerpt(value),
                            schema::PrintType(*column.plan->arrow_type)));
}

void TableDecoder::TakeOutBadRows(int64_t first, int64_t* count) {
  std::vector<TextRow>& rows = rows_.rows();
  const auto begin = rows.begin() + first;
  if (plan_->keep_bad_rows) {
    for (int64_t i = 0; i < *count; ++i) {
      if (bad_rows_[static_cast<size_t>(i)] != 0) begin[i].is_rejected = true;
    }
    return;
  }
  int64_t kept = 0;
  for (int64_t i = 0; i < *count; ++i) {
    if (bad_rows_[static_cast<size_t>(i)] == 0) begin[kept++] = begin[i];
  }
  rows.erase(begin + kept, begin + *count);
  *count = kept;
}

}  // namespace pyforge::csv
