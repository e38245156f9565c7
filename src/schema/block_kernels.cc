#include "schema/block_kernels.h"

#include <atomic>

#include "base/x86_vectors.h"
#include "schema/block_kernels_avx2.h"
#include "schema/block_kernels_avx512.h"

namespace pyforge::schema {
namespace {

constexpr BlockKernels kPortableKernels = {};

std::atomic<const BlockKernels*> forced_kernels = nullptr;

}  // namespace

bool Supports(InstructionSet set) {
  switch (set) {
    case InstructionSet::kPortable:
      return true;
#if defined(__x86_64__)
    case InstructionSet::kAvx2:
      return HasAvx2Fma();
    case InstructionSet::kAvx512:
      return HasAvx2Fma() && HasAvx512Vbmi2();
#endif
    default:
      return false;
  }
}

const BlockKernels& KernelsOf(InstructionSet set) {
  switch (set) {
#if defined(__x86_64__)
    case InstructionSet::kAvx2:
      return Avx2Kernels();
    case InstructionSet::kAvx512:
      return Avx512Kernels();
#endif
    default:
      return kPortableKernels;
  }
}

const BlockKernels& BestKernels() {
  const BlockKernels* forced = forced_kernels.load(std::memory_order_relaxed);
  if (forced != nullptr) return *forced;
  static const BlockKernels& best = []() -> const BlockKernels& {
    for (const InstructionSet set : {InstructionSet::kAvx512, InstructionSet::kAvx2}) {
      if (Supports(set)) return KernelsOf(set);
    }
    return kPortableKernels;
  }();
  return best;
}

void ForceInstructionSet(const InstructionSet* set) {
  forced_kernels = set == nullptr ? nullptr : &KernelsOf(*set);
}

}  // namespace pyforge::schema
