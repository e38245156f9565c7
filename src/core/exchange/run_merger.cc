#include "core/exchange/run_merger.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/api.h>

#include "core/expression/select_rows.h"

namespace pyforge::core {

struct RunMerger::Cursor {
  size_t run = 0;
  std::unique_ptr<RunReader> reader;
  std::shared_ptr<arrow::RecordBatch> chunk;  // null: at the end
  RowKeys keys;
  size_t row = 0;
  double row_bytes = 0;
  // Of the rows that are being collected: where they begin, and their slice.
  size_t slice_begin = 0;
  uint32_t slice = 0;
  bool has_slice = false;
};

RunMerger::RunMerger(const RowKeyEncoder& encoder, arrow::MemoryPool* pool)
    : encoder_(encoder), pool_(pool) {}
RunMerger::~RunMerger() = default;

Result<std::unique_ptr<RunMerger>> RunMerger::Make(std::vector<SortedRun> runs,
                                                   const RowKeyEncoder& encoder,
                                                   arrow::MemoryPool* pool) {
  std::unique_ptr<RunMerger> merger(new RunMerger(encoder, pool));
  for (size_t i = 0; i < runs.size(); ++i) {
    auto cursor = std::make_unique<Cursor>();
    cursor->run = i;
    ARROW_ASSIGN_OR_RAISE(cursor->reader, OpenRun(std::move(runs[i]), pool));
    ARROW_RETURN_NOT_OK(merger->Load(*cursor));
    if (cursor->chunk == nullptr) continue;
    merger->heap_.push_back(cursor.get());
    merger->cursors_.push_back(std::move(cursor));
  }
  for (size_t i = merger->heap_.size(); i-- > 0;) merger->SiftDown(i);
  return merger;
}

Status RunMerger::Load(Cursor& cursor) {
  do {
    ARROW_ASSIGN_OR_RAISE(cursor.chunk, cursor.reader->Next());
  } while (cursor.chunk != nullptr && cursor.chunk->num_rows() == 0);
  cursor.row = 0;
  if (cursor.chunk == nullptr) {
    cursor.keys = {};
    cursor.reader.reset();
    return Status::OK();
  }
  cursor.row_bytes = static_cast<double>(BatchBytes(*cursor.chunk)) /
                     static_cast<double>(cursor.chunk->num_rows());
  return encoder_.Encode(*cursor.chunk, pool_, &cursor.keys);
}

bool RunMerger::Before(const Cursor& a, const Cursor& b) const {
  const uint64_t left = a.keys.prefixes[a.row];
  const uint64_t right = b.keys.prefixes[b.row];
  if (left != right) return left < right;
  const int order = a.keys.Key(a.row).compare(b.keys.Key(b.row));
  return order != 0 ? order < 0 : a.run < b.run;
}

void RunMerger::SiftDown(size_t at) {
  while (true) {
    size_t least = at;
    for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap_.size(); ++child) {
      if (Before(*heap_[child], *heap_[least])) least = child;
    }
    if (least == at) return;
    std::swap(heap_[at], heap_[least]);
    at = least;
  }
}

bool RunMerger::IsInGroup(const Cursor& cursor) const {
  return cursor.keys.group_bytes.empty() || cursor.keys.Group(cursor.row) == group_;
}

Result<bool> RunMerger::NextGroup() {
  while (in_group_ && !heap_.empty() && IsInGroup(*heap_[0])) {
    ARROW_RETURN_NOT_OK(Next(INT64_MAX, int64_t{1} << 20));  // what nobody wanted to read
  }
  in_group_ = !heap_.empty();
  if (!in_group_) return false;
  const Cursor& first = *heap_[0];
  group_ = first.keys.group_bytes.empty() ? "" : first.keys.Group(first.row);
  return true;
}

std::shared_ptr<arrow::RecordBatch> RunMerger::GroupRow() const {
  const Cursor& first = *heap_[0];
  return first.chunk->Slice(static_cast<int64_t>(first.row), 1);
}

