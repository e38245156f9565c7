#include "io/local_file_system.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/errors.h"
#include "io/local_staging.h"
#include "io/open_source.h"

namespace pyforge::io {
namespace {

FileKind KindOf(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kFile;
  if (S_ISDIR(mode)) return FileKind::kDirectory;
  return FileKind::kStream;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// A link that leads nowhere is of kind kNone.
FileKind KindThroughLink(int directory, const char* name) {
  struct stat info {};
  return ::fstatat(directory, name, &info, 0) == 0 ? KindOf(info.st_mode) : FileKind::kNone;
}

}  // namespace

LocalFileSystem& LocalFileSystem::Real() {
  static LocalFileSystem real(SystemCalls::Real());
  return real;
}

const FileSystemCapabilities& LocalFileSystem::capabilities() const {
  static constexpr FileSystemCapabilities kCapabilities{
      .can_seek = true, .can_append = true, .can_rename = true, .has_nameless_files = true};
  return kCapabilities;
}

Result<FileInfo> LocalFileSystem::Stat(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return FileInfo{};
    return ReadFailure(errno, "look up", path);
  }
  const FileKind kind = KindOf(info.st_mode);
  return FileInfo{
      .kind = kind,
      .bytes = kind == FileKind::kFile ? int64_t{info.st_size} : 0,
      .modified_ns = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

Result<std::vector<DirectoryEntry>> LocalFileSystem::List(const std::string& directory) {
  const std::unique_ptr<DIR, CloseDirectory> open(::opendir(directory.c_str()));
  if (open == nullptr) return ReadFailure(errno, "list", directory);
  std::vector<DirectoryEntry> entries;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    FileKind kind = FileKind::kStream;
    if (entry->d_type == DT_REG) kind = FileKind::kFile;
    if (entry->d_type == DT_DIR) kind = FileKind::kDirectory;
    if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
      kind = KindThroughLink(::dirfd(open.get()), entry->d_name);
    }
    entries.push_back(
        {.name = std::string(name), .kind = kind, .is_link = entry->d_type == DT_LNK});
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return entries;
}

Result<std::shared_ptr<Source>> LocalFileSystem::OpenRead(const std::string& path,
                                                          ExecutionContext& context) {
  return OpenSource(path, context, calls_);
}

Result<std::unique_ptr<Staging>> LocalFileSystem::OpenStaging(StagingOptions options,
                                                              ExecutionContext& context) {
  return LocalStaging::Open(std::move(options), context, calls_);
}

}  // namespace pyforge::io
