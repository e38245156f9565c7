#include "schema/block_kernels_avx2.h"

#if defined(__x86_64__)

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/x86_vectors.h"
#include "schema/digit_vectors.h"
#include "schema/kernel_blocks.h"
#include "schema/long_doubles_avx2.h"
#include "schema/month_starts.h"
#include "schema/number_text.h"
#include "schema/temporal_text.h"

namespace pyforge::schema {
namespace {

// Four fields of up to 16 bytes stand at the ends of four lanes of 16 bytes: fields 0 and 2 in one
// register, 1 and 3 in the other, because packing the two then gives the order 0 1 2 3.
struct Lanes {
  __m256i even, odd;
};

// A bit a byte: field 0, 2, 1, 3, sixteen bits each.
constexpr int kLaneShift[4] = {0, 32, 16, 48};
constexpr uint64_t kLaneLow15 = 0x7FFF7FFF7FFF7FFF;
constexpr uint64_t kLaneHigh = 0x8000800080008000;

// The highest bit of every sixteen that are not all zero.
inline uint64_t NonZeroLanes(uint64_t bits) {
  return (((bits & kLaneLow15) + kLaneLow15) | bits) & kLaneHigh;
}

PYFORGE_AVX2 inline __m256i LoadEnds(const FieldBlock& fields, int first, int second) {
  const auto end_of = [&fields](int i) {
    return reinterpret_cast<const __m128i*>(fields.base + fields.begin[i] + fields.length[i] - 16);
  };
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(end_of(first))),
                                 _mm_loadu_si128(end_of(second)), 1);
}

PYFORGE_AVX2 inline uint64_t MaskOf(const Lanes& lanes) {
  return ByteMask(lanes.even) | uint64_t{ByteMask(lanes.odd)} << 32;
}

// What the bytes of a register's two fields are.
struct Classes {
  __m256i keep;   // within the field
  __m256i first;  // its first
  __m256i digit;  // a digit within it
  __m256i zero;   // '0', anywhere
  __m256i minus;  // '-' as its first
  __m256i value;  // less '0'
};

// `lengths` holds the field's length in every byte of its lane.
PYFORGE_AVX2 inline Classes Classify(__m256i text, __m256i lengths) {
  const __m256i from_end = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  const __m256i place = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1));
  Classes classes;
  classes.keep = _mm256_cmpgt_epi8(lengths, from_end);
  classes.first = _mm256_cmpeq_epi8(lengths, place);
  classes.value = _mm256_sub_epi8(text, _mm256_set1_epi8('0'));
  const __m256i any_digit =
      _mm256_cmpeq_epi8(_mm256_min_epu8(classes.value, _mm256_set1_epi8(9)), classes.value);
  classes.digit = _mm256_and_si256(any_digit, classes.keep);
  classes.zero = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('0'));
  classes.minus = _mm256_and_si256(_mm256_cmpeq_epi8(text, _mm256_set1_epi8('-')), classes.first);
  return classes;
}

PYFORGE_AVX2 inline __m256i LengthsEven(__m256i lengths) {
  return _mm256_shuffle_epi8(
      lengths, _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8,
                                8, 8, 8, 8, 8, 8, 8, 8, 8));
}
PYFORGE_AVX2 inline __m256i LengthsOdd(__m256i lengths) {
  return _mm256_shuffle_epi8(
      lengths, _mm256_setr_epi8(4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 12, 12, 12, 12, 12,
                                12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12));
}

// Sixteen digits in each lane to four numbers.
PYFORGE_AVX2 inline __m256i Combine(const Lanes& digits) {
  const __m256i tens = _mm256_set1_epi16(0x010A);
  const __m256i hundreds = _mm256_set1_epi32(0x00010064);
  const __m256i ten_thousands = _mm256_set1_epi32(0x00012710);
  const __m256i even = _mm256_madd_epi16(_mm256_maddubs_epi16(digits.even, tens), hundreds);
  const __m256i odd = _mm256_madd_epi16(_mm256_maddubs_epi16(digits.odd, tens), hundreds);
  const __m256i halves = _mm256_madd_epi16(_mm256_packus_epi32(even, odd), ten_thousands);
  return _mm256_add_epi64(_mm256_mul_epu32(halves, _mm256_set1_epi64x(100'000'000)),
                          _mm256_srli_epi64(halves, 32));
}

