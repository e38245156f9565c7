#include "formats/csv/scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/x86_vectors.h"

namespace pyforge::csv {

void StructuralIndex::Clear() {
  separator_count = 0;
  record_end_count = 0;
  line_count = 0;
  marked_fields.clear();
  stray_quote_fields.clear();
  inner_line_ends.clear();
  has_quote = false;
  has_carriage_return = false;
  has_nul = false;
  has_non_ascii = false;
}

void StructuralIndex::Reserve(int64_t count) {
  if (count <= capacity()) return;
  const auto room = static_cast<size_t>(count + kLead + kSlack);
  separators_.resize(room);
  quoted_fields_.resize(room / 64 + 3);
}

namespace {

/// The dialect's bytes; a mask of zero switches one off.
struct ScanBytes {
  char quote = 0;
  char delimiter = 0;
  char escape = 0;
  uint64_t quote_mask = 0;
  uint64_t delimiter_mask = 0;
};

/// Which of 64 bytes are what; bit i stands for byte i.
struct Classes {
  uint64_t quote, delimiter, record_end, carriage_return, escape;

  void Keep(uint64_t valid) {
    quote &= valid;
    delimiter &= valid;
    record_end &= valid;
    carriage_return &= valid;
    escape &= valid;
  }
  /// CRs that no LF follows. To be called while record_end holds the LFs.
  uint64_t LoneCarriageReturns(const char* text, int64_t at, int64_t end) const {
    const bool next_is_lf = at + 64 < end && text[at + 64] == '\n';
    return carriage_return & ~((record_end >> 1) | (uint64_t{next_is_lf} << 63));
  }
};

/// Whether the quote at `open` begins no quoted field after all: what it opens goes on over a line
/// end to a quote at `closing` which itself stands where a field begins, and text follows.
bool IsOpenedByMistake(const char* text, int64_t open, int64_t closing, bool stands_behind_end,
                       bool lone_cr) {
  if (closing - open < 2 || !stands_behind_end) return false;
  const auto bytes = static_cast<size_t>(closing - open - 1);
  return std::memchr(text + open + 1, '\n', bytes) != nullptr ||
         (lone_cr && std::memchr(text + open + 1, '\r', bytes) != nullptr);
}

namespace portable {

#define SCAN_TARGET
#define SCAN_INLINE inline

/// One bit a byte that equals `wanted`, for eight bytes.
inline uint64_t EqualBytes(uint64_t word, uint64_t wanted) {
  constexpr uint64_t kLow7 = 0x7F7F7F7F7F7F7F7F;
  const uint64_t difference = word ^ wanted;
  const uint64_t is_zero = ~(((difference & kLow7) + kLow7) | difference | kLow7);
  return ((is_zero >> 7) * 0x0102040810204080) >> 56;
}

inline uint64_t Spread(char byte) {
  return uint64_t{static_cast<uint8_t>(byte)} * 0x0101010101010101;
}

/// The bytes to look for, as the comparison wants them.
struct Patterns {
  explicit Patterns(const ScanBytes& bytes)
      : quote(Spread(bytes.quote)),
        delimiter(Spread(bytes.delimiter)),
        escape(Spread(bytes.escape)),
        quote_mask(bytes.quote_mask),
        delimiter_mask(bytes.delimiter_mask) {}
  uint64_t quote, delimiter, escape, quote_mask, delimiter_mask;
};

/// Which noteworthy bytes a text holds.
class ByteFlags {
 public:
  void Add(uint64_t word) {
    nuls_ |= EqualBytes(word, 0);
    carriage_returns_ |= EqualBytes(word, Spread('\r'));
    all_ |= word;
  }
  bool has_nul() const { return nuls_ != 0; }
  bool has_carriage_return() const { return carriage_returns_ != 0; }
  bool has_non_ascii() const { return (all_ & Spread('\x80')) != 0; }

