#include "formats/parquet/writer.h"

#include <arrow/array.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

#include "formats/parquet/thrift.h"
#include "pyforge/version.h"

namespace pyforge::parquet {
namespace {

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kArrowSchemaKey = "ARROW:schema";
constexpr int32_t kFileVersion = 2;

/// What all segments of one table read and nobody changes.
struct TablePlan {
  SchemaPlan schema;
  WriteOptions options;
  CompressionChoice compression;
  arrow::MemoryPool* pool = nullptr;
};

/// Page buffers that were written out, by leaf, to be filled again: fresh memory is dear.
/// Threads: share freely.
class PageBuffers {
 public:
  explicit PageBuffers(size_t leaf_count) : free_(leaf_count) {}

  ByteBuffer Take(size_t leaf) {
    const std::lock_guard lock(mutex_);
    if (free_[leaf].empty()) return {};
    ByteBuffer buffer = std::move(free_[leaf].back());
    free_[leaf].pop_back();
    return buffer;
  }
  void Give(size_t leaf, ByteBuffer buffer) {
    buffer.clear();
    const std::lock_guard lock(mutex_);
    free_[leaf].push_back(std::move(buffer));
  }

 private:
  std::mutex mutex_;
  std::vector<std::vector<ByteBuffer>> free_;
};

struct EncodedRowGroup {
  int64_t rows = 0;
  std::vector<EncodedChunk> chunks;
};

class RowGroups : public Piece {
 public:
  std::vector<EncodedRowGroup> row_groups;
  std::vector<int64_t> null_counts;  // by top-level column
};

class RowGroupSegment : public Segment {
 public:
  RowGroupSegment(std::shared_ptr<const TablePlan> plan, std::shared_ptr<PageBuffers> buffers)
      : plan_(std::move(plan)), buffers_(std::move(buffers)) {
    workshop_.options = &plan_->options;
    workshop_.codec = plan_->compression.codec;
    columns_.reserve(plan_->schema.leaves.size());
    for (const LeafPlan& leaf : plan_->schema.leaves) columns_.emplace_back(leaf, &workshop_);
    piece_ = NewPiece();
  }

  Status Add(const arrow::RecordBatch& batch) override {
    Status status = AddRows(batch);
    if (!status.ok()) Clear();
    return status;
  }

  int64_t bytes() const override {
    int64_t bytes = piece_->bytes;
    for (const ColumnWriter& column : columns_) bytes += column.capacity_bytes();
    return bytes;
  }

  Result<std::unique_ptr<Piece>> Finish() override {
    const Status status = EndRowGroup();
    std::unique_ptr<RowGroups> piece = std::move(piece_);
    Clear();
    if (!status.ok()) return status;
    return piece;
  }

 private:
  // Ready for a new segment.
  void Clear() {
    for (ColumnWriter& column : columns_) column.Clear();
    arrays_.clear();
    rows_ = 0;
    piece_ = NewPiece();
  }

  Status AddRows(const arrow::RecordBatch& batch) {
    ARROW_RETURN_NOT_OK(Prepare(batch));
    int64_t begin = 0;
    while (begin < batch.num_rows()) {
      const int64_t rows =
          std::min(batch.num_rows() - begin, plan_->options.row_group_rows - rows_);
      for (size_t i = 0; i < columns_.size(); ++i) {
        const LeafPlan& leaf = plan_->schema.leaves[i];
        ARROW_RETURN_NOT_OK(
            columns_[i].Add(*arrays_[static_cast<size_t>(leaf.column_index)], begin, rows));
      }
      rows_ += rows;
      begin += rows;
      if (rows_ >= plan_->options.row_group_rows || OpenBytes() >= plan_->options.row_group_bytes) {
        ARROW_RETURN_NOT_OK(EndRowGroup());
      }
    }
    arrays_.clear();
    return Status::OK();
  }

  std::unique_ptr<RowGroups> NewPiece() const {
    auto piece = std::make_unique<RowGroups>();
    piece->null_counts.resize(static_cast<size_t>(plan_->schema.schema->num_fields()));
    return piece;
  }

  // The columns without dictionaries and extensions.
  Status Prepare(const arrow::RecordBatch& batch) {
    if (compressor_ == nullptr && workshop_.codec != Codec::kUncompressed) {
      ARROW_ASSIGN_OR_RAISE(compressor_, PageCompressor::Make(plan_->compression));
      workshop_.compressor = compressor_.get();
    }
    const arrow::Schema& schema = *plan_->schema.schema;
    if (batch.num_columns() != schema.num_fields()) {
      return Fail(kInternal, {}, "a batch has {} columns but its table has {}", batch.num_columns(),
                  schema.num_fields());
    }
    arrays_.clear();
    for (int i = 0; i < batch.num_columns(); ++i) {
      Result<std::shared_ptr<arrow::Array>> plain = PlainArray(batch.column(i), plan_->pool);
      if (!plain.ok()) return Translate(plain.status(), {.column = schema.field(i)->name()});
      const auto type = PlainType(schema.field(i)->type(), true);
      if (!(*plain)->type()->Equals(*type)) {
        return Fail(kInternal, {.column = schema.field(i)->name()},
                    "a batch has the type {} for column '{}' but its table has {}",
                    (*plain)->type()->ToString(), schema.field(i)->name(), type->ToString());
      }
      piece_->null_counts[static_cast<size_t>(i)] += (*plain)->null_count();
      arrays_.push_back(*std::move(plain));
    }
    return Status::OK();
  }

