// Column kernels: slices of text fields to typed values. Each accepts exactly the spellings its
// TextType states, and stops at the first that does not fit.
#pragma once

#include <cstdint>
#include <memory>

#include <arrow/type_fwd.h>

#include "schema/text_type.h"

namespace pyforge::schema {

/// The fields of one column in a slice of text. At least 64 bytes before and after every field, be
/// it null or not, are readable (their content does not matter).
struct TextSlice {
  const char* base = nullptr;
  const uint32_t* begin =
      nullptr;  ///< offset of each field's first byte from base, quotes taken off
  const uint32_t* length = nullptr;  ///< bytes
  const uint8_t* is_null =
      nullptr;  ///< optional: one byte a field, 1: null; null pointer: no nulls
  int64_t count = 0;
};

/// What a kernel noticed of the numbers it converted, for the evidence; kDouble only.
struct NumberFacts {
  int16_t integer_digits_max = 0;  ///< before the point, at least 1; 0: there was no number
  int16_t scale_max = 0;           ///< after the point
  int16_t scale_min = INT16_MAX;   ///< after the point; integers have 0
  bool has_real = false;           ///< some number is not an integer as int64 spells it
  bool has_exponent = false;
  bool has_word = false;  ///< nan, inf
};

/// Where a kernel writes; buffers have room for `count` values plus 64 bytes.
struct ColumnBuffers {
  void* values = nullptr;       ///< int64_t, double, int32_t (date), arrow decimal128, bits (bool)
  uint8_t* validity = nullptr;  ///< bitmap, written from bit 0; clear bits beyond count
  int64_t null_count = 0;       ///< out
  int64_t int_min = 0, int_max = 0;  ///< out, kInt64 only: of the values, 0 if all are null
  NumberFacts numbers = {};          ///< out, kDouble only
};

/// Converts fields until one does not fit; returns how many were converted (== slice.count: all).
/// `type.kind` is not kText or kNull. What the buffers hold beyond the returned count is
/// unspecified, but the outs and the bits of the validity are those of the returned count. Nulls
/// become zeros.
int64_t ConvertSlice(const TextType& type, const TextSlice& slice, ColumnBuffers* out);

/// One value; false when it does not fit. `value` points to 8 bytes (kDate 4, kDecimal 16, kBool 1:
/// 0 or 1). Reads nothing outside the text.
bool ConvertValue(const TextType& type, const char* text, size_t bytes, void* value);

}  // namespace pyforge::schema
