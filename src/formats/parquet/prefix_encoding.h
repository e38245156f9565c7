// DELTA_BYTE_ARRAY: of each value, how many bytes it shares with the one before, and the rest.
// Source: Encodings.md of the Apache Parquet format, "Delta Strings".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/parquet/byte_buffer.h"

namespace pyforge::parquet {

/// Byte arrays one behind the other, followed by ByteBuffer::kSlack bytes that can be read.
struct ByteArrays {
  const uint8_t* bytes = nullptr;
  std::span<const int32_t> lengths = {};
};

/// Working memory, kept from page to page.
struct PrefixWorkspace {
  ByteBuffer prefix_lengths = {};
  ByteBuffer suffix_lengths = {};
  ByteBuffer suffixes = {};
};

/// Whether the first values share enough with their neighbours for this encoding: at least half of
/// their bytes. So do sorted keys, paths and times.
bool SharesPrefixes(const ByteArrays& values);

/// Appends the lengths to `head`; returns what follows them in the page, which is the workspace's.
std::span<const uint8_t> EncodePrefixes(const ByteArrays& values, PrefixWorkspace* workspace,
                                        ByteBuffer* head);

}  // namespace pyforge::parquet
