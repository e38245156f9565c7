// What pyforge-cli 1.0.9 said and did for CSV, told again on top of the same conversion: messages
// on standard output, its exit codes, its names, everything as text.
#include "cli/compat.h"

#include <arrow/type.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/requests.h"
#include "cli/text_table.h"
#include "pyforge/pyforge.h"

namespace pyforge {
namespace cli {

enum class OldFormat : uint8_t { kTxt, kParquet };
enum class OldCompression : uint8_t { kSnappy, kGzip, kNone };
enum class OldFlattening : uint8_t { kConservative, kModerate, kAggressive };
enum class OldArrays : uint8_t { kExpand, kConcatenate, kJsonString };
enum class OldNamespaces : uint8_t { kPreserve, kStrip, kPrefix };
enum class OldInfoFormat : uint8_t { kTable, kJson };

}  // namespace cli

template <>
inline constexpr std::string_view kEnumNames<cli::OldFormat>[] = {"txt", "parquet"};
template <>
inline constexpr std::string_view kEnumNames<cli::OldCompression>[] = {"snappy", "gzip", "none"};
template <>
inline constexpr std::string_view kEnumNames<cli::OldFlattening>[] = {"conservative", "moderate",
                                                                      "aggressive"};
template <>
inline constexpr std::string_view kEnumNames<cli::OldArrays>[] = {"expand", "concatenate",
                                                                  "json_string"};
template <>
inline constexpr std::string_view kEnumNames<cli::OldNamespaces>[] = {"preserve", "strip",
                                                                      "prefix"};
template <>
inline constexpr std::string_view kEnumNames<cli::OldInfoFormat>[] = {"table", "json"};

}  // namespace pyforge

