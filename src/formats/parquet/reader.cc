#include "formats/parquet/reader.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <exception>
#include <map>
#include <new>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include "formats/parquet/arrow_file.h"
#include "formats/parquet/column_cast.h"
#include "formats/parquet/errors.h"
#include "formats/parquet/footer.h"
#include "formats/parquet/level_count.h"
#include "formats/parquet/narrowing.h"
#include "formats/parquet/page_walk.h"
#include "formats/parquet/schema_plan.h"
#include "formats/parquet/value_check.h"
#include "io/path.h"

namespace pyforge::parquet {
namespace {

constexpr int64_t kBatchRows = int64_t{16} << 10;
constexpr int64_t kSliceBytes = int64_t{8} << 20;  // decoded bytes of a slice of a large row group
constexpr int64_t kStreamBufferBytes = int64_t{64} << 10;  // read at once of each column

/// Gives a failure of Arrow's reader one of our codes; what we failed with ourselves stays.
Status TranslateParquet(const Status& status, const Where& where) {
  if (status.ok() || DetailOf(status) != nullptr) return AddWhere(status, where);
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory:
    case arrow::StatusCode::CapacityError:
      return MakeError(kMemoryLimit, where, status.message());
    case arrow::StatusCode::NotImplemented:
      return MakeError(kUnreadable, where, status.message());
    case arrow::StatusCode::Cancelled:
      return MakeError(kCancelled, where, status.message());
    default:
      return MakeError(kCorrupt, where, status.message());
  }
}

/// Runs code of the parquet library, which throws.
template <typename Function>
Status Guard(const Where& where, Function&& function) {
  try {
    return TranslateParquet(function(), where);
  } catch (const ::parquet::ParquetStatusException& failure) {
    return TranslateParquet(failure.status(), where);
  } catch (const std::bad_alloc&) {
    return MakeError(kMemoryLimit, where, "the memory does not suffice to read a page");
  } catch (const std::exception& failure) {
    return MakeError(kCorrupt, where, failure.what());
  }
}

/// What scans and decoders of one file share. Immutable.
struct FileFacts {
  std::string path;
  std::shared_ptr<const RandomAccess> file;
  Footer footer;
  std::shared_ptr<::parquet::FileMetaData> metadata;
  ReadOptions options;
  ExecutionContext* context = nullptr;
};

arrow::TimeUnit::type ArrowUnit(Int96Unit unit) {
  switch (unit) {
    case Int96Unit::kMillis:
      return arrow::TimeUnit::MILLI;
    case Int96Unit::kMicros:
      return arrow::TimeUnit::MICRO;
    case Int96Unit::kNanos:
      break;
  }
  return arrow::TimeUnit::NANO;
}

Result<std::unique_ptr<::parquet::arrow::FileReader>> OpenReader(const FileFacts& facts) {
  std::unique_ptr<::parquet::arrow::FileReader> reader;
  arrow::MemoryPool* pool = facts.context->memory_pool();
  ARROW_RETURN_NOT_OK(Guard({.path = facts.path}, [&]() -> Status {
    ::parquet::ReaderProperties properties(pool);
    properties.enable_buffered_stream();
    properties.set_buffer_size(kStreamBufferBytes);
    properties.set_page_checksum_verification(facts.options.verify_checksums);
    ::parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
    arrow_properties.set_coerce_int96_timestamp_unit(ArrowUnit(facts.options.int96_unit));
    arrow_properties.set_batch_size(kBatchRows);
    arrow_properties.set_pre_buffer(false);
    ARROW_ASSIGN_OR_RAISE(
        reader, ::parquet::arrow::FileReader::Make(
                    pool,
                    ::parquet::ParquetFileReader::Open(
                        std::make_shared<ArrowFile>(facts.file, pool), properties, facts.metadata),
                    arrow_properties));
    return Status::OK();
  }));
  return reader;
}

/// The columns that one scan delivers, in its order.
struct ColumnPlan {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<int> leaves;     // of the file, rising
  std::vector<int> positions;  // of each delivered column among those that the file yields
};

/// A whole row group, decoded by a worker.
class RowGroupMorsel : public Morsel {
 public:
  int row_group = 0;
};

/// Rows of a row group that is too large to be held whole, already decoded.
class SliceMorsel : public Morsel {
 public:
  arrow::RecordBatchVector batches;
};

/// Compares the pages of the scan's columns in a row group with the footer.
Status CheckChunks(const FileFacts& facts, const ColumnPlan& plan, int row_group,
                   bool with_checksums) {
  constexpr int64_t kOldSlackBytes = 100;  // as much as Arrow's reader grants
  const bool is_old = facts.metadata->writer_version().VersionLt(
      ::parquet::ApplicationVersion::PARQUET_816_FIXED_VERSION());
  const RowGroupFacts& group = facts.footer.row_groups[static_cast<size_t>(row_group)];
  for (int leaf_index : plan.leaves) {
    ARROW_RETURN_NOT_OK(facts.context->cancellation().Check());
    const auto leaf = static_cast<size_t>(leaf_index);
    const ChunkPlace place{.leaf = facts.footer.leaves[leaf],
                           .facts = group.chunks[leaf],
                           .row_group = row_group,
                           .slack_bytes = is_old ? kOldSlackBytes : 0};
    const Status status = with_checksums ? CheckPagesAndChecksums(*facts.file, place)
                                         : CheckPages(*facts.file, place);
    if (!status.ok()) return AddWhere(status, {.path = facts.path});
  }
  return Status::OK();
}

/// Yields the batches of one row group and makes sure that its pages hold these rows and no more.
class RowGroupStream {
 public:
  RowGroupStream(const FileFacts& facts, const ColumnPlan& plan) : facts_(facts), plan_(plan) {}

