#include <arrow/memory_pool.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "codec/compress/compressor.h"
#include "io/errors.h"
#include "io/local_file.h"
#include "io/open_source.h"
#include "io/temp_file.h"
#include "support/byte_streams.h"
#include "support/faulty_system_calls.h"
#include "support/matchers.h"
#include "support/temp_directory.h"

namespace pyforge::io {
namespace {

namespace fs = std::filesystem;
using compress::Container;
using pyforge::testing::AtByte;
using pyforge::testing::FailsSaying;
using pyforge::testing::FailsWith;
using pyforge::testing::Faults;
using pyforge::testing::FaultySystemCalls;
using pyforge::testing::InFile;
using pyforge::testing::ReadAll;
using pyforge::testing::TempDirectory;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Text(size_t bytes) {
  std::string text;
  for (unsigned i = 0; text.size() < bytes; ++i)
    text += std::to_string(i * 2654435761U) + ",name\n";
  text.resize(bytes);
  return text;
}

std::string Pack(Container container, std::string_view text) {
  auto compressor = compress::Compressor::Make(container, 1).ValueOrDie();
  std::vector<uint8_t> out;
  EXPECT_OK(compressor->Append({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, &out));
  EXPECT_OK(compressor->Finish(&out));
  return {out.begin(), out.end()};
}

Result<std::string> ReadStream(Source& source, int64_t step = 64 << 10) {
  ARROW_ASSIGN_OR_RAISE(auto stream, source.OpenStream());
  return ReadAll(*stream, step);
}

Result<std::string> ReadAt(const RandomAccess& bytes, int64_t offset, int64_t count) {
  std::string out(static_cast<size_t>(count), '\0');
  ARROW_ASSIGN_OR_RAISE(const int64_t done,
                        bytes.ReadAt(offset, count, reinterpret_cast<uint8_t*>(out.data())));
  out.resize(static_cast<size_t>(done));
  return out;
}

/// Standard input is the reading end of a pipe that a thread fills.
class PipedInput {
 public:
  explicit PipedInput(const std::string& bytes)
      : PipedInput([bytes](int fd) {
          for (size_t done = 0; done < bytes.size();) {
            const ssize_t count = ::write(fd, bytes.data() + done, bytes.size() - done);
            if (count < 0) return;
            done += static_cast<size_t>(count);
          }
        }) {}
  explicit PipedInput(std::function<void(int)> writes) {
    ::signal(SIGPIPE, SIG_IGN);
    saved_ = ::dup(0);
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    ::dup2(pipe[0], 0);
    ::close(pipe[0]);
    writer_ = std::thread([writes = std::move(writes), fd = pipe[1]] {
      writes(fd);
      ::close(fd);
    });
  }
  ~PipedInput() {
    ::dup2(saved_, 0);
    ::close(saved_);
    writer_.join();
  }

 private:
  int saved_;
  std::thread writer_;
};

class SourceTest : public ::testing::Test {
 protected:
  SourceTest() : context_({.threads = 1, .temp_directory = temp_.path()}) {}
  std::shared_ptr<Source> Open(const std::string& path) {
    auto source = OpenSource(path, context_);
    EXPECT_OK(source);
    return source.ok() ? *source : nullptr;
  }

  TempDirectory directory_;
  TempDirectory temp_;
  ExecutionContext context_;
};

TEST_F(SourceTest, ReadsAPlainFileAsOftenAsAsked) {
  const std::string text = Text(300'000);
  auto source = Open(directory_.Write("orders.csv", text));
  EXPECT_EQ(source->path(), directory_ / "orders.csv");
  EXPECT_EQ(source->name(), "orders.csv");
  EXPECT_EQ(source->container(), "");
  EXPECT_EQ(source->stored_bytes(), 300'000);
  EXPECT_EQ(source->bytes(), 300'000);
  EXPECT_TRUE(source->repeatable());
  EXPECT_TRUE(source->cheap_random_access());
  EXPECT_OK(source->MakeRepeatable());
  for (const int64_t step : {1000, 65'536, 300'000, 1 << 20}) {
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadStream(*source, step));
    EXPECT_TRUE(bytes == text);
  }
  EXPECT_THAT(context_.warnings(), IsEmpty());
}

TEST_F(SourceTest, GivesTheHeadWithoutTakingItAway) {
  const std::string text = Text(200'000);
  auto source = Open(directory_.Write("a.csv", text));
  ASSERT_OK_AND_ASSIGN(const std::string_view small, source->Head(10));
  ASSERT_OK_AND_ASSIGN(const std::string_view large, source->Head(150'000));
  ASSERT_OK_AND_ASSIGN(const std::string_view all, source->Head(1 << 20));
  EXPECT_EQ(small, text.substr(0, 10));
  EXPECT_TRUE(large == text.substr(0, 150'000));
  EXPECT_TRUE(all == text);
  EXPECT_TRUE(*ReadStream(*source) == text);
}

TEST_F(SourceTest, ReadsAnywhereInAPlainFile) {
  const std::string text = Text(100'000);
  auto source = Open(directory_.Write("a.csv", text));
  ASSERT_OK_AND_ASSIGN(auto bytes, source->OpenRandomAccess());
  EXPECT_EQ(bytes->size(), 100'000);
  EXPECT_EQ(*ReadAt(*bytes, 5000, 100), text.substr(5000, 100));
  EXPECT_EQ(*ReadAt(*bytes, 99'990, 100), text.substr(99'990));
  EXPECT_EQ(*ReadAt(*bytes, 200'000, 100), "");
  EXPECT_EQ(context_.temp_budget().bytes_used(), 0);
}

TEST_F(SourceTest, ReadsAnEmptyFile) {
  auto source = Open(directory_.Write("empty.csv", ""));
  EXPECT_EQ(source->bytes(), 0);
  EXPECT_EQ(*source->Head(0), "");
  EXPECT_EQ(*source->Head(100), "");
  EXPECT_EQ(*ReadStream(*source), "");
  EXPECT_TRUE(source->repeatable());
}

TEST_F(SourceTest, ReadsFilesByUrlAndFilesOfUnknownLength) {
  auto by_url = Open(
      "file://" + directory_.Write("a b.csv", "x").replace(directory_.path().size() + 2, 1, "%20"));
  EXPECT_EQ(by_url->name(), "a b.csv");
  EXPECT_EQ(*ReadStream(*by_url), "x");
  auto process = Open("/proc/self/status");
  EXPECT_FALSE(process->repeatable());
  EXPECT_THAT(*ReadStream(*process), HasSubstr("Name:"));
}

class ContainerSourceTest : public SourceTest, public ::testing::WithParamInterface<Container> {};
INSTANTIATE_TEST_SUITE_P(Containers, ContainerSourceTest,
                         ::testing::Values(Container::kGzip, Container::kZstd),
                         [](const auto& param) { return std::string(ContainerName(param.param)); });

TEST_P(ContainerSourceTest, TakesTheContainerOff) {
  const std::string text = Text(500'000);
  const std::string packed = Pack(GetParam(), text);
  auto source = Open(directory_.Write("orders.csv.gz", packed));
  EXPECT_EQ(source->name(), "orders.csv");
  EXPECT_EQ(source->container(), ContainerName(GetParam()));
  EXPECT_EQ(source->stored_bytes(), static_cast<int64_t>(packed.size()));
  EXPECT_EQ(source->bytes(), std::nullopt);
  EXPECT_TRUE(source->repeatable());
  EXPECT_FALSE(source->cheap_random_access());
  EXPECT_EQ(*source->Head(100), text.substr(0, 100));
  EXPECT_TRUE(*ReadStream(*source) == text);
  EXPECT_TRUE(*ReadStream(*source, 1000) == text);
  ASSERT_OK_AND_ASSIGN(auto stream, source->OpenStream());
  ASSERT_OK(ReadAll(*stream));
  EXPECT_EQ(stream->stored_position(), static_cast<int64_t>(packed.size()));
}

TEST_P(ContainerSourceTest, UnpacksForReadsAtAnyPosition) {
  const std::string text = Text(2'500'000);
  auto source = Open(directory_.Write("a.gz", Pack(GetParam(), text)));
  {
    ASSERT_OK_AND_ASSIGN(auto bytes, source->OpenRandomAccess());
    ASSERT_OK_AND_ASSIGN(auto again, source->OpenRandomAccess());
    EXPECT_EQ(bytes, again);
    EXPECT_EQ(bytes->size(), 2'500'000);
    EXPECT_EQ(source->bytes(), 2'500'000);
    EXPECT_EQ(*ReadAt(*bytes, 2'000'000, 1000), text.substr(2'000'000, 1000));
    EXPECT_EQ(context_.temp_budget().bytes_used(), 2'500'000);
    EXPECT_THAT(temp_.Names(), IsEmpty());
    EXPECT_TRUE(*ReadStream(*source) == text);
  }
  source.reset();
  EXPECT_EQ(context_.temp_budget().bytes_used(), 0);
}

TEST_P(ContainerSourceTest, NamesTheFileThatIsDamaged) {
  std::string packed = Pack(GetParam(), Text(500'000));
  packed.resize(packed.size() / 2);
  auto source = Open(directory_.Write("a.gz", packed));
  EXPECT_THAT(ReadStream(*source),
              AllOf(FailsWith("compress.truncated"), InFile(directory_ / "a.gz")));
  EXPECT_THAT(source->OpenRandomAccess(), FailsWith("compress.truncated"));
}

TEST_P(ContainerSourceTest, ReadsACompressedPipeAgainFromItsSpool) {
  const std::string text = Text(1'500'000);
  const PipedInput input(Pack(GetParam(), text));
  auto source = Open("-");
  EXPECT_EQ(source->container(), ContainerName(GetParam()));
  EXPECT_EQ(source->Head(1000)->size(), 1000U);
  ASSERT_OK(source->MakeRepeatable());
  EXPECT_TRUE(*ReadStream(*source) == text);
  EXPECT_TRUE(*ReadStream(*source) == text);
}

TEST_P(ContainerSourceTest, RefusesAContainerInAContainer) {
  for (const Container inner : {Container::kGzip, Container::kZstd}) {
    auto source = Open(directory_.Write("a.gz", Pack(GetParam(), Pack(inner, "a,b\n1,2\n"))));
    EXPECT_THAT(source->Head(10),
                AllOf(FailsWith("unsupported.container"), FailsSaying(ContainerName(inner))));
  }
}

TEST_F(SourceTest, LeavesArchivesThatAreDocumentsToTheirFormats) {
  const std::string zip = "PK\x03\x04 and so on, long enough to be looked at";
  EXPECT_THAT(ReadStream(*Open(directory_.Write("a.csv.zip", zip))), FailsSaying("zip"));
  // A workbook is a zip archive too.
  EXPECT_EQ(*ReadStream(*Open(directory_.Write("a.xlsx", zip))), zip);
}

// The beginning of an archive; its data are not looked at.
std::string ZipOf(const std::string& name) {
  const auto size = static_cast<char>(name.size());
  return std::string("PK\x03\x04", 4) + std::string(22, '\0') + size + std::string(3, '\0') + name;
}

TEST_F(SourceTest, KnowsTheSuffixOfTheFileInAnArchive) {
  const auto name_of = [this](const std::string& archive, const std::string& name) {
    return Open(directory_.Write(archive, ZipOf(name)))->name();
  };
  EXPECT_EQ(name_of("orders.zip", "data.tsv"), "orders.tsv");
  EXPECT_EQ(name_of("orders.ZIP", "a.b/data.TSV"), "orders.TSV");
  EXPECT_EQ(name_of("orders.2024.zip", "data.csv"), "orders.2024.csv");
  EXPECT_EQ(name_of("orders.csv.zip", "data.txt"), "orders.csv");
  EXPECT_EQ(name_of("orders.csv.zip", "data"), "orders.csv");
  for (const char* const name : {"data", "a.b/data", "data.", ".tsv", "data.2024", "data.t v",
                                 "data.\x1b[2J", "data.longerthananysuffix", ""}) {
    EXPECT_EQ(name_of("orders.zip", name), "orders") << name;
  }
  // What is no archive by its name keeps all of it.
  EXPECT_EQ(name_of("orders", "data.tsv"), "orders");
}

TEST_F(SourceTest, DoubtsNamesThatPromiseAContainer) {
  auto source = Open(directory_.Write("a.csv.gz", "a,b\n1,2\n"));
  EXPECT_EQ(source->name(), "a.csv");
  EXPECT_EQ(*ReadStream(*source), "a,b\n1,2\n");
  EXPECT_THAT(context_.warnings(), ElementsAre(HasSubstr("is not compressed with gzip")));
  EXPECT_THAT(OpenSource(directory_.Write("empty.csv.gz", ""), context_),
              FailsWith("compress.truncated"));
}

TEST_F(SourceTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(OpenSource(directory_ / "none.csv", context_),
              AllOf(FailsWith("io.not_found"), InFile(directory_ / "none.csv")));
  EXPECT_EQ(
      ExitCode(DetailOf(OpenSource(directory_ / "none.csv", context_).status())->code().category),
      4);
  EXPECT_THAT(OpenSource(directory_.path(), context_), FailsWith("io.is_directory"));
  EXPECT_THAT(OpenSource(directory_.Write("a", "x") + "/b", context_), FailsWith("io.not_found"));
  EXPECT_THAT(OpenSource("s3://bucket/a", context_), FailsWith("unsupported.scheme"));
  for (const auto& [error, code] : {std::pair{EACCES, "io.permission"}, {EIO, "io.read_failed"}}) {
    FaultySystemCalls calls({.fail_at = 1, .error = error, .kinds = testing::kOpenCall});
    EXPECT_THAT(OpenSource(directory_ / "a", context_, calls), FailsWith(code));
  }
}

TEST_F(SourceTest, SaysThatReadingFailedAndGoesOnAfterInterruptions) {
  const std::string path = directory_.Write("a", Text(100'000));
  FaultySystemCalls broken({.fail_at = 2, .error = EIO, .kinds = testing::kReadCall});
  ASSERT_OK_AND_ASSIGN(auto source, OpenSource(path, context_, broken));
  EXPECT_THAT(ReadStream(*source), AllOf(FailsWith("io.read_failed"), InFile(path)));
  for (const bool is_pipe : {false, true}) {
    FaultySystemCalls interrupted({.fail_at = 2, .error = EINTR, .kinds = testing::kReadCall});
    const PipedInput input(Text(100'000));
    ASSERT_OK_AND_ASSIGN(source, OpenSource(is_pipe ? "-" : path, context_, interrupted));
    ASSERT_OK_AND_ASSIGN(const std::string bytes, ReadStream(*source));
    EXPECT_EQ(bytes.size(), 100'000U);
  }
  FaultySystemCalls broken_pipe({.fail_at = 2, .error = EIO, .kinds = testing::kReadCall});
  const PipedInput input(Text(100'000));
  ASSERT_OK_AND_ASSIGN(source, OpenSource("-", context_, broken_pipe));
  EXPECT_THAT(ReadStream(*source), FailsWith("io.read_failed"));
}

TEST_F(SourceTest, NoticesAFileThatShrinks) {
  const std::string path = directory_.Write("a.csv", Text(100'000));
  auto source = Open(path);
  ASSERT_OK_AND_ASSIGN(auto bytes, source->OpenRandomAccess());
  fs::resize_file(path, 70'000);
  EXPECT_THAT(ReadStream(*source), AllOf(FailsWith("io.changed_while_reading"), AtByte(70'000)));
  EXPECT_THAT(ReadAt(*bytes, 65'000, 10'000), FailsWith("io.changed_while_reading"));
}

TEST_F(SourceTest, NoticesAFileThatIsWrittenToWhileItIsRead) {
  const std::string path = directory_.Write("a.csv", Text(100'000));
  auto source = Open(path);
  ASSERT_OK_AND_ASSIGN(auto stream, source->OpenStream());
  std::string buffer(50'000, '\0');
  ASSERT_OK(stream->Read(50'000, reinterpret_cast<uint8_t*>(buffer.data())));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  directory_.Write("a.csv", Text(100'000));
  EXPECT_THAT(ReadAll(*stream), FailsWith("io.changed_while_reading"));
}

TEST_F(SourceTest, TellsThatAFileWasWrittenToBeforeItsEndIsReached) {
  const std::string path = directory_.Write("a.csv", Text(100'000));
  auto source = Open(path);
  EXPECT_OK(source->CheckUnchanged());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  directory_.Write("a.csv", Text(100'000));
  EXPECT_THAT(source->CheckUnchanged(), FailsWith("io.changed_while_reading"));
}

TEST_F(SourceTest, LeavesOutWhatComesBehindTheEndAndSaysSo) {
  const std::string path = directory_.Write("log.csv", "a\n1\n");
  auto source = Open(path);
  directory_.Write("log.csv", "a\n1\n2\n");
  EXPECT_EQ(*ReadStream(*source), "a\n1\n");
  EXPECT_THAT(context_.warnings(), ElementsAre(HasSubstr("grew by 2 bytes")));
}

TEST_F(SourceTest, CountsTheMemoryOfReadingASpool) {
  const std::string text = Text(3'000'000);
  const PipedInput input(text);
  auto source = Open("-");
  ASSERT_OK(source->MakeRepeatable());
  EXPECT_TRUE(*ReadStream(*source) == text);
  const int64_t before = context_.memory_pool()->bytes_allocated();
  ASSERT_OK_AND_ASSIGN(auto again, source->OpenStream());
  std::string half(1'500'000, '\0');
  ASSERT_OK(again->Read(1'500'000, reinterpret_cast<uint8_t*>(half.data())));
  EXPECT_TRUE(text.starts_with(half));
  // The window of what the spool is compressed with.
  EXPECT_GE(context_.memory_pool()->bytes_allocated() - before, 512 << 10);
}

TEST_F(SourceTest, ReadsStandardInputOnceAndSpoolsNothing) {
  const std::string text = Text(3'000'000);
  const PipedInput input(text);
  auto source = Open("-");
  EXPECT_EQ(source->path(), "-");
  EXPECT_EQ(source->name(), "stdin");
  EXPECT_EQ(source->stored_bytes(), std::nullopt);
  EXPECT_EQ(source->bytes(), std::nullopt);
  EXPECT_FALSE(source->repeatable());
  EXPECT_FALSE(source->cheap_random_access());
  EXPECT_EQ(*source->Head(100), text.substr(0, 100));
  EXPECT_TRUE(*source->Head(200'000) == text.substr(0, 200'000));
  ASSERT_OK_AND_ASSIGN(auto stream, source->OpenStream());
  EXPECT_TRUE(*ReadAll(*stream) == text);
  EXPECT_EQ(stream->stored_position(), 3'000'000);
  // No temporary file, not even an unlinked one: this process has none open.
  EXPECT_EQ(context_.temp_budget().bytes_used(), 0);
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    EXPECT_THAT(fs::read_symlink(entry.path(), ignored).string(),
                ::testing::Not(HasSubstr(temp_.path())));
  }
  EXPECT_THAT(source->OpenStream(), FailsWith("io.not_repeatable"));
  EXPECT_THAT(source->MakeRepeatable(), FailsWith("io.not_repeatable"));
  EXPECT_EQ(source->Head(100)->size(), 100U);
}

TEST_F(SourceTest, ReadsStandardInputAgainAfterMakeRepeatable) {
  const std::string text = Text(3'000'000);
  for (const int64_t head_bytes : {0, 10, 100'000, 4'000'000}) {
    const PipedInput input(text);
    auto source = Open("-");
    if (head_bytes > 0) {
      ASSERT_OK(source->Head(head_bytes));
    }
    ASSERT_OK(source->MakeRepeatable());
    EXPECT_TRUE(source->repeatable());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(*ReadStream(*source, 100'000) == text);
    // Compressed, and nameless.
    EXPECT_GT(context_.temp_budget().bytes_used(), 0);
    EXPECT_LT(context_.temp_budget().bytes_used(), 2'000'000);
    EXPECT_THAT(temp_.Names(), IsEmpty());
  }
  EXPECT_EQ(context_.temp_budget().bytes_used(), 0);
}

TEST_F(SourceTest, ReadsOnWhenAnotherStreamOvertakes) {
  const std::string text = Text(2'000'000);
  const PipedInput input(text);
  auto source = Open("-");
  ASSERT_OK(source->MakeRepeatable());
  ASSERT_OK_AND_ASSIGN(auto first, source->OpenStream());
  std::string buffer(700'000, '\0');
  ASSERT_OK(first->Read(700'000, reinterpret_cast<uint8_t*>(buffer.data())));
  EXPECT_TRUE(*ReadStream(*source) == text);
  source.reset();
  EXPECT_TRUE(buffer + *ReadAll(*first) == text);
}

TEST_F(SourceTest, UnpacksStandardInputForReadsAtAnyPosition) {
  const std::string text = Text(2'000'000);
  const PipedInput input(text);
  auto source = Open("-");
  ASSERT_OK(source->Head(100));
  ASSERT_OK_AND_ASSIGN(auto bytes, source->OpenRandomAccess());
  EXPECT_EQ(*ReadAt(*bytes, 1'500'000, 100), text.substr(1'500'000, 100));
  EXPECT_TRUE(source->repeatable());
  EXPECT_TRUE(*ReadStream(*source) == text);
}

TEST_F(SourceTest, CannotUnpackAStreamThatIsGone) {
  const PipedInput input("a,b\n");
  auto source = Open("-");
  ASSERT_OK(ReadStream(*source));
  EXPECT_THAT(source->OpenRandomAccess(), FailsWith("io.not_repeatable"));
}

TEST_F(SourceTest, KeepsToTheLimitOfTemporarySpace) {
  ExecutionContext context(
      {.threads = 1, .temp_bytes_max = 500'000, .temp_directory = temp_.path()});
  const std::string path =
      directory_.Write("a.gz", Pack(Container::kGzip, std::string(3'000'000, 'x')));
  ASSERT_OK_AND_ASSIGN(auto source, OpenSource(path, context));
  EXPECT_THAT(source->OpenRandomAccess(), AllOf(FailsWith("limit.temp"), FailsSaying("500000")));
  const PipedInput input(Text(8'000'000));
  ASSERT_OK_AND_ASSIGN(source, OpenSource("-", context));
  ASSERT_OK(source->MakeRepeatable());
  EXPECT_THAT(ReadStream(*source), FailsWith("limit.temp"));
}

TEST_F(SourceTest, SaysThatTheTemporaryDirectoryIsFullOrMissing) {
  const std::string path = directory_.Write("a.gz", Pack(Container::kGzip, Text(100'000)));
  for (int fail_at = 1; fail_at <= 2; ++fail_at) {
    FaultySystemCalls calls({.fail_at = fail_at});
    ASSERT_OK_AND_ASSIGN(auto source, OpenSource(path, context_, calls));
    EXPECT_THAT(source->OpenRandomAccess(),
                AllOf(FailsWith("io.disk_full"), FailsSaying(temp_.path())));
  }
  FaultySystemCalls calls({.fail_at = 1});
  const PipedInput input("a,b\n");
  ASSERT_OK_AND_ASSIGN(auto pipe, OpenSource("-", context_, calls));
  EXPECT_THAT(pipe->MakeRepeatable(), FailsWith("io.disk_full"));
  ExecutionContext nowhere({.threads = 1, .temp_directory = directory_ / "none"});
  EXPECT_THAT(TempFile::Make(nowhere), FailsWith("io.write_failed"));
}

TEST_F(SourceTest, TakesAFileBehindStandardInputForThatFile) {
  const std::string text = Text(200'000);
  const int file = ::open(directory_.Write("a.csv", text).c_str(), O_RDONLY);
  const int saved = ::dup(0);
  ::dup2(file, 0);
  ::lseek(0, 1000, SEEK_SET);
  auto source = Open("-");
  const bool repeatable = source->repeatable();
  const auto first = ReadStream(*source);
  const auto second = ReadStream(*source);
  source.reset();
  ::dup2(saved, 0);
  ::close(saved);
  ::close(file);
  EXPECT_TRUE(repeatable);
  EXPECT_TRUE(*first == text.substr(1000));
  EXPECT_TRUE(*second == text.substr(1000));
}

TEST_F(SourceTest, WaitsForTheWriterOfANamedPipe) {
  const std::string path = directory_ / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    directory_.Write("fifo", "a,b\n1,2\n");
  });
  auto source = Open(path);
  const auto bytes = ReadStream(*source);
  writer.join();
  EXPECT_EQ(*bytes, "a,b\n1,2\n");
  EXPECT_FALSE(source->repeatable());
  EXPECT_THAT(source->OpenStream(), AllOf(FailsWith("io.not_repeatable"), FailsSaying(path)));
}

TEST_F(SourceTest, StopsWaitingWhenAskedTo) {
  std::thread asker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    context_.cancellation().Request(SIGINT);
  });
  {
    std::atomic<bool> is_over = false;
    const PipedInput input([&](int) {
      while (!is_over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    });
    const auto source = OpenSource("-", context_);
    is_over = true;
    EXPECT_THAT(source, FailsWith("interrupted.cancelled"));
  }
  asker.join();
  const std::string path = directory_.Write("a.csv", "a\n");
  ASSERT_OK_AND_ASSIGN(auto source, OpenSource(path, context_));
  EXPECT_THAT(ReadStream(*source), FailsWith("interrupted.cancelled"));
}

TEST_F(SourceTest, RefusesASocket) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory_ / "s";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_THAT(OpenSource(path, context_), FailsWith("io.read_failed"));
  ::close(fd);
}

TEST_F(SourceTest, ReadsSmallFilesWhole) {
  const std::string path = directory_.Write("schema.json", Text(100'000));
  EXPECT_EQ(ReadWholeFile(path, 100'000)->size(), 100'000U);
  EXPECT_THAT(ReadWholeFile(path, 99'999), FailsWith("limit.file_size"));
  EXPECT_THAT(ReadWholeFile(directory_ / "none", 10), FailsWith("io.not_found"));
  EXPECT_THAT(ReadWholeFile(directory_.path(), 10), FailsWith("io.is_directory"));
}

TEST_F(SourceTest, KeepsTemporaryFilesNameless) {
  for (const bool lacks : {false, true}) {
    FaultySystemCalls calls({.lacks_nameless_files = lacks});
    ASSERT_OK_AND_ASSIGN(auto file, TempFile::Make(context_, calls));
    EXPECT_THAT(temp_.Names(), IsEmpty());
    const std::string text = Text(40'000'000);
    ASSERT_OK(file->Append({reinterpret_cast<const uint8_t*>(text.data()), text.size()}));
    EXPECT_EQ(file->size(), 40'000'000);
    EXPECT_EQ(*ReadAt(*file, 39'999'000, 5000), text.substr(39'999'000));
    EXPECT_EQ(*ReadAt(*file, 50'000'000, 5), "");
    EXPECT_EQ(context_.temp_budget().bytes_used(), 40'000'000);
  }
  EXPECT_EQ(context_.temp_budget().bytes_used(), 0);
}

TEST_F(SourceTest, SurvivesInterruptedTemporaryFiles) {
  FaultySystemCalls calls({.fail_at = 1, .error = EINTR, .kinds = testing::kWriteCall});
  ASSERT_OK_AND_ASSIGN(auto file, TempFile::Make(context_, calls));
  const uint8_t bytes[] = {1, 2, 3};
  ASSERT_OK(file->Append(bytes));
  EXPECT_EQ(ReadAt(*file, 0, 3)->size(), 3U);
  FaultySystemCalls broken({.fail_at = 1, .error = EIO, .kinds = testing::kReadCall});
  ASSERT_OK_AND_ASSIGN(auto unreadable, TempFile::Make(context_, broken));
  ASSERT_OK(unreadable->Append(bytes));
  EXPECT_THAT(ReadAt(*unreadable, 0, 3), FailsWith("io.read_failed"));
}

}  // namespace
}  // namespace pyforge::io
