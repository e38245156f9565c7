#include "codec/charset/transcode.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "codec/charset/iconv_transcoder.h"
#include "codec/charset/names.h"
#include "codec/charset/single_byte.h"
#include "codec/charset/utf8.h"

#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

namespace pyforge::charset {
namespace {

constexpr size_t kCharacterBytesMax = 4;
constexpr size_t kBlockBytes = size_t{64} << 10;
constexpr uint32_t kReplacement = 0xFFFD;

size_t WriteUtf8(uint32_t code, uint8_t* out) {
  if (code < 0x80) {
    out[0] = static_cast<uint8_t>(code);
    return 1;
  }
  const auto tail = [](uint32_t bits) { return static_cast<uint8_t>(0x80 | (bits & 0x3F)); };
  if (code < 0x800) {
    out[0] = static_cast<uint8_t>(0xC0 | code >> 6);
    out[1] = tail(code);
    return 2;
  }
  if (code < 0x10000) {
    out[0] = static_cast<uint8_t>(0xE0 | code >> 12);
    out[1] = tail(code >> 6);
    out[2] = tail(code);
    return 3;
  }
  out[0] = static_cast<uint8_t>(0xF0 | code >> 18);
  out[1] = tail(code >> 12);
  out[2] = tail(code >> 6);
  out[3] = tail(code);
  return 4;
}

// Copies ASCII in steps of 16; returns how many bytes were copied.
size_t CopyAscii(const uint8_t* in, size_t bytes, uint8_t* out) {
  size_t done = 0;
#if defined(__SSE4_1__)
  for (; done + 16 <= bytes; done += 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + done));
    if (_mm_movemask_epi8(block) != 0) break;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + done), block);
  }
#endif
  while (done < bytes && in[done] < 0x80) {
    out[done] = in[done];
    ++done;
  }
  return done;
}

// UTF-8 to UTF-8: what is not well-formed is replaced byte by byte.
class Utf8Repairer final : public Transcoder {
 public:
  Step Convert(std::span<const uint8_t> input, bool is_last, std::span<uint8_t> output) override {
    Step step;
    for (;;) {
      const size_t bytes = std::min(input.size() - step.read, output.size() - step.written);
      const std::string_view text(reinterpret_cast<const char*>(input.data()) + step.read, bytes);
      const bool may_be_cut = !is_last || step.read + bytes < input.size();
      const size_t bad = may_be_cut ? FindInvalidUtf8Prefix(text) : FindInvalidUtf8(text);
      const size_t sound = bad != kNone ? bad : bytes - (may_be_cut ? IncompleteUtf8Tail(text) : 0);
      std::memcpy(output.data() + step.written, text.data(), sound);
      Advance(sound, sound, &step);
      if (bad == kNone || output.size() - step.written < 3) return step;
      CountInvalid();
      Advance(1, WriteUtf8(kReplacement, output.data() + step.written), &step);
    }
  }
};

class SingleByteTranscoder final : public Transcoder {
 public:
  explicit SingleByteTranscoder(const SingleBytePage& page) {
    for (size_t i = 0; i < 128; ++i) {
      assigned_[i] = page.upper[i] != 0;
      lengths_[i] = static_cast<uint8_t>(
          WriteUtf8(assigned_[i] ? page.upper[i] : kReplacement, bytes_[i].data()));
    }
  }

  Step Convert(std::span<const uint8_t> input, bool /*is_last*/,
               std::span<uint8_t> output) override {
    Step step;
    while (step.read < input.size() && step.written + kCharacterBytesMax <= output.size()) {
      const size_t ascii =
          CopyAscii(input.data() + step.read,
                    std::min(input.size() - step.read, output.size() - step.written),
                    output.data() + step.written);
      Advance(ascii, ascii, &step);
      while (step.read < input.size() && step.written + kCharacterBytesMax <= output.size() &&
             input[step.read] >= 0x80) {
        const size_t index = input[step.read] - 0x80u;
        if (!assigned_[index]) CountInvalid();
        std::memcpy(output.data() + step.written, bytes_[index].data(), kCharacterBytesMax);
        Advance(1, lengths_[index], &step);
      }
    }
    return step;
  }

 private:
  std::array<std::array<uint8_t, kCharacterBytesMax>, 128> bytes_ = {};
  std::array<uint8_t, 128> lengths_ = {};
  std::array<bool, 128> assigned_ = {};
};

enum class ByteOrder : uint8_t { kLittle, kBig, kByMark };

class Utf16Transcoder final : public Transcoder {
 public:
  explicit Utf16Transcoder(ByteOrder order) : order_(order) {}

