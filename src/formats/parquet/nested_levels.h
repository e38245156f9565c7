// Repetition and definition levels of leaves inside lists, structs and maps.
// Source: "Dremel: Interactive Analysis of Web-Scale Datasets", section 4, as the Apache Parquet
// format applies it ("Nested Encoding").
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/schema_plan.h"
#include "pyforge/error.h"

namespace pyforge::parquet {

/// Walks one column of a batch down to one leaf. Threads: one at a time.
class LevelWalker {
 public:
  /// `column` must outlive the walker and be as PlainArray() gives it.
  LevelWalker(const LeafPlan& leaf, const arrow::Array& column);

  /// The leaf's array; the indices count in it.
  const arrow::Array& leaf_array() const { return *leaf_array_; }
  /// Replaces the results by those of `count` rows from `begin`.
  /// Errors: parquet.null_in_required_column.
  Status Walk(int64_t begin, int64_t count);

  const ByteBuffer& definition_levels() const { return definition_levels_; }
  const ByteBuffer& repetition_levels() const { return repetition_levels_; }
  /// Where the values are that are not null.
  const std::vector<int64_t>& indices() const { return indices_; }

 private:
  enum class Shape : uint8_t { kStruct, kList32, kList64, kView32, kView64, kFixedList, kLeaf };
  struct Step {
    Shape shape = Shape::kLeaf;
    bool nullable = true;
    bool is_null_type = false;
    uint8_t repetition_level = 0;
    int64_t offset = 0;
    const uint8_t* validity = nullptr;
    const void* offsets = nullptr;
    const void* sizes = nullptr;
    int64_t list_size = 0;
  };

  void Visit(size_t depth, int64_t index, uint8_t definition, uint8_t repetition);
  void Emit(uint8_t definition, uint8_t repetition) {
    definition_levels_.Push(definition);
    repetition_levels_.Push(repetition);
  }

  const LeafPlan& leaf_;
  std::vector<Step> steps_;
  std::shared_ptr<arrow::Array> leaf_array_;
  ByteBuffer definition_levels_;
  ByteBuffer repetition_levels_;
  std::vector<int64_t> indices_;
  bool found_forbidden_null_ = false;
};

}  // namespace pyforge::parquet
