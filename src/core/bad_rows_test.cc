#include "core/bad_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pyforge::core {
namespace {

using testing::HasSubstr;

TEST(BadRowLimit, CountsRows) {
  const BadRowLimit limit = *BadRowLimit::Parse("2");
  EXPECT_FALSE(limit.Exceeded(2, 10, false));
  EXPECT_TRUE(limit.Exceeded(3, 10, false));
}

TEST(BadRowLimit, JudgesASharePreciselyAtTheEndAndEarlyOnlyOnManyRows) {
  const BadRowLimit limit = *BadRowLimit::Parse("1%");
  EXPECT_FALSE(limit.Exceeded(1, 1, false));
  EXPECT_TRUE(limit.Exceeded(1, 1, true));
  EXPECT_FALSE(limit.Exceeded(1, 100, true));
  EXPECT_TRUE(limit.Exceeded(2000, 100'000, false));
}

TEST(BadRowLimit, HasNoBoundWhenNotGiven) {
  EXPECT_FALSE(BadRowLimit::Parse("")->Exceeded(1'000'000, 1'000'000, true));
}

TEST(BadRowLimit, RefusesWhatIsNeitherCountNorShare) {
  for (const char* text : {"many", "-1", "1.5", "101%", "%", "5 rows", "1e300"}) {
    EXPECT_TRUE(FailedWith(BadRowLimit::Parse(text).status(), kBadOption)) << text;
  }
}

TEST(DescribeBadRows, ListsThePlacesAndSaysWhenThereAreMore) {
  Ledger ledger;
  ledger.Reject({.row = 5, .line = 7, .message = "the row has 3 cells"});
  EXPECT_EQ(DescribeBadRows(ledger),
            "1 row cannot be kept whole: row 5 (line 7): the row has 3 cells");
  ledger.Reject({.row = 9, .line = 11, .message = "too long"});
  ledger.Reject({.row = 10, .line = 12, .message = "too long"});
  ledger.KeepFirstRejectedRows(2);
  EXPECT_THAT(DescribeBadRows(ledger), HasSubstr("3 rows cannot be kept whole"));
  EXPECT_THAT(DescribeBadRows(ledger), HasSubstr("row 9 (line 11): too long; ..."));
}

}  // namespace
}  // namespace pyforge::core
