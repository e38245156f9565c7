// One output file while it is written.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "io/direct_writer.h"
#include "io/system_calls.h"
#include "pyforge/execution.h"
#include "pyforge/source.h"

namespace pyforge::io {

/// Collects small appends into blocks that begin at multiples of the block size; large ones are
/// written from where they are. Beyond the first few MiB of a file blocks go past the page cache
/// (see DirectWriter) where that is possible. After a failure every further call fails the same
/// way. Threads: one at a time.
class StagedFile final : public OutputFile {
 public:
  enum class Kind : uint8_t {
    kFile,    ///< bytes are written by position
    kStream,  ///< a pipe, a device, standard output: bytes go at once
  };

  /// Without `fd`, `borrowed_fd` is written to and stays open. `context` outlives the file.
  StagedFile(std::string path, Kind kind, FileDescriptor fd, int borrowed_fd,
             ExecutionContext& context, SystemCalls& calls);

  const std::string& path() const override { return path_; }
  int64_t position() const override { return position_; }
  using OutputFile::Append;
  /// Errors: io.disk_full, io.write_failed, io.permission, interrupted.cancelled.
  Status Append(std::span<const uint8_t> bytes) override;
  /// Writes out what is buffered.
  Status Flush();
  /// Flushes and frees the buffer.
  Status Finish();
  /// Waits until the bytes are on the disk.
  Status Sync();
  /// Gives the descriptor back; nothing can be appended any more.
  void Close();

  bool is_stream() const { return kind_ == Kind::kStream; }
  int fd() const { return fd_ ? fd_.get() : borrowed_fd_; }

 private:
  struct FreeAligned {
    void operator()(uint8_t* block) const;
  };

  void ChooseWay();
  Status AppendStraight(std::span<const uint8_t>* bytes);
  Status AppendBuffered(std::span<const uint8_t>* bytes);
  Status FlushBlock();
  Status LeaveDirect();
  Status Failed(int error, size_t bytes, int64_t offset);
  Status DirectFailed(int error);
  Status Write(std::span<const uint8_t> bytes);
  Status WriteSome(std::span<const uint8_t> bytes, size_t* count);

  const std::string path_;
  const Kind kind_;
  size_t block_bytes_;
  FileDescriptor fd_;
  const int borrowed_fd_;
  ExecutionContext& context_;
  SystemCalls& calls_;
  std::unique_ptr<uint8_t[], FreeAligned> block_;
  std::unique_ptr<DirectWriter> direct_;  // takes the place of block_
  bool may_go_direct_;
  size_t buffered_ = 0;
  int64_t position_ = 0;  // appended
  int64_t written_ = 0;
  Status failure_;
};

}  // namespace pyforge::io
