#include "cli/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/help.h"

namespace pyforge::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

struct ToyOptions {
  bool strict = false;
  bool index = true;
  int64_t rows = 20;
  std::vector<std::string> columns = {};
  std::string null_text = {};
};
constexpr std::string_view kAliases[] = {"row_count"};
constexpr OptionSpec kToyOptions[] = {
    Option<&ToyOptions::strict>("strict", "Refuse repairs.", {}, {}, 's'),
    Option<&ToyOptions::index>("index", "Keep the index."),
    Option<&ToyOptions::rows>("rows", "How many rows.", "N", kAliases, 'n'),
    Option<&ToyOptions::columns>("columns", "Which columns."),
    Option<&ToyOptions::null_text>("null_text", "What stands for null."),
};

constexpr Command kToy{.name = "toy",
                       .summary = "Plays",
                       .positionals = "PATH...",
                       .options = kToyOptions,
                       .takes = TakesOptions::kReading,
                       .positional_count_min = 1,
                       .positional_count_max = 3};

Result<Arguments> Parse(const std::vector<std::string>& arguments) {
  return ParseArguments(kToy, OptionsOf(kToy, Registry()), arguments);
}

Arguments Parsed(const std::vector<std::string>& arguments) {
  Result<Arguments> parsed = Parse(arguments);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *std::move(parsed) : Arguments{};
}

std::string Value(const Arguments& arguments, const std::string& name) {
  const auto found = arguments.given.find(name);
  return found == arguments.given.end() ? "(not given)" : found->second.value;
}

TEST(ParseArguments, TakesOptionsInEverySpelling) {
  const Arguments arguments =
      Parsed({"a.csv", "--rows", "5", "-s", "--columns=x,y", "--null-text", "-", "b.csv"});
  EXPECT_THAT(arguments.positionals, ElementsAre("a.csv", "b.csv"));
  EXPECT_EQ(Value(arguments, "rows"), "5");
  EXPECT_EQ(Value(arguments, "strict"), "true");
  EXPECT_EQ(Value(arguments, "columns"), "x,y");
  EXPECT_EQ(Value(arguments, "null_text"), "-");
  EXPECT_EQ(Value(arguments, "index"), "(not given)");
  EXPECT_EQ(arguments.given.at("rows").origin, OptionOrigin::kRequest);
  EXPECT_EQ(Value(Parsed({"a", "-n", "7"}), "rows"), "7");
  EXPECT_EQ(Value(Parsed({"a", "-n7"}), "rows"), "7");
  EXPECT_EQ(Value(Parsed({"a", "--row-count", "8"}), "rows"), "8");
  EXPECT_EQ(Value(Parsed({"a", "--row_count=9"}), "rows"), "9");
}

TEST(ParseArguments, TurnsFlagsOff) {
  EXPECT_EQ(Value(Parsed({"a", "--no-index"}), "index"), "false");
  EXPECT_EQ(Value(Parsed({"a", "--index=false"}), "index"), "false");
  EXPECT_EQ(Value(Parsed({"a", "--index", "--no-index"}), "index"), "false");
}

TEST(ParseArguments, AddsUpListsAndLetsTheLastOfOtherOptionsCount) {
  EXPECT_EQ(Value(Parsed({"a", "--columns", "x", "--columns", "y,z"}), "columns"), "x,y,z");
  EXPECT_EQ(Value(Parsed({"a", "--rows", "1", "--rows", "2"}), "rows"), "2");
}

TEST(ParseArguments, KeepsEmptyValues) {
  EXPECT_EQ(Value(Parsed({"a", "--null-text="}), "null_text"), "");
  EXPECT_EQ(Value(Parsed({"a", "--null-text", ""}), "null_text"), "");
}

TEST(ParseArguments, TakesEverythingBehindTheSeparatorAsItStands) {
  EXPECT_THAT(Parsed({"a", "--", "--rows", "-x"}).positionals, ElementsAre("a", "--rows", "-x"));
  EXPECT_THAT(Parsed({"-", "[a-c].csv"}).positionals, ElementsAre("-", "[a-c].csv"));
}

