#include "core/expression/like_pattern.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace pyforge::core {
namespace {

bool Like(std::string_view text, std::string_view pattern, char escape = 0) {
  LikePattern like;
  EXPECT_TRUE(LikePattern::Make(pattern, escape, &like)) << pattern;
  return like.Matches(text);
}

TEST(LikePattern, MatchesWholeTexts) {
  EXPECT_TRUE(Like("abc", "abc"));
  EXPECT_FALSE(Like("abc", "ab"));
  EXPECT_FALSE(Like("abc", "bc"));
  EXPECT_FALSE(Like("ABC", "abc"));
  EXPECT_TRUE(Like("", ""));
  EXPECT_FALSE(Like("a", ""));
}

TEST(LikePattern, TakesAnyCharactersForAPercentSign) {
  EXPECT_TRUE(Like("abc", "a%"));
  EXPECT_TRUE(Like("abc", "%c"));
  EXPECT_TRUE(Like("abc", "%b%"));
  EXPECT_TRUE(Like("abc", "%"));
  EXPECT_TRUE(Like("", "%%"));
  EXPECT_TRUE(Like("aXbXc", "a%b%c"));
  EXPECT_FALSE(Like("acb", "a%b%c"));
  EXPECT_FALSE(Like("ab", "ab%b"));
  EXPECT_TRUE(Like("abab", "ab%ab"));
  EXPECT_FALSE(Like("aba", "ab%ba"));
}

TEST(LikePattern, TakesOneCharacterForAnUnderscore) {
  EXPECT_TRUE(Like("abc", "a_c"));
  EXPECT_FALSE(Like("ac", "a_c"));
  EXPECT_TRUE(Like("abc", "%_c"));
  EXPECT_TRUE(Like("abc", "___"));
  EXPECT_FALSE(Like("abc", "____"));
  EXPECT_TRUE(Like("\xC3\xA4", "_"));
  EXPECT_TRUE(Like("a\xE2\x82\xAC\x63", "%_c"));
  EXPECT_TRUE(Like("x\xF0\x9F\x98\x80", "x_"));
  EXPECT_FALSE(Like("\xC3\xA4", "__"));
}

TEST(LikePattern, CountsStrayBytesAsCharacters) {
  EXPECT_TRUE(Like("\x80\x80", "__"));
  EXPECT_TRUE(Like("\x80\x80", "%__"));
  EXPECT_TRUE(Like("a\xC3", "%_"));
}

TEST(LikePattern, EscapesWhatFollows) {
  EXPECT_TRUE(Like("100%", "100!%", '!'));
  EXPECT_FALSE(Like("1000", "100!%", '!'));
  EXPECT_TRUE(Like("a_b", "a\\_b", '\\'));
  EXPECT_FALSE(Like("axb", "a\\_b", '\\'));
  EXPECT_TRUE(Like("a!b", "a!!b", '!'));
  EXPECT_TRUE(Like("a\\b", "a\\b"));
}

TEST(LikePattern, RefusesAnEscapeBeforeAnythingElse) {
  LikePattern like;
  EXPECT_FALSE(LikePattern::Make("a!b", '!', &like));
  EXPECT_FALSE(LikePattern::Make("a!", '!', &like));
}

// The definition, as a recursion that tries everything.
bool Naive(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    return Naive(text, pattern.substr(1)) || (!text.empty() && Naive(text.substr(1), pattern));
  }
  return !text.empty() && (pattern.front() == '_' || pattern.front() == text.front()) &&
         Naive(text.substr(1), pattern.substr(1));
}

TEST(LikePattern, AgreesWithItsDefinitionOnRandomTexts) {
  const uint32_t seed = 20240131;
  std::mt19937 random(seed);
  const auto draw = [&](std::string_view letters, size_t length_max) {
    std::string text(random() % (length_max + 1), ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
  };
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = draw("ab", 7);
    const std::string pattern = draw("ab%_", 6);
    ASSERT_EQ(Like(text, pattern), Naive(text, pattern))
        << text << " like " << pattern << ", seed " << seed;
  }
}

}  // namespace
}  // namespace pyforge::core
