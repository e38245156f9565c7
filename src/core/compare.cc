// Are two data sets equal? Both are read as streams; keyed comparison sorts both within the budget.
#include <algorithm>
#include <optional>
#include <utility>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/scalar.h>
#include <arrow/type.h>

#include "core/exchange/external_sort.h"
#include "core/expression/common_type.h"
#include "core/row_hash.h"
#include "core/scan_reader.h"
#include "pyforge/pyforge.h"
#include "schema/cast.h"
#include "schema/type_name.h"

namespace pyforge {
namespace core {
namespace {

/// The columns that both sides have, in one order and of one type each.
struct CommonColumns {
  std::shared_ptr<arrow::Schema> schema;
  std::vector<int> left, right;  // where each column is on its side
};

/// Lists columns that only one side has or whose types have no values in common; the latter are
/// compared as text.
CommonColumns MatchColumns(const arrow::Schema& left, const arrow::Schema& right,
                           Comparison* comparison) {
  CommonColumns common;
  arrow::FieldVector fields;
  for (int i = 0; i < left.num_fields(); ++i) {
    const auto& field = left.field(i);
    const int other = right.GetFieldIndex(field->name());
    if (other < 0) {
      comparison->columns.push_back(
          {.name = field->name(), .type_left = schema::PrintType(*field->type())});
      continue;
    }
    const auto& other_type = right.field(other)->type();
    auto type =
        field->type()->Equals(*other_type) ? field->type() : CommonType(field->type(), other_type);
    if (type == nullptr) {
      comparison->columns.push_back({.name = field->name(),
                                     .type_left = schema::PrintType(*field->type()),
                                     .type_right = schema::PrintType(*other_type)});
      type = arrow::utf8();
    }
    fields.push_back(arrow::field(field->name(), std::move(type)));
    common.left.push_back(i);
    common.right.push_back(other);
  }
  for (const auto& field : right.fields()) {
    if (left.GetFieldIndex(field->name()) >= 0) continue;
    comparison->columns.push_back(
        {.name = field->name(), .type_right = schema::PrintType(*field->type())});
  }
  common.schema = arrow::schema(std::move(fields));
  return common;
}

/// One side's rows with the common columns in their common types.
class CommonReader : public arrow::RecordBatchReader {
 public:
  CommonReader(std::shared_ptr<arrow::RecordBatchReader> reader,
               std::shared_ptr<arrow::Schema> schema, std::vector<int> columns,
               arrow::MemoryPool* pool)
      : reader_(std::move(reader)),
        schema_(std::move(schema)),
        columns_(std::move(columns)),
        pool_(pool) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    std::shared_ptr<arrow::RecordBatch> next;
    ARROW_RETURN_NOT_OK(reader_->ReadNext(&next));
    *batch = nullptr;
    if (next == nullptr) return Status::OK();
    arrow::ArrayVector columns;
    for (int i = 0; i < schema_->num_fields(); ++i) {
      std::shared_ptr<arrow::Array> column = next->column(columns_[static_cast<size_t>(i)]);
      if (!column->type()->Equals(*schema_->field(i)->type())) {
        ARROW_ASSIGN_OR_RAISE(column, schema::CastColumn(column, schema_->field(i)->type(), pool_));
      }
      columns.push_back(std::move(column));
    }
    *batch = arrow::RecordBatch::Make(schema_, next->num_rows(), std::move(columns));
    return Status::OK();
  }

 private:
  std::shared_ptr<arrow::RecordBatchReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<int> columns_;
  arrow::MemoryPool* pool_;
};

/// A stream's rows one after the other, with the batch they are in at hand.
class RowCursor {
 public:
  explicit RowCursor(arrow::RecordBatchReader& reader) : reader_(reader) {}

