// The values of the page being filled, without the nulls, as they stand in Arrow's columns.
#pragma once

#include <arrow/array.h>
#include <arrow/util/bit_run_reader.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/dictionary.h"
#include "formats/parquet/schema_plan.h"
#include "pyforge/error.h"

namespace pyforge::parquet {

/// Which slots of a leaf's array to take. With `indices`: exactly those, in that order, none of
/// them null. Else `length` slots from `begin`, less the nulls.
struct Selection {
  int64_t begin = 0;
  int64_t length = 0;
  const int64_t* indices = nullptr;

  Selection Slice(int64_t from, int64_t count) const {
    if (indices != nullptr) return {.begin = 0, .length = count, .indices = indices + from};
    return {.begin = begin + from, .length = count};
  }
};

struct PageValues {
  size_t count = 0;
  ByteBuffer fixed;    ///< physical values of a fixed width; booleans: a byte each
  ByteBuffer lengths;  ///< int32 each, byte arrays
  ByteBuffer bytes;    ///< of all byte arrays, one after the other

  int64_t size_bytes() const {
    return static_cast<int64_t>(fixed.size() + lengths.size() + bytes.size());
  }
  int64_t capacity_bytes() const {
    return static_cast<int64_t>(fixed.capacity() + lengths.capacity() + bytes.capacity());
  }
  void clear() {
    count = 0;
    fixed.clear();
    lengths.clear();
    bytes.clear();
  }
};

/// Appends the selected values of `array`, which has the leaf's type.
/// Errors: parquet.value_out_of_range, parquet.value_too_large; both name the column.
Status AppendValues(const LeafPlan& leaf, const arrow::Array& array, const Selection& selection,
                    PageValues* values);

/// Bytes of the selected byte arrays; more where nulls hide bytes.
int64_t ByteArrayBytes(const arrow::Array& array, const Selection& selection);

/// Writes the codes of the selected byte arrays; returns how many.
size_t EncodeByteArrays(const arrow::Array& array, const Selection& selection,
                        ByteArrayDictionary* dictionary, uint32_t* codes);

/// Where the bytes end that can be read behind an array's byte arrays; null: not known.
const char* ReadableEnd(const arrow::Array& array);

/// Calls `visit(begin, length)` for runs of slots that are selected.
template <typename Visit>
void VisitRuns(const arrow::Array& array, const Selection& selection, Visit&& visit) {
  if (selection.indices != nullptr) {
    for (int64_t i = 0; i < selection.length; ++i) visit(selection.indices[i], int64_t{1});
  } else if (array.null_count() == 0) {
    if (selection.length != 0) visit(selection.begin, selection.length);
  } else {
    arrow::internal::VisitSetBitRunsVoid(
        array.null_bitmap_data(), array.offset() + selection.begin, selection.length,
        [&](int64_t at, int64_t length) { visit(selection.begin + at, length); });
  }
}

/// Calls `visit(std::string_view)` for each selected byte array.
template <typename Visit>
void VisitByteArrays(const arrow::Array& array, const Selection& selection, Visit&& visit) {
  const auto each = [&](const auto& typed) {
    VisitRuns(array, selection, [&](int64_t begin, int64_t length) {
      for (int64_t i = begin; i < begin + length; ++i) visit(typed.GetView(i));
    });
  };
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return each(static_cast<const arrow::BinaryArray&>(array));
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return each(static_cast<const arrow::LargeBinaryArray&>(array));
    default:
      return each(static_cast<const arrow::BinaryViewArray&>(array));
  }
}

}  // namespace pyforge::parquet
