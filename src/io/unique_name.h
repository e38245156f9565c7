// Names that pyforge gives to what is not finished, and what a file system says when it has no
// nameless files.
#pragma once

#include <string>
#include <string_view>

namespace pyforge::io {

inline constexpr std::string_view kUnfinishedPrefix = ".pyforge-";

/// ".pyforge-" and 32 random hexadecimal digits.
std::string UniqueName();

/// Could UniqueName have made this name?
bool IsUniqueName(std::string_view name);

/// Does this errno of an open with O_TMPFILE mean that there are no nameless files there?
bool LacksNamelessFiles(int error);

}  // namespace pyforge::io
