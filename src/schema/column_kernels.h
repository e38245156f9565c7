// The kernels behind ConvertSlice, one for each kind.
#pragma once

#include <cstddef>
#include <cstdint>

#include "schema/text_kernels.h"

namespace pyforge::schema {

int64_t ConvertBools(const TextSlice& slice, ColumnBuffers* out);
int64_t ConvertIntegers(const TextType& type, const TextSlice& slice, ColumnBuffers* out);
int64_t ConvertDecimals(const TextType& type, const TextSlice& slice, ColumnBuffers* out);
int64_t ConvertDoubles(const TextType& type, const TextSlice& slice, ColumnBuffers* out);
int64_t ConvertTemporals(const TextType& type, const TextSlice& slice, ColumnBuffers* out);

/// 1 true, 0 false, -1 neither.
int ParseBoolWord(const char* text, size_t bytes);
/// One date, time or timestamp by the column's layout.
bool ConvertTemporal(const TextType& type, const char* text, size_t bytes, void* value);

}  // namespace pyforge::schema
