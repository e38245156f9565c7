#include "core/row_hash.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/visit_array_inline.h>
#include <fmt/format.h>

namespace pyforge::core {
namespace {

constexpr uint64_t kNullHash = 0x9AE16A3B2F90404FULL;
constexpr uint64_t kSeed = 0xC3A5C85C97CB3127ULL;

__extension__ using Uint128 = unsigned __int128;

uint64_t Mix(uint64_t a, uint64_t b) {
  // The high and the low half of a full product depend on every bit of both factors.
  const Uint128 product =
      static_cast<Uint128>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t HashBytes(const uint8_t* bytes, int64_t count) {
  uint64_t hash = Mix(kSeed, static_cast<uint64_t>(count));
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes, 8);
    hash = Mix(hash, word);
  }
  if (count > 0) {
    uint64_t word = 0;
    std::memcpy(&word, bytes, static_cast<size_t>(count));
    hash = Mix(hash, word);
  }
  return hash;
}

uint64_t HashDouble(double value) {
  if (std::isnan(value)) return Mix(kSeed, 0x7FF8000000000000ULL);
  return Mix(kSeed, std::bit_cast<uint64_t>(value == 0 ? 0.0 : value));
}

Status HashArray(const arrow::Array& array, std::vector<uint64_t>* hashes);

/// Writes one hash a value into `hashes`, which has the array's length.
class ValueHasher {
 public:
  explicit ValueHasher(std::vector<uint64_t>* hashes) : hashes_(*hashes) {}

  Status Visit(const arrow::NullArray&) {
    std::fill(hashes_.begin(), hashes_.end(), kNullHash);
    return Status::OK();
  }

  Status Visit(const arrow::BooleanArray& array) {
    return Each(array, [&](int64_t i) { return Mix(kSeed, array.Value(i) ? 1 : 0); });
  }

  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::has_c_type<Type>::value && !arrow::is_boolean_type<Type>::value &&
                       !arrow::is_interval_type<Type>::value,
                   Status>
  Visit(const Array& array) {
    return Each(array, [&](int64_t i) {
      if constexpr (arrow::is_floating_type<Type>::value &&
                    !arrow::is_half_float_type<Type>::value) {
        return HashDouble(static_cast<double>(array.Value(i)));
      } else {
        return Mix(kSeed, static_cast<uint64_t>(array.Value(i)));
      }
    });
  }

  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::is_base_binary_type<Type>::value ||
                       arrow::is_binary_view_like_type<Type>::value,
                   Status>
  Visit(const Array& array) {
    return Each(array, [&](int64_t i) {
      const std::string_view value = array.GetView(i);
      return HashBytes(reinterpret_cast<const uint8_t*>(value.data()),
                       static_cast<int64_t>(value.size()));
    });
  }

  Status Visit(const arrow::FixedSizeBinaryArray& array) {
    return Each(array, [&](int64_t i) { return HashBytes(array.GetValue(i), array.byte_width()); });
  }

  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::is_decimal_type<Type>::value, Status> Visit(const Array& array) {
    // Sign-extended to 32 bytes, so that the width of the type does not matter.
    return Each(array, [&](int64_t i) {
      uint8_t wide[32];
      const auto width = static_cast<size_t>(array.byte_width());
      std::memcpy(wide, array.GetValue(i), width);
      std::memset(wide + width, (wide[width - 1] & 0x80) != 0 ? 0xFF : 0, sizeof wide - width);
      return HashBytes(wide, sizeof wide);
    });
  }

  Status Visit(const arrow::DictionaryArray& array) {
    std::vector<uint64_t> values(static_cast<size_t>(array.dictionary()->length()));
    ARROW_RETURN_NOT_OK(HashArray(*array.dictionary(), &values));
    return Each(array,
                [&](int64_t i) { return values[static_cast<size_t>(array.GetValueIndex(i))]; });
  }

  Status Visit(const arrow::StructArray& array) {
    std::fill(hashes_.begin(), hashes_.end(), kSeed);
    std::vector<uint64_t> child(hashes_.size());
    for (int field = 0; field < array.num_fields(); ++field) {
      ARROW_RETURN_NOT_OK(HashArray(*array.field(field), &child));
      for (size_t i = 0; i < child.size(); ++i) hashes_[i] = Mix(hashes_[i], child[i]);
    }
    for (int64_t i = 0; i < array.length(); ++i) {
      if (array.IsNull(i)) hashes_[static_cast<size_t>(i)] = kNullHash;
    }
    return Status::OK();
  }

