#include "formats/parquet/page_compressor.h"

#include <arrow/util/compression.h>
#include <libdeflate.h>
#include <zstd.h>

#include <new>
#include <utility>

namespace pyforge::parquet {
namespace {

class ArrowCompressor : public PageCompressor {
 public:
  explicit ArrowCompressor(std::unique_ptr<arrow::util::Codec> codec) : codec_(std::move(codec)) {}

  Status Compress(std::span<const uint8_t> bytes, ByteBuffer* out) override {
    const auto size = static_cast<int64_t>(bytes.size());
    out->Resize(static_cast<size_t>(codec_->MaxCompressedLen(size, bytes.data())));
    ARROW_ASSIGN_OR_RAISE(
        const int64_t compressed,
        codec_->Compress(size, bytes.data(), static_cast<int64_t>(out->size()), out->data()));
    out->Resize(static_cast<size_t>(compressed));
    return Status::OK();
  }

 private:
  std::unique_ptr<arrow::util::Codec> codec_;
};

// One context for all pages: making one costs more than compressing a small page.
class ZstdCompressor : public PageCompressor {
 public:
  explicit ZstdCompressor(int level) : context_(ZSTD_createCCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  }

  Status Compress(std::span<const uint8_t> bytes, ByteBuffer* out) override {
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

class GzipCompressor : public PageCompressor {
 public:
  explicit GzipCompressor(int level) : compressor_(libdeflate_alloc_compressor(level)) {
    if (compressor_ == nullptr) throw std::bad_alloc();
  }

  Status Compress(std::span<const uint8_t> bytes, ByteBuffer* out) override {
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

Result<std::unique_ptr<PageCompressor>> MakeArrow(arrow::Compression::type type,
                                                  std::optional<int> level) {
  auto codec = arrow::util::Codec::Create(
      type, level.value_or(arrow::util::Codec::UseDefaultCompressionLevel()));
  if (!codec.ok()) return Translate(codec.status(), {});
  return std::make_unique<ArrowCompressor>(*std::move(codec));
}

}  // namespace

Result<std::unique_ptr<PageCompressor>> PageCompressor::Make(const CompressionChoice& choice) {
  switch (choice.codec) {
    case Codec::kSnappy:
      return MakeArrow(arrow::Compression::SNAPPY, choice.level);
    case Codec::kLz4Raw:
      return MakeArrow(arrow::Compression::LZ4, choice.level);
    case Codec::kBrotli:
      // The library's own default is its slowest level.
      return MakeArrow(arrow::Compression::BROTLI, choice.level.value_or(5));
    case Codec::kZstd:
      return std::make_unique<ZstdCompressor>(choice.level.value_or(1));
    case Codec::kGzip:
      return std::make_unique<GzipCompressor>(choice.level.value_or(6));
    default:
      return std::unique_ptr<PageCompressor>();
  }
}

}  // namespace pyforge::parquet
