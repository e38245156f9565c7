// Passes over byte arrays that change no bounds, by their first eight bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pyforge::parquet {

/// Of `count` byte arrays that stand one behind the other from `*bytes` on: how many of the first
/// can be passed over because the number that their first eight bytes make (the first one highest,
/// zeros behind the end) lies between `min` and `max` and equals neither. `*bytes` is moved behind
/// them. Eight bytes behind the last one can be read.
using PassBetween = size_t (*)(const uint8_t** bytes, const int32_t* lengths, size_t count,
                               uint64_t min, uint64_t max);

size_t PassBetweenPortably(const uint8_t** bytes, const int32_t* lengths, size_t count,
                           uint64_t min, uint64_t max);
/// Those that the processor has, the fastest one first.
std::span<const PassBetween> EveryPassBetween();
inline PassBetween FindPassBetween() { return EveryPassBetween().front(); }

}  // namespace pyforge::parquet
