#include "formats/csv/sniff.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "formats/csv/header.h"
#include "formats/csv/sniff_candidates.h"
#include "formats/csv/sniff_explain.h"
#include "formats/csv/sniff_parse.h"
#include "formats/csv/sniff_score.h"

namespace pyforge::csv {
namespace {

constexpr size_t kFirstLookBytes = size_t{16} << 10;
constexpr size_t kFinalistsMax = 6;
// A first look with such an outcome leaves only near rivals in the race.
constexpr double kClearScore = 0.55;
constexpr int64_t kClearRecordCount = 10;
// Below this no usual delimiter has explained the sample well.
constexpr double kGoodScore = 0.35;

void Rank(std::vector<Trial>* trials) {
  std::stable_sort(trials->begin(), trials->end(),
                   [](const Trial& a, const Trial& b) { return a.score > b.score; });
}

// Weak delimiters, which ordinary text is full of, need values between them to be believed, or the
// user's word that they may be it and as many fields in every row.
void WeighWeakDelimiters(const DialectHints& hints, Trial* trial) {
  const std::string& delimiter = trial->dialect.delimiter;
  if (delimiter != " " && delimiter != ":") return;
  if (!hints.delimiter_choices.empty()) {
    if (trial->consistency < 1) trial->score = 0;
    return;
  }
  const auto quoted = static_cast<double>(2 * trial->quotes.closed);
  const auto odd = static_cast<double>(trial->quotes.inner);
  const bool explains_quotes = quoted >= 8 && quoted > 3 * odd;
  if (!explains_quotes) trial->score *= 0.3 + 0.7 * trial->typed_share;
}

void JudgeEach(const Sample& sample, const DialectHints& hints, size_t bytes_max,
               std::vector<Trial>* trials) {
  for (Trial& trial : *trials) {
    Judge(sample, bytes_max, &trial);
    WeighWeakDelimiters(hints, &trial);
  }
  Rank(trials);
}

std::vector<Trial> JudgeAll(const Sample& sample, const DialectHints& hints,
                            const std::vector<Trial>& candidates) {
  std::vector<Trial> trials = candidates;
  JudgeEach(sample, hints, std::min(kFirstLookBytes, sample.head.size()), &trials);
  if (trials.empty() || (sample.head.size() <= kFirstLookBytes && sample.blocks.empty())) {
    return trials;
  }
  const double first_score = trials[0].score;
  const bool is_clear = first_score >= kClearScore && trials[0].consistency >= 0.99 &&
                        trials[0].record_count >= kClearRecordCount;
  const double score_min = first_score * (is_clear ? 0.7 : 0.2);
  std::vector<Trial> finalists;
  for (const Trial& trial : trials) {
    if (finalists.size() < kFinalistsMax && trial.score >= score_min) finalists.push_back(trial);
  }
  JudgeEach(sample, hints, sample.head.size(), &finalists);
  if (finalists[0].score < 0.8 * first_score) {
    // The file goes on otherwise than it began.
    JudgeEach(sample, hints, sample.head.size(), &trials);
    return trials;
  }
  // The others stay as runners-up with what their first look gave.
  for (Trial& trial : trials) {
    const bool is_finalist = trial.score >= score_min;
    if (!is_finalist) finalists.push_back(std::move(trial));
  }
  Rank(&finalists);
  return finalists;
}

// Lone CRs may end records beside LFs, or be data: the better reading wins.
void SettleNewline(const Sample& sample, const DialectHints& hints, Trial* best,
                   std::vector<Trial>* losers) {
  if (hints.newline || best->dialect.newline == Newline::kCr) return;
  const std::string_view head = sample.head;
  for (size_t i = head.find('\r'); i != std::string_view::npos; i = head.find('\r', i + 1)) {
    if (i + 1 < head.size() && head[i + 1] == '\n') continue;
    Trial mixed = *best;
    mixed.dialect.newline = Newline::kMixed;
    Judge(sample, head.size(), &mixed);
    WeighWeakDelimiters(hints, &mixed);
    if (mixed.score > best->score) std::swap(*best, mixed);
    losers->push_back(std::move(mixed));
    return;
  }
}

// Blanks after nearly every delimiter belong to the delimiter; so do those before a quote.
void SettleInitialSpace(const Sample& sample, const DialectHints& hints, Trial* best) {
  Dialect& dialect = best->dialect;
  if (hints.skip_initial_space) {
    dialect.skip_initial_space = *hints.skip_initial_space;
    return;
  }
  if (dialect.delimiter.empty() || dialect.delimiter == " ") return;
  Trial plain = *best;
  plain.dialect.skip_initial_space = false;
  Trial skipping = *best;
  skipping.dialect.skip_initial_space = true;
  SampleParser parser(std::string_view(sample.head).substr(0, kFirstLookBytes), plain.dialect,
                      !sample.whole);
  std::vector<Cell> cells;
  size_t with_space = 0, before_quote = 0, filled = 0;
  while (parser.Next(&cells)) {
    for (size_t i = 1; i < cells.size(); ++i) {
      const std::string_view value = Trim(cells[i].text);
      if (value.empty()) continue;
      ++filled;
      const bool is_led = !cells[i].quoted && cells[i].text.front() == ' ';
      with_space += is_led ? 1 : 0;
      before_quote += is_led && dialect.quote && value.front() == *dialect.quote ? 1 : 0;
    }
  }
  if (with_space == 0) {
    dialect.skip_initial_space = false;
    return;
  }
  Judge(sample, sample.head.size(), &plain);
  Judge(sample, sample.head.size(), &skipping);
  // Where blanks also lead fields without quotes, they may be part of the values, unless rows fall
  // apart without the quotes behind them.
  const bool quotes_follow =
      skipping.quotes.closed > plain.quotes.closed && skipping.score >= plain.score &&
      (before_quote * 10 >= with_space * 9 || skipping.consistency > plain.consistency + 0.01);
  const bool skips = with_space * 10 >= filled * 9 || quotes_follow;
  *best = skips ? std::move(skipping) : std::move(plain);
}

// Quotes that more often than not fail to enclose a field are characters of the text.
void SettleQuote(const Sample& sample, const DialectHints& hints, Trial* best,
                 std::vector<Trial>* losers) {
  const QuoteCounts& quotes = best->quotes;
  if (hints.quote || !best->dialect.quote) return;
  if (quotes.stray <= quotes.closed) return;
  Trial literal = *best;
  literal.dialect.quote.reset();
  if (literal.dialect.escape == best->dialect.quote) literal.dialect.escape.reset();
  Judge(sample, sample.head.size(), &literal);
  if (literal.consistency >= best->consistency) std::swap(*best, literal);
  losers->push_back(std::move(literal));
}

// The share of the evidence that speaks for the best against the best with another delimiter.
double ConfidenceOf(const Trial& best, const Trial* rival) {
  if (best.score <= 0) return 0.1;
  const double margin = rival == nullptr ? 1 : best.score / (best.score + rival->score);
  return std::min(0.99, margin * (0.6 + 0.4 * best.consistency));
}

Finding DelimiterFinding(const Trial& best, const std::vector<Trial>& trials, bool given) {
  Finding finding{.name = "delimiter", .value = PrintSeparator(best.dialect.delimiter)};
  if (given) {
    finding.reason = "given";
    return finding;
  }
  const bool one_column = best.column_count <= 1;
  const Trial* rival = nullptr;
  const Trial* told = nullptr;  // the rival in the reason: rather a delimiter than none
  for (const Trial& trial : trials) {
    // Nearly equal widened or narrowed delimiters are no rivals.
    if (IsWithin(trial.dialect.delimiter, best.dialect.delimiter)) continue;
    if (trial.dialect.delimiter == best.dialect.delimiter || trial.score <= 0) continue;
    if (one_column && trial.column_count <= 1) continue;
    if (rival == nullptr) rival = &trial;
    if (told == nullptr && trial.fields_max > 1) told = &trial;
    const std::string name = PrintSeparator(trial.dialect.delimiter);
    auto& others = finding.alternatives;
    if (others.size() < 3 && std::find(others.begin(), others.end(), name) == others.end()) {
      others.push_back(name);
    }
  }
  finding.confidence = ConfidenceOf(best, rival);
  finding.reason = one_column ? fmt::format("no delimiter divides the {} lines", best.record_count)
                              : Describe(best);
  if (told == nullptr) told = rival;
  if (told != nullptr) finding.reason += "; " + Describe(*told);
  return finding;
}

Finding QuoteFinding(const Trial& best, const std::vector<Trial>& trials, bool given) {
  const std::optional<char> quote = best.dialect.quote;
  Finding finding{.name = "quote", .value = QuoteName(best.dialect)};
  if (given) {
    finding.reason = "given";
    return finding;
  }
  const QuoteCounts& counts = best.quotes;
  for (const Trial& trial : trials) {
    if (trial.dialect.delimiter != best.dialect.delimiter || trial.dialect.quote == quote) continue;
    finding.alternatives.push_back(QuoteName(trial.dialect));
  }
  const auto good = static_cast<double>(counts.closed);
  const auto bad = static_cast<double>(counts.stray + counts.unterminated);
  if (!quote) {
    finding.confidence = 0.7;
    finding.reason = "double quotes do not pair up around fields";
  } else if (counts.closed == 0) {
    finding.confidence = 0.6;
    finding.reason = "no quoted field in the sample; the usual quote";
  } else {
    finding.confidence = std::min(0.99, (good + 0.5) / (good + bad + 1));
    finding.reason = fmt::format("{} fields are quoted, {} of them hold a delimiter or a line end",
                                 counts.closed, counts.needed);
    if (counts.unescaped > 0) {
      finding.reason += fmt::format("; {} hold quotes that are not doubled", counts.unescaped);
    }
    if (bad > 0)
      finding.reason += fmt::format("; {} quotes do not close", counts.stray + counts.unterminated);
  }
  return finding;
}

Finding EscapeFinding(const Trial& best, bool given) {
  Finding finding{.name = "escape", .value = EscapeName(best.dialect)};
  if (given) {
    finding.reason = "given";
  } else if (best.quotes.escaped > 0) {
    finding.confidence = 0.95;
    finding.reason = fmt::format("{} escapes seen", best.quotes.escaped);
  } else {
    finding.confidence = 0.6;
    finding.reason = "no escape in the sample; the usual one";
  }
  return finding;
}

std::string JoinLines(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) {
    if (!joined.empty()) joined += '\n';
    joined += line;
  }
  return joined;
}

// Findings about what the file turned out to have, and about what it has not got.
class FindingList {
 public:
  explicit FindingList(DetectedDialect* result) : result_(*result) {}

