// One table in one file or, where files have a largest size, in several.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pyforge/file_system.h"
#include "pyforge/format_descriptor.h"
#include "pyforge/output.h"

namespace pyforge::core {

/// How a table's files are made; the pointers are borrowed and outlive the files.
struct PartFilesOptions {
  const FormatDescriptor* format = nullptr;
  const OptionValues* format_options = nullptr;
  TableSpec table = {};
  /// The path of the n-th file, n counting from 0.
  std::function<std::string(int64_t)> path = {};
  /// Null, or a file staged already that is the first.
  OutputFile* first_file = nullptr;
  /// A piece that would make a file longer goes to the next one.
  std::optional<int64_t> file_bytes_max = {};
};

/// A sink that begins file after file. Pieces are given to whichever file is open, so a format must
/// take pieces of any segment of a table of the same schema and options.
/// Threads: as TableSink.
class PartFiles : public TableSink {
 public:
  /// Stages the first file and begins it.
  static Result<std::unique_ptr<PartFiles>> Open(PartFilesOptions options, Staging& staging,
                                                 ExecutionContext& context);
  ~PartFiles() override;

  std::unique_ptr<Segment> NewSegment() override;
  Status Append(std::unique_ptr<Piece> piece) override;
  /// Completes the last file, and gives the summary of all.
  Result<TableSummary> Finish() override;
  /// Throws all files away.
  Status Discard();

  /// All files, complete after Finish; owned by the staging.
  const std::vector<OutputFile*>& files() const { return files_; }

 private:
  struct OpenFile;

  PartFiles(PartFilesOptions options, Staging& staging, ExecutionContext& context);
  Status Begin();
  Status End();

  const PartFilesOptions options_;
  Staging& staging_;
  ExecutionContext& context_;
  std::vector<OutputFile*> files_;
  // Ended ones too: workers may still hold segments that were made by them.
  std::vector<std::unique_ptr<OpenFile>> open_files_;
  TableSink* first_sink_ = nullptr;  // makes all segments, while the others come and go
  bool has_pieces_ = false;          // in the file that is open
  TableSummary summary_;
};

}  // namespace pyforge::core
