#include "codec/charset/utf8.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::charset {
namespace {

using namespace std::string_literals;

// The definition, written as plainly as possible: decodes and checks the code point's range.
bool IsWellFormed(const std::string& text, size_t at, size_t* length) {
  const auto byte = [&](size_t i) -> uint32_t {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0;
  };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return *length = 1, true;
  const size_t count = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (count == 0 || lead >= 0xF8) return false;
  uint32_t code = lead & (0x7Fu >> count);
  for (size_t i = 1; i < count; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  *length = count;
  return code >= kLeast[count] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

std::vector<size_t> InvalidByDefinition(const std::string& text) {
  std::vector<size_t> invalid;
  for (size_t i = 0; i < text.size();) {
    size_t length = 0;
    if (IsWellFormed(text, i, &length)) {
      i += length;
    } else {
      invalid.push_back(i++);
    }
  }
  return invalid;
}

TEST(Utf8, AcceptsEveryCodePointAtEveryPlaceInABlock) {
  const std::string_view characters[] = {"\x7F",   "\u0080", "\u07FF",     "\u0800",    "\uD7FF",
                                         "\uE000", "\uFFFF", "\U00010000", "\U0010FFFF"};
  for (const std::string_view character : characters) {
    for (size_t before = 0; before < 140; ++before) {
      std::string text(before, 'a');
      text.append(character).append("tail");
      EXPECT_EQ(FindInvalidUtf8(text), kNone) << before;
      const std::string once = text;
      text.append(200, 'b').append(once);
      EXPECT_EQ(FindInvalidUtf8(text), kNone) << before;
    }
  }
}

TEST(Utf8, FindsEveryKindOfIllFormedSequenceAtEveryPlaceInABlock) {
  const std::string bad[] = {"\x80"s,
                             "\xC0\x80"s,
                             "\xC1\xBF"s,
                             "\xC3"s,
                             "\xE0\x80\x80"s,
                             "\xE0\x9F\xBF"s,
                             "\xED\xA0\x80"s,
                             "\xE2\x82"s,
                             "\xF0\x80\x80\x80"s,
                             "\xF4\x90\x80\x80"s,
                             "\xF5\x80\x80\x80"s,
                             "\xFF"s,
                             "\xF0\x9F\x92"s};
  for (const std::string& sequence : bad) {
    for (size_t before = 0; before < 140; ++before) {
      const std::string text = std::string(before, 'a') + sequence + std::string(150, 'c');
      EXPECT_EQ(FindInvalidUtf8(text), before) << sequence;
      // In the midst of text that is not ASCII, where the vector path is at work.
      std::string greek;
      for (size_t i = 0; i < before; ++i) greek += "\u03B1";
      std::string mixed = greek;
      mixed.append(sequence).append(greek).append(text);
      EXPECT_EQ(FindInvalidUtf8(mixed), greek.size()) << sequence;
    }
  }
}

TEST(Utf8, AgreesWithTheDefinitionOnRandomBytes) {
  std::mt19937_64 random(pyforge::testing::RandomSeed());
  const std::string_view pieces[] = {"a",    "\u00E9",   "\u20AC",   "\U0001F600",       "\x80",
                                     "\xC3", "\xE2\x82", "\xF0\x9F", "0123456789abcdef", "\xFF"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const size_t pieces_count = random() % 120;
    const size_t kinds = round % 3 == 0 ? 4 : std::size(pieces);
    for (size_t i = 0; i < pieces_count; ++i) text += pieces[random() % kinds];
    const std::vector<size_t> expected = InvalidByDefinition(text);
    const size_t first = FindInvalidUtf8(text);
    EXPECT_EQ(first, expected.empty() ? kNone : expected.front());
    std::string repaired;
    EXPECT_EQ(AppendRepairedUtf8(text, &repaired), static_cast<int64_t>(expected.size()));
    EXPECT_EQ(FindInvalidUtf8(repaired), kNone);

    Utf8Validator validator;
    for (size_t begin = 0; begin < text.size();) {
      const size_t length = 1 + random() % (round % 2 == 0 ? 3 : 100);
      validator.Add(std::string_view(text).substr(begin, length));
      begin += length;
    }
    validator.Finish();
    EXPECT_EQ(validator.invalid_byte_count(), static_cast<int64_t>(expected.size()));
    EXPECT_EQ(validator.first_invalid_offset(),
              expected.empty() ? -1 : static_cast<int64_t>(expected.front()));
  }
}

TEST(Utf8, ToleratesASequenceCutOffAtTheEndOnlyWhereAsked) {
  for (const std::string& cut :
       {"ab\xC3"s, "ab\xE2\x82"s, "ab\xF0\x9F\x98"s, "ab\xE0"s, "ab\xF0"s}) {
    EXPECT_EQ(FindInvalidUtf8(cut), 2u);
    EXPECT_EQ(FindInvalidUtf8Prefix(cut), kNone);
    EXPECT_EQ(IncompleteUtf8Tail(cut), cut.size() - 2);
  }
  EXPECT_EQ(IncompleteUtf8Tail("ab\xED\xA0"), 0u) << "a surrogate cannot be completed";
  EXPECT_EQ(IncompleteUtf8Tail("ab\xFF"), 0u);
  EXPECT_EQ(IncompleteUtf8Tail("ab\x80\x80\x80\x80"), 0u);
  EXPECT_EQ(IncompleteUtf8Tail(""), 0u);
}

TEST(Utf8, ReplacesEachBadByteAndKeepsTheRest) {
  std::string repaired;
  EXPECT_EQ(AppendRepairedUtf8("a\xE2\x82(\u20AC\xFF", &repaired), 3);
  EXPECT_EQ(repaired, "a\uFFFD\uFFFD(\u20AC\uFFFD");
}

TEST(Utf8, TellsAsciiFromTheRest) {
  EXPECT_TRUE(IsAscii(""));
  EXPECT_TRUE(IsAscii(std::string(1000, 'x')));
  for (size_t at : {size_t{0}, size_t{63}, size_t{64}, size_t{130}}) {
    std::string text(131, 'x');
    text[at] = '\x80';
    EXPECT_FALSE(IsAscii(text)) << at;
  }
}

}  // namespace
}  // namespace pyforge::charset
