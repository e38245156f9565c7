// Finds the character encoding of text from its first bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::charset {

/// Threads: immutable, share freely.
struct Detection {
  /// As in the IANA registry, lower case: "utf-8", "utf-16le", "windows-1252", "shift_jis".
  std::string name = "utf-8";
  /// 0 to 1: how sure it is that every letter is read right, which may be so in several encodings.
  /// 0.9 and more is as good as certain (tests/corpus/test_encodings.py).
  double confidence = 1;
  std::vector<std::string> alternatives = {};  ///< best first
  std::string reason = {};                     ///< in words, for the report
  /// Of `name` and then of the alternatives, 0 to 1; empty where they were not weighed.
  std::vector<double> scores = {};
  int bom_bytes = 0;  ///< length of the byte-order mark
};

/// Judges the first bytes of a text. `is_whole`: the sample is all there is, so that a sequence cut
/// off at its end is an error and not the sample's edge.
Detection DetectEncoding(std::string_view sample, bool is_whole);

}  // namespace pyforge::charset
