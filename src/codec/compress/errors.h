// What can be wrong with a compressed container.
#pragma once

#include "pyforge/error.h"

namespace pyforge::compress {

inline constexpr ErrorCode kTruncated{
    .id = "compress.truncated",
    .category = ErrorCategory::kData,
    .summary = "The compressed file ends before its last block is complete.",
    .fix = "Get the file again: it was cut off, most often by a broken download or copy.",
    .details =
        "Framed snappy and old lz4 frames (lz4 -l) have no mark at their end: such a file that was "
        "cut off between two blocks looks whole and is read as far as it goes."};
inline constexpr ErrorCode kCorruptContainer{
    .id = "compress.corrupt",
    .category = ErrorCategory::kData,
    .summary = "The compressed bytes contradict their format or their checksum.",
    .fix =
        "Get the file again from its source; its own tool (gzip -t, zstd -t, unzip -t) will refuse "
        "it too."};
inline constexpr ErrorCode kTrailingBytes{
    .id = "compress.trailing_bytes",
    .category = ErrorCategory::kData,
    .summary = "Something that is not compressed data stands behind the compressed data.",
    .fix =
        "Cut the surplus off, or decompress the file with its own tool and look at what it holds.",
    .details =
        "Bytes of value zero behind the last member are padding (tapes, fixed-size blocks) and "
        "are ignored. Anything else could be rows that would be lost, so it is refused."};
inline constexpr ErrorCode kContainer{
    .id = "unsupported.container",
    .category = ErrorCategory::kUnsupported,
    .summary = "The input is wrapped in a way that this program does not take off.",
    .fix = "Unpack it with its own tool first.",
    .details =
        "One container around a file is taken off: gzip, zstd, bzip2, xz, lz4, framed snappy, "
        "lzop, "
        "or a zip archive of one file. A container inside of a container, an archive of several "
        "files or an encrypted one, and methods that few tools know are left to the tools that "
        "made them."};

inline constexpr const ErrorCode* kErrors[] = {&kTruncated, &kCorruptContainer, &kTrailingBytes,
                                               &kContainer};

}  // namespace pyforge::compress
