// Steps of optimisers over elements in the processor's memory, in one pass: they are bound by memory, which operators would go over several times.
#include "processors.h"
#include "shim.h"

#include <ATen/Parallel.h>

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

// Small enough for the first-level cache, where shorter types are widened and narrowed.
constexpr int64_t kBlock = 1024;

// What a thread takes at a time.
constexpr int64_t kGrain = 16 * kBlock;

FOR_EACH_PROCESSOR static void widen(const uint16_t* __restrict from, float* __restrict to, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    const uint32_t bits = static_cast<uint32_t>(from[i]) << 16;
    std::memcpy(to + i, &bits, sizeof bits);
  }
}

// Rounds to nearest, to even between two; what is not a number stays that.
FOR_EACH_PROCESSOR static void narrow(const float* __restrict from, uint16_t* __restrict to, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    std::memcpy(&bits, from + i, sizeof bits);
    const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    to[i] = static_cast<uint16_t>(from[i] != from[i] ? 0x7fc0 : rounded);
  }
}

FOR_EACH_PROCESSOR static void sgd(float* __restrict w, const float* __restrict g, float* __restrict v, int64_t count, float factor, float momentum, float decay, float rate) {
  for (int64_t i = 0; i < count; i++) {
    v[i] = momentum * v[i] + (factor * g[i] + decay * w[i]);
    w[i] -= rate * v[i];
  }
}

FOR_EACH_PROCESSOR static void adamw(float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict s, int64_t count, float factor, float kept, float beta1, float beta2,
                                     float epsilon, float rate) {
  for (int64_t i = 0; i < count; i++) {
    const float gradient = factor * g[i];
    m[i] = beta1 * m[i] + (1 - beta1) * gradient;
    s[i] = beta2 * s[i] + (1 - beta2) * gradient * gradient;
    w[i] = kept * w[i] - rate * m[i] / (std::sqrt(s[i]) + epsilon);
  }
}

FOR_EACH_PROCESSOR static void approach(float* __restrict average, const float* __restrict w, int64_t count, float share) {
  for (int64_t i = 0; i < count; i++) average[i] += share * (w[i] - average[i]);
}

// In double, in an order that does not depend on the processor.
FOR_EACH_PROCESSOR static double squares(const float* g, int64_t count) {
  std::array<double, 16> sums{};
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int64_t j = 0; j < 16; j++) sums[j] += static_cast<double>(g[i + j]) * g[i + j];
  for (; i < count; i++) sums[i % 16] += static_cast<double>(g[i]) * g[i];
  double all = 0;
  for (const auto sum : sums) all += sum;
  return all;
}

namespace {

// Elements of a tensor, in the order of memory.
struct Row {
  char* memory;
  bool is_short;

  Row(const at::Tensor& tensor, int64_t start, int64_t count)
      : memory(static_cast<char*>(tensor.data_ptr()) + start * static_cast<int64_t>(tensor.element_size())), is_short(tensor.scalar_type() == at::kBFloat16) {
    TORCH_CHECK(tensor.device().is_cpu() && tensor.is_non_overlapping_and_dense(), "elements that are not dense in the processor's memory");
    TORCH_CHECK(is_short || tensor.scalar_type() == at::kFloat, "elements of ", tensor.scalar_type());
    TORCH_CHECK(start >= 0 && count >= 0 && start + count <= tensor.numel(), "elements ", start, " to ", start + count, " of ", tensor.numel());
  }

  float* singles(int64_t at) const { return reinterpret_cast<float*>(memory) + at; }
  uint16_t* shorts(int64_t at) const { return reinterpret_cast<uint16_t*>(memory) + at; }

