#pragma once

#include "schema/block_kernels.h"

namespace pyforge::schema {

/// Of a block's fields those with a bit in `todo`: numbers of up to 32 characters with up to 19
/// significant digits and an exponent. Returns the bits of those that it left undone.
/// Only for processors with AVX2, BMI, POPCNT and FMA.
uint64_t LongDoubles(const FieldBlock& fields, uint64_t todo, char point, double* values,
                     NumberFacts* facts);

}  // namespace pyforge::schema
