#include "formats/parquet/narrowing.h"

#include <parquet/column_reader.h>
#include <parquet/schema.h>
#include <parquet/types.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "formats/parquet/errors.h"

namespace pyforge::parquet {
namespace {

constexpr int64_t kValuesAtOnce = int64_t{16} << 10;

const ::parquet::IntLogicalType* NarrowNumber(const ::parquet::ColumnDescriptor& column) {
  if (column.physical_type() != ::parquet::Type::INT32 || column.logical_type() == nullptr ||
      !column.logical_type()->is_int()) {
    return nullptr;
  }
  const auto* type = static_cast<const ::parquet::IntLogicalType*>(column.logical_type().get());
  return type->bit_width() < 32 ? type : nullptr;
}

/// The row of the value that follows `values_before` others, in a column that is not repeated.
int64_t RowOf(int64_t values_before, const std::vector<int16_t>& definition, int16_t max) {
  if (max == 0) return values_before;
  int64_t row = 0;
  while (definition[static_cast<size_t>(row)] != max || values_before-- != 0) ++row;
  return row;
}

/// Fails with `refuse(value, where)` for the first value that does not fit.
template <typename ColumnReader, typename Fits, typename Refuse>
Status CheckValues(ColumnReader& reader, Fits&& fits, Refuse&& refuse) {
  using Value = typename ColumnReader::T;
  const ::parquet::ColumnDescriptor& column = *reader.descr();
  std::vector<Value> values(kValuesAtOnce);
  std::vector<int16_t> definition(kValuesAtOnce);
  std::vector<int16_t> repetition(kValuesAtOnce);
  int64_t level_count = 0;
  while (reader.HasNext()) {
    int64_t value_count = 0;
    const int64_t read = reader.ReadBatch(kValuesAtOnce, definition.data(), repetition.data(),
                                          values.data(), &value_count);
    if (read == 0 && value_count == 0) break;
    const auto end = values.begin() + value_count;
    const auto bad = std::find_if_not(values.begin(), end, fits);
    if (bad != end) {
      Where where{.column = column.path()->ToDotString()};
      if (column.max_repetition_level() == 0) {
        where.row =
            level_count + RowOf(bad - values.begin(), definition, column.max_definition_level());
      }
      return refuse(*bad, std::move(where));
    }
    level_count += read;
  }
  return Status::OK();
}

Status CheckNumbers(::parquet::Int32Reader& reader, const ::parquet::IntLogicalType& type) {
  const int bits = type.bit_width();
  const int32_t least = type.is_signed() ? -(1 << (bits - 1)) : 0;
  const int32_t greatest = (1 << (type.is_signed() ? bits - 1 : bits)) - 1;
  return CheckValues(
      reader, [&](int32_t value) { return value >= least && value <= greatest; },
      [&](int32_t value, Where where) {
        return Fail(kCorrupt, where,
                    "column '{}' is declared to hold numbers of {} to {} but holds {}",
                    where.column, least, greatest, value);
      });
}

struct Int96Time {
  int64_t day = 0;  // from 1970-01-01
  int64_t nanoseconds = 0;
};

Int96Time Decode(const ::parquet::Int96& value) {
  Int96Time time;
  time.day = int64_t{value.value[2]} - ::parquet::kJulianToUnixEpochDays;
  std::memcpy(&time.nanoseconds, value.value.data(), sizeof(time.nanoseconds));
  return time;
}

/// Of one day; how many nanoseconds a unit has follows from it.
int64_t UnitsPerDay(Int96Unit unit) {
  constexpr int64_t kMillisecondsPerDay = 86'400'000;
  switch (unit) {
    case Int96Unit::kMillis:
      return kMillisecondsPerDay;
    case Int96Unit::kMicros:
      return kMillisecondsPerDay * 1000;
    case Int96Unit::kNanos:
      break;
  }
  return kMillisecondsPerDay * 1'000'000;
}

std::string Print(const Int96Time& time) {
  constexpr int64_t kPrintableDays = 3'000'000;  // year 10000 and a little
  if (time.day < -kPrintableDays || time.day > kPrintableDays) {
    return fmt::format("day {} from 1970-01-01", time.day);
  }
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(time.day)}}};
  return fmt::format("{:04}-{:02}-{:02} and {} nanoseconds", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.nanoseconds);
}

Status CheckTimestamps(::parquet::Int96Reader& reader, Int96Unit unit) {
  const int64_t per_day = UnitsPerDay(unit);
  const int64_t nanoseconds_per_unit = UnitsPerDay(Int96Unit::kNanos) / per_day;
  const auto fits = [&](const ::parquet::Int96& value) {
    const Int96Time time = Decode(value);
    int64_t units = 0;
    // Arrow divides what is below zero as if it were huge.
    const bool is_exact = nanoseconds_per_unit == 1 ||
                          (time.nanoseconds >= 0 && time.nanoseconds % nanoseconds_per_unit == 0);
    return is_exact && !__builtin_mul_overflow(time.day, per_day, &units) &&
           !__builtin_add_overflow(units, time.nanoseconds / nanoseconds_per_unit, &units);
  };
  return CheckValues(reader, fits, [&](const ::parquet::Int96& value, Where where) {
    return Fail(kInt96Misfit, where,
                "column '{}' holds the timestamp {}, which 64 bits of {} do not", where.column,
                Print(Decode(value)), kEnumNames<Int96Unit>[static_cast<int>(unit)]);
  });
}

}  // namespace

bool IsNarrowed(const ::parquet::ColumnDescriptor& column) {
  return column.physical_type() == ::parquet::Type::INT96 || NarrowNumber(column) != nullptr;
}

Status CheckNarrowed(::parquet::ColumnReader& reader, Int96Unit unit) {
  if (const auto* type = NarrowNumber(*reader.descr()); type != nullptr) {
    return CheckNumbers(static_cast<::parquet::Int32Reader&>(reader), *type);
  }
  return CheckTimestamps(static_cast<::parquet::Int96Reader&>(reader), unit);
}

}  // namespace pyforge::parquet
