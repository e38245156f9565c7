// Bytes that grow by appending.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace pyforge::csv {

/// Like std::string, but room is asked for once and then written to without further checks.
/// Threads: one at a time.
class TextBuffer {
 public:
  /// Room for `bytes` more; the pointer is valid until the next call. Commit what was written.
  char* Reserve(size_t bytes) {
    if (storage_.size() - size_ < bytes) {
      storage_.resize(std::max(storage_.size() * 2, size_ + bytes + 64));
    }
    return storage_.data() + size_;
  }
  void Commit(const char* end) { size_ = static_cast<size_t>(end - storage_.data()); }
  void Append(std::string_view text) {
    if (text.empty()) return;  // there may be no memory to point to yet
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  void Append(char byte) {
    *Reserve(1) = byte;
    ++size_;
  }
  void Clear() { size_ = 0; }
  /// Notes that some text here would not be read back as the value it stands for.
  void NoteUnreadable() { has_unreadable_ = true; }
  bool has_unreadable() const { return has_unreadable_; }
  size_t size() const { return size_; }
  size_t capacity() const { return storage_.size(); }
  std::string_view view() const { return {storage_.data(), size_}; }
  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(storage_.data()), size_};
  }

 private:
  std::vector<char> storage_;
  size_t size_ = 0;
  bool has_unreadable_ = false;
};

}  // namespace pyforge::csv
