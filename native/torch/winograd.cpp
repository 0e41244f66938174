#include "winograd.h"

#include <algorithm>
#include <unordered_map>

#include "deal.h"
#include "winograd_transforms.h"

using dnnl::memory;

namespace winograd {
namespace {

constexpr int64_t kSquare = kPoints * kPoints;
// A block's values at the points, of inputs and outputs, have to fit into the second cache together.
constexpr int64_t kBlock = 32;
// Of the way to the weights, the values of so many tiles and outputs are in memory at once.
constexpr int64_t kChunk = 512, kSlice = 256;

int64_t padded(int64_t channels, int64_t step = kLanes) { return (channels + step - 1) / step * step; }

// Values of one point; the next one's lie a line of the cache further, because caches find steps of whole pages hard.
int64_t apart(int64_t values) { return values + kLanes; }

// Where results lie, four by four.
struct Tiles {
  explicit Tiles(const Job& job) : down((job.out_height + kTile - 1) / kTile), across((job.out_width + kTile - 1) / kTile), count(job.images * down * across) {}
  int64_t image(int64_t tile) const { return tile / (down * across); }
  int64_t top(int64_t tile) const { return tile / across % down * kTile; }
  int64_t left(int64_t tile) const { return tile % across * kTile; }
  int64_t down, across, count;
};

// Some channels of an image, channels-last.
struct Image {
  Image(const at::Tensor& images, int64_t number) : Image(images, number, 0, images.size(1)) {}
  Image(const at::Tensor& images, int64_t number, int64_t first, int64_t count)
      : pixels(images.data_ptr<float>() + number * images.size(1) * images.size(2) * images.size(3) + first), channels(count), pitch(images.size(1)), height(images.size(2)), width(images.size(3)) {}
  float* at(int64_t y, int64_t x) const { return y < 0 || y >= height || x < 0 || x >= width ? nullptr : pixels + (y * width + x) * pitch; }
  float* pixels;
  int64_t channels, pitch, height, width;
};

// Pixels from `top` and `left` on, zero beyond the image, to a row of channels for each point.
template <typename Transform>
WINOGRAD_INLINE void to_points(const Image& image, int64_t top, int64_t left, float* to, int64_t apart) {
  const float* pixels[Transform::from * Transform::from];
  for (int y = 0; y < Transform::from; y++)
    for (int x = 0; x < Transform::from; x++) pixels[y * Transform::from + x] = image.at(top + y, left + x);
  for (int64_t channel = 0; channel < image.channels; channel += kLanes) {
    Lanes values[Transform::from * Transform::from], points[kSquare];
    for (int i = 0; i < Transform::from * Transform::from; i++) read(pixels[i], channel, image.channels, values[i]);
    transform<Transform>(values, points);
    for (int i = 0; i < kSquare; i++) std::memcpy(to + i * apart + channel, &points[i], sizeof(Lanes));
  }
}

WINOGRAD_EACH_PROCESSOR void input_to_points(const Image& image, int64_t top, int64_t left, float* to, int64_t apart) { to_points<OfInput>(image, top, left, to, apart); }

WINOGRAD_EACH_PROCESSOR void gradient_to_points(const Image& image, int64_t top, int64_t left, float* to, int64_t apart) { to_points<OfGradient>(image, top, left, to, apart); }

WINOGRAD_EACH_PROCESSOR void points_to_output(const float* from, int64_t apart, const Image& image, int64_t top, int64_t left, const float* bias, bool add, bool rectify) {
  for (int64_t channel = 0; channel < image.channels; channel += kLanes) {
    Lanes points[kSquare], results[kTile * kTile], offset, before;
    for (int i = 0; i < kSquare; i++) std::memcpy(&points[i], from + i * apart + channel, sizeof(Lanes));
    transform<ToResult>(points, results);
    read(bias, channel, image.channels, offset);
    for (int i = 0; i < kTile * kTile; i++) {
      auto* const pixel = image.at(top + i / kTile, left + i % kTile);
      if (pixel == nullptr) continue;
      Lanes result = results[i] + offset;
      if (add) {
        read(pixel, channel, image.channels, before);
        result += before;
      }
      // What is not a number stays so.
      if (rectify) result = result < 0 ? Lanes{} : result;
      write(result, pixel, channel, image.channels);
    }
  }
}

// Where the weights lie: for each point [inputs, outputs] of the product, cut into panels of some outputs.
struct Panels {
  float* values;
  int64_t apart, inputs, outputs, width;
  float* at(int64_t point, int64_t input, int64_t output) const { return values + point * apart + (output / width * inputs + input) * width + output % width; }
};

// Weights [O, 3, 3, I].
struct Taps {
  const float* at(int64_t output, int64_t tap) const { return output < outputs ? values + (output * kWindow * kWindow + tap) * inputs : nullptr; }
  const float* values;
  int64_t outputs, inputs;
};

// Of one output of the way forward, which goes into the way back.
WINOGRAD_EACH_PROCESSOR void turned_weights_to_points(const Taps& taps, int64_t o, const Panels& to) {
  constexpr int last = kWindow * kWindow - 1;
  for (int64_t input = 0; input < to.outputs; input += kLanes) {
    Lanes weights[last + 1], points[kSquare];
    for (int i = 0; i <= last; i++) read(taps.at(o, last - i), input, taps.inputs, weights[i]);
    transform<OfWeights>(weights, points);
    for (int i = 0; i < kSquare; i++) std::memcpy(to.at(i, o, input), &points[i], sizeof(Lanes));
  }
}

// Of sixteen outputs from o on, which lie beside each other then.
WINOGRAD_EACH_PROCESSOR void weights_to_points(const Taps& taps, int64_t o, const Panels& to) {
  constexpr int window = kWindow * kWindow;
  for (int64_t input = 0; input < to.inputs; input += kLanes) {
    Lanes points[kLanes][kSquare];
    for (int64_t output = 0; output < kLanes; output++) {
      Lanes weights[window];
      for (int i = 0; i < window; i++) read(taps.at(o + output, i), input, taps.inputs, weights[i]);
      transform<OfWeights>(weights, points[output]);
    }
    for (int i = 0; i < kSquare; i++)
      for (int64_t k = 0; k < kLanes; k++) {
        Lanes row;
        for (int64_t output = 0; output < kLanes; output++) row[output] = points[output][i][k];
        std::memcpy(to.at(i, input + k, o), &row, sizeof row);
      }
  }
}

WINOGRAD_EACH_PROCESSOR void points_to_weights(const float* from, int64_t apart, float* taps, int64_t inputs) {
  for (int64_t input = 0; input < inputs; input += kLanes) {
    Lanes points[kSquare], weights[kWindow * kWindow];
    for (int i = 0; i < kSquare; i++) std::memcpy(&points[i], from + i * apart + input, sizeof(Lanes));
    transform<ToWeights>(points, weights);
    for (int i = 0; i < kWindow * kWindow; i++) write(weights[i], taps + i * inputs, input, inputs);
  }
}

// A product of matrices at one point.
Job product(Way way, int64_t rows, int64_t inputs, int64_t outputs) { return {way, 1, inputs, rows, 1, outputs, rows, 1, 1, 1, {0, 0, 0}, memory::data_type::f32, 1}; }

// The kernels' panels of weights.
constexpr int64_t kPanel = 64;
int64_t padded_outputs(int64_t outputs) { return padded(outputs, kPanel); }

int64_t rows_of(const Job& job) {
  const auto tiles = Tiles(job).count, blocks = std::max<int64_t>((tiles + kBlock - 1) / kBlock, job.threads);
  return (tiles + blocks - 1) / blocks;
}

memory::desc matrix(int64_t rows, int64_t columns) { return {{rows, columns}, memory::data_type::f32, memory::format_tag::ab}; }

}  // namespace
}  // namespace winograd

