#include "formats/parquet/footer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "formats/parquet/errors.h"
#include "formats/parquet/thrift.h"

namespace pyforge::parquet {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";
constexpr int64_t kMagicBytes = 4;
constexpr int64_t kTailBytes = 8;  // the footer's length and the magic number
constexpr size_t kDepthMax = 100;
constexpr int64_t kPrecisionMax = 76;  // digits of Arrow's widest decimal
constexpr int8_t kCodecMax = static_cast<int8_t>(Codec::kLz4Raw);

struct SchemaNode {
  std::optional<int64_t> type;
  int64_t type_length = 0;
  int64_t repetition = 0;
  std::string_view name;
  int64_t child_count = 0;
  int64_t precision = 0;
};

struct RawChunk {
  ChunkFacts facts;
  int64_t codec = 0;
  int64_t type = 0;
  int64_t data_page_offset = 0;
  int64_t dictionary_page_offset = 0;
  bool has_metadata = false;
  bool is_external = false;
  bool is_encrypted = false;
};

struct RawRowGroup {
  int64_t rows = -1;
  std::vector<RawChunk> chunks;
};

struct RawFooter {
  std::vector<SchemaNode> schema;
  int64_t rows = -1;
  std::vector<RawRowGroup> row_groups;
  bool is_encrypted = false;
};

SchemaNode ReadSchemaNode(ThriftReader& reader) {
  SchemaNode node;
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        node.type = reader.Int(field);
        break;
      case 2:
        node.type_length = reader.Int(field);
        break;
      case 3:
        node.repetition = reader.Int(field);
        break;
      case 4:
        node.name = reader.Binary(field);
        break;
      case 5:
        node.child_count = reader.Int(field);
        break;
      case 8:
        node.precision = reader.Int(field);
        break;
      default:
        reader.Skip(field);
    }
  });
  return node;
}

void ReadColumnMetadata(ThriftReader& reader, RawChunk* chunk) {
  chunk->has_metadata = true;
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        chunk->type = reader.Int(field);
        break;
      case 2:
        reader.List(field, ThriftType::kI32, [&] {
          chunk->facts.encodings.push_back(static_cast<Encoding>(reader.IntElement()));
        });
        break;
      case 4:
        chunk->codec = reader.Int(field);
        break;
      case 5:
        chunk->facts.value_count = reader.Int(field);
        break;
      case 6:
        chunk->facts.uncompressed_bytes = reader.Int(field);
        break;
      case 7:
        chunk->facts.stored_bytes = reader.Int(field);
        break;
      case 9:
        chunk->data_page_offset = reader.Int(field);
        break;
      case 11:
        chunk->dictionary_page_offset = reader.Int(field);
        chunk->facts.has_dictionary = chunk->dictionary_page_offset > 0;
        break;
      case 16:
        if (field.type != ThriftType::kStruct) return reader.Fail();
        reader.Struct([&](ThriftReader::Field inner) {
          if (inner.id == 1) {
            chunk->facts.byte_array_bytes = reader.Int(inner);
          } else {
            reader.Skip(inner);
          }
        });
        break;
      default:
        reader.Skip(field);
    }
  });
}

RawChunk ReadChunk(ThriftReader& reader) {
  RawChunk chunk;
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        chunk.is_external = !reader.Binary(field).empty();
        break;
      case 3:
        if (field.type != ThriftType::kStruct) return reader.Fail();
        ReadColumnMetadata(reader, &chunk);
        break;
      case 8:
      case 9:
        chunk.is_encrypted = true;
        reader.Skip(field);
        break;
      default:
        reader.Skip(field);
    }
  });
  return chunk;
}

RawRowGroup ReadRowGroup(ThriftReader& reader) {
  RawRowGroup row_group;
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        reader.List(field, ThriftType::kStruct,
                    [&] { row_group.chunks.push_back(ReadChunk(reader)); });
        break;
      case 3:
        row_group.rows = reader.Int(field);
        break;
      default:
        reader.Skip(field);
    }
  });
  return row_group;
}

