#include "schema/block_kernels_avx512.h"

#if defined(__x86_64__)

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/x86_vectors.h"
#include "schema/block_kernels_avx2.h"
#include "schema/long_doubles_avx2.h"
#include "schema/powers_of_ten.h"

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

  PYFORGE_AVX512_VBMI2 void Add(__m256i before, __m256i scale) {
    integer_digits_max =
        _mm256_max_epi32(integer_digits_max, _mm256_max_epi32(before, _mm256_set1_epi32(1)));
    scale_max = _mm256_max_epi32(scale_max, scale);
    scale_min = _mm256_min_epi32(scale_min, scale);
  }

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
  facts->Add(before, scale);
  return true;
}

// Eight numbers of up to 32 characters with a point and up to 17 digits: all with an exponent or
// none. Each takes half a register.
struct LongNumbers {
  __m512i digits[4];      // at the ends of the halves, zeros before them
  __m256i before, scale;  // how many before the point, and behind it
  __m256i exponent;
  __mmask8 negative;
};

// What stands before an exponent in the last eight bytes, and the exponent.
PYFORGE_AVX512_VBMI2 inline bool TakeExponents(const char* base, __m256i* begin, __m256i* length,
                                               __m256i* exponent) {
  const __m256i end = _mm256_add_epi32(*begin, *length);
  const __m512i last = _mm512_i32gather_epi64(_mm256_sub_epi32(end, _mm256_set1_epi32(8)), base, 1);
  const __m512i ones = _mm512_set1_epi64(0x0101010101010101);
  const __m512i high = _mm512_set1_epi64(static_cast<int64_t>(0x8080808080808080));
  const __m512i other =
      _mm512_xor_si512(_mm512_or_si512(last, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('e'));
  // The lowest of these bits is right: that of the first 'e'.
  const __m512i letters =
      _mm512_and_si512(_mm512_andnot_si512(other, _mm512_sub_epi64(other, ones)), high);
  if (_mm512_testn_epi64_mask(letters, letters) != 0) return false;
  const __m512i lowest =
      _mm512_and_si512(letters, _mm512_sub_epi64(_mm512_setzero_si512(), letters));
  // From the top, the bits of what is behind the letter.
  const __m512i behind = _mm512_lzcnt_epi64(lowest);
  const __m256i behind_bytes = _mm256_srli_epi32(_mm512_cvtepi64_epi32(behind), 3);
  *length = _mm256_sub_epi32(*length, _mm256_add_epi32(behind_bytes, _mm256_set1_epi32(1)));

  // Four digits at the top of eight bytes; what is before them, or not there, becomes zeros.
  const __m512i sign_place = _mm512_sub_epi64(_mm512_set1_epi64(64), behind);
  const __m512i sign =
      _mm512_and_si512(_mm512_srlv_epi64(last, sign_place), _mm512_set1_epi64(255));
  const __mmask8 minus = _mm512_cmpeq_epi64_mask(sign, _mm512_set1_epi64('-'));
  const __mmask8 signs = minus | _mm512_cmpeq_epi64_mask(sign, _mm512_set1_epi64('+'));
  const __m512i digit_bits = _mm512_mask_sub_epi64(behind, signs, behind, _mm512_set1_epi64(8));
  if (_mm512_cmpgt_epu64_mask(_mm512_sub_epi64(digit_bits, _mm512_set1_epi64(8)),
                              _mm512_set1_epi64(24)) != 0) {
    return false;
  }
  const __m512i blank = _mm512_sub_epi64(_mm512_set1_epi64(64), digit_bits);
  const __m512i digits = _mm512_sllv_epi64(
      _mm512_srlv_epi64(_mm512_xor_si512(last, _mm512_set1_epi8('0')), blank), blank);
  if (_mm512_cmpgt_epu8_mask(digits, _mm512_set1_epi8(9)) != 0) return false;
  const __m512i pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010A));
  const __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00010064));
  const __m256i number = _mm512_cvtepi64_epi32(_mm512_srli_epi64(fours, 32));
  *exponent = _mm256_mask_sub_epi32(number, minus, _mm256_setzero_si256(), number);
  return true;
}

PYFORGE_AVX512_VBMI2 inline __m256i LoadWords(const uint64_t* words) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(words));
}

