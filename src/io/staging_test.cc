#include "io/staging.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "io/errors.h"
#include "io/open_source.h"
#include "io/unique_name.h"
#include "support/byte_streams.h"
#include "support/faulty_system_calls.h"
#include "support/matchers.h"
#include "support/temp_directory.h"

namespace pyforge::io {
namespace {

namespace fs = std::filesystem;
using pyforge::testing::FailsSaying;
using pyforge::testing::FailsWith;
using pyforge::testing::Faults;
using pyforge::testing::FaultyFileSystem;
using pyforge::testing::InFile;
using pyforge::testing::ReadAll;
using pyforge::testing::TempDirectory;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ExecutionContext& Context() {
  static ExecutionContext context({.threads = 1});
  return context;
}

/// What a file system can lack; every promise must hold on each.
struct Place {
  const char* name;
  Faults faults;
};
const Place kPlaces[] = {
    {"Full", {}},
    {"NoNamelessFiles", {.lacks_nameless_files = true}},
    {"NoRenameFlags", {.lacks_rename_flags = true}},
    {"NoNamelessFilesNoRenameFlags", {.lacks_nameless_files = true, .lacks_rename_flags = true}},
    {"Poor",
     {.lacks_nameless_files = true,
      .lacks_rename_flags = true,
      .lacks_hard_links = true,
      .lacks_locks = true}},
};

class StagingTest : public ::testing::TestWithParam<Place> {
 protected:
  std::unique_ptr<Staging> Open(StagingOptions options = {}) {
    options.file_system = place_.get();
    return Staging::Open(std::move(options), Context()).ValueOrDie();
  }

  Status WriteAll(Staging& staging, const std::vector<std::string>& names,
                  std::string_view bytes = "new") {
    for (const std::string& name : names) {
      ARROW_ASSIGN_OR_RAISE(OutputFile * file, staging.NewFile(directory_ / name));
      ARROW_RETURN_NOT_OK(file->Append(bytes));
    }
    return staging.Publish();
  }

  TempDirectory directory_;
  FaultyFileSystem place_{GetParam().faults};
};
INSTANTIATE_TEST_SUITE_P(Places, StagingTest, ::testing::ValuesIn(kPlaces),
                         [](const auto& param) { return std::string(param.param.name); });

TEST_P(StagingTest, ShowsAFileOnlyWhenItIsPublished) {
  auto staging = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a.csv"));
  EXPECT_EQ(file->path(), directory_ / "a.csv");
  ASSERT_OK(file->Append("a,b\n"));
  ASSERT_OK(file->Append("1,2\n"));
  EXPECT_EQ(file->position(), 8);
  EXPECT_FALSE(fs::exists(directory_ / "a.csv"));
  ASSERT_OK(staging->Publish());
  EXPECT_THAT(directory_.Names(), ElementsAre("a.csv"));
  EXPECT_EQ(directory_.Read("a.csv"), "a,b\n1,2\n");
  EXPECT_EQ(file->position(), 8);
  EXPECT_THAT(file->Append("late"), FailsWith("internal.bug"));
}

TEST_P(StagingTest, LeavesNothingWhenItIsNotPublished) {
  {
    auto staging = Open();
    ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "new/deep/a.csv"));
    ASSERT_OK(file->Append(std::string(3 << 20, 'x')));
  }
  EXPECT_THAT(directory_.Names(), IsEmpty());
}

