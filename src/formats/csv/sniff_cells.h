// What a single field looks like, judged by its spelling alone.
#pragma once

#include <cstdint>
#include <string_view>

namespace pyforge::csv {

enum class CellKind : uint8_t {
  kEmpty,
  kMissing,  ///< stands for no value: NA, n/a, NULL, -, ?
  kNumber,   ///< also with marks, currency, percent
  kDate,     ///< a date, a time, or both
  kBool,
  kAddress,  ///< URL, mail address
  kText,
};

/// `text` has no blanks at its ends.
CellKind ClassifyCell(std::string_view text);

/// Number, date or bool: the kinds that tell data from a column's name.
inline bool IsTyped(CellKind kind) {
  return kind == CellKind::kNumber || kind == CellKind::kDate || kind == CellKind::kBool;
}

/// Could be a column's name: begins with a letter or `_`, is short, is no sentence.
bool LooksLikeName(std::string_view text);

/// A number from 1900 to 2100 without marks; 0 if it is not one.
int YearOf(std::string_view text);

/// The text with each digit as `9`, each letter as `a`, at most 32 characters: two codes of one
/// kind have one pattern.
bool SamePattern(std::string_view a, std::string_view b);

}  // namespace pyforge::csv
