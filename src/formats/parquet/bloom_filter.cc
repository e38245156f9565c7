#include "formats/parquet/bloom_filter.h"

#include <parquet/xxhasher.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include "formats/parquet/metadata.h"

namespace pyforge::parquet {
namespace {

constexpr size_t kHashBytesMax = size_t{2} << 20;

constexpr std::array<uint32_t, 8> kSalts = {0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D,
                                            0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31};
using Block = std::array<uint32_t, kSalts.size()>;
constexpr auto kBitsPerValue = static_cast<double>(kSalts.size());

// Sets a bit in each word of the block; whether one of them was not set before.
bool AddToBlock(uint32_t key, Block* block) {
  uint32_t added = 0;
  for (size_t i = 0; i < kSalts.size(); ++i) {
    const uint32_t bit = uint32_t{1} << (key * kSalts[i] >> 27);
    added |= bit & ~(*block)[i];
    (*block)[i] |= bit;
  }
  return added != 0;
}

uint64_t Hash(const uint8_t* value, size_t bytes) {
  return BloomFilterHash({reinterpret_cast<const char*>(value), bytes});
}

// Zeros of both signs are equal, and so are all NaN to most programs, but a reader asks for one
// form only. Calls `add` for each form that the values have an equal of.
template <typename Bits, int kFractionBits, typename Add>
void VisitEqualForms(const uint8_t* values, size_t count, Add&& add) {
  constexpr auto kMagnitude = static_cast<Bits>(static_cast<Bits>(~Bits{0}) >> 1);
  constexpr auto kInfinity = static_cast<Bits>(kMagnitude >> kFractionBits << kFractionBits);
  bool any_zero = false;
  bool any_nan = false;
  for (size_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, values + i * sizeof(Bits), sizeof(Bits));
    const auto magnitude = static_cast<Bits>(bits & kMagnitude);
    any_zero |= magnitude == 0;
    any_nan |= magnitude > kInfinity;
  }
  if (any_zero) {
    add(Bits{0});
    add(static_cast<Bits>(~kMagnitude));
  }
  if (any_nan) add(static_cast<Bits>(kInfinity | Bits{1} << (kFractionBits - 1)));
}

}  // namespace

size_t BloomFilterBytes(size_t distinct_count, double false_positive_share) {
  const double bits = -kBitsPerValue * static_cast<double>(distinct_count) /
                      std::log1p(-std::pow(false_positive_share, 1 / kBitsPerValue));
  const double bytes = std::ceil(bits / 8);
  if (!(bytes < static_cast<double>(kBloomFilterBytesMax))) return kBloomFilterBytesMax;
  return std::bit_ceil(std::max(static_cast<size_t>(bytes), sizeof(Block)));
}

BloomFilterBuilder::BloomFilterBuilder(const LeafPlan& leaf, double false_positive_share,
                                       size_t values_max)
    : leaf_(leaf),
      false_positive_share_(false_positive_share),
      bytes_max_(BloomFilterBytes(values_max, false_positive_share)) {}

uint64_t BloomFilterHash(std::string_view plain) { return ::parquet::XxHasher().Hash(plain); }

void BloomFilterBuilder::AddFixed(const uint8_t* values, size_t count) {
  const auto width = static_cast<size_t>(leaf_.value_bytes);
  auto* const hashes = reinterpret_cast<uint64_t*>(hashes_.Extend(count * sizeof(uint64_t)));
  // A number's hash is that of its bytes, whatever they stand for.
  if (width == sizeof(int32_t)) {
    ::parquet::XxHasher().Hashes(reinterpret_cast<const int32_t*>(values), static_cast<int>(count),
                                 hashes);
  } else if (width == sizeof(int64_t)) {
    ::parquet::XxHasher().Hashes(reinterpret_cast<const int64_t*>(values), static_cast<int>(count),
                                 hashes);
  } else {
    for (size_t i = 0; i < count; ++i) hashes[i] = Hash(values + i * width, width);
  }
  AddEqualForms(values, count);
  Keep();
}

