// The file system of this machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/system_calls.h"
#include "pyforge/file_system.h"

namespace pyforge::io {

/// Threads: share freely.
class LocalFileSystem : public FileSystem {
 public:
  /// The one that stands on the operating system.
  static LocalFileSystem& Real();

  /// `calls` is borrowed.
  explicit LocalFileSystem(SystemCalls& calls) : calls_(calls) {}

  std::string_view scheme() const override { return "file"; }
  const FileSystemCapabilities& capabilities() const override;
  Result<FileInfo> Stat(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> List(const std::string& directory) override;
  Result<std::shared_ptr<Source>> OpenRead(const std::string& path,
                                           ExecutionContext& context) override;
  Result<std::unique_ptr<Staging>> OpenStaging(StagingOptions options,
                                               ExecutionContext& context) override;

 private:
  SystemCalls& calls_;
};

}  // namespace pyforge::io
