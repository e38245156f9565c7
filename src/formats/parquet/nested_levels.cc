#include "formats/parquet/nested_levels.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include "formats/parquet/errors.h"

namespace pyforge::parquet {

using arrow::Type;

LevelWalker::LevelWalker(const LeafPlan& leaf, const arrow::Array& column) : leaf_(leaf) {
  std::shared_ptr<arrow::ArrayData> data = column.data();
  for (const PathNode& node : leaf.nodes) {
    Step step;
    step.nullable = node.nullable;
    step.repetition_level = node.repetition_level;
    step.offset = data->offset;
    step.is_null_type = data->type->id() == Type::NA;
    if (data->buffers[0] != nullptr) step.validity = data->buffers[0]->data();
    if (node.kind == PathNode::Kind::kLeaf) {
      steps_.push_back(step);
      break;
    }
    const auto buffer = [&data](size_t i) {
      return data->buffers[i] == nullptr ? nullptr : data->buffers[i]->data();
    };
    switch (data->type->id()) {
      case Type::STRUCT:
        step.shape = Shape::kStruct;
        break;
      case Type::FIXED_SIZE_LIST:
        step.shape = Shape::kFixedList;
        step.list_size = static_cast<const arrow::FixedSizeListType&>(*data->type).list_size();
        break;
      case Type::LARGE_LIST:
        step.shape = Shape::kList64;
        step.offsets = buffer(1);
        break;
      case Type::LIST_VIEW:
      case Type::LARGE_LIST_VIEW:
        step.shape = data->type->id() == Type::LIST_VIEW ? Shape::kView32 : Shape::kView64;
        step.offsets = buffer(1);
        step.sizes = buffer(2);
        break;
      default:
        step.shape = Shape::kList32;
        step.offsets = buffer(1);
    }
    steps_.push_back(step);
    data = data->child_data[static_cast<size_t>(node.child_index)];
  }
  leaf_array_ = arrow::MakeArray(data);
}

Status LevelWalker::Walk(int64_t begin, int64_t count) {
  definition_levels_.clear();
  repetition_levels_.clear();
  indices_.clear();
  for (int64_t row = begin; row < begin + count; ++row) {
    Visit(0, row, 0, 0);
    if (found_forbidden_null_) {
      return Fail(kMissingValue, {.column = leaf_.path.front(), .row = row},
                  "column '{}' is declared never null but a null lies in its {}",
                  leaf_.path.front(), leaf_.path.back());
    }
  }
  return Status::OK();
}

void LevelWalker::Visit(size_t depth, int64_t index, uint8_t definition, uint8_t repetition) {
  const Step& step = steps_[depth];
  const int64_t at = step.offset + index;
  const bool is_null =
      step.is_null_type || (step.validity != nullptr &&
                            !arrow::bit_util::GetBit(step.validity, static_cast<uint64_t>(at)));
  if (is_null) {
    found_forbidden_null_ = found_forbidden_null_ || !step.nullable;
    return Emit(definition, repetition);
  }
  if (step.nullable) ++definition;
  int64_t begin = 0;
  int64_t end = 0;
  switch (step.shape) {
    case Shape::kLeaf:
      indices_.push_back(index);
      return Emit(definition, repetition);
    case Shape::kStruct:
      return Visit(depth + 1, at, definition, repetition);
    case Shape::kList32:
      begin = static_cast<const int32_t*>(step.offsets)[at];
      end = static_cast<const int32_t*>(step.offsets)[at + 1];
      break;
    case Shape::kList64:
      begin = static_cast<const int64_t*>(step.offsets)[at];
      end = static_cast<const int64_t*>(step.offsets)[at + 1];
      break;
    case Shape::kView32:
      begin = static_cast<const int32_t*>(step.offsets)[at];
      end = begin + static_cast<const int32_t*>(step.sizes)[at];
      break;
    case Shape::kView64:
      begin = static_cast<const int64_t*>(step.offsets)[at];
      end = begin + static_cast<const int64_t*>(step.sizes)[at];
      break;
    case Shape::kFixedList:
      begin = at * step.list_size;
      end = begin + step.list_size;
      break;
  }
  if (begin == end) return Emit(definition, repetition);
  ++definition;
  for (int64_t element = begin; element < end; ++element) {
    Visit(depth + 1, element, definition, element == begin ? repetition : step.repetition_level);
  }
}

}  // namespace pyforge::parquet
