// Error codes of types, casts and schema files.
#pragma once

#include "pyforge/error.h"

namespace pyforge::schema {

inline constexpr ErrorCode kCastFailed{
    .id = "schema.cast_failed",
    .category = ErrorCategory::kData,
    .summary = "A value does not fit the type that its column was asked to have.",
    .fix = "Ask for a wider type with {cast}, for example --cast 'column=string'.",
    .details =
        "A value that does not fit is never replaced by null or by a neighbouring value: the "
        "conversion stops and names it."};
inline constexpr ErrorCode kNoCast{
    .id = "schema.no_cast",
    .category = ErrorCategory::kUnsupported,
    .summary = "There is no way to turn values of one type into the other.",
    .fix = "Cast to string first, or leave the column as it is."};
inline constexpr ErrorCode kBadType{
    .id = "schema.bad_type",
    .category = ErrorCategory::kUsage,
    .summary = "The name of a type is not understood.",
    .fix =
        "Use a name such as int64, double, decimal(10,2), string, bool, date, timestamp[us, UTC], "
        "list<int32> or struct<a: int64>."};
inline constexpr ErrorCode kBadFormat{
    .id = "schema.bad_format",
    .category = ErrorCategory::kUsage,
    .summary = "The pattern that says how values are spelt is not understood.",
    .fix = "Use a pattern such as yyyy-mm-dd, d/m/yyyy hh:mm:ss, dd-mon-yyyy or 1.234,5."};
inline constexpr ErrorCode kBadSchemaFile{
    .id = "schema.bad_file",
    .category = ErrorCategory::kUsage,
    .summary = "A schema file is not in the form that `pyforge schema --json` prints.",
    .fix = "Make one with `pyforge schema FILE --json`, then change names and types in it."};

inline constexpr const ErrorCode* kErrors[] = {&kCastFailed, &kNoCast, &kBadType, &kBadFormat,
                                               &kBadSchemaFile};

}  // namespace pyforge::schema
