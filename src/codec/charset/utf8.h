// Checks UTF-8: which bytes of a text are not part of a well-formed sequence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pyforge::charset {

inline constexpr size_t kNone = static_cast<size_t>(-1);

/// Index of the first byte that belongs to no well-formed sequence (Unicode Standard, table 3-7),
/// or kNone. A sequence cut off by the end is invalid.
size_t FindInvalidUtf8(std::string_view text);

/// The same, but a sequence cut off by the end of the text is not complained about.
size_t FindInvalidUtf8Prefix(std::string_view text);

/// How many bytes at the end of `text` begin a sequence that needs more: 0 to 3.
size_t IncompleteUtf8Tail(std::string_view text);

/// True when all bytes are below 0x80.
bool IsAscii(std::string_view text);

/// Appends `text` to `out` with every byte of no well-formed sequence replaced by U+FFFD; returns
/// how many were.
int64_t AppendRepairedUtf8(std::string_view text, std::string* out);

/// Checks a text that arrives in blocks. Threads: one at a time.
class Utf8Validator {
 public:
  /// Takes the next block; sequences may straddle blocks.
  void Add(std::string_view block);
  /// To be called after the last block: a sequence cut off there is invalid.
  void Finish();
  int64_t invalid_byte_count() const { return invalid_byte_count_; }
  /// Of the first invalid byte since the beginning; -1: none.
  int64_t first_invalid_offset() const { return first_invalid_offset_; }

 private:
  void CountInvalid(size_t count, int64_t offset);

  int64_t offset_ = 0;  // of the next block
  int64_t invalid_byte_count_ = 0;
  int64_t first_invalid_offset_ = -1;
  char carry_[8] = {};  // the beginning of a sequence at the end of the last block
  size_t carry_bytes_ = 0;
};

}  // namespace pyforge::charset
