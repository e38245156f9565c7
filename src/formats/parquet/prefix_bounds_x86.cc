// Four byte arrays at once with AVX2, eight with AVX-512.
#include "formats/parquet/prefix_bounds.h"

#include "base/x86_vectors.h"

namespace pyforge::parquet {

#if defined(__x86_64__)
namespace {

PYFORGE_AVX2 inline __m128i TwoWords(const uint8_t* first, const uint8_t* second) {
  return _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(first)),
                            _mm_loadl_epi64(reinterpret_cast<const __m128i*>(second)));
}

PYFORGE_AVX2 size_t PassBetweenAvx2(const uint8_t** bytes, const int32_t* lengths, size_t count,
                                    uint64_t min, uint64_t max) {
  // Numbers are compared as signed ones.
  const __m256i sign = _mm256_set1_epi64x(INT64_MIN);
  const __m256i low = _mm256_xor_si256(_mm256_set1_epi64x(static_cast<int64_t>(min)), sign);
  const __m256i high = _mm256_xor_si256(_mm256_set1_epi64x(static_cast<int64_t>(max)), sign);
  const __m256i reversed = _mm256_broadcastsi128_si256(
      _mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const uint8_t* at = *bytes;
  size_t passed = 0;
  for (; passed + 4 <= count; passed += 4) {
    const int32_t* const length = lengths + passed;
    const uint8_t* const second = at + length[0];
    const uint8_t* const third = second + length[1];
    const uint8_t* const fourth = third + length[2];
    const __m256i words = _mm256_shuffle_epi8(
        _mm256_set_m128i(TwoWords(third, fourth), TwoWords(at, second)), reversed);
    const __m128i sizes =
        _mm_min_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(length)), _mm_set1_epi32(8));
    const __m256i dropped_bits =
        _mm256_cvtepi32_epi64(_mm_slli_epi32(_mm_sub_epi32(_mm_set1_epi32(8), sizes), 3));
    // A shift by 64 gives 0.
    const __m256i prefixes = _mm256_xor_si256(
        _mm256_sllv_epi64(_mm256_srlv_epi64(words, dropped_bits), dropped_bits), sign);
    const __m256i is_between =
        _mm256_and_si256(_mm256_cmpgt_epi64(prefixes, low), _mm256_cmpgt_epi64(high, prefixes));
    if (_mm256_movemask_epi8(is_between) != -1) break;
    at = fourth + length[3];
  }
  *bytes = at;
  return passed;
}

PYFORGE_AVX512 size_t PassBetweenAvx512(const uint8_t** bytes, const int32_t* lengths, size_t count,
                                        uint64_t min, uint64_t max) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i eight = _mm512_set1_epi64(8);
  const __m512i low = _mm512_set1_epi64(static_cast<int64_t>(min));
  const __m512i high = _mm512_set1_epi64(static_cast<int64_t>(max));
  const __m512i reversed =
      _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const uint8_t* at = *bytes;
  size_t passed = 0;
  for (; passed + 8 <= count; passed += 8) {
    const __m512i sizes = _mm512_cvtepi32_epi64(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lengths + passed)));
    // Where each ends: sums of one, two and four neighbours.
    __m512i ends = _mm512_add_epi64(sizes, _mm512_alignr_epi64(sizes, zero, 7));
    ends = _mm512_add_epi64(ends, _mm512_alignr_epi64(ends, zero, 6));
    ends = _mm512_add_epi64(ends, _mm512_alignr_epi64(ends, zero, 4));
    const __m512i begins = _mm512_sub_epi64(ends, sizes);
    const __m512i words = _mm512_shuffle_epi8(_mm512_i64gather_epi64(begins, at, 1), reversed);
    const __m512i dropped_bits =
        _mm512_slli_epi64(_mm512_sub_epi64(eight, _mm512_min_epi64(sizes, eight)), 3);
    // A shift by 64 gives 0.
    const __m512i prefixes =
        _mm512_sllv_epi64(_mm512_srlv_epi64(words, dropped_bits), dropped_bits);
    if ((_mm512_cmple_epu64_mask(prefixes, low) | _mm512_cmpge_epu64_mask(prefixes, high)) != 0) {
      break;
    }
    at += _mm_cvtsi128_si64(
        _mm_unpackhi_epi64(_mm512_extracti32x4_epi32(ends, 3), _mm_setzero_si128()));
  }
  *bytes = at;
  return passed;
}

}  // namespace

std::span<const PassBetween> EveryPassBetween() {
  static constexpr PassBetween kEvery[] = {PassBetweenAvx512, PassBetweenAvx2, PassBetweenPortably};
  // What has AVX-512 has AVX2.
  return std::span(kEvery).subspan(HasAvx512() ? 0 : HasAvx2() ? 1 : 2);
}
#else
std::span<const PassBetween> EveryPassBetween() {
  static constexpr PassBetween kEvery[] = {PassBetweenPortably};
  return kEvery;
}
#endif

}  // namespace pyforge::parquet
