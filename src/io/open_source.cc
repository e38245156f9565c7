#include "io/open_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "codec/compress/container.h"
#include "codec/compress/decompressor.h"
#include "codec/compress/errors.h"
#include "codec/compress/zip_header.h"
#include "io/errors.h"
#include "io/local_file.h"
#include "io/path.h"
#include "io/spool.h"
#include "io/temp_file.h"

namespace pyforge::io {
namespace {

using compress::Container;

constexpr int64_t kHeadBytesMin = 64 << 10;

/// Some bytes, and then those of another stream.
class PrefixedStream final : public ByteStream {
 public:
  PrefixedStream(std::string prefix, std::unique_ptr<ByteStream> rest)
      : prefix_(std::move(prefix)), rest_(std::move(rest)) {}

  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const size_t taken = std::min(static_cast<size_t>(bytes), prefix_.size() - position_);
    if (taken > 0) std::memcpy(out, prefix_.data() + position_, taken);
    position_ += taken;
    const auto done = static_cast<int64_t>(taken);
    if (done == bytes) return done;
    ARROW_ASSIGN_OR_RAISE(const int64_t count, rest_->Read(bytes - done, out + done));
    return done + count;
  }
  int64_t stored_position() const override { return rest_->stored_position(); }

 private:
  const std::string prefix_;
  const std::unique_ptr<ByteStream> rest_;
  size_t position_ = 0;
};

/// The first bytes of a stream, and the stream with them put back.
struct Peeked {
  std::string head;
  std::unique_ptr<ByteStream> stream;
};
Result<Peeked> Peek(std::unique_ptr<ByteStream> stream) {
  std::string head(static_cast<size_t>(compress::kContainerHeadBytes), '\0');
  ARROW_ASSIGN_OR_RAISE(const int64_t count, stream->Read(compress::kContainerHeadBytes,
                                                          reinterpret_cast<uint8_t*>(head.data())));
  head.resize(static_cast<size_t>(count));
  auto whole = std::make_unique<PrefixedStream>(head, std::move(stream));
  return Peeked{std::move(head), std::move(whole)};
}

/// ".csv" of "a.csv". Empty where what follows the last dot is not a short word that begins with a
/// letter, as in "orders.2024": such a name says nothing about a format.
std::string_view WordSuffix(std::string_view name) {
  constexpr size_t kSuffixBytesMax = 16;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  const std::string_view word = name.substr(dot + 1);
  const bool is_word = !word.empty() && word.size() < kSuffixBytesMax && is_letter(word[0]) &&
                       std::all_of(word.begin(), word.end(), [is_letter](char c) {
                         return is_letter(c) || (c >= '0' && c <= '9');
                       });
  return is_word ? name.substr(dot) : std::string_view();
}

class LocalSource final : public Source {
 public:
  /// `path` is what the user wrote, `local` where that is.
  LocalSource(std::string path, std::string_view local, ExecutionContext& context,
              SystemCalls& calls)
      : path_(std::move(path)),
        file_name_(local == "-" ? "stdin" : FileName(local)),
        name_(WithoutContainerSuffix(file_name_)),
        context_(context),
        calls_(calls) {}

  /// Takes a file that can be read again.
  Status Open(std::shared_ptr<LocalFile> file) {
    file_ = std::move(file);
    std::string head(static_cast<size_t>(compress::kContainerHeadBytes), '\0');
    ARROW_ASSIGN_OR_RAISE(
        const int64_t count,
        file_->ReadAt(0, compress::kContainerHeadBytes, reinterpret_cast<uint8_t*>(head.data())));
    head.resize(static_cast<size_t>(count));
    ARROW_RETURN_NOT_OK(SetContainer(head));
    return container_ == Container::kZip ? LearnSuffix() : Status::OK();
  }

  /// Takes bytes that come only once.
  Status Open(std::unique_ptr<ByteStream> pipe) {
    ARROW_ASSIGN_OR_RAISE(Peeked peeked, Peek(std::move(pipe)));
    ARROW_RETURN_NOT_OK(SetContainer(peeked.head));
    ARROW_ASSIGN_OR_RAISE(auto plain, TakeOffContainer(std::move(peeked.stream)));
    live_ = std::make_shared<LiveBytes>(std::move(plain));
    return Status::OK();
  }