// All ones for each of four numbers with a minus.
PYFORGE_AVX2 inline __m256i Negatives(uint64_t minus) {
  const __m256i lanes = _mm256_setr_epi64x(0xFFFF, 0xFFFF00000000, 0xFFFF0000,
                                           static_cast<int64_t>(0xFFFF000000000000));
  const __m256i found = _mm256_and_si256(_mm256_set1_epi64x(static_cast<int64_t>(minus)), lanes);
  return _mm256_xor_si256(_mm256_cmpeq_epi64(found, _mm256_setzero_si256()),
                          _mm256_set1_epi64x(-1));
}

PYFORGE_AVX2 inline bool AllZero(__m256i bits) { return _mm256_testz_si256(bits, bits) != 0; }

// True when all four lengths are 1 to 16.
PYFORGE_AVX2 inline bool LengthsFit(__m128i lengths) {
  return _mm_testz_si128(_mm_add_epi32(lengths, _mm_set1_epi32(-1)), _mm_set1_epi32(~15)) != 0;
}

// Digits that may not be there: what is no digit, and a zero that others follow.
PYFORGE_AVX2 inline __m256i BadInUnsigned(const Classes& c, __m256i last) {
  return _mm256_or_si256(_mm256_andnot_si256(c.digit, c.keep),
                         _mm256_andnot_si256(last, _mm256_and_si256(c.first, c.zero)));
}

PYFORGE_AVX2 inline __m256i BadInSigned(const Classes& c, __m256i last) {
  const __m256i after_minus = _mm256_bslli_epi128(c.minus, 1);
  const __m256i leading = _mm256_or_si256(_mm256_andnot_si256(c.minus, c.first), after_minus);
  const __m256i lone_zero = _mm256_andnot_si256(after_minus, last);
  __m256i bad = _mm256_andnot_si256(_mm256_or_si256(c.digit, c.minus), c.keep);
  bad = _mm256_or_si256(bad, _mm256_and_si256(c.minus, last));
  return _mm256_or_si256(bad, _mm256_andnot_si256(lone_zero, _mm256_and_si256(leading, c.zero)));
}

PYFORGE_AVX2 inline bool IntegerQuad(const FieldBlock& fields, int i, int64_t* values) {
  const __m128i lengths = _mm_loadu_si128(reinterpret_cast<const __m128i*>(fields.length + i));
  if (!LengthsFit(lengths)) return false;
  const __m256i both = _mm256_broadcastsi128_si256(lengths);
  const Classes even = Classify(LoadEnds(fields, i, i + 2), LengthsEven(both));
  const Classes odd = Classify(LoadEnds(fields, i + 1, i + 3), LengthsOdd(both));
  const __m256i last =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1));
  __m256i numbers;
  if (AllZero(_mm256_or_si256(BadInUnsigned(even, last), BadInUnsigned(odd, last)))) {
    numbers =
        Combine({_mm256_and_si256(even.value, even.keep), _mm256_and_si256(odd.value, odd.keep)});
  } else {
    if (!AllZero(_mm256_or_si256(BadInSigned(even, last), BadInSigned(odd, last)))) return false;
    const __m256i negatives = Negatives(MaskOf({even.minus, odd.minus}));
    numbers =
        Combine({_mm256_and_si256(even.value, even.digit), _mm256_and_si256(odd.value, odd.digit)});
    numbers = _mm256_sub_epi64(_mm256_xor_si256(numbers, negatives), negatives);
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(values), numbers);
  return true;
}

