// Casts of whole columns. A value that does not fit is an error, never a null and never its
// neighbour.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pyforge/error.h"
#include "schema/column_names.h"
#include "schema/text_type.h"
#include "schema/type_name.h"

namespace pyforge::schema {

class ColumnEvidence;

/// Gives every value of `column` in another type.
///
/// Text is read by the rules of TextTypeFor(to): plain numbers, ISO dates and times (a blank or a
/// T, seconds and fractions as they come, a zone where `to` has one), true/false, yes/no, t/f.
/// Other types go by Arrow's safe casts, and where those would round, cut off or overflow in
/// silence the result is turned back and compared. Shape:  as many values as `column`; null stays
/// null. Errors: schema.cast_failed with the row in `column` (from 0) and the value;
/// schema.no_cast;
///         limit.memory.
Result<std::shared_ptr<arrow::Array>> CastColumn(const std::shared_ptr<arrow::Array>& column,
                                                 const std::shared_ptr<arrow::DataType>& to,
                                                 arrow::MemoryPool* pool);

/// The same for text that is spelt by known rules: `reading` is what TextTypeFromField gave.
Result<std::shared_ptr<arrow::Array>> CastText(const std::shared_ptr<arrow::Array>& column,
                                               const TextType& reading,
                                               const std::shared_ptr<arrow::DataType>& to,
                                               arrow::MemoryPool* pool);

/// How text must be read to deliver a field of a contract. Its arrow_type() may be wider than the
/// field's (int64 for int32, microseconds for seconds): CastColumn does the rest.
///
/// The spelling comes from the field's metadata `format`; else from `sample`, what has been seen of
/// the column's text, when that is of the field's kind, dates in `date_order` where it leaves that
/// open; else it is plain: 1234.5, 2024-12-31.
/// Types that have no text kernel (binary, lists, ...) are read as text.
/// Errors: schema.bad_format.
Result<TextType> TextTypeFromField(const arrow::Field& field,
                                   const ColumnEvidence* sample = nullptr,
                                   std::optional<DateOrder> date_order = {});

/// Where a column's original name and the spelling of its values stand in a field's metadata.
inline constexpr char kSourceNameKey[] = "source_name";
inline constexpr char kFormatKey[] = "format";
/// In the metadata of a field of inferred type that has no value to tell its type by.
inline constexpr char kNoValuesKey[] = "no_values";

/// A field for a column of text that is read as `type`, with its format, and its original name
/// where that is another.
std::shared_ptr<arrow::Field> MakeField(const std::string& name, const std::string& source_name,
                                        const TextType& type, bool nullable = true);

/// One `column=type` of --cast.
struct CastRequest {
  std::string column;
  std::shared_ptr<arrow::DataType> type;
};

/// Reads the values of --cast: `column=type` each, or several with commas between. Commas inside
/// brackets belong to the type even where a list option has been cut at them.
/// Errors: usage.bad_option, schema.bad_type.
Result<std::vector<CastRequest>> ParseCasts(const std::vector<std::string>& texts);

}  // namespace pyforge::schema
