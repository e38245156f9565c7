#include "formats/csv/field_text.h"

#include <cstring>

namespace pyforge::csv {
namespace {

/// Whether an escape before `next` takes a meaning off it. Elsewhere it is a character like any
/// other: C:\temp is no C:temp.
bool IsEscapable(const Dialect& dialect, char next) {
  return next == *dialect.escape || next == dialect.quote || next == '\n' || next == '\r' ||
         (!dialect.delimiter.empty() && next == dialect.delimiter[0]);
}

/// Copies `raw` with escapes removed.
char* CopyUnescaped(const Dialect& dialect, std::string_view raw, char* out) {
  for (size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] == *dialect.escape && at + 1 < raw.size() && IsEscapable(dialect, raw[at + 1])) {
      ++at;
    }
    *out++ = raw[at];
  }
  return out;
}

/// The inside of a quoted field, `raw` without its opening quote, where nothing but quotes has a
/// meaning. Sets `behind` to what stands behind the closing quote.
char* CopyQuoted(std::string_view raw, char quote, char* out, std::string_view* behind) {
  while (true) {
    const size_t next = raw.find(quote);
    if (next == std::string_view::npos) {
      std::memcpy(out, raw.data(), raw.size());
      *behind = {};
      return out + raw.size();
    }
    const bool is_doubled = next + 1 < raw.size() && raw[next + 1] == quote;
    const size_t count = next + (is_doubled ? 1 : 0);
    std::memcpy(out, raw.data(), count);
    out += count;
    raw.remove_prefix(next + (is_doubled ? 2 : 1));
    if (!is_doubled) {
      *behind = raw;
      return out;
    }
  }
}

/// The same where a character takes the meaning off the next one.
char* CopyQuotedEscaped(const Dialect& dialect, std::string_view raw, char* out,
                        std::string_view* behind) {
  const char quote = *dialect.quote;
  for (size_t at = 0; at < raw.size(); ++at) {
    const bool has_next = at + 1 < raw.size();
    if (raw[at] == *dialect.escape && has_next && IsEscapable(dialect, raw[at + 1])) {
      *out++ = raw[++at];
    } else if (raw[at] != quote) {
      *out++ = raw[at];
    } else if (has_next && raw[at + 1] == quote) {
      *out++ = raw[++at];
    } else {
      *behind = raw.substr(at + 1);
      return out;
    }
  }
  *behind = {};
  return out;
}

/// The inside of a field with a quote at both ends: a doubled quote is one, any other is a
/// character.
char* CopyInside(const Dialect& dialect, std::string_view inside, char* out) {
  const char quote = *dialect.quote;
  const bool has_escape = dialect.escape && !dialect.escape_is_doubled_quote();
  for (size_t at = 0; at < inside.size(); ++at) {
    if (at + 1 < inside.size()) {
      const bool is_escaped =
          has_escape && inside[at] == *dialect.escape && IsEscapable(dialect, inside[at + 1]);
      const bool is_doubled = inside[at] == quote && inside[at + 1] == quote;
      if (is_escaped || is_doubled) ++at;
    }
    *out++ = inside[at];
  }
  return out;
}

/// Whether the last character of `raw` is a quote that nothing takes the meaning off.
bool EndsInQuote(const Dialect& dialect, std::string_view raw) {
  if (!raw.ends_with(*dialect.quote)) return false;
  if (!dialect.escape || dialect.escape_is_doubled_quote()) return true;
  raw.remove_suffix(1);
  size_t escapes = 0;
  while (escapes < raw.size() && raw[raw.size() - 1 - escapes] == *dialect.escape) ++escapes;
  return escapes % 2 == 0;
}

std::string_view WithoutBlanksBehind(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

ResolvedField ResolveField(const Dialect& dialect, std::string_view raw, bool quote_is_literal,
                           char* out) {
  ResolvedField field;
  const bool has_escape = dialect.escape && !dialect.escape_is_doubled_quote();
  if (has_escape && raw.size() == 2 && raw[0] == *dialect.escape && raw[1] == 'N') {
    field.is_null = true;
    return field;
  }
  char* end = out;
  std::string_view rest = raw;
  field.is_quoted = dialect.quote && !quote_is_literal && raw.starts_with(*dialect.quote);
  if (field.is_quoted) {
    rest.remove_prefix(1);
    end = has_escape ? CopyQuotedEscaped(dialect, rest, end, &rest)
                     : CopyQuoted(rest, *dialect.quote, end, &rest);
    const std::string_view behind = WithoutBlanksBehind(rest);
    field.has_text_behind_quote = !behind.empty();
    if (behind.empty()) {
      rest = {};
    } else if (EndsInQuote(dialect, behind)) {
      // Written by a program that does not double quotes: "the "best" of all".
      const std::string_view closed = WithoutBlanksBehind(raw);
      end = CopyInside(dialect, closed.substr(1, closed.size() - 2), out);
      rest = {};
    }
  }
  if (has_escape) {
    end = CopyUnescaped(dialect, rest, end);
  } else if (!rest.empty()) {
    std::memcpy(end, rest.data(), rest.size());
    end += rest.size();
  }
  field.length = static_cast<size_t>(end - out);
  return field;
}

ResolvedField ResolveField(const Dialect& dialect, std::string_view raw, bool quote_is_literal,
                           std::string* out) {
  const size_t before = out->size();
  out->resize(before + raw.size());
  const ResolvedField field = ResolveField(dialect, raw, quote_is_literal, out->data() + before);
  out->resize(before + field.length);
  return field;
}

std::string_view Utf8Prefix(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  const auto continues = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
  };
  // A character has at most three bytes behind its first one; more of them belong to none.
  while (end > 0 && bytes_max - end < 3 && continues(end)) --end;
  return text.substr(0, end);
}

bool IsFilling(std::string_view line) {
  constexpr std::string_view kFilling("\x1A\0", 2);
  return !line.empty() && line.find_first_not_of(kFilling) == std::string_view::npos;
}

}  // namespace pyforge::csv
