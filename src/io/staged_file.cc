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
// The first MiB: a thousand small files at once shall not need a thousand large blocks.
constexpr size_t kSmallBlockBytes = 64 << 10;
constexpr size_t kStreamBlockBytes = 256 << 10;  // less, so that a reader has something to do early
constexpr size_t kAlignment = 4096;
// What goes through the page cache in any case: small outputs are read again soon, and fast.
constexpr int64_t kCachedBytes = 8 << 20;
static_assert(kFileBlockBytes == DirectWriter::kBlockBytes && kCachedBytes % kFileBlockBytes == 0);
constexpr int kPollMs = 100;

}  // namespace

void StagedFile::FreeAligned::operator()(uint8_t* block) const { std::free(block); }

StagedFile::StagedFile(std::string path, Kind kind, FileDescriptor fd, int borrowed_fd,
                       ExecutionContext& context, SystemCalls& calls)
    : path_(std::move(path)),
      kind_(kind),
      block_bytes_(kind == Kind::kFile ? kSmallBlockBytes : kStreamBlockBytes),
      fd_(std::move(fd)),
      borrowed_fd_(borrowed_fd),
      context_(context),
      calls_(calls),
      may_go_direct_(kind == Kind::kFile) {}

Status StagedFile::Append(std::span<const uint8_t> bytes) {
  ARROW_RETURN_NOT_OK(failure_);
  position_ += static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    if (buffered_ == 0 && direct_ == nullptr && !is_stream()) ChooseWay();
    const bool is_straight = direct_ == nullptr && buffered_ == 0 && bytes.size() >= block_bytes_;
    ARROW_RETURN_NOT_OK(is_straight ? AppendStraight(&bytes) : AppendBuffered(&bytes));
  }
  return Status::OK();
}

// Between two blocks.
void StagedFile::ChooseWay() {
  if (block_bytes_ == kSmallBlockBytes && written_ >= static_cast<int64_t>(kFileBlockBytes)) {
    block_bytes_ = kFileBlockBytes;
    block_.reset();
  }
  if (may_go_direct_ && written_ >= kCachedBytes) {
    may_go_direct_ = false;
    direct_ = DirectWriter::Make(fd(), written_, calls_);
    if (direct_ != nullptr) block_.reset();
  }
}

// Whole blocks from where they are.
Status StagedFile::AppendStraight(std::span<const uint8_t>* bytes) {
  size_t count = bytes->size() / block_bytes_ * block_bytes_;
  if (!is_stream() && written_ < kCachedBytes) {
    count = std::min(count, static_cast<size_t>(kCachedBytes - written_));
  }
  ARROW_RETURN_NOT_OK(Write(bytes->first(count)));
  *bytes = bytes->subspan(count);
  return Status::OK();
}

// What fits into the block that is being filled.
Status StagedFile::AppendBuffered(std::span<const uint8_t>* bytes) {
  if (direct_ == nullptr && block_ == nullptr) {
    block_.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, block_bytes_)));
    if (block_ == nullptr) {
      return failure_ = Fail(kMemoryLimit, {.path = path_}, "no memory for an output buffer");
    }
  }
  uint8_t* const block = direct_ == nullptr ? block_.get() : direct_->block();
  const size_t count = std::min(bytes->size(), block_bytes_ - buffered_);
  std::memcpy(block + buffered_, bytes->data(), count);
  buffered_ += count;
  *bytes = bytes->subspan(count);
  return buffered_ == block_bytes_ ? FlushBlock() : Status::OK();
}

Status StagedFile::FlushBlock() {
  if (direct_ == nullptr) return Write({block_.get(), std::exchange(buffered_, 0)});
  failure_ = context_.cancellation().Check();
  ARROW_RETURN_NOT_OK(failure_);
  if (const int error = direct_->Submit()) return DirectFailed(error);
  written_ += static_cast<int64_t>(std::exchange(buffered_, 0));
  return Status::OK();
}

Status StagedFile::Flush() {
  ARROW_RETURN_NOT_OK(failure_);
  if (direct_ != nullptr) return LeaveDirect();
  return Write({block_.get(), std::exchange(buffered_, 0)});
}

// The rest of a file is seldom a whole block, and direct writes know no others.
Status StagedFile::LeaveDirect() {
  if (const int error = direct_->Finish()) return DirectFailed(error);
  ARROW_RETURN_NOT_OK(Write({direct_->block(), std::exchange(buffered_, 0)}));
  direct_.reset();
  return Status::OK();
}

Status StagedFile::Finish() {
  ARROW_RETURN_NOT_OK(Flush());
  block_.reset();
  return Status::OK();
}

Status StagedFile::Failed(int error, size_t bytes, int64_t offset) {
  return failure_ =
             WriteFailure(error, fmt::format("write {} bytes at byte {} of", bytes, offset), path_);
}

// The thread comes behind: what failed is a block handed over earlier.
Status StagedFile::DirectFailed(int error) {
  return Failed(error, kFileBlockBytes, direct_->failed_offset());
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
  return Failed(error, bytes.size(), written_);
}

}  // namespace pyforge::io
