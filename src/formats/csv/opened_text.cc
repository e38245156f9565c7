#include "formats/csv/opened_text.h"

#include <algorithm>
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

}  // namespace pyforge::csv
