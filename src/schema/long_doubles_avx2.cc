#include "schema/long_doubles_avx2.h"

#if defined(__x86_64__)

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/x86_vectors.h"
#include "schema/digit_vectors.h"
#include "schema/exact_double.h"
#include "schema/kernel_blocks.h"
#include "schema/number_text.h"
#include "schema/powers_of_ten.h"

namespace pyforge::schema {
namespace {

// What stands behind an `e`: a sign or none and one to four digits, the last ending at `end`.
inline bool ReadExponent(const char* begin, const char* end, int* value) {
  const bool has_sign = (*begin == '-') | (*begin == '+');
  const auto count = static_cast<int>(end - begin) - static_cast<int>(has_sign);
  uint32_t word = 0;
  std::memcpy(&word, end - 4, sizeof word);
  const bool fits = (count >= 1) & (count <= 4);
  // Bytes that are not the exponent's become zeros, those before it in the text being the lowest.
  word = (word ^ 0x30303030) >> (fits ? 8 * (4 - count) : 0);
  word <<= fits ? 8 * (4 - count) : 0;
  const bool are_digits = (((word + 0x76767676) | word) & 0x80808080) == 0;
  const uint32_t pairs = (word * 10 + (word >> 8)) & 0x00FF00FF;
  const auto number = static_cast<int>((pairs & 0xFF) * 100 + (pairs >> 16));
  *value = *begin == '-' ? -number : number;
  return fits && are_digits;
}

// One number of any kind.
PYFORGE_AVX2 inline bool LongDouble(const char* text, uint32_t bytes, char point, double* value,
                                    NumberFacts* facts) {
  if (bytes == 0 || bytes > 32) return false;
  const char* end = text + bytes;
  __m256i last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(end - 32));
  uint32_t keep = ~uint32_t{0} << (32 - bytes);
  int exponent = 0;
  const uint32_t letter_e =
      ByteMask(
          _mm256_cmpeq_epi8(_mm256_or_si256(last, _mm256_set1_epi8(0x20)), _mm256_set1_epi8('e'))) &
      keep;
  if (letter_e != 0) {
    const char* const letter = end - 32 + std::countr_zero(letter_e);
    bytes = static_cast<uint32_t>(letter - text);
    if (bytes == 0 || letter + 1 == end || !ReadExponent(letter + 1, end, &exponent)) return false;
    end = letter;
    keep = ~uint32_t{0} << (32 - bytes);
    last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(end - 32));
  }
  const __m256i zero = _mm256_set1_epi8('0');
  const uint32_t digits = DigitBits(_mm256_sub_epi8(last, zero)) & keep;
  const uint32_t points = ByteMask(_mm256_cmpeq_epi8(last, _mm256_set1_epi8(point))) & keep;
  const bool negative = *text == '-';
  const uint32_t first = keep & (~keep + 1);
  if ((keep & ~(digits | points)) != (negative ? first : 0)) return false;
  if (digits == 0 || (points & (points - 1)) != 0) return false;
  const uint32_t leading = first << (negative ? 1 : 0);
  if (text[negative] == '0' && (leading << 1 & digits) != 0) return false;

  const bool has_point = points != 0;
  const int point_at = has_point ? std::countr_zero(points) : -1;
  const int scale = has_point ? 31 - point_at : 0;
  // Bytes up to the point come from one further ahead, which takes it out.
  const __m256i ahead = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(end - 33));
  const __m256i joined = _mm256_blendv_epi8(last, ahead, FirstBytes(point_at + 1));
  const int blank = 32 - static_cast<int>(bytes) + negative + has_point;
  const __m256i values = _mm256_andnot_si256(FirstBytes(blank), _mm256_sub_epi8(joined, zero));
  const DigitHalves halves = CombineLong(values);
  if (halves.upper >= 1000) return false;
  const uint64_t number = halves.upper * kTenToSixteen + halves.lower;
  double real = 0;
  const bool is_integer = !has_point && letter_e == 0;
  if (is_integer) {
    if (number > kExactIntegerMax) return false;
    real = static_cast<double>(static_cast<int64_t>(number));
  } else if (!ExactDouble(number, exponent - scale, &real)) {
    return false;
  }
  *value = std::bit_cast<double>(std::bit_cast<uint64_t>(real) | uint64_t{negative} << 63);
  const int before = static_cast<int>(bytes) - negative - (has_point ? scale + 1 : 0);
  facts->integer_digits_max =
      std::max(facts->integer_digits_max, static_cast<int16_t>(std::max(before, 1)));
  facts->scale_max = std::max(facts->scale_max, static_cast<int16_t>(scale));
  facts->scale_min = std::min(facts->scale_min, static_cast<int16_t>(scale));
  facts->has_real |= !is_integer || (negative && number == 0);
  facts->has_exponent |= letter_e != 0;
  return true;
}