 private:
  uint64_t nuls_ = 0, carriage_returns_ = 0, all_ = 0;
};

template <bool kEscape>
inline Classes Classify(const Patterns& patterns, const char* text, ByteFlags* flags) {
  Classes classes = {};
  for (unsigned i = 0; i < 8; ++i) {
    uint64_t word;
    std::memcpy(&word, text + 8 * i, 8);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    const unsigned shift = 8 * i;
    flags->Add(word);
    classes.quote |= EqualBytes(word, patterns.quote) << shift;
    classes.delimiter |= EqualBytes(word, patterns.delimiter) << shift;
    classes.record_end |= EqualBytes(word, Spread('\n')) << shift;
    classes.carriage_return |= EqualBytes(word, Spread('\r')) << shift;
    if constexpr (kEscape) classes.escape |= EqualBytes(word, patterns.escape) << shift;
  }
  classes.quote &= patterns.quote_mask;
  classes.delimiter &= patterns.delimiter_mask;
  return classes;
}

inline uint64_t PrefixXor(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

inline int64_t CountOnes(uint64_t bits) { return std::popcount(bits); }

/// The bits of `bits` at the places of `mask`, put together.
inline uint64_t ExtractBits(uint64_t bits, uint64_t mask) {
  uint64_t out = 0;
  for (bits &= mask; bits != 0; bits &= bits - 1) {
    const uint64_t below = (bits & (~bits + 1)) - 1;
    out |= uint64_t{1} << std::popcount(mask & below);
  }
  return out;
}

inline void AppendOffsets(uint64_t bits, uint32_t base, uint32_t* out) {
  for (; bits != 0; bits &= bits - 1) {
    *out++ = base + static_cast<uint32_t>(std::countr_zero(bits));
  }
}

#include "formats/csv/scan_kernel.inc"
#undef SCAN_TARGET
#undef SCAN_INLINE

}  // namespace portable

#if defined(__x86_64__)

namespace avx2 {

#define SCAN_TARGET __attribute__((target("avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))
#define SCAN_INLINE SCAN_TARGET inline __attribute__((always_inline))

SCAN_INLINE uint64_t Equal(__m256i low, __m256i high, __m256i wanted) {
  const auto low_bits = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)));
  const auto high_bits =
      static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)));
  return low_bits | (uint64_t{high_bits} << 32);
}

struct Patterns {
  SCAN_TARGET explicit Patterns(const ScanBytes& bytes)
      : quote(_mm256_set1_epi8(bytes.quote)),
        delimiter(_mm256_set1_epi8(bytes.delimiter)),
        escape(_mm256_set1_epi8(bytes.escape)),
        line_feed(_mm256_set1_epi8('\n')),
        carriage_return(_mm256_set1_epi8('\r')),
        quote_mask(bytes.quote_mask),
        delimiter_mask(bytes.delimiter_mask) {}
  __m256i quote, delimiter, escape, line_feed, carriage_return;
  uint64_t quote_mask, delimiter_mask;
};

// Zero bytes are found by the smallest byte seen, carriage returns by the smallest difference.
class ByteFlags {
 public:
  SCAN_TARGET ByteFlags()
      : least_(_mm256_set1_epi8(-1)),
        least_difference_(_mm256_set1_epi8(-1)),
        all_(_mm256_setzero_si256()) {}
  SCAN_INLINE void Add(__m256i block, __m256i carriage_return) {
    least_ = _mm256_min_epu8(least_, block);
    least_difference_ =
        _mm256_min_epu8(least_difference_, _mm256_xor_si256(block, carriage_return));
    all_ = _mm256_or_si256(all_, block);
  }
  SCAN_TARGET bool has_nul() const { return HasZero(least_); }
  SCAN_TARGET bool has_carriage_return() const { return HasZero(least_difference_); }
  SCAN_TARGET bool has_non_ascii() const { return _mm256_movemask_epi8(all_) != 0; }

 private:
  SCAN_TARGET static bool HasZero(__m256i bytes) {
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) != 0;
  }
  __m256i least_, least_difference_, all_;
};

template <bool kEscape>
SCAN_INLINE Classes Classify(const Patterns& patterns, const char* text, ByteFlags* flags) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
  flags->Add(low, patterns.carriage_return);
  flags->Add(high, patterns.carriage_return);
  Classes classes;
  classes.quote = Equal(low, high, patterns.quote) & patterns.quote_mask;
  classes.delimiter = Equal(low, high, patterns.delimiter) & patterns.delimiter_mask;
  classes.record_end = Equal(low, high, patterns.line_feed);
  classes.carriage_return = Equal(low, high, patterns.carriage_return);
  classes.escape = kEscape ? Equal(low, high, patterns.escape) : 0;
  return classes;
}

