// One side of a comparison: a table that is read several times.
#pragma once

#include <functional>
#include <memory>

#include <arrow/type_fwd.h>

#include "core/compare_columns.h"
#include "core/opened_input.h"
#include "core/pipeline.h"
#include "core/row_transform.h"
#include "pyforge/pyforge.h"

namespace pyforge::core {

/// Threads: one at a time.
class ComparedSide {
 public:
  /// Opens the table and settles its types.
  static Result<std::unique_ptr<ComparedSide>> Open(const InspectRequest& request,
                                                    const Registry& registry,
                                                    ExecutionContext& context);

  const std::string& path() const { return opened_.source->path(); }
  const FormatDescriptor& format() const { return *opened_.format; }
  /// Of the rows before they get the form in which they are compared.
  const std::shared_ptr<arrow::Schema>& schema() const { return transform_->schema(); }

  /// How the rows are to be compared; before any of the two below.
  void SetNormalizer(std::unique_ptr<RowNormalizer> normalizer) {
    normalizer_ = std::move(normalizer);
  }
  const RowNormalizer& normalizer() const { return *normalizer_; }

  /// Carries the normalized rows to `sink` by all workers. Errors: data.bad_rows unless they may be
  /// left out.
  Status Carry(TableSink& sink);
  /// Begins to read the normalized rows one batch after the other; Next gives null at the end.
  Status BeginRows();
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  explicit ComparedSide(ExecutionContext& context) : context_(context) {}
  Status Rewind();

  ExecutionContext& context_;
  ConversionOptions options_;
  OpenedInput opened_;
  TableScan table_;
  std::unique_ptr<RowTransform> transform_;
  std::unique_ptr<RowNormalizer> normalizer_;
  bool was_read_ = false;
  std::unique_ptr<Decoder> decoder_;
  std::vector<DecodedBatch> waiting_;  // in reverse
  int64_t rows_given_ = 0;
};

/// Hands what a function makes of each batch to another sink's segments.
class MappedSink : public TableSink {
 public:
  using Function =
      std::function<Result<std::shared_ptr<arrow::RecordBatch>>(const arrow::RecordBatch&)>;
  MappedSink(TableSink& next, Function function) : next_(next), function_(std::move(function)) {}
  std::unique_ptr<Segment> NewSegment() override;
  Status Append(std::unique_ptr<Piece> piece) override { return next_.Append(std::move(piece)); }
  Result<TableSummary> Finish() override { return next_.Finish(); }

 private:
  TableSink& next_;
  const Function function_;
};

}  // namespace pyforge::core
