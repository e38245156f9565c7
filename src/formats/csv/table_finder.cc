#include "formats/csv/table_finder.h"

#include <algorithm>
#include <utility>

#include "formats/csv/errors.h"
#include "formats/csv/row_judge.h"
#include "formats/csv/row_table.h"
#include "formats/csv/sample_rows.h"
#include "formats/csv/sample_types.h"
#include "formats/csv/sniff_parse.h"
#include "formats/csv/sniff_score.h"

namespace pyforge::csv {
namespace {

// Enough to see a header and what is below.
constexpr int64_t kRecordsDecided = 64;
// Enough to see the remarks that end a table, and that they are not rows.
constexpr size_t kTailBytes = size_t{32} << 10;
// Longer remarks and gaps are rows of the table above.
constexpr size_t kPendingBytesMax = size_t{1} << 20;
// A record of more is not taken apart: each field would cost many times its bytes.
constexpr int64_t kFieldsMax = int64_t{1} << 20;
// Above it a row of names is certain enough to begin a table.
constexpr double kNamesScore = 0.3;

// Of the last record of a text. Only the text's own last line may lack its end.
bool HasLineEnd(std::string_view text) { return text.ends_with('\n') || text.ends_with('\r'); }

Dialect WithoutComment(Dialect dialect) {
  dialect.comment.clear();
  return dialect;
}

}  // namespace

TableFinder::TableFinder(const Dialect& dialect, const TableFinderOptions& options, Take take)
    : dialect_(dialect),
      scanner_(dialect),
      options_(options),
      take_(std::move(take)),
      line_(options.begin_line),
      pending_begin_(options.begin_offset) {}

Status TableFinder::Add(const TextMorsel& morsel) {
  if (morsel.is_oversized) return AddTruncated(morsel);
  const char* const text = morsel.text();
  const auto ends_record = [&](char byte) {
    return byte == '\n' || (dialect_.lone_cr_ends_record() && byte == '\r');
  };
  const int64_t end = morsel.text_bytes;
  scanner_.Index(text, 0, end, morsel.literal_quotes, &index_);
  // The last record may have no line end; a LF that is not part of the text stands for it.
  scanner_.EndLastRecord(text, end, &index_);
  if (IsRegular(morsel)) {
    KeepTail({text, static_cast<size_t>(end)});
    table_->end_offset += end;
    line_ += index_.line_count;
    table_->end_line = line_ + (HasLineEnd({text, static_cast<size_t>(end)}) ? 0 : 1);
    pending_begin_ = table_->end_offset;
    return Status::OK();
  }
  const uint32_t* const separators = index_.separators();
  int64_t begin = 0, first_field = 0;
  for (int64_t i = 0; i < index_.separator_count; ++i) {
    if (!ends_record(text[separators[i]])) continue;
    const int64_t record_end = std::min<int64_t>(separators[i] + 1, end);
    Record record{.raw = std::string_view(text + begin, static_cast<size_t>(record_end - begin)),
                  .field_count = i - first_field + 1};
    const size_t last = record.raw.find_last_not_of("\r\n");
    const std::string_view line =
        last == std::string_view::npos ? std::string_view() : record.raw.substr(0, last + 1);
    record.is_comment = !dialect_.comment.empty() && line.starts_with(dialect_.comment);
    record.is_blank = record.field_count == 1 && Trim(line).empty();
    ARROW_RETURN_NOT_OK(AddRecord(record));
    begin = record_end;
    first_field = i + 1;
  }
  return Status::OK();
}

// Whether all records go on with the current table; then they need not be looked at one by one.
bool TableFinder::IsRegular(const TextMorsel& morsel) {
  if (place_ != Place::kTable || head_is_open_ || width_ < 2) return false;
  RowTable rows(*plan_);
  return rows.Begin(morsel.text(), 0, morsel.text_bytes, morsel.literal_quotes, &index_);
}

// Of a record beyond the limit only the beginning is known.
Status TableFinder::AddTruncated(const TextMorsel& morsel) {
  return AddUnseen(morsel.bytes, std::max<int64_t>(morsel.oversized_line_count, 1),
                   {.byte_offset = morsel.byte_offset});
}

// A record that is not looked at goes with the table it stands in, or below. What it is the first
// record of cannot be told, and to leave that out would lose rows.
Status TableFinder::AddUnseen(int64_t bytes, int64_t line_count, const Where& where) {
  if (place_ == Place::kBlock) ARROW_RETURN_NOT_OK(Decide(true));
  if (!table_) {
    return Fail(kRowTooLong, where,
                "the record of {} bytes in line {} stands above all tables; without it the first "
                "table's form cannot be told",
                bytes, line_ + 1);
  }
  JoinTable(/*with_gap=*/true);
  head_is_open_ = false;
  table_->head_is_whole = false;
  table_->tail.clear();
  table_->tail_is_cut = false;
  table_->end_offset += bytes;
  pending_begin_ = table_->end_offset;
  line_ += line_count;
  table_->end_line = line_;
  // Behind an empty line another table may still begin with the next record.
  if (place_ != Place::kTable) place_ = Place::kGap;
  return Status::OK();
}

Status TableFinder::AddRecord(const Record& record) {
  const bool repeats_names =
      place_ != Place::kGap && !record.is_blank && !record.is_comment && RepeatsNames(record);
  if (place_ == Place::kBlock && repeats_names) ARROW_RETURN_NOT_OK(Decide(true));
  if (place_ == Place::kTable && !record.is_blank && !repeats_names) {
    line_ += CountLineEnds(dialect_, record.raw);
    Append(record.raw, line_);
    return Status::OK();
  }
  if (record.is_blank) {
    if (place_ == Place::kBlock) ARROW_RETURN_NOT_OK(Decide(true));
    place_ = Place::kGap;
    AddPending(record);
    if (!table_ && !first_filled_) {
      // Empty lines above all tables are no part of the first one, however many.
      pending_begin_ += static_cast<int64_t>(pending_.size());
      pending_.clear();
    }
    if (pending_.size() > kPendingBytesMax) JoinTable(/*with_gap=*/true);
    return Status::OK();
  }
  if (record.field_count > kFieldsMax) {
    return AddUnseen(static_cast<int64_t>(record.raw.size()), CountLineEnds(dialect_, record.raw),
                     {});
  }
  if (place_ != Place::kBlock) BeginBlock(repeats_names);
  AddPending(record);
  const bool counts = !record.is_comment && (block_records_ > 0 || record.field_count > 1);
  block_records_ += counts ? 1 : 0;
  if (counts && block_records_ == 1) {
    const Rows rows = ReadRows(record.raw, dialect_, false);
    block_width_ = record.field_count;
    if (rows.size() == 1 && IsAllNames(rows[0])) block_names_ = rows[0].values;
  }
  const bool is_long = pending_.size() - block_begin_ > kPendingBytesMax;
  if (block_records_ == kRecordsDecided || is_long) {
    return Decide(false);
  }
  return Status::OK();
}

void TableFinder::BeginBlock(bool repeats_names) {
  place_ = Place::kBlock;
  block_begin_ = pending_.size();
  block_records_ = 0;
  block_repeats_names_ = repeats_names;
  block_width_ = 0;
  block_names_.clear();
}

void TableFinder::AddPending(const Record& record) {
  if (!record.is_blank && !first_filled_) {
    first_filled_ = pending_.size();
    first_filled_line_ = line_;
  }
  pending_ += record.raw;
  line_ += CountLineEnds(dialect_, record.raw);
  if (record.is_blank) return;
  filled_end_ = pending_.size();
  filled_end_line_ = line_;
}

// Finds out what the records of the block belong to.
Status TableFinder::Decide(bool is_end_of_block) {
  const std::string_view block = std::string_view(pending_).substr(block_begin_);
  Rows rows = ReadRows(block, dialect_, false);
  if (CommentsAreRows(rows, block)) rows = ReadRows(block, WithoutComment(dialect_), false);
  std::vector<uint32_t> widths;
  for (const SampleRow& row : rows) {
    if (!row.is_comment && row.width > 0) widths.push_back(static_cast<uint32_t>(row.width));
  }
  const int64_t width = widths.empty() ? 1 : UsualWidth(widths);
  // Lines without a delimiter wait for what follows them.
  if (width < 2 && is_end_of_block) return Status::OK();
  size_t first = 0;
  const auto has_width = [&](const SampleRow& row) {
    return !row.is_comment && row.width == static_cast<size_t>(width);
  };
  while (first < rows.size() && !has_width(rows[first])) ++first;
  const bool begins = width >= 2 && BeginsTable(rows, first, width);
  if (begins) {
    ARROW_RETURN_NOT_OK(Close());
    Open();
    SetWidth(width);
    const bool has_names = !options_.has_no_headers && NamesColumns(rows, first, 0);
    names_ = has_names ? rows[first].values : std::vector<std::string>();
  }
  JoinTable(/*with_gap=*/true);
  place_ = Place::kTable;
  return Status::OK();
}

bool TableFinder::BeginsTable(const Rows& rows, size_t first, int64_t width) const {
  if (!table_) return true;
  size_t records = 0, of_width = 0;
  for (const SampleRow& row : rows) {
    if (row.is_comment || row.width == 0) continue;
    ++records;
    const bool is_title = of_width == 0 && row.width == 1;
    records -= is_title ? 1 : 0;
    of_width += row.width == static_cast<size_t>(width) ? 1 : 0;
  }
  if (records < 2) return false;
  const bool is_even = of_width * 10 >= records * 8;
  if (!block_repeats_names_ && !options_.has_no_headers) {
    if (!names_.empty() && rows[first].values == names_) return true;
    if (NamesColumns(rows, first, kNamesScore)) return true;
  }
  return width != width_ && is_even;
}

bool TableFinder::NamesColumns(const Rows& rows, size_t index, double score_min) {
  return WeighHeader(rows, index, rows.size(), rows[index].width).score > score_min;
}

// The names of the current table or block again, or most of them, in a row of another width.
bool TableFinder::RepeatsNames(const Record& record) const {
  const bool in_block = place_ == Place::kBlock;
  const std::vector<std::string>& names = in_block ? block_names_ : names_;
  const int64_t width = in_block ? block_width_ : width_;
  if (record.field_count == width || record.field_count < 2 || names.size() < 2) return false;
  // A row of so many fields cannot consist of them.
  if (record.field_count > static_cast<int64_t>(4 * names.size())) return false;
  const Rows rows = ReadRows(record.raw, dialect_, false);
  if (rows.size() != 1) return false;
  size_t repeated = 0;
  for (const std::string& value : rows[0].values) {
    const bool is_name =
        !value.empty() && std::find(names.begin(), names.end(), value) != names.end();
    repeated += is_name ? 1 : 0;
  }
  return repeated >= 2 && repeated * 10 >= rows[0].width * 8;
}

// Each table is asked for itself whether lines that begin like comments of the one above are its
// rows: they are where most of them have the fields of the row that they follow.
bool TableFinder::CommentsAreRows(const Rows& rows, std::string_view block) const {
  if (dialect_.comment.empty() || options_.comment_is_given) return false;
  const Dialect plain = WithoutComment(dialect_);
  size_t width = 0, comments = 0, with_fields = 0;
  for (const SampleRow& row : rows) {
    if (!row.is_comment && width < 2) width = row.width;
    if (!row.is_comment || width < 2) continue;
    ++comments;
    const Rows parsed = ReadRows(block.substr(row.begin, row.end - row.begin), plain, false);
    with_fields += parsed.size() == 1 && parsed[0].width == width ? 1 : 0;
  }
  return with_fields * 2 > comments;
}

// What is pending is the current table's, the gap at its end too or not; without one it begins it.
void TableFinder::JoinTable(bool with_gap) {
  if (!table_) {
    Open();
    SetWidth(1);
  }
  const std::string_view pending = pending_;
  Append(with_gap ? pending : pending.substr(0, filled_end_), with_gap ? line_ : filled_end_line_);
  pending_.clear();
  pending_begin_ = table_->end_offset;
  first_filled_.reset();
  filled_end_ = 0;
}

// Begins a table with the first pending line that is not empty.
void TableFinder::Open() {
  const size_t empty = first_filled_.value_or(pending_.size());
  pending_.erase(0, empty);
  filled_end_ -= std::min(filled_end_, empty);
  pending_begin_ += static_cast<int64_t>(empty);
  table_ = TableRange{.begin_offset = pending_begin_,
                      .end_offset = pending_begin_,
                      .begin_line = pending_.empty() ? line_ : first_filled_line_};
  head_is_open_ = true;
}

Status TableFinder::Close() {
  if (!table_) return Status::OK();
  TableRange range = *std::move(table_);
  table_.reset();
  return take_(std::move(range));
}

// Adds text to the current table, with so many lines above what follows it.
void TableFinder::Append(std::string_view text, int64_t line) {
  if (text.empty()) return;
  std::string& head = table_->head;
  const auto bytes = static_cast<int64_t>(head.size() + text.size());
  if (head_is_open_ && (bytes <= options_.head_bytes_max || head.empty())) {
    head += text;
  } else {
    head_is_open_ = false;
    table_->head_is_whole = false;
    KeepTail(text);
  }
  table_->end_offset += static_cast<int64_t>(text.size());
  table_->end_line = line + (HasLineEnd(text) ? 0 : 1);
  pending_begin_ = table_->end_offset;
}

// Of text behind the head; rather too much than moved with every line.
void TableFinder::KeepTail(std::string_view text) {
  std::string& tail = table_->tail;
  if (text.size() > kTailBytes) {
    table_->tail_is_cut = true;
    tail = text.substr(text.size() - kTailBytes);
    return;
  }
  if (tail.size() + text.size() > 2 * kTailBytes) {
    table_->tail_is_cut = true;
    tail.erase(0, tail.size() - (kTailBytes - std::min(text.size(), kTailBytes)));
  }
  tail += text;
}

void TableFinder::SetWidth(int64_t width) {
  width_ = width;
  const auto plan = MakeSamplePlan(dialect_, width);
  // Records of any length are regular; what is too long for the reader is found by it.
  plan->field_bytes_max = INT64_MAX;
  plan_ = plan;
}

Status TableFinder::Finish() {
  if (place_ == Place::kBlock) ARROW_RETURN_NOT_OK(Decide(true));
  if (first_filled_) JoinTable(/*with_gap=*/false);
  return Close();
}

}  // namespace pyforge::csv