  Status Open(int row_group) {
    if (reader_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(reader_, OpenReader(facts_));
    }
    batches_.reset();
    rows_ = 0;
    row_group_ = row_group;
    level_counts_.assign(plan_.leaves.size(), 0);
    return Explain(Guard({.path = facts_.path}, [&]() -> Status {
      ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader({row_group}, plan_.leaves));
      return Status::OK();
    }));
  }

  /// Null at the end of the row group.
  Result<std::shared_ptr<arrow::RecordBatch>> Next() {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(Explain(
        Guard({.path = facts_.path, .row = rows_}, [&] { return batches_->ReadNext(&batch); })));
    const int64_t promised = group().rows;
    rows_ += batch == nullptr ? 0 : batch->num_rows();
    if (batch == nullptr ? rows_ != promised : rows_ > promised) {
      return Explain(Fail(kCorrupt, {.path = facts_.path, .row = rows_},
                          "row group {} says it has {} rows but {} were found", row_group_,
                          promised, rows_));
    }
    if (batch != nullptr) {
      AddLevels(*batch);
      return batch;
    }
    batches_.reset();
    // The pages were read a moment ago: asking again costs no reading from the disk.
    ARROW_RETURN_NOT_OK(CheckChunks(facts_, plan_, row_group_, /*with_checksums=*/false));
    ARROW_RETURN_NOT_OK(CheckLevels());
    ARROW_RETURN_NOT_OK(CheckValues());
    return batch;
  }
  bool is_open() const { return batches_ != nullptr; }
  void Close() { batches_.reset(); }

 private:
  const RowGroupFacts& group() const {
    return facts_.footer.row_groups[static_cast<size_t>(row_group_)];
  }

  /// Of what Arrow finds wrong with the bytes it tells no place; the pages themselves may.
  Status Explain(const Status& status) const {
    if (!FailedWith(status, kCorrupt)) return status;
    const Status found = CheckChunks(facts_, plan_, row_group_, facts_.options.verify_checksums);
    return FailedWith(found, kCorrupt) ? AddWhere(found, DetailOf(status)->where()) : status;
  }

  void AddLevels(const arrow::RecordBatch& batch) {
    std::span<int64_t> counts = level_counts_;
    for (const auto& column : batch.columns()) {
      counts = counts.subspan(std::min(CountLevels(*column, counts), counts.size()));
    }
  }

