// Our random access as the Arrow file that Arrow's Parquet reader wants.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>

#include <memory>
#include <utility>

#include "pyforge/source.h"

namespace pyforge::parquet {

/// Threads: ReadAt freely; Read, Seek and Tell from one thread.
class ArrowFile : public arrow::io::RandomAccessFile {
 public:
  ArrowFile(std::shared_ptr<const RandomAccess> file, arrow::MemoryPool* pool)
      : file_(std::move(file)), pool_(pool) {
    set_mode(arrow::io::FileMode::READ);
  }

  Status Close() override {
    is_closed_ = true;
    return Status::OK();
  }
  bool closed() const override { return is_closed_; }
  Result<int64_t> Tell() const override { return position_; }
  Status Seek(int64_t position) override {
    position_ = position;
    return Status::OK();
  }
  Result<int64_t> GetSize() override { return file_->size(); }

  Result<int64_t> Read(int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t read, ReadAt(position_, bytes, out));
    position_ += read;
    return read;
  }
  Result<std::shared_ptr<arrow::Buffer>> Read(int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, bytes));
    position_ += buffer->size();
    return buffer;
  }

  using arrow::io::RandomAccessFile::ReadAt;
  Result<int64_t> ReadAt(int64_t position, int64_t bytes, void* out) override {
    if (position < 0 || bytes < 0) return Status::Invalid("a read outside of the file");
    return file_->ReadAt(position, bytes, static_cast<uint8_t*>(out));
  }
  Result<std::shared_ptr<arrow::Buffer>> ReadAt(int64_t position, int64_t bytes) override {
    if (position < 0 || bytes < 0) return Status::Invalid("a read outside of the file");
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateResizableBuffer(bytes, pool_));
    ARROW_ASSIGN_OR_RAISE(const int64_t read,
                          file_->ReadAt(position, bytes, buffer->mutable_data()));
    if (read < bytes) ARROW_RETURN_NOT_OK(buffer->Resize(read));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  const std::shared_ptr<const RandomAccess> file_;
  arrow::MemoryPool* const pool_;
  int64_t position_ = 0;
  bool is_closed_ = false;
};

}  // namespace pyforge::parquet
