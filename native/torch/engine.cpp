// Versions, threads, devices, errors.
#include "shim.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

namespace {
thread_local std::string last_error;
}

void set_error(std::string text) noexcept { last_error = std::move(text); }

RT_EXPORT const char* rt_error() { return last_error.c_str(); }

RT_EXPORT int32_t rt_abi_version() { return kAbiVersion; }

RT_EXPORT const char* rt_torch_version() { return TORCH_VERSION; }

RT_EXPORT int32_t rt_set_threads(int32_t count) {
  return guarded([&] {
    // A thread's first parallel operator would set the number anew, to what any thread of the process set last. Asking makes
    // that happen now. Setting makes threads of a kind that nothing here uses, which spin for a while.
    if (at::get_num_threads() != count) at::set_num_threads(count);
  });
}

RT_EXPORT int32_t rt_threads() { return at::get_num_threads(); }

RT_EXPORT int32_t rt_cuda_devices(int32_t* count) {
  return guarded([&] {
    // 0 without a CUDA build, and nothing is asked of a driver then.
    *count = static_cast<int32_t>(torch::cuda::device_count());
  });
}
