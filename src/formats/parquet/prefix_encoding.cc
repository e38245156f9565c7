#include "formats/parquet/prefix_encoding.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "formats/parquet/delta_encoding.h"

namespace pyforge::parquet {
namespace {

constexpr size_t kSample = 1024;

uint64_t Load(const uint8_t* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// Of two values with `length_max` bytes each, how many of the first are equal.
size_t SharedBytes(const uint8_t* a, const uint8_t* b, size_t length_max) {
  for (size_t at = 0; at < length_max; at += 8) {
    const uint64_t difference = Load(a + at) ^ Load(b + at);
    if (difference != 0) {
      return std::min(length_max, at + static_cast<size_t>(std::countr_zero(difference)) / 8);
    }
  }
  return length_max;
}

/// Calls `visit(value, length, shared)` for each.
template <typename Visit>
void VisitShared(const ByteArrays& values, size_t count, Visit&& visit) {
  const uint8_t* before = values.bytes;
  size_t length_before = 0;
  const uint8_t* value = values.bytes;
  for (size_t i = 0; i < count; ++i) {
    const auto length = static_cast<size_t>(values.lengths[i]);
    visit(value, length, SharedBytes(before, value, std::min(length_before, length)));
    before = value;
    length_before = length;
    value += length;
  }
}

}  // namespace

bool SharesPrefixes(const ByteArrays& values) {
  size_t bytes = 0;
  size_t bytes_shared = 0;
  VisitShared(values, std::min(values.lengths.size(), kSample),
              [&](const uint8_t*, size_t length, size_t shared) {
                bytes += length;
                bytes_shared += shared;
              });
  return bytes_shared != 0 && 2 * bytes_shared >= bytes;
}

std::span<const uint8_t> EncodePrefixes(const ByteArrays& values, PrefixWorkspace* workspace,
                                        ByteBuffer* head) {
  const size_t count = values.lengths.size();
  size_t bytes = 0;
  for (const int32_t length : values.lengths) bytes += static_cast<size_t>(length);
  workspace->prefix_lengths.Resize(count * sizeof(int32_t));
  workspace->suffix_lengths.Resize(count * sizeof(int32_t));
  auto* const prefix_lengths = workspace->prefix_lengths.as<int32_t>();
  auto* const suffix_lengths = workspace->suffix_lengths.as<int32_t>();
  ByteBuffer& suffixes = workspace->suffixes;
  suffixes.Resize(bytes);
  uint8_t* out = suffixes.data();
  size_t i = 0;
  VisitShared(values, count, [&](const uint8_t* value, size_t length, size_t shared) {
    prefix_lengths[i] = static_cast<int32_t>(shared);
    const size_t rest = length - shared;
    suffix_lengths[i] = static_cast<int32_t>(rest);
    ++i;
    // Most rests are short; both sides have slack.
    if (rest <= 16) {
      std::memcpy(out, value + shared, 16);
    } else {
      std::memcpy(out, value + shared, rest);
    }
    out += rest;
  });
  suffixes.Resize(static_cast<size_t>(out - suffixes.data()));
  EncodeDelta(prefix_lengths, count, head);
  EncodeDelta(suffix_lengths, count, head);
  return suffixes.span();
}

}  // namespace pyforge::parquet
