#include "core/file_signatures.h"

#include <gtest/gtest.h>

#include <string>

namespace pyforge::core {
namespace {

TEST(LooksLike, KnowsMagicNumbersAnywhereInTheHead) {
  EXPECT_EQ(LooksLike("PAR1abc").what, "a Parquet file");
  EXPECT_EQ(LooksLike("PAR1abc").format, "parquet");
  EXPECT_EQ(LooksLike("%PDF-1.7").format, "pdf");
  EXPECT_EQ(LooksLike(std::string("\0\1\0\0Standard Jet DB\0", 20)).what, "an Access database");
  std::string tar(300, '\0');
  tar.replace(257, 5, "ustar");
  EXPECT_EQ(LooksLike(tar).what, "a tar archive");
}

TEST(LooksLike, KnowsMarkupInAnyCaseBehindBlanks) {
  EXPECT_EQ(LooksLike("\n  <!DOCTYPE HTML><html>").what, "an HTML page");
  EXPECT_EQ(LooksLike("<?xml version='1.0'?>").format, "xml");
  EXPECT_EQ(LooksLike("  {\"a\": 1}").what, "JSON");
}

TEST(LooksLike, TellsTextFromBinaryData) {
  EXPECT_EQ(LooksLike("name,city\nJos\xC3\xA9,Porto\n").what, "text");
  EXPECT_EQ(LooksLike(std::string(1000, 'x') + '\x01').what, "text");
  EXPECT_EQ(LooksLike(std::string("\1\2\3\4abcdefgh", 12)).what, "binary data");
  EXPECT_EQ(LooksLike("").what, "an empty file");
  EXPECT_EQ(LooksLike("   ").what, "text");
}

}  // namespace
}  // namespace pyforge::core
