#include "io/direct_writer.h"

#include <signal.h>
#include <sys/resource.h>

#include <string>

#include "io/open_source.h"
#include "io/staging.h"
#include "pyforge/execution.h"
#include "support/byte_streams.h"
#include "support/faulty_system_calls.h"
#include "support/matchers.h"
#include "support/temp_directory.h"

namespace pyforge::io {
namespace {

using pyforge::testing::FailsWith;
using pyforge::testing::Faults;
using pyforge::testing::FaultyFileSystem;
using pyforge::testing::InFile;
using pyforge::testing::ReadAll;
using pyforge::testing::TempDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ExecutionContext& Context() {
  static ExecutionContext context({.threads = 1});
  return context;
}

std::string Pattern(size_t bytes) {
  std::string pattern(bytes, '\0');
  unsigned seed = 1;
  for (char& c : pattern) c = static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  return pattern;
}

/// Writes 30 MB in steps of `step` bytes, most of them past the page cache.
Status WriteLarge(const std::string& path, const std::string& bytes, size_t step,
                  FaultyFileSystem& place) {
  ARROW_ASSIGN_OR_RAISE(auto staging,
                        Staging::Open({.replace = true, .file_system = place.get()}, Context()));
  ARROW_ASSIGN_OR_RAISE(OutputFile * file, staging->NewFile(path));
  for (size_t i = 0; i < bytes.size(); i += step) {
    ARROW_RETURN_NOT_OK(file->Append(std::string_view(bytes).substr(i, step)));
  }
  return staging->Publish();
}

Status WriteLarge(const std::string& path, const std::string& bytes, size_t step, Faults faults) {
  FaultyFileSystem place(faults);
  return WriteLarge(path, bytes, step, place);
}

TEST(DirectWrites, WritesLargeFilesPastTheCache) {
  const TempDirectory directory;
  const std::string bytes = Pattern(30'000'000);
  Faults faults;
  for (const bool lacks_direct_writes : {false, true}) {
    faults.lacks_direct_writes = lacks_direct_writes;
    for (const size_t step : {1000U, 1U << 20U, 4'000'000U, 30'000'000U}) {
      ASSERT_OK(WriteLarge(directory / "a", bytes, step, faults));
      ASSERT_TRUE(directory.Read("a") == bytes) << "in steps of " << step;
    }
  }
}

TEST(DirectWrites, ReadsBackAndWritesOnAfterDirectWrites) {
  const TempDirectory directory;
  const std::string bytes = Pattern(20'000'000);
  auto staging = Staging::Open({}, Context()).ValueOrDie();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory / "a"));
  ASSERT_OK(file->Append(bytes));
  ASSERT_OK_AND_ASSIGN(const std::string path, staging->ReadablePath(*file));
  ASSERT_OK_AND_ASSIGN(auto source, OpenSource(path, Context()));
  ASSERT_OK_AND_ASSIGN(auto stream, source->OpenStream());
  EXPECT_TRUE(*ReadAll(*stream) == bytes);
  ASSERT_OK(file->Append(bytes));
  ASSERT_OK(staging->Publish());
  EXPECT_TRUE(directory.Read("a") == bytes + bytes);
}

TEST(DirectWrites, WritesBlocksAgainThatFailedPastTheCache) {
  const TempDirectory directory;
  const std::string bytes = Pattern(30'000'000);
  Faults faults;
  faults.error = EINVAL;
  faults.kinds = testing::kDirectWriteCall;
  for (const bool goes_on : {false, true}) {
    faults.goes_on = goes_on;
    faults.fail_at = 2;
    ASSERT_OK(WriteLarge(directory / "a", bytes, 100'000, faults));
    ASSERT_TRUE(directory.Read("a") == bytes);
  }
  // A disk may also take only a part.
  faults = {.write_bytes_max = 300'000};
  ASSERT_OK(WriteLarge(directory / "a", bytes, 100'000, faults));
  ASSERT_TRUE(directory.Read("a") == bytes);
}

TEST(DirectWrites, LeavesNothingWhenTheDiskFillsUpPastTheCache) {
  const TempDirectory directory;
  const std::string bytes = Pattern(30'000'000);
  Faults faults;
  faults.goes_on = true;
  faults.kinds = testing::kDirectWriteCall | testing::kWriteCall;
  // 16 small writes and 7 large ones go through the cache; the 20 MB left take two at least.
  for (faults.fail_at = 24; faults.fail_at <= 25; ++faults.fail_at) {
    FaultyFileSystem place(faults);
    ASSERT_THAT(WriteLarge(directory / "a", bytes, 100'000, place),
                AllOf(FailsWith("io.disk_full"), InFile(directory / "a")));
    ASSERT_GE(place.calls().direct_write_count(), faults.fail_at - 23);
    ASSERT_THAT(directory.Names(), IsEmpty());
  }
}

TEST(DirectWrites, BelievesADiskThatFailsAndSaysWhere) {
  const TempDirectory directory;
  Faults faults;
  faults.error = EIO;
  faults.kinds = testing::kDirectWriteCall;
  faults.fail_at = 1;
  const Status status = WriteLarge(directory / "a", Pattern(30'000'000), 100'000, faults);
  EXPECT_THAT(status, FailsWith("io.write_failed"));
  EXPECT_THAT(status.message(), HasSubstr("1048576 bytes at byte 8388608 of"));
  EXPECT_THAT(directory.Names(), IsEmpty());
}

TEST(DirectWrites, LeaveFurtherFilesToTheCacheWhenThereAreMany) {
  const TempDirectory directory;
  const std::string bytes = Pattern(10'000'000);
  auto staging = Staging::Open({}, Context()).ValueOrDie();
  for (int i = 0; i <= DirectWriter::kWriterCountMax; ++i) {
    ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory / std::to_string(i)));
    ASSERT_OK(file->Append(bytes));
  }
  ASSERT_OK(staging->Publish());
  for (int i = 0; i <= DirectWriter::kWriterCountMax; ++i) {
    ASSERT_TRUE(directory.Read(std::to_string(i)) == bytes) << i;
  }
}

TEST(DirectWrites, HonoursTheLimitOfTheFileSize) {
  const TempDirectory directory;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  for (const rlim_t bytes_max : {1'500'000U, 20'500'000U}) {
    small.rlim_cur = bytes_max;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const Status status = WriteLarge(directory / "a", Pattern(30'000'000), 300'000, {});
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(status, FailsWith("io.disk_full"));
    EXPECT_THAT(directory.Names(), IsEmpty());
  }
}

}  // namespace
}  // namespace pyforge::io
