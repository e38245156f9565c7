// A small SQL condition language for --filter: parsed once, bound to a schema, evaluated by arrow
// compute on every batch.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "pyforge/error.h"

namespace pyforge::core {

/// A parsed condition: columns ("a b" in double quotes or plain), numbers, 'text', true, false,
/// date '2024-01-31', timestamp '...', + - * / %, = <> != < <= > >=, and or not, in (...),
/// between, like, is [not] null, and the functions lower upper length trim abs round coalesce cast.
/// Immutable, share freely.
class Expression {
 public:
  struct Node;  ///< of the syntax tree; defined in the implementation

  /// Errors: usage.bad_expression with the position and what was expected there.
  static Result<Expression> Parse(std::string_view text);
  /// The columns it names, each once, in order of appearance.
  std::vector<std::string> columns() const;
  /// Standard SQL, fully bracketed; parses back to the same tree.
  std::string ToSql() const;
  const Node& root() const { return *root_; }

 private:
  std::shared_ptr<const Node> root_;
};

/// A condition over one schema. Immutable, share freely.
class BoundExpression {
 public:
  /// Errors: input.no_such_column; usage.bad_expression where types do not fit together.
  static Result<std::unique_ptr<BoundExpression>> Bind(
      const Expression& expression, const std::shared_ptr<arrow::Schema>& schema);
  ~BoundExpression();

  /// The rows for which the condition is true (SQL: neither false nor null).
  Result<std::shared_ptr<arrow::RecordBatch>> Filter(
      const std::shared_ptr<arrow::RecordBatch>& batch, arrow::MemoryPool* pool) const;

 private:
  BoundExpression();
  struct Impl;  // keeps arrow/compute out of this header
  std::unique_ptr<Impl> impl_;
};

inline constexpr ErrorCode kBadExpression{
    .id = "usage.bad_expression",
    .category = ErrorCategory::kUsage,
    .summary = "An expression cannot be read, or its types do not fit together.",
    .fix =
        "Write it as an SQL condition, for example \"amount > 10 and country in ('DE', 'FR')\"."};

}  // namespace pyforge::core
