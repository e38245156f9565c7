// A growing run of bytes that is emptied and filled again without giving its memory back.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace pyforge::parquet {

/// Bytes, not initialised when the buffer grows. 64 bytes behind the end may always be written and
/// read, so that vector code need not stop at the last byte. Threads: one at a time.
class ByteBuffer {
 public:
  static constexpr size_t kSlack = 64;

  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept { Swap(other); }
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    Swap(other);
    return *this;
  }

  uint8_t* data() { return data_.get(); }
  const uint8_t* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  std::span<const uint8_t> span() const { return {data_.get(), size_}; }
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_.get());
  }
  template <typename T>
  T* as() {
    return reinterpret_cast<T*>(data_.get());
  }

  void clear() { size_ = 0; }
  /// Makes room for `size` bytes in all.
  void Reserve(size_t size) {
    if (size + kSlack > capacity_) Grow(size);
  }
  /// Sets the size; bytes added are not initialised.
  void Resize(size_t size) {
    Reserve(size);
    size_ = size;
  }
  /// Adds `size` bytes that the caller fills in.
  uint8_t* Extend(size_t size) {
    Reserve(size_ + size);
    uint8_t* begin = data_.get() + size_;
    size_ += size;
    return begin;
  }
  /// Afterwards there is memory, even when nothing was added.
  void Append(const void* bytes, size_t size) {
    uint8_t* out = Extend(size);
    if (size != 0) std::memcpy(out, bytes, size);
  }
  template <typename T>
  void Push(T value) {
    std::memcpy(Extend(sizeof(T)), &value, sizeof(T));
  }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };

  void Swap(ByteBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }
  void Grow(size_t size) {
    const size_t wanted = std::max(size + kSlack, capacity_ + capacity_ / 2);
    void* memory = std::realloc(data_.get(), wanted);
    if (memory == nullptr) throw std::bad_alloc();
    (void)data_.release();
    data_.reset(static_cast<uint8_t*>(memory));
    capacity_ = wanted;
  }

  std::unique_ptr<uint8_t, Free> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace pyforge::parquet
