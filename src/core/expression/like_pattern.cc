#include "core/expression/like_pattern.h"

#include <algorithm>
#include <utility>

namespace pyforge::core {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Bytes of the character that begins at `at`.
size_t CharacterBytes(std::string_view text, size_t at) {
  size_t end = at + 1;
  if (static_cast<unsigned char>(text[at]) < 0xC0) return 1;
  while (end < text.size() && end - at < 4 && IsContinuation(text[end])) ++end;
  return end - at;
}

}  // namespace

bool LikePattern::Make(std::string_view pattern, char escape, LikePattern* out) {
  out->segments_ = {Segment{}};
  const auto add_text = [&](char c) {
    Segment& segment = out->segments_.back();
    if (segment.empty() || segment.back().is_any_character) segment.push_back({});
    segment.back().text += c;
  };
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (escape != 0 && c == escape) {
      if (++i == pattern.size()) return false;
      if (pattern[i] != '%' && pattern[i] != '_' && pattern[i] != escape) return false;
      add_text(pattern[i]);
    } else if (c == '%') {
      out->segments_.emplace_back();
    } else if (c == '_') {
      out->segments_.back().push_back({.is_any_character = true});
    } else {
      add_text(c);
    }
  }
  return true;
}

size_t LikePattern::MatchPrefix(const Segment& segment, std::string_view text) {
  size_t at = 0;
  for (const Element& element : segment) {
    if (element.is_any_character) {
      if (at == text.size()) return std::string_view::npos;
      at += CharacterBytes(text, at);
    } else {
      if (!text.substr(at).starts_with(element.text)) return std::string_view::npos;
      at += element.text.size();
    }
  }
  return at;
}

bool LikePattern::Find(const Segment& segment, std::string_view text, size_t from, size_t* end) {
  while (from <= text.size()) {
    if (!segment.empty() && !segment.front().is_any_character) {
      from = text.find(segment.front().text, from);
      if (from == std::string_view::npos) return false;
    }
    const size_t bytes = MatchPrefix(segment, text.substr(from));
    if (bytes != std::string_view::npos) {
      *end = from + bytes;
      return true;
    }
    if (from == text.size()) return false;
    from += CharacterBytes(text, from);
  }
  return false;
}

bool LikePattern::MatchesSuffix(const Segment& segment, std::string_view text, size_t from) {
  // From the end backwards; a segment has a fixed number of characters, so there is one place.
  size_t at = text.size();
  for (auto element = segment.rbegin(); element != segment.rend(); ++element) {
    if (element->is_any_character) {
      if (at == from) return false;
      size_t begin = at - 1;
      while (begin > from && at - begin < 4 && IsContinuation(text[begin])) --begin;
      // A stray continuation byte is a character by itself.
      at = begin + CharacterBytes(text, begin) == at ? begin : at - 1;
    } else {
      const size_t bytes = element->text.size();
      if (at - from < bytes || text.substr(at - bytes, bytes) != element->text) return false;
      at -= bytes;
    }
  }
  return true;
}

bool LikePattern::Matches(std::string_view text) const {
  size_t at = MatchPrefix(segments_.front(), text);
  if (at == std::string_view::npos) return false;
  if (segments_.size() == 1) return at == text.size();
  for (size_t i = 1; i + 1 < segments_.size(); ++i) {
    if (!Find(segments_[i], text, at, &at)) return false;
  }
  return MatchesSuffix(segments_.back(), text, at);
}

}  // namespace pyforge::core
