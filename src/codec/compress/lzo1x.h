// Decoding of LZO1X, the compression of lzop files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace pyforge::compress {

/// Decodes one block into `out`; returns how many bytes it holds, nothing if it is damaged or holds
/// more than `out` has room for. Written because the usual library is under the GPL.
/// Source: "LZO stream format as understood by Linux's LZO decompressor" (Linux kernel,
/// Documentation/staging/lzo.rst).
std::optional<size_t> DecodeLzo1x(std::span<const uint8_t> block, std::span<uint8_t> out);

}  // namespace pyforge::compress