  void Add(const Finding& explained) {
    Finding finding = explained;
    finding.score.reset();
    finding.candidates.clear();
    result_.findings.push_back(std::move(finding));
    AddExplained(explained);
  }
  void AddMissing(std::string_view name, double confidence, const std::string& reason,
                  std::vector<Candidate> candidates = {}) {
    AddExplained({.name = std::string(name),
                  .value = "none",
                  .confidence = confidence,
                  .reason = reason,
                  .candidates = std::move(candidates)});
  }

 private:
  void AddExplained(Finding finding) {
    if (finding.candidates.empty()) {
      for (const std::string& each : finding.alternatives) {
        finding.candidates.push_back({.value = each});
      }
    }
    result_.explanation.push_back(std::move(finding));
  }

  DetectedDialect& result_;
};

void AddCommentFinding(const Layout& layout, const Dialect& dialect, const DialectHints& hints,
                       const std::string& tried, FindingList* findings) {
  if (!dialect.comment.empty()) {
    findings->Add({.name = "comment",
                   .value = dialect.comment,
                   .confidence = 0.9,
                   .reason = "lines that begin so stand between the rows"});
  } else if (hints.comment) {
    findings->AddMissing("comment", 1, "given");
  } else if (tried.empty()) {
    findings->AddMissing("comment", 0.9,
                         "no line begins with `#`, `//`, `%` or `--`, or nearly all do");
  } else {
    findings->AddMissing("comment", 0.8, layout.comment_reason, {{.value = tried}});
  }
}

void AddLayoutFindings(const Layout& layout, const Dialect& dialect, FindingList* findings) {
  constexpr std::string_view kNoRows = "the file has no rows";
  const auto reason = [&](const std::string& found) {
    return found.empty() ? std::string(kNoRows) : found;
  };
  if (!layout.preamble.empty()) {
    findings->Add({.name = "preamble",
                   .value = JoinLines(layout.preamble),
                   .confidence = 0.8,
                   .reason = layout.preamble_reason});
  } else {
    findings->AddMissing("preamble", 0.9, reason(layout.preamble_reason));
  }
  Finding header{.name = "header",
                 .value = std::to_string(dialect.header_rows),
                 .confidence = layout.header_confidence,
                 .alternatives = {dialect.header_rows > 0 ? "0" : "1"},
                 .reason = layout.header_reason};
  ExplainHeader(layout, &header);
  findings->Add(header);
  if (dialect.end_offset) {
    findings->Add({.name = layout.has_second_table ? "second_table" : "footer",
                   .value = JoinLines(layout.footer),
                   .confidence = 0.8,
                   .reason = layout.footer_reason});
  } else {
    findings->AddMissing("footer", layout.end_was_seen ? 0.9 : 0.5, reason(layout.footer_reason));
  }
}

}  // namespace

