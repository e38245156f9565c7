// DELTA_BINARY_PACKED: differences of neighbours, packed in blocks of 128.
// Source: Encodings.md of the Apache Parquet format, "Delta Encoding".
#pragma once

#include <cstddef>
#include <cstdint>

#include "formats/parquet/byte_buffer.h"

namespace pyforge::parquet {

/// Appends a header and `count` values.
void EncodeDelta(const int32_t* values, size_t count, ByteBuffer* out);
void EncodeDelta(const int64_t* values, size_t count, ByteBuffer* out);

}  // namespace pyforge::parquet
