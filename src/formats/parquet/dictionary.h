// Dictionaries of a column chunk: distinct values, numbered in the order they were first seen.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/parquet/byte_buffer.h"
#include "formats/parquet/range_index.h"

namespace pyforge::parquet {

namespace dictionary_internal {

constexpr uint64_t kMix0 = 0x9E3779B97F4A7C15;
constexpr uint64_t kMix1 = 0xC2B2AE3D27D4EB4F;
constexpr uint64_t kMix2 = 0xD6E8FEB86659FD93;

__extension__ using Uint128 = unsigned __int128;

inline uint64_t Fold(uint64_t a, uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <typename T>
inline uint64_t Load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

inline uint64_t HashBytes(const char* bytes, size_t size) {
  uint64_t state = size * kMix2;
  const char* end = bytes + size;
  for (; end - bytes > 16; bytes += 16) {
    state = Fold(Load<uint64_t>(bytes) ^ kMix0 ^ state, Load<uint64_t>(bytes + 8) ^ kMix1);
  }
  char last[16] = {};
  std::memcpy(last, bytes, static_cast<size_t>(end - bytes));
  return Fold(Fold(Load<uint64_t>(last) ^ kMix0 ^ state, Load<uint64_t>(last + 8) ^ kMix1), kMix2);
}

/// A value of at most 15 bytes as two numbers, zeros behind its end and its size in the last byte:
/// hashed and compared without a branch on its size, which a processor could not foresee. A longer
/// value has a key with its hash, which no short one equals.
struct ValueKey {
  uint64_t low;
  uint64_t high;
  friend bool operator==(const ValueKey&, const ValueKey&) = default;
};
constexpr size_t kShortBytesMax = 15;
constexpr int kSizeShift = 56;

inline ValueKey LongKey(uint64_t hash) { return {.low = hash, .high = ~uint64_t{0}}; }

/// Bytes that are all set, then bytes that are not: from kKept + kKeyBytes - n on, the first n are.
inline constexpr size_t kKeyBytes = 16;
inline constexpr std::array<uint8_t, 2 * kKeyBytes> kKept = [] {
  std::array<uint8_t, 2 * kKeyBytes> kept = {};
  for (size_t i = 0; i < kKeyBytes; ++i) kept[i] = 0xFF;
  return kept;
}();

/// `bytes` has at most kShortBytesMax bytes; 16 can be read, or `is_padded` is false.
inline ValueKey ShortKey(std::string_view bytes, bool is_padded) {
  const size_t size = bytes.size();
  const uint64_t high_size = uint64_t{size} << kSizeShift;
  if (!is_padded) {
    char copy[16] = {};
    std::memcpy(copy, bytes.data(), size);
    return {Load<uint64_t>(copy), Load<uint64_t>(copy + 8) | high_size};
  }
  const auto* const kept = reinterpret_cast<const char*>(kKept.data()) + kKeyBytes - size;
  return {Load<uint64_t>(bytes.data()) & Load<uint64_t>(kept),
          (Load<uint64_t>(bytes.data() + 8) & Load<uint64_t>(kept + 8)) | high_size};
}

/// Made of what vector registers can do too. Only its highest bits depend on every byte.
inline uint64_t HashKey(const ValueKey& key) { return key.low * kMix0 + key.high * kMix1; }

/// A place of the table: some bits of a hash above a code, one too high so that 0 is a free place.
/// Small, because what other columns do between two visits drives a table out of the cache.
using Slot = uint32_t;
constexpr int kCodeBits = 20;
constexpr uint32_t kCodeMask = (uint32_t{1} << kCodeBits) - 1;
// The tag is of the highest bits that choose no place.
constexpr int kTagShift = 20;
constexpr uint32_t kTagMask = (uint32_t{1} << (32 - kCodeBits)) - 1;

inline Slot MakeSlot(uint64_t hash, uint32_t code) {
  return (static_cast<uint32_t>(hash >> kTagShift) & kTagMask) << kCodeBits | (code + 1);
}

/// Looks eight values up at once, the i-th of which is from offsets[i] to offsets[i + 1] of
/// `bytes`, where 16 bytes behind the last one can be read. Returns a bit for each that was not
/// found in the first places of its hash, or is not short; the codes of the others are written.
using LookUpEight = uint32_t (*)(const Slot* slots, int shift, const ValueKey* keys,
                                 const char* bytes, const int32_t* offsets, uint32_t* codes);

/// Null where the processor has nothing for it.
LookUpEight FindLookUpEight();

}  // namespace dictionary_internal

/// An open-addressing table from hashes to codes; grows by doubling, so that few values stay in
/// cache. Threads: one at a time.
class CodeTable {
 public:
  static constexpr size_t kCodesMax = dictionary_internal::kCodeMask;