TEST_P(StagingTest, KeepsBytesInOrderWhateverTheAppendSizes) {
  std::string expected;
  auto staging = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a"));
  unsigned seed = 1;
  for (size_t bytes :
       {1U, 1'000'000U, 48'575U, 1U, 1'048'576U, 3'000'000U, 0U, 7U, 1'048'569U, 5'242'880U}) {
    std::string piece(bytes, '\0');
    for (char& c : piece) c = static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
    ASSERT_OK(file->Append(piece));
    expected += piece;
    ASSERT_EQ(file->position(), static_cast<int64_t>(expected.size()));
  }
  ASSERT_OK(staging->Publish());
  EXPECT_TRUE(directory_.Read("a") == expected);
}

TEST_P(StagingTest, MakesMissingDirectoriesTogetherWithTheirFiles) {
  auto staging = Open();
  for (const char* name : {"out/a.csv", "out/sub/b.csv", "out/sub/deeper/c.csv", "d.csv"}) {
    ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / name));
    ASSERT_OK(file->Append(name));
  }
  EXPECT_FALSE(fs::exists(directory_ / "out"));
  ASSERT_OK(staging->Publish());
  EXPECT_THAT(directory_.Names(),
              ElementsAre("d.csv", "out/", "out/a.csv", "out/sub/", "out/sub/b.csv",
                          "out/sub/deeper/", "out/sub/deeper/c.csv"));
  EXPECT_EQ(directory_.Read("out/sub/deeper/c.csv"), "out/sub/deeper/c.csv");
}

TEST_P(StagingTest, RefusesAnExistingOutputAndTouchesNothing) {
  directory_.Write("a.csv", "old");
  auto staging = Open();
  EXPECT_THAT(staging->NewFile(directory_ / "a.csv"),
              AllOf(FailsWith("io.output_exists"), FailsSaying("already exists"),
                    InFile(directory_ / "a.csv")));
  staging.reset();
  EXPECT_THAT(directory_.Names(), ElementsAre("a.csv"));
  EXPECT_EQ(directory_.Read("a.csv"), "old");
}

TEST_P(StagingTest, RefusesAnOutputThatCameIntoBeingMeanwhile) {
  {
    auto staging = Open();
    ASSERT_OK(staging->NewFile(directory_ / "first.csv"));
    ASSERT_OK(staging->NewFile(directory_ / "a.csv"));
    directory_.Write("a.csv", "theirs");
    EXPECT_THAT(staging->Publish(),
                AllOf(FailsWith("io.output_exists"), FailsSaying("already exists")));
  }
  EXPECT_THAT(directory_.Names(), ElementsAre("a.csv"));
  EXPECT_EQ(directory_.Read("a.csv"), "theirs");
}

TEST_P(StagingTest, ReplacesAnExistingOutputWhenAsked) {
  directory_.Write("a.csv", "old");
  fs::permissions(directory_ / "a.csv", fs::perms(0640));
  auto staging = Open({.replace = true});
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a.csv"));
  ASSERT_OK(file->Append("new"));
  EXPECT_EQ(directory_.Read("a.csv"), "old");
  ASSERT_OK(staging->Publish());
  EXPECT_THAT(directory_.Names(), ElementsAre("a.csv"));
  EXPECT_EQ(directory_.Read("a.csv"), "new");
  EXPECT_EQ(fs::status(directory_ / "a.csv").permissions(), fs::perms(0640));
}

TEST_P(StagingTest, ReplacesTheFileThatALinkLeadsTo) {
  directory_.Write("data/real.csv", "old");
  fs::create_symlink("data/real.csv", directory_ / "latest.csv");
  fs::create_symlink("nowhere", directory_ / "dangling.csv");
  EXPECT_THAT(Open()->NewFile(directory_ / "dangling.csv"), FailsWith("io.output_exists"));
  auto staging = Open({.replace = true});
  ASSERT_OK(WriteAll(*staging, {"latest.csv", "dangling.csv"}));
  EXPECT_TRUE(fs::is_symlink(directory_ / "latest.csv"));
  EXPECT_EQ(directory_.Read("data/real.csv"), "new");
  EXPECT_EQ(directory_.Read("dangling.csv"), "new");
}

TEST_P(StagingTest, PublishesOldAndNewNamesTogether) {
  directory_.Write("a", "old a");
  directory_.Write("b", "old b");
  auto staging = Open({.replace = true});
  ASSERT_OK(WriteAll(*staging, {"a", "b", "c", "made/d"}));
  EXPECT_THAT(directory_.Names(), ElementsAre("a", "b", "c", "made/", "made/d"));
  for (const char* name : {"a", "b", "c", "made/d"}) EXPECT_EQ(directory_.Read(name), "new");
}

