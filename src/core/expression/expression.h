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
/// null, date '2024-01-31', timestamp '...', + - * / %, = <> != < <= > >=, and or not, in (...),
/// between, like 'pattern' [escape 'c'], is [not] null, and the functions lower upper length trim
/// abs round coalesce cast.
///
/// Meaning: standard SQL. Null is neither true nor false; names of columns are taken as written; a
/// whole number divided by a whole number may have a fraction; % has the sign of the dividend;
/// length counts characters; trim takes off blanks; round goes away from zero at a half.
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
  /// As it was given to Parse.
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const Node> root_;
};

/// A condition over one schema. Immutable, share freely.
///
/// Numbers of different types are compared by value, never through a type that cannot hold them. A
/// text stands for a number, date, time or truth value where it is compared with such a column.
class BoundExpression {
 public:
  /// Errors: input.no_such_column; usage.bad_expression where types do not fit together.
  static Result<std::unique_ptr<BoundExpression>> Bind(
      const Expression& expression, const std::shared_ptr<arrow::Schema>& schema);
  ~BoundExpression();

  /// The rows for which the condition is true (SQL: neither false nor null). Of conditions joined
  /// by `and` a later one is not computed where an earlier one already fails and it could not be.
  /// Errors: data.expression_failed with the row in the batch; schema.cast_failed likewise.
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

inline constexpr ErrorCode kExpressionFailed{
    .id = "data.expression_failed",
    .category = ErrorCategory::kData,
    .summary =
        "An expression cannot be computed for a row, for example because a number overflows.",
    .fix =
        "Exclude such rows first, for example \"b <> 0 and a % b = 1\", or calculate with "
        "cast(column as double)."};
inline constexpr const ErrorCode* kExpressionErrors[] = {&kBadExpression, &kExpressionFailed};

}  // namespace pyforge::core
