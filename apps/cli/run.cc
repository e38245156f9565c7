// pyforge run: executes a plan that --dry-run --json printed.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/outcome.h"
#include "cli/progress.h"
#include "cli/requests.h"
#include "pyforge/pyforge.h"

namespace pyforge::cli {
namespace {

struct RunOptions {
  bool json = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&RunOptions::json>("json", "Print the report on standard output.")),
};

Result<Plan> ReadPlanFromStandardInput() {
  // A plan is kilobytes; what is larger is something else.
  constexpr size_t kPlanBytesMax = size_t{256} << 20;
  std::string text;
  char buffer[1 << 16];
  size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, stdin)) > 0) {
    text.append(buffer, count);
    if (text.size() > kPlanBytesMax) {
      return Fail(kBadRequest, {.path = "standard input"},
                  "standard input holds more than any plan");
    }
  }
  if (std::ferror(stdin) != 0) {
    return Fail(kReadFailed, {.path = "standard input"}, "the plan cannot be read: {}",
                std::strerror(errno));
  }
  Result<Plan> plan = PlanFromJson(text);
  if (!plan.ok()) return AddWhere(plan.status(), {.path = "standard input"});
  return plan;
}

int RunRun(Session& session, const Arguments& arguments) {
  const std::string& path = arguments.positionals.front();
  const Result<RunOptions> own = ParseOwn<RunOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  Result<Plan> plan = path == "-" ? ReadPlanFromStandardInput() : ReadPlanFile(path);
  if (!plan.ok()) return session.Fail(plan.status());
  // What the plan was made with holds: a dry run planned what is now to be done.
  plan->options.erase("dry_run");
  const Result<ConversionOptions> options = ParseConversionOptions(plan->options);
  if (!options.ok()) return session.Fail(AddWhere(options.status(), {.path = path}));

  const Result<ExecutionContext*> context = session.StartJob(plan->options);
  if (!context.ok()) return session.Fail(context.status());
  ConversionReport report;
  {
    const ProgressDisplay display(session.err(), session.front_end(), (*context)->progress());
    report = Execute(*plan, session.registry(), **context);
  }
  return TellOutcome(session, report,
                     {.as_json = own->json,
                      .output_was_named = !plan->output_path.empty(),
                      .report_file = options->report});
}

}  // namespace

const Command kRun = {
    .name = "run",
    .summary = "Executes a plan made by convert --dry-run --json",
    .positionals = "PLAN.json",
    .examples =
        "  pyforge convert orders.csv --dry-run --json > plan.json\n"
        "  pyforge run plan.json\n",
    .options = kOptions,
    .run = RunRun,
    .positional_count_min = 1,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
