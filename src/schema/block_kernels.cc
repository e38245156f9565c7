#include "schema/block_kernels.h"

#include <atomic>

#include "base/x86_vectors.h"
#include "schema/block_kernels_avx2.h"

namespace pyforge::schema {
namespace {

constexpr BlockKernels kPortableKernels = {};

std::atomic<const BlockKernels*> forced_kernels = nullptr;

}  // namespace

bool Supports(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPortable:
      return true;
    case InstructionSet::kAvx2:
#if defined(__x86_64__)
      return HasAvx2();
#else
      return false;
#endif
  }
  return false;
}

const BlockKernels& KernelsOf(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::kAvx2) return Avx2Kernels();
#else
  static_cast<void>(set);
#endif
  return kPortableKernels;
}

const BlockKernels& BestKernels() {
  const BlockKernels* forced = forced_kernels.load(std::memory_order_relaxed);
  if (forced != nullptr) return *forced;
  static const BlockKernels& best = KernelsOf(
      Supports(InstructionSet::kAvx2) ? InstructionSet::kAvx2 : InstructionSet::kPortable);
  return best;
}

void ForceInstructionSet(const InstructionSet* set) {
  forced_kernels = set == nullptr ? nullptr : &KernelsOf(*set);
}

}  // namespace pyforge::schema
