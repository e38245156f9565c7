#include <arrow/util/compression.h>
#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>

#include "codec/compress/container_stream.h"
#include "codec/compress/load_little.h"

namespace pyforge::compress {
namespace {

/// Chunks of at most 64 KiB, each with its checksum.
/// Source: "Snappy framing format description" (framing_format.txt) of google/snappy.
class SnappyStream final : public BlockStream {
 public:
  SnappyStream(std::unique_ptr<ByteStream> stored, DecompressOptions options,
               std::unique_ptr<arrow::util::Codec> codec)
      : BlockStream(Container::kSnappy, std::move(stored), std::move(options)),
        codec_(std::move(codec)) {}

 protected:
  Status NextBlock() override {
    ARROW_RETURN_NOT_OK(MakeRoom(kHeadBytes + kStoredBytesMax));
    ARROW_RETURN_NOT_OK(WantInput(kHeadBytes));
    // A stream has no end but that of the file.
    if (input_count() == 0) return EndMember();
    if (input_count() < kHeadBytes) return Truncated();
    const uint8_t type = input()[0];
    size_t size = LoadLittle(input() + 1, 3);
    if (type == 0 && size == 0) {
      // No chunk is without a checksum, so these are zeros that fill up a block of a tape.
      return EndMember();
    }
    if (type >= kSkippableFirst && type < kStreamIdentifier) {
      Consume(kHeadBytes);
      while (size > 0) {
        ARROW_RETURN_NOT_OK(NeedInput(1));
        const size_t count = std::min(size, input_count());
        Consume(count);
        size -= count;
      }
      return Status::OK();
    }
    if (type != kCompressed && type != kStored && type != kStreamIdentifier) {
      return Damaged("a chunk is of a kind that may not be skipped");
    }
    if (size > kStoredBytesMax) return Damaged("a chunk is larger than any may be");
    ARROW_RETURN_NOT_OK(NeedInput(kHeadBytes + size));
    const std::span<const uint8_t> body(input() + kHeadBytes, size);
    ARROW_RETURN_NOT_OK(type == kStreamIdentifier ? CheckIdentifier(body) : Unpack(type, body));
    Consume(kHeadBytes + size);
    return Status::OK();
  }

 private:
  enum Type : uint8_t {
    kCompressed = 0x00,
    kStored = 0x01,
    kSkippableFirst = 0x80,
    kStreamIdentifier = 0xff
  };
  static constexpr size_t kHeadBytes = 4;
  static constexpr size_t kPlainBytesMax = 64 << 10;
  static constexpr size_t kStoredBytesMax = 4 + 32 + kPlainBytesMax + kPlainBytesMax / 6;

  Status CheckIdentifier(std::span<const uint8_t> body) const {
    constexpr std::string_view kIdentifier = "sNaPpY";
    const std::string_view found(reinterpret_cast<const char*>(body.data()), body.size());
    return found == kIdentifier ? Status::OK() : Damaged("a stream has an invalid identifier");
  }

  Status Unpack(uint8_t type, std::span<const uint8_t> body) {
    if (body.size() < 4) return Damaged("a chunk has no checksum");
    const auto stated = static_cast<uint32_t>(LoadLittle(body.data(), 4));
    body = body.subspan(4);
    ARROW_ASSIGN_OR_RAISE(const std::span<uint8_t> chunk, RoomForBlock(kPlainBytesMax));
    size_t count = body.size();
    if (type == kStored) {
      if (count > chunk.size()) return Damaged("a chunk is larger than any may be");
      std::memcpy(chunk.data(), body.data(), count);
    } else {
      const auto unpacked = codec_->Decompress(static_cast<int64_t>(body.size()), body.data(),
                                               static_cast<int64_t>(chunk.size()), chunk.data());
      if (!unpacked.ok()) return Damaged("a chunk cannot be decoded");
      count = static_cast<size_t>(*unpacked);
    }
    const uint32_t crc = ~crc32_iscsi(chunk.data(), static_cast<int>(count), ~uint32_t{0});
    // The format masks checksums, for data that hold checksums themselves.
    const uint32_t masked = ((crc >> 15U) | (crc << 17U)) + 0xa282ead8U;
    if (masked != stated) return Damaged("the checksum of a chunk does not match");
    BlockIs(count);
    return Status::OK();
  }

  const std::unique_ptr<arrow::util::Codec> codec_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeSnappyStream(std::unique_ptr<ByteStream> stored,
                                                     DecompressOptions options) {
  auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY);
  if (!codec.ok()) return Translate(codec.status(), {.path = options.path});
  return std::make_unique<SnappyStream>(std::move(stored), std::move(options), *std::move(codec));
}

}  // namespace pyforge::compress
