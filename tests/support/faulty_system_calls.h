// A file system that fails: at a chosen system call, or because it lacks what others have.
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "io/local_file_system.h"
#include "io/system_calls.h"

namespace pyforge::testing {

/// System calls by kind; combine with |.
enum CallKind : unsigned {
  kCreateCall = 1,  ///< an open that makes a file
  kWriteCall = 2,
  kSyncCall = 4,
  kLinkCall = 8,
  kRenameCall = 16,
  kMakeDirectoryCall = 32,
  kReadCall = 64,
  kOpenCall = 128,  ///< any other open
  kUnlinkCall = 256,
  kLockCall = 512,
  kDirectWriteCall = 1024,  ///< past the cache; a failed one is tried again through it
  /// What can run into a full disk.
  kSpaceCalls = kCreateCall | kWriteCall | kSyncCall | kLinkCall | kRenameCall | kMakeDirectoryCall,
};

struct Faults {
  int fail_at = 0;       ///< the number, from 1, of the call that fails; 0: none
  int error = ENOSPC;    ///< its errno
  bool goes_on = false;  ///< later ones fail too
  unsigned kinds = kSpaceCalls;
  size_t write_bytes_max = SIZE_MAX;  ///< writes are shorter than asked
  bool lacks_nameless_files = false;
  bool lacks_rename_flags = false;
  bool lacks_hard_links = false;
  bool lacks_locks = false;
  bool lacks_direct_writes = false;
};

/// The operating system with Faults. Threads: share freely.
class FaultySystemCalls : public io::SystemCalls {
 public:
  explicit FaultySystemCalls(Faults faults) : faults_(faults) {}

  /// How many calls of the chosen kinds there were.
  int count() const { return count_; }
  /// How many writes past the cache, failed ones too.
  int direct_write_count() const { return direct_write_count_; }
  bool has_failed() const { return faults_.fail_at > 0 && count_ >= faults_.fail_at; }

  int OpenAt(int directory, const char* path, int flags, mode_t mode) override {
    const bool is_nameless = (flags & O_TMPFILE) == O_TMPFILE;
    if (is_nameless && faults_.lacks_nameless_files) return Error(EOPNOTSUPP);
    const bool makes = is_nameless || (flags & O_CREAT) != 0;
    if (Fails(makes ? kCreateCall : kOpenCall)) return -1;
    return SystemCalls::OpenAt(directory, path, flags, mode);
  }
  ssize_t Read(int fd, void* out, size_t bytes) override {
    return Fails(kReadCall) ? -1 : SystemCalls::Read(fd, out, bytes);
  }
  ssize_t PRead(int fd, void* out, size_t bytes, off_t offset) override {
    return Fails(kReadCall) ? -1 : SystemCalls::PRead(fd, out, bytes, offset);
  }
  ssize_t Write(int fd, const void* data, size_t bytes) override {
    if (Fails(kWriteCall)) return -1;
    return SystemCalls::Write(fd, data, std::min(bytes, faults_.write_bytes_max));
  }
  ssize_t PWrite(int fd, const void* data, size_t bytes, off_t offset) override {
    if (Fails(kWriteCall)) return -1;
    return SystemCalls::PWrite(fd, data, std::min(bytes, faults_.write_bytes_max), offset);
  }
  ssize_t PWriteV(int fd, const iovec* parts, int count, off_t offset) override {
    ++direct_write_count_;
    if (Fails(kDirectWriteCall)) return -1;
    if (faults_.write_bytes_max == SIZE_MAX) {
      return SystemCalls::PWriteV(fd, parts, count, offset);
    }
    // Of the second part, where there is one, as much as alignment allows.
    const iovec& part = parts[0];
    const ssize_t first = SystemCalls::PWriteV(fd, &part, 1, offset);
    if (first < 0 || count == 1) return first;
    const iovec some{.iov_base = parts[1].iov_base, .iov_len = size_t{64} << 10};
    const ssize_t second = SystemCalls::PWriteV(fd, &some, 1, offset + first);
    return first + std::max(second, ssize_t{0});
  }
  int SyncFile(int fd) override { return Fails(kSyncCall) ? -1 : SystemCalls::SyncFile(fd); }
  int LinkAt(int from_directory, const char* from, int to_directory, const char* to,
             int flags) override {
    if (faults_.lacks_hard_links) return Error(EPERM);
    if (Fails(kLinkCall)) return -1;
    return SystemCalls::LinkAt(from_directory, from, to_directory, to, flags);
  }
  int RenameAt(int from_directory, const char* from, int to_directory, const char* to,
               unsigned flags) override {
    if (flags != 0 && faults_.lacks_rename_flags) return Error(EINVAL);
    if (Fails(kRenameCall)) return -1;
    return SystemCalls::RenameAt(from_directory, from, to_directory, to, flags);
  }
  int MakeDirectoryAt(int directory, const char* path, mode_t mode) override {
    return Fails(kMakeDirectoryCall) ? -1 : SystemCalls::MakeDirectoryAt(directory, path, mode);
  }
  int UnlinkAt(int directory, const char* path, int flags) override {
    return Fails(kUnlinkCall) ? -1 : SystemCalls::UnlinkAt(directory, path, flags);
  }
  int Lock(int fd, int operation) override {
    if (faults_.lacks_locks) return Error(ENOLCK);
    return Fails(kLockCall) ? -1 : SystemCalls::Lock(fd, operation);
  }
  int SetDirect(int fd, bool is_direct) override {
    if (is_direct && faults_.lacks_direct_writes) return Error(EINVAL);
    return SystemCalls::SetDirect(fd, is_direct);
  }

 private:
  static int Error(int error) {
    errno = error;
    return -1;
  }
  bool Fails(unsigned kind) {
    if ((faults_.kinds & kind) == 0) return false;
    const int number = ++count_;
    const bool fails = faults_.fail_at > 0 &&
                       (number == faults_.fail_at || (faults_.goes_on && number > faults_.fail_at));
    if (fails) errno = faults_.error;
    return fails;
  }

  const Faults faults_;
  std::atomic<int> count_{0};
  std::atomic<int> direct_write_count_{0};
};

/// A local file system that fails; give it to StagingOptions::file_system.
class FaultyFileSystem {
 public:
  explicit FaultyFileSystem(Faults faults) : calls_(faults), file_system_(calls_) {}
  FileSystem* get() { return &file_system_; }
  FaultySystemCalls& calls() { return calls_; }

 private:
  FaultySystemCalls calls_;
  io::LocalFileSystem file_system_;
};

}  // namespace pyforge::testing
