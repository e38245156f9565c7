#include "codec/charset/letters.h"

#include <string_view>

namespace pyforge::charset {
namespace {

bool IsCommonSymbol(char32_t c) {
  static constexpr std::u32string_view kCommon = U"€£°§©®–—‘’“”„…·×½²³µ«»ºª¿¡•™№ ´\u00A0";
  return kCommon.find(c) != std::u32string_view::npos;
}

}  // namespace

Script ScriptOf(char32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return Script::kLatin;
  if (c == 0xAA || c == 0xBA) return Script::kNone;  // ordinal marks
  if (c >= 0xC0 && c <= 0x17F) return c == 0xD7 || c == 0xF7 ? Script::kNone : Script::kLatin;
  if (c == 0x192 || (c >= 0x218 && c <= 0x21B)) return Script::kLatin;
  if (c >= 0x386 && c <= 0x3CE) return Script::kGreek;
  if (c >= 0x401 && c <= 0x491) return Script::kCyrillic;
  if (c >= 0x5D0 && c <= 0x5EA) return Script::kHebrew;
  if (c >= 0x621 && c <= 0x6D2) return Script::kArabic;
  return Script::kNone;
}

bool IsUpper(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  if (c >= 0xC0 && c <= 0xDE) return true;
  if (c >= 0x139 && c <= 0x148) return c % 2 == 1;
  if (c >= 0x100 && c <= 0x177) return c % 2 == 0;
  if (c == 0x178) return true;
  if (c >= 0x179 && c <= 0x17E) return c % 2 == 1;
  if (c >= 0x386 && c <= 0x3AB) return c != 0x390;
  if (c >= 0x401 && c <= 0x42F) return true;
  return c == 0x490;
}

double Plausibility(char32_t before, char32_t c, char32_t after) {
  if (c == 0 || (c >= 0x80 && c < 0xA0)) return 0.001;  // not assigned, or a control character
  const Script script = ScriptOf(c);
  if (script == Script::kNone) {
    if (IsLetter(before) && IsLetter(after)) return c == 0x2019 || c == 0xA0 ? 0.9 : 0.05;
    if (c >= 0x2500 && c <= 0x25A0) return 0.03;  // lines and blocks
    // An apostrophe or a closing quotation mark stands behind a letter.
    if (c == 0x2019 && IsLetter(after)) return 0.2;
    if (IsCommonSymbol(c)) return 0.8;
    return IsLetter(before) || IsLetter(after) ? 0.15 : 0.3;
  }
  double value = 1;
  const bool joins_other_script = (IsLetter(before) && ScriptOf(before) != script) ||
                                  (IsLetter(after) && ScriptOf(after) != script);
  if (joins_other_script) value *= 0.1;
  if (IsUpper(c)) {
    const bool before_is_lower = IsLetter(before) && !IsUpper(before);
    value *= before_is_lower ? 0.15 : 0.7;
  }
  if (!IsLetter(before) && !IsLetter(after)) value *= 0.5;
  // Accents seldom stand side by side.
  if (script == Script::kLatin && IsLetter(before) && before >= 0x80) value *= 0.3;
  // Capitals only, but in the midst of a word of small letters, come from a wrong table.
  if (!IsUpper(c) && script != Script::kHebrew && script != Script::kArabic && IsLetter(before) &&
      IsUpper(before) && IsLetter(after) && IsUpper(after)) {
    value *= 0.3;
  }
  return value;
}

}  // namespace pyforge::charset
