// Work for threads that are not equally fast.
#pragma once

#include <ATen/Parallel.h>

#include <atomic>

// Calls thread(take) on each thread; take() gives the next of the numbers below `count`, and -1 when there is none left. With shares of
// equal size all would wait for the slowest, and the processors of a shared machine differ by several times in speed from one moment to the next.
template <typename Thread>
void deal(int64_t count, const Thread& thread) {
  std::atomic<int64_t> next{0};
  const auto take = [&]() -> int64_t {
    const auto taken = next++;
    return taken < count ? taken : -1;
  };
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) { thread(take); });
}