// One integer of 17 to 19 digits.
PYFORGE_AVX2 inline bool LongInteger(const char* text, uint32_t bytes, int64_t* value) {
  const bool negative = *text == '-';
  const uint32_t count = bytes - negative;
  if (count < 17 || count > 19 || text[negative] == '0') return false;
  const __m256i less_zero =
      _mm256_sub_epi8(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + bytes - 32)),
                      _mm256_set1_epi8('0'));
  if ((~DigitBits(less_zero) >> (32 - count)) != 0) return false;
  const DigitHalves halves =
      CombineLong(_mm256_andnot_si256(FirstBytes(32 - static_cast<int>(count)), less_zero));
  const uint64_t number = halves.upper * kTenToSixteen + halves.lower;
  if (number > uint64_t{INT64_MAX} + negative) return false;
  *value = static_cast<int64_t>(negative ? ~number + 1 : number);
  return true;
}

PYFORGE_AVX2 uint64_t Integers(const FieldBlock& fields, int64_t* values) {
  uint64_t undone = 0;
  for (int i = 0; i < fields.count; i += 4) {
    if (IntegerQuad(fields, i, values + i)) continue;
    for (int j = i; j < i + 4; ++j) {
      if (!LongInteger(fields.base + fields.begin[j], fields.length[j], values + j)) {
        undone |= uint64_t{1} << j;
      }
    }
  }
  return undone;
}

// Rows that take the byte at their number out of sixteen by moving those before it; the last row
// leaves all as they are.
constexpr auto kDropByte = [] {
  std::array<std::array<uint8_t, 16>, 17> rows = {};
  for (unsigned row = 0; row < 17; ++row) {
    for (unsigned i = 0; i < 16; ++i) {
      rows[row][i] = static_cast<uint8_t>(row == 16 || i > row ? i : i == 0 ? 0x80 : i - 1);
    }
  }
  return rows;
}();

PYFORGE_AVX2 inline __m256i DropBytes(__m256i digits, unsigned first, unsigned second) {
  const auto row = [](unsigned at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(kDropByte[at].data()));
  };
  return _mm256_shuffle_epi8(
      digits, _mm256_inserti128_si256(_mm256_castsi128_si256(row(first)), row(second), 1));
}

// Numbers with at most one point, as digits and the place of the point.
struct RealQuad {
  __m256i digits;  // below 10^16
  __m128i lengths;
  unsigned point_at[4];  // 0 to 15, 16: none
  uint64_t points;
  uint64_t minus;
};

PYFORGE_AVX2 inline __m256i BadInReal(const Classes& c, __m256i point) {
  const __m256i leading =
      _mm256_or_si256(_mm256_andnot_si256(c.minus, c.first), _mm256_bslli_epi128(c.minus, 1));
  const __m256i before_digit = _mm256_bsrli_epi128(c.digit, 1);
  const __m256i known = _mm256_or_si256(_mm256_or_si256(c.digit, c.minus), point);
  return _mm256_or_si256(_mm256_andnot_si256(known, c.keep),
                         _mm256_and_si256(_mm256_and_si256(leading, c.zero), before_digit));
}

PYFORGE_AVX2 inline bool ParseRealQuad(const FieldBlock& fields, int i, __m256i point,
                                       RealQuad* quad) {
  quad->lengths = _mm_loadu_si128(reinterpret_cast<const __m128i*>(fields.length + i));
  if (!LengthsFit(quad->lengths)) return false;
  const __m256i both = _mm256_broadcastsi128_si256(quad->lengths);
  const __m256i even_text = LoadEnds(fields, i, i + 2);
  const __m256i odd_text = LoadEnds(fields, i + 1, i + 3);
  const Classes even = Classify(even_text, LengthsEven(both));
  const Classes odd = Classify(odd_text, LengthsOdd(both));
  const __m256i even_point = _mm256_and_si256(_mm256_cmpeq_epi8(even_text, point), even.keep);
  const __m256i odd_point = _mm256_and_si256(_mm256_cmpeq_epi8(odd_text, point), odd.keep);
  if (!AllZero(_mm256_or_si256(BadInReal(even, even_point), BadInReal(odd, odd_point)))) {
    return false;
  }
  quad->points = MaskOf({even_point, odd_point});
  quad->minus = MaskOf({even.minus, odd.minus});
  // A digit in each, and no second point.
  if (NonZeroLanes(MaskOf({even.digit, odd.digit})) != kLaneHigh) return false;
  if (std::popcount(quad->points) != std::popcount(NonZeroLanes(quad->points))) return false;
  for (int lane = 0; lane < 4; ++lane) {
    const auto bits = static_cast<uint32_t>(quad->points >> kLaneShift[lane]) & 0xFFFF;
    quad->point_at[lane] = static_cast<unsigned>(std::countr_zero(bits | 0x10000));
  }
  quad->digits = Combine(
      {DropBytes(_mm256_and_si256(even.value, even.digit), quad->point_at[0], quad->point_at[2]),
       DropBytes(_mm256_and_si256(odd.value, odd.digit), quad->point_at[1], quad->point_at[3])});
  return true;
}

