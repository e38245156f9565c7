#include "codec/compress/portion_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace pyforge::compress {
namespace {

// Those being decoded, and as many that are done or wait.
constexpr size_t kPortionsPerThread = 2;

}  // namespace

PortionStream::PortionStream(Container container, std::unique_ptr<ByteStream> stored,
                             DecompressOptions options, int64_t thread_bytes)
    : LibraryStream(container, std::move(stored), std::move(options)),
      threads_(static_cast<size_t>(std::min<int64_t>(
          this->options().threads, this->options().ahead_bytes_max / thread_bytes))),
      pool_(this->options().pool, this->options().ahead_bytes_max) {
  // One more beside the reader would only take turns with it.
  if (threads_ > 1) queue_.emplace(static_cast<int>(threads_));
}

Status PortionStream::Step(std::span<uint8_t> out) {
  if (!queue_) return LibraryStream::Step(out);
  if (now_ == nullptr) return NextPortion();
  const std::span<const uint8_t> rest = now_->decoded().subspan(given_);
  const size_t count = std::min(rest.size(), out.size());
  if (count > 0) std::memcpy(out.data(), rest.data(), count);
  Produced(count);
  given_ += count;
  if (count == rest.size()) now_.reset();
  return Status::OK();
}

Status PortionStream::NextPortion() {
  CutAhead();
  std::unique_ptr<Portion> portion = queue_->Take();
  if (portion == nullptr) ARROW_RETURN_NOT_OK(cut_failure_);
  if (portion == nullptr || !portion->is_decoded()) return LeaveToLibrary(std::move(portion));
  count_max_ = std::min(2 * count_max_, kPortionsPerThread * threads_);
  ahead_bytes_ -= portion->stored().size();
  now_ = std::move(portion);
  given_ = 0;
  return Status::OK();
}

void PortionStream::CutAhead() {
  while (!is_cut_ && queue_->count() < count_max_) {
    Result<std::unique_ptr<Portion>> portion = Cut();
    is_cut_ = !portion.ok() || *portion == nullptr;
    if (!portion.ok()) {
      // What was read before it comes first.
      cut_failure_ = portion.status();
    } else if (!is_cut_) {
      ahead_bytes_ += (*portion)->stored().size();
      queue_->Add(*std::move(portion));
    }
  }
}

Status PortionStream::LeaveToLibrary(std::unique_ptr<Portion> portion) {
  std::vector<std::unique_ptr<Portion>> portions = queue_->TakeAll();
  queue_.reset();
  // What they hold is freed as their bytes go back, so that this needs no memory beyond theirs.
  while (!portions.empty()) {
    ARROW_RETURN_NOT_OK(GiveBack(portions.back()->stored()));
    portions.pop_back();
  }
  if (portion != nullptr) ARROW_RETURN_NOT_OK(GiveBack(portion->stored()));
  ahead_bytes_ = 0;
  return GoOn(portion.get());
}

std::unique_ptr<arrow::Buffer> PortionStream::CopyInput(size_t bytes) {
  auto copy = arrow::AllocateBuffer(static_cast<int64_t>(bytes), portion_pool());
  if (!copy.ok()) return nullptr;
  std::memcpy((*copy)->mutable_data(), input(), bytes);
  return *std::move(copy);
}

}  // namespace pyforge::compress
