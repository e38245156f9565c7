#include "cli/explanation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/console.h"
#include "cli/text_table.h"

namespace pyforge::cli {
namespace {

std::string ScoreText(std::optional<double> score) {
  return score ? fmt::format("score {:.2f}", *score) : std::string();
}

/// The finding, below it why, and below that what else was in question.
std::string ExplainedText(const Finding& finding, size_t name_width) {
  std::string text = fmt::format("  {:{}}  {}  ({:.0f} % sure", Visible(finding.name), name_width,
                                 Visible(finding.value), finding.confidence * 100);
  if (finding.score) text += ", " + ScoreText(finding.score);
  text += ")\n";
  const std::string blanks(name_width + 4, ' ');
  if (!finding.reason.empty()) text += blanks + Visible(finding.reason) + '\n';
  for (const Candidate& candidate : finding.candidates) {
    text += fmt::format("{}not {}", blanks, Visible(candidate.value));
    if (candidate.score) text += fmt::format("  ({})", ScoreText(candidate.score));
    if (!candidate.reason.empty()) text += ": " + Visible(candidate.reason);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string InputExplanationText(const Explanation& explanation, std::string_view title) {
  std::string text = std::string(title) + '\n';
  for (const Finding& finding : explanation.findings) {
    text += ExplainedText(finding, kFindingNameWidth);
  }
  return text;
}

std::string TableExplanationText(const TableExplanation& table) {
  std::string text;
  if (!table.findings.empty()) text += "\nWhy it begins and ends so\n";
  for (const Finding& finding : table.findings) text += ExplainedText(finding, kFindingNameWidth);
  size_t name_width = kFindingNameWidth;
  for (const Finding& column : table.columns) {
    const size_t wanted = std::min<size_t>(DisplayWidth(Visible(column.name)), 30);
    name_width = std::max(name_width, wanted);
  }
  if (!table.columns.empty()) text += "\nWhy these types so far\n";
  for (const Finding& column : table.columns) text += ExplainedText(column, name_width);
  return text;
}

std::string ExplanationText(const Explanation& explanation, std::string_view path) {
  const std::string source = path == "-" ? "standard input" : Visible(path);
  std::string text = InputExplanationText(explanation, fmt::format("Why {} is read so", source));
  for (const TableExplanation& table : explanation.tables) {
    if (explanation.tables.size() > 1) text += fmt::format("\nTable {}\n", Visible(table.name));
    text += TableExplanationText(table);
  }
  text.pop_back();
  return text;
}

}  // namespace pyforge::cli
