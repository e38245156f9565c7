#include "formats/csv/sniff_explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pyforge::csv {
namespace {

constexpr size_t kCandidatesMax = 5;

std::string QuotesText(const QuoteCounts& quotes) {
  std::string text = fmt::format("{} fields in quotes", quotes.closed);
  const int64_t open = quotes.stray + quotes.unterminated;
  if (open > 0) text += fmt::format(", {} quotes that do not close", open);
  if (quotes.unescaped > 0) {
    text += fmt::format(", {} fields with quotes that nothing escapes", quotes.unescaped);
  }
  if (quotes.inner > 0) text += fmt::format(", {} quotes within fields", quotes.inner);
  if (quotes.enclosing > 0) text += fmt::format(", {} around fields", 2 * quotes.enclosing);
  return text;
}

// The best of the trials that differ from the best of all in one respect, by what they are called.
template <typename IsRival, typename NameOf, typename ReasonOf>
std::vector<Candidate> Collect(const std::vector<Trial>& trials, IsRival is_rival, NameOf name_of,
                               ReasonOf reason_of) {
  std::vector<const Trial*> rivals;
  for (const Trial& trial : trials) {
    if (trial.record_count > 0 && is_rival(trial)) rivals.push_back(&trial);
  }
  std::stable_sort(rivals.begin(), rivals.end(),
                   [](const Trial* a, const Trial* b) { return a->score > b->score; });
  std::vector<Candidate> candidates;
  for (const Trial* trial : rivals) {
    std::string name = name_of(*trial);
    const bool is_known =
        std::any_of(candidates.begin(), candidates.end(),
                    [&](const Candidate& candidate) { return candidate.value == name; });
    if (is_known || candidates.size() == kCandidatesMax) continue;
    candidates.push_back(
        {.value = std::move(name), .score = trial->score, .reason = reason_of(*trial)});
  }
  return candidates;
}

std::string DelimiterReason(const Trial& trial) {
  std::string reason = Describe(trial);
  if (trial.dialect.delimiter.empty()) return reason;
  reason += fmt::format("; {:.0f} % of the values are numbers, dates or truth values",
                        100 * trial.typed_share);
  const int64_t open = trial.quotes.stray + trial.quotes.unterminated;
  if (open > 0) reason += fmt::format("; {} quotes do not close", open);
  return reason;
}

}  // namespace

std::string Describe(const Trial& trial) {
  const std::string delimiter = PrintSeparator(trial.dialect.delimiter);
  if (trial.dialect.delimiter.empty()) {
    return fmt::format("one column would explain all {} lines", trial.record_count);
  }
  if (trial.modal_count == trial.record_count) {
    return fmt::format("`{}` gives {} fields on {} of {} lines", delimiter, trial.column_count,
                       trial.modal_count, trial.record_count);
  }
  return fmt::format("`{}` gives {} fields on {} of {} lines, {} to {} on the others", delimiter,
                     trial.column_count, trial.modal_count, trial.record_count, trial.fields_min,
                     trial.fields_max);
}

std::string QuoteName(const Dialect& dialect) {
  return dialect.quote ? std::string(1, *dialect.quote) : "none";
}

std::string EscapeName(const Dialect& dialect) {
  if (!dialect.escape) return "none";
  return dialect.escape_is_doubled_quote() ? "doubled quote" : std::string(1, *dialect.escape);
}

bool IsWithin(const std::string& delimiter, const std::string& other) {
  return !delimiter.empty() && other.find(delimiter) != std::string::npos;
}

std::vector<Candidate> OtherDelimiters(const Trial& best, const std::vector<Trial>& trials) {
  const bool one_column = best.column_count <= 1;
  return Collect(
      trials,
      [&](const Trial& trial) {
        const std::string& delimiter = trial.dialect.delimiter;
        if (one_column && delimiter.empty()) return false;
        return !IsWithin(delimiter, best.dialect.delimiter) && delimiter != best.dialect.delimiter;
      },
      [](const Trial& trial) { return PrintSeparator(trial.dialect.delimiter); }, DelimiterReason);
}

std::vector<Candidate> OtherQuotes(const Trial& best, const std::vector<Trial>& trials) {
  return Collect(
      trials,
      [&](const Trial& trial) {
        return trial.dialect.delimiter == best.dialect.delimiter &&
               trial.dialect.quote != best.dialect.quote;
      },
      [](const Trial& trial) { return QuoteName(trial.dialect); },
      [](const Trial& trial) { return Describe(trial) + "; " + QuotesText(trial.quotes); });
}

std::vector<Candidate> OtherEscapes(const Trial& best, const std::vector<Trial>& trials) {
  return Collect(
      trials,
      [&](const Trial& trial) {
        return trial.dialect.delimiter == best.dialect.delimiter &&
               trial.dialect.quote == best.dialect.quote &&
               trial.dialect.escape != best.dialect.escape;
      },
      [](const Trial& trial) { return EscapeName(trial.dialect); },
      [](const Trial& trial) {
        return fmt::format("{}; {} escapes, {}", Describe(trial), trial.quotes.escaped,
                           QuotesText(trial.quotes));
      });
}

std::vector<Candidate> OtherNewlines(const Trial& best, const std::vector<Trial>& trials) {
  return Collect(
      trials,
      [&](const Trial& trial) {
        return trial.dialect.delimiter == best.dialect.delimiter &&
               trial.dialect.newline != best.dialect.newline;
      },
      [](const Trial& trial) { return std::string(NewlineName(trial.dialect.newline)); }, Describe);
}

void ExplainHeader(const Layout& layout, Finding* finding) {
  if (!layout.header_score) return;
  // From -1 to 1, for names against for values, to shares that add up to one.
  const double names = (1 + *layout.header_score) / 2;
  const bool has_names = *layout.header_score > 0;
  finding->score = has_names ? names : 1 - names;
  finding->candidates = {{.value = has_names ? "0" : "1",
                          .score = 1 - *finding->score,
                          .reason = layout.header_counter_reason.empty()
                                        ? "nothing in the rows speaks for it"
                                        : layout.header_counter_reason}};
}

void ExplainEncoding(const charset::Detection& encoding, Finding* finding) {
  const std::vector<double>& scores = encoding.scores;
  if (scores.size() != encoding.alternatives.size() + 1) return;
  finding->score = scores[0];
  for (size_t i = 0; i < encoding.alternatives.size(); ++i) {
    finding->candidates.push_back({.value = encoding.alternatives[i],
                                   .score = scores[i + 1],
                                   .reason = "its share of the likelihood of the bytes"});
  }
}

}  // namespace pyforge::csv
