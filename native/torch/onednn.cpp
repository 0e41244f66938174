#include "onednn.h"

#include <ATen/Parallel.h>

#include <array>
#include <atomic>
#include <dnnl.hpp>
#include <future>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

using dnnl::memory;

namespace {

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

memory::data_type type_of(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kBFloat16 ? memory::data_type::bf16 : memory::data_type::f32;
}

memory wrap(const memory::desc& desc, const at::Tensor& tensor) { return memory(desc, engine(), tensor.data_ptr()); }

memory::desc any_layout(const memory::dims& sizes, memory::data_type type) { return {sizes, type, memory::format_tag::any}; }

at::Tensor room(const memory::desc& desc) { return at::empty({static_cast<int64_t>(desc.get_size())}, at::kByte); }

// A kernel for one shape. Making one takes longer than running many a layer, so they are kept.
struct Kernel {
  dnnl::primitive primitive;
  memory::desc weights, scratchpad;
};

enum class Way : int64_t { Forward, Input, Weights };

void run(const Kernel& kernel, std::unordered_map<int, memory> arguments) {
  const auto scratch = room(kernel.scratchpad);
  arguments[DNNL_ARG_SCRATCHPAD] = wrap(kernel.scratchpad, scratch);
  dnnl::stream stream(engine());
  kernel.primitive.execute(stream, arguments);
  stream.wait();
}

void reorder(memory from, memory to) {
  dnnl::stream stream(engine());
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
}

using Key = std::array<int64_t, 16>;

// What a kernel depends on.
struct Job {
  Way way;
  int64_t images, inputs, height, width, outputs, out_height, out_width, kernel, stride, padding;
  memory::data_type type;
  bool bias, residual, rectify;

  Key key() const {
    return {static_cast<int64_t>(way), images, inputs, height, width, outputs, out_height, out_width, kernel, stride, padding, static_cast<int64_t>(type), bias, residual, rectify,
            at::get_num_threads()};
  }

  // A window of one pixel is a product of matrices, for which oneDNN's kernels are the faster ones, most of all on the way back.
  bool is_product() const { return kernel == 1; }
  int64_t pixels() const { return images * out_height * out_width; }
};

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
  const memory::dims strides{job.stride, job.stride}, padding{job.padding, job.padding};
  const auto attr = attributes(job);
#if DNNL_VERSION_MAJOR >= 3
  const dnnl::convolution_forward::primitive_desc forward(engine(), training, algorithm, x, w, bias, y, strides, padding, padding, attr);
#else
  const dnnl::convolution_forward::primitive_desc forward({training, algorithm, x, w, bias, y, strides, padding, padding}, attr, engine());
#endif
  switch (job.way) {
    case Way::Forward:
      return kernel_of(forward, forward.weights_desc());
    case Way::Input: {
#if DNNL_VERSION_MAJOR >= 3
      const dnnl::convolution_backward_data::primitive_desc back(engine(), algorithm, x, w, y, strides, padding, padding, forward, attr);
#else
      const dnnl::convolution_backward_data::primitive_desc back({algorithm, x, w, y, strides, padding, padding}, attr, engine(), forward);
#endif
      return kernel_of(back, back.weights_desc());
    }
    default: {
#if DNNL_VERSION_MAJOR >= 3
      const dnnl::convolution_backward_weights::primitive_desc back(engine(), algorithm, x, w, bias, y, strides, padding, padding, forward, attr);
#else
      const dnnl::convolution_backward_weights::primitive_desc back({algorithm, x, w, bias, y, strides, padding, padding}, attr, engine(), forward);
#endif
      return kernel_of(back, back.diff_weights_desc());
    }
  }
}

std::atomic<int64_t> made{0};