// Four numbers with a point, taken apart.
struct FourReals {
  __m256i values[4];  // their digits, 32 each
  alignas(32) int64_t last_digit[4];
  alignas(32) uint64_t sign[4];  // the highest bit
  alignas(16) int32_t power[4];  // at most kPowerSize in size
};

// Of these and their opposites there are powers of ten.
constexpr int32_t kPowerSize = kPowerMax < -kPowerMin ? kPowerMax : -kPowerMin;

// Bits for each number of digits that was seen, before the point and behind it.
struct DigitCounts {
  uint64_t before = 0;
  uint64_t scale = 0;
  bool exponent = false;
};

// Without branches that depend on a value: in a column of such numbers their lengths, signs and
// digits differ from row to row.
PYFORGE_AVX2_FMA inline bool TakeApart(const char* text, uint32_t bytes, int exponent,
                                       __m256i point, size_t lane, FourReals* out,
                                       DigitCounts* counts) {
  if (bytes - 1 > 31) return false;
  const char* const end = text + bytes;
  const __m256i zero = _mm256_set1_epi8('0');
  const __m256i last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(end - 32));
  const uint32_t blank = 32 - bytes;
  const uint32_t digits = DigitBits(_mm256_sub_epi8(last, zero)) >> blank;
  const uint32_t points = ByteMask(_mm256_cmpeq_epi8(last, point)) >> blank;
  const uint32_t negative = *text == '-' ? 1 : 0;
  const uint32_t all = ~uint32_t{0} >> blank;
  const auto point_at = static_cast<uint32_t>(std::countr_zero(points));
  const uint32_t scale = bytes - 1 - point_at;
  const uint32_t before = point_at - negative;
  // A zero that another digit follows.
  const uint32_t padded = (text[negative] == '0' ? 2 : 0) & (digits >> negative);
  const uint32_t odd = ((digits | points | negative) ^ all) | (points & (points - 1)) | padded;
  const int32_t power = exponent - static_cast<int32_t>(scale);
  const bool in_table = static_cast<uint32_t>(power + kPowerSize) <= 2 * kPowerSize;
  if ((odd != 0) | (points == 0) | (digits == 0) | (scale == 0) | !in_table) return false;
  // Bytes up to the point come from one further ahead, which takes it out.
  const __m256i ahead = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(end - 33));
  const __m256i joined = _mm256_blendv_epi8(last, ahead, FirstBytes(static_cast<int>(32 - scale)));
  const __m256i unused = FirstBytes(static_cast<int>(blank + negative + 1));
  out->values[lane] = _mm256_andnot_si256(unused, _mm256_sub_epi8(joined, zero));
  out->last_digit[lane] = end[-1] - '0';
  out->sign[lane] = uint64_t{negative} << 63;
  out->power[lane] = power;
  counts->before |= uint64_t{1} << before;
  counts->scale |= uint64_t{1} << scale;
  return true;
}

// Finds an exponent in the last eight bytes, reads it and shortens `bytes` to what is before it.
inline bool TakeExponent(const char* text, uint32_t* bytes, int* exponent) {
  const char* const end = text + *bytes;
  uint64_t word = 0;
  std::memcpy(&word, end - sizeof word, sizeof word);
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t other = (word | kOnes * 0x20) ^ kOnes * 'e';
  const uint64_t letters = (other - kOnes) & ~other & kOnes * 0x80;  // the lowest is right
  const char* const letter = end - sizeof word + std::countr_zero(letters) / 8;
  if (letters == 0 || letter <= text) return false;
  *bytes = static_cast<uint32_t>(letter - text);
  return ReadExponent(letter + 1, end, exponent);
}

