#include "cli/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pyforge::cli {
namespace {

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("José"), 4U);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1U);  // a combining accent
  EXPECT_EQ(DisplayWidth("東京"), 4U);
  EXPECT_EQ(DisplayWidth("🙂"), 2U);
  EXPECT_EQ(DisplayWidth("zero\xE2\x80\x8Bwidth"), 9U);
}

TEST(DisplayWidth, CountsBytesThatAreNoUtf8AsOneColumnEach) {
  EXPECT_EQ(DisplayWidth("\xFF\xC3"), 2U);
  EXPECT_EQ(DisplayWidth("\xE6\x9D"), 2U);
  EXPECT_EQ(DisplayWidth("\xC3("), 2U);
}

TEST(CutToWidth, EndsWithAnEllipsisAndNeverSplitsACharacter) {
  EXPECT_EQ(CutToWidth("abc", 3), "abc");
  EXPECT_EQ(CutToWidth("abcd", 3), "ab…");
  EXPECT_EQ(CutToWidth("東京都", 4), "東…");
  EXPECT_EQ(CutToWidth("東京都", 5), "東京…");
  EXPECT_EQ(CutToWidth("abc", 0), "");
}

TEST(PrintTable, AlignsNumbersRightAndTextLeft) {
  const PrintedTable table =
      PrintTable({{.title = "n", .subtitle = "int64", .align = Align::kRight, .cells = {"1", "22"}},
                  {.title = "city", .subtitle = "string", .cells = {"東京", "Porto"}}},
                 {});
  EXPECT_EQ(table.text,
            "    n  city\n"
            "int64  string\n"
            "─────  ──────\n"
            "    1  東京\n"
            "   22  Porto\n");
  EXPECT_EQ(table.columns_left_out, 0U);
}

TEST(PrintTable, CutsCellsAndLeavesOutColumnsThatDoNotFit) {
  const PrintedTable table = PrintTable({{.title = "a", .cells = {"abcdefghij"}},
                                         {.title = "b", .cells = {"x"}},
                                         {.title = "c", .cells = {"y"}}},
                                        {.width_max = 9, .cell_width_max = 5, .has_rule = false});
  EXPECT_EQ(table.text, "a      b\nabcd…  x\n");
  EXPECT_EQ(table.columns_left_out, 1U);
}

TEST(PrintTable, AlwaysShowsTheFirstColumn) {
  const PrintedTable table =
      PrintTable({{.title = "column", .cells = {"value"}}}, {.width_max = 2, .has_rule = false});
  EXPECT_EQ(table.text, "column\nvalue\n");
}

TEST(PrintTable, MakesControlCharactersVisible) {
  const PrintedTable table =
      PrintTable({{.title = "a\tb", .cells = {"x\ny", "\x1B[31mred"}}}, {.has_rule = false});
  EXPECT_EQ(table.text, "a\\tb\nx\\ny\n\\x1b[31mred\n");
}

TEST(PrintTable, FillsUpColumnsThatEndEarly) {
  const PrintedTable table =
      PrintTable({{.title = "a", .cells = {"1", "2"}}, {.title = "b"}}, {.has_rule = false});
  EXPECT_EQ(table.text, "a  b\n1\n2\n");
}

}  // namespace
}  // namespace pyforge::cli