  /// Makes the next rows available; false at the end.
  Result<bool> Fill() {
    while (batch_ == nullptr || row_ == batch_->num_rows()) {
      if (at_end_) return false;
      ARROW_RETURN_NOT_OK(reader_.ReadNext(&batch_));
      row_ = 0;
      ++batch_number_;
      if (batch_ == nullptr) {
        at_end_ = true;
        return false;
      }
    }
    return true;
  }
  void Advance(int64_t rows) {
    row_ += rows;
    rows_ += rows;
  }
  const arrow::RecordBatch& batch() const { return *batch_; }
  int64_t row() const { return row_; }
  int64_t rows_available() const { return batch_->num_rows() - row_; }
  int64_t rows() const { return rows_; }
  int64_t batch_number() const { return batch_number_; }

 private:
  arrow::RecordBatchReader& reader_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t row_ = 0;
  int64_t rows_ = 0;
  int64_t batch_number_ = 0;
  bool at_end_ = false;
};

std::string CellText(const arrow::Array& column, int64_t row) {
  if (column.IsNull(row)) return "null";
  const auto scalar = column.GetScalar(row);
  return scalar.ok() ? (*scalar)->ToString() : "?";
}

/// NaN equals NaN: both sides hold the same.
const arrow::EqualOptions& ValueEquality() {
  static const arrow::EqualOptions kOptions = arrow::EqualOptions::Defaults().nans_equal(true);
  return kOptions;
}

class Comparer {
 public:
  Comparer(const CompareRequest& request, ExecutionContext& context, Comparison* comparison)
      : request_(request), context_(context), comparison_(*comparison) {}

  Status ByPosition(arrow::RecordBatchReader& left_rows, arrow::RecordBatchReader& right_rows) {
    RowCursor left(left_rows), right(right_rows);
    while (true) {
      ARROW_RETURN_NOT_OK(context_.cancellation().Check());
      ARROW_ASSIGN_OR_RAISE(const bool has_left, left.Fill());
      ARROW_ASSIGN_OR_RAISE(const bool has_right, right.Fill());
      if (!has_left && !has_right) break;
      if (!has_left || !has_right) {
        RowCursor& longer = has_left ? left : right;
        NoteOneSided(std::to_string(longer.rows() + 1), longer, has_left);
        longer.Advance(1);
        continue;
      }
      const int64_t rows = std::min(left.rows_available(), right.rows_available());
      CompareRows(left, right, rows);
      left.Advance(rows);
      right.Advance(rows);
    }
    comparison_.rows_left = left.rows();
    comparison_.rows_right = right.rows();
    return Status::OK();
  }

  /// Both sides are sorted by `keys`, stably: rows of equal keys meet in file order.
  Status ByKey(const std::vector<std::string>& keys, const arrow::Schema& schema,
               arrow::RecordBatchReader& left_rows, arrow::RecordBatchReader& right_rows) {
    std::vector<SortKey> sort_keys;
    for (const std::string& key : keys) sort_keys.push_back({.column = key});
    ARROW_ASSIGN_OR_RAISE(const RowKeyEncoder encoder, RowKeyEncoder::Make(schema, sort_keys));
    RowCursor left(left_rows), right(right_rows);
    RowKeys left_keys, right_keys;
    int64_t left_batch = 0, right_batch = 0;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool has_left, left.Fill());
      ARROW_ASSIGN_OR_RAISE(const bool has_right, right.Fill());
      if (!has_left && !has_right) break;
      if (has_left && left_batch != left.batch_number()) {
        ARROW_RETURN_NOT_OK(context_.cancellation().Check());
        ARROW_RETURN_NOT_OK(encoder.Encode(left.batch(), context_.memory_pool(), &left_keys));
        left_batch = left.batch_number();
      }
      if (has_right && right_batch != right.batch_number()) {
        ARROW_RETURN_NOT_OK(encoder.Encode(right.batch(), context_.memory_pool(), &right_keys));
        right_batch = right.batch_number();
      }
      const int order = !has_left ? 1
                        : !has_right
                            ? -1
                            : left_keys.Key(static_cast<size_t>(left.row()))
                                  .compare(right_keys.Key(static_cast<size_t>(right.row())));
      if (order == 0) {
        key_columns_ = &encoder.columns();
        CompareRows(left, right, 1);
        left.Advance(1);
        right.Advance(1);
      } else {
        RowCursor& only = order < 0 ? left : right;
        NoteOneSided(KeyText(only, encoder.columns()), only, order < 0);
        only.Advance(1);
      }
    }
    comparison_.rows_left = left.rows();
    comparison_.rows_right = right.rows();
    return Status::OK();
  }

