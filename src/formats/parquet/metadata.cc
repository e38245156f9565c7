#include "formats/parquet/metadata.h"

#include <algorithm>
#include <string_view>

namespace pyforge::parquet {
namespace {

void WriteLogicalType(const SchemaElement& element, ThriftWriter* writer) {
  const LogicalType& logical = element.logical;
  if (logical.kind == LogicalKind::kNone) return;
  writer->BeginStruct(10);
  writer->BeginStruct(static_cast<int16_t>(logical.kind));
  switch (logical.kind) {
    case LogicalKind::kDecimal:
      writer->I32(1, element.scale);
      writer->I32(2, element.precision);
      break;
    case LogicalKind::kTime:
    case LogicalKind::kTimestamp:
      writer->Bool(1, logical.adjusted_to_utc);
      writer->BeginStruct(2);
      writer->BeginStruct(static_cast<int16_t>(logical.unit));
      writer->EndStruct();
      writer->EndStruct();
      break;
    case LogicalKind::kInteger:
      writer->Byte(1, logical.bit_width);
      writer->Bool(2, logical.is_signed);
      break;
    default:
      break;
  }
  writer->EndStruct();
  writer->EndStruct();
}

void WriteStatistics(const Statistics& statistics, ThriftWriter* writer) {
  writer->BeginStruct(12);
  writer->I64(3, statistics.null_count);
  if (statistics.has_bounds) {
    writer->Binary(5, statistics.max);
    writer->Binary(6, statistics.min);
    writer->Bool(7, statistics.max_is_exact);
    writer->Bool(8, statistics.min_is_exact);
  }
  writer->EndStruct();
}

}  // namespace

void WriteColumnMetadata(const ColumnChunk& chunk, PhysicalType type,
                         const std::vector<std::string>& path, int64_t offset,
                         const BloomFilterPlace& bloom_filter, ThriftWriter* writer) {
  std::vector<Encoding> encodings;
  const auto add = [&encodings](Encoding encoding) {
    if (std::find(encodings.begin(), encodings.end(), encoding) == encodings.end()) {
      encodings.push_back(encoding);
    }
  };
  add(Encoding::kRle);  // of the levels
  if (chunk.dictionary_pages != 0) add(Encoding::kPlain);
  for (const auto& [encoding, count] : chunk.data_pages) add(encoding);

  writer->BeginStruct();
  writer->I32(1, static_cast<int32_t>(type));
  writer->BeginList(2, ThriftType::kI32, encodings.size());
  for (Encoding encoding : encodings) writer->IntElement(static_cast<int>(encoding));
  writer->BeginList(3, ThriftType::kBinary, path.size());
  for (const std::string& name : path) writer->BinaryElement(name);
  writer->I32(4, static_cast<int32_t>(chunk.codec));
  writer->I64(5, chunk.value_count);
  writer->I64(6, chunk.uncompressed_bytes);
  writer->I64(7, chunk.stored_bytes);
  writer->I64(9, offset + chunk.first_data_page);
  if (chunk.dictionary_pages != 0) writer->I64(11, offset);
  WriteStatistics(chunk.statistics, writer);
  const size_t kinds = chunk.data_pages.size() + (chunk.dictionary_pages != 0 ? 1 : 0);
  writer->BeginList(13, ThriftType::kStruct, kinds);
  const auto count_pages = [writer](PageType page, Encoding encoding, int32_t count) {
    writer->BeginStruct();
    writer->I32(1, static_cast<int32_t>(page));
    writer->I32(2, static_cast<int32_t>(encoding));
    writer->I32(3, count);
    writer->EndStruct();
  };
  if (chunk.dictionary_pages != 0) {
    count_pages(PageType::kDictionary, Encoding::kPlain, chunk.dictionary_pages);
  }
  for (const auto& [encoding, count] : chunk.data_pages) {
    count_pages(PageType::kData, encoding, count);
  }
  if (bloom_filter.bytes != 0) {
    writer->I64(14, bloom_filter.offset);
    writer->I32(15, bloom_filter.bytes);
  }
  writer->EndStruct();
}

void WriteSchemaElement(const SchemaElement& element, ThriftWriter* writer) {
  writer->BeginStruct();
  if (element.type) writer->I32(1, static_cast<int32_t>(*element.type));
  if (element.type == PhysicalType::kFixedLengthByteArray) writer->I32(2, element.type_length);
  if (element.repetition) writer->I32(3, static_cast<int32_t>(*element.repetition));
  writer->Binary(4, element.name);
  if (!element.type) writer->I32(5, element.child_count);
  if (element.converted) writer->I32(6, static_cast<int32_t>(*element.converted));
  if (element.converted == ConvertedType::kDecimal) {
    writer->I32(7, element.scale);
    writer->I32(8, element.precision);
  }
  if (element.field_id) writer->I32(9, *element.field_id);
  WriteLogicalType(element, writer);
  writer->EndStruct();
}

void WritePageHeader(const PageHeader& header, std::string* out) {
  ThriftWriter writer(out);
  writer.BeginStruct();
  writer.I32(1, static_cast<int32_t>(header.type));
  writer.I32(2, header.uncompressed_bytes);
  writer.I32(3, header.stored_bytes);
  if (header.crc) writer.I32(4, static_cast<int32_t>(*header.crc));
  if (header.type == PageType::kData) {
    writer.BeginStruct(5);
    writer.I32(1, header.value_count);
    writer.I32(2, static_cast<int32_t>(header.encoding));
    writer.I32(3, static_cast<int32_t>(Encoding::kRle));
    writer.I32(4, static_cast<int32_t>(Encoding::kRle));
  } else {
    writer.BeginStruct(7);
    writer.I32(1, header.value_count);
    writer.I32(2, static_cast<int32_t>(header.encoding));
  }
  writer.EndStruct();
  writer.EndStruct();
}

std::optional<PageFacts> ReadPageHeader(std::string_view bytes) {
  constexpr int16_t kDataField = 5;
  constexpr int16_t kDataV2Field = 8;
  int64_t type = -1;
  int64_t uncompressed_bytes = -1;
  // A header may hold several of the structs, but only that of its type counts.
  int64_t value_count = -1;
  int64_t value_count_v2 = -1;
  PageFacts page{.stored_bytes = -1};
  ThriftReader reader(bytes);
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 1:
        type = reader.Int(field);
        break;
      case 2:
        uncompressed_bytes = reader.Int(field);
        break;
      case 3:
        page.stored_bytes = reader.Int(field);
        break;
      case 4:
        page.crc = static_cast<uint32_t>(reader.Int(field));
        break;
      case kDataField:
      case kDataV2Field:
        if (field.type != ThriftType::kStruct) return reader.Fail();
        reader.Struct([&](ThriftReader::Field inner) {
          if (inner.id != 1) return reader.Skip(inner);
          (field.id == kDataField ? value_count : value_count_v2) = reader.Int(inner);
        });
        break;
      default:
        reader.Skip(field);
    }
  });
  const auto fits = [](int64_t value) { return value >= 0 && value <= INT32_MAX; };
  if (reader.failed() || !fits(type) || !fits(uncompressed_bytes) || !fits(page.stored_bytes)) {
    return std::nullopt;
  }
  page.header_bytes = static_cast<int64_t>(reader.position());
  const bool is_v2 = type == static_cast<int64_t>(PageType::kDataV2);
  page.is_data = is_v2 || type == static_cast<int64_t>(PageType::kData);
  if (!page.is_data) return page;
  page.value_count = is_v2 ? value_count_v2 : value_count;
  if (!fits(page.value_count)) return std::nullopt;
  return page;
}

