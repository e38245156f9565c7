#include "codec/compress/portion_queue.h"

#include <new>
#include <system_error>
#include <utility>

namespace pyforge::compress {

void Portion::Run() noexcept {
  try {
    is_decoded_ = Decode();
  } catch (const std::bad_alloc&) {
    is_decoded_ = false;
  }
}

PortionQueue::~PortionQueue() {
  TakeAll();
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void PortionQueue::Add(std::unique_ptr<Portion> portion) {
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({.portion = std::move(portion)});
  }
  has_work_.notify_one();
  if (threads_.size() < threads_max_ && entries_.size() > threads_.size() + 1) StartThread();
}

std::unique_ptr<Portion> PortionQueue::Take() {
  std::unique_lock lock(mutex_);
  if (entries_.empty()) return nullptr;
  Entry& oldest = entries_.front();
  if (begun_count_ == 0) {
    begun_count_ = 1;
    lock.unlock();
    oldest.portion->Run();
    lock.lock();
    oldest.is_done = true;
  }
  has_done_.wait(lock, [&oldest] { return oldest.is_done; });
  std::unique_ptr<Portion> portion = std::move(oldest.portion);
  entries_.pop_front();
  --begun_count_;
  return portion;
}

std::vector<std::unique_ptr<Portion>> PortionQueue::TakeAll() {
  std::vector<std::unique_ptr<Portion>> portions;
  std::unique_lock lock(mutex_);
  const size_t begun_count = std::exchange(begun_count_, entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    if (i < begun_count) has_done_.wait(lock, [&entry] { return entry.is_done; });
    portions.push_back(std::move(entry.portion));
  }
  entries_.clear();
  begun_count_ = 0;
  return portions;
}

void PortionQueue::StartThread() {
  try {
    threads_.emplace_back([this] { Work(); });
  } catch (const std::system_error&) {  // too many threads: those there are do the work
    threads_max_ = threads_.size();
  }
}

void PortionQueue::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    has_work_.wait(lock, [this] { return ends_ || begun_count_ < entries_.size(); });
    if (ends_) return;
    // Stays where it is in memory until it is done, whatever is added or taken meanwhile.
    Entry& entry = entries_[begun_count_++];
    lock.unlock();
    entry.portion->Run();
    lock.lock();
    entry.is_done = true;
    has_done_.notify_one();
  }
}

}  // namespace pyforge::compress
