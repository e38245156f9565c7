// How an Arrow schema becomes a Parquet schema: elements in depth-first order and, for each leaf,
// the way from a batch's column to its values.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/parquet/metadata.h"
#include "pyforge/error.h"

namespace pyforge::parquet {

/// How one Arrow value becomes one physical value.
enum class ValueKind : uint8_t {
  kNull,          ///< has no values
  kBoolean,       ///< a bit
  kInt8,          ///< widened to 32 bits
  kUint8,         ///< likewise
  kInt16,         ///< likewise
  kUint16,        ///< likewise
  kCopy,          ///< the bytes as they are
  kSecondsTime,   ///< 32 bits, times 1000
  kSecondsStamp,  ///< 64 bits, times 1000
  kDate64,        ///< milliseconds to days
  kDecimalInt32,  ///< of any width, as 32 bits
  kDecimalInt64,  ///< of any width, as 64 bits
  kDecimalFixed,  ///< of any width, as big-endian two's complement
  kByteArray,     ///< string and binary of all layouts
};

/// How values are ordered for statistics.
enum class SortOrder : uint8_t {
  kNone,
  kSigned,
  kUnsigned,
  kFloat,
  kHalf,          ///< two bytes
  kBytes,         ///< unsigned bytes, a prefix first
  kDecimalBytes,  ///< big-endian two's complement
};

/// One step from a column to a leaf's values.
struct PathNode {
  enum class Kind : uint8_t { kStruct, kList, kLeaf };
  Kind kind = Kind::kLeaf;
  bool nullable = true;
  int child_index = 0;           ///< kStruct: which child the path goes on with
  uint8_t repetition_level = 0;  ///< kList: of elements behind the first
};

struct LeafPlan {
  int column_index = 0;  ///< of the schema's top-level field
  std::vector<std::string> path = {};
  std::vector<PathNode> nodes = {};  ///< ends with the leaf; one node: a flat column
  uint8_t definition_level_max = 0;
  uint8_t repetition_level_max = 0;

  ValueKind kind = ValueKind::kCopy;
  PhysicalType physical = PhysicalType::kInt32;
  int value_bytes = 0;  ///< of a physical value; 0: kByteArray
  SortOrder order = SortOrder::kNone;
  bool is_text = false;  ///< bounds are cut between characters
  bool has_bloom_filter = false;
  std::shared_ptr<arrow::DataType> type = {};  ///< what the leaf's arrays are after Plain()

  bool is_flat() const { return nodes.size() == 1; }
  bool nullable() const { return nodes.back().nullable; }
};

struct SchemaPlan {
  std::shared_ptr<arrow::Schema> schema = {};  ///< without dictionaries
  std::vector<SchemaElement> elements = {};    ///< the root first
  std::vector<LeafPlan> leaves = {};
};

/// Errors: unsupported.type with the column's name and type.
Result<SchemaPlan> PlanSchema(const arrow::Schema& schema);

/// Marks the leaves that are to have a bloom filter: columns by their names, values in nested
/// columns by their path with dots between its names. Errors: input.no_such_column;
/// usage.bad_option for nested columns as a whole and for types that have no such filter.
Status ChooseBloomFilters(std::span<const std::string> names, SchemaPlan* plan);

/// The type without dictionary and run-end encoding and, with `drop_extensions`, without extension
/// types, at all depths.
std::shared_ptr<arrow::DataType> PlainType(const std::shared_ptr<arrow::DataType>& type,
                                           bool drop_extensions);
/// The schema as the file's metadata tell it to Arrow: list views become lists, because a file that
/// mentions them is closed to some readers.
std::shared_ptr<arrow::Schema> StoredSchema(const arrow::Schema& schema);
/// An array as PlainType(its type, true) says.
Result<std::shared_ptr<arrow::Array>> PlainArray(const std::shared_ptr<arrow::Array>& array,
                                                 arrow::MemoryPool* pool);

}  // namespace pyforge::parquet
