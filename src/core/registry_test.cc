#include "pyforge/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/registry_errors.h"

namespace pyforge {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Only a name and a beginning: all that identification asks for.
class HeadSource : public Source {
 public:
  HeadSource(std::string name, std::string head)
      : path_("dir/" + name), name_(std::move(name)), head_(std::move(head)) {}
  const std::string& path() const override { return path_; }
  const std::string& name() const override { return name_; }
  std::string_view container() const override { return {}; }
  std::optional<int64_t> stored_bytes() const override { return std::nullopt; }
  std::optional<int64_t> bytes() const override { return std::nullopt; }
  bool repeatable() const override { return true; }
  Result<std::string_view> Head(int64_t bytes_max) override {
    if (head_ == "unreadable") return Fail(kReadFailed, {.path = path_}, "gone");
    return std::string_view(head_).substr(0, static_cast<size_t>(bytes_max));
  }
  Result<std::unique_ptr<ByteStream>> OpenStream() override { return Status::IOError("unused"); }
  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override {
    return Status::IOError("unused");
  }
  bool cheap_random_access() const override { return false; }
  Status MakeRepeatable() override { return Status::OK(); }

 private:
  std::string path_, name_, head_;
};

// NOLINTNEXTLINE(performance-unnecessary-value-param): the type of the seam
Result<std::unique_ptr<Input>> NoInput(std::shared_ptr<Source>, const OptionValues&,
                                       ExecutionContext&) {
  return Status::NotImplemented("unused");
}
Result<std::unique_ptr<Output>> NoOutput(OutputFile&, const OptionValues&, ExecutionContext&) {
  return Status::NotImplemented("unused");
}

constexpr std::string_view kCommaExtensions[] = {".comma", ".list.comma"};
constexpr std::string_view kCommaAliases[] = {"cm"};
constexpr std::string_view kBoxExtensions[] = {".box"};
constexpr std::string_view kCurlyExtensions[] = {".curly"};
constexpr ErrorCode kCommaError{
    .id = "comma.bad", .category = ErrorCategory::kData, .summary = "s", .fix = "f"};
constexpr const ErrorCode* kCommaErrors[] = {&kCommaError};

/// Text with commas is its own, with little confidence.
constexpr FormatDescriptor kComma{
    .name = "comma",
    .title = "Comma text",
    .extensions = kCommaExtensions,
    .aliases = kCommaAliases,
    .errors = kCommaErrors,
    .sniff =
        [](std::string_view head, std::string_view) {
          const bool is_text = head.find('\0') == std::string_view::npos;
          return SniffResult{.confidence = is_text && !head.empty() ? 0.5 : 0,
                             .reason = "text with commas"};
        },
    .open_input = NoInput,
    .open_output = NoOutput};
/// Knows its own by a magic number.
constexpr FormatDescriptor kBox{.name = "box",
                                .title = "Box",
                                .extensions = kBoxExtensions,
                                .sniff =
                                    [](std::string_view head, std::string_view) {
                                      return SniffResult{
                                          .confidence = head.starts_with("BOX1") ? 1.0 : 0.0,
                                          .reason = "starts with BOX1"};
                                    },
                                .open_input = NoInput};
/// Guesses at text too.
constexpr FormatDescriptor kCurly{.name = "curly",
                                  .title = "Curly text",
                                  .extensions = kCurlyExtensions,
                                  .sniff =
                                      [](std::string_view head, std::string_view) {
                                        return SniffResult{
                                            .confidence = head.starts_with("{") ? 0.7 : 0.0,
                                            .reason = "starts with a brace"};
                                      },
                                  .open_input = NoInput};

Registry Make() {
  Registry registry;
  for (const FormatDescriptor* format : {&kComma, &kBox, &kCurly}) {
    EXPECT_TRUE(registry.Add(*format).ok());
  }
  return registry;
}

struct Identified {
  std::string name;
  SniffResult why;
};
Identified Identify(const std::string& name, const std::string& head) {
  HeadSource source(name, head);
  Identified result;
  const auto format = Make().Identify(source, &result.why);
  result.name = format.ok() ? std::string((*format)->name) : format.status().message();
  if (!format.ok()) {
    EXPECT_TRUE(FailedWith(format.status(), core::kUnsupportedFormat));
    EXPECT_EQ(DetailOf(format.status())->where().path, "dir/" + name);
  }
  return result;
}

TEST(Registry, FindsFormatsByNameAndAliasInAnyCase) {
  const Registry registry = Make();
  EXPECT_EQ(registry.Find("box"), &kBox);
  EXPECT_EQ(registry.Find("COMMA"), &kComma);
  EXPECT_EQ(registry.Find("cm"), &kComma);
  EXPECT_EQ(registry.Find("none"), nullptr);
  EXPECT_EQ(registry.formats().size(), 3U);
}

TEST(Registry, FindsFormatsByTheLongestSuffix) {
  const Registry registry = Make();
  EXPECT_EQ(registry.FindByExtension("a.box"), &kBox);
  EXPECT_EQ(registry.FindByExtension("A.LIST.COMMA"), &kComma);
  EXPECT_EQ(registry.FindByExtension("a.unknown"), nullptr);
  EXPECT_EQ(registry.FindByExtension("box"), nullptr);
  EXPECT_EQ(registry.FindByExtension(".box"), nullptr);
}

TEST(Registry, RefusesASecondFormatOfTheSameNameAliasOrExtension) {
  Registry registry = Make();
  constexpr FormatDescriptor kSameName{.name = "Box", .open_input = NoInput};
  EXPECT_TRUE(FailedWith(registry.Add(kSameName), kInternal));
  constexpr FormatDescriptor kTakenAlias{
      .name = "other", .aliases = kCommaAliases, .open_input = NoInput};
  EXPECT_TRUE(FailedWith(registry.Add(kTakenAlias), kInternal));
  constexpr FormatDescriptor kTakenExtension{
      .name = "other", .extensions = kBoxExtensions, .open_input = NoInput};
  const Status status = registry.Add(kTakenExtension);
  EXPECT_TRUE(FailedWith(status, kInternal));
  EXPECT_THAT(status.message(), AllOf(HasSubstr(".box"), HasSubstr("'box'")));
  EXPECT_EQ(registry.formats().size(), 3U);
}

TEST(Registry, RefusesAFormatWithoutNameOrDirection) {
  Registry registry;
  constexpr FormatDescriptor kIdle{.name = "idle"};
  EXPECT_TRUE(FailedWith(registry.Add(kIdle), kInternal));
  constexpr FormatDescriptor kNameless{.open_input = NoInput};
  EXPECT_TRUE(FailedWith(registry.Add(kNameless), kInternal));
}

// Whose it is could not be told from its name.
TEST(Registry, RefusesAFormatWithAnOptionThatConversionsHave) {
  struct Options {
    int64_t limit = 0;
  };
  static constexpr OptionSpec kOptions[] = {Option<&Options::limit>("limit", "Bytes.")};
  Registry registry;
  constexpr FormatDescriptor kReading{.name = "a", .read_options = kOptions, .open_input = NoInput};
  EXPECT_THAT(registry.Add(kReading).message(), HasSubstr("'limit'"));
  constexpr FormatDescriptor kWriting{
      .name = "a", .write_options = kOptions, .open_output = NoOutput};
  EXPECT_THAT(registry.Add(kWriting).message(), HasSubstr("'limit'"));
}

TEST(Identify, TakesTheContentsWordOverTheName) {
  EXPECT_EQ(Identify("a.comma", "BOX1...").name, "box");
  EXPECT_EQ(Identify("a", "BOX1...").name, "box");
}

TEST(Identify, SaysSoWhenTheNameIsWrong) {
  EXPECT_EQ(Identify("a.comma", "BOX1...").why.reason,
            "starts with BOX1, although its name says comma");
  EXPECT_EQ(Identify("a.box", "BOX1...").why.reason, "starts with BOX1");
  EXPECT_EQ(Identify("a.box", "BOX1...").why.confidence, 1);
}

TEST(Identify, LetsTheNameSettleADoubtBetweenTexts) {
  EXPECT_EQ(Identify("a.comma", "{\"x\": 1}").name, "comma");
  EXPECT_EQ(Identify("a.curly", "{\"x\": 1}").name, "curly");
  EXPECT_EQ(Identify("a", "{\"x\": 1}").name, "curly");
}

TEST(Identify, TakesAnEmptyFileByItsName) {
  EXPECT_EQ(Identify("a.comma", "").name, "comma");
  EXPECT_THAT(Identify("a", "").name, HasSubstr("the file is empty"));
}

TEST(Identify, NamesWhatAFileOfNoFormatLooksLike) {
  const std::string png("\x89PNG\r\n\x1A\n\0\0", 10);
  EXPECT_THAT(Identify("a.comma", png).name,
              AllOf(StartsWith("Unsupported input format '.comma'"), HasSubstr("says Comma text"),
                    HasSubstr("a PNG image")));
  EXPECT_THAT(Identify("picture", png).name,
              AllOf(StartsWith("Unsupported input format:"), HasSubstr("a PNG image")));
}

TEST(Identify, PassesOnThatTheSourceCannotBeRead) {
  HeadSource source("a.comma", "unreadable");
  EXPECT_TRUE(FailedWith(Make().Identify(source).status(), kReadFailed));
}

constexpr std::string_view kLeftOut[] = {"box", "parquet"};

TEST(Registry, KnowsTheNamesOfFormatsThatWereLeftOut) {
  Registry registry;
  ASSERT_TRUE(registry.Add(kComma).ok());
  EXPECT_EQ(registry.LeftOut("box"), "");
  registry.SetLeftOut(kLeftOut);
  EXPECT_EQ(registry.LeftOut("Box"), "box");
  EXPECT_EQ(registry.LeftOut("dir.a/x.PARQUET"), "parquet");
  EXPECT_EQ(registry.LeftOut("comma"), "");
  EXPECT_EQ(registry.LeftOut(""), "");
  EXPECT_EQ(registry.LeftOut("x."), "");
}

TEST(Identify, SaysThatAFormatWasLeftOutOfTheBuild) {
  Registry registry;
  ASSERT_TRUE(registry.Add(kBox).ok());
  registry.SetLeftOut(std::span(kLeftOut).subspan(1));
  HeadSource by_content("a", "PAR1...");
  const Status failed = registry.Identify(by_content).status();
  EXPECT_TRUE(FailedWith(failed, core::kNotBuilt)) << failed;
  EXPECT_THAT(failed.message(), HasSubstr("without the format parquet"));
  EXPECT_EQ(DetailOf(failed)->where().path, "dir/a");
  HeadSource by_name("a.parquet", "no magic number");
  EXPECT_TRUE(FailedWith(registry.Identify(by_name).status(), core::kNotBuilt));
}

TEST(RegistryErrors, HoldsEveryCodeOnceAndInOrder) {
  const auto codes = Make().errors();
  std::set<std::string_view> ids;
  std::string_view previous;
  for (const ErrorCode* code : codes) {
    EXPECT_TRUE(ids.insert(code->id).second) << code->id;
    EXPECT_LT(previous, code->id);
    previous = code->id;
    EXPECT_FALSE(code->summary.empty()) << code->id;
    EXPECT_FALSE(code->fix.empty()) << code->id;
  }
  EXPECT_TRUE(ids.contains("comma.bad"));
  EXPECT_TRUE(ids.contains("usage.bad_option"));
  EXPECT_TRUE(ids.contains("unsupported.format"));
  EXPECT_TRUE(ids.contains("input.no_such_table"));
}

}  // namespace
}  // namespace pyforge
