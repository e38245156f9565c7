#include "io/path.h"

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "io/errors.h"
#include "io/local_file_system.h"
#include "pyforge/execution.h"
#include "support/faulty_system_calls.h"
#include "support/matchers.h"
#include "support/temp_directory.h"

namespace pyforge::io {
namespace {

namespace fs = std::filesystem;
using pyforge::testing::FailsSaying;
using pyforge::testing::FailsWith;
using pyforge::testing::TempDirectory;
using ::testing::AllOf;
using ::testing::ElementsAre;

TEST(LocalPath, TakesPathsAndFileUrls) {
  EXPECT_EQ(*LocalPath("a/b.csv"), "a/b.csv");
  EXPECT_EQ(*LocalPath("-"), "-");
  EXPECT_EQ(*LocalPath("file:///a/b%20c%C3%A9%2f.csv"), "/a/b cé/.csv");
  EXPECT_EQ(*LocalPath("file://localhost/a"), "/a");
  EXPECT_EQ(*LocalPath("a b://c"), "a b://c");
  EXPECT_EQ(*LocalPath("c://x"), "c://x");
  EXPECT_EQ(*LocalPath("100%.csv"), "100%.csv");
}

TEST(LocalPath, RefusesWhatIsNotHere) {
  EXPECT_THAT(LocalPath("s3://bucket/key"),
              AllOf(FailsWith("unsupported.scheme"), FailsSaying("s3")));
  EXPECT_THAT(LocalPath("file://server/share/a"), FailsWith("usage.bad_request"));
  EXPECT_THAT(LocalPath("file://"), FailsWith("usage.bad_request"));
  for (const char* url : {"file:///a%", "file:///a%2", "file:///a%zz", "file:///a%00b"}) {
    EXPECT_THAT(LocalPath(url), FailsWith("usage.bad_request")) << url;
  }
}

class ExpandPathTest : public ::testing::Test {
 protected:
  std::vector<std::string> Expand(const std::string& pattern) {
    const auto found = ExpandPath(directory_ / pattern);
    EXPECT_OK(found);
    std::vector<std::string> names;
    if (!found.ok()) return names;
    for (const std::string& path : *found) {
      EXPECT_TRUE(path.starts_with(directory_.path())) << path;
      names.push_back(path.substr(directory_.path().size() + 1));
    }
    return names;
  }

