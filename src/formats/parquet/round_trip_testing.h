// For tests: writes tables with our writer, reads them back with Arrow's reader and with ours.
#pragma once

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include <memory>
#include <string>
#include <utility>

#include "formats/parquet/reader.h"
#include "formats/parquet/writer.h"
#include "pyforge/execution.h"
#include "support/memory_io.h"

namespace pyforge::parquet {

struct WriteShape {
  int64_t batch_rows = int64_t{16} << 10;
  int64_t segment_batches = 1'000'000;  ///< so many batches go into one segment
  int segments_in_use = 1;              ///< taken in turns, as by so many workers
};

/// A Parquet file that holds the table.
inline Result<std::string> WriteFile(const arrow::Table& table, const WriteOptions& options = {},
                                     const WriteShape& shape = {}) {
  ExecutionContext context({});
  testing::MemoryOutput file("t.parquet");
  ARROW_ASSIGN_OR_RAISE(auto output, OpenOutput(file, options, context));
  ARROW_ASSIGN_OR_RAISE(auto sink, output->OpenTable({.name = "t", .schema = table.schema()}));
  std::vector<std::unique_ptr<Segment>> segments;
  segments.reserve(static_cast<size_t>(shape.segments_in_use));
  for (int i = 0; i < shape.segments_in_use; ++i) segments.push_back(sink->NewSegment());
  arrow::TableBatchReader reader(table);
  reader.set_chunksize(shape.batch_rows);
  int64_t batches = 0;
  size_t turn = 0;
  const auto finish = [&]() -> Status {
    ARROW_ASSIGN_OR_RAISE(auto piece, segments[turn]->Finish());
    turn = (turn + 1) % segments.size();
    batches = 0;
    return piece->rows == 0 ? Status::OK() : sink->Append(std::move(piece));
  };
  while (true) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader.ReadNext(&batch));
    if (batch == nullptr) break;
    ARROW_RETURN_NOT_OK(segments[turn]->Add(*batch));
    if (++batches == shape.segment_batches) ARROW_RETURN_NOT_OK(finish());
  }
  ARROW_RETURN_NOT_OK(finish());
  ARROW_ASSIGN_OR_RAISE(const TableSummary summary, sink->Finish());
  if (summary.rows != table.num_rows()) return Status::Invalid("the summary lost rows");
  ARROW_RETURN_NOT_OK(output->Finish());
  return std::move(file.bytes);
}

inline std::unique_ptr<::parquet::ParquetFileReader> OpenWithArrow(const std::string& bytes) {
  ::parquet::ReaderProperties properties;
  properties.set_page_checksum_verification(true);
  return ::parquet::ParquetFileReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)), properties);
}

inline Result<std::shared_ptr<arrow::Table>> ReadWithArrow(const std::string& bytes) {
  ARROW_ASSIGN_OR_RAISE(auto reader, ::parquet::arrow::FileReader::Make(
                                         arrow::default_memory_pool(), OpenWithArrow(bytes)));
  ARROW_ASSIGN_OR_RAISE(auto table, reader->ReadTable());
  ARROW_RETURN_NOT_OK(table->ValidateFull());
  return table;
}

inline ExecutionContext& DefaultContext() {
  static ExecutionContext context({.threads = 1});
  return context;
}

struct ReadShape {
  TableRequest request = {};
  ReadOptions options = {};
  DecodeMode mode = DecodeMode::kRows;
  ExecutionContext* context = &DefaultContext();  ///< outlives the rows, which lie in its pool
};

/// All rows of a file, by our reader; `morsels` tells in how many pieces they came.
inline Result<std::shared_ptr<arrow::Table>> ReadFile(std::string bytes,
                                                      const ReadShape& shape = {},
                                                      int* morsels = nullptr) {
  auto source = std::make_shared<testing::MemorySource>("t.parquet", std::move(bytes));
  ARROW_ASSIGN_OR_RAISE(auto input, OpenInput(source, shape.options, *shape.context));
  ARROW_ASSIGN_OR_RAISE(auto scans, input->Scan(std::span(&shape.request, 1)));
  Scan& scan = *scans.front();
  const auto decoder = scan.NewDecoder();
  arrow::RecordBatchVector batches;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto morsel, scan.Next());
    if (morsel == nullptr) break;
    if (morsels != nullptr) ++*morsels;
    ARROW_ASSIGN_OR_RAISE(Decoded decoded, decoder->Decode(*morsel, shape.mode));
    for (DecodedBatch& each : decoded.batches) batches.push_back(std::move(each.batch));
  }
  ARROW_ASSIGN_OR_RAISE(auto table,
                        arrow::Table::FromRecordBatches(scan.tables().front().schema, batches));
  ARROW_RETURN_NOT_OK(table->ValidateFull());
  return table;
}

inline void ExpectEqual(const arrow::Table& expected, const arrow::Table& actual,
                        const std::string& what = {}) {
  ASSERT_EQ(expected.num_rows(), actual.num_rows()) << what;
  ASSERT_EQ(expected.num_columns(), actual.num_columns()) << what;
  for (int i = 0; i < expected.num_columns(); ++i) {
    EXPECT_EQ(expected.field(i)->name(), actual.field(i)->name()) << what;
    const auto& a = *expected.column(i);
    const auto& b = *actual.column(i);
    EXPECT_TRUE(a.Equals(b, arrow::EqualOptions::Defaults().nans_equal(true)))
        << what << ", column " << expected.field(i)->ToString() << " came back as "
        << b.type()->ToString() << " starting " << b.Slice(0, 5)->ToString().substr(0, 300);
  }
}

}  // namespace pyforge::parquet
