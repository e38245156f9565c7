#include "core/scan_reader.h"

#include <algorithm>
#include <utility>

#include "core/pipeline.h"

namespace pyforge::core {

Status SettleTypes(Scan& scan, ExecutionContext& context) {
  if (scan.types_are_final()) return Status::OK();
  const std::vector<TableTarget> no_targets(scan.tables().size());
  ARROW_ASSIGN_OR_RAISE(
      PassOutcome pass,
      RunPass(scan, no_targets,
              {.mode = DecodeMode::kEvidence, .segment_bytes = SegmentBytes(context)}, context));
  if (pass.evidence != nullptr) ARROW_RETURN_NOT_OK(scan.Settle(*pass.evidence));
  return scan.Rewind();
}

ScanReader::ScanReader(std::unique_ptr<Scan> scan, int table_index,
                       std::unique_ptr<RowTransform> transform, ExecutionContext& context)
    : scan_(std::move(scan)),
      table_index_(table_index),
      transform_(std::move(transform)),
      context_(context),
      decoder_(scan_->NewDecoder()) {}

std::shared_ptr<arrow::Schema> ScanReader::schema() const {
  if (transform_ != nullptr) return transform_->schema();
  return scan_->tables()[static_cast<size_t>(table_index_)].schema;
}

Status ScanReader::ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) {
  const int64_t first_row = scan_->tables()[static_cast<size_t>(table_index_)].first_row_number;
  while (true) {
    while (!waiting_.empty()) {
      DecodedBatch next = std::move(waiting_.back());
      waiting_.pop_back();
      if (next.table_index != table_index_) continue;
      rows_read_ += next.batch->num_rows();
      if (transform_ != nullptr) {
        ARROW_ASSIGN_OR_RAISE(next.batch, transform_->Apply(next.batch));
      }
      if (next.batch->num_rows() == 0) continue;
      *batch = std::move(next.batch);
      return Status::OK();
    }
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<Morsel> morsel, scan_->Next());
    if (morsel == nullptr) {
      *batch = nullptr;
      return Status::OK();
    }
    Result<Decoded> decoded = decoder_->Decode(*morsel, DecodeMode::kRows);
    if (!decoded.ok()) return ShiftWhere(decoded.status(), record_count_ + first_row, 0);
    if (decoded->contradicts_types) {
      return Fail(kTypesContradicted, {}, "a value does not fit the type its column was given");
    }
    ledger_.Append(decoded->ledger, record_count_ + first_row, line_count_ + first_row);
    ledger_.KeepFirstRejectedRows(10);
    record_count_ += decoded->record_count;
    line_count_ += decoded->line_count;
    waiting_ = std::move(decoded->batches);
    std::reverse(waiting_.begin(), waiting_.end());
  }
}

}  // namespace pyforge::core