  TempDirectory directory_;
};

TEST_F(ExpandPathTest, FindsFilesThatFitAPatternInOrder) {
  for (const char* name :
       {"b.csv", "a.csv", "a.txt", "c1.csv", "c2.csv", ".hidden.csv", "sub/d.csv"}) {
    directory_.Write(name, "");
  }
  EXPECT_THAT(Expand("*.csv"), ElementsAre("a.csv", "b.csv", "c1.csv", "c2.csv"));
  EXPECT_THAT(Expand("?.csv"), ElementsAre("a.csv", "b.csv"));
  EXPECT_THAT(Expand("c[2-9].csv"), ElementsAre("c2.csv"));
  EXPECT_THAT(Expand("[!ac]*.csv"), ElementsAre("b.csv"));
  EXPECT_THAT(Expand(".h*"), ElementsAre(".hidden.csv"));
  EXPECT_THAT(Expand("*/*.csv"), ElementsAre("sub/d.csv"));
  EXPECT_THAT(Expand("s*/d.csv"), ElementsAre("sub/d.csv"));
}

TEST_F(ExpandPathTest, LetsTwoStarsStandForAnyDepth) {
  for (const char* name : {"a.csv", "x/b.csv", "x/y/c.csv", "x/y/c.txt", ".git/d.csv"}) {
    directory_.Write(name, "");
  }
  fs::create_directory_symlink("..", directory_ / "x/up");
  EXPECT_THAT(Expand("**/*.csv"), ElementsAre("a.csv", "x/b.csv", "x/y/c.csv"));
  EXPECT_THAT(Expand("x/**"), ElementsAre("x/b.csv", "x/y/c.csv", "x/y/c.txt"));
  EXPECT_THAT(Expand("**/y/**/*.csv"), ElementsAre("x/y/c.csv"));
}

TEST_F(ExpandPathTest, TakesAnExistingNameAsItIs) {
  directory_.Write("data[1].csv", "");
  directory_.Write("data1.csv", "");
  EXPECT_THAT(Expand("data[1].csv"), ElementsAre("data[1].csv"));
  EXPECT_THAT(Expand("missing.csv"), ElementsAre("missing.csv"));
  EXPECT_THAT(*ExpandPath("-"), ElementsAre("-"));
  EXPECT_THAT(*ExpandPath("file://" + directory_ / "data1.csv"),
              ElementsAre(directory_ / "data1.csv"));
}

TEST_F(ExpandPathTest, ListsTheFilesOfADirectory) {
  for (const char* name : {"in/b.csv", "in/a.csv", "in/_SUCCESS", "in/.crc", "in/k=1/part.csv"}) {
    directory_.Write(name, "");
  }
  fs::create_symlink("a.csv", directory_ / "in/link.csv");
  fs::create_symlink("nowhere", directory_ / "in/dangling.csv");
  fs::create_directory_symlink("..", directory_ / "in/loop");
  EXPECT_THAT(Expand("in"), ElementsAre("in/a.csv", "in/b.csv", "in/k=1/part.csv", "in/link.csv"));
  EXPECT_THAT(Expand("in/"), ElementsAre("in/a.csv", "in/b.csv", "in/k=1/part.csv", "in/link.csv"));
}

TEST_F(ExpandPathTest, SaysThatNothingFits) {
  EXPECT_THAT(ExpandPath(directory_ / "*.csv"),
              AllOf(FailsWith("io.not_found"), FailsSaying("*.csv")));
  EXPECT_THAT(ExpandPath(directory_ / "no/such/*/place.csv"), FailsWith("io.not_found"));
  EXPECT_THAT(ExpandPath(directory_.path()),
              AllOf(FailsWith("io.not_found"), FailsSaying("holds no file")));
  EXPECT_THAT(ExpandPath("s3://bucket/*.csv"), FailsWith("unsupported.scheme"));
}

TEST_F(ExpandPathTest, FindsRelativePaths) {
  directory_.Write("sub/a.csv", "");
  const fs::path before = fs::current_path();
  fs::current_path(directory_.path());
  const auto found = ExpandPath("*/*.csv");
  const auto any_depth = ExpandPath("**/a.csv");
  fs::current_path(before);
  EXPECT_THAT(*found, ElementsAre("sub/a.csv"));
  EXPECT_THAT(*any_depth, ElementsAre("sub/a.csv"));
}

TEST(TableName, IsTheFilesWithoutItsSuffix) {
  EXPECT_EQ(TableName("orders.csv"), "orders");
  EXPECT_EQ(TableName("a.b.parquet"), "a.b");
  EXPECT_EQ(TableName("orders"), "orders");
  EXPECT_EQ(TableName(".csv"), ".csv");
  EXPECT_EQ(TableName("-"), "table");
  EXPECT_EQ(TableName(""), "table");
}

TEST(CleanFileName, FollowsTheOldRules) {
  EXPECT_EQ(CleanFileName("Q 1"), "Q_1");
  EXPECT_EQ(CleanFileName("a<>:\"/\\|?*b"), "a_b");
  EXPECT_EQ(CleanFileName("  a  b  "), "a_b");
  EXPECT_EQ(CleanFileName("Größe (m²)"), "Größe_(m²)");
  EXPECT_EQ(CleanFileName("a\tb\nc\x7f"), "a_b_c");
  EXPECT_EQ(CleanFileName("v1.2"), "v1.2");
  EXPECT_EQ(CleanFileName("orders-2024"), "orders-2024");
}

TEST(CleanFileName, KeepsTheUnderscoresThatAreThere) {
  EXPECT_EQ(CleanFileName("a__b_"), "a__b_");
  EXPECT_EQ(CleanFileName("__a"), "__a");
  EXPECT_EQ(CleanFileName("a_ b"), "a__b");
}

TEST(CleanFileName, NeverHidesOrEscapes) {
  EXPECT_EQ(CleanFileName("../../etc/passwd"), "etc_passwd");
  EXPECT_EQ(CleanFileName(".."), "_");
  EXPECT_EQ(CleanFileName(""), "_");
  EXPECT_EQ(CleanFileName("???"), "_");
  EXPECT_EQ(CleanFileName(".pyforge-x"), "pyforge-x");
  EXPECT_EQ(CleanFileName(std::string_view("a\0b", 3)), "a_b");
}

TEST(CleanFileName, CutsLongNamesBetweenCharacters) {
  EXPECT_EQ(CleanFileName(std::string(300, 'x')).size(), 200U);
  std::string umlauts = "x";
  for (int i = 0; i < 150; ++i) umlauts += "ä";
  EXPECT_EQ(CleanFileName(umlauts), umlauts.substr(0, 199));
}

TEST(DistinctNames, NumbersRepetitionsWhateverTheirCase) {
  DistinctNames names;
  EXPECT_EQ(names.Take("a"), "a");
  EXPECT_EQ(names.Take("A"), "A_2");
  EXPECT_EQ(names.Take("a"), "a_3");
  EXPECT_EQ(names.Take("a_2"), "a_2_2");
  EXPECT_EQ(names.Take("b"), "b");
}

TEST(FileName, IsTheLastPart) {
  EXPECT_EQ(FileName("/a/b.csv"), "b.csv");
  EXPECT_EQ(FileName("b.csv"), "b.csv");
  EXPECT_EQ(WithoutContainerSuffix("b.csv.gz"), "b.csv");
}

TEST(LocalFileSystem, TellsKindsSizesAndTimes) {
  const TempDirectory directory;
  directory.Write("a", "12345");
  ASSERT_EQ(::mkfifo((directory / "fifo").c_str(), 0600), 0);
  LocalFileSystem& file_system = LocalFileSystem::Real();
  EXPECT_EQ(file_system.scheme(), "file");
  EXPECT_TRUE(file_system.capabilities().can_seek);
  EXPECT_TRUE(file_system.capabilities().can_append);
  EXPECT_TRUE(file_system.capabilities().can_rename);
  EXPECT_TRUE(file_system.capabilities().has_nameless_files);
  ASSERT_OK_AND_ASSIGN(const FileInfo file, file_system.Stat(directory / "a"));
  EXPECT_EQ(file.kind, FileKind::kFile);
  EXPECT_EQ(file.bytes, 5);
  EXPECT_GT(file.modified_ns, int64_t{1'500'000'000} * 1'000'000'000);
  EXPECT_EQ(file_system.Stat(directory.path())->kind, FileKind::kDirectory);
  EXPECT_EQ(file_system.Stat(directory / "fifo")->kind, FileKind::kStream);
  EXPECT_EQ(file_system.Stat(directory / "none")->kind, FileKind::kNone);
  EXPECT_EQ(file_system.Stat(directory / "a/b")->kind, FileKind::kNone);
  EXPECT_THAT(file_system.Stat(directory / std::string(300, 'x')), FailsWith("io.read_failed"));
  EXPECT_THAT(file_system.List(directory / "none"), FailsWith("io.not_found"));
  EXPECT_THAT(file_system.List(directory / "a"), FailsWith("io.not_found"));
}

TEST(LocalFileSystem, OpensAndStages) {
  const TempDirectory directory;
  directory.Write("a", "12345");
  ExecutionContext context({.threads = 1});
  LocalFileSystem& file_system = LocalFileSystem::Real();
  ASSERT_OK_AND_ASSIGN(auto source, file_system.OpenRead(directory / "a", context));
  EXPECT_EQ(*source->Head(10), "12345");
  ASSERT_OK_AND_ASSIGN(auto staging, file_system.OpenStaging({}, context));
  EXPECT_OK(staging->NewFile(directory / "b"));
}

}  // namespace
}  // namespace pyforge::io
