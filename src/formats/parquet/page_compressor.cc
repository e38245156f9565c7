#include "formats/parquet/page_compressor.h"

#include <arrow/util/compression.h>
#include <libdeflate.h>
#include <zstd.h>

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "formats/parquet/snappy_block.h"

namespace pyforge::parquet {
namespace {

// Arrow's codecs, into `out` from its byte `begin` on; returns how many bytes they are.
Result<size_t> CompressAt(arrow::util::Codec* codec, std::span<const uint8_t> bytes, size_t begin,
                          ByteBuffer* out) {
  const auto size = static_cast<int64_t>(bytes.size());
  const int64_t room = codec->MaxCompressedLen(size, bytes.data());
  out->Resize(begin + static_cast<size_t>(room));
  ARROW_ASSIGN_OR_RAISE(const int64_t compressed,
                        codec->Compress(size, bytes.data(), room, out->data() + begin));
  return static_cast<size_t>(compressed);
}

// The search of Google's Snappy strides ever wider over what has no matches, and packed lengths
// have none: behind them it missed half of a text's. So the head becomes a literal.
class SnappyCompressor : public PageCompressor {
 public:
  explicit SnappyCompressor(std::unique_ptr<arrow::util::Codec> codec) : codec_(std::move(codec)) {}

  Status Compress(std::span<const uint8_t> head, std::span<const uint8_t> bytes,
                  ByteBuffer* out) override {
    std::array<uint8_t, snappy_block::kHeadBytesMax> length;
    const auto length_bytes = static_cast<size_t>(
        snappy_block::PutLength(static_cast<uint32_t>(bytes.size()), length.data()) -
        length.data());
    out->Resize(head.size() + snappy_block::kHeadBytesMax);
    uint8_t* to =
        snappy_block::PutLength(static_cast<uint32_t>(head.size() + bytes.size()), out->data());
    to = snappy_block::PutLiteral(head.data(), head.size(), to);
    // The block of the other bytes begins with their own length, which is not wanted: it goes over
    // the last bytes before, which are put back.
    const auto end = static_cast<size_t>(to - out->data());
    const size_t begin = end - length_bytes;
    std::memcpy(length.data(), out->data() + begin, length_bytes);
    ARROW_ASSIGN_OR_RAISE(const size_t compressed, CompressAt(codec_.get(), bytes, begin, out));
    std::memcpy(out->data() + begin, length.data(), length_bytes);
    out->Resize(begin + compressed);
    return Status::OK();
  }

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
};

// The other codecs take a page in one piece.
class WholeCompressor : public PageCompressor {
 public:
  Status Compress(std::span<const uint8_t> head, std::span<const uint8_t> bytes,
                  ByteBuffer* out) final {
    if (head.empty()) return CompressWhole(bytes, out);
    if (bytes.empty()) return CompressWhole(head, out);
    page_.clear();
    page_.Append(head.data(), head.size());
    page_.Append(bytes.data(), bytes.size());
    return CompressWhole(page_.span(), out);
  }

 protected:
  virtual Status CompressWhole(std::span<const uint8_t> bytes, ByteBuffer* out) = 0;

 private:
  ByteBuffer page_;
};

class ArrowCompressor : public WholeCompressor {
 public:
  explicit ArrowCompressor(std::unique_ptr<arrow::util::Codec> codec) : codec_(std::move(codec)) {}

  Status CompressWhole(std::span<const uint8_t> bytes, ByteBuffer* out) override {
    ARROW_ASSIGN_OR_RAISE(const size_t compressed, CompressAt(codec_.get(), bytes, 0, out));
    out->Resize(compressed);
    return Status::OK();
  }

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
};

// One context for all pages: making one costs more than compressing a small page.
class ZstdCompressor : public WholeCompressor {
 public:
  explicit ZstdCompressor(int level) : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  }

  Status CompressWhole(std::span<const uint8_t> bytes, ByteBuffer* out) override {
    out->Resize(ZSTD_compressBound(bytes.size()));
    const size_t size =
        ZSTD_compress2(context_.get(), out->data(), out->size(), bytes.data(), bytes.size());
    if (ZSTD_isError(size) != 0) {
      return Fail(kMemoryLimit, {}, "zstd gave up on a page of {} bytes: {}", bytes.size(),
                  ZSTD_getErrorName(size));
    }
    out->Resize(size);
    return Status::OK();
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

class GzipCompressor : public WholeCompressor {
 public:
  explicit GzipCompressor(int level) : compressor_(libdeflate_alloc_compressor(level)) {
    if (compressor_ == nullptr) throw std::bad_alloc();
  }

  Status CompressWhole(std::span<const uint8_t> bytes, ByteBuffer* out) override {
    out->Resize(libdeflate_gzip_compress_bound(compressor_.get(), bytes.size()));
    out->Resize(libdeflate_gzip_compress(compressor_.get(), bytes.data(), bytes.size(), out->data(),
                                         out->size()));
    return Status::OK();
  }

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const {
      libdeflate_free_compressor(compressor);
    }
  };
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
};

template <typename Compressor>
Result<std::unique_ptr<PageCompressor>> MakeArrow(arrow::Compression::type type,
                                                  std::optional<int> level) {
  auto codec = arrow::util::Codec::Create(
      type, level.value_or(arrow::util::Codec::UseDefaultCompressionLevel()));
  if (!codec.ok()) return Translate(codec.status(), {});
  return std::make_unique<Compressor>(*std::move(codec));
}

}  // namespace

Result<std::unique_ptr<PageCompressor>> PageCompressor::Make(const CompressionChoice& choice) {
  switch (choice.codec) {
    case Codec::kSnappy:
      return MakeArrow<SnappyCompressor>(arrow::Compression::SNAPPY, choice.level);
    case Codec::kLz4Raw:
      return MakeArrow<ArrowCompressor>(arrow::Compression::LZ4, choice.level);
    case Codec::kBrotli:
      // The library's own default is its slowest level.
      return MakeArrow<ArrowCompressor>(arrow::Compression::BROTLI, choice.level.value_or(5));
    case Codec::kZstd:
      return std::make_unique<ZstdCompressor>(choice.level.value_or(1));
    case Codec::kGzip:
      return std::make_unique<GzipCompressor>(choice.level.value_or(6));
    default:
      return std::unique_ptr<PageCompressor>();
  }
}

}  // namespace pyforge::parquet
