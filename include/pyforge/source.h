// Where an input's bytes come from: a file, standard input, the inside of a compressed container.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pyforge/error.h"

namespace pyforge {

class ExecutionContext;

/// Bytes in order, once. Threads: one at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Reads up to `bytes` into `out`; returns how many, less than asked only at the end (then 0 for
  /// ever after). Errors: io.read_failed, and data errors of a container.
  virtual Result<int64_t> Read(int64_t bytes, uint8_t* out) = 0;
  /// Bytes of the stored file consumed so far; for progress.
  virtual int64_t stored_position() const = 0;
};

/// Bytes at any position. Threads: share freely.
class RandomAccess {
 public:
  virtual ~RandomAccess() = default;
  virtual int64_t size() const = 0;  ///< bytes
  /// Reads up to `bytes` at `offset`; less only at the end of the file.
  virtual Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const = 0;
};

/// One input's bytes, after taking off compression. Threads: one at a time.
class Source {
 public:
  virtual ~Source() = default;
  /// As the user wrote it; "-" is standard input.
  virtual const std::string& path() const = 0;
  /// File name without directory and without a container's suffix: "orders.csv" for
  /// "a/orders.csv.gz". Where that leaves no suffix, a zip archive's name has that of the file in
  /// it: "orders.tsv" for orders.zip with data.tsv.
  virtual const std::string& name() const = 0;
  /// "gzip", "zstd", ...; empty for plain bytes.
  virtual std::string_view container() const = 0;
  /// Bytes as stored, and after decompression, where known without reading all.
  virtual std::optional<int64_t> stored_bytes() const = 0;
  virtual std::optional<int64_t> bytes() const = 0;
  /// May OpenStream be called again? False for standard input and pipes, unless spooled.
  virtual bool repeatable() const = 0;
  /// The first bytes, at most `bytes_max`; reading them takes nothing away from later streams.
  virtual Result<std::string_view> Head(int64_t bytes_max) = 0;
  /// Frees what Head keeps if it can be read again; all views that Head gave end.
  virtual void ForgetHead() {}
  /// A stream from the first byte. A second call on an unrepeatable source is io.not_repeatable.
  virtual Result<std::unique_ptr<ByteStream>> OpenStream() = 0;
  /// Bytes at any position; a compressed or unrepeatable source is first unpacked into a private
  /// temporary file (limit.temp beyond the context's temp_bytes_max).
  virtual Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() = 0;
  /// True when OpenRandomAccess costs nothing (a plain local file).
  virtual bool cheap_random_access() const = 0;
  /// From now on whatever is streamed is also kept (compressed temporary file), so that the source
  /// becomes repeatable. Call before the first OpenStream.
  virtual Status MakeRepeatable() = 0;
  /// For readers that stop before the end, where a stream would notice by itself: fails where what
  /// was read may not be what was opened. Errors: io.changed_while_reading.
  virtual Status CheckUnchanged() { return Status::OK(); }
};

/// A file being written; bytes go to its end. Final only after its owner publishes it.
/// Threads: Append from one thread at a time.
class OutputFile {
 public:
  virtual ~OutputFile() = default;
  /// The name a person will find it under.
  virtual const std::string& path() const = 0;
  virtual int64_t position() const = 0;  ///< bytes appended so far
  /// Errors: io.write_failed (disk full, quota, closed pipe).
  virtual Status Append(std::span<const uint8_t> bytes) = 0;
  Status Append(std::string_view text) {
    return Append(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }
};

}  // namespace pyforge
