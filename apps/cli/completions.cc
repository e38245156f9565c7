// pyforge completions: scripts for shells, made from the same declarations as the help.
#include <fmt/format.h>

#include <algorithm>

#include "cli/requests.h"

namespace pyforge::cli {
namespace {

std::string Flag(const CommandOption& option) {
  return SpellOption(option.spec->name, OptionSpelling::kFlag);
}

template <typename Print>
void ForEachCommand(Print print) {
  for (const Command* command : Commands()) {
    if (!command->is_hidden) print(*command);
  }
}

std::string BashScript(const Registry& registry) {
  std::string names, cases, choices;
  std::vector<std::string> with_choices;
  ForEachCommand([&](const Command& command) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", command.name);
    std::string flags = "--help";
    for (const CommandOption& option : OptionsOf(command, registry)) {
      flags += " " + Flag(option);
      const auto& known = option.spec->choices;
      if (known.empty() ||
          std::find(with_choices.begin(), with_choices.end(), Flag(option)) != with_choices.end()) {
        continue;
      }
      with_choices.push_back(Flag(option));
      choices += fmt::format("    {}) words=\"{}\" ;;\n", Flag(option), fmt::join(known, " "));
    }
    cases += fmt::format("      {}) words=\"{}\" ;;\n", command.name, flags);
  });
  return fmt::format(R"SCRIPT(# bash completion of pyforge:  eval "$(pyforge completions bash)"
_pyforge() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} words="" word
  case $previous in
{}  esac
  if [[ -z $words && $current == -* ]]; then
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
      case $word in
{}      esac
      [[ -n $words ]] && break
    done
    words=${{words:---help --version}}
  elif [[ -z $words && $COMP_CWORD == 1 ]]; then
    words="{}"
  fi
  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _pyforge pyforge
)SCRIPT",
                     choices, cases, names);
}

/// Inside single quotes of zsh and fish.
std::string SingleQuoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return "'" + quoted + "'";
}

/// zsh reads brackets and colons of an argument's description itself.
std::string ZshHelp(std::string_view text) {
  std::string help;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':') help += '\\';
    help += c;
  }
  return help;
}

std::string ZshScript(const Registry& registry) {
  std::string commands, cases;
  ForEachCommand([&](const Command& command) {
    commands += fmt::format(
        "    {}\n", SingleQuoted(fmt::format("{}:{}", command.name, ZshHelp(command.summary))));
    std::string arguments;
    for (const CommandOption& option : OptionsOf(command, registry)) {
      std::string argument = fmt::format("{}[{}]", Flag(option), ZshHelp(option.spec->help));
      if (option.spec->kind != OptionKind::kFlag) {
        argument = fmt::format("{}={}", Flag(option), argument.substr(Flag(option).size()));
        argument += option.spec->choices.empty()
                        ? ":value:_files"
                        : fmt::format(":value:({})", fmt::join(option.spec->choices, " "));
      }
      arguments += fmt::format(" \\\n        {}", SingleQuoted(argument));
    }
    cases += fmt::format("    {})\n      _arguments '*:file:_files'{}\n      ;;\n", command.name,
                         arguments);
  });
  return fmt::format(R"SCRIPT(#compdef pyforge
# zsh completion of pyforge:  pyforge completions zsh > a folder of $fpath, as _pyforge
_pyforge() {{
  local -a commands
  commands=(
{}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=${{words[2]}}
  shift words
  (( CURRENT-- ))
  case $command in
{}  esac
}}
compdef _pyforge pyforge
)SCRIPT",
                     commands, cases);
}

std::string FishScript(const Registry& registry) {
  std::string text = "# fish completion of pyforge:  pyforge completions fish | source\n";
  ForEachCommand([&](const Command& command) {
    text += fmt::format("complete -c pyforge -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        SingleQuoted(command.summary));
    for (const CommandOption& option : OptionsOf(command, registry)) {
      text += fmt::format("complete -c pyforge -n '__fish_seen_subcommand_from {}' -l {}",
                          command.name, Flag(option).substr(2));
      if (option.short_name != 0) text += fmt::format(" -s {}", option.short_name);
      if (option.spec->kind != OptionKind::kFlag) text += " -r";
      if (!option.spec->choices.empty()) {
        text += fmt::format(" -x -a '{}'", fmt::join(option.spec->choices, " "));
      }
      text += fmt::format(" -d {}\n", SingleQuoted(option.spec->help));
    }
  });
  return text;
}

int RunCompletions(Session& session, const Arguments& arguments) {
  const std::string& shell = arguments.positionals.front();
  const Registry& registry = session.registry();
  if (shell == "bash") {
    session.out().Print(BashScript(registry));
  } else if (shell == "zsh") {
    session.out().Print(ZshScript(registry));
  } else if (shell == "fish") {
    session.out().Print(FishScript(registry));
  } else {
    return session.Fail(Fail(kBadRequest, {},
                             "there are completions for bash, zsh and fish, not "
                             "for '{}'",
                             shell));
  }
  return 0;
}

}  // namespace

const Command kCompletions = {
    .name = "completions",
    .summary = "Prints the completions of a shell",
    .positionals = "bash|zsh|fish",
    .examples = "  eval \"$(pyforge completions bash)\"\n",
    .run = RunCompletions,
    .positional_count_min = 1,
    .positional_count_max = 1,
};

}  // namespace pyforge::cli
