// The syntax tree of an expression.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/expression/expression.h"

namespace pyforge::core {

enum class SyntaxKind : uint8_t {
  kColumn,  ///< text: the name
  kNull,
  kBool,        ///< text: "true" or "false"
  kNumber,      ///< text: as written, with a leading '-' where it is negative
  kText,        ///< text: without quotes
  kDate,        ///< text: what stands in the quotes of date '...'
  kTimestamp,   ///< likewise
  kNegate,      ///< -a
  kArithmetic,  ///< text: one of + - * / %
  kComparison,  ///< text: one of = <> < <= > >=
  kAnd,         ///< two or more arguments
  kOr,          ///< likewise
  kNot,
  kIsNull,    ///< negated: is not null
  kIn,        ///< first argument in the others
  kBetween,   ///< first argument between the second and the third
  kLike,      ///< text: the escape character, or empty
  kFunction,  ///< text: its name in lower case
  kCast,      ///< text: the type's name
};

struct Expression::Node {
  SyntaxKind kind = SyntaxKind::kNull;
  std::string text = {};
  std::vector<std::shared_ptr<const Node>> arguments = {};
  bool negated = false;  ///< kIsNull, kIn, kBetween, kLike
  size_t position = 0;   ///< 0-based byte in the text it was read from
  int height = 1;        ///< of the tree below it; bounds the depth of every recursion
};

/// "at character 7 of 'a = = b'": positions are counted in characters from 1.
std::string DescribePosition(std::string_view text, size_t byte_position);

}  // namespace pyforge::core
