// A trace of the pipeline in the JSON form that Perfetto and chrome://tracing show: who did what,
// when.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::core {

/// Threads: share freely.
class Trace {
 public:
  using Clock = std::chrono::steady_clock;

  /// One span of work on the calling thread. `name` is of static storage.
  void Add(std::string_view name, Clock::time_point start, Clock::time_point end, int64_t segment);
  /// {"traceEvents": [...]}, times in microseconds since the trace was made.
  std::string ToJson() const;

 private:
  struct Event {
    std::string_view name;
    int thread;
    int64_t start_us;
    int64_t duration_us;
    int64_t segment;
  };

  const Clock::time_point origin_ = Clock::now();
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

}  // namespace pyforge::core
