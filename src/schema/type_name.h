// Names of types, as they stand in --cast, in schema files and in reports.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>

#include "pyforge/error.h"

namespace pyforge::schema {

/// Reads a type's name: Arrow's own (`int64`, `decimal128(10, 2)`, `timestamp[us, tz=UTC]`,
/// `list<item: int32>`, `struct<a: int64, b: string>`, `map<string, int64>`) and those of SQL
/// (`int`, `bigint`, `varchar(20)`, `double precision`, `decimal(10,2)`, `timestamptz`, `int[]`).
/// Case and blanks do not matter; a field's name with other characters than letters, digits and
/// underscores stands in double quotes or backticks. Errors: schema.bad_type.
Result<std::shared_ptr<arrow::DataType>> ParseType(std::string_view name);

/// The name that ParseType reads back: `decimal(10, 2)`, `timestamp[us, UTC]`, `list<int32>`. Types
/// that it does not know keep Arrow's name.
std::string PrintType(const arrow::DataType& type);

}  // namespace pyforge::schema
