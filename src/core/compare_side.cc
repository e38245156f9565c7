#include "core/compare_side.h"

#include <algorithm>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "core/bad_rows.h"
#include "core/scan_reader.h"

namespace pyforge::core {

Result<std::unique_ptr<ComparedSide>> ComparedSide::Open(const InspectRequest& request,
                                                         const Registry& registry,
                                                         ExecutionContext& context) {
  std::unique_ptr<ComparedSide> side(new ComparedSide(context));
  OptionValues format_options;
  ARROW_RETURN_NOT_OK(TakeConversionOptions(request.options, &side->options_, &format_options));
  ARROW_ASSIGN_OR_RAISE(const auto contract, ReadContract(side->options_));
  ARROW_ASSIGN_OR_RAISE(side->opened_,
                        OpenInput(request.path, request.from, format_options, registry, context));
  if (!side->opened_.source->repeatable()) {
    ARROW_RETURN_NOT_OK(side->opened_.source->MakeRepeatable());
  }
  const auto settle = [&]() -> Status {
    ARROW_ASSIGN_OR_RAISE(
        side->table_,
        ScanTable(side->opened_, MakeTableRequest(request.table, side->options_, contract)));
    ARROW_RETURN_NOT_OK(SettleTypes(*side->table_.scan, context));
    const auto index = static_cast<size_t>(side->table_.table_index);
    ARROW_ASSIGN_OR_RAISE(side->transform_,
                          RowTransform::Make(side->table_.scan->tables()[index].schema,
                                             side->options_, context.memory_pool()));
    return Status::OK();
  };
  const Status status = settle();
  if (!status.ok()) return Translate(status, {.path = request.path});
  return side;
}

Status ComparedSide::Rewind() {
  if (std::exchange(was_read_, true)) ARROW_RETURN_NOT_OK(table_.scan->Rewind());
  return Status::OK();
}

Status ComparedSide::Carry(TableSink& sink) {
  const auto carry = [&]() -> Status {
    ARROW_RETURN_NOT_OK(Rewind());
    MappedSink normalized(
        sink, [this](const arrow::RecordBatch& batch) { return normalizer_->Normalize(batch); });
    std::vector<TableTarget> targets(table_.scan->tables().size());
    targets[static_cast<size_t>(table_.table_index)] = {
        .sink = &normalized, .transform = transform_->is_identity() ? nullptr : transform_.get()};
    ARROW_ASSIGN_OR_RAISE(
        const PassOutcome pass,
        RunPass(*table_.scan, targets,
                {.segment_bytes = SegmentBytes(context_) / 2, .row_limit = options_.limit},
                context_));
    if (pass.ledger.rejected_count() > 0 && options_.bad_rows == BadRows::kError) {
      const RejectedRow& first = pass.ledger.rejected().front();
      return Fail(kBadRowsFound, {.column = first.column, .row = first.row}, "{}",
                  DescribeBadRows(pass.ledger));
    }
    return Status::OK();
  };
  return Translate(carry(), {.path = path()});
}

Status ComparedSide::BeginRows() {
  decoder_.reset();
  waiting_.clear();
  rows_given_ = 0;
  ARROW_RETURN_NOT_OK(Translate(Rewind(), {.path = path()}));
  decoder_ = table_.scan->NewDecoder();
  return Status::OK();
}

Result<std::shared_ptr<arrow::RecordBatch>> ComparedSide::Next() {
  while (!options_.limit || rows_given_ < *options_.limit) {
    while (!waiting_.empty()) {
      const DecodedBatch next = std::move(waiting_.back());
      waiting_.pop_back();
      if (next.table_index != table_.table_index) continue;
      ARROW_ASSIGN_OR_RAISE(auto batch, transform_->Apply(next.batch));
      if (options_.limit) batch = batch->Slice(0, *options_.limit - rows_given_);
      if (batch->num_rows() == 0) continue;
      rows_given_ += batch->num_rows();
      return normalizer_->Normalize(*batch);
    }
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
    ARROW_ASSIGN_OR_RAISE(const auto morsel, table_.scan->Next());
    if (morsel == nullptr) return nullptr;
    ARROW_ASSIGN_OR_RAISE(Decoded decoded, decoder_->Decode(*morsel, DecodeMode::kRows));
    waiting_ = std::move(decoded.batches);
    std::reverse(waiting_.begin(), waiting_.end());
  }
  return nullptr;
}

namespace {

class MappedSegment : public Segment {
 public:
  MappedSegment(std::unique_ptr<Segment> next, const MappedSink::Function& function)
      : next_(std::move(next)), function_(function) {}
  Status Add(const arrow::RecordBatch& batch) override {
    ARROW_ASSIGN_OR_RAISE(const auto mapped, function_(batch));
    return next_->Add(*mapped);
  }
  int64_t bytes() const override { return next_->bytes(); }
  Result<std::unique_ptr<Piece>> Finish() override { return next_->Finish(); }

 private:
  std::unique_ptr<Segment> next_;
  const MappedSink::Function& function_;
};

}  // namespace

std::unique_ptr<Segment> MappedSink::NewSegment() {
  return std::make_unique<MappedSegment>(next_.NewSegment(), function_);
}

}  // namespace pyforge::core