// All with an exponent or none, as `counts` says.
PYFORGE_AVX2_FMA inline bool TakeFourApart(const FieldBlock& fields, int first, __m256i point,
                                           FourReals* out, DigitCounts* counts) {
  for (size_t lane = 0; lane < 4; ++lane) {
    const char* const text = fields.base + fields.begin[static_cast<size_t>(first) + lane];
    uint32_t bytes = fields.length[static_cast<size_t>(first) + lane];
    int exponent = 0;
    if (counts->exponent && !TakeExponent(text, &bytes, &exponent)) return false;
    if (!TakeApart(text, bytes, exponent, point, lane, out, counts)) return false;
  }
  return true;
}

// Is left less, or greater, than right, where both are known but for a few units in the last places
// of a double? Neither: too close to call.
struct Order {
  PYFORGE_AVX2_FMA Order(__m256d left, __m256d right)
      : less(_mm256_cmp_pd(left, _mm256_mul_pd(right, _mm256_set1_pd(1 - kMargin)), _CMP_LT_OQ)),
        greater(
            _mm256_cmp_pd(left, _mm256_mul_pd(right, _mm256_set1_pd(1 + kMargin)), _CMP_GT_OQ)) {}
  static constexpr double kMargin = 1e-9;
  __m256d less, greater;
};

