#include "formats/parquet/dictionary.h"

#include <algorithm>
#include <limits>
#include <type_traits>
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

namespace {

struct Span {
  int64_t least;
  int64_t greatest;
  // How many integers that is, 0: 2^64.
  uint64_t size() const {
    return static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least) + 1;
  }
};

template <typename T>
T LoadAt(const uint8_t* values, size_t i) {
  T value;
  std::memcpy(&value, values + i * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
Span SpanOf(const uint8_t* values, size_t count) {
  T least = std::numeric_limits<T>::max();
  T greatest = std::numeric_limits<T>::min();
  for (size_t i = 0; i < count; ++i) {
    const T value = LoadAt<T>(values, i);
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
  return {.least = least, .greatest = greatest};
}

bool IsSmall(const Span& span) {
  return span.size() != 0 && span.size() <= FixedDictionary::kRangeMax;
}

}  // namespace

uint64_t FixedDictionary::RangeOf(const uint8_t* values, size_t value_bytes, size_t count) {
  if (count == 0) return 0;
  const Span span =
      value_bytes == 4 ? SpanOf<int32_t>(values, count) : SpanOf<int64_t>(values, count);
  return IsSmall(span) ? span.size() : 0;
}

template <typename T>
bool FixedDictionary::EncodeByRange(const uint8_t* values, size_t count, uint32_t* codes) {
  Span span = SpanOf<T>(values, count);
  if (!IsSmall(span)) return false;
  const bool is_first = places_.empty();
  if (!is_first) {
    span.least = std::min(span.least, least_);
    span.greatest = std::max(span.greatest, least_ + (static_cast<int64_t>(places_.size()) - 1));
    if (!IsSmall(span)) return false;
  }
  if (is_first || span.size() != places_.size()) {
    std::vector<uint16_t> wider(span.size());
    if (!is_first) std::copy(places_.begin(), places_.end(), wider.begin() + (least_ - span.least));
    places_ = std::move(wider);
    least_ = span.least;
  }
  for (size_t i = 0; i < count; ++i) {
    const T value = LoadAt<T>(values, i);
    uint16_t& place = places_[static_cast<size_t>(int64_t{value} - least_)];
    if (place == 0) {
      values_.Push(value);
      place = static_cast<uint16_t>(++size_);
    }
    codes[i] = place - uint32_t{1};
  }
  return true;
}

template <typename T>
uint32_t FixedDictionary::HashedCode(T value) {
  return table_.FindOrAdd(
      Fold(static_cast<std::make_unsigned_t<T>>(value) ^ kMix0, kMix1),
      [&](uint32_t code) { return values_.as<T>()[code] == value; },
      [&] {
        values_.Push(value);
        return static_cast<uint32_t>(size_++);
      });
}

template <typename T>
void FixedDictionary::HashKnownValues() {
  places_ = {};
  const ByteBuffer known = std::exchange(values_, {});
  const size_t count = std::exchange(size_, 0);
  for (size_t code = 0; code < count; ++code) HashedCode(known.as<T>()[code]);
}

template <typename T>
void FixedDictionary::EncodeAs(const uint8_t* values, size_t count, uint32_t* codes) {
  const bool by_range = !places_.empty() || size_ == 0;
  if (by_range && EncodeByRange<T>(values, count, codes)) return;
  if (!places_.empty()) HashKnownValues<T>();
  for (size_t i = 0; i < count; ++i) codes[i] = HashedCode(LoadAt<T>(values, i));
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
    EncodeAs<int32_t>(values, count, out);
  } else if (value_bytes_ == 8) {
    EncodeAs<int64_t>(values, count, out);
  } else {
    EncodeBytes(values, count, out);
  }
}

void FixedDictionary::Clear() {
  table_.Clear();
  values_.clear();
  size_ = 0;
  places_ = {};
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
