#include "schema/text_type.h"

#include <arrow/type.h>

#include "schema/text_format.h"

namespace pyforge::schema {

std::shared_ptr<arrow::DataType> TextType::arrow_type() const {
  switch (kind) {
    case TextKind::kNull:
      return arrow::null();
    case TextKind::kBool:
      return arrow::boolean();
    case TextKind::kInt64:
      return arrow::int64();
    case TextKind::kDecimal:
      return arrow::decimal128(precision, scale);
    case TextKind::kDouble:
      return arrow::float64();
    case TextKind::kDate:
      return arrow::date32();
    case TextKind::kTime:
      return arrow::time64(arrow::TimeUnit::MICRO);
    case TextKind::kTimestamp:
      return layout.has_zone ? arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")
                             : arrow::timestamp(arrow::TimeUnit::MICRO);
    case TextKind::kText:
      break;
  }
  return arrow::utf8();
}

std::string TextType::ToString() const {
  const std::string format = PrintFormat(*this);
  const std::string name = arrow_type()->ToString();
  return format.empty() ? name : name + " as " + format;
}

}  // namespace pyforge::schema
