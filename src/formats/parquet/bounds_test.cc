#include "formats/parquet/bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "support/seed.h"

namespace pyforge::parquet {
namespace {

LeafPlan Leaf(SortOrder order, int value_bytes, bool is_text = false) {
  LeafPlan leaf;
  leaf.order = order;
  leaf.value_bytes = value_bytes;
  leaf.is_text = is_text;
  return leaf;
}

template <typename T>
std::string Bytes(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(T));
}

template <typename T>
PageValues Numbers(const std::vector<T>& numbers) {
  PageValues values;
  values.count = numbers.size();
  values.fixed.Append(numbers.data(), numbers.size() * sizeof(T));
  return values;
}

template <typename T>
Statistics Find(SortOrder order, const std::vector<T>& numbers) {
  Statistics statistics;
  FindBounds(Leaf(order, sizeof(T)), Numbers(numbers), &statistics);
  return statistics;
}

PageValues Texts(const std::vector<std::string>& texts) {
  PageValues values;
  values.count = texts.size();
  for (const std::string& text : texts) {
    values.lengths.Push(static_cast<int32_t>(text.size()));
    values.bytes.Append(text.data(), text.size());
  }
  return values;
}

Statistics FindTexts(const std::vector<std::string>& texts) {
  Statistics statistics;
  FindBounds(Leaf(SortOrder::kBytes, 0, true), Texts(texts), &statistics);
  return statistics;
}

TEST(FindBounds, OrdersSignedAndUnsignedNumbersAsWhatTheyStandFor) {
  std::vector<int32_t> numbers(50, 7);
  numbers[20] = -1;
  numbers[49] = 9;
  const Statistics with_sign = Find(SortOrder::kSigned, numbers);
  EXPECT_EQ(with_sign.min, Bytes(int32_t{-1}));
  EXPECT_EQ(with_sign.max, Bytes(int32_t{9}));
  const Statistics without = Find(SortOrder::kUnsigned, numbers);
  EXPECT_EQ(without.min, Bytes(int32_t{7}));
  EXPECT_EQ(without.max, Bytes(int32_t{-1}));

  const Statistics wide = Find<int64_t>(SortOrder::kSigned, {5, INT64_MIN, INT64_MAX});
  EXPECT_EQ(wide.min, Bytes(INT64_MIN));
  EXPECT_EQ(wide.max, Bytes(INT64_MAX));
  EXPECT_EQ(Find<uint64_t>(SortOrder::kUnsigned, {5, UINT64_MAX}).max, Bytes(UINT64_MAX));
  EXPECT_EQ(Find<uint8_t>(SortOrder::kUnsigned, {1, 0, 1}).min, std::string(1, '\0'));
  EXPECT_FALSE(Find<int32_t>(SortOrder::kSigned, {}).has_bounds);
  EXPECT_FALSE(Find<int32_t>(SortOrder::kNone, {1}).has_bounds);
}

TEST(FindBounds, LeavesNanOutAndTakesBothZerosIn) {
  const double nan = std::nan("");
  std::vector<double> numbers(40, nan);
  EXPECT_FALSE(Find(SortOrder::kFloat, numbers).has_bounds);
  numbers[33] = 2.5;
  EXPECT_EQ(Find(SortOrder::kFloat, numbers).min, Bytes(2.5));
  EXPECT_EQ(Find(SortOrder::kFloat, numbers).max, Bytes(2.5));

  const Statistics zeros = Find<double>(SortOrder::kFloat, {0.0, -0.0});
  EXPECT_EQ(zeros.min, Bytes(-0.0));
  EXPECT_EQ(zeros.max, Bytes(0.0));
  EXPECT_EQ(Find<float>(SortOrder::kFloat, {0.0F, 3.0F}).min, Bytes(-0.0F));

  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Find<double>(SortOrder::kFloat, {infinity}).min, Bytes(infinity));
  EXPECT_EQ(Find<double>(SortOrder::kFloat, {-infinity, nan}).max, Bytes(-infinity));
}

