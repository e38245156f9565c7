// pyforge convert: the main job.
#include <arrow/type.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "cli/explanation_text.h"
#include "cli/outcome.h"
#include "cli/progress.h"
#include "cli/requests.h"
#include "pyforge/pyforge.h"

namespace pyforge::cli {
namespace {

struct ConvertOptions {
  std::string output = {};
  bool json = false;
  bool preview_schema = false;
};

constexpr OptionSpec kOptions[] = {
    InGroup("Output", Option<&ConvertOptions::output>(
                          "output",
                          "File, directory (existing, or ending in /), or - for standard "
                          "output; instead of OUTPUT.",
                          "OUTPUT", {}, 'o')),
    InGroup("Output",
            Option<&ConvertOptions::json>("json", "Print the report on standard output.")),
    InGroup("Output", Option<&ConvertOptions::preview_schema>(
                          "preview_schema",
                          "Print the schema and convert nothing; as pyforge "
                          "schema.")),
};

bool IsDirectory(const std::string& path) {
  struct stat status {};
  return path.ends_with('/') || (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode));
}

bool IsFile(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// `INPUT... [OUTPUT]`: of several arguments the last is the output, unless -o names it.
Result<ConversionRequest> MakeRequest(const Session& session, const Arguments& arguments,
                                      const ConvertOptions& own) {
  ConversionRequest request{.inputs = arguments.positionals, .output = own.output};
  if (request.output.empty() && request.inputs.size() > 1) {
    request.output = request.inputs.back();
    request.inputs.pop_back();
    // `convert *.csv` must not take the last input for the output.
    if (request.inputs.size() > 1 && IsFile(request.output)) {
      return Fail(kBadRequest, {.path = request.output},
                  "there are {} inputs and the last argument is an existing file: name the output "
                  "with -o",
                  request.inputs.size());
    }
  }
  if (request.output.empty() && !session.front_end().output_dir.empty()) {
    request.output = session.front_end().output_dir;
    if (!IsDirectory(request.output)) request.output += '/';
  }
  request.options = session.RequestOptions(arguments.given, kOptions);
  return request;
}

std::string PlanText(const Plan& plan) {
  std::string text = "Nothing was touched; this would be done:\n";
  for (const PlannedTable& table : plan.tables) {
    const PlannedInput& input = plan.inputs[static_cast<size_t>(table.input_index)];
    text += fmt::format("  {} ({}{}) -> {} ({})", Visible(input.path), input.format,
                        input.stored_bytes ? ", " + SizeText(*input.stored_bytes) : std::string(),
                        Visible(table.output_path), plan.output_format);
    if (table.schema != nullptr) {
      text += fmt::format(", {} columns", table.schema->num_fields());
    }
    if (table.estimated_rows) text += ", about " + Counted(*table.estimated_rows, "row");
    text += '\n';
  }
  text += fmt::format("  engine {}: {}\n", plan.engine, plan.engine_reason);
  text += fmt::format("  at most {} of memory, about {} of output",
                      SizeText(plan.estimated_memory_bytes), SizeText(plan.estimated_output_bytes));
  if (plan.estimated_seconds > 0) text += ", about " + DurationText(plan.estimated_seconds);
  return text + '\n';
}

int DryRun(Session& session, const ConversionRequest& request, ExecutionContext& context,
           bool as_json) {
  const Result<Plan> plan = MakePlan(request, session.registry(), context);
  if (!plan.ok()) return session.Fail(plan.status());
  for (const std::string& warning : context.warnings()) session.Warn(warning);
  session.out().Print(as_json ? PlanToJson(*plan) + "\n" : PlanText(*plan));
  for (const PlannedInput& input : plan->inputs) {
    if (!input.explanation || as_json) continue;
    session.Note(ExplanationText(*input.explanation, input.path));
  }
  return 0;
}

int RunConvert(Session& session, const Arguments& arguments) {
  const Result<ConvertOptions> own = ParseOwn<ConvertOptions>(kOptions, arguments.given);
  if (!own.ok()) return session.Fail(own.status());
  if (own->preview_schema) {
    Arguments of_schema = arguments;
    of_schema.given.erase("preview_schema");
    of_schema.given.erase("output");
    of_schema.positionals.resize(1);
    return kSchema.run(session, of_schema);
  }
  const Result<ConversionRequest> request = MakeRequest(session, arguments, *own);
  if (!request.ok()) return session.Fail(request.status());
  const Result<ConversionOptions> options = ParseConversionOptions(request->options);
  if (!options.ok()) return session.Fail(options.status());
  if (own->json && request->output == "-" && !options->dry_run) {
    return session.Fail(Fail(kBadRequest, {},
                             "the data and the report cannot both go to standard output: write the "
                             "report to a file with --report"));
  }
  const Result<ExecutionContext*> context = session.StartJob(arguments.given);
  if (!context.ok()) return session.Fail(context.status());
  if (options->dry_run) return DryRun(session, *request, **context, own->json);

  ConversionReport report;
  {
    const ProgressDisplay display(session.err(), session.front_end(), (*context)->progress());
    report = Convert(*request, session.registry(), **context);
  }
  return TellOutcome(session, report,
                     {.as_json = own->json,
                      .output_was_named = !request->output.empty(),
                      .report_file = options->report});
}

}  // namespace

const Command kConvert = {
    .name = "convert",
    .summary = "Converts files to Parquet, CSV and other formats",
    .positionals = "INPUT... [OUTPUT]",
    .description =
        "  INPUT   a file, a directory, a glob (quoted or not), or - for standard input\n"
        "  OUTPUT  a file whose suffix tells the format, a directory, or - for standard output;\n"
        "          left out: beside the input",
    .examples =
        "  pyforge convert orders.csv\n"
        "  pyforge convert orders.csv orders.parquet --compression zstd --verify\n"
        "  pyforge convert 'logs/*.csv.gz' -o all.parquet --union\n"
        "  cat orders.csv | pyforge convert - -o orders.parquet --from csv\n",
    .options = kOptions,
    .takes = TakesOptions::kConverting,
    .run = RunConvert,
    .positional_count_min = 1,
};

}  // namespace pyforge::cli
