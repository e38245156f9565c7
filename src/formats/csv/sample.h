// A sample of a text file: its beginning and blocks from all over the rest, as UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/charset/detect.h"
#include "formats/csv/abridge.h"
#include "pyforge/error.h"
#include "pyforge/source.h"

namespace pyforge::csv {

/// Lines from the middle or the end of the file. Its first line may lie inside a quoted field.
struct SampleBlock {
  std::string text;
  /// Of its first byte in the UTF-8 text; none where the file is in another encoding.
  std::optional<int64_t> offset = {};
  bool ends_file = false;
};

/// Threads: immutable once taken, share freely.
struct Sample {
  charset::Detection encoding = {};
  /// From the first byte after the byte-order mark; ends at a line end unless it is `whole`.
  std::string head = {};
  bool whole = false;  ///< `head` reaches the end of the text
  /// Text left out of `head` from within long quoted fields, in order.
  std::vector<Gap> gaps = {};
  /// Where in `head` a quoted field begins that has no end as far as was looked.
  std::optional<int64_t> endless_field = {};
  std::vector<SampleBlock> blocks = {};

  /// Bytes and line feeds that the gaps before an offset of `head` leave out.
  Gap LeftOutBefore(int64_t head_offset) const;
};

struct SampleOptions {
  std::string encoding = {};  ///< the user's word for it; empty: found out
  int64_t head_bytes = 256 << 10;
  int64_t block_bytes = 32 << 10;
  int block_count = 8;  ///< taken only where random access is cheap
  /// What is known of the dialect: encloses fields (none: nothing does), ends them (empty: not
  /// known), escapes (none: not known). The first lines may be no part of the table.
  std::optional<char> quote = '"';
  std::string delimiter = {};
  std::optional<char> escape = {};
  int64_t skip_lines = 0;
  /// How far to look behind the head for the end of a quoted field.
  int64_t look_ahead_bytes = int64_t{16} << 20;
};

/// Reads the sample; takes nothing away from later streams.
/// Errors: io.read_failed, usage.bad_option for an unknown encoding, data errors of a container.
Result<Sample> TakeSample(Source& source, const SampleOptions& options = {});

/// A sample of text that is at hand; for tests and small inputs.
Sample MakeSample(std::string_view utf8);

}  // namespace pyforge::csv
