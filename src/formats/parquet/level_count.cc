#include "formats/parquet/level_count.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>

namespace pyforge::parquet {
namespace {

class LevelCounter {
 public:
  explicit LevelCounter(std::span<int64_t> counts) : counts_(counts) {}

  /// Counts slots [begin, begin + length) of `array` into the leaves from `leaf` on, and for each
  /// of them `empty` lists above it that hold no slot. Returns the first leaf behind the array's.
  size_t Count(const arrow::Array& array, int64_t begin, int64_t length, int64_t empty,
               size_t leaf) {
    switch (array.type_id()) {
      case arrow::Type::STRUCT: {
        const auto& structs = static_cast<const arrow::StructArray&>(array);
        for (int i = 0; i < structs.num_fields(); ++i) {
          leaf = Count(*structs.field(i), begin, length, empty, leaf);
        }
        return leaf;
      }
      case arrow::Type::LIST:
      case arrow::Type::MAP:
        return CountList(static_cast<const arrow::ListArray&>(array), begin, length, empty, leaf);
      case arrow::Type::LARGE_LIST:
        return CountList(static_cast<const arrow::LargeListArray&>(array), begin, length, empty,
                         leaf);
      case arrow::Type::LIST_VIEW:
        return CountList(static_cast<const arrow::ListViewArray&>(array), begin, length, empty,
                         leaf);
      case arrow::Type::LARGE_LIST_VIEW:
        return CountList(static_cast<const arrow::LargeListViewArray&>(array), begin, length, empty,
                         leaf);
      case arrow::Type::FIXED_SIZE_LIST:
        return CountFixedList(static_cast<const arrow::FixedSizeListArray&>(array), begin, length,
                              empty, leaf);
      case arrow::Type::EXTENSION:
        return Count(*static_cast<const arrow::ExtensionArray&>(array).storage(), begin, length,
                     empty, leaf);
      default:
        if (leaf < counts_.size()) counts_[leaf] += length + empty;
        return leaf + 1;
    }
  }

 private:
  // Arrow's reader gives null lists no slots and leaves no gaps between lists.
  template <typename ListArray>
  size_t CountList(const ListArray& lists, int64_t begin, int64_t length, int64_t empty,
                   size_t leaf) {
    int64_t slots = 0;
    for (int64_t i = begin; i < begin + length; ++i) {
      const int64_t slots_here = lists.value_length(i);
      slots += slots_here;
      empty += slots_here == 0 ? 1 : 0;
    }
    const int64_t first = length == 0 ? 0 : lists.value_offset(begin);
    return Count(*lists.values(), first, slots, empty, leaf);
  }

  // Null lists have slots here, which are in no file.
  size_t CountFixedList(const arrow::FixedSizeListArray& lists, int64_t begin, int64_t length,
                        int64_t empty, size_t leaf) {
    const int64_t width = lists.value_length();
    const auto is_empty = [&](int64_t i) { return width == 0 || lists.IsNull(i); };
    for (int64_t i = begin; i < begin + length; ++i) empty += is_empty(i) ? 1 : 0;
    const size_t next_leaf = Count(*lists.values(), 0, 0, empty, leaf);
    for (int64_t i = begin; i < begin + length;) {
      int64_t run = 0;
      while (i + run < begin + length && !is_empty(i + run)) ++run;
      if (run != 0) Count(*lists.values(), lists.value_offset(i), run * width, 0, leaf);
      i += run + 1;
    }
    return next_leaf;
  }

  const std::span<int64_t> counts_;
};

}  // namespace

size_t CountLevels(const arrow::Array& column, std::span<int64_t> counts) {
  return LevelCounter(counts).Count(column, 0, column.length(), 0, 0);
}

}  // namespace pyforge::parquet
