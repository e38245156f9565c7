#include "formats/csv/sniff_parse.h"

#include <algorithm>

namespace pyforge::csv {
namespace {

// A quote that is open for more than this when a cut text ends counts as never closed, not as one
// of a field that the cut went through.
constexpr size_t kCutFieldBytesMax = size_t{64} << 10;
// After so many quotes that never close, the others are not followed to their ends any more.
constexpr int64_t kUnterminatedMax = 8;

/// Without an escape a doubled quote is one all the same; with another one it is a rival reading.
bool UnderstandsDoubled(const Dialect& dialect) {
  return dialect.escape_is_doubled_quote() || (dialect.quote && !dialect.escape);
}

}  // namespace

SampleParser::SampleParser(std::string_view text, const Dialect& dialect, bool text_is_cut)
    : text_(text),
      dialect_(dialect),
      text_is_cut_(text_is_cut),
      quote_(dialect.quote.value_or('"')),
      has_quote_(dialect.quote.has_value()),
      escape_(dialect.escape.value_or('\\')),
      has_escape_(dialect.escape.has_value() && dialect.escape != dialect.quote),
      doubled_(UnderstandsDoubled(dialect)) {
  special_[static_cast<uint8_t>('\n')] = true;
  special_[static_cast<uint8_t>('\r')] = true;
  special_[static_cast<uint8_t>('"')] = true;  // to be counted
  if (has_escape_) special_[static_cast<uint8_t>(escape_)] = true;
  if (!dialect.delimiter.empty()) special_[static_cast<uint8_t>(dialect.delimiter[0])] = true;
}

bool SampleParser::AtDelimiter(size_t position) const {
  const std::string& delimiter = dialect_.delimiter;
  return !delimiter.empty() && position < text_.size() && text_[position] == delimiter[0] &&
         (delimiter.size() == 1 || text_.substr(position, delimiter.size()) == delimiter);
}

bool SampleParser::AtLineEnd(size_t position) const {
  if (text_[position] == '\n') return true;
  if (text_[position] != '\r') return false;
  return dialect_.lone_cr_ends_record() ||
         (position + 1 < text_.size() && text_[position + 1] == '\n');
}

void SampleParser::SkipLineEnd() {
  if (position_ < text_.size() && text_[position_] == '\r') ++position_;
  if (position_ < text_.size() && text_[position_] == '\n') ++position_;
}

size_t SampleParser::SkipBlanks(size_t position) const {
  while (position < text_.size() && (text_[position] == ' ' || text_[position] == '\t') &&
         !AtDelimiter(position)) {
    ++position;
  }
  return position;
}

Cell SampleParser::ReadUnquoted() {
  const size_t begin = position_;
  while (position_ < text_.size()) {
    // By a local variable: a member would be stored with each byte.
    size_t plain_end = position_;
    while (plain_end < text_.size() && !special_[static_cast<uint8_t>(text_[plain_end])]) {
      ++plain_end;
    }
    position_ = plain_end;
    if (position_ == text_.size()) break;
    if (has_escape_ && text_[position_] == escape_) {
      if (position_ + 1 < text_.size()) {
        const char next = text_[position_ + 1];
        next_line_ += next == '\n' ? 1 : 0;
        quotes_.escaped += next == quote_ || AtDelimiter(position_ + 1) ? 1 : 0;
      }
      position_ = std::min(position_ + 2, text_.size());
      continue;
    }
    if (AtDelimiter(position_) || AtLineEnd(position_)) break;
    quotes_.inner += text_[position_] == '"' ? 1 : 0;
    ++position_;
  }
  const std::string_view cell = text_.substr(begin, position_ - begin);
  quotes_.enclosing += cell.size() > 1 && cell.front() == '"' && cell.back() == '"' ? 1 : 0;
  return {cell, false};
}

bool SampleParser::ReadQuoted(Cell* cell) {
  const size_t open = position_;
  const size_t end = text_.size();
  int64_t lines = 0, escaped = 0;
  bool holds_structure = false;
  size_t at = open + 1;
  for (; at < end; ++at) {
    const char c = text_[at];
    if (has_escape_ && c == escape_) {
      ++at;
      ++escaped;
      continue;
    }
    if (c == quote_) {
      if (!doubled_ || at + 1 >= end || text_[at + 1] != quote_) break;
      ++at;
      ++escaped;
      continue;
    }
    if (c == '\n') ++lines;
    holds_structure |= c == '\n' || AtDelimiter(at);
  }
  if (at >= end) return false;
  const size_t behind = SkipBlanks(at + 1);
  if (behind < text_.size() && !AtDelimiter(behind) && !AtLineEnd(behind)) {
    // What follows the closing quote belongs to the field, up to the next delimiter. Where that is
    // a quote again, it closes the field: no quote in between was doubled.
    const std::string_view before = text_.substr(0, at);
    const bool opens_here = before.ends_with('\n') ||
                            (!dialect_.delimiter.empty() && before.ends_with(dialect_.delimiter));
    if (lines > 0 && opens_here) {
      // It opens the next field rather than it closes this one: the quote before it means nothing.
      ++quotes_.unterminated;
      *cell = ReadUnquoted();
      return true;
    }
    next_line_ += lines;
    position_ = at + 1;
    ReadUnquoted();
    const std::string_view whole = Trim(text_.substr(open, position_ - open));
    if (lines == 0 && whole.ends_with(quote_) && whole[whole.size() - 2] != quote_) {
      ++quotes_.closed;
      ++quotes_.unescaped;
      *cell = {whole.substr(1, whole.size() - 2), true};
      return true;
    }
    ++quotes_.stray;
    *cell = {text_.substr(open, position_ - open), false};
    return true;
  }
  ++quotes_.closed;
  quotes_.needed += holds_structure ? 1 : 0;
  quotes_.multi_line += lines > 0 ? 1 : 0;
  quotes_.escaped += escaped;
  next_line_ += lines;
  *cell = {text_.substr(open + 1, at - open - 1), true};
  position_ = behind;
  return true;
}

bool SampleParser::Next(std::vector<Cell>* cells) {
  cells->clear();
  if (position_ >= text_.size()) return false;
  const QuoteCounts quotes_before = quotes_;
  begin_ = position_;
  line_ = next_line_;
  is_comment_ = !dialect_.comment.empty() && text_.substr(position_).starts_with(dialect_.comment);
  if (is_comment_) {
    while (position_ < text_.size() && !AtLineEnd(position_)) ++position_;
  } else if (!AtLineEnd(position_)) {
    if (dialect_.merge_delimiters) {
      while (AtDelimiter(position_)) position_ += dialect_.delimiter.size();
    }
    for (;;) {
      if (dialect_.skip_initial_space) position_ = SkipBlanks(position_);
      Cell cell;
      const bool opens = has_quote_ && position_ < text_.size() && text_[position_] == quote_ &&
                         quotes_.unterminated < kUnterminatedMax;
      if (opens && !ReadQuoted(&cell)) {
        if (text_is_cut_ && text_.size() - position_ <= kCutFieldBytesMax) {
          quotes_ = quotes_before;
          position_ = text_.size();
          return false;
        }
        ++quotes_.unterminated;
        cell = ReadUnquoted();
      } else if (!opens) {
        cell = ReadUnquoted();
      }
      cells->push_back(cell);
      if (!AtDelimiter(position_)) break;
      position_ += dialect_.delimiter.size();
      if (!dialect_.merge_delimiters) continue;
      while (AtDelimiter(position_)) position_ += dialect_.delimiter.size();
      if (position_ >= text_.size() || AtLineEnd(position_)) break;
    }
  }
  if (text_is_cut_ && position_ >= text_.size()) {
    quotes_ = quotes_before;
    return false;
  }
  SkipLineEnd();
  ++next_line_;
  return true;
}

std::string_view Trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  for (;;) {
    const size_t before = text.size();
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    if (text.empty()) return text;
    if (text.front() == '\xC2' && text.starts_with("\xC2\xA0")) text.remove_prefix(2);
    if (!text.empty() && text.back() == '\xA0' && text.ends_with("\xC2\xA0")) text.remove_suffix(2);
    if (text.size() == before) return text;
  }
}

std::string CellText(const Cell& cell, const Dialect& dialect) {
  const bool doubled = cell.quoted && UnderstandsDoubled(dialect);
  const bool prefixed = dialect.escape && dialect.escape != dialect.quote;
  const bool may_escape = (doubled && cell.text.find(*dialect.quote) != std::string_view::npos) ||
                          (prefixed && cell.text.find(*dialect.escape) != std::string_view::npos);
  if (!may_escape) return std::string(cell.text);
  std::string value;
  for (size_t i = 0; i < cell.text.size(); ++i) {
    const char c = cell.text[i];
    const char next = i + 1 < cell.text.size() ? cell.text[i + 1] : '\0';
    const bool takes_meaning =
        next != '\0' && (next == c || next == dialect.quote || next == '\n' || next == '\r' ||
                         dialect.delimiter.starts_with(next));
    const bool is_doubled = doubled && c == *dialect.quote && next == c;
    if (is_doubled || (prefixed && c == *dialect.escape && takes_meaning)) ++i;
    value += cell.text[i];
  }
  return value;
}

std::string CellValue(const Cell& cell, const Dialect& dialect) {
  return std::string(Trim(CellText(cell, dialect)));
}

}  // namespace pyforge::csv