TEST_P(StagingTest, LeavesAllOrNothingWhateverSystemCallFails) {
  const std::vector<std::string> names = {"a", "b", "c", "made/d", "made/deeper/e"};
  for (const bool replace : {false, true}) {
    for (const bool goes_on : {false, true}) {
      bool has_failed = true;
      for (int fail_at = 1; has_failed; ++fail_at) {
        ASSERT_LT(fail_at, 1000);
        const TempDirectory directory(testing::MemoryDirectory());
        if (replace) {
          directory.Write("a", "old");
          directory.Write("b", "old");
        }
        Faults faults = GetParam().faults;
        faults.fail_at = fail_at;
        faults.goes_on = goes_on;
        FaultyFileSystem place(faults);
        Status status;
        {
          auto staging = Staging::Open({.replace = replace,
                                        .durability = Durability::kAlways,
                                        .file_system = place.get()},
                                       Context())
                             .ValueOrDie();
          status = [&] {
            for (const std::string& name : names) {
              ARROW_ASSIGN_OR_RAISE(OutputFile * file, staging->NewFile(directory / name));
              ARROW_RETURN_NOT_OK(file->Append(std::string(1'500'000, 'n')));
              ARROW_RETURN_NOT_OK(file->Append("ew"));
            }
            return staging->Publish();
          }();
        }
        has_failed = place.calls().has_failed();
        const std::string place_of_failure =
            "call " + std::to_string(fail_at) + (goes_on ? " and later" : "");
        if (status.ok()) {
          ASSERT_THAT(directory.Names(), ElementsAre("a", "b", "c", "made/", "made/d",
                                                     "made/deeper/", "made/deeper/e"))
              << place_of_failure;
          for (const std::string& name : names) ASSERT_EQ(directory.Read(name).size(), 1'500'002U);
          continue;
        }
        ASSERT_TRUE(has_failed) << status.ToString();
        ASSERT_THAT(status, FailsWith("io.disk_full")) << place_of_failure;
        ASSERT_FALSE(DetailOf(status)->where().path.empty());
        if (!replace) {
          ASSERT_THAT(directory.Names(), IsEmpty()) << place_of_failure;
        } else if (!goes_on && !GetParam().faults.lacks_hard_links) {
          // Without renames nothing can come back; without links and exchanges nothing is kept.
          ASSERT_THAT(directory.Names(), ElementsAre("a", "b")) << place_of_failure;
          ASSERT_EQ(directory.Read("a"), "old") << place_of_failure;
          ASSERT_EQ(directory.Read("b"), "old") << place_of_failure;
        }
      }
    }
  }
}

TEST_P(StagingTest, NamesPathAndBytesWhenTheDiskIsFull) {
  Faults faults = GetParam().faults;
  faults.kinds = testing::kWriteCall;
  faults.fail_at = 2;
  for (const int error : {ENOSPC, EDQUOT, EFBIG}) {
    faults.error = error;
    FaultyFileSystem place(faults);
    auto staging = Staging::Open({.file_system = place.get()}, Context()).ValueOrDie();
    ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a.csv"));
    ASSERT_OK(file->Append(std::string(1 << 20, 'x')));
    EXPECT_THAT(file->Append(std::string(2 << 20, 'x')),
                AllOf(FailsWith("io.disk_full"), FailsSaying("2097152 bytes at byte 1048576"),
                      InFile(directory_ / "a.csv")));
    // It stays failed: a hole must never be published.
    EXPECT_THAT(file->Append("x"), FailsWith("io.disk_full"));
    EXPECT_THAT(staging->Publish(), FailsWith("io.disk_full"));
  }
  EXPECT_THAT(directory_.Names(), IsEmpty());
}

