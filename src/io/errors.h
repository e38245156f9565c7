// What can go wrong with files, paths and places.
#pragma once

#include "pyforge/error.h"

namespace pyforge::io {

inline constexpr ErrorCode kNotFound{
    .id = "io.not_found",
    .category = ErrorCategory::kNotFound,
    .summary = "There is no file of that name, or none that fits the pattern.",
    .fix =
        "Check the spelling and the current directory; quote patterns so that the shell leaves "
        "them alone."};
inline constexpr ErrorCode kPermission{
    .id = "io.permission",
    .category = ErrorCategory::kIo,
    .summary = "The system does not let this user read or write there.",
    .fix = "Ask for the right, or choose another place."};
inline constexpr ErrorCode kIsDirectory{
    .id = "io.is_directory",
    .category = ErrorCategory::kIo,
    .summary = "A file is needed, but the path names a directory.",
    .fix = "Name a file in the directory; an output directory is written with a slash at its end."};
inline constexpr ErrorCode kNotRepeatable{
    .id = "io.not_repeatable",
    .category = ErrorCategory::kIo,
    .summary = "A stream that can be read only once was asked for again.",
    .fix = "Save the stream to a file first and convert the file."};
inline constexpr ErrorCode kChangedWhileReading{
    .id = "io.changed_while_reading",
    .category = ErrorCategory::kIo,
    .summary = "An input was changed by another program while it was read.",
    .fix = "Wait until the other program has finished, or convert a copy."};
inline constexpr ErrorCode kTempLimit{
    .id = "limit.temp",
    .category = ErrorCategory::kLimit,
    .summary = "The work needs more temporary disk space than it may use.",
    .fix = "Raise {temp_max}; or give a file instead of a stream, so that nothing must be kept."};
inline constexpr ErrorCode kFileLimit{
    .id = "limit.file_size",
    .category = ErrorCategory::kLimit,
    .summary = "A file that is read as a whole is larger than such files can be.",
    .fix = "Check that it is the file you meant."};
inline constexpr ErrorCode kOutputExists{
    .id = "io.output_exists",
    .category = ErrorCategory::kConflict,
    .summary = "The output already exists; nothing was touched.",
    .fix = "Give {overwrite} to replace it, or choose another name."};
inline constexpr ErrorCode kOutputIsInput{
    .id = "io.output_is_input",
    .category = ErrorCategory::kConflict,
    .summary = "The output is one of the inputs, maybe by another name; nothing was touched.",
    .fix = "Choose another output."};
inline constexpr ErrorCode kOutputDirectoryGone{
    .id = "io.output_directory_gone",
    .category = ErrorCategory::kIo,
    .summary = "The directory of the output was removed or replaced while the output was written.",
    .fix = "Make the directory again and repeat the command."};
inline constexpr ErrorCode kDiskFull{
    .id = "io.disk_full",
    .category = ErrorCategory::kIo,
    .summary =
        "The output does not fit on the disk, the quota or the limit; nothing was left behind.",
    .fix = "Make room, or choose another place with {output}; for temporary files set TMPDIR."};
inline constexpr ErrorCode kScheme{
    .id = "unsupported.scheme",
    .category = ErrorCategory::kUnsupported,
    .summary = "The path begins with a scheme that this program has no file system for.",
    .fix = "Copy the data to a local file first."};

inline constexpr const ErrorCode* kErrors[] = {
    &kNotFound,  &kPermission, &kIsDirectory,  &kNotRepeatable, &kChangedWhileReading,
    &kTempLimit, &kFileLimit,  &kOutputExists, &kOutputIsInput, &kOutputDirectoryGone,
    &kDiskFull,  &kScheme};

/// The failure of a system call that reads. `action`: "open", "read"; `error`: errno.
Status ReadFailure(int error, std::string_view action, const std::string& path);
/// The failure of a system call that writes. `action`: "write 10 bytes at byte 5 of".
Status WriteFailure(int error, std::string_view action, const std::string& path);

}  // namespace pyforge::io
