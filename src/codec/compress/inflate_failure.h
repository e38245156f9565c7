// What ISA-L's inflate means by its results.
#pragma once

#include <isa-l/igzip_lib.h>

#include <string_view>

namespace pyforge::compress {

inline std::string_view InflateFailure(int result) {
  switch (result) {
    case ISAL_INVALID_BLOCK:
      return "a block has an invalid header";
    case ISAL_INVALID_SYMBOL:
      return "a block holds an invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "a copy reaches back before the first byte";
    case ISAL_INCORRECT_CHECKSUM:
      return "the checksum or the length does not match the data";
    default:
      return "the data cannot be decoded";
  }
}

}  // namespace pyforge::compress
