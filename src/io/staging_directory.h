// A directory for what is not finished yet, in the directory where it will be found.
#pragma once

#include <memory>
#include <string>

#include "io/system_calls.h"
#include "pyforge/error.h"

namespace pyforge::io {

/// `.pyforge-<32 digits>`, with a file in it that its owner holds locked: while the lock is held
/// the directory is in use, afterwards it is rubbish that any later run may remove. Removed with
/// all it holds on destruction.
class StagingDirectory {
 public:
  /// Makes one in the directory `parent`, which is open as `parent_fd` and outlives it.
  /// Errors: io.permission, io.disk_full, io.write_failed.
  static Result<std::unique_ptr<StagingDirectory>> Make(int parent_fd, const std::string& parent,
                                                        SystemCalls& calls);
  ~StagingDirectory();
  StagingDirectory(const StagingDirectory&) = delete;
  StagingDirectory& operator=(const StagingDirectory&) = delete;

  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }

  /// Removes those in `parent` whose lock is free: their runs were killed. Never fails: what cannot
  /// be removed stays.
  static void RemoveAbandoned(int parent_fd, SystemCalls& calls);

 private:
  StagingDirectory(int parent_fd, std::string name, std::string path, FileDescriptor fd,
                   FileDescriptor lock, SystemCalls& calls);

  const int parent_fd_;
  const std::string name_;
  const std::string path_;
  FileDescriptor fd_;
  FileDescriptor lock_;
  SystemCalls& calls_;
};

}  // namespace pyforge::io
