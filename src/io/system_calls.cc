#include "io/system_calls.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace pyforge::io {

SystemCalls& SystemCalls::Real() {
  static SystemCalls real;
  return real;
}

int SystemCalls::OpenAt(int directory, const char* path, int flags, mode_t mode) {
  return ::openat(directory, path, flags | O_CLOEXEC, mode);
}
ssize_t SystemCalls::Read(int fd, void* out, size_t bytes) { return ::read(fd, out, bytes); }
ssize_t SystemCalls::PRead(int fd, void* out, size_t bytes, off_t offset) {
  return ::pread(fd, out, bytes, offset);
}
ssize_t SystemCalls::Write(int fd, const void* data, size_t bytes) {
  return ::write(fd, data, bytes);
}
ssize_t SystemCalls::PWrite(int fd, const void* data, size_t bytes, off_t offset) {
  return ::pwrite(fd, data, bytes, offset);
}
ssize_t SystemCalls::PWriteV(int fd, const iovec* parts, int count, off_t offset) {
  return ::pwritev(fd, parts, count, offset);
}
int SystemCalls::SyncFile(int fd) { return ::fsync(fd); }
int SystemCalls::LinkAt(int from_directory, const char* from, int to_directory, const char* to,
                        int flags) {
  return ::linkat(from_directory, from, to_directory, to, flags);
}
int SystemCalls::RenameAt(int from_directory, const char* from, int to_directory, const char* to,
                          unsigned flags) {
  return ::renameat2(from_directory, from, to_directory, to, flags);
}
int SystemCalls::MakeDirectoryAt(int directory, const char* path, mode_t mode) {
  return ::mkdirat(directory, path, mode);
}
int SystemCalls::UnlinkAt(int directory, const char* path, int flags) {
  return ::unlinkat(directory, path, flags);
}
int SystemCalls::Lock(int fd, int operation) { return ::flock(fd, operation); }
int SystemCalls::SetDirect(int fd, bool is_direct) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return -1;
  return ::fcntl(fd, F_SETFL, is_direct ? flags | O_DIRECT : flags & ~O_DIRECT);
}

void FileDescriptor::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace pyforge::io
