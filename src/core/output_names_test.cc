#include "core/output_names.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pyforge::core {
namespace {

using testing::ElementsAre;

OutputNaming Parquet(std::string output, bool is_directory = false) {
  return {.output = std::move(output),
          .format_name = "parquet",
          .extension = ".parquet",
          .output_is_directory = is_directory};
}

std::vector<std::string> PathsOf(const OutputNaming& naming,
                                 const std::vector<NamedTable>& tables) {
  return NameOutputs(naming, tables).ValueOrDie().paths;
}

TEST(NameOutputs, PutsOneTableBesideItsInput) {
  EXPECT_THAT(PathsOf(Parquet(""), {{0, "in/orders.csv", "orders", "orders"}}),
              ElementsAre("in/orders.parquet"));
}

TEST(NameOutputs, TakesTheAskedNameAsItIs) {
  EXPECT_THAT(PathsOf(Parquet("x/y.pq"), {{0, "in/orders.csv", "orders", "orders"}}),
              ElementsAre("x/y.pq"));
  EXPECT_THAT(PathsOf(Parquet("-"), {{0, "in/orders.csv", "orders", "orders"}}), ElementsAre("-"));
}

TEST(NameOutputs, PutsOneTableIntoAnAskedDirectory) {
  EXPECT_THAT(PathsOf(Parquet("out/", true), {{0, "in/or ders.csv", "or ders", "or ders"}}),
              ElementsAre("out/or ders.parquet"));
}

TEST(NameOutputs, GivesSeveralTablesADirectoryNamedAfterInputAndFormat) {
  EXPECT_THAT(PathsOf(Parquet(""), {{0, "in/a.mdb", "a", "Orders"}, {0, "in/a.mdb", "a", "Q 1"}}),
              ElementsAre("in/a_parquet/Orders.parquet", "in/a_parquet/Q_1.parquet"));
  EXPECT_THAT(PathsOf(Parquet("out", true), {{0, "in/a.mdb", "a", "x"}, {0, "in/a.mdb", "a", "y"}}),
              ElementsAre("out/x.parquet", "out/y.parquet"));
}

TEST(NameOutputs, KeepsStemsAsTheyAre) {
  EXPECT_THAT(PathsOf(Parquet("out/", true), {{0, "a__b.csv", "a__b", "a__b"},
                                              {1, "a_b.csv", "a_b", "a_b"},
                                              {2, ".a b?.csv", ".a b?", "a"}}),
              ElementsAre("out/a__b.parquet", "out/a_b.parquet", "out/.a b?.parquet"));
}

TEST(NameOutputs, NumbersNamesThatCollideAndSaysSo) {
  const OutputNames names =
      *NameOutputs(Parquet("out/", true), {{0, "a/x.csv", "x", "x"}, {1, "b/x.csv", "x", "x"}});
  EXPECT_THAT(names.paths, ElementsAre("out/x.parquet", "out/x_2.parquet"));
  EXPECT_THAT(names.warnings,
              ElementsAre("out/x.parquet is the output of a/x.csv, so that of b/x.csv is "
                          "out/x_2.parquet"));
}

TEST(NameOutputs, TakesNobodysNameForANumber) {
  EXPECT_THAT(
      PathsOf(Parquet("out/", true),
              {{0, "a/x.csv", "x", "x"}, {1, "b/x.csv", "x", "x"}, {2, "c/x_2.csv", "x_2", "x_2"}}),
      ElementsAre("out/x.parquet", "out/x_3.parquet", "out/x_2.parquet"));
  EXPECT_THAT(PathsOf(Parquet(""), {{0, "a.mdb", "a", "Q 1"}, {0, "a.mdb", "a", "Q_1"}}),
              ElementsAre("a_parquet/Q_1.parquet", "a_parquet/Q_1_2.parquet"));
}

TEST(NameOutputs, TakesAnInputGivenTwiceForTwoInputs) {
  EXPECT_THAT(PathsOf(Parquet(""), {{0, "a.csv", "a", "a"}, {1, "a.csv", "a", "a"}}),
              ElementsAre("a.parquet", "a_2.parquet"));
}

TEST(NameOutputs, CutsStemsThatLeaveNoRoomForTheSuffix) {
  const std::string stem = std::string(246, 'x') + "ä";  // + ".parquet" is a byte too many
  EXPECT_THAT(PathsOf(Parquet("out/", true), {{0, "a/x", stem, "x"}, {1, "b/x", stem, "x"}}),
              ElementsAre("out/" + std::string(246, 'x') + ".parquet",
                          "out/" + std::string(245, 'x') + "_2.parquet"));
}

TEST(NameOutputs, RefusesManyTablesForOnePlace) {
  EXPECT_TRUE(FailedWith(
      NameOutputs(Parquet("-"), {{0, "a.mdb", "a", "x"}, {0, "a.mdb", "a", "y"}}).status(),
      kBadRequest));
  EXPECT_TRUE(FailedWith(
      NameOutputs(Parquet("x.parquet"), {{0, "a.csv", "a", "a"}, {1, "b.csv", "b", "b"}}).status(),
      kBadRequest));
}

TEST(StemOf, TakesOffTheLastSuffixOnly) {
  EXPECT_EQ(StemOf("orders.2024.csv"), "orders.2024");
  EXPECT_EQ(StemOf("orders"), "orders");
  EXPECT_EQ(StemOf(".hidden"), ".hidden");
}

}  // namespace
}  // namespace pyforge::core
