#include "formats/csv/opened_text.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pyforge::csv {
namespace {

// What lies above is read over rather than opened anew.
constexpr int64_t kBytesReadOver = int64_t{1} << 20;

/// A file from some offset on.
class RestOfFile : public ByteStream {
 public:
  RestOfFile(std::shared_ptr<RandomAccess> file, int64_t offset)
      : file_(std::move(file)), position_(offset) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, file_->ReadAt(position_, bytes, out));
    position_ += count;
    return count;
  }
  int64_t stored_position() const override { return position_; }

 private:
  const std::shared_ptr<RandomAccess> file_;
  int64_t position_;
};

Status ReadOver(ByteStream& stream, int64_t bytes) {
  std::vector<uint8_t> buffer(static_cast<size_t>(std::min(bytes, kBytesReadOver)));
  while (bytes > 0) {
    const int64_t wanted = std::min(bytes, static_cast<int64_t>(buffer.size()));
    ARROW_ASSIGN_OR_RAISE(const int64_t count, stream.Read(wanted, buffer.data()));
    if (count < wanted) break;  // the file has become shorter; the reader finds its end
    bytes -= count;
  }
  return Status::OK();
}

/// The bytes of a file from some offset on.
class EndOfFile : public RandomAccess {
 public:
  EndOfFile(std::shared_ptr<RandomAccess> file, int64_t offset)
      : file_(std::move(file)), offset_(std::min(offset, file_->size())) {}
  int64_t size() const override { return file_->size() - offset_; }
  Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    return file_->ReadAt(offset_ + offset, bytes, out);
  }

 private:
  const std::shared_ptr<RandomAccess> file_;
  const int64_t offset_;
};

/// The text of another source from some offset on.
class TextBelow : public Source {
 public:
  TextBelow(std::shared_ptr<Source> source, std::string encoding, int64_t bom_bytes, int64_t offset)
      : source_(std::move(source)),
        encoding_(std::move(encoding)),
        bom_bytes_(bom_bytes),
        offset_(offset) {}
  const std::string& path() const override { return source_->path(); }
  const std::string& name() const override { return source_->name(); }
  std::string_view container() const override { return source_->container(); }
  std::optional<int64_t> stored_bytes() const override { return std::nullopt; }
  std::optional<int64_t> bytes() const override { return std::nullopt; }
  bool repeatable() const override { return true; }
  Result<std::string_view> Head(int64_t bytes_max) override {
    if (stream_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(stream_, OpenStream());
    }
    const auto kept = heads_.empty() ? 0 : static_cast<int64_t>(heads_.back()->size());
    if (heads_.empty() || kept < bytes_max) {
      // Views of the shorter ones stay valid.
      auto longer = std::make_unique<std::string>(static_cast<size_t>(bytes_max), '\0');
      if (kept > 0) std::memcpy(longer->data(), heads_.back()->data(), heads_.back()->size());
      ARROW_ASSIGN_OR_RAISE(
          const int64_t count,
          stream_->Read(bytes_max - kept, reinterpret_cast<uint8_t*>(longer->data()) + kept));
      longer->resize(static_cast<size_t>(kept + count));
      heads_.push_back(std::move(longer));
    }
    return std::string_view(*heads_.back()).substr(0, static_cast<size_t>(bytes_max));
  }
  void ForgetHead() override {
    stream_.reset();
    heads_.clear();
  }
  Result<std::unique_ptr<ByteStream>> OpenStream() override {
    ARROW_ASSIGN_OR_RAISE(OpenedText text, OpenText(*source_, encoding_, bom_bytes_, offset_));
    if (text.transcoder == nullptr && text.bytes_left_out == 0) {
      ARROW_RETURN_NOT_OK(ReadOver(*text.bytes, bom_bytes_ + offset_));
    }
    return std::move(text.bytes);
  }
  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override {
    ARROW_ASSIGN_OR_RAISE(auto file, source_->OpenRandomAccess());
    return std::make_shared<EndOfFile>(std::move(file), bom_bytes_ + offset_);
  }
  bool cheap_random_access() const override {
    return encoding_ == "utf-8" && source_->cheap_random_access();
  }
  Status MakeRepeatable() override { return Status::OK(); }

 private:
  const std::shared_ptr<Source> source_;
  const std::string encoding_;
  const int64_t bom_bytes_, offset_;
  std::unique_ptr<ByteStream> stream_;  // what Head reads on
  std::vector<std::unique_ptr<std::string>> heads_;
};

}  // namespace

Result<OpenedText> OpenText(Source& source, const std::string& encoding, int64_t bom_bytes,
                            int64_t begin_offset, bool is_unpacked) {
  OpenedText text{.bytes = nullptr, .stored_offset = bom_bytes};
  const bool is_utf8 = encoding == "utf-8";
  const bool is_at_hand = is_unpacked || source.cheap_random_access();
  if (is_utf8 && is_at_hand && begin_offset > kBytesReadOver) {
    ARROW_ASSIGN_OR_RAISE(auto file, source.OpenRandomAccess());
    text.bytes_left_out = bom_bytes + begin_offset;
    text.bytes = std::make_unique<RestOfFile>(std::move(file), text.bytes_left_out);
    return text;
  }
  ARROW_ASSIGN_OR_RAISE(text.bytes, source.OpenStream());
  if (is_utf8) return text;
  ARROW_ASSIGN_OR_RAISE(auto transcoder,
                        charset::TranscodingStream::Make(std::move(text.bytes), encoding));
  text.transcoder = transcoder.get();
  text.stored_offset = 0;
  text.bytes_left_out = begin_offset;
  ARROW_RETURN_NOT_OK(ReadOver(*transcoder, begin_offset));
  text.bytes = std::move(transcoder);
  return text;
}

Result<TextPlace> FindLine(Source& source, const std::string& encoding, int64_t bom_bytes,
                           char line_end, int64_t count, ExecutionContext& context) {
  TextPlace place;
  if (count <= 0) return place;
  ARROW_ASSIGN_OR_RAISE(OpenedText text, OpenText(source, encoding, bom_bytes, 0));
  place.offset = -text.stored_offset;
  std::string buffer(size_t{64} << 10, '\0');
  while (place.line < count) {
    ARROW_RETURN_NOT_OK(context.cancellation().Check());
    ARROW_ASSIGN_OR_RAISE(const int64_t bytes,
                          text.bytes->Read(static_cast<int64_t>(buffer.size()),
                                           reinterpret_cast<uint8_t*>(buffer.data())));
    const std::string_view read(buffer.data(), static_cast<size_t>(bytes));
    size_t end = 0;
    while (end < read.size() && place.line < count) {
      const size_t found = read.find(line_end, end);
      end = found == std::string_view::npos ? read.size() : found + 1;
      place.line += found == std::string_view::npos ? 0 : 1;
    }
    place.offset += static_cast<int64_t>(end);
    if (read.size() < buffer.size()) break;
  }
  return place;
}

std::shared_ptr<Source> MakeTextBelow(std::shared_ptr<Source> source, const std::string& encoding,
                                      int64_t bom_bytes, int64_t offset) {
  return std::make_shared<TextBelow>(std::move(source), encoding, bom_bytes, offset);
}

}  // namespace pyforge::csv
