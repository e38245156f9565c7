#include "io/local_staging.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "io/errors.h"
#include "io/path.h"
#include "io/unique_name.h"

namespace pyforge::io {
namespace {

constexpr int kNamelessCountMax = 256;
constexpr mode_t kFileMode = 0666;  // less the umask

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsDirectory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

int NamelessCountMax() {
  // A nameless file gets its name through its entry there.
  if (::access("/proc/self/fd", X_OK) != 0) return 0;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return kNamelessCountMax;
  return static_cast<int>(std::min<rlim_t>(files.rlim_cur / 4, kNamelessCountMax));
}

}  // namespace

Result<std::unique_ptr<Staging>> LocalStaging::Open(StagingOptions options,
                                                    ExecutionContext& context, SystemCalls& calls) {
  return std::unique_ptr<Staging>(new LocalStaging(std::move(options), context, calls));
}

LocalStaging::LocalStaging(StagingOptions options, ExecutionContext& context, SystemCalls& calls)
    : options_(std::move(options)),
      context_(context),
      calls_(calls),
      nameless_count_max_(NamelessCountMax()) {
  for (const std::string& input : options_.inputs) {
    const Result<std::string> local = LocalPath(input);
    struct stat info {};
    if (!local.ok()) continue;
    const int result = *local == "-" ? ::fstat(STDIN_FILENO, &info) : ::stat(local->c_str(), &info);
    if (result == 0 && S_ISREG(info.st_mode)) inputs_.push_back({info.st_dev, info.st_ino});
  }
}

LocalStaging::~LocalStaging() = default;

Result<OutputFile*> LocalStaging::NewFile(const std::string& final_path) {
  ARROW_ASSIGN_OR_RAISE(std::string local, LocalPath(final_path));
  ARROW_RETURN_NOT_OK(CheckPath(final_path));
  struct stat info {};
  const int result =
      local == "-" ? ::fstat(options_.standard_output, &info) : ::stat(local.c_str(), &info);
  if (result == 0 && S_ISREG(info.st_mode) && IsInput({info.st_dev, info.st_ino})) {
    return Fail(kOutputIsInput, {.path = final_path}, "{} is also an input",
                local == "-" ? "the file that standard output goes to" : final_path);
  }
  if (local == "-") return AddStream(final_path, local);
  // A name too long, a ring of links, a closed directory: better now than after all the work.
  if (result != 0 && errno != ENOENT && errno != ENOTDIR) {
    return WriteFailure(errno, "write", final_path);
  }
  if (result == 0 && S_ISDIR(info.st_mode)) return WriteFailure(EISDIR, "write", final_path);
  if (result == 0 && !S_ISREG(info.st_mode)) return AddStream(final_path, local);
  struct stat link {};
  const bool exists = ::lstat(local.c_str(), &link) == 0;
  if (exists && !options_.replace) return WriteFailure(EEXIST, "write", final_path);
  ARROW_ASSIGN_OR_RAISE(Target target, FindTarget(final_path, std::move(local), result == 0));
  target.mode = info.st_mode;
  target.user = info.st_uid;
  target.group = info.st_gid;
  return AddFile(std::move(target));
}

bool LocalStaging::CanRestart(const OutputFile& file) const {
  const Entry* entry = Find(file);
  return entry != nullptr && !entry->file->is_stream();
}

Status LocalStaging::Discard(OutputFile* file) {
  Entry* entry = Find(*file);
  if (entry == nullptr) return Fail(kInternal, {}, "a file of another staging was discarded");
  if (entry->file->is_stream() && entry->file->position() > 0) {
    return Fail(kInternal, {.path = file->path()}, "{} bytes of {} are already gone",
                file->position(), file->path());
  }
  if (!entry->staged_name.empty()) {
    ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, entry->target.directory->staging());
    calls_.UnlinkAt(staging->fd(), entry->staged_name.c_str(), 0);
  } else if (!entry->file->is_stream()) {
    --nameless_count_;
  }
  std::erase_if(entries_, [entry](const auto& each) { return each.get() == entry; });
  return Status::OK();
}