bool ReadAll(std::string_view bytes, RawFooter* raw, Footer* footer) {
  ThriftReader reader(bytes);
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 2:
        reader.List(field, ThriftType::kStruct,
                    [&] { raw->schema.push_back(ReadSchemaNode(reader)); });
        break;
      case 3:
        raw->rows = reader.Int(field);
        break;
      case 4:
        reader.List(field, ThriftType::kStruct,
                    [&] { raw->row_groups.push_back(ReadRowGroup(reader)); });
        break;
      case 5:
        reader.List(field, ThriftType::kStruct, [&] {
          auto& pair = footer->key_values.emplace_back();
          reader.Struct([&](ThriftReader::Field inner) {
            if (inner.id == 1) {
              pair.first = reader.Binary(inner);
            } else if (inner.id == 2) {
              pair.second = reader.Binary(inner);
            } else {
              reader.Skip(inner);
            }
          });
        });
        break;
      case 6:
        footer->created_by = reader.Binary(field);
        break;
      case 8:
        raw->is_encrypted = true;
        reader.Skip(field);
        break;
      default:
        reader.Skip(field);
    }
  });
  return !reader.failed();
}

template <typename... Args>
Status Corrupt(fmt::format_string<Args...> format, Args&&... args) {
  return Fail(kCorrupt, {}, format, std::forward<Args>(args)...);
}

/// Turns the depth-first list of nodes into leaves; every count must come out even.
Status CheckSchema(const std::vector<SchemaNode>& schema, Footer* footer) {
  struct Open {
    int64_t children_left;
    bool is_repeated;
    size_t path_bytes;
  };
  if (schema.empty()) return Corrupt("the footer holds no schema");
  std::vector<Open> open;
  std::string path;
  for (size_t i = 0; i < schema.size(); ++i) {
    const SchemaNode& node = schema[i];
    const bool is_root = i == 0;
    while (!open.empty() && open.back().children_left == 0) {
      path.resize(open.back().path_bytes);
      open.pop_back();
    }
    if (open.empty() && !is_root) {
      return Corrupt("the schema has {} elements but its root holds {}", schema.size(), i);
    }
    if (node.child_count < 0) {
      return Corrupt("the schema element '{}' has {} children", node.name, node.child_count);
    }
    if (!is_root && (node.repetition < 0 || node.repetition > 2)) {
      return Corrupt("the schema element '{}' has the unknown repetition {}", node.name,
                     node.repetition);
    }
    const bool is_repeated =
        !is_root &&
        (open.back().is_repeated || node.repetition == static_cast<int64_t>(Repetition::kRepeated));
    const size_t path_bytes = path.size();
    if (!is_root) {
      --open.back().children_left;
      if (open.size() == 1) ++footer->column_count;
      if (open.size() > 1) path += '.';
      path += node.name;
    }
    if (!is_root && node.type) {
      if (node.child_count != 0) {
        return Corrupt("the schema element '{}' has a type and {} children", node.name,
                       node.child_count);
      }
      if (*node.type < 0 || *node.type > 7) {
        return Corrupt("the schema element '{}' has the unknown type {}", node.name, *node.type);
      }
      const auto type = static_cast<PhysicalType>(*node.type);
      if (type == PhysicalType::kFixedLengthByteArray &&
          (node.type_length <= 0 || node.type_length > INT32_MAX)) {
        return Corrupt("the schema element '{}' has values of {} bytes", node.name,
                       node.type_length);
      }
      if (node.precision > kPrecisionMax) {
        return Fail(kUnreadable, {.column = path},
                    "column '{}' holds decimals of {} digits, more than the {} that can be read",
                    path, node.precision, kPrecisionMax);
      }
      footer->leaves.push_back({.path = path,
                                .column_index = footer->column_count - 1,
                                .type = type,
                                .type_length = static_cast<int32_t>(node.type_length),
                                .is_repeated = is_repeated});
      path.resize(path_bytes);
      continue;
    }
    if (open.size() >= kDepthMax) {
      return Corrupt("the schema is nested more than {} levels deep", kDepthMax);
    }
    open.push_back({node.child_count, is_repeated, path_bytes});
  }
  for (const Open& each : open) {
    if (each.children_left != 0) {
      return Corrupt("the schema ends {} elements early", each.children_left);
    }
  }
  return Status::OK();
}

