// Values of types that have no text kernel, read under a contract as the writer prints them: binary
// as base64, nested types as JSON, times in nanoseconds in ISO form.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "pyforge/error.h"

namespace pyforge::csv {

/// True for the types that a ValueParser reads.
bool NeedsValueParser(const arrow::DataType& type);

/// Threads: one at a time.
class ValueParser {
 public:
  /// Errors: unsupported.type for a nested type that has no JSON form here.
  static Result<std::unique_ptr<ValueParser>> Make(const std::shared_ptr<arrow::DataType>& type,
                                                   arrow::MemoryPool* pool);
  virtual ~ValueParser() = default;
  /// Appends one value; false when the text is none of this type (then nothing is appended).
  virtual Result<bool> Append(std::string_view text) = 0;
  virtual Status AppendNull() = 0;
  virtual Result<std::shared_ptr<arrow::Array>> Finish() = 0;
};

}  // namespace pyforge::csv
