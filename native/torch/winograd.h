// Convolutions of 3 x 3 pixels in single precision by a quarter of the products, with about twice the error.
#pragma once

#include "kernels.h"

// Tiles of a list of maps.
int64_t winograd_tiles(at::TensorList maps);

// Whether it pays for this convolution, which goes forward, of maps of so many tiles; sooner where the weights at the points are made once, because they are constant.
bool has_winograd(const Job& job, int64_t tiles, bool constant);

// The kernel that multiplies at each point.
Kernel winograd_kernel(const Job& job, int64_t tiles);

// Weights [O, I, 3, 3] at the points, packed as that kernel wants them; those of the way back to the input where they are turned. They are so many numbers.
int64_t winograd_weights_size(const Kernel& kernel);
void winograd_weights(const Job& job, const Kernel& kernel, const at::Tensor& w, bool turned, float* to);

// y = act(conv(x, w) + b + y), as the job says, for each of a list of maps. x [N, I, H, W] and y [N, O, H, W] are channels-last.
void winograd_convolve(const Job& job, const Kernel& kernel, at::TensorList x, const at::Tensor& packed, const at::Tensor& b, at::TensorList y);

// The derivative by the weights, [O, I, 3, 3] that lies as [O, 3, 3, I], summed over the maps.
void winograd_weights_gradient(const Job& job, at::TensorList x, at::TensorList gradients, const at::Tensor& result);
