// A convolution with what follows it (bias, sum, rectification) as one node of the graph.
#include "shim.h"

#ifdef RETINASHARP_ONEDNN
#include <torch/csrc/autograd/custom_function.h>

#include "kernels.h"
#include "onednn.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor dense(const at::Tensor& tensor) { return tensor.contiguous(at::MemoryFormat::ChannelsLast); }

variable_list dense(at::TensorList tensors) {
  variable_list result;
  for (const auto& tensor : tensors) result.push_back(dense(tensor));
  return result;
}

struct Convolution : torch::autograd::Function<Convolution> {
  static variable_list forward(AutogradContext* context, at::TensorList maps, const at::Tensor& w, const c10::optional<at::Tensor>& b, const c10::optional<at::Tensor>& r, PackedWeights& packed,
                               bool overwrite, Window window, bool rectify, bool constant) {
    auto saved = dense(maps);
    // Detached, it is the same memory for the result.
    const auto sum = !r ? at::Tensor() : overwrite ? dense(*r).detach() : dense(*r).clone();
    const auto y = convolve(packed, saved, w, b ? *b : at::Tensor(), sum, window, rectify, constant);
    saved.push_back(w);
    if (rectify) saved.insert(saved.end(), y.begin(), y.end());
    context->save_for_backward(saved);
    context->saved_data["maps"] = static_cast<int64_t>(maps.size());
    context->saved_data["bias"] = b.has_value();
    context->saved_data["residual"] = r.has_value();
    context->saved_data["stride"] = window.stride;
    context->saved_data["padding"] = window.padding;
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::NoGradGuard guard;
    const auto count = static_cast<size_t>(context->saved_data["maps"].toInt());
    const auto saved = context->get_saved_variables();
    const at::TensorList x(saved.data(), count);
    const auto& w = saved[count];
    const Window window{context->saved_data["stride"].toInt(), context->saved_data["padding"].toInt()};
    gradients = dense(gradients);
    if (saved.size() > count + 1)
      for (size_t i = 0; i < count; i++) gradients[i] = at::threshold_backward(gradients[i], saved[count + 1 + i], 0);
    // Edges are those of the inputs that were there; results have a place for every argument.
    const bool has_bias = context->saved_data["bias"].toBool(), has_residual = context->saved_data["residual"].toBool();
    const auto needs_bias = has_bias && context->needs_input_grad(count + 1);
    bool needs_maps = false;
    for (size_t i = 0; i < count; i++) needs_maps |= context->needs_input_grad(i);
    variable_list results = needs_maps ? convolve_backward_input(gradients, x, w, window) : variable_list(count);
    results.resize(count + 8);
    auto &w_result = results[count], &b_result = results[count + 1], &r_result = results[count + 2];
    if (context->needs_input_grad(count)) std::tie(w_result, b_result) = convolve_backward_weights(gradients, x, w, needs_bias, window);
    else if (needs_bias)
      for (const auto& gradient : gradients) b_result = b_result.defined() ? b_result + gradient.sum({0, 2, 3}) : gradient.sum({0, 2, 3});
    if (has_residual && context->needs_input_grad(count + (has_bias ? 2 : 1))) r_result = gradients[0];
    return results;
  }
};

}  // namespace

RT_EXPORT int32_t rt_has_convolution(int32_t type) { return has_convolution(static_cast<at::ScalarType>(type)) ? 1 : 0; }

RT_EXPORT int64_t rt_kernels_made() { return kernels_made(); }

RT_EXPORT int32_t rt_packed_create(void** out) {
  return guarded([&] { *out = new PackedWeights; });
}

RT_EXPORT int32_t rt_packed_forget(void* packed) {
  return guarded([&] { static_cast<PackedWeights*>(packed)->forget(); });
}

RT_EXPORT void rt_packed_release(void* packed) { delete static_cast<PackedWeights*>(packed); }

// act(conv(x, w) + b + r) for each of `count` maps x; b and r may be null, r is for one map. Where r may be overwritten, the result takes its memory.
RT_EXPORT int32_t rt_convolution(void* packed, const at::Tensor* const* x, int64_t count, const at::Tensor* w, const at::Tensor* b, const at::Tensor* r, int32_t overwrite, int64_t stride,
                                 int64_t padding, int32_t rectify, at::Tensor** out) {
  return guarded([&] {
    const auto changes = at::GradMode::is_enabled() && w->requires_grad();
    const auto optional = [](const at::Tensor* tensor) { return tensor == nullptr ? c10::nullopt : c10::optional<at::Tensor>(*tensor); };
    variable_list maps;
    for (int64_t i = 0; i < count; i++) maps.push_back(*x[i]);
    const auto y = Convolution::apply(at::TensorList(maps), *w, optional(b), optional(r), *static_cast<PackedWeights*>(packed), overwrite != 0, Window{stride, padding}, rectify != 0, !changes);
    for (int64_t i = 0; i < count; i++) out[i] = own(y[i]);
  });
}
#else
// Built against a LibTorch that brings its own oneDNN: its operators do it.
RT_EXPORT int32_t rt_has_convolution(int32_t) { return 0; }
RT_EXPORT int64_t rt_kernels_made() { return 0; }
RT_EXPORT int32_t rt_packed_create(void** out) {
  *out = nullptr;
  return 0;
}
RT_EXPORT int32_t rt_packed_forget(void*) { return 0; }
RT_EXPORT void rt_packed_release(void*) {}
RT_EXPORT int32_t rt_convolution(void*, const at::Tensor* const*, int64_t, const at::Tensor*, const at::Tensor*, const at::Tensor*, int32_t, int64_t, int64_t, int32_t, at::Tensor**) {
  set_error("built without oneDNN");
  return 1;
}
#endif
