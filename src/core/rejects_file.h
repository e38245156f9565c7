// The file of --rejects: every bad row with place, reason and its own text, as CSV.
#pragma once

#include <string>
#include <vector>

#include "pyforge/ledger.h"
#include "pyforge/source.h"

namespace pyforge::core {

/// Columns: input, row, line, byte_offset, column, code, reason, raw. Threads: one at a time.
class RejectsFile {
 public:
  /// `file` is borrowed. Writes the header.
  static Result<RejectsFile> Make(OutputFile& file);
  Status Add(std::string_view input_path, const std::vector<RejectedRow>& rows);

 private:
  explicit RejectsFile(OutputFile& file) : file_(&file) {}
  OutputFile* file_;
  std::string text_;  // reused
};

}  // namespace pyforge::core
