#include "codec/charset/utf8.h"

#include <cstring>

#if defined(__SSSE3__)
#include <immintrin.h>
#endif

namespace pyforge::charset {
namespace {

inline bool IsContinuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Length of the well-formed sequence at `text`, 0 when there is none. Needs `bytes` >= 1.
inline size_t SequenceLength(const uint8_t* text, size_t bytes) {
  const uint8_t lead = text[0];
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  if (lead < 0xE0) return bytes >= 2 && IsContinuation(text[1]) ? 2 : 0;
  if (bytes < 2) return 0;
  uint8_t low = 0x80, high = 0xBF;  // of the second byte; narrower after four leads
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (text[1] < low || text[1] > high) return 0;
  if (bytes < 3 || !IsContinuation(text[2])) return 0;
  if (lead < 0xF0) return 3;
  return bytes >= 4 && IsContinuation(text[3]) ? 4 : 0;
}

inline const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// The index of the first invalid byte at or after `begin`, which starts a sequence.
size_t FindInvalidSlowly(const uint8_t* text, size_t begin, size_t end) {
  while (begin < end) {
    const size_t length = SequenceLength(text + begin, end - begin);
    if (length == 0) return begin;
    begin += length;
  }
  return kNone;
}

#if defined(__SSSE3__)

inline bool IsAscii64(const uint8_t* text) {
  const auto* blocks = reinterpret_cast<const __m128i*>(text);
  const __m128i all =
      _mm_or_si128(_mm_or_si128(_mm_loadu_si128(blocks), _mm_loadu_si128(blocks + 1)),
                   _mm_or_si128(_mm_loadu_si128(blocks + 2), _mm_loadu_si128(blocks + 3)));
  return _mm_movemask_epi8(all) == 0;
}

// Errors that two neighbouring bytes can show, one bit each, found by three look-ups on nibbles:
// the high and low nibble of the first byte and the high nibble of the second. A pair is wrong
// where all three agree on a bit. Source: Keiser and Lemire, "Validating UTF-8 in less than one
// instruction per byte", section 6.
constexpr char kTooShort = 1 << 0;   // lead, then no continuation
constexpr char kTooLong = 1 << 1;    // ASCII, then a continuation
constexpr char kOverlong3 = 1 << 2;  // E0 80..9F
constexpr char kTooLarge = 1 << 3;   // F4 90.., F5..
constexpr char kSurrogate = 1 << 4;  // ED A0..BF
constexpr char kOverlong2 = 1 << 5;  // C0, C1
constexpr char kTooLarge1000 = 1 << 6;
constexpr char kOverlong4 = 1 << 6;  // F0 80..8F
constexpr char kTwoContinuations = static_cast<char>(1 << 7);
constexpr char kEveryLowNibble = static_cast<char>(kTooShort | kTooLong | kTwoContinuations);

inline __m128i PairErrors(__m128i input, __m128i previous1) {
  const __m128i low_nibbles = _mm_set1_epi8(0x0F);
  const __m128i first_high_table =
      _mm_setr_epi8(kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong, kTooLong,
                    kTwoContinuations, kTwoContinuations, kTwoContinuations, kTwoContinuations,
                    kTooShort | kOverlong2, kTooShort, kTooShort | kOverlong3 | kSurrogate,
                    kTooShort | kTooLarge | kTooLarge1000 | kOverlong4);
  const char large = static_cast<char>(kEveryLowNibble | kTooLarge | kTooLarge1000);
  const __m128i first_low_table = _mm_setr_epi8(
      static_cast<char>(kEveryLowNibble | kOverlong3 | kOverlong2 | kOverlong4),
      static_cast<char>(kEveryLowNibble | kOverlong2), kEveryLowNibble, kEveryLowNibble,
      static_cast<char>(kEveryLowNibble | kTooLarge), large, large, large, large, large, large,
      large, large, static_cast<char>(large | kSurrogate), large, large);
  const char continuation = static_cast<char>(kTooLong | kOverlong2 | kTwoContinuations);
  const __m128i second_high_table = _mm_setr_epi8(
      kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort, kTooShort,
      static_cast<char>(continuation | kOverlong3 | kTooLarge1000 | kOverlong4),
      static_cast<char>(continuation | kOverlong3 | kTooLarge),
      static_cast<char>(continuation | kSurrogate | kTooLarge),
      static_cast<char>(continuation | kSurrogate | kTooLarge), kTooShort, kTooShort, kTooShort,
      kTooShort);
  const auto high_nibbles = [&](__m128i bytes) {
    return _mm_and_si128(_mm_srli_epi16(bytes, 4), low_nibbles);
  };
  return _mm_and_si128(
      _mm_and_si128(_mm_shuffle_epi8(first_high_table, high_nibbles(previous1)),
                    _mm_shuffle_epi8(first_low_table, _mm_and_si128(previous1, low_nibbles))),
      _mm_shuffle_epi8(second_high_table, high_nibbles(input)));
}

// Errors of one block, given the block before it.
inline __m128i BlockErrors(__m128i input, __m128i previous) {
  const __m128i previous1 = _mm_alignr_epi8(input, previous, 15);
  const __m128i pairs = PairErrors(input, previous1);
  // The third byte of three and the third and fourth of four must be continuations, and only they
  // may follow another continuation.
  const __m128i previous2 = _mm_alignr_epi8(input, previous, 14);
  const __m128i previous3 = _mm_alignr_epi8(input, previous, 13);
  const __m128i third = _mm_subs_epu8(previous2, _mm_set1_epi8(static_cast<char>(0xE0 - 0x80)));
  const __m128i fourth = _mm_subs_epu8(previous3, _mm_set1_epi8(static_cast<char>(0xF0 - 0x80)));
  const __m128i must_continue =
      _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8(static_cast<char>(0x80)));
  return _mm_xor_si128(must_continue, pairs);
}

#endif

// First invalid byte by a quick pass; `tail_may_be_cut`: an unfinished sequence at the end is fine.
size_t Find(std::string_view view, bool tail_may_be_cut) {
  const uint8_t* text = Bytes(view);
  const size_t end = view.size() - (tail_may_be_cut ? IncompleteUtf8Tail(view) : 0);
  size_t position = 0;
#if defined(__SSSE3__)
  while (position + 64 <= end) {
    if (IsAscii64(text + position)) {
      position += 64;
      continue;
    }
    // A stretch that begins after ASCII, so that no sequence is open.
    __m128i previous = _mm_setzero_si128();
    bool sound = true;
    while (sound && position + 64 <= end) {
      if (IsAscii64(text + position)) break;
      __m128i errors = _mm_setzero_si128();
      for (size_t i = 0; i < 64; i += 16) {
        const __m128i input =
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + position + i));
        errors = _mm_or_si128(errors, BlockErrors(input, previous));
        previous = input;
      }
      sound = _mm_movemask_epi8(_mm_cmpeq_epi8(errors, _mm_setzero_si128())) == 0xFFFF;
      position += 64;
    }
    // Errors that a next block would show are still open: check again from where the last sequence
    // before this point starts.
    size_t restart = sound ? position : position - 64;
    for (int back = 0; back < 4 && restart > 0; ++back) {
      --restart;
      if (!IsContinuation(text[restart])) break;
    }
    while (restart < position) {
      const size_t length = SequenceLength(text + restart, end - restart);
      if (length == 0) return restart;
      restart += length;
    }
    position = restart;
  }
