// GoogleTest matchers for pyforge::Status and pyforge::Result.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "pyforge/error.h"

namespace pyforge::testing {

inline const Status& StatusOf(const Status& status) { return status; }
template <typename T>
const Status& StatusOf(const Result<T>& result) {
  return result.status();
}

/// OK.
MATCHER(IsOk, negation ? "fails" : "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

/// Failed with the code of this id: FailsWith("csv.ragged_row").
MATCHER_P(FailsWith, id, std::string("fails with ") + std::string(id)) {
  *result_listener << StatusOf(arg).ToString();
  const ErrorDetail* detail = DetailOf(StatusOf(arg));
  return detail != nullptr && detail->code().id == id;
}

/// Failed with a message that contains `text`.
MATCHER_P(FailsSaying, text, std::string("fails saying ") + std::string(text)) {
  *result_listener << StatusOf(arg).ToString();
  return !StatusOf(arg).ok() &&
         StatusOf(arg).message().find(std::string_view(text)) != std::string::npos;
}

/// Failed at this byte of the input.
MATCHER_P(AtByte, offset, std::string("is at byte ") + ::testing::PrintToString(offset)) {
  const ErrorDetail* detail = DetailOf(StatusOf(arg));
  return detail != nullptr && detail->where().byte_offset == offset;
}

/// Failed in this file.
MATCHER_P(InFile, path, std::string("is in ") + std::string(path)) {
  const ErrorDetail* detail = DetailOf(StatusOf(arg));
  return detail != nullptr && detail->where().path == path;
}

}  // namespace pyforge::testing

#define ASSERT_OK(expression) ASSERT_THAT((expression), ::pyforge::testing::IsOk())
#define EXPECT_OK(expression) EXPECT_THAT((expression), ::pyforge::testing::IsOk())

#define PYFORGE_TESTING_JOIN_EXPANDED(a, b) a##b
#define PYFORGE_TESTING_JOIN(a, b) PYFORGE_TESTING_JOIN_EXPANDED(a, b)
// NOLINTBEGIN(bugprone-macro-parentheses): the names are declared here
#define PYFORGE_TESTING_ASSIGN(result, variable, expression) \
  auto result = (expression);                                \
  ASSERT_THAT(result, ::pyforge::testing::IsOk());           \
  variable = std::move(result).ValueUnsafe()
// NOLINTEND(bugprone-macro-parentheses)
/// ASSERT_OK_AND_ASSIGN(auto value, FunctionThatReturnsResult());
#define ASSERT_OK_AND_ASSIGN(variable, expression) \
  PYFORGE_TESTING_ASSIGN(PYFORGE_TESTING_JOIN(result_, __LINE__), variable, expression)
