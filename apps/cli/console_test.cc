#include "cli/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace pyforge::cli {
namespace {

TEST(Visible, ShowsWhatWouldSteerTheTerminal) {
  EXPECT_EQ(Visible("José\n\t\r"), "José\\n\\t\\r");
  EXPECT_EQ(Visible(std::string("a\0b\x7F", 4)), "a\\x00b\\x7f");
  EXPECT_EQ(Visible("\x1B]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(Visible("\xC2\x9B!"), "\\u009b!");
  EXPECT_EQ(Visible("\xC2\xA0"), "\xC2\xA0");
  EXPECT_EQ(Visible("\xC2"), "\xC2");
}

TEST(SizeText, UsesDecimalUnits) {
  EXPECT_EQ(SizeText(0), "0 B");
  EXPECT_EQ(SizeText(999), "999 B");
  EXPECT_EQ(SizeText(1000), "1.0 kB");
  EXPECT_EQ(SizeText(999'949), "999.9 kB");
  EXPECT_EQ(SizeText(999'951), "1.0 MB");
  EXPECT_EQ(SizeText(1'500'000'000), "1.5 GB");
  EXPECT_EQ(SizeText(int64_t{9'000'000'000'000'000}), "9.0 PB");
}

TEST(CountText, GroupsDigits) {
  EXPECT_EQ(CountText(0), "0");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(1000), "1,000");
  EXPECT_EQ(CountText(-1234567), "-1,234,567");
  EXPECT_EQ(CountText(-123), "-123");
  EXPECT_EQ(Counted(1, "row"), "1 row");
  EXPECT_EQ(Counted(2000, "row"), "2,000 rows");
}

TEST(DurationText, FitsItsUnitToTheLength) {
  EXPECT_EQ(DurationText(0.0041), "5 ms");
  EXPECT_EQ(DurationText(0.62), "0.62 s");
  EXPECT_EQ(DurationText(12.34), "12.3 s");
  EXPECT_EQ(DurationText(125), "2 min 5 s");
  EXPECT_EQ(DurationText(7260), "2 h 1 min");
}

TEST(Console, ColoursOnlyWhenAskedOrOnATerminal) {
  std::FILE* file = std::tmpfile();
  Console console(file);
  console.ChooseColor(ColorMode::kAuto);
  EXPECT_EQ(console.Styled("x", Style::kRed), "x");
  console.ChooseColor(ColorMode::kAlways);
  EXPECT_EQ(console.Styled("x", Style::kRed), "\x1B[31mx\x1B[0m");
  console.ChooseColor(ColorMode::kNever);
  EXPECT_EQ(console.Styled("x", Style::kRed), "x");
  EXPECT_FALSE(console.is_terminal());
  EXPECT_EQ(console.width(77), 77);
  console.Print("text");
  EXPECT_EQ(std::ftell(file), 4);
  std::fclose(file);
}

}  // namespace
}  // namespace pyforge::cli
