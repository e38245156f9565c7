#include "core/opened_input.h"

#include <algorithm>
#include <utility>

#include <arrow/type.h>

#include "core/registry_errors.h"
#include "io/local_file.h"
#include "io/open_source.h"
#include "schema/schema_json.h"

namespace pyforge::core {
namespace {

OptionValues Applicable(std::span<const OptionSpec> specs, const OptionValues& values) {
  OptionValues taken;
  for (const auto& [name, value] : values) {
    if (const OptionSpec* spec = FindOption(specs, name)) taken.emplace(spec->name, value);
  }
  return taken;
}

std::string_view Suffix(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

/// Null where the input is not known by the model.
Result<std::unique_ptr<Input>> OpenByModel(const OpenedInput& opened, const OpenedInput* model,
                                           ExecutionContext& context) {
  if (model == nullptr || model->format != opened.format || opened.format->open_alike == nullptr ||
      model->options != opened.options) {
    return nullptr;
  }
  return opened.format->open_alike(opened.source, opened.options, *model->input, context);
}

}  // namespace

Result<OpenedInput> OpenInput(const std::string& path, const std::string& from,
                              const OptionValues& options, const Registry& registry,
                              ExecutionContext& context, const OpenedInput* model) {
  OpenedInput opened;
  ARROW_ASSIGN_OR_RAISE(opened.source, io::OpenSource(path, context));
  std::string implied_by;  // an alias or a suffix
  if (from.empty()) {
    ARROW_ASSIGN_OR_RAISE(opened.format, registry.Identify(*opened.source, &opened.sniff));
    implied_by = Suffix(opened.source->name());
  } else {
    opened.format = registry.Find(from);
    if (opened.format == nullptr) {
      const std::string_view left_out = registry.LeftOut(from);
      if (!left_out.empty()) return NotBuilt(left_out, {.path = path});
      return Fail(kBadOption, {.path = path}, "there is no format '{}'", from);
    }
    opened.sniff = {.confidence = 1, .reason = "asked for"};
    implied_by = from;
  }
  if (opened.format->open_input == nullptr) {
    return Fail(kUnsupported, {.path = path}, "the format {} is written but not read",
                opened.format->name);
  }
  if (opened.format->implied_options != nullptr) {
    opened.options = opened.format->implied_options(implied_by);
  }
  for (auto& [name, value] : Applicable(opened.format->read_options, options)) {
    opened.options.insert_or_assign(name, value);
  }
  if (opened.format->check_read_options != nullptr) {
    ARROW_RETURN_NOT_OK(opened.format->check_read_options(opened.options));
  }
  Result<std::unique_ptr<Input>> input = OpenByModel(opened, model, context);
  opened.is_alike = input.ok() && *input != nullptr;
  if (input.ok() && !opened.is_alike) {
    input = opened.format->open_input(opened.source, opened.options, context);
  }
  if (!input.ok()) return Translate(input.status(), {.path = path});
  opened.input = *std::move(input);
  opened.source->ForgetHead();
  return opened;
}

Status InputOpener::Open(const std::string& path, const std::string& from,
                         const OptionValues& options) {
  const OpenedInput* const model = make_one_table_ && !opened_.empty() ? &opened_[model_] : nullptr;
  ARROW_ASSIGN_OR_RAISE(OpenedInput opened,
                        OpenInput(path, from, options, registry_, context_, model));
  if (!opened.is_alike) model_ = opened_.size();
  opened_.push_back(std::move(opened));
  return Status::OK();
}

Explanation Explain(const Input& input) {
  Explanation explanation = input.Explain();
  const auto tables = input.tables();
  for (size_t i = 0; i < std::min(explanation.tables.size(), tables.size()); ++i) {
    explanation.tables[i].name = tables[i].name;
  }
  return explanation;
}

TableRequest MakeTableRequest(const std::string& table, const ConversionOptions& options,
                              const std::shared_ptr<arrow::Schema>& contract) {
  return TableRequest{.table = table,
                      .contract = contract,
                      .types_as_text = options.types == TypesMode::kStrings,
                      .types_from_sample = options.types == TypesMode::kSample,
                      .strict = options.strict,
                      .keep_bad_rows = options.bad_rows == BadRows::kKeep};
}

Result<std::shared_ptr<arrow::Schema>> ReadContract(const ConversionOptions& options) {
  if (options.schema.empty()) return nullptr;
  constexpr int64_t kSchemaBytesMax = int64_t{64} << 20;
  ARROW_ASSIGN_OR_RAISE(std::string text, io::ReadWholeFile(options.schema, kSchemaBytesMax));
  Result<std::shared_ptr<arrow::Schema>> contract = schema::SchemaFromJson(text);
  if (!contract.ok()) return AddWhere(contract.status(), {.path = options.schema});
  return contract;
}

Result<TableScan> ScanTable(OpenedInput& opened, const TableRequest& request) {
  ARROW_ASSIGN_OR_RAISE(auto scans, opened.input->Scan(std::span(&request, 1)));
  TableScan found;
  for (auto& scan : scans) {
    int index = 0;
    for (const TableInfo& info : scan->tables()) {
      if (request.table.empty() || info.name == request.table) {
        found.scan = std::move(scan);
        found.table_index = index;
        // Inference may need a second pass; say so before the first byte is streamed.
        if (!found.scan->types_are_final() && !opened.source->repeatable()) {
          ARROW_RETURN_NOT_OK(opened.source->MakeRepeatable());
        }
        return found;
      }
      ++index;
    }
  }
  return Fail(kNoSuchTable, {.path = opened.source->path()}, "there is no table '{}'",
              request.table);
}

Status TakeConversionOptions(const OptionValues& values, ConversionOptions* options,
                             OptionValues* format_options) {
  OptionValues ours;
  for (const auto& [name, value] : values) {
    if (const OptionSpec* spec = FindOption(ConversionOptionSpecs(), name)) {
      ours.insert_or_assign(std::string(spec->name), value);
    } else {
      format_options->insert_or_assign(name, value);
    }
  }
  ARROW_RETURN_NOT_OK(ApplyOptions(ConversionOptionSpecs(), ours, options));
  if (options->limit && *options->limit < 0) {
    return Fail(kBadOption, {}, "the option 'limit' cannot be '{}': it takes 0 or more",
                *options->limit);
  }
  if (!options->engine.empty() && options->engine != "auto" && options->engine != "native") {
    return Fail(kUnsupported, {}, "this program has no engine '{}', only native", options->engine);
  }
  if (options->overwrite) {
    const auto mode = ours.find("mode");
    if (mode != ours.end() && options->mode != WriteMode::kOverwrite &&
        mode->second.origin == ours.at("overwrite").origin) {
      return Fail(kBadOption, {}, "the options 'overwrite' and 'mode {}' contradict each other",
                  mode->second.value);
    }
    options->mode = WriteMode::kOverwrite;
  }
  if (!options->rejects.empty() && !ours.contains("bad_rows")) options->bad_rows = BadRows::kSkip;
  return Status::OK();
}

}  // namespace pyforge::core
