// Convolutions of 3 x 3 pixels in single precision by a quarter of the products, with about twice the error.
#pragma once

#include "kernels.h"

// Whether it pays for this convolution, which goes forward; sooner where the weights at the points are made once, because they are constant.
bool has_winograd(const Job& job, bool constant);

// The kernel that multiplies at each point.
Kernel winograd_kernel(const Job& job);

// Weights [O, I, 3, 3] at the points, packed as that kernel wants them; those of the way back to the input where they are turned.
at::Tensor winograd_weights(const Job& job, const Kernel& kernel, const at::Tensor& w, bool turned);

// y = act(conv(x, w) + b + y), as the job says. x [N, I, H, W] and y [N, O, H, W] are channels-last.
void winograd_convolve(const Job& job, const Kernel& kernel, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& b, const at::Tensor& y);

// The derivative by the weights, [O, I, 3, 3] that lies as [O, 3, 3, I].
void winograd_weights_gradient(const Job& job, const at::Tensor& x, const at::Tensor& gradient, const at::Tensor& result);