  int64_t OpenBytes() const {
    int64_t bytes = 0;
    for (const ColumnWriter& column : columns_) bytes += column.bytes();
    return bytes;
  }

  Status EndRowGroup() {
    if (rows_ == 0) return Status::OK();
    EncodedRowGroup row_group{.rows = std::exchange(rows_, 0), .chunks = {}};
    row_group.chunks.reserve(columns_.size());
    for (size_t leaf = 0; leaf < columns_.size(); ++leaf) {
      ARROW_ASSIGN_OR_RAISE(EncodedChunk chunk, columns_[leaf].Finish(buffers_->Take(leaf)));
      piece_->bytes += static_cast<int64_t>(chunk.pages.capacity() + chunk.dictionary.capacity() +
                                            chunk.bloom_filter.capacity());
      row_group.chunks.push_back(std::move(chunk));
    }
    piece_->rows += row_group.rows;
    piece_->row_groups.push_back(std::move(row_group));
    return Status::OK();
  }

  const std::shared_ptr<const TablePlan> plan_;
  const std::shared_ptr<PageBuffers> buffers_;
  PageWorkshop workshop_;
  std::unique_ptr<PageCompressor> compressor_;
  std::vector<ColumnWriter> columns_;
  std::vector<std::shared_ptr<arrow::Array>> arrays_;
  int64_t rows_ = 0;
  std::unique_ptr<RowGroups> piece_;
};

/// What the footer will say of one chunk, already encoded.
struct ChunkRecord {
  std::string metadata;
  std::string column_index;
  std::string offset_index;
};

struct RowGroupRecord {
  int64_t rows = 0;
  int64_t offset = 0;
  int64_t stored_bytes = 0;
  int64_t uncompressed_bytes = 0;
  std::vector<ChunkRecord> chunks;
};

class FileSink : public TableSink {
 public:
  FileSink(OutputFile& file, std::shared_ptr<const TablePlan> plan)
      : file_(file),
        plan_(std::move(plan)),
        buffers_(std::make_shared<PageBuffers>(plan_->schema.leaves.size())) {
    null_counts_.resize(static_cast<size_t>(plan_->schema.schema->num_fields()));
  }

  std::unique_ptr<Segment> NewSegment() override {
    return std::make_unique<RowGroupSegment>(plan_, buffers_);
  }

  Status Append(std::unique_ptr<Piece> piece) override {
    auto& encoded = static_cast<RowGroups&>(*piece);
    ARROW_RETURN_NOT_OK(Begin());
    for (EncodedRowGroup& row_group : encoded.row_groups) {
      ARROW_RETURN_NOT_OK(AppendRowGroup(row_group));
    }
    for (size_t i = 0; i < null_counts_.size(); ++i) null_counts_[i] += encoded.null_counts[i];
    rows_ += encoded.rows;
    return Status::OK();
  }

  Result<TableSummary> Finish() override {
    ARROW_RETURN_NOT_OK(Begin());
    const std::vector<IndexPlace> places = PlanIndexes();
    ARROW_RETURN_NOT_OK(WriteIndexes());
    std::string footer;
    ARROW_RETURN_NOT_OK(MakeFooter(places, &footer));
    const auto size = static_cast<uint32_t>(footer.size());
    if (footer.size() > std::numeric_limits<int32_t>::max()) {
      return Fail(kMemoryLimit, {}, "the footer would have {} bytes but may have {}", footer.size(),
                  std::numeric_limits<int32_t>::max());
    }
    footer.append(reinterpret_cast<const char*>(&size), sizeof(size));
    footer.append(kMagic);
    ARROW_RETURN_NOT_OK(file_.Append(footer));
    TableSummary summary{.rows = rows_, .columns = {}};
    for (size_t i = 0; i < null_counts_.size(); ++i) {
      summary.columns.push_back({.name = plan_->schema.schema->field(static_cast<int>(i))->name(),
                                 .null_count = null_counts_[i]});
    }
    return summary;
  }

 private:
  Status Begin() {
    if (std::exchange(has_begun_, true)) return Status::OK();
    return file_.Append(kMagic);
  }

