// Weights as kernels want them.
#pragma once

#include <ATen/ATen.h>

#include <mutex>
#include <vector>

#include "kernels.h"

// Packed copies of one tensor of weights, kept until it changes. Safe for concurrent callers.
class PackedWeights {
 public:
  // Whether it was asked before: weights of a single use are not worth keeping, because new memory costs more than packing them.
  bool is_wanted_again();

  // [O, I, k, k] in the layout that a job's kernel wants, or `turned`: as [I, O, k, k], the last tap first.
  dnnl::memory get(const at::Tensor& w, const Job& job, const dnnl::memory::desc& wanted, bool turned = false);

  // At the points of Winograd's convolution: four times as many numbers.
  at::Tensor at_points(const Job& job, const Kernel& kernel, const at::Tensor& w);

  void forget();

 private:
  struct Layout {
    dnnl::memory::desc plain, wanted;
    bool turned;
    at::Tensor bytes;
  };

  std::mutex mutex_;
  bool is_wanted_ = false;
  std::vector<Layout> packed_;
  dnnl::memory::desc layout_at_points_;
  at::Tensor at_points_;
};

// The same in borrowed memory, for one convolution.
at::Tensor at_points_once(const Job& job, const Kernel& kernel, const at::Tensor& w, bool turned);
