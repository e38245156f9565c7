// Encodes one leaf column of a row group into pages.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/parquet/bloom_filter.h"
#include "formats/parquet/bounds.h"
#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/dictionary.h"
#include "formats/parquet/metadata.h"
#include "formats/parquet/nested_levels.h"
#include "formats/parquet/options.h"
#include "formats/parquet/page_compressor.h"
#include "formats/parquet/page_values.h"
#include "formats/parquet/prefix_encoding.h"
#include "formats/parquet/schema_plan.h"
#include "formats/parquet/value_snappy.h"
#include "pyforge/error.h"

namespace pyforge::parquet {

/// What the columns of one segment share, so that it stays in cache. The compressor may be null.
struct PageWorkshop {
  const WriteOptions* options = nullptr;
  Codec codec = Codec::kUncompressed;
  PageCompressor* compressor = nullptr;
  ValueSnappy value_snappy = {};
  ByteBuffer body = {};  ///< the page's levels and values
  ByteBuffer compressed = {};
  ByteBuffer scratch = {};
  PrefixWorkspace prefixes = {};
  std::string header = {};
};

/// A finished chunk: the dictionary page, if there is one, and behind it the data pages.
struct EncodedChunk {
  ColumnChunk metadata = {};
  ByteBuffer dictionary = {};
  ByteBuffer pages = {};
  ByteBuffer bloom_filter = {};  ///< as it stands in the file; empty: there is none
};

/// Threads: one at a time. Buffers are kept from one chunk to the next.
class ColumnWriter {
 public:
  /// Both must outlive the writer.
  ColumnWriter(const LeafPlan& leaf, PageWorkshop* workshop);

  /// Adds `length` rows from `begin` of the column, which is as PlainArray() gives it.
  /// Errors: parquet.null_in_required_column, and those of AppendValues.
  Status Add(const arrow::Array& column, int64_t begin, int64_t length);
  /// Encoded bytes so far and what the open page holds.
  int64_t bytes() const;
  /// Memory held.
  int64_t capacity_bytes() const;
  /// Ends the chunk and starts the next, which is to be written into `pages`.
  Result<EncodedChunk> Finish(ByteBuffer pages);
  /// Forgets the chunk.
  void Clear();

 private:
  enum class Strategy : uint8_t { kUndecided, kDictionary, kDirect };

  bool is_byte_array() const { return leaf_.kind == ValueKind::kByteArray; }
  std::span<const int32_t> byte_array_lengths() const {
    return {values_.lengths.as<int32_t>(), values_.count};
  }
  Status AddFlat(const arrow::Array& column, int64_t begin, int64_t length);
  Status AddNested(const arrow::Array& column, int64_t begin, int64_t length);
  Status TakeValues(const arrow::Array& array, const Selection& selection);
  int64_t RowsThatFit(const arrow::Array& column, int64_t begin, int64_t length) const;

  bool IsPageFull() const;
  void AddValidity(const arrow::Array& column, int64_t begin, int64_t rows, int64_t nulls);

  Status EndPage();
  void FindPageBounds(Statistics* statistics);
  ByteBuffer FinishBloomFilter();
  void EncodeLevels();
  /// Into the workshop's `body`, but for what follows it `as_they_are`.
  Encoding EncodeValues(std::span<const uint8_t>* as_they_are);
  void Decide();
  int32_t EncodeTaken(size_t begin, size_t end);
  bool DictionaryHalves(size_t sample) const;
  bool RangeDictionaryPays(size_t sample);
  bool IsDeltaEncoded() const;
  void EncodeIntegers(size_t count, ByteBuffer* out) const;
  Encoding EncodeDirect(std::span<const uint8_t>* as_they_are);
  Status DecideCodec(Encoding encoding, std::span<const uint8_t> values);
  /// Into the workshop's `compressed`.
  Status CompressPage(Encoding encoding, std::span<const uint8_t> body,
                      std::span<const uint8_t> values);
  /// A page is `body` and, where they stand elsewhere, the `values` behind it.
  Status AppendPage(PageType type, Encoding encoding, int64_t value_count,
                    std::span<const uint8_t> body, std::span<const uint8_t> values,
                    ByteBuffer* out);
  size_t dictionary_size() const;
  size_t dictionary_bytes() const;
  /// Whether ValueSnappy knows how to look at these values.
  bool HasValuesToCompare(Encoding encoding) const;
  void DictionaryValues(ByteBuffer* out) const;

  const LeafPlan& leaf_;
  PageWorkshop* workshop_;
  const int64_t page_rows_max_;

  static constexpr int64_t kNestedRowsFirst = 64;

  // The open page.
  int64_t rows_ = 0;   // top-level rows
  int64_t slots_ = 0;  // values, nulls and empty lists
  int64_t value_count_ = 0;
  PageValues values_;
  ByteBuffer codes_;              // in place of values_ once there is a dictionary
  bool looks_up_at_end_ = false;  // values_ become codes when the page ends
  ByteBuffer validity_;           // bitmap, flat columns
  ByteBuffer definition_levels_;  // a byte each, nested columns
  ByteBuffer repetition_levels_;

  // The open chunk.
  Strategy strategy_ = Strategy::kUndecided;
  std::optional<Encoding> direct_encoding_ = {};
  bool codec_is_decided_ = false;
  bool compresses_by_value_ = false;  // by ValueSnappy, where the encoding allows
  FixedDictionary fixed_dictionary_;
  ByteArrayDictionary byte_array_dictionary_;
  std::optional<BloomFilterBuilder> bloom_filter_ = {};  // all values but those of the dictionary
  std::vector<uint8_t> seen_in_page_;                    // by code: 1 if the open page uses it
  int64_t nested_rows_ = kNestedRowsFirst;               // rows to walk at a time
  int64_t chunk_rows_ = 0;
  int64_t chunk_value_count_ = 0;
  EncodedChunk chunk_;
};

}  // namespace pyforge::parquet
