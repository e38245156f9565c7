#include "codec/charset/detect.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "codec/charset/legacy.h"
#include "codec/charset/letters.h"
#include "codec/charset/utf8.h"

namespace pyforge::charset {
namespace {

using namespace std::string_view_literals;

struct Mark {
  std::string_view bytes;
  std::string_view encoding;
};
// The longer ones first: UTF-32LE's begins as UTF-16LE's does.
constexpr Mark kMarks[] = {{"\xFF\xFE\0\0"sv, "utf-32le"sv},
                           {"\0\0\xFE\xFF"sv, "utf-32be"sv},
                           {"\xEF\xBB\xBF"sv, "utf-8"sv},
                           {"\xFF\xFE"sv, "utf-16le"sv},
                           {"\xFE\xFF"sv, "utf-16be"sv}};

// Zero bytes by their place in groups of four.
std::array<size_t, 4> CountZeros(std::string_view sample) {
  std::array<size_t, 4> zeros = {};
  if (sample.find('\0') == std::string_view::npos) return zeros;  // nearly always, and found fast
  for (size_t i = 0; i < sample.size(); ++i) zeros[i % 4] += sample[i] == '\0' ? 1 : 0;
  return zeros;
}

// Text as 16-bit units has no unpaired surrogates and hardly any control characters.
bool ReadsAsUtf16(std::string_view sample, bool big_endian) {
  size_t odd_count = 0;
  bool after_high = false;
  for (size_t i = 0; i + 1 < sample.size(); i += 2) {
    const auto first = static_cast<uint8_t>(sample[i]);
    const auto second = static_cast<uint8_t>(sample[i + 1]);
    const int unit = big_endian ? first * 256 + second : second * 256 + first;
    const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (is_low != after_high) return false;
    after_high = unit >= 0xD800 && unit <= 0xDBFF;
    if (unit < 0x20 && unit != '\t' && unit != '\n' && unit != '\r') ++odd_count;
    if (unit >= 0xFFFE) return false;
  }
  return odd_count * 100 <= sample.size() / 2;
}

// UTF-16 and UTF-32 without a mark: characters of the Latin script, digits, delimiters and line
// ends leave zeros at fixed places.
bool DetectByZeros(std::string_view sample, Detection* detection) {
  const std::array<size_t, 4> zeros = CountZeros(sample);
  const size_t groups = sample.size() / 4;
  const auto mostly = [&](size_t place) { return groups > 0 && zeros[place] * 10 >= groups * 9; };
  if (mostly(0) && mostly(1) && zeros[3] * 10 <= groups) {
    detection->name = "utf-32be";
  } else if (mostly(2) && mostly(3) && zeros[0] * 10 <= groups) {
    detection->name = "utf-32le";
  } else {
    const size_t even = zeros[0] + zeros[2], odd = zeros[1] + zeros[3];
    const size_t units = sample.size() / 2;
    const size_t more = std::max(even, odd), fewer = std::min(even, odd);
    // Scripts beyond Latin still have their delimiters and line ends in ASCII.
    if (more < 2 || more * 20 < units || fewer * 20 > more) return false;
    const bool big_endian = even > odd;
    if (!ReadsAsUtf16(sample, big_endian)) return false;
    detection->name = big_endian ? "utf-16be" : "utf-16le";
  }
  detection->confidence = 0.95;
  detection->reason = "no byte-order mark, but zero bytes at every place where it has them";
  return true;
}

constexpr char32_t kNoLetter = 0xFFFC;
constexpr char32_t kBroken = 0xFFFD;

struct Utf8Counts {
  int64_t sequences = 0;  // of two bytes and more
  int64_t letters = 0;    // among them: those that go well with the word in which they stand
  int64_t bad_places = 0;
  std::string rest = {};  // the text without those sequences; empty where no place is bad
};

// A character that lacks its last bytes is one mistake, not one for each byte.
size_t BrokenSequenceSize(std::string_view bytes) {
  const auto lead = static_cast<uint8_t>(bytes.front());
  const size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 1;
  size_t size = 1;
  while (size + 1 < whole && size < bytes.size() &&
         (static_cast<uint8_t>(bytes[size]) & 0xC0) == 0x80) {
    ++size;
  }
  return size;
}

int64_t CountLeads(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return static_cast<uint8_t>(c) >= 0xC0; });
}

// The character that begins at `*at`, which is moved on behind it. Letters of the scripts in
// question have two bytes; any longer sequence stands for itself.
char32_t NextCharacter(std::string_view text, size_t* at) {
  const auto lead = static_cast<uint8_t>(text[(*at)++]);
  if (lead < 0x80) return lead;
  char32_t rest = 0;
  while (*at < text.size() && (static_cast<uint8_t>(text[*at]) & 0xC0) == 0x80) {
    rest = rest << 6 | (static_cast<uint8_t>(text[(*at)++]) & 0x3Fu);
  }
  return lead < 0xE0 ? (lead & 0x1Fu) << 6 | rest : kNoLetter;
}

