// Which compressed container some bytes are in, told by their first bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pyforge::compress {

enum class Container : uint8_t { kNone, kGzip, kZstd, kBzip2, kXz, kLz4, kSnappy, kLzop, kZip };

/// Bytes that DetectContainer looks at.
inline constexpr int64_t kContainerHeadBytes = 32;

/// Judges a file's first kContainerHeadBytes bytes, or all of a shorter file.
///
/// Text can never be mistaken: each magic number holds a byte that no text starts with, or is at
/// least six bytes long. A zip archive may be a document of its own (a workbook): its user decides.
/// Source: RFC 1952; RFC 8878 section 3.1; the container's own descriptions of bzip2, xz, LZ4
/// frame, Snappy framing and lzop; APPNOTE.TXT section 4.3.7.
Container DetectContainer(std::string_view head);

/// True for a frame that holds no data, of zstd or LZ4: any of 16 magic numbers. Files of parallel
/// zstd compressors begin with one, so DetectContainer takes it for zstd.
bool IsSkippableFrame(std::string_view head);

/// "gzip", "zstd", ...; empty for kNone.
std::string_view ContainerName(Container container);

/// The container that a file name promises by its suffix, any case: kGzip for "a.csv.GZ".
Container ContainerOfName(std::string_view file_name);

/// "orders.csv" for "orders.csv.gz"; other names as they are.
std::string WithoutContainerSuffix(std::string_view file_name);

}  // namespace pyforge::compress