TEST(FindBounds, OrdersHalvesByValue) {
  const uint16_t one = 0x3C00;
  const uint16_t minus_two = 0xC000;
  const uint16_t nan = 0x7E00;
  const uint16_t minus_zero = 0x8000;
  const Statistics found = Find<uint16_t>(SortOrder::kHalf, {one, nan, minus_two});
  EXPECT_EQ(found.min, Bytes(minus_two));
  EXPECT_EQ(found.max, Bytes(one));
  EXPECT_FALSE(Find<uint16_t>(SortOrder::kHalf, {nan}).has_bounds);
  const Statistics zero = Find<uint16_t>(SortOrder::kHalf, {uint16_t{0}});
  EXPECT_EQ(zero.min, Bytes(minus_zero));
  EXPECT_EQ(zero.max, Bytes(uint16_t{0}));
  EXPECT_GT(CompareBounds(Leaf(SortOrder::kHalf, 2), Bytes(one), Bytes(minus_two)), 0);
}

TEST(FindBounds, OrdersBigEndianDecimalsBySignFirst) {
  PageValues values;
  values.count = 3;
  values.fixed.Append("\x00\x05\xFF\xFE\x00\x07", 6);
  Statistics statistics;
  FindBounds(Leaf(SortOrder::kDecimalBytes, 2), values, &statistics);
  EXPECT_EQ(statistics.min, "\xFF\xFE");
  EXPECT_EQ(statistics.max, std::string("\x00\x07", 2));
  FindBounds(Leaf(SortOrder::kBytes, 2), values, &statistics);
  EXPECT_EQ(statistics.max, "\xFF\xFE");
}

TEST(FindBounds, OrdersTextsByBytesWhateverTheirLength) {
  const Statistics found =
      FindTexts({"pear", "pearl", "\xC3\xBC", "apple pie", "apple piemen", "", "zebra zebra"});
  EXPECT_EQ(found.min, "");
  EXPECT_EQ(found.max, "\xC3\xBC");
  // The first eight bytes are equal.
  const Statistics close = FindTexts({"abcdefgh2", "abcdefgh1", "abcdefgh3", "abcdefgh"});
  EXPECT_EQ(close.min, "abcdefgh");
  EXPECT_EQ(close.max, "abcdefgh3");
  const Statistics zeros = FindTexts({std::string("a\0\0", 3), std::string("a\0", 2)});
  EXPECT_EQ(zeros.min, std::string("a\0", 2));
  EXPECT_EQ(zeros.max, std::string("a\0\0", 3));
  const Statistics high = FindTexts({std::string(9, '\xFF')});
  EXPECT_EQ(high.min, std::string(9, '\xFF'));
}

TEST(MergeBounds, WidensAndCountsNulls) {
  const LeafPlan leaf = Leaf(SortOrder::kSigned, 4);
  Statistics all;
  MergeBounds(leaf, {.null_count = 3}, &all);
  EXPECT_FALSE(all.has_bounds);
  Statistics page = Find<int32_t>(SortOrder::kSigned, {5, 6});
  page.null_count = 2;
  MergeBounds(leaf, page, &all);
  MergeBounds(leaf, Find<int32_t>(SortOrder::kSigned, {-5, 5}), &all);
  EXPECT_EQ(all.min, Bytes(int32_t{-5}));
  EXPECT_EQ(all.max, Bytes(int32_t{6}));
  EXPECT_EQ(all.null_count, 5);
}

TEST(ShortenBounds, CutsBetweenCharactersAndRoundsTheGreatestUp) {
  const LeafPlan text = Leaf(SortOrder::kBytes, 0, true);
  const auto shorten = [](const LeafPlan& leaf, const std::string& value, size_t bytes) {
    Statistics statistics{.has_bounds = true, .min = value, .max = value};
    ShortenBounds(leaf, bytes, &statistics);
    return statistics;
  };
  Statistics cut = shorten(text, "abcdef", 3);
  EXPECT_EQ(cut.min, "abc");
  EXPECT_EQ(cut.max, "abd");
  EXPECT_FALSE(cut.min_is_exact);
  EXPECT_FALSE(cut.max_is_exact);

  cut = shorten(text, "ab", 3);
  EXPECT_EQ(cut.max, "ab");
  EXPECT_TRUE(cut.max_is_exact);

  cut = shorten(text, "a\xC3\xBC\xC3\xBC", 4);  // a ü ü: the cut would split the second ü
  EXPECT_EQ(cut.min, "a\xC3\xBC");
  EXPECT_EQ(cut.max, "a\xC3\xBD");
  EXPECT_EQ(shorten(text, "a\x7Fz", 2).max, "a\xC2\x80");
  EXPECT_EQ(shorten(text, "\xDF\xBFz", 2).max, "\xE0\xA0\x80");
  EXPECT_EQ(shorten(text, "\xED\x9F\xBFz", 3).max, "\xEE\x80\x80") << "surrogates are skipped";
  EXPECT_EQ(shorten(text, "\xEF\xBF\xBFz", 3).max, "\xF0\x90\x80\x80");
  EXPECT_EQ(shorten(text, "b\xF4\x8F\xBF\xBFz", 5).max, "c") << "the last character has no next";
  EXPECT_FALSE(shorten(text, "\xF4\x8F\xBF\xBFz", 4).has_bounds);

  const LeafPlan binary = Leaf(SortOrder::kBytes, 0);
  EXPECT_EQ(shorten(binary, "\x01\xFF\xFFz", 3).max, "\x02");
  EXPECT_FALSE(shorten(binary, "\xFF\xFFz", 2).has_bounds);
  EXPECT_EQ(shorten(Leaf(SortOrder::kSigned, 8), "12345678", 3).min, "12345678");
}

