// Columns of text, whichever way Arrow keeps them.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "pyforge/error.h"
#include "schema/text_type.h"

namespace pyforge::schema {

/// Converts a column of arrow::utf8 by the kernels to an array of reading.arrow_type().
/// `reading.kind` is not kText or kNull. Errors: schema.cast_failed with the row and the value.
Result<std::shared_ptr<arrow::Array>> ConvertTextColumn(const arrow::StringArray& column,
                                                        const TextType& reading,
                                                        arrow::MemoryPool* pool);

/// The same for dates and times in ISO order without one layout: every value may have its own
/// choice of blank or T, of seconds, of fraction; a zone only where `reading` has one, and there
/// always. Numbers and truth values go to ConvertTextColumn.
Result<std::shared_ptr<arrow::Array>> ConvertIsoColumn(const arrow::StringArray& column,
                                                       const TextType& reading,
                                                       arrow::MemoryPool* pool);

}  // namespace pyforge::schema
