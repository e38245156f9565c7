#include "core/exchange/external_sort.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/exchange/errors.h"
#include "io/errors.h"

namespace pyforge::core {
namespace {

using testing::ElementsAre;

/// Rows (key, text, number): numbers count up, so that they tell the original order.
struct Row {
  std::optional<int64_t> key;
  std::string text;
  int64_t number = 0;
  bool operator==(const Row&) const = default;
};

std::shared_ptr<arrow::Schema> RowSchema() {
  return arrow::schema({arrow::field("key", arrow::int64()), arrow::field("text", arrow::utf8()),
                        arrow::field("number", arrow::int64())});
}

std::shared_ptr<arrow::RecordBatch> ToBatch(std::span<const Row> rows) {
  arrow::Int64Builder keys, numbers;
  arrow::StringBuilder texts;
  for (const Row& row : rows) {
    (void)(row.key ? keys.Append(*row.key) : keys.AppendNull());
    (void)texts.Append(row.text);
    (void)numbers.Append(row.number);
  }
  return arrow::RecordBatch::Make(RowSchema(), static_cast<int64_t>(rows.size()),
                                  {*keys.Finish(), *texts.Finish(), *numbers.Finish()});
}

std::vector<Row> RandomRows(size_t count, int64_t key_max, size_t text_bytes_max) {
  std::mt19937_64 random(7);
  std::vector<Row> rows(count);
  for (size_t i = 0; i < count; ++i) {
    const auto key = static_cast<int64_t>(random() % static_cast<uint64_t>(key_max + 1));
    if (key != key_max) rows[i].key = key;
    rows[i].text = std::string(random() % (text_bytes_max + 1), 'a');
    for (char& c : rows[i].text) c = static_cast<char>('a' + random() % 26);
    rows[i].number = static_cast<int64_t>(i);
  }
  return rows;
}

/// Feeds rows as segments of `segment_rows`, by several threads at once, appended in order.
void Feed(ExternalSort& sort, const std::vector<Row>& rows, size_t segment_rows, int threads) {
  const size_t count = (rows.size() + segment_rows - 1) / segment_rows;
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::condition_variable appended;
  size_t next_to_append = 0;
  const auto work = [&] {
    auto segment = sort.NewSegment();
    for (size_t i = next++; i < count; i = next++) {
      const auto part = std::span(rows).subspan(
          i * segment_rows, std::min(segment_rows, rows.size() - i * segment_rows));
      const auto batch = ToBatch(part);
      for (int64_t at = 0; at < batch->num_rows(); at += 1000) {
        EXPECT_TRUE(segment->Add(*batch->Slice(at, 1000)).ok());
      }
      EXPECT_EQ(segment->bytes() > 0, batch->num_rows() > 0);
      auto piece = segment->Finish();
      ASSERT_TRUE(piece.ok()) << piece.status();
      EXPECT_EQ((*piece)->rows, 0);
      std::unique_lock lock(mutex);
      appended.wait(lock, [&] { return next_to_append == i; });
      EXPECT_TRUE(sort.Append(*std::move(piece)).ok());
      ++next_to_append;
      appended.notify_all();
    }
  };
  std::vector<std::thread> workers;
  workers.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(sort.Finish()->rows, static_cast<int64_t>(rows.size()));
}

/// What a scan gives, and how it was cut.
struct Read {
  std::vector<Row> rows;
  std::vector<int64_t> morsel_bytes;
};

void ReadGroup(SortedRows& sorted, Read* read) {
  const auto decoder = sorted.NewDecoder();
  while (true) {
    auto morsel = sorted.Next();
    ASSERT_TRUE(morsel.ok()) << morsel.status();
    if (*morsel == nullptr) return;
    read->morsel_bytes.push_back((*morsel)->bytes);
    auto decoded = decoder->Decode(**morsel, DecodeMode::kRows);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    for (const DecodedBatch& each : decoded->batches) {
      ASSERT_TRUE(each.batch->ValidateFull().ok());
      EXPECT_LE(each.batch->num_rows(), 16 << 10);
      EXPECT_EQ(each.batch->num_rows(), decoded->record_count);
      const auto column = [&](const char* name) { return each.batch->GetColumnByName(name); };
      const auto& keys = static_cast<const arrow::Int64Array&>(*column("key"));
      const auto& texts = static_cast<const arrow::StringArray&>(*column("text"));
      const auto& numbers = static_cast<const arrow::Int64Array&>(*column("number"));
      for (int64_t i = 0; i < each.batch->num_rows(); ++i) {
        Row row{.text = texts.GetString(i), .number = numbers.Value(i)};
        if (keys.IsValid(i)) row.key = keys.Value(i);
        read->rows.push_back(std::move(row));
      }
    }
  }
}

std::vector<Row> Sorted(std::vector<Row> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
    return a.key < b.key;
  });
  return rows;
}