  /// Lists make rows of several values, so that a chunk may hold more rows than were asked for
  /// although its values are as many as it says.
  Status CheckLevels() const {
    for (size_t i = 0; i < plan_.leaves.size(); ++i) {
      const auto leaf_index = static_cast<size_t>(plan_.leaves[i]);
      const LeafFacts& leaf = facts_.footer.leaves[leaf_index];
      const ChunkFacts& chunk = group().chunks[leaf_index];
      if (level_counts_[i] == chunk.value_count) continue;
      return Fail(
          kCorrupt, {.path = facts_.path, .column = leaf.path, .byte_offset = chunk.offset},
          "the chunk of column '{}' in row group {} has {} values but {} of them make its {} rows",
          leaf.path, row_group_, chunk.value_count, level_counts_[i], group().rows);
    }
    return Status::OK();
  }

  Status CheckValues() const {
    for (int leaf : plan_.leaves) {
      if (!IsNarrowed(*facts_.metadata->schema()->Column(leaf))) continue;
      ARROW_RETURN_NOT_OK(facts_.context->cancellation().Check());
      ARROW_RETURN_NOT_OK(Guard({.path = facts_.path}, [&] {
        const auto column = reader_->parquet_reader()->RowGroup(row_group_)->Column(leaf);
        return CheckNarrowed(*column, facts_.options.int96_unit);
      }));
    }
    return Status::OK();
  }

  const FileFacts& facts_;
  const ColumnPlan& plan_;
  std::unique_ptr<::parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  int row_group_ = 0;
  int64_t rows_ = 0;
  std::vector<int64_t> level_counts_;  // by leaf of the plan
};

class RowGroupDecoder : public Decoder {
 public:
  RowGroupDecoder(std::shared_ptr<const FileFacts> facts, std::shared_ptr<const ColumnPlan> plan)
      : facts_(std::move(facts)), plan_(std::move(plan)), stream_(*facts_, *plan_) {}

  Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override {
    Decoded decoded;
    if (const auto* slice = dynamic_cast<const SliceMorsel*>(&morsel); slice != nullptr) {
      for (const auto& batch : slice->batches) ARROW_RETURN_NOT_OK(Deliver(batch, mode, &decoded));
      return decoded;
    }
    ARROW_RETURN_NOT_OK(stream_.Open(static_cast<const RowGroupMorsel&>(morsel).row_group));
    while (true) {
      ARROW_RETURN_NOT_OK(facts_->context->cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(auto batch, stream_.Next());
      if (batch == nullptr) return decoded;
      ARROW_RETURN_NOT_OK(Deliver(batch, mode, &decoded));
    }
  }

 private:
  Status Deliver(const std::shared_ptr<arrow::RecordBatch>& batch, DecodeMode mode,
                 Decoded* decoded) {
    const int64_t first_row = decoded->record_count;
    decoded->record_count += batch->num_rows();
    if (mode == DecodeMode::kEvidence) return Status::OK();
    arrow::ArrayVector columns;
    for (size_t i = 0; i < plan_->positions.size(); ++i) {
      const arrow::Field& field = *plan_->schema->field(static_cast<int>(i));
      std::shared_ptr<arrow::Array> column = batch->column(plan_->positions[i]);
      const Status status = CheckColumn(*column, field.name(), facts_->options.verify_text);
      if (!status.ok()) return AddWhere(ShiftWhere(status, first_row, 0), {.path = facts_->path});
      if (!column->type()->Equals(*field.type())) {
        Result<std::shared_ptr<arrow::Array>> cast =
            CastColumn(column, field.type(), field.name(), facts_->context->memory_pool());
        if (!cast.ok()) {
          return Translate(cast.status(), {.path = facts_->path, .row = first_row});
        }
        column = *std::move(cast);
      }
      columns.push_back(std::move(column));
    }
    decoded->batches.push_back(
        {.table_index = 0,
         .batch = arrow::RecordBatch::Make(plan_->schema, batch->num_rows(), std::move(columns))});
    return Status::OK();
  }

  const std::shared_ptr<const FileFacts> facts_;
  const std::shared_ptr<const ColumnPlan> plan_;
  RowGroupStream stream_;
};

class FileScan : public Scan {
 public:
  FileScan(std::shared_ptr<const FileFacts> facts, std::shared_ptr<const ColumnPlan> plan,
           TableInfo table)
      : facts_(std::move(facts)),
        plan_(std::move(plan)),
        table_(std::move(table)),
        stream_(*facts_, *plan_) {}

