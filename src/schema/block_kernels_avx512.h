#pragma once

#include "schema/block_kernels.h"

namespace pyforge::schema {

/// Only where HasAvx512Vbmi2().
const BlockKernels& Avx512Kernels();

}  // namespace pyforge::schema
