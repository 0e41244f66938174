#include "weights_gradient.h"

#include <algorithm>
#include <cstring>

#include "deal.h"

#if defined(__x86_64__) && defined(__linux__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

// For each tap (dy, dx) of the window it is a product of matrices, summed over the pixels p of the output:
//
//   result[o, tap, i] = sum over p of gradient[p, o] * x[p * stride + tap, i]
//
// A tile is 16 rows of 64 bytes. TDPBF16PS multiplies 16 outputs by 32 pixels with 32 pixels by 16 inputs, and wants the pixels of the
// first one beside each other, of the second one in pairs. Both are laid out so beforehand; for x once for each column of the window,
// so that a row of the window is an offset. Four tiles of sums, 32 outputs by 32 inputs, stay in registers over all pixels.
#define TILES __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512bf16")))

namespace {

constexpr int64_t kBlock = 32;               // outputs, and inputs, that are summed at once
constexpr int64_t kDepth = 32;               // pixels of one product
constexpr int64_t kTile = 16 * kDepth;       // elements of a tile
constexpr int64_t kSums = kBlock * kBlock;   // of one tap
constexpr int64_t kMostSteps = 128;          // products in a row; what they read has to fit into the second cache

// Where pixels lie once they are laid out.
struct Plan {
  explicit Plan(const Job& job)
      : pitch((job.out_width + 1) / 2 * 2),
        steps((job.out_height * pitch + kDepth - 1) / kDepth),
        rows(job.out_height + (job.kernel - 1) / job.stride),
        half(job.kernel * job.stride * rows * pitch * kBlock / 2),
        taps(job.kernel * job.kernel),
        output_blocks((job.outputs + kBlock - 1) / kBlock),
        input_blocks(job.inputs / kBlock),
        images(std::clamp<int64_t>(kMostSteps / steps, 1, job.images)) {}

  int64_t pitch;   // a row of the output, in pixels: whole pairs
  int64_t steps;   // products over one image
  int64_t rows;    // of the input that the windows look at with one row of theirs, and the next ones below it a step apart
  int64_t half;    // elements of one image's pixels for 16 inputs
  int64_t taps, output_blocks, input_blocks;
  int64_t images;  // whose pixels are summed without a pause
};

// Of two pixels with 32 channels each, pairs in two halves. Within 128 bits the first four channels go to the one, the next four to the other.
int64_t channel_of(int64_t half, int64_t place) { return place / 4 * 8 + half * 4 + place % 4; }

// 16 x 16 of 32 bits.
TILES inline void transpose(__m512i* rows) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0x88);
    t[4 + i] = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0xdd);
    t[8 + i] = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0x88);
    t[12 + i] = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0xdd);
  }
  for (int i = 0; i < 4; i++) {
    rows[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
    rows[4 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0x88);
    rows[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
    rows[12 + i] = _mm512_shuffle_i32x4(t[4 + i], t[12 + i], 0xdd);
  }
}

// Sums of the pairs' two numbers, added to `sums`.
TILES inline __m512 add_pairs(__m512 sums, __m512i pairs) {
  const auto first = _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)), second = _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(-65536)));
  return _mm512_add_ps(sums, _mm512_add_ps(first, second));
}

// 32 outputs from `output` on of one image's gradient, [steps, half, 16 outputs, 32 pixels]. Where `sums` [half, 16] is not null, their sums are added to it.
TILES void lay_gradient(const Job& job, const Plan& plan, const at::BFloat16* gradient, int64_t output, at::BFloat16* to, float* sums) {
  const auto count = std::min(kBlock, job.outputs - output);
  const auto mask = count == kBlock ? ~0u : (1u << count) - 1;
  auto low_sums = _mm512_setzero_ps(), high_sums = low_sums;
  int64_t y = 0, x = 0;
  for (int64_t step = 0; step < plan.steps; step++, to += 2 * kTile) {
    __m512i low[16], high[16];
    for (int pair = 0; pair < 16; pair++) {
      auto one = _mm512_setzero_si512(), other = one;
      if (y < job.out_height) {
        const auto* pixel = gradient + (y * job.out_width + x) * job.outputs + output;
        one = _mm512_maskz_loadu_epi16(mask, pixel);
        if (x + 1 < job.out_width) other = _mm512_maskz_loadu_epi16(mask, pixel + job.outputs);
      }
      low[pair] = _mm512_unpacklo_epi16(one, other);
      high[pair] = _mm512_unpackhi_epi16(one, other);
      low_sums = add_pairs(low_sums, low[pair]);
      high_sums = add_pairs(high_sums, high[pair]);
      x += 2;
      if (x >= plan.pitch) x = 0, y++;
    }
    transpose(low);
    transpose(high);
    for (int row = 0; row < 16; row++) {
      _mm512_store_si512(to + row * kDepth, low[row]);
      _mm512_store_si512(to + kTile + row * kDepth, high[row]);
    }
  }
  if (sums == nullptr) return;
  _mm512_storeu_ps(sums, _mm512_add_ps(low_sums, _mm512_loadu_ps(sums)));
  _mm512_storeu_ps(sums + 16, _mm512_add_ps(high_sums, _mm512_loadu_ps(sums + 16)));
}