SCAN_INLINE uint64_t PrefixXor(uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<int64_t>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

SCAN_INLINE int64_t CountOnes(uint64_t bits) { return __builtin_popcountll(bits); }

SCAN_INLINE uint64_t ExtractBits(uint64_t bits, uint64_t mask) { return _pext_u64(bits, mask); }

// Eight at a time without a branch on the count: what is written too much is overwritten later.
SCAN_INLINE void AppendOffsets(uint64_t bits, uint32_t base, uint32_t* out) {
  const int count = __builtin_popcountll(bits);
  int done = 0;
  do {
    for (int i = 0; i < 8; ++i) {
      out[done + i] = base + static_cast<uint32_t>(_tzcnt_u64(bits));
      bits = _blsr_u64(bits);
    }
    done += 8;
  } while (done < count);
}

#include "formats/csv/scan_kernel.inc"
#undef SCAN_TARGET
#undef SCAN_INLINE

}  // namespace avx2

namespace avx512 {

#define SCAN_TARGET                                                          \
  __attribute__((                                                            \
      target("avx2,avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,pclmul," \
             "bmi,bmi2,lzcnt,popcnt")))

#define SCAN_INLINE SCAN_TARGET inline __attribute__((always_inline))

struct Patterns {
  SCAN_TARGET explicit Patterns(const ScanBytes& bytes)
      : quote(_mm512_set1_epi8(bytes.quote)),
        delimiter(_mm512_set1_epi8(bytes.delimiter)),
        escape(_mm512_set1_epi8(bytes.escape)),
        line_feed(_mm512_set1_epi8('\n')),
        carriage_return(_mm512_set1_epi8('\r')),
        quote_mask(bytes.quote_mask),
        delimiter_mask(bytes.delimiter_mask) {}
  __m512i quote, delimiter, escape, line_feed, carriage_return;
  uint64_t quote_mask, delimiter_mask;
};

class ByteFlags {
 public:
  SCAN_TARGET ByteFlags()
      : least_(_mm512_set1_epi8(-1)),
        least_difference_(_mm512_set1_epi8(-1)),
        all_(_mm512_setzero_si512()) {}
  SCAN_INLINE void Add(__m512i block, __m512i carriage_return) {
    least_ = _mm512_min_epu8(least_, block);
    least_difference_ =
        _mm512_min_epu8(least_difference_, _mm512_xor_si512(block, carriage_return));
    all_ = _mm512_or_si512(all_, block);
  }
  SCAN_TARGET bool has_nul() const { return _mm512_testn_epi8_mask(least_, least_) != 0; }
  SCAN_TARGET bool has_carriage_return() const {
    return _mm512_testn_epi8_mask(least_difference_, least_difference_) != 0;
  }
  SCAN_TARGET bool has_non_ascii() const { return _mm512_movepi8_mask(all_) != 0; }

 private:
  __m512i least_, least_difference_, all_;
};

template <bool kEscape>
SCAN_INLINE Classes Classify(const Patterns& patterns, const char* text, ByteFlags* flags) {
  const __m512i block = _mm512_loadu_si512(text);
  flags->Add(block, patterns.carriage_return);
  Classes classes;
  classes.quote = _mm512_cmpeq_epi8_mask(block, patterns.quote) & patterns.quote_mask;
  classes.delimiter = _mm512_cmpeq_epi8_mask(block, patterns.delimiter) & patterns.delimiter_mask;
  classes.record_end = _mm512_cmpeq_epi8_mask(block, patterns.line_feed);
  classes.carriage_return = _mm512_cmpeq_epi8_mask(block, patterns.carriage_return);
  classes.escape = kEscape ? _mm512_cmpeq_epi8_mask(block, patterns.escape) : 0;
  // In general registers, where the arithmetic is; GCC would compute in mask registers and move to
  // and fro.
  asm("" : "+r"(classes.quote), "+r"(classes.delimiter), "+r"(classes.record_end));
  return classes;
}

SCAN_INLINE uint64_t PrefixXor(uint64_t bits) {
  const __m128i product =
      _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<int64_t>(bits)), _mm_set1_epi8(-1), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

SCAN_INLINE int64_t CountOnes(uint64_t bits) { return __builtin_popcountll(bits); }

SCAN_INLINE uint64_t ExtractBits(uint64_t bits, uint64_t mask) { return _pext_u64(bits, mask); }

alignas(64) constexpr uint8_t kLaneNumbers[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

// The numbers of the set lanes are packed together and widened, 16 at a time.
SCAN_INLINE void AppendOffsets(uint64_t bits, uint32_t base, uint32_t* out) {
  const __m512i lanes =
      _mm512_maskz_compress_epi8(bits, _mm512_load_si512(static_cast<const void*>(kLaneNumbers)));
  const __m512i bases = _mm512_set1_epi32(static_cast<int>(base));
  _mm512_storeu_si512(out,
                      _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(lanes))));
  const int count = __builtin_popcountll(bits);
  if (count > 16) {
    _mm512_storeu_si512(
        out + 16,
        _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(lanes, 1))));
    if (count > 32) {
      _mm512_storeu_si512(
          out + 32,
          _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(lanes, 2))));
      _mm512_storeu_si512(
          out + 48,
          _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(lanes, 3))));
    }
  }
}

