// LIKE patterns of SQL: % stands for any characters, _ for one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::core {

/// Threads: immutable once made, share freely.
class LikePattern {
 public:
  LikePattern() = default;
  /// `escape` takes away the meaning of the %, _ or escape behind it; 0: there is none. False when
  /// an escape stands before anything else.
  static bool Make(std::string_view pattern, char escape, LikePattern* out);
  /// Characters are those of UTF-8; a byte outside of any counts as one.
  bool Matches(std::string_view text) const;

 private:
  struct Element {
    bool is_any_character = false;
    std::string text = {};  // else this
  };
  /// What stands between two %.
  using Segment = std::vector<Element>;

  /// Matches a segment at the beginning of `text`; the bytes it takes, or npos.
  static size_t MatchPrefix(const Segment& segment, std::string_view text);
  /// The first place from `from` on where the segment matches; its end goes to `end`.
  static bool Find(const Segment& segment, std::string_view text, size_t from, size_t* end);
  static bool MatchesSuffix(const Segment& segment, std::string_view text, size_t from);

  std::vector<Segment> segments_ = {Segment{}};  // one more than there are %
};

}  // namespace pyforge::core
