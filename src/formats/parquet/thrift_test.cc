#include "formats/parquet/thrift.h"

#include <gtest/gtest.h>

namespace pyforge::parquet {
namespace {

TEST(Thrift, GivesBackWhatWasWritten) {
  std::string bytes;
  ThriftWriter writer(&bytes);
  writer.BeginStruct();
  writer.I32(1, -5);
  writer.I64(3, INT64_MIN);
  writer.Byte(4, 7);
  writer.I16(30, -300);  // further than a short header reaches
  writer.Bool(31, true);
  writer.Bool(32, false);
  writer.Binary(33, "text");
  writer.BeginList(34, ThriftType::kI32, 20);
  for (int i = 0; i < 20; ++i) writer.IntElement(i * 1000);
  writer.BeginList(35, ThriftType::kBinary, 2);
  writer.BinaryElement("a");
  writer.BinaryElement("");
  writer.BeginStruct(36);
  writer.I32(1, 42);
  writer.EndStruct();
  writer.EndStruct();

  ThriftReader reader(bytes);
  std::vector<int64_t> numbers;
  std::vector<int64_t> elements;
  std::vector<std::string> texts;
  reader.Struct([&](ThriftReader::Field field) {
    switch (field.id) {
      case 31:
      case 32:
        numbers.push_back(reader.Bool(field) ? 1 : 0);
        break;
      case 33:
        texts.emplace_back(reader.Binary(field));
        break;
      case 34:
        reader.List(field, ThriftType::kI32, [&] { elements.push_back(reader.IntElement()); });
        break;
      case 35:
        reader.List(field, ThriftType::kBinary,
                    [&] { texts.emplace_back(reader.BinaryElement()); });
        break;
      case 36:
        reader.Struct([&](ThriftReader::Field inner) { numbers.push_back(reader.Int(inner)); });
        break;
      default:
        numbers.push_back(reader.Int(field));
    }
  });
  EXPECT_FALSE(reader.failed());
  EXPECT_EQ(reader.position(), bytes.size());
  EXPECT_EQ(numbers, (std::vector<int64_t>{-5, INT64_MIN, 7, -300, 1, 0, 42}));
  ASSERT_EQ(elements.size(), 20);
  EXPECT_EQ(elements[19], 19000);
  EXPECT_EQ(texts, (std::vector<std::string>{"text", "a", ""}));
}

std::string Everything() {
  // A struct with a double, a UUID, a map, a set, lists of booleans and of structs, and a number.
  std::string bytes;
  bytes += "\x17";  // field 1, double
  bytes += std::string(8, '\1');
  bytes += "\x1D";  // field 2, UUID
  bytes += std::string(16, '\2');
  bytes += std::string("\x1B\x01\x85\x02k\x02", 6).replace(3, 3, std::string("\x01k\x06", 3));
  bytes += std::string("\x1B\x00", 2);              // an empty map
  bytes += std::string("\x1A\x21\x01\x02", 4);      // a set of two booleans
  bytes += std::string("\x19\x1C\x15\x04\x00", 5);  // a list of one struct
  bytes += std::string("\x15\x0A", 2);              // field 7, number 5
  bytes += '\0';
  return bytes;
}

void SkipAll(std::string_view bytes, bool* failed, int64_t* last = nullptr) {
  ThriftReader reader(bytes);
  reader.Struct([&](ThriftReader::Field field) {
    if (field.type == ThriftType::kI32 && last != nullptr) {
      *last = reader.Int(field);
    } else {
      reader.Skip(field);
    }
  });
  *failed = reader.failed();
}

TEST(Thrift, SkipsFieldsOfEveryType) {
  bool failed = true;
  int64_t last = 0;
  SkipAll(Everything(), &failed, &last);
  EXPECT_FALSE(failed);
  EXPECT_EQ(last, 5);
}

TEST(Thrift, FailsWhereverTheBytesEnd) {
  const std::string bytes = Everything();
  for (size_t size = 0; size < bytes.size(); ++size) {
    bool failed = false;
    SkipAll(std::string_view(bytes).substr(0, size), &failed);
    EXPECT_TRUE(failed) << size;
  }
}

TEST(Thrift, FailsOnFieldsOfAnotherTypeThanAskedFor) {
  const std::string number("\x15\x0A\x00", 3);
  for (int wanted = 0; wanted < 4; ++wanted) {
    ThriftReader reader(number);
    reader.Struct([&](ThriftReader::Field field) {
      if (wanted == 0) (void)reader.Binary(field);
      if (wanted == 1) (void)reader.Bool(field);
      if (wanted == 2) reader.List(field, ThriftType::kI32, [] {});
      if (wanted == 3) (void)reader.Int({field.id, ThriftType::kBinary});
    });
    EXPECT_TRUE(reader.failed()) << wanted;
  }
}

TEST(Thrift, FailsOnListsLongerThanTheBytes) {
  const std::string bytes("\x19\xF5\xFF\xFF\xFF\xFF\x0F\x00", 8);
  ThriftReader reader(bytes);
  int elements = 0;
  reader.Struct([&](ThriftReader::Field field) {
    reader.List(field, ThriftType::kI32, [&] { ++elements; });
  });
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(elements, 0);
}

TEST(Thrift, FailsOnEndlessNumbersUnknownTypesAndDeepNesting) {
  bool failed = false;
  SkipAll(std::string("\x15") + std::string(12, '\xFF'), &failed);
  EXPECT_TRUE(failed);
  failed = false;
  SkipAll(std::string("\x1E\x00", 2), &failed);
  EXPECT_TRUE(failed);
  failed = false;
  SkipAll(std::string(10'000, '\x1C'), &failed);
  EXPECT_TRUE(failed);
  failed = false;
  SkipAll(std::string("\x05\xFE\xFF\x0F\x02\x00", 6), &failed);  // field id 131071
  EXPECT_TRUE(failed);
}

}  // namespace
}  // namespace pyforge::parquet
