#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "core/expression/bound_node.h"
#include "core/expression/expression.h"
#include "core/expression/select_rows.h"
#include "schema/cast.h"
#include "schema/compute.h"

namespace pyforge::core {
namespace {

using arrow::Datum;
using arrow::compute::CallFunction;

class Evaluation {
 public:
  Evaluation(const arrow::RecordBatch* batch, arrow::MemoryPool* pool)
      : batch_(batch), pool_(pool), context_(pool) {
    // The workers are the parallelism; a pool behind their back would exceed the thread count.
    context_.set_use_threads(false);
  }

  Result<Datum> Value(const BoundNode& node) {
    if (node.kind == BoundKind::kConstant) return node.constant;
    if (node.kind == BoundKind::kColumn) return Datum(batch_->column(node.column));
    if (node.kind == BoundKind::kChain) return Chain(node);
    std::vector<Datum> arguments;
    arguments.reserve(node.arguments.size());
    for (const BoundPointer& argument : node.arguments) {
      ARROW_ASSIGN_OR_RAISE(Datum value, Value(*argument));
      arguments.push_back(std::move(value));
    }
    switch (node.kind) {
      case BoundKind::kBetween: {
        ARROW_ASSIGN_OR_RAISE(Datum low, Call("greater_equal", {arguments[0], arguments[1]}));
        ARROW_ASSIGN_OR_RAISE(Datum high, Call("less_equal", {arguments[0], arguments[2]}));
        return Call("and_kleene", {low, high});
      }
      case BoundKind::kAnyEqual:
        return AnyEqual(arguments);
      case BoundKind::kRemainder:
        return Remainder(arguments[0], arguments[1]);
      case BoundKind::kCast:
        return arrow::compute::Cast(arguments[0], node.type,
                                    arrow::compute::CastOptions::Safe(node.type), &context_);
      case BoundKind::kUserCast:
        return UserCast(arguments[0], node.type);
      case BoundKind::kLike:
        return Like(arguments[0], node.pattern);
      default:
        return CallFunction(node.function, arguments, node.options.get(), &context_);
    }
  }

 private:
  Result<Datum> Call(const std::string& function, const std::vector<Datum>& arguments) {
    return CallFunction(function, arguments, &context_);
  }

  Result<Datum> Chain(const BoundNode& node) {
    ARROW_ASSIGN_OR_RAISE(Datum all, Value(*node.arguments[0]));
    for (size_t i = 1; i < node.arguments.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(const Datum next, Value(*node.arguments[i]));
      ARROW_ASSIGN_OR_RAISE(all, Call(node.function, {all, next}));
    }
    return all;
  }

  Result<Datum> AnyEqual(const std::vector<Datum>& arguments) {
    Datum any;
    for (size_t i = 1; i < arguments.size(); ++i) {
      ARROW_ASSIGN_OR_RAISE(Datum equal, Call("equal", {arguments[0], arguments[i]}));
      if (i == 1) {
        any = std::move(equal);
      } else {
        ARROW_ASSIGN_OR_RAISE(any, Call("or_kleene", {any, equal}));
      }
    }
    return any;
  }

  // SQL's remainder has the sign of the dividend, Arrow's modulo that of the divisor.
  Result<Datum> Remainder(const Datum& a, const Datum& b) {
    if (arrow::is_integer(a.type()->id())) {
      ARROW_ASSIGN_OR_RAISE(Datum quotient, Call("divide_checked", {a, b}));
      ARROW_ASSIGN_OR_RAISE(Datum whole, Call("multiply_checked", {quotient, b}));
      return Call("subtract_checked", {a, whole});
    }
    ARROW_ASSIGN_OR_RAISE(Datum size, Call("abs_checked", {a}));
    ARROW_ASSIGN_OR_RAISE(Datum divisor, Call("abs_checked", {b}));
    ARROW_ASSIGN_OR_RAISE(Datum rest, Call("modulo_checked", {size, divisor}));
    ARROW_ASSIGN_OR_RAISE(Datum negative, Call("negate_checked", {rest}));
    ARROW_ASSIGN_OR_RAISE(Datum was_negative, Call("less", {a, size}));
    return Call("if_else", {was_negative, negative, rest});
  }

  Result<Datum> UserCast(const Datum& value, const std::shared_ptr<arrow::DataType>& type) {
    ARROW_ASSIGN_OR_RAISE(auto column, ToArray(value, 1, pool_));
    ARROW_ASSIGN_OR_RAISE(auto converted, schema::CastColumn(column, type, pool_));
    if (value.is_array()) return Datum(converted);
    ARROW_ASSIGN_OR_RAISE(auto scalar, converted->GetScalar(0));
    return Datum(std::move(scalar));
  }

  template <typename Array>
  static void MatchAll(const Array& texts, const LikePattern& pattern, uint8_t* bits) {
    for (int64_t i = 0; i < texts.length(); ++i) {
      if (texts.IsValid(i) && pattern.Matches(texts.GetView(i))) {
        bits[i / 8] = static_cast<uint8_t>(bits[i / 8] | 1 << i % 8);
      }
    }
  }

