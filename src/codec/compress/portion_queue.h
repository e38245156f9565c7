// Parts of a compressed file that threads decode ahead and one thread takes in order.
#pragma once

#include <arrow/buffer.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace pyforge::compress {

/// Stored bytes that can be decoded without those before them.
class Portion {
 public:
  virtual ~Portion() = default;

  /// Decodes, in any thread. Nothing is thrown.
  void Run() noexcept;
  /// Did Run find exactly what was expected? Else nothing is known of the bytes.
  bool is_decoded() const { return is_decoded_; }
  virtual std::span<const uint8_t> decoded() const = 0;

  /// The portion's own bytes in the file, which the next portion's follow.
  std::span<const uint8_t> stored() const { return {stored_->data(), stored_bytes_}; }

 protected:
  /// `stored` may go on behind the `stored_bytes` that are the portion's own.
  Portion(std::unique_ptr<arrow::Buffer> stored, size_t stored_bytes)
      : stored_(std::move(stored)), stored_bytes_(stored_bytes) {}
  virtual bool Decode() = 0;
  const uint8_t* data() const { return stored_->data(); }

 private:
  const std::unique_ptr<arrow::Buffer> stored_;
  const size_t stored_bytes_;
  bool is_decoded_ = false;
};

/// Runs portions beside one another and gives them back in the order they came in.
///
/// Threads are begun as there is work for them; the first portion alone is run by who takes it, so
/// that a reader of few bytes costs no thread. Where the system gives no threads, all are. How many
/// portions wait is for the owner to bound. Threads: one at a time.
class PortionQueue {
 public:
  explicit PortionQueue(int threads_max) : threads_max_(static_cast<size_t>(threads_max)) {}
  /// Waits for the portions that are being run.
  ~PortionQueue();
  PortionQueue(const PortionQueue&) = delete;
  PortionQueue& operator=(const PortionQueue&) = delete;

  /// Portions added and not yet taken.
  size_t count() const { return entries_.size(); }
  void Add(std::unique_ptr<Portion> portion);
  /// The oldest, when it has been run; null where there is none.
  std::unique_ptr<Portion> Take();
  /// All, oldest first; those that no thread has begun are left as they are.
  std::vector<std::unique_ptr<Portion>> TakeAll();

 private:
  struct Entry {
    std::unique_ptr<Portion> portion;
    bool is_done = false;
  };
  void StartThread();
  void Work();

  size_t threads_max_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;  // guards what follows; the owner alone adds and removes entries
  std::condition_variable has_work_;
  std::condition_variable has_done_;
  std::deque<Entry> entries_;
  size_t begun_count_ = 0;  // so many of the oldest are being run, or have been
  bool ends_ = false;
};

}  // namespace pyforge::compress
