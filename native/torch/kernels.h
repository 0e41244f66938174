// oneDNN's kernels. Each is made for one shape, which takes longer than running many a layer, so they are kept.
#pragma once

#include <ATen/ATen.h>

#include <dnnl.hpp>

enum class Way : int64_t { Forward, Input, Weights };

// Zeros around an input; left and right have the same.
struct Padding {
  int64_t top, bottom, side;
};

// What a kernel depends on. Sizes are those of the convolution that goes forward, whichever way the kernel goes.
struct Job {
  Way way;
  int64_t images, inputs, height, width, outputs, out_height, out_width, kernel, stride;
  Padding padding;
  dnnl::memory::data_type type;
  int threads;
  bool bias = false, residual = false, rectify = false;

  // A window of one pixel is a product of matrices, for which oneDNN's kernels are the faster ones, most of all on the way back.
  bool is_product() const { return kernel == 1; }
  int64_t pixels() const { return images * out_height * out_width; }
};

struct Kernel {
  dnnl::primitive primitive;
  // As the kernel wants them; on the way to the weights, as it writes their derivative.
  dnnl::memory::desc weights, scratchpad;
};

const dnnl::engine& engine();

// A tensor's memory under a description.
inline dnnl::memory wrap(const dnnl::memory::desc& desc, const at::Tensor& tensor) { return dnnl::memory(desc, engine(), tensor.data_ptr()); }

inline dnnl::memory::data_type type_of(const at::Tensor& tensor) { return tensor.scalar_type() == at::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32; }

void reorder(dnnl::memory from, dnnl::memory to);

// Memory for what a description describes.
at::Tensor room(const dnnl::memory::desc& desc);

// `kept`, which is used again and again and grows where it must: new memory is cleared page by page, which takes as long as some kernels.
const at::Tensor& reused(at::Tensor& kept, int64_t floats);

// Such memory of the calling thread, whose content is its own until it asks again.
const at::Tensor& borrowed(int64_t floats);

// Safe for concurrent callers: they make different kernels side by side, and who wants one that another is making waits for it.
Kernel kernel_for(const Job& job);

// Kernels that were made so far.
int64_t kernels_made();
