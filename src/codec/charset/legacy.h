// Guesses which of the encodings from before Unicode a text is in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyforge::charset {

struct LegacyGuess {
  std::string name;
  double confidence = 0;
  std::vector<std::string> alternatives = {};
  /// Of `name` and then of the alternatives: their shares of the likelihood.
  std::vector<double> scores = {};
  std::string reason = {};
  bool is_multi_byte = false;
};

/// Judges a text that has bytes beyond ASCII and is not UTF-8. Without telling evidence:
/// windows-1252. Looks at the first few thousand such bytes. `is_whole`: no other bytes follow, so
/// that encodings that read the sample alike are as good as one.
LegacyGuess GuessLegacy(std::string_view sample, bool is_whole);

}  // namespace pyforge::charset