  const std::string& path() const override { return path_; }
  const std::string& name() const override { return name_; }
  std::string_view container() const override { return compress::ContainerName(container_); }

  std::optional<int64_t> stored_bytes() const override {
    if (file_ == nullptr) return {};
    return file_->size();
  }
  std::optional<int64_t> bytes() const override {
    if (cheap_random_access()) return file_->size();
    if (unpacked_ != nullptr) return unpacked_->size();
    return {};
  }

  bool repeatable() const override {
    return file_ != nullptr || unpacked_ != nullptr || live_->keeps_all();
  }
  bool cheap_random_access() const override {
    return file_ != nullptr && container_ == Container::kNone;
  }

  Result<std::string_view> Head(int64_t bytes_max) override {
    if (live_ != nullptr) return live_->Head(bytes_max);
    const size_t kept = heads_.empty() ? 0 : heads_.back()->size();
    if (kept < static_cast<size_t>(bytes_max) && !head_ended_) {
      const int64_t wanted = std::max(bytes_max, kHeadBytesMin);
      auto longer = std::make_unique<std::string>(static_cast<size_t>(wanted), '\0');
      ARROW_ASSIGN_OR_RAISE(auto stream, OpenStream());
      ARROW_ASSIGN_OR_RAISE(const int64_t count,
                            stream->Read(wanted, reinterpret_cast<uint8_t*>(longer->data())));
      longer->resize(static_cast<size_t>(count));
      head_ended_ = count < wanted;
      heads_.push_back(std::move(longer));
    }
    if (heads_.empty()) return std::string_view();
    return std::string_view(*heads_.back()).substr(0, static_cast<size_t>(bytes_max));
  }

  void ForgetHead() override {
    heads_.clear();
    head_ended_ = false;
  }

  Result<std::unique_ptr<ByteStream>> OpenStream() override {
    if (unpacked_ != nullptr) return StreamOfBytes(unpacked_, context_);
    if (file_ != nullptr) return TakeOffContainer(StreamOfFile(file_, context_));
    if (!live_->is_opened()) return LiveBytes::OpenFirst(live_);
    if (live_->keeps_all()) return live_->OpenAgain();
    return Fail(kNotRepeatable, {.path = path_}, "{} can be read only once, and that has happened",
                path_ == "-" ? "standard input" : path_);
  }

  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override {
    if (cheap_random_access()) return file_;
    if (unpacked_ == nullptr) ARROW_RETURN_NOT_OK(Unpack());
    return unpacked_;
  }

  Status MakeRepeatable() override {
    if (repeatable()) return Status::OK();
    if (live_->is_opened()) {
      return Fail(kNotRepeatable, {.path = path_}, "the first bytes of {} are already gone",
                  path_ == "-" ? "standard input" : path_);
    }
    return AddWhere(live_->KeepAll(context_, calls_), {.path = path_});
  }

  Status CheckUnchanged() override {
    // What is unpacked was read to its end, and is nobody else's.
    if (file_ == nullptr || unpacked_ != nullptr) return Status::OK();
    return file_->CheckUnchanged(context_);
  }

 private:
  Status SetContainer(std::string_view head) {
    const Container found = compress::DetectContainer(head);
    const Container promised = compress::ContainerOfName(file_name_);
    // Workbooks and documents are zip archives too; what they are is for their formats to say.
    const bool is_archive = found == Container::kZip && promised == Container::kZip;
    if (found != Container::kZip || is_archive) container_ = found;
    if (found == Container::kNone && promised != Container::kNone) {
      if (head.empty()) {
        return Fail(compress::kTruncated, {.path = path_},
                    "the file is empty, but by its name it holds {} data",
                    compress::ContainerName(promised));
      }
      context_.Warn(
          fmt::format("{} is not compressed with {}, whatever its name says; it was read "
                      "as it is",
                      path_, compress::ContainerName(promised)));
    }
    return Status::OK();
  }

  // An archive's own name need not say what is in it: x.zip with sales.tsv is "x.tsv", which keeps
  // the archive's name for tables and outputs. A suffix of its own (x.csv.zip) stays. What comes
  // through a pipe keeps the archive's name: too little of it may be looked at.
  Status LearnSuffix() {
    if (!WordSuffix(name_).empty()) return Status::OK();
    constexpr int64_t kHeadBytes = 4096;  // for folders, a header and a long path
    std::string head(static_cast<size_t>(kHeadBytes), '\0');
    ARROW_ASSIGN_OR_RAISE(const int64_t count,
                          file_->ReadAt(0, kHeadBytes, reinterpret_cast<uint8_t*>(head.data())));
    head.resize(static_cast<size_t>(count));
    name_ += WordSuffix(FileName(compress::FirstZippedName(head)));
    return Status::OK();
  }

