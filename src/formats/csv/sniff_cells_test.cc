#include "formats/csv/sniff_cells.h"

#include <gtest/gtest.h>

namespace pyforge::csv {
namespace {

TEST(ClassifyCell, KnowsNumbersInManySpellings) {
  for (const char* text : {"0",       "-12",    "+3.5",         "1e-7",     "2.5E+10",   ".5",
                           "5.",      "1,234",  "1,234,567.89", "1.234,56", "1 234 567", "1'234.5",
                           "12,5",    "$1,335", "-$5",          "$-5",      "\u00A3584", "5 \u20AC",
                           "(12.50)", "12.5%",  "7 %",          "EUR 12",   "(5)"}) {
    EXPECT_EQ(ClassifyCell(text), CellKind::kNumber) << text;
  }
  for (const char* text :
       {"1,23,456x", "1 23", "12-5", "5a", "-", "1.2.3", "1234 567", "e5", "()", "1'23"}) {
    EXPECT_NE(ClassifyCell(text), CellKind::kNumber) << text;
  }
}

TEST(ClassifyCell, KnowsDatesAndTimes) {
  for (const char* text :
       {"2024-01-31", "31/12/2024", "1.2.24", "31-Dec-2024", "Dec-14", "14-Jan", "Oct 2014",
        "12:30", "9:05:01", "12:30:01.250", "12:30 PM", "2024-01-31 12:30", "2024-01-31T12:30:00Z",
        "2024-01-31 12:30:00+01", "2024-01-31 12:30:00.5 -05:30", "2024-01-31 12:30:00 UTC",
        "28 February 2014"}) {
    EXPECT_EQ(ClassifyCell(text), CellKind::kDate) << text;
  }
  for (const char* text : {"2024-01", "12:", "12:0", "1-2", "May be", "2024-01-31x", "2013-14",
                           "Marching on", "12345-01-01", "2024-01-31 noon"}) {
    EXPECT_NE(ClassifyCell(text), CellKind::kDate) << text;
  }
}

TEST(ClassifyCell, KnowsTheRest) {
  EXPECT_EQ(ClassifyCell(""), CellKind::kEmpty);
  for (const char* text : {"NA", "n/a", "NULL", "-", "?", "\\N", "NaN"}) {
    EXPECT_EQ(ClassifyCell(text), CellKind::kMissing) << text;
  }
  for (const char* text : {"true", "False", "YES", "no"}) {
    EXPECT_EQ(ClassifyCell(text), CellKind::kBool) << text;
  }
  for (const char* text : {"http://x.org/a?b=1,2", "https://x.org", "www.x.org", "a.b@c.org"}) {
    EXPECT_EQ(ClassifyCell(text), CellKind::kAddress) << text;
  }
  for (const char* text : {"Oslo", "A001", "a@b", "see http://x.org", "a@b.c;d"}) {
    EXPECT_EQ(ClassifyCell(text), CellKind::kText) << text;
  }
  EXPECT_EQ(ClassifyCell(std::string(1000, '1')), CellKind::kText) << "too long for a number";
}

TEST(LooksLikeName, TellsNamesFromSentencesAndValues) {
  for (const char* text : {"id", "_x", "first name", "Cost (EUR)", "#rows", "% share", "\u00C5r"}) {
    EXPECT_TRUE(LooksLikeName(text)) << text;
  }
  EXPECT_FALSE(LooksLikeName(""));
  EXPECT_FALSE(LooksLikeName("2010"));
  EXPECT_FALSE(LooksLikeName("This is a sentence."));
  EXPECT_FALSE(LooksLikeName("http://x.org"));
  EXPECT_FALSE(LooksLikeName("a@b.org"));
  EXPECT_FALSE(LooksLikeName(std::string(100, 'x')));
}

TEST(YearOf, AcceptsFourDigitsNearTheCentury) {
  EXPECT_EQ(YearOf("1999"), 1999);
  EXPECT_EQ(YearOf("1899"), 0);
  EXPECT_EQ(YearOf("2101"), 0);
  EXPECT_EQ(YearOf("20x1"), 0);
  EXPECT_EQ(YearOf("999"), 0);
}

TEST(SamePattern, ComparesDigitsAndLettersByKind) {
  EXPECT_TRUE(SamePattern("AB-12", "xy-99"));
  EXPECT_FALSE(SamePattern("AB-12", "AB_12"));
  EXPECT_FALSE(SamePattern("AB-1", "AB-12"));
  EXPECT_FALSE(SamePattern("A1", "11"));
}

}  // namespace
}  // namespace pyforge::csv
