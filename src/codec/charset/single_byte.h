// The code pages that hold one character in each byte.
#pragma once

#include <span>
#include <string_view>

namespace pyforge::charset {

struct SingleBytePage {
  std::string_view name;  ///< as in the IANA registry, lower case
  char16_t upper[128];    ///< code points of the bytes 0x80 to 0xFF; 0: not assigned
};

/// All known pages. Bytes below 0x80 are ASCII in each.
std::span<const SingleBytePage> SingleBytePages();
/// By canonical name; null where there is none.
const SingleBytePage* FindSingleBytePage(std::string_view name);

}  // namespace pyforge::charset
