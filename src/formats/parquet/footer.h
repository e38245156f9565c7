// Reads a Parquet file's footer and checks it against itself and against the file, so that what
// reads the rows can rely on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/parquet/metadata.h"
#include "pyforge/error.h"
#include "pyforge/source.h"

namespace pyforge::parquet {

struct ChunkFacts {
  Codec codec = Codec::kUncompressed;
  std::vector<Encoding> encodings = {};
  int64_t value_count = 0;
  int64_t stored_bytes = 0;
  int64_t uncompressed_bytes = 0;
  int64_t offset = 0;  ///< of the first page
  bool has_dictionary = false;
  std::optional<int64_t> byte_array_bytes = {};  ///< of all values, where the writer tells
};

struct RowGroupFacts {
  int64_t rows = 0;
  std::vector<ChunkFacts> chunks = {};  ///< by leaf
};

struct LeafFacts {
  std::string path = {};  ///< names joined by dots
  int column_index = 0;   ///< of the top-level field it belongs to
  PhysicalType type = PhysicalType::kInt32;
  int32_t type_length = 0;
  bool is_repeated = false;  ///< lies in a list or a map
};

/// A footer that holds together: counts are not negative and add up, every chunk lies inside the
/// file, the schema is a tree whose leaves the row groups list.
struct Footer {
  std::string bytes = {};  ///< as stored, for the library that reads the rows
  std::string created_by = {};
  int64_t row_count = 0;
  int column_count = 0;  ///< top-level fields
  std::vector<LeafFacts> leaves = {};
  std::vector<RowGroupFacts> row_groups = {};
  std::vector<std::pair<std::string, std::string>> key_values = {};
};

/// Reads and checks the footer of the whole `file`, at most `bytes_max` of it.
/// Errors: parquet.not_parquet, parquet.truncated, parquet.corrupt, parquet.unsupported,
/// unsupported.encrypted, limit.memory, io.read_failed.
Result<Footer> ReadFooter(const RandomAccess& file, int64_t bytes_max);

/// Checks footer bytes of a file whose rows end at `data_end`. Errors: as above.
Result<Footer> ParseFooter(std::string bytes, int64_t data_end);

std::string_view CodecName(Codec codec);
std::string_view EncodingName(Encoding encoding);

}  // namespace pyforge::parquet
