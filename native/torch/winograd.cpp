#include "winograd.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "deal.h"
#include "processors.h"
#include "winograd_transforms.h"

using dnnl::memory;

namespace winograd {
namespace {

// Inputs of a block's tiles: their values at the points have to fit into the second cache, beside those of as many outputs.
constexpr int64_t kBlock = 32 * 256;
// Of the way to the weights, the values of so many tiles and outputs are in memory at once.
constexpr int64_t kChunk = 512, kSlice = 256;

int64_t padded(int64_t channels, int64_t step = kLanes) { return (channels + step - 1) / step * step; }

// Values of one point; the next one's lie a line of the cache further, because caches find steps of whole pages hard.
int64_t apart(int64_t values) { return values + kLanes; }

// Where a tile lies: a map's image, and its upper left pixel.
struct Place {
  size_t map;
  int64_t image, top, left;
};

// Results of all maps, four by four.
class Tiles {
 public:
  explicit Tiles(at::TensorList maps) {
    for (const auto& map : maps) {
      maps_.push_back({(map.size(2) + kTile - 1) / kTile, (map.size(3) + kTile - 1) / kTile, count_});
      count_ += map.size(0) * maps_.back().down * maps_.back().across;
    }
  }
  int64_t count() const { return count_; }
  Place place(int64_t tile) const {
    auto map = maps_.size() - 1;
    while (maps_[map].first > tile) map--;
    const auto [down, across, first] = maps_[map];
    tile -= first;
    return {map, tile / (down * across), tile / across % down * kTile, tile % across * kTile};
  }

