#include "schema/exact_double.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "schema/number_text.h"
#include "support/seed.h"

namespace pyforge::schema {
namespace {

bool Same(double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }

void ExpectBothAgree(uint64_t digits, int32_t power) {
  double quick = -1;
  double slow = -1;
  const bool quick_fits = ExactDouble(digits, power, &quick);
  const bool slow_fits = ExactDoubleByPrinting(digits, power, &slow);
  ASSERT_EQ(quick_fits, slow_fits) << digits << "e" << power;
  if (quick_fits) {
    ASSERT_TRUE(Same(quick, slow)) << digits << "e" << power;
  }
}

TEST(ExactDouble, AgreesWithPrintingForRandomDigits) {
  std::mt19937_64 random(pyforge::testing::RandomSeed());
  for (int i = 0; i < 300000; ++i) {
    uint64_t digits = random() % 10'000'000'000'000'000'000u;
    for (uint64_t drop = random() % 19; drop > 0; --drop) digits /= 10;
    const auto power = static_cast<int32_t>(random() % 90) - 60;
    ASSERT_NO_FATAL_FAILURE(ExpectBothAgree(digits, power));
  }
}

TEST(ExactDouble, AgreesWithPrintingForPrintedDoubles) {
  std::mt19937_64 random(pyforge::testing::RandomSeed());
  for (int i = 0; i < 300000; ++i) {
    double value = 0;
    if (i % 2 == 0) {
      value = static_cast<double>(random() >> 11) * 0x1p-53 * std::pow(10, random() % 12);
    } else {
      const uint64_t bits = random() >> 1;
      std::memcpy(&value, &bits, sizeof value);
      if (!std::isfinite(value)) continue;
    }
    char text[40];
    const int digits = 15 + static_cast<int>(random() % 3);
    std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
    ParsedNumber number;
    ASSERT_TRUE(ParseNumber(text, std::strlen(text), {}, &number)) << text;
    ASSERT_NO_FATAL_FAILURE(ExpectBothAgree(number.digits, number.power));
    // Its neighbours in the last digit mostly do not fit.
    ASSERT_NO_FATAL_FAILURE(ExpectBothAgree(number.digits + 1, number.power));
    const auto end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    if (!ParseNumber(text, static_cast<size_t>(end - text), {}, &number)) continue;
    ASSERT_NO_FATAL_FAILURE(ExpectBothAgree(number.digits, number.power));
    double again = 0;
    if (number.is_exact && std::fabs(value) >= 1e-300) {
      ASSERT_TRUE(ExactDouble(number.digits, number.power, &again)) << text;
      ASSERT_TRUE(Same(again, value)) << text;
    }
  }
}

TEST(ExactDouble, AgreesWithPrintingNearPowersOfTwo) {
  for (int exponent = -200; exponent < 200; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    for (const double value : {std::nextafter(power, 0), power, std::nextafter(power, 1e300)}) {
      for (int digits = 14; digits <= 18; ++digits) {
        char text[40];
        std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
        ParsedNumber number;
        ASSERT_TRUE(ParseNumber(text, std::strlen(text), {}, &number));
        for (uint64_t near = 0; near < 5; ++near) {
          ASSERT_NO_FATAL_FAILURE(ExpectBothAgree(number.digits + near - 2, number.power));
        }
      }
    }
  }
}

TEST(ExactDouble, KnowsTheFamousCases) {
  double value = 0;
  EXPECT_TRUE(ExactDouble(1, -1, &value));
  EXPECT_EQ(value, 0.1);
  EXPECT_TRUE(ExactDouble(30000000000000004, -17, &value)) << "0.1 + 0.2";
  EXPECT_EQ(value, 0.1 + 0.2);
  EXPECT_TRUE(ExactDouble(10000000000000001, -17, &value)) << "0.1 with 17 digits";
  EXPECT_FALSE(ExactDouble(92000000000000001, -16, &value));
  EXPECT_FALSE(ExactDouble(90071992547409935, -1, &value)) << "2^53 + 1.5";
  EXPECT_FALSE(ExactDouble(1000000000000000055, -19, &value));
  EXPECT_FALSE(ExactDouble(9199999999999999, -15, &value)) << "prints as 9.2";
  EXPECT_TRUE(ExactDouble(17976931348623157, 292, &value));
  EXPECT_EQ(value, std::numeric_limits<double>::max());
  EXPECT_FALSE(ExactDouble(18, 307, &value)) << "infinite";
  EXPECT_TRUE(ExactDouble(22250738585072014, -324, &value));
  EXPECT_EQ(value, std::numeric_limits<double>::min());
  EXPECT_TRUE(ExactDouble(5, -324, &value)) << "the shortest form of the least double";
  EXPECT_FALSE(ExactDouble(4, -324, &value));
  EXPECT_FALSE(ExactDouble(1, -400, &value));
  EXPECT_FALSE(ExactDouble(1, -500, &value));
  EXPECT_FALSE(ExactDouble(1, 500, &value));
  EXPECT_TRUE(ExactDouble(0, 100000, &value));
  EXPECT_EQ(value, 0);
  EXPECT_TRUE(ExactDouble(1000000000000000000, 0, &value)) << "zeros at the end do not count";
  EXPECT_EQ(value, 1e18);
}

}  // namespace
}  // namespace pyforge::schema
