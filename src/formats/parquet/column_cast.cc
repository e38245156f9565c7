#include "formats/parquet/column_cast.h"

#include <arrow/array.h>
#include <arrow/compute/api.h>
#include <arrow/type.h>

#include "formats/parquet/errors.h"
#include "formats/parquet/schema_plan.h"

namespace pyforge::parquet {

using arrow::Type;

namespace {

bool HoldsFixedSizeList(const arrow::DataType& type) {
  if (type.id() == Type::FIXED_SIZE_LIST) return true;
  for (const auto& field : type.fields()) {
    if (HoldsFixedSizeList(*field->type())) return true;
  }
  return false;
}

}  // namespace

bool HasTextForm(const arrow::DataType& type) {
  switch (type.id()) {
    case Type::NA:
    case Type::BOOL:
    case Type::DATE32:
    case Type::DATE64:
    case Type::TIME32:
    case Type::TIME64:
    case Type::TIMESTAMP:
    case Type::DURATION:
      return true;
    case Type::FIXED_SIZE_BINARY:
      return false;
    default:
      return arrow::is_integer(type.id()) || arrow::is_floating(type.id()) ||
             arrow::is_decimal(type.id()) || arrow::is_base_binary_like(type.id()) ||
             arrow::is_binary_view_like(type.id());
  }
}

Result<std::shared_ptr<arrow::Array>> CastColumn(const std::shared_ptr<arrow::Array>& column,
                                                 const std::shared_ptr<arrow::DataType>& type,
                                                 const std::string& name, arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Array> values, PlainArray(column, pool));
  if (values->type()->Equals(*type)) return values;
  const bool to_text = type->id() == Type::STRING;
  if (to_text && !HasTextForm(*values->type())) {
    return Fail(kTextCast, {.column = name}, "the type {} of column '{}' has no form as text",
                column->type()->ToString(), name);
  }
  if (HoldsFixedSizeList(*type)) {
    // Arrow's cast from other lists reads past the values of null slots.
    return Fail(kContractCast, {.column = name}, "column '{}' of type {} cannot become {}", name,
                column->type()->ToString(), type->ToString());
  }
  if (values->type_id() == Type::TIMESTAMP && to_text) {
    // In UTC the text needs no table of time zones; the instant is the same.
    const auto& stamp = static_cast<const arrow::TimestampType&>(*values->type());
    if (!stamp.timezone().empty() && stamp.timezone() != "UTC") {
      ARROW_ASSIGN_OR_RAISE(values, values->View(arrow::timestamp(stamp.unit(), "UTC")));
    }
  }
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  const auto options = arrow::compute::CastOptions::Safe(type);
  Result<arrow::Datum> cast = arrow::compute::Cast(arrow::Datum(values), options, &context);
  if (cast.ok()) return cast->make_array();
  if (cast.status().IsOutOfMemory()) return Translate(cast.status(), {.column = name});
  return MakeError(
      to_text ? kTextCast : kContractCast, {.column = name},
      fmt::format("column '{}' of type {} cannot become {}: {}", name, column->type()->ToString(),
                  type->ToString(), cast.status().message()));
}

}  // namespace pyforge::parquet
