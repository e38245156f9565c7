#include <bzlib.h>

#include "codec/compress/container_stream.h"
#include "codec/compress/pool_memory.h"

namespace pyforge::compress {
namespace {

/// The library checks the checksum of every block and of the whole stream.
class Bzip2Stream final : public LibraryStream {
 public:
  Bzip2Stream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : LibraryStream(Container::kBzip2, std::move(stored), std::move(options)) {}
  ~Bzip2Stream() override { Close(); }

 protected:
  Status Begin() override {
    state_ = {};
    state_.bzalloc = [](void* pool, int count, int bytes) {
      return AllocateFromPool(pool, static_cast<size_t>(count), static_cast<size_t>(bytes));
    };
    state_.bzfree = FreeToPool;
    state_.opaque = options().pool;
    if (BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK) return NoMemory();
    is_open_ = true;
    return Status::OK();
  }

  Result<bool> Run(std::span<uint8_t> out) override {
    state_.next_in = reinterpret_cast<char*>(input());
    state_.avail_in = static_cast<unsigned>(input_count());
    state_.next_out = reinterpret_cast<char*>(out.data());
    state_.avail_out = static_cast<unsigned>(out.size());
    const int result = BZ2_bzDecompress(&state_);
    Consume(input_count() - state_.avail_in);
    Produced(out.size() - state_.avail_out);
    switch (result) {
      case BZ_OK:
        return false;
      case BZ_STREAM_END:
        Close();
        return true;
      case BZ_MEM_ERROR:
        return NoMemory();
      case BZ_DATA_ERROR:
        return Damaged("a block cannot be decoded or its checksum does not match");
      default:
        return Damaged("a stream has an invalid header");
    }
  }

 private:
  Status NoMemory() const {
    return Error(kMemoryLimit, "no memory is left to decompress bzip2 data");
  }
  void Close() {
    if (is_open_) BZ2_bzDecompressEnd(&state_);
    is_open_ = false;
  }

  bz_stream state_ = {};
  bool is_open_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeBzip2Stream(std::unique_ptr<ByteStream> stored,
                                                    DecompressOptions options) {
  return std::make_unique<Bzip2Stream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
