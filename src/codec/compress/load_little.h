// Numbers of a file that have their lowest byte first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pyforge::compress {

/// Of at most 8 bytes.
inline uint64_t LoadLittle(const uint8_t* from, size_t bytes) {
  uint64_t number = 0;
  for (size_t i = bytes; i-- > 0;) number = number << 8U | from[i];
  return number;
}

}  // namespace pyforge::compress
