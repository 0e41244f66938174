// Handles of tensors, and the way of plain memory in and out of them.
#include "shim.h"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace {
std::atomic<int64_t> alive{0};
}

at::Tensor* own(at::Tensor tensor) {
  auto* handle = new at::Tensor(std::move(tensor));
  alive.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

void release(at::Tensor* tensor) noexcept {
  if (tensor == nullptr) return;
  delete tensor;
  alive.fetch_sub(1, std::memory_order_relaxed);
}

RT_EXPORT void rt_release(at::Tensor* tensor) { release(tensor); }

RT_EXPORT int64_t rt_alive() { return alive.load(std::memory_order_relaxed); }

// A new tensor of the given shape; `data`, where given, holds its elements in C order and is copied.
RT_EXPORT int32_t rt_create(const void* data, const int64_t* shape, int32_t dimensions, int32_t type, const char* device, at::Tensor** out) {
  return guarded([&] {
    const auto scalar = static_cast<at::ScalarType>(type);
    const at::IntArrayRef sizes(shape, static_cast<size_t>(dimensions));
    const at::Device target(device);
    if (target.is_meta()) {
      *out = own(at::empty(sizes, at::TensorOptions().dtype(scalar).device(target)));
      return;
    }
    auto tensor = at::empty(sizes, at::TensorOptions().dtype(scalar));
    if (data != nullptr) {
      std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    } else {
      tensor.zero_();
    }
    *out = own(target.is_cpu() ? tensor : tensor.to(target));
  });
}

// A tensor of single-precision numbers in memory of malloc's, which it frees with its last use; with `channels_last`, [N, C, H, W] lies there as [N, H, W, C].
RT_EXPORT int32_t rt_adopt(float* data, const int64_t* shape, int32_t dimensions, int32_t channels_last, at::Tensor** out) {
  return guarded([&] {
    const at::IntArrayRef sizes(shape, static_cast<size_t>(dimensions));
    const auto strides = c10::contiguous_strides(sizes);
    *out = own(at::from_blob(data, sizes, channels_last != 0 ? c10::get_channels_last_strides_2d(sizes) : std::vector<int64_t>(strides.begin(), strides.end()), std::free, at::kFloat));
  });
}

// Start of the elements of a contiguous tensor in the processor's memory.
RT_EXPORT int32_t rt_data(const at::Tensor* tensor, void** data) {
  return guarded([&] {
    TORCH_CHECK(tensor->device().is_cpu(), "the elements of a tensor on ", tensor->device(), " cannot be read in place");
    TORCH_CHECK(tensor->is_contiguous(), "the elements of a tensor that is not contiguous cannot be read in place");
    *data = tensor->data_ptr();
  });
}

RT_EXPORT int32_t rt_dimensions(const at::Tensor* tensor) { return static_cast<int32_t>(tensor->dim()); }

RT_EXPORT void rt_shape(const at::Tensor* tensor, int64_t* shape) {
  for (const auto size : tensor->sizes()) *shape++ = size;
}

RT_EXPORT int32_t rt_type(const at::Tensor* tensor) { return static_cast<int32_t>(tensor->scalar_type()); }

// The device's name with its index ("cpu", "cuda:0"), cut at `capacity`.
RT_EXPORT int32_t rt_device(const at::Tensor* tensor, char* text, int32_t capacity) {
  return guarded([&] {
    const auto name = tensor->device().str();
    std::strncpy(text, name.c_str(), static_cast<size_t>(capacity));
    text[capacity - 1] = 0;
  });
}
