// Dictionary lookups of eight short values at once, for processors with AVX-512.
#include "formats/parquet/dictionary.h"

#include "base/x86_vectors.h"

namespace pyforge::parquet::dictionary_internal {

#if defined(__x86_64__)
namespace {

// Most values are at the first place of their hash, nearly all at one of these.
constexpr int kPlacesMax = 4;

PYFORGE_AVX512 inline __m512i Number(uint64_t value) {
  return _mm512_set1_epi64(static_cast<int64_t>(value));
}

/// The first `sizes` bytes of each word; none for negative ones, all from 8 on.
PYFORGE_AVX512 inline __m512i KeepBytes(__m512i words, __m512i sizes) {
  const __m512i kept = _mm512_max_epi64(_mm512_min_epi64(sizes, Number(8)), Number(0));
  const __m512i dropped_bits = _mm512_slli_epi64(_mm512_sub_epi64(Number(8), kept), 3);
  // A shift by 64 gives 0.
  return _mm512_and_si512(words, _mm512_srlv_epi64(Number(~uint64_t{0}), dropped_bits));
}

PYFORGE_AVX512 uint32_t LookUpEightAvx512(const Slot* slots, int shift, const ValueKey* keys,
                                          const char* bytes, const int32_t* offsets,
                                          uint32_t* codes) {
  static_assert(sizeof(ValueKey) == 16);
  const __m256i begins = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(offsets));
  const __m256i ends = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(offsets + 1));
  const __m512i sizes = _mm512_cvtepi32_epi64(_mm256_sub_epi32(ends, begins));
  const __m512i wide = _mm512_cvtepi32_epi64(begins);
  const __m512i low = KeepBytes(_mm512_i64gather_epi64(wide, bytes, 1), sizes);
  __m512i high = _mm512_slli_epi64(sizes, kSizeShift);
  if (_mm512_cmpgt_epi64_mask(sizes, Number(8)) != 0) {
    high = _mm512_or_si512(high, KeepBytes(_mm512_i64gather_epi64(wide, bytes + 8, 1),
                                           _mm512_sub_epi64(sizes, Number(8))));
  }
  const __m512i hash = _mm512_add_epi64(_mm512_mullo_epi64(low, Number(kMix0)),
                                        _mm512_mullo_epi64(high, Number(kMix1)));
  const __m512i tag = _mm512_and_si512(_mm512_srli_epi64(hash, kTagShift), Number(kTagMask));
  const __m512i last_place = Number((uint64_t{1} << (64 - shift)) - 1);
  const auto* words = reinterpret_cast<const char*>(keys);
  const __m512i none = _mm512_setzero_si512();
  __m512i at = _mm512_srl_epi64(hash, _mm_cvtsi32_si128(shift));
  __m512i code = none;
  __mmask8 wanted = _mm512_cmple_epi64_mask(sizes, Number(kShortBytesMax));
  __mmask8 missing = static_cast<__mmask8>(~wanted);
  for (int place = 0; wanted != 0 && place < kPlacesMax; ++place) {
    const __m512i slot = _mm512_cvtepu32_epi64(_mm512_i64gather_epi32(at, slots, 4));
    const __m512i code_plus_one = _mm512_and_si512(slot, Number(kCodeMask));
    const __mmask8 taken = _mm512_mask_test_epi64_mask(wanted, code_plus_one, code_plus_one);
    missing |= wanted & static_cast<__mmask8>(~taken);
    __mmask8 found = _mm512_mask_cmpeq_epi64_mask(taken, _mm512_srli_epi64(slot, kCodeBits), tag);
    const __m512i here = _mm512_sub_epi64(code_plus_one, Number(1));
    const __m512i key = _mm512_slli_epi64(here, 1);
    found = _mm512_mask_cmpeq_epi64_mask(
        found, _mm512_mask_i64gather_epi64(none, found, key, words, 8), low);
    found = _mm512_mask_cmpeq_epi64_mask(
        found, _mm512_mask_i64gather_epi64(none, found, key, words + 8, 8), high);
    code = _mm512_mask_mov_epi64(code, found, here);
    wanted = taken & static_cast<__mmask8>(~found);
    at = _mm512_and_si512(_mm512_add_epi64(at, Number(1)), last_place);
  }
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(codes), _mm512_cvtepi64_epi32(code));
  return missing | wanted;
}

}  // namespace

LookUpEight FindLookUpEight() { return HasAvx512() ? LookUpEightAvx512 : nullptr; }
#else
LookUpEight FindLookUpEight() { return nullptr; }
#endif

}  // namespace pyforge::parquet::dictionary_internal
