// Settings from environment and configuration files, and the options of front ends themselves.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/execution.h"
#include "pyforge/options.h"
#include "pyforge/registry.h"

namespace pyforge {

enum class ProgressMode : uint8_t { kAuto, kBar, kPlain, kJson, kNone };
template <>
inline constexpr std::string_view kEnumNames<ProgressMode>[] = {"auto", "bar", "plain", "json",
                                                                "none"};

enum class ColorMode : uint8_t { kAuto, kAlways, kNever };
template <>
inline constexpr std::string_view kEnumNames<ColorMode>[] = {"auto", "always", "never"};

enum class TextFormat : uint8_t { kText, kJson };
template <>
inline constexpr std::string_view kEnumNames<TextFormat>[] = {"text", "json"};

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarning, kError, kOff };
template <>
inline constexpr std::string_view kEnumNames<LogLevel>[] = {"trace",   "debug", "info",
                                                            "warning", "error", "off"};

/// What a front end does beside converting.
struct FrontEndOptions {
  ProgressMode progress = ProgressMode::kAuto;
  bool quiet = false;
  bool verbose = false;
  ColorMode color = ColorMode::kAuto;
  TextFormat error_format = TextFormat::kText;
  LogLevel log_level = LogLevel::kWarning;
  TextFormat log_format = TextFormat::kText;
  std::string output_dir = {};  ///< where outputs without a name go; empty: beside the input
  std::string temp_dir = {};    ///< empty: TMPDIR, else /tmp
  bool force_core = false;      ///< no extension is discovered, native engine only
};
std::span<const OptionSpec> FrontEndOptionSpecs();

/// One setting and the place it was made at.
struct ConfiguredValue {
  OptionValue value;
  std::string source = {};  ///< "PYFORGE_MEMORY", or "pyforge.yaml" with its directory
};

/// Where to look. Nothing is read from the process itself.
struct ConfigurationSources {
  std::string file = {};                      ///< --config; must exist when named
  std::string directory = {};                 ///< of ./pyforge.yaml; empty: not looked for
  std::string home = {};                      ///< of ~/.config/pyforge/config.yaml; empty: likewise
  std::vector<std::string> environment = {};  ///< "NAME=value"
};

/// By option name; the winner of all sources.
using Configuration = std::map<std::string, ConfiguredValue, std::less<>>;

/// Reads environment and files; the environment wins, then the file named, the directory's, home's.
/// Errors: usage.bad_config (unknown key with the nearest name, value of a wrong kind, bad YAML),
/// not_found.config (the file named is missing), usage.bad_option (a value that cannot be).
Result<Configuration> LoadConfiguration(const ConfigurationSources& sources,
                                        const Registry& registry);

/// Every option that may be configured, once each, by name: of conversions, front ends, formats.
std::vector<const OptionSpec*> ConfigurableOptions(const Registry& registry);

/// The files that LoadConfiguration looks for, strongest first, whether they exist or not.
std::vector<std::string> ConfigurationFiles(const ConfigurationSources& sources);

/// The JSON Schema of a configuration file.
std::string ConfigurationJsonSchema(const Registry& registry);

/// The memory, threads and temporary space that `values` ask for. Errors: usage.bad_option.
Result<ExecutionOptions> MakeExecutionOptions(const OptionValues& values);

}  // namespace pyforge
