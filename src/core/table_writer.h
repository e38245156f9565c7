// One table on its way out: what stands between its rows and its staged files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/exchange/external_sort.h"
#include "core/part_files.h"
#include "core/pipeline.h"
#include "core/row_hash.h"
#include "pyforge/conversion.h"
#include "pyforge/file_system.h"
#include "pyforge/format_descriptor.h"

namespace pyforge::core {

/// How a table is to be written; the pointers are borrowed and outlive the writer.
struct WriteRequest {
  const FormatDescriptor* format = nullptr;
  OptionValues format_options = {};
  std::string path = {};  ///< final name; "-": standard output
  bool wants_checksum = false;
  const ConversionOptions* options = nullptr;
  int tables_at_once = 1;  ///< tables that share the memory for sorting
};

/// Do rows wait for all others before they are written?
inline bool SortsRows(const ConversionOptions& options) {
  return !options.sort_by.empty() || !options.partition_by.empty();
}
/// Is the output of a table a directory of files?
inline bool WritesDirectory(const ConversionOptions& options) {
  return !options.partition_by.empty() || options.max_file_size.has_value();
}

/// Writes one table, possibly twice: Open, pass, Discard, Open, pass, Finish. Threads: one at a
/// time.
///
/// With `partition_by` the files are <path>/a=x/b=y/part-0.<ext>, without the columns that the
/// directories name; with `max_file_size` there are part-1 and so on, and without partitions they
/// are <path>/part-0.<ext>. Rows keep their order, or get that of `sort_by`, in every file and from
/// file to file.
class TableWriter {
 public:
  TableWriter(Staging& staging, WriteRequest request, ExecutionContext& context)
      : staging_(staging), request_(std::move(request)), context_(context) {}

  /// Stages the output. False when its bytes are gone at once (standard output, a pipe), so
  /// that types must be settled before Open. Calling it again does nothing.
  Result<bool> Stage();
  /// Makes `sink()` ready for rows of `spec.schema`, staging the output where that was not done.
  Status Open(const TableSpec& spec);
  TableSink* sink();
  /// Throws away what was written, for a restart.
  Status Discard();
  /// Completes the staged output, still invisible.
  Result<TableSummary> Finish();

  /// Of the rows that came in; null where none was wanted.
  const RowChecksum* checksum() const {
    return checksum_ == nullptr ? nullptr : &checksum_->checksum();
  }
  /// Of the rows as they are in the files, which lack the columns that partitions are named by.
  const RowChecksum& stored_checksum() const { return stored_checksum_; }
  const std::shared_ptr<arrow::Schema>& stored_schema() const { return stored_schema_; }
  int64_t bytes() const;
  /// The staged files, for reading back before they are published.
  const std::vector<OutputFile*>& files() const { return files_; }
  const WriteRequest& request() const { return request_; }
  /// What sorted rows cost after the pass that brought them.
  const StageSeconds& seconds() const { return seconds_; }

 private:
  Status CheckDirectory();
  Status OpenSort();
  Result<std::unique_ptr<PartFiles>> OpenParts(const std::string& directory);
  Status WriteSorted(TableSummary* summary);
  Status WriteGroup(SortedRows& rows, PartFiles& parts, TableSummary* summary);
  Status CheckNothingStays() const;

  Staging& staging_;
  WriteRequest request_;
  ExecutionContext& context_;
  TableSpec spec_;
  std::shared_ptr<arrow::Schema> stored_schema_;
  OutputFile* staged_ = nullptr;  // one file, begun by Stage; owned by staging_
  std::unique_ptr<PartFiles> parts_;
  std::unique_ptr<ExternalSort> sort_;
  std::unique_ptr<ChecksumSink> checksum_;
  RowChecksum stored_checksum_;
  std::vector<OutputFile*> files_;
  StageSeconds seconds_;
};

}  // namespace pyforge::core