#include "formats/csv/scan_kernel.inc"
#undef SCAN_TARGET
#undef SCAN_INLINE

}  // namespace avx512

#endif  // __x86_64__

namespace generic {

/// Walks a text byte by byte: any dialect, and the yardstick for the fast paths.
class Walker {
 public:
  Walker(const Dialect& dialect, const char* text, int64_t begin, int64_t end, bool at_end,
         const ScanState& state)
      : dialect_(dialect), text_(text), at_(begin), end_(end), at_end_(at_end), state_(state) {
    escape_ = dialect.escape && !dialect.escape_is_doubled_quote() ? *dialect.escape : kNone;
    quote_ = dialect.quote ? *dialect.quote : kNone;
    const int64_t longest =
        static_cast<int64_t>(std::max(dialect.delimiter.size(), dialect.comment.size()));
    lookahead_ = std::max<int64_t>(longest, dialect.lone_cr_ends_record() ? 2 : 1);
  }

  /// Calls visitor.Separator(offset), .RecordEnd(offset), .Opens(offset), .Mark() and, for each
  /// byte inside quotes, .Inside(offset), and where text follows a closing quote .Behind(offset),
  /// which may say stop. Returns where it stopped.
  template <typename Visitor>
  int64_t Walk(std::span<const uint32_t> literal_quotes, Visitor& visitor) {
    const uint32_t* literal = literal_quotes.data();
    const uint32_t* const literals_end = literal + literal_quotes.size();
    while (at_ < end_ && (at_end_ || at_ + lookahead_ <= end_)) {
      while (literal != literals_end && *literal < at_) ++literal;
      const bool is_literal = literal != literals_end && *literal == at_;
      if (!Step(is_literal, visitor)) break;
    }
    return at_;
  }
  const ScanState& state() const { return state_; }

 private:
  static constexpr int kNone = 256;  // no byte
  using Place = ScanState::Place;

  bool Is(int64_t at, int byte) const { return text_[at] == byte; }
  bool StartsWith(const std::string& prefix) const {
    return !prefix.empty() && end_ - at_ >= static_cast<int64_t>(prefix.size()) &&
           std::memcmp(text_ + at_, prefix.data(), prefix.size()) == 0;
  }
  bool IsRecordEnd() const {
    if (Is(at_, '\n')) return true;
    return dialect_.lone_cr_ends_record() && Is(at_, '\r') &&
           !(at_ + 1 < end_ && Is(at_ + 1, '\n'));
  }
  bool IsSkippedBlank() const {
    return dialect_.skip_initial_space && (Is(at_, ' ') || Is(at_, '\t')) &&
           !StartsWith(dialect_.delimiter);
  }

  template <typename Visitor>
  void EndRecord(Visitor& visitor) {
    pending_delimiter_ = -1;
    visitor.RecordEnd(at_);
    state_ = ScanState();
    ++at_;
  }

  template <typename Visitor>
  void FlushDelimiter(Visitor& visitor) {
    if (pending_delimiter_ >= 0) visitor.Separator(pending_delimiter_);
    pending_delimiter_ = -1;
  }

