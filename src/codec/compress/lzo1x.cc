#include "codec/compress/lzo1x.h"

#include <cstring>

namespace pyforge::compress {
namespace {

class Lzo1xDecoder {
 public:
  Lzo1xDecoder(std::span<const uint8_t> block, std::span<uint8_t> out) : in_(block), out_(out) {}

  std::optional<size_t> Decode() {
    // The first byte may state a run of literals without any instruction.
    if (!in_.empty() && in_[0] > 17) {
      const size_t count = in_[0] - size_t{17};
      at_ = 1;
      CopyLiterals(count);
      literals_before_ = count < 4 ? count : kManyLiterals;
    }
    while (!failed_ && !ended_) Step();
    // The end must be where the block ends: anything else has been damaged.
    if (failed_ || at_ != in_.size()) return std::nullopt;
    return done_;
  }

 private:
  // More than the two bits of an instruction can state.
  static constexpr size_t kManyLiterals = 4;
  static constexpr size_t kFarDistance = 16384;
  static constexpr size_t kMiddleDistance = 2048;

  size_t Next() {
    if (at_ < in_.size()) return in_[at_++];
    failed_ = true;
    return 0;
  }
  size_t NextTwo() {
    const size_t low = Next();
    return low | Next() << 8U;
  }

  // A length of zero goes on: 255 for each zero byte, and the first that is not zero.
  size_t Length(size_t stated, size_t mask) {
    if (stated != 0) return stated;
    size_t length = mask;
    size_t byte = Next();
    while (byte == 0 && !failed_) {
      length += 255;
      byte = Next();
    }
    return length + byte;
  }

  void Step() {
    const size_t instruction = Next();
    if (failed_) return;
    size_t literals = instruction & 3U;
    if (instruction >= 64) {
      const size_t length =
          instruction >= 128 ? 5 + (instruction >> 5U & 3U) : 3 + (instruction >> 5U & 1U);
      CopyMatch((Next() << 3U) + (instruction >> 2U & 7U) + 1, length);
    } else if (instruction >= 32) {
      const size_t length = 2 + Length(instruction & 31U, 31);
      const size_t place = NextTwo();
      literals = place & 3U;
      CopyMatch((place >> 2U) + 1, length);
    } else if (instruction >= 16) {
      const size_t length = 2 + Length(instruction & 7U, 7);
      const size_t place = NextTwo();
      literals = place & 3U;
      const size_t distance = kFarDistance + ((instruction & 8U) << 11U) + (place >> 2U);
      if (distance == kFarDistance) {
        ended_ = true;
        return;
      }
      CopyMatch(distance, length);
    } else if (literals_before_ == 0) {
      CopyLiterals(3 + Length(instruction, 15));
      literals_before_ = kManyLiterals;
      return;
    } else {
      const size_t near = (Next() << 2U) + (instruction >> 2U) + 1;
      if (literals_before_ == kManyLiterals) {
        CopyMatch(near + kMiddleDistance, 3);
      } else {
        CopyMatch(near, 2);
      }
    }
    CopyLiterals(literals);
    literals_before_ = literals;
  }

  void CopyLiterals(size_t count) {
    if (failed_ || count > in_.size() - at_ || count > out_.size() - done_) {
      failed_ = true;
      return;
    }
    if (count != 0) std::memcpy(out_.data() + done_, in_.data() + at_, count);
    at_ += count;
    done_ += count;
  }

  void CopyMatch(size_t distance, size_t length) {
    if (failed_ || distance > done_ || length > out_.size() - done_) {
      failed_ = true;
      return;
    }
    uint8_t* const to = out_.data() + done_;
    done_ += length;
    if (distance >= length) {
      std::memcpy(to, to - distance, length);
      return;
    }
    // What is copied may reach into what is being written: it repeats.
    for (size_t i = 0; i < length; ++i) to[i] = to[i - distance];
  }

  const std::span<const uint8_t> in_;
  const std::span<uint8_t> out_;
  size_t at_ = 0;
  size_t done_ = 0;
  size_t literals_before_ = 0;  // copied by the instruction before; kManyLiterals for a long run
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace

std::optional<size_t> DecodeLzo1x(std::span<const uint8_t> block, std::span<uint8_t> out) {
  return Lzo1xDecoder(block, out).Decode();
}

}  // namespace pyforge::compress
