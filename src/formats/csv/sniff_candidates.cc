#include "formats/csv/sniff_candidates.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "formats/csv/sniff_parse.h"
#include "schema/characters.h"

namespace pyforge::csv {
namespace {

// Enough to see which characters play a part.
constexpr size_t kGlanceBytes = size_t{64} << 10;

constexpr size_t kRecordsWidened = 100;

struct Usual {
  std::string_view delimiter;
  double prior;
};
constexpr Usual kUsual[] = {{",", 1.0},     {";", 0.99},    {"\t", 0.98}, {"|", 0.97},
                            {"\x1F", 0.96}, {"\x01", 0.96}, {"::", 0.85}, {"^", 0.8},
                            {"~", 0.8},     {":", 0.45},    {" ", 0.6}};

// Of a character that is no usual delimiter but may be it by the user's word.
constexpr double kChosenPrior = 0.9;

using schema::IsDigit;

size_t FindLineEnd(std::string_view text, size_t begin) {
  while (begin < text.size() && text[begin] != '\n' && text[begin] != '\r') ++begin;
  return begin;
}

// The beginning; where one record fills it, what lies around that record's end. Its delimiter may
// stand nowhere else.
std::string_view Glance(const Sample& sample) {
  const std::string_view head = sample.head;
  const size_t first_end = FindLineEnd(head, 0);
  const bool shows_it = first_end < kGlanceBytes || first_end == head.size();
  return head.substr(shows_it ? 0 : first_end - kGlanceBytes / 2, kGlanceBytes);
}

// Most occurrences belong to times, URLs or thousands: then it delimits nothing.
bool IsPartOfValues(std::string_view text, char delimiter) {
  size_t count = 0, bound = 0;
  for (size_t i = text.find(delimiter); i != std::string_view::npos;
       i = text.find(delimiter, i + 1)) {
    ++count;
    const char before = i > 0 ? text[i - 1] : '\n';
    const std::string_view after = text.substr(i + 1, 3);
    if (delimiter == ':') {
      const bool in_time = IsDigit(before) && after.size() >= 2 && after[0] >= '0' &&
                           after[0] <= '5' && IsDigit(after[1]);
      bound += in_time || after.starts_with("//") ? 1 : 0;
    } else {
      const bool before_time = IsDigit(before) && after.size() >= 3 && IsDigit(after[0]) &&
                               (after[1] == ':' || (IsDigit(after[1]) && after[2] == ':'));
      bound += before_time || before == ',' || before == ';' ? 1 : 0;
    }
  }
  return bound * 2 > count;
}

// Columns aligned by blanks: many of the blanks follow another.
bool StandsInRuns(std::string_view text, char delimiter) {
  size_t count = 0, repeated = 0;
  for (size_t i = text.find(delimiter); i != std::string_view::npos;
       i = text.find(delimiter, i + 1)) {
    ++count;
    repeated += i > 0 && text[i - 1] == delimiter ? 1 : 0;
  }
  return repeated * 5 > count;
}

size_t CountOf(std::string_view what, std::string_view text) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

bool HoldsEscaped(std::string_view text, char what) {
  const char pair[] = {'\\', what};
  return text.find(std::string_view(pair, 2)) != std::string_view::npos;
}

// An apostrophe may quote where it stands at both edges of some field.
bool ApostropheMayQuote(std::string_view text, std::string_view delimiter) {
  const auto is_edge = [&](size_t at, bool before) {
    if (before)
      return at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r' ||
             (!delimiter.empty() && text.substr(0, at).ends_with(delimiter));
    return at + 1 >= text.size() || text[at + 1] == '\n' || text[at + 1] == '\r' ||
           (!delimiter.empty() && text.substr(at + 1).starts_with(delimiter));
  };
  bool opens = false, closes = false;
  for (size_t i = text.find('\''); i != std::string_view::npos && !(opens && closes);
       i = text.find('\'', i + 1)) {
    opens = opens || is_edge(i, true);
    closes = closes || is_edge(i, false);
  }
  return opens && closes;
}

// The quotes and escapes to try with one delimiter.
void AddQuoteVariants(std::string_view text, const DialectHints& hints, Trial trial,
                      std::vector<Trial>* trials) {
  using QuoteChoice = std::optional<char>;
  std::vector<std::pair<QuoteChoice, double>> quotes;
  if (hints.quote) {
    quotes = {{*hints.quote, 1.0}};
  } else {
    quotes = {{'"', 1.0}};
    if (text.find('"') != std::string_view::npos) quotes.emplace_back(std::nullopt, 0.9);
    if (ApostropheMayQuote(text, trial.dialect.delimiter)) quotes.emplace_back('\'', 0.95);
  }
  const double prior = trial.prior;
  for (const auto& [quote, quote_prior] : quotes) {
    trial.dialect.quote = quote;
    trial.prior = prior * quote_prior;
    if (hints.escape) {
      trial.dialect.escape = *hints.escape;
      trials->push_back(trial);
      continue;
    }
    trial.dialect.escape = quote;
    trials->push_back(trial);
    const std::string& delimiter = trial.dialect.delimiter;
    const bool by_backslash =
        (quote && HoldsEscaped(text, *quote)) ||
        (!delimiter.empty() && delimiter != "\\" && HoldsEscaped(text, delimiter[0]));
    if (!by_backslash) continue;
    trial.dialect.escape = '\\';
    trial.prior = prior * quote_prior * 0.99;
    trials->push_back(trial);
  }
}

}  // namespace

Newline FindNewline(std::string_view text) {
  size_t crlf = 0, lf = 0, cr = 0;
  for (size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1)) {
    (i > 0 && text[i - 1] == '\r' ? crlf : lf) += 1;
  }
  for (size_t i = text.find('\r'); i != std::string_view::npos; i = text.find('\r', i + 1)) ++cr;
  if (cr > 0 && lf + crlf == 0) return Newline::kCr;
  return crlf > lf ? Newline::kCrlf : Newline::kLf;
}