// Threads make different kernels side by side; who wants one that another is making waits for it.
Kernel cached(const Job& job) {
  static std::mutex mutex;
  static std::map<Key, std::shared_future<Kernel>> kernels;
  const auto key = job.key();
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
    auto kernel = job.is_product() ? make_product(job) : make_convolution(job);
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

// An input or an output as its kernel takes it: of a product, a row a pixel.
memory lay(const Job& job, const at::Tensor& tensor) {
  return wrap(job.is_product() ? memory::desc({job.pixels(), tensor.size(1)}, job.type, memory::format_tag::ab) : memory::desc(tensor.sizes().vec(), job.type, memory::format_tag::nhwc), tensor);
}

// The weights as they lie in memory: [O, I, k, k], or for a product the matrix that is multiplied with.
memory::desc plain_weights(const Job& job, const at::Tensor& w) {
  if (!job.is_product()) return {w.sizes().vec(), type_of(w), w.strides().vec()};
  return job.way == Way::Forward ? memory::desc({w.size(1), w.size(0)}, type_of(w), memory::dims{w.stride(1), w.stride(0)})
                                 : memory::desc({w.size(0), w.size(1)}, type_of(w), memory::dims{w.stride(0), w.stride(1)});
}

Job job_of(Way way, const at::Tensor& x, const at::Tensor& w, Window window) {
  const auto side = [&](int64_t size) { return (size + 2 * window.padding - w.size(2)) / window.stride + 1; };
  return {way, x.size(0), x.size(1), x.size(2), x.size(3), w.size(0), side(x.size(2)), side(x.size(3)), w.size(2), window.stride, window.padding, type_of(x), false, false, false};
}

// The pixels that windows of one pixel look at.
at::Tensor sampled(const at::Tensor& x, const Job& job) {
  return job.stride == 1 ? x : x.slice(2, 0, x.size(2), job.stride).slice(3, 0, x.size(3), job.stride).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor empty(const Job& job, int64_t channels, int64_t height, int64_t width, const at::Tensor& like) {
  return at::empty({job.images, channels, height, width}, like.options(), at::MemoryFormat::ChannelsLast);
}

}  // namespace

class PackedWeights {
 public:
  memory get(const at::Tensor& w, const memory::desc& plain, const memory::desc& wanted) {
    if (plain == wanted) return wrap(plain, w);
    const std::lock_guard<std::mutex> lock(mutex_);
    // A matrix and its transpose have one description where they are square, so the plain layout counts too.
    for (const auto& one : packed_)
      if (one.plain == plain && one.wanted == wanted) return wrap(wanted, one.bytes);
    packed_.push_back({plain, wanted, room(wanted)});
    auto packed = wrap(wanted, packed_.back().bytes);
    reorder(wrap(plain, w), packed);
    return packed;
  }

  void forget() {
    const std::lock_guard<std::mutex> lock(mutex_);
    packed_.clear();
  }

 private:
  struct Layout {
    memory::desc plain, wanted;
    at::Tensor bytes;
  };

  std::mutex mutex_;
  std::vector<Layout> packed_;
};

std::shared_ptr<PackedWeights> make_packed_weights() { return std::make_shared<PackedWeights>(); }

void forget(PackedWeights& packed) { packed.forget(); }

int64_t kernels_made() { return made.load(std::memory_order_relaxed); }

bool has_convolution(at::ScalarType type) {
  if (type == at::kFloat) return true;
  if (type != at::kBFloat16) return false;
  const auto isa = static_cast<int>(dnnl::get_effective_cpu_isa());
  return (isa & static_cast<int>(dnnl::cpu_isa::avx512_core)) == static_cast<int>(dnnl::cpu_isa::avx512_core);
}

at::Tensor convolve(PackedWeights& packed, const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& r, Window window, bool rectify) {
  auto job = job_of(Way::Forward, x, w, window);
  job.bias = b.defined();
  job.residual = r.defined();
  job.rectify = rectify;
  const auto kernel = cached(job);
  const auto y = job.residual ? r : empty(job, job.outputs, job.out_height, job.out_width, x);
  if (x.is_meta()) return y;
  const auto input = job.is_product() ? sampled(x, job) : x;
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, lay(job, input)}, {DNNL_ARG_DST, lay(job, y)}, {DNNL_ARG_WEIGHTS, packed.get(w, plain_weights(job, w), kernel.weights)}};
  if (job.bias) arguments[DNNL_ARG_BIAS] = wrap(job.is_product() ? memory::desc({1, job.outputs}, job.type, memory::format_tag::ab) : memory::desc({job.outputs}, job.type, memory::format_tag::x), b);
  run(kernel, arguments);
  return y;
}

at::Tensor convolve_backward_input(PackedWeights& packed, const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& w, Window window) {
  const auto job = job_of(Way::Input, x, w, window);
  const auto kernel = cached(job);
  const auto weights = packed.get(w, plain_weights(job, w), kernel.weights);
  if (!job.is_product()) {
    const auto result = empty(job, job.inputs, job.height, job.width, x);
    run(kernel, {{DNNL_ARG_DIFF_DST, lay(job, gradient)}, {DNNL_ARG_DIFF_SRC, lay(job, result)}, {DNNL_ARG_WEIGHTS, weights}});
    return result;
  }
  const auto at_pixels = empty(job, job.inputs, job.out_height, job.out_width, x);
  run(kernel, {{DNNL_ARG_SRC, lay(job, gradient)}, {DNNL_ARG_DST, lay(job, at_pixels)}, {DNNL_ARG_WEIGHTS, weights}});
  if (job.stride == 1) return at_pixels;
  auto result = empty(job, job.inputs, job.height, job.width, x).zero_();
  result.slice(2, 0, job.height, job.stride).slice(3, 0, job.width, job.stride).copy_(at_pixels);
  return result;
}

std::pair<at::Tensor, at::Tensor> convolve_backward_weights(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& w, bool with_bias, Window window) {
  auto job = job_of(Way::Weights, x, w, window);
  job.bias = with_bias && !job.is_product();
  const auto kernel = cached(job);
  auto result = at::empty_strided(w.sizes(), w.strides(), w.options());
  auto bias = with_bias ? at::empty({job.outputs}, w.options()) : at::Tensor();
  if (job.is_product()) {
    const auto input = sampled(x, job);
    const memory::desc g({job.outputs, job.pixels()}, job.type, memory::format_tag::ba), o({job.outputs, job.inputs}, job.type, memory::format_tag::ab);
    run(kernel, {{DNNL_ARG_SRC, wrap(g, gradient)}, {DNNL_ARG_WEIGHTS, lay(job, input)}, {DNNL_ARG_DST, wrap(o, result)}});
    if (with_bias) bias = gradient.sum({0, 2, 3});
    return {result, bias};
  }
  const memory::desc plain(w.sizes().vec(), job.type, w.strides().vec());
  const auto needs_reorder = kernel.weights != plain;
  const auto blocked = needs_reorder ? room(kernel.weights) : result;
  std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, lay(job, x)}, {DNNL_ARG_DIFF_DST, lay(job, gradient)}, {DNNL_ARG_DIFF_WEIGHTS, wrap(kernel.weights, blocked)}};
  if (with_bias) arguments[DNNL_ARG_DIFF_BIAS] = wrap({{job.outputs}, job.type, memory::format_tag::x}, bias);
  run(kernel, arguments);
  if (needs_reorder) reorder(wrap(kernel.weights, blocked), wrap(plain, result));
  return {result, bias};
}
