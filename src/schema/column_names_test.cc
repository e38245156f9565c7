#include "schema/column_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pyforge::schema {
namespace {

using testing::ElementsAre;

TEST(UniqueNames, NumbersTheSecondOfANamePastNamesThatAreThere) {
  EXPECT_THAT(UniqueNames({"a", "b", "a", "a"}), ElementsAre("a", "b", "a_2", "a_3"));
  EXPECT_THAT(UniqueNames({"a", "a", "a_2"}), ElementsAre("a", "a_3", "a_2"));
  EXPECT_THAT(UniqueNames({"a_2", "a", "a", "a_2"}), ElementsAre("a_2", "a", "a_3", "a_2_2"));
}

TEST(UniqueNames, NamesTheNamelessByTheirPlace) {
  EXPECT_THAT(UniqueNames({"", "x", ""}), ElementsAre("column_1", "x", "column_3"));
  EXPECT_THAT(UniqueNames({"column_2", ""}), ElementsAre("column_2", "column_3"));
  EXPECT_THAT(UniqueNames({"", "column_1"}), ElementsAre("column_2", "column_1"));
}

TEST(UniqueNames, StaysQuickWhenAllNamesAreTheSame) {
  const std::vector<std::string> names(100000, "x");
  const auto unique = UniqueNames(names);
  EXPECT_EQ(unique.front(), "x");
  EXPECT_EQ(unique.back(), "x_100000");
}

TEST(SnakeCase, PartsWordsAtBlanksMarksAndCapitals) {
  EXPECT_EQ(SnakeCase("Order ID"), "order_id");
  EXPECT_EQ(SnakeCase("orderId"), "order_id");
  EXPECT_EQ(SnakeCase("ORDER-ID"), "order_id");
  EXPECT_EQ(SnakeCase("  total (EUR) "), "total_eur");
  EXPECT_EQ(SnakeCase("HTTPServerPort"), "http_server_port");
  EXPECT_EQ(SnakeCase("address2Line"), "address2_line");
  EXPECT_EQ(SnakeCase("already_snake_2"), "already_snake_2");
  EXPECT_EQ(SnakeCase("2024 sales"), "_2024_sales");
  EXPECT_EQ(SnakeCase("%"), "");
  EXPECT_EQ(SnakeCase(""), "");
}

TEST(SnakeCase, KeepsLettersOfOtherScripts) {
  EXPECT_EQ(SnakeCase("Größe ÄNDERUNG"), "größe_änderung");
  EXPECT_EQ(SnakeCase("Цена Ёлки"), "цена_ёлки");
  EXPECT_EQ(SnakeCase("ΤΙΜΗ"), "τιμη");
  EXPECT_EQ(SnakeCase("價格"), "價格");
  EXPECT_EQ(SnakeCase("price\u00a0€/m\u00b2"), "price_m");
  EXPECT_EQ(SnakeCase("x\xff\xc3"), "x\xff\xc3") << "bytes that are no text are kept";
}

TEST(SnakeCaseNames, AreUnique) {
  EXPECT_THAT(SnakeCaseNames({"Order ID", "order_id", "%"}),
              ElementsAre("order_id", "order_id_2", "column_3"));
}

}  // namespace
}  // namespace pyforge::schema
