// Only so can its memory come from a pool of ours.
#define LZ4F_STATIC_LINKING_ONLY
#include <lz4.h>
#include <lz4frame.h>

#include <cstring>

#include "codec/compress/container_stream.h"
#include "codec/compress/load_little.h"
#include "codec/compress/pool_memory.h"

namespace pyforge::compress {
namespace {

using namespace std::string_view_literals;

/// Blocks of one size, each without what stood before, and no checksum at all.
/// Source: "LZ4 Frame Format Description", sections "Legacy frame" and "Skippable Frames".
constexpr size_t kLegacyBlockBytes = 8 << 20;
constexpr size_t kLegacyStoredMax = LZ4_COMPRESSBOUND(kLegacyBlockBytes);
constexpr std::string_view kLegacyMagic = "\x02\x21\x4c\x18"sv;

/// The library checks the header's checksum, and those of blocks and of the content where a frame
/// has them. Frames of the old kind are decoded here.
class Lz4Stream final : public BlockStream {
 public:
  Lz4Stream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : BlockStream(Container::kLz4, std::move(stored), std::move(options)) {}
  ~Lz4Stream() override { LZ4F_freeDecompressionContext(state_); }

 protected:
  Status Step(std::span<uint8_t> out) override {
    return place_ == Place::kFrame ? DecodeFrame(out) : BlockStream::Step(out);
  }
  Status NextBlock() override { return place_ == Place::kFrameStart ? Begin() : NextLegacyBlock(); }

 private:
  enum class Place : uint8_t { kFrameStart, kFrame, kLegacy };

  Status Begin() {
    ARROW_RETURN_NOT_OK(NeedInput(4));
    if (std::memcmp(input(), kLegacyMagic.data(), kLegacyMagic.size()) == 0) {
      constexpr size_t kNeeded = kLegacyBlockBytes + kLegacyStoredMax;
      if (options().window_bytes_max < static_cast<int64_t>(kNeeded)) {
        return Error(kMemoryLimit, "old lz4 frames need {} bytes, but {} may be used for them",
                     kNeeded, options().window_bytes_max);
      }
      Consume(kLegacyMagic.size());
      ARROW_RETURN_NOT_OK(MakeRoom(kLegacyStoredMax));
      place_ = Place::kLegacy;
      return Status::OK();
    }
    if (state_ == nullptr) {
      // Without a function for it, the library sets memory to zero itself.
      state_ = LZ4F_createDecompressionContext_advanced(
          {AllocateFromPool, nullptr, FreeToPool, options().pool}, LZ4F_VERSION);
      if (state_ == nullptr) return NoMemory();
    } else {
      LZ4F_resetDecompressionContext(state_);
    }
    place_ = Place::kFrame;
    return Status::OK();
  }

  Status NoMemory() const {
    return Error(kMemoryLimit, "no memory is left to decompress lz4 data");
  }

  Status EndFrame() {
    place_ = Place::kFrameStart;
    return EndMember();
  }

  Status DecodeFrame(std::span<uint8_t> out) {
    ARROW_RETURN_NOT_OK(WantInput(1));
    size_t produced = out.size();
    size_t consumed = input_count();
    const bool has_input = consumed != 0;
    const size_t result =
        LZ4F_decompress(state_, out.data(), &produced, input(), &consumed, nullptr);
    if (LZ4F_getErrorCode(result) == LZ4F_ERROR_allocation_failed) return NoMemory();
    if (LZ4F_isError(result) != 0) return Damaged(LZ4F_getErrorName(result));
    Consume(consumed);
    Produced(produced);
    if (result == 0) return EndFrame();
    return has_input || produced > 0 ? Status::OK() : Truncated();
  }

  // Nothing marks the end: what is no size of a block begins something else.
  Status NextLegacyBlock() {
    ARROW_RETURN_NOT_OK(WantInput(4));
    if (input_count() == 0) return EndFrame();
    if (input_count() < 4) return Truncated();
    const size_t size = LoadLittle(input(), 4);
    if (size == 0 || size > kLegacyStoredMax) {
      return EndFrame();
    }
    Consume(4);
    ARROW_RETURN_NOT_OK(NeedInput(size));
    ARROW_ASSIGN_OR_RAISE(const std::span<uint8_t> block, RoomForBlock(kLegacyBlockBytes));
    const int count = LZ4_decompress_safe(reinterpret_cast<const char*>(input()),
                                          reinterpret_cast<char*>(block.data()),
                                          static_cast<int>(size), static_cast<int>(block.size()));
    if (count < 0) return Damaged("a block cannot be decoded");
    Consume(size);
    BlockIs(static_cast<size_t>(count));
    return Status::OK();
  }

  LZ4F_dctx* state_ = nullptr;
  Place place_ = Place::kFrameStart;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeLz4Stream(std::unique_ptr<ByteStream> stored,
                                                  DecompressOptions options) {
  return std::make_unique<Lz4Stream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