  CodeTable() { Clear(); }

  /// The code of the value with this hash for which `is_equal(code)` holds; else calls `add()`,
  /// which gives the new one.
  template <typename IsEqual, typename Add>
  uint32_t FindOrAdd(uint64_t hash, IsEqual&& is_equal, Add&& add) {
    using dictionary_internal::kCodeMask;
    const Slot tag = dictionary_internal::MakeSlot(hash, 0) & ~kCodeMask;
    size_t at = hash >> shift_;
    while (true) {
      const Slot slot = slots_[at];
      if (slot == 0) break;
      const uint32_t code = (slot & kCodeMask) - 1;
      if ((slot & ~kCodeMask) == tag && is_equal(code)) return code;
      at = (at + 1) & (slots_.size() - 1);
    }
    assert(hashes_.size() < kCodesMax);
    const uint32_t code = add();
    slots_[at] = dictionary_internal::MakeSlot(hash, code);
    hashes_.push_back(hash);
    // Sparse: how many slots a lookup visits cannot be foreseen, unless it is nearly always one.
    if (hashes_.size() * 4 > slots_.size()) Grow();
    return code;
  }
  /// The places, a power of two of them, and by how much a hash is shifted to get the first one's
  /// index.
  const dictionary_internal::Slot* slots() const { return slots_.data(); }
  int shift() const { return shift_; }
  size_t capacity_bytes() const {
    return slots_.capacity() * sizeof(Slot) + hashes_.capacity() * sizeof(uint64_t);
  }
  void Clear();

 private:
  using Slot = dictionary_internal::Slot;
  void Grow();

  std::vector<Slot> slots_;
  std::vector<uint64_t> hashes_;  // by code
  int shift_ = 0;
};

/// Distinct values of one fixed width, which may be any: by their place between the least and the
/// greatest while they are integers of a small range, else by hash. Threads: one at a time.
class FixedDictionary {
 public:
  /// Of integers in a range; the table of more would not stay in cache.
  static constexpr uint64_t kRangeMax = uint64_t{1} << 15;

  explicit FixedDictionary(size_t value_bytes) : value_bytes_(value_bytes) {}

  /// How many integers there are from the least to the greatest of `count` values of 4 or 8 bytes;
  /// 0: too many for a range, or no values.
  static uint64_t RangeOf(const uint8_t* values, size_t value_bytes, size_t count);

  /// Appends the code of each of `count` values to `codes`.
  void Encode(const uint8_t* values, size_t count, ByteBuffer* codes);
  size_t size() const { return size_; }
  size_t bytes() const { return values_.size(); }
  /// All values in PLAIN form.
  const ByteBuffer& values() const { return values_; }
  size_t capacity_bytes() const {
    return table_.capacity_bytes() + values_.capacity() + places_.capacity() * sizeof(uint16_t);
  }
  void Clear();

 private:
  template <typename T>
  void EncodeAs(const uint8_t* values, size_t count, uint32_t* codes);
  template <typename T>
  bool EncodeByRange(const uint8_t* values, size_t count, uint32_t* codes);
  template <typename T>
  void HashKnownValues();
  template <typename T>
  uint32_t HashedCode(T value);
  void EncodeBytes(const uint8_t* values, size_t count, uint32_t* codes);

