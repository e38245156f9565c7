#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>

#include "codec/compress/container_stream.h"
#include "codec/compress/inflate_failure.h"

namespace pyforge::compress {
namespace {

/// RFC 1952. ISA-L decodes the data and checks their checksum and length; headers are read here,
/// because it loses their checksum where its input ends within one.
class GzipStream final : public ContainerStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : ContainerStream(Container::kGzip, std::move(stored), std::move(options)),
        state_(std::make_unique<inflate_state>()) {
    isal_inflate_init(state_.get());
  }

 protected:
  Result<int64_t> Decode(int64_t bytes, uint8_t* out) override {
    int64_t done = 0;
    while (done < bytes && !ended_) {
      if (at_header_) {
        ARROW_RETURN_NOT_OK(ReadHeader());
        isal_inflate_reset(state_.get());
        state_->crc_flag = ISAL_GZIP_NO_HDR_VER;
        at_header_ = false;
      }
      ARROW_RETURN_NOT_OK(WantInput(1));
      constexpr int64_t kOutMax = std::numeric_limits<int32_t>::max();
      const auto room = static_cast<uint32_t>(std::min(bytes - done, kOutMax));
      state_->next_in = input();
      state_->avail_in = static_cast<uint32_t>(input_count());
      state_->next_out = out + done;
      state_->avail_out = room;
      const uint32_t input_before = state_->avail_in;
      const int result = isal_inflate(state_.get());
      const uint32_t count = room - state_->avail_out;
      Consume(input_before - state_->avail_in);
      done += count;
      position_ += count;
      if (result < 0) return Damaged(InflateFailure(result));
      if (state_->block_state == ISAL_BLOCK_FINISH) {
        ARROW_ASSIGN_OR_RAISE(const bool more, FindNextMember());
        ended_ = !more;
        at_header_ = true;
      } else if (count == 0 && input_before == 0) {
        return Truncated();
      }
    }
    return done;
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
  bool at_header_ = true;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeGzipStream(std::unique_ptr<ByteStream> stored,
                                                   DecompressOptions options) {
  return std::make_unique<GzipStream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