 private:
  void CompareRows(const RowCursor& left, const RowCursor& right, int64_t rows) {
    for (int column = 0; column < left.batch().num_columns(); ++column) {
      const arrow::Array& a = *left.batch().column(column);
      const arrow::Array& b = *right.batch().column(column);
      if (a.RangeEquals(b, left.row(), left.row() + rows, right.row(), ValueEquality())) continue;
      for (int64_t i = 0; i < rows; ++i) {
        const int64_t row = left.row() + i;
        if (a.RangeEquals(b, row, row + 1, right.row() + i, ValueEquality())) continue;
        Note({.key = key_columns_ == nullptr ? std::to_string(left.rows() + i + 1)
                                             : KeyText(left, *key_columns_),
              .column = left.batch().column_name(column),
              .left = CellText(a, row),
              .right = CellText(b, right.row() + i)});
      }
    }
  }

  static std::string KeyText(const RowCursor& cursor, const std::vector<int>& columns) {
    std::string text;
    for (int column : columns) {
      if (!text.empty()) text += ", ";
      text += CellText(*cursor.batch().column(column), cursor.row());
    }
    return text;
  }

  void NoteOneSided(std::string key, const RowCursor& cursor, bool is_left) {
    std::string row;
    if (HasRoom()) {
      for (int column = 0; column < cursor.batch().num_columns(); ++column) {
        if (column > 0) row += ", ";
        row += CellText(*cursor.batch().column(column), cursor.row());
      }
    }
    Note({.key = std::move(key), .left = is_left ? row : "", .right = is_left ? "" : row});
  }

  bool HasRoom() const {
    return static_cast<int64_t>(comparison_.differences.size()) < request_.differences_max;
  }

  void Note(RowDifference difference) {
    ++comparison_.difference_count;
    if (HasRoom()) comparison_.differences.push_back(std::move(difference));
  }

  const CompareRequest& request_;
  ExecutionContext& context_;
  Comparison& comparison_;
  const std::vector<int>* key_columns_ = nullptr;  // null: by position
};

/// All rows of `reader`, sorted by `keys`.
class SortedSide {
 public:
  static Result<std::unique_ptr<SortedSide>> Make(arrow::RecordBatchReader& reader,
                                                  const std::vector<std::string>& keys,
                                                  ExecutionContext& context) {
    auto side = std::make_unique<SortedSide>();
    ExternalSortOptions options{.memory_share = 0.2};
    for (const std::string& key : keys) options.keys.push_back({.column = key});
    ARROW_ASSIGN_OR_RAISE(side->sort_,
                          ExternalSort::Make(reader.schema(), std::move(options), context));
    const std::unique_ptr<Segment> segment = side->sort_->NewSegment();
    constexpr int64_t kPieceBytes = int64_t{4} << 20;
    const auto append = [&]() -> Status {
      ARROW_ASSIGN_OR_RAISE(std::unique_ptr<Piece> piece, segment->Finish());
      return side->sort_->Append(std::move(piece));
    };
    while (true) {
      ARROW_RETURN_NOT_OK(context.cancellation().Check());
      std::shared_ptr<arrow::RecordBatch> batch;
      ARROW_RETURN_NOT_OK(reader.ReadNext(&batch));
      if (batch == nullptr) break;
      ARROW_RETURN_NOT_OK(segment->Add(*batch));
      if (segment->bytes() >= kPieceBytes) ARROW_RETURN_NOT_OK(append());
    }
    ARROW_RETURN_NOT_OK(append());
    ARROW_RETURN_NOT_OK(side->sort_->Finish());
    ARROW_ASSIGN_OR_RAISE(auto rows, side->sort_->OpenRows());
    side->reader_ = std::make_unique<ScanReader>(std::move(rows), 0, nullptr, context);
    return side;
  }
  arrow::RecordBatchReader& reader() { return *reader_; }