Status LocalStaging::Finish(OutputFile* file) {
  Entry* entry = Find(*file);
  if (entry == nullptr) return Fail(kInternal, {}, "a file of another staging was finished");
  return FinishEntry(*entry);
}

Result<std::string> LocalStaging::ReadablePath(OutputFile& file) {
  Entry* entry = Find(file);
  if (entry == nullptr || entry->file->is_stream()) {
    return Fail(kNotRepeatable, {.path = file.path()}, "what went to {} cannot be read back",
                file.path() == "-" ? "standard output" : file.path());
  }
  if (!entry->is_finished) ARROW_RETURN_NOT_OK(entry->file->Flush());
  if (entry->staged_name.empty()) return fmt::format("/proc/self/fd/{}", entry->file->fd());
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, entry->target.directory->staging());
  return staging->path() + "/" + entry->staged_name;
}

Status LocalStaging::Publish() {
  std::vector<FileToPublish> files;
  bool is_durable = false;
  for (const auto& entry : entries_) {
    ARROW_RETURN_NOT_OK(FinishEntry(*entry));
    if (entry->file->is_stream()) continue;
    is_durable = is_durable || IsDurable(*entry);
    files.push_back({.directory = entry->target.directory,
                     .relative = entry->target.relative,
                     .path = entry->target.path,
                     .staged_name = entry->staged_name,
                     .fd = entry->file->fd(),
                     .identity = entry->identity});
  }
  ARROW_RETURN_NOT_OK(Publication(std::move(files), options_.replace, calls_).Run());
  for (const auto& entry : entries_) entry->file->Close();
  for (const auto& [identity, directory] : directories_) {
    directory->Tidy();
    // Not every file system can do this for a directory, and by now the work is done.
    if (is_durable) calls_.SyncFile(directory->fd());
  }
  return Status::OK();
}

Status LocalStaging::CheckPath(const std::string& path) const {
  if (path.empty() || path.ends_with('/')) {
    return Fail(kBadRequest, {.path = path}, "an output file needs a name, but the path is '{}'",
                path);
  }
  for (const auto& entry : entries_) {
    if (entry->target.path != path) continue;
    return Fail(kBadRequest, {.path = path}, "two outputs would go to {}", path);
  }
  return Status::OK();
}

// Links are followed, so that they stay what they are and the file they lead to is replaced.
Result<LocalStaging::Target> LocalStaging::FindTarget(const std::string& path, std::string local,
                                                      bool exists) {
  Target target{.path = path, .exists = exists};
  if (exists) {
    const std::unique_ptr<char, decltype(&std::free)> real(::realpath(local.c_str(), nullptr),
                                                           &std::free);
    if (real != nullptr) local = real.get();
  }
  std::string directory = ParentOf(local);
  target.relative = FileName(local);
  while (!IsDirectory(directory)) {
    struct stat info {};
    if (::lstat(directory.c_str(), &info) == 0) {
      return Fail(kWriteFailed, {.path = path}, "{} cannot be made: {} is not a directory", path,
                  directory);
    }
    const std::string missing = FileName(directory);
    if (missing == ".." || missing == ".") {
      return Fail(kBadRequest, {.path = path},
                  "the path {} leads through a directory that is missing", path);
    }
    if (!missing.empty()) target.relative = missing + "/" + target.relative;
    directory = ParentOf(directory);
  }
  ARROW_ASSIGN_OR_RAISE(target.directory, DirectoryAt(directory));
  for (const auto& entry : entries_) {
    if (entry->target.directory == target.directory && entry->target.relative == target.relative) {
      return Fail(kBadRequest, {.path = path}, "two outputs would go to {}", path);
    }
  }
  return target;
}