 private:
  struct Map {
    int64_t down, across, first;
  };
  std::vector<Map> maps_;
  int64_t count_ = 0;
};

// Some channels of an image, channels-last, and what is read, or overwritten, instead of pixels beyond it.
struct Image {
  Image(const at::Tensor& images, int64_t number, float* beyond) : Image(images, number, 0, images.size(1), beyond) {}
  Image(const at::Tensor& images, int64_t number, int64_t first, int64_t count, float* beyond)
      : pixels(images.data_ptr<float>() + number * images.size(1) * images.size(2) * images.size(3) + first), channels(count), pitch(images.size(1)), height(images.size(2)), width(images.size(3)), beyond(beyond) {}
  float* at(int64_t y, int64_t x) const { return y < 0 || y >= height || x < 0 || x >= width ? beyond : pixels + (y * width + x) * pitch; }
  template <int side>
  std::array<float*, side * side> square(int64_t top, int64_t left) const {
    std::array<float*, side * side> square;
    for (int i = 0; i < side * side; i++) square[i] = at(top + i / side, left + i % side);
    return square;
  }
  float* pixels;
  int64_t channels, pitch, height, width;
  float* beyond;
};

FOR_EACH_PROCESSOR void input_to_points(const float* const* pixels, int64_t channels, float* to, int64_t apart) { to_points<OfInput>(pixels, channels, to, apart); }

FOR_EACH_PROCESSOR void gradient_to_points(const float* const* pixels, int64_t channels, float* to, int64_t apart) { to_points<OfGradient>(pixels, channels, to, apart); }

FOR_EACH_PROCESSOR void weights_to_points(const float* const* taps, int64_t channels, float* to, int64_t apart) { to_points<OfWeights>(taps, channels, to, apart); }

FOR_EACH_PROCESSOR void points_to_output(const float* from, int64_t apart, int64_t channels, float* const* pixels, const Finish& finish) {
  from_points<ToResult>(from, apart, channels, pixels, finish);
}

FOR_EACH_PROCESSOR void points_to_weights(const float* from, int64_t apart, int64_t channels, float* const* taps) { from_points<ToWeights>(from, apart, channels, taps, {}); }

// The kernels' panels of weights.
constexpr int64_t kPanel = 64;
int64_t padded_outputs(int64_t outputs) { return padded(outputs, kPanel); }

// Where the weights lie: for each point [inputs, outputs] of the product, cut into panels of some outputs.
struct Panels {
  float* values;
  int64_t apart, inputs, outputs, width;
  float* at(int64_t point, int64_t input, int64_t output) const { return values + point * apart + (output / width * inputs + input) * width + output % width; }
};

// Weights [O, 3, 3, I].
struct Taps {
  float* at(int64_t output, int tap) const { return values + (output * kTaps + tap) * inputs; }
  float* values;
  int64_t outputs, inputs;
};

// Sixteen of the product's inputs in one panel of its outputs; what only fills up is zeros. On the way back the product's inputs are the
// outputs of the weights, and the last tap comes first. Each piece is gathered and written whole: at a point its rows lie beside each
// other, whereas the next point's lie many pages further.
void piece_to_points(const Taps& from, bool turned, int64_t input, int64_t output, const Panels& to) {
  float piece[kLanes][kTaps][kPanel]{};
  const auto inputs = std::min(kLanes, (turned ? from.outputs : from.inputs) - input), outputs = std::min(kPanel, (turned ? from.inputs : from.outputs) - output);
  if (turned) {
    for (int64_t i = 0; i < inputs; i++)
      for (int tap = 0; tap < kTaps; tap++) std::copy_n(from.at(input + i, tap) + output, outputs, piece[i][kTaps - 1 - tap]);
  } else {
    for (int64_t o = 0; o < outputs; o++)
      for (int tap = 0; tap < kTaps; tap++)
        for (int64_t i = 0; i < inputs; i++) piece[i][tap][o] = from.at(output + o, tap)[input + i];
  }
  for (int64_t i = 0; i < kLanes; i++) {
    const float* taps[kTaps];
    for (int tap = 0; tap < kTaps; tap++) taps[tap] = piece[i][tap];
    weights_to_points(taps, kPanel, to.at(0, input + i, output), to.apart);
  }
}

// Products of matrices of one shape, by one thread. A product takes some microseconds, and what oneDNN wants to know of it would take one more each time.
class Products {
 public:
  Products(const Kernel& kernel, const memory::desc& left, const memory::desc& right, const memory::desc& result)
      : primitive_(kernel.primitive), scratch_(room(kernel.scratchpad)), left_(left, engine(), nullptr), right_(right, engine(), nullptr), result_(result, engine(), nullptr), stream_(engine()) {
    arguments_ = {{DNNL_ARG_SRC, left_}, {DNNL_ARG_WEIGHTS, right_}, {DNNL_ARG_DST, result_}, {DNNL_ARG_SCRATCHPAD, memory(kernel.scratchpad, engine(), scratch_.data_ptr())}};
  }

  void multiply(float* left, const float* right, float* result) {
    left_.set_data_handle(left);
    // oneDNN has no memory that is only read.
    right_.set_data_handle(const_cast<float*>(right));
    result_.set_data_handle(result);
    primitive_.execute(stream_, arguments_);
  }

 private:
  dnnl::primitive primitive_;
  at::Tensor scratch_;
  memory left_, right_, result_;
  dnnl::stream stream_;
  std::unordered_map<int, memory> arguments_;
};

// A product of matrices at one point.
Job product(Way way, int64_t rows, int64_t inputs, int64_t outputs) { return {way, 1, inputs, rows, 1, outputs, rows, 1, 1, 1, {0, 0, 0}, memory::data_type::f32, 1}; }

int64_t rows_of(const Job& job, int64_t tiles) {
  const auto most = std::max(kBlock / padded(job.inputs), kLanes), blocks = padded((tiles + most - 1) / most, job.threads);
  return (tiles + blocks - 1) / blocks;
}

int64_t size_of(const memory::desc& desc) { return static_cast<int64_t>(desc.get_size() / sizeof(float)); }

memory::desc matrix(int64_t rows, int64_t columns) { return {{rows, columns}, memory::data_type::f32, memory::format_tag::ab}; }

}  // namespace
}  // namespace winograd

