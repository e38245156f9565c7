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

TEST(NameOutputs, PutsOneTableBesideItsInput) {
  EXPECT_THAT(*NameOutputs(Parquet(""), {{"in/orders.csv", "orders", "orders"}}),
              ElementsAre("in/orders.parquet"));
}

TEST(NameOutputs, TakesTheAskedNameAsItIs) {
  EXPECT_THAT(*NameOutputs(Parquet("x/y.pq"), {{"in/orders.csv", "orders", "orders"}}),
              ElementsAre("x/y.pq"));
  EXPECT_THAT(*NameOutputs(Parquet("-"), {{"in/orders.csv", "orders", "orders"}}),
              ElementsAre("-"));
}

TEST(NameOutputs, PutsOneTableIntoAnAskedDirectory) {
  EXPECT_THAT(*NameOutputs(Parquet("out/", true), {{"in/or ders.csv", "or ders", "or ders"}}),
              ElementsAre("out/or_ders.parquet"));
}

TEST(NameOutputs, GivesSeveralTablesADirectoryNamedAfterInputAndFormat) {
  EXPECT_THAT(*NameOutputs(Parquet(""), {{"in/a.mdb", "a", "Orders"}, {"in/a.mdb", "a", "Q 1"}}),
              ElementsAre("in/a_parquet/Orders.parquet", "in/a_parquet/Q_1.parquet"));
  EXPECT_THAT(*NameOutputs(Parquet("out", true), {{"in/a.mdb", "a", "x"}, {"in/a.mdb", "a", "y"}}),
              ElementsAre("out/x.parquet", "out/y.parquet"));
}

TEST(NameOutputs, NumbersNamesThatCollide) {
  EXPECT_THAT(*NameOutputs(Parquet("out/", true), {{"a/x.csv", "x", "x"}, {"b/x.csv", "x", "x"}}),
              ElementsAre("out/x.parquet", "out/x_2.parquet"));
}

TEST(NameOutputs, RefusesManyTablesForOnePlace) {
  EXPECT_TRUE(FailedWith(
      NameOutputs(Parquet("-"), {{"a.mdb", "a", "x"}, {"a.mdb", "a", "y"}}).status(), kBadRequest));
  EXPECT_TRUE(FailedWith(
      NameOutputs(Parquet("x.parquet"), {{"a.csv", "a", "a"}, {"b.csv", "b", "b"}}).status(),
      kBadRequest));
}

TEST(StemOf, TakesOffTheLastSuffixOnly) {
  EXPECT_EQ(StemOf("orders.2024.csv"), "orders.2024");
  EXPECT_EQ(StemOf("orders"), "orders");
  EXPECT_EQ(StemOf(".hidden"), ".hidden");
}

}  // namespace
}  // namespace pyforge::core
