#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "cli/text_table.h"

namespace pyforge::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ProgressRates, TellRatesShareAndTimeLeft) {
  ProgressRates rates;
  rates.Add({.seconds = 0, .phase = 2, .bytes_total = 1000});
  const ProgressView view = rates.Add(
      {.seconds = 2, .phase = 2, .bytes_total = 1000, .bytes_read = 500, .rows_written = 50});
  EXPECT_EQ(view.bytes_per_s, 250);
  EXPECT_EQ(view.rows_per_s, 25);
  EXPECT_EQ(view.share, 0.5);
  EXPECT_EQ(view.eta_s, 2);
}

TEST(ProgressRates, FollowAChangeWithinSeconds) {
  ProgressRates rates;
  for (int second = 0; second <= 20; ++second) {
    const int64_t bytes = second <= 10 ? second * 1000 : 10'000 + (second - 10) * 10;
    const ProgressView view = rates.Add({.seconds = double(second), .bytes_read = bytes});
    if (second == 10) {
      EXPECT_EQ(view.bytes_per_s, 1000);
    }
    if (second == 20) {
      EXPECT_EQ(view.bytes_per_s, 10);
    }
  }
}

TEST(ProgressRates, StartAgainWithASecondPass) {
  ProgressRates rates;
  rates.Add({.seconds = 0, .bytes_total = 100, .bytes_read = 0});
  rates.Add({.seconds = 1, .bytes_total = 100, .bytes_read = 100});
  const ProgressView view = rates.Add({.seconds = 2, .bytes_total = 100, .bytes_read = 10});
  EXPECT_EQ(view.bytes_per_s, 0);
  EXPECT_FALSE(view.eta_s.has_value());
  EXPECT_DOUBLE_EQ(view.share.value_or(0), 0.1);
}

TEST(ProgressRates, KnowNoShareOfAStream) {
  const ProgressView view = ProgressRates().Add({.bytes_read = 10});
  EXPECT_FALSE(view.share.has_value());
  EXPECT_FALSE(view.eta_s.has_value());
}

ProgressView Half() {
  return {.now = {.seconds = 1,
                  .phase = 2,
                  .bytes_total = 1'000'000,
                  .bytes_read = 500'000,
                  .rows_written = 1234,
                  .bytes_written = 7},
          .bytes_per_s = 500'000,
          .rows_per_s = 1234,
          .share = 0.5,
          .eta_s = 1};
}

TEST(ProgressBar, ShowsBytesRowsRateAndTimeLeft) {
  const std::string bar = ProgressBar(Half(), 120);
  EXPECT_THAT(bar, AllOf(StartsWith("convert"), HasSubstr("50 %"), HasSubstr("█"), HasSubstr("░"),
                         HasSubstr("500.0 kB of 1.0 MB"), HasSubstr("1,234 rows"),
                         HasSubstr("500.0 kB/s"), HasSubstr("ETA 1.00 s")));
}

TEST(ProgressBar, FitsIntoAnyWidth) {
  for (size_t width = 1; width < 130; ++width) {
    EXPECT_LE(DisplayWidth(ProgressBar(Half(), width)), width);
  }
  EXPECT_THAT(ProgressBar(Half(), 75), Not(HasSubstr("░")));
}

TEST(ProgressBar, ShowsAStreamWithoutTotal) {
  ProgressView view = Half();
  view.now.bytes_total = 0;
  view.share.reset();
  view.eta_s.reset();
  EXPECT_THAT(ProgressBar(view, 120),
              AllOf(HasSubstr("500.0 kB  "), Not(HasSubstr("%")), Not(HasSubstr("ETA"))));
}

TEST(ProgressLine, SaysTheSameInPlainText) {
  EXPECT_EQ(ProgressLine(Half()),
            "convert   50 %  500.0 kB of 1.0 MB  1,234 rows  500.0 kB/s  ETA 1.00 s");
  ProgressView strange = Half();
  strange.now.phase = 99;
  strange.share.reset();
  EXPECT_THAT(ProgressLine(strange), StartsWith("detect  500.0 kB"));
}

TEST(ProgressJson, IsOneObject) {
  const auto json = nlohmann::json::parse(ProgressJson(Half()));
  EXPECT_EQ(json["phase"], "convert");
  EXPECT_EQ(json["bytes_read"], 500'000);
  EXPECT_EQ(json["bytes_total"], 1'000'000);
  EXPECT_EQ(json["rows_written"], 1234);
  EXPECT_EQ(json["eta_s"], 1.0);
  ProgressView stream = Half();
  stream.eta_s.reset();
  EXPECT_FALSE(nlohmann::json::parse(ProgressJson(stream)).contains("eta_s"));
}

std::string Shown(ProgressMode mode, bool quiet, std::chrono::milliseconds duration) {
  std::FILE* file = std::tmpfile();
  const Console console(file);
  Progress progress;
  {
    const ProgressDisplay display(console, {.progress = mode, .quiet = quiet}, progress);
    std::this_thread::sleep_for(duration);
    progress.bytes_read = 42;
  }
  std::string text(static_cast<size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  EXPECT_EQ(std::fread(text.data(), 1, text.size(), file), text.size());
  std::fclose(file);
  return text;
}

TEST(ProgressDisplay, DrawsABarAndRemovesIt) {
  const std::string shown = Shown(ProgressMode::kBar, false, std::chrono::milliseconds(250));
  EXPECT_THAT(shown, StartsWith("\r\x1B[Kdetect"));
  EXPECT_TRUE(shown.ends_with("\r\x1B[K"));
}

TEST(ProgressDisplay, ShowsNothingOfAShortJobOrWhenQuietOrOffTheTerminal) {
  using std::chrono::milliseconds;
  EXPECT_THAT(Shown(ProgressMode::kBar, false, milliseconds(0)), IsEmpty());
  EXPECT_THAT(Shown(ProgressMode::kBar, true, milliseconds(150)), IsEmpty());
  EXPECT_THAT(Shown(ProgressMode::kAuto, false, milliseconds(150)), IsEmpty());
  EXPECT_THAT(Shown(ProgressMode::kNone, false, milliseconds(150)), IsEmpty());
}

TEST(ProgressDisplay, EndsItsJsonWithTheLastState) {
  const std::string shown = Shown(ProgressMode::kJson, false, std::chrono::milliseconds(0));
  EXPECT_EQ(nlohmann::json::parse(shown)["bytes_read"], 42);
}

}  // namespace
}  // namespace pyforge::cli