Status CheckChunk(const RawChunk& chunk, const LeafFacts& leaf, int64_t rows, int64_t data_end,
                  ChunkFacts* facts) {
  const auto corrupt = [&leaf]<typename... Args>(fmt::format_string<Args...> format,
                                                 Args&&... args) {
    return Fail(kCorrupt, {.column = leaf.path}, format, std::forward<Args>(args)...);
  };
  if (chunk.is_encrypted) {
    return Fail(kEncrypted, {.column = leaf.path}, "column '{}' is encrypted", leaf.path);
  }
  if (chunk.is_external) {
    return Fail(kUnreadable, {.column = leaf.path}, "column '{}' lies in another file", leaf.path);
  }
  if (!chunk.has_metadata) return corrupt("a chunk of column '{}' has no metadata", leaf.path);
  if (chunk.type != static_cast<int64_t>(leaf.type)) {
    return corrupt("column '{}' has the type {} in the schema but {} in a row group", leaf.path,
                   static_cast<int>(leaf.type), chunk.type);
  }
  if (chunk.codec < 0 || chunk.codec > kCodecMax || chunk.codec == static_cast<int>(Codec::kLzo)) {
    return Fail(kUnreadable, {.column = leaf.path}, "column '{}' is compressed with {}", leaf.path,
                chunk.codec == static_cast<int>(Codec::kLzo)
                    ? std::string("LZO")
                    : fmt::format("the unknown codec {}", chunk.codec));
  }
  *facts = chunk.facts;
  facts->codec = static_cast<Codec>(chunk.codec);
  facts->offset = chunk.data_page_offset;
  if (facts->has_dictionary && chunk.dictionary_page_offset < facts->offset) {
    facts->offset = chunk.dictionary_page_offset;
  }
  if (facts->value_count < 0 || facts->stored_bytes < 0 || facts->uncompressed_bytes < 0) {
    return corrupt("a chunk of column '{}' says it has {} values in {} bytes, {} uncompressed",
                   leaf.path, facts->value_count, facts->stored_bytes, facts->uncompressed_bytes);
  }
  // A row of lists has a value at least; no rows have none.
  if (leaf.is_repeated && rows != 0 ? facts->value_count < rows : facts->value_count != rows) {
    return corrupt("a chunk of column '{}' has {} values but its row group has {} rows", leaf.path,
                   facts->value_count, rows);
  }
  if (facts->offset < kMagicBytes || facts->offset > data_end ||
      facts->stored_bytes > data_end - facts->offset) {
    if (rows == 0) {
      facts->stored_bytes = 0;  // some writers give no place to what they did not write
      return Status::OK();
    }
    return Fail(kCorrupt, {.column = leaf.path, .byte_offset = facts->offset},
                "a chunk of column '{}' says it has {} bytes from byte {}, but the file's rows end "
                "at byte {}",
                leaf.path, facts->stored_bytes, facts->offset, data_end);
  }
  return Status::OK();
}

Status CheckRowGroups(const RawFooter& raw, int64_t data_end, Footer* footer) {
  int64_t rows_left = raw.rows;
  for (size_t i = 0; i < raw.row_groups.size(); ++i) {
    const RawRowGroup& row_group = raw.row_groups[i];
    if (row_group.rows < 0 || row_group.rows > rows_left) {
      return Corrupt("row group {} says it has {} rows, but {} of the file's {} are left", i,
                     row_group.rows, rows_left, raw.rows);
    }
    rows_left -= row_group.rows;
    if (row_group.chunks.size() != footer->leaves.size()) {
      return Corrupt("row group {} has {} columns but the schema has {}", i,
                     row_group.chunks.size(), footer->leaves.size());
    }
    RowGroupFacts& facts = footer->row_groups.emplace_back();
    facts.rows = row_group.rows;
    facts.chunks.resize(row_group.chunks.size());
    for (size_t leaf = 0; leaf < row_group.chunks.size(); ++leaf) {
      ARROW_RETURN_NOT_OK(CheckChunk(row_group.chunks[leaf], footer->leaves[leaf], row_group.rows,
                                     data_end, &facts.chunks[leaf]));
    }
  }
  if (rows_left != 0) {
    return Corrupt("the file says it has {} rows but its row groups have {}", raw.rows,
                   raw.rows - rows_left);
  }
  return Status::OK();
}

Status ReadExactly(const RandomAccess& file, int64_t offset, int64_t bytes, char* out) {
  ARROW_ASSIGN_OR_RAISE(const int64_t read,
                        file.ReadAt(offset, bytes, reinterpret_cast<uint8_t*>(out)));
  if (read == bytes) return Status::OK();
  return Fail(kReadFailed, {.byte_offset = offset},
              "{} bytes were to be read from byte {} but {} came", bytes, offset, read);
}

}  // namespace

