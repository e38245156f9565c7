// Arrow values as text that gives them back exactly.
#pragma once

#include <arrow/type_fwd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/text_buffer.h"
#include "pyforge/error.h"
#include "schema/text_format.h"

namespace pyforge::csv {

/// How a column's text is quoted.
enum class PrintedText : uint8_t {
  kPlain,  ///< PlainCharacters alone, which most CSV files give no meaning
  kAny,    ///< anything
};

/// How many bytes may be read behind the texts of a column, so that they can be looked at and
/// copied in whole blocks.
inline constexpr size_t kReadableBehind = 32;

/// Where an empty text may point to.
inline constexpr std::array<char, kReadableBehind> kReadableText{};

/// How values are spelt, where it is not the usual way; see ValuePrinter.
struct ValueFormats {
  char decimal = '.';
  std::vector<schema::PatternPart> date = {};
  std::vector<schema::PatternPart> timestamp = {};
};

/// What the text of PrintedText::kPlain may hold; it neither begins nor ends with a blank.
std::string PlainCharacters(const ValueFormats& formats);

/// Prints the values of one type.
///
/// Integers in decimal; floating point by the fewest digits that give it back, with a point or an
/// exponent; decimals with all digits of their scale; dates, times and timestamps as in ISO 8601,
/// a year outside 1 to 9999 with its sign, those with a zone in UTC with Z; durations as a number
/// of their unit; truth values as true and false; binary as base64; lists, structs and maps as
/// JSON, which has one form for all and so knows no ValueFormats. Threads: one at a time.
class ValuePrinter {
 public:
  /// Errors: unsupported.type; usage.bad_option for a pattern with a zone where values have none.
  static Result<std::unique_ptr<ValuePrinter>> Make(const arrow::DataType& type,
                                                    const ValueFormats& formats = {});
  virtual ~ValuePrinter() = default;
  virtual PrintedText text() const = 0;
  /// The column that Print speaks of; borrowed until the next call.
  virtual void SetColumn(const arrow::Array& column) = 0;
  virtual bool IsNull(int64_t row) const = 0;
  /// Appends the value at `row`, which is not null; notes in `out` what is wrong with it.
  virtual void Print(int64_t row, TextBuffer* out) = 0;
  /// The texts of as many rows from `first` on; without data where a row is null. Each is followed
  /// by kReadableBehind bytes. They live until `scratch`, to which they may have been appended,
  /// changes or SetColumn is called; what is wrong with them is noted there.
  virtual void PrintRows(int64_t first, std::span<std::string_view> texts, TextBuffer* scratch);
};

}  // namespace pyforge::csv
