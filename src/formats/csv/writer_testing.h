// Writes CSV text in tests.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "formats/csv/writer.h"
#include "support/memory_io.h"

namespace pyforge::csv {

using Batches = arrow::RecordBatchVector;

/// What is written for the batches, each a segment of its own.
inline Result<std::string> WriteAll(const std::shared_ptr<arrow::Schema>& schema,
                                    const Batches& batches, const WriteOptions& options = {},
                                    std::string name = "t.csv") {
  ExecutionContext context({.threads = 1});
  testing::MemoryOutput output(std::move(name));
  ARROW_ASSIGN_OR_RAISE(auto file, OpenWriter(output, options, context));
  ARROW_ASSIGN_OR_RAISE(auto sink, file->OpenTable({.name = "t", .schema = schema}));
  const auto segment = sink->NewSegment();
  int64_t rows = 0;
  for (const auto& batch : batches) {
    ARROW_RETURN_NOT_OK(segment->Add(*batch));
    if (batch->num_rows() > 0 && segment->bytes() <= 0) {
      return Status::Invalid("the segment holds nothing");
    }
    ARROW_ASSIGN_OR_RAISE(auto piece, segment->Finish());
    rows += piece->rows;
    ARROW_RETURN_NOT_OK(sink->Append(std::move(piece)));
  }
  ARROW_ASSIGN_OR_RAISE(const TableSummary summary, sink->Finish());
  if (summary.rows != rows) return Status::Invalid("rows were lost");
  ARROW_RETURN_NOT_OK(file->Finish());
  return output.bytes;
}

/// Of values that are not null.
template <typename Builder, typename Value = typename Builder::value_type, typename... Arguments>
std::shared_ptr<arrow::Array> MakeArray(const std::vector<Value>& values,
                                        Arguments&&... arguments) {
  Builder builder(std::forward<Arguments>(arguments)...);
  for (const auto& value : values) EXPECT_TRUE(builder.Append(value).ok());
  return *builder.Finish();
}

inline std::shared_ptr<arrow::Array> Texts(const std::vector<std::optional<std::string>>& values) {
  arrow::StringBuilder builder;
  for (const auto& value : values) {
    EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  }
  return *builder.Finish();
}

/// One column named v, without its header.
inline std::string WriteColumn(const std::shared_ptr<arrow::Array>& column,
                               const WriteOptions& options = {}) {
  const auto schema = arrow::schema({arrow::field("v", column->type())});
  const auto batch = arrow::RecordBatch::Make(schema, column->length(), {column});
  const auto text = WriteAll(schema, {batch}, options);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? text->substr(text->find('\n') + 1) : "";
}

}  // namespace pyforge::csv