std::optional<SeparatorLine> FindSeparatorLine(std::string_view text) {
  const size_t end = FindLineEnd(text, 0);
  std::string_view line = text.substr(0, end);
  SeparatorLine result;
  result.bytes = end;
  if (text.substr(result.bytes).starts_with('\r')) ++result.bytes;
  if (text.substr(result.bytes).starts_with('\n')) ++result.bytes;
  if (line.size() >= 2 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  if (line.size() < 5 || line.size() > 8) return std::nullopt;
  const std::string_view key = line.substr(0, 4);
  if (key != "sep=" && key != "SEP=" && key != "Sep=") return std::nullopt;
  result.delimiter = line.substr(4);
  return result;
}

std::string FindCommentPrefix(std::string_view text) {
  std::string found;
  size_t most = 0, lines = 0;
  constexpr std::array<std::string_view, 4> kPrefixes = {"#", "//", "%", "--"};
  std::array<size_t, kPrefixes.size()> counts = {};
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = FindLineEnd(text, begin);
    const std::string_view line = text.substr(begin, end - begin);
    if (!line.empty()) ++lines;
    for (size_t i = 0; i < kPrefixes.size(); ++i)
      counts[i] += line.starts_with(kPrefixes[i]) ? 1 : 0;
    begin = end + 1;
  }
  for (size_t i = 0; i < kPrefixes.size(); ++i) {
    if (counts[i] <= most) continue;
    most = counts[i];
    found = kPrefixes[i];
  }
  // Where nearly every line begins so, it is data.
  return most * 10 > lines * 9 ? std::string() : found;
}

std::vector<Trial> MakeTrials(const Sample& sample, const DialectHints& hints,
                              const Dialect& base) {
  const std::string_view text = Glance(sample);
  std::vector<Trial> trials;
  const auto add = [&](std::string_view delimiter, double prior) {
    Trial trial{.dialect = base, .prior = prior};
    trial.dialect.delimiter = delimiter;
    AddQuoteVariants(text, hints, trial, &trials);
    if (delimiter == " ") {
      if (!StandsInRuns(text, ' ')) return;
      trial.dialect.merge_delimiters = true;
      trial.prior *= 0.98;
      AddQuoteVariants(text, hints, trial, &trials);
    } else if (!hints.skip_initial_space &&
               text.find(std::string(delimiter) + " \"") != std::string_view::npos) {
      trial.dialect.skip_initial_space = true;
      AddQuoteVariants(text, hints, trial, &trials);
    }
  };
  if (hints.delimiter) {
    add(*hints.delimiter, 1);
    return trials;
  }
  const std::string& choices = hints.delimiter_choices;
  const auto may_be_chosen = [&choices](std::string_view delimiter) {
    return choices.empty() || (delimiter.size() == 1 && choices.find(delimiter) != choices.npos);
  };
  for (const Usual& usual : kUsual) {
    if (text.find(usual.delimiter) == std::string_view::npos) continue;
    if (!may_be_chosen(usual.delimiter)) continue;
    const char c = usual.delimiter[0];
    const bool is_weak = c == ':' || c == ' ';
    if (is_weak && choices.empty() && IsPartOfValues(text, c)) continue;
    add(usual.delimiter, is_weak && !choices.empty() ? kChosenPrior : usual.prior);
  }
  // Less usual ones, by the user's word.
  for (const char choice : choices) {
    const std::string_view delimiter(&choice, 1);
    const bool is_usual =
        std::any_of(std::begin(kUsual), std::end(kUsual),
                    [&](const Usual& usual) { return usual.delimiter == delimiter; });
    if (!is_usual && text.find(choice) != std::string_view::npos) add(delimiter, kChosenPrior);
  }
  if (!hints.likely_delimiter.empty()) {
    for (Trial& trial : trials) {
      if (trial.dialect.delimiter != hints.likely_delimiter) trial.prior *= 0.6;
    }
  }
  add("", 1);
  return trials;
}