Result<OutputDirectory*> LocalStaging::DirectoryAt(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    const auto known = directories_.find({info.st_dev, info.st_ino});
    if (known != directories_.end()) return known->second.get();
  }
  ARROW_ASSIGN_OR_RAISE(auto opened, OutputDirectory::Open(path, calls_));
  const FileIdentity identity = opened->identity();
  auto& place = directories_[{identity.device, identity.inode}];
  place = std::move(opened);
  return place.get();
}

Result<OutputFile*> LocalStaging::AddStream(const std::string& path, const std::string& local) {
  FileDescriptor fd;
  while (local != "-" && !fd) {
    fd = FileDescriptor(calls_.OpenAt(AT_FDCWD, local.c_str(), O_WRONLY | O_NOCTTY, 0));
    if (fd) break;
    if (errno != EINTR) return WriteFailure(errno, "open", path);
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
  }
  auto entry = std::make_unique<Entry>();
  entry->target.path = path;
  entry->file = std::make_unique<StagedFile>(path, StagedFile::Kind::kStream, std::move(fd),
                                             options_.standard_output, context_, calls_);
  entries_.push_back(std::move(entry));
  return entries_.back()->file.get();
}

Result<OutputFile*> LocalStaging::AddFile(Target target) {
  auto entry = std::make_unique<Entry>();
  ARROW_ASSIGN_OR_RAISE(FileDescriptor fd, OpenStaged(target, &entry->staged_name));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return WriteFailure(errno, "make", target.path);
  entry->identity = {info.st_dev, info.st_ino};
  if (target.exists) {
    // Whoever could not read the old file shall not read the new one. Only root may give away.
    if (::fchown(fd.get(), target.user, target.group) != 0) errno = 0;
    ::fchmod(fd.get(), target.mode & 07777U);
  }
  entry->file = std::make_unique<StagedFile>(target.path, StagedFile::Kind::kFile, std::move(fd),
                                             -1, context_, calls_);
  entry->target = std::move(target);
  entries_.push_back(std::move(entry));
  return entries_.back()->file.get();
}

Result<FileDescriptor> LocalStaging::OpenStaged(const Target& target, std::string* staged_name) {
  if (nameless_count_ < nameless_count_max_) {
    FileDescriptor fd(calls_.OpenAt(target.directory->fd(), ".", O_RDWR | O_TMPFILE, kFileMode));
    if (fd) {
      ++nameless_count_;
      return fd;
    }
    if (!LacksNamelessFiles(errno)) return WriteFailure(errno, "make", target.path);
  }
  ARROW_ASSIGN_OR_RAISE(StagingDirectory* const staging, target.directory->staging());
  *staged_name = fmt::format("new-{}", name_count_++);
  FileDescriptor fd(calls_.OpenAt(staging->fd(), staged_name->c_str(),
                                  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, kFileMode));
  if (!fd) return WriteFailure(errno, "make", target.path);
  return fd;
}

bool LocalStaging::IsInput(const FileIdentity& identity) const {
  return std::find(inputs_.begin(), inputs_.end(), identity) != inputs_.end();
}

bool LocalStaging::IsDurable(const Entry& entry) const {
  switch (options_.durability) {
    case Durability::kNever:
      return false;
    case Durability::kWhenReplacing:
      return entry.target.exists;
    case Durability::kAlways:
      return true;
  }
  return true;
}

Status LocalStaging::FinishEntry(Entry& entry) {
  if (entry.is_finished) return Status::OK();
  ARROW_RETURN_NOT_OK(entry.file->Finish());
  if (!entry.file->is_stream() && IsDurable(entry)) ARROW_RETURN_NOT_OK(entry.file->Sync());
  if (!entry.staged_name.empty()) entry.file->Close();
  entry.is_finished = true;
  return Status::OK();
}

LocalStaging::Entry* LocalStaging::Find(const OutputFile& file) {
  return const_cast<Entry*>(std::as_const(*this).Find(file));
}

const LocalStaging::Entry* LocalStaging::Find(const OutputFile& file) const {
  for (const auto& entry : entries_) {
    if (entry->file.get() == &file) return entry.get();
  }
  return nullptr;
}

}  // namespace pyforge::io