Result<Footer> ParseFooter(std::string bytes, int64_t data_end) {
  Footer footer;
  RawFooter raw;
  if (!ReadAll(bytes, &raw, &footer)) {
    return Fail(kCorrupt, {.byte_offset = data_end},
                "the footer of {} bytes cannot be read as Thrift", bytes.size());
  }
  if (raw.is_encrypted) {
    return Fail(kEncrypted, {}, "columns of the file are encrypted or its footer is signed");
  }
  if (raw.rows < 0) return Corrupt("the file says it has {} rows", raw.rows);
  footer.row_count = raw.rows;
  ARROW_RETURN_NOT_OK(CheckSchema(raw.schema, &footer));
  ARROW_RETURN_NOT_OK(CheckRowGroups(raw, data_end, &footer));
  footer.bytes = std::move(bytes);
  return footer;
}

Result<Footer> ReadFooter(const RandomAccess& file, int64_t bytes_max) {
  const int64_t size = file.size();
  std::array<char, kMagicBytes> head{};
  const int64_t head_bytes = std::min(size, kMagicBytes);
  ARROW_RETURN_NOT_OK(ReadExactly(file, 0, head_bytes, head.data()));
  const std::string_view begin(head.data(), static_cast<size_t>(head_bytes));
  if (begin == kEncryptedMagic) return Fail(kEncrypted, {}, "the file's footer is encrypted");
  if (begin != kMagic) {
    return Fail(kNotParquet, {.byte_offset = 0},
                "a Parquet file begins with PAR1 but this one, of {} bytes, does not", size);
  }
  if (size < kMagicBytes + kTailBytes) {
    return Fail(kTruncated, {.byte_offset = size}, "the file ends after {} bytes", size);
  }
  std::array<char, kTailBytes> tail{};
  ARROW_RETURN_NOT_OK(ReadExactly(file, size - kTailBytes, kTailBytes, tail.data()));
  const std::string_view end(tail.data() + 4, 4);
  if (end == kEncryptedMagic) return Fail(kEncrypted, {}, "the file's footer is encrypted");
  if (end != kMagic) {
    return Fail(kTruncated, {.byte_offset = size},
                "a Parquet file ends with PAR1 but this one ends otherwise after {} bytes", size);
  }
  uint32_t footer_bytes = 0;
  std::memcpy(&footer_bytes, tail.data(), sizeof(footer_bytes));
  if (footer_bytes == 0 || footer_bytes > size - kMagicBytes - kTailBytes) {
    return Fail(kCorrupt, {.byte_offset = size - kTailBytes},
                "the footer says it has {} bytes but the file has {}", footer_bytes, size);
  }
  if (footer_bytes > bytes_max) {
    return Fail(kMemoryLimit, {}, "the footer has {} bytes but may take {} of the memory",
                footer_bytes, bytes_max);
  }
  const int64_t data_end = size - kTailBytes - footer_bytes;
  std::string bytes(footer_bytes, 0);
  ARROW_RETURN_NOT_OK(ReadExactly(file, data_end, footer_bytes, bytes.data()));
  return ParseFooter(std::move(bytes), data_end);
}

std::string_view CodecName(Codec codec) {
  constexpr std::array<std::string_view, 8> kNames = {"none",   "snappy", "gzip", "lzo",
                                                      "brotli", "lz4",    "zstd", "lz4_raw"};
  return kNames[static_cast<size_t>(codec)];
}

std::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kPlain:
      return "PLAIN";
    case Encoding::kPlainDictionary:
      return "PLAIN_DICTIONARY";
    case Encoding::kRle:
      return "RLE";
    case Encoding::kBitPacked:
      return "BIT_PACKED";
    case Encoding::kDeltaBinaryPacked:
      return "DELTA_BINARY_PACKED";
    case Encoding::kDeltaLengthByteArray:
      return "DELTA_LENGTH_BYTE_ARRAY";
    case Encoding::kDeltaByteArray:
      return "DELTA_BYTE_ARRAY";
    case Encoding::kRleDictionary:
      return "RLE_DICTIONARY";
    case Encoding::kByteStreamSplit:
      return "BYTE_STREAM_SPLIT";
  }
  return "unknown";
}

}  // namespace pyforge::parquet
