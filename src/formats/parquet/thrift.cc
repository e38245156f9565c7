#include "formats/parquet/thrift.h"

namespace pyforge::parquet {

void ThriftWriter::Header(int16_t id, ThriftType type) {
  const int delta = id - last_ids_.back();
  last_ids_.back() = id;
  if (delta > 0 && delta <= 15) {
    out_->push_back(static_cast<char>(delta << 4 | static_cast<int>(type)));
    return;
  }
  out_->push_back(static_cast<char>(type));
  ZigZag(id);
}

void ThriftWriter::BeginList(int16_t id, ThriftType element, size_t count) {
  Header(id, ThriftType::kList);
  if (count < 15) {
    out_->push_back(static_cast<char>(count << 4 | static_cast<size_t>(element)));
    return;
  }
  out_->push_back(static_cast<char>(0xF0 | static_cast<int>(element)));
  Varint(count);
}

uint8_t ThriftReader::Byte() {
  if (failed_ || position_ >= bytes_.size()) {
    failed_ = true;
    return 0;
  }
  return static_cast<uint8_t>(bytes_[position_++]);
}

uint64_t ThriftReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    const uint8_t byte = Byte();
    if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return failed_ ? 0 : value;
  }
  failed_ = true;
  return 0;
}

ThriftReader::Field ThriftReader::NextField(int16_t* last_id) {
  const uint8_t byte = Byte();
  const auto type = static_cast<ThriftType>(byte & 0x0F);
  if (failed_ || type == ThriftType::kStop) return {};
  if (type > ThriftType::kUuid) {
    failed_ = true;
    return {};
  }
  const int delta = byte >> 4;
  const int64_t id = delta != 0 ? *last_id + delta : ZigZag();
  if (id < INT16_MIN || id > INT16_MAX) failed_ = true;
  *last_id = static_cast<int16_t>(id);
  return {*last_id, type};
}

int64_t ThriftReader::Int(Field field) {
  switch (field.type) {
    case ThriftType::kByte:
      return static_cast<int8_t>(Byte());
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      return ZigZag();
    default:
      failed_ = true;
      return 0;
  }
}

bool ThriftReader::Bool(Field field) {
  if (field.type != ThriftType::kTrue && field.type != ThriftType::kFalse) failed_ = true;
  return field.type == ThriftType::kTrue;
}

std::string_view ThriftReader::Binary(Field field) {
  if (field.type != ThriftType::kBinary) {
    failed_ = true;
    return {};
  }
  return BinaryElement();
}

std::string_view ThriftReader::BinaryElement() {
  const uint64_t size = Varint();
  if (failed_ || size > bytes_.size() - position_) {
    failed_ = true;
    return {};
  }
  const std::string_view value = bytes_.substr(position_, size);
  position_ += size;
  return value;
}

size_t ThriftReader::ListHeader(Field field, ThriftType element) {
  if (field.type != ThriftType::kList && field.type != ThriftType::kSet) {
    failed_ = true;
    return 0;
  }
  const uint8_t byte = Byte();
  uint64_t count = byte >> 4;
  if (count == 15) count = Varint();
  const auto type = static_cast<ThriftType>(byte & 0x0F);
  // Some writers mark an empty list's elements with type 0. An element takes a byte or more.
  if ((count != 0 && type != element) || count > bytes_.size() - position_) failed_ = true;
  return failed_ ? 0 : count;
}

void ThriftReader::SkipValue(ThriftType type, bool is_element) {
  if (failed_ || !Enter()) return;
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse:
      if (is_element) Byte();
      break;
    case ThriftType::kByte:
      Byte();
      break;
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      Varint();
      break;
    case ThriftType::kDouble:
    case ThriftType::kUuid: {
      const size_t size = type == ThriftType::kDouble ? 8 : 16;
      if (size > bytes_.size() - position_) {
        failed_ = true;
      } else {
        position_ += size;
      }
      break;
    }
    case ThriftType::kBinary:
      BinaryElement();
      break;
    case ThriftType::kList:
    case ThriftType::kSet: {
      const uint8_t byte = Byte();
      uint64_t count = byte >> 4;
      if (count == 15) count = Varint();
      if (count > bytes_.size() - position_) failed_ = true;
      for (uint64_t i = 0; i < count && !failed_; ++i) {
        SkipValue(static_cast<ThriftType>(byte & 0x0F), true);
      }
      break;
    }
    case ThriftType::kMap: {
      const uint64_t count = Varint();
      const uint8_t types = count == 0 ? uint8_t{0} : Byte();
      if (count > bytes_.size() - position_) failed_ = true;
      for (uint64_t i = 0; i < count && !failed_; ++i) {
        SkipValue(static_cast<ThriftType>(types >> 4), true);
        SkipValue(static_cast<ThriftType>(types & 0x0F), true);
      }
      break;
    }
    case ThriftType::kStruct:
      --depth_;
      Struct([this](Field field) { Skip(field); });
      ++depth_;
      break;
    case ThriftType::kStop:
    default:
      failed_ = true;
  }
  --depth_;
}

}  // namespace pyforge::parquet
