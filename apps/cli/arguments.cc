// The only file that includes CLI11, which takes long to compile.
#include "cli/arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

namespace pyforge::cli {
namespace {

bool IsFlag(const OptionSpec& spec) { return spec.kind == OptionKind::kFlag; }

std::string Dashed(std::string_view name) {
  std::string dashed(name);
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  return dashed;
}

/// "-f,--to,--format" as CLI11 wants it; of a flag also "!--no-strict".
std::string Spellings(const CommandOption& option) {
  std::string names;
  if (option.short_name != 0) names += std::string("-") + option.short_name;
  for (std::string_view spelling : option.spellings) {
    if (!names.empty()) names += ',';
    names += "--" + Dashed(spelling);
    // Options are known by their underscored names too: that is how configuration files spell them.
    if (spelling.find('_') != std::string_view::npos) names += ",--" + std::string(spelling);
    if (IsFlag(*option.spec)) names += ",!--no-" + Dashed(spelling);
  }
  return names;
}

Status UnknownOption(const Command& command, std::span<const CommandOption> options,
                     std::string_view argument) {
  const std::string_view name = argument.substr(0, argument.find('='));
  std::vector<std::string> known;
  for (const CommandOption& option : options) {
    for (std::string_view spelling : option.spellings) known.push_back("--" + Dashed(spelling));
  }
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view nearest =
      name.starts_with("--") ? NearestName(name, views) : std::string_view();
  return Fail(kBadOption, {}, "`pyforge {}` has no option '{}'{}", command.name, name,
              nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
}

Status CheckPositionals(const Command& command, size_t count) {
  if (count < command.positional_count_min) {
    return Fail(kBadRequest, {}, "an argument is missing: pyforge {} {}", command.name,
                command.positionals);
  }
  if (count > command.positional_count_max) {
    return Fail(kBadRequest, {}, "there are {} arguments too many: pyforge {} {}",
                count - command.positional_count_max, command.name, command.positionals);
  }
  return Status::OK();
}

OptionValue Collect(const OptionSpec& spec, const std::vector<std::string>& results) {
  if (spec.kind != OptionKind::kList) return {results.back(), OptionOrigin::kRequest};
  std::vector<std::string> items;
  for (const std::string& each : results) {
    for (std::string& item : options_internal::ParseList(each)) items.push_back(std::move(item));
  }
  return {options_internal::PrintList(items), OptionOrigin::kRequest};
}

/// CLI11 takes `--name=` for a missing value and then eats the next argument.
std::vector<std::string> SplitEmptyValues(std::span<const std::string> arguments) {
  std::vector<std::string> split;
  for (const std::string& argument : arguments) {
    if (argument.size() > 3 && argument.starts_with("--") &&
        argument.find('=') == argument.size() - 1) {
      split.push_back(argument.substr(0, argument.size() - 1));
      split.emplace_back();
    } else {
      split.push_back(argument);
    }
  }
  return split;
}

}  // namespace

Result<Arguments> ParseArguments(const Command& command, std::span<const CommandOption> options,
                                 std::span<const std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  CLI::Option* help = app.add_flag("-h,--help");
  std::vector<std::pair<const OptionSpec*, CLI::Option*>> added;
  added.reserve(options.size());
  const CLI::callback_t ignore = [](const CLI::results_t&) { return true; };
  for (const CommandOption& option : options) {
    CLI::Option* handle = nullptr;
    if (IsFlag(*option.spec)) {
      handle = app.add_flag(Spellings(option))->disable_flag_override(false);
    } else {
      handle = app.add_option(Spellings(option), ignore);
    }
    handle->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    added.emplace_back(option.spec, handle);
  }

  // Behind "--" all is positional, whatever it looks like; CLI11 forgets which that was.
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> parsed =
      SplitEmptyValues(arguments.subspan(0, static_cast<size_t>(separator - arguments.begin())));
  std::reverse(parsed.begin(), parsed.end());  // CLI11 takes them from the end
  try {
    app.parse(std::move(parsed));
  } catch (const CLI::Error& error) {
    return Fail(kBadOption, {}, "{}", error.what());
  }

  Arguments result{.help = help->count() > 0};
  for (const std::string& each : app.remaining()) {
    if (each.size() > 1 && each.front() == '-') {
      if (result.help) continue;
      return UnknownOption(command, options, each);
    }
    result.positionals.push_back(each);
  }
  if (separator != arguments.end()) {
    result.positionals.insert(result.positionals.end(), separator + 1, arguments.end());
  }
  for (const auto& [spec, handle] : added) {
    if (handle->count() > 0) result.given.emplace(spec->name, Collect(*spec, handle->results()));
  }
  if (!result.help) ARROW_RETURN_NOT_OK(CheckPositionals(command, result.positionals.size()));
  return result;
}

}  // namespace pyforge::cli