// By the place of the point.
constexpr double kDivisors[17] = {1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7,
                                  1e6,  1e5,  1e4,  1e3,  1e2,  1e1,  1e0, 1e0};

// The facts of four numbers at a time.
struct VectorFacts {
  __m128i integer_digits_max;
  __m128i scale_max;
  __m128i scale_min;
  uint64_t real = 0;

  PYFORGE_AVX2 VectorFacts()
      : integer_digits_max(_mm_setzero_si128()),
        scale_max(_mm_setzero_si128()),
        scale_min(_mm_set1_epi32(INT16_MAX)) {}

  PYFORGE_AVX2 void Add(const RealQuad& quad, __m256i negatives) {
    const auto packed = static_cast<int>(quad.point_at[0] | quad.point_at[1] << 8 |
                                         quad.point_at[2] << 16 | quad.point_at[3] << 24);
    const __m128i point_at = _mm_cvtepu8_epi32(_mm_cvtsi32_si128(packed));
    const __m128i scale =
        _mm_max_epi32(_mm_sub_epi32(_mm_set1_epi32(15), point_at), _mm_setzero_si128());
    const __m128i after = _mm_sub_epi32(_mm_set1_epi32(16), point_at);  // with the point
    const __m128i signs = _mm_castps_si128(
        _mm_shuffle_ps(_mm_castsi128_ps(_mm256_castsi256_si128(negatives)),
                       _mm_castsi128_ps(_mm256_extracti128_si256(negatives, 1)), 0x88));
    __m128i before = _mm_add_epi32(_mm_sub_epi32(quad.lengths, after), signs);
    before = _mm_max_epi32(before, _mm_set1_epi32(1));
    integer_digits_max = _mm_max_epi32(integer_digits_max, before);
    scale_max = _mm_max_epi32(scale_max, scale);
    scale_min = _mm_min_epi32(scale_min, scale);
    real |= quad.points;
  }

  PYFORGE_AVX2 void AddTo(NumberFacts* facts) const {
    alignas(16) int32_t before[4], most[4], least[4];
    _mm_store_si128(reinterpret_cast<__m128i*>(before), integer_digits_max);
    _mm_store_si128(reinterpret_cast<__m128i*>(most), scale_max);
    _mm_store_si128(reinterpret_cast<__m128i*>(least), scale_min);
    for (int lane = 0; lane < 4; ++lane) {
      facts->integer_digits_max =
          std::max(facts->integer_digits_max, static_cast<int16_t>(before[lane]));
      facts->scale_max = std::max(facts->scale_max, static_cast<int16_t>(most[lane]));
      facts->scale_min = std::min(facts->scale_min, static_cast<int16_t>(least[lane]));
    }
    facts->has_real |= real != 0;
  }
};

