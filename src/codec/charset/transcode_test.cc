#include "codec/charset/transcode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "codec/charset/names.h"
#include "codec/charset/single_byte.h"
#include "codec/charset/utf8.h"
#include "support/seed.h"

namespace pyforge::charset {
namespace {

using namespace std::string_literals;

class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const size_t count = std::min(static_cast<size_t>(bytes), text_.size() - position_);
    std::memcpy(out, text_.data() + position_, count);
    position_ += count;
    return static_cast<int64_t>(count);
  }
  int64_t stored_position() const override { return static_cast<int64_t>(position_); }

 private:
  std::string text_;
  size_t position_ = 0;
};

struct Outcome {
  std::string text;
  InvalidInput invalid;
};

// Reads all of `bytes` through a TranscodingStream, `read_bytes` at a time.
Outcome Transcode(const std::string& bytes, std::string_view encoding, int64_t read_bytes = 4096) {
  auto stream = TranscodingStream::Make(std::make_unique<TextStream>(bytes), encoding).ValueOrDie();
  Outcome outcome;
  std::string buffer(static_cast<size_t>(read_bytes), '\0');
  for (;;) {
    const int64_t read =
        stream->Read(read_bytes, reinterpret_cast<uint8_t*>(buffer.data())).ValueOrDie();
    outcome.text.append(buffer, 0, static_cast<size_t>(read));
    if (read < read_bytes) break;
  }
  EXPECT_EQ(stream->Read(1, reinterpret_cast<uint8_t*>(buffer.data())).ValueOrDie(), 0);
  EXPECT_EQ(stream->stored_position(), static_cast<int64_t>(bytes.size()));
  outcome.invalid = stream->invalid();
  return outcome;
}

std::string Encode(std::string utf8, const char* encoding) {
  const iconv_t handle = iconv_open(encoding, "UTF-8");
  std::string out(utf8.size() * 4 + 16, '\0');
  char* in = utf8.data();
  char* to = out.data();
  size_t in_left = utf8.size(), out_left = out.size();
  EXPECT_NE(iconv(handle, &in, &in_left, &to, &out_left), static_cast<size_t>(-1)) << encoding;
  iconv_close(handle);
  out.resize(out.size() - out_left);
  return out;
}

TEST(Transcode, GivesTheSameTextForAnyEncodingAndAnyReadSize) {
  const struct {
    const char* encoding;
    std::string text;
  } cases[] = {
      {"UTF-8", "plain, caf\u00E9, \u20AC, \U0001F600\n"},
      {"UTF-16LE", "plain ascii run, caf\u00E9, \u20AC, \U0001F600\n"},
      {"UTF-16BE", "plain ascii run, caf\u00E9, \u20AC, \U0001F600\n"},
      {"UTF-32LE", "plain, caf\u00E9, \u20AC, \U0001F600\n"},
      {"UTF-32BE", "plain, caf\u00E9, \u20AC, \U0001F600\n"},
      {"CP1252", "a long stretch of plain text, caf\u00E9, 5 \u20AC, \u201Cquoted\u201D\n"},
      {"CP1251", "\u0418\u0432\u0430\u043D,\u041C\u043E\u0441\u043A\u0432\u0430\n"},
      {"CP437", "\u00FCber \u2502 \u00B2\n"},
      {"CP932", "\u8868,\u30BD\u30D5\u30C8 and ascii\n"},
      {"GB18030", "\u5317\u4EAC,\U0001F600\n"},
      {"CP949", "\uC11C\uC6B8\n"},
      {"CP950", "\u53F0\u5317\n"},
      {"EUC-JP", "\u6771\u4EAC\n"},
  };
  for (const auto& c : cases) {
    std::string text;
    for (int i = 0; i < 50; ++i) text += c.text;
    const std::string bytes = Encode(text, c.encoding);
    for (const int64_t read_bytes : {1, 2, 3, 4, 5, 7, 64, 100000}) {
      const Outcome outcome = Transcode(bytes, c.encoding, read_bytes);
      EXPECT_EQ(outcome.text, text) << c.encoding << " " << read_bytes;
      EXPECT_EQ(outcome.invalid.count, 0) << c.encoding;
      EXPECT_EQ(outcome.invalid.first_offset, -1);
    }
  }
}

