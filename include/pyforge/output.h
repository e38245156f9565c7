// The writing seam of a file format: an Output takes tables; each table's rows arrive as segments
// that workers encode alone and one thread appends in order.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pyforge/error.h"

namespace pyforge {

class ExecutionContext;

struct TableSpec {
  std::string name;
  std::shared_ptr<arrow::Schema> schema;
};

struct ColumnSummary {
  std::string name;
  int64_t null_count = 0;
};

struct TableSummary {
  int64_t rows = 0;
  std::vector<ColumnSummary> columns = {};
};

/// A finished segment: encoded bytes, ready to be appended. Immutable.
class Piece {
 public:
  virtual ~Piece() = default;
  int64_t rows = 0;
  int64_t bytes = 0;  ///< memory it holds
};

/// Encodes consecutive rows. Threads: one worker at a time.
class Segment {
 public:
  virtual ~Segment() = default;
  /// Encodes one batch of the table's schema; keeps no reference to it.
  virtual Status Add(const arrow::RecordBatch& batch) = 0;
  /// Memory held so far.
  virtual int64_t bytes() const = 0;
  /// Closes the segment; it may then be used again for the next one.
  virtual Result<std::unique_ptr<Piece>> Finish() = 0;
};

/// One table being written. Threads: NewSegment from one thread at a time; Append likewise.
class TableSink {
 public:
  virtual ~TableSink() = default;
  virtual std::unique_ptr<Segment> NewSegment() = 0;
  /// Writes the piece at the end of the file. Serial: assigns a place and writes bytes. The piece
  /// may come from a segment of another table of the same format, options and schema.
  virtual Status Append(std::unique_ptr<Piece> piece) = 0;
  /// Completes the table, still invisible.
  virtual Result<TableSummary> Finish() = 0;
};

/// One output file. Threads: one at a time.
class Output {
 public:
  virtual ~Output() = default;
  /// Errors: unsupported.type (names column and type), unsupported.feature for a second table where
  /// the format holds one.
  virtual Result<std::unique_ptr<TableSink>> OpenTable(const TableSpec& spec) = 0;
  /// Completes the file after all its tables are finished. Publishing is its owner's business.
  virtual Status Finish() = 0;
};

inline constexpr ErrorCode kUnsupportedType{
    .id = "unsupported.type",
    .category = ErrorCategory::kUnsupported,
    .summary = "The output format has no place for a column's type.",
    .fix =
        "Change the column's type with {cast}, for example --cast 'column=string', or leave it out "
        "with {columns}."};
inline constexpr const ErrorCode* kOutputErrors[] = {&kUnsupportedType};

}  // namespace pyforge
