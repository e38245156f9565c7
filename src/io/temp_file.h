// Temporary files without a name: whatever happens to the process, nothing is left of them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "io/system_calls.h"
#include "pyforge/execution.h"
#include "pyforge/source.h"

namespace pyforge::io {

/// A file in the context's temp_directory that grows at its end and is read at any position. Its
/// bytes count against temp_bytes_max until it is destroyed. Threads: Append from one at a time;
/// ReadAt of what was appended before from any.
class TempFile : public RandomAccess {
 public:
  /// Errors: io.permission, io.disk_full, io.write_failed. `context` outlives the file.
  static Result<std::unique_ptr<TempFile>> Make(ExecutionContext& context,
                                                SystemCalls& calls = SystemCalls::Real());
  ~TempFile() override;
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;

  int64_t size() const override { return size_.load(std::memory_order_acquire); }
  /// Unbuffered: append 64 KiB or more at a time. Errors: limit.temp, io.disk_full,
  /// io.write_failed.
  Status Append(std::span<const uint8_t> bytes);
  /// Errors: io.read_failed.
  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override;

 private:
  TempFile(FileDescriptor fd, std::string directory, ExecutionContext& context, SystemCalls& calls)
      : fd_(std::move(fd)), directory_(std::move(directory)), context_(context), calls_(calls) {}

  const FileDescriptor fd_;
  const std::string directory_;
  ExecutionContext& context_;
  SystemCalls& calls_;
  std::atomic<int64_t> size_{0};
};

}  // namespace pyforge::io