DetectedDialect DetectDialect(const Sample& sample, const DialectHints& given_hints) {
  DialectHints hints = given_hints;
  Dialect base;
  base.newline = hints.newline.value_or(FindNewline(sample.head));
  base.comment = hints.comment.value_or(FindCommentPrefix(sample.head));
  if (hints.skip_initial_space) base.skip_initial_space = *hints.skip_initial_space;
  bool told_by_line = false;
  if (!hints.skip_lines) {
    if (const auto line = FindSeparatorLine(sample.head)) {
      if (!hints.delimiter) hints.delimiter = line->delimiter;
      hints.skip_lines = 1;
      told_by_line = true;
    }
  }

  std::vector<Trial> trials = JudgeAll(sample, hints, MakeTrials(sample, hints, base));
  const bool delimiter_given = hints.delimiter.has_value();
  const bool takes_any = !delimiter_given && hints.delimiter_choices.empty();
  if (takes_any && (trials[0].score < kGoodScore || trials[0].column_count < 2)) {
    std::vector<Trial> unusual = JudgeAll(sample, hints, MakeUnusualTrials(sample, base));
    trials.insert(trials.end(), unusual.begin(), unusual.end());
    Rank(&trials);
  }
  Trial best = trials[0];
  if (takes_any) {
    const std::string wide = WidenDelimiter(sample, best.dialect);
    if (wide != best.dialect.delimiter) {
      Trial widened = best;
      widened.dialect.delimiter = wide;
      Judge(sample, sample.head.size(), &widened);
      if (widened.column_count > 1) best = std::move(widened);
    }
  }
  std::vector<Trial> losers;
  SettleQuote(sample, hints, &best, &losers);
  SettleNewline(sample, hints, &best, &losers);
  SettleInitialSpace(sample, hints, &best);
  best.dialect.stray_quotes = best.quotes.stray + best.quotes.unescaped > 0;
  // One column without a delimiter in sight: should one turn up, it is the usual one.
  if (best.dialect.delimiter.empty() && !delimiter_given &&
      sample.head.find(',') == std::string::npos) {
    best.dialect.delimiter = ",";
  }

  DetectedDialect result;
  result.dialect = best.dialect;
  const Layout layout = FindLayout(sample, hints, &result.dialect);
  const charset::Detection& encoding = sample.encoding;
  FindingList findings(&result);
  Finding encoding_finding{.name = "encoding",
                           .value = encoding.name,
                           .confidence = encoding.confidence,
                           .alternatives = encoding.alternatives,
                           .reason = encoding.reason};
  ExplainEncoding(encoding, &encoding_finding);
  findings.Add(encoding_finding);

  Finding delimiter = DelimiterFinding(best, trials, delimiter_given);
  if (told_by_line) delimiter.reason = "the first line says so: sep=";
  Finding quote = QuoteFinding(best, trials, hints.quote.has_value());
  Finding escape = EscapeFinding(best, hints.escape.has_value());
  Finding newline{.name = "newline",
                  .value = std::string(NewlineName(result.dialect.newline)),
                  .confidence = result.dialect.newline == Newline::kMixed ? 0.8 : 0.99,
                  .reason = "line ends of the sample"};
  trials.insert(trials.end(), std::make_move_iterator(losers.begin()),
                std::make_move_iterator(losers.end()));
  if (!delimiter_given) {
    delimiter.score = best.score;
    delimiter.candidates = OtherDelimiters(best, trials);
  }
  const auto explain = [&](Finding* finding, std::vector<Candidate> others) {
    if (!others.empty()) finding->score = best.score;
    finding->candidates = std::move(others);
  };
  explain(&quote, OtherQuotes(best, trials));
  explain(&escape, OtherEscapes(best, trials));
  explain(&newline, OtherNewlines(best, trials));
  for (const Finding* each : {&delimiter, &quote, &escape, &newline}) findings.Add(*each);
  AddCommentFinding(layout, result.dialect, hints, base.comment, &findings);
  AddLayoutFindings(layout, result.dialect, &findings);
  return result;
}

}  // namespace pyforge::csv
