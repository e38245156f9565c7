#include "io/direct_writer.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace pyforge::io {
namespace {

constexpr size_t kAlignment = 4096;  // of every disk and file system that is met today

std::atomic<int> writer_count{0};

}  // namespace

void DirectWriter::FreeAligned::operator()(uint8_t* block) const { std::free(block); }

std::unique_ptr<DirectWriter> DirectWriter::Make(int fd, int64_t offset, SystemCalls& calls) {
  // In one step: two that begin together are not both alone, nor are there more than allowed.
  const int other_count = writer_count.fetch_add(1);
  if (other_count >= kWriterCountMax) {
    --writer_count;
    return nullptr;
  }
  const int block_count = other_count == 0 ? kBlockCountMax : kBlockCountShared;
  std::unique_ptr<DirectWriter> writer(new DirectWriter(fd, offset, block_count, calls));
  for (auto& block : writer->blocks_) {
    block.reset(static_cast<uint8_t*>(std::aligned_alloc(kAlignment, kBlockBytes)));
    if (block == nullptr) return nullptr;
  }
  if (calls.SetDirect(fd, true) != 0) return nullptr;
  try {
    writer->thread_ = std::thread([to = writer.get()] { to->WriteFilled(); });
  } catch (const std::system_error&) {  // too many threads
    calls.SetDirect(fd, false);
    return nullptr;
  }
  return writer;
}

DirectWriter::DirectWriter(int fd, int64_t offset, int block_count, SystemCalls& calls)
    : fd_(fd),
      calls_(calls),
      begin_count_(static_cast<size_t>(block_count) / 3),
      offset_(offset),
      blocks_(static_cast<size_t>(block_count)) {
  for (int i = block_count - 1; i > 0; --i) free_.push_back(i);
}

DirectWriter::~DirectWriter() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  has_filled_.notify_one();
  if (thread_.joinable()) thread_.join();
  --writer_count;
}

int DirectWriter::Submit() {
  std::unique_lock lock(mutex_);
  filled_.push_back(current_);
  if (filled_.size() >= begin_count_ && !is_writing_) has_filled_.notify_one();
  has_written_.wait(lock, [this] { return !free_.empty() || error_ != 0; });
  if (error_ != 0) return error_;
  current_ = free_.back();
  free_.pop_back();
  return 0;
}

int DirectWriter::Finish() {
  std::unique_lock lock(mutex_);
  is_finishing_ = true;
  has_filled_.notify_one();
  has_written_.wait(lock, [this] { return (filled_.empty() && !is_writing_) || error_ != 0; });
  is_finishing_ = false;
  calls_.SetDirect(fd_, false);
  return error_;
}

void DirectWriter::WriteFilled() {
  std::vector<int> indices;
  std::unique_lock lock(mutex_);
  while (true) {
    has_filled_.wait(
        lock, [this] { return ends_ || filled_.size() >= (is_finishing_ ? 1 : begin_count_); });
    if (ends_) return;
    indices.swap(filled_);
    is_writing_ = true;
    lock.unlock();
    const int error = WriteBlocks(indices);
    lock.lock();
    is_writing_ = false;
    error_ = error;
    free_.insert(free_.end(), indices.begin(), indices.end());
    indices.clear();
    has_written_.notify_one();
    if (error != 0) return;
  }
}

int DirectWriter::WriteBlocks(const std::vector<int>& indices) {
  std::array<iovec, kBlockCountMax> blocks{};
  for (size_t i = 0; i < indices.size(); ++i) {
    blocks[i] = {.iov_base = blocks_[static_cast<size_t>(indices[i])].get(),
                 .iov_len = kBlockBytes};
  }
  ssize_t count = calls_.PWriteV(fd_, blocks.data(), static_cast<int>(indices.size()),
                                 static_cast<off_t>(offset_));
  if (count < 0) {
    // A disk that fails is believed: the cache would take the bytes, and lose them later unheard.
    const bool may_fit_the_cache = errno == EINVAL || errno == EINTR || errno == ENOSPC;
    if (!may_fit_the_cache) return errno;
    count = 0;
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    const int64_t done = std::min(count, kBlockBytes);
    count -= done;
    const int error = WriteThroughCache(static_cast<const uint8_t*>(blocks[i].iov_base) + done,
                                        kBlockBytes - done, offset_ + done);
    if (error != 0) return error;
    offset_ += kBlockBytes;
  }
  return 0;
}

// What cannot be written past the cache: here no alignment is known, and the true reason is told.
int DirectWriter::WriteThroughCache(const uint8_t* bytes, int64_t count, int64_t offset) {
  if (count == 0) return 0;
  calls_.SetDirect(fd_, false);
  while (count > 0) {
    const ssize_t written =
        calls_.PWrite(fd_, bytes, static_cast<size_t>(count), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    bytes += written;
    count -= written;
    offset += written;
  }
  calls_.SetDirect(fd_, true);
  return 0;
}

}  // namespace pyforge::io
