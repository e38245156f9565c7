#include "support/format_io.h"

#include <utility>

namespace pyforge::testing {

Status WriteTable(const FormatDescriptor& format, const std::shared_ptr<arrow::Schema>& schema,
                  const arrow::RecordBatchVector& batches, OutputFile* output,
                  ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto file, format.open_output(*output, {}, context));
  ARROW_ASSIGN_OR_RAISE(auto sink, file->OpenTable({.name = "t", .schema = schema}));
  std::unique_ptr<Segment> segment = sink->NewSegment();
  int64_t rows = 0;
  for (const auto& batch : batches) {
    ARROW_RETURN_NOT_OK(segment->Add(*batch));
    ARROW_ASSIGN_OR_RAISE(auto piece, segment->Finish());
    if (piece->rows != batch->num_rows()) return Status::Invalid("the piece lost rows");
    rows += piece->rows;
    ARROW_RETURN_NOT_OK(sink->Append(std::move(piece)));
  }
  ARROW_ASSIGN_OR_RAISE(const TableSummary summary, sink->Finish());
  if (summary.rows != rows) return Status::Invalid("the summary lost rows");
  return file->Finish();
}

namespace {

Status ReadPass(Scan& scan, DecodeMode mode, ExecutionContext& context,
                std::unique_ptr<Evidence>* evidence, arrow::RecordBatchVector* batches) {
  const std::unique_ptr<Decoder> decoder = scan.NewDecoder();
  while (true) {
    ARROW_RETURN_NOT_OK(context.cancellation().Check());
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<Morsel> morsel, scan.Next());
    if (morsel == nullptr) break;
    ARROW_ASSIGN_OR_RAISE(Decoded decoded, decoder->Decode(*morsel, mode));
    if (decoded.ledger.rejected_count() > 0) return Status::Invalid("a row is bad");
    if (mode == DecodeMode::kRows && decoded.contradicts_types) {
      return Status::Invalid("settled types were contradicted");
    }
    for (DecodedBatch& each : decoded.batches) batches->push_back(std::move(each.batch));
  }
  *evidence = decoder->TakeEvidence();
  return Status::OK();
}

}  // namespace

Result<std::shared_ptr<arrow::Table>> ReadTable(const FormatDescriptor& format, std::string bytes,
                                                const TableRequest& request,
                                                ExecutionContext& context) {
  auto source = std::make_shared<MemorySource>(FileName(format), std::move(bytes));
  ARROW_ASSIGN_OR_RAISE(auto input, format.open_input(source, {}, context));
  ARROW_ASSIGN_OR_RAISE(auto scans, input->Scan(std::span(&request, 1)));
  if (scans.size() != 1) return Status::Invalid("one table came out of ", scans.size(), " scans");
  Scan& scan = *scans.front();
  std::unique_ptr<Evidence> evidence;
  arrow::RecordBatchVector batches;
  if (!scan.types_are_final()) {
    ARROW_RETURN_NOT_OK(ReadPass(scan, DecodeMode::kEvidence, context, &evidence, &batches));
    if (evidence != nullptr) ARROW_RETURN_NOT_OK(scan.Settle(*evidence));
    ARROW_RETURN_NOT_OK(scan.Rewind());
    batches.clear();
  }
  ARROW_RETURN_NOT_OK(ReadPass(scan, DecodeMode::kRows, context, &evidence, &batches));
  return arrow::Table::FromRecordBatches(scan.tables().front().schema, batches);
}

std::string FileName(const FormatDescriptor& format) {
  return "t" + std::string(format.extensions.front());
}

}  // namespace pyforge::testing