ExecutionOptions SmallBudget(int threads) {
  // Below what the program itself takes: every share is the least there is.
  return {.memory_bytes_max = int64_t{32} << 20, .threads = threads};
}

TEST(ExternalSort, SortsInMemoryWhatFits) {
  ExecutionContext context({.memory_bytes_max = int64_t{512} << 20, .threads = 2});
  const std::vector<Row> rows = RandomRows(20'000, 100, 20);
  auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
  ASSERT_TRUE(sort.ok()) << sort.status();
  Feed(**sort, rows, 3000, 2);
  EXPECT_EQ((*sort)->spilled_bytes(), 0);
  auto sorted = (*sort)->OpenRows();
  ASSERT_TRUE(sorted.ok());
  Read read;
  ReadGroup(**sorted, &read);
  EXPECT_EQ(read.rows, Sorted(rows));
}

TEST(ExternalSort, SpillsBeyondItsShareAndStaysStableForAnyNumberOfThreads) {
  const std::vector<Row> rows = RandomRows(200'000, 50, 100);
  const std::vector<Row> expected = Sorted(rows);
  std::vector<int64_t> first_cut;
  for (const int threads : {1, 2, 5}) {
    ExecutionContext context(SmallBudget(2));
    auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
    ASSERT_TRUE(sort.ok());
    Feed(**sort, rows, 7000, threads);
    EXPECT_GT((*sort)->spilled_bytes(), 1 << 20);
    EXPECT_GT(context.temp_budget().bytes_used(), 0);
    auto sorted = (*sort)->OpenRows();
    ASSERT_TRUE(sorted.ok()) << sorted.status();
    Read read;
    ReadGroup(**sorted, &read);
    EXPECT_TRUE(read.rows == expected) << threads;
    if (first_cut.empty()) first_cut = read.morsel_bytes;
    EXPECT_EQ(read.morsel_bytes, first_cut);
    sorted->reset();
    sort->reset();
    EXPECT_EQ(context.temp_budget().bytes_used(), 0);
  }
}

TEST(ExternalSort, MergesInSeveralRoundsWhenRunsAreMany) {
  // Texts of 100 KiB make chunks so large that only a few runs can be read at once.
  const std::vector<Row> rows = RandomRows(600, 50, 200'000);
  ExecutionContext context(SmallBudget(1));
  auto sort =
      ExternalSort::Make(RowSchema(), {.keys = {{.column = "key", .descending = true}}}, context);
  ASSERT_TRUE(sort.ok());
  Feed(**sort, rows, 5, 1);
  const int64_t spilled = (*sort)->spilled_bytes();
  auto sorted = (*sort)->OpenRows();
  ASSERT_TRUE(sorted.ok()) << sorted.status();
  EXPECT_GT((*sort)->spilled_bytes(), spilled);
  Read read;
  ReadGroup(**sorted, &read);
  std::vector<Row> expected = rows;
  std::stable_sort(expected.begin(), expected.end(), [](const Row& a, const Row& b) {
    if (a.key.has_value() != b.key.has_value()) return a.key.has_value();
    return a.key > b.key;
  });
  EXPECT_TRUE(read.rows == expected);
}

TEST(ExternalSort, SortsBySeveralKeys) {
  ExecutionContext context(SmallBudget(1));
  const std::vector<Row> rows = RandomRows(5000, 5, 2);
  auto sort = ExternalSort::Make(
      RowSchema(),
      {.keys = {{.column = "text", .descending = true}, {.column = "key", .nulls_first = true}}},
      context);
  ASSERT_TRUE(sort.ok());
  Feed(**sort, rows, 700, 1);
  auto sorted = (*sort)->OpenRows();
  Read read;
  ReadGroup(**sorted, &read);
  std::vector<Row> expected = rows;
  std::stable_sort(expected.begin(), expected.end(), [](const Row& a, const Row& b) {
    if (a.text != b.text) return a.text > b.text;
    return a.key < b.key;  // an empty optional is below all
  });
  EXPECT_TRUE(read.rows == expected);
}

TEST(ExternalSort, LeavesSortedRowsAsTheyAre) {
  ExecutionContext context(SmallBudget(1));
  const std::vector<Row> rows = Sorted(RandomRows(50'000, 1000, 60));
  auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
  Feed(**sort, rows, 9000, 1);
  auto sorted = (*sort)->OpenRows();
  Read read;
  ReadGroup(**sorted, &read);
  EXPECT_TRUE(read.rows == rows);
}

TEST(ExternalSort, GivesGroupAfterGroupWithoutTheirColumns) {
  ExecutionContext context(SmallBudget(2));
  const std::vector<Row> rows = RandomRows(60'000, 4, 60);
  auto sort = ExternalSort::Make(
      RowSchema(), {.keys = {{.column = "key"}}, .group_count = 1, .drop_group_columns = true},
      context);
  ASSERT_TRUE(sort.ok());
  EXPECT_EQ((*sort)->sorted_schema()->field_names(), (std::vector<std::string>{"text", "number"}));
  Feed(**sort, rows, 5000, 2);
  auto sorted = (*sort)->OpenRows();
  ASSERT_TRUE(sorted.ok());
  std::vector<std::string> groups;
  while (true) {
    auto has_group = (*sorted)->NextGroup();
    ASSERT_TRUE(has_group.ok());
    if (!*has_group) break;
    const auto key = (*sorted)->GroupRow()->GetColumnByName("key");
    groups.push_back((*key->GetScalar(0))->ToString());
    std::vector<int64_t> expected;
    for (const Row& row : rows) {
      if (row.key
              ? key->IsValid(0) && row.key == static_cast<const arrow::Int64Array&>(*key).Value(0)
              : key->IsNull(0)) {
        expected.push_back(row.number);
      }
    }
    if (groups.size() == 2) continue;  // a group may be passed over
    std::vector<int64_t> numbers;
    const auto decoder = (*sorted)->NewDecoder();
    while (true) {
      auto morsel = (*sorted)->Next();
      ASSERT_TRUE(morsel.ok());
      if (*morsel == nullptr) break;
      auto decoded = decoder->Decode(**morsel, DecodeMode::kRows);
      ASSERT_TRUE(decoded.ok());
      const auto& batch = *decoded->batches[0].batch;
      EXPECT_EQ(batch.num_columns(), 2);
      const auto& column = static_cast<const arrow::Int64Array&>(*batch.column(1));
      for (int64_t i = 0; i < column.length(); ++i) numbers.push_back(column.Value(i));
    }
    EXPECT_EQ(numbers, expected);
  }
  EXPECT_THAT(groups, ElementsAre("0", "1", "2", "3", "null"));
}

TEST(ExternalSort, CarriesEveryType) {
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, std::string>> columns = {
      {arrow::int64(), "[3, 1, 2, null]"},
      {arrow::boolean(), "[true, null, false, true]"},
      {arrow::utf8_view(), R"(["a text that is not inlined", "b", null, "d"])"},
      {arrow::large_utf8(), R"(["a", "b", null, "d"])"},
      {arrow::list(arrow::int32()), "[[1, 2], [], null, [3]]"},
      {arrow::large_list(arrow::utf8()), R"([["x"], [], null, ["y", null]])"},
      {arrow::fixed_size_list(arrow::int8(), 2), "[[1, 2], [3, 4], null, [5, 6]]"},
      {arrow::struct_({arrow::field("x", arrow::utf8())}),
       R"([{"x": "p"}, null, {"x": null}, {"x": "q"}])"},
      {arrow::map(arrow::utf8(), arrow::int64()), R"([[["k", 1]], [], null, [["l", 2]]])"},
      {arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["u", "v", null, "u"])"},
      {arrow::decimal256(50, 1), R"(["1.5", "2.5", null, "3.5"])"},
      {arrow::null(), "[null, null, null, null]"},
      {arrow::fixed_size_binary(2), R"(["aa", "bb", null, "cc"])"},
  };
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [type, json] : columns) {
    fields.push_back(arrow::field("c" + std::to_string(fields.size()), type));
    arrays.push_back(arrow::json::ArrayFromJSONString(type, json).ValueOrDie());
  }
  const auto schema = arrow::schema(fields);
  const auto batch = arrow::RecordBatch::Make(schema, 4, arrays);
  for (const double share : {0.25, 0.0}) {
    ExecutionContext context({.memory_bytes_max = int64_t{128} << 20, .threads = 1});
    auto sort =
        ExternalSort::Make(schema, {.keys = {{.column = "c0"}}, .memory_share = share}, context);
    ASSERT_TRUE(sort.ok());
    auto segment = (*sort)->NewSegment();
    const int repeats = share == 0 ? 6000 : 2;
    for (int i = 0; i < repeats; ++i) {
      ASSERT_TRUE(segment->Add(*batch->Slice(i % 2, 2 + i % 2)).ok());
      if (i % 1000 != 0) continue;
      auto piece = segment->Finish();
      ASSERT_TRUE(piece.ok()) << piece.status();
      ASSERT_TRUE((*sort)->Append(*std::move(piece)).ok());
    }
    auto piece = segment->Finish();
    ASSERT_TRUE((*sort)->Append(*std::move(piece)).ok());
    EXPECT_EQ((*sort)->spilled_bytes() > 0, share == 0);
    auto sorted = (*sort)->OpenRows();
    ASSERT_TRUE(sorted.ok()) << sorted.status();
    const auto decoder = (*sorted)->NewDecoder();
    int64_t rows = 0;
    while (true) {
      auto morsel = (*sorted)->Next();
      ASSERT_TRUE(morsel.ok()) << morsel.status();
      if (*morsel == nullptr) break;
      auto decoded = decoder->Decode(**morsel, DecodeMode::kRows);
      ASSERT_TRUE(decoded.ok()) << decoded.status();
      const auto& got = *decoded->batches[0].batch;
      ASSERT_TRUE(got.ValidateFull().ok());
      ASSERT_TRUE(got.schema()->Equals(*schema));
      rows += got.num_rows();
      // Every row is one of the four, whole: its first column tells which.
      for (int64_t i = 0; i < got.num_rows(); ++i) {
        const auto key = got.column(0)->GetScalar(i).ValueOrDie();
        const int64_t original = !key->is_valid ? 3
                                 : (static_cast<const arrow::Int64Scalar&>(*key).value + 1) % 3 == 1
                                     ? 0
                                     : static_cast<const arrow::Int64Scalar&>(*key).value;
        for (int c = 0; c < got.num_columns(); ++c) {
          ASSERT_EQ((*got.column(c)->GetScalar(i))->ToString(),
                    (*batch->column(c)->GetScalar(original))->ToString())
              << schema->field(c)->ToString();
        }
      }
    }
    EXPECT_EQ(rows, repeats * 5 / 2);
  }
}

TEST(ExternalSort, SortsNothing) {
  ExecutionContext context(SmallBudget(1));
  auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
  ASSERT_TRUE((*sort)->Append(*(*sort)->NewSegment()->Finish()).ok());
  auto sorted = (*sort)->OpenRows();
  ASSERT_TRUE(sorted.ok());
  EXPECT_EQ(*(*sorted)->Next(), nullptr);
  EXPECT_FALSE(*(*sorted)->NextGroup());
  EXPECT_TRUE((*sorted)->types_are_final());
  EXPECT_TRUE(FailedWith((*sorted)->Rewind(), io::kNotRepeatable));
}

TEST(ExternalSort, StopsAtTheLimitOfTemporarySpace) {
  ExecutionOptions options = SmallBudget(1);
  options.temp_bytes_max = 100'000;
  ExecutionContext context(options);
  auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
  const std::vector<Row> rows = RandomRows(50'000, 50, 100);
  auto segment = (*sort)->NewSegment();
  Status status;
  for (size_t i = 0; i < rows.size() && status.ok(); i += 5000) {
    ASSERT_TRUE(segment->Add(*ToBatch(std::span(rows).subspan(i, 5000))).ok());
    auto piece = segment->Finish();
    ASSERT_TRUE(piece.ok());
    status = (*sort)->Append(*std::move(piece));
  }
  EXPECT_TRUE(FailedWith(status, io::kTempLimit)) << status;
}

TEST(ExternalSort, SaysThatMemoryIsMissing) {
  ExecutionContext context({.memory_bytes_max = 300'000, .threads = 1});
  auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
  auto segment = (*sort)->NewSegment();
  const std::vector<Row> rows = RandomRows(16'000, 50, 30);
  const Status status = segment->Add(*ToBatch(rows));
  EXPECT_TRUE(FailedWith(status.ok() ? segment->Finish().status() : status, kMemoryLimit))
      << status;
}

TEST(ExternalSort, StopsOnRequestWhileItMerges) {
  ExecutionContext context(SmallBudget(1));
  const std::vector<Row> rows = RandomRows(300, 50, 200'000);
  auto sort = ExternalSort::Make(RowSchema(), {.keys = {{.column = "key"}}}, context);
  Feed(**sort, rows, 5, 1);
  context.cancellation().Request();
  EXPECT_TRUE(FailedWith((*sort)->OpenRows().status(), kCancelled));
}

TEST(ExternalSort, RefusesKeysWithoutAnOrder) {
  ExecutionContext context(SmallBudget(1));
  const auto schema = arrow::schema({arrow::field("tags", arrow::list(arrow::utf8()))});
  EXPECT_TRUE(
      FailedWith(ExternalSort::Make(schema, {.keys = {{.column = "tags"}}}, context).status(),
                 kUnsupportedKey));
}

}  // namespace
}  // namespace pyforge::core
