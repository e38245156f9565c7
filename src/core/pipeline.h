// The pipeline: workers carry segments of a scan from bytes to encoded pieces; the two ends,
// finding morsels and appending pieces, are the only serial parts.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/row_transform.h"
#include "core/trace.h"
#include "pyforge/execution.h"
#include "pyforge/input.h"
#include "pyforge/output.h"

namespace pyforge::core {

/// Where the rows of one of a scan's tables go. Both pointers are borrowed for the pass.
struct TableTarget {
  TableSink* sink = nullptr;                ///< null: rows are counted and dropped
  const RowTransform* transform = nullptr;  ///< null: as they are
};

struct RowCounts {
  int64_t read = 0;  ///< decoded, good ones only
  int64_t written = 0;
  int64_t left_out = 0;  ///< by the filter or the limit
};

/// Seconds summed over workers; `next` and `append` are the serial ends.
struct StageSeconds {
  double next = 0, decode = 0, transform = 0, encode = 0, append = 0;
};

struct PassOptions {
  DecodeMode mode = DecodeMode::kRows;
  int64_t segment_bytes = int64_t{16} << 20;  ///< input bytes a segment takes; at least one morsel
  /// A segment grows up to this where it has the rows of a large row group then.
  int64_t segment_bytes_max = 0;
  /// Stop keeping rows at the first bad one and go on counting: the pass will end as an error.
  bool bad_rows_void_the_pass = false;
  /// Keep only this many rows of the first table and then stop; the pass runs on one thread.
  std::optional<int64_t> row_limit = {};
  Trace* trace = nullptr;  ///< takes a span for every step of every segment
  /// Bad rows kept in the outcome's ledger; all of them go to `on_bad_rows`.
  size_t bad_rows_listed_max = 10;
  /// Called in row order with places already absolute; a failure ends the pass. May be empty.
  std::function<Status(const std::vector<RejectedRow>&, int64_t rows_so_far, int64_t bad_so_far)>
      on_bad_rows = {};
};

struct PassOutcome {
  std::unique_ptr<Evidence> evidence;  ///< of all values; null where types come from metadata
  bool contradicted = false;           ///< a value did not fit its type: what the sinks got is void
  std::vector<RowCounts> tables;
  Ledger ledger;  ///< absolute places
  int64_t record_count = 0;
  StageSeconds seconds;
};

/// Runs one pass over `scan`, on context.threads() threads.
///
/// Rows reach each sink in file order, cut into segments by the input alone, so that the result
/// does not depend on the number of threads. Memory: threads * (the segment's bytes + what its
/// piece holds), and as much again in pieces that wait for an earlier one. Errors: the first in
/// file order, with absolute row numbers; interrupted.cancelled.
Result<PassOutcome> RunPass(Scan& scan, const std::vector<TableTarget>& targets,
                            const PassOptions& options, ExecutionContext& context);

/// The input bytes of a segment that keep a pass within the context's memory.
int64_t SegmentBytes(const ExecutionContext& context);
/// The same for PassOptions::segment_bytes_max.
int64_t SegmentBytesMax(const ExecutionContext& context);

}  // namespace pyforge::core