TEST_P(StagingTest, WritesOnAfterShortWritesAndInterruptions) {
  Faults faults = GetParam().faults;
  faults.write_bytes_max = 300'000;
  faults.kinds = testing::kWriteCall;
  for (const int error : {EINTR, EAGAIN}) {
    faults.error = error;
    faults.fail_at = 3;
    FaultyFileSystem place(faults);
    auto staging =
        Staging::Open({.replace = true, .file_system = place.get()}, Context()).ValueOrDie();
    ASSERT_OK(WriteAll(*staging, {"a"}, std::string(5'000'000, 'x')));
    EXPECT_EQ(directory_.Read("a"), std::string(5'000'000, 'x'));
  }
}

TEST_P(StagingTest, BeginsAgainAfterDiscard) {
  auto staging = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a"));
  ASSERT_OK(file->Append(std::string(2'000'000, 'x')));
  EXPECT_TRUE(staging->CanRestart(*file));
  ASSERT_OK(staging->Discard(file));
  ASSERT_OK_AND_ASSIGN(file, staging->NewFile(directory_ / "a"));
  ASSERT_OK(file->Append("second"));
  ASSERT_OK(staging->Publish());
  EXPECT_EQ(directory_.Read("a"), "second");
  EXPECT_THAT(directory_.Names(), ElementsAre("a"));
}

TEST_P(StagingTest, CanBeReadBeforeItIsPublished) {
  auto staging = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a"));
  ASSERT_OK(file->Append("some rows"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const std::string path, staging->ReadablePath(*file));
    ASSERT_OK_AND_ASSIGN(auto source, OpenSource(path, Context()));
    ASSERT_OK_AND_ASSIGN(auto stream, source->OpenStream());
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadAll(*stream));
    EXPECT_EQ(bytes, "some rows");
    ASSERT_OK(staging->Finish(file));
  }
  ASSERT_OK(staging->Publish());
  EXPECT_EQ(directory_.Read("a"), "some rows");
}

TEST_P(StagingTest, PublishesMoreFilesThanMayBeOpenAtOnce) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 100;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  auto staging = Open();
  for (int i = 0; i < 300; ++i) {
    auto file = staging->NewFile(directory_ / ("part=" + std::to_string(i) + "/a"));
    ASSERT_OK(file);
    ASSERT_OK((*file)->Append("x"));
    ASSERT_OK(staging->Finish(*file));
  }
  const Status published = staging->Publish();
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_OK(published);
  EXPECT_EQ(directory_.Names().size(), 600U);
}

TEST_P(StagingTest, RefusesAnOutputThatIsAnInputByAnyName) {
  const std::string input = directory_.Write("in.csv", "a,b\n");
  fs::create_symlink(input, directory_ / "link.csv");
  fs::create_hard_link(input, directory_ / "hard.csv");
  for (const bool replace : {false, true}) {
    auto staging =
        Open({.replace = replace, .inputs = {input, "-", "s3://x/y", directory_ / "gone"}});
    for (const char* name : {"in.csv", "link.csv", "hard.csv", "./in.csv"}) {
      EXPECT_THAT(staging->NewFile(directory_ / name), FailsWith("io.output_is_input")) << name;
    }
  }
  EXPECT_EQ(directory_.Read("in.csv"), "a,b\n");
}

TEST_P(StagingTest, SaysThatTheDirectoryHasVanished) {
  for (const bool is_made_again : {false, true}) {
    fs::create_directory(directory_ / "out");
    auto staging = Open();
    ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "out/a"));
    ASSERT_OK(file->Append("x"));
    fs::remove_all(directory_ / "out");
    if (is_made_again) fs::create_directory(directory_ / "out");
    EXPECT_THAT(staging->Publish(),
                AllOf(FailsWith("io.output_directory_gone"), FailsSaying(directory_ / "out")));
    staging.reset();
    EXPECT_EQ(directory_.Names(),
              is_made_again ? std::vector<std::string>{"out/"} : std::vector<std::string>{});
    fs::remove_all(directory_ / "out");
  }
}