  Step Convert(std::span<const uint8_t> input, bool is_last, std::span<uint8_t> output) override {
    Step step;
    if (order_ == ByteOrder::kByMark) {
      if (input.size() < 2 && !is_last) return step;
      order_ = input.size() >= 2 && input[0] == 0xFE && input[1] == 0xFF ? ByteOrder::kBig
                                                                         : ByteOrder::kLittle;
    }
    const bool big = order_ == ByteOrder::kBig;
    const auto unit = [&](size_t at) {
      const uint32_t first = input[at], second = input[at + 1];
      return big ? first << 8 | second : second << 8 | first;
    };
    while (step.written + kCharacterBytesMax <= output.size()) {
      NarrowAscii(input, output, &step);
      const size_t left = input.size() - step.read;
      if (left == 0 || step.written + kCharacterBytesMax > output.size()) break;
      if (left == 1) {
        if (is_last) Replace(1, output, &step);
        break;
      }
      const uint32_t code = unit(step.read);
      if (code < 0xD800 || code > 0xDFFF) {
        Advance(2, WriteUtf8(code, output.data() + step.written), &step);
        continue;
      }
      if (code < 0xDC00 && left < 4) {
        if (!is_last) break;
        Replace(2, output, &step);
        continue;
      }
      const uint32_t low = code < 0xDC00 ? unit(step.read + 2) : 0;
      if (low < 0xDC00 || low > 0xDFFF) {
        Replace(2, output, &step);
        continue;
      }
      const uint32_t pair = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      Advance(4, WriteUtf8(pair, output.data() + step.written), &step);
    }
    return step;
  }

 private:
  void Replace(size_t read, std::span<uint8_t> output, Step* step) {
    CountInvalid();
    Advance(read, WriteUtf8(kReplacement, output.data() + step->written), step);
  }

  // Eight units at a time while all are ASCII.
  void NarrowAscii(std::span<const uint8_t> input, std::span<uint8_t> output, Step* step) {
#if defined(__SSE4_1__)
    const bool big = order_ == ByteOrder::kBig;
    const __m128i other_bits =
        _mm_set1_epi16(big ? static_cast<int16_t>(0x80FF) : static_cast<int16_t>(0xFF80));
    size_t units = std::min((input.size() - step->read) / 2, output.size() - step->written);
    for (; units >= 8; units -= 8) {
      __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(input.data() + step->read));
      if (!_mm_testz_si128(block, other_bits)) return;
      if (big) block = _mm_srli_epi16(block, 8);
      _mm_storel_epi64(reinterpret_cast<__m128i*>(output.data() + step->written),
                       _mm_packus_epi16(block, block));
      Advance(16, 8, step);
    }
#else
    (void)input, (void)output, (void)step;
#endif
  }

  ByteOrder order_;
};

class Utf32Transcoder final : public Transcoder {
 public:
  explicit Utf32Transcoder(ByteOrder order) : order_(order) {}

  Step Convert(std::span<const uint8_t> input, bool is_last, std::span<uint8_t> output) override {
    Step step;
    if (order_ == ByteOrder::kByMark) {
      if (input.size() < 4 && !is_last) return step;
      order_ = input.size() >= 4 && input[2] == 0xFE && input[3] == 0xFF ? ByteOrder::kBig
                                                                         : ByteOrder::kLittle;
    }
    while (step.read < input.size() && step.written + kCharacterBytesMax <= output.size()) {
      const size_t left = input.size() - step.read;
      if (left < 4 && !is_last) break;
      uint32_t code = 0x110000;  // beyond Unicode
      if (left >= 4) {
        const uint8_t* bytes = input.data() + step.read;
        code = 0;
        for (uint32_t i = 0; i < 4; ++i) {
          code |= static_cast<uint32_t>(bytes[i])
                  << (order_ == ByteOrder::kBig ? 24 - 8 * i : 8 * i);
        }
      }
      if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
        CountInvalid();
        code = kReplacement;
      }
      Advance(std::min<size_t>(left, 4), WriteUtf8(code, output.data() + step.written), &step);
    }
    return step;
  }

 private:
  ByteOrder order_;
};

std::unique_ptr<Transcoder> MakeUnicode(std::string_view name) {
  if (name == "utf-8") return std::make_unique<Utf8Repairer>();
  const auto order = name.ends_with("le")   ? ByteOrder::kLittle
                     : name.ends_with("be") ? ByteOrder::kBig
                                            : ByteOrder::kByMark;
  if (name.starts_with("utf-16")) return std::make_unique<Utf16Transcoder>(order);
  if (name.starts_with("utf-32")) return std::make_unique<Utf32Transcoder>(order);
  return nullptr;
}

}  // namespace