PYFORGE_AVX512_VBMI2 inline bool TakeLongNumbers(const FieldBlock& fields, int i, bool exponents,
                                                 __m512i point, LongNumbers* out) {
  __m256i begin = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields.begin + i));
  __m256i length = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(fields.length + i));
  out->exponent = _mm256_setzero_si256();
  if (exponents && !TakeExponents(fields.base, &begin, &length, &out->exponent)) return false;
  const __m256i one = _mm256_set1_epi32(1);
  const __m256i less_one = _mm256_sub_epi32(length, one);
  if (_mm256_testz_si256(less_one, _mm256_set1_epi32(~31)) == 0) return false;
  alignas(32) uint32_t ends[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(ends), _mm256_add_epi32(begin, length));
  // A bit a byte, two fields a word.
  alignas(32) uint64_t digit_bits[4], point_bits[4], minus_bits[4], zero_bits[4];
  __m512i values[4];
  for (int pair = 0; pair < 4; ++pair) {
    const auto end_of = [&](int field) {
      return reinterpret_cast<const __m256i*>(fields.base + ends[2 * pair + field] - 32);
    };
    const __m512i text = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_loadu_si256(end_of(0))),
                                            _mm256_loadu_si256(end_of(1)), 1);
    values[pair] = _mm512_sub_epi8(text, _mm512_set1_epi8('0'));
    digit_bits[pair] = _mm512_cmple_epu8_mask(values[pair], _mm512_set1_epi8(9));
    point_bits[pair] = _mm512_cmpeq_epi8_mask(text, point);
    minus_bits[pair] = _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8('-'));
    zero_bits[pair] = _mm512_testn_epi8_mask(values[pair], values[pair]);
  }
  const __m256i keep =
      _mm256_sllv_epi32(_mm256_set1_epi32(-1), _mm256_sub_epi32(_mm256_set1_epi32(32), length));
  const __m256i digit = _mm256_and_si256(LoadWords(digit_bits), keep);
  const __m256i points = _mm256_and_si256(LoadWords(point_bits), keep);
  const __m256i first = _mm256_and_si256(keep, _mm256_sub_epi32(_mm256_setzero_si256(), keep));
  const __m256i minus = _mm256_and_si256(LoadWords(minus_bits), first);
  const __m256i leading =
      _mm256_or_si256(_mm256_andnot_si256(minus, first), _mm256_slli_epi32(minus, 1));
  const __m256i number = _mm256_or_si256(digit, points);
  const __m256i odd = _mm256_andnot_si256(_mm256_or_si256(number, minus), keep);
  const __m256i padded = _mm256_and_si256(_mm256_and_si256(leading, LoadWords(zero_bits)),
                                          _mm256_srli_epi32(digit, 1));
  const __m256i second_point = _mm256_and_si256(points, _mm256_sub_epi32(points, one));
  const __m256i bad = _mm256_or_si256(_mm256_or_si256(odd, padded), second_point);
  out->scale = _mm256_lzcnt_epi32(points);
  // A digit, a point, and one behind it.
  const __mmask8 good = _mm256_test_epi32_mask(digit, digit) &
                        _mm256_test_epi32_mask(points, _mm256_set1_epi32(INT32_MAX));
  if (_mm256_testz_si256(bad, bad) == 0 || good != 0xFF) return false;
  out->negative = _mm256_test_epi32_mask(minus, minus);
  out->before = _mm256_sub_epi32(less_one, out->scale);
  out->before = _mm256_mask_sub_epi32(out->before, out->negative, out->before, one);
  // The digits close up over the point: all but the first place of the number are theirs.
  alignas(32) uint64_t place_bits[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(digit_bits), digit);
  _mm256_store_si256(reinterpret_cast<__m256i*>(place_bits), _mm256_andnot_si256(leading, number));
  for (int pair = 0; pair < 4; ++pair) {
    out->digits[pair] = _mm512_maskz_expand_epi8(
        place_bits[pair], _mm512_maskz_compress_epi8(digit_bits[pair], values[pair]));
  }
  return true;
}

