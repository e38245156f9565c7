// What keeps a stream that can be read only once, so that it can be read again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codec/compress/compressor.h"
#include "io/system_calls.h"
#include "io/temp_file.h"
#include "pyforge/execution.h"
#include "pyforge/source.h"

namespace pyforge::io {

/// Bytes kept in a nameless temporary file, compressed by zstd level 1. Threads: one at a time.
class Spool {
 public:
  /// Errors: those of TempFile.
  static Result<std::shared_ptr<Spool>> Make(ExecutionContext& context, SystemCalls& calls);
  /// Errors: limit.temp, io.disk_full, io.write_failed.
  Status Append(std::span<const uint8_t> bytes);
  /// Nothing more will come.
  Status Finish();
  /// All bytes from the first, after Finish.
  Result<std::unique_ptr<ByteStream>> OpenStream() const;

 private:
  Spool(std::shared_ptr<TempFile> file, std::unique_ptr<compress::Compressor> compressor,
        ExecutionContext& context)
      : file_(std::move(file)), compressor_(std::move(compressor)), context_(context) {}
  Status PassOn(size_t bytes_least);

  const std::shared_ptr<TempFile> file_;
  const std::unique_ptr<compress::Compressor> compressor_;
  ExecutionContext& context_;
  std::vector<uint8_t> compressed_;  // reused
};

/// The one stream of an unrepeatable source: what was already read of it, and the rest; with a
/// spool also all of it again. Shared by the source and the streams it gave out. Threads: one at a
/// time.
class LiveBytes {
 public:
  explicit LiveBytes(std::unique_ptr<ByteStream> rest) : rest_(std::move(rest)) {}

  /// The first bytes, at most `bytes_max`; keeps them for the streams. After OpenFirst only what
  /// was kept before. Earlier views stay valid.
  Result<std::string_view> Head(int64_t bytes_max);
  /// From now on all bytes are kept. Before OpenFirst.
  Status KeepAll(ExecutionContext& context, SystemCalls& calls);
  bool keeps_all() const { return spool_ != nullptr; }
  bool is_opened() const { return is_opened_; }

  /// The stream from the first byte. Once.
  static std::unique_ptr<ByteStream> OpenFirst(std::shared_ptr<LiveBytes> live);
  /// Another stream from the first byte: what has not been read yet is read into the spool first.
  Result<std::unique_ptr<ByteStream>> OpenAgain();

 private:
  class Stream;
  /// The next bytes that nobody has read yet.
  Result<int64_t> ReadNext(int64_t bytes, uint8_t* out);

  std::unique_ptr<ByteStream> rest_;
  std::vector<std::unique_ptr<std::string>> heads_;  // the last is the longest
  bool head_ended_ = false;
  std::shared_ptr<Spool> spool_;
  int64_t position_ = 0;  // bytes given out by ReadNext
  bool is_opened_ = false;
  bool is_ended_ = false;
};

}  // namespace pyforge::io
