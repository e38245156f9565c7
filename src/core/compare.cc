// Are two data sets equal? Schemas and checksums first, and only where those differ the rows.
#include "core/compare.h"

#include <algorithm>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "core/row_hash.h"

namespace pyforge {
namespace core {
namespace {

/// A checksum that tells the order of rows too: two polynomials of the rows' hashes modulo 2^64,
/// which can be put together piece by piece.
struct OrderedChecksum {
  static constexpr uint64_t kFactors[2] = {0x9E3779B97F4A7C15ULL, 0xD1B54A32D192ED03ULL};
  uint64_t sums[2] = {};
  uint64_t scales[2] = {1, 1};  // the factors to the power of the number of rows

  void Add(uint64_t hash) {
    for (int i = 0; i < 2; ++i) {
      sums[i] = sums[i] * kFactors[i] + hash;
      scales[i] *= kFactors[i];
    }
  }
  void Append(const OrderedChecksum& later) {
    for (int i = 0; i < 2; ++i) {
      sums[i] = sums[i] * later.scales[i] + later.sums[i];
      scales[i] *= later.scales[i];
    }
  }
  friend bool operator==(const OrderedChecksum&, const OrderedChecksum&) = default;
};

class OrderedChecksumSink : public TableSink {
 public:
  std::unique_ptr<Segment> NewSegment() override { return std::make_unique<ChecksumSegment>(); }
  Status Append(std::unique_ptr<Piece> piece) override {
    const auto& ours = static_cast<const ChecksumPiece&>(*piece);
    checksum.Merge(ours.checksum);
    ordered.Append(ours.ordered);
    return Status::OK();
  }
  Result<TableSummary> Finish() override { return TableSummary{.rows = checksum.rows()}; }

  RowChecksum checksum;
  OrderedChecksum ordered;

 private:
  struct ChecksumPiece : Piece {
    RowChecksum checksum;
    OrderedChecksum ordered;
  };
  class ChecksumSegment : public Segment {
   public:
    Status Add(const arrow::RecordBatch& batch) override {
      ARROW_RETURN_NOT_OK(piece_->checksum.Add(batch));
      ARROW_RETURN_NOT_OK(HashRows(batch, &hashes_));
      for (const uint64_t hash : hashes_) piece_->ordered.Add(hash);
      return Status::OK();
    }
    int64_t bytes() const override { return 0; }
    Result<std::unique_ptr<Piece>> Finish() override {
      return std::exchange(piece_, std::make_unique<ChecksumPiece>());
    }

