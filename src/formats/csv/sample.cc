#include "formats/csv/sample.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "codec/charset/names.h"
#include "codec/charset/transcode.h"
#include "codec/charset/utf8.h"
#include "formats/csv/field_text.h"

namespace pyforge::csv {
namespace {

// All of `bytes` as UTF-8.
Result<std::string> Decode(std::string_view bytes, std::string_view encoding, bool is_last) {
  ARROW_ASSIGN_OR_RAISE(auto transcoder, charset::MakeTranscoder(encoding));
  std::string text(bytes.size() * 3 + 16, '\0');
  const std::span<const uint8_t> input(reinterpret_cast<const uint8_t*>(bytes.data()),
                                       bytes.size());
  const std::span<uint8_t> output(reinterpret_cast<uint8_t*>(text.data()), text.size());
  const auto step = transcoder->Convert(input, is_last, output);
  text.resize(step.written);
  return text;
}

// Where the last line that is complete ends; everything when there is no line end.
size_t LastLineEnd(std::string_view text) {
  size_t end = text.rfind('\n');
  if (end == std::string_view::npos) end = text.rfind('\r');
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Bytes of the smallest unit in which the file may be cut.
int64_t UnitBytes(std::string_view encoding) {
  if (encoding.starts_with("utf-16")) return 2;
  return encoding.starts_with("utf-32") ? 4 : 1;
}

Result<charset::Detection> FindEncoding(std::string_view bytes, bool whole,
                                        const std::string& given) {
  charset::Detection detection = charset::DetectEncoding(bytes, whole);
  if (given.empty()) return detection;
  const std::string name = charset::CanonicalName(given);
  ARROW_RETURN_NOT_OK(charset::MakeTranscoder(name));
  // A mark is only believed where it is one in the given encoding.
  const bool mark_agrees = detection.bom_bytes > 0 && detection.name.starts_with(name);
  charset::Detection result;
  result.name = mark_agrees ? detection.name : name;
  result.bom_bytes = mark_agrees ? detection.bom_bytes : 0;
  result.reason = "given";
  return result;
}

// Where a file's text ends: behind the first byte of what fills it up to its size, so that this is
// still seen, or with the file. Looks no further back than `begin` or a file that is nothing else.
Result<int64_t> FindTextEnd(const RandomAccess& file, int64_t begin) {
  constexpr int64_t kStepBytes = int64_t{64} << 10;
  constexpr int64_t kFillingBytesMax = int64_t{256} << 20;
  std::string raw(static_cast<size_t>(kStepBytes), '\0');
  const int64_t first = std::max(begin, file.size() - kFillingBytesMax);
  int64_t end = file.size();
  while (end > first) {
    const int64_t bytes = std::min(kStepBytes, end - first);
    ARROW_ASSIGN_OR_RAISE(const int64_t read,
                          file.ReadAt(end - bytes, bytes, reinterpret_cast<uint8_t*>(raw.data())));
    std::string_view text(raw.data(), static_cast<size_t>(read));
    while (!text.empty() && IsFilling(text.substr(text.size() - 1))) text.remove_suffix(1);
    end -= read - static_cast<int64_t>(text.size());
    if (!text.empty() || read < bytes) break;
  }
  return std::min(end + 1, file.size());
}

Result<SampleBlock> ReadBlock(const RandomAccess& file, int64_t text_end, int64_t offset,
                              int64_t bytes, const charset::Detection& encoding) {
  bytes = std::min(bytes, text_end - offset);
  std::string raw(static_cast<size_t>(bytes), '\0');
  ARROW_ASSIGN_OR_RAISE(const int64_t read,
                        file.ReadAt(offset, bytes, reinterpret_cast<uint8_t*>(raw.data())));
  raw.resize(static_cast<size_t>(read));
  SampleBlock block;
  block.ends_file = offset + read >= text_end;
  const bool is_utf8 = encoding.name == "utf-8";
  if (!is_utf8) {
    ARROW_ASSIGN_OR_RAISE(raw, Decode(raw, encoding.name, block.ends_file));
  }
  size_t begin = raw.find('\n');
  if (begin == std::string::npos) begin = raw.find('\r');
  if (begin == std::string::npos) return block;
  ++begin;
  const size_t end = block.ends_file ? raw.size() : LastLineEnd(raw);
  if (is_utf8) block.offset = offset - encoding.bom_bytes + static_cast<int64_t>(begin);
  block.text = raw.substr(begin, end - begin);
  return block;
}

// A text that fits into the first look of the dialect detection needs no abridging.
constexpr size_t kAbridgedBytesMin = size_t{16} << 10;
// What is looked at first of text that has to be kept in memory for it: most fields end there.
constexpr int64_t kFirstLookAheadBytes = int64_t{1} << 20;

// Where the lines that are no part of the table end.
size_t SkipLines(std::string_view text, int64_t count) {
  size_t end = 0;
  for (; count > 0; --count) {
    end = text.find('\n', end);
    if (end == std::string_view::npos) return text.size();
    ++end;
  }
  return end;
}

// The text of a file's first bytes, decoded as far as it is asked for; what lies far behind is let
// go, and decoded again should it be needed after all.
class DecodedText {
 public:
  explicit DecodedText(std::string encoding) : encoding_(std::move(encoding)) {}

  // Text at `offset`; `bytes` are as many of the file's first as are at hand.
  Result<std::string_view> Read(std::string_view bytes, bool is_all, int64_t offset,
                                int64_t count) {
    if (transcoder_ == nullptr || offset < begin_) {
      ARROW_ASSIGN_OR_RAISE(transcoder_, charset::MakeTranscoder(encoding_));
      text_.clear();
      begin_ = 0;
      taken_ = 0;
    }
    while (begin_ + static_cast<int64_t>(text_.size()) < offset + count) {
      const std::string_view rest = bytes.substr(std::min(taken_, bytes.size()));
      const std::string_view piece = rest.substr(0, kPieceBytes);
      const bool is_last = is_all && piece.size() == rest.size();
      const size_t before = text_.size();
      text_.resize(before + kPieceBytes * 3 + 16);
      const std::span<const uint8_t> input(reinterpret_cast<const uint8_t*>(piece.data()),
                                           piece.size());
      const auto step = transcoder_->Convert(
          input, is_last,
          {reinterpret_cast<uint8_t*>(text_.data()) + before, text_.size() - before});
      text_.resize(before + step.written);
      taken_ += step.read;
      if (step.read == 0 && step.written == 0) break;
      const int64_t passed = offset - kKeptBehindBytes - begin_;
      if (passed >= kKeptBehindBytes) {
        const auto dropped = std::min(static_cast<size_t>(passed), text_.size());
        text_.erase(0, dropped);
        begin_ += static_cast<int64_t>(dropped);
      }
    }
    const int64_t end = begin_ + static_cast<int64_t>(text_.size());
    if (offset >= end) return std::string_view();
    return std::string_view(text_).substr(static_cast<size_t>(offset - begin_),
                                          static_cast<size_t>(count));
  }
  // Whether all of the bytes were decoded and nothing lies behind this offset.
  bool EndsAt(std::string_view bytes, int64_t offset) const {
    return taken_ >= bytes.size() && offset >= begin_ + static_cast<int64_t>(text_.size());
  }

 private:
  static constexpr size_t kPieceBytes = size_t{256} << 10;
  static constexpr int64_t kKeptBehindBytes = int64_t{4} << 20;

  const std::string encoding_;
  std::unique_ptr<charset::Transcoder> transcoder_;
  std::string text_;
  int64_t begin_ = 0;  // offset of text_
  size_t taken_ = 0;   // of the bytes
};

// Text of a source from an offset on: from the file where it is UTF-8 and lies on a disk, else from
// its beginning, which is kept in memory as far as it has to be looked at.
ReadText MakeReader(Source& source, const charset::Detection& encoding,
                    const SampleOptions& options) {
  const auto bom_bytes = static_cast<int64_t>(encoding.bom_bytes);
  const bool is_utf8 = encoding.name == "utf-8";
  if (is_utf8 && source.cheap_random_access()) {
    std::shared_ptr<RandomAccess> file;
    return [&source, file, bom_bytes](int64_t offset, int64_t bytes) mutable -> Result<TextPiece> {
      if (file == nullptr) {
        ARROW_ASSIGN_OR_RAISE(file, source.OpenRandomAccess());
      }
      TextPiece piece{.text = std::string(static_cast<size_t>(bytes), '\0')};
      ARROW_ASSIGN_OR_RAISE(
          const int64_t count,
          file->ReadAt(bom_bytes + offset, bytes, reinterpret_cast<uint8_t*>(piece.text.data())));
      piece.text.resize(static_cast<size_t>(count));
      piece.ends_text = bom_bytes + offset + count >= file->size();
      return piece;
    };
  }
  const int64_t unit = UnitBytes(encoding.name);
  const int64_t first_bytes = bom_bytes + options.head_bytes + kFirstLookAheadBytes;
  const int64_t all_bytes =
      std::max(first_bytes, bom_bytes + (options.head_bytes + options.look_ahead_bytes) * unit);
  return [&source, decoded = std::make_shared<DecodedText>(encoding.name), is_utf8, bom_bytes,
          first_bytes, all_bytes](int64_t offset, int64_t count) -> Result<TextPiece> {
    TextPiece piece;
    // Kept text is not let go again: all of it is asked for only where the first of it is too
    // short.
    for (const int64_t bytes_max : {first_bytes, all_bytes}) {
      ARROW_ASSIGN_OR_RAISE(std::string_view bytes, source.Head(bytes_max));
      const bool is_all = static_cast<int64_t>(bytes.size()) < bytes_max;
      bytes.remove_prefix(std::min(static_cast<size_t>(bom_bytes), bytes.size()));
      std::string_view text;
      if (is_utf8) {
        const auto size = static_cast<int64_t>(bytes.size());
        text =
            bytes.substr(static_cast<size_t>(std::min(offset, size)), static_cast<size_t>(count));
        piece.ends_text = is_all && offset + static_cast<int64_t>(text.size()) >= size;
      } else {
        ARROW_ASSIGN_OR_RAISE(text, decoded->Read(bytes, is_all, offset, count));
        piece.ends_text =
            is_all && decoded->EndsAt(bytes, offset + static_cast<int64_t>(text.size()));
      }
      piece.text = text;
      if (is_all || static_cast<int64_t>(text.size()) == count) break;
    }
    return piece;
  };
}

Status Abridge(Source& source, const SampleOptions& options, Sample* sample) {
  if (!options.quote || sample->head.size() <= kAbridgedBytesMin) return Status::OK();
  const AbridgeOptions abridge{.quote = *options.quote,
                               .delimiter = options.delimiter,
                               .escape = options.escape,
                               .begin = SkipLines(sample->head, options.skip_lines),
                               .head_bytes = options.head_bytes,
                               .look_ahead_bytes = options.look_ahead_bytes};
  const ReadText read = MakeReader(source, sample->encoding, options);
  return AbridgeLongFields(abridge, read, &sample->head, &sample->whole, &sample->gaps,
                           &sample->endless_field);
}

}  // namespace

Gap Sample::LeftOutBefore(int64_t head_offset) const {
  Gap sum{.head_offset = head_offset};
  for (const Gap& gap : gaps) {
    if (gap.head_offset > head_offset) break;
    sum.bytes += gap.bytes;
    sum.lines += gap.lines;
  }
  return sum;
}

Result<Sample> TakeSample(Source& source, const SampleOptions& options) {
  Sample sample;
  // One byte more than is wanted tells whether that is all.
  ARROW_ASSIGN_OR_RAISE(std::string_view bytes, source.Head(options.head_bytes + 1));
  sample.whole = static_cast<int64_t>(bytes.size()) <= options.head_bytes;
  if (!sample.whole) {
    const int64_t cut = options.head_bytes - options.head_bytes % 4;
    bytes = bytes.substr(0, static_cast<size_t>(cut));
  }
  ARROW_ASSIGN_OR_RAISE(sample.encoding, FindEncoding(bytes, sample.whole, options.encoding));
  int64_t head_end = static_cast<int64_t>(bytes.size());
  bytes.remove_prefix(static_cast<size_t>(sample.encoding.bom_bytes));
  if (sample.encoding.name == "utf-8") {
    sample.head = bytes;  // invalid bytes stay, so that offsets hold
  } else {
    ARROW_ASSIGN_OR_RAISE(sample.head, Decode(bytes, sample.encoding.name, sample.whole));
  }
  ARROW_RETURN_NOT_OK(Abridge(source, options, &sample));
  if (sample.whole) return sample;
  if (sample.encoding.name == "utf-8") {
    const auto shown = static_cast<int64_t>(sample.head.size());
    head_end = sample.encoding.bom_bytes + shown + sample.LeftOutBefore(shown).bytes;
  }
  // Thousands of columns need a longer look; a text without lines is kept as it is.
  constexpr int64_t kHeadBytesMax = int64_t{16} << 20;
  constexpr auto kLinesMin = 4;
  const auto lines = std::count(sample.head.begin(), sample.head.end(), '\n') +
                     std::count(sample.head.begin(), sample.head.end(), '\r');
  if (lines < kLinesMin && options.head_bytes < kHeadBytesMax) {
    SampleOptions longer = options;
    longer.head_bytes = std::min(options.head_bytes * 4, kHeadBytesMax);
    return TakeSample(source, longer);
  }
  if (lines > 0) sample.head.resize(LastLineEnd(sample.head));

  if (!source.cheap_random_access() || options.block_count <= 0) return sample;
  ARROW_ASSIGN_OR_RAISE(const auto file, source.OpenRandomAccess());
  const int64_t unit = UnitBytes(sample.encoding.name);
  int64_t text_end = file->size();
  if (unit == 1) {
    ARROW_ASSIGN_OR_RAISE(text_end, FindTextEnd(*file, head_end));
  }
  const int64_t rest = text_end - head_end;
  const int64_t block_bytes = options.block_bytes - options.block_bytes % unit;
  const int64_t block_count =
      std::min<int64_t>(options.block_count, (rest + block_bytes - 1) / block_bytes);
  for (int64_t i = 1; i <= block_count; ++i) {
    // The last block ends with the file.
    int64_t offset = head_end + std::max<int64_t>(rest - block_bytes, 0) * i / block_count;
    offset -= offset % unit;
    ARROW_ASSIGN_OR_RAISE(SampleBlock block,
                          ReadBlock(*file, text_end, offset, block_bytes + unit, sample.encoding));
    if (!block.text.empty()) sample.blocks.push_back(std::move(block));
  }
  return sample;
}

Sample MakeSample(std::string_view utf8) {
  Sample sample;
  sample.encoding = charset::DetectEncoding(utf8, true);
  sample.head = utf8.substr(static_cast<size_t>(sample.encoding.bom_bytes));
  sample.whole = true;
  return sample;
}

}  // namespace pyforge::csv