namespace pyforge::cli {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitFailed = 1;

/// Of these only `format`, `compression` and `force` ever changed what became of a CSV file; the
/// others are accepted because scripts give them.
struct OldConvertOptions {
  OldFormat format = OldFormat::kTxt;
  std::string pages = {};
  bool metadata = false;
  std::string password = {};
  std::string tables = {};
  OldCompression compression = OldCompression::kSnappy;
  bool force = false;
  bool combine = false;
  bool separate = false;
  OldFlattening flatten_strategy = OldFlattening::kConservative;
  OldArrays array_handling = OldArrays::kExpand;
  OldNamespaces namespace_handling = OldNamespaces::kPreserve;
  bool preview_schema = false;
  bool force_pyspark = false;
};

constexpr OptionSpec kConvertOptions[] = {
    Option<&OldConvertOptions::format>("format", "Output format.", {}, {}, 'f'),
    Option<&OldConvertOptions::pages>("pages", "Pages of a PDF.", "RANGE", {}, 'p'),
    Option<&OldConvertOptions::metadata>("metadata", "Page markers of a PDF.", {}, {}, 'm'),
    Option<&OldConvertOptions::password>("password", "Password of a database."),
    Option<&OldConvertOptions::tables>("tables", "Tables of a database.", "LIST", {}, 't'),
    Option<&OldConvertOptions::compression>("compression", "Of Parquet.", {}, {}, 'c'),
    Option<&OldConvertOptions::force>("force", "Overwrite."),
    Option<&OldConvertOptions::combine>("combine", "Sheets of a workbook."),
    Option<&OldConvertOptions::separate>("separate", "Sheets of a workbook."),
    Option<&OldConvertOptions::flatten_strategy>("flatten_strategy", "Of XML."),
    Option<&OldConvertOptions::array_handling>("array_handling", "Of XML."),
    Option<&OldConvertOptions::namespace_handling>("namespace_handling", "Of XML."),
    Option<&OldConvertOptions::preview_schema>("preview_schema", "Of XML."),
    Option<&OldConvertOptions::force_pyspark>("force_pyspark", "Without effect."),
};

struct OldInfoOptions {
  OldInfoFormat format = OldInfoFormat::kTable;
};
constexpr OptionSpec kInfoOptions[] = {
    Option<&OldInfoOptions::format>("format", "table or json.", {}, {}, 'f'),
};

constexpr Command kOldConvert = {.name = "convert",
                                 .positionals = "INPUT_FILE [OUTPUT_FILE]",
                                 .options = kConvertOptions,
                                 .positional_count_max = 2};
constexpr Command kOldInfo = {.name = "info",
                              .positionals = "INPUT_FILE",
                              .options = kInfoOptions,
                              .positional_count_max = 1};
constexpr Command kOldValidate = {
    .name = "validate", .positionals = "INPUT_FILE", .positional_count_max = 1};
constexpr std::array kOldCommands = {&kOldConvert, &kOldInfo, &kOldValidate};

constexpr std::array<std::string_view, 3> kTextSuffixes = {".csv", ".tsv", ".txt"};

int UsageError(const Session& session, const Command& command, std::string_view message) {
  session.err().Print(
      fmt::format("Usage: pyforge {0} [OPTIONS] {1}\nTry 'pyforge {0} --help' for help.\n\n"
                  "Error: {2}\n",
                  command.name, command.positionals, message));
  return kExitUsage;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What is wrong with the first value that is none of its option's choices; empty if none is.
std::string WrongChoice(std::span<const OptionSpec> specs, const OptionValues& given) {
  for (const OptionSpec& spec : specs) {
    const auto found = given.find(spec.name);
    if (found == given.end() || spec.choices.empty()) continue;
    const std::string& value = found->second.value;
    if (std::find(spec.choices.begin(), spec.choices.end(), Lower(value)) != spec.choices.end()) {
      continue;
    }
    std::string option = fmt::format("'{}'", SpellOption(spec.name, OptionSpelling::kFlag));
    if (spec.short_name != 0) option += fmt::format(" / '-{}'", spec.short_name);
    return fmt::format("Invalid value for {}: '{}' is not one of '{}'.", option, value,
                       fmt::join(spec.choices, "', '"));
  }
  return {};
}

std::string LowerSuffix(const std::filesystem::path& path) {
  return Lower(path.extension().string());
}

bool IsText(const std::filesystem::path& path) {
  return std::find(kTextSuffixes.begin(), kTextSuffixes.end(), LowerSuffix(path)) !=
         kTextSuffixes.end();
}

bool Exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

/// A path as version 1.0 showed it: without "." and doubled or closing slashes.
std::string ShownPath(std::string_view path) {
  std::string shown = path.starts_with('/') ? "/" : "";
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (!shown.empty() && shown != "/") shown += '/';
    shown += part;
  }
  return shown.empty() ? "." : shown;
}

/// How version 1.0 read text: every value as it stands, no row dropped, names made up where the
/// file has none.
OptionValues OldReadOptions() {
  OptionValues options;
  const auto set = [&options](std::string_view name, std::string_view value) {
    options.emplace(name, OptionValue{std::string(value), OptionOrigin::kConfig});
  };
  set("from", "csv");
  set("types", "strings");
  set("profile", "1.0");
  set("empty_fields", "text");
  set("skip_initial_space", "true");
  set("delimiters", ",;\\t|: ");
  set("column_naming", "pandas");
  set("footer", "keep");
  set("comment", "");
  return options;
}

InspectRequest OldInspection(const std::string& path) {
  InspectRequest request{.path = path, .from = "csv", .options = OldReadOptions()};
  request.options.erase("from");
  return request;
}

Result<Inspection> InspectAsOld(Session& session, const std::string& path,
                                ExecutionContext& context) {
  return Inspect(OldInspection(path), session.registry(), context);
}

/// Version 1.0 took a file without a line of text for no CSV file.
bool HasTable(const Result<Inspection>& inspection) {
  return inspection.ok() && !inspection->tables.empty() &&
         inspection->tables.front().schema->num_fields() > 0;
}

int FailAsOld(Session& session, const Status& error) {
  session.Fail(error);
  session.out().Print("Conversion failed!\n");
  session.err().Print("Aborted!\n");
  const int exit_code = Session::ExitCodeOf(error);
  return exit_code > 128 ? exit_code : kExitFailed;
}

int ConvertAsOld(Session& session, const Arguments& arguments) {
  const Result<OldConvertOptions> own =
      ParseOwn<OldConvertOptions>(kConvertOptions, arguments.given);
  if (!own.ok()) return UsageError(session, kOldConvert, own.status().message());
  const std::string input = ShownPath(arguments.positionals.front());
  const std::filesystem::path input_path(input);
  const bool is_verbose = session.front_end().verbose;
  if (is_verbose) {
    session.out().Print(fmt::format("Input file: {}\nOutput format: {}\n", input,
                                    options_internal::PrintField(own->format)));
  }
  std::string output;
  if (arguments.positionals.size() > 1) output = ShownPath(arguments.positionals[1]);
  if (output.empty()) {
    std::filesystem::path named = input_path;
    named.replace_extension("." + options_internal::PrintField(own->format));
    output = named.string();
    if (is_verbose) session.out().Print(fmt::format("Auto-generated output file: {}\n", output));
  }
  if (Exists(output) && !own->force) {
    session.out().Print(
        fmt::format("Output file {} already exists. Use --force to overwrite.\n", output));
    return 0;
  }
  if (!IsText(input_path)) {
    session.out().Print(
        fmt::format("Error: Unsupported input format '{}'\nSupported formats:\n  {}\n",
                    input_path.extension().string(), fmt::join(kTextSuffixes, ", ")));
    return 0;
  }
  ConversionRequest request{.inputs = {input}, .output = output, .options = OldReadOptions()};
  request.options["to"] = {"parquet", OptionOrigin::kConfig};
  request.options["mode"] = {own->force ? "overwrite" : "error", OptionOrigin::kConfig};
  request.options["compression"] = {options_internal::PrintField(own->compression),
                                    OptionOrigin::kConfig};
  const Result<ExecutionContext*> context = session.StartJob(request.options);
  if (!context.ok()) return session.Fail(context.status());
  const Result<Inspection> inspection = InspectAsOld(session, input, **context);
  if (!inspection.ok()) return FailAsOld(session, inspection.status());
  if (!HasTable(inspection)) {
    return FailAsOld(session, Fail(kCorrupt, {.path = input}, "the file holds no table"));
  }
  std::error_code ignored;  // writing fails with the reason
  std::filesystem::create_directories(std::filesystem::path(output).parent_path(), ignored);
  const ConversionReport report = Convert(request, session.registry(), **context);
  for (const std::string& warning : report.warnings) session.Warn(warning);
  return report.error.ok() ? 0 : FailAsOld(session, report.error);
}

/// The metadata that version 1.0 knew of a CSV file, in its order.
nlohmann::ordered_json OldMetadata(const Inspection& inspection, const std::string& path) {
  nlohmann::ordered_json metadata;
  struct stat status {};
  ::stat(path.c_str(), &status);
  const auto finding = [&inspection](std::string_view name) -> const Finding* {
    for (const Finding& each : inspection.findings) {
      if (each.name == name) return &each;
    }
    for (const TableInfo& table : inspection.tables) {
      for (const Finding& each : table.findings) {
        if (each.name == name) return &each;
      }
    }
    return nullptr;
  };
  const auto value = [](const Finding* found) { return found == nullptr ? "" : found->value; };
  const Finding* encoding = finding("encoding");
  const Finding* header = finding("header");
  metadata["file_name"] = std::filesystem::path(path).filename().string();
  metadata["file_size"] = static_cast<int64_t>(status.st_size);
  metadata["file_type"] = "CSV";
  metadata["encoding"] = value(encoding);
  metadata["encoding_confidence"] = encoding == nullptr ? 0.0 : encoding->confidence;
  const std::string delimiter = value(finding("delimiter"));
  metadata["delimiter"] = delimiter == "tab" ? "\t" : delimiter == "space" ? " " : delimiter;
  metadata["has_header"] = header != nullptr && header->value != "0";
  return metadata;
}

std::string TitleCase(std::string_view key) {
  std::string title;
  bool starts_word = true;
  for (const char c : key) {
    const char shown = c == '_' ? ' ' : c;
    title +=
        starts_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(shown))) : shown;
    starts_word = shown == ' ';
  }
  return title;
}

