// Versions, threads, devices, errors.
#include "shim.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <cstring>

namespace {
thread_local std::string last_error;
}

void set_error(std::string text) noexcept { last_error = std::move(text); }

RT_EXPORT const char* rt_error() { return last_error.c_str(); }

RT_EXPORT int32_t rt_abi_version() { return kAbiVersion; }

RT_EXPORT const char* rt_torch_version() { return TORCH_VERSION; }

RT_EXPORT int32_t rt_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

RT_EXPORT int32_t rt_threads() { return at::get_num_threads(); }

RT_EXPORT int32_t rt_cuda_devices(int32_t* count) {
  return guarded([&] {
    // Without a CUDA build this is false at once, and nothing is asked of a driver.
    *count = at::hasCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs()) : 0;
  });
}

RT_EXPORT int32_t rt_deterministic(int32_t on) {
  return guarded([&] {
    at::globalContext().setDeterministicAlgorithms(on != 0, /*warn_only=*/true);
    at::globalContext().setDeterministicCuDNN(on != 0);
    at::globalContext().setBenchmarkCuDNN(on == 0);
  });
}
