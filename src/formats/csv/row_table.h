// The records of a slice of text as rows: which fields belong to which column, and which records
// are too short, too long or bad.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/scanner.h"
#include "formats/csv/table_plan.h"
#include "pyforge/ledger.h"

namespace pyforge::csv {

/// One column's fields of some rows. Buffers are reused.
struct ColumnFields {
  std::vector<uint32_t> begin = {};     ///< offset in the text, quotes taken off
  std::vector<uint32_t> length = {};    ///< bytes
  std::vector<uint8_t> is_null = {};    ///< 1: null
  std::vector<uint8_t> is_quoted = {};  ///< 1: stood in quotes
  /// Rows whose value is not the text at begin: it has to be resolved, and begin and length are
  /// those of the raw field.
  std::vector<uint32_t> unresolved = {};
  int64_t null_count = 0;
  int64_t quoted_empty_count = 0;

  void Resize(int64_t rows);
};

/// Where values of text go, one behind the other.
struct TextTarget {
  char* values = nullptr;
  int64_t bytes_max = 0;       ///< room for them; 64 bytes behind it can be written too
  int32_t* offsets = nullptr;  ///< one more than there are values
  uint8_t* is_null = nullptr;  ///< 1: null
  /// About the longest value; one copied in steps of another size takes longer.
  uint32_t length_expected = 0;
};

/// What copying them met.
struct CopiedText {
  bool has_room = false;  ///< false: the values need more, and nothing else here has a meaning
  int64_t null_count = 0;
  uint32_t length_bits = 0;  ///< of all lengths
};

/// One record where rows have to be looked at one by one.
struct TextRow {
  uint32_t begin = 0;
  uint32_t end = 0;          ///< line end left out
  uint32_t first_field = 0;  ///< ordinal by separators
  uint32_t field_count = 0;
  uint32_t record = 0;        ///< ordinal in the slice, bad ones counted
  int32_t merged_at = -1;     ///< the field that takes the surplus; -1: none does
  bool has_extra = false;     ///< the surplus goes to the column for it
  bool is_all_extra = false;  ///< so does all of the row, of which no field fits its column
  bool is_rejected = false;
  int64_t cuts_at = -1;  ///< where RowTable has the row's fields, cut anew; -1: they are as found
};

/// Threads: one at a time. Buffers are reused from slice to slice.
class RowTable {
 public:
  explicit RowTable(const TablePlan& plan) : plan_(plan) {}

  /// Takes text[begin, end) whose separators are in `index`; the last record ends at the last of
  /// them. True when every record has the right number of fields and needs no closer look; then
  /// the rows need not be listed.
  bool Begin(const char* text, int64_t begin, int64_t end, std::span<const uint32_t> literal_quotes,
             StructuralIndex* index);

  /// Lists the records one by one; blank lines and comments are none.
  void ListRows();

  /// Gives a listed row other fields, one for each column. Rows are cut anew in their order.
  void Recut(TextRow* row, std::span<const FieldCut> cuts);

  /// Lists one bad row, the first `end` bytes of `text`, of which nothing more is known.
  void ListRejected(const char* text, uint32_t end);

  bool is_listed() const { return is_listed_; }
  /// Rows that yield values, and rejected ones that are kept as such.
  int64_t row_count() const {
    return is_listed_ ? static_cast<int64_t>(rows_.size()) : regular_count_;
  }
  uint32_t first_field(int64_t row) const {
    return is_listed_ ? rows_[static_cast<size_t>(row)].first_field
                      : static_cast<uint32_t>(row * plan_.field_count);
  }
  int64_t field_count(int64_t row) const {
    return is_listed_ ? rows_[static_cast<size_t>(row)].field_count : plan_.field_count;
  }
  bool is_rejected(int64_t row) const {
    return is_listed_ && rows_[static_cast<size_t>(row)].is_rejected;
  }
  bool is_recut(int64_t row) const {
    return is_listed_ && rows_[static_cast<size_t>(row)].cuts_at >= 0;
  }
  /// All records, bad ones counted.
  int64_t record_count() const { return is_listed_ ? record_count_ : regular_count_; }
  std::vector<TextRow>& rows() { return rows_; }