void Transcoder::CountInvalid() {
  if (invalid_.count++ > 0) return;
  invalid_.first_offset = input_offset_;
  invalid_.first_utf8_offset = output_offset_;
}

void Transcoder::Advance(size_t read, size_t written, Step* step) {
  step->read += read;
  step->written += written;
  input_offset_ += static_cast<int64_t>(read);
  output_offset_ += static_cast<int64_t>(written);
}

Result<std::unique_ptr<Transcoder>> MakeTranscoder(std::string_view encoding) {
  const std::string name = CanonicalName(encoding);
  if (auto unicode = MakeUnicode(name)) return unicode;
  if (const SingleBytePage* page = FindSingleBytePage(name)) {
    return std::make_unique<SingleByteTranscoder>(*page);
  }
  if (auto other = MakeIconvTranscoder(name.empty() ? encoding : name)) return other;
  return Fail(kBadOption, {},
              "the encoding {} is not known; known are utf-8, utf-16, {} and others", encoding,
              "windows-1252, iso-8859-1, shift_jis, gb18030");
}

TranscodingStream::TranscodingStream(std::unique_ptr<ByteStream> input,
                                     std::unique_ptr<Transcoder> transcoder)
    : input_(std::move(input)),
      transcoder_(std::move(transcoder)),
      buffer_(std::make_unique_for_overwrite<uint8_t[]>(kBlockBytes)) {}

Result<std::unique_ptr<TranscodingStream>> TranscodingStream::Make(
    std::unique_ptr<ByteStream> input, std::string_view encoding) {
  ARROW_ASSIGN_OR_RAISE(auto transcoder, MakeTranscoder(encoding));
  return std::unique_ptr<TranscodingStream>(
      new TranscodingStream(std::move(input), std::move(transcoder)));
}

// Converts into `out` until it holds `bytes` or, when less than a character is free, almost.
Result<size_t> TranscodingStream::Fill(std::span<uint8_t> out) {
  size_t written = 0;
  for (;;) {
    const auto step = transcoder_->Convert({buffer_.get() + begin_, end_ - begin_}, input_ended_,
                                           out.subspan(written));
    begin_ += step.read;
    written += step.written;
    if (out.size() - written < kCharacterBytesMax) return written;
    if (input_ended_) {
      if (step.read == 0 && step.written == 0) return written;
      continue;
    }
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    const auto free_bytes = static_cast<int64_t>(kBlockBytes - end_);
    ARROW_ASSIGN_OR_RAISE(const int64_t read, input_->Read(free_bytes, buffer_.get() + end_));
    end_ += static_cast<size_t>(read);
    input_ended_ = read < free_bytes;
  }
}

Result<int64_t> TranscodingStream::Read(int64_t bytes, uint8_t* out) {
  const std::span<uint8_t> wanted(out, static_cast<size_t>(bytes));
  size_t done = 0;
  if (!mark_checked_) {
    // A byte-order mark is U+FEFF in any encoding, and takes three bytes here.
    ARROW_ASSIGN_OR_RAISE(pending_end_, Fill({pending_, kCharacterBytesMax}));
    mark_checked_ = true;
    if (pending_end_ >= 3 && std::memcmp(pending_, "\xEF\xBB\xBF", 3) == 0) {
      pending_begin_ = mark_bytes_ = 3;
    }
  }
  for (;;) {
    const size_t ready = std::min(pending_end_ - pending_begin_, wanted.size() - done);
    std::memcpy(out + done, pending_ + pending_begin_, ready);
    pending_begin_ += ready;
    done += ready;
    if (done == wanted.size()) return bytes;
    if (wanted.size() - done >= kCharacterBytesMax) {
      ARROW_ASSIGN_OR_RAISE(const size_t written, Fill(wanted.subspan(done)));
      done += written;
      if (done == wanted.size()) return bytes;
    }
    ARROW_ASSIGN_OR_RAISE(pending_end_, Fill({pending_, sizeof(pending_)}));
    pending_begin_ = 0;
    if (pending_end_ == 0) return static_cast<int64_t>(done);
  }
}

InvalidInput TranscodingStream::invalid() const {
  InvalidInput invalid = transcoder_->invalid();
  if (invalid.count > 0) invalid.first_utf8_offset -= static_cast<int64_t>(mark_bytes_);
  return invalid;
}

}  // namespace pyforge::charset
