// Walks a column chunk from page header to page header, without decoding, and compares what the
// pages say with what the footer says. Arrow's reader stops at the footer's counts and asks no
// further.
#pragma once

#include <cstdint>

#include "formats/parquet/footer.h"
#include "pyforge/error.h"
#include "pyforge/source.h"

namespace pyforge::parquet {

/// One column chunk of a checked footer.
struct ChunkPlace {
  const LeafFacts& leaf;
  const ChunkFacts& facts;
  int row_group = 0;
  /// By how much the last page may exceed the chunk: writers of before PARQUET-816 left the header
  /// of the dictionary page out of the chunk's size.
  int64_t slack_bytes = 0;
};

/// Checks that the chunk's pages follow each other, lie within it and hold as many values as it
/// says. Costs a read of 256 bytes a page. Errors: parquet.corrupt with column and byte offset;
/// io.read_failed.
Status CheckPages(const RandomAccess& file, const ChunkPlace& place);

/// The same, and compares each page with the checksum in its header. Reads the whole chunk, which
/// Arrow's reader does as well; but it cannot say where the page is. Errors: as above.
Status CheckPagesAndChecksums(const RandomAccess& file, const ChunkPlace& place);

}  // namespace pyforge::parquet