 private:
  std::unique_ptr<ExternalSort> sort_;  // outlives the reader
  std::unique_ptr<ScanReader> reader_;
};

Status CheckKeys(const std::vector<std::string>& keys, const arrow::Schema& schema) {
  for (const std::string& key : keys) {
    if (schema.GetFieldIndex(key) < 0) {
      return Fail(kNoSuchColumn, {}, "the key column '{}' is not in both data sets", key);
    }
  }
  return Status::OK();
}

/// Checksums of both sides, from streams of their own.
Result<RowChecksum> ChecksumOf(arrow::RecordBatchReader& reader, ExecutionContext& context) {
  RowChecksum checksum;
  while (true) {
    ARROW_RETURN_NOT_OK(context.cancellation().Check());
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader.ReadNext(&batch));
    if (batch == nullptr) return checksum;
    ARROW_RETURN_NOT_OK(checksum.Add(*batch));
  }
}

struct Sides {
  CommonColumns common;
  std::unique_ptr<CommonReader> left, right;
};

Result<Sides> OpenSides(const CompareRequest& request, const Registry& registry,
                        ExecutionContext& context, Comparison* comparison) {
  ARROW_ASSIGN_OR_RAISE(auto left, Read(request.left, registry, context));
  ARROW_ASSIGN_OR_RAISE(auto right, Read(request.right, registry, context));
  Sides sides;
  comparison->columns.clear();
  sides.common = MatchColumns(*left->schema(), *right->schema(), comparison);
  sides.left = std::make_unique<CommonReader>(std::move(left), sides.common.schema,
                                              sides.common.left, context.memory_pool());
  sides.right = std::make_unique<CommonReader>(std::move(right), sides.common.schema,
                                               sides.common.right, context.memory_pool());
  return sides;
}

}  // namespace
}  // namespace core

Result<Comparison> Compare(const CompareRequest& request, const Registry& registry,
                           ExecutionContext& context) {
  Comparison comparison;
  ARROW_ASSIGN_OR_RAISE(core::Sides sides,
                        core::OpenSides(request, registry, context, &comparison));
  ARROW_RETURN_NOT_OK(core::CheckKeys(request.key, *sides.common.schema));
  std::vector<std::string> keys = request.key;
  if (keys.empty() && request.ignore_order) {
    ARROW_ASSIGN_OR_RAISE(const auto left, core::ChecksumOf(*sides.left, context));
    ARROW_ASSIGN_OR_RAISE(const auto right, core::ChecksumOf(*sides.right, context));
    comparison.rows_left = left.rows();
    comparison.rows_right = right.rows();
    comparison.checksum_left = left.ToString();
    comparison.checksum_right = right.ToString();
    if (left == right) {
      comparison.equal = comparison.columns.empty();
      return comparison;
    }
    // The rows that differ are found by matching whole rows.
    keys = sides.common.schema->field_names();
    ARROW_ASSIGN_OR_RAISE(sides, core::OpenSides(request, registry, context, &comparison));
  }
  core::Comparer comparer(request, context, &comparison);
  if (keys.empty()) {
    ARROW_RETURN_NOT_OK(comparer.ByPosition(*sides.left, *sides.right));
  } else {
    ARROW_ASSIGN_OR_RAISE(const auto left, core::SortedSide::Make(*sides.left, keys, context));
    ARROW_ASSIGN_OR_RAISE(const auto right, core::SortedSide::Make(*sides.right, keys, context));
    ARROW_RETURN_NOT_OK(
        comparer.ByKey(keys, *sides.common.schema, left->reader(), right->reader()));
  }
  comparison.equal = comparison.columns.empty() && comparison.difference_count == 0;
  return comparison;
}

}  // namespace pyforge
