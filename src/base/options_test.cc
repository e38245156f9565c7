#include "pyforge/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace pyforge {
namespace {
enum class Shape : uint8_t { kRound, kSquare };
}  // namespace

template <>
inline constexpr std::string_view kEnumNames<Shape>[] = {"round", "square"};

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Options {
  bool strict = false;
  std::optional<bool> header = {};
  int64_t rows = 7;
  double share = 0.5;
  char delimiter = ',';
  ByteSize memory = {int64_t{64} << 20};
  std::string name = "n";
  std::vector<std::string> columns = {};
  Shape shape = Shape::kSquare;
  std::optional<int64_t> limit = {};
};

constexpr std::string_view kAliases[] = {"old-name"};
constexpr OptionSpec kSpecs[] = {
    Option<&Options::strict>("strict", "Help."),
    Option<&Options::header>("header", "Help."),
    Option<&Options::rows>("rows", "Help.", "N", kAliases, 'r'),
    Option<&Options::share>("share", "Help."),
    Option<&Options::delimiter>("delimiter", "Help."),
    Option<&Options::memory>("memory", "Help."),
    Option<&Options::name>("name", "Help."),
    Option<&Options::columns>("columns", "Help."),
    Option<&Options::shape>("shape", "Help."),
    InGroup("Rows", Option<&Options::limit>("row_limit", "Help.")),
};

Status Set(Options* options, std::string_view name, std::string_view text) {
  const OptionSpec* spec = FindOption(kSpecs, name);
  return spec->set(options, name, text);
}

std::string Get(const Options& options, std::string_view name) {
  return FindOption(kSpecs, name)->get(&options);
}

TEST(Option, TellsKindChoicesAndDefaultOfItsField) {
  EXPECT_EQ(FindOption(kSpecs, "strict")->kind, OptionKind::kFlag);
  EXPECT_EQ(FindOption(kSpecs, "header")->kind, OptionKind::kFlag);
  EXPECT_EQ(FindOption(kSpecs, "rows")->kind, OptionKind::kInteger);
  EXPECT_EQ(FindOption(kSpecs, "share")->kind, OptionKind::kNumber);
  EXPECT_EQ(FindOption(kSpecs, "delimiter")->kind, OptionKind::kCharacter);
  EXPECT_EQ(FindOption(kSpecs, "memory")->kind, OptionKind::kBytes);
  EXPECT_EQ(FindOption(kSpecs, "name")->kind, OptionKind::kText);
  EXPECT_EQ(FindOption(kSpecs, "columns")->kind, OptionKind::kList);
  EXPECT_EQ(FindOption(kSpecs, "shape")->kind, OptionKind::kChoice);
  EXPECT_TRUE(FindOption(kSpecs, "columns")->repeatable);
  EXPECT_FALSE(FindOption(kSpecs, "rows")->repeatable);
  EXPECT_THAT(FindOption(kSpecs, "shape")->choices, ElementsAre("round", "square"));
  EXPECT_THAT(FindOption(kSpecs, "rows")->choices, IsEmpty());
  EXPECT_EQ(FindOption(kSpecs, "rows")->default_value(), "7");
  EXPECT_EQ(FindOption(kSpecs, "shape")->default_value(), "square");
  EXPECT_EQ(FindOption(kSpecs, "memory")->default_value(), "64MiB");
  EXPECT_EQ(FindOption(kSpecs, "header")->default_value(), "");
  EXPECT_EQ(FindOption(kSpecs, "row_limit")->group, "Rows");
}

