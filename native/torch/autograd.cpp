// The part of autograd that is not an operator.
#include "shim.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

RT_EXPORT int32_t rt_requires_grad(const at::Tensor* tensor) { return tensor->requires_grad() ? 1 : 0; }

RT_EXPORT int32_t rt_set_requires_grad(at::Tensor* tensor, int32_t on) {
  return guarded([&] { tensor->set_requires_grad(on != 0); });
}

RT_EXPORT int32_t rt_grad_mode() { return at::GradMode::is_enabled() ? 1 : 0; }

// The gradient collected so far; null where there is none.
RT_EXPORT int32_t rt_gradient(const at::Tensor* tensor, at::Tensor** out) {
  return guarded([&] {
    const auto& gradient = tensor->grad();
    *out = gradient.defined() ? own(gradient) : nullptr;
  });
}

RT_EXPORT int32_t rt_clear_gradient(at::Tensor* tensor) {
  return guarded([&] { tensor->mutable_grad().reset(); });
}

// Backward from gradients that were computed outside of the graph. The graph is freed.
RT_EXPORT int32_t rt_backward(at::Tensor* const* outputs, at::Tensor* const* gradients, int32_t count) {
  return guarded([&] {
    std::vector<at::Tensor> roots, seeds;
    for (int32_t i = 0; i < count; i++) {
      roots.push_back(*outputs[i]);
      seeds.push_back(*gradients[i]);
    }
    torch::autograd::backward(roots, seeds);
  });
}

// Whether operators of this thread are recorded; returns what it was before.
RT_EXPORT int32_t rt_set_grad_mode(int32_t on) {
  const auto before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(on != 0);
  return before ? 1 : 0;
}
