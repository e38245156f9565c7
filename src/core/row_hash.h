// Hashes of rows by value, so that two data sets can be compared without keeping either.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "pyforge/error.h"
#include "pyforge/output.h"

namespace pyforge::core {

/// One 64-bit hash a row. Equal values hash equal whatever their encoding (plain, dictionary,
/// large or small offsets, decimals of any width at one scale); null differs from every value, all
/// NaN are one value, -0.0 is 0.0.
/// Errors: unsupported.type for types without a value form.
Status HashRows(const arrow::RecordBatch& batch, std::vector<uint64_t>* hashes);

/// An order-free checksum of a set of rows: two sums modulo 2^64. Threads: one at a time.
class RowChecksum {
 public:
  Status Add(const arrow::RecordBatch& batch);
  void Merge(const RowChecksum& other);
  int64_t rows() const { return rows_; }
  /// 32 hexadecimal digits.
  std::string ToString() const;
  friend bool operator==(const RowChecksum&, const RowChecksum&) = default;

 private:
  int64_t rows_ = 0;
  std::array<uint64_t, 2> sums_{};
};

/// A sink that keeps nothing but the checksum of what it is given; in front of `next` when that is
/// not null. Several workers may encode at once.
class ChecksumSink : public TableSink {
 public:
  explicit ChecksumSink(TableSink* next = nullptr) : next_(next) {}
  std::unique_ptr<Segment> NewSegment() override;
  Status Append(std::unique_ptr<Piece> piece) override;
  Result<TableSummary> Finish() override;
  const RowChecksum& checksum() const { return checksum_; }

 private:
  TableSink* next_;
  RowChecksum checksum_;
};

}  // namespace pyforge::core
