// The convolutions of a RetinaNet on ResNet-50 in bfloat16, or with `fp32` in single precision, three ways each, by oneDNN's own kernels and by ours, as shares of the rate
// of one large convolution by oneDNN, which is timed before each:
//
//   cmake --build artifacts/obj/native --target convolution_benchmark && artifacts/native/convolution_benchmark [fp32]
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels.h"
#include "onednn.h"

namespace {

using Work = std::function<void()>;

double seconds(const Work& work, int times) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; i++) work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / times;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

at::ScalarType type = at::kBFloat16;

dnnl::memory::data_type data_type() { return type == at::kFloat ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16; }

at::Tensor noise(const std::vector<int64_t>& sizes) { return at::randn(sizes).to(type).contiguous(at::MemoryFormat::ChannelsLast); }

// A convolution, and what goes into its three ways.
struct Shape {
  int64_t inputs, outputs, size, kernel, stride;

  Window window() const { return {stride, kernel / 2}; }
  int64_t out_size() const { return (size + 2 * (kernel / 2) - kernel) / stride + 1; }
  double operations() const { return 2.0 * inputs * outputs * kernel * kernel * out_size() * out_size(); }
  Job job(Way way) const {
    const auto padding = kernel / 2;
    return {way, 1, inputs, size, size, outputs, out_size(), out_size(), kernel, stride, {padding, padding, padding}, data_type(), at::get_num_threads()};
  }
};

// oneDNN's kernel for the whole, with weights that are packed already; their derivative is put into the weights' order.
Work library(const Shape& shape, Way way, const at::Tensor& x, const at::Tensor& y, const at::Tensor& w) {
  const auto kernel = kernel_for(shape.job(way));
  const auto packed = at::zeros({static_cast<int64_t>(kernel.weights.get_size())}, at::kByte), scratch = at::empty({static_cast<int64_t>(kernel.scratchpad.get_size())}, at::kByte);
  const auto map = [](const at::Tensor& tensor) { return dnnl::memory({tensor.sizes().vec(), data_type(), dnnl::memory::format_tag::nhwc}, engine(), tensor.data_ptr()); };
  const dnnl::memory weights(kernel.weights, engine(), packed.data_ptr()), room(kernel.scratchpad, engine(), scratch.data_ptr());
  const auto from = way == Way::Input ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, to = way == Way::Forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST;
  const auto of_weights = way == Way::Weights ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS;
  const auto result = at::empty_like(w);
  const dnnl::memory ordered({w.sizes().vec(), data_type(), w.strides().vec()}, engine(), result.data_ptr());
  return [=, inputs = map(x), outputs = map(y), memory = std::vector<at::Tensor>{x, y, packed, scratch, result}] {
    dnnl::stream stream(engine());
    kernel.primitive.execute(stream, {{from, inputs}, {to, outputs}, {of_weights, weights}, {DNNL_ARG_SCRATCHPAD, room}});
    if (way == Way::Weights) {
      auto blocked = weights, plain = ordered;
      dnnl::reorder(blocked, plain).execute(stream, blocked, plain);
    }
    stream.wait();
  };
}

Work ours(const Shape& shape, Way way, const at::Tensor& x, const at::Tensor& y, const at::Tensor& w) {
  const auto packed = std::make_shared<PackedWeights>();
  return [=] {
    if (way == Way::Forward) convolve(*packed, x, w, {}, {}, shape.window(), false, true);
    if (way == Way::Input) convolve_backward_input(y, x, w, shape.window());
    if (way == Way::Weights) convolve_backward_weights(y, x, w, false, shape.window());
  };
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string(arguments[1]) == "fp32") type = at::kFloat;
  at::set_num_threads(std::max(at::get_num_threads(), 2));
  const Shape reference_shape{256, 256, 128, 3, 1};
  const auto side = reference_shape.size;
  const auto reference = library(reference_shape, Way::Forward, noise({1, 256, side, side}), noise({1, 256, side, side}), noise({256, 256, 3, 3}));
  std::printf("%d threads; shares of the rate of 256 to 256 channels over 128 x 128 pixels, medians of 9\n", at::get_num_threads());
  std::printf("%-36s %-21s %-21s %-21s\n", "", "forward", "to the input", "to the weights");
  std::printf("%-36s %-21s %-21s %-21s\n", "", "oneDNN  ours  faster", "oneDNN  ours  faster", "oneDNN  ours  faster");
  const std::vector<Shape> shapes{{256, 256, 64, 3, 1}, {256, 256, 32, 3, 1}, {256, 256, 16, 3, 1}, {256, 256, 8, 3, 1},   {256, 819, 64, 3, 1},  {256, 36, 64, 3, 1},
                                  {128, 128, 64, 3, 1}, {512, 512, 16, 3, 1}, {128, 128, 128, 3, 2}, {256, 256, 64, 3, 2}, {512, 512, 32, 3, 2}, {256, 256, 100, 3, 1}};
  for (const auto& shape : shapes) {
    const auto x = noise({1, shape.inputs, shape.size, shape.size}), y = noise({1, shape.outputs, shape.out_size(), shape.out_size()}), w = noise({shape.outputs, shape.inputs, shape.kernel, shape.kernel});
    std::printf("%4ld to %4ld, %3ld x %-3ld step %ld          ", shape.inputs, shape.outputs, shape.size, shape.size, shape.stride);
    for (const auto way : {Way::Forward, Way::Input, Way::Weights}) {
      const Work contenders[]{library(shape, way, x, y, w), ours(shape, way, x, y, w)};
      std::vector<double> shares[2], faster;
      for (int round = 0; round < 9; round++) {
        reference();
        const auto rate = reference_shape.operations() / seconds(reference, 1);
        double times[2];
        for (int i = 0; i < 2; i++) {
          contenders[i]();
          times[i] = seconds(contenders[i], 5);
          shares[i].push_back(shape.operations() / times[i] / rate);
        }
        faster.push_back(times[0] / times[1]);
      }
      std::printf("%6.2f %5.2f %7.2f  ", median(shares[0]), median(shares[1]), median(faster));
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}
