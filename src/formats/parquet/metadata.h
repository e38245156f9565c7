// What a Parquet file says about itself: schema elements, column chunks, row groups, pages.
// Source: parquet.thrift of the Apache Parquet format, version 2.11; numbers are the format's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/parquet/thrift.h"

namespace pyforge::parquet {

enum class PhysicalType : int8_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kInt96 = 3,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixedLengthByteArray = 7,
};

enum class Repetition : int8_t { kRequired = 0, kOptional = 1, kRepeated = 2 };

enum class Encoding : int8_t {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kBitPacked = 4,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kDeltaByteArray = 7,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};

enum class Codec : int8_t {
  kUncompressed = 0,
  kSnappy = 1,
  kGzip = 2,
  kLzo = 3,
  kBrotli = 4,
  kLz4 = 5,
  kZstd = 6,
  kLz4Raw = 7,
};

enum class BoundaryOrder : int8_t { kUnordered = 0, kAscending = 1, kDescending = 2 };

enum class PageType : int8_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };

/// The older way to say what a physical type stands for; readers before 2.4 know no other.
enum class ConvertedType : int8_t {
  kUtf8 = 0,
  kMap = 1,
  kList = 3,
  kDecimal = 5,
  kDate = 6,
  kTimestampMillis = 9,
  kTimestampMicros = 10,
  kUint8 = 11,
  kUint16 = 12,
  kUint32 = 13,
  kUint64 = 14,
  kInt8 = 15,
  kInt16 = 16,
  kJson = 19,
};

/// Field ids of the union LogicalType.
enum class LogicalKind : int8_t {
  kNone = 0,
  kString = 1,
  kMap = 2,
  kList = 3,
  kDecimal = 5,
  kDate = 6,
  kTime = 7,
  kTimestamp = 8,
  kInteger = 10,
  kUnknown = 11,
  kJson = 12,
  kUuid = 14,
  kFloat16 = 15,
};

enum class TimeUnit : int8_t { kMillis = 1, kMicros = 2, kNanos = 3 };

struct LogicalType {
  LogicalKind kind = LogicalKind::kNone;
  bool adjusted_to_utc = false;  ///< kTime, kTimestamp
  TimeUnit unit = TimeUnit::kMicros;
  int8_t bit_width = 0;  ///< kInteger
  bool is_signed = true;
};

struct SchemaElement {
  std::string name = {};
  std::optional<PhysicalType> type = {};  ///< none: a group
  int32_t type_length = 0;                ///< bytes, kFixedLengthByteArray
  std::optional<Repetition> repetition = {};
  int32_t child_count = 0;
  std::optional<ConvertedType> converted = {};
  LogicalType logical = {};
  int32_t scale = 0;  ///< decimals
  int32_t precision = 0;
  std::optional<int32_t> field_id = {};
};

/// Values of one page or one column chunk. Bounds are in PLAIN form, without a length in front.
struct Statistics {
  bool has_bounds = false;
  std::string min = {};
  std::string max = {};
  bool min_is_exact = true;
  bool max_is_exact = true;
  int64_t null_count = 0;
};

/// One page as its chunk's indexes list it; offsets count from the chunk's first byte.
struct PageEntry {
  int64_t offset = 0;
  int32_t bytes = 0;      ///< stored, with the header
  int64_t first_row = 0;  ///< within the row group
  Statistics statistics = {};
  bool all_null = false;
};

/// One finished column chunk; offsets count from its first byte.
struct ColumnChunk {
  Codec codec = Codec::kUncompressed;
  int64_t value_count = 0;         ///< with nulls and empty lists
  int64_t uncompressed_bytes = 0;  ///< with page headers
  int64_t stored_bytes = 0;        ///< with page headers
  int64_t first_data_page = 0;     ///< bytes of the dictionary page, if any
  int32_t dictionary_pages = 0;
  /// Encodings of data pages with how many use each.
  std::vector<std::pair<Encoding, int32_t>> data_pages = {};
  Statistics statistics = {};
  std::vector<PageEntry> pages = {};
};

/// Where a chunk's indexes stand in the file; zero: it has none.
struct IndexPlace {
  int64_t column_index_offset = 0;
  int32_t column_index_bytes = 0;
  int64_t offset_index_offset = 0;
  int32_t offset_index_bytes = 0;
};

/// Where a chunk's bloom filter, with its header, stands in the file; zero: it has none.
struct BloomFilterPlace {
  int64_t offset = 0;
  int32_t bytes = 0;
};

/// The chunk's struct ColumnMetaData; `offset` is the chunk's place in the file.
void WriteColumnMetadata(const ColumnChunk& chunk, PhysicalType type,
                         const std::vector<std::string>& path, int64_t offset,
                         const BloomFilterPlace& bloom_filter, ThriftWriter* writer);
void WriteSchemaElement(const SchemaElement& element, ThriftWriter* writer);
/// A data or dictionary page's header.
struct PageHeader {
  PageType type = PageType::kData;
  int32_t uncompressed_bytes = 0;
  int32_t stored_bytes = 0;
  std::optional<uint32_t> crc = {};
  int32_t value_count = 0;
  Encoding encoding = Encoding::kPlain;
};
void WritePageHeader(const PageHeader& header, std::string* out);

/// A page header of any writer, as far as it tells how the chunk goes on.
struct PageFacts {
  bool is_data = false;  ///< a data page of either version
  int64_t header_bytes = 0;
  int64_t stored_bytes = 0;  ///< behind the header
  int64_t value_count = 0;   ///< of a data page; with nulls and empty lists
  std::optional<uint32_t> crc = {};
};
/// Reads the page header that `bytes` begin with; nothing where they are too few or hold none.
std::optional<PageFacts> ReadPageHeader(std::string_view bytes);

/// The struct BloomFilterHeader of a filter of so many bytes.
void WriteBloomFilterHeader(int32_t bytes, std::string* out);
/// The struct OffsetIndex of a chunk that starts at `offset` of the file.
void WriteOffsetIndex(const ColumnChunk& chunk, int64_t offset, std::string* out);
/// Whether each page has bounds or nothing but nulls, without which there is no column index.
bool CanIndexColumn(const ColumnChunk& chunk);
/// The struct ColumnIndex.
void WriteColumnIndex(const ColumnChunk& chunk, BoundaryOrder order, std::string* out);

}  // namespace pyforge::parquet
