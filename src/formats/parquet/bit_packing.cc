#include "formats/parquet/bit_packing.h"

#include <array>
#include <cstring>
#include <utility>

namespace pyforge::parquet {
namespace {

// The width is a constant, so that every shift is one too once the loop is unrolled.
template <int kWidth, typename T>
void Pack(const T* values, uint8_t* out) {
  if constexpr (kWidth == 8 * sizeof(T)) {
    std::memcpy(out, values, 32 * sizeof(T));
  } else if constexpr (kWidth != 0) {
    uint64_t word = 0;
    int filled = 0;
#pragma GCC unroll 32
    for (int i = 0; i < 32; ++i) {
      const uint64_t value = values[i];
      word |= value << filled;
      if (filled + kWidth >= 64) {
        std::memcpy(out, &word, 8);
        out += 8;
        word = filled == 0 ? 0 : value >> (64 - filled);
        filled += kWidth - 64;
      } else {
        filled += kWidth;
      }
    }
    if (filled != 0) std::memcpy(out, &word, 4);  // 32 values end on a multiple of 32 bits
  }
}

template <typename T>
using PackFunction = void (*)(const T*, uint8_t*);

template <typename T, int... kWidths>
constexpr std::array<PackFunction<T>, sizeof...(kWidths)> MakePackers(
    std::integer_sequence<int, kWidths...>) {
  return {&Pack<kWidths, T>...};
}

constexpr auto kPackers32 = MakePackers<uint32_t>(std::make_integer_sequence<int, 33>());
constexpr auto kPackers64 = MakePackers<uint64_t>(std::make_integer_sequence<int, 65>());

}  // namespace

void PackBits32(const uint32_t* values, int bit_width, uint8_t* out) {
  kPackers32[static_cast<size_t>(bit_width)](values, out);
}

void PackBits32(const uint64_t* values, int bit_width, uint8_t* out) {
  kPackers64[static_cast<size_t>(bit_width)](values, out);
}

size_t PackBits(const uint32_t* values, size_t count, int bit_width, uint8_t* out) {
  const PackFunction<uint32_t> pack = kPackers32[static_cast<size_t>(bit_width)];
  const auto width = static_cast<size_t>(bit_width);
  size_t done = 0;
  for (; done + 32 <= count; done += 32) pack(values + done, out + done / 8 * width);
  if (done < count) {
    std::array<uint32_t, 32> rest{};
    std::memcpy(rest.data(), values + done, (count - done) * sizeof(uint32_t));
    std::array<uint8_t, 128> packed;
    pack(rest.data(), packed.data());
    std::memcpy(out + done / 8 * width, packed.data(), (count - done + 7) / 8 * width);
  }
  return (count + 7) / 8 * width;
}

size_t PackBooleans(const uint8_t* values, size_t count, uint8_t* out) {
  // The product moves the lowest bit of each of eight bytes into the highest byte.
  constexpr uint64_t kGather = 0x0102040810204080;
  size_t done = 0;
  for (; done + 8 <= count; done += 8) {
    uint64_t eight = 0;
    std::memcpy(&eight, values + done, 8);
    out[done / 8] = static_cast<uint8_t>(eight * kGather >> 56);
  }
  if (done < count) {
    uint64_t rest = 0;
    std::memcpy(&rest, values + done, count - done);
    out[done / 8] = static_cast<uint8_t>(rest * kGather >> 56);
  }
  return (count + 7) / 8;
}

}  // namespace pyforge::parquet
