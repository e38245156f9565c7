#include "core/expression/select_rows.h"

#include <utility>

#include <arrow/api.h>
#include <arrow/compute/api.h>

namespace pyforge::core {
namespace {

// Arrow's take has no kernels for views and run-ends; its builders know every type.
Result<std::shared_ptr<arrow::Array>> TakeByBuilder(const arrow::Array& column,
                                                    const arrow::UInt32Array& numbers,
                                                    arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(column.type(), pool));
  const arrow::ArraySpan values(*column.data());
  for (int64_t i = 0; i < numbers.length();) {
    const int64_t first = numbers.Value(i);
    int64_t count = 1;
    while (i + count < numbers.length() && numbers.Value(i + count) == first + count) ++count;
    ARROW_RETURN_NOT_OK(builder->AppendArraySlice(values, first, count));
    i += count;
  }
  return builder->Finish();
}

}  // namespace

Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& column,
                                               const arrow::UInt32Array& numbers,
                                               arrow::MemoryPool* pool) {
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  Result<std::shared_ptr<arrow::Array>> taken = arrow::compute::Take(
      *column, numbers, arrow::compute::TakeOptions::NoBoundsCheck(), &context);
  if (!taken.status().IsNotImplemented()) return taken;
  return TakeByBuilder(*column, numbers, pool);
}

Result<std::shared_ptr<arrow::RecordBatch>> FilterRows(
    const std::shared_ptr<arrow::RecordBatch>& batch, const arrow::BooleanArray& mask,
    arrow::MemoryPool* pool) {
  const int64_t count = mask.true_count();
  if (count == batch->num_rows()) return batch;
  if (count == 0) return batch->Slice(0, 0);
  arrow::UInt32Builder builder(pool);
  ARROW_RETURN_NOT_OK(builder.Reserve(count));
  for (int64_t i = 0; i < mask.length(); ++i) {
    if (mask.IsValid(i) && mask.Value(i)) builder.UnsafeAppend(static_cast<uint32_t>(i));
  }
  std::shared_ptr<arrow::UInt32Array> numbers;
  ARROW_RETURN_NOT_OK(builder.Finish(&numbers));
  arrow::ArrayVector columns;
  columns.reserve(static_cast<size_t>(batch->num_columns()));
  for (const auto& column : batch->columns()) {
    ARROW_ASSIGN_OR_RAISE(auto taken, TakeRows(column, *numbers, pool));
    columns.push_back(std::move(taken));
  }
  return arrow::RecordBatch::Make(batch->schema(), count, std::move(columns));
}

}  // namespace pyforge::core
