// Decimal to double with a proof that nothing was lost.
#pragma once

#include <cstdint>

namespace pyforge::schema {

/// The double next to digits * 10^power, when it gives that number back as written: up to 15
/// significant digits in the range of normal doubles; 16 and 17 where printing the double with 17
/// digits, or with as few as tell it from its neighbours, gives the same number. False otherwise,
/// and where the number is beyond the range of doubles.
bool ExactDouble(uint64_t digits, int32_t power, double* value);

/// The same by printing and comparing; slower, and what the tests compare ExactDouble with.
bool ExactDoubleByPrinting(uint64_t digits, int32_t power, double* value);

}  // namespace pyforge::schema