TEST(Transcode, CrossesTheEdgesOfItsBuffer) {
  for (const char* encoding : {"UTF-8", "UTF-16LE", "UTF-32BE", "CP932", "CP1252"}) {
    for (size_t shift = 0; shift < 4; ++shift) {
      std::string text(shift, 'x');
      while (text.size() < 200000) text += encoding == "CP1252"s ? "\u00E9,a" : "\u8868,a";
      EXPECT_EQ(Transcode(Encode(text, encoding), encoding, 100000).text, text) << encoding;
    }
  }
}

TEST(Transcode, LeavesOutAByteOrderMark) {
  for (const char* encoding : {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"}) {
    const std::string bytes = Encode("\uFEFFa,b\n", encoding);
    for (const int64_t read_bytes : {1, 100}) {
      EXPECT_EQ(Transcode(bytes, encoding, read_bytes).text, "a,b\n") << encoding;
    }
  }
  EXPECT_EQ(Transcode("\xEF\xBB\xBF", "utf-8").text, "");
  EXPECT_EQ(Transcode("", "utf-16le").text, "");
}

TEST(Transcode, FollowsTheMarkWhereTheNameLeavesTheByteOrderOpen) {
  EXPECT_EQ(Transcode("\xFE\xFF\0a"s, "utf-16").text, "a");
  EXPECT_EQ(Transcode("\xFF\xFE"
                      "a\0"s,
                      "utf-16")
                .text,
            "a");
  EXPECT_EQ(Transcode("a\0"s, "utf-16").text, "a") << "without a mark it is little endian";
  EXPECT_EQ(Transcode("\0\0\xFE\xFF\0\0\0a"s, "utf-32").text, "a");
  EXPECT_EQ(Transcode("a\0\0\0"s, "utf-32").text, "a");
  EXPECT_EQ(Transcode("a", "utf-16").text, "\uFFFD");
}

struct Broken {
  const char* encoding;
  std::string bytes;
  std::string text;
  int64_t count;
  int64_t first_offset;
  int64_t first_utf8_offset;
};

TEST(Transcode, ReplacesAndCountsWhatItCannotRead) {
  const Broken cases[] = {
      {"utf-8", "ab\xE2\x82(\xFF", "ab\uFFFD\uFFFD(\uFFFD", 3, 2, 2},
      {"utf-8",
       "\xEF\xBB\xBF"
       "ab\xC3",
       "ab\uFFFD", 1, 5, 2},
      {"windows-1252", "\x80\x81z", "\u20AC\uFFFDz", 1, 1, 3},
      {"utf-16le",
       "a\0\x3D\xD8"
       "b\0"s,
       "a\uFFFDb", 1, 2, 1},  // high alone
      {"utf-16le",
       "a\0\0\xDE"
       "b\0"s,
       "a\uFFFDb", 1, 2, 1},                             // low alone
      {"utf-16be", "\0a\0"s, "a\uFFFD", 1, 2, 1},        // half a unit
      {"utf-16le", "a\0\x3D\xD8"s, "a\uFFFD", 1, 2, 1},  // high at the end
      {"utf-32le", "a\0\0\0\0\xD8\0\0\0\0\x11\0"s, "a\uFFFD\uFFFD", 2, 4, 1},
      {"utf-32be", "\0\0\0a\0\0"s, "a\uFFFD", 1, 4, 1},
      {"shift_jis",
       "a\xFF"
       "b\x81",
       "a\uFFFDb\uFFFD", 2, 1, 1},
  };
  for (const Broken& c : cases) {
    for (const int64_t read_bytes : {1, 3, 100}) {
      const Outcome outcome = Transcode(c.bytes, c.encoding, read_bytes);
      EXPECT_EQ(outcome.text, c.text) << c.encoding;
      EXPECT_EQ(outcome.invalid.count, c.count) << c.encoding;
      EXPECT_EQ(outcome.invalid.first_offset, c.first_offset) << c.encoding;
      EXPECT_EQ(outcome.invalid.first_utf8_offset, c.first_utf8_offset) << c.encoding;
    }
  }
}

TEST(Transcode, LosesNothingBesideAPairThatIsNotAssigned) {
  for (const int64_t read_bytes : {1, 2, 3, 4, 5, 100}) {
    const Outcome outcome = Transcode("\xAA\x51\xA2\xE8\x28t", "euc-kr", read_bytes);
    EXPECT_EQ(outcome.text, "\uCC41\uFFFD\uFFFD(t") << read_bytes;
    EXPECT_EQ(outcome.invalid.count, 2);
    EXPECT_EQ(outcome.invalid.first_offset, 2);
    EXPECT_EQ(outcome.invalid.first_utf8_offset, 3);
  }
}

TEST(Transcode, SurvivesRandomBytesInEveryEncoding) {
  std::mt19937_64 random(pyforge::testing::RandomSeed());
  for (const char* encoding :
       {"utf-8", "utf-16le", "utf-16be", "utf-16", "utf-32", "utf-32le", "windows-1252",
        "macintosh", "shift_jis", "gb18030", "euc-kr", "big5", "euc-jp", "iso-2022-jp"}) {
    for (int round = 0; round < 50; ++round) {
      std::string bytes(random() % 300, '\0');
      for (char& c : bytes) c = static_cast<char>(random());
      const Outcome whole = Transcode(bytes, encoding);
      const Outcome pieces = Transcode(bytes, encoding, 1 + random() % 9);
      EXPECT_EQ(FindInvalidUtf8(whole.text), kNone) << encoding;
      EXPECT_EQ(whole.text, pieces.text) << encoding;
      EXPECT_EQ(whole.invalid.count, pieces.invalid.count) << encoding;
    }
  }
}

TEST(Transcode, ReadsEverySingleBytePageAsTheCLibraryDoes) {
  for (const SingleBytePage& page : SingleBytePages()) {
    for (int byte = 0x80; byte < 0x100; ++byte) {
      const std::string one(1, static_cast<char>(byte));
      const Outcome outcome = Transcode(one, page.name);
      if (outcome.invalid.count > 0) continue;  // tables differ in what they leave unassigned
      if (page.name == "macintosh" && (byte == 0xC6 || byte == 0xF0)) continue;  // and in these two
      const std::string theirs = page.name == "ibm858" ? "CP858" : std::string(page.name);
      EXPECT_EQ(Encode(outcome.text, theirs.c_str()), one) << page.name << " " << byte;
    }
  }
}

TEST(Transcode, RejectsAnUnknownEncoding) {
  const auto result = MakeTranscoder("klingon-9");
  ASSERT_FALSE(result.ok());
  EXPECT_TRUE(FailedWith(result.status(), kBadOption));
  EXPECT_THAT(result.status().message(), ::testing::HasSubstr("klingon-9"));
  EXPECT_FALSE(MakeTranscoder("").ok());
  EXPECT_FALSE(MakeTranscoder("ascii//IGNORE").ok());
  EXPECT_FALSE(TranscodingStream::Make(std::make_unique<TextStream>("a"), "nope").ok());
}

TEST(Transcode, PassesOnAReadError) {
  class Failing : public ByteStream {
   public:
    Result<int64_t> Read(int64_t, uint8_t*) override { return Fail(kReadFailed, {}, "disk gone"); }
    int64_t stored_position() const override { return 0; }
  };
  auto stream = TranscodingStream::Make(std::make_unique<Failing>(), "utf-8").ValueOrDie();
  uint8_t byte = 0;
  EXPECT_TRUE(FailedWith(stream->Read(1, &byte).status(), kReadFailed));
}

TEST(EncodingNames, AreUnderstoodInTheirUsualSpellings) {
  EXPECT_EQ(CanonicalName("UTF8"), "utf-8");
  EXPECT_EQ(CanonicalName("utf_8_sig"), "utf-8");
  EXPECT_EQ(CanonicalName("UTF-16LE"), "utf-16le");
  EXPECT_EQ(CanonicalName("Latin-1"), "iso-8859-1");
  EXPECT_EQ(CanonicalName("ISO_8859-15"), "iso-8859-15");
  EXPECT_EQ(CanonicalName("cp1252"), "windows-1252");
  EXPECT_EQ(CanonicalName("1250"), "windows-1250");
  EXPECT_EQ(CanonicalName("CP437"), "ibm437");
  EXPECT_EQ(CanonicalName("Shift-JIS"), "shift_jis");
  EXPECT_EQ(CanonicalName("GBK"), "gb18030");
  EXPECT_EQ(CanonicalName("EBCDIC-US"), "ebcdic-us");
  EXPECT_EQ(Transcode("\xC1\xC2", "cp037").text, "AB") << "what only iconv knows works too";
}

}  // namespace
}  // namespace pyforge::charset