TEST_P(StagingTest, GivesInToADirectoryThatAnotherRunHasMade) {
  auto first = Open();
  auto second = Open();
  ASSERT_OK(first->NewFile(directory_ / "out/sub/a"));
  ASSERT_OK(second->NewFile(directory_ / "out/sub/b"));
  auto third = Open();
  ASSERT_OK(third->NewFile(directory_ / "out/sub/b"));
  ASSERT_OK(first->Publish());
  ASSERT_OK(second->Publish());
  EXPECT_THAT(third->Publish(), FailsWith("io.output_exists"));
  third.reset();
  EXPECT_THAT(directory_.Names(), ElementsAre("out/", "out/sub/", "out/sub/a", "out/sub/b"));
}

TEST_P(StagingTest, LetsOneOfTwoRunsWin) {
  auto first = Open();
  auto second = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * theirs, first->NewFile(directory_ / "a"));
  ASSERT_OK_AND_ASSIGN(OutputFile * ours, second->NewFile(directory_ / "a"));
  ASSERT_OK(theirs->Append("first"));
  ASSERT_OK(ours->Append("second"));
  ASSERT_OK(first->Publish());
  EXPECT_THAT(second->Publish(), FailsWith("io.output_exists"));
  second.reset();
  EXPECT_EQ(directory_.Read("a"), "first");
  EXPECT_THAT(directory_.Names(), ElementsAre("a"));
}

TEST_P(StagingTest, RefusesPathsThatCannotBeFiles) {
  directory_.Write("file", "x");
  fs::create_directory(directory_ / "dir");
  for (const bool replace : {false, true}) {
    auto staging = Open({.replace = replace});
    EXPECT_THAT(staging->NewFile(""), FailsWith("usage.bad_request"));
    EXPECT_THAT(staging->NewFile(directory_ / "new/"), FailsWith("usage.bad_request"));
    EXPECT_THAT(staging->NewFile("s3://bucket/a"), FailsWith("unsupported.scheme"));
    EXPECT_THAT(staging->NewFile(directory_ / "dir"), FailsWith("io.is_directory"));
    EXPECT_THAT(staging->NewFile(directory_ / "file/a"),
                AllOf(FailsWith("io.write_failed"), FailsSaying("is not a directory")));
    EXPECT_THAT(staging->NewFile(directory_ / "none/../a"), FailsWith("usage.bad_request"));
    ASSERT_OK(staging->NewFile(directory_ / "a"));
    EXPECT_THAT(staging->NewFile(directory_ / "a"), FailsWith("usage.bad_request"));
    EXPECT_THAT(staging->NewFile(directory_ / "dir/../a"), FailsWith("usage.bad_request"));
    EXPECT_THAT(staging->NewFile(directory_ / std::string(300, 'n')), FailsWith("io.write_failed"));
  }
}

TEST_P(StagingTest, DoesNotReplaceADirectoryThatWasMadeMeanwhile) {
  directory_.Write("a", "old");
  directory_.Write("b", "old");
  {
    auto staging = Open({.replace = true});
    ASSERT_OK(staging->NewFile(directory_ / "a"));
    ASSERT_OK(staging->NewFile(directory_ / "b"));
    fs::remove(directory_ / "b");
    directory_.Write("b/precious", "theirs");
    EXPECT_THAT(staging->Publish(), FailsWith("io.is_directory"));
  }
  EXPECT_THAT(directory_.Names(), ElementsAre("a", "b/", "b/precious"));
  EXPECT_EQ(directory_.Read("a"), "old");
}

TEST_P(StagingTest, WorksInTheCurrentDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(directory_.path());
  auto staging = Open();
  const auto a = staging->NewFile("a");
  const auto b = staging->NewFile("new/b");
  const Status published = staging->Publish();
  fs::current_path(before);
  ASSERT_OK(a);
  ASSERT_OK(b);
  ASSERT_OK(published);
  EXPECT_THAT(directory_.Names(), ElementsAre("a", "new/", "new/b"));
}

