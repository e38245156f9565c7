// Memory of an Arrow pool for libraries in C.
#pragma once

#include <cstddef>

namespace pyforge::compress {

/// At least `bytes`, aligned as the pool's own, of the arrow::MemoryPool at `pool`; null where the
/// pool has not so much left. FreeToPool gives it back. The signatures are zstd's and LZ4's.
void* AllocateFromPool(void* pool, size_t bytes);
/// The same for `count` things of `bytes` each.
void* AllocateFromPool(void* pool, size_t count, size_t bytes);
/// `address` may be null.
void FreeToPool(void* pool, void* address);

}  // namespace pyforge::compress