  template <typename Visitor>
  void EndField(Visitor& visitor) {
    if (!dialect_.merge_delimiters) {
      visitor.Separator(at_);
    } else if (!(state_.place == Place::kFieldStart && !state_.escaped)) {
      pending_delimiter_ = at_;  // counts only if a field follows
    }
    at_ += static_cast<int64_t>(dialect_.delimiter.size());
    state_.place = Place::kFieldStart;
    state_.record_start = false;
  }

  template <typename Visitor>
  bool Step(bool is_literal, Visitor& visitor) {
    if (visitor.IsLineEnd(IsRecordEnd())) visitor.CountLine(at_);
    if (state_.comment) {
      if (IsRecordEnd()) {
        EndRecord(visitor);
      } else {
        ++at_;
      }
      return true;
    }
    if (state_.record_start && !state_.escaped && StartsWith(dialect_.comment)) {
      state_.comment = true;
      return true;  // the loop comes back to this byte; it cannot be a record end
    }
    if (state_.escaped) {
      state_.escaped = false;
      if (state_.place == Place::kQuoted && !visitor.Inside(at_)) return false;
      return TakeText(visitor);
    }
    if (Is(at_, escape_)) {
      FlushDelimiter(visitor);
      visitor.Mark();
      if (state_.place == Place::kQuoted && !visitor.Inside(at_)) return false;
      if (state_.place != Place::kQuoted) state_.place = Place::kUnquoted;
      state_.record_start = false;
      state_.escaped = true;
      ++at_;
      return true;
    }
    if (state_.place == Place::kQuoted) {
      if (is_literal) visitor.Mark();
      if (Is(at_, quote_) && !is_literal) {
        state_.place = Place::kAfterQuote;
      } else if (!visitor.Inside(at_)) {
        return false;
      }
      ++at_;
      return true;
    }
    if (state_.place == Place::kAfterQuote && Is(at_, quote_) && !is_literal) {
      visitor.Mark();
      if (!visitor.Inside(at_)) return false;
      state_.place = Place::kQuoted;
      ++at_;
      return true;
    }
    if (IsRecordEnd()) {
      EndRecord(visitor);
      return true;
    }
    if (StartsWith(dialect_.delimiter)) {
      EndField(visitor);
      return true;
    }
    if (state_.place == Place::kFieldStart) {
      if (IsSkippedBlank()) {
        ++at_;
        state_.record_start = false;
        return true;
      }
      FlushDelimiter(visitor);
      if (is_literal) visitor.Mark();
      if (Is(at_, quote_) && !is_literal) {
        visitor.Opens(at_);
        state_.place = Place::kQuoted;
        state_.record_start = false;
        ++at_;
        return true;
      }
    } else {
      const bool is_behind = state_.place == Place::kAfterQuote && !Is(at_, '\r');
      if (is_behind && !visitor.Behind(at_)) return false;
      const bool is_line_end = Is(at_, '\r') && at_ + 1 < end_ && Is(at_ + 1, '\n');
      if (is_literal || (state_.place == Place::kAfterQuote && !is_line_end)) visitor.Mark();
      if (Is(at_, quote_) && !is_literal) visitor.Stray();
    }
    return TakeText(visitor);
  }

  template <typename Visitor>
  bool TakeText(Visitor& visitor) {
    if (state_.place != Place::kQuoted) state_.place = Place::kUnquoted;
    FlushDelimiter(visitor);
    state_.record_start = false;
    ++at_;
    return true;
  }

  const Dialect& dialect_;
  const char* text_;
  int64_t at_;
  int64_t end_;
  bool at_end_;
  ScanState state_;
  int escape_ = kNone;
  int quote_ = kNone;
  int64_t lookahead_ = 1;
  int64_t pending_delimiter_ = -1;  // of a run that counts as one
};

struct IndexVisitor {
  StructuralIndex* index;

