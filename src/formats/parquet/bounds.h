// The least and the greatest value of a page or a chunk.
// Source: parquet.thrift of the Apache Parquet format, ColumnOrder and Statistics.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/parquet/metadata.h"
#include "formats/parquet/page_values.h"
#include "formats/parquet/prefix_bounds.h"
#include "formats/parquet/schema_plan.h"

namespace pyforge::parquet {

/// Sets the bounds of all values of a page; none where nothing can be ordered (no values, all NaN).
void FindBounds(const LeafPlan& leaf, const PageValues& values, Statistics* statistics);

/// Keeps the bounds of byte arrays that come one by one. The views must outlive the finder and have
/// eight bytes behind them that can be read, as those of a ByteBuffer have.
class ByteArrayBounds {
 public:
  void Add(std::string_view value) {
    const uint64_t prefix = Prefix(value);
    // Equal prefixes need a look at the rest; different ones decide alone.
    if (prefix <= min_prefix_) AddLow(value, prefix);
    if (prefix >= max_prefix_) AddHigh(value, prefix);
  }
  /// False: adding it would change nothing. Nearly always so, which a processor foresees.
  bool MayChangeBy(std::string_view value) const {
    const uint64_t prefix = Prefix(value);
    return prefix <= min_prefix_ || prefix >= max_prefix_;
  }
  /// Adds values that stand one behind the other.
  void AddAll(const uint8_t* bytes, std::span<const int32_t> lengths,
              PassBetween pass_between = FindPassBetween());
  bool any() const { return any_min_; }
  void Get(Statistics* statistics) const {
    statistics->has_bounds = any_min_;
    statistics->min = min_;
    statistics->max = max_;
  }

 private:
  // The first eight bytes, the first one highest; zeros behind shorter values.
  static uint64_t Prefix(std::string_view value) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, value.data(), 8);
    const size_t missing = value.size() < 8 ? 8 - value.size() : 0;
    // A shift by 64 has no meaning, so it is made of two.
    const uint64_t kept = ~uint64_t{0} << (4 * missing) << (4 * missing);
    return __builtin_bswap64(bytes) & kept;
  }
  void AddLow(std::string_view value, uint64_t prefix);
  void AddHigh(std::string_view value, uint64_t prefix);

  uint64_t min_prefix_ = ~uint64_t{0};
  uint64_t max_prefix_ = 0;
  bool any_min_ = false;
  bool any_max_ = false;
  std::string_view min_;
  std::string_view max_;
};

/// Negative, zero or positive as `a` is ordered before, like or behind `b`.
int CompareBounds(const LeafPlan& leaf, std::string_view a, std::string_view b);
/// Widens `all` by `page`.
void MergeBounds(const LeafPlan& leaf, const Statistics& page, Statistics* all);
/// Cuts byte-array bounds longer than `bytes_max`, so that they still bound. May drop them.
void ShortenBounds(const LeafPlan& leaf, size_t bytes_max, Statistics* statistics);
/// How the bounds of the pages follow one another; every page has bounds or nothing but nulls.
BoundaryOrder FindBoundaryOrder(const LeafPlan& leaf, const std::vector<PageEntry>& pages);

}  // namespace pyforge::parquet