PYFORGE_AVX2 inline bool DoubleQuad(const FieldBlock& fields, int i, __m256i point, double* values,
                                    VectorFacts* facts) {
  RealQuad quad;
  if (!ParseRealQuad(fields, i, point, &quad)) return false;
  // Sixteen digits may be more than a double holds.
  if (!AllZero(_mm256_cmpgt_epi64(quad.digits, _mm256_set1_epi64x(999'999'999'999'999)))) {
    return false;
  }
  // Below 2^52 the digits are the mantissa of a double of that exponent.
  const __m256d power = _mm256_set1_pd(0x1p52);
  const __m256d whole = _mm256_sub_pd(
      _mm256_castsi256_pd(_mm256_or_si256(quad.digits, _mm256_castpd_si256(power))), power);
  const __m256d divisor = _mm256_setr_pd(kDivisors[quad.point_at[0]], kDivisors[quad.point_at[1]],
                                         kDivisors[quad.point_at[2]], kDivisors[quad.point_at[3]]);
  // Both are exact, so that the quotient is the nearest double.
  __m256d quotient = _mm256_div_pd(whole, divisor);
  __m256i negatives = _mm256_setzero_si256();
  if (quad.minus != 0) {
    negatives = Negatives(quad.minus);
    quotient =
        _mm256_or_pd(quotient, _mm256_and_pd(_mm256_castsi256_pd(negatives), _mm256_set1_pd(-0.0)));
    // A zero with a sign is no integer.
    const __m256i zeros = _mm256_cmpeq_epi64(quad.digits, _mm256_setzero_si256());
    facts->real |= AllZero(_mm256_and_si256(zeros, negatives)) ? 0 : 1;
  }
  _mm256_storeu_pd(values, quotient);
  facts->Add(quad, negatives);
  return true;
}

PYFORGE_AVX2 uint64_t Doubles(const FieldBlock& fields, char point, double* values,
                              NumberFacts* facts) {
  const __m256i points = _mm256_set1_epi8(point);
  VectorFacts vector_facts;
  uint64_t undone = 0;
  for (int i = 0; i < fields.count; i += 4) {
    if (!DoubleQuad(fields, i, points, values + i, &vector_facts)) undone |= uint64_t{15} << i;
  }
  vector_facts.AddTo(facts);
  return undone == 0 ? 0 : LongDoubles(fields, undone, point, values, facts);
}

PYFORGE_AVX2 uint64_t Numbers(const FieldBlock& fields, char point, NumberParts* parts) {
  const __m256i points = _mm256_set1_epi8(point);
  uint64_t undone = 0;
  parts->negative = 0;
  for (int i = 0; i < fields.count; i += 4) {
    RealQuad quad;
    if (!ParseRealQuad(fields, i, points, &quad)) {
      undone |= uint64_t{15} << i;
      continue;
    }
    const auto at = static_cast<size_t>(i);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(parts->digits.data() + i), quad.digits);
    for (unsigned lane = 0; lane < 4; ++lane) {
      const unsigned point_at = quad.point_at[lane];
      parts->scale[at + lane] = static_cast<uint8_t>(point_at == 16 ? 0 : 15 - point_at);
      const bool negative = (quad.minus >> kLaneShift[lane] & 0xFFFF) != 0;
      parts->negative |= uint64_t{negative} << (at + lane);
    }
  }
  return undone;
}

struct DateAndSecond {
  int32_t days;
  int32_t seconds;
};

// YYYYMMDDhhmmss in characters to days and seconds, if they are in the calendar and in the table.
PYFORGE_AVX2 inline bool FinishTemporal(__m128i characters, DateAndSecond* out) {
  const __m128i digits = _mm_sub_epi8(characters, _mm_set1_epi8('0'));
  const __m128i are_digits = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010A));
  const __m128i from_zero = _mm_sub_epi16(pairs, _mm_setr_epi16(0, 0, 1, 1, 0, 0, 0, 0));
  const __m128i limits = _mm_setr_epi16(99, 99, 11, 30, 23, 59, 59, 0);
  const __m128i in_range = _mm_cmpeq_epi16(_mm_min_epu16(from_zero, limits), from_zero);
  if (_mm_movemask_epi8(_mm_and_si128(are_digits, in_range)) != 0xFFFF) return false;
  // The year, 32 * month + day, minutes, seconds.
  const __m128i parts = _mm_madd_epi16(pairs, _mm_setr_epi16(100, 1, 32, 1, 60, 1, 1, 0));
  const auto date = static_cast<uint64_t>(_mm_cvtsi128_si64(parts));
  const auto clock = static_cast<uint64_t>(_mm_extract_epi64(parts, 1));
  const auto year = static_cast<uint32_t>(date) - kFirstTableYear;
  if (year >= kTableYears) return false;
  const auto month = static_cast<uint32_t>(date >> 37);
  const auto day = static_cast<int32_t>(date >> 32 & 31);
  const int32_t* const start = kMonthStarts.data() + (year * 12 + month - 1);
  if (day > start[1] - start[0]) return false;
  out->days = start[0] + day - 1;
  out->seconds =
      static_cast<int32_t>(static_cast<uint32_t>(clock) * 60 + static_cast<uint32_t>(clock >> 32));
  return true;
}

