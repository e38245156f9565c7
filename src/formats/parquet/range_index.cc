#include "formats/parquet/range_index.h"

#include <algorithm>

#include "base/x86_vectors.h"

namespace pyforge::parquet {
namespace {

/// How many of `count` values have 16 bytes from their beginning that can be read.
size_t CountWideReads(const char* values, size_t value_bytes, size_t count,
                      const char* readable_end) {
#if defined(__x86_64__)
  const ptrdiff_t room = readable_end - values - ptrdiff_t{RangeIndex::kValueBytesMax};
  return room < 0 ? 0 : std::min(count, static_cast<size_t>(room) / value_bytes + 1);
#else
  (void)values, (void)value_bytes, (void)count, (void)readable_end;
  return 0;
#endif
}

#if defined(__x86_64__)
inline __m128i LoadVector(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}
inline void StoreVector(void* to, __m128i value) {
  _mm_storeu_si128(static_cast<__m128i*>(to), value);
}
#endif

}  // namespace

bool RangeIndex::Cover(const char* values, size_t value_bytes, size_t count,
                       const char* readable_end, const char* known, size_t known_count) {
  Bytes low;
  Bytes high;
  if (value_bytes_ == 0) {
    low.fill(UINT8_MAX);
    high.fill(0);
  } else {
    low = low_;
    high = high_;
  }
  const char* at = values;
#if defined(__x86_64__)
  __m128i lows = LoadVector(low.data());
  __m128i highs = LoadVector(high.data());
  const size_t wide = CountWideReads(values, value_bytes, count, readable_end);
  for (const char* end = at + wide * value_bytes; at != end; at += value_bytes) {
    lows = _mm_min_epu8(lows, LoadVector(at));
    highs = _mm_max_epu8(highs, LoadVector(at));
  }
  StoreVector(low.data(), lows);
  StoreVector(high.data(), highs);
#endif
  for (const char* end = values + count * value_bytes; at != end; at += value_bytes) {
    for (size_t place = 0; place < value_bytes; ++place) {
      low[place] = std::min(low[place], static_cast<uint8_t>(at[place]));
      high[place] = std::max(high[place], static_cast<uint8_t>(at[place]));
    }
  }
  // Bytes of the next value were read, too.
  std::fill(low.begin() + static_cast<ptrdiff_t>(value_bytes), low.end(), uint8_t{0});
  std::fill(high.begin() + static_cast<ptrdiff_t>(value_bytes), high.end(), uint8_t{0});
  if (value_bytes_ == value_bytes && low == low_ && high == high_) return true;

  std::array<int16_t, kValueBytesMax> weights = {};
  size_t range = 1;
  for (size_t place = value_bytes; place > 0; --place) {
    const size_t radix = size_t{high[place - 1]} - low[place - 1] + 1;
    // The digit of a place where all bytes are the same is 0.
    if (radix > 1) weights[place - 1] = static_cast<int16_t>(range);
    range *= radix;
    if (range > kRangeMax) return false;
  }
  value_bytes_ = value_bytes;
  low_ = low;
  high_ = high;
  weights_ = weights;
  codes_.assign(range, 0);
  for (size_t code = 0; code < known_count; ++code) {
    codes_[static_cast<size_t>(Number(known + code * value_bytes))] =
        static_cast<uint16_t>(code + 1);
  }
  return true;
}

int16_t RangeIndex::Number(const char* value) const {
  int number = 0;
  for (size_t place = 0; place < value_bytes_; ++place) {
    number += (static_cast<uint8_t>(value[place]) - low_[place]) * weights_[place];
  }
  return static_cast<int16_t>(number);
}

void RangeIndex::FindNumbers(const char* values, size_t count, const char* readable_end,
                             int16_t* numbers, NumberBounds* bounds) const {
  size_t done = 0;
#if defined(__x86_64__)
  const __m128i lows = LoadVector(low_.data());
  const __m128i first_weights = LoadVector(weights_.data());
  const __m128i last_weights = LoadVector(weights_.data() + 8);
  const __m128i none = _mm_setzero_si128();
  // Four partial sums of a value's number.
  const auto partial_sums = [&](const char* value) {
    const __m128i digits = _mm_sub_epi8(LoadVector(value), lows);
    return _mm_add_epi32(_mm_madd_epi16(_mm_unpacklo_epi8(digits, none), first_weights),
                         _mm_madd_epi16(_mm_unpackhi_epi8(digits, none), last_weights));
  };
  // Of two values, each sum of two: {a, b, a, b}.
  const auto add_halves = [](__m128i a, __m128i b) {
    return _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
  };
  __m128i least = _mm_set1_epi16(bounds->least);
  __m128i greatest = _mm_set1_epi16(bounds->greatest);
  const size_t wide = CountWideReads(values, value_bytes_, count, readable_end);
  const char* at = values;
  for (; done + 4 <= wide; done += 4, at += 4 * value_bytes_) {
    const __m128i first = add_halves(partial_sums(at), partial_sums(at + value_bytes_));
    const __m128i second =
        add_halves(partial_sums(at + 2 * value_bytes_), partial_sums(at + 3 * value_bytes_));
    const __m128i four =
        _mm_add_epi32(_mm_unpacklo_epi64(first, second), _mm_unpackhi_epi64(first, second));
    const __m128i narrow = _mm_packs_epi32(four, four);
    StoreVector(numbers + done, narrow);
    least = _mm_min_epi16(least, narrow);
    greatest = _mm_max_epi16(greatest, narrow);
  }
  std::array<int16_t, 8> leasts;
  std::array<int16_t, 8> greatests;
  StoreVector(leasts.data(), least);
  StoreVector(greatests.data(), greatest);
  bounds->least = *std::min_element(leasts.begin(), leasts.end());
  bounds->greatest = *std::max_element(greatests.begin(), greatests.end());
#endif
  for (; done < count; ++done) {
    numbers[done] = Number(values + done * value_bytes_);
    bounds->least = std::min(bounds->least, numbers[done]);
    bounds->greatest = std::max(bounds->greatest, numbers[done]);
  }
}

}  // namespace pyforge::parquet
