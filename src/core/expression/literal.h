// Values that are written in an expression.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

namespace pyforge::core {

/// True for what the lexer takes as a number, with or without a sign.
bool IsNumberText(std::string_view text);

/// A number in the type its spelling asks for: int64, or a decimal beyond that and with a point, or
/// double with an exponent. Null when it has more than 76 digits.
std::shared_ptr<arrow::Scalar> ParseNumber(std::string_view text);

/// A number in the type of a column; null when the type cannot hold it exactly. A float takes the
/// value next to it.
std::shared_ptr<arrow::Scalar> ParseNumberAs(std::string_view text,
                                             const std::shared_ptr<arrow::DataType>& type);

/// A date, time or timestamp in ISO form; null when `text` is none of that type, or finer. A text
/// with a zone is no timestamp without one; without a zone it is UTC.
std::shared_ptr<arrow::Scalar> ParseTemporalAs(std::string_view text,
                                               const std::shared_ptr<arrow::DataType>& type);

/// A timestamp in microseconds, or in nanoseconds if it has that many digits; in UTC if it has a
/// zone. Null when it is none.
std::shared_ptr<arrow::Scalar> ParseTimestamp(std::string_view text);

/// The type itself and those of the same kind with more room for fractions: a date is also a
/// timestamp, a second also a microsecond.
std::vector<std::shared_ptr<arrow::DataType>> FinerTypes(
    const std::shared_ptr<arrow::DataType>& type);

/// true or false in any case; null for anything else.
std::shared_ptr<arrow::Scalar> ParseBool(std::string_view text);

}  // namespace pyforge::core
