#include "formats/csv/alike.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "formats/csv/row_table.h"
#include "formats/csv/sniff_cells.h"
#include "formats/csv/sniff_parse.h"

namespace pyforge::csv {
namespace {

using schema::TextKind;

/// Text with readable bytes around it, whose last line ends.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text)
      : bytes_(static_cast<int64_t>(text.size())),
        padded_(std::make_unique_for_overwrite<char[]>(text.size() + 2 * kTextPadding + 1)) {
    std::memset(padded_.get(), 0, kTextPadding);
    std::memcpy(padded_.get() + kTextPadding, text.data(), text.size());
    if (!text.ends_with('\n')) padded_[static_cast<size_t>(kTextPadding + bytes_++)] = '\n';
    std::memset(padded_.get() + kTextPadding + bytes_, 0, kTextPadding);
  }
  const char* data() const { return padded_.get() + kTextPadding; }
  int64_t bytes() const { return bytes_; }

 private:
  int64_t bytes_;
  std::unique_ptr<char[]> padded_;
};

/// Whether a line could be a comment to a closer look.
bool BeginsLikeComment(std::string_view line) {
  return line.starts_with('#') || line.starts_with('%') || line.starts_with("//") ||
         line.starts_with("--");
}

/// Whether some value of the first row is of a kind that names are not, where there are such.
bool BeginsWithValues(const PaddedText& text, const StructuralIndex& index, const TablePlan& plan) {
  bool has_typed = false;
  for (const ColumnPlan& column : plan.columns) {
    if (column.type.kind == TextKind::kText) continue;
    has_typed = true;
    const uint32_t* const end = index.separators() + column.field_index;
    const uint32_t begin = column.field_index == 0 ? 0 : end[-1] + 1;
    std::string_view value = Trim({text.data() + begin, *end - begin});
    if (const auto quote = plan.dialect().quote; quote && value.starts_with(*quote)) {
      value.remove_prefix(1);
      if (value.ends_with(*quote)) value.remove_suffix(1);
    }
    if (IsTyped(ClassifyCell(value))) return true;
  }
  return !has_typed;
}

bool EndsLinesLike(const PaddedText& text, const StructuralIndex& index, const TablePlan& plan) {
  if (plan.dialect().newline == Newline::kLf) return !index.has_carriage_return;
  const int64_t width = plan.field_count;
  for (int64_t last = width - 1; last < index.separator_count; last += width) {
    const uint32_t end = index.separators()[last];
    if (end == 0 || text.data()[end - 1] != '\r') return false;
  }
  return std::count(text.data(), text.data() + text.bytes(), '\r') == index.record_end_count;
}

/// Whether each field that its separators alone do not tell is one in quotes with doubled ones in
/// it.
bool HasOnlyDoubledQuotes(const PaddedText& text, const StructuralIndex& index,
                          const Dialect& dialect) {
  if (index.marked_fields.empty()) return true;
  if (!dialect.escape_is_doubled_quote()) return false;
  const char quote = *dialect.quote;
  for (const uint32_t ordinal : index.marked_fields) {
    const uint32_t begin = ordinal == 0 ? 0 : index.separators()[ordinal - 1] + 1;
    std::string_view field(text.data() + begin, index.separators()[ordinal] - begin);
    if (field.ends_with('\r')) field.remove_suffix(1);
    if (field.size() < 2 || field.front() != quote || field.back() != quote) return false;
    field = field.substr(1, field.size() - 2);
    for (size_t at = field.find(quote); at != field.npos; at = field.find(quote, at + 2)) {
      if (at + 1 == field.size() || field[at + 1] != quote) return false;
    }
  }
  return true;
}

}  // namespace

std::shared_ptr<const TableModel> MakeTableModel(const Sample& sample, const TableFacts& facts,
                                                 std::shared_ptr<const TablePlan> plan) {
  const Dialect& dialect = facts.dialect;
  const bool is_plain =
      dialect.header_rows == 1 && dialect.skip_lines == 0 && dialect.column_count >= 2 &&
      !dialect.end_offset && dialect.comment.empty() && !dialect.stray_quotes &&
      !dialect.skip_initial_space && !dialect.merge_delimiters && !dialect.lone_cr_ends_record();
  const bool is_sound = facts.header_repairs.empty() && facts.sample->long_rows.count() == 0 &&
                        facts.sample->trailing_rows.count() == 0 && !plan->has_extra;
  const bool has_values =
      std::none_of(plan->columns.begin(), plan->columns.end(),
                   [](const ColumnPlan& column) { return column.type.kind == TextKind::kNull; });
  const bool is_seen = sample.whole && sample.gaps.empty();
  if (!is_plain || !is_sound || !has_values || !is_seen || facts.options.all_tables) return nullptr;
  auto model = std::make_shared<TableModel>();
  model->header = sample.head.substr(0, static_cast<size_t>(dialect.data_offset));
  model->plan = std::move(plan);
  return model;
}

bool IsAlike(std::string_view text, const TableModel& model) {
  if (!text.starts_with(model.header)) return false;
  text.remove_prefix(model.header.size());
  // A second header would be no row.
  if (text.empty() || text.starts_with(model.header)) return false;
  const TablePlan& plan = *model.plan;
  const PaddedText padded(text);
  ScanState state;
  const RecordEnds ends = plan.scanner.FindRecordEnds(padded.data(), 0, padded.bytes(), true, -1,
                                                      plan.field_bytes_max, &state);
  if (ends.unclosed || ends.last_end != padded.bytes()) return false;
  StructuralIndex index;
  plan.scanner.Index(padded.data(), 0, padded.bytes(), {}, &index);
  RowTable rows(plan);
  if (!rows.Begin(padded.data(), 0, padded.bytes(), {}, &index)) return false;
  if (!index.stray_quote_fields.empty() || index.has_nul) return false;
  for (int64_t row = 0; row < rows.row_count(); ++row) {
    if (BeginsLikeComment({padded.data() + rows.row_begin(row), 2})) return false;
  }
  return HasOnlyDoubledQuotes(padded, index, plan.dialect()) &&
         EndsLinesLike(padded, index, plan) && BeginsWithValues(padded, index, plan);
}

}  // namespace pyforge::csv
