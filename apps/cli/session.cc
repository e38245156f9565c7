#include "cli/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "cli/log.h"
#include "cli/signals.h"
#include "pyforge/conversion.h"
#include "pyforge/error_page.h"

extern char** environ;

namespace pyforge::cli {

Session::~Session() {
  if (context_ != nullptr) CancelOnSignal(nullptr);
}

const Registry& Session::registry() {
  if (registry_ == nullptr) registry_ = std::make_unique<Registry>(Registry::WithBuiltins());
  return *registry_;
}

ConfigurationSources Session::Sources(const std::string& file) const {
  ConfigurationSources sources{.file = file, .directory = "."};
  if (const char* home = std::getenv("HOME")) sources.home = home;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::string_view(*entry).starts_with("PYFORGE_")) sources.environment.emplace_back(*entry);
  }
  return sources;
}

Status Session::Configure(const std::string& file) {
  configuration_file_ = file;
  ARROW_ASSIGN_OR_RAISE(configuration_, LoadConfiguration(Sources(file), registry()));
  return Status::OK();
}

Status Session::Settle(const OptionValues& given) {
  const auto set = [this](std::string_view name, const std::string& value) {
    const OptionSpec* spec = FindOption(FrontEndOptionSpecs(), name);
    return spec == nullptr ? Status::OK() : spec->set(&front_end_, spec->name, value);
  };
  for (const auto& [name, configured] : configuration_) {
    ARROW_RETURN_NOT_OK(set(name, configured.value.value));
  }
  for (const auto& [name, value] : given) ARROW_RETURN_NOT_OK(set(name, value.value));
  out_.ChooseColor(front_end_.color);
  err_.ChooseColor(front_end_.color);
  StartLog(front_end_, err_.has_color());
  return Status::OK();
}

OptionValues Session::RequestOptions(const OptionValues& given,
                                     std::span<const OptionSpec> own) const {
  OptionValues options;
  const auto is_ours = [own](std::string_view name) {
    return FindOption(own, name) == nullptr && FindOption(FrontEndOptionSpecs(), name) == nullptr;
  };
  for (const auto& [name, configured] : configuration_) {
    if (is_ours(name)) options.emplace(name, configured.value);
  }
  for (const auto& [name, value] : given) {
    if (is_ours(name)) options.insert_or_assign(name, value);
  }
  return options;
}

Result<ExecutionContext*> Session::StartJob(const OptionValues& given) {
  OptionValues values;
  for (const auto& [name, configured] : configuration_) values.emplace(name, configured.value);
  for (const auto& [name, value] : given) values.insert_or_assign(name, value);
  ARROW_ASSIGN_OR_RAISE(ExecutionOptions options, MakeExecutionOptions(values));
  context_ = std::make_unique<ExecutionContext>(options);
  CancelOnSignal(&context_->cancellation());
  return context_.get();
}

int Session::ExitCodeOf(const Status& error) {
  if (error.ok()) return 0;
  const Status known = Translate(error, {});
  const ErrorDetail* detail = DetailOf(known);
  if (detail == nullptr) return ExitCode(ErrorCategory::kInternal);
  const ErrorCategory category = detail->code().category;
  if (category == ErrorCategory::kInterrupted && SignalReceived() != 0) {
    return 128 + SignalReceived();
  }
  return ExitCode(category);
}

int Session::Fail(const Status& error) const {
  const Status known = Translate(error, {});
  const int exit_code = ExitCodeOf(known);
  if (front_end_.error_format == TextFormat::kJson) {
    err_.Print(ErrorToJson(known, OptionSpelling::kFlag) + "\n");
    return exit_code;
  }
  const ErrorDetail* detail = DetailOf(known);
  const auto line = [this](std::string_view name, std::string_view text) {
    return fmt::format("{}  {}\n", err_.Styled(fmt::format("{:5}", name), Style::kBold), text);
  };
  std::string text =
      fmt::format("{}  {}\n", err_.Styled("error", Style::kRed), Visible(known.message()));
  if (detail != nullptr) {
    const std::string where = WhereText(detail->where());
    if (!where.empty()) text += line("where", Visible(where));
    text += line("fix", FixText(detail->code(), OptionSpelling::kFlag));
    text += line("code", detail->code().id);
  }
  err_.Print(text);
  return exit_code;
}

void Session::Note(std::string_view text) const {
  if (!front_end_.quiet) err_.Print(fmt::format("{}\n", text));
}

void Session::Warn(std::string_view text) const { Log(LogLevel::kWarning, text); }

void Session::Debug(std::string_view text) const { Log(LogLevel::kDebug, text); }

}  // namespace pyforge::cli
