// Sorted stretches of rows, in memory or in a temporary file.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type_fwd.h>

#include "io/temp_file.h"
#include "pyforge/error.h"

namespace arrow::ipc {
class RecordBatchWriter;
}

namespace pyforge::core {

/// Rows in order, cut into chunks that are read one after the other. Immutable, share freely.
struct SortedRun {
  std::vector<std::shared_ptr<arrow::RecordBatch>> chunks = {};  ///< where it is in memory
  /// Else a compressed Arrow stream: still in these blocks, or in the file.
  std::vector<std::shared_ptr<arrow::Buffer>> blocks = {};
  std::shared_ptr<const io::TempFile> file = {};
  int64_t file_offset = 0;
  int64_t stored_bytes = 0;

  int64_t rows = 0;
  int64_t bytes = 0;            ///< uncompressed
  int64_t chunk_bytes_max = 0;  ///< of its largest chunk, uncompressed
};

/// Writes a run in its compressed form. Threads: one at a time.
class RunWriter {
 public:
  /// Into blocks of memory, or at the end of `file` where that is given.
  static Result<std::unique_ptr<RunWriter>> Make(const std::shared_ptr<arrow::Schema>& schema,
                                                 std::shared_ptr<io::TempFile> file,
                                                 arrow::MemoryPool* pool);
  ~RunWriter();

  /// Errors: limit.temp, io.disk_full, io.write_failed.
  Status Add(const arrow::RecordBatch& chunk);
  Result<SortedRun> Finish();

 private:
  class Sink;
  RunWriter();

  std::shared_ptr<Sink> sink_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
  SortedRun run_;
};

/// Moves the blocks of a run to the end of `file`.
Status MoveToFile(const std::shared_ptr<io::TempFile>& file, SortedRun* run);

/// Reads a run chunk by chunk, which need not be as large as they were written.
/// Threads: one at a time.
class RunReader {
 public:
  virtual ~RunReader() = default;
  /// Null at the end. Errors: io.read_failed, limit.memory.
  virtual Result<std::shared_ptr<arrow::RecordBatch>> Next() = 0;
};
Result<std::unique_ptr<RunReader>> OpenRun(SortedRun run, arrow::MemoryPool* pool);

/// Memory that a batch's values take. The same rows give the same number whether they are a slice,
/// a copy or back from a file, so that decisions by it do not depend on such things.
int64_t BatchBytes(const arrow::RecordBatch& batch);

}  // namespace pyforge::core