using namespace winograd;

int64_t winograd_tiles(at::TensorList maps) { return Tiles(maps).count(); }

bool has_winograd(const Job& job, int64_t tiles, bool constant) {
  // With fewer channels, the ways to the points and back take what the products save; with fewer tiles, reading the weights, and making them.
  constexpr int64_t least_inputs = 64, least_outputs = 32, least_tiles = 64, least_tiles_if_constant = 16;
  const auto [top, bottom, side] = job.padding;
  return job.type == memory::data_type::f32 && job.kernel == kWindow && job.stride == 1 && top == 1 && bottom == 1 && side == 1 && job.inputs >= least_inputs && job.outputs >= least_outputs &&
         tiles >= (constant ? least_tiles_if_constant : least_tiles);
}

Kernel winograd_kernel(const Job& job, int64_t tiles) { return kernel_for(product(Way::Forward, rows_of(job, tiles), padded(job.inputs), padded_outputs(job.outputs))); }

int64_t winograd_weights_size(const Kernel& kernel) { return kSquare * apart(size_of(kernel.weights)); }

void winograd_weights(const Job& job, const Kernel& kernel, const at::Tensor& w, bool turned, float* to) {
  const auto taps = w.contiguous(at::MemoryFormat::ChannelsLast);
  const auto inputs = padded(job.inputs), outputs = padded_outputs(job.outputs), step = apart(inputs * outputs);
  // Most kernels want panels or the plain matrix. For others the plain one is laid out anew.
  const auto is_panels = kernel.weights == memory::desc({inputs, outputs}, memory::data_type::f32, memory::format_tag::BA16a64b);
  const auto is_direct = is_panels || kernel.weights == matrix(inputs, outputs);
  const auto laid_out = is_direct ? at::Tensor() : at::empty({kSquare * step}, at::kFloat);
  auto* const plain = is_direct ? to : laid_out.data_ptr<float>();
  const Panels panels{plain, step, inputs, outputs, is_panels ? kPanel : outputs};
  const Taps from{taps.data_ptr<float>(), w.size(0), w.size(1)};
  const auto pieces = inputs / kLanes;
  deal(outputs / kPanel * pieces, [&](const auto& take) {
    for (auto task = take(); task >= 0; task = take()) piece_to_points(from, turned, task % pieces * kLanes, task / pieces * kPanel, panels);
  });
  if (is_direct) return;
  dnnl::stream stream(engine());
  for (int64_t point = 0; point < kSquare; point++) {
    memory source(matrix(inputs, outputs), engine(), panels.at(point, 0, 0)), target(kernel.weights, engine(), to + point * apart(size_of(kernel.weights)));
    dnnl::reorder(source, target).execute(stream, source, target);
  }
  stream.wait();
}

