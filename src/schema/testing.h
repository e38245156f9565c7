// What the tests of kernels and evidence share: columns of text and texts at random.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "schema/number_text.h"
#include "schema/text_kernels.h"

namespace pyforge::schema {

using Texts = std::vector<std::string>;

/// How often a property is tried; PYFORGE_TEST_FACTOR makes it more.
inline int Rounds(int usual) {
  const char* factor = std::getenv("PYFORGE_TEST_FACTOR");
  return factor == nullptr ? usual : usual * std::atoi(factor);
}

/// A column as kernels want it. Every field stands between `filler` on either side, so that a
/// kernel that looks beyond a field's ends gets something wrong.
class TextColumn {
 public:
  explicit TextColumn(const std::vector<std::optional<std::string>>& fields, char filler = '5') {
    text_.assign(64, filler);
    for (const auto& field : fields) {
      begin_.push_back(static_cast<uint32_t>(text_.size()));
      length_.push_back(field ? static_cast<uint32_t>(field->size()) : 0);
      is_null_.push_back(field ? 0 : 1);
      text_ += field.value_or("");
      text_ += filler;
    }
    text_.append(64, filler);
    has_nulls_ = std::find(is_null_.begin(), is_null_.end(), 1) != is_null_.end();
  }
  explicit TextColumn(const Texts& fields, char filler = '5')
      : TextColumn(std::vector<std::optional<std::string>>(fields.begin(), fields.end()), filler) {}

  TextSlice slice() const {
    return {text_.data(), begin_.data(), length_.data(), has_nulls_ ? is_null_.data() : nullptr,
            static_cast<int64_t>(begin_.size())};
  }
  TextSlice slice(int64_t first) const {
    TextSlice rest = slice();
    rest.begin += first;
    rest.length += first;
    if (rest.is_null != nullptr) rest.is_null += first;
    rest.count -= first;
    return rest;
  }

 private:
  std::string text_;
  std::vector<uint32_t> begin_;
  std::vector<uint32_t> length_;
  std::vector<uint8_t> is_null_;
  bool has_nulls_ = false;
};

/// What a kernel made of a column.
struct ConvertedColumn {
  ConvertedColumn(const TextType& type, const TextSlice& slice)
      : values(static_cast<size_t>(slice.count) + 8),
        validity(static_cast<size_t>(slice.count) / 8 + 64, 0xEE) {
    buffers.values = values.data();
    buffers.validity = validity.data();
    count = ConvertSlice(type, slice, &buffers);
  }
  bool IsValid(int64_t i) const {
    return (validity[static_cast<size_t>(i / 8)] >> (i % 8) & 1) != 0;
  }
  template <typename T>
  T Value(int64_t i) const {
    return static_cast<const T*>(buffers.values)[i];
  }
  bool Bit(int64_t i) const { return (Value<uint8_t>(i / 8) >> (i % 8) & 1) != 0; }

