#pragma once

#include "schema/block_kernels.h"

namespace pyforge::schema {

// Numbers of up to 32 characters with up to 19 significant digits and an exponent. Only for
// processors with AVX2, BMI, POPCNT and FMA.

/// Of a block's fields those with a bit in `todo`, where bits come by fours. Most of a column's
/// numbers should have a point, and either all or none an exponent. Returns the bits of those that
/// it left undone.
uint64_t LongDoubles(const FieldBlock& fields, uint64_t todo, char point, double* values,
                     NumberFacts* facts);

/// The same one by one, for the odd ones out.
uint64_t OddDoubles(const FieldBlock& fields, uint64_t todo, char point, double* values,
                    NumberFacts* facts);

}  // namespace pyforge::schema
