// A condition whose types are known: what is evaluated on every batch.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/datum.h>
#include <arrow/type_fwd.h>

#include "core/expression/like_pattern.h"
#include "core/expression/syntax.h"
#include "pyforge/error.h"

namespace arrow::compute {
class FunctionOptions;
}

namespace pyforge::core {

enum class BoundKind : uint8_t {
  kConstant,   ///< constant
  kColumn,     ///< column
  kCall,       ///< function, options
  kChain,      ///< function (and_kleene, or_kleene) over two or more arguments
  kBetween,    ///< the first argument lies between the second and the third
  kAnyEqual,   ///< the first argument equals one of the others
  kRemainder,  ///< of the first argument by the second, with the sign of the first
  kCast,       ///< to `type`, Arrow's safe cast
  kUserCast,   ///< to `type`, as --cast does it
  kLike,       ///< pattern
};

/// Immutable once built, share freely.
struct BoundNode {
  BoundKind kind = BoundKind::kConstant;
  std::shared_ptr<arrow::DataType> type = {};
  arrow::Datum constant = {};
  int column = 0;
  std::string function = {};
  std::shared_ptr<arrow::compute::FunctionOptions> options = {};
  LikePattern pattern = {};
  std::vector<std::shared_ptr<const BoundNode>> arguments = {};
  /// Set on what was written as a number, a text or null, whose type follows its surroundings; not
  /// to be followed once binding is over.
  const Expression::Node* literal = nullptr;
};
using BoundPointer = std::shared_ptr<const BoundNode>;

/// Finds types for all of `expression`, makes casts explicit and computes what is constant. The
/// tree is evaluated as it stands, so no node is argument of two. Errors: input.no_such_column,
/// usage.bad_expression, schema.bad_type.
Result<BoundPointer> BindCondition(const Expression& expression, const arrow::Schema& schema);

/// The value of a node over a batch: an array, or a scalar where it is the same for all rows.
/// `batch` may be null where no column is reached.
Result<arrow::Datum> Evaluate(const BoundNode& node, const arrow::RecordBatch* batch,
                              arrow::MemoryPool* pool);

/// The value as an array of `length` rows.
Result<std::shared_ptr<arrow::Array>> ToArray(const arrow::Datum& value, int64_t length,
                                              arrow::MemoryPool* pool);

}  // namespace pyforge::core
