#include "onednn.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "deal.h"
#include "kernels.h"
#include "weights_gradient.h"
#include "winograd.h"

using dnnl::memory;

namespace {

// A kernel, and what it is to work on.
struct Task {
  Kernel kernel;
  std::unordered_map<int, memory> arguments;
};

void run(Task task) {
  const auto scratch = room(task.kernel.scratchpad);
  task.arguments[DNNL_ARG_SCRATCHPAD] = wrap(task.kernel.scratchpad, scratch);
  dnnl::stream stream(engine());
  task.kernel.primitive.execute(stream, task.arguments);
  stream.wait();
}

void run(const std::vector<Task>& tasks) {
  if (tasks.size() == 1) return run(tasks.front());
  deal(tasks.size(), [&](const auto& take) {
    for (auto task = take(); task >= 0; task = take()) run(tasks[task]);
  });
}

Job job_of(Way way, const at::Tensor& x, const at::Tensor& w, Window window) {
  const auto side = [&](int64_t size) { return (size + 2 * window.padding - w.size(2)) / window.stride + 1; };
  return {way, x.size(0), x.size(1), x.size(2), x.size(3), w.size(0), side(x.size(2)), side(x.size(3)), w.size(2), window.stride,
          {window.padding, window.padding, window.padding}, type_of(x), at::get_num_threads()};
}

// Rows of the output of one image or of all images, and the rows of the input that they look at.
struct Band {
  Job job;
  int64_t image = 0, input_row = 0, output_row = 0;
};

// A large convolution cut into bands, each for one thread: for threads that take one after the other, and because oneDNN's own way of
// dividing an image among a few threads is poor at some sizes (32 x 32 pixels on two: .6 of what two halves take).
std::vector<Band> bands_of(const Job& whole) {
  constexpr int64_t least_rows = 16;
  const int64_t threads = whole.threads;
  const auto wanted = (2 * threads + whole.images - 1) / whole.images;
  const auto count = std::min(wanted, std::max<int64_t>(whole.out_height / least_rows, 1)), tasks = count * whole.images;
  const auto balanced = tasks >= 2 * threads || tasks == threads;
  if (whole.is_product() || threads == 1 || !balanced) return {{whole}};
  std::vector<Band> bands;
  const auto rows = (whole.out_height + count - 1) / count;
  for (int64_t image = 0; image < whole.images; image++)
    for (int64_t row = 0; row < whole.out_height; row += rows) {
      auto job = whole;
      job.images = job.threads = 1;
      job.out_height = std::min(rows, whole.out_height - row);
      const auto from = row * job.stride - whole.padding.top, to = from + (job.out_height - 1) * job.stride + job.kernel;
      const auto first = std::max<int64_t>(from, 0), last = std::min(to, whole.height);
      job.height = last - first;
      job.padding.top = first - from;
      job.padding.bottom = to - last;
      bands.push_back({job, image, first, row});
    }
  return bands;
}

// A band's part of a channels-last tensor, as its kernel takes it: of a product, a row a pixel.
memory part(const at::Tensor& tensor, const Band& band, int64_t row, int64_t rows) {
  const auto& job = band.job;
  const auto channels = tensor.size(1), width = tensor.size(3);
  const auto desc = job.is_product() ? memory::desc({job.images * rows * width, channels}, job.type, memory::format_tag::ab)
                                     : memory::desc({job.images, channels, rows, width}, job.type, memory::format_tag::nhwc);
  const auto offset = (band.image * tensor.size(2) + row) * width * channels;
  return memory(desc, engine(), static_cast<char*>(tensor.data_ptr()) + offset * tensor.element_size());
}

memory input(const at::Tensor& x, const Band& band) { return part(x, band, band.input_row, band.job.is_product() ? x.size(2) : band.job.height); }

memory output(const at::Tensor& y, const Band& band) { return part(y, band, band.output_row, band.job.out_height); }

// With single steps the derivative by the input is itself a convolution, of the gradient with the weights turned by half a circle.
bool is_convolution(const Job& back) { return !back.is_product() && back.stride == 1 && back.padding.top < back.kernel; }

Job as_convolution(const Job& back) {
  const auto padding = back.kernel - 1 - back.padding.top;
  return {Way::Forward, back.images, back.outputs, back.out_height, back.out_width, back.inputs, back.height, back.width, back.kernel, 1, {padding, padding, padding}, back.type, back.threads};
}

// The pixels that windows of one pixel look at.
at::Tensor sampled(const at::Tensor& x, const Job& job) {
  return job.stride == 1 ? x : x.slice(2, 0, x.size(2), job.stride).slice(3, 0, x.size(3), job.stride).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor empty(int64_t channels, int64_t height, int64_t width, const at::Tensor& like) {
  return at::empty({like.size(0), channels, height, width}, like.options(), at::MemoryFormat::ChannelsLast);
}

}  // namespace

bool has_convolution(at::ScalarType type) {
  if (type == at::kFloat) return true;
  if (type != at::kBFloat16) return false;
  const auto isa = static_cast<int>(dnnl::get_effective_cpu_isa());
  return (isa & static_cast<int>(dnnl::cpu_isa::avx512_core)) == static_cast<int>(dnnl::cpu_isa::avx512_core);
}

namespace {

// A map's convolution, and what follows it.
Job forward_job(const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& r, Window window, bool rectify) {
  auto job = job_of(Way::Forward, x, w, window);
  job.bias = b.defined();
  job.residual = r.defined();
  job.rectify = rectify;
  return job;
}

void convolve_one(PackedWeights& packed, const Job& job, const at::Tensor& x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& y) {
  const auto looked_at = job.is_product() && !x.is_meta() ? sampled(x, job) : x;
  std::vector<Task> tasks;
  for (const auto& band : bands_of(job)) {
    const auto kernel = kernel_for(band.job);
    if (x.is_meta()) continue;
    tasks.push_back({kernel, {{DNNL_ARG_SRC, input(looked_at, band)}, {DNNL_ARG_DST, output(y, band)}, {DNNL_ARG_WEIGHTS, packed.get(w, job, kernel.weights)}}});
    if (job.bias) tasks.back().arguments[DNNL_ARG_BIAS] = wrap(job.is_product() ? memory::desc({1, job.outputs}, job.type, memory::format_tag::ab) : memory::desc({job.outputs}, job.type, memory::format_tag::x), b);
  }
  if (!tasks.empty()) run(tasks);
}

at::Tensor backward_input_of_one(PackedWeights& packed, const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& w, Window window) {
  const auto job = job_of(Way::Input, x, w, window);
  if (is_convolution(job)) {
    const auto result = empty(job.inputs, job.height, job.width, x);
    const auto turned = as_convolution(job);
    std::vector<Task> tasks;
    for (const auto& band : bands_of(turned)) {
      const auto kernel = kernel_for(band.job);
      tasks.push_back({kernel, {{DNNL_ARG_SRC, input(gradient, band)}, {DNNL_ARG_DST, output(result, band)}, {DNNL_ARG_WEIGHTS, packed.get(w, job, kernel.weights, true)}}});
    }
    run(tasks);
    return result;
  }
  const Band all{job};
  const auto kernel = kernel_for(job);
  const auto weights = packed.get(w, job, kernel.weights);
  if (!job.is_product()) {
    const auto result = empty(job.inputs, job.height, job.width, x);
    run({kernel, {{DNNL_ARG_DIFF_DST, output(gradient, all)}, {DNNL_ARG_DIFF_SRC, input(result, all)}, {DNNL_ARG_WEIGHTS, weights}}});
    return result;
  }
  const auto at_pixels = empty(job.inputs, job.out_height, job.out_width, x);
  run({kernel, {{DNNL_ARG_SRC, output(gradient, all)}, {DNNL_ARG_DST, output(at_pixels, all)}, {DNNL_ARG_WEIGHTS, weights}}});
  if (job.stride == 1) return at_pixels;
  auto result = empty(job.inputs, job.height, job.width, x).zero_();
  result.slice(2, 0, job.height, job.stride).slice(3, 0, job.width, job.stride).copy_(at_pixels);
  return result;
}

std::pair<at::Tensor, at::Tensor> backward_weights_of_one(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& w, bool with_bias, Window window) {
  auto job = job_of(Way::Weights, x, w, window);
  auto result = at::empty_strided(w.sizes(), w.strides(), w.options());
  auto bias = with_bias ? at::empty({job.outputs}, w.options()) : at::Tensor();
  if (!job.is_product() && has_tiled_weights_gradient(job) && w.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    tiled_weights_gradient(job, x, gradient, result, bias);
    return {result, bias};
  }
  job.bias = with_bias && !job.is_product();
  const auto kernel = kernel_for(job);
  const Band all{job};
  if (job.is_product()) {
    const auto looked_at = sampled(x, job);
    const memory::desc g({job.outputs, job.pixels()}, job.type, memory::format_tag::ba), o({job.outputs, job.inputs}, job.type, memory::format_tag::ab);
    run({kernel, {{DNNL_ARG_SRC, wrap(g, gradient)}, {DNNL_ARG_WEIGHTS, input(looked_at, all)}, {DNNL_ARG_DST, wrap(o, result)}}});
    if (with_bias) bias = gradient.sum({0, 2, 3});
    return {result, bias};
  }
  const memory::desc plain(w.sizes().vec(), job.type, w.strides().vec());
  const auto needs_reorder = kernel.weights != plain;
  const auto blocked = needs_reorder ? room(kernel.weights) : result;
  Task task{kernel, {{DNNL_ARG_SRC, input(x, all)}, {DNNL_ARG_DIFF_DST, output(gradient, all)}, {DNNL_ARG_DIFF_WEIGHTS, wrap(kernel.weights, blocked)}}};
  if (with_bias) task.arguments[DNNL_ARG_DIFF_BIAS] = wrap({{job.outputs}, job.type, memory::format_tag::x}, bias);
  run(task);
  if (needs_reorder) reorder(wrap(kernel.weights, blocked), wrap(plain, result));
  return {result, bias};
}

}  // namespace

std::vector<at::Tensor> convolve(PackedWeights& kept, at::TensorList x, const at::Tensor& w, const at::Tensor& b, const at::Tensor& r, Window window, bool rectify, bool constant) {
  std::vector<Job> jobs;
  std::vector<at::Tensor> y;
  for (const auto& map : x) {
    jobs.push_back(forward_job(map, w, b, r, window, rectify));
    y.push_back(r.defined() ? r : empty(jobs.back().outputs, jobs.back().out_height, jobs.back().out_width, map));
  }
  const auto keeps = constant && !x[0].is_meta() && kept.is_wanted_again();
  const auto tiles = winograd_tiles(y);
  if (has_winograd(jobs[0], tiles, constant)) {
    const auto kernel = winograd_kernel(jobs[0], tiles);
    if (!x[0].is_meta()) winograd_convolve(jobs[0], kernel, x, keeps ? kept.at_points(jobs[0], kernel, w) : at_points_once(jobs[0], kernel, w, false), b, y);
    return y;
  }
  PackedWeights passing;
  auto& packed = keeps ? kept : passing;
  for (size_t i = 0; i < x.size(); i++) convolve_one(packed, jobs[i], x[i], w, b, y[i]);
  return y;
}

std::vector<at::Tensor> convolve_backward_input(at::TensorList gradients, at::TensorList x, const at::Tensor& w, Window window) {
  std::vector<at::Tensor> results;
  const auto job = job_of(Way::Input, x[0], w, window);
  const auto tiles = winograd_tiles(x);
  if (is_convolution(job) && has_winograd(as_convolution(job), tiles, false)) {
    const auto turned = as_convolution(job);
    for (const auto& map : x) results.push_back(empty(job.inputs, map.size(2), map.size(3), map));
    const auto kernel = winograd_kernel(turned, tiles);
    winograd_convolve(turned, kernel, gradients, at_points_once(turned, kernel, w, true), {}, results);
    return results;
  }
  PackedWeights packed;
  for (size_t i = 0; i < x.size(); i++) results.push_back(backward_input_of_one(packed, gradients[i], x[i], w, window));
  return results;
}

std::pair<at::Tensor, at::Tensor> convolve_backward_weights(at::TensorList gradients, at::TensorList x, const at::Tensor& w, bool with_bias, Window window) {
  const auto job = job_of(Way::Weights, x[0], w, window);
  if (has_winograd(job, winograd_tiles(gradients), false) && w.is_contiguous(at::MemoryFormat::ChannelsLast)) {
    const auto result = at::empty_strided(w.sizes(), w.strides(), w.options());
    winograd_weights_gradient(job, x, gradients, result);
    at::Tensor bias;
    for (const auto& gradient : gradients)
      if (with_bias) bias = bias.defined() ? bias.add_(gradient.sum({0, 2, 3})) : gradient.sum({0, 2, 3});
    return {result, bias};
  }
  auto [result, bias] = backward_weights_of_one(gradients[0], x[0], w, with_bias, window);
  for (size_t i = 1; i < x.size(); i++) {
    const auto [more, more_bias] = backward_weights_of_one(gradients[i], x[i], w, with_bias, window);
    result.add_(more);
    if (with_bias) bias.add_(more_bias);
  }
  return {result, bias};
}
