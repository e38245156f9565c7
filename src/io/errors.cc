#include "io/errors.h"

#include <cerrno>
#include <system_error>

namespace pyforge::io {
namespace {

std::string Reason(int error) { return std::generic_category().message(error); }

}  // namespace

Status ReadFailure(int error, std::string_view action, const std::string& path) {
  const auto fail = [&](const ErrorCode& code) {
    return Fail(code, {.path = path}, "could not {} {}: {}", action, path, Reason(error));
  };
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(kNotFound);
    case EACCES:
    case EPERM:
      return fail(kPermission);
    case EISDIR:
      return fail(kIsDirectory);
    default:
      return fail(kReadFailed);
  }
}

Status WriteFailure(int error, std::string_view action, const std::string& given_path) {
  const std::string path = given_path == "-" ? "standard output" : given_path;
  const auto fail = [&](const ErrorCode& code) {
    return Fail(code, {.path = path}, "could not {} {}: {}", action, path, Reason(error));
  };
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return fail(kDiskFull);
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(kPermission);
    case EISDIR:
      return fail(kIsDirectory);
    case EEXIST:
      return Fail(kOutputExists, {.path = path}, "{} already exists", path);
    case EPIPE:
      return Fail(kWriteFailed, {.path = path},
                  "could not {} {}: its reader has closed the pipe before the end", action, path);
    default:
      return fail(kWriteFailed);
  }
}

}  // namespace pyforge::io
