#include "core/trace.h"

#include <atomic>

#include <fmt/format.h>

namespace pyforge::core {
namespace {

// Small numbers instead of the system's thread ids, in the order in which threads first appear.
int ThreadNumber() {
  static std::atomic<int> next{1};
  thread_local const int kNumber = next.fetch_add(1);
  return kNumber;
}

int64_t Microseconds(Trace::Clock::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

void Trace::Add(std::string_view name, Clock::time_point start, Clock::time_point end,
                int64_t segment) {
  const Event event{.name = name,
                    .thread = ThreadNumber(),
                    .start_us = Microseconds(start - origin_),
                    .duration_us = Microseconds(end - start),
                    .segment = segment};
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
}

std::string Trace::ToJson() const {
  const std::lock_guard lock(mutex_);
  std::string json = "{\"traceEvents\":[";
  const char* separator = "\n";
  for (const Event& event : events_) {
    json += fmt::format(
        "{}{{\"name\":\"{}\",\"ph\":\"X\",\"pid\":1,\"tid\":{},\"ts\":{},\"dur\":{},"
        "\"args\":{{\"segment\":{}}}}}",
        separator, event.name, event.thread, event.start_us, event.duration_us, event.segment);
    separator = ",\n";
  }
  json += "\n]}\n";
  return json;
}

}  // namespace pyforge::core