  const size_t value_bytes_;
  CodeTable table_;
  ByteBuffer values_;
  size_t size_ = 0;
  // By value less least_, one too high so that 0 is none; empty: values are looked up by hash,
  // unless there are none yet.
  std::vector<uint16_t> places_;
  int64_t least_ = 0;
};

/// Distinct byte arrays: by their place in the range they span while they are short, of one size
/// and the range is small, else by hash. Threads: one at a time.
class ByteArrayDictionary {
 public:
  using LookUpEight = dictionary_internal::LookUpEight;

  /// `look_up_eight` may be null.
  explicit ByteArrayDictionary(LookUpEight look_up_eight = dictionary_internal::FindLookUpEight())
      : look_up_eight_(look_up_eight) {}

  /// The value's code. Bytes before `readable_end` can be read; null: no more than the value's.
  uint32_t Code(std::string_view value, const char* readable_end) {
    LeaveRange();
    return HashedCode(value, readable_end);
  }
  /// The codes of `count` values, the i-th of which is from offsets[i] to offsets[i + 1] of
  /// `bytes`.
  template <typename Offset>
  void Encode(const char* bytes, const Offset* offsets, size_t count, const char* readable_end,
              uint32_t* codes) {
    if ((has_range() || places_.empty()) &&
        EncodeByRange(bytes, offsets, count, readable_end, codes)) {
      return;
    }
    LeaveRange();
    constexpr size_t kStep = 32;
    for (size_t done = 0; done < count; done += kStep) {
      EncodeStep(bytes, offsets + done, std::min(kStep, count - done), readable_end, codes + done);
    }
  }
  size_t size() const { return places_.size(); }
  size_t bytes() const { return bytes_.size(); }
  /// Whether values are looked up by their place in a range: fast, even out of cache.
  bool has_range() const { return range_.value_bytes() != 0; }
  /// The codes of the least and the greatest value encoded since ForgetBounds(), where all were
  /// looked up by their place in a range.
  std::optional<RangeIndex::Bounds> bounds() const { return has_range() ? bounds_ : std::nullopt; }
  void ForgetBounds() { bounds_.reset(); }
  std::string_view value(uint32_t code) const {
    return {bytes_.as<char>() + places_[code].offset, places_[code].length};
  }
  size_t capacity_bytes() const {
    return range_.capacity_bytes() + table_.capacity_bytes() + keys_.capacity() * sizeof(ValueKey) +
           places_.capacity() * sizeof(Place) + bytes_.capacity();
  }
  void Clear();

