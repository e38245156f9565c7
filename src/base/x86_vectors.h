// Vector instructions of x86 processors, for code that chooses at run time; empty elsewhere.
#pragma once

#if defined(__x86_64__)
// GCC 12 takes the deliberately undefined lanes in its own header for a mistake (GCC bug 105593).
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>  // IWYU pragma: export
#pragma GCC diagnostic pop

/// A function that may use AVX2; to be called where HasAvx2().
#define PYFORGE_AVX2 __attribute__((target("avx2,bmi,popcnt")))
/// The same with fused multiply-add, for code that says where it wants one; to be called where
/// HasAvx2Fma().
#define PYFORGE_AVX2_FMA __attribute__((target("avx2,bmi,popcnt,fma")))
/// A function that may use the AVX-512 of servers since 2017; to be called where HasAvx512().
#define PYFORGE_AVX512 __attribute__((target("avx2,avx512f,avx512bw,avx512dq,avx512vl")))
/// The same of those since 2019 or 2022, which can also compress and expand bytes; to be called
/// where HasAvx512Vbmi2().
#define PYFORGE_AVX512_VBMI2                                                \
  __attribute__((                                                           \
      target("avx2,bmi,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512cd," \
             "avx512vbmi2")))

namespace pyforge {

inline bool HasAvx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("popcnt");
}

inline bool HasAvx2Fma() { return HasAvx2() && __builtin_cpu_supports("fma"); }

inline bool HasAvx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

inline bool HasAvx512Vbmi2() {
  return HasAvx512() && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vbmi2");
}

}  // namespace pyforge
#endif