  std::span<const TableInfo> tables() const override { return {&table_, 1}; }

  Result<std::unique_ptr<Morsel>> Next() override {
    if (stream_.is_open()) {
      ARROW_ASSIGN_OR_RAISE(auto slice, NextSlice());
      if (slice != nullptr) return slice;
    }
    const std::vector<RowGroupFacts>& row_groups = facts_->footer.row_groups;
    for (; next_ < row_groups.size() && row_groups[next_].rows == 0; ++next_) {
      ARROW_RETURN_NOT_OK(
          CheckChunks(*facts_, *plan_, static_cast<int>(next_), /*with_checksums=*/false));
    }
    if (next_ == row_groups.size()) return std::unique_ptr<Morsel>();
    const RowGroupFacts& row_group = row_groups[next_];
    const auto ordinal = static_cast<int>(next_++);
    const int64_t bytes = DecodedBytes(row_group);
    for (const ChunkFacts& chunk : row_group.chunks) stored_position_ += chunk.stored_bytes;
    if (bytes > WholeBytesMax()) {
      ARROW_RETURN_NOT_OK(stream_.Open(ordinal));
      ARROW_ASSIGN_OR_RAISE(auto slice, NextSlice());
      if (slice != nullptr) return slice;
    }
    auto morsel = std::make_unique<RowGroupMorsel>();
    morsel->row_group = ordinal;
    morsel->bytes = bytes;
    if (!row_group.chunks.empty()) morsel->byte_offset = row_group.chunks.front().offset;
    return morsel;
  }

  std::unique_ptr<Decoder> NewDecoder() override {
    return std::make_unique<RowGroupDecoder>(facts_, plan_);
  }
  bool types_are_final() const override { return true; }
  Result<Settlement> Settle(const Evidence&) override { return Settlement{}; }
  Status Rewind() override {
    next_ = 0;
    stored_position_ = 0;
    stream_.Close();
    return Status::OK();
  }
  int64_t stored_position() const override { return stored_position_; }

 private:
  // The rows of a large row group can be found only by decoding all before them.
  Result<std::unique_ptr<Morsel>> NextSlice() {
    auto slice = std::make_unique<SliceMorsel>();
    while (slice->bytes < kSliceBytes) {
      ARROW_ASSIGN_OR_RAISE(auto batch, stream_.Next());
      if (batch == nullptr) break;
      slice->bytes += arrow::util::TotalBufferSize(*batch);
      slice->batches.push_back(std::move(batch));
    }
    if (slice->batches.empty()) return std::unique_ptr<Morsel>();
    return slice;
  }

  int64_t WholeBytesMax() const {
    const int64_t share =
        facts_->context->memory_bytes_max() / (6 * std::max(facts_->context->threads(), 1));
    return std::max(share, kSliceBytes);
  }

  // An estimate: dictionaries tell neither how often nor which of their values are used.
  int64_t DecodedBytes(const RowGroupFacts& row_group) const {
    constexpr int64_t kTextBytesGuess = 16;
    constexpr double kMost = 1e18;
    double bytes = 0;
    for (int leaf_index : plan_->leaves) {
      const LeafFacts& leaf = facts_->footer.leaves[static_cast<size_t>(leaf_index)];
      const ChunkFacts& chunk = row_group.chunks[static_cast<size_t>(leaf_index)];
      int64_t width = 8;
      if (leaf.type == PhysicalType::kByteArray) width = 4 + kTextBytesGuess;
      if (leaf.type == PhysicalType::kFixedLengthByteArray) width = leaf.type_length;
      const auto values = static_cast<double>(chunk.value_count);
      double decoded = values * static_cast<double>(width);
      if (chunk.byte_array_bytes && *chunk.byte_array_bytes > 0) {
        decoded = values * 4 + static_cast<double>(*chunk.byte_array_bytes);
      } else if (leaf.type == PhysicalType::kByteArray) {
        decoded = std::max(decoded, static_cast<double>(chunk.uncompressed_bytes));
      }
      bytes += decoded;
    }
    return static_cast<int64_t>(std::min(bytes, kMost));
  }