// 32 inputs from `input` on of one image, [half, column of the window, row modulo the step, rows, pairs, 16 inputs, 2]. Outside of the image are zeros.
TILES void lay_input(const Job& job, const Plan& plan, const at::BFloat16* x, int64_t input, at::BFloat16* to) {
  alignas(64) static const at::BFloat16 outside[kBlock] = {};
  for (int64_t column = 0; column < job.kernel; column++)
    for (int64_t phase = 0; phase < job.stride; phase++)
      for (int64_t row = 0; row < plan.rows; row++) {
        const auto y = row * job.stride + phase - job.padding.top;
        const auto* pixels = y < 0 || y >= job.height ? nullptr : x + y * job.width * job.inputs + input;
        const auto at = [&](int64_t place) { return pixels == nullptr || place < 0 || place >= job.width ? outside : pixels + place * job.inputs; };
        auto place = column - job.padding.side;
        for (int64_t pair = 0; pair < plan.pitch / 2; pair++, to += 32, place += 2 * job.stride) {
          const auto one = _mm512_loadu_si512(at(place)), other = _mm512_loadu_si512(at(place + job.stride));
          _mm512_store_si512(to, _mm512_unpacklo_epi16(one, other));
          _mm512_store_si512(to + plan.half, _mm512_unpackhi_epi16(one, other));
        }
      }
}

// Adds the products over `images` times `steps` to sums [2, 2, 16 outputs, 16 inputs]; with `fresh` they begin at zero.
TILES void multiply(const at::BFloat16* gradient, const at::BFloat16* x, int64_t half, int64_t images, int64_t steps, float* sums, bool fresh) {
  // The compiler does not know that tiles read and write memory.
  asm volatile("" ::: "memory");
  if (fresh) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, sums, 64);
    _tile_loadd(1, sums + 256, 64);
    _tile_loadd(2, sums + 512, 64);
    _tile_loadd(3, sums + 768, 64);
  }
  for (int64_t image = 0; image < images; image++, x += 2 * half)
    for (int64_t step = 0; step < steps; step++, gradient += 2 * kTile) {
      const auto* inputs = x + step * kTile;
      _tile_stream_loadd(6, inputs, 64);
      _tile_loadd(4, gradient, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_stream_loadd(7, inputs + half, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, gradient + kTile, 64);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 256, 64);
  _tile_stored(2, sums + 512, 64);
  _tile_stored(3, sums + 768, 64);
  asm volatile("" ::: "memory");
}

// Sums of one tap, to 32 places of each output's row.
TILES void write(const Job& job, const Plan& plan, const float* sums, int64_t output, at::BFloat16* to) {
  alignas(64) uint16_t order[kBlock];
  for (int place = 0; place < kBlock; place++) order[channel_of(place / 16, place % 16)] = place;
  const auto inputs = _mm512_load_si512(order);
  for (int row = 0; row < kBlock; row++) {
    const auto channel = output + channel_of(row / 16, row % 16);
    if (channel >= job.outputs) continue;
    const auto* low = sums + row / 16 * kSums / 2 + row % 16 * 16;
    const auto both = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(_mm512_load_ps(low + 256), _mm512_load_ps(low)));
    _mm512_storeu_si512(to + channel * plan.taps * job.inputs, _mm512_permutexvar_epi16(inputs, both));
  }
}

struct alignas(64) Configuration {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

TILES void configure() {
  static const Configuration tiles;
  asm volatile("ldtilecfg %0" ::"m"(tiles));
}

TILES void release() { _tile_release(); }

// The system grants a process the tiles' registers on request only.
bool granted() {
  constexpr int request = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request, tile_data) == 0;
}

at::Tensor room(int64_t elements, at::ScalarType type) { return at::empty({elements}, type); }

}  // namespace

