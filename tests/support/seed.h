// Seeds for tests with random values.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace pyforge::testing {

/// Another seed in every run, printed, so that PYFORGE_TEST_SEED=N brings a failure back.
inline uint64_t RandomSeed() {
  const char* const wanted = std::getenv("PYFORGE_TEST_SEED");
  const uint64_t seed =
      wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : uint64_t{std::random_device()()};
  std::cout << "PYFORGE_TEST_SEED=" << seed << "\n";
  return seed;
}

}  // namespace pyforge::testing
