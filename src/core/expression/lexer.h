// Takes the text of an expression apart into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"

namespace pyforge::core {

enum class TokenKind : uint8_t {
  kEnd,
  kWord,        ///< a keyword, a function or a column; as written
  kQuotedName,  ///< "a column"; without the quotes
  kNumber,      ///< 12, 1.5, .5, 1e-3
  kText,        ///< 'text'; without the quotes
  kSymbol,      ///< ( ) , + - * / % = <> < <= > >=, [ ] : in types; != is given as <>
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text = {};
  size_t position = 0;  ///< 0-based byte of its first character
  size_t end = 0;       ///< byte behind its last character

  bool IsSymbol(std::string_view symbol) const {
    return kind == TokenKind::kSymbol && text == symbol;
  }
  /// True for this keyword in any case; `keyword` is in lower case.
  bool IsWord(std::string_view keyword) const;
};

/// The tokens of `text`, the last being kEnd. Errors: usage.bad_expression with the position.
Result<std::vector<Token>> Tokenize(std::string_view text);

/// ASCII letters in lower case, everything else as it is.
std::string ToLowerAscii(std::string_view text);

}  // namespace pyforge::core
