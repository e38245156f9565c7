// Names of encodings.
#pragma once

#include <string>
#include <string_view>

namespace pyforge::charset {

/// The name as in the IANA registry, lower case, for any usual spelling ("UTF8", "cp1252",
/// "latin1", "sjis"); the lower-cased input where the spelling is not known here.
std::string CanonicalName(std::string_view name);

}  // namespace pyforge::charset