// The doubles next to four numbers, and a bit for each that is sure to give its number back, by the
// rules of ExactDouble.
PYFORGE_AVX2_FMA inline int FourDoubles(const FourReals& reals, double* values) {
  // Digits to numbers: groups of 4, of 8, the upper 16 and the lower 16.
  const __m256i tens = _mm256_set1_epi16(0x010A);
  const __m256i hundreds = _mm256_set1_epi32(0x00010064);
  const __m256i ten_thousands = _mm256_set1_epi32(0x00012710);
  const auto sixteens = [&](__m256i first, __m256i second) PYFORGE_AVX2_FMA {
    const __m256i fours =
        _mm256_packus_epi32(_mm256_madd_epi16(_mm256_maddubs_epi16(first, tens), hundreds),
                            _mm256_madd_epi16(_mm256_maddubs_epi16(second, tens), hundreds));
    const __m256i eights = _mm256_madd_epi16(fours, ten_thousands);
    return _mm256_add_epi64(_mm256_mul_epu32(eights, _mm256_set1_epi64x(100'000'000)),
                            _mm256_srli_epi64(eights, 32));
  };
  const __m256i first_two = sixteens(reals.values[0], reals.values[1]);
  const __m256i second_two = sixteens(reals.values[2], reals.values[3]);
  const __m256i upper = _mm256_permute2x128_si256(first_two, second_two, 0x20);
  const __m256i lower = _mm256_permute2x128_si256(first_two, second_two, 0x31);
  const __m256i seventeenth = _mm256_add_epi64(
      _mm256_mul_epu32(upper, _mm256_set1_epi64x(kTenToSixteen & 0xFFFFFFFF)),
      _mm256_slli_epi64(_mm256_mul_epu32(upper, _mm256_set1_epi64x(kTenToSixteen >> 32)), 32));
  const __m256i digits = _mm256_add_epi64(lower, seventeenth);
  const __m256i more = _mm256_cmpgt_epi64(upper, _mm256_set1_epi64x(9));

  // As the sum of two doubles, exactly.
  const __m256d high = _mm256_sub_pd(
      _mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64(digits, 32),
                                          _mm256_castpd_si256(_mm256_set1_pd(0x1p84)))),
      _mm256_set1_pd(0x1p84));
  const __m256d low = _mm256_sub_pd(_mm256_castsi256_pd(_mm256_blend_epi32(
                                        digits, _mm256_castpd_si256(_mm256_set1_pd(0x1p52)), 0xAA)),
                                    _mm256_set1_pd(0x1p52));
  const __m256d whole = _mm256_add_pd(high, low);
  const __m256d whole_rest = _mm256_sub_pd(low, _mm256_sub_pd(whole, high));
  // Times the power of ten, which is the sum of two doubles as well: a guess, what it leaves, and
  // the two together rounded once. What that rounding left out is how far the number is above its
  // double; it is known to some 2^-50 of the last place.
  const __m128i power = _mm_load_si128(reinterpret_cast<const __m128i*>(reals.power));
  const auto place = [](__m128i of_power) PYFORGE_AVX2_FMA {
    return _mm_slli_epi32(_mm_sub_epi32(of_power, _mm_set1_epi32(kPowerMin)), 1);
  };
  const double* const powers = &kPowersAsDoubles[0].high;
  const __m256d ten_high = _mm256_i32gather_pd(powers, place(power), 8);
  const __m256d ten_low = _mm256_i32gather_pd(powers + 1, place(power), 8);
  const __m256d per_digit =
      _mm256_i32gather_pd(powers, place(_mm_sub_epi32(_mm_setzero_si128(), power)), 8);
  const __m256d guess = _mm256_mul_pd(whole, ten_high);
  const __m256d step =
      _mm256_add_pd(_mm256_fmsub_pd(whole, ten_high, guess),
                    _mm256_fmadd_pd(whole, ten_low, _mm256_mul_pd(whole_rest, ten_high)));
  const __m256d value = _mm256_add_pd(guess, step);
  const __m256d above = _mm256_sub_pd(step, _mm256_sub_pd(value, guess));

  // Too close to the middle between two doubles, or near a power of two, below which they are
  // closer together: not for here.
  const __m256d magnitude = _mm256_castsi256_pd(_mm256_set1_epi64x(0x7FFFFFFFFFFFFFFF));
  const __m256d exponent = _mm256_castsi256_pd(_mm256_set1_epi64x(0x7FF0000000000000));
  const __m256d distance = _mm256_and_pd(above, magnitude);
  const __m256d half_unit = _mm256_mul_pd(_mm256_and_pd(value, exponent), _mm256_set1_pd(0x1p-53));
  const __m256d margin = _mm256_mul_pd(half_unit, _mm256_set1_pd(0x1p-30));
  const __m256d middle = _mm256_cmp_pd(_mm256_and_pd(_mm256_sub_pd(distance, half_unit), magnitude),
                                       margin, _CMP_LE_OQ);
  const __m256i mantissa =
      _mm256_and_si256(_mm256_castpd_si256(value), _mm256_set1_epi64x(0x000FFFFFFFFFFFFF));
  const __m256d is_power =
      _mm256_castsi256_pd(_mm256_cmpeq_epi64(mantissa, _mm256_setzero_si256()));
  const __m256d is_zero = _mm256_castsi256_pd(_mm256_cmpeq_epi64(digits, _mm256_setzero_si256()));
  const __m256i is_long = _mm256_cmpgt_epi64(digits, _mm256_set1_epi64x(kTenToSixteen / 10 - 1));
  const __m256d near_power = _mm256_and_pd(
      is_power,
      _mm256_or_pd(_mm256_castsi256_pd(is_long), _mm256_cmp_pd(distance, margin, _CMP_GT_OQ)));
  const __m256d odd = _mm256_or_pd(_mm256_castsi256_pd(more),
                                   _mm256_andnot_pd(is_zero, _mm256_or_pd(middle, near_power)));

  // In units of the last digit: printed with 17 digits the double gives the number if it is nearer
  // than half of one.
  const __m256d one = _mm256_set1_pd(1);
  const __m256d off = _mm256_mul_pd(above, per_digit);
  const __m256d twice_off = _mm256_mul_pd(_mm256_and_pd(off, magnitude), _mm256_set1_pd(2));
  const __m256i seventeen = _mm256_cmpgt_epi64(digits, _mm256_set1_epi64x(kTenToSixteen - 1));
  const Order by_seventeen(_mm256_blendv_pd(_mm256_mul_pd(twice_off, _mm256_set1_pd(10)), twice_off,
                                            _mm256_castsi256_pd(seventeen)),
                           one);
  // With as few digits as tell it from its neighbours, if it is nearer than half of one of sixteen
  // digits and no number of 15 digits is the same double.
  const Order by_sixteen(twice_off, one);
  const __m256i last_digit = _mm256_load_si256(reinterpret_cast<const __m256i*>(reals.last_digit));
  const __m256d last = _mm256_sub_pd(
      _mm256_castsi256_pd(_mm256_or_si256(last_digit, _mm256_castpd_si256(_mm256_set1_pd(0x1p52)))),
      _mm256_set1_pd(0x1p52));
  const __m256d to_below = _mm256_sub_pd(last, off);
  const __m256d to_above = _mm256_sub_pd(_mm256_set1_pd(10), to_below);
  const Order by_shortest(_mm256_mul_pd(half_unit, per_digit), _mm256_min_pd(to_below, to_above));
  const __m256d is_short = _mm256_andnot_pd(
      _mm256_castsi256_pd(seventeen),
      _mm256_and_pd(by_seventeen.greater, _mm256_and_pd(by_sixteen.less, by_shortest.less)));
  // Zeros at the end do not count as digits.
  const __m256i has_zeros = _mm256_cmpeq_epi64(last_digit, _mm256_setzero_si256());
  const __m256d is_exact =
      _mm256_andnot_pd(_mm256_castsi256_pd(has_zeros), _mm256_or_pd(by_seventeen.less, is_short));
  const __m256d fits = _mm256_or_pd(
      is_exact,
      _mm256_xor_pd(_mm256_castsi256_pd(is_long), _mm256_castsi256_pd(_mm256_set1_epi64x(-1))));
  const __m256d sign = _mm256_load_pd(reinterpret_cast<const double*>(reals.sign));
  _mm256_storeu_pd(values, _mm256_or_pd(value, sign));
  return _mm256_movemask_pd(_mm256_andnot_pd(odd, fits));
}