void WriteBloomFilterHeader(int32_t bytes, std::string* out) {
  ThriftWriter writer(out);
  writer.BeginStruct();
  writer.I32(1, bytes);
  // Algorithm, hash and compression: unions of one choice each.
  for (int16_t id = 2; id <= 4; ++id) {
    writer.BeginStruct(id);
    writer.BeginStruct(1);
    writer.EndStruct();
    writer.EndStruct();
  }
  writer.EndStruct();
}

void WriteOffsetIndex(const ColumnChunk& chunk, int64_t offset, std::string* out) {
  ThriftWriter writer(out);
  writer.BeginStruct();
  writer.BeginList(1, ThriftType::kStruct, chunk.pages.size());
  for (const PageEntry& page : chunk.pages) {
    writer.BeginStruct();
    writer.I64(1, offset + page.offset);
    writer.I32(2, page.bytes);
    writer.I64(3, page.first_row);
    writer.EndStruct();
  }
  writer.EndStruct();
}

bool CanIndexColumn(const ColumnChunk& chunk) {
  return std::all_of(chunk.pages.begin(), chunk.pages.end(), [](const PageEntry& page) {
    return page.all_null || page.statistics.has_bounds;
  });
}

void WriteColumnIndex(const ColumnChunk& chunk, BoundaryOrder order, std::string* out) {
  ThriftWriter writer(out);
  const size_t count = chunk.pages.size();
  writer.BeginStruct();
  writer.BeginList(1, ThriftType::kTrue, count);
  for (const PageEntry& page : chunk.pages) writer.BoolElement(page.all_null);
  writer.BeginList(2, ThriftType::kBinary, count);
  for (const PageEntry& page : chunk.pages) writer.BinaryElement(page.statistics.min);
  writer.BeginList(3, ThriftType::kBinary, count);
  for (const PageEntry& page : chunk.pages) writer.BinaryElement(page.statistics.max);
  writer.I32(4, static_cast<int32_t>(order));
  writer.BeginList(5, ThriftType::kI64, count);
  for (const PageEntry& page : chunk.pages) writer.IntElement(page.statistics.null_count);
  writer.EndStruct();
}

}  // namespace pyforge::parquet
