#include "codec/compress/compressor.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "codec/compress/errors.h"

namespace pyforge::compress {
namespace {

// The libraries write here first: growing the caller's vector ahead would fill it with zeros.
constexpr size_t kChunkBytes = 64 << 10;

class GzipCompressor final : public Compressor {
 public:
  explicit GzipCompressor(int level) : level_buffer_(LevelBufferBytes(level)) {
    isal_deflate_init(&state_);
    state_.level = static_cast<uint32_t>(level);
    state_.level_buf = level_buffer_.data();
    state_.level_buf_size = static_cast<uint32_t>(level_buffer_.size());
    state_.gzip_flag = IGZIP_GZIP;
  }

  Status Append(std::span<const uint8_t> bytes, std::vector<uint8_t>* out) override {
    constexpr size_t kInMax = std::numeric_limits<int32_t>::max();
    while (!bytes.empty()) {
      const size_t count = std::min(bytes.size(), kInMax);
      ARROW_RETURN_NOT_OK(Deflate(bytes.first(count), false, out));
      bytes = bytes.subspan(count);
    }
    return Status::OK();
  }

  Status Finish(std::vector<uint8_t>* out) override {
    ARROW_RETURN_NOT_OK(Deflate({}, true, out));
    isal_deflate_reset(&state_);
    state_.gzip_flag = IGZIP_GZIP;  // writing the header has cleared it
    return Status::OK();
  }

 private:
  static size_t LevelBufferBytes(int level) {
    constexpr size_t kBytes[] = {ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
                                 ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT};
    return kBytes[level];
  }

  Status Deflate(std::span<const uint8_t> bytes, bool is_last, std::vector<uint8_t>* out) {
    // The library never writes to its input.
    state_.next_in = const_cast<uint8_t*>(bytes.data());
    state_.avail_in = static_cast<uint32_t>(bytes.size());
    state_.end_of_stream = is_last ? 1 : 0;
    state_.flush = NO_FLUSH;
    bool is_done = false;
    while (!is_done) {
      state_.next_out = chunk_.data();
      state_.avail_out = static_cast<uint32_t>(chunk_.size());
      const int result = isal_deflate(&state_);
      if (result != COMP_OK) return Fail(kInternal, {}, "ISA-L's deflate failed with {}", result);
      out->insert(out->end(), chunk_.data(), state_.next_out);
      is_done = is_last ? state_.internal_state.state == ZSTATE_END
                        : state_.avail_in == 0 && state_.avail_out > 0;
    }
    return Status::OK();
  }

  std::vector<uint8_t> level_buffer_;
  std::vector<uint8_t> chunk_ = std::vector<uint8_t>(kChunkBytes);
  isal_zstream state_;
};

class ZstdCompressor final : public Compressor {
 public:
  explicit ZstdCompressor(int level) : state_(ZSTD_createCCtx()) {
    ZSTD_CCtx_setParameter(state_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(state_.get(), ZSTD_c_checksumFlag, 1);
  }

  Status Append(std::span<const uint8_t> bytes, std::vector<uint8_t>* out) override {
    return Compress(bytes, ZSTD_e_continue, out);
  }
  Status Finish(std::vector<uint8_t>* out) override { return Compress({}, ZSTD_e_end, out); }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* state) const { ZSTD_freeCCtx(state); }
  };

  Status Compress(std::span<const uint8_t> bytes, ZSTD_EndDirective directive,
                  std::vector<uint8_t>* out) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    bool is_done = false;
    while (!is_done) {
      ZSTD_outBuffer output{chunk_.data(), chunk_.size(), 0};
      const size_t result = ZSTD_compressStream2(state_.get(), &output, &input, directive);
      if (ZSTD_isError(result) != 0) {
        return Fail(kInternal, {}, "zstd failed: {}", ZSTD_getErrorName(result));
      }
      out->insert(out->end(), chunk_.data(), chunk_.data() + output.pos);
      is_done = directive == ZSTD_e_end ? result == 0 : input.pos == input.size;
    }
    return Status::OK();
  }

  std::vector<uint8_t> chunk_ = std::vector<uint8_t>(kChunkBytes);
  const std::unique_ptr<ZSTD_CCtx, Free> state_;
};

}  // namespace

LevelRange LevelsOf(Container container) {
  switch (container) {
    case Container::kGzip:
      return {.min = 1, .max = ISAL_DEF_MAX_LEVEL, .standard = 2};
    case Container::kZstd:
      return {.min = 1, .max = 19, .standard = 1};
    default:
      return {};
  }
}

Result<std::unique_ptr<Compressor>> Compressor::Make(Container container, int level) {
  const LevelRange levels = LevelsOf(container);
  if (levels.max == 0) {
    return Fail(kContainer, {}, "this program writes gzip and zstd, not '{}'",
                ContainerName(container));
  }
  if (level < levels.min || level > levels.max) {
    return Fail(kBadOption, {}, "{} takes levels {} to {}, not {}", ContainerName(container),
                levels.min, levels.max, level);
  }
  if (container == Container::kGzip) return std::make_unique<GzipCompressor>(level);
  return std::make_unique<ZstdCompressor>(level);
}

Result<std::unique_ptr<CompressedFile>> CompressedFile::Make(OutputFile& inner, Container container,
                                                             int level) {
  ARROW_ASSIGN_OR_RAISE(auto compressor, Compressor::Make(container, level));
  return std::unique_ptr<CompressedFile>(new CompressedFile(inner, std::move(compressor)));
}

Status CompressedFile::Append(std::span<const uint8_t> bytes) {
  // In steps, so that the buffer does not grow with what is appended at once.
  constexpr size_t kStepBytes = 256 << 10;
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kStepBytes);
    ARROW_RETURN_NOT_OK(compressor_->Append(bytes.first(count), &compressed_));
    position_ += static_cast<int64_t>(count);
    bytes = bytes.subspan(count);
    ARROW_RETURN_NOT_OK(PassOn(kStepBytes));
  }
  return Status::OK();
}

Status CompressedFile::Finish() {
  ARROW_RETURN_NOT_OK(compressor_->Finish(&compressed_));
  return PassOn(0);
}

Status CompressedFile::PassOn(size_t bytes_least) {
  if (compressed_.size() < bytes_least) return Status::OK();
  ARROW_RETURN_NOT_OK(inner_.Append(std::span<const uint8_t>(compressed_)));
  compressed_.clear();
  return Status::OK();
}

}  // namespace pyforge::compress
