// Winograd's short convolution F(4 x 4, 3 x 3): both factors are polynomials, taken at six points, multiplied there and taken back
// (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; Toom and Cook for one dimension). 36 products make 16
// results, whereas a plain convolution takes 144.
//
// The results' error is about twice a plain convolution's; with the points +-1 and +-2, as in that paper, it would be about four times as
// large, and the largest one eight times. All coefficients of the ways to the points and back are exact.
#pragma once

#include <cstdint>
#include <cstring>

namespace winograd {

constexpr int kTile = 4, kWindow = 3, kTaps = kWindow * kWindow, kPoints = kTile + kWindow - 1;
constexpr int64_t kSquare = kPoints * kPoints, kLanes = 16;

// Neighbouring channels. The compiler cuts them into the widest registers of the processor it compiles for.
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

#define WINOGRAD_INLINE inline __attribute__((always_inline))
#define WINOGRAD_INLINED __attribute__((always_inline))
// Vectors stay in registers only where their numbers are constants. Unless told, the compiler keeps loops over so many, and is five times as slow.
#define WINOGRAD_UNROLL _Pragma("GCC unroll 64")

// The points are 0, a, -a, b, -b and infinity.
constexpr float a = .625f, b = 1.5f, aa = a * a, bb = b * b;
// Products of a point's differences from the others; these divide the weights.
constexpr float at_zero = 1 / (aa * bb), at_a = 1 / (2 * aa * (aa - bb)), at_b = 1 / (2 * bb * (bb - aa));

// Values at a, -a, b and -b, of the even and the odd powers' sums.
WINOGRAD_INLINE void at_pairs(const Lanes& even_a, const Lanes& odd_a, const Lanes& even_b, const Lanes& odd_b, Lanes* t, int step) {
  t[step] = even_a + odd_a;
  t[2 * step] = even_a - odd_a;
  t[3 * step] = even_b + odd_b;
  t[4 * step] = even_b - odd_b;
}

// In one dimension, from vectors that lie `from_step` apart to vectors that lie `to_step` apart.

// The six inputs that four results look at.
struct OfInput {
  static constexpr int from = kPoints, to = kPoints;
  static WINOGRAD_INLINE void along(const Lanes* d, int from_step, Lanes* t, int to_step) {
    const Lanes &d0 = d[0], &d1 = d[from_step], &d2 = d[2 * from_step], &d3 = d[3 * from_step], &d4 = d[4 * from_step], &d5 = d[5 * from_step];
    const Lanes even_a = d4 - bb * d2, odd_a = a * (d3 - bb * d1), even_b = d4 - aa * d2, odd_b = b * (d3 - aa * d1);
    t[0] = aa * bb * d0 - (aa + bb) * d2 + d4;
    at_pairs(even_a, odd_a, even_b, odd_b, t, to_step);
    t[5 * to_step] = aa * bb * d1 - (aa + bb) * d3 + d5;
  }
};

// Three weights.
struct OfWeights {
  static constexpr int from = kWindow, to = kPoints;
  static WINOGRAD_INLINE void along(const Lanes* g, int from_step, Lanes* t, int to_step) {
    const Lanes &g0 = g[0], &g1 = g[from_step], &g2 = g[2 * from_step];
    const Lanes even_a = at_a * (g0 + aa * g2), odd_a = at_a * a * g1, even_b = at_b * (g0 + bb * g2), odd_b = at_b * b * g1;
    t[0] = at_zero * g0;
    at_pairs(even_a, odd_a, even_b, odd_b, t, to_step);
    t[5 * to_step] = g2;
  }
};

// Back to four results.
struct ToResult {
  static constexpr int from = kPoints, to = kTile;
  static WINOGRAD_INLINE void along(const Lanes* m, int from_step, Lanes* y, int to_step) {
    const Lanes &m1 = m[from_step], &m2 = m[2 * from_step], &m3 = m[3 * from_step], &m4 = m[4 * from_step];
    const Lanes even_a = m1 + m2, odd_a = a * (m1 - m2), even_b = m3 + m4, odd_b = b * (m3 - m4);
    y[0] = m[0] + even_a + even_b;
    y[to_step] = odd_a + odd_b;
    y[2 * to_step] = aa * even_a + bb * even_b;
    y[3 * to_step] = aa * odd_a + bb * odd_b + m[5 * from_step];
  }
};

// The derivatives of four results: the transpose of the way back.
struct OfGradient {
  static constexpr int from = kTile, to = kPoints;
  static WINOGRAD_INLINE void along(const Lanes* y, int from_step, Lanes* t, int to_step) {
    const Lanes &y0 = y[0], &y1 = y[from_step], &y2 = y[2 * from_step], &y3 = y[3 * from_step];
    const Lanes even_a = y0 + aa * y2, odd_a = a * (y1 + aa * y3), even_b = y0 + bb * y2, odd_b = b * (y1 + bb * y3);
    t[0] = y0;
    at_pairs(even_a, odd_a, even_b, odd_b, t, to_step);
    t[5 * to_step] = y3;
  }
};

// To the derivatives of three weights: the transpose of theirs.
struct ToWeights {
  static constexpr int from = kPoints, to = kWindow;
  static WINOGRAD_INLINE void along(const Lanes* m, int from_step, Lanes* g, int to_step) {
    const Lanes &m1 = m[from_step], &m2 = m[2 * from_step], &m3 = m[3 * from_step], &m4 = m[4 * from_step];
    const Lanes even_a = at_a * (m1 + m2), odd_a = at_a * a * (m1 - m2), even_b = at_b * (m3 + m4), odd_b = at_b * b * (m3 - m4);
    g[0] = at_zero * m[0] + even_a + even_b;
    g[to_step] = odd_a + odd_b;
    g[2 * to_step] = aa * even_a + bb * even_b + m[5 * from_step];
  }
};

// In two dimensions, rows of vectors beside each other.
template <typename Transform>
WINOGRAD_INLINE void transform(const Lanes* from, Lanes* to) {
  Lanes half[Transform::to * Transform::from];
  WINOGRAD_UNROLL
  for (int x = 0; x < Transform::from; x++) Transform::along(from + x, Transform::from, half + x, Transform::from);
  WINOGRAD_UNROLL
  for (int y = 0; y < Transform::to; y++) Transform::along(half + y * Transform::from, 1, to + y * Transform::to, 1);
}

// Calls work(pixels, first, count) for the channels that are whole vectors, and once more for those after them: for these with pixels that
// have zeros behind, and which are copied back if `written`.
template <int side, bool written, typename Pixel, typename Work>
WINOGRAD_INLINE void in_vectors(Pixel* const* pixels, int64_t channels, const Work& work) {
  const auto whole = channels / kLanes * kLanes, rest = channels - whole;
  work(pixels, 0, whole);
  if (rest == 0) return;
  Lanes padded[side * side]{};
  float* copies[side * side];
  for (int i = 0; i < side * side; i++) {
    copies[i] = reinterpret_cast<float*>(&padded[i]) - whole;
    std::memcpy(&padded[i], pixels[i] + whole, rest * sizeof(float));
  }
  work(copies, whole, channels);
  if constexpr (written)
    for (int i = 0; i < side * side; i++) std::memcpy(pixels[i] + whole, &padded[i], rest * sizeof(float));
}

// A square of pixels to a row of channels for each point, which lie `apart`; up to a whole vector it is filled with zeros.
template <typename Transform>
WINOGRAD_INLINE void to_points(const float* const* pixels, int64_t channels, float* to, int64_t apart) {
  constexpr int from = Transform::from * Transform::from;
  in_vectors<Transform::from, false>(pixels, channels, [&](const auto* pixel, int64_t first, int64_t end) WINOGRAD_INLINED {
    for (auto channel = first; channel < end; channel += kLanes) {
      Lanes values[from], points[kSquare];
      WINOGRAD_UNROLL
      for (int i = 0; i < from; i++) std::memcpy(&values[i], pixel[i] + channel, sizeof(Lanes));
      transform<Transform>(values, points);
      WINOGRAD_UNROLL
      for (int i = 0; i < kSquare; i++) std::memcpy(to + i * apart + channel, &points[i], sizeof(Lanes));
    }
  });
}

// What is done with results on their way. The bias is a whole number of vectors.
struct Finish {
  const float* bias = nullptr;
  bool add = false, rectify = false;
};

// And back.
template <typename Transform>
WINOGRAD_INLINE void from_points(const float* from, int64_t apart, int64_t channels, float* const* pixels, const Finish& finish) {
  constexpr int to = Transform::to * Transform::to;
  in_vectors<Transform::to, true>(pixels, channels, [&](const auto* pixel, int64_t first, int64_t end) WINOGRAD_INLINED {
    for (auto channel = first; channel < end; channel += kLanes) {
      Lanes points[kSquare], results[to], offset{};
      WINOGRAD_UNROLL
      for (int i = 0; i < kSquare; i++) std::memcpy(&points[i], from + i * apart + channel, sizeof(Lanes));
      transform<Transform>(points, results);
      if (finish.bias != nullptr) std::memcpy(&offset, finish.bias + channel, sizeof(Lanes));
      WINOGRAD_UNROLL
      for (int i = 0; i < to; i++) {
        Lanes result = results[i] + offset, before;
        if (finish.add) {
          std::memcpy(&before, pixel[i] + channel, sizeof(Lanes));
          result += before;
        }
        // What is not a number stays so.
        if (finish.rectify) result = result < 0 ? Lanes{} : result;
        std::memcpy(pixel[i] + channel, &result, sizeof(Lanes));
      }
    }
  });
}

}  // namespace winograd
