#include "io/staging_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>
#include <vector>

#include "io/errors.h"
#include "io/unique_name.h"

namespace pyforge::io {
namespace {

constexpr char kLockName[] = "lock";
constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr int kAttemptsMax = 100;
// A directory with more entries is not searched to its end: tidying up must not cost seconds.
constexpr int kEntriesMax = 1 << 16;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

std::vector<std::string> NamesIn(int directory, int names_max) {
  std::vector<std::string> names;
  // A descriptor of its own, because reading moves its position.
  const int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, CloseDirectory> open(fd < 0 ? nullptr : ::fdopendir(fd));
  if (open == nullptr) return names;
  for (int i = 0; i < names_max; ++i) {
    const dirent* entry = ::readdir(open.get());
    if (entry == nullptr) break;
    names.emplace_back(entry->d_name);
  }
  return names;
}

FileDescriptor OpenDirectory(int parent, const std::string& name, SystemCalls& calls) {
  return FileDescriptor(calls.OpenAt(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0));
}

void RemoveContents(int directory, std::string_view kept, SystemCalls& calls) {
  for (const std::string& name : NamesIn(directory, std::numeric_limits<int>::max())) {
    if (name == "." || name == ".." || name == kept) continue;
    if (calls.UnlinkAt(directory, name.c_str(), 0) == 0) continue;
    if (const FileDescriptor inner = OpenDirectory(directory, name, calls)) {
      RemoveContents(inner.get(), "", calls);
    }
    calls.UnlinkAt(directory, name.c_str(), AT_REMOVEDIR);
  }
}

enum class LockResult : uint8_t {
  kTaken,
  kHeldByOther,  // or removed by another before it could be taken
  kNoLocks,      // the file system knows none, so nobody can take the directory for abandoned
  kNoFile,       // errno tells
};
// The lock of a directory; whoever makes or removes one takes it first.
LockResult TakeLock(int directory, FileDescriptor* lock, SystemCalls& calls) {
  *lock = FileDescriptor(
      calls.OpenAt(directory, kLockName, O_RDWR | O_CREAT | O_NOFOLLOW, kPrivateFile));
  if (!*lock) return LockResult::kNoFile;
  if (calls.Lock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? LockResult::kHeldByOther : LockResult::kNoLocks;
  }
  struct stat info {};
  const bool is_there = ::fstat(lock->get(), &info) == 0 && info.st_nlink > 0;
  return is_there ? LockResult::kTaken : LockResult::kHeldByOther;
}

// The order matters: as long as the lock has its name, nobody else takes the directory for its own.
void RemoveLocked(int parent, const std::string& name, int directory, SystemCalls& calls) {
  RemoveContents(directory, kLockName, calls);
  calls.UnlinkAt(directory, kLockName, 0);
  calls.UnlinkAt(parent, name.c_str(), AT_REMOVEDIR);
}

}  // namespace

Result<std::unique_ptr<StagingDirectory>> StagingDirectory::Make(int parent_fd,
                                                                 const std::string& parent,
                                                                 SystemCalls& calls) {
  // Another run may take a directory for abandoned before its lock is taken; then there is a next.
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    std::string name = UniqueName();
    if (calls.MakeDirectoryAt(parent_fd, name.c_str(), kPrivateDirectory) != 0) {
      return WriteFailure(errno, "make a directory in", parent);
    }
    FileDescriptor fd = OpenDirectory(parent_fd, name, calls);
    FileDescriptor lock;
    const LockResult result = fd ? TakeLock(fd.get(), &lock, calls) : LockResult::kNoFile;
    if (result == LockResult::kTaken || result == LockResult::kNoLocks) {
      std::string path = fmt::format("{}/{}", parent, name);
      return std::unique_ptr<StagingDirectory>(new StagingDirectory(
          parent_fd, std::move(name), std::move(path), std::move(fd), std::move(lock), calls));
    }
    if (result == LockResult::kNoFile && errno != ENOENT) {
      const int error = errno;
      calls.UnlinkAt(parent_fd, name.c_str(), AT_REMOVEDIR);
      return WriteFailure(error, "make a file in", parent);
    }
  }
  return Fail(kWriteFailed, {.path = parent}, "no directory could be made and kept in {}", parent);
}

StagingDirectory::StagingDirectory(int parent_fd, std::string name, std::string path,
                                   FileDescriptor fd, FileDescriptor lock, SystemCalls& calls)
    : parent_fd_(parent_fd),
      name_(std::move(name)),
      path_(std::move(path)),
      fd_(std::move(fd)),
      lock_(std::move(lock)),
      calls_(calls) {}

StagingDirectory::~StagingDirectory() { RemoveLocked(parent_fd_, name_, fd_.get(), calls_); }

void StagingDirectory::RemoveAbandoned(int parent_fd, SystemCalls& calls) {
  for (const std::string& name : NamesIn(parent_fd, kEntriesMax)) {
    if (!IsUniqueName(name)) continue;
    const FileDescriptor directory = OpenDirectory(parent_fd, name, calls);
    if (!directory) continue;
    FileDescriptor lock;
    if (TakeLock(directory.get(), &lock, calls) != LockResult::kTaken) continue;
    RemoveLocked(parent_fd, name, directory.get(), calls);
  }
}

}  // namespace pyforge::io