  void Append(int64_t at) {
    if (index->separator_count >= index->capacity()) index->Reserve(2 * index->capacity() + 4096);
    index->separators()[index->separator_count++] = static_cast<uint32_t>(at);
    // The next field: not quoted, until it turns out to be.
    const int64_t next = index->separator_count;
    index->quoted_fields()[next >> 6] &= (uint64_t{1} << (next & 63)) - 1;
  }
  void Separator(int64_t at) { Append(at); }
  void RecordEnd(int64_t at) {
    Append(at);
    ++index->record_end_count;
    index->inner_line_ends.pop_back();  // CountLine saw it first
  }
  void Opens(int64_t) {
    const int64_t field = index->separator_count;
    index->quoted_fields()[field >> 6] |= uint64_t{1} << (field & 63);
    index->has_quote = true;
  }
  bool Inside(int64_t) { return true; }
  bool Behind(int64_t) { return true; }
  void Mark() { index->marked_fields.push_back(static_cast<uint32_t>(index->separator_count)); }
  void Stray() {
    index->stray_quote_fields.push_back(static_cast<uint32_t>(index->separator_count));
  }
  bool IsLineEnd(bool is_line_end) { return is_line_end; }
  void CountLine(int64_t at) {
    ++index->line_count;
    index->inner_line_ends.push_back(static_cast<uint32_t>(at));
  }
};

struct EndsVisitor {
  int64_t last_end = -1;
  int64_t open = -1;
  int64_t field_bytes_max = 0;
  const Dialect* dialect = nullptr;
  const char* text = nullptr;
  bool unclosed = false;

  void Separator(int64_t) {}
  void RecordEnd(int64_t at) { last_end = at + 1; }
  void Opens(int64_t at) { open = at; }
  bool Inside(int64_t at) {
    unclosed = at - open > field_bytes_max;
    return !unclosed;
  }
  bool Behind(int64_t at) {
    const int64_t closing = at - 1;
    const std::string_view before(text + open + 1,
                                  static_cast<size_t>(std::max<int64_t>(closing - open - 1, 0)));
    const bool lone_cr = dialect->lone_cr_ends_record();
    const bool stands_behind_end =
        before.ends_with('\n') || (lone_cr && before.ends_with('\r')) ||
        (!dialect->delimiter.empty() && before.ends_with(dialect->delimiter));
    unclosed = IsOpenedByMistake(text, open, closing, stands_behind_end, lone_cr);
    return !unclosed;
  }
  void Mark() {}
  void Stray() {}
  bool IsLineEnd(bool) { return false; }
  void CountLine(int64_t) {}
};

void IndexText(const Dialect& dialect, const char* text, int64_t begin, int64_t end,
               std::span<const uint32_t> literal_quotes, StructuralIndex* index) {
  for (int64_t at = begin; at < end; ++at) {
    const char byte = text[at];
    index->has_carriage_return |= byte == '\r';
    index->has_nul |= byte == '\0';
    index->has_non_ascii |= static_cast<uint8_t>(byte) >= 0x80;
  }
  IndexVisitor visitor{index};
  index->quoted_fields()[0] = 0;
  Walker(dialect, text, begin, end, true, ScanState()).Walk(literal_quotes, visitor);
}

RecordEnds FindEnds(const Dialect& dialect, const char* text, int64_t begin, int64_t end,
                    bool at_end, int64_t open_quote, int64_t field_bytes_max, ScanState* state) {
  EndsVisitor visitor;
  visitor.open = open_quote;
  visitor.field_bytes_max = field_bytes_max;
  visitor.dialect = &dialect;
  visitor.text = text;
  Walker walker(dialect, text, begin, end, at_end, *state);
  RecordEnds result;
  result.scanned_end = walker.Walk({}, visitor);
  result.last_end = visitor.last_end;
  result.unclosed = visitor.unclosed;
  *state = walker.state();
  const bool in_field =
      state->place == ScanState::Place::kQuoted || state->place == ScanState::Place::kAfterQuote;
  if (in_field) result.open_quote = visitor.open;
  return result;
}

}  // namespace generic

ScanBytes BytesOf(const Dialect& dialect) {
  ScanBytes bytes;
  if (dialect.quote) {
    bytes.quote = *dialect.quote;
    bytes.quote_mask = ~uint64_t{0};
  }
  if (!dialect.delimiter.empty()) {
    bytes.delimiter = dialect.delimiter[0];
    bytes.delimiter_mask = ~uint64_t{0};
  }
  if (dialect.escape) bytes.escape = *dialect.escape;
  return bytes;
}

bool HasEscape(const Dialect& dialect) {
  return dialect.escape && !dialect.escape_is_doubled_quote();
}