TEST(ByteArrayBounds, OfManyAreThoseOfEach) {
  std::mt19937_64 random(testing::RandomSeed());
  const auto below = [&](size_t end) { return static_cast<size_t>(random() % end); };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> texts(below(200));
    const size_t letters = 2 + below(250);
    const bool is_sorted = below(3) == 0;
    for (std::string& text : texts) {
      text.resize(below(14));
      for (char& c : text) c = static_cast<char>(below(letters));
    }
    if (is_sorted) std::sort(texts.begin(), texts.end());
    ByteBuffer bytes;
    bytes.Reserve(0);
    std::vector<int32_t> lengths;
    for (const std::string& text : texts) {
      bytes.Append(text.data(), text.size());
      lengths.push_back(static_cast<int32_t>(text.size()));
    }
    for (const PassBetween pass_between : EveryPassBetween()) {
      ByteArrayBounds bounds;
      bounds.AddAll(bytes.data(), lengths, pass_between);
      Statistics statistics;
      bounds.Get(&statistics);
      ASSERT_EQ(statistics.has_bounds, !texts.empty());
      if (texts.empty()) continue;
      const auto less = [](const std::string& x, const std::string& y) {
        return std::string_view(x) < std::string_view(y);
      };
      ASSERT_EQ(statistics.min, *std::min_element(texts.begin(), texts.end(), less)) << round;
      ASSERT_EQ(statistics.max, *std::max_element(texts.begin(), texts.end(), less)) << round;
    }
  }
}

TEST(FindBoundaryOrder, TellsHowPagesFollow) {
  const LeafPlan leaf = Leaf(SortOrder::kSigned, 4);
  const auto page = [](int32_t low, int32_t high) {
    return PageEntry{.statistics = {.has_bounds = true, .min = Bytes(low), .max = Bytes(high)}};
  };
  const PageEntry nulls{.all_null = true};
  EXPECT_EQ(FindBoundaryOrder(leaf, {page(1, 2), nulls, page(2, 3)}), BoundaryOrder::kAscending);
  EXPECT_EQ(FindBoundaryOrder(leaf, {page(5, 9), page(4, 9)}), BoundaryOrder::kDescending);
  EXPECT_EQ(FindBoundaryOrder(leaf, {page(5, 9), page(6, 8)}), BoundaryOrder::kUnordered);
}

TEST(CompareBounds, FollowsEachOrder) {
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kSigned, 8), Bytes(int64_t{-1}), Bytes(int64_t{1})), 0);
  EXPECT_GT(CompareBounds(Leaf(SortOrder::kUnsigned, 8), Bytes(int64_t{-1}), Bytes(int64_t{1})), 0);
  EXPECT_GT(CompareBounds(Leaf(SortOrder::kUnsigned, 4), Bytes(int32_t{-1}), Bytes(int32_t{1})), 0);
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kUnsigned, 1), "\x01", "\xFE"), 0);
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kFloat, 8), Bytes(-1.0), Bytes(1.0)), 0);
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kFloat, 4), Bytes(-1.0F), Bytes(1.0F)), 0);
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kDecimalBytes, 2), "\xFF\xFE", "\x01\x01"), 0);
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kDecimalBytes, 2), "\x01\x01", "\x01\x02"), 0);
  EXPECT_LT(CompareBounds(Leaf(SortOrder::kBytes, 0), "a", "\xC3"), 0);
}

}  // namespace
}  // namespace pyforge::parquet
