// What bytes look like when no format of ours knows them: for error messages only.
#pragma once

#include <string>
#include <string_view>

namespace pyforge::core {

struct Likeness {
  std::string what = {};         ///< "a PNG image", "binary data", "text"; never empty
  std::string_view format = {};  ///< the name of a format pyforge may be built with, if it is one
};

/// Judges the first bytes, at most 64 KiB of them.
/// Source: the magic numbers that the formats' own specifications give.
Likeness LooksLike(std::string_view head);

}  // namespace pyforge::core