#endif
  return FindInvalidSlowly(text, position, end);
}

}  // namespace

size_t FindInvalidUtf8(std::string_view text) { return Find(text, false); }

size_t FindInvalidUtf8Prefix(std::string_view text) { return Find(text, true); }

size_t IncompleteUtf8Tail(std::string_view text) {
  const uint8_t* bytes = Bytes(text);
  const size_t back_max = text.size() < 3 ? text.size() : 3;
  for (size_t back = 1; back <= back_max; ++back) {
    const uint8_t byte = bytes[text.size() - back];
    if (IsContinuation(byte)) continue;
    const size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1;
    if (byte > 0xF4 || needed <= back) return 0;
    // Complete it with the one continuation that suits every lead's second byte range.
    uint8_t whole[4] = {0x80, 0x80, 0x80, 0x80};
    std::memcpy(whole, bytes + text.size() - back, back);
    if (back == 1 && (byte == 0xE0 || byte == 0xF0)) whole[1] = 0xA0;
    return SequenceLength(whole, 4) == needed ? back : 0;
  }
  return 0;
}

bool IsAscii(std::string_view text) {
  const uint8_t* bytes = Bytes(text);
  size_t i = 0;
#if defined(__SSSE3__)
  for (; i + 64 <= text.size(); i += 64) {
    if (!IsAscii64(bytes + i)) return false;
  }
#endif
  uint8_t all = 0;
  for (; i < text.size(); ++i) all |= bytes[i];
  return all < 0x80;
}

int64_t AppendRepairedUtf8(std::string_view text, std::string* out) {
  int64_t count = 0;
  for (;;) {
    const size_t bad = FindInvalidUtf8(text);
    out->append(text.substr(0, bad));
    if (bad == kNone) return count;
    out->append("\xEF\xBF\xBD");
    ++count;
    text.remove_prefix(bad + 1);
  }
}

void Utf8Validator::Add(std::string_view block) {
  // Finish the sequence that the last block left open, byte by byte.
  while (carry_bytes_ > 0 && !block.empty()) {
    carry_[carry_bytes_++] = block.front();
    block.remove_prefix(1);
    ++offset_;
    const std::string_view carried(carry_, carry_bytes_);
    if (FindInvalidUtf8(carried) == kNone) {
      carry_bytes_ = 0;
    } else if (IncompleteUtf8Tail(carried) != carry_bytes_) {
      // The new byte does not go on with the sequence; it may begin another or be read anew.
      block = {block.data() - 1, block.size() + 1};
      --offset_;
      CountInvalid(carry_bytes_ - 1, offset_ - static_cast<int64_t>(carry_bytes_ - 1));
      carry_bytes_ = 0;
    }
  }
  if (block.empty()) return;
  carry_bytes_ = IncompleteUtf8Tail(block);
  std::memcpy(carry_, block.data() + block.size() - carry_bytes_, carry_bytes_);
  const int64_t end = offset_ + static_cast<int64_t>(block.size());
  block.remove_suffix(carry_bytes_);
  for (;;) {
    const size_t bad = FindInvalidUtf8(block);
    if (bad == kNone) break;
    CountInvalid(1, offset_ + static_cast<int64_t>(bad));
    offset_ += static_cast<int64_t>(bad + 1);
    block.remove_prefix(bad + 1);
  }
  offset_ = end;
}

void Utf8Validator::Finish() {
  CountInvalid(carry_bytes_, offset_ - static_cast<int64_t>(carry_bytes_));
  carry_bytes_ = 0;
}

void Utf8Validator::CountInvalid(size_t count, int64_t offset) {
  if (count == 0) return;
  invalid_byte_count_ += static_cast<int64_t>(count);
  if (first_invalid_offset_ < 0) first_invalid_offset_ = offset;
}

}  // namespace pyforge::charset
