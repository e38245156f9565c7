// Arrow columns built from gathered fields, in buffers that are reused once nobody holds them.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/csv/row_table.h"
#include "pyforge/error.h"
#include "schema/text_kernels.h"

namespace pyforge::csv {

/// A buffer that is written anew for each batch; a new one is taken while a batch holds the old.
/// Threads: one at a time.
class ReusedBuffer {
 public:
  /// Room for `bytes` and 64 more, of any content.
  Result<uint8_t*> Prepare(int64_t bytes, arrow::MemoryPool* pool);
  std::shared_ptr<arrow::Buffer> Share(int64_t bytes);
  /// Bytes that there is room for since Prepare, not less than was asked for; 64 more as well.
  int64_t room() const;

 private:
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  int64_t capacity_ = 0;
};

/// What building a text column met.
struct TextNotes {
  int64_t text_behind_quote_count = 0;
  int64_t first_behind_quote_row = -1;
  int64_t replaced_byte_count = 0;  ///< U+FFFD written for invalid UTF-8
  int64_t first_replaced_row = -1;
};

/// The buffers of one column. Threads: one at a time.
class ColumnOutput {
 public:
  /// Converts a slice as `type` says (not text, not null); returns how many values fit before the
  /// first that does not.
  Result<int64_t> Convert(const schema::TextType& type, const schema::TextSlice& slice,
                          arrow::MemoryPool* pool, schema::ColumnBuffers* converted);
  /// The array of what Convert has just converted.
  std::shared_ptr<arrow::ArrayData> TakeConverted(const schema::TextType& type, int64_t count,
                                                  const schema::ColumnBuffers& converted);

  /// The values of a plain column (RowTable::IsPlainText), as an array of utf8; null where they
  /// turn out larger than expected, and have to be gathered and built.
  Result<std::shared_ptr<arrow::ArrayData>> CopyText(const RowTable& rows, const ColumnPlan& column,
                                                     int64_t first, int64_t count,
                                                     arrow::MemoryPool* pool);
  /// The fields, offsets into `text`, as an array of utf8. Resolves unresolved ones by the rules of
  /// `rows`; `repairs_utf8`: invalid bytes become U+FFFD.
  Result<std::shared_ptr<arrow::ArrayData>> BuildText(const RowTable& rows, const char* text,
                                                      const ColumnFields& fields, int64_t count,
                                                      bool repairs_utf8, arrow::MemoryPool* pool,
                                                      TextNotes* notes);

 private:
  Result<std::shared_ptr<arrow::Buffer>> Validity(const uint8_t* is_null, int64_t count,
                                                  int64_t null_count, arrow::MemoryPool* pool);

  ReusedBuffer values_;
  ReusedBuffer offsets_;
  ReusedBuffer validity_;
  std::vector<uint8_t> is_null_;
  std::vector<uint32_t> resolved_nulls_;
  // Of the last batch of text, as the next one is likely to be.
  int64_t text_bytes_ = 0;
  uint32_t text_length_bits_ = 0;
};

/// Sets the bits of `count` bytes that are 0; clears the bits up to the byte's end.
void SetValidityBits(const uint8_t* is_null, int64_t count, uint8_t* bits);

/// Copies every field's text one behind the other; writes count + 1 offsets. Reads and writes up to
/// 64 bytes more than a field has.
void CopyFields(const char* text, const uint32_t* begin, const uint32_t* length, int64_t count,
                char* out, int32_t* offsets);

}  // namespace pyforge::csv
