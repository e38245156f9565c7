#include "io/staged_file.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "io/errors.h"

namespace pyforge::io {
namespace {

constexpr size_t kFileBlockBytes = 1 << 20;
constexpr size_t kStreamBlockBytes = 256 << 10;  // less, so that a reader has something to do early
constexpr size_t kAlignment = 4096;
constexpr int kPollMs = 100;

}  // namespace

void StagedFile::FreeAligned::operator()(uint8_t* block) const { std::free(block); }

StagedFile::StagedFile(std::string path, Kind kind, FileDescriptor fd, int borrowed_fd,
                       ExecutionContext& context, SystemCalls& calls)
    : path_(std::move(path)),
      kind_(kind),
      block_bytes_(kind == Kind::kFile ? kFileBlockBytes : kStreamBlockBytes),
      fd_(std::move(fd)),
      borrowed_fd_(borrowed_fd),
      context_(context),
      calls_(calls) {}

Status StagedFile::Append(std::span<const uint8_t> bytes) {
  ARROW_RETURN_NOT_OK(failure_);
  position_ += static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    if (buffered_ == 0 && bytes.size() >= block_bytes_) {
      const size_t whole_blocks = bytes.size() / block_bytes_ * block_bytes_;
      ARROW_RETURN_NOT_OK(Write(bytes.first(whole_blocks)));
      bytes = bytes.subspan(whole_blocks);
      continue;
    }
    if (block_ == nullptr) {
      block_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, block_bytes_)));
      if (block_ == nullptr) {
        return failure_ = Fail(kMemoryLimit, {.path = path_}, "no memory for an output buffer");
      }
    }
    const size_t count = std::min(bytes.size(), block_bytes_ - buffered_);
    std::memcpy(block_.get() + buffered_, bytes.data(), count);
    buffered_ += count;
    bytes = bytes.subspan(count);
    if (buffered_ == block_bytes_) ARROW_RETURN_NOT_OK(Flush());
  }
  return Status::OK();
}

Status StagedFile::Flush() {
  ARROW_RETURN_NOT_OK(failure_);
  const size_t count = std::exchange(buffered_, 0);
  return Write({block_.get(), count});
}

Status StagedFile::Finish() {
  ARROW_RETURN_NOT_OK(Flush());
  block_.reset();
  return Status::OK();
}

Status StagedFile::Sync() {
  ARROW_RETURN_NOT_OK(failure_);
  if (calls_.SyncFile(fd()) == 0) return Status::OK();
  return failure_ = WriteFailure(errno, "bring to the disk", path_);
}

void StagedFile::Close() {
  fd_.Close();
  if (failure_.ok()) failure_ = Fail(kInternal, {.path = path_}, "{} is already finished", path_);
}

Status StagedFile::Write(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    size_t count = 0;
    failure_ = WriteSome(bytes, &count);
    ARROW_RETURN_NOT_OK(failure_);
    written_ += static_cast<int64_t>(count);
    bytes = bytes.subspan(count);
  }
  return Status::OK();
}

Status StagedFile::WriteSome(std::span<const uint8_t> bytes, size_t* count) {
  ARROW_RETURN_NOT_OK(context_.cancellation().Check());
  const ssize_t result =
      is_stream() ? calls_.Write(fd(), bytes.data(), bytes.size())
                  : calls_.PWrite(fd(), bytes.data(), bytes.size(), static_cast<off_t>(written_));
  if (result > 0) {
    *count = static_cast<size_t>(result);
    return Status::OK();
  }
  const int error = result == 0 ? ENOSPC : errno;
  if (error == EINTR) return Status::OK();
  if (error == EAGAIN) {  // someone else has made the pipe non-blocking
    pollfd waiting{.fd = fd(), .events = POLLOUT, .revents = 0};
    ::poll(&waiting, 1, kPollMs);
    return Status::OK();
  }
  return WriteFailure(error, fmt::format("write {} bytes at byte {} of", bytes.size(), written_),
                      path_);
}

}  // namespace pyforge::io
