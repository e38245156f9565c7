// What a piece of work runs in: memory budget, threads, cancellation, progress, warnings.
// Libraries start no threads and print nothing; all of it arrives here.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"

namespace arrow {
class MemoryPool;
}

namespace pyforge {

/// Asked to stop? Set from any thread or a signal handler, polled by all loops. Threads: share
/// freely.
class Cancellation {
 public:
  /// `signal` is 0 for a plain request, else the signal's number (async-signal-safe).
  void Request(int signal = 0) noexcept {
    signal_.store(signal, std::memory_order_relaxed);
    requested_.store(true, std::memory_order_release);
  }
  /// Whoever sees the request sees its signal.
  bool requested() const noexcept { return requested_.load(std::memory_order_acquire); }
  int signal() const noexcept { return signal_.load(std::memory_order_relaxed); }
  /// OK, or interrupted.cancelled.
  Status Check() const;

 private:
  std::atomic<bool> requested_{false};
  std::atomic<int> signal_{0};
};

/// Counters that a job moves forward and a front end shows. Threads: share freely.
struct Progress {
  std::atomic<int64_t> bytes_total{0};  ///< stored bytes of all inputs; 0: not known
  std::atomic<int64_t> bytes_read{0};   ///< stored bytes read so far
  std::atomic<int64_t> rows_written{0};
  std::atomic<int64_t> bytes_written{0};
  std::atomic<int> phase{0};  ///< index into kPhaseNames
};
inline constexpr std::string_view kPhaseNames[] = {"detect", "infer", "convert", "publish",
                                                   "verify"};

/// The memory (or temporary disk space) one job may use. Draws on it are counted; nothing is
/// allocated here.
/// Threads: share freely.
class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t bytes_max) : bytes_max_(bytes_max) {}
  int64_t bytes_max() const { return bytes_max_; }
  int64_t bytes_used() const { return used_.load(std::memory_order_relaxed); }
  /// Takes `bytes` if they fit; false when they do not.
  bool TryTake(int64_t bytes);
  void Give(int64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const int64_t bytes_max_;
  std::atomic<int64_t> used_{0};
};

struct ExecutionOptions {
  int64_t memory_bytes_max = int64_t{512} << 20;  ///< peak resident size aimed at
  int threads = 0;                                ///< 0: as many as there are cores
  int64_t temp_bytes_max = int64_t{64} << 30;     ///< most bytes of temporary files
  std::string temp_directory = {};                ///< empty: TMPDIR, else /tmp
};

/// Threads: share freely; lives as long as the job.
class ExecutionContext {
 public:
  explicit ExecutionContext(const ExecutionOptions& options);
  ~ExecutionContext();
  ExecutionContext(const ExecutionContext&) = delete;
  ExecutionContext& operator=(const ExecutionContext&) = delete;

  const ExecutionOptions& options() const { return options_; }
  /// At least 1.
  int threads() const { return threads_; }
  int64_t memory_bytes_max() const { return options_.memory_bytes_max; }
  /// Counts Arrow's allocations against the budget and refuses beyond it (arrow OutOfMemory).
  arrow::MemoryPool* memory_pool() { return pool_.get(); }
  MemoryBudget& budget() { return budget_; }
  /// Counts the bytes of all temporary files against temp_bytes_max.
  MemoryBudget& temp_budget() { return temp_budget_; }
  Cancellation& cancellation() { return cancellation_; }
  Progress& progress() { return progress_; }
  /// The directory for spools and spills; exists.
  std::string temp_directory() const;

  /// Reports something the user should know that is no failure. Kept for the report, in order.
  void Warn(std::string text);
  std::vector<std::string> warnings() const;

 private:
  const ExecutionOptions options_;
  const int threads_;
  MemoryBudget budget_;
  MemoryBudget temp_budget_{options_.temp_bytes_max};
  std::unique_ptr<arrow::MemoryPool> pool_;
  Cancellation cancellation_;
  Progress progress_;
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
};

}  // namespace pyforge
