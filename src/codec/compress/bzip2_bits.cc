#include "codec/compress/bzip2_bits.h"

#include <bzlib.h>

#include <algorithm>
#include <bitset>
#include <utility>

namespace pyforge::compress {
namespace {

// Of a mark's 48 bits, wherever they begin, five bytes are whole; so that of its pairs of whole
// bytes, four or more in a row, one begins at an offset that is a multiple of four.
constexpr size_t kPairStep = 4;
constexpr size_t kPairBits = 16;
constexpr uint32_t kChecksumPolynomial = 0x04c11db7;  // CRC-32, highest bit first

std::bitset<1U << kPairBits> MakePairs() {
  std::bitset<1U << kPairBits> pairs;
  for (const uint64_t mark : {kBlockMark, kStreamEndMark}) {
    for (size_t begin = 0; begin < 8 * kPairStep; ++begin) {
      pairs.set(mark >> (kMarkBits - kPairBits - begin) & 0xffffU);
    }
  }
  return pairs;
}

uint32_t ChecksumStep(uint32_t state) {
  return (state & 0x80000000U) != 0 ? state << 1U ^ kChecksumPolynomial : state << 1U;
}
uint32_t ChecksumStepBack(uint32_t state) {
  return (state & 1U) != 0 ? (state ^ kChecksumPolynomial) >> 1U | 0x80000000U : state >> 1U;
}

/// Puts four bytes behind a text, so that this becomes the checksum of all of it.
void MakeChecksum(uint32_t checksum, std::string* text) {
  uint32_t before = ~uint32_t{0};
  for (const char letter : *text) {
    before ^= static_cast<uint32_t>(static_cast<unsigned char>(letter)) << 24U;
    for (int bit = 0; bit < 8; ++bit) before = ChecksumStep(before);
  }
  uint32_t after = ~checksum;
  for (int bit = 0; bit < 32; ++bit) after = ChecksumStepBack(after);
  size_t end = 8 * text->size();
  AppendBits(before ^ after, 32, text, &end);
}

}  // namespace

uint64_t ReadBits(std::span<const uint8_t> bytes, size_t begin, size_t count) {
  const size_t end = begin + count;
  uint64_t bits = 0;
  for (size_t i = begin / 8; i < (end + 7) / 8; ++i) bits = bits << 8U | bytes[i];
  return bits >> (7 - (end + 7) % 8) & ((uint64_t{1} << count) - 1);
}

void AppendBits(uint64_t bits, size_t count, std::string* bytes, size_t* end) {
  bytes->resize((*end + count + 7) / 8);
  for (size_t i = count; i-- > 0; ++*end) {
    auto& byte = reinterpret_cast<uint8_t&>((*bytes)[*end / 8]);
    const unsigned mask = 0x80U >> *end % 8;
    byte = static_cast<uint8_t>((bits >> i & 1U) != 0 ? byte | mask : byte & ~mask);
  }
}

std::optional<size_t> FindMark(std::span<const uint8_t> bytes, size_t begin) {
  static const std::bitset<1U << kPairBits> kPairs = MakePairs();
  const size_t first = (begin + 7) / 8;
  for (size_t at = (first + kPairStep - 1) / kPairStep * kPairStep; at + 2 <= bytes.size();
       at += kPairStep) {
    if (!kPairs[static_cast<size_t>(bytes[at] << 8 | bytes[at + 1])]) continue;
    // The first whole byte is this one or one of the three before it.
    const size_t least = at < kPairStep ? 0 : 8 * (at - kPairStep) + 1;
    for (size_t bit = std::max(least, begin); bit <= 8 * at; ++bit) {
      if (bit + kMarkBits > 8 * bytes.size()) break;
      const uint64_t bits = ReadBits(bytes, bit, kMarkBits);
      if (bits == kBlockMark || bits == kStreamEndMark) return bit;
    }
  }
  return std::nullopt;
}

std::optional<Bzip2Beginning> MakeBeginning(const Bzip2Place& place) {
  if (place.bit == 0 && place.checksum == 0) return Bzip2Beginning{{'B', 'Z', 'h', place.level}};
  // About one text of eight ends at the bit wanted, if they are of different lengths.
  constexpr size_t kLengths = 32;
  for (size_t i = 0; i < 16 * kLengths; ++i) {
    std::string text = std::string("abcdefghijklmnopqrstuvwxyzABCDEF").substr(0, i % kLengths) +
                       std::string(i / kLengths, static_cast<char>(i));
    MakeChecksum(place.checksum, &text);
    std::string stream(256, '\0');
    auto bytes = static_cast<unsigned>(stream.size());
    if (BZ2_bzBuffToBuffCompress(stream.data(), &bytes, text.data(),
                                 static_cast<unsigned>(text.size()), 1, 0, 0) != BZ_OK) {
      break;
    }
    stream.resize(bytes);
    stream[3] = place.level;
    const auto end = FindMark({reinterpret_cast<const uint8_t*>(stream.data()), bytes},
                              8 * stream.size() - kMarkBits - kChecksumBits - 7);
    if (!end || *end % 8 != place.bit) continue;
    stream.resize((*end + 7) / 8);
    return Bzip2Beginning{std::move(stream), text.size()};
  }
  return std::nullopt;
}

}  // namespace pyforge::compress
