#include "io/spool.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/compress/decompressor.h"
#include "io/local_file.h"

namespace pyforge::io {
namespace {

constexpr size_t kStepBytes = 256 << 10;
constexpr int64_t kHeadBytesMin = 64 << 10;

}  // namespace

Result<std::shared_ptr<Spool>> Spool::Make(ExecutionContext& context, SystemCalls& calls) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<TempFile> file, TempFile::Make(context, calls));
  ARROW_ASSIGN_OR_RAISE(auto compressor, compress::Compressor::Make(compress::Container::kZstd, 1));
  return std::shared_ptr<Spool>(new Spool(std::move(file), std::move(compressor), context));
}

Status Spool::Append(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const size_t count = std::min(bytes.size(), kStepBytes);
    ARROW_RETURN_NOT_OK(compressor_->Append(bytes.first(count), &compressed_));
    ARROW_RETURN_NOT_OK(PassOn(kStepBytes));
    bytes = bytes.subspan(count);
  }
  return Status::OK();
}

Status Spool::Finish() {
  ARROW_RETURN_NOT_OK(compressor_->Finish(&compressed_));
  return PassOn(0);
}

Result<std::unique_ptr<ByteStream>> Spool::OpenStream() const {
  return compress::OpenDecompressor(
      compress::Container::kZstd, StreamOfBytes(file_, context_),
      {.path = "the temporary copy of the input", .pool = context_.memory_pool()});
}

Status Spool::PassOn(size_t bytes_least) {
  if (compressed_.size() < bytes_least) return Status::OK();
  ARROW_RETURN_NOT_OK(file_->Append(compressed_));
  compressed_.clear();
  return Status::OK();
}

/// Follows the live bytes; when another stream has read on, goes over to the spool.
class LiveBytes::Stream final : public ByteStream {
 public:
  explicit Stream(std::shared_ptr<LiveBytes> live) : live_(std::move(live)) {}

  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    if (replay_ == nullptr && live_->position_ != position_) {
      ARROW_RETURN_NOT_OK(GoOverToSpool());
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t count, replay_ == nullptr ? live_->ReadNext(bytes, out)
                                                                  : replay_->Read(bytes, out));
    position_ += count;
    return count;
  }
  int64_t stored_position() const override { return live_->rest_->stored_position(); }

 private:
  Status GoOverToSpool() {
    ARROW_ASSIGN_OR_RAISE(replay_, live_->spool_->OpenStream());
    std::vector<uint8_t> skipped(kStepBytes);
    for (int64_t left = position_; left > 0;) {
      const int64_t step = std::min(left, static_cast<int64_t>(skipped.size()));
      ARROW_ASSIGN_OR_RAISE(const int64_t count, replay_->Read(step, skipped.data()));
      left -= count;
    }
    return Status::OK();
  }

  const std::shared_ptr<LiveBytes> live_;
  std::unique_ptr<ByteStream> replay_;
  int64_t position_ = 0;
};

Result<std::string_view> LiveBytes::Head(int64_t bytes_max) {
  const auto wanted = static_cast<size_t>(std::max(bytes_max, kHeadBytesMin));
  const size_t kept = heads_.empty() ? 0 : heads_.back()->size();
  if (kept < static_cast<size_t>(bytes_max) && !head_ended_ && !is_opened_) {
    auto longer = std::make_unique<std::string>(wanted, '\0');
    if (kept > 0) std::memcpy(longer->data(), heads_.back()->data(), kept);
    ARROW_ASSIGN_OR_RAISE(const int64_t count,
                          rest_->Read(static_cast<int64_t>(wanted - kept),
                                      reinterpret_cast<uint8_t*>(longer->data()) + kept));
    head_ended_ = kept + static_cast<size_t>(count) < wanted;
    longer->resize(kept + static_cast<size_t>(count));
    heads_.push_back(std::move(longer));
  }
  if (heads_.empty()) return std::string_view();
  return std::string_view(*heads_.back()).substr(0, static_cast<size_t>(bytes_max));
}

Status LiveBytes::KeepAll(ExecutionContext& context, SystemCalls& calls) {
  ARROW_ASSIGN_OR_RAISE(spool_, Spool::Make(context, calls));
  return Status::OK();
}

std::unique_ptr<ByteStream> LiveBytes::OpenFirst(std::shared_ptr<LiveBytes> live) {
  live->is_opened_ = true;
  return std::make_unique<Stream>(std::move(live));
}

Result<std::unique_ptr<ByteStream>> LiveBytes::OpenAgain() {
  std::vector<uint8_t> passed(kStepBytes);
  while (!is_ended_) {
    ARROW_RETURN_NOT_OK(ReadNext(static_cast<int64_t>(passed.size()), passed.data()));
  }
  return spool_->OpenStream();
}

Result<int64_t> LiveBytes::ReadNext(int64_t bytes, uint8_t* out) {
  if (is_ended_) return 0;
  const std::string_view head = heads_.empty() ? std::string_view() : *heads_.back();
  int64_t done = 0;
  if (position_ < static_cast<int64_t>(head.size())) {
    done = std::min(bytes, static_cast<int64_t>(head.size()) - position_);
    std::memcpy(out, head.data() + position_, static_cast<size_t>(done));
  }
  if (done < bytes) {
    ARROW_ASSIGN_OR_RAISE(const int64_t count, rest_->Read(bytes - done, out + done));
    is_ended_ = done + count < bytes;
    done += count;
  }
  position_ += done;
  if (spool_ != nullptr) {
    ARROW_RETURN_NOT_OK(spool_->Append({out, static_cast<size_t>(done)}));
    if (is_ended_) ARROW_RETURN_NOT_OK(spool_->Finish());
  }
  return done;
}

}  // namespace pyforge::io
