// The derivative of a convolution by its weights, in bfloat16 on processors with tiles (AMX). oneDNN 2.6 takes up to five times as
// long for it, writes it in a layout that has to be turned into the weights' own, and this is a third of what a training computes.
#pragma once

#include "kernels.h"

// Whether there is a way with tiles for this convolution, whose weights lie in memory as [O, k, k, I].
bool has_tiled_weights_gradient(const Job& job);

// x [N, I, H, W] and gradient [N, O, H', W'] are channels-last, result is [O, I, k, k] and lies as [O, k, k, I]; bias [O] may be undefined. All bfloat16.
void tiled_weights_gradient(const Job& job, const at::Tensor& x, const at::Tensor& gradient, const at::Tensor& result, const at::Tensor& bias);
