#include "codec/compress/decompressor.h"

#include <arrow/memory_pool.h>

#include <utility>

#include "codec/compress/container_stream.h"
#include "codec/compress/errors.h"

namespace pyforge::compress {
namespace {

MakeStream* FindMaker(Container container) {
  switch (container) {
    case Container::kGzip:
      return MakeGzipStream;
    case Container::kZstd:
      return MakeZstdStream;
    case Container::kBzip2:
      return MakeBzip2Stream;
    case Container::kXz:
      return MakeXzStream;
    case Container::kLz4:
      return MakeLz4Stream;
    case Container::kSnappy:
      return MakeSnappyStream;
    case Container::kLzop:
      return MakeLzopStream;
    case Container::kZip:
      return MakeZipStream;
    case Container::kNone:
      break;
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<ByteStream>> OpenDecompressor(Container container,
                                                     std::unique_ptr<ByteStream> stored,
                                                     DecompressOptions options) {
  MakeStream* const make = FindMaker(container);
  if (make == nullptr) return stored;
  if (options.pool == nullptr) options.pool = arrow::default_memory_pool();
  return make(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