  Status AppendRowGroup(EncodedRowGroup& row_group) {
    RowGroupRecord record{.rows = row_group.rows, .offset = file_.position(), .chunks = {}};
    record.chunks.reserve(row_group.chunks.size());
    // Filters follow the row group's last chunk, so that none waits for the end of the file.
    BloomFilterPlace filter{.offset = record.offset};
    for (const EncodedChunk& chunk : row_group.chunks) {
      filter.offset += static_cast<int64_t>(chunk.dictionary.size() + chunk.pages.size());
    }
    for (size_t i = 0; i < row_group.chunks.size(); ++i) {
      EncodedChunk& chunk = row_group.chunks[i];
      const LeafPlan& leaf = plan_->schema.leaves[i];
      const int64_t offset = file_.position();
      if (!chunk.dictionary.empty()) ARROW_RETURN_NOT_OK(file_.Append(chunk.dictionary.span()));
      ARROW_RETURN_NOT_OK(file_.Append(chunk.pages.span()));
      ChunkRecord each;
      ThriftWriter writer(&each.metadata);
      filter.bytes = static_cast<int32_t>(chunk.bloom_filter.size());
      WriteColumnMetadata(chunk.metadata, leaf.physical, leaf.path, offset, filter, &writer);
      filter.offset += filter.bytes;
      if (plan_->options.page_index) {
        if (plan_->options.statistics && CanIndexColumn(chunk.metadata)) {
          WriteColumnIndex(chunk.metadata, FindBoundaryOrder(leaf, chunk.metadata.pages),
                           &each.column_index);
        }
        WriteOffsetIndex(chunk.metadata, offset, &each.offset_index);
      }
      record.stored_bytes += chunk.metadata.stored_bytes;
      record.uncompressed_bytes += chunk.metadata.uncompressed_bytes;
      record.chunks.push_back(std::move(each));
      buffers_->Give(i, std::move(chunk.pages));
    }
    for (const EncodedChunk& chunk : row_group.chunks) {
      if (!chunk.bloom_filter.empty()) ARROW_RETURN_NOT_OK(file_.Append(chunk.bloom_filter.span()));
    }
    row_groups_.push_back(std::move(record));
    return Status::OK();
  }

  // Column indexes stand together, and so do offset indexes: some readers fetch each kind at once.
  std::vector<IndexPlace> PlanIndexes() const {
    std::vector<IndexPlace> places;
    int64_t position = file_.position();
    const auto place = [&position](const std::string& index, int64_t* offset, int32_t* bytes) {
      if (index.empty()) return;
      *offset = position;
      *bytes = static_cast<int32_t>(index.size());
      position += *bytes;
    };
    for (const RowGroupRecord& row_group : row_groups_) {
      for (const ChunkRecord& chunk : row_group.chunks) {
        IndexPlace& each = places.emplace_back();
        place(chunk.column_index, &each.column_index_offset, &each.column_index_bytes);
      }
    }
    size_t at = 0;
    for (const RowGroupRecord& row_group : row_groups_) {
      for (const ChunkRecord& chunk : row_group.chunks) {
        IndexPlace& each = places[at++];
        place(chunk.offset_index, &each.offset_index_offset, &each.offset_index_bytes);
      }
    }
    return places;
  }

  Status WriteIndexes() {
    for (auto member : {&ChunkRecord::column_index, &ChunkRecord::offset_index}) {
      for (const RowGroupRecord& row_group : row_groups_) {
        for (const ChunkRecord& chunk : row_group.chunks) {
          if (!(chunk.*member).empty()) ARROW_RETURN_NOT_OK(file_.Append(chunk.*member));
        }
      }
    }
    return Status::OK();
  }

  Status MakeFooter(const std::vector<IndexPlace>& places, std::string* footer) const {
    ThriftWriter writer(footer);
    writer.BeginStruct();
    writer.I32(1, kFileVersion);
    writer.BeginList(2, ThriftType::kStruct, plan_->schema.elements.size());
    for (const SchemaElement& element : plan_->schema.elements) {
      WriteSchemaElement(element, &writer);
    }
    writer.I64(3, rows_);
    writer.BeginList(4, ThriftType::kStruct, row_groups_.size());
    size_t place = 0;
    for (size_t i = 0; i < row_groups_.size(); ++i) {
      WriteRowGroup(row_groups_[i], i, places.data() + place, &writer);
      place += row_groups_[i].chunks.size();
    }
    ARROW_RETURN_NOT_OK(WriteKeyValues(&writer));
    writer.Binary(6, fmt::format("pyforge version {}", kVersion));
    // Without these, readers ignore the bounds.
    writer.BeginList(7, ThriftType::kStruct, plan_->schema.leaves.size());
    for (size_t i = 0; i < plan_->schema.leaves.size(); ++i) {
      writer.BeginStruct();
      writer.BeginStruct(1);
      writer.EndStruct();
      writer.EndStruct();
    }
    writer.EndStruct();
    return Status::OK();
  }

