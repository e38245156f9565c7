#include "formats/csv/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <arrow/type.h>

#include "schema/text_format.h"
#include "schema/type_name.h"

namespace pyforge::csv {
namespace {

using schema::TextKind;
using schema::TextType;

// "timestamp[us] as dd/mm/yyyy hh:mm".
std::string TypeText(const TextType& type) {
  if (type.kind == TextKind::kNull) return "string";
  const std::string name = schema::PrintType(*type.arrow_type());
  const std::string format = schema::PrintFormat(type);
  return format.empty() ? name : name + " as " + format;
}

// The chance that the next value is like all before it; text holds any.
double ConfidenceOf(const ColumnPlan& column, const schema::ColumnEvidence& evidence,
                    const std::optional<schema::TypeRival>& rival) {
  if (column.type.kind == TextKind::kText && !column.may_turn_from_text) return 1;
  const auto seen = static_cast<double>(evidence.value_count() - evidence.empty_count());
  const double confidence = (seen + 1) / (seen + 2);
  return rival && rival->share == 1 ? confidence / 2 : confidence;
}

Finding ExplainColumn(const TableFacts& facts, const TablePlan& plan, const ColumnPlan& column) {
  Finding finding{.name = column.name, .value = TypeText(column.type)};
  if (column.source != ColumnSource::kField) {
    finding.reason = "made for rows that need it";
    return finding;
  }
  const schema::ColumnEvidence& evidence =
      facts.sample->columns[static_cast<size_t>(column.field_index)];
  const std::optional<schema::TypeRival> rival = evidence.Rival(plan.decide);
  finding.confidence = ConfidenceOf(column, evidence, rival);
  finding.reason = evidence.Explain(plan.decide);
  const TextKind decided = evidence.Decide(plan.decide).kind;
  // Nothing but empty fields are values too where these are read as texts.
  const bool holds_empty_texts =
      plan.empty_is_text && decided == TextKind::kNull && column.type.kind == TextKind::kText;
  if (decided != column.type.kind && !holds_empty_texts) {
    finding.reason += "; rows with too many fields hold others";
  }
  if (rival) {
    // Text holds all values, and so does what the values were found to be.
    finding.score = 1;
    finding.alternatives = {TypeText(rival->type)};
    finding.candidates = {
        {.value = finding.alternatives[0], .score = rival->share, .reason = rival->reason}};
  }
  return finding;
}

bool HasMark(const TextType& type) {
  return type.kind == TextKind::kDouble || type.kind == TextKind::kDecimal || type.group_mark != 0;
}

}  // namespace

std::vector<Finding> ExplainColumns(const TableFacts& facts, const TablePlan& plan) {
  std::vector<Finding> findings;
  findings.reserve(plan.columns.size());
  for (const ColumnPlan& column : plan.columns) {
    findings.push_back(ExplainColumn(facts, plan, column));
  }
  return findings;
}

Finding ExplainDecimalMark(const TableFacts& facts, const TablePlan& plan) {
  Finding finding{.name = "decimal", .value = "none"};
  if (facts.options.decimal) {
    finding.value = std::string(1, *facts.options.decimal);
    finding.reason = "given";
    return finding;
  }
  std::map<char, int> by_mark, in_question;
  int column_count = 0;
  for (const ColumnPlan& column : plan.columns) {
    if (column.source != ColumnSource::kField) continue;
    if (HasMark(column.type)) {
      ++by_mark[column.type.decimal_point];
      ++column_count;
    }
    const auto rival =
        facts.sample->columns[static_cast<size_t>(column.field_index)].Rival(plan.decide);
    // Where only some values are numbers, what marks they have decides nothing.
    if (rival && rival->share == 1 && HasMark(rival->type))
      ++in_question[rival->type.decimal_point];
  }
  const auto share = [&](int count) {
    return static_cast<double>(count) / std::max(column_count, 1);
  };
  const char found = by_mark[','] > by_mark['.'] ? ',' : '.';
  const char other = found == ',' ? '.' : ',';
  if (column_count == 0) {
    finding.confidence = in_question.empty() ? 1 : 0.5;
    finding.reason = "no column holds numbers with decimals or thousands marks for certain";
  } else {
    finding.value = std::string(1, found);
    finding.score = finding.confidence = share(by_mark[found]);
    finding.reason = fmt::format("it is that of {} of {} columns of numbers with marks",
                                 by_mark[found], column_count);
  }
  for (const char mark : {other, found}) {
    const bool is_found = column_count > 0 && mark == found;
    if (is_found || by_mark[mark] + in_question[mark] == 0) continue;
    Candidate candidate{.value = std::string(1, mark), .score = share(by_mark[mark])};
    candidate.reason = fmt::format("it is that of {} columns; {} more could be read with it",
                                   by_mark[mark], in_question[mark]);
    finding.alternatives.push_back(candidate.value);
    finding.candidates.push_back(std::move(candidate));
  }
  return finding;
}

}  // namespace pyforge::csv