std::string OldInfoTable(const nlohmann::ordered_json& metadata, const std::string& path) {
  std::vector<TextColumn> columns = {{.title = "Property"}, {.title = "Value"}};
  for (const auto& [key, value] : metadata.items()) {
    columns[0].cells.push_back(TitleCase(key));
    std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (key == "file_size") text = CountText(value.get<int64_t>()) + " bytes";
    if (value.is_boolean()) text = value.get<bool>() ? "True" : "";
    // What means nothing, 0 too, was not available.
    columns[1].cells.push_back(text.empty() || text == "0" || text == "0.0" ? "N/A" : text);
  }
  return fmt::format("File Information: {}\n{}", std::filesystem::path(path).filename().string(),
                     PrintTable(columns, {}).text);
}

int InfoAsOld(Session& session, const Arguments& arguments) {
  const Result<OldInfoOptions> own = ParseOwn<OldInfoOptions>(kInfoOptions, arguments.given);
  if (!own.ok()) return UsageError(session, kOldInfo, own.status().message());
  const std::string& path = arguments.positionals.front();
  if (!IsText(path)) {
    session.out().Print(fmt::format("Error: Unsupported file format '{}'\n",
                                    std::filesystem::path(path).extension().string()));
    return 0;
  }
  const Result<ExecutionContext*> context = session.StartJob({});
  if (!context.ok()) return session.Fail(context.status());
  const Result<Inspection> inspection = InspectAsOld(session, path, **context);
  // The number of rows was counted, header excluded.
  ValidationReport counted;
  if (HasTable(inspection)) {
    counted = Validate(OldInspection(path), false, session.registry(), **context);
  }
  if (counted.tables.empty()) {
    session.out().Print("Could not extract metadata from file\n");
    return 0;
  }
  nlohmann::ordered_json metadata = OldMetadata(*inspection, path);
  metadata["estimated_rows"] = counted.tables.front().rows_read;
  struct stat status {};
  ::stat(path.c_str(), &status);
  metadata["last_modified"] = static_cast<double>(status.st_mtim.tv_sec) +
                              static_cast<double>(status.st_mtim.tv_nsec) * 1e-9;
  session.out().Print(own->format == OldInfoFormat::kJson ? metadata.dump(2) + "\n"
                                                          : OldInfoTable(metadata, path));
  return 0;
}

