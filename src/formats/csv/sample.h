// A sample of a text file: its beginning and blocks from all over the rest, as UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/charset/detect.h"
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
  bool whole = false;  ///< `head` is all of the text
  std::vector<SampleBlock> blocks = {};
};

struct SampleOptions {
  std::string encoding = {};  ///< the user's word for it; empty: found out
  int64_t head_bytes = 256 << 10;
  int64_t block_bytes = 32 << 10;
  int block_count = 8;  ///< taken only where random access is cheap
};

/// Reads the sample; takes nothing away from later streams.
/// Errors: io.read_failed, usage.bad_option for an unknown encoding, data errors of a container.
Result<Sample> TakeSample(Source& source, const SampleOptions& options = {});

/// A sample of text that is at hand; for tests and small inputs.
Sample MakeSample(std::string_view utf8);

}  // namespace pyforge::csv
