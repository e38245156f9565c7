// Giving staged files their names, all or none.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/staging_directory.h"
#include "io/system_calls.h"
#include "pyforge/error.h"

namespace pyforge::io {

/// A directory that outputs appear in, held open.
class OutputDirectory {
 public:
  /// Also removes what killed runs left there. Errors: io.permission, io.write_failed.
  static Result<std::unique_ptr<OutputDirectory>> Open(std::string path, SystemCalls& calls);

  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }
  const FileIdentity& identity() const { return identity_; }
  /// Its staging directory, made when first needed.
  Result<StagingDirectory*> staging();
  /// Removes the staging directory.
  void Tidy() { staging_.reset(); }
  /// Errors: io.output_directory_gone when the path leads elsewhere by now.
  Status CheckInPlace() const;

 private:
  OutputDirectory(std::string path, FileDescriptor fd, FileIdentity identity, SystemCalls& calls)
      : path_(std::move(path)), fd_(std::move(fd)), identity_(identity), calls_(calls) {}

  const std::string path_;
  const FileDescriptor fd_;
  const FileIdentity identity_;
  SystemCalls& calls_;
  std::unique_ptr<StagingDirectory> staging_;  // before fd_ is closed
};

/// One staged file on its way to its name.
struct FileToPublish {
  OutputDirectory* directory = nullptr;
  /// The final name below `directory`: "orders.csv", or "new/orders.csv" where directories are
  /// missing.
  std::string relative = {};
  std::string path = {};         ///< the final name as the user wrote it
  std::string staged_name = {};  ///< in the staging directory; empty: nameless, then `fd` is open
  int fd = -1;
  FileIdentity identity = {};
};

/// Names the files in `files`; on failure takes back what it has done.
/// A file alone in an existing directory gets its name by one system call. Files below a directory
/// that is missing appear with it at once. Several files in existing directories appear one after
/// the other; with `replace` those that have predecessors come last, and the predecessors are kept
/// until all are there. Each file is then old or new and whole, but a kill between two exchanges
/// leaves some of each: no file system exchanges several names at once.
/// Threads: one at a time.
class Publication {
 public:
  Publication(std::vector<FileToPublish> files, bool replace, SystemCalls& calls)
      : files_(std::move(files)), replace_(replace), calls_(calls) {}

  /// Errors: io.output_exists, io.output_directory_gone, io.is_directory, io.disk_full,
  /// io.permission, io.write_failed.
  Status Run();

 private:
  Status Check();
  Status PlaceAll();
  Status PlaceTree(std::vector<FileToPublish*> files);
  Status BuildTree(const std::string& tree, const std::vector<FileToPublish*>& files);
  void RemovePlaced(const FileToPublish& file);
  void RemoveEmptyAbove(const FileToPublish& file);
  Status PlaceInMadeDirectories(FileToPublish& file);
  Status Place(FileToPublish& file);
  Status PlaceNew(FileToPublish& file);
  Status PlaceNewNamed(FileToPublish& file);
  Status PlaceOver(FileToPublish& file);
  Status KeepOldAndPlace(FileToPublish& file);
  Status GiveStagedName(FileToPublish& file, const std::string& name);
  Status PlaceFailure(int error, const FileToPublish& file) const;
  std::string NextName(std::string_view kind);

  std::vector<FileToPublish> files_;
  const bool replace_;
  SystemCalls& calls_;
  std::vector<std::function<void()>> undo_;  // what takes back each step done
  int name_count_ = 0;
};

}  // namespace pyforge::io
