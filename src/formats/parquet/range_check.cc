#include "formats/parquet/range_check.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <optional>
#include <utility>

#include "formats/parquet/errors.h"

namespace pyforge::parquet {
namespace {

struct BadValue {
  int64_t index = 0;
  std::string text = {};
};

template <typename Decimal>
std::optional<BadValue> FirstTooLong(const arrow::FixedSizeBinaryArray& decimals) {
  const auto& type = static_cast<const arrow::DecimalType&>(*decimals.type());
  for (int64_t i = 0; i < decimals.length(); ++i) {
    if (decimals.IsNull(i)) continue;
    const Decimal value(decimals.GetValue(i));
    if (!value.FitsInPrecision(type.precision())) return BadValue{i, value.ToString(type.scale())};
  }
  return std::nullopt;
}

int64_t UnitsPerDay(arrow::TimeUnit::type unit) {
  constexpr int64_t kSecondsPerDay = 86'400;
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return kSecondsPerDay;
    case arrow::TimeUnit::MILLI:
      return kSecondsPerDay * 1000;
    case arrow::TimeUnit::MICRO:
      return kSecondsPerDay * 1'000'000;
    case arrow::TimeUnit::NANO:
      break;
  }
  return kSecondsPerDay * 1'000'000'000;
}

template <typename Array>
std::optional<BadValue> FirstOutsideOfDay(const Array& times) {
  const int64_t day = UnitsPerDay(static_cast<const arrow::TimeType&>(*times.type()).unit());
  for (int64_t i = 0; i < times.length(); ++i) {
    const int64_t time = times.Value(i);
    if ((time < 0 || time > day) && times.IsValid(i)) return BadValue{i, std::to_string(time)};
  }
  return std::nullopt;
}

Status Check(const arrow::Array& array, const std::string& name, bool is_flat) {
  const auto decimals = [&]() -> const arrow::FixedSizeBinaryArray& {
    return static_cast<const arrow::FixedSizeBinaryArray&>(array);
  };
  std::optional<BadValue> bad;
  switch (array.type_id()) {
    case arrow::Type::DECIMAL32:
      bad = FirstTooLong<arrow::Decimal32>(decimals());
      break;
    case arrow::Type::DECIMAL64:
      bad = FirstTooLong<arrow::Decimal64>(decimals());
      break;
    case arrow::Type::DECIMAL128:
      bad = FirstTooLong<arrow::Decimal128>(decimals());
      break;
    case arrow::Type::DECIMAL256:
      bad = FirstTooLong<arrow::Decimal256>(decimals());
      break;
    case arrow::Type::TIME32:
      bad = FirstOutsideOfDay(static_cast<const arrow::Time32Array&>(array));
      break;
    case arrow::Type::TIME64:
      bad = FirstOutsideOfDay(static_cast<const arrow::Time64Array&>(array));
      break;
    case arrow::Type::EXTENSION:
      return Check(*static_cast<const arrow::ExtensionArray&>(array).storage(), name, is_flat);
    default:
      for (const auto& child : array.data()->child_data) {
        ARROW_RETURN_NOT_OK(Check(*arrow::MakeArray(child), name, false));
      }
  }
  if (!bad) return Status::OK();
  Where where{.column = name};
  if (is_flat) where.row = bad->index;
  return Fail(kCorrupt, std::move(where), "column '{}' holds {}, which is no value of its type {}",
              name, bad->text, array.type()->ToString());
}

}  // namespace

Status CheckRanges(const arrow::Array& column, const std::string& name) {
  return Check(column, name, true);
}

}  // namespace pyforge::parquet
