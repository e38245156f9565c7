#include "codec/charset/legacy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

#include "codec/charset/letters.h"
#include "codec/charset/single_byte.h"

namespace pyforge::charset {
namespace {

constexpr size_t kHighBytesMax = 4096;

struct Candidate {
  std::string_view name;
  double score = 0;  // mean log plausibility of a high byte, plus the prior spread over them
  bool is_multi_byte = false;
};

// --- Multi-byte encodings: do all high bytes pair up, and are the pairs common ones? ---

struct PairRange {
  uint8_t lead_low, lead_high, trail_low, trail_high;
};

struct MultiByteEncoding {
  std::string_view name;
  PairRange ranges[3];              // legal pairs
  PairRange common[3];              // pairs that make up most of ordinary text
  uint8_t single_low, single_high;  // high bytes that stand alone; 0: none
};

// Source: the code charts of JIS X 0208, GB 2312, KS X 1001 and Big5: syllables and the characters
// of the first level are the frequent ones.
constexpr MultiByteEncoding kMultiByte[] = {
    {"shift_jis",
     {{0x81, 0x9F, 0x40, 0xFC}, {0xE0, 0xFC, 0x40, 0xFC}, {}},
     {{0x81, 0x83, 0x40, 0xF1}, {0x88, 0x97, 0x40, 0xFC}, {}},
     0xA1,
     0xDF},
    {"euc-jp",
     {{0xA1, 0xFE, 0xA1, 0xFE}, {0x8E, 0x8E, 0xA1, 0xDF}, {}},
     {{0xA1, 0xA1, 0xA1, 0xFE}, {0xA4, 0xA5, 0xA1, 0xF6}, {0xB0, 0xCF, 0xA1, 0xFE}},
     0,
     0},
    {"gb18030",
     {{0x81, 0xFE, 0x40, 0xFE}, {0x81, 0xFE, 0x30, 0x39}, {}},
     {{0xA1, 0xA1, 0xA1, 0xFE}, {0xA3, 0xA3, 0xA1, 0xFE}, {0xB0, 0xD7, 0xA1, 0xFE}},
     0,
     0},
    {"euc-kr",
     {{0x81, 0xFD, 0x41, 0xFE}, {}, {}},
     {{0xA1, 0xA1, 0xA1, 0xFE}, {0xB0, 0xC8, 0xA1, 0xFE}, {}},
     0,
     0},
    {"big5",
     {{0x81, 0xFE, 0x40, 0x7E}, {0x81, 0xFE, 0xA1, 0xFE}, {}},
     {{0xA1, 0xA1, 0x40, 0xFE}, {0xA4, 0xC6, 0x40, 0xFE}, {}},
     0,
     0},
};

bool Holds(const PairRange& range, uint8_t lead, uint8_t trail) {
  return lead >= range.lead_low && lead <= range.lead_high && trail >= range.trail_low &&
         trail <= range.trail_high && trail != 0x7F;
}

bool HoldsAny(std::span<const PairRange> ranges, uint8_t lead, uint8_t trail) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const PairRange& range) {
    return range.lead_low != 0 && Holds(range, lead, trail);
  });
}

double CellCount(std::span<const PairRange> ranges) {
  double cells = 0;
  for (const PairRange& range : ranges) {
    if (range.lead_low == 0) continue;
    cells += (range.lead_high - range.lead_low + 1.0) * (range.trail_high - range.trail_low + 1.0);
  }
  return cells;
}

struct PairCounts {
  size_t pairs = 0;
  size_t common = 0;
  size_t singles = 0;
  size_t ascii_trails = 0;  // pairs whose second byte is an ASCII character
  size_t within_words = 0;  // pairs alone among letters of ASCII
  size_t bad = 0;           // bytes that fit nothing
};

bool IsAsciiLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

PairCounts CountPairs(const MultiByteEncoding& encoding, std::string_view sample) {
  PairCounts counts;
  for (size_t i = 0; i < sample.size() && counts.pairs < kHighBytesMax; ++i) {
    const auto lead = static_cast<uint8_t>(sample[i]);
    if (lead < 0x80) continue;
    if (encoding.single_low != 0 && lead >= encoding.single_low && lead <= encoding.single_high) {
      ++counts.singles;
      continue;
    }
    if (i + 1 == sample.size()) break;
    const auto trail = static_cast<uint8_t>(sample[i + 1]);
    if (!HoldsAny(encoding.ranges, lead, trail)) {
      ++counts.bad;
      continue;
    }
    ++counts.pairs;
    ++i;
    counts.common += HoldsAny(encoding.common, lead, trail) ? 1 : 0;
    counts.ascii_trails += trail < 0x80 ? 1 : 0;
    const bool is_within_word = i >= 2 && i + 1 < sample.size() && IsAsciiLetter(sample[i - 2]) &&
                                IsAsciiLetter(sample[i + 1]);
    counts.within_words += is_within_word ? 1 : 0;
  }
  return counts;
}

