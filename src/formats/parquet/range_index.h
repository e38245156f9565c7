// Codes of short values of one size, found by computing where a value stands in the range of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace pyforge::parquet {

/// Dates, flags and other values of few different letters at each place span a small range, so that
/// a table of the whole range needs neither hashes nor comparisons. A
/// value's number in the range is written in mixed radix: a digit is a byte of the value, less the
/// least byte seen at that place. Numbers are ordered as the values are. Threads: one at a time.
class RangeIndex {
 public:
  static constexpr size_t kValueBytesMax = 16;
  /// Values in a range; more are no longer in cache when they are looked up.
  static constexpr size_t kRangeMax = size_t{1} << 15;

  /// Least and greatest of some values, by code.
  struct Bounds {
    uint32_t least = 0;
    uint32_t greatest = 0;
  };

  /// Bytes of each value; 0: the index holds none.
  size_t value_bytes() const { return value_bytes_; }

  /// Widens the range to hold `count` values of `value_bytes` bytes, one behind the other. `known`
  /// are the `known_count` values that have codes, in the order of these. Bytes before
  /// `readable_end` can be read. False: the range would be too wide, and the index stays what it
  /// was.
  bool Cover(const char* values, size_t value_bytes, size_t count, const char* readable_end,
             const char* known, size_t known_count);

  /// Writes the codes of `count` values, at least one, that the range holds; `add(value)` gives a
  /// new value its code.
  template <typename Add>
  Bounds Encode(const char* values, size_t count, const char* readable_end, uint32_t* codes,
                Add&& add) {
    constexpr size_t kStep = 256;
    std::array<int16_t, kStep + kNumberSlack> numbers;
    NumberBounds bounds;
    for (size_t done = 0; done < count; done += kStep) {
      const size_t step = count - done < kStep ? count - done : kStep;
      const char* const begin = values + done * value_bytes_;
      FindNumbers(begin, step, readable_end, numbers.data(), &bounds);
      for (size_t i = 0; i < step; ++i) {
        uint32_t code_plus_one = codes_[static_cast<size_t>(numbers[i])];
        if (code_plus_one == 0) {
          code_plus_one = add(begin + i * value_bytes_) + 1;
          codes_[static_cast<size_t>(numbers[i])] = static_cast<uint16_t>(code_plus_one);
        }
        codes[done + i] = code_plus_one - 1;
      }
    }
    return {.least = codes_[static_cast<size_t>(bounds.least)] - uint32_t{1},
            .greatest = codes_[static_cast<size_t>(bounds.greatest)] - uint32_t{1}};
  }
  size_t capacity_bytes() const { return codes_.capacity() * sizeof(uint16_t); }
  /// Frees the table too: of thousands of columns most may never need it again.
  void Clear() {
    value_bytes_ = 0;
    codes_ = {};
  }

 private:
  static constexpr size_t kNumberSlack = 8;  // vector stores overshoot
  struct NumberBounds {
    int16_t least = INT16_MAX;
    int16_t greatest = 0;
  };
  using Bytes = std::array<uint8_t, kValueBytesMax>;

  void FindNumbers(const char* values, size_t count, const char* readable_end, int16_t* numbers,
                   NumberBounds* bounds) const;
  int16_t Number(const char* value) const;

  size_t value_bytes_ = 0;
  // By place; behind the value's end all are 0 or, of `high_`, not used.
  Bytes low_ = {};
  Bytes high_ = {};
  std::array<int16_t, kValueBytesMax> weights_ = {};
  std::vector<uint16_t> codes_;  // by number, one too high so that 0 is none
};

}  // namespace pyforge::parquet
