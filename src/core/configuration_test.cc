#include "pyforge/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/registry_errors.h"
#include "pyforge/conversion.h"

namespace pyforge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ToyOptions {
  char separator = ',';
  int64_t level = 3;
  double ratio = 1;
};
constexpr OptionSpec kToyOptions[] = {Option<&ToyOptions::separator>("separator", "Separator."),
                                      Option<&ToyOptions::level>("level", "Level."),
                                      Option<&ToyOptions::ratio>("ratio", "Ratio.")};
constexpr FormatDescriptor kToy{
    .name = "toy",
    .read_options = kToyOptions,
    .write_options = kToyOptions,
    // NOLINTNEXTLINE(performance-unnecessary-value-param): the type of the seam
    .open_input = [](std::shared_ptr<Source>, const OptionValues&, ExecutionContext&)
        -> Result<std::unique_ptr<Input>> { return Status::NotImplemented("unused"); }};

class ConfigurationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "config-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_TRUE(registry_.Add(kToy).ok());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(directory_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  Result<Configuration> Load(const ConfigurationSources& sources) {
    return LoadConfiguration(sources, registry_);
  }

  std::string directory_;
  Registry registry_;
};

TEST_F(ConfigurationTest, IsEmptyWhereNothingIsSet) {
  const auto loaded = Load({.directory = directory_, .home = directory_});
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(loaded->empty());
}