TEST(ParseArguments, NamesTheNearestOptionForAnUnknownOne) {
  const Status status = Parse({"a", "--strct"}).status();
  EXPECT_TRUE(FailedWith(status, kBadOption));
  EXPECT_THAT(status.message(), HasSubstr("no option '--strct'; did you mean '--strict'?"));
  EXPECT_THAT(Parse({"a", "-x"}).status().message(), HasSubstr("no option '-x'"));
  EXPECT_THAT(Parse({"a", "--zzzzzz=1"}).status().message(), Not(HasSubstr("did you mean")));
}

TEST(ParseArguments, MissesTheValueOfAnOption) {
  const Status status = Parse({"a", "--rows"}).status();
  EXPECT_TRUE(FailedWith(status, kBadOption));
  EXPECT_THAT(status.message(), HasSubstr("--rows"));
}

TEST(ParseArguments, CountsPositionals) {
  EXPECT_TRUE(FailedWith(Parse({}).status(), kBadRequest));
  EXPECT_TRUE(FailedWith(Parse({"1", "2", "3", "4"}).status(), kBadRequest));
}

TEST(ParseArguments, AsksForHelpWhateverElseIsWrong) {
  EXPECT_TRUE(Parsed({"--help"}).help);
  EXPECT_TRUE(Parsed({"-h", "--unknown"}).help);
  EXPECT_FALSE(Parsed({"a"}).help);
}

TEST(OptionsOf, GivesEveryNameToOneOption) {
  for (const Command* command : Commands()) {
    std::vector<std::string_view> seen;
    std::string short_names = "h";
    for (const CommandOption& option : OptionsOf(*command, Registry())) {
      for (std::string_view spelling : option.spellings) {
        EXPECT_THAT(seen, Not(::testing::Contains(spelling))) << command->name;
        seen.push_back(spelling);
      }
      if (option.short_name == 0) continue;
      EXPECT_EQ(short_names.find(option.short_name), std::string::npos) << command->name;
      short_names += option.short_name;
    }
  }
}

TEST(OptionsOf, LeavesWritingToTheCommandThatWrites) {
  const auto has = [](const Command& command, std::string_view name) {
    for (const CommandOption& option : OptionsOf(command, Registry())) {
      for (std::string_view spelling : option.spellings) {
        if (spelling == name) return true;
      }
    }
    return false;
  };
  EXPECT_TRUE(has(kConvert, "overwrite"));
  EXPECT_TRUE(has(kConvert, "force"));
  EXPECT_TRUE(has(kConvert, "profile"));
  EXPECT_TRUE(has(kPreview, "filter"));
  EXPECT_FALSE(has(kPreview, "overwrite"));
  EXPECT_FALSE(has(kInfo, "filter"));
  EXPECT_FALSE(has(kFormats, "from"));
}

TEST(CommandHelp, ListsUsageGroupsDefaultsAndOldSpellings) {
  const std::string help = CommandHelp(kToy, OptionsOf(kToy, Registry()), Console(std::tmpfile()));
  EXPECT_THAT(help, HasSubstr("Usage: pyforge toy PATH... [options]"));
  EXPECT_THAT(help, HasSubstr("-n, --rows N"));
  EXPECT_THAT(help, HasSubstr("[default: 20] [also: --row-count]"));
  EXPECT_THAT(help, HasSubstr("--[no-]index"));
  EXPECT_THAT(help, HasSubstr("\nMessages\n"));
}

TEST(Wrapped, BreaksBetweenWords) {
  EXPECT_EQ(Wrapped("one two three", 2, 9), "one two\n  three");
  EXPECT_EQ(Wrapped("unbreakable", 0, 3), "unbreakable");
  EXPECT_THAT(Wrapped("", 0, 3), IsEmpty());
}

}  // namespace
}  // namespace pyforge::cli