// Zeros where a character comes from nowhere.
PYFORGE_AVX2 inline __m128i Missing(__m128i places) {
  return _mm_and_si128(_mm_cmplt_epi8(places, _mm_setzero_si128()), _mm_set1_epi8('0'));
}

PYFORGE_AVX2 inline __m128i Load16(const void* bytes) {
  return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}

// Values of a layout whose parts have fixed places.
class FixedParser {
 public:
  PYFORGE_AVX2 explicit FixedParser(const FixedLayout& layout)
      : places_(Load16(layout.places.data())),
        missing_(Missing(places_)),
        separators_(Load16(layout.separators.data())),
        is_separator_(Load16(layout.is_separator.data())),
        has_seconds_(layout.has_seconds) {}

  PYFORGE_AVX2 bool Parse(const char* text, DateAndSecond* out) const {
    const __m128i bytes = Load16(text);
    if (_mm_testz_si128(_mm_xor_si128(bytes, separators_), is_separator_) == 0) return false;
    __m128i characters = _mm_or_si128(_mm_shuffle_epi8(bytes, places_), missing_);
    if (has_seconds_) {
      uint16_t seconds = 0;
      std::memcpy(&seconds, text + 17, sizeof seconds);
      if (text[16] != ':') return false;
      characters = _mm_insert_epi16(characters, seconds, 6);
    }
    return FinishTemporal(characters, out);
  }

 private:
  __m128i places_, missing_, separators_, is_separator_;
  bool has_seconds_;
};

PYFORGE_AVX2 uint64_t Dates(const FieldBlock& fields, const FixedLayout& layout, int32_t* days) {
  const FixedParser parser(layout);
  uint64_t undone = 0;
  for (int i = 0; i < fields.count; ++i) {
    DateAndSecond parsed = {};
    const bool done =
        fields.length[i] == 10 && parser.Parse(fields.base + fields.begin[i], &parsed);
    days[i] = parsed.days;
    undone |= uint64_t{!done} << i;
  }
  return undone;
}

// `.123`, up to six digits, and `Z` or `+01:00` behind it.
inline bool ParseSuffix(const char* text, uint32_t bytes, bool has_zone, int64_t* micros) {
  const char* const end = text + bytes;
  int64_t fraction = 0;
  if (bytes > 1 && *text == '.') {
    ++text;
    int64_t unit = 1'000'000;
    while (text != end && static_cast<unsigned char>(*text - '0') <= 9) {
      if (unit == 1) return false;
      unit /= 10;
      fraction += (*text++ - '0') * unit;
    }
    if (unit == 1'000'000) return false;
  }
  if (!has_zone) {
    *micros = fraction;
    return text == end;
  }
  if (end - text == 1 && *text == 'Z') {
    *micros = fraction;
    return true;
  }
  if (end - text != 6 || (*text != '+' && *text != '-') || text[3] != ':') return false;
  const auto digit = [text](int i) { return static_cast<unsigned>(text[i] - '0'); };
  if (digit(1) > 9 || digit(2) > 9 || digit(4) > 5 || digit(5) > 9) return false;
  const unsigned hours = digit(1) * 10 + digit(2);
  if (hours > 18) return false;
  const int64_t minutes = hours * 60 + digit(4) * 10 + digit(5);
  *micros = fraction - (*text == '-' ? -minutes : minutes) * 60'000'000;
  return true;
}

