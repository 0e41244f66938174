// Functions compiled for several generations of processors, of which the loader takes the best one that is there.
#pragma once

// By their features: the name of a model would match that model alone, and every later one would get the oldest code.
#if !defined(__x86_64__) || !defined(__linux__)
#define FOR_EACH_PROCESSOR
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
// Older compilers do not know the levels.
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "fma", "default")))
#endif
