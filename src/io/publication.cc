#include "io/publication.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <utility>

#include "io/errors.h"

namespace pyforge::io {
namespace {

constexpr mode_t kDirectoryMode = 0777;  // less the umask

std::string NameOfDescriptor(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

bool LacksRenameFlags(int error) { return error == EINVAL || error == ENOSYS; }
bool LacksHardLinks(int error) {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK;
}

bool Exists(int directory, const std::string& name) {
  struct stat info {};
  return ::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

bool IsDirectory(int directory, const std::string& name) {
  struct stat info {};
  return ::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(info.st_mode);
}

bool IsStill(const FileIdentity& identity, int directory, const std::string& name) {
  struct stat info {};
  return ::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
         identity == FileIdentity{info.st_dev, info.st_ino};
}

std::pair<std::string, std::string> SplitFirst(const std::string& relative) {
  const size_t slash = relative.find('/');
  return {relative.substr(0, slash), relative.substr(slash + 1)};
}

}  // namespace

Result<std::unique_ptr<OutputDirectory>> OutputDirectory::Open(std::string path,
                                                               SystemCalls& calls) {
  FileDescriptor fd(calls.OpenAt(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY, 0));
  if (!fd) return WriteFailure(errno, "open the directory", path);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return WriteFailure(errno, "open the directory", path);
  StagingDirectory::RemoveAbandoned(fd.get(), calls);
  return std::unique_ptr<OutputDirectory>(new OutputDirectory(
      std::move(path), std::move(fd), FileIdentity{info.st_dev, info.st_ino}, calls));
}

Result<StagingDirectory*> OutputDirectory::staging() {
  if (staging_ == nullptr) {
    ARROW_ASSIGN_OR_RAISE(staging_, StagingDirectory::Make(fd_.get(), path_, calls_));
  }
  return staging_.get();
}

Status OutputDirectory::CheckInPlace() const {
  struct stat info {};
  if (::stat(path_.c_str(), &info) == 0 && identity_ == FileIdentity{info.st_dev, info.st_ino}) {
    return Status::OK();
  }
  return Fail(kOutputDirectoryGone, {.path = path_},
              "the directory {} was removed or replaced while its files were written", path_);
}

Status Publication::Run() {
  ARROW_RETURN_NOT_OK(Check());
  Status placed = PlaceAll();
  if (placed.ok()) return placed;
  while (!undo_.empty()) {
    undo_.back()();
    undo_.pop_back();
  }
  return placed;
}

// Before anything is touched.
Status Publication::Check() {
  for (const FileToPublish& file : files_) {
    ARROW_RETURN_NOT_OK(file.directory->CheckInPlace());
    if (IsDirectory(file.directory->fd(), file.relative)) {
      return WriteFailure(EISDIR, "write", file.path);
    }
    if (!replace_ && Exists(file.directory->fd(), file.relative)) {
      return WriteFailure(EEXIST, "write", file.path);
    }
  }
  return Status::OK();
}

Status Publication::PlaceAll() {
  std::map<std::pair<OutputDirectory*, std::string>, std::vector<FileToPublish*>> trees;
  for (FileToPublish& file : files_) {
    if (file.relative.find('/') == std::string::npos) continue;
    trees[{file.directory, SplitFirst(file.relative).first}].push_back(&file);
  }
  for (const auto& [root, files] : trees) ARROW_RETURN_NOT_OK(PlaceTree(files));
  std::vector<FileToPublish*> replacing;
  for (FileToPublish& file : files_) {
    if (file.relative.find('/') != std::string::npos) continue;
    if (!replace_ || !Exists(file.directory->fd(), file.relative)) {
      ARROW_RETURN_NOT_OK(Place(file));
      continue;
    }
    // An exchange of names needs one.
    if (file.staged_name.empty()) ARROW_RETURN_NOT_OK(GiveStagedName(file, NextName("file")));
    replacing.push_back(&file);
  }
  // Last and back to back, one system call each: a kill in between leaves some old and some new.
  for (FileToPublish* file : replacing) ARROW_RETURN_NOT_OK(Place(*file));
  return Status::OK();
}

// All files are below the same missing directory.
Status Publication::PlaceTree(std::vector<FileToPublish*> files) {
  OutputDirectory& directory = *files.front()->directory;
  const std::string root = SplitFirst(files.front()->relative).first;
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, directory.staging());
  const std::string tree = NextName("tree");
  ARROW_RETURN_NOT_OK(BuildTree(tree, files));
  if (calls_.RenameAt(staging->fd(), tree.c_str(), directory.fd(), root.c_str(),
                      RENAME_NOREPLACE) == 0) {
    // Not by moving it back: others may have put files into it already.
    undo_.emplace_back([this, files] {
      for (const FileToPublish* file : files) {
        RemovePlaced(*file);
        RemoveEmptyAbove(*file);
      }
    });
    return Status::OK();
  }
  // Another run was faster with the directory, or it cannot be named without a risk to one.
  if (errno != EEXIST && !LacksRenameFlags(errno)) return PlaceFailure(errno, *files.front());
  for (FileToPublish* file : files) ARROW_RETURN_NOT_OK(PlaceInMadeDirectories(*file));
  return Status::OK();
}

void Publication::RemovePlaced(const FileToPublish& file) {
  if (!IsStill(file.identity, file.directory->fd(), file.relative)) return;
  calls_.UnlinkAt(file.directory->fd(), file.relative.c_str(), 0);
}

void Publication::RemoveEmptyAbove(const FileToPublish& file) {
  std::string above = file.relative;
  for (size_t slash = above.rfind('/'); slash != std::string::npos; slash = above.rfind('/')) {
    above.resize(slash);
    if (calls_.UnlinkAt(file.directory->fd(), above.c_str(), AT_REMOVEDIR) != 0) break;
  }
}

Status Publication::BuildTree(const std::string& tree, const std::vector<FileToPublish*>& files) {
  for (FileToPublish* file : files) {
    ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, file->directory->staging());
    std::string name = tree;
    std::string rest = SplitFirst(file->relative).second;
    while (true) {
      if (calls_.MakeDirectoryAt(staging->fd(), name.c_str(), kDirectoryMode) != 0 &&
          errno != EEXIST) {
        return PlaceFailure(errno, *file);
      }
      if (rest.find('/') == std::string::npos) break;
      const auto [first, second] = SplitFirst(rest);
      name += "/" + first;
      rest = second;
    }
    ARROW_RETURN_NOT_OK(GiveStagedName(*file, fmt::format("{}/{}", name, rest)));
  }
  return Status::OK();
}

Status Publication::PlaceInMadeDirectories(FileToPublish& file) {
  const int directory = file.directory->fd();
  for (size_t slash = file.relative.find('/'); slash != std::string::npos;
       slash = file.relative.find('/', slash + 1)) {
    const std::string above = file.relative.substr(0, slash);
    if (calls_.MakeDirectoryAt(directory, above.c_str(), kDirectoryMode) == 0) {
      undo_.emplace_back(
          [this, directory, above] { calls_.UnlinkAt(directory, above.c_str(), AT_REMOVEDIR); });
    } else if (errno != EEXIST) {
      return PlaceFailure(errno, file);
    }
  }
  return Place(file);
}

Status Publication::Place(FileToPublish& file) {
  return replace_ ? PlaceOver(file) : PlaceNew(file);
}

// Never over anything.
Status Publication::PlaceNew(FileToPublish& file) {
  const int directory = file.directory->fd();
  const std::string& name = file.relative;
  if (file.staged_name.empty()) {
    if (calls_.LinkAt(AT_FDCWD, NameOfDescriptor(file.fd).c_str(), directory, name.c_str(),
                      AT_SYMLINK_FOLLOW) != 0) {
      return PlaceFailure(errno, file);
    }
  } else {
    ARROW_RETURN_NOT_OK(PlaceNewNamed(file));
  }
  undo_.emplace_back([this, &file] { RemovePlaced(file); });
  return Status::OK();
}

// Three ways, because network file systems know the first seldom and the second not always; the
// last leaves a moment in which another program's file could be lost.
Status Publication::PlaceNewNamed(FileToPublish& file) {
  const int directory = file.directory->fd();
  const std::string& name = file.relative;
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, file.directory->staging());
  const char* staged = file.staged_name.c_str();
  if (calls_.RenameAt(staging->fd(), staged, directory, name.c_str(), RENAME_NOREPLACE) == 0) {
    return Status::OK();
  }
  if (!LacksRenameFlags(errno)) return PlaceFailure(errno, file);
  if (calls_.LinkAt(staging->fd(), staged, directory, name.c_str(), 0) == 0) return Status::OK();
  if (!LacksHardLinks(errno)) return PlaceFailure(errno, file);
  if (Exists(directory, name)) return PlaceFailure(EEXIST, file);
  if (calls_.RenameAt(staging->fd(), staged, directory, name.c_str(), 0) == 0) return Status::OK();
  return PlaceFailure(errno, file);
}

