// Convolutions by oneDNN itself, outside of any graph. LibTorch calls the same kernels, but lays the weights out anew in every call
// and passes over the output once more for each of bias, sum and rectification.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "packed_weights.h"

// Square windows; the same step and padding in both directions.
struct Window {
  int64_t stride;
  int64_t padding;
};

// Whether there are kernels for this type here. bfloat16 wants a processor with AVX-512.
bool has_convolution(at::ScalarType type);

// act(conv(x, w) + b + r) for each of a list of maps x [N, I, H, W], which differ in N, H and W. They are channels-last, as is r [N, O, H', W'] where it is defined, which it
// may be for a single map; w is [O, I, k, k], dense in any order; b [O] may be undefined. Where there is an r the result is r itself, overwritten. Results are channels-last. What
// is constant is kept in the form that the kernels want once it is used again; what changes is packed for each call, because copies of all weights would be as much memory as the weights. Without memory (LibTorch's device "meta") only the kernels are made, for later.
std::vector<at::Tensor> convolve(PackedWeights& kept, at::TensorList x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& r, Window window, bool rectify, bool constant);

// Derivatives by x, from those by the convolution's results.
std::vector<at::Tensor> convolve_backward_input(at::TensorList gradients, at::TensorList x, const at::Tensor& w, Window window);

// Derivatives by w, in its layout, and by b where `with_bias`, undefined otherwise; summed over the maps.
std::pair<at::Tensor, at::Tensor> convolve_backward_weights(at::TensorList gradients, at::TensorList x, const at::Tensor& w, bool with_bias, Window window);
