#include "formats/parquet/dictionary.h"

namespace pyforge::parquet {
namespace {

constexpr size_t kSlotsMin = 1024;
constexpr uint64_t kMix0 = 0x9E3779B97F4A7C15;
constexpr uint64_t kMix1 = 0xC2B2AE3D27D4EB4F;
constexpr uint64_t kMix2 = 0xD6E8FEB86659FD93;

__extension__ using Uint128 = unsigned __int128;

uint64_t Fold(uint64_t a, uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

template <typename T>
uint64_t Load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

// Ends of short values overlap instead of being looped over.
uint64_t HashBytes(const char* bytes, size_t size) {
  uint64_t a = 0;
  uint64_t b = 0;
  uint64_t state = size * kMix2;
  if (size > 16) {
    const char* end = bytes + size;
    for (; end - bytes > 16; bytes += 16) {
      state = Fold(Load<uint64_t>(bytes) ^ kMix0 ^ state, Load<uint64_t>(bytes + 8) ^ kMix1);
    }
    a = Load<uint64_t>(end - 16);
    b = Load<uint64_t>(end - 8);
  } else if (size >= 8) {
    a = Load<uint64_t>(bytes);
    b = Load<uint64_t>(bytes + size - 8);
  } else if (size >= 4) {
    a = Load<uint32_t>(bytes);
    b = Load<uint32_t>(bytes + size - 4);
  } else if (size > 0) {
    a = Load<uint8_t>(bytes) | Load<uint8_t>(bytes + size / 2) << 8 |
        Load<uint8_t>(bytes + size - 1) << 16;
  }
  return Fold(Fold(a ^ kMix0 ^ state, b ^ kMix1), kMix2);
}

}  // namespace

void CodeTable::Clear() {
  slots_.assign(kSlotsMin, Slot{});
  hashes_.clear();
  mask_ = kSlotsMin - 1;
}

void CodeTable::Grow() {
  const size_t size = slots_.size() * 2;
  mask_ = size - 1;
  slots_.assign(size, Slot{});
  for (uint32_t code = 0; code < hashes_.size(); ++code) {
    size_t at = hashes_[code] & mask_;
    while (slots_[at].code_plus_one != 0) at = (at + 1) & mask_;
    slots_[at] = {static_cast<uint32_t>(hashes_[code] >> 32), code + 1};
  }
}

template <typename T>
void FixedDictionary::EncodeAs(const uint8_t* values, size_t count, uint32_t* codes) {
  for (size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, values + i * sizeof(T), sizeof(T));
    codes[i] = table_.FindOrAdd(
        Fold(value ^ kMix0, kMix1), [&](uint32_t code) { return values_.as<T>()[code] == value; },
        [&] {
          values_.Push(value);
          return static_cast<uint32_t>(size_++);
        });
  }
}

void FixedDictionary::EncodeBytes(const uint8_t* values, size_t count, uint32_t* codes) {
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* value = values + i * value_bytes_;
    codes[i] = table_.FindOrAdd(
        HashBytes(reinterpret_cast<const char*>(value), value_bytes_),
        [&](uint32_t code) {
          return std::memcmp(values_.data() + code * value_bytes_, value, value_bytes_) == 0;
        },
        [&] {
          values_.Append(value, value_bytes_);
          return static_cast<uint32_t>(size_++);
        });
  }
}

void FixedDictionary::Encode(const uint8_t* values, size_t count, ByteBuffer* codes) {
  auto* out = reinterpret_cast<uint32_t*>(codes->Extend(count * sizeof(uint32_t)));
  if (value_bytes_ == 4) {
    EncodeAs<uint32_t>(values, count, out);
  } else if (value_bytes_ == 8) {
    EncodeAs<uint64_t>(values, count, out);
  } else {
    EncodeBytes(values, count, out);
  }
}

void FixedDictionary::Clear() {
  table_.Clear();
  values_.clear();
  size_ = 0;
}

uint32_t ByteArrayDictionary::Code(std::string_view value) {
  return table_.FindOrAdd(
      HashBytes(value.data(), value.size()),
      [&](uint32_t code) { return this->value(code) == value; },
      [&] {
        entries_.push_back(
            {static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(value.size())});
        bytes_.Append(value.data(), value.size());
        return static_cast<uint32_t>(entries_.size() - 1);
      });
}

void ByteArrayDictionary::Clear() {
  table_.Clear();
  entries_.clear();
  bytes_.clear();
}

}  // namespace pyforge::parquet
