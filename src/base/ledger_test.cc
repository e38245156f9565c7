#include "pyforge/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pyforge {
namespace {

constexpr ErrorCode kShort{.id = "test.short", .category = ErrorCategory::kData};
constexpr ErrorCode kLong{.id = "test.long", .category = ErrorCategory::kData};

TEST(Ledger, CountsByKindAndColumnAndKeepsTheFirstPlace) {
  Ledger ledger;
  EXPECT_TRUE(ledger.empty());
  ledger.Add(kShort, "a", 5, 50, "first");
  ledger.Add(kShort, "a", 6, 60, "second", 3);
  ledger.Add(kShort, "b", 7, 70, "");
  ledger.Add(kLong, "a", 8, 80, "");
  ASSERT_EQ(ledger.entries().size(), 3U);
  const LedgerEntry& entry = ledger.entries().front();
  EXPECT_EQ(entry.code, &kShort);
  EXPECT_EQ(entry.column, "a");
  EXPECT_EQ(entry.count, 4);
  EXPECT_EQ(entry.first_row, 5);
  EXPECT_EQ(entry.first_byte_offset, 50);
  EXPECT_EQ(entry.first_value, "first");
  EXPECT_FALSE(ledger.empty());
}

TEST(Ledger, CutsLongValuesBetweenCharacters) {
  Ledger ledger;
  const std::string value = std::string(79, 'x') + "é" + "tail";
  ledger.Add(kShort, "", 0, 0, value);
  EXPECT_EQ(ledger.entries().front().first_value, std::string(79, 'x'));
  ledger.Add(kLong, "", 0, 0, std::string(80, 'y'));
  EXPECT_EQ(ledger.entries().back().first_value, std::string(80, 'y'));
}

TEST(Ledger, AppendsLaterPiecesWithTheirPlacesMoved) {
  Ledger all, later;
  all.Add(kShort, "a", 1, 10, "x");
  later.Add(kShort, "a", 1, 1010, "y", 2);
  later.Add(kLong, "", 2, 1020, "z");
  later.Reject({.row = 3, .line = 4, .byte_offset = 1030, .raw = "bad"});
  all.Append(later, 100, 200);
  ASSERT_EQ(all.entries().size(), 2U);
  EXPECT_EQ(all.entries()[0].count, 3);
  EXPECT_EQ(all.entries()[0].first_row, 1);
  EXPECT_EQ(all.entries()[1].first_row, 102);
  EXPECT_EQ(all.entries()[1].first_byte_offset, 1020);
  ASSERT_EQ(all.rejected().size(), 1U);
  EXPECT_EQ(all.rejected()[0].row, 103);
  EXPECT_EQ(all.rejected()[0].line, 204);
  EXPECT_EQ(all.rejected()[0].byte_offset, 1030);
  EXPECT_EQ(all.rejected_count(), 1);
}

TEST(Ledger, KeepsTheNumberOfRejectedRowsWhenTheRowsAreDropped) {
  Ledger ledger;
  for (int i = 0; i < 5; ++i) ledger.Reject({.row = i});
  ledger.KeepFirstRejectedRows(2);
  EXPECT_EQ(ledger.rejected().size(), 2U);
  EXPECT_EQ(ledger.rejected_count(), 5);
  ledger.KeepFirstRejectedRows(10);
  EXPECT_EQ(ledger.rejected().size(), 2U);
  ledger.DropRejectedRows();
  EXPECT_TRUE(ledger.rejected().empty());
  EXPECT_EQ(ledger.rejected_count(), 5);
  EXPECT_FALSE(ledger.empty());
}

}  // namespace
}  // namespace pyforge