TEST_P(StagingTest, RemovesWhatKilledRunsLeftButNothingInUse) {
  const std::string abandoned = UniqueName();
  const std::string without_lock = UniqueName();
  const std::string held = UniqueName();
  directory_.Write(abandoned + "/lock", "");
  directory_.Write(abandoned + "/tree-0/sub/file", "x");
  fs::create_directory(directory_ / without_lock);
  directory_.Write(held + "/lock", "");
  directory_.Write(held + "/new-0", "x");
  directory_.Write(".pyforge-notes", "the user's own");
  const int lock = ::open((directory_ / (held + "/lock")).c_str(), O_RDWR);
  ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
  ASSERT_OK(Open()->NewFile(directory_ / "a"));
  const auto names = directory_.Names();
  ::close(lock);
  if (GetParam().faults.lacks_locks) {
    // What is in use cannot be told from what is not, so nothing is removed.
    EXPECT_THAT(names, ::testing::IsSupersetOf(
                           {abandoned + "/tree-0/sub/file", without_lock + "/", held + "/new-0"}));
    return;
  }
  EXPECT_THAT(names, ElementsAre(held + "/", held + "/lock", held + "/new-0", ".pyforge-notes"));
  ASSERT_OK(Open()->NewFile(directory_ / "a"));
  EXPECT_THAT(directory_.Names(), ElementsAre(".pyforge-notes"));
}

TEST_P(StagingTest, StreamsToStandardOutput) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  std::string received;
  std::thread reader([&] {
    char buffer[65536];
    for (ssize_t count; (count = ::read(pipe[0], buffer, sizeof buffer)) > 0;) {
      received.append(buffer, static_cast<size_t>(count));
    }
  });
  auto staging = Open({.standard_output = pipe[1]});
  auto file = staging->NewFile("-");
  Status status = file.status();
  std::string sent;
  for (int i = 0; i < 50'000 && status.ok(); ++i) {
    const std::string row = "row " + std::to_string(i) + "\n";
    status = (*file)->Append(row);
    sent += row;
  }
  const bool can_restart = staging->CanRestart(**file);
  const Status discarded = staging->Discard(*file);
  const auto readable = staging->ReadablePath(**file);
  const auto second = staging->NewFile("-");
  if (status.ok()) status = staging->Publish();
  ::close(pipe[1]);
  reader.join();
  ::close(pipe[0]);
  ASSERT_OK(status);
  EXPECT_TRUE(received == sent);
  EXPECT_FALSE(can_restart);
  EXPECT_THAT(discarded, FailsWith("internal.bug"));
  EXPECT_THAT(readable, FailsWith("io.not_repeatable"));
  EXPECT_THAT(second, FailsWith("usage.bad_request"));
}

TEST_P(StagingTest, SaysThatTheReaderOfAPipeHasGone) {
  ::signal(SIGPIPE, SIG_IGN);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ::close(pipe[0]);
  auto staging = Open({.standard_output = pipe[1]});
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile("-"));
  EXPECT_THAT(file->Append(std::string(1'000'000, 'x')),
              AllOf(FailsWith("io.write_failed"), FailsSaying("closed the pipe")));
  EXPECT_EQ(DetailOf(file->Append("x"))->where().path, "standard output");
  ::close(pipe[1]);
}

TEST_P(StagingTest, WritesIntoDevicesAndPipesInsteadOfReplacingThem) {
  for (const bool replace : {false, true}) {
    auto staging = Open({.replace = replace});
    ASSERT_OK_AND_ASSIGN(OutputFile * null, staging->NewFile("/dev/null"));
    ASSERT_OK(null->Append(std::string(1'000'000, 'x')));
    EXPECT_FALSE(staging->CanRestart(*null));
    ASSERT_OK(staging->Publish());
  }
  struct stat info {};
  ASSERT_EQ(::stat("/dev/null", &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode));

  ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = directory_.Read("fifo"); });
  auto staging = Open();
  const Status written = WriteAll(*staging, {"fifo"}, "through the pipe");
  staging.reset();
  reader.join();
  ASSERT_OK(written);
  EXPECT_EQ(received, "through the pipe");

  auto full = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, full->NewFile("/dev/full"));
  ASSERT_OK(file->Append("x"));
  EXPECT_THAT(full->Publish(), FailsWith("io.disk_full"));
}

