// Split block bloom filters: they tell which values a column chunk surely does not hold.
// Source: BloomFilter.md of the Apache Parquet format, version 2.11.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/dictionary.h"
#include "formats/parquet/schema_plan.h"

namespace pyforge::parquet {

/// A filter is no larger; from 14 million distinct values on, it lets more than 1 % of others pass.
inline constexpr size_t kBloomFilterBytesMax = size_t{16} << 20;

/// Bytes of a filter that lets this share of the values that it does not hold pass, when it holds
/// so many: the next power of two, within the limits of the format and ours.
size_t BloomFilterBytes(size_t distinct_count, double false_positive_share);

/// What a filter knows of a value's bytes in PLAIN form, without a length in front: XXH64, seed 0.
uint64_t BloomFilterHash(std::string_view plain);

/// Gathers the values of a column chunk and makes a filter of them, whose size follows from how
/// many are distinct.
///
/// Hashes are kept as they are while they need less memory than a filter for as many values as the
/// chunk may hold, and less than 2 MiB. When more come, all go into such a filter, which is folded
/// in the end: its bits are then those of a filter that was made in its final size.
///
/// Memory: about 3 MiB of hashes and one filter, at most kBloomFilterBytesMax; kept from one chunk
/// to the next. Threads: one at a time.
class BloomFilterBuilder {
 public:
  /// `values_max`: of a chunk, as far as that is known. The leaf must outlive the builder.
  BloomFilterBuilder(const LeafPlan& leaf, double false_positive_share, size_t values_max);

  /// Adds physical values of the leaf's fixed width, aligned to it.
  void AddFixed(const uint8_t* values, size_t count);
  /// Adds byte arrays that stand one behind the other.
  void AddByteArrays(const uint8_t* bytes, std::span<const int32_t> lengths);
  void AddDictionary(const ByteArrayDictionary& dictionary);
  /// The filter as it stands in a file, behind its header, and starts the next chunk.
  ByteBuffer Finish();
  /// Forgets the chunk.
  void Clear();
  /// Memory held.
  size_t capacity_bytes() const { return hashes_.capacity() + bits_.capacity(); }

 private:
  void AddEqualForms(const uint8_t* values, size_t count);
  void Keep();
  void SetBits(size_t bytes);
  void Fold(size_t bytes);

  const LeafPlan& leaf_;
  const double false_positive_share_;
  const size_t bytes_max_;     // of the bits
  ByteBuffer hashes_;          // that stand in no bits yet
  ByteBuffer bits_;            // empty: all hashes are kept
  size_t distinct_count_ = 0;  // of the hashes that stand in the bits
};

}  // namespace pyforge::parquet
