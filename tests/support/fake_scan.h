// A scan of integers whose morsels a test writes down, and a sink that keeps what it gets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>

#include "pyforge/input.h"
#include "pyforge/output.h"

namespace pyforge::core {

inline constexpr ErrorCode kTestRepair{
    .id = "test.repair", .category = ErrorCategory::kData, .summary = "repaired", .fix = "none"};
inline constexpr ErrorCode kTestBad{
    .id = "test.bad", .category = ErrorCategory::kData, .summary = "bad", .fix = "none"};

inline std::shared_ptr<arrow::RecordBatch> Int64Batch(const std::vector<int64_t>& values) {
  arrow::Int64Builder builder;
  (void)builder.AppendValues(values);
  auto array = *builder.Finish();
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}),
                                  static_cast<int64_t>(values.size()), {array});
}

/// What one morsel does when it is decoded.
struct FakeMorsel : Morsel {
  std::vector<int64_t> values;
  int64_t bad_row = -1;      // 0-based within the morsel; that record is rejected
  int64_t failing_row = -1;  // decoding fails there
  bool contradicts = false;  // unless the scan has settled
  bool repaired = false;
};

struct FakeEvidence : Evidence {
  int64_t sum = 0;
  int64_t count = 0;
  void Merge(const Evidence& later) override {
    const auto& other = static_cast<const FakeEvidence&>(later);
    sum += other.sum;
    count += other.count;
  }
};

class FakeScan : public Scan {
 public:
  explicit FakeScan(std::vector<FakeMorsel> morsels) : morsels_(std::move(morsels)) {
    info_.name = "t";
    info_.schema = arrow::schema({arrow::field("n", arrow::int64())});
    info_.first_row_number = 2;
    for (FakeMorsel& morsel : morsels_) morsel.bytes = 10;
  }
  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  Result<std::unique_ptr<Morsel>> Next() override {
    if (throw_at == next_) throw std::bad_alloc();
    if (fail_at == next_) return Fail(kReadFailed, {}, "the disk is gone");
    if (next_ == morsels_.size()) return nullptr;
    return std::make_unique<FakeMorsel>(morsels_[next_++]);
  }
  std::unique_ptr<Decoder> NewDecoder() override { return std::make_unique<FakeDecoder>(*this); }
  bool types_are_final() const override { return settled || !infers; }
  Result<Settlement> Settle(const Evidence& evidence) override {
    seen = static_cast<const FakeEvidence&>(evidence);
    const bool changed = infers && !settled && changes;
    settled = true;
    return Settlement{.changed = changed, .evidence = {"seen"}};
  }
  Status Rewind() override {
    next_ = 0;
    return Status::OK();
  }

  bool infers = false;
  bool changes = false;  // what Settle answers
  bool settled = false;
  size_t fail_at = static_cast<size_t>(-1);
  size_t throw_at = static_cast<size_t>(-1);
  FakeEvidence seen;
  std::function<void(const FakeMorsel&)> on_decode;

 private:
  class FakeDecoder : public Decoder {
   public:
    explicit FakeDecoder(FakeScan& scan)
        : scan_(scan), evidence_(std::make_unique<FakeEvidence>()) {}
    Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override {
      const auto& fake = static_cast<const FakeMorsel&>(morsel);
      if (scan_.on_decode) scan_.on_decode(fake);
      Decoded decoded;
      decoded.record_count = decoded.line_count = static_cast<int64_t>(fake.values.size());
      if (fake.failing_row >= 0) {
        return Fail(kCorrupt, {.row = fake.failing_row}, "value {} is broken", fake.failing_row);
      }
      if (fake.repaired) decoded.ledger.Add(kTestRepair, "n", 0, 0, "x");
      std::vector<int64_t> good;
      for (size_t i = 0; i < fake.values.size(); ++i) {
        evidence_->sum += fake.values[i];
        evidence_->count += 1;
        if (static_cast<int64_t>(i) == fake.bad_row) {
          decoded.ledger.Reject({.row = fake.bad_row,
                                 .line = fake.bad_row,
                                 .raw = "bad",
                                 .reason = &kTestBad,
                                 .message = "is bad"});
        } else {
          good.push_back(fake.values[i]);
        }
      }
      decoded.contradicts_types = fake.contradicts && !scan_.settled;
      if (mode == DecodeMode::kRows && !good.empty()) {
        decoded.batches.push_back({.batch = Int64Batch(good)});
      }
      return decoded;
    }
    std::unique_ptr<Evidence> TakeEvidence() override {
      return std::exchange(evidence_, std::make_unique<FakeEvidence>());
    }

   private:
    FakeScan& scan_;
    std::unique_ptr<FakeEvidence> evidence_;
  };

  std::vector<FakeMorsel> morsels_;
  TableInfo info_;
  size_t next_ = 0;
};

/// Keeps every value in the order of Append.
class KeepingSink : public TableSink {
 public:
  std::unique_ptr<Segment> NewSegment() override { return std::make_unique<KeepingSegment>(); }
  Status Append(std::unique_ptr<Piece> piece) override {
    if (fail_at_append == appended++) return Fail(kWriteFailed, {}, "disk full");
    auto& ours = static_cast<KeptPiece&>(*piece);
    values.insert(values.end(), ours.values.begin(), ours.values.end());
    piece_rows.push_back(ours.rows);
    return Status::OK();
  }
  Result<TableSummary> Finish() override {
    return TableSummary{.rows = static_cast<int64_t>(values.size())};
  }
  std::vector<int64_t> values;
  std::vector<int64_t> piece_rows;
  int64_t appended = 0;
  int64_t fail_at_append = -1;

 private:
  struct KeptPiece : Piece {
    std::vector<int64_t> values;
  };
  class KeepingSegment : public Segment {
   public:
    Status Add(const arrow::RecordBatch& batch) override {
      const auto& column = static_cast<const arrow::Int64Array&>(*batch.column(0));
      for (int64_t i = 0; i < column.length(); ++i) values_.push_back(column.Value(i));
      return Status::OK();
    }
    int64_t bytes() const override { return static_cast<int64_t>(values_.size() * 8); }
    Result<std::unique_ptr<Piece>> Finish() override {
      auto piece = std::make_unique<KeptPiece>();
      piece->values = std::exchange(values_, {});
      piece->rows = static_cast<int64_t>(piece->values.size());
      return piece;
    }

   private:
    std::vector<int64_t> values_;
  };
};

}  // namespace pyforge::core
