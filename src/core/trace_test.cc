#include "core/trace.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pyforge::core {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

TEST(Trace, WritesOneCompleteEventASpan) {
  Trace trace;
  const auto start = Trace::Clock::now();
  trace.Add("decode", start, start + milliseconds(3), 7);
  EXPECT_THAT(trace.ToJson(), HasSubstr("\"name\":\"decode\",\"ph\":\"X\",\"pid\":1"));
  EXPECT_THAT(trace.ToJson(), HasSubstr("\"dur\":3000,\"args\":{\"segment\":7}"));
}

TEST(Trace, TellsThreadsApart) {
  Trace trace;
  const auto now = Trace::Clock::now();
  trace.Add("a", now, now, 0);
  const std::string one = trace.ToJson();
  std::thread([&] { trace.Add("b", now, now, 1); }).join();
  const std::string two = trace.ToJson();
  const auto thread_of = [&](const std::string& name) {
    const size_t at = two.find("\"tid\":", two.find("\"name\":\"" + name + "\""));
    return two.substr(at, two.find(',', at) - at);
  };
  EXPECT_NE(thread_of("a"), thread_of("b"));
}

TEST(Trace, IsValidWithoutEvents) { EXPECT_EQ(Trace().ToJson(), "{\"traceEvents\":[\n]}\n"); }

}  // namespace
}  // namespace pyforge::core