  Result<std::unique_ptr<ByteStream>> TakeOffContainer(std::unique_ptr<ByteStream> stored) {
    if (container_ == Container::kNone) return stored;
    ARROW_ASSIGN_OR_RAISE(auto plain, compress::OpenDecompressor(
                                          container_, std::move(stored),
                                          {.path = path_,
                                           .window_bytes_max = context_.memory_bytes_max() / 4,
                                           .pool = context_.memory_pool(),
                                           .threads = context_.threads(),
                                           .ahead_bytes_max = context_.memory_bytes_max() / 8}));
    if (is_inside_checked_) return plain;
    ARROW_ASSIGN_OR_RAISE(Peeked peeked, Peek(std::move(plain)));
    const Container inside = compress::DetectContainer(peeked.head);
    if (inside != Container::kNone && inside != Container::kZip) {
      return Fail(compress::kContainer, {.path = path_},
                  "the {} data hold {} data; only one container is taken off",
                  compress::ContainerName(container_), compress::ContainerName(inside));
    }
    is_inside_checked_ = true;
    return std::move(peeked.stream);
  }

  Status Unpack() {
    ARROW_ASSIGN_OR_RAISE(auto stream, OpenStream());
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<TempFile> file, TempFile::Make(context_, calls_));
    std::vector<uint8_t> buffer(1 << 20);
    const auto step = static_cast<int64_t>(buffer.size());
    int64_t count = step;
    while (count == step) {
      ARROW_ASSIGN_OR_RAISE(count, stream->Read(step, buffer.data()));
      ARROW_RETURN_NOT_OK(file->Append(std::span(buffer).first(static_cast<size_t>(count))));
    }
    unpacked_ = std::move(file);
    return Status::OK();
  }

  const std::string path_;
  const std::string file_name_;
  std::string name_;
  ExecutionContext& context_;
  SystemCalls& calls_;
  Container container_ = Container::kNone;
  bool is_inside_checked_ = false;
  // One of these two:
  std::shared_ptr<LocalFile> file_;
  std::shared_ptr<LiveBytes> live_;
  std::shared_ptr<TempFile> unpacked_;
  std::vector<std::unique_ptr<std::string>> heads_;  // all kept: views of them are out
  bool head_ended_ = false;
};

int64_t ModifiedNs(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace

Result<std::shared_ptr<Source>> OpenSource(const std::string& path, ExecutionContext& context,
                                           SystemCalls& calls) {
  ARROW_ASSIGN_OR_RAISE(const std::string local, LocalPath(path));
  auto source = std::make_shared<LocalSource>(path, local, context, calls);
  FileDescriptor fd;
  if (local != "-") {
    // Without O_NONBLOCK a named pipe without a writer could not be waited for in steps.
    fd = FileDescriptor(calls.OpenAt(AT_FDCWD, local.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY, 0));
    if (!fd) return ReadFailure(errno, "open", path);
  }
  const int number = fd ? fd.get() : STDIN_FILENO;
  struct stat info {};
  if (::fstat(number, &info) != 0) return ReadFailure(errno, "read", path);
  if (S_ISDIR(info.st_mode)) return ReadFailure(EISDIR, "read", path);
  // Files of /proc have bytes although their length is 0.
  uint8_t first = 0;
  const bool is_file =
      S_ISREG(info.st_mode) && (info.st_size > 0 || calls.PRead(number, &first, 1, 0) <= 0);
  if (is_file) {
    const off_t begin = fd ? 0 : std::max<off_t>(::lseek(number, 0, SEEK_CUR), 0);
    ARROW_RETURN_NOT_OK(source->Open(std::make_shared<LocalFile>(
        std::move(fd), path, begin, info.st_size, ModifiedNs(info), calls)));
  } else {
    ARROW_RETURN_NOT_OK(source->Open(StreamOfPipe(std::move(fd), path, calls, context)));
  }
  return source;
}

}  // namespace pyforge::io
