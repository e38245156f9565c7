#pragma once

#include "schema/block_kernels.h"

namespace pyforge::schema {

/// Only for processors with AVX2, BMI, POPCNT and FMA.
const BlockKernels& Avx2Kernels();

}  // namespace pyforge::schema
