// What is left of a run that is killed, by runs that are.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "io/staging.h"
#include "pyforge/execution.h"
#include "support/faulty_system_calls.h"
#include "support/matchers.h"
#include "support/temp_directory.h"

namespace pyforge::io {
namespace {

namespace fs = std::filesystem;
using pyforge::testing::FaultyFileSystem;
using pyforge::testing::TempDirectory;
using ::testing::IsEmpty;

ExecutionContext& Context() {
  static ExecutionContext context({.threads = 1});
  return context;
}

// Runs in a process of its own, which is killed.
TEST(StagingChild, DISABLED_WritesUntilKilled) {
  const char* directory = std::getenv("PYFORGE_TEST_DIRECTORY");
  ASSERT_NE(directory, nullptr);
  const bool is_nameless = std::getenv("PYFORGE_TEST_NAMELESS") != nullptr;
  FaultyFileSystem place({.lacks_nameless_files = !is_nameless});
  for (int run = 0;; ++run) {
    auto staging =
        Staging::Open({.replace = true, .file_system = place.get()}, Context()).ValueOrDie();
    for (const char* name : {"one", "two", "made/three"}) {
      auto file = staging->NewFile(std::string(directory) + "/" + name);
      if (!file.ok()) ::_exit(1);
      if (!(*file)->Append(std::string(2'000'000, static_cast<char>('a' + run % 26))).ok())
        ::_exit(2);
    }
    if (run % 2 == 1 && !staging->Publish().ok()) ::_exit(3);
  }
}

void KillAtRandomMoments(bool is_nameless) {
  const TempDirectory directory;
  const std::string place = "PYFORGE_TEST_DIRECTORY=" + directory.path();
  std::string program = fs::read_symlink("/proc/self/exe").string();
  std::vector<std::string> arguments = {program, "--gtest_also_run_disabled_tests",
                                        "--gtest_filter=StagingChild.DISABLED_WritesUntilKilled"};
  for (int round = 0; round < 25; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("PYFORGE_TEST_DIRECTORY", directory.path().c_str(), 1);
      if (is_nameless) ::setenv("PYFORGE_TEST_NAMELESS", "1", 1);
      const int null = ::open("/dev/null", O_WRONLY);
      ::dup2(null, 1);
      std::vector<char*> argv;
      argv.reserve(arguments.size() + 1);
      for (std::string& argument : arguments) argv.push_back(argument.data());
      argv.push_back(nullptr);
      ::execv(program.c_str(), argv.data());
      ::_exit(9);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + round * 7 % 61));
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child gave up: " << WEXITSTATUS(status);
    // A final name never holds less than a whole file.
    for (const char* name : {"one", "two", "made/three"}) {
      if (!fs::exists(directory / name)) continue;
      const std::string bytes = directory.Read(name);
      ASSERT_EQ(bytes.size(), 2'000'000U) << name;
      ASSERT_EQ(bytes.find_first_not_of(bytes.front()), std::string::npos);
    }
    // The next run clears away what the killed one left.
    auto staging = Staging::Open({.replace = true}, Context()).ValueOrDie();
    ASSERT_OK(staging->NewFile(directory / "one"));
    for (const std::string& name : directory.Names()) {
      ASSERT_FALSE(name.starts_with(".pyforge-")) << name;
    }
  }
}

TEST(KilledStaging, LeavesWholeFilesAndRubbishForTheNextRunWhenKilled) {
  KillAtRandomMoments(false);
}
TEST(KilledStaging, LeavesWholeFilesAndLittleRubbishWhenKilledWithNamelessFiles) {
  KillAtRandomMoments(true);
}

TEST(KilledStaging, LeavesNothingAtAllWhenKilledWhileWritingNamelessFiles) {
  const TempDirectory directory;
  for (int round = 0; round < 10; ++round) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto staging = Staging::Open({}, Context()).ValueOrDie();
      const std::vector<uint8_t> bytes(12'000'000, 'x');
      for (int i = 0; i < 3; ++i) {
        auto file = staging->NewFile(directory / ("new/part-" + std::to_string(i)));
        if (!file.ok() || !(*file)->Append(bytes).ok()) ::_exit(1);
      }
      (void)!::write(ready[1], "x", 1);
      ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    EXPECT_THAT(directory.Names(), IsEmpty());
  }
}

}  // namespace
}  // namespace pyforge::io
