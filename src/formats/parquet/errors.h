// What can be wrong with a Parquet file, or with rows that shall become one.
#pragma once

#include "pyforge/error.h"

namespace pyforge::parquet {

inline constexpr ErrorCode kTruncated{
    .id = "parquet.truncated",
    .category = ErrorCategory::kData,
    .summary = "A Parquet file ends before its footer says it does.",
    .fix = "Get the file again from its source: it was cut off while being written or copied."};
inline constexpr ErrorCode kCorrupt{
    .id = "parquet.corrupt",
    .category = ErrorCategory::kData,
    .summary = "A Parquet file's bytes contradict each other or the format.",
    .fix = "Get the file again from its source, or ask its writer for an undamaged copy."};
inline constexpr ErrorCode kNotParquet{
    .id = "parquet.not_parquet",
    .category = ErrorCategory::kData,
    .summary = "The file does not start and end as a Parquet file does.",
    .fix = "Name the file's real format with {from}."};
inline constexpr ErrorCode kEncrypted{
    .id = "unsupported.encrypted",
    .category = ErrorCategory::kUnsupported,
    .summary = "The file is encrypted.",
    .fix = "Decrypt the file with the program that wrote it, then convert the copy."};
inline constexpr ErrorCode kUnreadable{
    .id = "parquet.unsupported",
    .category = ErrorCategory::kUnsupported,
    .summary = "A Parquet file uses a codec, encoding or type that cannot be read here.",
    .fix = "Write the file again with other settings, or leave the column out with {columns}."};
inline constexpr ErrorCode kTextCast{
    .id = "parquet.no_text_form",
    .category = ErrorCategory::kUnsupported,
    .summary = "A column's type has no exact form as text.",
    .fix = "Leave out {types} strings, or leave the column out with {columns}."};
inline constexpr ErrorCode kBadText{
    .id = "parquet.bad_text",
    .category = ErrorCategory::kData,
    .summary = "A text column holds bytes that are not UTF-8.",
    .fix =
        "Leave the column out with {columns}, or take the bytes as they are with {verify_text} "
        "false."};
inline constexpr ErrorCode kInt96Misfit{
    .id = "parquet.int96_misfit",
    .category = ErrorCategory::kData,
    .summary = "An INT96 timestamp does not fit 64 bits of the unit it is read in.",
    .fix =
        "Read such timestamps in another unit with {int96_unit}: us and ms reach beyond the years "
        "1677 to 2262."};
inline constexpr ErrorCode kContractCast{
    .id = "parquet.contract_misfit",
    .category = ErrorCategory::kData,
    .summary = "A column's values do not fit the type that the schema file demands.",
    .fix = "Change the column's type in {schema}, or leave the schema out."};
inline constexpr ErrorCode kValueOutOfRange{
    .id = "parquet.value_out_of_range",
    .category = ErrorCategory::kData,
    .summary = "A value does not fit the type that stands for its column in Parquet.",
    .fix = "Change the column's type with {cast}, for example --cast 'column=string'."};
inline constexpr ErrorCode kValueTooLarge{
    .id = "parquet.value_too_large",
    .category = ErrorCategory::kLimit,
    .summary = "A single value is larger than a Parquet page may be (2 GiB).",
    .fix = "Leave the column out with {columns}."};
inline constexpr ErrorCode kMissingValue{
    .id = "parquet.null_in_required_column",
    .category = ErrorCategory::kData,
    .summary = "A column that is declared never null holds a null.",
    .fix = "Declare the column nullable in {schema}."};

inline constexpr const ErrorCode* kErrors[] = {
    &kTruncated, &kCorrupt,     &kNotParquet,   &kEncrypted,       &kUnreadable,    &kTextCast,
    &kBadText,   &kInt96Misfit, &kContractCast, &kValueOutOfRange, &kValueTooLarge, &kMissingValue};

}  // namespace pyforge::parquet