TEST_F(ConfigurationTest, PrefersStrongerSourcesAndTellsWhichOne) {
  const std::string named =
      Write("named.yaml", "memory: 1GiB\nthreads: 1\nlimit: 1\nseparator: ';'\nlevel: 1\n");
  const std::string local =
      Write("here/pyforge.yaml", "threads: 2\nlimit: 2\nseparator: '|'\nlevel: 2\nratio: 2\n");
  const std::string home = Write("home/.config/pyforge/config.yaml", "ratio: 3\nfilter: a > 1\n");
  const std::string old = Write("home/.pyforge/config.yaml", "filter: b > 1\nto: csv\n");
  const auto loaded = Load({.file = named,
                            .directory = directory_ + "/here",
                            .home = directory_ + "/home",
                            .environment = {"PYFORGE_MEMORY=2GiB", "HOME=/x"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto expect = [&](std::string_view name, std::string_view value, std::string_view source) {
    const auto found = loaded->find(name);
    ASSERT_NE(found, loaded->end()) << name;
    EXPECT_EQ(found->second.value.value, value) << name;
    EXPECT_EQ(found->second.source, source) << name;
  };
  expect("memory", "2GiB", "PYFORGE_MEMORY");
  expect("threads", "1", named);
  expect("separator", ";", named);
  expect("level", "1", named);
  expect("ratio", "2", local);
  expect("filter", "a > 1", home);
  expect("to", "csv", old);
  EXPECT_EQ(loaded->find("memory")->second.value.origin, OptionOrigin::kEnvironment);
  EXPECT_EQ(loaded->find("to")->second.value.origin, OptionOrigin::kConfig);
}

TEST_F(ConfigurationTest, KnowsTheOldNamesOfVariables) {
  const auto loaded = Load({.environment = {"PYFORGE_PARALLEL_WORKERS=3", "PYFORGE_MAX_MEMORY=1g",
                                            "PYFORGE_TEMP_DIR=/t", "PYFORGE_OUTPUT_DIR=/o",
                                            "PYFORGE_FORCE_CORE=1", "PYFORGE_LOG_LEVEL=debug"}});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->find("threads")->second.value.value, "3");
  EXPECT_EQ(loaded->find("memory")->second.value.value, "1g");
  EXPECT_EQ(loaded->find("temp_dir")->second.value.value, "/t");
  EXPECT_EQ(loaded->find("output_dir")->second.value.value, "/o");
  EXPECT_EQ(loaded->find("force_core")->second.value.value, "1");
  EXPECT_EQ(loaded->find("log_level")->second.value.value, "debug");
}

TEST_F(ConfigurationTest, PassesOverVariablesThatAreEmptyOrNameNoOption) {
  const auto loaded = Load({.environment = {"PYFORGE_MEMORY=", "PYFORGE_PROGRAM=/bin/x", "X=1"}});
  ASSERT_TRUE(loaded.ok());
  EXPECT_TRUE(loaded->empty());
}

TEST_F(ConfigurationTest, JoinsListsAndPassesOverEmptyValues) {
  const std::string file = Write("a.yaml", "columns: [id, 'a,b']\nfilter:\n");
  const auto loaded = Load({.file = file});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_THAT(options_internal::ParseList(loaded->find("columns")->second.value.value),
              ElementsAre("id", "a,b"));
  EXPECT_EQ(loaded->find("filter"), loaded->end());
  EXPECT_TRUE(Load({.file = Write("empty.yaml", "")})->empty());
}

TEST_F(ConfigurationTest, RefusesUnknownKeysWithTheNearestName) {
  const std::string file = Write("a.yaml", "# comment\nmemroy: 1GiB\n");
  const Status status = Load({.file = file}).status();
  EXPECT_TRUE(FailedWith(status, core::kBadConfiguration));
  EXPECT_THAT(status.message(), HasSubstr("line 2"));
  EXPECT_THAT(status.message(), HasSubstr("did you mean 'memory'?"));
  EXPECT_EQ(DetailOf(status)->where().path, file);
  const Status far = Load({.file = Write("b.yaml", "? [a]\n: 1\n")}).status();
  EXPECT_TRUE(FailedWith(far, core::kBadConfiguration));
}

TEST_F(ConfigurationTest, RefusesValuesThatCannotBeAndSaysWhereTheyStand) {
  const Status of_variable = Load({.environment = {"PYFORGE_MEMORY=much"}}).status();
  EXPECT_TRUE(FailedWith(of_variable, kBadOption));
  EXPECT_EQ(DetailOf(of_variable)->where().path, "PYFORGE_MEMORY");
  const std::string file = Write("a.yaml", "color: blue\n");
  const Status of_file = Load({.file = file}).status();
  EXPECT_TRUE(FailedWith(of_file, kBadOption));
  EXPECT_EQ(DetailOf(of_file)->where().path, file);
}

TEST_F(ConfigurationTest, RefusesFilesThatHoldNoSettings) {
  EXPECT_TRUE(FailedWith(Load({.file = Write("list.yaml", "- a\n- b\n")}).status(),
                         core::kBadConfiguration));
  EXPECT_TRUE(FailedWith(Load({.file = Write("map.yaml", "memory: {a: 1}\n")}).status(),
                         core::kBadConfiguration));
  EXPECT_TRUE(FailedWith(Load({.file = Write("deep.yaml", "columns: [[a]]\n")}).status(),
                         core::kBadConfiguration));
  EXPECT_TRUE(FailedWith(Load({.file = Write("broken.yaml", "a: [b\n")}).status(),
                         core::kBadConfiguration));
}

TEST_F(ConfigurationTest, MissesANamedFileButNoOther) {
  EXPECT_TRUE(
      FailedWith(Load({.file = directory_ + "/none.yaml"}).status(), core::kNoConfiguration));
  EXPECT_TRUE(Load({.directory = directory_ + "/none", .home = directory_ + "/none"}).ok());
}

TEST_F(ConfigurationTest, SaysWhenAFileCannotBeRead) {
  std::filesystem::create_directories(directory_ + "/folder.yaml");
  const Status status = Load({.file = directory_ + "/folder.yaml"}).status();
  EXPECT_TRUE(FailedWith(status, kReadFailed)) << status;
}

TEST_F(ConfigurationTest, ListsItsFilesStrongestFirst) {
  EXPECT_THAT(ConfigurationFiles({.file = "f", .directory = "d", .home = "h"}),
              ElementsAre("f", "d/pyforge.yaml", "h/.config/pyforge/config.yaml",
                          "h/.pyforge/config.yaml"));
}

TEST_F(ConfigurationTest, PublishesAJsonSchemaOfAllOptions) {
  const auto schema = nlohmann::json::parse(ConfigurationJsonSchema(registry_));
  EXPECT_EQ(schema["additionalProperties"], false);
  const auto& properties = schema["properties"];
  EXPECT_EQ(properties.size(), ConfigurableOptions(registry_).size());
  EXPECT_EQ(properties["strict"]["type"], "boolean");
  EXPECT_EQ(properties["level"]["type"], "integer");
  EXPECT_EQ(properties["level"]["default"], 3);
  EXPECT_EQ(properties["ratio"]["type"], "number");
  EXPECT_EQ(properties["separator"]["type"], "string");
  EXPECT_THAT(properties["bad_rows"]["enum"], ElementsAre("error", "skip", "keep"));
  EXPECT_EQ(properties["columns"]["items"]["type"], "string");
  EXPECT_EQ(properties["memory"]["default"], "512MiB");
}

TEST(MakeExecutionOptions, TakesMemoryThreadsAndTemporarySpace) {
  const auto options = MakeExecutionOptions({{"memory", {"128MiB"}},
                                             {"threads", {"2"}},
                                             {"temp_max", {"1GiB"}},
                                             {"temp_dir", {"/t"}},
                                             {"delimiter", {";"}}});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->memory_bytes_max, int64_t{128} << 20);
  EXPECT_EQ(options->threads, 2);
  EXPECT_EQ(options->temp_bytes_max, int64_t{1} << 30);
  EXPECT_EQ(options->temp_directory, "/t");
}

TEST(MakeExecutionOptions, RefusesWhatNoJobCanRunIn) {
  EXPECT_TRUE(FailedWith(MakeExecutionOptions({{"memory", {"1MiB"}}}).status(), kBadOption));
  EXPECT_TRUE(FailedWith(MakeExecutionOptions({{"memory", {"x"}}}).status(), kBadOption));
  EXPECT_TRUE(FailedWith(MakeExecutionOptions({{"threads", {"-1"}}}).status(), kBadOption));
  EXPECT_TRUE(FailedWith(MakeExecutionOptions({{"threads", {"100000"}}}).status(), kBadOption));
  EXPECT_TRUE(FailedWith(MakeExecutionOptions({{"progress", {"x"}}}).status(), kBadOption));
}

}  // namespace
}  // namespace pyforge
