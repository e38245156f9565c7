#include "codec/compress/pool_memory.h"

#include <arrow/memory_pool.h>

#include <cstdint>
#include <cstring>
#include <limits>

namespace pyforge::compress {
namespace {

// The libraries do not tell the size of what they free, which the pool wants to know: it stands in
// front. So much room keeps the pool's alignment.
constexpr size_t kHeadBytes = 64;
constexpr size_t kBytesMax = static_cast<size_t>(std::numeric_limits<int64_t>::max()) - kHeadBytes;

}  // namespace

void* AllocateFromPool(void* pool, size_t bytes) {
  if (bytes > kBytesMax) return nullptr;
  const size_t whole = bytes + kHeadBytes;
  uint8_t* memory = nullptr;
  const arrow::Status status =
      static_cast<arrow::MemoryPool*>(pool)->Allocate(static_cast<int64_t>(whole), &memory);
  if (!status.ok()) return nullptr;
  std::memcpy(memory, &whole, sizeof whole);
  return memory + kHeadBytes;
}

void* AllocateFromPool(void* pool, size_t count, size_t bytes) {
  if (bytes != 0 && count > kBytesMax / bytes) return nullptr;
  return AllocateFromPool(pool, count * bytes);
}

void FreeToPool(void* pool, void* address) {
  if (address == nullptr) return;
  uint8_t* const memory = static_cast<uint8_t*>(address) - kHeadBytes;
  size_t whole = 0;
  std::memcpy(&whole, memory, sizeof whole);
  static_cast<arrow::MemoryPool*>(pool)->Free(memory, static_cast<int64_t>(whole));
}

}  // namespace pyforge::compress
