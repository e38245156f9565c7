#include <lzma.h>

#include <algorithm>

#include "codec/compress/container_stream.h"
#include "codec/compress/pool_memory.h"

namespace pyforge::compress {
namespace {

/// The library checks the sizes and the checksum of every block, where the file has them.
class XzStream final : public LibraryStream {
 public:
  XzStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : LibraryStream(Container::kXz, std::move(stored), std::move(options)),
        allocator_{.alloc = AllocateFromPool, .free = FreeToPool, .opaque = this->options().pool} {
    state_.allocator = &allocator_;
  }
  ~XzStream() override { lzma_end(&state_); }

 protected:
  Status Begin() override {
    const lzma_ret result = lzma_stream_decoder(
        &state_, static_cast<uint64_t>(std::max<int64_t>(options().window_bytes_max, 1)),
        LZMA_TELL_UNSUPPORTED_CHECK);
    return result == LZMA_OK ? Status::OK() : Failure(result);
  }

  Result<bool> Run(std::span<uint8_t> out) override {
    const bool has_input = input_count() > 0;
    state_.next_in = input();
    state_.avail_in = input_count();
    state_.next_out = out.data();
    state_.avail_out = out.size();
    const lzma_ret result = lzma_code(&state_, has_input ? LZMA_RUN : LZMA_FINISH);
    Consume(input_count() - state_.avail_in);
    Produced(out.size() - state_.avail_out);
    if (result == LZMA_STREAM_END) return true;
    if (result == LZMA_OK) return false;
    return has_input || result == LZMA_MEM_ERROR ? Failure(result) : Truncated();
  }

 private:
  Status Failure(lzma_ret result) {
    switch (result) {
      case LZMA_MEM_ERROR:
        return Error(kMemoryLimit, "no memory is left to decompress xz data");
      case LZMA_MEMLIMIT_ERROR:
        return Error(kMemoryLimit,
                     "the xz data need {} bytes to be decompressed, but {} may be used for it",
                     lzma_memusage(&state_), options().window_bytes_max);
      case LZMA_OPTIONS_ERROR:
        return Error(kContainer, "the xz data are made with a filter that liblzma {} does not know",
                     lzma_version_string());
      case LZMA_UNSUPPORTED_CHECK:
        return Error(kContainer, "the xz data have a kind of checksum that liblzma {} cannot check",
                     lzma_version_string());
      case LZMA_FORMAT_ERROR:
        return Damaged("a stream has an invalid header");
      default:
        return Damaged("a block cannot be decoded, or a checksum or size does not match");
    }
  }

  const lzma_allocator allocator_;
  lzma_stream state_ = LZMA_STREAM_INIT;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeXzStream(std::unique_ptr<ByteStream> stored,
                                                 DecompressOptions options) {
  return std::make_unique<XzStream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
