// The only file that includes spdlog.
#include "cli/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/console.h"

namespace pyforge::cli {
namespace {

struct LogSettings {
  LogLevel level = LogLevel::kWarning;
  TextFormat format = TextFormat::kText;
  bool has_color = false;
};

LogSettings& settings() {
  static LogSettings current;
  return current;
}

spdlog::level::level_enum Level(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

std::shared_ptr<spdlog::logger> MakeLogger() {
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>(
      settings().has_color ? spdlog::color_mode::always : spdlog::color_mode::never);
  if (settings().format == TextFormat::kJson) {
    sink->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})");
  } else {
    sink->set_pattern("%^%-7l%$  %v");
  }
  auto logger = std::make_shared<spdlog::logger>("pyforge", std::move(sink));
  logger->set_level(Level(settings().level));
  return logger;
}

}  // namespace

void StartLog(const FrontEndOptions& options, bool has_color) {
  settings() = {.level = options.log_level, .format = options.log_format, .has_color = has_color};
  if (options.verbose && settings().level > LogLevel::kDebug) settings().level = LogLevel::kDebug;
  if (options.quiet && settings().level < LogLevel::kError) settings().level = LogLevel::kError;
}

void Log(LogLevel level, std::string_view text) {
  // Most runs log nothing: then no logger is made at all.
  if (level < settings().level || settings().level == LogLevel::kOff) return;
  static const std::shared_ptr<spdlog::logger> kLogger = MakeLogger();
  const std::string message =
      settings().format == TextFormat::kJson
          ? nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
          : Visible(text);
  kLogger->log(Level(level), "{}", message);
}

}  // namespace pyforge::cli
