// Memory of tensors on the processor. LibTorch asks the C library for aligned memory, for which it cuts a larger block and gives back what
// is left over on both sides. Small requests then settle there, the freed block no longer holds an aligned one of the same size, and a
// training, which asks for the same sizes in every step, leaves holes. R50's took a sixth more memory. Here the alignment is part of the block.
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "shim.h"

namespace {

// Of the widest vectors, and of a line of the cache.
constexpr size_t kAlignment = 64;
// What the C library keeps beside a block; blocks and that together are whole pages, so that tensors of nearly one size share them.
constexpr size_t kPage = 4096, kBookkeeping = 16;
constexpr size_t kHugePage = 2 << 20;

uintptr_t round_up(uintptr_t value, size_t step) { return (value + step - 1) / step * step; }

// Whole huge pages within a block may come as such: addresses are looked up faster ever after, which is about 4 % of an R50's detection. A kernel that
// has none leaves it as it is. But where a host takes free memory back, as that of a virtual machine may, it brings whole ones slowly: that cost a
// process of a single image a sixth of its time.
std::atomic<bool> huge_pages{true};

void prefer_huge_pages(void* block, size_t size) {
  const auto first = round_up(reinterpret_cast<uintptr_t>(block), kHugePage);
  const auto end = (reinterpret_cast<uintptr_t>(block) + size) / kHugePage * kHugePage;
  if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

// LibTorch also asks for memory without an owner, whose deleter has to be the same for all: the block's start stands before the tensor.
void release(void* memory) {
  if (memory != nullptr) std::free(static_cast<void**>(memory)[-1]);
}

void* take(size_t bytes) {
  if (bytes == 0) return nullptr;
  auto size = bytes + sizeof(void*) + kAlignment;
  if (size > kPage) size = round_up(size + kBookkeeping, kPage) - kBookkeeping;
  auto* const block = size < bytes ? nullptr : std::malloc(size);
  TORCH_CHECK(block != nullptr, "out of memory: a tensor of ", bytes, " bytes.");
  if (size >= 2 * kHugePage && huge_pages.load(std::memory_order_relaxed)) prefer_huge_pages(block, size);
  auto* const memory = reinterpret_cast<void**>(round_up(reinterpret_cast<uintptr_t>(block) + sizeof(void*), kAlignment));
  memory[-1] = block;
  return memory;
}

struct TensorMemory final : c10::Allocator {
  // Which of these overrides depends on LibTorch's version.
  c10::DataPtr allocate(size_t bytes) { return const_cast<const TensorMemory*>(this)->allocate(bytes); }
  c10::DataPtr allocate(size_t bytes) const {
    auto* const memory = take(bytes);
    return {memory, memory, release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const { return release; }
  void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }
};

[[maybe_unused]] const bool registered = [] {
  static TensorMemory memory;
  // LibTorch's own has 0.
  c10::SetCPUAllocator(&memory, 1);
  return true;
}();

}  // namespace

RT_EXPORT void rt_use_huge_pages(int32_t use) { huge_pages.store(use != 0, std::memory_order_relaxed); }
