// Settings from environment and files: design: interface, section 5.
#include "pyforge/configuration.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "core/json_text.h"
#include "core/registry_errors.h"
#include "pyforge/conversion.h"

namespace pyforge {
namespace {

constexpr std::string_view kFiles = "Files";
constexpr std::string_view kMessages = "Messages";

constexpr std::string_view kTempDirAliases[] = {"temp_directory"};

constexpr OptionSpec kFrontEndSpecs[] = {
    InGroup(kFiles, Option<&FrontEndOptions::output_dir>("output_dir",
                                                         "Directory of outputs that are given no "
                                                         "name; left out: beside the input.",
                                                         "DIR")),
    InGroup(kFiles, Option<&FrontEndOptions::temp_dir>("temp_dir",
                                                       "Directory of temporary files; left out: "
                                                       "TMPDIR, else /tmp.",
                                                       "DIR", kTempDirAliases)),
    InGroup(kFiles, Option<&FrontEndOptions::force_core>("force_core",
                                                         "Discover no extension and use the native "
                                                         "engine alone.")),
    InGroup(kMessages,
            Option<&FrontEndOptions::progress>("progress",
                                               "How progress is shown on standard error; "
                                               "auto: a bar on a terminal, else nothing.")),
    InGroup(kMessages,
            Option<&FrontEndOptions::quiet>("quiet", "Print nothing but errors.", {}, {}, 'q')),
    InGroup(kMessages, Option<&FrontEndOptions::verbose>(
                           "verbose", "Print what is decided and how long it took.", {}, {}, 'v')),
    InGroup(kMessages,
            Option<&FrontEndOptions::color>("color",
                                            "Colours in messages; auto: on a terminal, unless "
                                            "NO_COLOR is set.")),
    InGroup(kMessages, Option<&FrontEndOptions::error_format>("error_format",
                                                              "How an error is printed: four lines "
                                                              "of text, or one JSON object.")),
    InGroup(kMessages,
            Option<&FrontEndOptions::log_level>("log_level", "Least important messages to print.")),
    InGroup(kMessages,
            Option<&FrontEndOptions::log_format>("log_format", "How messages are printed.")),
};

constexpr std::string_view kEnvironmentPrefix = "PYFORGE_";

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// A front end's options and a conversion's have a struct to try a value on; a format's are checked
// when the format is known.
Status CheckValue(const OptionSpec& spec, std::string_view value) {
  const auto is_of = [&spec](std::span<const OptionSpec> specs) {
    return &spec >= specs.data() && &spec < specs.data() + specs.size();
  };
  if (is_of(FrontEndOptionSpecs())) {
    FrontEndOptions scratch;
    return spec.set(&scratch, spec.name, value);
  }
  if (is_of(ConversionOptionSpecs())) {
    ConversionOptions scratch;
    return spec.set(&scratch, spec.name, value);
  }
  return Status::OK();
}

const OptionSpec* FindConfigurable(const std::vector<const OptionSpec*>& known,
                                   std::string_view name) {
  for (const OptionSpec* spec : known) {
    if (FindOption(std::span(spec, 1), name) != nullptr) return spec;
  }
  return nullptr;
}

// Keeps what stands already: stronger sources are read first.
Status Keep(const OptionSpec& spec, std::string value, OptionOrigin origin, std::string source,
            Configuration* configuration) {
  if (configuration->contains(spec.name)) return Status::OK();
  const Status valid = CheckValue(spec, value);
  if (!valid.ok()) return AddWhere(valid, {.path = source});
  configuration->emplace(spec.name, ConfiguredValue{{std::move(value), origin}, std::move(source)});
  return Status::OK();
}

Status ReadEnvironment(const std::vector<std::string>& environment,
                       const std::vector<const OptionSpec*>& known, Configuration* configuration) {
  for (const std::string& entry : environment) {
    const size_t equals = entry.find('=');
    if (!entry.starts_with(kEnvironmentPrefix) || equals == std::string::npos) continue;
    const std::string variable = entry.substr(0, equals);
    const OptionSpec* spec =
        FindConfigurable(known, LowerCase(variable.substr(kEnvironmentPrefix.size())));
    // Variables that name no option are other programs' business: tests, launchers, build scripts.
    // An empty one is as good as unset, which is how shells clear them for one command.
    if (spec == nullptr || equals + 1 == entry.size()) continue;
    ARROW_RETURN_NOT_OK(
        Keep(*spec, entry.substr(equals + 1), OptionOrigin::kEnvironment, variable, configuration));
  }
  return Status::OK();
}

Status UnknownKey(const std::string& key, const std::string& file, int line,
                  const std::vector<const OptionSpec*>& known) {
  std::vector<std::string_view> names;
  names.reserve(known.size());
  for (const OptionSpec* spec : known) names.push_back(spec->name);
  const std::string_view nearest = NearestName(key, names);
  return Fail(core::kBadConfiguration, {.path = file}, "line {}: there is no setting '{}'{}", line,
              key, nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

Result<std::string> ScalarText(const YAML::Node& node, const std::string& key,
                               const std::string& file) {
  if (node.IsScalar()) return node.Scalar();
  if (node.IsSequence()) {
    std::vector<std::string> items;
    for (const YAML::Node& item : node) {
      if (!item.IsScalar()) break;
      items.push_back(item.Scalar());
    }
    if (items.size() == node.size()) return options_internal::PrintList(items);
  }
  return Fail(core::kBadConfiguration, {.path = file},
              "line {}: the setting '{}' takes one value or a list of values", node.Mark().line + 1,
              key);
}

// May throw YAML::Exception.
Status ReadSettings(const std::string& file, const std::vector<const OptionSpec*>& known,
                    Configuration* configuration) {
  const YAML::Node root = YAML::LoadFile(file);
  if (root.IsNull()) return Status::OK();
  if (!root.IsMap()) {
    return Fail(core::kBadConfiguration, {.path = file},
                "the file holds no settings: each is a line 'name: value'");
  }
  for (const auto& entry : root) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
    const OptionSpec* spec = FindConfigurable(known, key);
    if (spec == nullptr) return UnknownKey(key, file, entry.first.Mark().line + 1, known);
    if (entry.second.IsNull()) continue;
    ARROW_ASSIGN_OR_RAISE(std::string text, ScalarText(entry.second, key, file));
    ARROW_RETURN_NOT_OK(Keep(*spec, std::move(text), OptionOrigin::kConfig, file, configuration));
  }
  return Status::OK();
}

Status ReadFile(const std::string& file, const std::vector<const OptionSpec*>& known,
                Configuration* configuration) {
  try {
    return ReadSettings(file, known, configuration);
  } catch (const YAML::ParserException& error) {
    return Fail(core::kBadConfiguration, {.path = file}, "line {}: {}", error.mark.line + 1,
                error.msg);
  } catch (const std::exception&) {  // BadFile, or what the stream throws on a directory
    return Fail(kReadFailed, {.path = file}, "the configuration file cannot be read");
  }
}

bool Exists(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0;
}

core::Json SettingSchema(const OptionSpec& spec) {
  core::Json schema = {{"description", spec.help}};
  switch (spec.kind) {
    case OptionKind::kFlag:
      schema["type"] = "boolean";
      break;
    case OptionKind::kInteger:
      schema["type"] = "integer";
      break;
    case OptionKind::kNumber:
      schema["type"] = "number";
      break;
    case OptionKind::kChoice:
      schema["enum"] = spec.choices;
      break;
    case OptionKind::kList:
      schema["type"] = {"string", "array"};
      schema["items"] = {{"type", "string"}};
      break;
    case OptionKind::kBytes:
      schema["type"] = {"string", "integer"};
      break;
    case OptionKind::kText:
    case OptionKind::kCharacter:
      schema["type"] = "string";
      break;
  }
  const std::string value = spec.default_value == nullptr ? "" : spec.default_value();
  if (value.empty()) return schema;
  // Numbers and truth values as what they are, text as text.
  const bool is_literal = spec.kind == OptionKind::kFlag || spec.kind == OptionKind::kInteger ||
                          spec.kind == OptionKind::kNumber;
  core::Json literal = is_literal ? core::Json::parse(value, nullptr, false) : core::Json(value);
  if (!literal.is_discarded()) schema["default"] = std::move(literal);
  return schema;
}

}  // namespace

std::span<const OptionSpec> FrontEndOptionSpecs() { return kFrontEndSpecs; }

std::vector<const OptionSpec*> ConfigurableOptions(const Registry& registry) {
  std::vector<const OptionSpec*> known;
  const auto add = [&known](std::span<const OptionSpec> specs) {
    for (const OptionSpec& spec : specs) {
      const bool taken = std::any_of(known.begin(), known.end(), [&spec](const OptionSpec* other) {
        return other->name == spec.name;
      });
      if (!taken) known.push_back(&spec);
    }
  };
  add(ConversionOptionSpecs());
  add(FrontEndOptionSpecs());
  for (const FormatDescriptor* format : registry.formats()) {
    add(format->read_options);
    add(format->write_options);
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const auto* a, const auto* b) { return a->name < b->name; });
  return known;
}

std::vector<std::string> ConfigurationFiles(const ConfigurationSources& sources) {
  std::vector<std::string> files;
  if (!sources.file.empty()) files.push_back(sources.file);
  if (!sources.directory.empty()) files.push_back(sources.directory + "/pyforge.yaml");
  if (!sources.home.empty()) {
    files.push_back(sources.home + "/.config/pyforge/config.yaml");
    files.push_back(sources.home + "/.pyforge/config.yaml");
  }
  return files;
}

Result<Configuration> LoadConfiguration(const ConfigurationSources& sources,
                                        const Registry& registry) {
  Configuration configuration;
  const std::vector<const OptionSpec*> known = ConfigurableOptions(registry);
  ARROW_RETURN_NOT_OK(ReadEnvironment(sources.environment, known, &configuration));
  for (const std::string& file : ConfigurationFiles(sources)) {
    if (Exists(file)) {
      ARROW_RETURN_NOT_OK(ReadFile(file, known, &configuration));
    } else if (file == sources.file) {
      return Fail(core::kNoConfiguration, {.path = file}, "there is no configuration file '{}'",
                  file);
    }
  }
  return configuration;
}

std::string ConfigurationJsonSchema(const Registry& registry) {
  core::Json properties = core::Json::object();
  for (const OptionSpec* spec : ConfigurableOptions(registry)) {
    properties[std::string(spec->name)] = SettingSchema(*spec);
  }
  return core::PrintJson({{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                          {"title", "pyforge.yaml"},
                          {"type", "object"},
                          {"additionalProperties", false},
                          {"properties", std::move(properties)}});
}

Result<ExecutionOptions> MakeExecutionOptions(const OptionValues& values) {
  ConversionOptions conversion;
  FrontEndOptions front_end;
  for (const auto& [name, value] : values) {
    if (const OptionSpec* spec = FindOption(ConversionOptionSpecs(), name)) {
      ARROW_RETURN_NOT_OK(spec->set(&conversion, spec->name, value.value));
    } else if (const OptionSpec* other = FindOption(FrontEndOptionSpecs(), name)) {
      ARROW_RETURN_NOT_OK(other->set(&front_end, other->name, value.value));
    }
  }
  constexpr int64_t kThreadsMax = 1024;
  if (conversion.threads < 0 || conversion.threads > kThreadsMax) {
    return Fail(kBadOption, {}, "the option 'threads' cannot be '{}': it takes 0 to {}",
                conversion.threads, kThreadsMax);
  }
  constexpr int64_t kMemoryMin = int64_t{16} << 20;
  if (conversion.memory < kMemoryMin) {
    return Fail(kBadOption, {}, "the option 'memory' cannot be '{}': it takes {} or more",
                PrintByteSize(conversion.memory), PrintByteSize(kMemoryMin));
  }
  return ExecutionOptions{.memory_bytes_max = conversion.memory,
                          .threads = static_cast<int>(conversion.threads),
                          .temp_bytes_max = conversion.temp_max,
                          .temp_directory = front_end.temp_dir};
}

}  // namespace pyforge
