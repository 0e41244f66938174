// The C face of the shim: plain structs, fixed-width integers, status codes. C# mirrors this file in Native/.
//
// Every function that can fail returns 0 or 1; after 1 the reason is in rt_error() of the same thread. No exception
// leaves the library. Tensors are counted: rt_alive() is the number of handles not yet released.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#define RT_EXPORT extern "C" __attribute__((visibility("default")))

constexpr int32_t kAbiVersion = 4;

// What an argument or a result is. The numbers are part of the ABI.
enum class Tag : int32_t { None = 0, Tensor = 1, Int = 2, Double = 3, Bool = 4, IntList = 5, TensorList = 6, String = 7, DoubleList = 8, Device = 9 };

struct Value {
  Tag tag;
  int32_t count;  // of list elements, or bytes of a string
  union {
    int64_t integer;
    double real;
    void* pointer;
  };
};
static_assert(sizeof(Value) == 16, "mirrored in C#");

// Keeps what went wrong for rt_error().
void set_error(std::string text) noexcept;

// Runs `body`, turns whatever it throws into a status and a text.
template <typename Body>
int32_t guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    set_error(error.what_without_backtrace());
  } catch (const std::exception& error) {
    set_error(error.what());
  } catch (...) {
    set_error("an exception of unknown type");
  }
  return 1;
}

// Wraps a tensor in a counted handle, and releases one.
at::Tensor* own(at::Tensor tensor);
void release(at::Tensor* tensor) noexcept;
