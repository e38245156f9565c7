// Arrow values as text that gives them back exactly.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>

#include "formats/csv/text_buffer.h"
#include "pyforge/error.h"

namespace pyforge::csv {

/// How a column's text is quoted.
enum class PrintedText : uint8_t {
  kPlain,  ///< digits, letters, signs: no character that a CSV file gives a meaning
  kAny,    ///< anything
};

/// Prints the values of one type.
///
/// Integers in decimal; floating point by the fewest digits that give it back, with a point or an
/// exponent; decimals with all digits of their scale; dates, times and timestamps as in ISO 8601,
/// a year outside 1 to 9999 with its sign, those with a zone in UTC with Z; durations as a number
/// of their unit; truth values as true and false; binary as base64; lists, structs and maps as
/// JSON. Threads: one at a time.
class ValuePrinter {
 public:
  /// Errors: unsupported.type.
  static Result<std::unique_ptr<ValuePrinter>> Make(const arrow::DataType& type);
  virtual ~ValuePrinter() = default;
  virtual PrintedText text() const = 0;
  /// The column that Print speaks of; borrowed until the next call.
  virtual void SetColumn(const arrow::Array& column) = 0;
  virtual bool IsNull(int64_t row) const = 0;
  /// Appends the value at `row`, which is not null; notes in `out` where it would not be read back.
  virtual void Print(int64_t row, TextBuffer* out) = 0;
};

}  // namespace pyforge::csv
