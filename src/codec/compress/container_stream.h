// What streams of all containers have in common.
#pragma once

#include <arrow/buffer.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/compress/decompressor.h"
#include "codec/compress/errors.h"

namespace pyforge::compress {

/// The input buffer, what may stand behind a member, and errors that stay.
/// LibraryStream and BlockStream stand between it and most containers.
class ContainerStream : public ByteStream {
 public:
  ContainerStream(Container container, std::unique_ptr<ByteStream> stored,
                  DecompressOptions options);

  Result<int64_t> Read(int64_t bytes, uint8_t* out) final;

  int64_t stored_position() const override {
    return stored_->stored_position() - static_cast<int64_t>(input_end_ - input_begin_);
  }

 protected:
  /// Gets on by one step: decodes at most `out.size()` bytes, one or more, to its beginning and
  /// says so by Produced, or reads what stands between them. Not called behind the end of the data.
  virtual Status Step(std::span<uint8_t> out) = 0;
  int64_t position() const { return position_; }  ///< bytes decoded so far
  void Produced(size_t bytes) { position_ += static_cast<int64_t>(bytes); }

  Container container() const { return container_; }
  /// With a pool in any case.
  const DecompressOptions& options() const { return options_; }
  const uint8_t* input() const { return input_.data() + input_begin_; }
  uint8_t* input() { return input_.data() + input_begin_; }
  size_t input_count() const { return input_end_ - input_begin_; }
  void Consume(size_t bytes) { input_begin_ += bytes; }

  /// Puts bytes back before the input, for a decoder that has taken more than it used. Errors:
  /// those of MakeRoom.
  Status GiveBack(std::span<const uint8_t> bytes);

  /// Reads until `bytes` of input are there or the stored stream has ended. No more than
  /// kInputBytesMin may be asked for, except after MakeRoom.
  Status WantInput(size_t bytes);
  /// As WantInput, but an error where there are fewer.
  Status NeedInput(size_t bytes);
  /// Makes the input buffer hold `bytes` at once; what is more than options().input_bytes comes
  /// from the pool. Errors: limit.memory.
  Status MakeRoom(size_t bytes);

  /// Stands behind a member: either another begins or the data end with the file.
  Status EndMember();
  /// The data end here, whatever follows.
  void EndData() { ended_ = true; }

  Status Truncated() const;
  Status Damaged(std::string_view reason) const;
  template <typename... Args>
  Status Error(const ErrorCode& code, fmt::format_string<Args...> text, Args&&... args) const {
    return Fail(code, {.path = options_.path, .byte_offset = position_}, text,
                std::forward<Args>(args)...);
  }

  static constexpr size_t kInputBytesMin = 64;

 private:
  Result<int64_t> ReadThroughBuffer(int64_t bytes, uint8_t* out);
  Result<int64_t> Decode(int64_t bytes, uint8_t* out);
  bool StartsMember() const;

  const Container container_;
  const std::unique_ptr<ByteStream> stored_;
  const DecompressOptions options_;
  std::vector<uint8_t> small_input_;                     // of input_bytes
  std::unique_ptr<arrow::ResizableBuffer> large_input_;  // where the file wants more
  std::span<uint8_t> input_;                             // the one that is used
  size_t input_begin_ = 0;
  size_t input_end_ = 0;
  bool stored_ended_ = false;
  std::vector<uint8_t> decoded_;  // for small reads
  int64_t decoded_begin_ = 0;
  int64_t decoded_end_ = 0;
  int64_t position_ = 0;
  bool ended_ = false;
  Status failure_;
};

/// Data that a library decodes in pieces of any size.
class LibraryStream : public ContainerStream {
 protected:
  using ContainerStream::ContainerStream;
  Status Step(std::span<uint8_t> out) override;

  /// Makes the library ready for a member, whose first byte is the next one.
  virtual Status Begin() = 0;
  /// Calls the library once with all of the input and says by Consume and Produced what became of
  /// it. `out` is small enough to be counted in 31 bits. True behind the last byte of the member.
  virtual Result<bool> Run(std::span<uint8_t> out) = 0;
  /// The library is ready for input that does not begin a member: Begin is not called for it.
  void StandInMember() { at_member_ = false; }

 private:
  bool at_member_ = true;
};

/// Data in blocks that are decoded whole and given out piece by piece.
class BlockStream : public ContainerStream {
 protected:
  using ContainerStream::ContainerStream;
  Status Step(std::span<uint8_t> out) override;

  /// Decodes the next block into what RoomForBlock gives and says its size by BlockIs; or reads
  /// what stands between blocks.
  virtual Status NextBlock() = 0;
  /// Room for a block; what it held is gone. Errors: limit.memory.
  Result<std::span<uint8_t>> RoomForBlock(size_t bytes);
  void BlockIs(size_t bytes);

 private:
  std::unique_ptr<arrow::Buffer> block_;  // reused
  size_t block_begin_ = 0;
  size_t block_end_ = 0;
};

/// One maker for each container; `stored` begins with the container. Errors: limit.memory where
/// the decoder's own state does not fit.
using MakeStream = Result<std::unique_ptr<ByteStream>>(std::unique_ptr<ByteStream> stored,
                                                       DecompressOptions options);
MakeStream MakeGzipStream;
MakeStream MakeZstdStream;
MakeStream MakeBzip2Stream;
MakeStream MakeXzStream;
MakeStream MakeLz4Stream;
MakeStream MakeSnappyStream;
MakeStream MakeLzopStream;
MakeStream MakeZipStream;

}  // namespace pyforge::compress