TEST_P(StagingTest, RefusesAnInputThatStandardOutputGoesTo) {
  const std::string input = directory_.Write("a.csv", "a\n");
  const int fd = ::open(input.c_str(), O_WRONLY | O_APPEND);
  auto staging = Open({.inputs = {input}, .standard_output = fd});
  EXPECT_THAT(staging->NewFile("-"), FailsWith("io.output_is_input"));
  ::close(fd);
}

TEST_P(StagingTest, StopsWritingWhenAskedTo) {
  ExecutionContext context({.threads = 1});
  auto staging = Staging::Open({.file_system = place_.get()}, context).ValueOrDie();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, staging->NewFile(directory_ / "a"));
  context.cancellation().Request(SIGINT);
  EXPECT_THAT(file->Append(std::string(2 << 20, 'x')), FailsWith("interrupted.cancelled"));
}

TEST_P(StagingTest, RefusesFilesOfAnotherStaging) {
  auto staging = Open();
  auto other = Open();
  ASSERT_OK_AND_ASSIGN(OutputFile * file, other->NewFile(directory_ / "a"));
  EXPECT_THAT(staging->Discard(file), FailsWith("internal.bug"));
  EXPECT_THAT(staging->Finish(file), FailsWith("internal.bug"));
  EXPECT_THAT(staging->ReadablePath(*file), FailsWith("io.not_repeatable"));
  EXPECT_FALSE(staging->CanRestart(*file));
}

TEST(Staging, SaysWhatThePlaceRefuses) {
  const TempDirectory directory;
  for (const auto& [error, code] : {std::pair{EACCES, "io.permission"},
                                    {EROFS, "io.permission"},
                                    {EIO, "io.write_failed"},
                                    {ENOSPC, "io.disk_full"}}) {
    for (const unsigned kind : {testing::kCreateCall, testing::kOpenCall}) {
      FaultyFileSystem place({.fail_at = 1, .error = error, .kinds = kind});
      auto staging = Staging::Open({.file_system = place.get()}, Context()).ValueOrDie();
      EXPECT_THAT(staging->NewFile(directory / "a"), FailsWith(code));
    }
  }
}

TEST(Staging, CannotMakeAStagingDirectoryWithoutRoom) {
  const TempDirectory directory;
  for (int fail_at = 1; fail_at <= 2; ++fail_at) {  // the directory, its lock
    FaultyFileSystem place({.fail_at = fail_at, .lacks_nameless_files = true});
    auto staging = Staging::Open({.file_system = place.get()}, Context()).ValueOrDie();
    EXPECT_THAT(staging->NewFile(directory / "a"), FailsWith("io.disk_full"));
    staging.reset();
    EXPECT_THAT(directory.Names(), IsEmpty());
  }
  // A cleaner that is always faster.
  FaultyFileSystem place({.fail_at = 1,
                          .error = EWOULDBLOCK,
                          .goes_on = true,
                          .kinds = testing::kLockCall,
                          .lacks_nameless_files = true});
  auto staging = Staging::Open({.file_system = place.get()}, Context()).ValueOrDie();
  EXPECT_THAT(staging->NewFile(directory / "a"), FailsWith("io.write_failed"));
}

TEST(UniqueNames, AreRecognisedAndNothingElseIs) {
  const std::string name = UniqueName();
  EXPECT_TRUE(IsUniqueName(name));
  EXPECT_NE(name, UniqueName());
  EXPECT_FALSE(IsUniqueName(name + "0"));
  EXPECT_FALSE(IsUniqueName(".pyforge-"));
  EXPECT_FALSE(IsUniqueName(".pyforge-zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"));
  EXPECT_FALSE(IsUniqueName("pyforge"));
}

}  // namespace
}  // namespace pyforge::io