  void WriteRowGroup(const RowGroupRecord& row_group, size_t ordinal, const IndexPlace* places,
                     ThriftWriter* writer) const {
    writer->BeginStruct();
    writer->BeginList(1, ThriftType::kStruct, row_group.chunks.size());
    for (const ChunkRecord& chunk : row_group.chunks) {
      const IndexPlace& place = *places++;
      writer->BeginStruct();
      writer->I64(2, 0);  // the metadata stand here and nowhere else
      writer->Raw(3, ThriftType::kStruct, chunk.metadata);
      if (place.offset_index_bytes != 0) {
        writer->I64(4, place.offset_index_offset);
        writer->I32(5, place.offset_index_bytes);
      }
      if (place.column_index_bytes != 0) {
        writer->I64(6, place.column_index_offset);
        writer->I32(7, place.column_index_bytes);
      }
      writer->EndStruct();
    }
    writer->I64(2, row_group.uncompressed_bytes);
    writer->I64(3, row_group.rows);
    writer->I64(5, row_group.offset);
    writer->I64(6, row_group.stored_bytes);
    if (ordinal <= static_cast<size_t>(std::numeric_limits<int16_t>::max())) {
      writer->I16(7, static_cast<int16_t>(ordinal));
    }
    writer->EndStruct();
  }

  Status WriteKeyValues(ThriftWriter* writer) const {
    std::vector<std::pair<std::string, std::string>> pairs;
    if (const auto& metadata = plan_->schema.schema->metadata(); metadata != nullptr) {
      for (int64_t i = 0; i < metadata->size(); ++i) {
        if (metadata->key(i) != kArrowSchemaKey) {
          pairs.emplace_back(metadata->key(i), metadata->value(i));
        }
      }
    }
    if (plan_->options.arrow_schema) {
      Result<std::shared_ptr<arrow::Buffer>> serialized =
          arrow::ipc::SerializeSchema(*StoredSchema(*plan_->schema.schema), plan_->pool);
      if (!serialized.ok()) return Translate(serialized.status(), {});
      pairs.emplace_back(kArrowSchemaKey,
                         arrow::util::base64_encode(std::string_view(**serialized)));
    }
    if (pairs.empty()) return Status::OK();
    writer->BeginList(5, ThriftType::kStruct, pairs.size());
    for (const auto& [key, value] : pairs) {
      writer->BeginStruct();
      writer->Binary(1, key);
      writer->Binary(2, value);
      writer->EndStruct();
    }
    return Status::OK();
  }

  OutputFile& file_;
  const std::shared_ptr<const TablePlan> plan_;
  const std::shared_ptr<PageBuffers> buffers_;
  bool has_begun_ = false;
  int64_t rows_ = 0;
  std::vector<int64_t> null_counts_;
  std::vector<RowGroupRecord> row_groups_;
};

class ParquetOutput : public Output {
 public:
  ParquetOutput(OutputFile& file, const WriteOptions& options, CompressionChoice compression,
                ExecutionContext& context)
      : file_(file), options_(options), compression_(compression), context_(context) {}

  Result<std::unique_ptr<TableSink>> OpenTable(const TableSpec& spec) override {
    if (!table_.empty()) {
      return Fail(kUnsupported, {.path = file_.path(), .table = spec.name},
                  "a Parquet file holds one table: '{}' was to follow '{}'", spec.name, table_);
    }
    auto plan = std::make_shared<TablePlan>();
    ARROW_ASSIGN_OR_RAISE(plan->schema, PlanSchema(*spec.schema));
    ARROW_RETURN_NOT_OK(ChooseBloomFilters(options_.bloom_filters, &plan->schema));
    plan->options = options_;
    plan->compression = compression_;
    plan->pool = context_.memory_pool();
    table_ = spec.name.empty() ? "?" : spec.name;
    return std::make_unique<FileSink>(file_, std::move(plan));
  }

  Status Finish() override { return Status::OK(); }

 private:
  OutputFile& file_;
  const WriteOptions options_;
  const CompressionChoice compression_;
  ExecutionContext& context_;
  std::string table_;
};

}  // namespace

Result<std::unique_ptr<Output>> OpenOutput(OutputFile& file, const WriteOptions& options,
                                           ExecutionContext& context) {
  ARROW_RETURN_NOT_OK(options.Validate());
  ARROW_ASSIGN_OR_RAISE(const CompressionChoice compression, ParseCompression(options.compression));
  ARROW_RETURN_NOT_OK(PageCompressor::Make(compression).status());
  return std::make_unique<ParquetOutput>(file, options, compression, context);
}

}  // namespace pyforge::parquet
