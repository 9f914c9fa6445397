/* What the machine's vectors can do. On others than x86-64 plain C does everything. */
#ifndef LOG_PART_WIDE_H
#define LOG_PART_WIDE_H

#include <stdbool.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define PART_WIDE 1
#define TARGET_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#define TARGET_VBMI \
    __attribute__((target("avx2,bmi,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")))
static inline bool part_has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
/* AVX-512 with permutation of bytes. */
static inline bool part_has_vbmi(void) {
    return part_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi");
}
#else
#define PART_WIDE 0
#endif

#define PART_INLINE static inline __attribute__((always_inline))

#endif