void Notice(const DigitCounts& counts, NumberFacts* facts) {
  if (counts.scale == 0) return;
  const auto most = [](uint64_t bits) { return static_cast<int16_t>(63 - std::countl_zero(bits)); };
  facts->integer_digits_max =
      std::max<int16_t>(facts->integer_digits_max, std::max<int16_t>(most(counts.before), 1));
  facts->scale_max = std::max(facts->scale_max, most(counts.scale));
  facts->scale_min =
      std::min(facts->scale_min, static_cast<int16_t>(std::countr_zero(counts.scale)));
  facts->has_real = true;
}

}  // namespace

PYFORGE_AVX2_FMA uint64_t LongDoubles(const FieldBlock& fields, uint64_t todo, char point,
                                      double* values, NumberFacts* facts) {
  const __m256i points = _mm256_set1_epi8(point);
  DigitCounts counts;
  uint64_t undone = 0;
  while (todo != 0) {
    const int first = std::countr_zero(todo);
    todo &= ~(uint64_t{15} << first);
    FourReals reals;
    DigitCounts seen = counts;
    // All four as the one before.
    bool taken = TakeFourApart(fields, first, points, &reals, &seen);
    if (!taken) {
      seen = counts;
      seen.exponent = !counts.exponent;
      taken = TakeFourApart(fields, first, points, &reals, &seen);
    }
    int done = 0;
    if (taken) {
      done = FourDoubles(reals, values + first);
      facts->has_exponent |= seen.exponent;
      counts = seen;
    }
    undone |= static_cast<uint64_t>(done ^ 15) << first;
  }
  Notice(counts, facts);
  return OddDoubles(fields, undone, point, values, facts);
}

PYFORGE_AVX2 uint64_t OddDoubles(const FieldBlock& fields, uint64_t todo, char point,
                                 double* values, NumberFacts* facts) {
  uint64_t undone = todo;
  for (; todo != 0; todo &= todo - 1) {
    const int i = std::countr_zero(todo);
    if (LongDouble(fields.base + fields.begin[i], fields.length[i], point, values + i, facts)) {
      undone &= ~(uint64_t{1} << i);
    }
  }
  return undone;
}

}  // namespace pyforge::schema

#endif
