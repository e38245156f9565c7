// The ledger: what was repaired, changed, dropped or rejected, so that nothing happens without a
// word.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pyforge/error.h"

namespace pyforge {

/// One kind of change to the user's data in one column, with its first place.
struct LedgerEntry {
  const ErrorCode* code = nullptr;  ///< of static storage
  std::string column = {};          ///< empty: the whole row
  int64_t count = 0;
  int64_t first_row = 0;          ///< 0-based record; relative until the pipeline adds its base
  int64_t first_byte_offset = 0;  ///< absolute
  std::string first_value = {};   ///< at most 80 bytes of it
  std::string first_path = {};    ///< set where one table is made of several inputs
};

/// A row that cannot be kept whole, with everything needed to find and mend it.
struct RejectedRow {
  int64_t row = 0;          ///< 0-based record; relative until the pipeline adds its base
  int64_t line = 0;         ///< 0-based text line; relative likewise
  int64_t byte_offset = 0;  ///< absolute
  std::string column = {};
  std::string raw = {};  ///< the row's own bytes, at most 1 MiB of them
  const ErrorCode* reason = nullptr;
  std::string message = {};
  std::string path = {};  ///< set where one table is made of several inputs
};

/// Threads: one at a time.
class Ledger {
 public:
  /// Counts one more; keeps place and value when it is the first of its kind and column.
  void Add(const ErrorCode& code, std::string_view column, int64_t row, int64_t byte_offset,
           std::string_view value, int64_t count = 1);
  void Reject(RejectedRow row) {
    rejected_.push_back(std::move(row));
    ++rejected_count_;
  }
  /// Appends what happened later, its relative places moved by the bases.
  void Append(const Ledger& later, int64_t row_base, int64_t line_base);
  /// Forgets the rejected rows themselves (they were written or listed), not their number.
  void DropRejectedRows() { rejected_.clear(); }
  void KeepFirstRejectedRows(size_t count_max) {
    if (rejected_.size() > count_max) rejected_.resize(count_max);
  }

  /// For who knows places better than those that wrote them down.
  std::vector<LedgerEntry>& mutable_entries() { return entries_; }
  std::vector<RejectedRow>& mutable_rejected() { return rejected_; }

  const std::vector<LedgerEntry>& entries() const { return entries_; }
  const std::vector<RejectedRow>& rejected() const { return rejected_; }
  int64_t rejected_count() const { return rejected_count_; }
  bool empty() const { return entries_.empty() && rejected_count_ == 0; }

 private:
  std::vector<LedgerEntry> entries_;
  std::vector<RejectedRow> rejected_;
  int64_t rejected_count_ = 0;
};

}  // namespace pyforge
