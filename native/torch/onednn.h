// Convolutions by oneDNN itself, outside of any graph. LibTorch calls the same kernels, but lays the weights out anew in every call
// and passes over the output once more for each of bias, sum and rectification.
#pragma once

#include <ATen/ATen.h>

#include <memory>

// Weights as the kernels want them, kept from call to call until they change. Safe for concurrent callers.
class PackedWeights;
std::shared_ptr<PackedWeights> make_packed_weights();
void forget(PackedWeights& packed);

// Square windows; the same step and padding in both directions.
struct Window {
  int64_t stride;
  int64_t padding;
};

// Whether there are kernels for this type here. bfloat16 wants a processor with AVX-512.
bool has_convolution(at::ScalarType type);

// act(conv(x, w) + b + r). x [N, I, H, W] and r, where defined, [N, O, H', W'] are channels-last; w is [O, I, k, k], dense in any order;
// b [O] may be undefined. Winograd's weights are four times as many and kept only where they are constant. Where there is an r the result is r itself, overwritten. It is channels-last. Without memory (LibTorch's device "meta") only the kernel is made, for later.
at::Tensor convolve(PackedWeights& packed, const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& r, Window window, bool rectify, bool constant);

// Derivative by x [N, I, H, W], from that by the convolution's result.
at::Tensor convolve_backward_input(PackedWeights& packed, const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& w, Window window);

// Derivatives by w, in its layout, and by b where `with_bias`; undefined otherwise.
std::pair<at::Tensor, at::Tensor> convolve_backward_weights(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& w, bool with_bias, Window window);
