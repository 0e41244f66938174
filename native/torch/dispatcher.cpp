// Every operator of LibTorch, by its schema's name: looked up once, called with a list of values.
#include "shim.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <vector>

namespace {

c10::IValue to_ivalue(const Value& value) {
  const auto count = static_cast<size_t>(value.count);
  switch (value.tag) {
    case Tag::None:
      return {};
    case Tag::Tensor:
      return *static_cast<at::Tensor*>(value.pointer);
    case Tag::Int:
      return value.integer;
    case Tag::Double:
      return value.real;
    case Tag::Bool:
      return value.integer != 0;
    case Tag::IntList: {
      const auto* items = static_cast<const int64_t*>(value.pointer);
      return std::vector<int64_t>(items, items + count);
    }
    case Tag::DoubleList: {
      const auto* items = static_cast<const double*>(value.pointer);
      return std::vector<double>(items, items + count);
    }
    case Tag::TensorList: {
      c10::List<at::Tensor> list;
      list.reserve(count);
      auto* const* items = static_cast<at::Tensor* const*>(value.pointer);
      for (size_t i = 0; i < count; i++) list.push_back(*items[i]);
      return list;
    }
    case Tag::String:
      return std::string(static_cast<const char*>(value.pointer), count);
    case Tag::Device:
      return at::Device(std::string(static_cast<const char*>(value.pointer), count));
  }
  throw std::invalid_argument("an argument of unknown kind");
}

// An operator's result is one value, or several, or one list of tensors, which is laid out flat.
void append(const c10::IValue& value, std::vector<at::Tensor*>& handles, Value* results, int32_t capacity, int32_t& count) {
  const auto next = [&]() -> Value& {
    TORCH_CHECK(count < capacity, "more results than the caller has room for");
    return results[count++] = Value{};
  };
  const auto add = [&](const at::Tensor& tensor) {
    auto& slot = next();
    if (!tensor.defined()) return;
    handles.push_back(own(tensor));
    slot.tag = Tag::Tensor;
    slot.pointer = handles.back();
  };
  if (value.isNone()) {
    next();
  } else if (value.isTensor()) {
    add(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) add(tensor);
  } else if (value.isInt()) {
    auto& slot = next();
    slot.tag = Tag::Int;
    slot.integer = value.toInt();
  } else if (value.isDouble()) {
    auto& slot = next();
    slot.tag = Tag::Double;
    slot.real = value.toDouble();
  } else if (value.isBool()) {
    auto& slot = next();
    slot.tag = Tag::Bool;
    slot.integer = value.toBool() ? 1 : 0;
  } else {
    TORCH_CHECK(false, "a result of kind ", value.tagKind(), " is not supported");
  }
}

}  // namespace

RT_EXPORT int32_t rt_find_operator(const char* name, const char* overload, const c10::OperatorHandle** out) {
  return guarded([&] { *out = new c10::OperatorHandle(c10::Dispatcher::singleton().findSchemaOrThrow(name, overload)); });
}

// Arguments left out at the end take the schema's defaults.
RT_EXPORT int32_t rt_call(const c10::OperatorHandle* op, const Value* arguments, int32_t argument_count, Value* results, int32_t capacity, int32_t* result_count) {
  std::vector<at::Tensor*> handles;
  const auto status = guarded([&] {
    const auto& schema = op->schema().arguments();
    const auto given = static_cast<size_t>(argument_count);
    TORCH_CHECK(given <= schema.size(), "too many arguments: the operator takes ", schema.size());
    torch::jit::Stack stack;
    stack.reserve(schema.size());
    for (size_t i = 0; i < given; i++) stack.push_back(to_ivalue(arguments[i]));
    for (size_t i = given; i < schema.size(); i++) {
      TORCH_CHECK(schema[i].default_value().has_value(), "argument ", schema[i].name(), " is missing");
      stack.push_back(*schema[i].default_value());
    }
    op->callBoxed(stack);
    *result_count = 0;
    for (const auto& value : stack) append(value, handles, results, capacity, *result_count);
  });
  if (status != 0) {
    for (auto* handle : handles) release(handle);
  }
  return status;
}