std::vector<Trial> MakeUnusualTrials(const Sample& sample, const Dialect& base) {
  constexpr std::string_view kPunctuation = "!#$&*=?@`{}<>+";
  const std::string_view text = Glance(sample);
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size() && lines.size() < 200;) {
    const size_t end = FindLineEnd(text, begin);
    if (end > begin) lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  std::vector<Trial> trials;
  if (lines.size() < 3) return trials;
  const auto try_character = [&](std::string_view character) {
    const auto count_in = [&](std::string_view line) { return CountOf(character, line); };
    const size_t expected = count_in(lines[lines.size() / 2]);
    if (expected == 0) return;
    const auto same = std::count_if(lines.begin(), lines.end(), [&](std::string_view line) {
      return count_in(line) == expected;
    });
    if (same * 10 < static_cast<int64_t>(lines.size()) * 9) return;
    Trial trial{.dialect = base, .prior = 0.45};
    trial.dialect.delimiter = character;
    trials.push_back(std::move(trial));
  };
  for (size_t i = 0; i < kPunctuation.size(); ++i) try_character(kPunctuation.substr(i, 1));
  // Section sign, broken bar, not sign, middle dot, currency sign, pilcrow, multiplication sign.
  for (const std::string_view character :
       {"\u00A7", "\u00A6", "\u00AC", "\u00B7", "\u00A4", "\u00B6", "\u00D7"}) {
    try_character(character);
  }
  return trials;
}

std::string WidenDelimiter(const Sample& sample, const Dialect& dialect) {
  if (dialect.delimiter.empty() || dialect.merge_delimiters) return dialect.delimiter;
  const std::string& delimiter = dialect.delimiter;
  SampleParser parser(Glance(sample), dialect, !sample.whole);
  std::vector<Cell> cells;
  size_t records = 0, doubled = 0;
  bool first_is_full = false;  // but for the empty fields between doubled delimiters
  // A fixed run of punctuation before and after every delimiter belongs to it.
  std::optional<std::string> before, after, between;
  const auto is_punctuation = [](char c) {
    return c > ' ' && c < 0x7F && std::isalnum(static_cast<unsigned char>(c)) == 0 &&
           std::string_view("|~^;:!#$%&*<>{}[]()=+").find(c) != std::string_view::npos;
  };
  const std::string_view text = Glance(sample);
  size_t pairs_expected = 0;  // of doubled delimiters in a record
  while (records < kRecordsWidened && parser.Next(&cells)) {
    if (cells.empty()) continue;
    ++records;
    bool alternates = cells.size() >= 3 && cells.size() % 2 == 1, full = true;
    if (alternates && !between) between = std::string(cells[1].text);
    for (size_t i = 0; i < cells.size() && alternates; ++i) {
      alternates = i % 2 == 0 || (!cells[i].quoted && cells[i].text == *between);
      full = full && (i % 2 == 1 || cells[i].quoted || !cells[i].text.empty());
    }
    if (records == 1) first_is_full = full;
    if (records == 1 && alternates) pairs_expected = cells.size() / 2;
    // A text may hold a single one.
    const std::string_view record = text.substr(parser.begin(), parser.end() - parser.begin());
    const auto has_pairs = [&] {
      const std::string pair = fmt::format("{0}{1}{0}", delimiter, *between);
      return CountOf(pair, record) == pairs_expected;
    };
    doubled += alternates || (pairs_expected > 0 && has_pairs()) ? 1 : 0;
    for (size_t i = 0; i + 1 < cells.size(); ++i) {
      const std::string_view left = cells[i].quoted ? "" : cells[i].text,
                             right = cells[i + 1].quoted ? "" : cells[i + 1].text;
      std::string_view ends = left, begins = right;
      while (!ends.empty() && is_punctuation(ends.back())) ends.remove_suffix(1);
      while (!begins.empty() && is_punctuation(begins.front())) begins.remove_prefix(1);
      ends = left.substr(ends.size());
      begins = right.substr(0, right.size() - begins.size());
      if (!before) {
        before = ends;
        after = begins;
        continue;
      }
      while (!ends.ends_with(*before)) before->erase(0, 1);
      while (!begins.starts_with(*after)) after->pop_back();
    }
  }
  if (records < 2) return delimiter;
  // Few rows with every other field empty may be just that.
  if (doubled == records && (first_is_full || records >= 10) &&
      std::all_of(between->begin(), between->end(), is_punctuation)) {
    return delimiter + *between + delimiter;
  }
  return before.value_or("") + delimiter + after.value_or("");
}

}  // namespace pyforge::csv
