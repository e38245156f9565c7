#include <bzlib.h>

#include <algorithm>
#include <limits>

#include "codec/compress/container_stream.h"

namespace pyforge::compress {
namespace {

/// The library checks the checksum of every block and of the whole stream.
class Bzip2Stream final : public ContainerStream {
 public:
  Bzip2Stream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : ContainerStream(Container::kBzip2, std::move(stored), std::move(options)) {}
  ~Bzip2Stream() override { End(); }

 protected:
  Result<int64_t> Decode(int64_t bytes, uint8_t* out) override {
    int64_t done = 0;
    while (done < bytes && !ended_) {
      if (!is_open_) ARROW_RETURN_NOT_OK(Begin());
      ARROW_RETURN_NOT_OK(WantInput(1));
      constexpr int64_t kOutMax = std::numeric_limits<int32_t>::max();
      const auto room = static_cast<unsigned>(std::min(bytes - done, kOutMax));
      const auto available = static_cast<unsigned>(input_count());
      state_.next_in = reinterpret_cast<char*>(input());
      state_.avail_in = available;
      state_.next_out = reinterpret_cast<char*>(out + done);
      state_.avail_out = room;
      const int result = BZ2_bzDecompress(&state_);
      Consume(available - state_.avail_in);
      const auto count = static_cast<int64_t>(room - state_.avail_out);
      done += count;
      position_ += count;
      if (result == BZ_STREAM_END) {
        End();
        ARROW_ASSIGN_OR_RAISE(const bool more, FindNextMember());
        ended_ = !more;
      } else if (result == BZ_MEM_ERROR) {
        return Error(kMemoryLimit, "no memory is left to decompress bzip2 data");
      } else if (result != BZ_OK) {
        return Damaged(result == BZ_DATA_ERROR
                           ? "a block cannot be decoded or its checksum does not match"
                           : "a stream has an invalid header");
      } else if (count == 0 && available == 0) {
        return Truncated();
      }
    }
    return done;
  }

 private:
  Status Begin() {
    state_ = {};
    if (BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK) {
      return Error(kMemoryLimit, "no memory is left to decompress bzip2 data");
    }
    is_open_ = true;
    return Status::OK();
  }
  void End() {
    if (is_open_) BZ2_bzDecompressEnd(&state_);
    is_open_ = false;
  }

  bz_stream state_ = {};
  bool is_open_ = false;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeBzip2Stream(std::unique_ptr<ByteStream> stored,
                                                    DecompressOptions options) {
  return std::make_unique<Bzip2Stream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
