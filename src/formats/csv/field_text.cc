#include "formats/csv/field_text.h"

namespace pyforge::csv {

ResolvedField ResolveField(const Dialect& dialect, std::string_view raw, bool quote_is_literal,
                           std::string* out) {
  ResolvedField field;
  const bool has_escape = dialect.escape && !dialect.escape_is_doubled_quote();
  if (has_escape && raw.size() == 2 && raw[0] == *dialect.escape && raw[1] == 'N') {
    field.is_null = true;
    return field;
  }
  size_t at = 0;
  field.is_quoted = dialect.quote && !quote_is_literal && !raw.empty() && raw[0] == *dialect.quote;
  bool in_quotes = field.is_quoted;
  if (in_quotes) ++at;
  for (; at < raw.size(); ++at) {
    const char byte = raw[at];
    if (has_escape && byte == *dialect.escape && at + 1 < raw.size()) {
      *out += raw[++at];
      continue;
    }
    if (in_quotes && byte == *dialect.quote) {
      if (at + 1 < raw.size() && raw[at + 1] == byte) {
        *out += byte;
        ++at;
      } else {
        in_quotes = false;
        field.has_text_behind_quote = at + 1 < raw.size();
      }
      continue;
    }
    *out += byte;
  }
  return field;
}

}  // namespace pyforge::csv
