// Dictionaries of a column chunk: distinct values, numbered in the order they were first seen.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "formats/parquet/byte_buffer.h"

namespace pyforge::parquet {

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
    if (hashes_.size() * 2 > slots_.size()) Grow();
    return code;
  }
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
  uint32_t Code(std::string_view value);
  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_.size(); }
  std::string_view value(uint32_t code) const {
    const Entry& entry = entries_[code];
    return {bytes_.as<char>() + entry.offset, entry.length};
  }
  void Clear();

 private:
  struct Entry {
    uint32_t offset = 0;
    uint32_t length = 0;
  };

  CodeTable table_;
  std::vector<Entry> entries_;
  ByteBuffer bytes_;
};

}  // namespace pyforge::parquet