void winograd_convolve(const Job& job, const Kernel& kernel, at::TensorList x, const at::Tensor& packed, const at::Tensor& b, at::TensorList y) {
  const Tiles tiles(y);
  const auto rows = rows_of(job, tiles.count()), inputs = padded(job.inputs), outputs = padded_outputs(job.outputs), input_step = apart(rows * inputs), output_step = apart(rows * outputs);
  const auto bias = at::zeros({outputs}, at::kFloat);
  if (job.bias) bias.narrow(0, 0, job.outputs).copy_(b);
  const Finish finish{bias.data_ptr<float>(), job.residual, job.rectify};
  deal((tiles.count() + rows - 1) / rows, [&](const auto& take) {
    static thread_local at::Tensor values;
    const auto zeros = at::zeros({inputs}, at::kFloat), nowhere = at::zeros({outputs}, at::kFloat);
    // The last block's rows without a tile are multiplied, too, whatever lies there.
    auto *const from = reused(values, kSquare * (input_step + output_step)).data_ptr<float>(), *const to = from + kSquare * input_step;
    Products products(kernel, matrix(rows, inputs), kernel.weights, matrix(rows, outputs));
    for (auto block = take(); block >= 0; block = take()) {
      const auto first = block * rows, count = std::min(rows, tiles.count() - first);
      for (int64_t i = 0; i < count; i++) {
        const auto [map, image, top, left] = tiles.place(first + i);
        const auto pixels = Image(x[map], image, zeros.data_ptr<float>()).square<kPoints>(top - 1, left - 1);
        input_to_points(pixels.data(), job.inputs, from + i * inputs, input_step);
      }
      for (int64_t point = 0; point < kSquare; point++) products.multiply(from + point * input_step, packed.data_ptr<float>() + point * apart(size_of(kernel.weights)), to + point * output_step);
      for (int64_t i = 0; i < count; i++) {
        const auto [map, image, top, left] = tiles.place(first + i);
        const auto pixels = Image(y[map], image, nowhere.data_ptr<float>()).square<kTile>(top, left);
        points_to_output(to + i * outputs, output_step, job.outputs, pixels.data(), finish);
      }
    }
  });
}

void winograd_weights_gradient(const Job& job, at::TensorList x, at::TensorList gradients, const at::Tensor& result) {
  const Tiles tiles(gradients);
  const auto most = std::min(kChunk, tiles.count()), inputs = padded(job.inputs), slice = padded(std::min(kSlice, job.outputs));
  const auto input_step = apart(most * inputs), gradient_step = apart(most * slice), sum_step = apart(slice * inputs);
  auto *const input_values = borrowed(kSquare * (input_step + gradient_step + sum_step)).data_ptr<float>(), *const gradient_values = input_values + kSquare * input_step;
  auto* const sums = gradient_values + kSquare * gradient_step;
  const auto zeros_at = at::zeros({std::max(inputs, job.outputs)}, at::kFloat);
  auto* const zeros = zeros_at.data_ptr<float>();
  const auto all_inputs_fit = tiles.count() <= most;
  const Taps taps{result.data_ptr<float>(), job.outputs, job.inputs};
  for (int64_t o = 0; o < job.outputs; o += slice) {
    const auto real = std::min(slice, job.outputs - o), outputs = padded(real);
    for (int64_t first = 0; first < tiles.count(); first += most) {
      const auto count = std::min(most, tiles.count() - first);
      const auto keeps_inputs = all_inputs_fit && o > 0;
      deal(count, [&](const auto& take) {
        for (auto i = take(); i >= 0; i = take()) {
          const auto [map, image, top, left] = tiles.place(first + i);
          if (!keeps_inputs) input_to_points(Image(x[map], image, zeros).square<kPoints>(top - 1, left - 1).data(), job.inputs, input_values + i * inputs, input_step);
          gradient_to_points(Image(gradients[map], image, o, real, zeros).square<kTile>(top, left).data(), real, gradient_values + i * outputs, gradient_step);
        }
      });
      auto work = product(Way::Weights, count, inputs, outputs);
      work.residual = first > 0;
      const auto kernel = kernel_for(work);
      const memory::desc turned({outputs, count}, memory::data_type::f32, memory::format_tag::ba);
      deal(kSquare, [&](const auto& take) {
        Products products(kernel, turned, matrix(count, inputs), matrix(outputs, inputs));
        for (auto point = take(); point >= 0; point = take()) products.multiply(gradient_values + point * gradient_step, input_values + point * input_step, sums + point * sum_step);
      });
    }
    deal(real, [&](const auto& take) {
      for (auto output = take(); output >= 0; output = take()) {
        float* to[kTaps];
        for (int tap = 0; tap < kTaps; tap++) to[tap] = taps.at(o + output, tap);
        points_to_weights(sums + output * inputs, sum_step, job.inputs, to);
      }
    });
  }
}
