// Thrift's compact protocol, as far as Parquet's headers and footer need it.
// Source: "Thrift Compact protocol encoding" of the Apache Thrift specification.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::parquet {

enum class ThriftType : uint8_t {
  kStop = 0,
  kTrue = 1,  ///< as an element of a list: any boolean
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
  kUuid = 13,
};

/// Writes structs to the end of a string. Fields must come by rising id. Threads: one at a time.
class ThriftWriter {
 public:
  explicit ThriftWriter(std::string* out) : out_(out) {}

  /// An element of a list, or the outermost struct.
  void BeginStruct() { last_ids_.push_back(0); }
  void BeginStruct(int16_t id) {
    Header(id, ThriftType::kStruct);
    BeginStruct();
  }
  void EndStruct() {
    out_->push_back(0);
    last_ids_.pop_back();
  }
  void Bool(int16_t id, bool value) { Header(id, value ? ThriftType::kTrue : ThriftType::kFalse); }
  void Byte(int16_t id, int8_t value) {
    Header(id, ThriftType::kByte);
    out_->push_back(static_cast<char>(value));
  }
  void I16(int16_t id, int16_t value) {
    Header(id, ThriftType::kI16);
    ZigZag(value);
  }
  void I32(int16_t id, int32_t value) {
    Header(id, ThriftType::kI32);
    ZigZag(value);
  }
  void I64(int16_t id, int64_t value) {
    Header(id, ThriftType::kI64);
    ZigZag(value);
  }
  void Binary(int16_t id, std::string_view value) {
    Header(id, ThriftType::kBinary);
    BinaryElement(value);
  }
  void BeginList(int16_t id, ThriftType element, size_t count);
  void IntElement(int64_t value) { ZigZag(value); }
  void BoolElement(bool value) { out_->push_back(static_cast<char>(value ? 1 : 2)); }
  void BinaryElement(std::string_view value) {
    Varint(value.size());
    out_->append(value);
  }
  /// A field whose value was encoded before.
  void Raw(int16_t id, ThriftType type, std::string_view bytes) {
    Header(id, type);
    out_->append(bytes);
  }

 private:
  void Header(int16_t id, ThriftType type);
  void ZigZag(int64_t value) {
    Varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void Varint(uint64_t value) {
    while (value >= 0x80) {
      out_->push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    out_->push_back(static_cast<char>(value));
  }

  std::string* out_;
  std::vector<int16_t> last_ids_;
};

/// Reads a struct out of bytes that may be anything. A failure sticks: from then on every read
/// gives zero and every loop ends, so that callers ask once, at the end. Threads: one at a time.
class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  struct Field {
    int16_t id = 0;
    ThriftType type = ThriftType::kStop;
  };

  /// Calls `on_field(field)` for each field of the struct that starts here; it must read or skip
  /// the field.
  template <typename OnField>
  void Struct(OnField&& on_field) {
    if (!Enter()) return;
    int16_t last_id = 0;
    while (!failed_) {
      const Field field = NextField(&last_id);
      if (field.type == ThriftType::kStop) break;
      on_field(field);
    }
    --depth_;
  }
  /// Calls `on_element()` for each element of a list of `element` type.
  template <typename OnElement>
  void List(Field field, ThriftType element, OnElement&& on_element) {
    const size_t count = ListHeader(field, element);
    for (size_t i = 0; i < count && !failed_; ++i) on_element();
  }

  /// An integer field of any width; fails on another type.
  int64_t Int(Field field);
  bool Bool(Field field);
  std::string_view Binary(Field field);
  int64_t IntElement() { return ZigZag(); }
  std::string_view BinaryElement();
  void Skip(Field field) { SkipValue(field.type, false); }

  bool failed() const { return failed_; }
  void Fail() { failed_ = true; }
  size_t position() const { return position_; }

 private:
  static constexpr int kDepthMax = 64;

  bool Enter() {
    if (++depth_ > kDepthMax) failed_ = true;
    return !failed_;
  }
  Field NextField(int16_t* last_id);
  size_t ListHeader(Field field, ThriftType element);
  void SkipValue(ThriftType type, bool is_element);
  uint8_t Byte();
  uint64_t Varint();
  int64_t ZigZag() {
    const uint64_t value = Varint();
    return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

  std::string_view bytes_;
  size_t position_ = 0;
  int depth_ = 0;
  bool failed_ = false;
};

}  // namespace pyforge::parquet
