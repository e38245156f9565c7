// The value of a field whose text is not simply what stands between two separators or quotes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/csv/dialect.h"

namespace pyforge::csv {

struct ResolvedField {
  bool is_null = false;    ///< the dialect's word for null (`\N` where backslash escapes)
  bool is_quoted = false;  ///< began with a quote that counts
  bool has_text_behind_quote = false;
  size_t length = 0;  ///< of the value, in bytes; not more than the raw field has
};

/// Writes the value of `raw`, the text between two separators, to `out`, which has room for as many
/// bytes: quotes taken off, doubled ones halved, and escapes removed where they have a meaning,
/// which is before a quote, a delimiter, a line end and another escape. Blanks behind the closing
/// quote are dropped. Other text there is kept; where the field ends in a quote again, this one
/// closes it and those before are characters of the value. `quote_is_literal`: a quote at its start
/// was never closed and is part of the value.
ResolvedField ResolveField(const Dialect& dialect, std::string_view raw, bool quote_is_literal,
                           char* out);

/// The same, appended to `out`.
ResolvedField ResolveField(const Dialect& dialect, std::string_view raw, bool quote_is_literal,
                           std::string* out);

/// At most the first `bytes_max` bytes, without a part of a character at the end.
std::string_view Utf8Prefix(std::string_view text, size_t bytes_max);

/// What fills a file up to its size: control-Z ended text files under DOS, and NULs stand where a
/// file was made at its full size and its writing was interrupted.
bool IsFilling(std::string_view line);

}  // namespace pyforge::csv
