// Keys of rows as bytes whose order is the order of the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "pyforge/error.h"

namespace pyforge::core {

/// One column that rows are ordered by.
struct SortKey {
  std::string column;
  bool descending = false;
  bool nulls_first = false;

  /// Reads `column [asc|desc] [nulls first|last]`; a column whose name ends in such words stands in
  /// double quotes. Nulls are last unless asked for first. Errors: usage.bad_option.
  static Result<SortKey> Parse(std::string_view text);
};

/// The keys of a batch's rows. Reused from batch to batch.
struct RowKeys {
  std::vector<uint8_t> bytes;
  std::vector<uint64_t> begins;       ///< by row, and the end of the last
  std::vector<uint64_t> prefixes;     ///< by row: the first 8 bytes as a number, padded with zeros
  std::vector<uint32_t> group_bytes;  ///< by row: bytes of the columns that make its group

  std::string_view Key(size_t row) const {
    return {reinterpret_cast<const char*>(bytes.data()) + begins[row],
            begins[row + 1] - begins[row]};
  }
  std::string_view Group(size_t row) const { return Key(row).substr(0, group_bytes[row]); }
};

/// Makes keys that compare as bytes: numbers by value with NaN above all and -0.0 as 0.0, text by
/// its bytes (for UTF-8: by code points), false before true, nulls where the key says.
/// Equal types give keys that compare across data sets.
/// Threads: immutable, share freely.
class RowKeyEncoder {
 public:
  /// `group_count`: how many of the keys, from the first, make a row's group.
  /// Errors: input.no_such_column; unsupported.key_type for nested types and intervals.
  static Result<RowKeyEncoder> Make(const arrow::Schema& schema, std::vector<SortKey> keys,
                                    size_t group_count = 0);

  Status Encode(const arrow::RecordBatch& batch, arrow::MemoryPool* pool, RowKeys* out) const;
  const std::vector<int>& columns() const { return columns_; }

 private:
  std::vector<SortKey> keys_;
  std::vector<int> columns_;
  size_t group_count_ = 0;
};

}  // namespace pyforge::core
