#include "io/direct_writer.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace pyforge::io {
namespace {

constexpr size_t kAlignment = 4096;  // of every disk and file system that is met today
constexpr int64_t kAheadBytes = 64 << 20;

std::atomic<int> writer_count{0};

bool SetDirect(int fd, bool is_direct) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return false;
  return ::fcntl(fd, F_SETFL, is_direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
}

}  // namespace

void DirectWriter::FreeAligned::operator()(uint8_t* block) const { std::free(block); }

std::unique_ptr<DirectWriter> DirectWriter::Make(int fd, int64_t offset, SystemCalls& calls) {
  aio_context_t context = 0;
  const int other_count = writer_count.load();
  if (other_count >= kWriterCountMax) return nullptr;
  const int block_count = other_count == 0 ? kBlockCountMax : kBlockCountShared;
  if (calls.SetUpAio(block_count, &context) != 0) return nullptr;
  std::unique_ptr<DirectWriter> writer(new DirectWriter(fd, offset, context, block_count, calls));
  for (auto& block : writer->blocks_) {
    block.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, kBlockBytes)));
    if (block == nullptr) return nullptr;
  }
  if (!SetDirect(fd, true)) return nullptr;
  return writer;
}

DirectWriter::DirectWriter(int fd, int64_t offset, aio_context_t context, int block_count,
                           SystemCalls& calls)
    : fd_(fd),
      calls_(calls),
      context_(context),
      offset_(offset),
      length_(offset),
      blocks_(static_cast<size_t>(block_count)),
      requests_(static_cast<size_t>(block_count)) {
  ++writer_count;
  for (int i = block_count - 1; i > 0; --i) free_.push_back(i);
}

DirectWriter::~DirectWriter() {
  Reap(pending_);
  calls_.DestroyAio(context_);
  --writer_count;
}

int DirectWriter::Submit() {
  if (offset_ + kBlockBytes > length_ &&
      calls_.Truncate(fd_, static_cast<off_t>(offset_ + kAheadBytes)) == 0) {
    length_ = offset_ + kAheadBytes;
  }
  iocb& request = requests_[static_cast<size_t>(current_)];
  request = {};
  request.aio_lio_opcode = IOCB_CMD_PWRITE;
  request.aio_fildes = static_cast<uint32_t>(fd_);
  request.aio_buf = reinterpret_cast<uint64_t>(block());
  request.aio_nbytes = kBlockBytes;
  request.aio_offset = offset_;
  request.aio_data = static_cast<uint64_t>(current_);
  offset_ += kBlockBytes;
  if (calls_.SubmitAio(context_, &request) == 1) {
    ++pending_;
  } else {
    const int error = WriteThroughCache(current_);
    if (error != 0) return error;
    free_.push_back(current_);
  }
  const int error = Reap(free_.empty() ? 1 : 0);
  if (error != 0) return error;
  current_ = free_.back();
  free_.pop_back();
  return 0;
}

int DirectWriter::Finish() {
  const int error = Reap(pending_);
  if (error != 0) return error;
  SetDirect(fd_, false);
  if (length_ <= offset_) return 0;
  if (calls_.Truncate(fd_, static_cast<off_t>(offset_)) != 0) return errno;
  length_ = offset_;
  return 0;
}

// Takes back finished blocks, at least so many; what could not be written whole goes through the
// cache, which knows no alignment and tells the true reason if there is one.
int DirectWriter::Reap(int count_least) {
  int first_error = 0;
  while (pending_ > 0) {
    std::array<io_event, kBlockCountMax> events;
    const int count = calls_.GetAioEvents(context_, std::min(count_least, pending_), events.data(),
                                          kBlockCountMax);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    for (int i = 0; i < count; ++i) {
      const io_event& event = events[static_cast<size_t>(i)];
      const int index = static_cast<int>(event.data);
      --pending_;
      --count_least;
      free_.push_back(index);
      const int error = event.res == kBlockBytes ? 0 : WriteThroughCache(index);
      if (first_error == 0) first_error = error;
    }
    if (count_least <= 0) break;
  }
  return first_error;
}

int DirectWriter::WriteThroughCache(int index) {
  SetDirect(fd_, false);
  const iocb& request = requests_[static_cast<size_t>(index)];
  int64_t done = 0;
  while (done < kBlockBytes) {
    const ssize_t count = calls_.PWrite(fd_, blocks_[static_cast<size_t>(index)].get() + done,
                                        static_cast<size_t>(kBlockBytes - done),
                                        static_cast<off_t>(request.aio_offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count < 0 ? errno : ENOSPC;
    done += count;
  }
  SetDirect(fd_, true);
  return 0;
}

}  // namespace pyforge::io
