#include "codec/charset/detect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <fstream>
#include <string>
#include <string_view>

#include "codec/charset/names.h"

namespace pyforge::charset {
namespace {

using namespace std::string_literals;
using testing::Contains;
using testing::Ge;
using testing::HasSubstr;
using testing::Lt;

// `utf8` in another encoding, by the C library.
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

TEST(DetectEncoding, BelievesByteOrderMarks) {
  const struct {
    std::string text;
    std::string name;
    int bytes;
  } cases[] = {{"\xEF\xBB\xBF"
                "a,b\n",
                "utf-8", 3},
               {"\xFF\xFE"
                "a\0"s,
                "utf-16le", 2},
               {"\xFE\xFF\0a"s, "utf-16be", 2},
               {"\xFF\xFE\0\0a\0\0\0"s, "utf-32le", 4},
               {"\0\0\xFE\xFF\0\0\0a"s, "utf-32be", 4}};
  for (const auto& c : cases) {
    const Detection detection = DetectEncoding(c.text, true);
    EXPECT_EQ(detection.name, c.name);
    EXPECT_EQ(detection.bom_bytes, c.bytes);
    EXPECT_EQ(detection.confidence, 1);
  }
}

TEST(DetectEncoding, FindsWideEncodingsWithoutAMark) {
  const std::string text = "name,city\nJosé,Zürich\nAnna,Oslo\n";
  for (const std::string name : {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"}) {
    const Detection detection = DetectEncoding(Encode(text, name.c_str()), true);
    EXPECT_EQ(detection.name, CanonicalName(name));
    EXPECT_EQ(detection.bom_bytes, 0);
  }
  const std::string chinese = "姓名,城市,年龄\n张伟,北京,31\n王芳,上海,28\n李娜,广州,45\n";
  EXPECT_EQ(DetectEncoding(Encode(chinese, "UTF-16LE"), true).name, "utf-16le");
  EXPECT_EQ(DetectEncoding(Encode(chinese, "UTF-16BE"), true).name, "utf-16be");
}

TEST(DetectEncoding, TakesAZeroByteInTextForData) {
  EXPECT_EQ(DetectEncoding("a\0b"s, true).name, "utf-8");
  EXPECT_EQ(DetectEncoding("col1|col\0"
                           "2\nval1|val2\n"s,
                           true)
                .name,
            "utf-8");
  EXPECT_EQ(DetectEncoding("\0\0\0\0\0\0\0\0"s, true).name, "utf-8");
}

TEST(DetectEncoding, KnowsAsciiAndUtf8) {
  EXPECT_EQ(DetectEncoding("", true).name, "utf-8");
  EXPECT_EQ(DetectEncoding("a,b\n1,2\n", true).confidence, 1);
  EXPECT_THAT(DetectEncoding("a,b\n1,2\n", false).confidence, Lt(1));
  const Detection detection = DetectEncoding("name,city\nJos\u00E9,Z\u00FCrich\n", true);
  EXPECT_EQ(detection.name, "utf-8");
  EXPECT_THAT(detection.reason, HasSubstr("2 characters beyond ASCII"));
  // 57 bytes with one accent: some detectors see Mac Roman here.
  EXPECT_EQ(DetectEncoding("id,name,city\n1,Jos\u00E9,Madrid\n2,Ana,Sevilla\n", true).name,
            "utf-8");
}

TEST(DetectEncoding, ForgivesASequenceCutOffByTheEndOfTheSampleOnly) {
  EXPECT_EQ(DetectEncoding("price 5 \xE2\x82", false).name, "utf-8");
  EXPECT_NE(DetectEncoding("price 5 \xE2\x82", true).name, "utf-8");
}

TEST(DetectEncoding, KeepsUtf8WithAFewBadBytes) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "Stra\u00DFe,Caf\u00E9\n";
  text += "Ren\xE9 byte,5\x80\n";
  const Detection detection = DetectEncoding(text, true);
  EXPECT_EQ(detection.name, "utf-8");
  EXPECT_THAT(detection.confidence, Lt(1));
  EXPECT_THAT(detection.alternatives, Contains("windows-1252"));
  EXPECT_THAT(detection.reason, HasSubstr("2 are not"));
}

TEST(DetectEncoding, KeepsUtf8WithACharacterCutOff) {
  const Detection detection = DetectEncoding(
      "name,note\nS\u00F8rensen,late\nQu\u00E9bec,price 5 \xE2\x82,x\nAna,none\n", true);
  EXPECT_EQ(detection.name, "utf-8") << detection.reason;
  EXPECT_THAT(detection.reason, HasSubstr("2 characters are well-formed UTF-8, 1 are not"));
}

// So few pairs of bytes read as syllables too, each of them alone in a Latin word.
TEST(DetectEncoding, KeepsUtf8OfFewLettersWithCharactersCutOff) {
  const Detection detection = DetectEncoding(
      "name,note\nCaf\u00E9 f\u00FCr Jos\u00E9 in \u0141\u00F3d\u017A,late\nAna,price 5 \xE2\x82\n"
      "Tom,price 5 \xE2\x82\n",
      true);
  EXPECT_EQ(detection.name, "utf-8") << detection.reason;
  EXPECT_THAT(detection.reason, HasSubstr("6 characters are well-formed UTF-8, 2 are not"));
}

TEST(DetectEncoding, KeepsUtf8OfFewLettersWithARowOfWindows1252) {
  const Detection detection = DetectEncoding(
      "name,note\nZo\u00EB,late\nAna,Caf\xE9 f\xFCr Jos\xE9 \xE0 Gen\xE8ve\nTom,none\n", true);
  EXPECT_EQ(detection.name, "utf-8") << detection.reason;
  EXPECT_THAT(detection.confidence, Lt(0.5));
  EXPECT_THAT(detection.alternatives, Contains("windows-1252"));
}

TEST(DetectEncoding, KeepsWindows1252WithAFewLettersInUtf8) {
  std::string text = "Stra\u00DFe pasted from elsewhere\n";
  for (int i = 0; i < 30; ++i) text += "M\xFCller,sch\xF6n\n";
  EXPECT_EQ(DetectEncoding(text, true).name, "windows-1252");
}

// In GB 2312 two of these have the bytes of letters in UTF-8, and stand like letters.
TEST(DetectEncoding, KeepsChineseWhosePairsAreWellFormedUtf8) {
  const std::string chinese = Encode("型号,备注\nA谩B,测试\n谩谩,矛盾\n", "GB18030");
  EXPECT_EQ(DetectEncoding(chinese, true).name, "gb18030");
}

struct Text {
  const char* encoding;  // as iconv calls it
  const char* name;      // expected
  const char* text;
};
constexpr char kFrench[] =
    "numéro;prénom;région\n1;Hélène;Provence-Alpes-Côte d’Azur\n2;François;Île-de-France\n"
    "3;Noël;Rhône – « été »\n";
constexpr char kGerman[] = "Straße;Größe;Übung\nMüllerstraße;groß;Äpfel\nKöln;schön;Öl\n";
constexpr char kPolish[] =
    "imię;miasto;ulica\nPaweł;Łódź;Żółkiewskiego\nMałgorzata;Kraków;Święty Krzyż\nJózef;Gdańsk;"
    "Długa\n";
constexpr char kCzech[] =
    "jméno;město\nJiří;Brno\nLukáš;Plzeň\nŽaneta;České Budějovice\nTomáš;Děčín\n";
constexpr char kRussian[] =
    "имя;город;улица\nИван;Москва;Тверская\nМария;Санкт-Петербург;Невский проспект\nОльга;Казань;"
    "Баумана\nСергей;Новосибирск;Красный проспект\n";
constexpr char kGreek[] =
    "όνομα;πόλη\nΓιώργος;Αθήνα\nΜαρία;Θεσσαλονίκη\nΔημήτρης;Πάτρα\nΕλένη;Ηράκλειο\n";
constexpr char kGreekCapital[] =
    "όνομα;πόλη\nΆννα;Αθήνα\nΈλλη;Άρτα\nΌλγα;Έδεσσα\nΆρης;Άμφισσα\nΔημήτρης;Πάτρα\n";
constexpr char kEuro[] =
    "Straße;Gebühr\nKöln;12 €\nMünchen;30 €\nDüsseldorf;99 €\nNürnberg;5 €\nKiel;7 €\n";
constexpr char kUkrainian[] =
    "місто;вулиця\nКиїв;Хрещатик\nВінниця;Їжакевича\nЧернігів;Єлецька\nУжгород;Підгірна\n";
constexpr char kTurkish[] =
    "adı;şehir\nAyşe;İstanbul\nMehmet Çağlar;Diyarbakır\nGülşah;Eskişehir\nIşıl;Kırıkkale\n";
constexpr char kJapanese[] =
    "名前,都市,備考\n田中太郎,東京都,これはテストです\n鈴木花子,大阪府,"
    "ソフトウェアの表示\n佐藤次郎,"
    "北海道,データを変換する\n";
constexpr char kSimplified[] =
    "姓名,城市,备注\n张伟,北京,这是一个测试\n王芳,上海,数据转换平台\n李娜,广州,我们的客户\n";
constexpr char kTraditional[] =
    "姓名,城市,備註\n陳大文,台北,這是一個測試\n林小華,高雄,資料轉換平台\n王美麗,台中,我們的客戶\n";
constexpr char kKorean[] =
    "이름,도시,비고\n김철수,서울,이것은 시험입니다\n이영희,부산,데이터를 "
    "변환합니다\n박민수,대구,고객 "
    "목록\n";
constexpr char kHebrew[] = "שם,עיר\nדוד,ירושלים\nרחל,תל אביב\nיוסף,חיפה\n";
constexpr char kArabic[] = "الاسم,المدينة\nمحمد,القاهرة\nفاطمة,الرياض\nأحمد,بيروت\n";

class Legacy : public testing::TestWithParam<Text> {};

TEST_P(Legacy, IsRecognisedByItsText) {
  const Text& param = GetParam();
  const Detection detection = DetectEncoding(Encode(param.text, param.encoding), true);
  EXPECT_EQ(detection.name, param.name) << detection.reason;
  EXPECT_THAT(detection.confidence, Lt(0.95));
  EXPECT_EQ(detection.alternatives.size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(
    Encodings, Legacy,
    testing::Values(
        Text{"CP1252", "windows-1252", kFrench}, Text{"CP1252", "windows-1252", kGerman},
        Text{"CP1250", "windows-1250", kPolish}, Text{"CP1250", "windows-1250", kCzech},
        Text{"ISO-8859-2", "iso-8859-2", kPolish}, Text{"CP1251", "windows-1251", kRussian},
        Text{"KOI8-R", "koi8-r", kRussian}, Text{"CP866", "ibm866", kRussian},
        Text{"CP1253", "windows-1253", kGreek}, Text{"CP1254", "windows-1254", kTurkish},
        Text{"CP850", "ibm850", kGerman}, Text{"CP852", "ibm852", kCzech},
        Text{"MACINTOSH", "macintosh", kFrench}, Text{"MACINTOSH", "macintosh", kGerman},
        Text{"CP1255", "windows-1255", kHebrew}, Text{"CP1256", "windows-1256", kArabic},
        Text{"ISO-8859-7", "iso-8859-7", kGreekCapital},
        Text{"CP1253", "windows-1253", kGreekCapital}, Text{"ISO-8859-15", "iso-8859-15", kEuro},
        Text{"CP858", "ibm858", kEuro}, Text{"KOI8-U", "koi8-u", kUkrainian},
        Text{"CP932", "shift_jis", kJapanese}, Text{"EUC-JP", "euc-jp", kJapanese},
        Text{"GB18030", "gb18030", kSimplified}, Text{"CP950", "big5", kTraditional},
        Text{"CP949", "euc-kr", kKorean}),
    [](const auto& test) {
      std::string name = test.param.encoding;
      std::erase(name, '-');
      return name + "_" + std::to_string(test.index);
    });

TEST(DetectEncoding, IsSureOfTheLettersWhereSeveralEncodingsReadThemAlike) {
  const std::string text = Encode(kGerman, "CP1252");
  EXPECT_THAT(DetectEncoding(text, true).confidence, Ge(0.9));
  // What follows may hold a letter in which windows-1252 and windows-1250 differ.
  EXPECT_THAT(DetectEncoding(text, false).confidence, Lt(0.9));
}

TEST(DetectEncoding, FallsBackToWindows1252) {
  EXPECT_EQ(DetectEncoding("total,\xA3"
                           "5\n",
                           true)
                .name,
            "windows-1252");
  EXPECT_EQ(DetectEncoding("\xC5\n", true).name, "windows-1252");
  EXPECT_EQ(DetectEncoding("premi\xE8re;sixi\xE8me\n", true).name, "windows-1252");
  EXPECT_EQ(DetectEncoding("a,\x80 10\nb,\x96\n", true).name, "windows-1252");
}

}  // namespace
}  // namespace pyforge::charset
