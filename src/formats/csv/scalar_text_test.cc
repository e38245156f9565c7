#include "formats/csv/scalar_text.h"

#include <bit>
#include <charconv>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "support/seed.h"

namespace pyforge::csv {
namespace {

template <typename Print>
std::string TextOf(const Print& print) {
  std::array<char, kScalarBytesMax> text{};
  return {text.data(), print(text.data())};
}

template <typename Integer>
void ExpectPrintsLikeStandard(Integer value) {
  ASSERT_EQ(TextOf([value](char* out) { return PrintInteger(value, out); }), std::to_string(value));
}

TEST(ScalarText, PrintsIntegersOfEveryLength) {
  for (uint64_t power = 1;; power *= 10) {
    for (const uint64_t value : {power - 1, power, power + 1, power * 7}) {
      ExpectPrintsLikeStandard(value);
      ExpectPrintsLikeStandard(static_cast<int64_t>(value));
      ExpectPrintsLikeStandard(static_cast<int64_t>(0 - value));
    }
    if (power > std::numeric_limits<uint64_t>::max() / 10) break;
  }
  for (int bits = 0; bits < 64; ++bits) {
    ExpectPrintsLikeStandard(uint64_t{1} << bits);
    ExpectPrintsLikeStandard((uint64_t{1} << bits) - 1);
  }
  ExpectPrintsLikeStandard(std::numeric_limits<uint64_t>::max());
  ExpectPrintsLikeStandard(std::numeric_limits<int64_t>::max());
  ExpectPrintsLikeStandard(std::numeric_limits<int64_t>::min());
  for (int value = -128; value < 256; ++value) {
    if (value < 128) ExpectPrintsLikeStandard(static_cast<int8_t>(value));
    if (value >= 0) ExpectPrintsLikeStandard(static_cast<uint8_t>(value));
  }
}

TEST(ScalarText, PrintsDatesOfFourDigitYearsLikeAnyOthers) {
  for (int64_t days = -720000; days <= 2935000; ++days) {
    ASSERT_EQ(TextOf([days](char* out) { return PrintDate(days, out); }),
              TextOf([days](char* out) { return PrintFarDate(days, out); }))
        << days;
  }
}

TEST(ScalarText, PrintsTimesThatAreNoneOfADay) {
  const auto text_of = [](int64_t value) {
    return TextOf(
        [value](char* out) { return PrintTimeOfDay(value, arrow::TimeUnit::SECOND, out); });
  };
  EXPECT_EQ(text_of(86400), "24:00:00");
  EXPECT_EQ(text_of(359999), "99:59:59");
  EXPECT_EQ(text_of(360000), "00:00:00");
  EXPECT_EQ(text_of(-1).size(), 8);
}

/// One printer for all, as for a column: what it has seen must not matter.
class RealText : public ::testing::Test {
 protected:
  void ExpectPrintsTheShortest(double value) {
    ASSERT_EQ(TextOf([&](char* out) { return reals_.Print(value, out); }),
              TextOf([&](char* out) { return PrintReal(value, out); }))
        << value << " " << std::bit_cast<uint64_t>(value);
  }
  void ExpectPrintsItsNeighbours(double value) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const double each :
         {value, std::nextafter(value, kInfinity), std::nextafter(value, -kInfinity)}) {
      ASSERT_NO_FATAL_FAILURE(ExpectPrintsTheShortest(each));
      ASSERT_NO_FATAL_FAILURE(ExpectPrintsTheShortest(-each));
    }
  }
  RealPrinter reals_;
};

TEST_F(RealText, IsTheShortestAtEveryLimit) {
  for (const double value : {0.0,
                             1e-5,
                             1e15,
                             1e16,
                             0.1,
                             0.3,
                             0.1 + 0.2,
                             1.0 / 3,
                             123456789012345.0,
                             999999999999999.0,
                             99999999999999.9,
                             9007199254740991.0,
                             9007199254740992.0,
                             0.999999999999999,
                             4.35,
                             1.005,
                             5e-324,
                             std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::min(),
                             std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    ASSERT_NO_FATAL_FAILURE(ExpectPrintsItsNeighbours(value));
  }
  for (int exponent = -20; exponent <= 20; ++exponent) {
    ASSERT_NO_FATAL_FAILURE(ExpectPrintsItsNeighbours(std::pow(10, exponent)));
  }
  for (int exponent = -70; exponent <= 70; ++exponent) {
    ASSERT_NO_FATAL_FAILURE(ExpectPrintsItsNeighbours(std::ldexp(1, exponent)));
  }
}

TEST_F(RealText, IsTheShortestForAnyDecimal) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300000; ++i) {
    const uint64_t digits = random() % kPowersOfTen[random() % 18 + 1];
    const auto scale = static_cast<double>(kPowersOfTen[random() % 19]);
    ASSERT_NO_FATAL_FAILURE(ExpectPrintsItsNeighbours(static_cast<double>(digits) / scale));
  }
}

TEST_F(RealText, IsTheShortestForAnyBits) {
  const uint64_t seed = testing::RandomSeed();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300000; ++i) {
    ASSERT_NO_FATAL_FAILURE(ExpectPrintsTheShortest(std::bit_cast<double>(random())));
    // Of the size that has no exponent.
    const double part = static_cast<double>(random() >> 11) * 0x1p-53;
    ASSERT_NO_FATAL_FAILURE(
        ExpectPrintsTheShortest(std::ldexp(part, static_cast<int>(random() % 70) - 16)));
  }
}

}  // namespace
}  // namespace pyforge::csv
