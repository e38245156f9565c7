// What a letter is and how well it goes between its neighbours: by that a wrong encoding shows.
#pragma once

#include <cstdint>

namespace pyforge::charset {

enum class Script : uint8_t { kNone, kLatin, kGreek, kCyrillic, kHebrew, kArabic };

/// kNone: no letter of a script that has an encoding of one byte a letter.
Script ScriptOf(char32_t c);
inline bool IsLetter(char32_t c) { return ScriptOf(c) != Script::kNone; }
bool IsUpper(char32_t c);

/// How well `c`, which is not ASCII, goes between its neighbours, 0 to 1, whatever the language.
double Plausibility(char32_t before, char32_t c, char32_t after);

}  // namespace pyforge::charset
