#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "codec/compress/container_stream.h"
#include "codec/compress/inflate_failure.h"

namespace pyforge::compress {
namespace {

/// RFC 1952. ISA-L decodes the data and checks their checksum and length; headers are read here,
/// because it loses their checksum where its input ends within one.
class GzipStream final : public LibraryStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : LibraryStream(Container::kGzip, std::move(stored), std::move(options)),
        state_(std::make_unique<inflate_state>()) {
    isal_inflate_init(state_.get());
  }

 protected:
  Status Begin() override {
    ARROW_RETURN_NOT_OK(ReadHeader());
    isal_inflate_reset(state_.get());
    state_->crc_flag = ISAL_GZIP_NO_HDR_VER;
    return Status::OK();
  }

  Result<bool> Run(std::span<uint8_t> out) override {
    state_->next_in = input();
    state_->avail_in = static_cast<uint32_t>(input_count());
    state_->next_out = out.data();
    state_->avail_out = static_cast<uint32_t>(out.size());
    const int result = isal_inflate(state_.get());
    Consume(input_count() - state_->avail_in);
    Produced(out.size() - state_->avail_out);
    if (result < 0) return Damaged(InflateFailure(result));
    return state_->block_state == ISAL_BLOCK_FINISH;
  }

 private:
  // RFC 1952 section 2.3. Fields are passed over, never kept, so their length does not matter.
  Status ReadHeader() {
    enum Flag : unsigned { kHeaderCrc = 2, kExtra = 4, kName = 8, kComment = 16, kReserved = 0xe0 };
    header_crc_ = 0;
    uint8_t head[10];
    for (uint8_t& each : head) {
      ARROW_ASSIGN_OR_RAISE(each, NextHeaderByte());
    }
    if (head[0] != 0x1f || head[1] != 0x8b) return Damaged("a member has an invalid header");
    if (head[2] != 8) return Damaged("a member names another method than deflate");
    const unsigned flags = head[3];
    if ((flags & kReserved) != 0) return Damaged("a member's header has reserved bits set");
    if ((flags & kExtra) != 0) {
      ARROW_ASSIGN_OR_RAISE(const uint8_t low, NextHeaderByte());
      ARROW_ASSIGN_OR_RAISE(const uint8_t high, NextHeaderByte());
      for (unsigned left = low | static_cast<unsigned>(high) << 8U; left > 0; --left) {
        ARROW_RETURN_NOT_OK(NextHeaderByte());
      }
    }
    for (const unsigned text : {kName, kComment}) {
      bool is_ended = (flags & text) == 0;
      while (!is_ended) {
        ARROW_ASSIGN_OR_RAISE(const uint8_t byte, NextHeaderByte());
        is_ended = byte == 0;
      }
    }
    if ((flags & kHeaderCrc) == 0) return Status::OK();
    const uint32_t crc = header_crc_;
    ARROW_ASSIGN_OR_RAISE(const uint8_t low, NextHeaderByte());
    ARROW_ASSIGN_OR_RAISE(const uint8_t high, NextHeaderByte());
    if ((low | static_cast<unsigned>(high) << 8U) == (crc & 0xffffU)) return Status::OK();
    return Damaged("the checksum of a member's header does not match");
  }

  Result<uint8_t> NextHeaderByte() {
    ARROW_RETURN_NOT_OK(WantInput(1));
    if (input_count() == 0) return Truncated();
    const uint8_t byte = *input();
    header_crc_ = crc32_gzip_refl(header_crc_, &byte, 1);
    Consume(1);
    return byte;
  }

  const std::unique_ptr<inflate_state> state_;  // 90 KB
  uint32_t header_crc_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeGzipStream(std::unique_ptr<ByteStream> stored,
                                                   DecompressOptions options) {
  return std::make_unique<GzipStream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