// Is left less, or greater, than right, where both are known but for a few units in the last places
// of a double? Neither: too close to call.
struct Order {
  PYFORGE_AVX512_VBMI2 Order(__m512d left, __m512d right)
      : less(_mm512_cmp_pd_mask(left, _mm512_mul_pd(right, _mm512_set1_pd(1 - kMargin)),
                                _CMP_LT_OQ)),
        greater(_mm512_cmp_pd_mask(left, _mm512_mul_pd(right, _mm512_set1_pd(1 + kMargin)),
                                   _CMP_GT_OQ)) {}
  static constexpr double kMargin = 1e-9;
  __mmask8 less, greater;
};

// As FourDoubles of long_doubles_avx2.cc, which explains it.
PYFORGE_AVX512_VBMI2 inline __mmask8 LongToDoubles(const LongNumbers& numbers, double* values) {
  const __m512i first_four = Combine(numbers.digits[0], numbers.digits[1]);
  const __m512i second_four = Combine(numbers.digits[2], numbers.digits[3]);
  const __m512i upper = _mm512_permutex2var_epi64(
      first_four, _mm512_setr_epi64(0, 4, 1, 5, 8, 12, 9, 13), second_four);
  const __m512i lower = _mm512_permutex2var_epi64(
      first_four, _mm512_setr_epi64(2, 6, 3, 7, 10, 14, 11, 15), second_four);
  constexpr int64_t kTenToFifteen = 1'000'000'000'000'000;
  constexpr int64_t kTenToSixteen = 10 * kTenToFifteen;
  const __m512i digits =
      _mm512_add_epi64(lower, _mm512_mullo_epi64(upper, _mm512_set1_epi64(kTenToSixteen)));
  const __mmask8 more = _mm512_cmpgt_epi64_mask(upper, _mm512_set1_epi64(9));
  const __mmask8 seventeen = _mm512_cmpge_epi64_mask(digits, _mm512_set1_epi64(kTenToSixteen));
  const __mmask8 is_long = _mm512_cmpge_epi64_mask(digits, _mm512_set1_epi64(kTenToFifteen));
  const __mmask8 is_zero = _mm512_testn_epi64_mask(digits, digits);

  const __m512d whole = _mm512_cvtepi64_pd(digits);
  const __m512d whole_rest =
      _mm512_cvtepi64_pd(_mm512_sub_epi64(digits, _mm512_cvtpd_epi64(whole)));
  const __m256i power = _mm256_sub_epi32(numbers.exponent, numbers.scale);
  constexpr int32_t kPowerSize = kPowerMax < -kPowerMin ? kPowerMax : -kPowerMin;
  const __mmask8 beyond =
      _mm256_cmpgt_epi32_mask(_mm256_abs_epi32(power), _mm256_set1_epi32(kPowerSize));
  const __m256i in_table = _mm256_maskz_mov_epi32(static_cast<__mmask8>(~beyond), power);
  const double* const powers = &kPowersAsDoubles[size_t{-kPowerMin}].high;
  const __m256i place = _mm256_slli_epi32(in_table, 1);
  const __m512d ten_high = _mm512_i32gather_pd(place, powers, 8);
  const __m512d ten_low = _mm512_i32gather_pd(place, powers + 1, 8);
  const __m512d per_digit =
      _mm512_i32gather_pd(_mm256_sub_epi32(_mm256_setzero_si256(), place), powers, 8);
  const __m512d guess = _mm512_mul_pd(whole, ten_high);
  const __m512d step =
      _mm512_add_pd(_mm512_fmsub_pd(whole, ten_high, guess),
                    _mm512_fmadd_pd(whole, ten_low, _mm512_mul_pd(whole_rest, ten_high)));
  const __m512d value = _mm512_add_pd(guess, step);
  const __m512d above = _mm512_sub_pd(step, _mm512_sub_pd(value, guess));

  const __m512i bits = _mm512_castpd_si512(value);
  const __m512d distance = _mm512_abs_pd(above);
  const __m512d half_unit = _mm512_mul_pd(
      _mm512_castsi512_pd(_mm512_and_si512(bits, _mm512_set1_epi64(0x7FF0000000000000))),
      _mm512_set1_pd(0x1p-53));
  const __m512d margin = _mm512_mul_pd(half_unit, _mm512_set1_pd(0x1p-30));
  const __mmask8 middle =
      _mm512_cmp_pd_mask(_mm512_abs_pd(_mm512_sub_pd(distance, half_unit)), margin, _CMP_LE_OQ);
  const __mmask8 is_power = _mm512_testn_epi64_mask(bits, _mm512_set1_epi64(0x000FFFFFFFFFFFFF));
  const __mmask8 near_power =
      is_power & (is_long | _mm512_cmp_pd_mask(distance, margin, _CMP_GT_OQ));

  const __m512d off = _mm512_mul_pd(above, per_digit);
  const __m512d twice_off = _mm512_mul_pd(_mm512_abs_pd(off), _mm512_set1_pd(2));
  const Order by_seventeen(_mm512_mask_mul_pd(twice_off, static_cast<__mmask8>(~seventeen),
                                              twice_off, _mm512_set1_pd(10)),
                           _mm512_set1_pd(1));
  const Order by_sixteen(twice_off, _mm512_set1_pd(1));
  // The last digit of each is the last byte of its half.
  const __m512i last_bytes =
      _mm512_permutex2var_epi64(_mm512_unpackhi_epi64(numbers.digits[0], numbers.digits[1]),
                                _mm512_setr_epi64(2, 6, 3, 7, 10, 14, 11, 15),
                                _mm512_unpackhi_epi64(numbers.digits[2], numbers.digits[3]));
  const __m512i last_digit = _mm512_srli_epi64(last_bytes, 56);
  const __m512d last = _mm512_cvtepi64_pd(last_digit);
  const __m512d to_below = _mm512_sub_pd(last, off);
  const __m512d to_above = _mm512_sub_pd(_mm512_set1_pd(10), to_below);
  const Order by_shortest(_mm512_mul_pd(half_unit, per_digit), _mm512_min_pd(to_below, to_above));
  const __mmask8 is_short =
      static_cast<__mmask8>(~seventeen) & by_seventeen.greater & by_sixteen.less & by_shortest.less;
  const __mmask8 has_zeros = _mm512_testn_epi64_mask(last_digit, last_digit);
  const __mmask8 fits = static_cast<__mmask8>(~is_long) |
                        (static_cast<__mmask8>(~has_zeros) & (by_seventeen.less | is_short));
  _mm512_storeu_pd(values, _mm512_mask_or_pd(value, numbers.negative, value, _mm512_set1_pd(-0.0)));
  const auto odd = static_cast<__mmask8>(more | beyond |
                                         ((middle | near_power) & static_cast<__mmask8>(~is_zero)));
  return fits & static_cast<__mmask8>(~odd);
}

