#include <string_view>

#include "schema/column_kernels.h"
#include "schema/kernel_blocks.h"

namespace pyforge::schema {
namespace {

// The first eight bytes of a text as a word; short texts have zeros behind them.
constexpr uint64_t WordOf(std::string_view text) {
  uint64_t word = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    word |= uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  }
  return word;
}

// By length: the one word of that length that is true, and false. A word of ones matches nothing.
constexpr uint64_t kNoWord = ~uint64_t{0};
constexpr uint64_t kTrueWords[8] = {kNoWord,        WordOf("t"), kNoWord, WordOf("yes"),
                                    WordOf("true"), kNoWord,     kNoWord, kNoWord};
constexpr uint64_t kFalseWords[8] = {kNoWord, WordOf("f"),     WordOf("no"), kNoWord,
                                     kNoWord, WordOf("false"), kNoWord,      kNoWord};
constexpr uint64_t kLowerCase = 0x2020202020202020u;

int ParseLowered(uint64_t word, size_t bytes) {
  if (word == kTrueWords[bytes]) return 1;
  return word == kFalseWords[bytes] ? 0 : -1;
}

}  // namespace

int ParseBoolWord(const char* text, size_t bytes) {
  if (bytes == 0 || bytes > 5) return -1;
  uint64_t word = 0;
  std::memcpy(&word, text, bytes);
  return ParseLowered(word | (kLowerCase & FirstBits(static_cast<int>(bytes) * 8)), bytes);
}

int64_t ConvertBools(const TextSlice& slice, ColumnBuffers* out) {
  auto* const values = static_cast<uint8_t*>(out->values);
  return ForEachBlock(slice, out, [&](int64_t first, int count, uint64_t valid) {
    uint64_t bits = 0;
    uint64_t misfits = 0;
    for (int i = 0; i < count; ++i) {
      // Eight bytes are always there to be read.
      const uint32_t bytes = slice.length[first + i] & 7;
      uint64_t word = 0;
      std::memcpy(&word, slice.base + slice.begin[first + i], sizeof word);
      word = (word | kLowerCase) & FirstBits(static_cast<int>(bytes) * 8);
      const bool is_true = word == kTrueWords[bytes];
      const bool is_false = word == kFalseWords[bytes];
      bits |= uint64_t{is_true} << i;
      misfits |= uint64_t{(!is_true && !is_false) || slice.length[first + i] > 7} << i;
    }
    misfits &= valid;
    const int done = misfits == 0 ? count : std::countr_zero(misfits);
    bits &= valid & FirstBits(done);
    std::memcpy(values + first / 8, &bits, sizeof bits);
    return done;
  });
}

}  // namespace pyforge::schema
