// Files of this machine, opened for reading.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/system_calls.h"
#include "pyforge/execution.h"
#include "pyforge/source.h"

namespace pyforge::io {

/// A file of a known length, read at any position. Its length is what it was when opened; whoever
/// makes it shorter meanwhile makes reads fail. Threads: share freely.
class LocalFile : public RandomAccess {
 public:
  /// Takes the file from `begin` to `end`; `modified_ns` is when it was last changed. Without a
  /// descriptor it is standard input.
  LocalFile(FileDescriptor fd, std::string path, int64_t begin, int64_t end, int64_t modified_ns,
            SystemCalls& calls);

  int64_t size() const override { return end_ - begin_; }
  /// Errors: io.read_failed, io.changed_while_reading.
  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override;
  /// Warns of bytes that have come behind the end since it was opened. Errors:
  /// io.changed_while_reading where the length is the same but the file was written to.
  Status CheckUnchanged(ExecutionContext& context) const;
  const std::string& path() const { return path_; }
  int fd() const;

 private:
  const FileDescriptor fd_;
  const std::string path_;
  const int64_t begin_;
  const int64_t end_;
  const int64_t modified_ns_;
  SystemCalls& calls_;
};

/// All of `file` in order. Errors of Read: those of LocalFile, interrupted.cancelled.
std::unique_ptr<ByteStream> StreamOfFile(std::shared_ptr<const LocalFile> file,
                                         ExecutionContext& context);

/// Any bytes at any position, in order.
std::unique_ptr<ByteStream> StreamOfBytes(std::shared_ptr<const RandomAccess> bytes,
                                          ExecutionContext& context);

/// A pipe, a terminal, a socket: what comes until its writer closes it. Without a descriptor it is
/// standard input. A request to cancel is seen
/// within a tenth of a second even when nothing comes. Errors of Read: io.read_failed,
/// interrupted.cancelled.
std::unique_ptr<ByteStream> StreamOfPipe(FileDescriptor fd, std::string path, SystemCalls& calls,
                                         ExecutionContext& context);

/// The bytes of a small file. Errors: io.*, limit.file_size beyond `bytes_max`.
Result<std::string> ReadWholeFile(const std::string& path, int64_t bytes_max);

}  // namespace pyforge::io
