#include "core/pipeline.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/scan_reader.h"
#include "support/fake_scan.h"

namespace pyforge::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<FakeMorsel> Numbers(int64_t morsel_count, int64_t rows_each) {
  std::vector<FakeMorsel> morsels(static_cast<size_t>(morsel_count));
  int64_t next = 0;
  for (FakeMorsel& morsel : morsels) {
    for (int64_t i = 0; i < rows_each; ++i) morsel.values.push_back(next++);
  }
  return morsels;
}

std::vector<int64_t> UpTo(int64_t end) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < end; ++i) values.push_back(i);
  return values;
}

TEST(Pipeline, KeepsTheOrderOfRowsForAnyNumberOfThreads) {
  for (int threads : {1, 2, 3, 8}) {
    ExecutionContext context({.threads = threads});
    FakeScan scan(Numbers(100, 7));
    // Later morsels finish earlier.
    scan.on_decode = [](const FakeMorsel& morsel) {
      std::this_thread::sleep_for(std::chrono::microseconds(200 - morsel.values[0] / 7));
    };
    KeepingSink sink;
    auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 30}, context);
    ASSERT_TRUE(pass.ok()) << pass.status();
    EXPECT_EQ(sink.values, UpTo(700)) << threads;
    EXPECT_EQ(pass->tables[0].read, 700);
    EXPECT_EQ(pass->tables[0].written, 700);
    EXPECT_EQ(pass->record_count, 700);
    EXPECT_EQ(context.progress().rows_written.load(), 700);
  }
}

TEST(Pipeline, CutsSegmentsByInputBytesAlone) {
  std::vector<int64_t> first;
  for (int threads : {1, 4}) {
    ExecutionContext context({.threads = threads});
    FakeScan scan(Numbers(10, 2));
    KeepingSink sink;
    ASSERT_TRUE(RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 25}, context).ok());
    if (first.empty()) first = sink.piece_rows;
    EXPECT_EQ(sink.piece_rows, first);
  }
  EXPECT_THAT(first, ElementsAre(6, 6, 6, 2));
}

TEST(Pipeline, LetsASegmentGrowToTheRowsOfALargeRowGroup) {
  const auto rows_of_pieces = [](int64_t rows_guessed) {
    std::vector<FakeMorsel> morsels = Numbers(12, 1);
    for (FakeMorsel& morsel : morsels) morsel.rows_guessed = rows_guessed;
    FakeScan scan(std::move(morsels));
    KeepingSink sink;
    ExecutionContext context({.threads = 2});
    const PassOptions options{.segment_bytes = 20, .segment_bytes_max = 60};
    EXPECT_TRUE(RunPass(scan, {{.sink = &sink}}, options, context).ok());
    return sink.piece_rows;
  };
  EXPECT_THAT(rows_of_pieces(0), ElementsAre(2, 2, 2, 2, 2, 2)) << "nothing is known";
  EXPECT_THAT(rows_of_pieces(100'000), ElementsAre(2, 2, 2, 2, 2, 2)) << "enough as it is";
  EXPECT_THAT(rows_of_pieces(40'000), ElementsAre(3, 3, 3, 3));
  EXPECT_THAT(rows_of_pieces(20'000), ElementsAre(6, 6));
  EXPECT_THAT(rows_of_pieces(19'000), ElementsAre(2, 2, 2, 2, 2, 2)) << "never enough";
}

TEST(Pipeline, ReportsTheFirstFailureInFileOrderWithItsAbsoluteRow) {
  for (int threads : {1, 4}) {
    ExecutionContext context({.threads = threads});
    auto morsels = Numbers(50, 4);
    morsels[20].failing_row = 3;
    morsels[40].failing_row = 1;
    FakeScan scan(std::move(morsels));
    scan.on_decode = [](const FakeMorsel& morsel) {
      if (morsel.failing_row == 3) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    };
    KeepingSink sink;
    auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 20}, context);
    ASSERT_FALSE(pass.ok());
    const ErrorDetail* detail = DetailOf(pass.status());
    ASSERT_NE(detail, nullptr);
    EXPECT_EQ(detail->where().row, 20 * 4 + 3 + 2);  // data starts in row 2
  }
}

TEST(Pipeline, HandsOnRowsBeforeAReadFailureButEndsWithIt) {
  ExecutionContext context({.threads = 2});
  FakeScan scan(Numbers(10, 1));
  scan.fail_at = 7;
  KeepingSink sink;
  auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 20}, context);
  EXPECT_TRUE(FailedWith(pass.status(), kReadFailed)) << pass.status();
}

TEST(Pipeline, AnEarlierBrokenRowWinsOverALaterReadFailure) {
  ExecutionContext context({.threads = 2});
  auto morsels = Numbers(10, 1);
  morsels[5].failing_row = 0;
  FakeScan scan(std::move(morsels));
  scan.fail_at = 7;
  KeepingSink sink;
  auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 20}, context);
  EXPECT_TRUE(FailedWith(pass.status(), kCorrupt)) << pass.status();
}

TEST(Pipeline, StopsWhenTheSinkCannotWrite) {
  ExecutionContext context({.threads = 4});
  FakeScan scan(Numbers(1000, 1));
  KeepingSink sink;
  sink.fail_at_append = 3;
  auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 10}, context);
  EXPECT_TRUE(FailedWith(pass.status(), kWriteFailed)) << pass.status();
  EXPECT_THAT(sink.values, ElementsAre(0, 1, 2));
}