TEST(Option, SetsAndPrintsEveryKindOfField) {
  Options options;
  ASSERT_TRUE(Set(&options, "strict", "").ok());
  ASSERT_TRUE(Set(&options, "header", "no").ok());
  ASSERT_TRUE(Set(&options, "rows", "-3").ok());
  ASSERT_TRUE(Set(&options, "share", "0.25").ok());
  ASSERT_TRUE(Set(&options, "delimiter", "tab").ok());
  ASSERT_TRUE(Set(&options, "memory", "1.5GB").ok());
  ASSERT_TRUE(Set(&options, "name", "x,y").ok());
  ASSERT_TRUE(Set(&options, "columns", "a,b").ok());
  ASSERT_TRUE(Set(&options, "columns", "c").ok());
  ASSERT_TRUE(Set(&options, "shape", "ROUND").ok());
  EXPECT_TRUE(options.strict);
  EXPECT_EQ(options.header, false);
  EXPECT_EQ(options.rows, -3);
  EXPECT_EQ(options.share, 0.25);
  EXPECT_EQ(options.delimiter, '\t');
  EXPECT_EQ(options.memory.bytes, 1'500'000'000);
  EXPECT_EQ(options.name, "x,y");
  EXPECT_THAT(options.columns, ElementsAre("a", "b", "c"));
  EXPECT_EQ(options.shape, Shape::kRound);
  EXPECT_EQ(options.limit, std::nullopt);
  EXPECT_EQ(Get(options, "strict"), "true");
  EXPECT_EQ(Get(options, "header"), "false");
  EXPECT_EQ(Get(options, "rows"), "-3");
  EXPECT_EQ(Get(options, "share"), "0.25");
  EXPECT_EQ(Get(options, "delimiter"), "\\t");
  EXPECT_EQ(Get(options, "memory"), "1500000000");
  EXPECT_EQ(Get(options, "columns"), "a,b,c");
  EXPECT_EQ(Get(options, "shape"), "round");
  EXPECT_EQ(Get(options, "row_limit"), "");
  ASSERT_TRUE(Set(&options, "row_limit", "5").ok());
  EXPECT_EQ(Get(options, "row_limit"), "5");
}

TEST(Option, RefusesWhatItsFieldCannotBeAndSaysWhatItTakes) {
  Options options;
  const auto refusal = [&](std::string_view name, std::string_view text) {
    const Status status = Set(&options, name, text);
    EXPECT_TRUE(FailedWith(status, kBadOption)) << name << " " << text;
    EXPECT_THAT(status.message(), HasSubstr(std::string(name)));
    return status.message();
  };
  EXPECT_THAT(refusal("strict", "maybe"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("rows", "12x"), HasSubstr("a whole number"));
  EXPECT_THAT(refusal("rows", ""), HasSubstr("a whole number"));
  EXPECT_THAT(refusal("rows", "99999999999999999999"), HasSubstr("a whole number"));
  EXPECT_THAT(refusal("share", "1,5"), HasSubstr("a number"));
  EXPECT_THAT(refusal("share", "inf"), HasSubstr("a number"));
  EXPECT_THAT(refusal("delimiter", "ab"), HasSubstr("one character"));
  EXPECT_THAT(refusal("delimiter", "\\xzz"), HasSubstr("one character"));
  EXPECT_THAT(refusal("shape", "oval"), HasSubstr("one of round, square"));
  EXPECT_THAT(refusal("row_limit", "x"), HasSubstr("a whole number"));
  EXPECT_EQ(options.rows, 7);
  EXPECT_EQ(options.limit, std::nullopt);
}

TEST(ParseBool, UnderstandsTheUsualWords) {
  for (std::string_view yes : {"", "true", "YES", "on", "1"}) {
    bool value = false;
    EXPECT_TRUE(options_internal::ParseBool("x", yes, &value).ok()) << yes;
    EXPECT_TRUE(value) << yes;
  }
  for (std::string_view no : {"false", "No", "off", "0"}) {
    bool value = true;
    EXPECT_TRUE(options_internal::ParseBool("x", no, &value).ok()) << no;
    EXPECT_FALSE(value) << no;
  }
}

TEST(ParseCharacter, ReadsWhatPrintCharacterPrintsForEveryByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const auto expected = static_cast<char>(byte);
    char value = 'X';
    const std::string text = options_internal::PrintCharacter(expected);
    ASSERT_TRUE(options_internal::ParseCharacter("x", text, &value).ok()) << text;
    EXPECT_EQ(value, expected) << text;
  }
}

TEST(ParseByteSize, UnderstandsDecimalAndBinaryUnits) {
  const auto parsed = [](std::string_view text) {
    int64_t bytes = -1;
    EXPECT_TRUE(ParseByteSize("memory", text, &bytes).ok()) << text;
    return bytes;
  };
  EXPECT_EQ(parsed("0"), 0);
  EXPECT_EQ(parsed("4096"), 4096);
  EXPECT_EQ(parsed("256MiB"), int64_t{256} << 20);
  EXPECT_EQ(parsed("256m"), int64_t{256} << 20);
  EXPECT_EQ(parsed("1 GB"), 1'000'000'000);
  EXPECT_EQ(parsed("0.5kib"), 512);
  EXPECT_EQ(parsed("2T"), int64_t{2} << 40);
}

TEST(ParseByteSize, RefusesNonsenseAndWhatNoIntegerHolds) {
  for (std::string_view text : {"", "MiB", "1.2.3", "-1", "10 parsecs", "9999999TiB", "1e5"}) {
    int64_t bytes = -1;
    EXPECT_TRUE(FailedWith(ParseByteSize("memory", text, &bytes), kBadOption)) << text;
    EXPECT_EQ(bytes, -1) << text;
  }
}

TEST(PrintByteSize, UsesTheLargestUnitThatIsExact) {
  EXPECT_EQ(PrintByteSize(0), "0");
  EXPECT_EQ(PrintByteSize(1023), "1023");
  EXPECT_EQ(PrintByteSize(1024), "1KiB");
  EXPECT_EQ(PrintByteSize(int64_t{3} << 30), "3GiB");
  EXPECT_EQ(PrintByteSize(int64_t{5000} << 40), "5000TiB");
}

TEST(ParseList, SeparatesAtCommasOutsideOfParentheses) {
  using options_internal::ParseList;
  EXPECT_THAT(ParseList(""), IsEmpty());
  EXPECT_THAT(ParseList("a"), ElementsAre("a"));
  EXPECT_THAT(ParseList("a,,b"), ElementsAre("a", "", "b"));
  EXPECT_THAT(ParseList("price=decimal(10,2),day=date"),
              ElementsAre("price=decimal(10,2)", "day=date"));
  EXPECT_THAT(ParseList("a\\,b,c"), ElementsAre("a,b", "c"));
  EXPECT_THAT(ParseList("x),y"), ElementsAre("x)", "y"));
}

TEST(ParseList, ReadsBackWhatPrintListPrints) {
  const std::vector<std::string> values = {"a,b", "decimal(10,2)", "back\\slash", "",
                                           "struct<a,b>"};
  EXPECT_EQ(options_internal::ParseList(options_internal::PrintList(values)), values);
}

TEST(FindOption, KnowsAliasesAndTakesDashesForUnderscores) {
  EXPECT_EQ(FindOption(kSpecs, "row-limit")->name, "row_limit");
  EXPECT_EQ(FindOption(kSpecs, "old_name")->name, "rows");
  EXPECT_EQ(FindOption(kSpecs, "nothing"), nullptr);
}

TEST(ApplyOptions, SetsAllValuesByName) {
  Options options;
  const OptionValues values = {{"rows", {"9"}}, {"old-name", {"9"}}, {"strict", {"true"}}};
  ASSERT_TRUE(ApplyOptions(kSpecs, values, &options).ok());
  EXPECT_EQ(options.rows, 9);
  EXPECT_TRUE(options.strict);
}

TEST(ApplyOptions, NamesTheNearestOptionForAnUnknownOne) {
  Options options;
  const Status near = ApplyOptions(kSpecs, {{"delimeter", {";"}}}, &options);
  EXPECT_TRUE(FailedWith(near, kBadOption));
  EXPECT_THAT(near.message(), HasSubstr("did you mean 'delimiter'?"));
  const Status far = ApplyOptions(kSpecs, {{"zzzzzzzzz", {";"}}}, &options);
  EXPECT_TRUE(FailedWith(far, kBadOption));
  EXPECT_THAT(far.message(), ::testing::Not(HasSubstr("did you mean")));
}

TEST(NearestName, PrefersTheCloserNameAndIgnoresCase) {
  const std::vector<std::string_view> known = {"parquet", "csv", "tsv"};
  EXPECT_EQ(NearestName("PARQET", known), "parquet");
  EXPECT_EQ(NearestName("cvs", known), "csv");
  EXPECT_EQ(NearestName("spreadsheet", known), "");
}

TEST(SpellOption, SpellsANameTheFrontEndsWay) {
  EXPECT_EQ(SpellOption("bad_rows", OptionSpelling::kName), "bad_rows");
  EXPECT_EQ(SpellOption("bad_rows", OptionSpelling::kFlag), "--bad-rows");
}

TEST(OriginName, NamesEveryOrigin) {
  EXPECT_EQ(OriginName(OptionOrigin::kDefault), "default");
  EXPECT_EQ(OriginName(OptionOrigin::kDetected), "detected");
  EXPECT_EQ(OriginName(OptionOrigin::kConfig), "config");
  EXPECT_EQ(OriginName(OptionOrigin::kEnvironment), "environment");
  EXPECT_EQ(OriginName(OptionOrigin::kRequest), "request");
}

}  // namespace
}  // namespace pyforge
