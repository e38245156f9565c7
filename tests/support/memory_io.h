// Inputs and outputs in memory, with faults on request.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "pyforge/source.h"

namespace pyforge::testing {

class MemoryStream : public ByteStream {
 public:
  MemoryStream(std::shared_ptr<const std::string> bytes, int64_t step_max)
      : bytes_(std::move(bytes)), step_max_(step_max) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    // Short steps show readers that take one Read for all there is; less than asked means the end.
    int64_t done = 0;
    while (done < bytes) {
      const int64_t step = std::min({bytes - done, step_max_, size() - position_});
      if (step == 0) break;
      std::memcpy(out + done, bytes_->data() + position_, static_cast<size_t>(step));
      done += step;
      position_ += step;
    }
    return done;
  }
  int64_t stored_position() const override { return position_; }

 private:
  int64_t size() const { return static_cast<int64_t>(bytes_->size()); }
  std::shared_ptr<const std::string> bytes_;
  const int64_t step_max_;
  int64_t position_ = 0;
};

class MemoryAccess : public RandomAccess {
 public:
  explicit MemoryAccess(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_->size()); }
  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    if (offset >= size()) return 0;
    const int64_t count = std::min(bytes, size() - offset);
    std::memcpy(out, bytes_->data() + offset, static_cast<size_t>(count));
    return count;
  }

 private:
  std::shared_ptr<const std::string> bytes_;
};

class MemorySource : public Source {
 public:
  MemorySource(std::string name, std::string bytes, int64_t step_max = int64_t{1} << 20)
      : name_(std::move(name)),
        bytes_(std::make_shared<const std::string>(std::move(bytes))),
        step_max_(step_max) {}
  const std::string& path() const override { return name_; }
  const std::string& name() const override { return name_; }
  std::string_view container() const override { return {}; }
  std::optional<int64_t> stored_bytes() const override {
    return static_cast<int64_t>(bytes_->size());
  }
  std::optional<int64_t> bytes() const override { return stored_bytes(); }
  bool repeatable() const override { return true; }
  Result<std::string_view> Head(int64_t bytes_max) override {
    return std::string_view(*bytes_).substr(0, static_cast<size_t>(bytes_max));
  }
  Result<std::unique_ptr<ByteStream>> OpenStream() override {
    return std::make_unique<MemoryStream>(bytes_, step_max_);
  }
  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override {
    return std::make_shared<MemoryAccess>(bytes_);
  }
  bool cheap_random_access() const override { return true; }
  Status MakeRepeatable() override { return Status::OK(); }

 private:
  std::string name_;
  std::shared_ptr<const std::string> bytes_;
  int64_t step_max_;
};

/// Keeps what is written; from the `fail_at`-th byte on every write fails like a full disk.
class MemoryOutput : public OutputFile {
 public:
  explicit MemoryOutput(std::string path, int64_t fail_at = INT64_MAX)
      : path_(std::move(path)), fail_at_(fail_at) {}
  using OutputFile::Append;
  const std::string& path() const override { return path_; }
  int64_t position() const override { return static_cast<int64_t>(bytes.size()); }
  Status Append(std::span<const uint8_t> more) override {
    if (position() + static_cast<int64_t>(more.size()) > fail_at_) {
      return Fail(kWriteFailed, {.path = path_}, "no space left on device");
    }
    bytes.append(reinterpret_cast<const char*>(more.data()), more.size());
    return Status::OK();
  }
  std::string bytes;

 private:
  std::string path_;
  int64_t fail_at_;
};

}  // namespace pyforge::testing
