// Comparisons that need the rows in another order: as multisets, by their hashes; by key.
#include <algorithm>
#include <queue>
#include <utility>

#include <arrow/api.h>

#include "core/compare.h"
#include "core/exchange/external_sort.h"
#include "core/row_hash.h"

namespace pyforge::core {
namespace {

constexpr char kHashColumn[] = "\x01hash";
constexpr char kNumberColumn[] = "\x01number";

std::shared_ptr<arrow::Array> HashArray(const std::vector<uint64_t>& hashes) {
  return std::make_shared<arrow::UInt64Array>(
      static_cast<int64_t>(hashes.size()),
      arrow::Buffer::FromVector(std::vector<uint64_t>(hashes)));
}

/// Reads sorted rows one by one.
class SortedCursor {
 public:
  static Result<std::unique_ptr<SortedCursor>> Open(ExternalSort& sort) {
    auto cursor = std::make_unique<SortedCursor>();
    ARROW_ASSIGN_OR_RAISE(cursor->rows_, sort.OpenRows());
    cursor->decoder_ = cursor->rows_->NewDecoder();
    ARROW_RETURN_NOT_OK(cursor->Load());
    return cursor;
  }

  bool at_end() const { return batch_ == nullptr; }
  const std::shared_ptr<arrow::RecordBatch>& batch() const { return batch_; }
  int64_t row() const { return row_; }
  /// True when the batch is another one than before.
  Result<bool> Advance() {
    if (++row_ < batch_->num_rows()) return false;
    ARROW_RETURN_NOT_OK(Load());
    return true;
  }

 private:
  Status Load() {
    row_ = 0;
    batch_ = nullptr;
    ARROW_ASSIGN_OR_RAISE(const auto morsel, rows_->Next());
    if (morsel == nullptr) return Status::OK();
    ARROW_ASSIGN_OR_RAISE(Decoded decoded, decoder_->Decode(*morsel, DecodeMode::kRows));
    batch_ = std::move(decoded.batches.front().batch);
    return Status::OK();
  }

  std::unique_ptr<SortedRows> rows_;
  std::unique_ptr<Decoder> decoder_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  int64_t row_ = 0;
};

// ---- as multisets ----

struct HashedRow {
  uint64_t hash = 0;
  int64_t number = 0;
};

HashedRow Current(const SortedCursor& cursor) {
  const auto& batch = *cursor.batch();
  return {static_cast<const arrow::UInt64Array&>(*batch.column(0)).Value(cursor.row()),
          static_cast<const arrow::Int64Array&>(*batch.column(1)).Value(cursor.row())};
}

/// Hashes and numbers of all rows of a side, sorted by hash, then by number.
Result<std::unique_ptr<ExternalSort>> SortHashes(ComparedSide& side, ExecutionContext& context) {
  const auto schema = arrow::schema(
      {arrow::field(kHashColumn, arrow::uint64()), arrow::field(kNumberColumn, arrow::int64())});
  ARROW_ASSIGN_OR_RAISE(
      auto sort,
      ExternalSort::Make(
          schema, {.keys = {{.column = kHashColumn}}, .memory_share = kCompareSortShare}, context));
  // Numbers need the order of the rows, so one worker reads them.
  const auto segment = sort->NewSegment();
  ARROW_RETURN_NOT_OK(side.BeginRows());
  const auto hand_over = [&]() -> Status {
    ARROW_ASSIGN_OR_RAISE(auto piece, segment->Finish());
    return sort->Append(std::move(piece));
  };
  int64_t next_number = 0;
  std::vector<uint64_t> hashes;
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, side.Next());
    if (batch == nullptr) break;
    ARROW_RETURN_NOT_OK(HashRows(*batch, &hashes));
    arrow::Int64Builder numbers(context.memory_pool());
    ARROW_RETURN_NOT_OK(numbers.Reserve(batch->num_rows()));
    for (int64_t i = 0; i < batch->num_rows(); ++i) numbers.UnsafeAppend(next_number++);
    ARROW_ASSIGN_OR_RAISE(auto number_column, numbers.Finish());
    ARROW_RETURN_NOT_OK(segment->Add(*arrow::RecordBatch::Make(
        schema, batch->num_rows(), {HashArray(hashes), std::move(number_column)})));
    if (segment->bytes() >= SegmentBytes(context) / 2) ARROW_RETURN_NOT_OK(hand_over());
  }
  ARROW_RETURN_NOT_OK(hand_over());
  return sort;
}

