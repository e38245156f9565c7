// Classes of ASCII characters, free of locales.
#pragma once

namespace pyforge::schema {

constexpr bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
constexpr bool IsLetter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }
/// Of a letter; other characters become others.
constexpr char LowerLetter(char c) { return static_cast<char>(c | 0x20); }

}  // namespace pyforge::schema
