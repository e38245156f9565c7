#include "schema/block_kernels_avx512.h"

#if defined(__x86_64__)

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/x86_vectors.h"
#include "schema/block_kernels_avx2.h"
#include "schema/long_doubles_avx2.h"

namespace pyforge::schema {
namespace {

// Eight fields of up to 16 bytes stand at the ends of lanes of 16 bytes: fields 0, 2, 4 and 6 in
// one register, the others in another, because packing the two then gives 0 1 2 3 and so on. What
// is known of their bytes are two words, a bit a byte, sixteen a field.
struct Words {
  uint64_t even, odd;
};

// The words of eight fields one behind the other.
PYFORGE_AVX512_VBMI2 inline __m128i InOrder(const Words& words) {
  return _mm_unpacklo_epi16(_mm_cvtsi64_si128(static_cast<int64_t>(words.even)),
                            _mm_cvtsi64_si128(static_cast<int64_t>(words.odd)));
}

PYFORGE_AVX512_VBMI2 inline Words Apart(__m128i in_order) {
  const __m128i apart = _mm_shuffle_epi8(
      in_order, _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
  return {static_cast<uint64_t>(_mm_cvtsi128_si64(apart)),
          static_cast<uint64_t>(_mm_extract_epi64(apart, 1))};
}

PYFORGE_AVX512_VBMI2 inline __m512i LoadEnds(const FieldBlock& fields, int first) {
  const auto end_of = [&fields](int i) {
    return reinterpret_cast<const __m128i*>(fields.base + fields.begin[i] + fields.length[i] - 16);
  };
  __m512i text = _mm512_castsi128_si512(_mm_loadu_si128(end_of(first)));
  text = _mm512_inserti32x4(text, _mm_loadu_si128(end_of(first + 2)), 1);
  text = _mm512_inserti32x4(text, _mm_loadu_si128(end_of(first + 4)), 2);
  return _mm512_inserti32x4(text, _mm_loadu_si128(end_of(first + 6)), 3);
}

// Four fields of a register.
struct Classes {
  __m512i value;     // less '0'
  uint64_t digit;    // digits of the field
  uint64_t point;    // decimal points of the field
  uint64_t minus;    // '-' as its first byte
  uint64_t leading;  // its first byte but a minus
  uint64_t bad;      // what may not be where it is
};

PYFORGE_AVX512_VBMI2 inline Classes Classify(__m512i text, __m512i point, uint64_t keep) {
  constexpr uint64_t kLaneLast = 0x8000800080008000;
  Classes c;
  c.value = _mm512_sub_epi8(text, _mm512_set1_epi8('0'));
  c.digit = _mm512_cmple_epu8_mask(c.value, _mm512_set1_epi8(9)) & keep;
  c.point = _mm512_cmpeq_epi8_mask(text, point) & keep;
  // A lane's last bit is the field's, as every field has a byte, so that nothing comes over.
  const uint64_t first = keep & ~(keep << 1 & ~(kLaneLast >> 15));
  c.minus = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('-')) & first;
  c.leading = (first & ~c.minus) | (c.minus & ~kLaneLast) << 1;
  const uint64_t zero = _mm512_testn_epi8_mask(c.value, c.value);
  const uint64_t before_digit = c.digit >> 1 & ~kLaneLast;
  c.bad = (keep & ~(c.digit | c.point | c.minus)) | (c.leading & zero & before_digit);
  return c;
}

// The digits of a register's fields at the ends of their lanes, zeros before them. `dropped` has
// the leading bits of the fields with a point.
PYFORGE_AVX512_VBMI2 inline __m512i WithoutPoints(const Classes& c, uint64_t dropped) {
  return _mm512_maskz_expand_epi8((c.digit | c.point) & ~dropped,
                                  _mm512_maskz_compress_epi8(c.digit, c.value));
}

// Sixteen digits in each lane to eight numbers.
PYFORGE_AVX512_VBMI2 inline __m512i Combine(__m512i even, __m512i odd) {
  const __m512i tens = _mm512_set1_epi16(0x010A);
  const __m512i hundreds = _mm512_set1_epi32(0x00010064);
  const __m512i ten_thousands = _mm512_set1_epi32(0x00012710);
  const __m512i halves = _mm512_madd_epi16(
      _mm512_packus_epi32(_mm512_madd_epi16(_mm512_maddubs_epi16(even, tens), hundreds),
                          _mm512_madd_epi16(_mm512_maddubs_epi16(odd, tens), hundreds)),
      ten_thousands);
  return _mm512_add_epi64(_mm512_mul_epu32(halves, _mm512_set1_epi64(100'000'000)),
                          _mm512_srli_epi64(halves, 32));
}

// The facts of eight numbers at a time.
struct VectorFacts {
  __m256i integer_digits_max;
  __m256i scale_max;
  __m256i scale_min;
  uint32_t real = 0;

  PYFORGE_AVX512_VBMI2 VectorFacts()
      : integer_digits_max(_mm256_setzero_si256()),
        scale_max(_mm256_setzero_si256()),
        scale_min(_mm256_set1_epi32(INT16_MAX)) {}