bool has_tiled_weights_gradient(const Job& job) {
  static const bool processor = static_cast<int>(dnnl::get_effective_cpu_isa()) >= static_cast<int>(dnnl::cpu_isa::avx512_core_amx) && granted();
  return processor && job.type == dnnl::memory::data_type::bf16 && job.inputs % kBlock == 0;
}

void tiled_weights_gradient(const Job& job, const at::Tensor& x, const at::Tensor& gradient, const at::Tensor& result, const at::Tensor& bias) {
  const Plan plan(job);
  const auto* inputs = x.data_ptr<at::BFloat16>();
  const auto* gradients = gradient.data_ptr<at::BFloat16>();
  auto* results = result.data_ptr<at::BFloat16>();
  const auto image_inputs = job.height * job.width * job.inputs, image_gradients = job.out_height * job.out_width * job.outputs;
  const auto bias_sums = at::zeros({plan.output_blocks * kBlock}, at::kFloat);
  const auto laid = room(plan.output_blocks * plan.images * plan.steps * 2 * kTile, at::kBFloat16);
  auto* laid_gradients = laid.data_ptr<at::BFloat16>();
  // Sums wait in memory where they are made in more than one go.
  const auto goes_on = plan.images < job.images || plan.steps > kMostSteps;
  const auto waiting = room(goes_on ? plan.input_blocks * plan.output_blocks * plan.taps * kSums : 0, at::kFloat);
  // A task is a block of inputs with a share of the outputs.
  const auto shares = std::clamp<int64_t>((2 * job.threads + plan.input_blocks - 1) / plan.input_blocks, 1, plan.output_blocks), share = (plan.output_blocks + shares - 1) / shares;

  for (int64_t first = 0; first < job.images; first += plan.images) {
    const auto images = std::min(plan.images, job.images - first);
    deal(plan.output_blocks, [&](const auto& take) {
      for (auto block = take(); block >= 0; block = take())
        for (int64_t image = 0; image < images; image++)
          lay_gradient(job, plan, gradients + (first + image) * image_gradients, block * kBlock, laid_gradients + (block * images + image) * plan.steps * 2 * kTile,
                       bias.defined() ? bias_sums.data_ptr<float>() + block * kBlock : nullptr);
    });
    deal(plan.input_blocks * shares, [&](const auto& take) {
      // The last product may look beyond the last pixel.
      const auto panel = room(plan.images * 2 * plan.half + kTile, at::kBFloat16);
      auto* laid_inputs = panel.data_ptr<at::BFloat16>();
      std::memset(static_cast<void*>(laid_inputs + images * 2 * plan.half), 0, kTile * sizeof(at::BFloat16));
      alignas(64) float here[kSums];
      configure();
      for (auto task = take(); task >= 0; task = take()) {
        const auto input = task / shares, from = task % shares * share, to = std::min(from + share, plan.output_blocks);
        for (int64_t image = 0; image < images; image++) lay_input(job, plan, inputs + (first + image) * image_inputs, input * kBlock, laid_inputs + image * 2 * plan.half);
        for (int64_t step = 0; step < plan.steps; step += kMostSteps) {
          const auto steps = std::min(kMostSteps, plan.steps - step);
          const auto fresh = first == 0 && step == 0, done = first + images == job.images && step + steps == plan.steps;
          for (auto output = from; output < to; output++)
            for (int64_t tap = 0; tap < plan.taps; tap++) {
              const auto row = tap / job.kernel, column = tap % job.kernel;
              const auto line = (column * job.stride + row % job.stride) * plan.rows + row / job.stride;
              auto* sums = goes_on ? waiting.data_ptr<float>() + ((input * plan.output_blocks + output) * plan.taps + tap) * kSums : here;
              multiply(laid_gradients + (output * images * plan.steps + step) * 2 * kTile, laid_inputs + (line * plan.pitch / 2 + step * kDepth / 2) * 32, plan.half, images, steps, sums, fresh);
              if (done) write(job, plan, sums, output * kBlock, results + tap * job.inputs + input * kBlock);
            }
        }
      }
      release();
    });
  }
  if (!bias.defined()) return;
  auto* biases = bias.data_ptr<at::BFloat16>();
  const auto* sums = bias_sums.data_ptr<float>();
  for (int64_t place = 0; place < plan.output_blocks * kBlock; place++) {
    const auto output = place / kBlock * kBlock + channel_of(place % kBlock / 16, place % 16);
    if (output < job.outputs) biases[output] = sums[place];
  }
}
#else
bool has_tiled_weights_gradient(const Job&) { return false; }
void tiled_weights_gradient(const Job&, const at::Tensor&, const at::Tensor&, const at::Tensor&, const at::Tensor&) {}
#endif
