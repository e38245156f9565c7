// The quick part of the column kernels: four or eight fields at a time in vector registers. What
// they leave undone, because it is unusual or does not fit, the plain code converts or refuses
// value by value.
#pragma once

#include <array>
#include <cstdint>

#include "schema/text_kernels.h"

namespace pyforge::schema {

enum class InstructionSet : uint8_t { kPortable, kAvx2, kAvx512 };

bool Supports(InstructionSet set);

/// Up to 64 fields, a multiple of four; the text around them as in TextSlice.
struct FieldBlock {
  const char* base = nullptr;
  const uint32_t* begin = nullptr;
  const uint32_t* length = nullptr;
  int count = 0;
};

/// Numbers taken apart: value = digits / 10^scale, negated by its bit.
struct NumberParts {
  std::array<uint64_t, 64> digits;  // below 10^16
  std::array<uint8_t, 64> scale;
  uint64_t negative = 0;
};

/// Dates of ten characters in numbers, alone or before a time, as the positions of their parts.
struct FixedLayout {
  std::array<uint8_t, 16> places = {};        // of YYYYMMDDhhmm in the first 16 bytes; 0x80: none
  std::array<char, 16> separators = {};       // what stands between them
  std::array<uint8_t, 16> is_separator = {};  // 0xFF where
  bool has_seconds = false;
  bool has_zone = false;
};

/// Dates d/m/yyyy or m/d/yyyy, alone or before a time of day, with parts of one or two digits.
struct VariableLayout {
  char separator = '/';
  bool day_first = false;
  bool unpadded = false;
  bool has_time = false;
  char date_time_separator = ' ';
  bool has_seconds = false;
  bool twelve_hours = false;
};

/// Each converts a block and returns a bit for every field that it left undone, whose value is then
/// anything. Any of them may be null: all is left undone.
struct BlockKernels {
  uint64_t (*integers)(const FieldBlock& fields, int64_t* values);
  uint64_t (*doubles)(const FieldBlock& fields, char point, double* values, NumberFacts* facts);
  uint64_t (*numbers)(const FieldBlock& fields, char point, NumberParts* parts);
  uint64_t (*dates)(const FieldBlock& fields, const FixedLayout& layout, int32_t* days);
  uint64_t (*timestamps)(const FieldBlock& fields, const FixedLayout& layout, int64_t* micros);
  uint64_t (*variable_dates)(const FieldBlock& fields, const VariableLayout& layout, int32_t* days);
  uint64_t (*variable_timestamps)(const FieldBlock& fields, const VariableLayout& layout,
                                  int64_t* micros);
};

const BlockKernels& KernelsOf(InstructionSet set);
/// Those of the best set that this processor has, or of the one that ForceInstructionSet named.
const BlockKernels& BestKernels();

/// For tests: makes all kernels use this set from now on; no value: the best one again.
/// Threads: none may be converting.
void ForceInstructionSet(const InstructionSet* set);

}  // namespace pyforge::schema
