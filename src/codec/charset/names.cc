#include "codec/charset/names.h"

#include "codec/charset/single_byte.h"

namespace pyforge::charset {
namespace {

struct Alias {
  std::string_view key;  // letters and digits only
  std::string_view name;
};

// Source: IANA character-set registry, the labels of the WHATWG Encoding Standard, and the names
// that Python, Java and Excel use.
constexpr Alias kAliases[] = {
    {"ascii", "utf-8"},       {"usascii", "utf-8"},        {"utf8", "utf-8"},
    {"utf8sig", "utf-8"},     {"utf8bom", "utf-8"},        {"cp65001", "utf-8"},
    {"utf16", "utf-16"},      {"utf16le", "utf-16le"},     {"utf16be", "utf-16be"},
    {"ucs2", "utf-16"},       {"ucs2le", "utf-16le"},      {"ucs2be", "utf-16be"},
    {"unicode", "utf-16"},    {"utf32", "utf-32"},         {"utf32le", "utf-32le"},
    {"utf32be", "utf-32be"},  {"ucs4", "utf-32"},          {"latin1", "iso-8859-1"},
    {"l1", "iso-8859-1"},     {"cp819", "iso-8859-1"},     {"iso88591", "iso-8859-1"},
    {"latin2", "iso-8859-2"}, {"latin5", "iso-8859-9"},    {"latin9", "iso-8859-15"},
    {"ansi", "windows-1252"}, {"cyrillic", "iso-8859-5"},  {"greek", "iso-8859-7"},
    {"koi8r", "koi8-r"},      {"koi8", "koi8-r"},          {"koi8u", "koi8-u"},
    {"mac", "macintosh"},     {"macroman", "macintosh"},   {"xmacroman", "macintosh"},
    {"sjis", "shift_jis"},    {"shiftjis", "shift_jis"},   {"cp932", "shift_jis"},
    {"ms932", "shift_jis"},   {"windows31j", "shift_jis"}, {"mskanji", "shift_jis"},
    {"gbk", "gb18030"},       {"gb2312", "gb18030"},       {"cp936", "gb18030"},
    {"ms936", "gb18030"},     {"gb18030", "gb18030"},      {"euckr", "euc-kr"},
    {"cp949", "euc-kr"},      {"uhc", "euc-kr"},           {"ksc56011987", "euc-kr"},
    {"big5", "big5"},         {"cp950", "big5"},           {"big5hkscs", "big5-hkscs"},
    {"eucjp", "euc-jp"},      {"ujis", "euc-jp"},          {"iso2022jp", "iso-2022-jp"},
};

std::string Key(std::string_view name) {
  std::string key;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') key += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) key += c;
  }
  return key;
}

}  // namespace

std::string CanonicalName(std::string_view name) {
  std::string key = Key(name);
  for (const Alias& alias : kAliases) {
    if (key == alias.key) return std::string(alias.name);
  }
  for (const SingleBytePage& page : SingleBytePages()) {
    if (key == Key(page.name)) return std::string(page.name);
  }
  // cp1252, ms1252 and 1252 are windows-1252; cp437 and 437 are ibm437.
  std::string_view number = key;
  if (number.starts_with("cp") || number.starts_with("ms")) number.remove_prefix(2);
  for (const SingleBytePage& page : SingleBytePages()) {
    const bool is_numbered = page.name.starts_with("windows-") || page.name.starts_with("ibm");
    if (is_numbered && !number.empty() &&
        page.name.substr(page.name.find_first_of("0123456789")) == number) {
      return std::string(page.name);
    }
  }
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace pyforge::charset
