#include <lzma.h>

#include <algorithm>

#include "codec/compress/container_stream.h"

namespace pyforge::compress {
namespace {

/// The library checks the sizes and the checksum of every block, where the file has them.
class XzStream final : public ContainerStream {
 public:
  XzStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : ContainerStream(Container::kXz, std::move(stored), std::move(options)) {}
  ~XzStream() override { lzma_end(&state_); }

 protected:
  Result<int64_t> Decode(int64_t bytes, uint8_t* out) override {
    int64_t done = 0;
    while (done < bytes && !ended_) {
      if (!is_open_) ARROW_RETURN_NOT_OK(Begin());
      ARROW_RETURN_NOT_OK(WantInput(1));
      const size_t available = input_count();
      state_.next_in = input();
      state_.avail_in = available;
      state_.next_out = out + done;
      state_.avail_out = static_cast<size_t>(bytes - done);
      const lzma_ret result = lzma_code(&state_, available == 0 ? LZMA_FINISH : LZMA_RUN);
      Consume(available - state_.avail_in);
      const int64_t count = bytes - done - static_cast<int64_t>(state_.avail_out);
      done += count;
      position_ += count;
      if (result == LZMA_STREAM_END) {
        is_open_ = false;
        ARROW_ASSIGN_OR_RAISE(const bool more, FindNextMember());
        ended_ = !more;
      } else if (result != LZMA_OK) {
        if (available == 0) return Truncated();
        ARROW_RETURN_NOT_OK(Failure(result));
      } else if (count == 0 && available == 0) {
        return Truncated();
      }
    }
    return done;
  }

 private:
  Status Begin() {
    const lzma_ret result = lzma_stream_decoder(
        &state_, static_cast<uint64_t>(std::max<int64_t>(options().window_bytes_max, 1)),
        LZMA_TELL_UNSUPPORTED_CHECK);
    is_open_ = result == LZMA_OK;
    return is_open_ ? Status::OK() : Failure(result);
  }

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

  lzma_stream state_ = LZMA_STREAM_INIT;
  bool is_open_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeXzStream(std::unique_ptr<ByteStream> stored,
                                                 DecompressOptions options) {
  return std::make_unique<XzStream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
