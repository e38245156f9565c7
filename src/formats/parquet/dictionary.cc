#include "formats/parquet/dictionary.h"

#include <utility>

namespace pyforge::parquet {

using dictionary_internal::Fold;
using dictionary_internal::HashBytes;
using dictionary_internal::kMix0;
using dictionary_internal::kMix1;

namespace {

// Small: tables of many thousand columns have two each.
constexpr size_t kSlotsMin = 16;

}  // namespace

void CodeTable::Clear() {
  slots_.assign(kSlotsMin, 0);
  hashes_.clear();
  shift_ = 64 - std::countr_zero(kSlotsMin);
}

void CodeTable::Grow() {
  const size_t size = slots_.size() * 2;
  --shift_;
  slots_.assign(size, 0);
  for (uint32_t code = 0; code < hashes_.size(); ++code) {
    size_t at = hashes_[code] >> shift_;
    while (slots_[at] != 0) at = (at + 1) & (size - 1);
    slots_[at] = dictionary_internal::MakeSlot(hashes_[code], code);
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

uint32_t ByteArrayDictionary::LongCode(std::string_view value) {
  const uint64_t hash = HashBytes(value.data(), value.size());
  const ValueKey key = dictionary_internal::LongKey(hash);
  return table_.FindOrAdd(
      hash, [&](uint32_t code) { return keys_[code] == key && this->value(code) == value; },
      [&] { return Add(value, key); });
}

uint32_t ByteArrayDictionary::Add(std::string_view value, const ValueKey& key) {
  keys_.push_back(key);
  return Add(value);
}

uint32_t ByteArrayDictionary::Add(std::string_view value) {
  places_.push_back({static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(value.size())});
  bytes_.Append(value.data(), value.size());
  return static_cast<uint32_t>(places_.size() - 1);
}

bool ByteArrayDictionary::EncodeByRange(const char* values, size_t value_bytes, size_t count,
                                        const char* readable_end, uint32_t* codes) {
  if (has_range() && value_bytes != range_.value_bytes()) return false;
  if (!range_.Cover(values, value_bytes, count, readable_end, bytes_.as<char>(), places_.size())) {
    return false;
  }
  RangeIndex::Bounds found =
      range_.Encode(values, count, readable_end, codes, [&](const char* added) {
        return Add({added, value_bytes});
      });
  if (bounds_) {
    if (value(bounds_->least) < value(found.least)) found.least = bounds_->least;
    if (value(bounds_->greatest) > value(found.greatest)) found.greatest = bounds_->greatest;
  }
  bounds_ = found;
  return true;
}

void ByteArrayDictionary::HashKnownValues() {
  const size_t value_bytes = range_.value_bytes();
  range_.Clear();
  const size_t count = places_.size();
  places_.clear();
  const ByteBuffer known = std::exchange(bytes_, {});
  const char* const readable_end = known.as<char>() + known.size() + ByteBuffer::kSlack;
  for (size_t code = 0; code < count; ++code) {
    HashedCode({known.as<char>() + code * value_bytes, value_bytes}, readable_end);
  }
}

void ByteArrayDictionary::Clear() {
  range_.Clear();
  bounds_.reset();
  table_.Clear();
  keys_.clear();
  places_.clear();
  bytes_.clear();
}

}  // namespace pyforge::parquet