  const std::shared_ptr<const FileFacts> facts_;
  const std::shared_ptr<const ColumnPlan> plan_;
  const TableInfo table_;
  RowGroupStream stream_;
  size_t next_ = 0;
  int64_t stored_position_ = 0;
};

std::string Join(const std::set<std::string_view>& parts) {
  std::string text;
  for (std::string_view part : parts) {
    if (!text.empty()) text += ", ";
    text += part;
  }
  return text;
}

std::vector<Finding> FindingsOf(const Footer& footer) {
  std::vector<Finding> findings;
  findings.push_back({.name = "creator", .value = footer.created_by});
  findings.push_back({.name = "row groups", .value = std::to_string(footer.row_groups.size())});
  std::set<std::string_view> codecs;
  std::vector<std::set<std::string_view>> encodings(footer.leaves.size());
  for (const RowGroupFacts& row_group : footer.row_groups) {
    for (size_t i = 0; i < row_group.chunks.size(); ++i) {
      codecs.insert(CodecName(row_group.chunks[i].codec));
      for (Encoding encoding : row_group.chunks[i].encodings) {
        encodings[i].insert(EncodingName(encoding));
      }
    }
  }
  findings.push_back({.name = "compression", .value = Join(codecs)});
  for (size_t i = 0; i < footer.leaves.size(); ++i) {
    findings.push_back(
        {.name = "encodings of " + footer.leaves[i].path, .value = Join(encodings[i])});
  }
  constexpr size_t kValueBytesMax = 200;
  for (const auto& [key, value] : footer.key_values) {
    if (key == "ARROW:schema") continue;
    findings.push_back({.name = "metadata " + key, .value = value.substr(0, kValueBytesMax)});
  }
  return findings;
}

class FileInput : public Input {
 public:
  static Result<std::unique_ptr<Input>> Open(Source& source, const ReadOptions& options,
                                             ExecutionContext& context) {
    auto input = std::unique_ptr<FileInput>(new FileInput);
    auto facts = std::make_shared<FileFacts>();
    facts->path = source.path();
    facts->options = options;
    facts->context = &context;
    ARROW_ASSIGN_OR_RAISE(facts->file, source.OpenRandomAccess());
    // What was read of a footer takes several times its stored size.
    Result<Footer> footer = ReadFooter(*facts->file, context.memory_bytes_max() / 16);
    if (!footer.ok()) return AddWhere(footer.status(), {.path = facts->path});
    facts->footer = *std::move(footer);
    ARROW_RETURN_NOT_OK(Guard({.path = facts->path}, [&] {
      const auto size = static_cast<int64_t>(facts->footer.bytes.size());
      ::parquet::ReaderProperties properties(context.memory_pool());
      facts->metadata = ::parquet::FileMetaData::Make(facts->footer.bytes.data(), size, properties);
      return Status::OK();
    }));
    facts->footer.bytes.clear();
    facts->footer.bytes.shrink_to_fit();

    ARROW_ASSIGN_OR_RAISE(auto reader, OpenReader(*facts));
    std::shared_ptr<arrow::Schema> schema;
    ARROW_RETURN_NOT_OK(Guard({.path = facts->path}, [&] { return reader->GetSchema(&schema); }));
    if (schema->num_fields() != facts->footer.column_count) {
      return Fail(kCorrupt, {.path = facts->path},
                  "the schema has {} columns but its Arrow form has {}", facts->footer.column_count,
                  schema->num_fields());
    }
    arrow::FieldVector fields;
    for (const auto& field : schema->fields()) {
      fields.push_back(field->WithType(PlainType(field->type(), false)));
    }
    input->findings_ = FindingsOf(facts->footer);
    input->table_ = TableInfo{.name = io::TableName(source.name()),
                              .schema = arrow::schema(std::move(fields), schema->metadata()),
                              .row_count = facts->footer.row_count,
                              .types_are_final = true,
                              .first_row_number = 1,
                              .findings = {}};
    input->facts_ = std::move(facts);
    return input;
  }

