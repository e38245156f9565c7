#include "io/local_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "io/errors.h"
#include "io/path.h"

namespace pyforge::io {
namespace {

constexpr int kPollMs = 100;
constexpr int kPipeBytes = 1 << 20;  // what the kernel allows everyone

// Standard input is never closed: its number could be given to another file.
int NumberOf(const FileDescriptor& fd) { return fd ? fd.get() : STDIN_FILENO; }

int64_t ModifiedNs(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

class LocalFileStream final : public ByteStream {
 public:
  LocalFileStream(std::shared_ptr<const LocalFile> file, ExecutionContext& context)
      : file_(std::move(file)), context_(context) {
    ::posix_fadvise(file_->fd(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }

  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
    ARROW_ASSIGN_OR_RAISE(const int64_t count, file_->ReadAt(position_, bytes, out));
    position_ += count;
    if (count < bytes && !is_checked_) {
      ARROW_RETURN_NOT_OK(file_->CheckUnchanged(context_));
      is_checked_ = true;
    }
    return count;
  }
  int64_t stored_position() const override { return position_; }

 private:
  const std::shared_ptr<const LocalFile> file_;
  ExecutionContext& context_;
  int64_t position_ = 0;
  bool is_checked_ = false;
};

class RandomAccessStream final : public ByteStream {
 public:
  RandomAccessStream(std::shared_ptr<const RandomAccess> bytes, ExecutionContext& context)
      : bytes_(std::move(bytes)), context_(context) {}

  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
    ARROW_ASSIGN_OR_RAISE(const int64_t count, bytes_->ReadAt(position_, bytes, out));
    position_ += count;
    return count;
  }
  int64_t stored_position() const override { return position_; }

 private:
  const std::shared_ptr<const RandomAccess> bytes_;
  ExecutionContext& context_;
  int64_t position_ = 0;
};

class PipeStream final : public ByteStream {
 public:
  PipeStream(FileDescriptor fd, std::string path, SystemCalls& calls, ExecutionContext& context)
      : fd_(std::move(fd)), path_(std::move(path)), calls_(calls), context_(context) {
    // Fewer switches between writer and reader; not all that comes here is a pipe.
    ::fcntl(number(), F_SETPIPE_SZ, kPipeBytes);
  }

  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    int64_t done = 0;
    while (done < bytes && !is_ended_) {
      ARROW_RETURN_NOT_OK(WaitForBytes());
      const ssize_t count = calls_.Read(number(), out + done, static_cast<size_t>(bytes - done));
      if (count < 0) {
        if (errno == EINTR || errno == EAGAIN) continue;
        return ReadFailure(errno, "read", path_);
      }
      is_ended_ = count == 0;
      done += count;
      position_ += count;
    }
    return done;
  }
  int64_t stored_position() const override { return position_; }

 private:
  int number() const { return NumberOf(fd_); }

  Status WaitForBytes() {
    pollfd waiting{.fd = number(), .events = POLLIN, .revents = 0};
    int ready = 0;
    do {
      ARROW_RETURN_NOT_OK(context_.cancellation().Check());
      ready = ::poll(&waiting, 1, kPollMs);
      // A signal ends the wait too: it may be the one that asks to stop.
    } while (ready == 0 || (ready < 0 && errno == EINTR));
    return Status::OK();
  }

  const FileDescriptor fd_;
  const std::string path_;
  SystemCalls& calls_;
  ExecutionContext& context_;
  int64_t position_ = 0;
  bool is_ended_ = false;
};

}  // namespace

LocalFile::LocalFile(FileDescriptor fd, std::string path, int64_t begin, int64_t end,
                     int64_t modified_ns, SystemCalls& calls)
    : fd_(std::move(fd)),
      path_(std::move(path)),
      begin_(begin),
      end_(std::max(begin, end)),
      modified_ns_(modified_ns),
      calls_(calls) {}

int LocalFile::fd() const { return NumberOf(fd_); }

Result<int64_t> LocalFile::ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const {
  const int64_t wanted = std::min(bytes, size() - offset);
  int64_t done = 0;
  while (done < wanted) {
    const ssize_t count = calls_.PRead(fd(), out + done, static_cast<size_t>(wanted - done),
                                       static_cast<off_t>(begin_ + offset + done));
    if (count < 0) {
      if (errno == EINTR) continue;
      return ReadFailure(errno, "read", path_);
    }
    if (count == 0) {
      return Fail(kChangedWhileReading, {.path = path_, .byte_offset = offset + done},
                  "{} had {} bytes when it was opened but ends after {} now", path_, size(),
                  offset + done);
    }
    done += count;
  }
  return std::max<int64_t>(done, 0);
}

Status LocalFile::CheckUnchanged(ExecutionContext& context) const {
  struct stat now {};
  if (::fstat(fd(), &now) != 0) return ReadFailure(errno, "read", path_);
  if (now.st_size > end_) {
    context.Warn(fmt::format("{} grew by {} bytes while it was read; they were left out", path_,
                             now.st_size - end_));
    return Status::OK();
  }
  if (now.st_size == end_ && ModifiedNs(now) == modified_ns_) return Status::OK();
  return Fail(kChangedWhileReading, {.path = path_},
              "{} was written to while it was read: it had {} bytes and has {} now", path_,
              end_ - begin_, now.st_size - begin_);
}

std::unique_ptr<ByteStream> StreamOfFile(std::shared_ptr<const LocalFile> file,
                                         ExecutionContext& context) {
  return std::make_unique<LocalFileStream>(std::move(file), context);
}

std::unique_ptr<ByteStream> StreamOfBytes(std::shared_ptr<const RandomAccess> bytes,
                                          ExecutionContext& context) {
  return std::make_unique<RandomAccessStream>(std::move(bytes), context);
}

std::unique_ptr<ByteStream> StreamOfPipe(FileDescriptor fd, std::string path, SystemCalls& calls,
                                         ExecutionContext& context) {
  return std::make_unique<PipeStream>(std::move(fd), std::move(path), calls, context);
}

Result<std::string> ReadWholeFile(const std::string& path, int64_t bytes_max) {
  ARROW_ASSIGN_OR_RAISE(const std::string local, LocalPath(path));
  SystemCalls& calls = SystemCalls::Real();
  const FileDescriptor fd(calls.OpenAt(AT_FDCWD, local.c_str(), O_RDONLY, 0));
  if (!fd) return ReadFailure(errno, "open", path);
  std::string text;
  std::array<char, 64 << 10> buffer;
  while (true) {
    const ssize_t count = calls.Read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ReadFailure(errno, "read", path);
    if (count == 0) return text;
    if (static_cast<int64_t>(text.size()) + count > bytes_max) {
      return Fail(kFileLimit, {.path = path}, "{} has more than {} bytes", path, bytes_max);
    }
    text.append(buffer.data(), static_cast<size_t>(count));
  }
}

}  // namespace pyforge::io