  Result<Datum> Like(const Datum& value, const LikePattern& pattern) {
    ARROW_ASSIGN_OR_RAISE(auto texts, ToArray(value, 1, pool_));
    ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateEmptyBitmap(texts->length(), pool_));
    if (texts->type_id() == arrow::Type::STRING) {
      MatchAll(static_cast<const arrow::StringArray&>(*texts), pattern, bits->mutable_data());
    } else {
      MatchAll(static_cast<const arrow::LargeStringArray&>(*texts), pattern, bits->mutable_data());
    }
    std::shared_ptr<arrow::Buffer> validity;
    if (texts->null_count() > 0) {
      // The text column may be a slice; its bitmap then begins in the middle of a byte.
      ARROW_ASSIGN_OR_RAISE(const Datum valid, Call("is_valid", {texts}));
      validity = valid.array()->buffers[1];
    }
    const auto matches = std::make_shared<arrow::BooleanArray>(
        texts->length(), std::move(bits), std::move(validity), texts->null_count());
    if (value.is_array()) return Datum(matches);
    ARROW_ASSIGN_OR_RAISE(auto scalar, matches->GetScalar(0));
    return Datum(std::move(scalar));
  }

  const arrow::RecordBatch* batch_;
  arrow::MemoryPool* pool_;
  arrow::compute::ExecContext context_;
};

void CollectConjuncts(const BoundPointer& node, std::vector<BoundPointer>* conjuncts) {
  if (node->kind == BoundKind::kChain && node->function == "and_kleene") {
    for (const BoundPointer& argument : node->arguments) CollectConjuncts(argument, conjuncts);
  } else {
    conjuncts->push_back(node);
  }
}

}  // namespace

Result<Datum> Evaluate(const BoundNode& node, const arrow::RecordBatch* batch,
                       arrow::MemoryPool* pool) {
  return Evaluation(batch, pool).Value(node);
}

Result<std::shared_ptr<arrow::Array>> ToArray(const Datum& value, int64_t length,
                                              arrow::MemoryPool* pool) {
  if (value.is_array()) return value.make_array();
  return arrow::MakeArrayFromScalar(*value.scalar(), length, pool);
}

struct BoundExpression::Impl {
  std::vector<BoundPointer> conjuncts;  // what `and` joins at the top

  /// A row that fails by itself is named; without one the failure stands as it is.
  Status LocateFailure(const arrow::RecordBatch& batch, const Status& failure,
                       arrow::MemoryPool* pool) const;
};

BoundExpression::BoundExpression() : impl_(std::make_unique<Impl>()) {}
BoundExpression::~BoundExpression() = default;

Result<std::unique_ptr<BoundExpression>> BoundExpression::Bind(
    const Expression& expression, const std::shared_ptr<arrow::Schema>& schema) {
  ARROW_RETURN_NOT_OK(schema::InitializeCompute());
  ARROW_ASSIGN_OR_RAISE(const BoundPointer condition, BindCondition(expression, *schema));
  std::unique_ptr<BoundExpression> bound(new BoundExpression());
  CollectConjuncts(condition, &bound->impl_->conjuncts);
  return bound;
}

Status BoundExpression::Impl::LocateFailure(const arrow::RecordBatch& batch, const Status& failure,
                                            arrow::MemoryPool* pool) const {
  if (failure.IsOutOfMemory()) return Translate(failure, {});
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    const auto one = batch.Slice(row, 1);
    for (const BoundPointer& conjunct : conjuncts) {
      const Result<Datum> value = Evaluate(*conjunct, one.get(), pool);
      if (!value.ok()) {
        const ErrorDetail* detail = DetailOf(value.status());
        if (detail == nullptr) {
          return Fail(kExpressionFailed, {.row = row}, "the condition cannot be computed: {}",
                      value.status().message());
        }
        Where where = detail->where();
        where.row = row;
        return MakeError(detail->code(), std::move(where), value.status().message());
      }
      ARROW_ASSIGN_OR_RAISE(const auto truth, ToArray(*value, 1, pool));
      if (static_cast<const arrow::BooleanArray&>(*truth).true_count() == 0) break;
    }
  }
  return Translate(failure, {});
}

Result<std::shared_ptr<arrow::RecordBatch>> BoundExpression::Filter(
    const std::shared_ptr<arrow::RecordBatch>& batch, arrow::MemoryPool* pool) const {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  std::shared_ptr<arrow::RecordBatch> rows = batch;
  Datum kept;  // none: all of `rows`
  const auto keep = [&]() -> Status {
    if (kept.kind() == Datum::NONE) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto mask, ToArray(kept, rows->num_rows(), pool));
    kept = Datum();
    ARROW_ASSIGN_OR_RAISE(rows,
                          FilterRows(rows, static_cast<const arrow::BooleanArray&>(*mask), pool));
    return Status::OK();
  };
  for (const BoundPointer& conjunct : impl_->conjuncts) {
    Result<Datum> truth = Evaluate(*conjunct, rows.get(), pool);
    if (!truth.ok() && kept.kind() != Datum::NONE) {
      // It may have failed on a row that is out already: "b <> 0 and a % b = 1".
      ARROW_RETURN_NOT_OK(keep());
      truth = Evaluate(*conjunct, rows.get(), pool);
    }
    if (!truth.ok()) return impl_->LocateFailure(*batch, truth.status(), pool);
    if (kept.kind() == Datum::NONE) {
      kept = *std::move(truth);
    } else {
      ARROW_ASSIGN_OR_RAISE(kept,
                            arrow::compute::CallFunction("and_kleene", {kept, *truth}, &context));
    }
  }
  const Status status = keep();
  if (!status.ok()) return Translate(status, {});
  return rows;
}

}  // namespace pyforge::core
