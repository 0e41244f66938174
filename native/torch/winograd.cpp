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
constexpr int64_t kBlock = 64;
// Of the way to the weights, all values at the points lie in memory at once.
constexpr int64_t kChunk = 512;

int64_t padded(int64_t channels) { return (channels + kLanes - 1) / kLanes * kLanes; }

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

// An image, channels-last.
struct Image {
  Image(const at::Tensor& images, int64_t number) : pixels(images.data_ptr<float>() + number * images.size(1) * images.size(2) * images.size(3)), channels(images.size(1)), height(images.size(2)), width(images.size(3)) {}
  float* at(int64_t y, int64_t x) const { return y < 0 || y >= height || x < 0 || x >= width ? nullptr : pixels + (y * width + x) * channels; }
  float* pixels;
  int64_t channels, height, width;
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

// Weights of one output, [3, 3, I], to a row for each point.
WINOGRAD_EACH_PROCESSOR void weights_to_points(const float* taps, int64_t inputs, bool turned, float* to, int64_t apart) {
  for (int64_t input = 0; input < inputs; input += kLanes) {
    Lanes weights[kWindow * kWindow], points[kSquare];
    for (int i = 0; i < kWindow * kWindow; i++) read(taps + (turned ? kWindow * kWindow - 1 - i : i) * inputs, input, inputs, weights[i]);
    transform<OfWeights>(weights, points);
    for (int i = 0; i < kSquare; i++) std::memcpy(to + i * apart + input, &points[i], sizeof(Lanes));
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

// At one point, rows of channels are multiplied with the weights.
Job product(const Job& job, Way way, int64_t rows) {
  return {way, 1, padded(job.inputs), rows, 1, padded(job.outputs), rows, 1, 1, 1, {0, 0, 0}, job.type, 1};
}

int64_t rows_of(const Job& job) {
  const auto tiles = Tiles(job).count, blocks = std::max<int64_t>((tiles + kBlock - 1) / kBlock, job.threads);
  return (tiles + blocks - 1) / blocks;
}

memory::desc matrix(int64_t rows, int64_t columns) { return {{rows, columns}, memory::data_type::f32, memory::format_tag::ab}; }

at::Tensor room(const memory::desc& desc) { return at::empty({static_cast<int64_t>(desc.get_size())}, at::kByte); }

}  // namespace
}  // namespace winograd

using namespace winograd;

bool has_winograd(const Job& job) {
  constexpr int64_t least_tiles = 64, least_channels = 32;
  return job.type == memory::data_type::f32 && job.kernel == kWindow && job.stride == 1 && job.padding.top == 1 && job.padding.bottom == 1 && job.padding.side == 1 &&
         job.inputs >= least_channels && job.outputs >= least_channels && Tiles(job).count >= least_tiles;
}

Kernel winograd_kernel(const Job& job) { return kernel_for(product(job, Way::Forward, rows_of(job))); }

at::Tensor winograd_weights(const Kernel& kernel, const at::Tensor& w, bool turned) {
  const auto taps = w.contiguous(at::MemoryFormat::ChannelsLast);
  const auto outputs = w.size(0), inputs = w.size(1), rows = padded(outputs), columns = padded(inputs), step = apart(rows * columns);
  const auto plain = at::empty({kSquare * step}, at::kFloat);
  auto* const values = plain.data_ptr<float>();
  deal(rows, [&](const auto& take) {
    for (auto row = take(); row >= 0; row = take()) {
      if (row < outputs) weights_to_points(taps.data_ptr<float>() + row * kWindow * kWindow * inputs, inputs, turned, values + row * columns, step);
      else
        for (int64_t point = 0; point < kSquare; point++) std::memset(values + point * step + row * columns, 0, columns * sizeof(float));
    }
  });
  const auto from = turned ? matrix(rows, columns) : memory::desc({columns, rows}, memory::data_type::f32, memory::format_tag::ba);
  const auto size = static_cast<int64_t>(kernel.weights.get_size());
  const auto packed = at::empty({kSquare * size}, at::kByte);
  dnnl::stream stream(engine());
  for (int64_t point = 0; point < kSquare; point++) {
    memory source(from, engine(), values + point * step), target(kernel.weights, engine(), packed.data_ptr<uint8_t>() + point * size);
    dnnl::reorder(source, target).execute(stream, source, target);
  }
  stream.wait();
  return packed;
}

void winograd_convolve(const Job& job, const Kernel& kernel, const at::Tensor& x, const at::Tensor& packed, const at::Tensor& b, const at::Tensor& y) {
  const Tiles tiles(job);
  const auto rows = rows_of(job), inputs = padded(job.inputs), outputs = padded(job.outputs), input_step = apart(rows * inputs), output_step = apart(rows * outputs);
  const auto size = static_cast<int64_t>(kernel.weights.get_size());
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
                                          {DNNL_ARG_WEIGHTS, memory(kernel.weights, engine(), packed.data_ptr<uint8_t>() + point * size)},
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
  const auto most = std::min(kChunk, tiles.count), inputs = padded(job.inputs), outputs = padded(job.outputs);
  const auto input_step = apart(most * inputs), output_step = apart(most * outputs), sum_step = apart(outputs * inputs);
  const auto input_values = at::empty({kSquare * input_step}, at::kFloat), output_values = at::empty({kSquare * output_step}, at::kFloat), sums = at::empty({kSquare * sum_step}, at::kFloat);
  for (int64_t first = 0; first < tiles.count; first += most) {
    const auto count = std::min(most, tiles.count - first);
    deal(count, [&](const auto& take) {
      for (auto i = take(); i >= 0; i = take()) {
        const auto image = tiles.image(first + i), top = tiles.top(first + i), left = tiles.left(first + i);
        input_to_points(Image(x, image), top - 1, left - 1, input_values.data_ptr<float>() + i * inputs, input_step);
        gradient_to_points(Image(gradient, image), top, left, output_values.data_ptr<float>() + i * outputs, output_step);
      }
    });
    auto work = product(job, Way::Weights, count);
    work.residual = first > 0;
    const auto kernel = kernel_for(work);
    deal(kSquare, [&](const auto& take) {
      const auto scratch = room(kernel.scratchpad);
      dnnl::stream stream(engine());
      for (auto point = take(); point >= 0; point = take())
        kernel.primitive.execute(stream, {{DNNL_ARG_SRC, memory({{outputs, count}, memory::data_type::f32, memory::format_tag::ba}, engine(), output_values.data_ptr<float>() + point * output_step)},
                                          {DNNL_ARG_WEIGHTS, memory(matrix(count, inputs), engine(), input_values.data_ptr<float>() + point * input_step)},
                                          {DNNL_ARG_DST, memory(matrix(outputs, inputs), engine(), sums.data_ptr<float>() + point * sum_step)},
                                          {DNNL_ARG_SCRATCHPAD, memory(kernel.scratchpad, engine(), scratch.data_ptr())}});
      stream.wait();
    });
  }
  deal(job.outputs, [&](const auto& take) {
    for (auto output = take(); output >= 0; output = take())
      points_to_weights(sums.data_ptr<float>() + output * inputs, sum_step, result.data_ptr<float>() + output * kWindow * kWindow * job.inputs, job.inputs);
  });
}
