// Staging on the file system of this machine.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/publication.h"
#include "io/staged_file.h"
#include "io/system_calls.h"
#include "pyforge/execution.h"
#include "pyforge/file_system.h"

namespace pyforge::io {

/// Files are nameless until they are published, where the file system has such files: then nothing
/// is left of them whatever happens to the process. Else, and beyond a few hundred files (each
/// holds a descriptor), they are in a StagingDirectory beside the output.
class LocalStaging final : public Staging {
 public:
  static Result<std::unique_ptr<Staging>> Open(StagingOptions options, ExecutionContext& context,
                                               SystemCalls& calls);
  ~LocalStaging() override;

  Result<OutputFile*> NewFile(const std::string& final_path) override;
  bool CanRestart(const OutputFile& file) const override;
  Status Discard(OutputFile* file) override;
  Status Finish(OutputFile* file) override;
  Result<std::string> ReadablePath(OutputFile& file) override;
  Status Publish() override;

 private:
  /// Where an output will be, found out when it is begun.
  struct Target {
    std::string path;  ///< as the user wrote it
    OutputDirectory* directory = nullptr;
    std::string relative;  ///< below the directory
    bool exists = false;
    mode_t mode = 0;  ///< of the file that exists; its owner:
    uid_t user = 0;
    gid_t group = 0;
  };
  struct Entry {
    Target target;
    std::unique_ptr<StagedFile> file;
    std::string staged_name;  ///< empty: nameless, or a stream
    FileIdentity identity;
    bool is_finished = false;
  };

  LocalStaging(StagingOptions options, ExecutionContext& context, SystemCalls& calls);

  Status CheckPath(const std::string& path) const;
  Result<Target> FindTarget(const std::string& path, std::string local, bool exists);
  Result<OutputDirectory*> DirectoryAt(const std::string& path);
  Result<OutputFile*> AddStream(const std::string& path, const std::string& local);
  Result<OutputFile*> AddFile(Target target);
  Result<FileDescriptor> OpenStaged(const Target& target, std::string* staged_name);
  bool IsInput(const FileIdentity& identity) const;
  bool IsDurable(const Entry& entry) const;
  Status FinishEntry(Entry& entry);
  Entry* Find(const OutputFile& file);
  const Entry* Find(const OutputFile& file) const;

  const StagingOptions options_;
  ExecutionContext& context_;
  SystemCalls& calls_;
  std::vector<FileIdentity> inputs_;
  std::map<std::pair<uint64_t, uint64_t>, std::unique_ptr<OutputDirectory>> directories_;
  std::vector<std::unique_ptr<Entry>> entries_;
  int nameless_count_ = 0;
  int nameless_count_max_ = 0;
  int name_count_ = 0;
};

}  // namespace pyforge::io