// The multi-byte encodings that the text can be in.
void AddMultiByte(std::string_view sample, std::vector<Candidate>* candidates) {
  constexpr double kCommonShare = 0.92;  // of the pairs in an ordinary text
  std::vector<double> likelihoods;       // mean log likelihood of a pair
  for (const MultiByteEncoding& encoding : kMultiByte) {
    const PairCounts counts = CountPairs(encoding, sample);
    // A letter of the Latin script with an accent often stands before an ASCII letter: such pairs
    // would be all there is.
    if (counts.pairs < 2 || counts.bad * 50 > counts.pairs || counts.ascii_trails == counts.pairs) {
      continue;
    }
    // Syllables and ideographs stand among their like; a letter with an accent stands in a word.
    if (counts.within_words * 4 > counts.pairs) continue;
    const auto pairs = static_cast<double>(counts.pairs);
    const auto common = static_cast<double>(counts.common);
    // Half-width syllables are rare next to other text.
    const double share = (common - 5.0 * static_cast<double>(counts.bad)) /
                         (pairs + 2.0 * static_cast<double>(counts.singles));
    if (share < 0.5) continue;
    const double common_cells = CellCount(encoding.common);
    const double other_cells = std::max(CellCount(encoding.ranges) - common_cells, 1.0);
    likelihoods.push_back((common * std::log(kCommonShare / common_cells) +
                           (pairs - common) * std::log((1 - kCommonShare) / other_cells)) /
                          pairs);
    // Few pairs may come about by chance.
    candidates->push_back({encoding.name, std::log(share) - 3.0 / pairs, true});
  }
  if (likelihoods.empty()) return;
  const double best = *std::max_element(likelihoods.begin(), likelihoods.end());
  for (size_t i = 0; i < likelihoods.size(); ++i) {
    (*candidates)[i].score += likelihoods[i] - best;
  }
}

// --- Single-byte pages: does each high byte make sense between its neighbours? ---

// The small letters beyond ASCII that the texts of one language have.
struct Alphabet {
  std::u32string_view frequent;
  std::u32string_view others = {};
};
constexpr Alphabet kAlphabets[] = {
    {U"éèêëàâîïôùûçœ"},         // French
    {U"äöüß"},                  // German
    {U"áéíóúñüç"},              // Spanish, Catalan
    {U"ãõáéíóúâêôçàü"},         // Portuguese
    {U"àèéìòù"},                // Italian
    {U"åäöæøé"},                // Nordic
    {U"áéíóúýðþæö"},            // Icelandic
    {U"ëïéèóöü"},               // Dutch
    {U"ąćęłńóśźż"},             // Polish
    {U"áčďéěíňóřšťúůýžľĺŕôä"},  // Czech, Slovak
    {U"áéíóöőúüű"},             // Hungarian
    {U"čćđšž"},                 // Croatian, Slovene
    {U"ăâîșțşţ"},               // Romanian
    {U"çğıöşüâîû"},             // Turkish
    {U"ąčęėįšųūž"},             // Lithuanian
    {U"āčēģīķļņšūž"},           // Latvian
    {U"äõöüšž"},                // Estonian
    // Scripts of their own are told apart by what letters are frequent.
    {U"оеаинтсрвл", U"бгджзйкмпуфхцчшщъыьэюяёіїєґ"},
    {U"αοιετσνηυρ", U"βγδζθκλμξπφχψωςάέήίόύώ"},
    {U"יוהלאמרתשב", U"גדזחטךכםןנסעףפץצק"},
    {U"اليمنرتوبةعد", U"ءآأؤإئثجحخذزسشصضطظغفقكهى"},
};

char32_t ToLower(char32_t c) {
  if (!IsUpper(c)) return c;
  if (c == 0x178) return 0xFF;
  if (c == 0x130) return U'ı';
  if (c >= 0x100 && c <= 0x17E) return c + 1;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  if (c == 0x490) return 0x491;
  if (c == 0x386) return 0x3AC;
  if (c >= 0x388 && c <= 0x38A) return c + 0x25;
  if (c == 0x38C) return 0x3CC;
  if (c == 0x38E || c == 0x38F) return c + 0x3F;
  return c + 0x20;
}

struct PagePrior {
  std::string_view name;
  double log_prior;  // how much rarer than windows-1252 such files are
};
constexpr PagePrior kPagePriors[] = {
    {"windows-1252", 0},    {"windows-1250", -1.5}, {"windows-1251", -1.5}, {"windows-1253", -2},
    {"windows-1254", -2.5}, {"windows-1255", -2},   {"windows-1256", -2},   {"windows-1257", -2.5},
    {"iso-8859-2", -2.5},   {"iso-8859-5", -3},     {"iso-8859-7", -2.5},   {"iso-8859-15", -2.5},
    {"koi8-r", -2},         {"koi8-u", -2.5},       {"macintosh", -2},      {"ibm850", -2},
    {"ibm858", -2.5},       {"ibm437", -2.5},       {"ibm852", -2.7},       {"ibm866", -2},
};

