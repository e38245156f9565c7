#include "io/system_calls.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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
int SystemCalls::Truncate(int fd, off_t bytes) { return ::ftruncate(fd, bytes); }

// The C library has no functions for these.
int SystemCalls::SetUpAio(unsigned request_count, aio_context_t* context) {
  return static_cast<int>(::syscall(SYS_io_setup, request_count, context));
}
int SystemCalls::SubmitAio(aio_context_t context, iocb* request) {
  return static_cast<int>(::syscall(SYS_io_submit, context, 1L, &request));
}
int SystemCalls::GetAioEvents(aio_context_t context, int count_least, io_event* events,
                              int count_most) {
  return static_cast<int>(::syscall(SYS_io_getevents, context, static_cast<long>(count_least),
                                    static_cast<long>(count_most), events, nullptr));
}
int SystemCalls::DestroyAio(aio_context_t context) {
  return static_cast<int>(::syscall(SYS_io_destroy, context));
}

void FileDescriptor::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace pyforge::io
