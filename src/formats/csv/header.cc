#include "formats/csv/header.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "formats/csv/field_text.h"
#include "formats/csv/header_evidence.h"
#include "formats/csv/header_names.h"
#include "formats/csv/sample_rows.h"
#include "formats/csv/sniff_parse.h"
#include "formats/csv/sniff_score.h"

namespace pyforge::csv {
namespace {

constexpr size_t kRowsKeptMax = 300;  // with their values
constexpr size_t kTitleRowsMax = 40;  // padded title rows above a header
constexpr size_t kHeaderRowsMax = 6;
constexpr size_t kFooterRowsMax = 20;
constexpr size_t kLinesKept = 20;
constexpr size_t kLineBytesKept = 200;

// The cells of one record as they stand, but for quotes, escapes and the blanks to be skipped.
std::vector<std::string> ReadCells(std::string_view record, const Dialect& dialect) {
  SampleParser parser(record, dialect, /*text_is_cut=*/false);
  std::vector<Cell> cells;
  parser.Next(&cells);
  std::vector<std::string> texts;
  for (const Cell& cell : cells) {
    std::string text = CellText(cell, dialect);
    if (dialect.skip_initial_space && !cell.quoted) {
      text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

// Where the rows end whose values are known, from `begin` on.
size_t EndOfKept(const Rows& rows, size_t begin) {
  while (begin < rows.size() && rows[begin].values.size() == rows[begin].width) ++begin;
  return begin;
}

std::string FirstBytes(std::string_view line) {
  return std::string(Trim(line.substr(0, std::min(line.size(), kLineBytesKept))));
}

// A mark or a word with which remarks below a table begin.
bool IsMarkedNote(std::string_view line) {
  if (line.starts_with('"')) line.remove_prefix(1);
  constexpr std::string_view kBeginnings[] = {"(",    "*",  "<",          "Source",
                                              "Note", "--", "Total rows", "Total:"};
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [&](std::string_view beginning) { return line.starts_with(beginning); });
}

// Whether a line below a table of `width` columns may be a remark: one cell alone, in a line of its
// own or, if it is marked, one that was filled up with delimiters, or a sentence with few
// delimiters in it.
bool IsNote(const SampleRow& row, size_t width, std::string_view line) {
  if (row.width == 1) return row.filled == 1;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const size_t word_end = line.find(' ');
  const bool has_words = word_end != std::string_view::npos && word_end + 1 < line.size();
  if (!has_words) return false;
  if (row.width == width) {
    const size_t filling = line.find_last_not_of(line.back()) + 1;
    return row.filled == 1 && line.size() - filling == width - 1 && IsMarkedNote(line);
  }
  return row.width < width && (IsMarkedNote(line) || row.width * 2 < width);
}

bool IsInBrackets(std::string_view cell) {
  return (cell.starts_with('(') && cell.ends_with(')')) ||
         (cell.starts_with('[') && cell.ends_with(']'));
}

// Everything known about one sample while its layout is being found.
class LayoutFinder {
 public:
  LayoutFinder(const Sample& sample, const DialectHints& hints, Dialect* dialect)
      : sample_(sample), hints_(hints), dialect_(dialect), head_(sample.head) {}

  Layout Find() {
    if (hints_.skip_lines) SkipGivenLines();
    Load(0);
    width_ = TableWidth();
    if (CommentsAreRows()) {
      layout_.comment_reason = fmt::format(
          "lines that begin with `{}` have as many fields as the rows", dialect_->comment);
      dialect_->comment.clear();
      Load(0);
    }
    dialect_->column_count = static_cast<int64_t>(width_);
    dialect_->skip_blank_lines = width_ != 1;
    dialect_->header.clear();
    dialect_->header_rows = 0;
    dialect_->data_offset = static_cast<int64_t>(head_.size());
    dialect_->data_line = rows_.empty() ? skipped_lines_ : rows_.back().line + 1;
    dialect_->skip_lines = skipped_lines_;
    const bool lines_are_rows = StartsWithData() && !rows_.empty();
    if (width_ == 0 && lines_are_rows) {
      // By the user's word no line is a header: empty lines are missing values of one column.
      dialect_->column_count = 1;
      dialect_->data_offset = static_cast<int64_t>(skipped_bytes_);
      dialect_->data_line = skipped_lines_;
      dialect_->skip_blank_lines = false;
      layout_.header_confidence = 1;
      layout_.header_reason = "given";
      return std::move(layout_);
    }
    if (width_ == 0) {
      layout_.header_confidence = 1;
      layout_.header_reason = "the file has no rows";
      return std::move(layout_);
    }
    const size_t first = FirstOfWidth();
    // A long preamble: keep the values of the rows that matter.
    if (first + 50 > rows_kept_ && first > 50) Load(first - 50);
    top_ = FirstRowOfTable(first);
    DecideHeader();
    SetStart();
    SetWidth();
    SetEnd();
    return std::move(layout_);
  }

 private:
  void SkipGivenLines();
  void Load(size_t keep_begin);
  size_t TableWidth() const;
  bool CommentsAreRows() const;
  size_t FirstOfWidth() const;
  size_t FirstRowOfTable(size_t first);
  size_t SkipTitles(size_t first) const;
  bool TakeShortHeader(size_t first, size_t* header);
  bool EndsInDelimiters(size_t first) const;
  bool IsHeaderLike(size_t index) const {
    return WeighHeader(rows_, index, rows_kept_, width_).score > 0;
  }
  // Without a header, by the user's word, there is no telling a preamble from the first row.
  bool StartsWithData() const { return hints_.has_header && !*hints_.has_header; }
  size_t NextFilled(size_t index) const {
    while (index < rows_.size() && (rows_[index].is_comment || rows_[index].is_blank())) ++index;
    return index;
  }
  void DecideHeader();
  bool ContinuesHeader(size_t index) const;
  bool SpansHeaderBelow() const;
  void SetStart();
  void SetWidth();
  void SetEnd();
  bool FindSecondTable(size_t* index);
  void CutTail(const Rows& rows, size_t first, std::string_view text, int64_t base);

  const Sample& sample_;
  const DialectHints& hints_;
  Dialect* const dialect_;
  const std::string_view head_;
  size_t skipped_bytes_ = 0;  // by the user's word
  int64_t skipped_lines_ = 0;
  Rows rows_;
  size_t rows_kept_ = 0;  // where the rows end whose values are known
  size_t width_ = 0;
  size_t top_ = 0;       // the header's first row, or the first data row
  size_t data_row_ = 0;  // the first data row
  Layout layout_;
};

void LayoutFinder::SkipGivenLines() {
  while (skipped_lines_ < *hints_.skip_lines && skipped_bytes_ < head_.size()) {
    const bool by_cr = dialect_->newline == Newline::kCr;
    const size_t end = head_.find(by_cr ? '\r' : '\n', skipped_bytes_);
    skipped_bytes_ = end == std::string_view::npos ? head_.size() : end + 1;
    ++skipped_lines_;
  }
}

// The usual width; where the file holds two tables, that of the first.
size_t LayoutFinder::TableWidth() const {
  std::vector<uint32_t> widths;
  for (const SampleRow& row : rows_) {
    if (!row.is_comment && row.width > 0) widths.push_back(static_cast<uint32_t>(row.width));
  }
  if (widths.empty()) return 0;
  const auto usual = static_cast<uint32_t>(UsualWidth(widths));
  const auto first_usual = std::find(widths.begin(), widths.end(), usual);
  const std::vector<uint32_t> before(widths.begin(), first_usual);
  if (before.size() < 5) return usual;
  const auto earlier = static_cast<uint32_t>(UsualWidth(before));
  const auto count = std::count(before.begin(), before.end(), earlier);
  const auto usual_count = std::count(widths.begin(), widths.end(), usual);
  const bool is_table = earlier >= 2 && count * 10 >= static_cast<int64_t>(before.size()) * 9 &&
                        count * 10 >= usual_count * 4;
  return is_table ? earlier : usual;
}

// Lines that begin like comments but stand in the table with as many fields as its rows are rows.
bool LayoutFinder::CommentsAreRows() const {
  if (dialect_->comment.empty() || hints_.comment || width_ < 2) return false;
  Dialect plain = *dialect_;
  plain.comment.clear();
  size_t comments = 0, with_fields = 0;
  for (size_t i = FirstOfWidth(); i < rows_.size(); ++i) {
    if (!rows_[i].is_comment) continue;
    ++comments;
    const std::string_view line = head_.substr(rows_[i].begin, rows_[i].end - rows_[i].begin);
    const Rows parsed = ReadRows(line, plain, false, {.end = 0});
    with_fields += parsed.size() == 1 && parsed[0].width == width_ ? 1 : 0;
  }
  return with_fields * 2 > comments;
}

// Steps over rows of the table's width that hold a title: one cell filled, or none.
size_t LayoutFinder::SkipTitles(size_t first) const {
  if (width_ < 2) return first;
  size_t index = first;
  while (index < rows_.size() && index - first < kTitleRowsMax &&
         (rows_[index].is_comment || rows_[index].filled < 2)) {
    ++index;
  }
  const size_t first_filled = NextFilled(first);
  // Rows of nothing but nulls are what the table has.
  if (first_filled >= rows_.size()) return first;
  if (index == first || index >= rows_.size() || index >= rows_kept_) return first_filled;
  if (rows_[index].is_comment || rows_[index].width != width_ || index == first_filled)
    return first_filled;
  const double needed = width_ == 2 ? 0.3 : 0.0;
  const HeaderEvidence evidence = WeighHeader(rows_, index, rows_kept_, width_);
  return evidence.score > needed ? index : first_filled;
}

// A header may have fewer or more cells than the rows, or hide in the last comment line.
bool LayoutFinder::TakeShortHeader(size_t first, size_t* header) {
  if (first >= rows_kept_) return false;
  const bool has_rows_below = NextFilled(first + 1) < rows_.size();
  const bool is_header_like = has_rows_below && IsHeaderLike(first);
  for (size_t i = first; i-- > 0;) {
    if (!rows_[i].is_comment && rows_[i].is_blank()) continue;
    SampleRow row = rows_[i];
    if (row.is_comment) {
      Dialect plain = *dialect_;
      plain.comment.clear();
      Rows parsed =
          ReadRows(head_.substr(row.begin, row.end - row.begin), plain, false, {.end = 1});
      if (parsed.empty() || parsed[0].width != width_) return false;
      row.SetValues(std::move(parsed[0].values));
      row.width = parsed[0].width;
      row.filled = parsed[0].filled;
      row.is_comment = false;
    }
    const std::set<std::string> distinct(row.values.begin(), row.values.end());
    const bool all_distinct = distinct.size() == row.values.size();
    // Where another row may be the header, only one that lacks the delimiter at the end of all rows
    // goes before it.
    if (is_header_like && !(row.width + 1 == width_ && all_distinct && EndsInDelimiters(first))) {
      return false;
    }
    // Names that are not distinct must at least be nearly as many as the columns.
    if (row.width < 2 || row.width * 2 < width_ || (!all_distinct && row.width + 1 != width_) ||
        !IsAllNames(row)) {
      return false;
    }
    rows_[i] = std::move(row);
    *header = i;
    return true;
  }
  return false;
}

// Every row ends in a delimiter with nothing behind it.
bool LayoutFinder::EndsInDelimiters(size_t first) const {
  return width_ >= 2 && ProfileColumns(rows_, first, rows_kept_, width_).back().filled == 0;
}

void LayoutFinder::Load(size_t keep_begin) {
  rows_ = ReadRows(head_.substr(skipped_bytes_), *dialect_, !sample_.whole,
                   {.begin = keep_begin, .end = keep_begin + kRowsKeptMax, .is_bounded = true});
  rows_kept_ = EndOfKept(rows_, keep_begin);
  for (SampleRow& row : rows_) {
    row.begin += skipped_bytes_;
    row.end += skipped_bytes_;
    row.line += skipped_lines_;
  }
}

// The first row of the table's width; after lines skipped by the user's word, just the first.
size_t LayoutFinder::FirstOfWidth() const {
  // A row of nothing but delimiters is padding above a header, but a row where there is none.
  const auto is_first = [&](const SampleRow& row) {
    return !row.is_comment &&
           (row.filled > 0 || (StartsWithData() && width_ > 1 && row.width == width_));
  };
  if (hints_.skip_lines || StartsWithData()) {
    const auto first = std::find_if(rows_.begin(), rows_.end(), is_first);
    if (first != rows_.end()) return static_cast<size_t>(first - rows_.begin());
  }
  size_t first = 0;
  while (rows_[first].is_comment || rows_[first].width != width_) ++first;
  return first;
}

size_t LayoutFinder::FirstRowOfTable(size_t first) {
  if (hints_.skip_lines || StartsWithData()) return first;
  size_t header = 0;
  const size_t below_titles = SkipTitles(first);
  if (below_titles == first && TakeShortHeader(first, &header)) return header;
  return below_titles;
}

void LayoutFinder::DecideHeader() {
  const SampleRow& row = rows_[top_];
  const HeaderEvidence evidence =
      top_ < rows_kept_ ? WeighHeader(rows_, top_, rows_kept_, width_) : HeaderEvidence{};
  bool has_header = evidence.score > 0 || row.width != width_ || SpansHeaderBelow();
  layout_.header_confidence = std::min(0.99, 0.5 + 0.5 * std::min(1.0, std::abs(evidence.score)));
  layout_.header_reason = evidence.reason;
  if (has_header == (evidence.score > 0)) {
    layout_.header_score = std::clamp(evidence.score, -1.0, 1.0);
    layout_.header_counter_reason = evidence.counter_reason;
  }
  if (hints_.has_header || hints_.header_rows) {
    has_header = hints_.header_rows ? *hints_.header_rows > 0 : *hints_.has_header;
    layout_.header_confidence = 1;
    layout_.header_reason = "given";
    layout_.header_score.reset();
  }
  data_row_ = top_;
  if (!has_header) return;
  std::vector<const std::vector<std::string>*> header = {&row.values};
  size_t next = top_ + 1;
  if (hints_.header_rows) {
    while (static_cast<int64_t>(header.size()) < *hints_.header_rows && next < rows_.size() &&
           next < rows_kept_) {
      if (!rows_[next].is_comment && rows_[next].width > 0) header.push_back(&rows_[next].values);
      ++next;
    }
  } else if (!hints_.has_header) {
    while (next < rows_.size() && header.size() < kHeaderRowsMax && ContinuesHeader(next)) {
      header.push_back(&rows_[next++].values);
    }
  }
  if (header.size() > 1) {
    layout_.header_reason += fmt::format("; {} rows of names above the data", header.size());
  }
  dialect_->header_rows = static_cast<int64_t>(header.size());
  dialect_->header = JoinHeaderRows(header);
  if (header.size() == 1) {
    dialect_->header_cells = ReadCells(head_.substr(row.begin, row.end - row.begin), *dialect_);
  }
  data_row_ = next;
}

// A row with gaps above one of names: its parts span several of them.
bool LayoutFinder::SpansHeaderBelow() const {
  const SampleRow& row = rows_[top_];
  const size_t next = top_ + 1;
  if (next >= rows_kept_ || row.filled == row.width || !IsAllNames(row)) return false;
  return WeighHeader(rows_, next, rows_kept_, width_).score > 0.3 && ContinuesHeader(next);
}

// Does the row at `index`, below a header row, name columns too?
bool LayoutFinder::ContinuesHeader(size_t index) const {
  const SampleRow& above = rows_[index - 1];
  const SampleRow& row = rows_[index];
  if (index >= rows_kept_ || row.is_comment || row.filled == 0 || row.width != above.width ||
      row.width < 2) {
    return false;
  }
  if (row.values == above.values) return true;
  const std::vector<ColumnProfile> columns = ProfileColumns(rows_, index + 1, rows_kept_, width_);
  size_t typed_columns = 0, text_over_typed = 0, over_values = 0, gaps_filled = 0, bracketed = 0;
  for (size_t c = 0; c < row.values.size() && c < width_; ++c) {
    const bool over_typed = columns[c].typed > 0 && columns[c].typed_share() >= 0.6;
    typed_columns += over_typed ? 1 : 0;
    if (row.values[c].empty()) continue;
    const CellKind kind = ClassifyCell(row.values[c]);
    if (IsTyped(kind) || kind == CellKind::kMissing) return false;
    text_over_typed += over_typed ? 1 : 0;
    over_values += columns[c].filled > 0 ? 1 : 0;
    gaps_filled += above.values[c].empty() ? 1 : 0;
    bracketed += IsInBrackets(row.values[c]) ? 1 : 0;
  }
  // Units and remarks, whatever they stand above.
  if (bracketed == row.filled && bracketed >= 2 && text_over_typed >= 1) return true;
  if (text_over_typed * 10 < over_values * 6) return false;
  // Complementary rows are names in two parts; a full row of text over numbers is one of units.
  const bool is_partial = gaps_filled > 0 || row.filled * 2 < row.width;
  return is_partial ? text_over_typed >= 1
                    : typed_columns >= 2 && text_over_typed * 10 >= typed_columns * 9;
}

void LayoutFinder::SetStart() {
  const SampleRow& top = rows_[top_];
  // Comment lines below the header stay comments; above it alone they are remarks like others.
  const auto is_comment = [](const SampleRow& row) { return row.is_comment; };
  const bool given = hints_.comment.has_value();
  const auto top_row = rows_.begin() + static_cast<int64_t>(top_);
  if (!given && !dialect_->comment.empty() && std::none_of(top_row, rows_.end(), is_comment)) {
    layout_.comment_reason =
        fmt::format("lines that begin with `{}` stand above the table only", dialect_->comment);
    dialect_->comment.clear();
  }
  const bool only_comments =
      !dialect_->comment.empty() && std::all_of(rows_.begin(), top_row, [](const SampleRow& row) {
        return row.is_comment || row.width == 0;
      });
  if (!only_comments) dialect_->skip_lines = top.line;
  if (hints_.skip_lines) {
    layout_.preamble_reason = "the lines to skip were given";
  } else if (only_comments || top.line == 0) {
    layout_.preamble_reason = "no line above the first row of the table but remarks and empty ones";
  } else {
    for (size_t i = 0; i < top_ && layout_.preamble.size() < kLinesKept; ++i) {
      const std::string line =
          FirstBytes(head_.substr(rows_[i].begin, rows_[i].end - rows_[i].begin));
      if (rows_[i].is_comment || rows_[i].filled > 0) layout_.preamble.push_back(line);
    }
    layout_.preamble_reason =
        layout_.preamble.empty()
            ? "only empty lines above the first row of the table"
            : fmt::format("{} lines above the first row of the table, which has {} fields",
                          top.line, width_);
  }
  // Blank lines between header and data are neither; rows of nothing but delimiters are data.
  while (dialect_->skip_blank_lines && data_row_ < rows_.size() &&
         (rows_[data_row_].is_comment ||
          (rows_[data_row_].is_blank() && rows_[data_row_].width <= 1))) {
    ++data_row_;
  }
  if (data_row_ >= rows_.size()) {
    dialect_->data_offset = static_cast<int64_t>(rows_.back().end);
    dialect_->data_line = rows_.back().line + 1;
    data_row_ = rows_.size();
    return;
  }
  dialect_->data_offset = static_cast<int64_t>(rows_[data_row_].begin);
  dialect_->data_line = rows_[data_row_].line;
}

// The header's names decide how many columns there are where they differ from the rows.
void LayoutFinder::SetWidth() {
  std::vector<std::string>& header = dialect_->header;
  if (dialect_->header_rows == 0 || header.size() == width_) return;
  if (header.size() > width_) {
    dialect_->column_count = static_cast<int64_t>(header.size());
    return;
  }
  if (dialect_->header_rows == 1 && SplitJoinedNames(width_, &header)) {
    layout_.header_reason += "; a delimiter missing between two quoted names is supplied";
    return;
  }
  const std::vector<ColumnProfile> columns = ProfileColumns(rows_, data_row_, rows_kept_, width_);
  const bool surplus_is_empty =
      std::all_of(columns.begin() + static_cast<int64_t>(header.size()), columns.end(),
                  [](const ColumnProfile& column) { return column.filled == 0; });
  if (surplus_is_empty) {
    dialect_->column_count = static_cast<int64_t>(header.size());
    return;
  }
  // Row numbers are often written without a name for their column.
  if (header.size() + 1 == width_ && HoldsRowNumbers(rows_, data_row_, rows_kept_)) {
    header.insert(header.begin(), std::string());
  }
}

// A table of another shape that follows this one up to the end of the text.
bool LayoutFinder::FindSecondTable(size_t* index) {
  size_t begin = rows_.size();
  while (begin > data_row_ && rows_[begin - 1].width != width_) --begin;
  begin = NextFilled(begin);
  if (begin == 0 || begin >= rows_.size()) return false;
  // Lines without a delimiter above its names are its title.
  size_t named = begin;
  while (named < rows_.size() && rows_[named].width == 1) named = NextFilled(named + 1);
  std::vector<uint32_t> widths;
  for (size_t i = named; i < rows_.size(); ++i) {
    if (!rows_[i].is_comment && rows_[i].width > 0) {
      widths.push_back(static_cast<uint32_t>(rows_[i].width));
    }
  }
  if (widths.size() < 2) return false;
  const auto width = static_cast<uint32_t>(UsualWidth(widths));
  const auto count = std::count(widths.begin(), widths.end(), width);
  if (width < 2 || count * 10 < static_cast<int64_t>(widths.size()) * 8) return false;
  const SampleRow& first = rows_[named];
  const Rows parsed = ReadRows(head_.substr(first.begin), *dialect_, !sample_.whole,
                               {.end = kRowsKeptMax, .is_bounded = true});
  if (parsed.empty()) return false;
  size_t repeated = 0;
  for (const std::string& value : parsed[0].values) {
    const auto& header = dialect_->header;
    repeated +=
        !value.empty() && std::find(header.begin(), header.end(), value) != header.end() ? 1 : 0;
  }
  const bool repeats_header = repeated >= 2 && repeated * 10 >= parsed[0].width * 8;
  const bool after_gap = rows_[begin - 1].is_blank();
  const bool has_names =
      parsed.size() >= 2 && WeighHeader(parsed, 0, parsed.size(), width).score > 0.3;
  if (!repeats_header && !(after_gap && has_names)) return false;
  *index = begin;
  return true;
}

// Cuts off what follows the last row of data in `rows`, of which `first` is the first that may go.
void LayoutFinder::CutTail(const Rows& rows, size_t first, std::string_view text, int64_t base) {
  size_t end = rows.size();
  const auto is_empty = [&](const SampleRow& row) {
    if (row.is_comment || row.filled != 0) return false;
    // A row of nothing but delimiters is a row of nulls, not a gap; one of quotes in the only
    // column is an empty text.
    if (width_ > 1) return row.width <= 1;
    const std::string_view line = text.substr(row.begin, row.end - row.begin);
    return row.width > 0 && line.find_first_not_of(" \t\r\n") == std::string_view::npos;
  };
  const auto is_filling = [&](const SampleRow& row) {
    return IsFilling(text.substr(row.begin, row.end - row.begin));
  };
  const bool is_filled_up = end > first && is_filling(rows[end - 1]);
  if (is_filled_up) --end;
  const size_t read_end = end;
  while (end > first && is_empty(rows[end - 1])) --end;
  size_t notes = end;
  const auto line_of = [&](const SampleRow& row) {
    return text.substr(row.begin, row.end - row.begin);
  };
  const auto is_note = [&](const SampleRow& row) {
    return !row.is_comment && IsNote(row, width_, line_of(row));
  };
  while (!hints_.keeps_footer && notes > first && end - notes < kFooterRowsMax && width_ >= 3 &&
         is_note(rows[notes - 1])) {
    --notes;
  }
  // Where lines like these stand among the rows too, they are rows.
  if (std::any_of(rows.begin() + static_cast<int64_t>(first),
                  rows.begin() + static_cast<int64_t>(notes), is_note)) {
    notes = end;
  }
  if (notes < end && notes > first) {
    const bool after_gap = rows[notes - 1].filled == 0;
    if (after_gap || IsMarkedNote(line_of(rows[notes]))) {
      // A spreadsheet fills up the lines of its remarks, and the empty ones above them.
      const bool is_filled_with_delimiters = rows[notes].width == width_;
      end = notes;
      while (end > first && (is_empty(rows[end - 1]) ||
                             (is_filled_with_delimiters && rows[end - 1].filled == 0))) {
        --end;
      }
    }
  }
  if (end == rows.size()) return;
  dialect_->end_offset = base + static_cast<int64_t>(rows[end].begin);
  size_t empty_rows = 0;
  for (size_t i = end; i < read_end; ++i) {
    if (rows[i].filled == 0) {
      ++empty_rows;
    } else if (layout_.footer.size() < kLinesKept) {
      layout_.footer.push_back(FirstBytes(text.substr(rows[i].begin, rows[i].end - rows[i].begin)));
    }
  }
  layout_.footer_reason =
      fmt::format("{} lines of remarks and {} empty rows at the end of the file",
                  read_end - end - empty_rows, empty_rows);
  if (is_filled_up) layout_.footer_reason += "; NULs or Control-Z fill it up to its size";
}

void LayoutFinder::SetEnd() {
  layout_.footer_reason = hints_.keeps_footer ? "by the user's word all lines are rows"
                                              : "no remarks behind the last row of the table";
  if (sample_.whole) {
    size_t second = 0;
    if (!hints_.keeps_footer && FindSecondTable(&second)) {
      dialect_->end_offset = static_cast<int64_t>(rows_[second].begin);
      layout_.footer.push_back(
          FirstBytes(head_.substr(rows_[second].begin, rows_[second].end - rows_[second].begin)));
      const Gap left_out = sample_.LeftOutBefore(static_cast<int64_t>(rows_[second].begin));
      layout_.footer_reason =
          fmt::format("a second table follows in line {}, with {} fields",
                      rows_[second].line + 1 + left_out.lines, rows_[second].width);
      layout_.has_second_table = true;
      rows_.resize(second);
    }
    if (!dialect_->end_offset) CutTail(rows_, data_row_, head_, 0);
    return;
  }
  if (sample_.blocks.empty() || !sample_.blocks.back().ends_file || !sample_.blocks.back().offset) {
    layout_.footer_reason = "the end of the file was not looked at";
    layout_.end_was_seen = false;
    return;
  }
  const SampleBlock& block = sample_.blocks.back();
  const Rows rows = ReadRows(block.text, *dialect_, false, {.end = 0});
  const auto of_table = std::count_if(rows.begin(), rows.end(),
                                      [&](const SampleRow& row) { return row.width == width_; });
  // Otherwise the block began within a quoted field, or the table is too ragged to tell its end.
  if (of_table * 10 >= static_cast<int64_t>(rows.size()) * 5) {
    CutTail(rows, 0, block.text, *block.offset);
  } else {
    layout_.footer_reason = "the last rows are too uneven to tell remarks from them";
  }
}

}  // namespace

Layout FindLayout(const Sample& sample, const DialectHints& hints, Dialect* dialect) {
  return LayoutFinder(sample, hints, dialect).Find();
}

}  // namespace pyforge::csv