// Sum of the log plausibilities of the high bytes, in the language that suits the page best.
double ScorePage(const SingleBytePage& page, std::string_view sample, size_t* high_count) {
  constexpr double kRareLetter = 0.45, kForeignLetter = 0.2;
  const auto decode = [&](size_t i) -> char32_t {
    const auto byte = static_cast<uint8_t>(sample[i]);
    return byte < 0x80 ? byte : page.upper[byte - 0x80];
  };
  double sum = 0;
  size_t count = 0;
  std::array<size_t, 128> letter_counts = {};
  for (size_t i = 0; i < sample.size() && count < kHighBytesMax; ++i) {
    if (static_cast<uint8_t>(sample[i]) < 0x80) continue;
    const char32_t before = i > 0 ? decode(i - 1) : U' ';
    const char32_t after = i + 1 < sample.size() ? decode(i + 1) : U' ';
    const char32_t c = decode(i);
    sum += std::log(Plausibility(before, c, after));
    letter_counts[static_cast<uint8_t>(sample[i]) - 0x80u] += IsLetter(c) ? 1 : 0;
    ++count;
  }
  *high_count = count;
  double best = -1e300;
  for (const Alphabet& alphabet : kAlphabets) {
    double fit = 0;
    for (size_t i = 0; i < 128; ++i) {
      if (letter_counts[i] == 0) continue;
      const char32_t letter = ToLower(page.upper[i]);
      const auto holds = [&](std::u32string_view letters) {
        return letters.find(letter) != std::u32string_view::npos;
      };
      if (holds(alphabet.frequent)) continue;
      const double weight = holds(alphabet.others) ? kRareLetter : kForeignLetter;
      fit += static_cast<double>(letter_counts[i]) * std::log(weight);
    }
    best = std::max(best, fit);
  }
  return sum + best;
}

// Whether both pages have the same characters where the sample has bytes beyond ASCII.
bool ReadAlike(const Candidate& a, const Candidate& b, std::string_view sample) {
  if (a.is_multi_byte || b.is_multi_byte) return false;
  const SingleBytePage& first = *FindSingleBytePage(a.name);
  const SingleBytePage& second = *FindSingleBytePage(b.name);
  return std::all_of(sample.begin(), sample.end(), [&](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return byte < 0x80 || first.upper[byte - 0x80] == second.upper[byte - 0x80];
  });
}

// The best candidate that reads the sample in another way than the first one. What follows the
// sample may hold the bytes in which two pages differ.
const Candidate& Rival(const std::vector<Candidate>& candidates, std::string_view sample,
                       bool is_whole) {
  const auto rival =
      std::find_if(candidates.begin() + 1, candidates.end(), [&](const Candidate& candidate) {
        return !is_whole || !ReadAlike(candidates.front(), candidate, sample);
      });
  return rival == candidates.end() ? candidates[1] : *rival;
}

}  // namespace

LegacyGuess GuessLegacy(std::string_view sample, bool is_whole) {
  std::vector<Candidate> candidates;
  AddMultiByte(sample, &candidates);
  size_t high_count = 0;
  for (const PagePrior& prior : kPagePriors) {
    const double sum = ScorePage(*FindSingleBytePage(prior.name), sample, &high_count);
    const auto count = static_cast<double>(std::max<size_t>(high_count, 1));
    candidates.push_back({prior.name, (sum + prior.log_prior) / count, false});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });

  LegacyGuess guess;
  guess.name = candidates.front().name;
  guess.is_multi_byte = candidates.front().is_multi_byte;
  for (size_t i = 1; i < 4; ++i) guess.alternatives.emplace_back(candidates[i].name);
  // The margin to the rival in nats over all bytes, as a probability, with a cap for a guess.
  const auto weight = static_cast<double>(std::min<size_t>(high_count, 50));
  const double margin = (candidates[0].score - Rival(candidates, sample, is_whole).score) * weight;
  double sum = 0;
  for (size_t i = 0; i < 4; ++i) {
    guess.scores.push_back(std::exp((candidates[i].score - candidates[0].score) * weight));
    sum += guess.scores.back();
  }
  for (double& score : guess.scores) score /= sum;
  guess.confidence = 0.3 + 0.64 * (1 - std::exp(-margin / 2));
  guess.reason =
      fmt::format("not UTF-8; {} bytes beyond ASCII make sense in {} best", high_count, guess.name);
  return guess;
}

}  // namespace pyforge::charset
