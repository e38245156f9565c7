// Reading without writing: Inspect, Read, Validate, InferSchemaJson.
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "core/bad_rows.h"
#include "core/opened_input.h"
#include "core/pipeline.h"
#include "pyforge/pyforge.h"
#include "pyforge/version.h"
#include "schema/schema_json.h"

namespace pyforge {
namespace core {
namespace {

struct OpenedRequest {
  ConversionOptions options;
  OpenedInput opened;
  TableRequest table;
};

Result<OpenedRequest> Open(const InspectRequest& request, const Registry& registry,
                           ExecutionContext& context) {
  OpenedRequest result;
  OptionValues format_options;
  ARROW_RETURN_NOT_OK(TakeConversionOptions(request.options, &result.options, &format_options));
  ARROW_ASSIGN_OR_RAISE(auto contract, ReadContract(result.options));
  ARROW_ASSIGN_OR_RAISE(result.opened,
                        OpenInput(request.path, request.from, format_options, registry, context));
  for (const auto& [name, value] : format_options) {
    if (value.origin == OptionOrigin::kRequest &&
        FindOption(result.opened.format->read_options, name) == nullptr) {
      return Fail(kBadOption, {}, "the option '{}' is of no use here: {} is read without it", name,
                  result.opened.format->name);
    }
  }
  result.table = MakeTableRequest(request.table, result.options, contract);
  return result;
}

Inspection Describe(const OpenedInput& opened) {
  Inspection inspection{.path = opened.source->path(),
                        .format = std::string(opened.format->name),
                        .container = std::string(opened.source->container()),
                        .format_reason = opened.sniff.reason,
                        .format_confidence = opened.sniff.confidence,
                        .stored_bytes = opened.source->stored_bytes().value_or(0)};
  const auto findings = opened.input->findings();
  inspection.findings.assign(findings.begin(), findings.end());
  const auto tables = opened.input->tables();
  inspection.tables.assign(tables.begin(), tables.end());
  return inspection;
}

/// Settled rows of one table that fall back to a full evidence pass when a sample's types turn out
/// wrong before the first batch was delivered.
class SettledReader : public arrow::RecordBatchReader {
 public:
  static Result<std::shared_ptr<SettledReader>> Make(OpenedRequest request,
                                                     ExecutionContext& context) {
    ARROW_ASSIGN_OR_RAISE(TableScan table, ScanTable(request.opened, request.table));
    ARROW_RETURN_NOT_OK(SettleTypes(*table.scan, context));
    auto schema = table.scan->tables()[static_cast<size_t>(table.table_index)].schema;
    ARROW_ASSIGN_OR_RAISE(auto transform,
                          RowTransform::Make(schema, request.options, context.memory_pool()));
    std::shared_ptr<SettledReader> reader(new SettledReader());
    reader->limit_ = request.options.limit;
    reader->bad_rows_ = request.options.bad_rows;
    reader->path_ = request.opened.source->path();
    reader->opened_ = std::move(request.opened);
    reader->reader_ = std::make_unique<ScanReader>(std::move(table.scan), table.table_index,
                                                   std::move(transform), context);
    return reader;
  }

  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }

  Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    *batch = nullptr;
    if (limit_ && *limit_ <= rows_) return Status::OK();
    const Status status = reader_->ReadNext(batch);
    if (!status.ok()) return Translate(status, {.path = path_});
    if (bad_rows_ == BadRows::kError && reader_->ledger().rejected_count() > 0) {
      const RejectedRow& first = reader_->ledger().rejected().front();
      return Fail(kBadRowsFound, {.path = path_, .column = first.column, .row = first.row}, "{}",
                  DescribeBadRows(reader_->ledger()));
    }
    if (*batch == nullptr) return Status::OK();
    if (limit_ && rows_ + (*batch)->num_rows() > *limit_)
      *batch = (*batch)->Slice(0, *limit_ - rows_);
    rows_ += (*batch)->num_rows();
    return Status::OK();
  }