using namespace winograd;

bool has_winograd(const Job& job) {
  // With fewer, the ways to the points and back take what the products save; with fewer tiles, reading the weights.
  constexpr int64_t least_inputs = 128, least_outputs = 32, least_tiles = 64;
  const auto [top, bottom, side] = job.padding;
  return job.type == memory::data_type::f32 && job.kernel == kWindow && job.stride == 1 && top == 1 && bottom == 1 && side == 1 && job.inputs >= least_inputs && job.outputs >= least_outputs &&
         Tiles(job).count >= least_tiles;
}

Kernel winograd_kernel(const Job& job) { return kernel_for(product(Way::Forward, rows_of(job), padded(job.inputs), padded_outputs(job.outputs))); }

at::Tensor winograd_weights(const Job& job, const Kernel& kernel, const at::Tensor& w, bool turned) {
  const auto taps = w.contiguous(at::MemoryFormat::ChannelsLast);
  const auto inputs = padded(job.inputs), outputs = padded_outputs(job.outputs);
  // Most kernels want panels or the plain matrix. For others the plain one is laid out anew.
  const auto is_panels = kernel.weights == memory::desc({inputs, outputs}, memory::data_type::f32, memory::format_tag::BA16a64b);
  const auto is_direct = is_panels || kernel.weights == matrix(inputs, outputs);
  const auto floats = static_cast<int64_t>(kernel.weights.get_size() / sizeof(float));
  const auto packed = at::empty({kSquare * floats}, at::kFloat);
  const auto plain = is_direct ? packed : at::empty({kSquare * inputs * outputs}, at::kFloat);
  const Panels panels{plain.data_ptr<float>(), is_direct ? floats : inputs * outputs, inputs, outputs, is_panels ? kPanel : outputs};
  const Taps from{taps.data_ptr<float>(), w.size(0), w.size(1)};
  deal(turned ? inputs : outputs / kLanes, [&](const auto& take) {
    for (auto task = take(); task >= 0; task = take())
      if (turned) turned_weights_to_points(from, task, panels);
      else weights_to_points(from, task * kLanes, panels);
  });
  if (is_direct) return packed;
  dnnl::stream stream(engine());
  for (int64_t point = 0; point < kSquare; point++) {
    memory source(matrix(inputs, outputs), engine(), panels.at(point, 0, 0)), target(kernel.weights, engine(), packed.data_ptr<float>() + point * floats);
    dnnl::reorder(source, target).execute(stream, source, target);
  }
  stream.wait();
  return packed;
}

