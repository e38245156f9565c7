// Turns text of any encoding into UTF-8, as a stream. What cannot be read becomes U+FFFD and is
// counted, never dropped without a word.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pyforge/error.h"
#include "pyforge/source.h"

namespace pyforge::charset {

/// What a transcoder could not read.
struct InvalidInput {
  int64_t count = 0;               ///< U+FFFD written in place of input
  int64_t first_offset = -1;       ///< of the first one, in the bytes of the input, mark included
  int64_t first_utf8_offset = -1;  ///< of its U+FFFD, in the bytes of the output, without a mark
};

/// Turns blocks of one text into UTF-8; a sequence may straddle blocks. Threads: one at a time.
class Transcoder {
 public:
  virtual ~Transcoder() = default;
  struct Step {
    size_t read = 0;     ///< bytes of input used up
    size_t written = 0;  ///< bytes of output made
  };
  /// Reads as much as there is room for; progresses whenever 4 bytes of output are free, unless the
  /// input ends within a sequence. `is_last`: no input follows, so that such an end is invalid.
  virtual Step Convert(std::span<const uint8_t> input, bool is_last, std::span<uint8_t> output) = 0;
  const InvalidInput& invalid() const { return invalid_; }

 protected:
  void CountInvalid();  // before the Advance over it
  void Advance(size_t read, size_t written, Step* step);

 private:
  InvalidInput invalid_;
  int64_t input_offset_ = 0;   // of the next byte to read
  int64_t output_offset_ = 0;  // of the next byte to write
};

/// Any spelling of names.h, or what the C library's iconv knows. For "utf-8" the transcoder
/// replaces invalid bytes one by one. Errors: usage.bad_option when the encoding is not known.
Result<std::unique_ptr<Transcoder>> MakeTranscoder(std::string_view encoding);

/// A stream of UTF-8 over a stream in another encoding; a byte-order mark is left out.
/// Threads: one at a time.
class TranscodingStream : public ByteStream {
 public:
  /// Errors: usage.bad_option when the encoding is not known.
  static Result<std::unique_ptr<TranscodingStream>> Make(std::unique_ptr<ByteStream> input,
                                                         std::string_view encoding);
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override;
  int64_t stored_position() const override { return input_->stored_position(); }
  /// So far; final at the end of the stream.
  InvalidInput invalid() const;

 private:
  TranscodingStream(std::unique_ptr<ByteStream> input, std::unique_ptr<Transcoder> transcoder);
  Result<size_t> Fill(std::span<uint8_t> out);

  std::unique_ptr<ByteStream> input_;
  std::unique_ptr<Transcoder> transcoder_;
  std::unique_ptr<uint8_t[]> buffer_;  // bytes read and not yet converted
  size_t begin_ = 0, end_ = 0;
  bool input_ended_ = false;
  bool mark_checked_ = false;
  size_t mark_bytes_ = 0;    // of the mark in the output, left out
  uint8_t pending_[8] = {};  // converted bytes that did not fit the last Read
  size_t pending_begin_ = 0, pending_end_ = 0;
};

}  // namespace pyforge::charset
