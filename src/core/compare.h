// The ways in which rows of two tables are matched, once it is known that they differ.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/compare_side.h"
#include "pyforge/pyforge.h"

namespace pyforge::core {

/// Counts differences and keeps the first of them.
class DifferenceList {
 public:
  DifferenceList(Comparison* comparison, int64_t listed_max)
      : comparison_(*comparison), listed_max_(static_cast<size_t>(listed_max)) {}

  bool is_full() const { return comparison_.differences.size() >= listed_max_; }
  size_t listed_max() const { return listed_max_; }
  void Count(int64_t differences) { comparison_.difference_count += differences; }
  /// Lists what was counted elsewhere, if there is room.
  void List(RowDifference difference) {
    if (!is_full()) comparison_.differences.push_back(std::move(difference));
  }

 private:
  Comparison& comparison_;
  const size_t listed_max_;
};

/// The first with the first, the second with the second.
Status CompareByPosition(ComparedSide& left, ComparedSide& right, DifferenceList* differences);
/// As multisets: what is too much on a side is a difference, in the order of that side.
Status CompareAsSets(ComparedSide& left, ComparedSide& right, ExecutionContext& context,
                     DifferenceList* differences);
/// Rows with equal keys; null equals null. Among rows of one key those that are equal belong
/// together, then the others in turn. Keys that several rows have are told as a warning.
Status CompareByKey(ComparedSide& left, ComparedSide& right, const std::vector<std::string>& key,
                    ExecutionContext& context, DifferenceList* differences);

/// One hash a row and column: [column][row].
Status HashColumns(const arrow::RecordBatch& batch, std::vector<std::vector<uint64_t>>* hashes);

/// The memory each of two sorts may take that are open at once.
inline constexpr double kCompareSortShare = 0.2;

}  // namespace pyforge::core