void winograd_convolve(const Job& job, const Kernel& kernel, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& b, const at::Tensor& y) {
  const Tiles tiles(job);
  const auto rows = rows_of(job), inputs = padded(job.inputs), outputs = padded_outputs(job.outputs), input_step = apart(rows * inputs), output_step = apart(rows * outputs);
  const auto size = packed.numel() / kSquare;
  deal((tiles.count + rows - 1) / rows, [&](const auto& take) {
    // The last block's rows without a tile are multiplied, too.
    const auto input_values = at::zeros({kSquare * input_step}, at::kFloat), output_values = at::empty({kSquare * output_step}, at::kFloat), scratch = room(kernel.scratchpad);
    auto *const from = input_values.data_ptr<float>(), *const to = output_values.data_ptr<float>();
    dnnl::stream stream(engine());
    for (auto block = take(); block >= 0; block = take()) {
      const auto first = block * rows, count = std::min(rows, tiles.count - first);
      for (int64_t i = 0; i < count; i++) input_to_points(Image(x, tiles.image(first + i)), tiles.top(first + i) - 1, tiles.left(first + i) - 1, from + i * inputs, input_step);
      for (int64_t point = 0; point < kSquare; point++)
        kernel.primitive.execute(stream, {{DNNL_ARG_SRC, memory(matrix(rows, inputs), engine(), from + point * input_step)},
                                          {DNNL_ARG_WEIGHTS, memory(kernel.weights, engine(), packed.data_ptr<float>() + point * size)},
                                          {DNNL_ARG_DST, memory(matrix(rows, outputs), engine(), to + point * output_step)},
                                          {DNNL_ARG_SCRATCHPAD, memory(kernel.scratchpad, engine(), scratch.data_ptr())}});
      for (int64_t i = 0; i < count; i++)
        points_to_output(to + i * outputs, output_step, Image(y, tiles.image(first + i)), tiles.top(first + i), tiles.left(first + i), job.bias ? b.data_ptr<float>() : nullptr, job.residual, job.rectify);
    }
    stream.wait();
  });
}

void winograd_weights_gradient(const Job& job, const at::Tensor& x, const at::Tensor& gradient, const at::Tensor& result) {
  const Tiles tiles(job);
  const auto most = std::min(kChunk, tiles.count), inputs = padded(job.inputs), slice = padded(std::min(kSlice, job.outputs));
  const auto input_step = apart(most * inputs), gradient_step = apart(most * slice), sum_step = apart(slice * inputs);
  const auto room_of = [](int64_t step) { return at::empty({kSquare * step}, at::kFloat); };
  const auto inputs_at = room_of(input_step), gradients_at = room_of(gradient_step), sums_at = room_of(sum_step);
  auto *const input_values = inputs_at.data_ptr<float>(), *const gradient_values = gradients_at.data_ptr<float>(), *const sums = sums_at.data_ptr<float>();
  const auto all_inputs_fit = tiles.count <= most;
  for (int64_t o = 0; o < job.outputs; o += slice) {
    const auto real = std::min(slice, job.outputs - o), outputs = padded(real);
    for (int64_t first = 0; first < tiles.count; first += most) {
      const auto count = std::min(most, tiles.count - first);
      const auto keeps_inputs = all_inputs_fit && o > 0;
      deal(count, [&](const auto& take) {
        for (auto i = take(); i >= 0; i = take()) {
          const auto image = tiles.image(first + i), top = tiles.top(first + i), left = tiles.left(first + i);
          if (!keeps_inputs) input_to_points(Image(x, image), top - 1, left - 1, input_values + i * inputs, input_step);
          gradient_to_points(Image(gradient, image, o, real), top, left, gradient_values + i * outputs, gradient_step);
        }
      });
      auto work = product(Way::Weights, count, inputs, outputs);
      work.residual = first > 0;
      const auto kernel = kernel_for(work);
      const memory::desc turned({outputs, count}, memory::data_type::f32, memory::format_tag::ba);
      deal(kSquare, [&](const auto& take) {
        const auto scratch = room(kernel.scratchpad);
        dnnl::stream stream(engine());
        for (auto point = take(); point >= 0; point = take())
          kernel.primitive.execute(stream, {{DNNL_ARG_SRC, memory(turned, engine(), gradient_values + point * gradient_step)},
                                            {DNNL_ARG_WEIGHTS, memory(matrix(count, inputs), engine(), input_values + point * input_step)},
                                            {DNNL_ARG_DST, memory(matrix(outputs, inputs), engine(), sums + point * sum_step)},
                                            {DNNL_ARG_SCRATCHPAD, memory(kernel.scratchpad, engine(), scratch.data_ptr())}});
        stream.wait();
      });
    }
    deal(real, [&](const auto& take) {
      for (auto output = take(); output >= 0; output = take())
        points_to_weights(sums + output * inputs, sum_step, result.data_ptr<float>() + (o + output) * kWindow * kWindow * job.inputs, job.inputs);
    });
  }
}