  // Some of them in single precision: themselves, or a copy.
  const float* read(int64_t at, int64_t count, float* copy) const {
    if (!is_short) return singles(at);
    widen(shorts(at), copy, count);
    return copy;
  }
};

Row row(const at::Tensor& tensor, int64_t start, int64_t count, const at::Tensor& like) {
  TORCH_CHECK(tensor.sizes() == like.sizes(), "tensors of other sizes");
  // The stride of a dimension of one element means nothing.
  for (int64_t i = 0; i < tensor.dim(); i++) TORCH_CHECK(tensor.size(i) == 1 || tensor.stride(i) == like.stride(i), "tensors of another layout");
  return Row(tensor, start, count);
}

Row singles(const at::Tensor& tensor, int64_t start, int64_t count, const at::Tensor& like) {
  TORCH_CHECK(tensor.scalar_type() == at::kFloat, "elements of ", tensor.scalar_type());
  return row(tensor, start, count, like);
}

// Calls with the start and the number of every block; several threads take them.
template <typename Work>
void by_blocks(int64_t count, const Work& work) {
  at::parallel_for(0, count, kGrain, [&](int64_t from, int64_t to) {
    for (auto at = from; at < to; at += kBlock) work(at, std::min(kBlock, to - at));
  });
}

// Moves the weights of a row, and what the graph uses of them where that is shorter, by `step`, which is given weights, gradients, a start and a number.
template <typename Step>
void update(const at::Tensor& w, const at::Tensor& g, const at::Tensor& value, int64_t start, int64_t count, const Step& step) {
  const auto weights = singles(w, start, count, w);
  const auto gradients = row(g, start, count, w);
  const auto values = row(value, start, count, w);
  by_blocks(count, [&](int64_t at, int64_t some) {
    std::array<float, kBlock> copy;
    step(weights.singles(at), gradients.read(at, some, copy.data()), at, some);
    if (values.is_short) narrow(weights.singles(at), values.shorts(at), some);
  });
}

}  // namespace

// v = momentum v + factor g + decay w; w = w - rate v; value = w.
RT_EXPORT int32_t rt_sgd(const at::Tensor* w, const at::Tensor* g, const at::Tensor* value, const at::Tensor* v, int64_t start, int64_t count, double factor, double momentum, double decay, double rate) {
  return guarded([&] {
    const auto velocity = singles(*v, start, count, *w);
    update(*w, *g, *value, start, count, [&](float* weights, const float* gradients, int64_t at, int64_t some) {
      sgd(weights, gradients, velocity.singles(at), some, static_cast<float>(factor), static_cast<float>(momentum), static_cast<float>(decay), static_cast<float>(rate));
    });
  });
}

// m = b1 m + (1 - b1) f g; s = b2 s + (1 - b2) (f g)^2; w = kept w - rate m / (sqrt(s) + epsilon); value = w.
RT_EXPORT int32_t rt_adamw(const at::Tensor* w, const at::Tensor* g, const at::Tensor* value, const at::Tensor* m, const at::Tensor* s, int64_t start, int64_t count, double factor, double kept,
                           double beta1, double beta2, double epsilon, double rate) {
  return guarded([&] {
    const auto mean = singles(*m, start, count, *w);
    const auto square = singles(*s, start, count, *w);
    update(*w, *g, *value, start, count, [&](float* weights, const float* gradients, int64_t at, int64_t some) {
      adamw(weights, gradients, mean.singles(at), square.singles(at), some, static_cast<float>(factor), static_cast<float>(kept), static_cast<float>(beta1), static_cast<float>(beta2),
            static_cast<float>(epsilon), static_cast<float>(rate));
    });
  });
}

// average = average + share (w - average).
RT_EXPORT int32_t rt_approach(const at::Tensor* average, const at::Tensor* w, int64_t start, int64_t count, double share) {
  return guarded([&] {
    const auto averages = singles(*average, start, count, *w);
    const auto weights = singles(*w, start, count, *w);
    by_blocks(count, [&](int64_t at, int64_t some) { approach(averages.singles(at), weights.singles(at), some, static_cast<float>(share)); });
  });
}

// Sum of the squares, the same whatever the number of threads.
RT_EXPORT int32_t rt_squares(const at::Tensor* g, int64_t start, int64_t count, double* sum) {
  return guarded([&] {
    const Row gradients(*g, start, count);
    std::vector<double> sums(static_cast<size_t>((count + kBlock - 1) / kBlock));
    at::parallel_for(0, static_cast<int64_t>(sums.size()), kGrain / kBlock, [&](int64_t from, int64_t to) {
      std::array<float, kBlock> copy;
      for (auto block = from; block < to; block++) {
        const auto some = std::min(kBlock, count - block * kBlock);
        sums[static_cast<size_t>(block)] = squares(gradients.read(block * kBlock, some, copy.data()), some);
      }
    });
    *sum = 0;
    for (const auto one : sums) *sum += one;
  });
}
