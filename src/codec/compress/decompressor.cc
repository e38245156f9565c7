#include "codec/compress/decompressor.h"

#include <arrow/memory_pool.h>
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
// Only so can its memory come from a pool of ours.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "codec/compress/errors.h"

namespace pyforge::compress {
namespace {

// Smaller reads go through a buffer of this size: both libraries copy their history about when they
// are asked for little, and the second-level cache still holds it.
constexpr int64_t kDirectBytes = 256 << 10;

/// What gzip and zstd streams have in common: the input buffer, what may stand behind a member, and
/// errors that stay.
class ContainerStream : public ByteStream {
 public:
  ContainerStream(std::string_view container, std::unique_ptr<ByteStream> stored,
                  DecompressOptions options)
      : container_(container),
        stored_(std::move(stored)),
        options_(std::move(options)),
        input_(static_cast<size_t>(std::max(options_.input_bytes, kInputBytesMin))) {}

  Result<int64_t> Read(int64_t bytes, uint8_t* out) final {
    ARROW_RETURN_NOT_OK(failure_);
    Result<int64_t> count = ReadThroughBuffer(bytes, out);
    if (!count.ok()) failure_ = count.status();
    return count;
  }

  int64_t stored_position() const final {
    return stored_->stored_position() - static_cast<int64_t>(input_end_ - input_begin_);
  }

 protected:
  /// Decodes until `bytes` are there or the container ends.
  virtual Result<int64_t> Decode(int64_t bytes, uint8_t* out) = 0;

  const DecompressOptions& options() const { return options_; }
  uint8_t* input() { return input_.data() + input_begin_; }
  size_t input_count() const { return input_end_ - input_begin_; }
  void Consume(size_t bytes) { input_begin_ += bytes; }

  /// Reads until `bytes` of input are there or the stored stream has ended.
  Status WantInput(size_t bytes) {
    if (input_count() >= bytes || stored_ended_) return Status::OK();
    std::memmove(input_.data(), input(), input_count());
    input_end_ = input_count();
    input_begin_ = 0;
    const auto room = static_cast<int64_t>(input_.size() - input_end_);
    ARROW_ASSIGN_OR_RAISE(const int64_t count, stored_->Read(room, input_.data() + input_end_));
    stored_ended_ = count < room;
    input_end_ += static_cast<size_t>(count);
    return Status::OK();
  }

  /// Stands behind a member: true when another begins, false at the end of the file.
  Result<bool> FindNextMember() {
    ARROW_RETURN_NOT_OK(WantInput(kMagicBytesMax));
    if (input_count() == 0) return false;
    if (StartsMember()) return true;
    const int64_t offset = stored_position();
    while (input_count() > 0) {
      for (; input_count() > 0; Consume(1)) {
        if (*input() == 0) continue;
        return Error(
            kTrailingBytes,
            "behind the {} data, which end at byte {} of the stored file, stands a byte {:#04x}"
            " that begins no further data",
            container_, offset, *input());
      }
      ARROW_RETURN_NOT_OK(WantInput(1));
    }
    return false;
  }

  Status Truncated() {
    return Error(kTruncated, "the {} data end in the middle, after byte {} of the stored file",
                 container_, stored_position());
  }

  template <typename... Args>
  Status Error(const ErrorCode& code, fmt::format_string<Args...> text, Args&&... args) const {
    return Fail(code, {.path = options_.path, .byte_offset = position_}, text,
                std::forward<Args>(args)...);
  }

  /// Bytes decoded so far.
  int64_t position_ = 0;

 private:
  static constexpr int64_t kInputBytesMin = 32;  // more than WantInput is ever asked for
  static constexpr size_t kMagicBytesMax = 8;

  bool StartsMember() const {
    const std::string_view head(reinterpret_cast<const char*>(input_.data() + input_begin_),
                                input_count());
    return ContainerName(DetectContainer(head)) == container_;
  }

  Result<int64_t> ReadThroughBuffer(int64_t bytes, uint8_t* out) {
    int64_t done = 0;
    while (done < bytes) {
      const int64_t wanted = bytes - done;
      if (decoded_begin_ < decoded_end_) {
        const int64_t count = std::min(wanted, decoded_end_ - decoded_begin_);
        std::memcpy(out + done, decoded_.data() + decoded_begin_, static_cast<size_t>(count));
        decoded_begin_ += count;
        done += count;
        continue;
      }
      if (ended_) break;
      if (wanted >= kDirectBytes) {
        ARROW_ASSIGN_OR_RAISE(const int64_t count, Decode(wanted, out + done));
        ended_ = count < wanted;
        done += count;
        continue;
      }
      decoded_.resize(static_cast<size_t>(kDirectBytes));
      decoded_begin_ = decoded_end_ = 0;
      ARROW_ASSIGN_OR_RAISE(decoded_end_, Decode(kDirectBytes, decoded_.data()));
      ended_ = decoded_end_ < kDirectBytes;
    }
    return done;
  }

