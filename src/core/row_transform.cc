#include "core/row_transform.h"

#include <algorithm>
#include <set>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "pyforge/input.h"
#include "schema/cast.h"
#include "schema/column_names.h"

namespace pyforge::core {
namespace {

Result<int> ColumnIndex(const arrow::Schema& schema, std::string_view name) {
  const int index = schema.GetFieldIndex(std::string(name));
  if (index >= 0) return index;
  std::vector<std::string_view> known;
  for (const auto& field : schema.fields()) known.push_back(field->name());
  const std::string_view nearest = NearestName(name, known);
  if (nearest.empty()) return Fail(kNoSuchColumn, {}, "there is no column '{}'", name);
  return Fail(kNoSuchColumn, {}, "there is no column '{}'; did you mean '{}'?", name, nearest);
}

}  // namespace

Result<std::unique_ptr<RowTransform>> RowTransform::Make(
    const std::shared_ptr<arrow::Schema>& input, const ConversionOptions& options,
    arrow::MemoryPool* pool) {
  std::unique_ptr<RowTransform> transform(new RowTransform());
  transform->pool_ = pool;
  std::set<std::string> needed;

  arrow::FieldVector fields = input->fields();
  ARROW_ASSIGN_OR_RAISE(const std::vector<schema::CastRequest> casts,
                        schema::ParseCasts(options.cast));
  for (const auto& [column, type] : casts) {
    ARROW_ASSIGN_OR_RAISE(const int index, ColumnIndex(*input, column));
    needed.insert(column);
    auto& field = fields[static_cast<size_t>(index)];
    if (field->type()->Equals(*type)) continue;
    field = field->WithType(type);
    transform->casts_.push_back({index, type});
  }
  transform->cast_schema_ = arrow::schema(std::move(fields), input->metadata());

  if (!options.filter.empty()) {
    ARROW_ASSIGN_OR_RAISE(const Expression condition, Expression::Parse(options.filter));
    ARROW_ASSIGN_OR_RAISE(transform->filter_,
                          BoundExpression::Bind(condition, transform->cast_schema_));
    for (const std::string& name : condition.columns()) needed.insert(name);
  }

  arrow::FieldVector chosen;
  if (options.columns.empty()) {
    for (int i = 0; i < input->num_fields(); ++i) transform->projection_.push_back(i);
  } else {
    for (const std::string& name : options.columns) {
      ARROW_ASSIGN_OR_RAISE(const int index, ColumnIndex(*input, name));
      const std::vector<int>& earlier = transform->projection_;
      if (std::find(earlier.begin(), earlier.end(), index) != earlier.end()) {
        return Fail(kBadOption, {.column = name}, "the option 'columns' names '{}' twice", name);
      }
      transform->projection_.push_back(index);
      needed.insert(name);
    }
    // Rows are kept for their text, whatever columns were chosen.
    const int rejected = input->GetFieldIndex(std::string(kRejectedColumn));
    if (options.bad_rows == BadRows::kKeep && rejected >= 0 &&
        needed.insert(std::string(kRejectedColumn)).second) {
      transform->projection_.push_back(rejected);
    }
    for (const auto& field : input->fields()) {
      if (needed.contains(field->name())) transform->columns_needed_.push_back(field->name());
    }
  }
  std::vector<std::string> names;
  for (int index : transform->projection_) {
    chosen.push_back(transform->cast_schema_->field(index));
    names.push_back(chosen.back()->name());
  }
  if (options.rename == RenameColumns::kSnake) {
    names = schema::SnakeCaseNames(names);
    for (size_t i = 0; i < chosen.size(); ++i) chosen[i] = chosen[i]->WithName(names[i]);
  }
  transform->output_schema_ = arrow::schema(std::move(chosen), input->metadata());
  transform->is_identity_ = transform->casts_.empty() && transform->filter_ == nullptr &&
                            transform->output_schema_->Equals(*input);
  return transform;
}

Result<std::shared_ptr<arrow::RecordBatch>> RowTransform::Apply(
    const std::shared_ptr<arrow::RecordBatch>& batch) const {
  std::shared_ptr<arrow::RecordBatch> rows = batch;
  if (!casts_.empty()) {
    arrow::ArrayVector columns = rows->columns();
    for (const ColumnCast& cast : casts_) {
      auto& column = columns[static_cast<size_t>(cast.index)];
      Result<std::shared_ptr<arrow::Array>> converted =
          schema::CastColumn(column, cast.type, pool_);
      if (!converted.ok()) {
        return AddWhere(converted.status(), {.column = cast_schema_->field(cast.index)->name()});
      }
      column = *std::move(converted);
    }
    rows = arrow::RecordBatch::Make(cast_schema_, rows->num_rows(), std::move(columns));
  }
  if (filter_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(rows, filter_->Filter(rows, pool_));
  }
  arrow::ArrayVector chosen;
  chosen.reserve(projection_.size());
  for (int index : projection_) chosen.push_back(rows->column(index));
  return arrow::RecordBatch::Make(output_schema_, rows->num_rows(), std::move(chosen));
}

}  // namespace pyforge::core
