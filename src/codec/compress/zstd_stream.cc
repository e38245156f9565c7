// Only so can its memory come from a pool of ours.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include "codec/compress/container_stream.h"
#include "codec/compress/pool_memory.h"

namespace pyforge::compress {
namespace {

struct FreeZstd {
  void operator()(ZSTD_DCtx* state) const { ZSTD_freeDCtx(state); }
};
using ZstdState = std::unique_ptr<ZSTD_DCtx, FreeZstd>;

/// RFC 8878. The library verifies content checksums where frames have them.
class ZstdStream final : public LibraryStream {
 public:
  static Result<std::unique_ptr<ByteStream>> Make(std::unique_ptr<ByteStream> stored,
                                                  DecompressOptions options) {
    ZstdState state(ZSTD_createDCtx_advanced({AllocateFromPool, FreeToPool, options.pool}));
    if (state == nullptr) {
      return Fail(kMemoryLimit, {.path = options.path},
                  "no memory is left to decompress zstd data");
    }
    // CheckWindow judges the window itself, for the sake of a message with numbers.
    ZSTD_DCtx_setParameter(state.get(), ZSTD_d_windowLogMax,
                           ZSTD_dParam_getBounds(ZSTD_d_windowLogMax).upperBound);
    return std::unique_ptr<ByteStream>(
        new ZstdStream(std::move(stored), std::move(options), std::move(state)));
  }

 protected:
  Status Begin() override { return CheckWindow(); }

  Result<bool> Run(std::span<uint8_t> out) override {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    ZSTD_inBuffer from{input(), input_count(), 0};
    const size_t result = ZSTD_decompressStream(state_.get(), &to, &from);
    Consume(from.pos);
    Produced(to.pos);
    if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) {
      return Error(kMemoryLimit, "no memory is left for the window of {} bytes of the zstd data",
                   window_);
    }
    if (ZSTD_isError(result) != 0) return Damaged(ZSTD_getErrorName(result));
    return result == 0;
  }

 private:
  ZstdStream(std::unique_ptr<ByteStream> stored, DecompressOptions options, ZstdState state)
      : LibraryStream(Container::kZstd, std::move(stored), std::move(options)),
        state_(std::move(state)) {}

  // RFC 8878 section 3.1.1.1: the window descriptor, or the content size of a single segment.
  Status CheckWindow() {
    constexpr size_t kFrameHeaderBytesMax = 18;
    ARROW_RETURN_NOT_OK(WantInput(kFrameHeaderBytesMax));
    const uint8_t* head = input();
    if (input_count() < 6 || head[0] != 0x28) return Status::OK();  // skippable, or cut off
    const bool is_single_segment = (head[4] & 0x20U) != 0;
    if (is_single_segment) {
      window_ = ZSTD_getFrameContentSize(head, input_count());
      if (window_ == ZSTD_CONTENTSIZE_ERROR || window_ == ZSTD_CONTENTSIZE_UNKNOWN) window_ = 0;
    } else {
      const uint64_t base = uint64_t{1} << (10U + (head[5] >> 3U));
      window_ = base + base / 8 * (head[5] & 7U);
    }
    if (window_ <= static_cast<uint64_t>(options().window_bytes_max)) return Status::OK();
    return Error(kMemoryLimit, "the zstd data need a window of {} bytes, but {} may be used for it",
                 window_, options().window_bytes_max);
  }

  const ZstdState state_;
  uint64_t window_ = 0;  // bytes that the frame asks for
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeZstdStream(std::unique_ptr<ByteStream> stored,
                                                   DecompressOptions options) {
  return ZstdStream::Make(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
