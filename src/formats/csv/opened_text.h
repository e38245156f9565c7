// A CSV file's text as a stream of UTF-8.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "codec/charset/transcode.h"
#include "pyforge/execution.h"
#include "pyforge/source.h"

namespace pyforge::csv {

struct OpenedText {
  std::unique_ptr<ByteStream> bytes;
  int64_t stored_offset =
      0;  ///< of the text's first byte in what the stream is of: the BOM's length
  int64_t bytes_left_out = 0;  ///< that the stream begins behind, the byte-order mark among them
  /// Where the text is in another encoding; owned by `bytes`.
  const charset::TranscodingStream* transcoder = nullptr;
};

/// Opens the text of a table that begins at `begin_offset`; what lies above may be left out. Of
/// text in another encoding it always is, so that only the table's own characters are counted as
/// replaced. `is_unpacked`: OpenRandomAccess was called before and costs nothing more. Errors:
/// io.read_failed and those of the container.
Result<OpenedText> OpenText(Source& source, const std::string& encoding, int64_t bom_bytes,
                            int64_t begin_offset, bool is_unpacked = false);

/// A place in the text, in bytes of UTF-8 without its byte-order mark.
struct TextPlace {
  int64_t offset = 0;
  int64_t line = 0;  ///< how many lines lie above
};

/// Where the first `count` lines end; the text's end where it has no more. They are counted as they
/// stand: they need not make sense as records. Errors: those of OpenText; cancellation.
Result<TextPlace> FindLine(Source& source, const std::string& encoding, int64_t bom_bytes,
                           char line_end, int64_t count, ExecutionContext& context);

/// What lies below a place, as a source of UTF-8 of its own. `source` must be repeatable: all that
/// lies above is read over again unless it can be left out.
std::shared_ptr<Source> MakeTextBelow(std::shared_ptr<Source> source, const std::string& encoding,
                                      int64_t bom_bytes, int64_t offset);

}  // namespace pyforge::csv