int ValidateAsOld(Session& session, const Arguments& arguments) {
  const std::filesystem::path path(arguments.positionals.front());
  if (!IsText(path)) {
    session.out().Print(
        fmt::format("Error: Unsupported file format '{}'\n", path.extension().string()));
    return 0;
  }
  std::string suffix = LowerSuffix(path);
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const Result<ExecutionContext*> context = session.StartJob({});
  if (!context.ok()) return session.Fail(context.status());
  const bool is_valid = HasTable(InspectAsOld(session, path.string(), **context));
  session.out().Print(fmt::format("{} {} is {}a valid {} file\n", is_valid ? "✓" : "✗",
                                  path.filename().string(), is_valid ? "" : "not ", suffix));
  return 0;
}

int FormatsAsOld(Session& session) {
  std::vector<TextColumn> columns = {
      {.title = "Converter"}, {.title = "Input Formats"}, {.title = "Output Formats"}};
  columns[0].cells.emplace_back("Csv");
  columns[1].cells.emplace_back(".csv, .tsv, .txt");
  columns[2].cells.emplace_back(".parquet");
  session.out().Print("Supported Formats\n" + PrintTable(columns, {}).text +
                      "\nLoaded plugins: csv\n");
  return 0;
}

}  // namespace

bool IsCompatible(const Session& session) {
  const auto profile = session.configuration().find("profile");
  return profile != session.configuration().end() && profile->second.value.value == "1.0";
}

std::optional<int> RunCompatible(Session& session, const std::string& command,
                                 std::span<const std::string> arguments) {
  if (command == "formats") return FormatsAsOld(session);
  const auto found = std::find_if(kOldCommands.begin(), kOldCommands.end(),
                                  [&](const Command* each) { return each->name == command; });
  if (found == kOldCommands.end()) return std::nullopt;
  const Command& old = **found;
  Result<Arguments> parsed = ParseArguments(old, OptionsOf(old, session.registry()), arguments);
  if (!parsed.ok()) return UsageError(session, old, parsed.status().message());
  // The help is the new program's: it tells what is there now.
  if (parsed->help) return std::nullopt;
  const Status settled = session.Settle(parsed->given);
  if (!settled.ok()) return UsageError(session, old, settled.message());
  const std::string wrong_choice = WrongChoice(old.options, parsed->given);
  if (!wrong_choice.empty()) return UsageError(session, old, wrong_choice);
  if (parsed->positionals.empty()) {
    return UsageError(session, old, "Missing argument 'INPUT_FILE'.");
  }
  const std::string& input = parsed->positionals.front();
  if (!Exists(input)) {
    return UsageError(
        session, old,
        fmt::format("Invalid value for 'INPUT_FILE': Path '{}' does not exist.", input));
  }
  if (command == "convert") return ConvertAsOld(session, *parsed);
  if (command == "info") return InfoAsOld(session, *parsed);
  return ValidateAsOld(session, *parsed);
}

}  // namespace pyforge::cli