PYFORGE_AVX2 uint64_t Timestamps(const FieldBlock& fields, const FixedLayout& layout,
                                 int64_t* micros) {
  const FixedParser parser(layout);
  const uint32_t fixed_bytes = layout.has_seconds ? 19 : 16;
  uint64_t undone = 0;
  for (int i = 0; i < fields.count; ++i) {
    const char* const text = fields.base + fields.begin[i];
    const uint32_t bytes = fields.length[i];
    DateAndSecond parsed = {};
    int64_t suffix = 0;
    bool done = bytes >= fixed_bytes && parser.Parse(text, &parsed);
    if (bytes != fixed_bytes || layout.has_zone) {
      done = done && (layout.has_seconds || text[fixed_bytes] != '.') &&
             ParseSuffix(text + fixed_bytes, bytes - fixed_bytes, layout.has_zone, &suffix);
    }
    micros[i] = parsed.days * kMicrosPerDay + parsed.seconds * int64_t{1'000'000} + suffix;
    undone |= uint64_t{!done} << i;
  }
  return undone;
}

// Where the characters of YYYYMMDD are in d/m/yyyy, by whether the first and the second part have
// two digits, and those of hhmmss in h:mm:ss, by whether the hour has.
constexpr uint8_t kNowhere = 0x80;

constexpr auto MakeDatePlaces(bool day_first) {
  std::array<std::array<uint8_t, 16>, 4> rows = {};
  for (uint8_t row = 0; row < 4; ++row) {
    auto& places = rows[row];
    places.fill(kNowhere);
    const auto second = static_cast<uint8_t>(row % 2 + 2);
    const auto year = static_cast<uint8_t>(second + row / 2 + 2);
    for (uint8_t i = 0; i < 4; ++i) places[i] = static_cast<uint8_t>(year + i);
    const size_t month_at = day_first ? 6 : 4;  // of the part that comes first
    const size_t other_at = day_first ? 4 : 6;
    places[month_at + 1] = row % 2;
    if (row % 2 != 0) places[month_at] = 0;
    places[other_at + 1] = static_cast<uint8_t>(second + row / 2);
    if (row / 2 != 0) places[other_at] = second;
  }
  return rows;
}

constexpr auto MakeClockPlaces(bool has_seconds) {
  std::array<std::array<uint8_t, 16>, 2> rows = {};
  for (uint8_t row = 0; row < 2; ++row) {
    auto& places = rows[row];
    places.fill(kNowhere);
    places[9] = row;
    if (row != 0) places[8] = 0;
    places[10] = static_cast<uint8_t>(row + 2);
    places[11] = static_cast<uint8_t>(row + 3);
    if (has_seconds) {
      places[12] = static_cast<uint8_t>(row + 5);
      places[13] = static_cast<uint8_t>(row + 6);
    }
  }
  return rows;
}

constexpr std::array kDatePlaces = {MakeDatePlaces(false), MakeDatePlaces(true)};
constexpr std::array kClockPlaces = {MakeClockPlaces(false), MakeClockPlaces(true)};

// ` PM` at the end of a text; the blank may be missing.
inline bool ParseHalfOfDay(const char* text, uint32_t bytes, bool* afternoon) {
  if (bytes == 3 && *text == ' ') {
    ++text;
    --bytes;
  }
  const auto half = static_cast<char>(*text | 0x20);
  *afternoon = half == 'p';
  return bytes == 2 && (half == 'a' || half == 'p') && (text[1] | 0x20) == 'm';
}

// Values whose day, month and hour may be of one digit.
class VariableParser {
 public:
  explicit VariableParser(const VariableLayout& layout)
      : layout_(layout),
        date_places_(kDatePlaces[layout.day_first].data()),
        clock_places_(kClockPlaces[layout.has_seconds].data()) {}

