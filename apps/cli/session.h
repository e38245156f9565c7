// One run of the program: its streams, its settings, and how it speaks.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/console.h"
#include "pyforge/configuration.h"
#include "pyforge/error.h"
#include "pyforge/execution.h"

namespace pyforge::cli {

/// Threads: one at a time.
class Session {
 public:
  Session(std::FILE* out, std::FILE* err) : out_(out), err_(err) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Console& out() const { return out_; }
  const Console& err() const { return err_; }
  Console& out() { return out_; }
  Console& err() { return err_; }

  /// Built on first use; formats are not touched before.
  const Registry& registry();

  /// Environment and files; `file` is --config's. Errors: of LoadConfiguration.
  Status Configure(const std::string& file);
  const Configuration& configuration() const { return configuration_; }
  ConfigurationSources Sources(const std::string& file) const;
  const std::string& configuration_file() const { return configuration_file_; }

  /// Settles the options of this front end: configuration, then what was given.
  Status Settle(const OptionValues& given);
  const FrontEndOptions& front_end() const { return front_end_; }
  void UseJsonErrors() { front_end_.error_format = TextFormat::kJson; }

  /// What a request takes along: the configured values and the given ones, which win; without those
  /// of `own` and of the front end.
  OptionValues RequestOptions(const OptionValues& given, std::span<const OptionSpec> own) const;

  /// Makes what the session's one job runs in; signals cancel it. Lives as long as the session.
  /// Errors: usage.bad_option.
  Result<ExecutionContext*> StartJob(const OptionValues& given);

  /// Prints an error (four lines, or a JSON object) and returns the exit code.
  int Fail(const Status& error) const;
  /// Its exit code alone: 130 and 143 tell which signal it was.
  static int ExitCodeOf(const Status& error);

  /// Unless --quiet.
  void Note(std::string_view text) const;
  void Warn(std::string_view text) const;
  /// With --verbose or --log-level debug.
  void Debug(std::string_view text) const;

 private:
  Console out_, err_;
  std::unique_ptr<Registry> registry_;
  Configuration configuration_;
  std::string configuration_file_;
  FrontEndOptions front_end_;
  std::unique_ptr<ExecutionContext> context_;
};

}  // namespace pyforge::cli