void BloomFilterBuilder::AddEqualForms(const uint8_t* values, size_t count) {
  const auto add = [this](auto bits) {
    hashes_.Push(BloomFilterHash({reinterpret_cast<const char*>(&bits), sizeof(bits)}));
  };
  if (leaf_.order == SortOrder::kHalf) return VisitEqualForms<uint16_t, 10>(values, count, add);
  if (leaf_.order != SortOrder::kFloat) return;
  if (leaf_.value_bytes == sizeof(float)) {
    VisitEqualForms<uint32_t, 23>(values, count, add);
  } else {
    VisitEqualForms<uint64_t, 52>(values, count, add);
  }
}

void BloomFilterBuilder::AddByteArrays(const uint8_t* bytes, std::span<const int32_t> lengths) {
  for (const int32_t length : lengths) {
    hashes_.Push(Hash(bytes, static_cast<size_t>(length)));
    bytes += length;
  }
  Keep();
}

void BloomFilterBuilder::AddDictionary(const ByteArrayDictionary& dictionary) {
  for (uint32_t code = 0; code < dictionary.size(); ++code) {
    hashes_.Push(BloomFilterHash(dictionary.value(code)));
  }
  Keep();
}

void BloomFilterBuilder::Keep() {
  // As long as they are smaller than the filter would be, they are also faster to keep than to
  // spread over it.
  if (bits_.empty() && hashes_.size() <= std::min(bytes_max_, kHashBytesMax)) return;
  SetBits(bytes_max_);
}

// Moves the hashes into the bits; where there are none yet, there will be so many bytes of them.
void BloomFilterBuilder::SetBits(size_t bytes) {
  if (bits_.empty()) {
    bits_.Resize(bytes);
    std::memset(bits_.data(), 0, bits_.size());
  }
  auto* const blocks = bits_.as<Block>();
  const uint64_t block_count = bits_.size() / sizeof(Block);
  const auto* const hashes = hashes_.as<uint64_t>();
  const size_t count = hashes_.size() / sizeof(uint64_t);
  // A value that sets no bit was there before or is a false positive, of which there are far fewer
  // than asked for while the bits are so many that they can be folded.
  for (size_t i = 0; i < count; ++i) {
    const uint64_t at = (hashes[i] >> 32) * block_count >> 32;
    distinct_count_ += AddToBlock(static_cast<uint32_t>(hashes[i]), &blocks[at]) ? 1 : 0;
  }
  hashes_.clear();
}

// A value's block in a filter of half the size is that of half the index.
void BloomFilterBuilder::Fold(size_t bytes) {
  auto* const blocks = bits_.as<Block>();
  while (bits_.size() > bytes) {
    const size_t half = bits_.size() / 2;
    for (size_t i = 0; i < half / sizeof(Block); ++i) {
      for (size_t word = 0; word < kSalts.size(); ++word) {
        blocks[i][word] = blocks[2 * i][word] | blocks[2 * i + 1][word];
      }
    }
    bits_.Resize(half);
  }
}

ByteBuffer BloomFilterBuilder::Finish() {
  SetBits(BloomFilterBytes(hashes_.size() / sizeof(uint64_t), false_positive_share_));
  Fold(BloomFilterBytes(distinct_count_, false_positive_share_));
  std::string header;
  WriteBloomFilterHeader(static_cast<int32_t>(bits_.size()), &header);
  ByteBuffer filter;
  filter.Reserve(header.size() + bits_.size());
  filter.Append(header.data(), header.size());
  filter.Append(bits_.data(), bits_.size());
  Clear();
  return filter;
}

void BloomFilterBuilder::Clear() {
  hashes_.clear();
  bits_.clear();
  distinct_count_ = 0;
}

}  // namespace pyforge::parquet
