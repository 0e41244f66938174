#include "packed_weights.h"

#include <ATen/Parallel.h>

#include <cstring>
#include <utility>

#include "winograd.h"

using dnnl::memory;

namespace {

// The weights as they lie in memory: [O, I, k, k], or for a product the matrix that is multiplied with.
memory::desc plain_weights(const Job& job, const at::Tensor& w) {
  if (!job.is_product()) return {w.sizes().vec(), type_of(w), w.strides().vec()};
  return job.way == Way::Forward ? memory::desc({w.size(1), w.size(0)}, type_of(w), memory::dims{w.stride(1), w.stride(0)})
                                 : memory::desc({w.size(0), w.size(1)}, type_of(w), memory::dims{w.stride(0), w.stride(1)});
}

// [O, I, k, k] as [I, O, k, k], the last tap first.
at::Tensor turn(const at::Tensor& w) {
  if (!w.is_contiguous(at::MemoryFormat::ChannelsLast)) return w.flip({2, 3}).transpose(0, 1);
  const auto result = at::empty_like(w);
  const auto taps = w.size(2) * w.size(3), bytes = w.size(1) * w.element_size();
  const auto* from = static_cast<const char*>(w.data_ptr());
  auto* to = static_cast<char*>(result.data_ptr());
  at::parallel_for(0, w.size(0), 1, [&](int64_t first, int64_t end) {
    for (auto o = first; o < end; o++)
      for (int64_t tap = 0; tap < taps; tap++) std::memcpy(to + (o * taps + taps - 1 - tap) * bytes, from + (o * taps + tap) * bytes, bytes);
  });
  return result.transpose(0, 1);
}

}  // namespace

bool PackedWeights::is_wanted_again() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(is_wanted_, true);
}

memory PackedWeights::get(const at::Tensor& w, const Job& job, const memory::desc& wanted, bool turned) {
  const auto plain = plain_weights(job, w);
  if (plain == wanted && !turned) return wrap(plain, w);
  const std::lock_guard<std::mutex> lock(mutex_);
  // A matrix and its transpose have one description where they are square, so the plain layout counts too.
  for (const auto& one : packed_)
    if (one.plain == plain && one.wanted == wanted && one.turned == turned) return wrap(wanted, one.bytes);
  packed_.push_back({plain, wanted, turned, room(wanted)});
  auto packed = wrap(wanted, packed_.back().bytes);
  const auto source = turned ? turn(w) : w;
  reorder(wrap(turned ? plain_weights(job, source) : plain, source), packed);
  return packed;
}

at::Tensor PackedWeights::at_points(const Job& job, const Kernel& kernel, const at::Tensor& w) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!at_points_.defined() || layout_at_points_ != kernel.weights) {
    at_points_ = at::empty({winograd_weights_size(kernel)}, at::kFloat);
    layout_at_points_ = kernel.weights;
    winograd_weights(job, kernel, w, false, at_points_.data_ptr<float>());
  }
  return at_points_;
}

void PackedWeights::forget() {
  const std::lock_guard<std::mutex> lock(mutex_);
  is_wanted_ = false;
  packed_.clear();
  at_points_.reset();
}

at::Tensor at_points_once(const Job& job, const Kernel& kernel, const at::Tensor& w, bool turned) {
  const auto values = borrowed(winograd_weights_size(kernel));
  winograd_weights(job, kernel, w, turned, values.data_ptr<float>());
  return values;
}
