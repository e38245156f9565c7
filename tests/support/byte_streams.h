// Streams and output files in memory.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "pyforge/source.h"

namespace pyforge::testing {

/// The bytes of a string, which it owns.
class StringStream : public ByteStream {
 public:
  explicit StringStream(std::string_view bytes) : bytes_(bytes) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const size_t count = std::min(static_cast<size_t>(bytes), bytes_.size() - position_);
    if (count > 0) std::memcpy(out, bytes_.data() + position_, count);
    position_ += count;
    return static_cast<int64_t>(count);
  }
  int64_t stored_position() const override { return static_cast<int64_t>(position_); }

 private:
  const std::string bytes_;
  size_t position_ = 0;
};

/// Keeps what is appended. Fails when more than `bytes_max` would be held.
class StringOutput : public OutputFile {
 public:
  explicit StringOutput(size_t bytes_max = std::string::npos) : bytes_max_(bytes_max) {}
  const std::string& path() const override { return path_; }
  int64_t position() const override { return static_cast<int64_t>(bytes_.size()); }
  using OutputFile::Append;
  Status Append(std::span<const uint8_t> bytes) override {
    if (bytes.size() > bytes_max_ - bytes_.size()) {
      return Fail(kWriteFailed, {.path = path_}, "no room for {} bytes", bytes.size());
    }
    bytes_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return Status::OK();
  }
  const std::string& bytes() const { return bytes_; }

 private:
  const std::string path_ = "memory";
  const size_t bytes_max_;
  std::string bytes_;
};

/// All bytes of a stream, read in steps of `step` bytes.
inline Result<std::string> ReadAll(ByteStream& stream, int64_t step = 64 << 10) {
  std::string all;
  std::string buffer(static_cast<size_t>(step), '\0');
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const int64_t count,
                          stream.Read(step, reinterpret_cast<uint8_t*>(buffer.data())));
    all.append(buffer, 0, static_cast<size_t>(count));
    if (count < step) return all;
  }
}

}  // namespace pyforge::testing
