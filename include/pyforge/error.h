// Errors as values: a pyforge failure is an arrow::Status that carries an ErrorDetail, so that it
// can cross Arrow streams unharmed and still tell a person what happened, where, and what to do.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/core.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pyforge {

using Status = arrow::Status;
template <typename T>
using Result = arrow::Result<T>;

/// What kind of failure it is. Sets the exit code, the HTTP status and the Python class.
enum class ErrorCategory : uint8_t {
  kUsage,        ///< the request is wrong: exit 2
  kData,         ///< the input's content is wrong: exit 3
  kNotFound,     ///< an input, table or column is missing: exit 4
  kUnsupported,  ///< the format, the feature or this build lacks it: exit 5
  kIo,           ///< reading or writing failed: exit 6
  kConflict,     ///< the output exists or was changed by another: exit 7
  kLimit,        ///< memory, time, size or depth limit reached: exit 8
  kInterrupted,  ///< asked to stop: exit 130 or 143
  kInternal,     ///< our bug: exit 70
};

/// The category's name in JSON and documents: "usage", "data", "not_found", ...
std::string_view CategoryName(ErrorCategory category);
/// The exit code of a program that ends with such an error (design: interface, section 2).
int ExitCode(ErrorCategory category);

/// One kind of failure, declared once in its folder's errors.h and listed in that folder's kErrors.
struct ErrorCode {
  std::string_view id;  ///< stable for ever: "csv.ragged_row"
  ErrorCategory category;
  std::string_view summary;  ///< one sentence for the list of codes and the head of its page
  std::string_view fix;      ///< the next thing to try; `{option}` is spelt the front end's way
  std::string_view details = {};  ///< optional further paragraphs of its page, Markdown
};

/// Where in the user's data it happened. Each layer fills in only what it alone knows, on the way
/// up.
struct Where {
  std::string path = {};
  std::string table = {};
  std::string column = {};
  std::optional<int64_t> row = {};          ///< as a person counts: the file's first record is 1
  std::optional<int64_t> byte_offset = {};  ///< 0-based, in the decompressed bytes of the input
};

/// What rides on a failed Status. Threads: immutable, share freely.
class ErrorDetail : public arrow::StatusDetail {
 public:
  ErrorDetail(const ErrorCode& code, Where where) : code_(&code), where_(std::move(where)) {}
  const char* type_id() const override;
  std::string ToString() const override;
  const ErrorCode& code() const { return *code_; }
  const Where& where() const { return where_; }

 private:
  const ErrorCode* code_;  // codes are constants of static storage
  Where where_;
};

/// Makes a failed Status. `message` says what happened, with both values; no blame, no line feed.
Status MakeError(const ErrorCode& code, Where where, std::string message);

template <typename... Args>
Status Fail(const ErrorCode& code, Where where, fmt::format_string<Args...> format,
            Args&&... args) {
  return MakeError(code, std::move(where), fmt::format(format, std::forward<Args>(args)...));
}

/// The detail of a failed Status, or null when the Status came from a library untranslated.
const ErrorDetail* DetailOf(const Status& status);
/// True when `status` failed with this code.
bool FailedWith(const Status& status, const ErrorCode& code);
/// Adds to a failed Status what an upper layer knows; fields already set stay. OK stays OK.
Status AddWhere(const Status& status, const Where& where);
/// Shifts the row and the byte offset of a failed Status from piece-relative to file-relative.
Status ShiftWhere(const Status& status, int64_t row_base, int64_t byte_base);
/// Gives an untranslated Arrow Status a pyforge code by its Arrow code; a translated one is
/// returned as it is. Call it where a library is called and nothing better is known.
Status Translate(const Status& status, const Where& where);

/// Errors that any layer may raise.
inline constexpr ErrorCode kBadOption{
    .id = "usage.bad_option",
    .category = ErrorCategory::kUsage,
    .summary = "An option has a value it cannot take, or is not known.",
    .fix = "Look the option up with `pyforge convert --help` or `pyforge formats`."};
inline constexpr ErrorCode kBadRequest{
    .id = "usage.bad_request",
    .category = ErrorCategory::kUsage,
    .summary = "The arguments do not fit together.",
    .fix = "Look the command up with `pyforge <command> --help`."};
inline constexpr ErrorCode kReadFailed{
    .id = "io.read_failed",
    .category = ErrorCategory::kIo,
    .summary = "Reading an input failed.",
    .fix = "Check that the file can be read and that its device works, then try again."};
inline constexpr ErrorCode kWriteFailed{
    .id = "io.write_failed",
    .category = ErrorCategory::kIo,
    .summary = "Writing an output failed; nothing was left behind.",
    .fix = "Check free space, quota and permission of the output's directory, then try again."};
inline constexpr ErrorCode kMemoryLimit{.id = "limit.memory",
                                        .category = ErrorCategory::kLimit,
                                        .summary = "The work does not fit into the memory budget.",
                                        .fix = "Raise {memory}, or lower {threads}."};
inline constexpr ErrorCode kCancelled{
    .id = "interrupted.cancelled",
    .category = ErrorCategory::kInterrupted,
    .summary = "The work was interrupted; unfinished outputs were removed.",
    .fix = "Run the command again."};
inline constexpr ErrorCode kInternal{
    .id = "internal.bug",
    .category = ErrorCategory::kInternal,
    .summary = "pyforge contradicted itself: this is a bug in pyforge.",
    .fix = "Please report it with the command, this message and, if possible, the input."};
inline constexpr ErrorCode kUnsupported{
    .id = "unsupported.feature",
    .category = ErrorCategory::kUnsupported,
    .summary = "The input or the request needs something this program cannot do.",
    .fix = "See `pyforge formats` for what is supported."};
inline constexpr ErrorCode kCorrupt{
    .id = "data.corrupt",
    .category = ErrorCategory::kData,
    .summary = "The input's bytes contradict its format.",
    .fix = "Get the file again from its source, or ask its writer for an undamaged copy."};

inline constexpr const ErrorCode* kBaseErrors[] = {&kBadOption,   &kBadRequest,  &kReadFailed,
                                                   &kWriteFailed, &kMemoryLimit, &kCancelled,
                                                   &kInternal,    &kUnsupported, &kCorrupt};

}  // namespace pyforge
