#include "io/temp_file.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "io/errors.h"
#include "io/unique_name.h"

namespace pyforge::io {
namespace {

constexpr mode_t kPrivate = 0600;

// Where the file system knows no nameless files, the name is taken away at once.
int OpenNamedAndUnlink(const std::string& directory, SystemCalls& calls) {
  const std::string path = directory + "/" + UniqueName();
  const int fd =
      calls.OpenAt(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kPrivate);
  if (fd >= 0) calls.UnlinkAt(AT_FDCWD, path.c_str(), 0);
  return fd;
}

}  // namespace

Result<std::unique_ptr<TempFile>> TempFile::Make(ExecutionContext& context, SystemCalls& calls) {
  std::string directory = context.temp_directory();
  FileDescriptor fd(
      calls.OpenAt(AT_FDCWD, directory.c_str(), O_RDWR | O_TMPFILE | O_EXCL, kPrivate));
  if (!fd && LacksNamelessFiles(errno)) {
    fd = FileDescriptor(OpenNamedAndUnlink(directory, calls));
  }
  if (!fd) return WriteFailure(errno, "make a temporary file in", directory);
  return std::unique_ptr<TempFile>(
      new TempFile(std::move(fd), std::move(directory), context, calls));
}

TempFile::~TempFile() { context_.temp_budget().Give(size()); }

Status TempFile::Append(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    // In steps, so that what is counted is there even when a later step fails.
    constexpr size_t kStepBytes = 16 << 20;
    const size_t step = std::min(bytes.size(), kStepBytes);
    if (!context_.temp_budget().TryTake(static_cast<int64_t>(step))) {
      return Fail(kTempLimit, {.path = directory_},
                  "the temporary files would need more than {} bytes, of which {} are in use",
                  context_.temp_budget().bytes_max(), context_.temp_budget().bytes_used());
    }
    const int64_t begin = size();
    size_.store(begin + static_cast<int64_t>(step), std::memory_order_release);
    size_t done = 0;
    while (done < step) {
      const ssize_t count = calls_.PWrite(fd_.get(), bytes.data() + done, step - done,
                                          static_cast<off_t>(begin + static_cast<int64_t>(done)));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        return WriteFailure(
            errno, fmt::format("write {} bytes to a temporary file in", step - done), directory_);
      }
      done += static_cast<size_t>(count);
    }
    bytes = bytes.subspan(step);
  }
  return Status::OK();
}

Result<int64_t> TempFile::ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const {
  const int64_t wanted = std::min(bytes, size() - offset);
  int64_t done = 0;
  while (done < wanted) {
    const ssize_t count = calls_.PRead(fd_.get(), out + done, static_cast<size_t>(wanted - done),
                                       static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return ReadFailure(count < 0 ? errno : EIO, "read a temporary file in", directory_);
    done += count;
  }
  return std::max<int64_t>(done, 0);
}

}  // namespace pyforge::io
