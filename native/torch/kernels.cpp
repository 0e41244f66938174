#include "kernels.h"

#include <omp.h>

#include <array>
#include <atomic>
#include <future>
#include <map>
#include <mutex>

using dnnl::memory;

namespace {

memory::desc any_layout(const memory::dims& sizes, memory::data_type type) { return {sizes, type, memory::format_tag::any}; }

dnnl::primitive_attr attributes(const Job& job) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops after;
  // Added from where the result goes: that is free, whereas with another tensor the products of a ResNet-50 took 1.2 to 2 times as long.
  if (job.residual) after.append_sum(1.f);
#if DNNL_VERSION_MAJOR >= 3
  if (job.rectify) after.append_eltwise(dnnl::algorithm::eltwise_relu, 0, 0);
#else
  if (job.rectify) after.append_eltwise(1, dnnl::algorithm::eltwise_relu, 0, 0);
#endif
  attributes.set_post_ops(after);
  return attributes;
}

template <typename Description>
Kernel kernel_of(const Description& description, const memory::desc& weights) {
  return {dnnl::primitive(description), weights, description.scratchpad_desc()};
}

Kernel make_product(const Job& job) {
  using Tag = memory::format_tag;
  const auto rows = job.pixels(), in = job.inputs, out = job.outputs;
  memory::desc a, b, c, bias;
  switch (job.way) {
    case Way::Forward:
      a = {{rows, in}, job.type, Tag::ab};
      b = any_layout({in, out}, job.type);
      c = {{rows, out}, job.type, Tag::ab};
      if (job.bias) bias = {{1, out}, job.type, Tag::ab};
      break;
    case Way::Input:
      a = {{rows, out}, job.type, Tag::ab};
      b = any_layout({out, in}, job.type);
      c = {{rows, in}, job.type, Tag::ab};
      break;
    case Way::Weights:
      a = {{out, rows}, job.type, Tag::ba};
      b = {{rows, in}, job.type, Tag::ab};
      c = {{out, in}, job.type, Tag::ab};
      break;
  }
  const auto attr = attributes(job);
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::matmul::primitive_desc description(engine(), a, b, bias, c, attr);
#else
  const auto plain = job.bias ? dnnl::matmul::desc(a, b, bias, c) : dnnl::matmul::desc(a, b, c);
  const dnnl::matmul::primitive_desc description(plain, attr, engine());
#endif
  return kernel_of(description, description.weights_desc());
}

Kernel make_convolution(const Job& job) {
  const auto tag = memory::format_tag::nhwc;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto training = dnnl::prop_kind::forward_training;
  const memory::desc x({job.images, job.inputs, job.height, job.width}, job.type, tag), y({job.images, job.outputs, job.out_height, job.out_width}, job.type, tag);
  const auto w = any_layout({job.outputs, job.inputs, job.kernel, job.kernel}, job.type);
  const auto bias = job.bias ? memory::desc({job.outputs}, job.type, memory::format_tag::x) : memory::desc();
  const memory::dims strides{job.stride, job.stride}, before{job.padding.top, job.padding.side}, after{job.padding.bottom, job.padding.side};
  const auto attr = attributes(job);
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::convolution_forward::primitive_desc forward(engine(), training, algorithm, x, w, bias, y, strides, before, after, attr);
#else
  const dnnl::convolution_forward::primitive_desc forward({training, algorithm, x, w, bias, y, strides, before, after}, attr, engine());
#endif
  switch (job.way) {
    case Way::Forward:
      return kernel_of(forward, forward.weights_desc());
    case Way::Input: {
#if DNNL_VERSION_MAJOR >= 3
      const dnnl::convolution_backward_data::primitive_desc back(engine(), algorithm, x, w, y, strides, before, after, forward, attr);
#else
      const dnnl::convolution_backward_data::primitive_desc back({algorithm, x, w, y, strides, before, after}, attr, engine(), forward);
#endif
      return kernel_of(back, back.weights_desc());
    }
    default: {
#if DNNL_VERSION_MAJOR >= 3
      const dnnl::convolution_backward_weights::primitive_desc back(engine(), algorithm, x, w, bias, y, strides, before, after, forward, attr);
#else
      const dnnl::convolution_backward_weights::primitive_desc back({algorithm, x, w, bias, y, strides, before, after}, attr, engine(), forward);
#endif
      return kernel_of(back, back.diff_weights_desc());
    }
  }
}

// A kernel is made for as many threads as its maker may use.
class Threads {
 public:
  explicit Threads(int count) : before_(omp_get_max_threads()) { omp_set_num_threads(count); }
  ~Threads() { omp_set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

Kernel make(const Job& job) {
  const Threads threads(job.threads);
  return job.is_product() ? make_product(job) : make_convolution(job);
}

using Key = std::array<int64_t, 18>;

Key key_of(const Job& job) {
  return {static_cast<int64_t>(job.way), job.images, job.inputs, job.height, job.width, job.outputs, job.out_height, job.out_width, job.kernel, job.stride,
          job.padding.top, job.padding.bottom, job.padding.side, static_cast<int64_t>(job.type), job.threads, job.bias, job.residual, job.rectify};
}

std::atomic<int64_t> made{0};

}  // namespace

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

void reorder(memory from, memory to) {
  dnnl::stream stream(engine());
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
}

at::Tensor room(const memory::desc& desc) { return at::empty({static_cast<int64_t>(desc.get_size())}, at::kByte); }

const at::Tensor& reused(at::Tensor& kept, int64_t floats) {
  if (!kept.defined() || kept.numel() < floats) kept = at::empty({floats}, at::kFloat);
  return kept;
}

const at::Tensor& borrowed(int64_t floats) {
  static thread_local at::Tensor kept;
  return reused(kept, floats);
}

int64_t kernels_made() { return made.load(std::memory_order_relaxed); }

Kernel kernel_for(const Job& job) {
  static std::mutex mutex;
  static std::map<Key, std::shared_future<Kernel>> kernels;
  const auto key = key_of(job);
  std::promise<Kernel> promise;
  {
    std::unique_lock<std::mutex> lock(mutex);
    const auto found = kernels.find(key);
    if (found != kernels.end()) {
      const auto kernel = found->second;
      lock.unlock();
      return kernel.get();
    }
    // Inputs of ever new sizes must not fill the memory.
    constexpr size_t most = 4096;
    if (kernels.size() >= most) kernels.clear();
    kernels.emplace(key, promise.get_future());
  }
  try {
    auto kernel = make(job);
    promise.set_value(kernel);
    made.fetch_add(1, std::memory_order_relaxed);
    return kernel;
  } catch (...) {
    promise.set_exception(std::current_exception());
    const std::lock_guard<std::mutex> lock(mutex);
    kernels.erase(key);
    throw;
  }
}