Status Publication::PlaceOver(FileToPublish& file) {
  const int directory = file.directory->fd();
  const std::string& name = file.relative;
  if (!Exists(directory, name)) {
    Status placed = PlaceNew(file);
    if (!FailedWith(placed, kOutputExists)) return placed;
  }
  if (file.staged_name.empty()) ARROW_RETURN_NOT_OK(GiveStagedName(file, NextName("file")));
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, file.directory->staging());
  const std::string staged = file.staged_name;
  // The old file goes to the staging directory, so that it can come back.
  if (calls_.RenameAt(staging->fd(), staged.c_str(), directory, name.c_str(), RENAME_EXCHANGE) !=
      0) {
    if (LacksRenameFlags(errno)) return KeepOldAndPlace(file);
    return PlaceFailure(errno, file);
  }
  undo_.emplace_back([this, staging, staged, directory, name] {
    calls_.RenameAt(staging->fd(), staged.c_str(), directory, name.c_str(), RENAME_EXCHANGE);
  });
  // An exchange takes whatever is there, even a directory that has just been made.
  if (IsDirectory(staging->fd(), staged)) return PlaceFailure(EISDIR, file);
  return Status::OK();
}

Status Publication::KeepOldAndPlace(FileToPublish& file) {
  const int directory = file.directory->fd();
  const std::string& name = file.relative;
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, file.directory->staging());
  const std::string old = NextName("old");
  const bool is_kept = calls_.LinkAt(directory, name.c_str(), staging->fd(), old.c_str(), 0) == 0;
  if (calls_.RenameAt(staging->fd(), file.staged_name.c_str(), directory, name.c_str(), 0) != 0) {
    return PlaceFailure(errno, file);
  }
  if (is_kept) {
    undo_.emplace_back([this, staging, old, directory, name] {
      calls_.RenameAt(staging->fd(), old.c_str(), directory, name.c_str(), 0);
    });
  }
  return Status::OK();
}

Status Publication::GiveStagedName(FileToPublish& file, const std::string& name) {
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, file.directory->staging());
  const int result = file.staged_name.empty()
                         ? calls_.LinkAt(AT_FDCWD, NameOfDescriptor(file.fd).c_str(), staging->fd(),
                                         name.c_str(), AT_SYMLINK_FOLLOW)
                         : calls_.RenameAt(staging->fd(), file.staged_name.c_str(), staging->fd(),
                                           name.c_str(), 0);
  if (result != 0) return PlaceFailure(errno, file);
  file.staged_name = name;
  return Status::OK();
}

Status Publication::PlaceFailure(int error, const FileToPublish& file) const {
  if (error == ENOENT || error == ESTALE) {
    return Fail(kOutputDirectoryGone, {.path = file.path},
                "the directory of {} was removed while the file was written", file.path);
  }
  return WriteFailure(error, "give its name to", file.path);
}

std::string Publication::NextName(std::string_view kind) {
  return fmt::format("{}-{}", kind, name_count_++);
}

}  // namespace pyforge::io
