#include "core/prepare.h"

#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include <arrow/type.h>

#include "core/concat_scan.h"
#include "core/output_names.h"
#include "core/registry_errors.h"
#include "core/table_writer.h"
#include "io/path.h"

namespace pyforge::core {
namespace {

// A provisional schema may not have a cast's column yet; what cannot be planned is found at run
// time.
std::shared_ptr<arrow::Schema> PlannedSchema(const TableInfo& info,
                                             const ConversionOptions& options,
                                             const std::shared_ptr<arrow::Schema>& contract,
                                             ExecutionContext& context) {
  auto transform = RowTransform::Make(contract == nullptr ? info.schema : contract, options,
                                      context.memory_pool());
  return transform.ok() ? (*transform)->schema() : info.schema;
}

struct OutputChoice {
  const FormatDescriptor* format = nullptr;
  OptionValues implied;
};

Result<OutputChoice> ChooseOutputFormat(const std::string& output, const ConversionOptions& options,
                                        const Registry& registry) {
  OutputChoice choice;
  std::string implied_by = options.to;
  const std::string file_name = std::filesystem::path(output).filename().string();
  const std::string plain_name = io::WithoutContainerSuffix(file_name);
  if (!options.to.empty()) {
    choice.format = registry.Find(options.to);
    if (choice.format == nullptr) {
      const std::string_view left_out = registry.LeftOut(options.to);
      if (!left_out.empty()) return NotBuilt(left_out, {.path = output});
      std::vector<std::string_view> known;
      for (const FormatDescriptor* each : registry.formats()) {
        if (each->open_output != nullptr) known.push_back(each->name);
      }
      const std::string_view nearest = NearestName(options.to, known);
      return Fail(kBadOption, {}, "there is no output format '{}'{}", options.to,
                  nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
    }
  } else if (const FormatDescriptor* by_name = registry.FindByExtension(plain_name)) {
    choice.format = by_name;
    implied_by = std::filesystem::path(plain_name).extension().string();
  } else if (output.empty() || output.ends_with('/') || std::filesystem::is_directory(output) ||
             std::filesystem::path(file_name).extension().empty()) {
    choice.format = registry.Find("parquet");
  }
  if (choice.format == nullptr) {
    const std::string_view left_out = registry.LeftOut(plain_name);
    if (!left_out.empty()) return NotBuilt(left_out, {.path = output});
    return Fail(kBadRequest, {.path = output},
                "no format has the suffix '{}' of the output's name; say the format with --to",
                std::filesystem::path(file_name).extension().string());
  }
  if (choice.format->open_output == nullptr) {
    return Fail(kUnsupported, {}, "the format {} is read but not written", choice.format->name);
  }
  if (choice.format->implied_options != nullptr) {
    choice.implied = choice.format->implied_options(implied_by);
  }
  return choice;
}

// Every option must be of use somewhere: an ignored option is a silent surprise.
Status CheckAllApply(const OptionValues& format_options, const std::vector<OpenedInput>& inputs,
                     const FormatDescriptor& output) {
  for (const auto& [name, value] : format_options) {
    if (value.origin != OptionOrigin::kRequest) continue;
    bool applies = FindOption(output.write_options, name) != nullptr;
    for (const OpenedInput& each : inputs) {
      applies = applies || FindOption(each.format->read_options, name) != nullptr;
    }
    if (!applies) {
      return Fail(kBadOption, {},
                  "the option '{}' is of no use here: {} reads and {} writes without it", name,
                  inputs.empty() ? "the input" : inputs.front().format->name, output.name);
    }
  }
  return Status::OK();
}

Status PlanInputs(const std::vector<std::string>& paths, const ConversionOptions& options,
                  const OptionValues& format_options, const Registry& registry,
                  ExecutionContext& context, PreparedConversion* prepared) {
  InputOpener opener(options.union_inputs, registry, context);
  for (const std::string& path : paths) {
    ARROW_RETURN_NOT_OK(opener.Open(path, options.from, format_options));
  }
  prepared->inputs = std::move(opener.opened());
  for (size_t i = 0; i < paths.size(); ++i) {
    const OpenedInput& opened = prepared->inputs[i];
    const auto findings = opened.input->findings();
    PlannedInput planned{.path = paths[i],
                         .format = std::string(opened.format->name),
                         .container = std::string(opened.source->container()),
                         .stored_bytes = opened.source->stored_bytes(),
                         .options = opened.options,
                         .findings = {findings.begin(), findings.end()}};
    if (options.explain) planned.explanation = Explain(*opened.input);
    prepared->plan.inputs.push_back(std::move(planned));
  }
  return Status::OK();
}

}  // namespace

Result<PreparedConversion> Prepare(const ConversionRequest& request, const Registry& registry,
                                   ExecutionContext& context) {
  PreparedConversion prepared;
  OptionValues format_options;
  ARROW_RETURN_NOT_OK(TakeConversionOptions(request.options, &prepared.options, &format_options));
  if (request.inputs.empty()) return Fail(kBadRequest, {}, "there is no input");
  ARROW_ASSIGN_OR_RAISE(const OutputChoice choice,
                        ChooseOutputFormat(request.output, prepared.options, registry));
  prepared.output_format = choice.format;
  OptionValues write_options = choice.implied;
  for (const auto& [name, value] : format_options) {
    if (const OptionSpec* spec = FindOption(choice.format->write_options, name)) {
      write_options.insert_or_assign(std::string(spec->name), value);
    }
  }
  if (choice.format->check_write_options != nullptr) {
    ARROW_RETURN_NOT_OK(choice.format->check_write_options(write_options));
  }
  ARROW_ASSIGN_OR_RAISE(prepared.contract, ReadContract(prepared.options));

  std::vector<std::string> paths;
  for (const std::string& pattern : request.inputs) {
    ARROW_ASSIGN_OR_RAISE(std::vector<std::string> expanded, io::ExpandPath(pattern));
    paths.insert(paths.end(), expanded.begin(), expanded.end());
  }
  if (paths.size() > 1 && !prepared.options.rejects.empty() && !prepared.options.union_inputs) {
    // Outputs are published input by input, and with each of them its rejected rows are.
    return Fail(kBadRequest, {.path = prepared.options.rejects},
                "the rejected rows of {} inputs, converted one by one, cannot go to one file: make "
                "one table of them with union, or give each a command and a file of its own",
                paths.size());
  }
  ARROW_RETURN_NOT_OK(
      PlanInputs(paths, prepared.options, format_options, registry, context, &prepared));
  ARROW_RETURN_NOT_OK(CheckAllApply(format_options, prepared.inputs, *choice.format));

  Plan& plan = prepared.plan;
  plan.version = std::string(Version());
  plan.output_path = request.output;
  plan.output_format = std::string(choice.format->name);
  plan.output_options = std::move(write_options);
  for (const auto& [name, value] : request.options) {
    if (const OptionSpec* spec = FindOption(ConversionOptionSpecs(), name)) {
      plan.options.insert_or_assign(std::string(spec->name), value);
    }
  }
  plan.engine = "native";
  plan.engine_reason = "the only engine of this program";

  std::vector<NamedTable> named;
  for (size_t i = 0; i < prepared.inputs.size(); ++i) {
    const OpenedInput& opened = prepared.inputs[i];
    for (const TableInfo& info : opened.input->tables()) {
      const std::string stem(StemOf(opened.source->name()));
      plan.tables.push_back(
          PlannedTable{.input_index = static_cast<int>(i),
                       .source_table = info.name,
                       .name = info.name,
                       .schema = PlannedSchema(info, prepared.options, prepared.contract, context),
                       .estimated_rows = info.row_count});
      named.push_back(
          {i, plan.inputs[i].path, stem.empty() || stem == "-" ? "stdin" : stem, info.name});
    }
    plan.estimated_output_bytes += opened.source->stored_bytes().value_or(0);
  }
  if (prepared.options.union_inputs && !named.empty()) {
    named.resize(1);
    const TableInfo united{.schema = UnitedSchema(prepared)};
    for (PlannedTable& table : plan.tables) {
      table.schema = PlannedSchema(united, prepared.options, prepared.contract, context);
    }
  }
  if (request.output.empty() && paths.front() == "-") {
    return Fail(kBadRequest, {},
                "standard input has no place beside it: name the output, or - for "
                "standard output");
  }
  std::error_code ignored;
  // One table that becomes a directory may replace that directory.
  const bool makes_directory = WritesDirectory(prepared.options);
  const bool replaces_directory = makes_directory && named.size() == 1;
  ARROW_ASSIGN_OR_RAISE(
      OutputNames outputs,
      NameOutputs({.output = request.output,
                   .format_name = plan.output_format,
                   .extension = makes_directory ? std::string()
                                                : std::string(choice.format->extensions.front()),
                   .output_is_directory = request.output.ends_with('/') ||
                                          (!replaces_directory &&
                                           std::filesystem::is_directory(request.output, ignored))},
                  named));
  for (size_t i = 0; i < plan.tables.size(); ++i) {
    plan.tables[i].output_path = outputs.paths[prepared.options.union_inputs ? 0 : i];
  }
  for (std::string& warning : outputs.warnings) context.Warn(std::move(warning));
  plan.estimated_memory_bytes = context.memory_bytes_max();
  return prepared;
}

std::shared_ptr<arrow::Schema> UnitedSchema(const PreparedConversion& prepared) {
  if (prepared.contract != nullptr) return prepared.contract;
  std::vector<std::shared_ptr<arrow::Schema>> schemas;
  for (const OpenedInput& opened : prepared.inputs) {
    for (const TableInfo& info : opened.input->tables()) schemas.push_back(info.schema);
  }
  return UniteSchemas(schemas);
}

Result<PreparedConversion> Reopen(const Plan& plan, const Registry& registry,
                                  ExecutionContext& context) {
  PreparedConversion prepared;
  OptionValues none;
  ARROW_RETURN_NOT_OK(TakeConversionOptions(plan.options, &prepared.options, &none));
  prepared.output_format = registry.Find(plan.output_format);
  if (prepared.output_format == nullptr || prepared.output_format->open_output == nullptr) {
    return Fail(kUnsupported, {}, "this program does not write the plan's output format '{}'",
                plan.output_format);
  }
  ARROW_ASSIGN_OR_RAISE(prepared.contract, ReadContract(prepared.options));
  InputOpener opener(prepared.options.union_inputs, registry, context);
  for (const PlannedInput& planned : plan.inputs) {
    ARROW_RETURN_NOT_OK(opener.Open(planned.path, planned.format, planned.options));
  }
  prepared.inputs = std::move(opener.opened());
  prepared.plan = plan;
  for (size_t i = 0; prepared.options.explain && i < prepared.inputs.size(); ++i) {
    prepared.plan.inputs[i].explanation = Explain(*prepared.inputs[i].input);
  }
  return prepared;
}

}  // namespace pyforge::core
