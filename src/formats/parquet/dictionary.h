// Dictionaries of a column chunk: distinct values, numbered in the order they were first seen.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "formats/parquet/byte_buffer.h"

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

/// A value of at most 16 bytes as two numbers, zeros behind its end: hashed and compared without a
/// branch on its length, which a processor could not foresee.
struct ShortKey {
  uint64_t low = 0;
  uint64_t high = 0;
  friend bool operator==(const ShortKey&, const ShortKey&) = default;
};

inline uint64_t KeepBytes(uint64_t word, size_t count) {
  const size_t dropped = 8 - count;
  // A shift by 64 has no meaning, so it is made of two.
  return word & (~uint64_t{0} >> (4 * dropped) >> (4 * dropped));
}

/// `bytes` has at most 16 bytes; it is followed by as many that can be read, or `is_padded` is
/// false.
inline ShortKey MakeShortKey(std::string_view bytes, bool is_padded) {
  const size_t size = bytes.size();
  if (!is_padded) {
    char copy[16] = {};
    std::memcpy(copy, bytes.data(), size);
    return {Load<uint64_t>(copy), Load<uint64_t>(copy + 8)};
  }
  const size_t low = size < 8 ? size : 8;
  return {KeepBytes(Load<uint64_t>(bytes.data()), low),
          KeepBytes(Load<uint64_t>(bytes.data() + 8), size - low)};
}

inline uint64_t HashKey(const ShortKey& key, size_t size) {
  return Fold(Fold(key.low ^ kMix0 ^ (size * kMix2), key.high ^ kMix1), kMix2);
}

}  // namespace dictionary_internal

/// An open-addressing table from hashes to codes; grows by doubling, so that few values stay in
/// cache. Threads: one at a time.
class CodeTable {
 public:
  CodeTable() { Clear(); }

  /// The code of the value with this hash for which `is_equal(code)` holds; else calls `add()`,
  /// which gives the new one.
  template <typename IsEqual, typename Add>
  uint32_t FindOrAdd(uint64_t hash, IsEqual&& is_equal, Add&& add) {
    const auto tag = static_cast<uint32_t>(hash >> 32);
    size_t at = hash & mask_;
    while (true) {
      Slot& slot = slots_[at];
      if (slot.code_plus_one == 0) break;
      if (slot.tag == tag && is_equal(slot.code_plus_one - 1)) return slot.code_plus_one - 1;
      at = (at + 1) & mask_;
    }
    const uint32_t code = add();
    slots_[at] = {tag, code + 1};
    hashes_.push_back(hash);
    // Sparse: how many slots a lookup visits cannot be foreseen, unless it is nearly always one.
    if (hashes_.size() * 4 > slots_.size()) Grow();
    return code;
  }
  /// To be called some time before the hash is looked up.
  void Prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  void Clear();

 private:
  struct Slot {
    uint32_t tag = 0;
    uint32_t code_plus_one = 0;  // 0: free
  };
  void Grow();

  std::vector<Slot> slots_;
  std::vector<uint64_t> hashes_;  // by code
  size_t mask_ = 0;
};

/// Distinct values of one fixed width, which may be any.
class FixedDictionary {
 public:
  explicit FixedDictionary(size_t value_bytes) : value_bytes_(value_bytes) {}

  /// Appends the code of each of `count` values to `codes`.
  void Encode(const uint8_t* values, size_t count, ByteBuffer* codes);
  size_t size() const { return size_; }
  size_t bytes() const { return values_.size(); }
  /// All values in PLAIN form.
  const ByteBuffer& values() const { return values_; }
  void Clear();

 private:
  template <typename T>
  void EncodeAs(const uint8_t* values, size_t count, uint32_t* codes);
  void EncodeBytes(const uint8_t* values, size_t count, uint32_t* codes);

  const size_t value_bytes_;
  CodeTable table_;
  ByteBuffer values_;
  size_t size_ = 0;
};

/// Distinct byte arrays.
class ByteArrayDictionary {
 public:
  /// The value's code. Bytes before `readable_end` can be read; null: no more than the value's.
  uint32_t Code(std::string_view value, const char* readable_end) {
    using namespace dictionary_internal;  // NOLINT(google-build-using-namespace)
    if (value.size() > size_t{kShortBytes}) return LongCode(value);
    const bool is_padded = readable_end != nullptr && readable_end - value.data() >= kShortBytes;
    const ShortKey key = MakeShortKey(value, is_padded);
    return ShortCode(value, key, HashKey(key, value.size()));
  }
  /// The codes of `count` values, the i-th of which is from offsets[i] to offsets[i + 1] of
  /// `bytes`.
  template <typename Offset>
  void Encode(const char* bytes, const Offset* offsets, size_t count, const char* readable_end,
              uint32_t* codes) {
    constexpr size_t kStep = 32;
    for (size_t done = 0; done < count; done += kStep) {
      EncodeStep(bytes, offsets + done, std::min(kStep, count - done), readable_end, codes + done);
    }
  }
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_.size(); }
  std::string_view value(uint32_t code) const {
    const Entry& entry = entries_[code];
    return {bytes_.as<char>() + entry.offset, entry.length};
  }
  void Clear();

 private:
  static constexpr int kShortBytes = 16;
  struct Entry {
    dictionary_internal::ShortKey key = {};  // of short values
    uint32_t offset = 0;
    uint32_t length = 0;
  };
  // All keys first, then all lookups: a lookup that goes wrong does not hold up the next keys.
  template <typename Offset>
  void EncodeStep(const char* bytes, const Offset* offsets, size_t count, const char* readable_end,
                  uint32_t* codes) {
    using namespace dictionary_internal;  // NOLINT(google-build-using-namespace)
    std::array<ShortKey, 32> keys;
    std::array<uint64_t, 32> hashes;
    bool any_long =
        readable_end == nullptr || readable_end - (bytes + offsets[count]) < kShortBytes;
    for (size_t i = 0; i < count; ++i) {
      any_long |= offsets[i + 1] - offsets[i] > Offset{kShortBytes};
    }
    const auto value = [&](size_t i) {
      return std::string_view(bytes + offsets[i], static_cast<size_t>(offsets[i + 1] - offsets[i]));
    };
    if (any_long) {
      for (size_t i = 0; i < count; ++i) codes[i] = Code(value(i), readable_end);
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      keys[i] = MakeShortKey(value(i), true);
      hashes[i] = HashKey(keys[i], value(i).size());
      table_.Prefetch(hashes[i]);
    }
    for (size_t i = 0; i < count; ++i) codes[i] = ShortCode(value(i), keys[i], hashes[i]);
  }
  uint32_t ShortCode(std::string_view value, const dictionary_internal::ShortKey& key,
                     uint64_t hash) {
    return table_.FindOrAdd(
        hash,
        [&](uint32_t code) {
          return entries_[code].key == key && entries_[code].length == value.size();
        },
        [&] { return Add(value, key); });
  }
  uint32_t LongCode(std::string_view value);
  uint32_t Add(std::string_view value, const dictionary_internal::ShortKey& key);

  CodeTable table_;
  std::vector<Entry> entries_;
  ByteBuffer bytes_;
};

}  // namespace pyforge::parquet