/// The least of many numbers.
class LeastNumbers {
 public:
  explicit LeastNumbers(size_t count_max) : count_max_(count_max) {}
  void Add(int64_t number) {
    if (count_max_ == 0) return;
    if (largest_first_.size() == count_max_) {
      if (number >= largest_first_.top()) return;
      largest_first_.pop();
    }
    largest_first_.push(number);
  }
  std::vector<int64_t> Take() {
    std::vector<int64_t> numbers;
    for (; !largest_first_.empty(); largest_first_.pop()) numbers.push_back(largest_first_.top());
    std::reverse(numbers.begin(), numbers.end());
    return numbers;
  }

 private:
  const size_t count_max_;
  std::priority_queue<int64_t> largest_first_;
};

/// Reads a side again up to the rows that have no counterpart.
Status ListRows(ComparedSide& side, bool is_left, const std::vector<int64_t>& numbers,
                std::vector<std::pair<int64_t, RowDifference>>* found) {
  if (numbers.empty()) return Status::OK();
  ARROW_RETURN_NOT_OK(side.BeginRows());
  int64_t first_number = 0;
  auto next = numbers.begin();
  while (next != numbers.end()) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, side.Next());
    if (batch == nullptr) break;
    for (; next != numbers.end() && *next < first_number + batch->num_rows(); ++next) {
      std::string text = RowText(*batch, *next - first_number, batch->num_columns());
      RowDifference difference{.key = std::to_string(*next + 1)};
      (is_left ? difference.left : difference.right) = std::move(text);
      found->emplace_back(*next, std::move(difference));
    }
    first_number += batch->num_rows();
  }
  return Status::OK();
}

// ---- by key ----

/// A cursor with the keys of its rows. The last column of a row is the hash of all others.
class KeyedCursor {
 public:
  static Result<std::unique_ptr<KeyedCursor>> Open(ExternalSort& sort, const RowKeyEncoder& encoder,
                                                   ExecutionContext& context) {
    auto cursor = std::make_unique<KeyedCursor>();
    cursor->encoder_ = &encoder;
    cursor->context_ = &context;
    ARROW_ASSIGN_OR_RAISE(cursor->cursor_, SortedCursor::Open(sort));
    ARROW_RETURN_NOT_OK(cursor->Describe());
    return cursor;
  }

  bool at_end() const { return cursor_->at_end(); }
  std::string_view key() const { return keys_.Group(row()); }
  std::string_view key_and_hash() const { return keys_.Key(row()); }
  const std::shared_ptr<arrow::RecordBatch>& batch() const { return cursor_->batch(); }
  size_t row() const { return static_cast<size_t>(cursor_->row()); }
  uint64_t hash(size_t column) const { return hashes_[column][row()]; }

  Status Advance() {
    ARROW_ASSIGN_OR_RAISE(const bool is_another, cursor_->Advance());
    return is_another ? Describe() : Status::OK();
  }

 private:
  Status Describe() {
    if (at_end()) return Status::OK();
    ARROW_RETURN_NOT_OK(context_->cancellation().Check());
    ARROW_RETURN_NOT_OK(encoder_->Encode(*batch(), context_->memory_pool(), &keys_));
    return HashColumns(*batch(), &hashes_);
  }

  const RowKeyEncoder* encoder_ = nullptr;
  ExecutionContext* context_ = nullptr;
  std::unique_ptr<SortedCursor> cursor_;
  RowKeys keys_;
  std::vector<std::vector<uint64_t>> hashes_;
};

/// A row without an equal one on the other side.
struct UnmatchedRow {
  std::shared_ptr<arrow::RecordBatch> batch;
  int64_t row = 0;
  std::vector<uint64_t> hashes;
};

class KeyComparison {
 public:
  KeyComparison(const std::vector<std::string>& key, int column_count, DifferenceList* differences)
      : key_(key), column_count_(column_count), differences_(*differences) {}

  Status Run(KeyedCursor& left, KeyedCursor& right) {
    while (!left.at_end() || !right.at_end()) {
      const int order = left.at_end() ? 1 : right.at_end() ? -1 : left.key().compare(right.key());
      if (order == 0) {
        ARROW_RETURN_NOT_OK(CompareGroup(left, right));
      } else {
        ARROW_RETURN_NOT_OK(TakeOneSided(order < 0 ? left : right, order < 0));
      }
    }
    return Status::OK();
  }

  int64_t duplicate_count() const { return duplicate_count_; }
  const std::string& first_duplicate() const { return first_duplicate_; }

 private:
  std::string KeyText(const arrow::RecordBatch& batch, int64_t row) const {
    std::string text;
    for (const std::string& name : key_) {
      if (!text.empty()) text += ", ";
      text += fmt::format("{}={}", name, ValueText(*batch.GetColumnByName(name), row));
    }
    return text;
  }