/// The fast paths know one-byte delimiters and have no eye for a record's first byte.
bool IsSimple(const Dialect& dialect) {
  return dialect.delimiter.size() <= 1 && dialect.comment.empty() && !dialect.skip_initial_space &&
         !dialect.merge_delimiters;
}

// Calls function<kEscape, kLoneCr>(arguments) for the dialect's two switches.
#define PYFORGE_CSV_DISPATCH(name, dialect, ...)                                           \
  (HasEscape(dialect) ? ((dialect).lone_cr_ends_record() ? name<true, true>(__VA_ARGS__)   \
                                                         : name<true, false>(__VA_ARGS__)) \
                      : ((dialect).lone_cr_ends_record() ? name<false, true>(__VA_ARGS__)  \
                                                         : name<false, false>(__VA_ARGS__)))

}  // namespace

std::vector<ScanPath> AvailableScanPaths(const Dialect& dialect) {
  std::vector<ScanPath> paths = {ScanPath::kGeneric};
  if (!IsSimple(dialect)) return paths;
  paths.push_back(ScanPath::kPortable);
#if defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
                        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (has_avx2) paths.push_back(ScanPath::kAvx2);
  if (has_avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2")) {
    paths.push_back(ScanPath::kAvx512);
  }
#endif
  return paths;
}

Scanner::Scanner(const Dialect& dialect) : Scanner(dialect, AvailableScanPaths(dialect).back()) {}

Scanner::Scanner(const Dialect& dialect, ScanPath path) : dialect_(dialect), path_(path) {}

void Scanner::Index(const char* text, int64_t begin, int64_t end,
                    std::span<const uint32_t> literal_quotes, StructuralIndex* index) const {
  index->Clear();
  const ScanBytes bytes = BytesOf(dialect_);
  switch (path_) {
    case ScanPath::kGeneric:
      return generic::IndexText(dialect_, text, begin, end, literal_quotes, index);
    case ScanPath::kPortable:
      return PYFORGE_CSV_DISPATCH(portable::IndexText, dialect_, bytes, text, begin, end,
                                  literal_quotes, index);
#if defined(__x86_64__)
    case ScanPath::kAvx2:
      return PYFORGE_CSV_DISPATCH(avx2::IndexText, dialect_, bytes, text, begin, end,
                                  literal_quotes, index);
    case ScanPath::kAvx512:
      return PYFORGE_CSV_DISPATCH(avx512::IndexText, dialect_, bytes, text, begin, end,
                                  literal_quotes, index);
#endif
    default:
      return generic::IndexText(dialect_, text, begin, end, literal_quotes, index);
  }
}

bool Scanner::EndLastRecord(const char* text, int64_t end, StructuralIndex* index) const {
  const int64_t count = index->separator_count;
  const uint32_t last = count == 0 ? 0 : index->separators()[count - 1];
  const bool is_ended =
      count > 0 && last + 1 == end &&
      (text[last] == '\n' || (dialect_.lone_cr_ends_record() && text[last] == '\r'));
  if (is_ended) return false;
  index->Reserve(count + 1);
  index->separators()[count] = static_cast<uint32_t>(end);
  ++index->separator_count;
  ++index->record_end_count;
  return true;
}

RecordEnds Scanner::FindRecordEnds(const char* text, int64_t begin, int64_t end, bool at_end,
                                   int64_t open_quote, int64_t field_bytes_max,
                                   ScanState* state) const {
  const ScanBytes bytes = BytesOf(dialect_);
  switch (path_) {
    case ScanPath::kPortable:
      return PYFORGE_CSV_DISPATCH(portable::FindEnds, dialect_, bytes, text, begin, end, at_end,
                                  open_quote, field_bytes_max, state);
#if defined(__x86_64__)
    case ScanPath::kAvx2:
      return PYFORGE_CSV_DISPATCH(avx2::FindEnds, dialect_, bytes, text, begin, end, at_end,
                                  open_quote, field_bytes_max, state);
    case ScanPath::kAvx512:
      return PYFORGE_CSV_DISPATCH(avx512::FindEnds, dialect_, bytes, text, begin, end, at_end,
                                  open_quote, field_bytes_max, state);
#endif
    default:
      return generic::FindEnds(dialect_, text, begin, end, at_end, open_quote, field_bytes_max,
                               state);
  }
}

}  // namespace pyforge::csv