  PYFORGE_AVX2 bool Parse(const char* text, uint32_t bytes, DateAndSecond* out) const {
    const __m128i date = Load16(text);
    const auto separators = static_cast<uint32_t>(
        _mm_movemask_epi8(_mm_cmpeq_epi8(date, _mm_set1_epi8(layout_.separator))));
    const auto first = static_cast<uint32_t>(std::countr_zero(separators | 0x10000));
    const auto second =
        static_cast<uint32_t>(std::countr_zero((separators & (separators - 1)) | 0x10000));
    const uint32_t first_wide = first - 1;
    const uint32_t second_wide = second - first - 2;
    if (first_wide > 1 || second_wide > 1) return false;
    const uint32_t row = first_wide + 2 * second_wide;
    if (!layout_.unpadded && row != 3) return false;
    const uint32_t date_bytes = second + 5;
    const __m128i date_places = Load16(date_places_[row].data());
    const __m128i date_characters = _mm_shuffle_epi8(date, date_places);
    if (!layout_.has_time) {
      return bytes == date_bytes &&
             FinishTemporal(_mm_or_si128(date_characters, Missing(date_places)), out);
    }
    if (bytes < date_bytes + 5 || text[date_bytes] != layout_.date_time_separator) return false;
    const char* const clock_text = text + date_bytes + 1;
    const __m128i clock = Load16(clock_text);
    const auto colons =
        static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(clock, _mm_set1_epi8(':'))));
    const auto hour_bytes = static_cast<uint32_t>(std::countr_zero(colons | 0x10000));
    if (hour_bytes - 1 > 1 || (!layout_.unpadded && hour_bytes != 2)) return false;
    if (layout_.has_seconds && (colons >> (hour_bytes + 3) & 1) == 0) return false;
    const uint32_t clock_bytes = hour_bytes + (layout_.has_seconds ? 6 : 3);
    const __m128i clock_places = Load16(clock_places_[hour_bytes - 1].data());
    const __m128i characters =
        _mm_or_si128(_mm_or_si128(date_characters, _mm_shuffle_epi8(clock, clock_places)),
                     Missing(_mm_and_si128(date_places, clock_places)));
    const uint32_t used = date_bytes + 1 + clock_bytes;
    if (bytes < used || !FinishTemporal(characters, out)) return false;
    if (!layout_.twelve_hours) return bytes == used;
    return ToTwentyFourHours(text + used, bytes - used, &out->seconds);
  }

 private:
  static bool ToTwentyFourHours(const char* half, uint32_t bytes, int32_t* seconds) {
    constexpr int32_t kHour = 3600;
    bool afternoon = false;
    if (!ParseHalfOfDay(half, bytes, &afternoon)) return false;
    if (*seconds < kHour || *seconds >= 13 * kHour) return false;
    if (*seconds >= 12 * kHour) *seconds -= 12 * kHour;
    if (afternoon) *seconds += 12 * kHour;
    return true;
  }

  VariableLayout layout_;
  const std::array<uint8_t, 16>* date_places_;
  const std::array<uint8_t, 16>* clock_places_;
};

PYFORGE_AVX2 uint64_t VariableDates(const FieldBlock& fields, const VariableLayout& layout,
                                    int32_t* days) {
  const VariableParser parser(layout);
  uint64_t undone = 0;
  for (int i = 0; i < fields.count; ++i) {
    DateAndSecond parsed = {};
    const bool done = parser.Parse(fields.base + fields.begin[i], fields.length[i], &parsed);
    days[i] = parsed.days;
    undone |= uint64_t{!done} << i;
  }
  return undone;
}

PYFORGE_AVX2 uint64_t VariableTimestamps(const FieldBlock& fields, const VariableLayout& layout,
                                         int64_t* micros) {
  const VariableParser parser(layout);
  uint64_t undone = 0;
  for (int i = 0; i < fields.count; ++i) {
    DateAndSecond parsed = {};
    const bool done = parser.Parse(fields.base + fields.begin[i], fields.length[i], &parsed);
    micros[i] = parsed.days * kMicrosPerDay + parsed.seconds * int64_t{1'000'000};
    undone |= uint64_t{!done} << i;
  }
  return undone;
}

constexpr BlockKernels kKernels = {.integers = Integers,
                                   .doubles = Doubles,
                                   .numbers = Numbers,
                                   .dates = Dates,
                                   .timestamps = Timestamps,
                                   .variable_dates = VariableDates,
                                   .variable_timestamps = VariableTimestamps};

}  // namespace

const BlockKernels& Avx2Kernels() { return kKernels; }

}  // namespace pyforge::schema

#undef PYFORGE_AVX2
#endif