Result<std::unique_ptr<MergedRows>> RunMerger::Next(int64_t rows_max, int64_t bytes_max) {
  if (!in_group_ || heap_.empty() || !IsInGroup(*heap_[0])) return nullptr;
  auto merged = std::make_unique<MergedRows>();
  const auto end_slice = [&](Cursor& cursor) {
    if (!std::exchange(cursor.has_slice, false)) return;
    merged->slices[cursor.slice] =
        cursor.chunk->Slice(static_cast<int64_t>(cursor.slice_begin),
                            static_cast<int64_t>(cursor.row - cursor.slice_begin));
  };
  double bytes = 0;
  while (!heap_.empty() && merged->rows() < rows_max && bytes < static_cast<double>(bytes_max)) {
    Cursor& cursor = *heap_[0];
    if (!IsInGroup(cursor)) break;
    if (!cursor.has_slice) {
      cursor.has_slice = true;
      cursor.slice_begin = cursor.row;
      cursor.slice = static_cast<uint32_t>(merged->slices.size());
      merged->slices.emplace_back();
    }
    // The run may hold several rows before the next one of another run.
    const Cursor* rival = heap_.size() > 1 ? heap_[1] : nullptr;
    if (heap_.size() > 2 && Before(*heap_[2], *heap_[1])) rival = heap_[2];
    const auto chunk_rows = static_cast<size_t>(cursor.chunk->num_rows());
    do {
      merged->slice_of_row.push_back(cursor.slice);
      bytes += cursor.row_bytes;
      ++cursor.row;
    } while (cursor.row < chunk_rows && merged->rows() < rows_max &&
             bytes < static_cast<double>(bytes_max) && IsInGroup(cursor) &&
             (rival == nullptr || Before(cursor, *rival)));
    if (cursor.row == chunk_rows) {
      end_slice(cursor);
      ARROW_RETURN_NOT_OK(Load(cursor));
      if (cursor.chunk == nullptr) {
        heap_[0] = heap_.back();
        heap_.pop_back();
      }
    }
    SiftDown(0);
  }
  for (Cursor* cursor : heap_) end_slice(*cursor);
  merged->bytes = static_cast<int64_t>(bytes);
  return merged;
}

Result<std::shared_ptr<arrow::RecordBatch>> PutTogether(
    const MergedRows& rows, const std::shared_ptr<arrow::Schema>& schema,
    const std::vector<int>& columns, arrow::MemoryPool* pool) {
  // Behind one another the slices hold all rows; these are their places in the right order.
  std::vector<uint32_t> next_place(rows.slices.size(), 0);
  uint32_t place = 0;
  for (size_t i = 0; i < rows.slices.size(); ++i) {
    next_place[i] = std::exchange(place, place + static_cast<uint32_t>(rows.slices[i]->num_rows()));
  }
  std::shared_ptr<arrow::UInt32Array> places;
  bool is_in_order = true;
  if (rows.slices.size() > 1) {
    arrow::UInt32Builder builder(pool);
    ARROW_RETURN_NOT_OK(builder.Reserve(rows.rows()));
    uint32_t expected = 0;
    for (const uint32_t slice : rows.slice_of_row) {
      is_in_order = is_in_order && next_place[slice] == expected++;
      builder.UnsafeAppend(next_place[slice]++);
    }
    ARROW_RETURN_NOT_OK(builder.Finish(&places));
  }
  arrow::ArrayVector chosen;
  for (const int index : columns) {
    std::shared_ptr<arrow::Array> column = rows.slices.front()->column(index);
    if (rows.slices.size() > 1) {
      arrow::ArrayVector parts;
      parts.reserve(rows.slices.size());
      for (const auto& slice : rows.slices) parts.push_back(slice->column(index));
      ARROW_ASSIGN_OR_RAISE(column, arrow::Concatenate(parts, pool));
      if (!is_in_order) {
        ARROW_ASSIGN_OR_RAISE(column, TakeRows(column, *places, pool));
      }
    }
    chosen.push_back(std::move(column));
  }
  return arrow::RecordBatch::Make(schema, rows.rows(), std::move(chosen));
}

}  // namespace pyforge::core
