#include "core/expression/lexer.h"

#include <algorithm>
#include <utility>

#include "core/expression/syntax.h"

namespace pyforge::core {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool StartsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool ContinuesWord(char c) { return StartsWord(c) || IsDigit(c) || c == '$'; }

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char LowerAscii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> Run() {
    while (true) {
      while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
      Token token{.position = at_};
      if (at_ < text_.size()) ARROW_RETURN_NOT_OK(Read(&token));
      token.end = at_;
      tokens_.push_back(std::move(token));
      if (tokens_.back().kind == TokenKind::kEnd) return std::move(tokens_);
    }
  }

 private:
  Status Read(Token* token) {
    const char c = text_[at_];
    if (StartsWord(c)) {
      const size_t begin = at_;
      while (at_ < text_.size() && ContinuesWord(text_[at_])) ++at_;
      token->kind = TokenKind::kWord;
      token->text = text_.substr(begin, at_ - begin);
      return Status::OK();
    }
    if (IsDigit(c) || (c == '.' && at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]))) {
      return ReadNumber(token);
    }
    if (c == '\'') {
      token->kind = TokenKind::kText;
      return ReadQuoted(token);
    }
    if (c == '"') {
      token->kind = TokenKind::kQuotedName;
      ARROW_RETURN_NOT_OK(ReadQuoted(token));
      if (token->text.empty()) return Refuse(token->position, "there is an empty column name");
      return Status::OK();
    }
    return ReadSymbol(token);
  }

  Status ReadNumber(Token* token) {
    const size_t begin = at_;
    const auto skip_digits = [&] {
      while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    };
    skip_digits();
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      skip_digits();
    }
    if (at_ < text_.size() && LowerAscii(text_[at_]) == 'e') {
      size_t exponent = at_ + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent < text_.size() && IsDigit(text_[exponent])) {
        at_ = exponent;
        skip_digits();
      }
    }
    if (at_ < text_.size() && ContinuesWord(text_[at_])) {
      return Refuse(begin, "there is a number that runs into a name");
    }
    token->kind = TokenKind::kNumber;
    token->text = text_.substr(begin, at_ - begin);
    return Status::OK();
  }

  // A quote is doubled to stand for itself.
  Status ReadQuoted(Token* token) {
    const size_t begin = at_;
    const char quote = text_[at_++];
    while (at_ < text_.size()) {
      if (text_[at_] != quote) {
        token->text += text_[at_++];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
        token->text += quote;
        at_ += 2;
      } else {
        ++at_;
        return Status::OK();
      }
    }
    return Refuse(begin, "there is a quote that is never closed");
  }

  Status ReadSymbol(Token* token) {
    token->kind = TokenKind::kSymbol;
    for (std::string_view symbol : {"<>", "!=", "<=", ">="}) {
      if (text_.substr(at_).starts_with(symbol)) {
        token->text = symbol == "!=" ? "<>" : symbol;
        at_ += symbol.size();
        return Status::OK();
      }
    }
    constexpr std::string_view kSingle = "(),+-*/%=<>[]:";
    if (kSingle.find(text_[at_]) == std::string_view::npos) {
      return Refuse(at_, fmt::format("'{}' means nothing", text_[at_]));
    }
    token->text = std::string(1, text_[at_++]);
    return Status::OK();
  }

  Status Refuse(size_t position, std::string_view what) const {
    return Fail(kBadExpression, {}, "{} {}", what, DescribePosition(text_, position));
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

bool Token::IsWord(std::string_view keyword) const {
  return kind == TokenKind::kWord &&
         std::equal(text.begin(), text.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return LowerAscii(a) == b; });
}

Result<std::vector<Token>> Tokenize(std::string_view text) { return Lexer(text).Run(); }

std::string ToLowerAscii(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), LowerAscii);
  return lower;
}

std::string DescribePosition(std::string_view text, size_t byte_position) {
  constexpr size_t kShownBytesMax = 200;
  const auto characters =
      std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte_position),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  std::string shown;
  for (char c : text.substr(0, kShownBytesMax)) shown += IsBlank(c) ? ' ' : c;
  // A character cut in two would make the message no text any more.
  while (text.size() > kShownBytesMax && !shown.empty() &&
         (static_cast<unsigned char>(text[shown.size()]) & 0xC0) == 0x80) {
    shown.pop_back();
  }
  return fmt::format("at character {} of '{}{}'", characters + 1, shown,
                     text.size() > kShownBytesMax ? "..." : "");
}

}  // namespace pyforge::core
