#include <algorithm>
#include <array>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include "core/expression/bound_node.h"
#include "core/expression/common_type.h"
#include "core/expression/literal.h"
#include "pyforge/input.h"
#include "pyforge/options.h"
#include "schema/cast.h"

namespace pyforge::core {
namespace {

using Node = Expression::Node;
using TypePointer = std::shared_ptr<arrow::DataType>;
using BoundPointers = std::vector<BoundPointer>;

struct ComparisonFunction {
  std::string_view symbol;
  std::string_view function;
};
constexpr std::array kComparisonFunctions = {
    ComparisonFunction{"=", "equal"},   ComparisonFunction{"<>", "not_equal"},
    ComparisonFunction{"<", "less"},    ComparisonFunction{"<=", "less_equal"},
    ComparisonFunction{">", "greater"}, ComparisonFunction{">=", "greater_equal"},
};

bool IsNullLiteral(const BoundNode& node) {
  return node.literal != nullptr && node.literal->kind == SyntaxKind::kNull;
}
bool IsNumberLiteral(const BoundNode& node) {
  return node.literal != nullptr && node.literal->kind == SyntaxKind::kNumber;
}
bool IsTextLiteral(const BoundNode& node) {
  return node.literal != nullptr && node.literal->kind == SyntaxKind::kText;
}

class Binder {
 public:
  Binder(const Expression& expression, const arrow::Schema& schema)
      : text_(expression.text()), schema_(schema) {}

  Result<BoundPointer> BindCondition(const Node& root) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer condition, Bind(root));
    return AsCondition(condition, root);
  }

 private:
  Status Refuse(const Node& at, std::string_view what) const {
    return Fail(kBadExpression, {}, "{} {}", what, DescribePosition(text_, at.position));
  }

  Result<BoundPointer> Bind(const Node& node) {
    switch (node.kind) {
      case SyntaxKind::kColumn:
        return BindColumn(node);
      case SyntaxKind::kNull:
        return Literal(node, arrow::MakeNullScalar(arrow::null()));
      case SyntaxKind::kBool:
        return Constant(arrow::MakeScalar(node.text == "true"));
      case SyntaxKind::kNumber: {
        auto number = ParseNumber(node.text);
        if (number == nullptr) return Refuse(node, "there is a number beyond all types");
        return Literal(node, std::move(number));
      }
      case SyntaxKind::kText:
        return Literal(node, arrow::MakeScalar(node.text));
      case SyntaxKind::kDate:
      case SyntaxKind::kTimestamp:
        return BindTypedText(node);
      case SyntaxKind::kNegate:
        return BindNegation(node);
      case SyntaxKind::kArithmetic:
        return BindArithmetic(node);
      case SyntaxKind::kComparison: {
        ARROW_ASSIGN_OR_RAISE(BoundPointers operands, BindArguments(node));
        const auto comparison =
            std::find_if(kComparisonFunctions.begin(), kComparisonFunctions.end(),
                         [&](const ComparisonFunction& each) { return each.symbol == node.text; });
        return MeetAndFinish(node, {.kind = BoundKind::kCall,
                                    .function = std::string(comparison->function),
                                    .arguments = std::move(operands)});
      }
      case SyntaxKind::kAnd:
        return BindChain(node, "and_kleene");
      case SyntaxKind::kOr:
        return BindChain(node, "or_kleene");
      case SyntaxKind::kNot: {
        ARROW_ASSIGN_OR_RAISE(BoundPointer operand, Bind(*node.arguments[0]));
        ARROW_ASSIGN_OR_RAISE(operand, AsCondition(operand, *node.arguments[0]));
        return Call(node, "invert", {std::move(operand)});
      }
      case SyntaxKind::kIsNull: {
        ARROW_ASSIGN_OR_RAISE(BoundPointer operand, Bind(*node.arguments[0]));
        return Call(node, node.negated ? "is_valid" : "is_null", {std::move(operand)});
      }
      case SyntaxKind::kIn:
        return BindIn(node);
      case SyntaxKind::kBetween:
        return BindBetween(node);
      case SyntaxKind::kLike:
        return BindLike(node);
      case SyntaxKind::kFunction:
        return BindFunction(node);
      case SyntaxKind::kCast:
        return BindCast(node);
    }
    return Fail(kInternal, {}, "an expression has a node of no kind");
  }

