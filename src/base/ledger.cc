#include "pyforge/ledger.h"

#include <algorithm>
#include <utility>

namespace pyforge {
namespace {

constexpr size_t kFirstValueBytesMax = 80;

// Cuts at a character's first byte, so that the report stays valid UTF-8.
std::string_view Shorten(std::string_view value) {
  if (value.size() <= kFirstValueBytesMax) return value;
  size_t end = kFirstValueBytesMax;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end);
}

}  // namespace

void Ledger::Add(const ErrorCode& code, std::string_view column, int64_t row, int64_t byte_offset,
                 std::string_view value, int64_t count) {
  for (LedgerEntry& entry : entries_) {
    if (entry.code == &code && entry.column == column) {
      entry.count += count;
      return;
    }
  }
  entries_.push_back(LedgerEntry{.code = &code,
                                 .column = std::string(column),
                                 .count = count,
                                 .first_row = row,
                                 .first_byte_offset = byte_offset,
                                 .first_value = std::string(Shorten(value))});
}

void Ledger::Append(const Ledger& later, int64_t row_base, int64_t line_base) {
  for (const LedgerEntry& entry : later.entries_) {
    Add(*entry.code, entry.column, entry.first_row + row_base, entry.first_byte_offset,
        entry.first_value, entry.count);
  }
  for (RejectedRow row : later.rejected_) {
    row.row += row_base;
    row.line += line_base;
    rejected_.push_back(std::move(row));
  }
  rejected_count_ += later.rejected_count_;
}

}  // namespace pyforge