  std::span<const TableInfo> tables() const override { return {&table_, 1}; }
  std::span<const Finding> findings() const override { return findings_; }

  Result<std::vector<std::unique_ptr<pyforge::Scan>>> Scan(
      std::span<const TableRequest> requests) override {
    std::vector<std::unique_ptr<pyforge::Scan>> scans;
    for (const TableRequest& request : requests) {
      if (!request.table.empty() && request.table != table_.name) {
        return Fail(kNoSuchTable, {.path = facts_->path, .table = request.table},
                    "there is no table '{}'; the file holds '{}'", request.table, table_.name);
      }
      ARROW_ASSIGN_OR_RAISE(auto plan, PlanColumns(request));
      TableInfo table = table_;
      table.schema = plan->schema;
      scans.push_back(std::make_unique<FileScan>(facts_, std::move(plan), std::move(table)));
    }
    return scans;
  }

 private:
  FileInput() = default;

  Result<std::shared_ptr<const ColumnPlan>> PlanColumns(const TableRequest& request) const {
    std::vector<std::string> names = request.columns;
    if (names.empty() && request.contract != nullptr) names = request.contract->field_names();
    std::vector<int> chosen;
    if (names.empty()) {
      chosen.resize(static_cast<size_t>(table_.schema->num_fields()));
      std::iota(chosen.begin(), chosen.end(), 0);
    }
    for (const std::string& name : names) {
      const std::vector<int> found = table_.schema->GetAllFieldIndices(name);
      if (found.empty()) {
        return Fail(kNoSuchColumn, {.path = facts_->path, .column = name},
                    "there is no column '{}'", name);
      }
      chosen.push_back(found.front());
    }
    auto plan = std::make_shared<ColumnPlan>();
    const std::set<int> wanted(chosen.begin(), chosen.end());
    for (size_t leaf = 0; leaf < facts_->footer.leaves.size(); ++leaf) {
      if (wanted.contains(facts_->footer.leaves[leaf].column_index)) {
        plan->leaves.push_back(static_cast<int>(leaf));
      }
    }
    arrow::FieldVector fields;
    for (int column : chosen) {
      if (!HasLeaf(column)) {
        const std::string& name = table_.schema->field(column)->name();
        return Fail(kUnreadable, {.path = facts_->path, .column = name},
                    "column '{}' is a group without columns", name);
      }
      plan->positions.push_back(
          static_cast<int>(std::distance(wanted.begin(), wanted.find(column))));
      ARROW_ASSIGN_OR_RAISE(auto field, DeliveredField(table_.schema->field(column), request));
      fields.push_back(std::move(field));
    }
    plan->schema = arrow::schema(std::move(fields), table_.schema->metadata());
    return plan;
  }

  bool HasLeaf(int column) const {
    const std::vector<LeafFacts>& leaves = facts_->footer.leaves;
    return std::any_of(leaves.begin(), leaves.end(),
                       [column](const LeafFacts& leaf) { return leaf.column_index == column; });
  }

  Result<std::shared_ptr<arrow::Field>> DeliveredField(const std::shared_ptr<arrow::Field>& field,
                                                       const TableRequest& request) const {
    if (request.types_as_text) {
      if (!HasTextForm(*PlainType(field->type(), true))) {
        return Fail(kTextCast, {.path = facts_->path, .column = field->name()},
                    "the type {} of column '{}' has no form as text", field->type()->ToString(),
                    field->name());
      }
      return field->WithType(arrow::utf8());
    }
    if (request.contract == nullptr) return field;
    const std::shared_ptr<arrow::Field> agreed = request.contract->GetFieldByName(field->name());
    return agreed == nullptr ? field : agreed;
  }

  std::shared_ptr<const FileFacts> facts_;
  TableInfo table_;
  std::vector<Finding> findings_;
};

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): handed on from the seam, which gives it away
Result<std::unique_ptr<Input>> OpenInput(std::shared_ptr<Source> source, const ReadOptions& options,
                                         ExecutionContext& context) {
  return FileInput::Open(*source, options, context);
}

}  // namespace pyforge::parquet