  uint32_t row_begin(int64_t row) const;
  /// Behind the row's last character, line end left out.
  uint32_t row_end(int64_t row) const;
  int64_t record_of(int64_t row) const {
    return is_listed_ ? rows_[static_cast<size_t>(row)].record : row;
  }
  std::string_view raw(int64_t row) const {
    return std::string_view(text_ + row_begin(row), row_end(row) - row_begin(row));
  }
  /// The row that a field belongs to, by the field's ordinal.
  int64_t RowOfField(uint32_t ordinal) const;

  /// The fields of a column in rows [first, first + count).
  void Gather(const ColumnPlan& column, int64_t first, int64_t count, ColumnFields* fields) const;
  /// Whether each value of the column is what stands between two separators, or between quotes
  /// there, and empty ones are null.
  bool IsPlainText(const ColumnPlan& column) const;
  /// Copies the values of such a column in rows [first, first + count).
  CopiedText CopyText(const ColumnPlan& column, int64_t first, int64_t count,
                      const TextTarget& target) const;
  /// The text between separators of field `index` of a listed row; null pointer when it has none.
  std::string_view RawField(const TextRow& row, int64_t index) const;
  /// The value of a raw field, resolved into `scratch` where needed.
  std::string_view Value(std::string_view raw_field, std::string* scratch, bool* is_null) const;
  /// True when the quote that the field begins with was never closed, or is too much.
  bool IsLiteralQuote(uint32_t offset) const;
  const Dialect& dialect() const { return plan_.dialect(); }
  const char* text() const { return text_; }
  const StructuralIndex& index() const { return *index_; }
  std::span<const uint32_t> literal_quotes() const { return literal_quotes_; }

 private:
  bool IsRecordEnd(char byte) const { return byte == '\n' || (lone_cr_ && byte == '\r'); }
  bool IsRegular() const;
  bool IsMarked(uint32_t ordinal) const {
    return has_marks_ && ((marks_[ordinal >> 6] >> (ordinal & 63)) & 1) != 0;
  }
  uint32_t WithoutCarriageReturn(uint32_t begin, uint32_t end) const;
  void SetMarks();
  template <bool kHasQuotes>
  void GatherRegular(int64_t field, int64_t first, int64_t count, ColumnFields* fields) const;
  void GatherListed(const ColumnPlan& column, int64_t first, int64_t count,
                    ColumnFields* fields) const;
  template <bool kHasQuotes, size_t kStep>
  CopiedText CopyRegular(int64_t field, int64_t first, int64_t count,
                         const TextTarget& target) const;
  void TakeField(uint32_t begin, uint32_t end, uint32_t ordinal, int64_t row,
                 ColumnFields* fields) const;
  void TakeRecut(const FieldCut& cut, int64_t row, ColumnFields* fields) const;
  void TakeEmptyAsText(int64_t first, int64_t count, ColumnFields* fields) const;
  void ApplyNullValues(ColumnFields* fields, int64_t count) const;
  bool IsOneQuotedText(const TextRow& row, int64_t field, int64_t surplus) const;
  uint32_t FieldBegin(const TextRow& row, int64_t field) const;
  uint32_t FieldEnd(const TextRow& row, int64_t field) const;

  const TablePlan& plan_;
  const char* text_ = nullptr;
  uint32_t begin_ = 0;
  StructuralIndex* index_ = nullptr;
  std::span<const uint32_t> literal_quotes_;
  bool lone_cr_ = false;
  bool is_listed_ = false;
  int64_t regular_count_ = 0;
  int64_t record_count_ = 0;
  std::vector<TextRow> rows_;
  std::vector<FieldCut> cuts_;             // of rows cut anew, by offsets in the text
  std::vector<uint32_t> literal_of_cuts_;  // quotes that they take for characters, rising
  bool has_marks_ = false;
  std::vector<uint64_t> marks_;          // a bit a field
  std::vector<uint8_t> marked_columns_;  // of regular rows: 1: has a marked field
};

}  // namespace pyforge::csv