  PYFORGE_AVX512_VBMI2 void AddTo(NumberFacts* facts) const {
    alignas(32) int32_t before[8], most[8], least[8];
    _mm256_store_si256(reinterpret_cast<__m256i*>(before), integer_digits_max);
    _mm256_store_si256(reinterpret_cast<__m256i*>(most), scale_max);
    _mm256_store_si256(reinterpret_cast<__m256i*>(least), scale_min);
    for (int lane = 0; lane < 8; ++lane) {
      facts->integer_digits_max =
          std::max(facts->integer_digits_max, static_cast<int16_t>(before[lane]));
      facts->scale_max = std::max(facts->scale_max, static_cast<int16_t>(most[lane]));
      facts->scale_min = std::min(facts->scale_min, static_cast<int16_t>(least[lane]));
    }
    facts->has_real |= real != 0;
  }
};

PYFORGE_AVX512_VBMI2 inline bool EightDoubles(const FieldBlock& fields, int i, __m512i point,
                                              double* values, VectorFacts* facts) {
  const __m256i lengths = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields.length + i));
  const __m256i less_one = _mm256_add_epi32(lengths, _mm256_set1_epi32(-1));
  if (_mm256_testz_si256(less_one, _mm256_set1_epi32(~15)) == 0) return false;
  const Words keep = Apart(_mm256_cvtepi32_epi16(_mm256_sllv_epi32(
      _mm256_set1_epi32(0xFFFF), _mm256_sub_epi32(_mm256_set1_epi32(16), lengths))));
  const Classes even = Classify(LoadEnds(fields, i), point, keep.even);
  const Classes odd = Classify(LoadEnds(fields, i + 1), point, keep.odd);
  if ((even.bad | odd.bad) != 0) return false;
  const __m128i points = InOrder({even.point, odd.point});
  const __m128i minus = InOrder({even.minus, odd.minus});
  // A digit in each, and no second point.
  const __m128i digits = InOrder({even.digit, odd.digit});
  if (_mm_test_epi16_mask(digits, digits) != 0xFF) return false;
  if (_mm_testz_si128(points, _mm_add_epi16(points, _mm_set1_epi16(-1))) == 0) return false;
  const __mmask8 has_point = _mm_test_epi16_mask(points, points);
  const __mmask8 negative = _mm_test_epi16_mask(minus, minus);
  const Words pointed = Apart(_mm_movm_epi16(has_point));
  const __m512i numbers = Combine(WithoutPoints(even, even.leading & pointed.even),
                                  WithoutPoints(odd, odd.leading & pointed.odd));
  // Sixteen digits may be more than a double holds.
  if (_mm512_cmpgt_epu64_mask(numbers, _mm512_set1_epi64(999'999'999'999'999)) != 0) return false;
  // Of 16 bits in 32 the leading zeros are 16 and the digits behind the point, or 32.
  const __m256i scale =
      _mm256_and_si256(_mm256_lzcnt_epi32(_mm256_cvtepu16_epi32(points)), _mm256_set1_epi32(15));
  const __m512d divisor = _mm512_permutex2var_pd(
      _mm512_setr_pd(1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7), _mm512_cvtepi32_epi64(scale),
      _mm512_setr_pd(1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15));
  // Both are exact, so that the quotient is the nearest double.
  __m512d quotient = _mm512_div_pd(_mm512_cvtepi64_pd(numbers), divisor);
  quotient = _mm512_mask_or_pd(quotient, negative, quotient, _mm512_set1_pd(-0.0));
  _mm512_storeu_pd(values, quotient);
  // A zero with a sign is no integer.
  facts->real |= has_point | _mm512_mask_testn_epi64_mask(negative, numbers, numbers);
  const __m256i one = _mm256_set1_epi32(1);
  __m256i before = _mm256_sub_epi32(lengths, scale);
  before = _mm256_mask_sub_epi32(before, has_point, before, one);
  before = _mm256_mask_sub_epi32(before, negative, before, one);
  facts->integer_digits_max =
      _mm256_max_epi32(facts->integer_digits_max, _mm256_max_epi32(before, one));
  facts->scale_max = _mm256_max_epi32(facts->scale_max, scale);
  facts->scale_min = _mm256_min_epi32(facts->scale_min, scale);
  return true;
}

PYFORGE_AVX512_VBMI2 uint64_t Doubles(const FieldBlock& fields, char point, double* values,
                                      NumberFacts* facts) {
  const __m512i points = _mm512_set1_epi8(point);
  VectorFacts vector_facts;
  uint64_t undone = 0;
  int i = 0;
  for (; i + 8 <= fields.count; i += 8) {
    if (!EightDoubles(fields, i, points, values + i, &vector_facts)) undone |= uint64_t{0xFF} << i;
  }
  vector_facts.AddTo(facts);
  if (undone != 0) undone = LongDoubles(fields, undone, point, values, facts);
  if (i < fields.count) {
    const FieldBlock rest = {fields.base, fields.begin + i, fields.length + i, fields.count - i};
    undone |= Avx2Kernels().doubles(rest, point, values + i, facts) << i;
  }
  return undone;
}

}  // namespace

const BlockKernels& Avx512Kernels() {
  static const BlockKernels kernels = [] {
    BlockKernels all = Avx2Kernels();
    all.doubles = Doubles;
    return all;
  }();
  return kernels;
}

}  // namespace pyforge::schema

#endif
