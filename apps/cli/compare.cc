// pyforge compare: are two data sets equal?
#include <fmt/format.h>

#include "cli/requests.h"
#include "cli/text_table.h"
#include "pyforge/pyforge.h"

namespace pyforge::cli {
namespace {

struct CompareOptions {
  std::vector<std::string> key = {};
  bool ignore_order = false;
  int64_t differences_max = 10;
  std::string table = {};
  bool json = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Comparing", Option<&CompareOptions::key>("key",
                                                      "Match rows by these columns; left out: "
                                                      "by position.",
                                                      "COLUMNS")),
    InGroup("Comparing",
            Option<&CompareOptions::ignore_order>("ignore_order", "Rows may stand in any order.")),
    InGroup("Comparing", Option<&CompareOptions::differences_max>(
                             "differences_max", "How many differences to show.", "N", {}, 'n')),
    InGroup("Comparing", Option<&CompareOptions::table>("table",
                                                        "Which table of both; left out: the "
                                                        "first.",
                                                        "NAME", {}, 't')),
    InGroup("Output", Option<&CompareOptions::json>("json", "Print the comparison as JSON.")),
};

// As cmp and diff have it; no failure, so outside of the categories.
constexpr int kExitDifferent = 1;

std::string ComparisonText(const Comparison& comparison, const Console& console) {
  if (comparison.equal) {
    return fmt::format("{}: {}\n", console.Styled("equal", Style::kGreen),
                       Counted(comparison.rows_left, "row"));
  }
  std::string text = console.Styled("different", Style::kRed) + '\n';
  text += fmt::format("rows  {} and {}\n", CountText(comparison.rows_left),
                      CountText(comparison.rows_right));
  for (const ColumnDifference& column : comparison.columns) {
    const auto type = [](const std::string& name) { return name.empty() ? "missing" : name; };
    text += fmt::format("column {}  {} and {}\n", Visible(column.name), type(column.type_left),
                        type(column.type_right));
  }
  if (comparison.differences.empty()) return text;
  std::vector<TextColumn> columns = {
      {.title = "row"}, {.title = "column"}, {.title = "left"}, {.title = "right"}};
  for (const RowDifference& row : comparison.differences) {
    columns[0].cells.push_back(row.key);
    columns[1].cells.push_back(row.column.empty() ? "(whole row)" : row.column);
    columns[2].cells.push_back(row.left);
    columns[3].cells.push_back(row.right);
  }
  text += PrintTable(columns, {.width_max = static_cast<size_t>(console.width(0))}).text;
  const int64_t more =
      comparison.difference_count - static_cast<int64_t>(comparison.differences.size());
  if (more > 0) text += fmt::format("and {}\n", Counted(more, "more difference"));
  return text;
}

int RunCompare(Session& session, const Arguments& arguments) {
  const Result<CompareOptions> own = ParseOwn<CompareOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  if (own->differences_max < 0) {
    return session.Fail(Fail(kBadOption, {}, "--differences-max cannot be {}: it takes 0 or more",
                             own->differences_max));
  }
  const Result<ExecutionContext*> context = session.StartJob(arguments.given);
  if (!context.ok()) return session.Fail(context.status());
  const auto side = [&](size_t index) {
    return MakeInspectRequest(session, arguments, arguments.positionals[index], own->table,
                              kOptions);
  };
  const Result<Comparison> comparison = Compare({.left = side(0),
                                                 .right = side(1),
                                                 .key = own->key,
                                                 .ignore_order = own->ignore_order,
                                                 .differences_max = own->differences_max},
                                                session.registry(), **context);
  if (!comparison.ok()) return session.Fail(comparison.status());
  for (const std::string& warning : (*context)->warnings()) session.Warn(warning);
  session.out().Print(own->json ? ComparisonToJson(*comparison) + "\n"
                                : ComparisonText(*comparison, session.out()));
  return comparison->equal ? 0 : kExitDifferent;
}

}  // namespace

const Command kCompare = {
    .name = "compare",
    .summary = "Tells whether two data sets are equal, and the first differences",
    .positionals = "A B",
    .description = "Exit code 0 if they are equal, 1 if not.",
    .examples =
        "  pyforge compare orders.csv orders.parquet\n"
        "  pyforge compare old.parquet new.parquet --key order_id\n",
    .options = kOptions,
    .takes = TakesOptions::kReading,
    .run = RunCompare,
    .positional_count_min = 2,
    .positional_count_max = 2,
};

}  // namespace pyforge::cli
