// One table on its way out: staged file, format, and what stands between them.
#pragma once

#include <memory>
#include <string>

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
};

/// Writes one table, possibly twice: Open, pass, Discard, Open, pass, Finish. Threads: one at a
/// time.
class TableWriter {
 public:
  TableWriter(Staging& staging, WriteRequest request, ExecutionContext& context)
      : staging_(staging), request_(std::move(request)), context_(context) {}

  /// Stages the output's file. False when its bytes are gone at once (standard output, a pipe), so
  /// that types must be settled before Open. Calling it again does nothing.
  Result<bool> Stage();
  /// Makes `sink()` ready for rows of `spec.schema`, staging the file where that was not done.
  Status Open(const TableSpec& spec);
  TableSink* sink();
  /// Throws away what was written, for a restart.
  Status Discard();
  /// Completes the staged output, still invisible.
  Result<TableSummary> Finish();

  const RowChecksum* checksum() const {
    return checksum_ == nullptr ? nullptr : &checksum_->checksum();
  }
  int64_t bytes() const { return bytes_; }
  int64_t files() const { return files_; }
  const WriteRequest& request() const { return request_; }
  /// The staged file, for reading back before it is published; null for many files.
  OutputFile* file() { return file_; }

 private:
  Staging& staging_;
  WriteRequest request_;
  ExecutionContext& context_;
  OutputFile* file_ = nullptr;  // owned by staging_
  std::unique_ptr<Output> output_;
  std::unique_ptr<TableSink> sink_;
  std::unique_ptr<ChecksumSink> checksum_;
  int64_t bytes_ = 0;
  int64_t files_ = 1;
};

}  // namespace pyforge::core
