// Leaves the middles of long quoted fields out of a sample, so that it shows rows, not one field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pyforge/error.h"

namespace pyforge::csv {

/// Text left out of the head of a sample, from within a quoted field.
struct Gap {
  int64_t head_offset = 0;  ///< in the head: of the first byte behind the gap
  int64_t bytes = 0;
  int64_t lines = 0;  ///< line feeds in it
};

struct AbridgeOptions {
  char quote = '"';
  std::string delimiter = {};       ///< empty: any of the usual ones
  std::optional<char> escape = {};  ///< where it is known and not the quote
  size_t begin = 0;                 ///< what stands before it in the head is left as it is
  int64_t head_bytes = 0;           ///< the head is filled up to so many
  int64_t look_ahead_bytes = 0;     ///< read behind the head in all
};

struct TextPiece {
  std::string text = {};
  bool ends_text = false;
};

/// UTF-8 text from an offset on; without any and without being the end: no more can be looked at.
using ReadText = std::function<Result<TextPiece>(int64_t offset, int64_t bytes)>;

/// Shortens the quoted fields of `head` that are closed: a lone quote with a delimiter or a line
/// end behind it. Where the head ends within a field, the closing quote is looked for further on,
/// and the head goes on behind it. A quote that is not closed there stays as it is, and so does one
/// whose field looks like rows of the table: it is a stray one.
/// `reaches_end`: of the head, before and after. `endless_field`: where in the head a quote opens
/// behind a delimiter that nothing closes as far as may be looked, with no rows behind it. Memory:
/// 4 MiB beyond the head.
Status AbridgeLongFields(const AbridgeOptions& options, const ReadText& read, std::string* head,
                         bool* reaches_end, std::vector<Gap>* gaps,
                         std::optional<int64_t>* endless_field);

}  // namespace pyforge::csv