PYFORGE_AVX512_VBMI2 uint64_t Doubles(const FieldBlock& fields, char point, double* values,
                                      NumberFacts* facts) {
  const __m512i points = _mm512_set1_epi8(point);
  VectorFacts vector_facts;
  bool exponents = false;
  uint64_t undone = 0;
  uint64_t odd = 0;
  int i = 0;
  for (; i + 8 <= fields.count; i += 8) {
    if (EightDoubles(fields, i, points, values + i, &vector_facts)) continue;
    // All eight as those before.
    LongNumbers numbers;
    if (!TakeLongNumbers(fields, i, exponents, points, &numbers)) {
      exponents = !exponents;
      if (!TakeLongNumbers(fields, i, exponents, points, &numbers)) {
        undone |= uint64_t{0xFF} << i;
        continue;
      }
    }
    odd |= uint64_t{static_cast<__mmask8>(~LongToDoubles(numbers, values + i))} << i;
    vector_facts.Add(numbers.before, numbers.scale);
    vector_facts.real = 1;
    facts->has_exponent |= exponents;
  }
  vector_facts.AddTo(facts);
  if (undone != 0) undone = LongDoubles(fields, undone, point, values, facts);
  if (odd != 0) undone |= OddDoubles(fields, odd, point, values, facts);
  if (i < fields.count) {
    const FieldBlock rest = {fields.base, fields.begin + i, fields.length + i, fields.count - i};
    undone |= Avx2Kernels().doubles(rest, point, values + i, facts) << i;
  }
  return undone;
}

}  // namespace

const BlockKernels& Avx512Kernels() {
  static const BlockKernels kKernels = [] {
    BlockKernels all = Avx2Kernels();
    all.doubles = Doubles;
    return all;
  }();
  return kKernels;
}

}  // namespace pyforge::schema

#endif