 private:
  using ValueKey = dictionary_internal::ValueKey;
  static constexpr auto kReadBytes = static_cast<ptrdiff_t>(dictionary_internal::kKeyBytes);
  struct Place {
    uint32_t offset = 0;
    uint32_t length = 0;
  };
  template <typename Offset>
  void EncodeStep(const char* bytes, const Offset* offsets, size_t count, const char* readable_end,
                  uint32_t* codes) {
    const bool is_padded =
        readable_end != nullptr && readable_end - (bytes + offsets[count]) >= kReadBytes;
    size_t done = 0;
    if constexpr (sizeof(Offset) == sizeof(int32_t)) {
      if (is_padded && look_up_eight_ != nullptr) {
        for (; done + 8 <= count; done += 8) {
          uint32_t missing = look_up_eight_(table_.slots(), table_.shift(), keys_.data(), bytes,
                                            offsets + done, codes + done);
          for (; missing != 0; missing &= missing - 1) {
            const size_t i = done + static_cast<size_t>(std::countr_zero(missing));
            codes[i] = HashedCode(Value(bytes, offsets, i), readable_end);
          }
        }
      }
    }
    if (done < count) {
      EncodePortably(bytes, offsets + done, count - done, is_padded, readable_end, codes + done);
    }
  }
  // Looks at the first place of all values, without a branch that a processor could not foresee,
  // then at the others again: neither a lookup that goes wrong nor memory that is not in the cache
  // holds up the next ones.
  template <typename Offset>
  void EncodePortably(const char* bytes, const Offset* offsets, size_t count, bool is_padded,
                      const char* readable_end, uint32_t* codes) {
    using namespace dictionary_internal;  // NOLINT(google-build-using-namespace)
    bool any_long = !is_padded || keys_.empty();
    for (size_t i = 0; i < count; ++i) {
      any_long |= offsets[i + 1] - offsets[i] > static_cast<Offset>(kShortBytesMax);
    }
    if (any_long) {
      for (size_t i = 0; i < count; ++i) {
        codes[i] = HashedCode(Value(bytes, offsets, i), readable_end);
      }
      return;
    }
    const Slot* const slots = table_.slots();
    const int shift = table_.shift();
    const ValueKey* const keys = keys_.data();
    uint32_t missing = 0;
    for (size_t i = 0; i < count; ++i) {
      const ValueKey key = ShortKey(Value(bytes, offsets, i), true);
      const uint32_t code_plus_one = slots[HashKey(key) >> shift] & kCodeMask;
      const uint32_t code = code_plus_one - (code_plus_one != 0 ? 1 : 0);
      codes[i] = code;
      const ValueKey& found = keys[code];
      const uint64_t difference = (found.low ^ key.low) | (found.high ^ key.high);
      missing |= static_cast<uint32_t>(difference != 0) << i;
    }
    for (; missing != 0; missing &= missing - 1) {
      const auto i = static_cast<size_t>(std::countr_zero(missing));
      codes[i] = HashedCode(Value(bytes, offsets, i), readable_end);
    }
  }
  // False: they are not of one size, or the range would be too wide.
  template <typename Offset>
  bool EncodeByRange(const char* bytes, const Offset* offsets, size_t count,
                     const char* readable_end, uint32_t* codes) {
    // Fewer values say nothing about the range of a column.
    constexpr size_t kFirst = 64;
    if (count == 0 || (!has_range() && count < kFirst)) return false;
    const Offset size = offsets[1] - offsets[0];
    if (size == 0 || size > static_cast<Offset>(RangeIndex::kValueBytesMax)) return false;
    bool is_one_size = true;
    for (size_t i = 0; i < count; ++i) is_one_size &= offsets[i + 1] - offsets[i] == size;
    return is_one_size &&
           EncodeByRange(bytes + offsets[0], static_cast<size_t>(size), count, readable_end, codes);
  }
  bool EncodeByRange(const char* values, size_t value_bytes, size_t count, const char* readable_end,
                     uint32_t* codes);
  // From now on values are looked up by hash.
  void LeaveRange() {
    if (has_range()) HashKnownValues();
  }
  void HashKnownValues();

  uint32_t HashedCode(std::string_view value, const char* readable_end) {
    using namespace dictionary_internal;  // NOLINT(google-build-using-namespace)
    if (value.size() > kShortBytesMax) return LongCode(value);
    const bool is_padded = readable_end != nullptr && readable_end - value.data() >= kReadBytes;
    const ValueKey key = ShortKey(value, is_padded);
    return ShortCode(value, key, HashKey(key));
  }
  template <typename Offset>
  static std::string_view Value(const char* bytes, const Offset* offsets, size_t i) {
    return {bytes + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i])};
  }
  uint32_t ShortCode(std::string_view value, const ValueKey& key, uint64_t hash) {
    return table_.FindOrAdd(
        hash, [&](uint32_t code) { return keys_[code] == key; }, [&] { return Add(value, key); });
  }
  uint32_t LongCode(std::string_view value);
  uint32_t Add(std::string_view value, const ValueKey& key);
  uint32_t Add(std::string_view value);

  RangeIndex range_;  // holds all values or none
  std::optional<RangeIndex::Bounds> bounds_ = {};
  CodeTable table_;
  std::vector<ValueKey> keys_;  // by code, unless there is a range
  std::vector<Place> places_;   // by code
  ByteBuffer bytes_;
  const LookUpEight look_up_eight_;
};

}  // namespace pyforge::parquet
