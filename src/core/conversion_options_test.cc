#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "pyforge/conversion.h"

namespace pyforge {
namespace {

using ::testing::ElementsAre;

TEST(ConversionOptionSpecs, HaveHelpGroupAndANameOfTheirOwn) {
  std::set<std::string_view> names;
  for (const OptionSpec& spec : ConversionOptionSpecs()) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    for (std::string_view alias : spec.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
    EXPECT_FALSE(spec.help.empty()) << spec.name;
    EXPECT_TRUE(spec.help.ends_with('.')) << spec.name;
    EXPECT_FALSE(spec.group.empty()) << spec.name;
  }
}

TEST(ConversionOptionSpecs, TakeTheirOwnDefaults) {
  ConversionOptions options;
  for (const OptionSpec& spec : ConversionOptionSpecs()) {
    const std::string value = spec.default_value();
    EXPECT_EQ(value, spec.get(&options)) << spec.name;
    if (value.empty()) continue;
    EXPECT_TRUE(spec.set(&options, spec.name, value).ok()) << spec.name;
    EXPECT_EQ(value, spec.get(&options)) << spec.name;
  }
}

TEST(ConversionOptionSpecs, UnderstandOldSpellings) {
  ConversionOptions options;
  const OptionValues values = {{"force", {"true"}}, {"format", {"csv"}}};
  ASSERT_TRUE(ApplyOptions(ConversionOptionSpecs(), values, &options).ok());
  EXPECT_TRUE(options.overwrite);
  EXPECT_EQ(options.to, "csv");
}

TEST(ConversionOptionSpecs, ReachEveryFieldThatIsNoText) {
  ConversionOptions options;
  const OptionValues values = {{"types", {"strings"}},    {"on_drift", {"cast"}},
                               {"bad_rows", {"keep"}},    {"mode", {"append"}},
                               {"rename", {"snake"}},     {"profile", {"1.0"}},
                               {"limit", {"12"}},         {"memory", {"1GiB"}},
                               {"threads", {"4"}},        {"cast", {"a=decimal(10,2),b=date"}},
                               {"max_file_size", {"1MB"}}};
  ASSERT_TRUE(ApplyOptions(ConversionOptionSpecs(), values, &options).ok());
  EXPECT_EQ(options.types, TypesMode::kStrings);
  EXPECT_EQ(options.on_drift, SchemaDrift::kCast);
  EXPECT_EQ(options.bad_rows, BadRows::kKeep);
  EXPECT_EQ(options.mode, WriteMode::kAppend);
  EXPECT_EQ(options.rename, RenameColumns::kSnake);
  EXPECT_EQ(options.profile, Profile::kCompat);
  EXPECT_EQ(options.limit, 12);
  EXPECT_EQ(options.memory.bytes, int64_t{1} << 30);
  EXPECT_EQ(options.threads, 4);
  EXPECT_EQ(options.max_file_size->bytes, 1'000'000);
  EXPECT_THAT(options.cast, ElementsAre("a=decimal(10,2)", "b=date"));
}

}  // namespace
}  // namespace pyforge