// Counts the letters beyond ASCII that stand next to another one of their script, where they look
// in place. Pairs of bytes that are well-formed by chance decode to letters of any script, and
// stand among bytes that are not. `text` is well-formed; `follows_bad` and `precedes_bad`: what
// lies beside it is not.
int64_t CountLettersInWords(std::string_view text, bool follows_bad, bool precedes_bad) {
  constexpr double kInPlace = 0.31;  // more than two accents side by side
  int64_t count = 0;
  char32_t before = follows_bad ? kBroken : U' ';
  size_t at = 0;
  char32_t c = text.empty() ? U' ' : NextCharacter(text, &at);
  while (!text.empty()) {
    const bool is_last = at >= text.size();
    const char32_t at_end = precedes_bad ? kBroken : U' ';
    const char32_t after = is_last ? at_end : NextCharacter(text, &at);
    const bool is_in_word = c >= 0x80 && IsLetter(c) && before != kBroken && after != kBroken &&
                            (ScriptOf(before) == ScriptOf(c) || ScriptOf(after) == ScriptOf(c));
    count += is_in_word && Plausibility(before, c, after) > kInPlace ? 1 : 0;
    if (is_last) break;
    before = c;
    c = after;
  }
  return count;
}

Utf8Counts CountUtf8(std::string_view sample, bool is_whole) {
  Utf8Counts counts;
  for (;;) {
    const size_t bad = is_whole ? FindInvalidUtf8(sample) : FindInvalidUtf8Prefix(sample);
    if (bad == kNone && counts.bad_places == 0) {
      counts.sequences = CountLeads(sample);  // the rest is asked for of broken text only
      return counts;
    }
    const std::string_view good = sample.substr(0, bad);
    counts.letters += CountLettersInWords(good, counts.bad_places > 0, bad != kNone);
    for (const char c : good) {
      const auto byte = static_cast<uint8_t>(c);
      counts.sequences += byte >= 0xC0 ? 1 : 0;
      if (byte < 0x80) counts.rest += c;
    }
    if (bad == kNone) return counts;
    const size_t size = BrokenSequenceSize(sample.substr(bad));
    counts.rest += sample.substr(bad, size);
    ++counts.bad_places;
    sample.remove_prefix(bad + size);
  }
}

// Whether a text with bad places is UTF-8 that was damaged. Text of another encoding makes
// well-formed sequences by rare chance only, and hardly ever letters in their places; so few of
// those outweigh many bad bytes, which are named to the user while wrong letters are not.
bool IsDamagedUtf8(const Utf8Counts& counts, bool is_multi_byte) {
  if (is_multi_byte) {
    return counts.letters >= counts.bad_places || counts.sequences >= 20 * counts.bad_places;
  }
  return counts.sequences >= counts.bad_places || 20 * counts.letters >= counts.bad_places;
}

}  // namespace

Detection DetectEncoding(std::string_view sample, bool is_whole) {
  Detection detection;
  for (const Mark& mark : kMarks) {
    if (!sample.starts_with(mark.bytes)) continue;
    detection.name = mark.encoding;
    detection.bom_bytes = static_cast<int>(mark.bytes.size());
    detection.reason = "byte-order mark";
    return detection;
  }
  if (DetectByZeros(sample, &detection)) return detection;
  if (IsAscii(sample)) {
    detection.confidence = is_whole ? 1 : 0.95;
    detection.reason = is_whole ? "all bytes are ASCII" : "all bytes of the sample are ASCII";
    return detection;
  }

  const Utf8Counts counts = CountUtf8(sample, is_whole);
  if (counts.bad_places == 0) {
    detection.confidence = counts.sequences >= 3 ? 0.99 : 0.9;
    detection.reason =
        fmt::format("well-formed UTF-8 with {} characters beyond ASCII", counts.sequences);
    return detection;
  }
  LegacyGuess guess = GuessLegacy(sample, is_whole);
  if (IsDamagedUtf8(counts, guess.is_multi_byte)) {
    detection.confidence = static_cast<double>(counts.sequences) /
                           static_cast<double>(counts.sequences + counts.bad_places);
    detection.alternatives = {GuessLegacy(counts.rest, is_whole).name};
    detection.reason = fmt::format("{} characters are well-formed UTF-8, {} are not",
                                   counts.sequences, counts.bad_places);
    return detection;
  }
  detection.name = std::move(guess.name);
  detection.confidence = guess.confidence;
  detection.alternatives = std::move(guess.alternatives);
  detection.reason = std::move(guess.reason);
  detection.scores = std::move(guess.scores);
  return detection;
}

}  // namespace pyforge::charset
