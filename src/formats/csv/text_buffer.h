// Bytes that grow by appending.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace pyforge::csv {

/// Why some text is not to be published.
enum class TextFlaw : uint8_t {
  kNone,
  kUnreadable,   ///< it would not be read back as the value it stands for
  kUnprintable,  ///< the value has no text in the pattern that was asked for
};

/// Like std::string, but room is asked for once and then written to without further checks, and
/// new room is not filled with zeros. Threads: one at a time.
class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(TextBuffer&& other) noexcept { *this = std::move(other); }
  TextBuffer& operator=(TextBuffer&& other) noexcept {
    storage_ = std::move(other.storage_);
    capacity_ = std::exchange(other.capacity_, 0);
    size_ = std::exchange(other.size_, 0);
    flaw_ = std::exchange(other.flaw_, TextFlaw::kNone);
    return *this;
  }

  /// Room for `bytes` more; the pointer is valid until the next call. Commit what was written.
  char* Reserve(size_t bytes) {
    if (capacity_ - size_ < bytes) Grow(bytes);
    return storage_.get() + size_;
  }
  void Commit(const char* end) { size_ = static_cast<size_t>(end - storage_.get()); }
  void Append(std::string_view text) {
    if (text.empty()) return;  // there may be no memory to point to yet
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Append(char byte) {
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): at least 64 bytes are allocated
    *Reserve(1) = byte;
    ++size_;
  }
  void Clear() { size_ = 0; }
  /// Notes what is wrong with some text here.
  void NoteFlaw(TextFlaw flaw) { flaw_ = flaw; }
  TextFlaw flaw() const { return flaw_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  std::string_view view() const { return {storage_.get(), size_}; }
  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(storage_.get()), size_};
  }

 private:
  struct FreeBytes {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  void Grow(size_t bytes) {
    const size_t capacity = std::max(capacity_ * 2, size_ + bytes + 64);
    void* const grown = std::realloc(storage_.get(), capacity);
    if (grown == nullptr) throw std::bad_alloc();
    static_cast<void>(storage_.release());  // realloc has freed it
    storage_.reset(static_cast<char*>(grown));
    capacity_ = capacity;
  }

  std::unique_ptr<char, FreeBytes> storage_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  TextFlaw flaw_ = TextFlaw::kNone;
};

}  // namespace pyforge::csv