  const std::string_view container_;
  const std::unique_ptr<ByteStream> stored_;
  const DecompressOptions options_;
  std::vector<uint8_t> input_;
  size_t input_begin_ = 0;
  size_t input_end_ = 0;
  bool stored_ended_ = false;
  std::vector<uint8_t> decoded_;  // for small reads
  int64_t decoded_begin_ = 0;
  int64_t decoded_end_ = 0;
  bool ended_ = false;
  Status failure_;
};

std::string_view InflateFailure(int result) {
  switch (result) {
    case ISAL_INVALID_BLOCK:
      return "a block has an invalid header";
    case ISAL_INVALID_SYMBOL:
      return "a block holds an invalid symbol";
    case ISAL_INVALID_LOOKBACK:
      return "a copy reaches back before the first byte";
    case ISAL_INCORRECT_CHECKSUM:
      return "the checksum or the length does not match the data";
    default:
      return "the data cannot be decoded";
  }
}

/// RFC 1952. ISA-L decodes the data and checks their checksum and length; headers are read here,
/// because it loses their checksum where its input ends within one.
class GzipStream final : public ContainerStream {
 public:
  GzipStream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : ContainerStream("gzip", std::move(stored), std::move(options)),
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
  Status Damaged(std::string_view reason) const {
    return Error(kCorruptContainer, "the gzip data are damaged near byte {} of the stored file: {}",
                 stored_position(), reason);
  }

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

/// Memory of a pool for zstd, which does not tell the size of what it frees: it stands in front.
constexpr size_t kAllocationHeadBytes = 64;  // keeps the pool's alignment

void* AllocateFromPool(void* pool, size_t bytes) {
  if (bytes > static_cast<size_t>(std::numeric_limits<int64_t>::max()) - kAllocationHeadBytes) {
    return nullptr;
  }
  const size_t whole = bytes + kAllocationHeadBytes;
  uint8_t* memory = nullptr;
  const Status status =
      static_cast<arrow::MemoryPool*>(pool)->Allocate(static_cast<int64_t>(whole), &memory);
  if (!status.ok()) return nullptr;
  std::memcpy(memory, &whole, sizeof whole);
  return memory + kAllocationHeadBytes;
}

void FreeToPool(void* pool, void* address) {
  if (address == nullptr) return;
  uint8_t* const memory = static_cast<uint8_t*>(address) - kAllocationHeadBytes;
  size_t whole = 0;
  std::memcpy(&whole, memory, sizeof whole);
  static_cast<arrow::MemoryPool*>(pool)->Free(memory, static_cast<int64_t>(whole));
}

struct FreeZstd {
  void operator()(ZSTD_DCtx* state) const { ZSTD_freeDCtx(state); }
};
using ZstdState = std::unique_ptr<ZSTD_DCtx, FreeZstd>;

/// RFC 8878. The library verifies content checksums where frames have them.
class ZstdStream final : public ContainerStream {
 public:
  static Result<std::unique_ptr<ByteStream>> Make(std::unique_ptr<ByteStream> stored,
                                                  DecompressOptions options) {
    arrow::MemoryPool* const pool =
        options.pool != nullptr ? options.pool : arrow::default_memory_pool();
    ZstdState state(ZSTD_createDCtx_advanced({AllocateFromPool, FreeToPool, pool}));
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
  Result<int64_t> Decode(int64_t bytes, uint8_t* out) override {
    ZSTD_outBuffer output{out, static_cast<size_t>(bytes), 0};
    while (output.pos < output.size && !ended_) {
      if (at_frame_start_) {
        ARROW_RETURN_NOT_OK(CheckWindow());
        at_frame_start_ = false;
      }
      ARROW_RETURN_NOT_OK(WantInput(1));
      ZSTD_inBuffer in{input(), input_count(), 0};
      const size_t out_before = output.pos;
      const size_t result = ZSTD_decompressStream(state_.get(), &output, &in);
      Consume(in.pos);
      position_ += static_cast<int64_t>(output.pos - out_before);
      if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) {
        return Error(kMemoryLimit, "no memory is left for the window of {} bytes of the zstd data",
                     window_);
      }
      if (ZSTD_isError(result) != 0) {
        return Error(kCorruptContainer,
                     "the zstd data are damaged near byte {} of the stored file: {}",
                     stored_position(), ZSTD_getErrorName(result));
      }
      if (result == 0) {
        ARROW_ASSIGN_OR_RAISE(const bool more, FindNextMember());
        ended_ = !more;
        at_frame_start_ = true;
      } else if (output.pos == out_before && in.size == 0) {
        return Truncated();
      }
    }
    return static_cast<int64_t>(output.pos);
  }

 private:
  ZstdStream(std::unique_ptr<ByteStream> stored, DecompressOptions options, ZstdState state)
      : ContainerStream("zstd", std::move(stored), std::move(options)), state_(std::move(state)) {}

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
  bool at_frame_start_ = true;
  bool ended_ = false;
};

}  // namespace

bool CanDecompress(Container container) {
  return container == Container::kGzip || container == Container::kZstd;
}

Result<std::unique_ptr<ByteStream>> OpenDecompressor(Container container,
                                                     std::unique_ptr<ByteStream> stored,
                                                     DecompressOptions options) {
  switch (container) {
    case Container::kGzip:
      return std::make_unique<GzipStream>(std::move(stored), std::move(options));
    case Container::kZstd:
      return ZstdStream::Make(std::move(stored), std::move(options));
    default:
      return Fail(kContainer, {.path = options.path},
                  "the file is compressed with {}; this program opens gzip and zstd",
                  ContainerName(container));
  }
}

}  // namespace pyforge::compress
