// Evidence about a text column: what all its values have in common, kept in constant space.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/text_type.h"

namespace pyforge::schema {

struct DecideOptions {
  bool decimals = false;  ///< fixed-scale numbers become decimal128 instead of double
};

/// What has been seen of one column. Merge is associative and commutative; Decide depends on the
/// set of values alone, never on their order or on how they were cut into pieces.
/// Threads: one at a time.
class ColumnEvidence {
 public:
  /// One value as text, unquoted, not null. `quoted`: it stood in quotes.
  void Add(std::string_view value, bool quoted);
  void AddNulls(int64_t count);
  /// `count` values that a kernel has accepted as `type`; for kInt64 with their extremes.
  void AddFitting(const TextType& type, int64_t count, int64_t int_min = 0, int64_t int_max = 0);
  void Merge(const ColumnEvidence& later);

  int64_t value_count() const;
  int64_t null_count() const;
  /// The narrowest type that gives every value back whole; text when nothing else does.
  TextType Decide(const DecideOptions& options = {}) const;
  /// Why, in words, for the report: "integers 1 to 93121", "text: 'n/a' among integers".
  std::string Explain() const;
  /// True when day and month cannot be told apart by any value seen.
  bool ambiguous_dates() const;

 private:
  // members: chosen by the implementation; no allocation in Add on the common paths
};

}  // namespace pyforge::schema
