#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <cstring>

#include "codec/compress/container_stream.h"
#include "codec/compress/lzo1x.h"

namespace pyforge::compress {
namespace {

using namespace std::string_view_literals;

uint32_t Adler(std::span<const uint8_t> bytes) {
  return isal_adler32(1, bytes.data(), bytes.size());
}
uint32_t Crc(std::span<const uint8_t> bytes) {
  return crc32_gzip_refl(0, bytes.data(), bytes.size());
}

/// Files behind one another, each a header and blocks with checksums. All numbers have their
/// highest byte first.
/// Source: the fields as `lzop --info` names them; the flags of lzop 1.04.
class LzopStream final : public BlockStream {
 public:
  LzopStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : BlockStream(Container::kLzop, std::move(stored), std::move(options)) {}

 protected:
  Status NextBlock() override {
    if (at_header_) ARROW_RETURN_NOT_OK(ReadHeader());
    header_.clear();
    ARROW_ASSIGN_OR_RAISE(const uint32_t plain_bytes, Number(4));
    if (plain_bytes == 0) {
      at_header_ = true;
      return EndMember();
    }
    ARROW_ASSIGN_OR_RAISE(const uint32_t stored_bytes, Number(4));
    if (plain_bytes > kBlockBytesMax || stored_bytes > plain_bytes || stored_bytes == 0) {
      return Damaged("a block states impossible sizes");
    }
    if (int64_t{plain_bytes} + stored_bytes > options().window_bytes_max) {
      return Error(kMemoryLimit,
                   "the lzop data have a block of {} bytes, stored as {}, but {} may be used for "
                   "both",
                   plain_bytes, stored_bytes, options().window_bytes_max);
    }
    const bool is_compressed = stored_bytes < plain_bytes;
    uint32_t adler_of_plain = 0;
    uint32_t crc_of_plain = 0;
    uint32_t adler_of_stored = 0;
    uint32_t crc_of_stored = 0;
    const auto checksum = [this](uint32_t flag, bool is_there, uint32_t* value) {
      if ((flags_ & flag) == 0 || !is_there) return Status::OK();
      return Number(4).Value(value);
    };
    ARROW_RETURN_NOT_OK(checksum(kAdlerOfPlain, true, &adler_of_plain));
    ARROW_RETURN_NOT_OK(checksum(kCrcOfPlain, true, &crc_of_plain));
    ARROW_RETURN_NOT_OK(checksum(kAdlerOfStored, is_compressed, &adler_of_stored));
    ARROW_RETURN_NOT_OK(checksum(kCrcOfStored, is_compressed, &crc_of_stored));
    ARROW_RETURN_NOT_OK(MakeRoom(stored_bytes));
    ARROW_RETURN_NOT_OK(NeedInput(stored_bytes));
    const std::span<const uint8_t> stored(input(), stored_bytes);
    if (is_compressed && (((flags_ & kAdlerOfStored) != 0 && Adler(stored) != adler_of_stored) ||
                          ((flags_ & kCrcOfStored) != 0 && Crc(stored) != crc_of_stored))) {
      return Damaged("the checksum of a block does not match");
    }
    ARROW_ASSIGN_OR_RAISE(const std::span<uint8_t> plain, RoomForBlock(plain_bytes));
    if (!is_compressed) {
      std::memcpy(plain.data(), stored.data(), plain_bytes);
    } else if (DecodeLzo1x(stored, plain) != plain_bytes) {
      return Damaged("a block cannot be decoded");
    }
    if (((flags_ & kAdlerOfPlain) != 0 && Adler(plain) != adler_of_plain) ||
        ((flags_ & kCrcOfPlain) != 0 && Crc(plain) != crc_of_plain)) {
      return Damaged("the checksum of a block does not match");
    }
    Consume(stored_bytes);
    BlockIs(plain_bytes);
    return Status::OK();
  }

 private:
  enum Flag : uint32_t {
    kAdlerOfPlain = 0x1,
    kAdlerOfStored = 0x2,
    kExtraField = 0x40,
    kCrcOfPlain = 0x100,
    kCrcOfStored = 0x200,
    kFilter = 0x800,
    kCrcOfHeader = 0x1000
  };
  static constexpr uint32_t kBlockBytesMax = 64 << 20;  // as lzop itself
  static constexpr uint32_t kVersionWithLevel = 0x0940;

  Result<uint32_t> Number(size_t bytes) {
    ARROW_RETURN_NOT_OK(NeedInput(bytes));
    uint32_t number = 0;
    for (size_t i = 0; i < bytes; ++i) {
      number = number << 8U | input()[i];
      header_.push_back(input()[i]);
    }
    Consume(bytes);
    return number;
  }

  Status ReadHeader() {
    constexpr size_t kMagicBytes = "\x89LZO\0\r\n\x1a\n"sv.size();
    ARROW_RETURN_NOT_OK(NeedInput(kMagicBytes));
    Consume(kMagicBytes);
    header_.clear();
    ARROW_ASSIGN_OR_RAISE(const uint32_t version, Number(2));
    ARROW_RETURN_NOT_OK(Number(2));  // of the library
    const bool has_level = version >= kVersionWithLevel;
    if (has_level) ARROW_RETURN_NOT_OK(Number(2));  // the version that is needed
    ARROW_ASSIGN_OR_RAISE(const uint32_t method, Number(1));
    if (has_level) ARROW_RETURN_NOT_OK(Number(1));
    ARROW_ASSIGN_OR_RAISE(flags_, Number(4));
    uint32_t filter = 0;
    if ((flags_ & kFilter) != 0) ARROW_RETURN_NOT_OK(Number(4).Value(&filter));
    ARROW_RETURN_NOT_OK(Number(4));                 // mode
    ARROW_RETURN_NOT_OK(Number(4));                 // time
    if (has_level) ARROW_RETURN_NOT_OK(Number(4));  // its upper half
    ARROW_ASSIGN_OR_RAISE(uint32_t name_bytes, Number(1));
    for (; name_bytes > 0; --name_bytes) ARROW_RETURN_NOT_OK(Number(1));
    const uint32_t checksum = (flags_ & kCrcOfHeader) != 0 ? Crc(header_) : Adler(header_);
    ARROW_ASSIGN_OR_RAISE(const uint32_t stated, Number(4));
    if (checksum != stated) return Damaged("the checksum of a header does not match");
    constexpr uint32_t kMethodMax = 3;  // LZO1X-1, LZO1X-1(15), LZO1X-999
    const bool is_method_known = method != 0 && method <= kMethodMax;
    if (!is_method_known || (flags_ & kFilter) != 0) {
      return Error(kContainer,
                   "the lzop data are made with a {} {} that this program does not know",
                   is_method_known ? "filter" : "method", is_method_known ? filter : method);
    }
    if ((flags_ & kExtraField) != 0) {
      ARROW_ASSIGN_OR_RAISE(uint32_t extra_bytes, Number(4));
      for (; extra_bytes > 0; --extra_bytes) {
        header_.clear();
        ARROW_RETURN_NOT_OK(Number(1));
      }
      ARROW_RETURN_NOT_OK(Number(4));  // its checksum; what it holds is of no use here
    }
    at_header_ = false;
    return Status::OK();
  }

  std::vector<uint8_t> header_;  // what is read of it, for its checksum
  uint32_t flags_ = 0;
  bool at_header_ = true;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeLzopStream(std::unique_ptr<ByteStream> stored,
                                                   DecompressOptions options) {
  return std::make_unique<LzopStream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
