// pyforge validate: can it be read, and would anything be lost?
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "cli/requests.h"
#include "pyforge/error_page.h"
#include "pyforge/pyforge.h"

namespace pyforge::cli {
namespace {

struct ValidateOptions {
  bool json = false;
  bool deep = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&ValidateOptions::json>("json",
                                                     "Print what was found as JSON: an "
                                                     "object, or an array for several "
                                                     "inputs.")),
    InGroup("Output", Option<&ValidateOptions::deep>("deep",
                                                     "Read every value, even where metadata "
                                                     "vouches for it.")),
};

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper;
}

std::string Verdict(const ValidationReport& report, const std::string& path,
                    const Console& console) {
  const std::string format = UpperCase(report.inspection.format);
  if (!report.sound) {
    return fmt::format("{} {} is not a valid {} file\n", console.Styled("✗", Style::kRed),
                       Visible(path), format.empty() ? "data" : format);
  }
  std::string text = fmt::format("{} {} is a valid {} file", console.Styled("✓", Style::kGreen),
                                 Visible(path), format);
  int64_t rows = 0;
  for (const TableReport& table : report.tables) rows += table.rows_read;
  if (!report.tables.empty()) text += ": " + Counted(rows, "row");
  text += '\n';
  for (const TableReport& table : report.tables) {
    for (const LedgerEntry& entry : table.ledger.entries()) {
      text += fmt::format("  {} {}, first in row {}: {}\n", CountText(entry.count), entry.code->id,
                          CountText(entry.first_row), entry.code->summary);
    }
  }
  return text;
}

int RunValidate(Session& session, const Arguments& arguments) {
  const Result<ValidateOptions> own = ParseOwn<ValidateOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  const Result<ExecutionContext*> context = session.StartJob(arguments.given);
  if (!context.ok()) return session.Fail(context.status());

  auto reports = nlohmann::ordered_json::array();
  std::vector<Status> failures;
  for (const std::string& path : arguments.positionals) {
    const ValidationReport report =
        Validate(MakeInspectRequest(session, arguments, path, "", kOptions), own->deep,
                 session.registry(), **context);
    if (own->json) {
      reports.push_back(
          nlohmann::ordered_json::parse(ValidationToJson(report, OptionSpelling::kFlag)));
    } else {
      session.out().Print(Verdict(report, path, session.out()));
    }
    if (report.sound) continue;
    failures.push_back(report.error);
    session.Fail(report.error);
    if ((*context)->cancellation().requested()) break;
  }
  for (const std::string& warning : (*context)->warnings()) session.Warn(warning);
  if (own->json) {
    session.out().Print((reports.size() == 1 ? reports.front() : reports).dump(2) + "\n");
  }
  if (failures.empty()) return 0;
  const bool is_part = failures.size() < arguments.positionals.size();
  return is_part && !(*context)->cancellation().requested() ? 1
                                                            : Session::ExitCodeOf(failures.front());
}

}  // namespace

const Command kValidate = {
    .name = "validate",
    .summary = "Checks that files can be read whole, and tells what would be repaired or lost",
    .positionals = "PATH...",
    .description = "Exit code 0 only if all inputs are sound.",
    .options = kOptions,
    .takes = TakesOptions::kReading,
    .run = RunValidate,
    .positional_count_min = 1,
};

}  // namespace pyforge::cli