  std::vector<Int128> values;
  std::vector<uint8_t> validity;
  ColumnBuffers buffers;
  int64_t count = 0;
};

/// Texts as real columns have them, good and nearly good, of all kinds.
class RandomTexts {
 public:
  explicit RandomTexts(uint64_t seed) : random_(seed) {}

  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }
  bool OneIn(int bound) { return Below(bound) == 0; }
  std::string Digits(int count) {
    std::string digits;
    for (int i = 0; i < count; ++i) digits += static_cast<char>('0' + Below(10));
    return digits;
  }
  std::string Padded(int value, int width) {
    std::string text = std::to_string(value);
    while (static_cast<int>(text.size()) < width) text.insert(0, 1, '0');
    return text;
  }
  std::string Pick(const std::vector<std::string_view>& choices) {
    return std::string(choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))]);
  }

  std::string Integer() {
    const int count = OneIn(8) ? 15 + Below(24) : 1 + Below(10);
    std::string text = Digits(count);
    text[0] = static_cast<char>('1' + Below(9));
    if (OneIn(10)) text = "0";
    return OneIn(4) ? "-" + text : text;
  }
  std::string Grouped(char group) {
    std::string text = std::to_string(1 + Below(999));
    for (int i = Below(4); i > 0; --i) text += group + Digits(3);
    return OneIn(6) ? "-" + text : text;
  }
  std::string Real(char point) {
    std::string text = OneIn(12) ? "-" : "";
    text += OneIn(3) ? "0" : std::to_string(1 + Below(100000));
    if (OneIn(30)) text = OneIn(2) ? "" : "-";
    text += point + Digits(OneIn(6) ? 10 + Below(12) : OneIn(4) ? 3 : Below(6));
    if (OneIn(15)) text += Pick({"e5", "E-7", "e+12", "e300", "e-310", "e400"});
    return text;
  }
  // As programs print doubles: as many digits as are needed, or 17.
  std::string PrintedDouble();
  std::string Date(int style) {
    const int year = OneIn(20) ? 1 + Below(9999) : 1950 + Below(100);
    const int month = 1 + Below(12);
    const int day = OneIn(2) ? 1 + Below(12) : 1 + Below(31);
    constexpr char kSeparators[] = "-/. ";
    const std::string separator(1, kSeparators[style % 4]);
    const bool unpadded = style / 4 % 2 != 0;
    const std::string d = unpadded ? std::to_string(day) : Padded(day, 2);
    const std::string m = unpadded ? std::to_string(month) : Padded(month, 2);
    const std::string y = style / 8 % 2 != 0 ? Padded(year % 100, 2) : Padded(year, 4);
    const std::string name = Pick({"Jan", "february", "MAR", "Sept", "december", "Oct"});
    switch (style / 16 % 5) {
      case 0:
        return y + separator + m + separator + d;
      case 1:
        return d + separator + m + separator + y;
      case 2:
        return m + separator + d + separator + y;
      case 3:
        return d + separator + name + separator + y;
      default:
        return name + separator + d + (separator == " " ? "," : "") + separator + y;
    }
  }
  std::string Time(int style) {
    const bool twelve = style % 2 != 0;
    const int hour = twelve ? 1 + Below(12) : Below(24);
    std::string text = style / 2 % 2 != 0 ? std::to_string(hour) : Padded(hour, 2);
    text += ":" + Padded(Below(60), 2);
    if (style / 4 % 2 == 0) {
      text += ":" + Padded(Below(60), 2);
      if (OneIn(3)) text += "." + Digits(1 + Below(6)) + (OneIn(6) ? Digits(Below(3)) : "");
    }
    if (twelve) text += Pick({" AM", " PM", "am", "PM"});
    return text;
  }
  std::string Timestamp(int style) {
    std::string text =
        OneIn(8) ? Padded(1990 + Below(50), 4) + Padded(1 + Below(12), 2) + Padded(1 + Below(28), 2)
                 : Date(style);
    text += OneIn(5) ? "T" : style / 128 % 2 != 0 ? "T" : " ";
    text += Time(style / 256);
    if (style / 4096 % 2 != 0) text += Pick({"Z", "+00:00", "-0530", " +02", " UTC", "+19:00"});
    return text;
  }
  std::string Word() {
    return Pick({"n/a",
                 "abc",
                 "00123",
                 "+4930123",
                 "x",
                 "-",
                 "1 2",
                 " 5",
                 "5 ",
                 "1e",
                 "--1",
                 "0x1F",
                 "12:60",
                 "2024-13-01",
                 "2024-02-30",
                 "1.2.3",
                 "10.12.11",
                 "1,2,3",
                 "1,23",
                 "1.234,5",
                 "1,234.5",
                 "9007199254740993.5",
                 "0.1000000000000000055",
                 "1e999",
                 "9223372036854775807",
                 "9223372036854775808",
                 "-9223372036854775808",
                 "-9223372036854775809",
                 "-0",
                 "9007199254740992",
                 "9007199254740993",
                 "12,345",
                 "12.345",
                 "20241231",
                 "20241231T101500",
                 "\"",
                 "\xff\xfe",
                 "2024-06-30T23:59:60"});
  }
  std::string Truth() {
    return Pick({"true", "false", "TRUE", "False", "t", "f", "T", "yes", "NO", "y", "tru", "yess"});
  }
  // One text of a kind; kinds are numbers from 0 to kKinds - 1.
  std::string Of(int kind) {
    switch (kind % kKinds) {
      case 0:
        return Integer();
      case 1:
        return Real('.');
      case 2:
        return Real(',');
      case 3:
        return Grouped(',');
      case 4:
        return Grouped('.');
      case 5:
        return OneIn(2) ? Grouped(',') + "." + Digits(2) : Grouped(',');
      case 6:
        return OneIn(2) ? Grouped('.') + "," + Digits(1 + Below(3)) : Real(',');
      case 7:
        return Grouped(OneIn(2) ? ' ' : '\'') + (OneIn(3) ? ",5" : "");
      case 8:
        return PrintedDouble();
      case 9:
        return Truth();
      case 10:
        return Pick({"nan", "NaN", "inf", "-Infinity", "-nan", "INF"});
      case 11:
        return Word();
      case 12:
        return Time(kind / kKinds);
      case 13:
        return Timestamp(kind / kKinds);
      default:
        return Date(kind / kKinds);
    }
  }
  static constexpr int kKinds = 15;
  int AnyKind() { return Below(kKinds * 8192); }

  // A column's values: mostly of one kind, some of others.
  Texts Column() {
    const int kind = AnyKind();
    const int other = OneIn(2) ? kind : AnyKind();
    Texts texts(static_cast<size_t>(1 + Below(OneIn(10) ? 200 : 12)));
    for (std::string& text : texts) {
      text = OneIn(40) ? Word() : OneIn(5) ? Of(other) : Of(kind);
    }
    return texts;
  }

 private:
  std::mt19937_64 random_;
};

inline std::string RandomTexts::PrintedDouble() {
  char text[64];
  const double value = (static_cast<double>(random_() >> 11) * 0x1p-53 - 0.25) * (OneIn(3)   ? 1e6
                                                                                  : OneIn(5) ? 1e-9
                                                                                             : 1);
  const int digits = OneIn(3) ? 15 : OneIn(2) ? 16 : 17;
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

}  // namespace pyforge::schema