  /// A key that one side lacks, with all its rows.
  Status TakeOneSided(KeyedCursor& side, bool is_left) {
    const std::string key(side.key());
    int64_t count = 0;
    std::string text;
    while (!side.at_end() && side.key() == key) {
      const auto row = static_cast<int64_t>(side.row());
      differences_.Count(1);
      if (!differences_.is_full()) ListRow(*side.batch(), row, is_left);
      if (++count == 2) text = KeyText(*side.batch(), row);
      ARROW_RETURN_NOT_OK(side.Advance());
    }
    if (count > 1) NoteDuplicate(std::move(text));
    return Status::OK();
  }

  Status CompareGroup(KeyedCursor& left, KeyedCursor& right) {
    const std::string key(left.key());
    std::string text;
    int64_t left_count = 0, right_count = 0;
    left_.count = right_.count = 0;
    const auto in_group = [&key](const KeyedCursor& side) {
      return !side.at_end() && side.key() == key;
    };
    while (in_group(left) || in_group(right)) {
      const int order = !in_group(left)    ? 1
                        : !in_group(right) ? -1
                                           : left.key_and_hash().compare(right.key_and_hash());
      if (order < 0) Keep(left, &left_);
      if (order > 0) Keep(right, &right_);
      if (order <= 0) {
        if (++left_count == 2) text = KeyText(*left.batch(), static_cast<int64_t>(left.row()));
        ARROW_RETURN_NOT_OK(left.Advance());
      }
      if (order >= 0) {
        if (++right_count == 2) text = KeyText(*right.batch(), static_cast<int64_t>(right.row()));
        ARROW_RETURN_NOT_OK(right.Advance());
      }
    }
    if (left_count > 1 || right_count > 1) NoteDuplicate(std::move(text));
    PairUnmatched();
    return Status::OK();
  }

  struct Unmatched {
    std::vector<UnmatchedRow> rows;  // the first of them
    int64_t count = 0;
  };

  void Keep(const KeyedCursor& side, Unmatched* unmatched) {
    const auto index = static_cast<size_t>(unmatched->count++);
    // One row a side is the rule; more only where keys repeat.
    if (index > differences_.listed_max()) return;
    if (unmatched->rows.size() <= index) unmatched->rows.resize(index + 1);
    UnmatchedRow& row = unmatched->rows[index];
    row.batch = side.batch();
    row.row = static_cast<int64_t>(side.row());
    row.hashes.resize(static_cast<size_t>(column_count_));
    for (size_t i = 0; i < row.hashes.size(); ++i) row.hashes[i] = side.hash(i);
  }

  void PairUnmatched() {
    const int64_t pairs = std::min(left_.count, right_.count);
    for (int64_t i = 0; i < std::max(left_.count, right_.count); ++i) {
      const auto index = static_cast<size_t>(i);
      if (index > differences_.listed_max()) {
        differences_.Count(1);
      } else if (i < pairs) {
        ListCells(left_.rows[index], right_.rows[index]);
      } else {
        const bool is_left = left_.count > right_.count;
        const UnmatchedRow& row = (is_left ? left_ : right_).rows[index];
        differences_.Count(1);
        if (!differences_.is_full()) ListRow(*row.batch, row.row, is_left);
      }
    }
  }

  void ListCells(const UnmatchedRow& left, const UnmatchedRow& right) {
    for (int i = 0; i < column_count_; ++i) {
      const auto column = static_cast<size_t>(i);
      if (left.hashes[column] == right.hashes[column]) continue;
      differences_.Count(1);
      if (differences_.is_full()) continue;
      differences_.List({.key = KeyText(*left.batch, left.row),
                         .column = left.batch->column_name(i),
                         .left = ValueText(*left.batch->column(i), left.row),
                         .right = ValueText(*right.batch->column(i), right.row)});
    }
  }

  void ListRow(const arrow::RecordBatch& batch, int64_t row, bool is_left) {
    RowDifference difference{.key = KeyText(batch, row)};
    (is_left ? difference.left : difference.right) = RowText(batch, row, column_count_);
    differences_.List(std::move(difference));
  }

  void NoteDuplicate(std::string key) {
    if (duplicate_count_++ == 0) first_duplicate_ = std::move(key);
  }

  const std::vector<std::string>& key_;
  const int column_count_;
  DifferenceList& differences_;
  Unmatched left_, right_;  // of the group, reused
  int64_t duplicate_count_ = 0;
  std::string first_duplicate_;
};