   private:
    std::unique_ptr<ChecksumPiece> piece_ = std::make_unique<ChecksumPiece>();
    std::vector<uint64_t> hashes_;
  };
};

// An option must be of use to one side at least: an ignored option is a silent surprise.
Status CheckOptionsApply(const CompareRequest& request, const ComparedSide& left,
                         const ComparedSide& right) {
  for (const OptionValues* values : {&request.left.options, &request.right.options}) {
    for (const auto& [name, value] : *values) {
      if (value.origin != OptionOrigin::kRequest) continue;
      if (FindOption(ConversionOptionSpecs(), name) != nullptr) continue;
      if (FindOption(left.format().read_options, name) != nullptr) continue;
      if (FindOption(right.format().read_options, name) != nullptr) continue;
      return Fail(kBadOption, {},
                  "the option '{}' is of no use here: {} and {} are read without it", name,
                  left.format().name, right.format().name);
    }
  }
  return Status::OK();
}

Status CheckKey(const std::vector<std::string>& key, const ColumnMatch& match,
                const ComparedSide& left, const ComparedSide& right) {
  for (const std::string& name : key) {
    for (const ComparedSide* side : {&left, &right}) {
      const size_t count = side->schema()->GetAllFieldIndices(name).size();
      if (count == 0) {
        return Fail(kNoSuchColumn, {.path = side->path(), .column = name},
                    "there is no column '{}' to match rows by", name);
      }
      if (count > 1) {
        return Fail(kBadRequest, {.path = side->path(), .column = name},
                    "rows cannot be matched by '{}', the name of {} columns", name, count);
      }
    }
    const bool is_comparable =
        std::any_of(match.columns.begin(), match.columns.end(),
                    [&name](const ComparedColumn& column) { return column.name == name; });
    if (!is_comparable) {
      return Fail(kBadRequest, {.column = name},
                  "rows cannot be matched by '{}', whose types {} and {} have no values in common",
                  name, left.schema()->GetFieldByName(name)->type()->ToString(),
                  right.schema()->GetFieldByName(name)->type()->ToString());
    }
  }
  return Status::OK();
}

Result<Comparison> CompareSides(const CompareRequest& request, const Registry& registry,
                                ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(const auto left, ComparedSide::Open(request.left, registry, context));
  ARROW_ASSIGN_OR_RAISE(const auto right, ComparedSide::Open(request.right, registry, context));
  ARROW_RETURN_NOT_OK(CheckOptionsApply(request, *left, *right));
  ColumnMatch match = MatchColumns(*left->schema(), *right->schema());
  ARROW_RETURN_NOT_OK(CheckKey(request.key, match, *left, *right));
  left->SetNormalizer(std::make_unique<RowNormalizer>(match, Side::kLeft, context.memory_pool()));
  right->SetNormalizer(std::make_unique<RowNormalizer>(match, Side::kRight, context.memory_pool()));

  OrderedChecksumSink left_sums, right_sums;
  ARROW_RETURN_NOT_OK(left->Carry(left_sums));
  ARROW_RETURN_NOT_OK(right->Carry(right_sums));
  Comparison comparison{.rows_left = left_sums.checksum.rows(),
                        .rows_right = right_sums.checksum.rows(),
                        .columns = std::move(match.differences),
                        .checksum_left = left_sums.checksum.ToString(),
                        .checksum_right = right_sums.checksum.ToString()};
  const bool order_matters = request.key.empty() && !request.ignore_order;
  const bool rows_are_equal = left_sums.checksum == right_sums.checksum &&
                              (!order_matters || left_sums.ordered == right_sums.ordered);
  comparison.equal = rows_are_equal && comparison.columns.empty();
  if (rows_are_equal) return comparison;
  DifferenceList differences(&comparison, request.differences_max);
  if (!request.key.empty()) {
    ARROW_RETURN_NOT_OK(CompareByKey(*left, *right, request.key, context, &differences));
  } else if (request.ignore_order) {
    ARROW_RETURN_NOT_OK(CompareAsSets(*left, *right, context, &differences));
  } else {
    ARROW_RETURN_NOT_OK(CompareByPosition(*left, *right, &differences));
  }
  return comparison;
}

}  // namespace

Status HashColumns(const arrow::RecordBatch& batch, std::vector<std::vector<uint64_t>>* hashes) {
  hashes->resize(static_cast<size_t>(batch.num_columns()));
  for (int i = 0; i < batch.num_columns(); ++i) {
    const auto column = arrow::RecordBatch::Make(arrow::schema({batch.schema()->field(i)}),
                                                 batch.num_rows(), {batch.column(i)});
    ARROW_RETURN_NOT_OK(HashRows(*column, &(*hashes)[static_cast<size_t>(i)]));
  }
  return Status::OK();
}

Status CompareByPosition(ComparedSide& left, ComparedSide& right, DifferenceList* differences) {
  struct Reading {
    ComparedSide& side;
    std::shared_ptr<arrow::RecordBatch> batch = {};  // null: at the end
    int64_t row = 0;
    std::vector<std::vector<uint64_t>> hashes = {};

    Status Refill() {
      if (batch != nullptr && row < batch->num_rows()) return Status::OK();
      ARROW_ASSIGN_OR_RAISE(batch, side.Next());
      row = 0;
      return batch == nullptr ? Status::OK() : HashColumns(*batch, &hashes);
    }
  };
  ARROW_RETURN_NOT_OK(left.BeginRows());
  ARROW_RETURN_NOT_OK(right.BeginRows());
  Reading a{.side = left}, b{.side = right};
  const int column_count = left.normalizer().schema()->num_fields();
  for (int64_t number = 1;; ++number) {
    ARROW_RETURN_NOT_OK(a.Refill());
    ARROW_RETURN_NOT_OK(b.Refill());
    if (a.batch == nullptr && b.batch == nullptr) return Status::OK();
    if (a.batch == nullptr || b.batch == nullptr) {
      differences->Count(1);
      if (!differences->is_full()) {
        differences->List(
            {.key = std::to_string(number),
             .column = "",
             .left = a.batch == nullptr ? "" : RowText(*a.batch, a.row, column_count),
             .right = b.batch == nullptr ? "" : RowText(*b.batch, b.row, column_count)});
      }
    } else {
      for (int i = 0; i < column_count; ++i) {
        const auto column = static_cast<size_t>(i);
        if (a.hashes[column][static_cast<size_t>(a.row)] ==
            b.hashes[column][static_cast<size_t>(b.row)]) {
          continue;
        }
        differences->Count(1);
        if (differences->is_full()) continue;
        differences->List({.key = std::to_string(number),
                           .column = a.batch->column_name(i),
                           .left = ValueText(*a.batch->column(i), a.row),
                           .right = ValueText(*b.batch->column(i), b.row)});
      }
    }
    ++a.row;
    ++b.row;
  }
}

}  // namespace core

Result<Comparison> Compare(const CompareRequest& request, const Registry& registry,
                           ExecutionContext& context) {
  Result<Comparison> comparison = core::CompareSides(request, registry, context);
  if (!comparison.ok()) return Translate(comparison.status(), {});
  return comparison;
}

}  // namespace pyforge
