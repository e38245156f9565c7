#include "pyforge/execution.h"

#include <arrow/memory_pool.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>
#include <vector>

namespace pyforge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Cancellation, IsOkUntilItIsRequested) {
  Cancellation cancellation;
  EXPECT_FALSE(cancellation.requested());
  EXPECT_TRUE(cancellation.Check().ok());
  cancellation.Request();
  EXPECT_TRUE(cancellation.requested());
  EXPECT_TRUE(FailedWith(cancellation.Check(), kCancelled));
}

TEST(Cancellation, RemembersTheSignal) {
  Cancellation cancellation;
  cancellation.Request(15);
  EXPECT_EQ(cancellation.signal(), 15);
  EXPECT_THAT(cancellation.Check().message(), HasSubstr("signal 15"));
}

TEST(MemoryBudget, GivesOutNoMoreThanItHas) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.TryTake(60));
  EXPECT_FALSE(budget.TryTake(41));
  EXPECT_EQ(budget.bytes_used(), 60);
  EXPECT_TRUE(budget.TryTake(40));
  budget.Give(100);
  EXPECT_EQ(budget.bytes_used(), 0);
  EXPECT_TRUE(budget.TryTake(100));
  EXPECT_EQ(budget.bytes_max(), 100);
}

TEST(MemoryBudget, KeepsItsLimitUnderManyThreads) {
  MemoryBudget budget(1000);
  std::atomic<int64_t> most{0};
  const auto draw = [&] {
    for (int i = 0; i < 20'000; ++i) {
      if (!budget.TryTake(7)) continue;
      const int64_t used = budget.bytes_used();
      int64_t seen = most.load();
      while (used > seen && !most.compare_exchange_weak(seen, used)) {
      }
      budget.Give(7);
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) threads.emplace_back(draw);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.bytes_used(), 0);
  EXPECT_LE(most.load(), 1000);
}

TEST(ExecutionContext, RefusesArrowMemoryBeyondTheBudget) {
  ExecutionContext context({.memory_bytes_max = 1 << 20});
  EXPECT_EQ(context.memory_bytes_max(), 1 << 20);
  uint8_t* memory = nullptr;
  const Status status = context.memory_pool()->Allocate(2 << 20, &memory);
  EXPECT_TRUE(FailedWith(Translate(status, {}), kMemoryLimit)) << status;
}

TEST(ExecutionContext, TakesMemoryFromJemallocUnlessArrowIsToldOtherwise) {
  const char* const variable = "ARROW_DEFAULT_MEMORY_POOL";
  const char* const found = std::getenv(variable);
  const std::string before = found == nullptr ? "" : found;
  arrow::MemoryPool* jemalloc = nullptr;
  const bool has_jemalloc = arrow::jemalloc_memory_pool(&jemalloc).ok();
  const std::string usual = arrow::default_memory_pool()->backend_name();

  ::setenv(variable, usual.c_str(), 1);
  EXPECT_EQ(ExecutionContext({}).memory_pool()->backend_name(), usual);
  ::unsetenv(variable);
  EXPECT_EQ(ExecutionContext({}).memory_pool()->backend_name(), has_jemalloc ? "jemalloc" : usual);

  if (!before.empty()) ::setenv(variable, before.c_str(), 1);
}

TEST(ExecutionContext, UsesTheThreadsAskedForAndElseAtLeastOne) {
  EXPECT_EQ(ExecutionContext({.threads = 3}).threads(), 3);
  EXPECT_GE(ExecutionContext({}).threads(), 1);
}

TEST(ExecutionContext, PutsTemporaryFilesWhereItIsTold) {
  EXPECT_EQ(ExecutionContext({.temp_directory = "/there"}).temp_directory(), "/there");
  ::setenv("TMPDIR", "/elsewhere", 1);
  EXPECT_EQ(ExecutionContext({}).temp_directory(), "/elsewhere");
  ::unsetenv("TMPDIR");
  EXPECT_EQ(ExecutionContext({}).temp_directory(), "/tmp");
}

TEST(ExecutionContext, KeepsEachWarningOnceAndInOrder) {
  ExecutionContext context({});
  context.Warn("b");
  context.Warn("a");
  context.Warn("b");
  EXPECT_THAT(context.warnings(), ElementsAre("b", "a"));
}

}  // namespace
}  // namespace pyforge
