// Judges the records of a slice: which are whole, which are repaired and how, which are bad; and
// keeps account of it in the ledger.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/evidence.h"
#include "formats/csv/row_table.h"
#include "formats/csv/splitter.h"
#include "formats/csv/table_plan.h"
#include "pyforge/ledger.h"

namespace pyforge::csv {

/// Threads: one at a time.
class RowJudge {
 public:
  RowJudge(const TablePlan& plan, RowTable& rows) : plan_(plan), rows_(rows) {}

  /// `ledger` takes what happens until the next call.
  void BeginMorsel(const TextMorsel& morsel, Ledger* ledger);
  /// A slice of the morsel, for which RowTable::Begin was called; `record_base` records of the
  /// morsel lie before it.
  void BeginSlice(int64_t begin, int64_t end, int64_t record_base);

  /// Bytes of the slice are not valid UTF-8.
  bool has_bad_utf8() const { return has_bad_utf8_; }
  /// Every record must be looked at, whatever the shape of the rows.
  bool needs_list() const;

  struct Verdict {
    bool has_long_rows = false;
    bool needs_another_pass = false;  ///< with other types, or a column for a surplus
    bool needs_extra = false;         ///< a column for the surplus of a long row
  };
  /// Repairs the listed rows and takes out the bad ones, or marks them where they are kept.
  /// `evidence`: takes rows with a surplus; may be null.
  Verdict JudgeListedRows(TableEvidence* evidence);
  /// Counts the quotes that were taken literally, and NUL characters. After JudgeListedRows.
  void NoteCharacters();

  /// Counts something that happened to a value of `row` (an index into the table).
  void NoteValue(const ErrorCode& code, std::string_view column, int64_t row,
                 std::string_view value, int64_t count);
  void Reject(const TextRow& row, const ErrorCode& code, std::string_view column,
              std::string message);
  /// For a morsel that is one record beyond the limit.
  void RejectOversized();
  /// Puts what happened in the slice into the ledger.
  void EndSlice();

 private:
  bool JudgeRow(TextRow* row, TableEvidence* evidence, Verdict* verdict);
  bool IsRecut(TextRow* row);
  bool PlaceLongRow(TextRow* row, TableEvidence* evidence, Verdict* verdict);
  void AddLongRow(const TextRow& row, bool has_surplus, TableEvidence* evidence) const;
  bool IsTooLong(const TextRow& row);
  bool HasOddQuote(const TextRow& row) const;
  void NoteSwallowedRows();
  int64_t CountLinesLikeRows(std::string_view record) const;
  bool IsRepairedInPlace(const TextRow& row, const ErrorCode** code, std::string* message) const;
  void Note(const ErrorCode& code, std::string_view column, int64_t record, int64_t offset,
            std::string_view value, int64_t count);
  void NoteRow(const ErrorCode& code, const TextRow& row);
  void NoteField(const ErrorCode& code, uint32_t ordinal, int64_t count = 1);
  int64_t LineOf(uint32_t offset);

  const TablePlan& plan_;
  RowTable& rows_;
  const TextMorsel* morsel_ = nullptr;
  Ledger* ledger_ = nullptr;
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  int64_t record_base_ = 0;
  bool has_bad_utf8_ = false;
  uint32_t line_offset_ = 0;  // how far line_number_ has counted
  int64_t line_number_ = 0;
  // Of the slice, to be put into the ledger in the order of the file: what comes first must not
  // depend on the order in which columns are decoded.
  std::vector<LedgerEntry> notes_;
  std::vector<RejectedRow> rejected_;
};

/// Line ends in a text, within quotes too.
int64_t CountLineEnds(const Dialect& dialect, std::string_view text);

/// The beginning of a value for a message, at most 80 bytes, cut where a character begins.
std::string_view Excerpt(std::string_view value);

}  // namespace pyforge::csv
