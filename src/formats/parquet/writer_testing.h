// Tables of one column for the writer's tests, and what a file's footer says of a column.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/util/compression.h>
#include <gtest/gtest.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include "formats/parquet/round_trip_testing.h"
#include "support/matchers.h"

namespace pyforge::parquet {

inline std::shared_ptr<arrow::Table> OneColumn(const std::shared_ptr<arrow::Array>& values,
                                               bool nullable = true) {
  return arrow::Table::Make(arrow::schema({arrow::field("c", values->type(), nullable)}), {values});
}

template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> ArrayOf(const std::vector<std::optional<Value>>& values,
                                      Builder builder = Builder()) {
  for (const auto& value : values) {
    EXPECT_OK(value ? builder.Append(*value) : builder.AppendNull());
  }
  return *builder.Finish();
}

inline std::shared_ptr<arrow::Array> Longs(int64_t count,
                                           const std::function<int64_t(int64_t)>& make) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) EXPECT_OK(builder.Append(make(i)));
  return *builder.Finish();
}

inline std::shared_ptr<arrow::Array> Texts(int64_t count,
                                           const std::function<std::string(int64_t)>& make) {
  arrow::StringBuilder builder;
  for (int64_t i = 0; i < count; ++i) EXPECT_OK(builder.Append(make(i)));
  return *builder.Finish();
}

inline std::string NameOf(::parquet::Encoding::type encoding) {
  return ::parquet::EncodingToString(encoding);
}

/// What the footer says of the only column's chunk in one row group.
struct ChunkView {
  std::vector<std::string> encodings;
  std::string compression;
  bool has_dictionary = false;
  int64_t stored_bytes = 0;
  int64_t null_count = 0;
  bool has_bounds = false;
  std::string min;
  std::string max;
  std::optional<bool> min_is_exact;
  std::optional<bool> max_is_exact;
};

inline ChunkView ViewChunk(const std::string& bytes, int row_group = 0, int column = 0) {
  const auto reader = OpenWithArrow(bytes);
  const auto metadata = reader->metadata();
  const auto chunk = metadata->RowGroup(row_group)->ColumnChunk(column);
  ChunkView view;
  for (const auto& each : chunk->encoding_stats()) {
    if (each.page_type == ::parquet::PageType::DATA_PAGE) {
      view.encodings.push_back(NameOf(each.encoding));
    }
  }
  view.compression = arrow::util::Codec::GetCodecAsString(chunk->compression());
  view.has_dictionary = chunk->has_dictionary_page();
  view.stored_bytes = chunk->total_compressed_size();
  const auto statistics = chunk->encoded_statistics();
  if (statistics != nullptr) {
    view.null_count = statistics->null_count;
    view.has_bounds = statistics->has_min && statistics->has_max;
    view.min = statistics->min();
    view.max = statistics->max();
    view.min_is_exact = statistics->is_min_value_exact;
    view.max_is_exact = statistics->is_max_value_exact;
  }
  return view;
}

}  // namespace pyforge::parquet
