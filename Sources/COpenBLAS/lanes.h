#pragma once

// Eight doubles at once, where the Swift standard library has only loops over lanes (SIMD8.addingProduct, .squareRoot,
// .replacing(with:where:)) that the optimiser does not always put together again. The compiler's generic vector
// builtins turn each into whatever the chosen processor has; the results are those of IEEE 754, whatever that is.

typedef double PlimsollLanes __attribute__((ext_vector_type(8)));
typedef long long PlimsollLaneMask __attribute__((ext_vector_type(8)));

#define PLIMSOLL_LANE static inline __attribute__((always_inline, const))

/// a·b + c, rounded once.
PLIMSOLL_LANE PlimsollLanes plimsoll_fma(PlimsollLanes a, PlimsollLanes b, PlimsollLanes c) {
  return __builtin_elementwise_fma(a, b, c);
}

/// The square root, correctly rounded; NaN of a negative number.
PLIMSOLL_LANE PlimsollLanes plimsoll_sqrt(PlimsollLanes a) { return __builtin_elementwise_sqrt(a); }

/// a where the mask's lane is negative (all ones), b where it is zero.
PLIMSOLL_LANE PlimsollLanes plimsoll_select(PlimsollLaneMask mask, PlimsollLanes a, PlimsollLanes b) {
  return mask < 0 ? a : b;
}

/// Whether any lane of the mask is set.
PLIMSOLL_LANE _Bool plimsoll_any(PlimsollLaneMask mask) { return __builtin_reduce_or(mask) != 0; }

/// The width in bits of the widest vector registers this code was compiled for.
PLIMSOLL_LANE int plimsoll_vector_width_bits(void) {
#if defined(__AVX512F__)
  return 512;
#elif defined(__AVX__)
  return 256;
#else
  return 128;
#endif
}

#undef PLIMSOLL_LANE
