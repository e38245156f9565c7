// Rows per second of our encoder and of Arrow's, on the columns of an order table.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/util/thread_pool.h>
#include <benchmark/benchmark.h>
#include <parquet/arrow/writer.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "formats/parquet/options.h"
#include "formats/parquet/writer.h"
#include "pyforge/execution.h"

namespace pyforge::parquet {
namespace {

constexpr int64_t kBatchRows = int64_t{16} << 10;
constexpr int64_t kRows = kBatchRows * 6;

class NullFile : public OutputFile {
 public:
  using OutputFile::Append;
  const std::string& path() const override { return path_; }
  int64_t position() const override { return position_; }
  Status Append(std::span<const uint8_t> bytes) override {
    position_ += static_cast<int64_t>(bytes.size());
    return Status::OK();
  }

 private:
  std::string path_ = "null";
  int64_t position_ = 0;
};

template <typename Builder, typename Make>
std::shared_ptr<arrow::Array> Column(const std::shared_ptr<arrow::DataType>& type, int nulls_of_100,
                                     Make&& make) {
  std::unique_ptr<arrow::ArrayBuilder> any;
  (void)arrow::MakeBuilder(arrow::default_memory_pool(), type, &any);
  auto& builder = static_cast<Builder&>(*any);
  std::mt19937_64 random(42);
  for (int64_t row = 0; row < kRows; ++row) {
    if (nulls_of_100 != 0 && static_cast<int>(random() % 100) < nulls_of_100) {
      (void)builder.AppendNull();
    } else {
      (void)builder.Append(make(row, random));
    }
  }
  return *builder.Finish();
}

std::string Words(std::mt19937_64& random, size_t bytes) {
  static const std::vector<std::string> kSyllables = {"ba",  "ne",  "ti",  "ro",  "su",  "kal",
                                                      "mer", "von", "pri", "sto", "lan", "que"};
  std::string text;
  while (text.size() < bytes) {
    for (uint64_t i = random() % 3 + 1; i > 0; --i) text += kSyllables[random() % 12];
    text += random() % 5 == 0 ? std::to_string(random() % 1000) + " " : " ";
  }
  text.resize(bytes);
  return text;
}

struct NamedColumn {
  std::string name;
  std::shared_ptr<arrow::Array> values;
};

const std::vector<NamedColumn>& Columns() {
  using Random = std::mt19937_64;
  static const std::vector<NamedColumn> kColumns = {
      {"id", Column<arrow::Int64Builder>(arrow::int64(), 0,
                                         [](int64_t row, Random&) { return 1'000'000 + row; })},
      {"customer", Column<arrow::Int64Builder>(arrow::int64(), 0,
                                               [](int64_t, Random& random) {
                                                 return static_cast<int64_t>(random() % 2'000'000);
                                               })},
      {"qty", Column<arrow::Int64Builder>(
                  arrow::int64(), 5,
                  [](int64_t, Random& random) { return static_cast<int64_t>(random() % 1000); })},
      {"amount", Column<arrow::DoubleBuilder>(arrow::float64(), 0,
                                              [](int64_t, Random& random) {
                                                return static_cast<double>(random() % 10'000'000) /
                                                       100;
                                              })},
      {"rate", Column<arrow::DoubleBuilder>(arrow::float64(), 0,
                                            [](int64_t, Random& random) {
                                              return static_cast<double>(random() % 1'000'000) /
                                                     1e6;
                                            })},
      {"time", Column<arrow::TimestampBuilder>(
                   arrow::timestamp(arrow::TimeUnit::MICRO), 0,
                   [](int64_t, Random& random) {
                     return static_cast<int64_t>(1'500'000'000 + random() % 200'000'000) *
                            1'000'000;
                   })},
      {"date", Column<arrow::Date32Builder>(arrow::date32(), 0,
                                            [](int64_t, Random& random) {
                                              return static_cast<int32_t>(17'000 + random() % 3000);
                                            })},
      {"active",
       Column<arrow::BooleanBuilder>(arrow::boolean(), 0,
                                     [](int64_t, Random& random) { return random() % 3 == 0; })},
      {"status", Column<arrow::StringBuilder>(arrow::utf8(), 0,
                                              [](int64_t, Random& random) {
                                                static const std::vector<std::string> kNames = {
                                                    "new",     "paid",     "packed",
                                                    "shipped", "returned", "cancelled"};
                                                return kNames[random() % kNames.size()];
                                              })},
      {"zip", Column<arrow::StringBuilder>(arrow::utf8(), 0,
                                           [](int64_t, Random& random) {
                                             return std::to_string(10'000 + random() % 90'000);
                                           })},
      {"email", Column<arrow::StringBuilder>(arrow::utf8(), 2,
                                             [](int64_t, Random& random) {
                                               return "user" +
                                                      std::to_string(random() % 1'000'000) +
                                                      "@example.com";
                                             })},
      {"note", Column<arrow::StringBuilder>(
                   arrow::utf8(), 10,
                   [](int64_t, Random& random) { return Words(random, 30 + random() % 75); })},
  };
  return kColumns;
}

// Column -1: all of them.
arrow::RecordBatchVector Batches(int64_t column) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (size_t i = 0; i < Columns().size(); ++i) {
    if (column >= 0 && static_cast<size_t>(column) != i) continue;
    fields.push_back(arrow::field(Columns()[i].name, Columns()[i].values->type()));
    arrays.push_back(Columns()[i].values);
  }
  const auto all = arrow::RecordBatch::Make(arrow::schema(fields), kRows, arrays);
  arrow::RecordBatchVector batches;
  for (int64_t row = 0; row < kRows; row += kBatchRows) {
    batches.push_back(all->Slice(row, kBatchRows));
  }
  return batches;
}

void Report(benchmark::State& state, int64_t column, int64_t file_bytes) {
  state.SetLabel(column < 0 ? "all" : Columns()[static_cast<size_t>(column)].name);
  state.counters["ns/row"] =
      benchmark::Counter(static_cast<double>(kRows), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
  state.counters["B/row"] = static_cast<double>(file_bytes) / static_cast<double>(kRows);
}

void OurWriter(benchmark::State& state, const std::string& compression) {
  ExecutionContext context({});
  const arrow::RecordBatchVector batches = Batches(state.range(0));
  NullFile file;
  WriteOptions options;
  options.compression = compression;
  auto output = OpenOutput(file, options, context).ValueOrDie();
  auto sink = output->OpenTable({.name = "t", .schema = batches[0]->schema()}).ValueOrDie();
  auto segment = sink->NewSegment();
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const auto& batch : batches) {
      if (!segment->Add(*batch).ok()) return state.SkipWithError("Add");
    }
    const int64_t before = file.position();
    if (!sink->Append(segment->Finish().ValueOrDie()).ok()) return state.SkipWithError("Append");
    bytes = file.position() - before;
  }
  Report(state, state.range(0), bytes);
}

void ArrowWriter(benchmark::State& state, bool is_tuned, arrow::Compression::type compression) {
  const arrow::RecordBatchVector batches = Batches(state.range(0));
  ::parquet::WriterProperties::Builder builder;
  builder.compression(compression);
  if (is_tuned) {
    builder.disable_dictionary();
    for (const char* name : {"id", "customer", "qty", "time", "date"}) {
      builder.encoding(name, ::parquet::Encoding::DELTA_BINARY_PACKED);
    }
    for (const char* name : {"zip", "email", "note"}) {
      builder.encoding(name, ::parquet::Encoding::DELTA_LENGTH_BYTE_ARRAY);
    }
    builder.enable_dictionary("status");
    for (const char* name : {"id", "customer", "qty", "time", "date", "rate", "zip", "status"}) {
      builder.compression(name, arrow::Compression::UNCOMPRESSED);
    }
  }
  int64_t bytes = 0;
  for (auto _ : state) {
    auto sink = arrow::io::BufferOutputStream::Create(int64_t{32} << 20).ValueOrDie();
    auto writer = ::parquet::arrow::FileWriter::Open(
                      *batches[0]->schema(), arrow::default_memory_pool(), sink, builder.build())
                      .ValueOrDie();
    if (!writer->NewBufferedRowGroup().ok()) return state.SkipWithError("NewBufferedRowGroup");
    for (const auto& batch : batches) {
      if (!writer->WriteRecordBatch(*batch).ok()) return state.SkipWithError("WriteRecordBatch");
    }
    if (!writer->Close().ok()) return state.SkipWithError("Close");
    bytes = sink->Tell().ValueOrDie();
  }
  Report(state, state.range(0), bytes);
}

constexpr int64_t kColumnCount = 12;
BENCHMARK_CAPTURE(OurWriter, snappy, "snappy")->DenseRange(-1, kColumnCount - 1);
BENCHMARK_CAPTURE(OurWriter, none, "none")->DenseRange(-1, kColumnCount - 1);
BENCHMARK_CAPTURE(OurWriter, zstd, "zstd")->Arg(-1);
BENCHMARK_CAPTURE(ArrowWriter, default, false, arrow::Compression::SNAPPY)
    ->DenseRange(-1, kColumnCount - 1);
BENCHMARK_CAPTURE(ArrowWriter, tuned, true, arrow::Compression::SNAPPY)
    ->DenseRange(-1, kColumnCount - 1);
BENCHMARK_CAPTURE(ArrowWriter, zstd, false, arrow::Compression::ZSTD)->Arg(-1);

}  // namespace
}  // namespace pyforge::parquet