/// The rows of a side, sorted by key, then by the hash of the whole row.
Result<std::unique_ptr<ExternalSort>> SortByKey(ComparedSide& side,
                                                const std::shared_ptr<arrow::Schema>& schema,
                                                const std::vector<SortKey>& keys,
                                                ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(
      auto sort,
      ExternalSort::Make(schema, {.keys = keys, .memory_share = kCompareSortShare}, context));
  MappedSink hashed(
      *sort,
      [&schema](const arrow::RecordBatch& batch) -> Result<std::shared_ptr<arrow::RecordBatch>> {
        std::vector<uint64_t> hashes;
        ARROW_RETURN_NOT_OK(HashRows(batch, &hashes));
        arrow::ArrayVector columns = batch.columns();
        columns.push_back(HashArray(hashes));
        return arrow::RecordBatch::Make(schema, batch.num_rows(), std::move(columns));
      });
  ARROW_RETURN_NOT_OK(side.Carry(hashed));
  return sort;
}

}  // namespace

Status CompareAsSets(ComparedSide& left, ComparedSide& right, ExecutionContext& context,
                     DifferenceList* differences) {
  ARROW_ASSIGN_OR_RAISE(const auto left_sort, SortHashes(left, context));
  ARROW_ASSIGN_OR_RAISE(const auto right_sort, SortHashes(right, context));
  ARROW_ASSIGN_OR_RAISE(const auto a, SortedCursor::Open(*left_sort));
  ARROW_ASSIGN_OR_RAISE(const auto b, SortedCursor::Open(*right_sort));
  LeastNumbers left_numbers(differences->listed_max());
  LeastNumbers right_numbers(differences->listed_max());
  while (!a->at_end() || !b->at_end()) {
    const HashedRow in_left = a->at_end() ? HashedRow{} : Current(*a);
    const HashedRow in_right = b->at_end() ? HashedRow{} : Current(*b);
    const bool left_alone = b->at_end() || (!a->at_end() && in_left.hash < in_right.hash);
    const bool right_alone = a->at_end() || (!b->at_end() && in_right.hash < in_left.hash);
    if (left_alone) left_numbers.Add(in_left.number);
    if (right_alone) right_numbers.Add(in_right.number);
    if (left_alone || right_alone) differences->Count(1);
    if (!right_alone) ARROW_RETURN_NOT_OK(a->Advance());
    if (!left_alone) ARROW_RETURN_NOT_OK(b->Advance());
  }
  std::vector<std::pair<int64_t, RowDifference>> found;
  ARROW_RETURN_NOT_OK(ListRows(left, true, left_numbers.Take(), &found));
  ARROW_RETURN_NOT_OK(ListRows(right, false, right_numbers.Take(), &found));
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& x, const auto& y) { return x.first < y.first; });
  for (auto& [number, difference] : found) differences->List(std::move(difference));
  return Status::OK();
}

Status CompareByKey(ComparedSide& left, ComparedSide& right, const std::vector<std::string>& key,
                    ExecutionContext& context, DifferenceList* differences) {
  const std::shared_ptr<arrow::Schema>& compared = left.normalizer().schema();
  ARROW_ASSIGN_OR_RAISE(
      const auto schema,
      compared->AddField(compared->num_fields(), arrow::field(kHashColumn, arrow::uint64())));
  std::vector<SortKey> keys;
  keys.reserve(key.size() + 1);
  for (const std::string& name : key) keys.push_back({.column = name});
  keys.push_back({.column = kHashColumn});
  ARROW_ASSIGN_OR_RAISE(const RowKeyEncoder encoder,
                        RowKeyEncoder::Make(*schema, keys, key.size()));
  ARROW_ASSIGN_OR_RAISE(const auto left_sort, SortByKey(left, schema, keys, context));
  ARROW_ASSIGN_OR_RAISE(const auto right_sort, SortByKey(right, schema, keys, context));
  ARROW_ASSIGN_OR_RAISE(const auto a, KeyedCursor::Open(*left_sort, encoder, context));
  ARROW_ASSIGN_OR_RAISE(const auto b, KeyedCursor::Open(*right_sort, encoder, context));
  KeyComparison comparison(key, compared->num_fields(), differences);
  ARROW_RETURN_NOT_OK(comparison.Run(*a, *b));
  if (comparison.duplicate_count() > 0) {
    context.Warn(
        fmt::format("the key is not unique: {} of its values are in several rows, first {}",
                    comparison.duplicate_count(), comparison.first_duplicate()));
  }
  return Status::OK();
}

}  // namespace pyforge::core
