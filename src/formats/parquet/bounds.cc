#include "formats/parquet/bounds.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include <arrow/util/float16.h>

namespace pyforge::parquet {
namespace {

template <typename T>
T Load(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <typename T>
std::string Encoded(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
void FindNumbers(const PageValues& values, Statistics* statistics) {
  const T* in = values.fixed.as<T>();
  using Limits = std::numeric_limits<T>;
  constexpr T kHighest = Limits::has_infinity ? Limits::infinity() : Limits::max();
  constexpr T kLowest = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  // Independent lanes let the compiler use vector registers for floats too; a NaN never compares.
  constexpr size_t kLanes = 16;
  std::array<T, kLanes> low;
  std::array<T, kLanes> high;
  low.fill(kHighest);
  high.fill(kLowest);
  size_t i = 0;
  for (; i + kLanes <= values.count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const T value = in[i + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  T min = kHighest;
  T max = kLowest;
  const auto widen = [&](T from, T to) {
    if (from < min) min = from;
    if (to > max) max = to;
  };
  for (size_t lane = 0; lane < kLanes; ++lane) widen(low[lane], high[lane]);
  for (; i < values.count; ++i) widen(in[i], in[i]);
  if constexpr (std::is_floating_point_v<T>) {
    if (min > max) return;  // every value is NaN
    // Readers may order the zeros either way, so bounds take in both.
    if (min == 0) min = -T{0};
    if (max == 0) max = T{0};
  }
  statistics->has_bounds = true;
  statistics->min = Encoded(min);
  statistics->max = Encoded(max);
}

float HalfToFloat(const void* from) {
  return arrow::util::Float16::FromBits(Load<uint16_t>(from)).ToFloat();
}

void FindHalves(const PageValues& values, Statistics* statistics) {
  const uint8_t* in = values.fixed.data();
  uint16_t min = 0;
  uint16_t max = 0;
  bool any = false;
  for (size_t i = 0; i < values.count; ++i) {
    const auto bits = Load<uint16_t>(in + 2 * i);
    const float value = HalfToFloat(&bits);
    if (std::isnan(value)) continue;
    if (!any || value < HalfToFloat(&min)) min = bits;
    if (!any || value > HalfToFloat(&max)) max = bits;
    any = true;
  }
  if (!any) return;
  if (HalfToFloat(&min) == 0) min = 0x8000;
  if (HalfToFloat(&max) == 0) max = 0;
  statistics->has_bounds = true;
  statistics->min = Encoded(min);
  statistics->max = Encoded(max);
}

template <typename Less>
void FindFixed(const PageValues& values, size_t width, Less&& less, Statistics* statistics) {
  const auto* in = values.fixed.as<char>();
  std::string_view min(in, width);
  std::string_view max = min;
  for (size_t i = 1; i < values.count; ++i) {
    const std::string_view value(in + i * width, width);
    if (less(value, min)) min = value;
    if (less(max, value)) max = value;
  }
  statistics->has_bounds = true;
  statistics->min = min;
  statistics->max = max;
}

int CompareSignedBytes(std::string_view a, std::string_view b) {
  const auto first_a = static_cast<signed char>(a[0]);
  const auto first_b = static_cast<signed char>(b[0]);
  if (first_a != first_b) return first_a < first_b ? -1 : 1;
  return a.compare(b);
}

template <typename T>
int CompareAs(std::string_view a, std::string_view b) {
  const T x = Load<T>(a.data());
  const T y = Load<T>(b.data());
  return x < y ? -1 : x > y;
}

// The next longer or equal text that no value starting with `text` exceeds; empty: there is none.
std::string NextText(std::string text) {
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
    const auto lead = static_cast<uint8_t>(text[begin]);
    const size_t length = text.size() - begin;
    uint32_t code = length == 1   ? lead
                    : length == 2 ? lead & 0x1FU
                    : length == 3 ? lead & 0x0FU
                                  : lead & 0x07U;
    for (size_t i = begin + 1; i < text.size(); ++i) {
      code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3FU);
    }
    text.resize(begin);
    ++code;
    if (code == 0xD800) code = 0xE000;  // surrogates are no characters
    if (code > 0x10FFFF) continue;
    const auto put = [&text](uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
      put(0x80 | (code >> 6 & 0x3F));
      put(0x80 | (code & 0x3F));
    }
    return text;
  }
  return text;
}

std::string NextBytes(std::string bytes) {
  while (!bytes.empty() && static_cast<uint8_t>(bytes.back()) == 0xFF) bytes.pop_back();
  if (!bytes.empty()) bytes.back() = static_cast<char>(static_cast<uint8_t>(bytes.back()) + 1);
  return bytes;
}

}  // namespace

void ByteArrayBounds::AddLow(std::string_view value, uint64_t prefix) {
  if (any_min_ && prefix == min_prefix_ && value >= min_) return;
  any_min_ = true;
  min_prefix_ = prefix;
  min_ = value;
}

void ByteArrayBounds::AddHigh(std::string_view value, uint64_t prefix) {
  if (any_max_ && prefix == max_prefix_ && value <= max_) return;
  any_max_ = true;
  max_prefix_ = prefix;
  max_ = value;
}

void ByteArrayBounds::AddAll(const uint8_t* bytes, std::span<const int32_t> lengths,
                             PassBetween pass_between) {
  constexpr size_t kStep = 8;
  size_t i = 0;
  while (i < lengths.size()) {
    if (any_min_) {
      i += pass_between(&bytes, lengths.data() + i, lengths.size() - i, min_prefix_, max_prefix_);
    }
    for (const size_t end = std::min(i + kStep, lengths.size()); i < end; ++i) {
      const auto length = static_cast<size_t>(lengths[i]);
      Add({reinterpret_cast<const char*>(bytes), length});
      bytes += length;
    }
  }
}

void FindBounds(const LeafPlan& leaf, const PageValues& values, Statistics* statistics) {
  statistics->has_bounds = false;
  if (values.count == 0) return;
  const auto width = static_cast<size_t>(leaf.value_bytes);
  const bool is_wide = width == 8;
  switch (leaf.order) {
    case SortOrder::kNone:
      return;
    case SortOrder::kSigned:
      return is_wide ? FindNumbers<int64_t>(values, statistics)
                     : FindNumbers<int32_t>(values, statistics);
    case SortOrder::kUnsigned:
      if (width == 1) return FindNumbers<uint8_t>(values, statistics);
      return is_wide ? FindNumbers<uint64_t>(values, statistics)
                     : FindNumbers<uint32_t>(values, statistics);
    case SortOrder::kFloat:
      return is_wide ? FindNumbers<double>(values, statistics)
                     : FindNumbers<float>(values, statistics);
    case SortOrder::kHalf:
      return FindHalves(values, statistics);
    case SortOrder::kDecimalBytes:
      return FindFixed(
          values, width,
          [](std::string_view a, std::string_view b) { return CompareSignedBytes(a, b) < 0; },
          statistics);
    case SortOrder::kBytes:
      break;
  }
  if (width != 0) {
    return FindFixed(
        values, width, [](std::string_view a, std::string_view b) { return a < b; }, statistics);
  }
  ByteArrayBounds bounds;
  bounds.AddAll(values.bytes.data(), {values.lengths.as<int32_t>(), values.count});
  bounds.Get(statistics);
}

int CompareBounds(const LeafPlan& leaf, std::string_view a, std::string_view b) {
  const bool is_wide = leaf.value_bytes == 8;
  switch (leaf.order) {
    case SortOrder::kSigned:
      return is_wide ? CompareAs<int64_t>(a, b) : CompareAs<int32_t>(a, b);
    case SortOrder::kUnsigned:
      if (leaf.value_bytes == 1) return CompareAs<uint8_t>(a, b);
      return is_wide ? CompareAs<uint64_t>(a, b) : CompareAs<uint32_t>(a, b);
    case SortOrder::kFloat:
      return is_wide ? CompareAs<double>(a, b) : CompareAs<float>(a, b);
    case SortOrder::kHalf: {
      const float x = HalfToFloat(a.data());
      const float y = HalfToFloat(b.data());
      return x < y ? -1 : x > y;
    }
    case SortOrder::kDecimalBytes:
      return CompareSignedBytes(a, b);
    case SortOrder::kBytes:
    case SortOrder::kNone:
      break;
  }
  return a.compare(b);
}

void MergeBounds(const LeafPlan& leaf, const Statistics& page, Statistics* all) {
  all->null_count += page.null_count;
  if (!page.has_bounds) return;
  if (!all->has_bounds || CompareBounds(leaf, page.min, all->min) < 0) all->min = page.min;
  if (!all->has_bounds || CompareBounds(leaf, page.max, all->max) > 0) all->max = page.max;
  all->has_bounds = true;
}

void ShortenBounds(const LeafPlan& leaf, size_t bytes_max, Statistics* statistics) {
  if (leaf.order != SortOrder::kBytes || !statistics->has_bounds) return;
  const auto cut = [&](const std::string& value) {
    size_t end = bytes_max;
    while (leaf.is_text && end > 0 && (static_cast<uint8_t>(value[end]) & 0xC0) == 0x80) --end;
    return value.substr(0, end);
  };
  if (statistics->min.size() > bytes_max) {
    statistics->min = cut(statistics->min);
    statistics->min_is_exact = false;
  }
  if (statistics->max.size() > bytes_max) {
    statistics->max =
        leaf.is_text ? NextText(cut(statistics->max)) : NextBytes(cut(statistics->max));
    statistics->max_is_exact = false;
    if (statistics->max.empty()) {
      *statistics = Statistics{.min = {}, .max = {}, .null_count = statistics->null_count};
    }
  }
}

BoundaryOrder FindBoundaryOrder(const LeafPlan& leaf, const std::vector<PageEntry>& pages) {
  bool rises = true;
  bool falls = true;
  const Statistics* previous = nullptr;
  for (const PageEntry& page : pages) {
    if (page.all_null) continue;
    if (previous != nullptr) {
      const int low = CompareBounds(leaf, previous->min, page.statistics.min);
      const int high = CompareBounds(leaf, previous->max, page.statistics.max);
      rises = rises && low <= 0 && high <= 0;
      falls = falls && low >= 0 && high >= 0;
    }
    previous = &page.statistics;
  }
  if (rises) return BoundaryOrder::kAscending;
  return falls ? BoundaryOrder::kDescending : BoundaryOrder::kUnordered;
}

}  // namespace pyforge::parquet