  Result<BoundPointers> BindArguments(const Node& node) {
    BoundPointers bound;
    for (const auto& argument : node.arguments) {
      ARROW_ASSIGN_OR_RAISE(BoundPointer each, Bind(*argument));
      bound.push_back(std::move(each));
    }
    return bound;
  }

  BoundPointer Constant(std::shared_ptr<arrow::Scalar> value) const {
    TypePointer type = value->type;
    return std::make_shared<const BoundNode>(BoundNode{
        .kind = BoundKind::kConstant, .type = std::move(type), .constant = std::move(value)});
  }

  BoundPointer Literal(const Node& node, std::shared_ptr<arrow::Scalar> value) const {
    TypePointer type = value->type;
    return std::make_shared<const BoundNode>(BoundNode{.kind = BoundKind::kConstant,
                                                       .type = std::move(type),
                                                       .constant = std::move(value),
                                                       .literal = &node});
  }

  Result<BoundPointer> BindColumn(const Node& node) {
    const std::vector<int> indices = schema_.GetAllFieldIndices(node.text);
    if (indices.empty()) {
      std::vector<std::string_view> known;
      for (const auto& field : schema_.fields()) known.push_back(field->name());
      const std::string_view nearest = NearestName(node.text, known);
      return Fail(kNoSuchColumn, {}, "there is no column '{}'{} {}", node.text,
                  nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest),
                  DescribePosition(text_, node.position));
    }
    if (indices.size() > 1) {
      return Refuse(node, fmt::format("there are {} columns '{}'", indices.size(), node.text));
    }
    auto column =
        std::make_shared<const BoundNode>(BoundNode{.kind = BoundKind::kColumn,
                                                    .type = schema_.field(indices.front())->type(),
                                                    .column = indices.front()});
    // Arrow's functions take plain values; is null alone would not need it.
    return CastTo(node, column, PlainType(column->type));
  }

  Result<BoundPointer> BindTypedText(const Node& node) {
    const bool is_date = node.kind == SyntaxKind::kDate;
    auto value = is_date ? ParseTemporalAs(node.text, arrow::date32()) : ParseTimestamp(node.text);
    if (value == nullptr) {
      return Refuse(node,
                    fmt::format("'{}' is no {}", node.text,
                                is_date ? "date (yyyy-mm-dd)" : "timestamp (yyyy-mm-dd hh:mm:ss)"));
    }
    return Constant(std::move(value));
  }

  /// A call whose type is found by calling it on no rows; computed at once where it is constant.
  Result<BoundPointer> Call(const Node& node, std::string_view function, BoundPointers arguments,
                            std::shared_ptr<arrow::compute::FunctionOptions> options = nullptr) {
    return Finish(node, BoundNode{.kind = BoundKind::kCall,
                                  .function = std::string(function),
                                  .options = std::move(options),
                                  .arguments = std::move(arguments)});
  }

  Result<BoundPointer> Finish(const Node& node, BoundNode bound) {
    const bool is_constant = std::all_of(
        bound.arguments.begin(), bound.arguments.end(),
        [](const BoundPointer& argument) { return argument->kind == BoundKind::kConstant; });
    if (is_constant) {
      Result<arrow::Datum> value = Evaluate(bound, nullptr, arrow::default_memory_pool());
      if (!value.ok()) return Impossible(node, value.status());
      return Constant(value->scalar());
    }
    if (bound.type == nullptr) {
      arrow::FieldVector fields;
      for (const BoundPointer& argument : bound.arguments) {
        fields.push_back(arrow::field("", argument->type));
      }
      // The arguments' own values do not matter for the type; empty columns stand for them.
      BoundNode probe = bound;
      arrow::ArrayVector columns;
      for (size_t i = 0; i < probe.arguments.size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(auto column, arrow::MakeEmptyArray(probe.arguments[i]->type));
        columns.push_back(std::move(column));
        if (probe.arguments[i]->kind == BoundKind::kConstant) continue;
        probe.arguments[i] =
            std::make_shared<const BoundNode>(BoundNode{.kind = BoundKind::kColumn,
                                                        .type = probe.arguments[i]->type,
                                                        .column = static_cast<int>(i)});
      }
      const auto no_rows =
          arrow::RecordBatch::Make(arrow::schema(std::move(fields)), 0, std::move(columns));
      Result<arrow::Datum> value = Evaluate(probe, no_rows.get(), arrow::default_memory_pool());
      if (!value.ok()) return Impossible(node, value.status());
      bound.type = value->type();
    }
    return std::make_shared<const BoundNode>(std::move(bound));
  }

  Status Impossible(const Node& node, const Status& why) const {
    const ErrorDetail* detail = DetailOf(why);
    if (detail != nullptr && detail->code().category == ErrorCategory::kInternal) return why;
    return Refuse(node, fmt::format("this cannot be computed ({})", why.message()));
  }

  Result<BoundPointer> CastTo(const Node& node, const BoundPointer& operand,
                              const TypePointer& type) {
    if (operand->type->Equals(*type)) return operand;
    return Finish(node, BoundNode{.kind = BoundKind::kCast, .type = type, .arguments = {operand}});
  }

  Result<BoundPointer> AsCondition(const BoundPointer& operand, const Node& node) {
    if (operand->type->id() == arrow::Type::BOOL) return operand;
    if (operand->type->id() == arrow::Type::NA) return CastTo(node, operand, arrow::boolean());
    return Refuse(node, fmt::format("a condition must be true or false, but this is {}",
                                    operand->type->ToString()));
  }

  Result<BoundPointer> BindChain(const Node& node, std::string_view function) {
    BoundPointers conditions;
    for (const auto& argument : node.arguments) {
      ARROW_ASSIGN_OR_RAISE(BoundPointer each, Bind(*argument));
      ARROW_ASSIGN_OR_RAISE(each, AsCondition(each, *argument));
      conditions.push_back(std::move(each));
    }
    return Finish(node, BoundNode{.kind = BoundKind::kChain,
                                  .type = arrow::boolean(),
                                  .function = std::string(function),
                                  .arguments = std::move(conditions)});
  }

  // ---- types that meet ----

  /// The type in which all operands can be compared; see BoundExpression.
  Result<TypePointer> MeetingType(const Node& node, const BoundPointers& operands) {
    TypePointer type;
    for (const BoundPointer& operand : operands) {
      if (operand->literal != nullptr) continue;
      if (type == nullptr) {
        type = operand->type;
        continue;
      }
      TypePointer common = CommonType(type, operand->type);
      if (common == nullptr) return CannotMeet(node, *type, *operand->type);
      type = std::move(common);
    }
    for (const BoundPointer& operand : operands) {
      if (IsNumberLiteral(*operand)) {
        ARROW_ASSIGN_OR_RAISE(type, MeetNumber(node, type, operand->literal->text));
      }
    }
    for (const BoundPointer& operand : operands) {
      if (IsTextLiteral(*operand)) {
        ARROW_ASSIGN_OR_RAISE(type, MeetText(*operand->literal, type));
      }
    }
    return type == nullptr ? arrow::null() : type;
  }

  Status CannotMeet(const Node& node, const arrow::DataType& a, const arrow::DataType& b) const {
    const bool number_and_text = (IsText(a) && IsNumber(b)) || (IsNumber(a) && IsText(b));
    return Refuse(node, fmt::format("{} and {} cannot be compared{}", a.ToString(), b.ToString(),
                                    number_and_text ? " (put the value in quotes, or cast the "
                                                      "column)"
                                                    : ""));
  }

  Result<TypePointer> MeetNumber(const Node& node, const TypePointer& type,
                                 const std::string& number) {
    const auto literal = ParseNumber(number);
    if (type == nullptr || type->id() == arrow::Type::NA) return literal->type;
    if (!IsNumber(*type)) return CannotMeet(node, *type, *literal->type);
    // A number that the column's type holds exactly needs no wider type.
    if (ParseNumberAs(number, type) != nullptr) return type;
    TypePointer common = CommonType(type, literal->type);
    if (common == nullptr) return CannotMeet(node, *type, *literal->type);
    return common;
  }

  Result<TypePointer> MeetText(const Node& literal, const TypePointer& type) {
    if (type == nullptr || type->id() == arrow::Type::NA) return arrow::utf8();
    if (IsText(*type) || type->id() == arrow::Type::BINARY ||
        type->id() == arrow::Type::LARGE_BINARY) {
      return type;
    }
    if (IsNumber(*type) && IsNumberText(literal.text) && ParseNumber(literal.text) != nullptr) {
      return MeetNumber(literal, type, literal.text);
    }
    if (arrow::is_temporal(type->id())) {
      for (const TypePointer& finer : FinerTypes(type)) {
        if (ParseTemporalAs(literal.text, finer) != nullptr) return finer;
      }
    }
    if (type->id() == arrow::Type::BOOL && ParseBool(literal.text) != nullptr) return type;
    return Refuse(literal, fmt::format("'{}' is compared with {} but is none", literal.text,
                                       type->ToString()));
  }

  Result<BoundPointer> ConvertTo(const Node& node, const BoundPointer& operand,
                                 const TypePointer& type) {
    if (operand->type->Equals(*type)) return operand;
    if (IsNullLiteral(*operand)) return Constant(arrow::MakeNullScalar(type));
    if (IsNumberLiteral(*operand) || IsTextLiteral(*operand)) {
      const std::string& text = operand->literal->text;
      std::shared_ptr<arrow::Scalar> value;
      if (IsNumber(*type)) value = ParseNumberAs(text, type);
      if (arrow::is_temporal(type->id())) value = ParseTemporalAs(text, type);
      if (type->id() == arrow::Type::BOOL) value = ParseBool(text);
      if (value != nullptr) return Constant(std::move(value));
    }
    return CastTo(node, operand, type);
  }

  Status Meet(const Node& node, BoundPointers* operands) {
    ARROW_ASSIGN_OR_RAISE(const TypePointer type, MeetingType(node, *operands));
    for (BoundPointer& operand : *operands) {
      ARROW_ASSIGN_OR_RAISE(operand, ConvertTo(node, operand, type));
    }
    return Status::OK();
  }

  Result<BoundPointer> Negated(const Node& node, BoundPointer condition) {
    if (!node.negated) return condition;
    return Call(node, "invert", {std::move(condition)});
  }

  /// Operands brought to one type for a comparison; a null where nothing else is known.
  Result<BoundPointer> MeetAndFinish(const Node& node, BoundNode bound) {
    ARROW_RETURN_NOT_OK(Meet(node, &bound.arguments));
    if (bound.arguments[0]->type->id() == arrow::Type::NA) {
      return Constant(arrow::MakeNullScalar(arrow::boolean()));
    }
    return Finish(node, std::move(bound));
  }

  Result<BoundPointer> BindBetween(const Node& node) {
    ARROW_ASSIGN_OR_RAISE(BoundPointers operands, BindArguments(node));
    ARROW_ASSIGN_OR_RAISE(
        BoundPointer between,
        MeetAndFinish(node, {.kind = BoundKind::kBetween, .arguments = std::move(operands)}));
    return Negated(node, std::move(between));
  }

  Result<BoundPointer> BindIn(const Node& node) {
    ARROW_ASSIGN_OR_RAISE(BoundPointers operands, BindArguments(node));
    ARROW_RETURN_NOT_OK(Meet(node, &operands));
    const bool items_are_constant =
        std::all_of(operands.begin() + 1, operands.end(),
                    [](const BoundPointer& item) { return item->kind == BoundKind::kConstant; });
    const TypePointer& type = operands[0]->type;
    if (!items_are_constant || type->id() == arrow::Type::NA) {
      ARROW_ASSIGN_OR_RAISE(
          BoundPointer any,
          MeetAndFinish(node, {.kind = BoundKind::kAnyEqual, .arguments = std::move(operands)}));
      return Negated(node, std::move(any));
    }
    ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type));
    for (size_t i = 1; i < operands.size(); ++i) {
      ARROW_RETURN_NOT_OK(builder->AppendScalar(*operands[i]->constant.scalar()));
    }
    ARROW_ASSIGN_OR_RAISE(auto items, builder->Finish());
    // "Inconclusive" is what SQL says: a null on either side leaves it open.
    auto options = std::make_shared<arrow::compute::SetLookupOptions>(
        std::move(items), arrow::compute::SetLookupOptions::INCONCLUSIVE);
    ARROW_ASSIGN_OR_RAISE(BoundPointer in, Call(node, "is_in", {operands[0]}, std::move(options)));
    return Negated(node, std::move(in));
  }

  Result<BoundPointer> BindText(const Node& node, std::string_view for_what) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer operand, Bind(node));
    if (IsNullLiteral(*operand)) return ConvertTo(node, operand, arrow::utf8());
    if (!IsText(*operand->type)) {
      return Refuse(
          node, fmt::format("{} takes text, but this is {}", for_what, operand->type->ToString()));
    }
    return operand;
  }

  Result<BoundPointer> BindLike(const Node& node) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer operand, BindText(*node.arguments[0], "like"));
    const Node& pattern = *node.arguments[1];
    if (pattern.kind != SyntaxKind::kText) {
      return Refuse(pattern, "the pattern of 'like' must be a text in quotes");
    }
    BoundNode like{.kind = BoundKind::kLike, .type = arrow::boolean()};
    if (!LikePattern::Make(pattern.text, node.text.empty() ? '\0' : node.text.front(),
                           &like.pattern)) {
      return Refuse(pattern, "the escape must stand before %, _ or itself");
    }
    like.arguments.push_back(std::move(operand));
    ARROW_ASSIGN_OR_RAISE(BoundPointer bound, Finish(node, std::move(like)));
    return Negated(node, std::move(bound));
  }

  // ---- numbers ----

  Result<BoundPointer> BindNumber(const Node& node, std::string_view for_what) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer operand, Bind(node));
    if (IsNullLiteral(*operand)) return ConvertTo(node, operand, arrow::int64());
    if (!IsNumber(*operand->type)) {
      return Refuse(node, fmt::format("{} takes numbers, but this is {}", for_what,
                                      operand->type->ToString()));
    }
    return operand;
  }

  /// Room for results: integers of 64 bits, floats as double.
  Result<BoundPointer> Widened(const Node& node, const BoundPointer& operand) {
    const arrow::Type::type id = operand->type->id();
    if (arrow::is_floating(id)) return CastTo(node, operand, arrow::float64());
    if (id == arrow::Type::UINT64) return CastTo(node, operand, arrow::decimal128(20, 0));
    if (arrow::is_integer(id)) return CastTo(node, operand, arrow::int64());
    return operand;
  }

  Result<BoundPointer> BindNegation(const Node& node) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer operand, BindNumber(*node.arguments[0], "-"));
    ARROW_ASSIGN_OR_RAISE(operand, Widened(node, operand));
    return Call(node, "negate_checked", {std::move(operand)});
  }

  Result<BoundPointer> BindArithmetic(const Node& node) {
    BoundPointers operands;
    for (const auto& argument : node.arguments) {
      ARROW_ASSIGN_OR_RAISE(BoundPointer each, BindNumber(*argument, node.text));
      ARROW_ASSIGN_OR_RAISE(each, Widened(node, each));
      operands.push_back(std::move(each));
    }
    const bool to_double = node.text == "/" || arrow::is_floating(operands[0]->type->id()) !=
                                                   arrow::is_floating(operands[1]->type->id());
    if (to_double) {
      for (BoundPointer& operand : operands) {
        ARROW_ASSIGN_OR_RAISE(operand, ConvertTo(node, operand, arrow::float64()));
      }
    } else if (!operands[0]->type->Equals(*operands[1]->type)) {
      for (BoundPointer& operand : operands) {
        if (!arrow::is_integer(operand->type->id())) continue;
        ARROW_ASSIGN_OR_RAISE(operand, CastTo(node, operand, arrow::decimal128(19, 0)));
      }
    }
    if (node.text == "/") return Call(node, "divide", std::move(operands));
    if (node.text == "%") return BindRemainder(node, std::move(operands));
    const std::string_view function = node.text == "+"   ? "add_checked"
                                      : node.text == "-" ? "subtract_checked"
                                                         : "multiply_checked";
    Result<BoundPointer> result = Call(node, function, operands);
    if (result.ok() || operands[0]->type->id() != arrow::Type::DECIMAL128 ||
        operands[1]->type->id() != arrow::Type::DECIMAL128) {
      return result;
    }
    // The result may have more than 38 digits.
    for (BoundPointer& operand : operands) {
      const auto& decimal = static_cast<const arrow::DecimalType&>(*operand->type);
      ARROW_ASSIGN_OR_RAISE(
          operand, CastTo(node, operand, arrow::decimal256(decimal.precision(), decimal.scale())));
    }
    return Call(node, function, std::move(operands));
  }

  /// The remainder of SQL has the sign of the dividend, Arrow's that of the divisor.
  Result<BoundPointer> BindRemainder(const Node& node, BoundPointers operands) {
    if (arrow::is_decimal(operands[0]->type->id())) ARROW_RETURN_NOT_OK(Meet(node, &operands));
    TypePointer type = operands[0]->type;
    return Finish(node, BoundNode{.kind = BoundKind::kRemainder,
                                  .type = std::move(type),
                                  .arguments = std::move(operands)});
  }

  // ---- functions ----

  Result<BoundPointer> BindFunction(const Node& node) {
    const std::string& name = node.text;
    const Node& first = *node.arguments[0];
    if (name == "lower" || name == "upper" || name == "length" || name == "trim") {
      ARROW_ASSIGN_OR_RAISE(BoundPointer operand, BindText(first, name));
      if (name == "trim") {
        return Call(node, "utf8_trim", {std::move(operand)},
                    std::make_shared<arrow::compute::TrimOptions>(" "));
      }
      return Call(node, "utf8_" + name, {std::move(operand)});
    }
    if (name == "abs") {
      ARROW_ASSIGN_OR_RAISE(BoundPointer operand, BindNumber(first, name));
      ARROW_ASSIGN_OR_RAISE(operand, Widened(node, operand));
      return Call(node, "abs_checked", {std::move(operand)});
    }
    if (name == "round") return BindRound(node);
    ARROW_ASSIGN_OR_RAISE(BoundPointers operands, BindArguments(node));
    ARROW_RETURN_NOT_OK(Meet(node, &operands));
    return Call(node, "coalesce", std::move(operands));
  }

  Result<BoundPointer> BindRound(const Node& node) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer operand, BindNumber(*node.arguments[0], "round"));
    ARROW_ASSIGN_OR_RAISE(operand, Widened(node, operand));
    int64_t digits = 0;
    if (node.arguments.size() == 2) {
      const Node& literal = *node.arguments[1];
      const auto value = literal.kind == SyntaxKind::kNumber
                             ? ParseNumberAs(literal.text, arrow::int64())
                             : nullptr;
      if (value == nullptr) {
        return Refuse(literal, "round takes a whole number of digits as its second argument");
      }
      digits = static_cast<const arrow::Int64Scalar&>(*value).value;
    }
    const bool is_whole = arrow::is_integer(operand->type->id());
    const int scale = arrow::is_decimal(operand->type->id())
                          ? static_cast<const arrow::DecimalType&>(*operand->type).scale()
                          : 0;
    if ((is_whole && digits >= 0) || (scale > 0 && digits >= scale)) return operand;
    return Call(node, "round", {std::move(operand)},
                std::make_shared<arrow::compute::RoundOptions>(
                    digits, arrow::compute::RoundMode::HALF_TOWARDS_INFINITY));
  }

  Result<BoundPointer> BindCast(const Node& node) {
    ARROW_ASSIGN_OR_RAISE(BoundPointer operand, Bind(*node.arguments[0]));
    Result<TypePointer> type = schema::ParseType(node.text);
    if (!type.ok()) {
      return Refuse(node, fmt::format("'{}' is no type ({})", node.text, type.status().message()));
    }
    if (operand->type->id() == arrow::Type::NA) return CastTo(node, operand, *type);
    return Finish(node,
                  BoundNode{.kind = BoundKind::kUserCast, .type = *type, .arguments = {operand}});
  }

  const std::string& text_;
  const arrow::Schema& schema_;
};

}  // namespace

Result<BoundPointer> BindCondition(const Expression& expression, const arrow::Schema& schema) {
  return Binder(expression, schema).BindCondition(expression.root());
}

}  // namespace pyforge::core