TEST(Pipeline, GathersEvidenceOfAllValuesAfterAContradiction) {
  for (int threads : {1, 3}) {
    ExecutionContext context({.threads = threads});
    auto morsels = Numbers(30, 2);
    morsels[10].contradicts = true;
    FakeScan scan(std::move(morsels));
    scan.infers = true;
    KeepingSink sink;
    auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 20}, context);
    ASSERT_TRUE(pass.ok()) << pass.status();
    EXPECT_TRUE(pass->contradicted);
    EXPECT_EQ(static_cast<FakeEvidence&>(*pass->evidence).count, 60);
    EXPECT_EQ(static_cast<FakeEvidence&>(*pass->evidence).sum, 59 * 60 / 2);
  }
}

TEST(Pipeline, ListsTheFirstBadRowsAndCountsAll) {
  for (int threads : {1, 4}) {
    ExecutionContext context({.threads = threads});
    auto morsels = Numbers(40, 3);
    for (size_t i = 0; i < morsels.size(); i += 2) morsels[i].bad_row = 1;
    FakeScan scan(std::move(morsels));
    KeepingSink sink;
    std::vector<int64_t> announced;
    PassOptions options{.segment_bytes = 20, .bad_rows_listed_max = 2};
    options.on_bad_rows = [&](const std::vector<RejectedRow>& rows, int64_t, int64_t) {
      for (const RejectedRow& row : rows) announced.push_back(row.row);
      return Status::OK();
    };
    auto pass = RunPass(scan, {{.sink = &sink}}, options, context);
    ASSERT_TRUE(pass.ok());
    EXPECT_EQ(pass->ledger.rejected_count(), 20);
    ASSERT_EQ(pass->ledger.rejected().size(), 2U);
    EXPECT_EQ(pass->ledger.rejected()[0].row, 1 + 2);
    EXPECT_EQ(pass->ledger.rejected()[1].row, 6 + 1 + 2);
    EXPECT_EQ(announced.size(), 20U);
    EXPECT_TRUE(std::is_sorted(announced.begin(), announced.end()));
    EXPECT_EQ(pass->tables[0].read + pass->ledger.rejected_count(), 120);
  }
}

TEST(Pipeline, VoidsThePassAtTheFirstBadRowWhenAskedTo) {
  ExecutionContext context({.threads = 2});
  auto morsels = Numbers(40, 3);
  morsels[20].bad_row = 0;
  morsels[39].bad_row = 0;
  FakeScan scan(std::move(morsels));
  KeepingSink sink;
  auto pass = RunPass(scan, {{.sink = &sink}},
                      {.segment_bytes = 20, .bad_rows_void_the_pass = true}, context);
  ASSERT_TRUE(pass.ok());
  EXPECT_EQ(pass->ledger.rejected_count(), 2);
  EXPECT_EQ(pass->record_count, 120);
}

TEST(Pipeline, MergesRepairsWithTheirFirstPlace) {
  ExecutionContext context({.threads = 2});
  auto morsels = Numbers(10, 3);
  morsels[4].repaired = morsels[7].repaired = true;
  FakeScan scan(std::move(morsels));
  auto pass = RunPass(scan, {{}}, {.segment_bytes = 10}, context);
  ASSERT_TRUE(pass.ok());
  ASSERT_EQ(pass->ledger.entries().size(), 1U);
  EXPECT_EQ(pass->ledger.entries()[0].count, 2);
  EXPECT_EQ(pass->ledger.entries()[0].first_row, 12 + 2);
}

TEST(Pipeline, StopsOnCancellation) {
  ExecutionContext context({.threads = 2});
  FakeScan scan(Numbers(1000, 1));
  scan.on_decode = [&](const FakeMorsel& morsel) {
    if (morsel.values[0] == 50) context.cancellation().Request(2);
  };
  KeepingSink sink;
  auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 10}, context);
  EXPECT_TRUE(FailedWith(pass.status(), kCancelled)) << pass.status();
  EXPECT_LT(sink.values.size(), 100U);
}

TEST(Pipeline, KeepsExactlyAsManyRowsAsTheLimit) {
  for (int64_t limit : {0, 1, 5, 6, 299, 300, 400}) {
    ExecutionContext context({.threads = 4});
    FakeScan scan(Numbers(100, 3));
    KeepingSink sink;
    auto pass =
        RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 20, .row_limit = limit}, context);
    ASSERT_TRUE(pass.ok());
    EXPECT_EQ(sink.values, UpTo(std::min<int64_t>(limit, 300)));
    EXPECT_EQ(pass->tables[0].read, pass->tables[0].written + pass->tables[0].left_out);
  }
}