  // A map's children are a struct of key and value, so it hashes as the list that it is.
  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::is_var_length_list_type<Type>::value ||
                       arrow::is_fixed_size_list_type<Type>::value ||
                       arrow::is_list_view_type<Type>::value,
                   Status>
  Visit(const Array& array) {
    std::vector<uint64_t> items(static_cast<size_t>(array.values()->length()));
    ARROW_RETURN_NOT_OK(HashArray(*array.values(), &items));
    return Each(array, [&](int64_t i) {
      const auto begin = static_cast<int64_t>(array.value_offset(i));
      const auto length = static_cast<int64_t>(array.value_length(i));
      uint64_t hash = Mix(kSeed, static_cast<uint64_t>(length));
      for (int64_t item = begin; item < begin + length; ++item) {
        hash = Mix(hash, items[static_cast<size_t>(item)]);
      }
      return hash;
    });
  }

  Status Visit(const arrow::ExtensionArray& array) { return HashArray(*array.storage(), &hashes_); }

  Status Visit(const arrow::Array& array) {
    return Fail(kUnsupportedType, {}, "rows with values of type {} cannot be compared",
                array.type()->ToString());
  }

 private:
  template <typename Hash>
  Status Each(const arrow::Array& array, Hash&& hash) {
    if (array.null_count() == 0) {
      for (int64_t i = 0; i < array.length(); ++i) hashes_[static_cast<size_t>(i)] = hash(i);
    } else {
      for (int64_t i = 0; i < array.length(); ++i) {
        hashes_[static_cast<size_t>(i)] = array.IsNull(i) ? kNullHash : hash(i);
      }
    }
    return Status::OK();
  }

  std::vector<uint64_t>& hashes_;
};

Status HashArray(const arrow::Array& array, std::vector<uint64_t>* hashes) {
  ValueHasher hasher(hashes);
  return arrow::VisitArrayInline(array, &hasher);
}

struct ChecksumPiece : Piece {
  RowChecksum checksum;
  std::unique_ptr<Piece> next;
};

class ChecksumSegment : public Segment {
 public:
  explicit ChecksumSegment(std::unique_ptr<Segment> next) : next_(std::move(next)) {}

  Status Add(const arrow::RecordBatch& batch) override {
    ARROW_RETURN_NOT_OK(checksum_.Add(batch));
    return next_ == nullptr ? Status::OK() : next_->Add(batch);
  }

  int64_t bytes() const override { return next_ == nullptr ? 0 : next_->bytes(); }

  Result<std::unique_ptr<Piece>> Finish() override {
    auto piece = std::make_unique<ChecksumPiece>();
    piece->checksum = std::exchange(checksum_, {});
    piece->rows = piece->checksum.rows();
    if (next_ != nullptr) {
      ARROW_ASSIGN_OR_RAISE(piece->next, next_->Finish());
      piece->rows = piece->next->rows;
      piece->bytes = piece->next->bytes;
    }
    return piece;
  }

 private:
  std::unique_ptr<Segment> next_;
  RowChecksum checksum_;
};

}  // namespace

Status HashRows(const arrow::RecordBatch& batch, std::vector<uint64_t>* hashes) {
  const auto rows = static_cast<size_t>(batch.num_rows());
  hashes->assign(rows, kSeed);
  std::vector<uint64_t> column(rows);
  for (int i = 0; i < batch.num_columns(); ++i) {
    ARROW_RETURN_NOT_OK(
        AddWhere(HashArray(*batch.column(i), &column), {.column = batch.column_name(i)}));
    for (size_t row = 0; row < rows; ++row) (*hashes)[row] = Mix((*hashes)[row], column[row]);
  }
  return Status::OK();
}

Status RowChecksum::Add(const arrow::RecordBatch& batch) {
  std::vector<uint64_t> hashes;
  ARROW_RETURN_NOT_OK(HashRows(batch, &hashes));
  for (uint64_t hash : hashes) {
    sums_[0] += hash;
    sums_[1] += Mix(hash, kSeed);
  }
  rows_ += batch.num_rows();
  return Status::OK();
}

void RowChecksum::Merge(const RowChecksum& other) {
  rows_ += other.rows_;
  sums_[0] += other.sums_[0];
  sums_[1] += other.sums_[1];
}

std::string RowChecksum::ToString() const {
  return fmt::format("{:016x}{:016x}", sums_[0], sums_[1]);
}

std::unique_ptr<Segment> ChecksumSink::NewSegment() {
  return std::make_unique<ChecksumSegment>(next_ == nullptr ? nullptr : next_->NewSegment());
}

Status ChecksumSink::Append(std::unique_ptr<Piece> piece) {
  auto& ours = static_cast<ChecksumPiece&>(*piece);
  checksum_.Merge(ours.checksum);
  return ours.next == nullptr ? Status::OK() : next_->Append(std::move(ours.next));
}

Result<TableSummary> ChecksumSink::Finish() {
  if (next_ != nullptr) return next_->Finish();
  return TableSummary{.rows = checksum_.rows()};
}

}  // namespace pyforge::core
