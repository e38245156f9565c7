// How Parquet files are written and read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/parquet/metadata.h"
#include "pyforge/options.h"

namespace pyforge::parquet {

enum class Compatibility : uint8_t {
  kModern,  ///< delta encodings where they are smaller; read by every current program
  kPlain,   ///< PLAIN and dictionary encodings only, for readers of before 2015
};

/// What INT96 timestamps, which have nanoseconds and any year, are read as.
enum class Int96Unit : uint8_t { kNanos, kMicros, kMillis };

}  // namespace pyforge::parquet

namespace pyforge {
template <>
inline constexpr std::string_view kEnumNames<parquet::Compatibility>[] = {"modern", "plain"};
template <>
inline constexpr std::string_view kEnumNames<parquet::Int96Unit>[] = {"ns", "us", "ms"};
}  // namespace pyforge

namespace pyforge::parquet {

struct CompressionChoice {
  Codec codec = Codec::kSnappy;
  std::optional<int> level = {};
};
/// Reads `zstd:9`, `snappy`, `none`. Errors: usage.bad_option naming what is accepted.
Result<CompressionChoice> ParseCompression(std::string_view text);

struct WriteOptions {
  /// Codec of the pages that get smaller by it.
  std::string compression = "snappy";
  /// Most rows of a row group.
  int64_t row_group_rows = int64_t{1} << 20;
  /// A row group ends with the batch that brings its encoded bytes to this.
  ByteSize row_group_bytes = {int64_t{128} << 20};
  Compatibility compatibility = Compatibility::kModern;
  /// A CRC-32 in each page's header.
  bool page_checksums = true;
  /// Least and greatest value of each page, behind the last row group.
  bool page_index = true;
  /// Least and greatest value of each column chunk.
  bool statistics = true;
  /// Columns with a filter of their values in each row group; values in nested columns by their
  /// path, with dots between its names.
  std::vector<std::string> bloom_filters = {};
  /// Share of the values that a row group does not hold that its filter lets pass; between 0 and 1.
  double bloom_filter_fpp = 0.01;
  /// The Arrow schema in the file's key-value metadata, so that Arrow gives back its own types.
  bool arrow_schema = true;

  Status Validate() const;
};

inline constexpr OptionSpec kWriteOptions[] = {
    Option<&WriteOptions::compression>(
        "compression",
        "Codec of the pages that get smaller by it; zstd, gzip and brotli take a level as in "
        "zstd:9.",
        "snappy|zstd[:LEVEL]|gzip|lz4|brotli|none", {}, 'c'),
    Option<&WriteOptions::row_group_rows>("row_group_rows", "Most rows of a row group.", "N"),
    Option<&WriteOptions::row_group_bytes>(
        "row_group_bytes", "A row group ends when its encoded bytes reach this size.", "SIZE"),
    Option<&WriteOptions::compatibility>(
        "compatibility",
        "plain: only the PLAIN and dictionary encodings, which the oldest readers know.",
        "modern|plain"),
    Option<&WriteOptions::page_checksums>("page_checksums",
                                          "Store a checksum with each page (default: true)."),
    Option<&WriteOptions::page_index>(
        "page_index", "Store the least and greatest value of each page (default: true)."),
    Option<&WriteOptions::statistics>(
        "statistics",
        "Store the least and greatest value of each column of a row group (default: true)."),
    Option<&WriteOptions::bloom_filters>(
        "bloom_filters",
        "Store a bloom filter of these columns in each row group, for readers that look for single "
        "values; values in nested columns as tags.list.element.",
        "NAMES"),
    Option<&WriteOptions::bloom_filter_fpp>(
        "bloom_filter_fpp",
        "About which share of the values that a row group lacks its bloom filter may let pass.",
        "SHARE"),
    Option<&WriteOptions::arrow_schema>(
        "arrow_schema", "Store the Arrow schema in the file's metadata (default: true)."),
};

struct ReadOptions {
  /// Compare pages with the checksums stored with them.
  bool verify_checksums = true;
  /// Refuse text that is not UTF-8.
  bool verify_text = true;
  /// Unit of INT96 timestamps. Nanoseconds reach from 1677 to 2262; what a unit does not hold
  /// exactly is refused.
  Int96Unit int96_unit = Int96Unit::kNanos;

  Status Validate() const { return Status::OK(); }
};

inline constexpr OptionSpec kReadOptions[] = {
    Option<&ReadOptions::verify_checksums>(
        "verify_checksums", "Compare pages with the checksums stored with them (default: true)."),
    Option<&ReadOptions::verify_text>("verify_text",
                                      "Refuse text that is not UTF-8 (default: true)."),
    Option<&ReadOptions::int96_unit>(
        "int96_unit",
        "Unit of old INT96 timestamps; ns reaches from 1677 to 2262, the others beyond.",
        "ns|us|ms"),
};

}  // namespace pyforge::parquet
