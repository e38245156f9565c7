// The system calls that reading and staging are made of, behind one seam: tests let any of them
// fail.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <utility>

namespace pyforge::io {

/// Each function is the system call of its name: -1 and errno on failure. Threads: share freely.
class SystemCalls {
 public:
  /// What the operating system does.
  static SystemCalls& Real();

  virtual ~SystemCalls() = default;
  virtual int OpenAt(int directory, const char* path, int flags, mode_t mode);
  virtual ssize_t Read(int fd, void* out, size_t bytes);
  virtual ssize_t PRead(int fd, void* out, size_t bytes, off_t offset);
  virtual ssize_t Write(int fd, const void* data, size_t bytes);
  virtual ssize_t PWrite(int fd, const void* data, size_t bytes, off_t offset);
  virtual ssize_t PWriteV(int fd, const iovec* parts, int count, off_t offset);
  virtual int SyncFile(int fd);
  virtual int LinkAt(int from_directory, const char* from, int to_directory, const char* to,
                     int flags);
  virtual int RenameAt(int from_directory, const char* from, int to_directory, const char* to,
                       unsigned flags);
  virtual int MakeDirectoryAt(int directory, const char* path, mode_t mode);
  virtual int UnlinkAt(int directory, const char* path, int flags);
  virtual int Lock(int fd, int operation);
  /// Sets or clears O_DIRECT of the file.
  virtual int SetDirect(int fd, bool is_direct);
};

/// A file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() { Close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_ = -1;
};

/// Which file it is, whatever its names are.
struct FileIdentity {
  uint64_t device = 0;
  uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};

}  // namespace pyforge::io
