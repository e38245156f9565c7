// Compressing into gzip and zstd, piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/compress/container.h"
#include "pyforge/source.h"

namespace pyforge::compress {

/// The levels a container takes: gzip 1 to 3 (ISA-L, fast), zstd 1 to 19.
struct LevelRange {
  int min = 0;
  int max = 0;
  int standard = 0;  ///< taken when none is asked for
};
/// All zero for a container that is not written.
LevelRange LevelsOf(Container container);

/// Compresses bytes into members (gzip) or frames (zstd) of one container. Members that follow one
/// another are one file, so pieces may be compressed apart and put together in order.
/// The same bytes in the same calls give the same output. Threads: one at a time.
class Compressor {
 public:
  /// Errors: unsupported.container for one that is not written, usage.bad_option for a bad level.
  static Result<std::unique_ptr<Compressor>> Make(Container container, int level);
  virtual ~Compressor() = default;
  /// Compresses `bytes`; appends what is ready to `out`. Memory: a fixed state, and what `out`
  /// grows.
  virtual Status Append(std::span<const uint8_t> bytes, std::vector<uint8_t>* out) = 0;
  /// Completes the member; the next Append begins another. Without an Append before it, an empty
  /// one.
  virtual Status Finish(std::vector<uint8_t>* out) = 0;
};

/// An output file whose bytes are compressed on their way into another one.
/// Threads: one at a time. Finish it before the inner file is published.
class CompressedFile : public OutputFile {
 public:
  /// `inner` is borrowed. Errors: as Compressor::Make.
  static Result<std::unique_ptr<CompressedFile>> Make(OutputFile& inner, Container container,
                                                      int level);
  const std::string& path() const override { return inner_.path(); }
  /// Bytes appended here, before compression.
  int64_t position() const override { return position_; }
  using OutputFile::Append;
  Status Append(std::span<const uint8_t> bytes) override;
  /// Completes the container. Without it the file is cut off.
  Status Finish();

 private:
  CompressedFile(OutputFile& inner, std::unique_ptr<Compressor> compressor)
      : inner_(inner), compressor_(std::move(compressor)) {}
  Status PassOn(size_t bytes_least);

  OutputFile& inner_;
  std::unique_ptr<Compressor> compressor_;
  std::vector<uint8_t> compressed_;  // reused
  int64_t position_ = 0;
};

}  // namespace pyforge::compress
