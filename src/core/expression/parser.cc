// The grammar, loosest binding first:
//   or < and < not < is null < = <> < <= > >= < between, in, like < + - < * / % < unary -
#include <algorithm>
#include <array>
#include <utility>

#include "core/expression/lexer.h"
#include "core/expression/syntax.h"

namespace pyforge::core {
namespace {

using Node = Expression::Node;
using NodePointer = std::shared_ptr<const Node>;

/// Deep enough for people, shallow enough for every stack.
constexpr int kDepthMax = 200;

constexpr std::array<std::string_view, 13> kReservedWords = {
    "and",  "or",   "not",   "in",   "between", "like",  "is",
    "null", "true", "false", "cast", "as",      "escape"};

struct FunctionArity {
  std::string_view name;
  size_t least;
  size_t most;
};
constexpr std::array kFunctions = {FunctionArity{"lower", 1, 1},       FunctionArity{"upper", 1, 1},
                                   FunctionArity{"length", 1, 1},      FunctionArity{"trim", 1, 1},
                                   FunctionArity{"abs", 1, 1},         FunctionArity{"round", 1, 2},
                                   FunctionArity{"coalesce", 1, 1'000}};

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens)
      : text_(text), tokens_(std::move(tokens)) {}

  Result<NodePointer> Run() {
    ARROW_ASSIGN_OR_RAISE(NodePointer root, ParseOr());
    if (peek().kind != TokenKind::kEnd) return Expected("'and', 'or' or the end");
    return root;
  }

 private:
  /// Counts how deep the parser is in itself.
  struct Depth {
    explicit Depth(int* depth) : levels(depth) { ++*levels; }
    ~Depth() { --*levels; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    int* levels;
  };

  const Token& peek(size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  const Token& Take() { return tokens_[std::min(next_++, tokens_.size() - 1)]; }
  bool TakeWord(std::string_view word) {
    if (!peek().IsWord(word)) return false;
    Take();
    return true;
  }
  bool TakeSymbol(std::string_view symbol) {
    if (!peek().IsSymbol(symbol)) return false;
    Take();
    return true;
  }

  Status Expected(std::string_view what) const {
    const Token& found = peek();
    const std::string name =
        found.kind == TokenKind::kEnd
            ? "the end"
            : fmt::format("'{}'", text_.substr(found.position, found.end - found.position));
    return Fail(kBadExpression, {}, "expected {}, but found {} {}", what, name,
                DescribePosition(text_, found.position));
  }

  Status TooDeep() const {
    return Fail(kBadExpression, {}, "the expression is nested deeper than {} levels {}", kDepthMax,
                DescribePosition(text_, peek().position));
  }

  Result<NodePointer> Make(Node node) const {
    for (const NodePointer& argument : node.arguments) {
      node.height = std::max(node.height, argument->height + 1);
    }
    if (node.height > kDepthMax) return TooDeep();
    return std::make_shared<const Node>(std::move(node));
  }

  /// a op b op c as one node, so that long chains stay flat.
  Result<NodePointer> ParseChain(std::string_view word, SyntaxKind kind,
                                 Result<NodePointer> (Parser::*parse_operand)()) {
    const size_t position = peek().position;
    ARROW_ASSIGN_OR_RAISE(NodePointer first, (this->*parse_operand)());
    std::vector<NodePointer> operands{std::move(first)};
    while (TakeWord(word)) {
      ARROW_ASSIGN_OR_RAISE(NodePointer operand, (this->*parse_operand)());
      operands.push_back(std::move(operand));
    }
    if (operands.size() == 1) return operands.front();
    return Make({.kind = kind, .arguments = std::move(operands), .position = position});
  }

  Result<NodePointer> ParseOr() {
    const Depth depth(&depth_);
    if (depth_ > kDepthMax) return TooDeep();
    return ParseChain("or", SyntaxKind::kOr, &Parser::ParseAnd);
  }

  Result<NodePointer> ParseAnd() { return ParseChain("and", SyntaxKind::kAnd, &Parser::ParseNot); }

  Result<NodePointer> ParseNot() {
    const size_t position = peek().position;
    if (!TakeWord("not")) return ParseIs();
    const Depth depth(&depth_);
    if (depth_ > kDepthMax) return TooDeep();
    ARROW_ASSIGN_OR_RAISE(NodePointer operand, ParseNot());
    return Make(
        {.kind = SyntaxKind::kNot, .arguments = {std::move(operand)}, .position = position});
  }

  Result<NodePointer> ParseIs() {
    ARROW_ASSIGN_OR_RAISE(NodePointer operand, ParseComparison());
    while (peek().IsWord("is")) {
      const size_t position = Take().position;
      const bool negated = TakeWord("not");
      if (!TakeWord("null")) return Expected(negated ? "'null'" : "'null' or 'not null'");
      ARROW_ASSIGN_OR_RAISE(operand, Make({.kind = SyntaxKind::kIsNull,
                                           .arguments = {std::move(operand)},
                                           .negated = negated,
                                           .position = position}));
    }
    return operand;
  }

  Result<NodePointer> ParseComparison() {
    ARROW_ASSIGN_OR_RAISE(NodePointer left, ParseRange());
    for (std::string_view symbol : {"=", "<>", "<", "<=", ">", ">="}) {
      if (!peek().IsSymbol(symbol)) continue;
      const size_t position = Take().position;
      ARROW_ASSIGN_OR_RAISE(NodePointer right, ParseRange());
      return Make({.kind = SyntaxKind::kComparison,
                   .text = std::string(symbol),
                   .arguments = {std::move(left), std::move(right)},
                   .position = position});
    }
    return left;
  }

  /// a [not] between b and c, a [not] in (b, c), a [not] like 'b'.
  Result<NodePointer> ParseRange() {
    ARROW_ASSIGN_OR_RAISE(NodePointer operand, ParseSum());
    while (true) {
      const bool negated = peek().IsWord("not");
      const Token& word = peek(negated ? 1 : 0);
      Node node{.arguments = {operand}, .negated = negated, .position = word.position};
      if (word.IsWord("between")) {
        node.kind = SyntaxKind::kBetween;
      } else if (word.IsWord("in")) {
        node.kind = SyntaxKind::kIn;
      } else if (word.IsWord("like")) {
        node.kind = SyntaxKind::kLike;
      } else {
        return operand;
      }
      if (negated) Take();
      Take();
      ARROW_RETURN_NOT_OK(ParseRangeEnd(&node));
      ARROW_ASSIGN_OR_RAISE(operand, Make(std::move(node)));
    }
  }

  Status ParseRangeEnd(Node* node) {
    if (node->kind == SyntaxKind::kIn) return ParseList(node, "the list of 'in'");
    ARROW_ASSIGN_OR_RAISE(NodePointer low, ParseSum());
    node->arguments.push_back(std::move(low));
    if (node->kind == SyntaxKind::kBetween) {
      if (!TakeWord("and")) return Expected("the 'and' of 'between'");
      ARROW_ASSIGN_OR_RAISE(NodePointer high, ParseSum());
      node->arguments.push_back(std::move(high));
      return Status::OK();
    }
    if (TakeWord("escape")) {
      const std::string& escape = peek().text;
      if (peek().kind != TokenKind::kText || escape.size() != 1) {
        return Expected("one ASCII character in quotes behind 'escape'");
      }
      node->text = Take().text;
    }
    return Status::OK();
  }

  /// ( a, b, ... )
  Status ParseList(Node* node, std::string_view of_what) {
    if (!TakeSymbol("(")) return Expected(fmt::format("'(' before {}", of_what));
    while (true) {
      ARROW_ASSIGN_OR_RAISE(NodePointer item, ParseOr());
      node->arguments.push_back(std::move(item));
      if (TakeSymbol(")")) return Status::OK();
      if (!TakeSymbol(",")) return Expected(fmt::format("',' or ')' in {}", of_what));
    }
  }

  Result<NodePointer> ParseArithmetic(std::span<const std::string_view> symbols,
                                      Result<NodePointer> (Parser::*parse_operand)()) {
    ARROW_ASSIGN_OR_RAISE(NodePointer left, (this->*parse_operand)());
    while (peek().kind == TokenKind::kSymbol &&
           std::find(symbols.begin(), symbols.end(), peek().text) != symbols.end()) {
      const Token& symbol = Take();
      ARROW_ASSIGN_OR_RAISE(NodePointer right, (this->*parse_operand)());
      ARROW_ASSIGN_OR_RAISE(left, Make({.kind = SyntaxKind::kArithmetic,
                                        .text = symbol.text,
                                        .arguments = {std::move(left), std::move(right)},
                                        .position = symbol.position}));
    }
    return left;
  }

  Result<NodePointer> ParseSum() {
    constexpr std::array<std::string_view, 2> kSymbols = {"+", "-"};
    return ParseArithmetic(kSymbols, &Parser::ParseProduct);
  }

  Result<NodePointer> ParseProduct() {
    constexpr std::array<std::string_view, 3> kSymbols = {"*", "/", "%"};
    return ParseArithmetic(kSymbols, &Parser::ParseUnary);
  }

  Result<NodePointer> ParseUnary() {
    const Depth depth(&depth_);
    if (depth_ > kDepthMax) return TooDeep();
    if (TakeSymbol("+")) return ParseUnary();
    const size_t position = peek().position;
    if (!TakeSymbol("-")) return ParsePrimary();
    if (peek().kind == TokenKind::kNumber) {
      // The least 64-bit integer has no positive counterpart, so the sign belongs to the number.
      return Make({.kind = SyntaxKind::kNumber, .text = "-" + Take().text, .position = position});
    }
    ARROW_ASSIGN_OR_RAISE(NodePointer operand, ParseUnary());
    return Make(
        {.kind = SyntaxKind::kNegate, .arguments = {std::move(operand)}, .position = position});
  }

  Result<NodePointer> ParsePrimary() {
    const Token& token = peek();
    switch (token.kind) {
      case TokenKind::kNumber:
        return Leaf(SyntaxKind::kNumber);
      case TokenKind::kText:
        return Leaf(SyntaxKind::kText);
      case TokenKind::kQuotedName:
        return Leaf(SyntaxKind::kColumn);
      case TokenKind::kWord:
        return ParseWord();
      case TokenKind::kSymbol:
        if (TakeSymbol("(")) {
          ARROW_ASSIGN_OR_RAISE(NodePointer inner, ParseOr());
          if (!TakeSymbol(")")) return Expected("')'");
          return inner;
        }
        break;
      case TokenKind::kEnd:
        break;
    }
    return Expected("a column or a value");
  }

  Result<NodePointer> Leaf(SyntaxKind kind) {
    const Token& token = Take();
    return Make({.kind = kind, .text = token.text, .position = token.position});
  }

  Result<NodePointer> ParseWord() {
    const Token& word = peek();
    if (word.IsWord("null")) return Leaf(SyntaxKind::kNull);
    if (word.IsWord("true") || word.IsWord("false")) {
      Take();
      return Make(
          {.kind = SyntaxKind::kBool, .text = ToLowerAscii(word.text), .position = word.position});
    }
    // A column may be called date; only before a text the word tells the text's type.
    if ((word.IsWord("date") || word.IsWord("timestamp")) && peek(1).kind == TokenKind::kText) {
      Take();
      return Leaf(word.IsWord("date") ? SyntaxKind::kDate : SyntaxKind::kTimestamp);
    }
    if (word.IsWord("cast")) return ParseCast();
    if (std::any_of(kReservedWords.begin(), kReservedWords.end(),
                    [&](std::string_view reserved) { return word.IsWord(reserved); })) {
      return Expected("a column or a value (a column of that name stands in double quotes)");
    }
    if (peek(1).IsSymbol("(")) return ParseFunction();
    return Leaf(SyntaxKind::kColumn);
  }

  Result<NodePointer> ParseFunction() {
    Node node{.kind = SyntaxKind::kFunction,
              .text = ToLowerAscii(peek().text),
              .position = peek().position};
    const auto function =
        std::find_if(kFunctions.begin(), kFunctions.end(),
                     [&](const FunctionArity& each) { return each.name == node.text; });
    if (function == kFunctions.end()) {
      std::string known = "cast";
      for (const FunctionArity& each : kFunctions) known += fmt::format(", {}", each.name);
      return Expected(fmt::format("one of the functions {}", known));
    }
    Take();
    ARROW_RETURN_NOT_OK(ParseList(&node, "the arguments"));
    const size_t count = node.arguments.size();
    if (count < function->least || count > function->most) {
      return Fail(kBadExpression, {}, "the function {} takes {} but is given {} arguments {}",
                  function->name,
                  function->least == function->most
                      ? fmt::format("{}", function->least)
                      : fmt::format("{} to {}", function->least, function->most),
                  count, DescribePosition(text_, node.position));
    }
    return Make(std::move(node));
  }

  /// cast(a as decimal(10,2)): the type's name is left to those who know types.
  Result<NodePointer> ParseCast() {
    Node node{.kind = SyntaxKind::kCast, .position = Take().position};
    if (!TakeSymbol("(")) return Expected("'(' behind 'cast'");
    ARROW_ASSIGN_OR_RAISE(NodePointer operand, ParseOr());
    node.arguments.push_back(std::move(operand));
    if (!TakeWord("as")) return Expected("'as' and a type");
    const size_t begin = peek().position;
    size_t end = begin;
    int open = 0;
    while (peek().kind != TokenKind::kEnd && (open > 0 || !peek().IsSymbol(")"))) {
      if (peek().IsSymbol("(")) ++open;
      if (peek().IsSymbol(")")) --open;
      end = Take().end;
    }
    if (end == begin) return Expected("a type");
    node.text = text_.substr(begin, end - begin);
    if (!TakeSymbol(")")) return Expected("')' behind the type");
    return Make(std::move(node));
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  int depth_ = 0;
};

std::string Quote(std::string_view text, char quote) {
  std::string quoted(1, quote);
  for (char c : text) {
    quoted += c;
    if (c == quote) quoted += quote;
  }
  quoted += quote;
  return quoted;
}

std::string ListToSql(const Node& node, size_t first);

std::string NodeToSql(const Node& node) {
  const auto argument = [&](size_t i) { return NodeToSql(*node.arguments[i]); };
  const auto chain = [&](std::string_view word) {
    std::string sql = fmt::format("({}", argument(0));
    for (size_t i = 1; i < node.arguments.size(); ++i)
      sql += fmt::format(" {} {}", word, argument(i));
    return sql + ")";
  };
  const std::string_view maybe_not = node.negated ? "NOT " : "";
  switch (node.kind) {
    case SyntaxKind::kColumn:
      return Quote(node.text, '"');
    case SyntaxKind::kNull:
      return "NULL";
    case SyntaxKind::kBool:
      return node.text == "true" ? "TRUE" : "FALSE";
    case SyntaxKind::kNumber:
      return node.text;
    case SyntaxKind::kText:
      return Quote(node.text, '\'');
    case SyntaxKind::kDate:
      return fmt::format("DATE {}", Quote(node.text, '\''));
    case SyntaxKind::kTimestamp:
      return fmt::format("TIMESTAMP {}", Quote(node.text, '\''));
    case SyntaxKind::kNegate:
      // The bracket keeps the sign of a positive number an operator of its own.
      return node.arguments[0]->kind == SyntaxKind::kNumber ? fmt::format("(-({}))", argument(0))
                                                            : fmt::format("(- {})", argument(0));
    case SyntaxKind::kArithmetic:
    case SyntaxKind::kComparison:
      return fmt::format("({} {} {})", argument(0), node.text, argument(1));
    case SyntaxKind::kAnd:
      return chain("AND");
    case SyntaxKind::kOr:
      return chain("OR");
    case SyntaxKind::kNot:
      return fmt::format("(NOT {})", argument(0));
    case SyntaxKind::kIsNull:
      return fmt::format("({} IS {}NULL)", argument(0), maybe_not);
    case SyntaxKind::kIn:
      return fmt::format("({} {}IN {})", argument(0), maybe_not, ListToSql(node, 1));
    case SyntaxKind::kBetween:
      return fmt::format("({} {}BETWEEN {} AND {})", argument(0), maybe_not, argument(1),
                         argument(2));
    case SyntaxKind::kLike:
      return fmt::format(
          "({} {}LIKE {}{})", argument(0), maybe_not, argument(1),
          node.text.empty() ? "" : fmt::format(" ESCAPE {}", Quote(node.text, '\'')));
    case SyntaxKind::kFunction:
      return node.text + ListToSql(node, 0);
    case SyntaxKind::kCast:
      return fmt::format("CAST({} AS {})", argument(0), node.text);
  }
  return {};
}

std::string ListToSql(const Node& node, size_t first) {
  std::string sql = "(";
  for (size_t i = first; i < node.arguments.size(); ++i) {
    if (i > first) sql += ", ";
    sql += NodeToSql(*node.arguments[i]);
  }
  return sql + ")";
}

void CollectColumns(const Node& node, std::vector<std::string>* columns) {
  if (node.kind == SyntaxKind::kColumn &&
      std::find(columns->begin(), columns->end(), node.text) == columns->end()) {
    columns->push_back(node.text);
  }
  for (const NodePointer& argument : node.arguments) CollectColumns(*argument, columns);
}

}  // namespace

Result<Expression> Expression::Parse(std::string_view text) {
  ARROW_ASSIGN_OR_RAISE(std::vector<Token> tokens, Tokenize(text));
  Expression expression;
  expression.text_ = text;
  ARROW_ASSIGN_OR_RAISE(expression.root_, Parser(text, std::move(tokens)).Run());
  return expression;
}

std::vector<std::string> Expression::columns() const {
  std::vector<std::string> columns;
  CollectColumns(*root_, &columns);
  return columns;
}

std::string Expression::ToSql() const { return NodeToSql(*root_); }

}  // namespace pyforge::core
