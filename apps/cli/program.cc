#include "cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/compat.h"
#include "cli/help.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "pyforge/version.h"

namespace pyforge::cli {
namespace {

using namespace std::string_view_literals;

/// The value of `--name VALUE` or `--name=VALUE`; empty if it is not there.
std::string ValueOf(std::span<const std::string> arguments, std::string_view name) {
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == name && i + 1 < arguments.size()) return arguments[i + 1];
    if (argument.starts_with(name) && argument.size() > name.size() &&
        argument[name.size()] == '=') {
      return std::string(argument.substr(name.size() + 1));
    }
  }
  return {};
}

bool Has(std::span<const std::string> arguments, std::string_view name) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::find(arguments.begin(), end, name) != end;
}

/// Takes `--config FILE` out, which belongs to no command.
std::vector<std::string> WithoutConfig(std::span<const std::string> arguments) {
  std::vector<std::string> rest;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") {
      rest.insert(rest.end(), arguments.begin() + static_cast<ptrdiff_t>(i), arguments.end());
      break;
    }
    if (arguments[i] == "--config") {
      ++i;
    } else if (!arguments[i].starts_with("--config=")) {
      rest.push_back(arguments[i]);
    }
  }
  return rest;
}

Status UnknownCommand(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Command* command : Commands()) {
    if (!command->is_hidden) known.push_back(command->name);
  }
  const std::string_view nearest = NearestName(name, known);
  return Fail(kBadRequest, {}, "there is no command '{}'{}", name,
              nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

/// Where the command's name stands; options before it belong to it too.
size_t FindCommandName(std::span<const std::string> arguments) {
  constexpr std::string_view kWithValue[] = {"--config",    "--color",      "--progress",
                                             "--log-level", "--log-format", "--error-format",
                                             "--temp-dir",  "--output-dir"};
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with('-')) return i;
    if (std::find(std::begin(kWithValue), std::end(kWithValue), arguments[i]) !=
        std::end(kWithValue)) {
      ++i;
    }
  }
  return arguments.size();
}

int RunCommand(Session& session, const Command& command, std::span<const std::string> arguments) {
  // Until the options are settled, an error must be printed as they will ask.
  if (Has(arguments, "--json") || ValueOf(arguments, "--error-format") == "json") {
    session.UseJsonErrors();
  }
  const std::vector<CommandOption> options = OptionsOf(command, session.registry());
  Result<Arguments> parsed = ParseArguments(command, options, arguments);
  if (!parsed.ok()) return session.Fail(parsed.status());
  if (parsed->help) {
    session.out().ChooseColor(ColorMode::kAuto);
    session.out().Print(CommandHelp(command, options, session.out()));
    return 0;
  }
  const Status settled = session.Settle(parsed->given);
  if (!settled.ok()) return session.Fail(settled);
  return command.run(session, *parsed);
}

/// `pyforge help [COMMAND]`, which many programs have, as `pyforge [COMMAND] --help`.
std::vector<std::string> WithoutHelpCommand(std::span<const std::string> arguments) {
  std::vector<std::string> rest(arguments.begin(), arguments.end());
  const size_t name_index = FindCommandName(rest);
  if (name_index == rest.size() || rest[name_index] != "help") return rest;
  rest.erase(rest.begin() + static_cast<ptrdiff_t>(name_index));
  rest.emplace_back("--help");
  return rest;
}

Status NoCommandBefore(std::string_view option) {
  const std::string_view nearest = NearestName(option, std::array{"--help"sv, "--version"sv});
  if (!nearest.empty()) {
    return Fail(kBadOption, {}, "`pyforge` has no option '{}'; did you mean '{}'?", option,
                nearest);
  }
  return Fail(kBadOption, {}, "there is no command before '{}'", option);
}

bool NeedsConfiguration(std::string_view command) {
  return command != "explain" && command != "completions" && command != "internal-reference";
}

int RunProgram(Session& session, std::span<const std::string> given) {
  const std::vector<std::string> arguments = WithoutHelpCommand(given);
  const size_t name_index = FindCommandName(arguments);
  if (name_index == arguments.size()) {
    if (Has(arguments, "--version")) {
      session.out().Print(fmt::format("pyforge, version {}\n", kVersion));
      return 0;
    }
    session.out().ChooseColor(ColorMode::kAuto);
    const bool is_help = arguments.empty() || Has(arguments, "--help") || Has(arguments, "-h");
    if (is_help) {
      session.out().Print(ProgramHelp(session.out()));
      return 0;
    }
    return session.Fail(NoCommandBefore(arguments.back()));
  }

  const std::string& name = arguments[name_index];
  std::vector<std::string> rest(arguments.begin(),
                                arguments.begin() + static_cast<ptrdiff_t>(name_index));
  rest.insert(rest.end(), arguments.begin() + static_cast<ptrdiff_t>(name_index) + 1,
              arguments.end());
  if (NeedsConfiguration(name)) {
    const Status configured = session.Configure(ValueOf(rest, "--config"));
    if (!configured.ok()) return session.Fail(configured);
  }
  rest = WithoutConfig(rest);
  if (IsCompatible(session)) {
    if (const std::optional<int> exit_code = RunCompatible(session, name, rest)) return *exit_code;
  }
  const Command* command = FindCommand(name);
  if (command == nullptr) return session.Fail(UnknownCommand(name));
  return RunCommand(session, *command, rest);
}

/// A reader that has seen enough, as `head` has, is no error; any other failure to print is.
int CheckPrinted(const Session& session, int exit_code) {
  const int error = session.out().write_error();
  if (error == 0 || error == EPIPE || exit_code != 0) return exit_code;
  return session.Fail(
      Fail(kWriteFailed, {}, "standard output cannot be written: {}", std::strerror(error)));
}

}  // namespace

int Main(std::span<const std::string> arguments, std::FILE* out, std::FILE* err) {
  LetWritesFail();
  Session session(out, err);
  return CheckPrinted(session, RunProgram(session, arguments));
}

}  // namespace pyforge::cli