TEST(Pipeline, TurnsExhaustedMemoryIntoALimitError) {
  ExecutionContext context({.threads = 2});
  FakeScan scan(Numbers(4, 1));
  scan.on_decode = [](const FakeMorsel& morsel) {
    if (morsel.values[0] == 2) throw std::bad_alloc();
  };
  KeepingSink sink;
  auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 10}, context);
  EXPECT_TRUE(FailedWith(pass.status(), kMemoryLimit)) << pass.status();
}

TEST(Pipeline, TurnsMemoryThatIsGoneBeforeASegmentIsReadIntoALimitError) {
  for (int threads : {1, 4}) {
    ExecutionContext context({.threads = threads});
    FakeScan scan(Numbers(40, 1));
    scan.throw_at = 20;
    KeepingSink sink;
    auto pass = RunPass(scan, {{.sink = &sink}}, {.segment_bytes = 10}, context);
    EXPECT_TRUE(FailedWith(pass.status(), kMemoryLimit)) << pass.status();
  }
}

TEST(SegmentBytes, StayWithinSmallAndLargeBudgets) {
  const auto bytes = [](int64_t memory, int threads) {
    return SegmentBytes(ExecutionContext({.memory_bytes_max = memory, .threads = threads}));
  };
  EXPECT_EQ(bytes(int64_t{256} << 20, 2), int64_t{12} << 20);
  EXPECT_EQ(bytes(int64_t{32} << 20, 2), int64_t{1} << 20);
  EXPECT_LT(bytes(int64_t{256} << 20, 16) * 16, int64_t{256} << 20);
  const auto most = [](int64_t memory) {
    return SegmentBytesMax(ExecutionContext({.memory_bytes_max = memory, .threads = 2}));
  };
  EXPECT_EQ(most(int64_t{256} << 20), int64_t{24} << 20);
  EXPECT_EQ(most(int64_t{96} << 20), bytes(int64_t{96} << 20, 2));
}

TEST(SettleTypes, RunsTheEvidencePassOnceAndRewinds) {
  ExecutionContext context({.threads = 2});
  FakeScan scan(Numbers(10, 2));
  scan.infers = scan.changes = true;
  ASSERT_TRUE(SettleTypes(scan, context).ok());
  EXPECT_TRUE(scan.settled);
  EXPECT_EQ(scan.seen.count, 20);
  KeepingSink sink;
  ASSERT_TRUE(RunPass(scan, {{.sink = &sink}}, {}, context).ok());
  EXPECT_EQ(sink.values, UpTo(20));
}

TEST(ScanReader, DeliversRowsInOrderAndCountsBadOnes) {
  ExecutionContext context({.threads = 1});
  auto morsels = Numbers(3, 3);
  morsels[1].bad_row = 2;
  ScanReader reader(std::make_unique<FakeScan>(std::move(morsels)), 0, nullptr, context);
  int64_t rows = 0;
  std::shared_ptr<arrow::RecordBatch> batch;
  while (reader.ReadNext(&batch).ok() && batch != nullptr) rows += batch->num_rows();
  EXPECT_EQ(rows, 8);
  EXPECT_EQ(reader.rows_read(), 8);
  ASSERT_EQ(reader.ledger().rejected().size(), 1U);
  EXPECT_EQ(reader.ledger().rejected()[0].row, 5 + 2);
}

TEST(ScanReader, SaysWhenProvisionalTypesAreContradicted) {
  ExecutionContext context({.threads = 1});
  auto morsels = Numbers(3, 3);
  morsels[2].contradicts = true;
  morsels[1].failing_row = -1;
  ScanReader reader(std::make_unique<FakeScan>(std::move(morsels)), 0, nullptr, context);
  std::shared_ptr<arrow::RecordBatch> batch;
  Status status;
  do {
    status = reader.ReadNext(&batch);
  } while (status.ok() && batch != nullptr);
  EXPECT_TRUE(FailedWith(status, kTypesContradicted)) << status;
}

TEST(ScanReader, GivesTheAbsoluteRowOfAFailure) {
  ExecutionContext context({.threads = 1});
  auto morsels = Numbers(3, 3);
  morsels[1].failing_row = 1;
  ScanReader reader(std::make_unique<FakeScan>(std::move(morsels)), 0, nullptr, context);
  std::shared_ptr<arrow::RecordBatch> batch;
  ASSERT_TRUE(reader.ReadNext(&batch).ok());
  const Status status = reader.ReadNext(&batch);
  ASSERT_NE(DetailOf(status), nullptr);
  EXPECT_EQ(DetailOf(status)->where().row, 3 + 1 + 2);
}

}  // namespace
}  // namespace pyforge::core
