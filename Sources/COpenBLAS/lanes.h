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

/// Eight doubles at any address.
typedef double PlimsollUnalignedLanes __attribute__((ext_vector_type(8), aligned(8)));

/// Transposes eight rows of eight, `fromStride` apart, to eight rows `toStride` apart: to[r·toStride + c] =
/// from[c·fromStride + r]. Three rounds of exchanges between pairs of registers.
static inline __attribute__((always_inline)) void plimsoll_transpose8(const double *from, long fromStride, double *to,
                                                                      long toStride) {
  PlimsollLanes a[8], b[8];
  for (int i = 0; i < 8; i++) a[i] = *(const PlimsollUnalignedLanes *)(from + i * fromStride);
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    for (int j = i; j < i + 2; j++) {
      a[j] = __builtin_shufflevector(b[j], b[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      a[j + 2] = __builtin_shufflevector(b[j], b[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (int i = 0; i < 4; i++) {
    *(PlimsollUnalignedLanes *)(to + i * toStride) =
        __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(PlimsollUnalignedLanes *)(to + (i + 4) * toStride) =
        __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

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
