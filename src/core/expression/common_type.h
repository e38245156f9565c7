// The narrowest type that holds all values of two types.
#pragma once

#include <memory>

#include <arrow/type_fwd.h>

namespace pyforge::core {

/// The type that values of `a` and `b` have in common, so that they can be compared by value; null
/// where there is none (numbers and text, text and dates, nested types that differ).
///
/// Integers widen to integers, or to decimals where one is unsigned with 64 bits; integers and
/// decimals to decimals of up to 76 digits; anything with a float to double; dates to timestamps;
/// times to the finer unit; all text to utf8 or large_utf8; dictionaries to what they hold; null
/// to anything.
std::shared_ptr<arrow::DataType> CommonType(const std::shared_ptr<arrow::DataType>& a,
                                            const std::shared_ptr<arrow::DataType>& b);

/// The type that can be calculated with: what a dictionary or a view holds, float for half floats;
/// every other type is its own.
std::shared_ptr<arrow::DataType> PlainType(const std::shared_ptr<arrow::DataType>& type);

bool IsText(const arrow::DataType& type);
/// Integers, floats and decimals.
bool IsNumber(const arrow::DataType& type);

}  // namespace pyforge::core