 private:
  SettledReader() = default;
  OpenedInput opened_;  // outlives the scan that reads from it
  std::unique_ptr<ScanReader> reader_;
  std::optional<int64_t> limit_;
  BadRows bad_rows_ = BadRows::kError;
  std::string path_;
  int64_t rows_ = 0;
};

/// The first rows under types from a sample; a contradiction among them is left to the caller.
Result<std::shared_ptr<arrow::RecordBatchReader>> ReadFirstRows(const InspectRequest& request,
                                                                int64_t limit,
                                                                const Registry& registry,
                                                                ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(OpenedRequest opened, Open(request, registry, context));
  ARROW_ASSIGN_OR_RAISE(TableScan table, ScanTable(opened.opened, opened.table));
  auto schema = table.scan->tables()[static_cast<size_t>(table.table_index)].schema;
  ARROW_ASSIGN_OR_RAISE(auto transform,
                        RowTransform::Make(schema, opened.options, context.memory_pool()));
  ScanReader reader(std::move(table.scan), table.table_index, std::move(transform), context);
  arrow::RecordBatchVector batches;
  int64_t rows = 0;
  while (rows < limit) {
    std::shared_ptr<arrow::RecordBatch> batch;
    const Status status = reader.ReadNext(&batch);
    if (!status.ok()) return Translate(status, {.path = request.path});
    if (batch == nullptr) break;
    if (rows + batch->num_rows() > limit) batch = batch->Slice(0, limit - rows);
    rows += batch->num_rows();
    batches.push_back(std::move(batch));
  }
  return arrow::RecordBatchReader::Make(std::move(batches), reader.schema());
}

}  // namespace
}  // namespace core

std::string_view Version() { return kVersion; }

Result<Inspection> Inspect(const InspectRequest& request, const Registry& registry,
                           ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(core::OpenedRequest opened, core::Open(request, registry, context));
  Inspection inspection = core::Describe(opened.opened);
  if (request.explain) inspection.explanation = core::Explain(*opened.opened.input);
  return inspection;
}

Result<std::shared_ptr<arrow::RecordBatchReader>> Read(const InspectRequest& request,
                                                       const Registry& registry,
                                                       ExecutionContext& context) {
  const auto limit = request.options.find("limit");
  if (limit != request.options.end()) {
    // A preview need not read the whole file as long as the first rows fit their sampled types.
    int64_t rows = 0;
    ARROW_RETURN_NOT_OK(options_internal::ParseInteger("limit", limit->second.value, &rows));
    if (request.path != "-") {
      auto first = core::ReadFirstRows(request, rows, registry, context);
      if (first.ok() || !FailedWith(first.status(), core::kTypesContradicted)) return first;
    }
  }
  ARROW_ASSIGN_OR_RAISE(core::OpenedRequest opened, core::Open(request, registry, context));
  ARROW_ASSIGN_OR_RAISE(auto reader, core::SettledReader::Make(std::move(opened), context));
  return reader;
}

ValidationReport Validate(const InspectRequest& request, bool deep, const Registry& registry,
                          ExecutionContext& context) {
  ValidationReport report;
  const Status status = [&]() -> Status {
    ARROW_ASSIGN_OR_RAISE(core::OpenedRequest opened, core::Open(request, registry, context));
    report.inspection = core::Describe(opened.opened);
    for (const TableInfo& info : opened.opened.input->tables()) {
      // Metadata already vouches for a format that counts its rows; deep reads them all the same.
      if (!deep && info.row_count) continue;
      TableRequest wanted = opened.table;
      wanted.table = info.name;
      ARROW_ASSIGN_OR_RAISE(core::TableScan table, core::ScanTable(opened.opened, wanted));
      const std::vector<core::TableTarget> targets(table.scan->tables().size());
      core::PassOptions options{.mode = DecodeMode::kRows,
                                .segment_bytes = core::SegmentBytes(context)};
      if (!table.scan->types_are_final()) options.mode = DecodeMode::kEvidence;
      ARROW_ASSIGN_OR_RAISE(core::PassOutcome pass,
                            core::RunPass(*table.scan, targets, options, context));
      TableReport rows{.name = info.name, .source_path = request.path, .source_table = info.name};
      rows.rows_read = pass.record_count;
      rows.rows_rejected = pass.ledger.rejected_count();
      rows.ledger = std::move(pass.ledger);
      const int64_t bad = rows.rows_rejected;
      report.tables.push_back(std::move(rows));
      if (bad > 0) {
        return Fail(core::kBadRowsFound, {.path = request.path}, "{}",
                    core::DescribeBadRows(report.tables.back().ledger));
      }
    }
    return Status::OK();
  }();
  report.error = Translate(status, {.path = request.path});
  report.sound = report.error.ok();
  return report;
}

Result<std::string> InferSchemaJson(const InspectRequest& request, const Registry& registry,
                                    ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(core::OpenedRequest opened, core::Open(request, registry, context));
  ARROW_ASSIGN_OR_RAISE(core::TableScan table, core::ScanTable(opened.opened, opened.table));
  ARROW_RETURN_NOT_OK(core::SettleTypes(*table.scan, context));
  return schema::SchemaToJson(*table.scan->tables()[static_cast<size_t>(table.table_index)].schema);
}

}  // namespace pyforge
