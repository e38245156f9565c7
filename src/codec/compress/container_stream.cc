#include "codec/compress/container_stream.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace pyforge::compress {
namespace {

// Smaller reads go through a buffer of this size: the libraries copy their history about when they
// are asked for little, and the second-level cache still holds it.
constexpr int64_t kDirectBytes = 256 << 10;
constexpr size_t kMagicBytesMax = 16;

}  // namespace

ContainerStream::ContainerStream(Container container, std::unique_ptr<ByteStream> stored,
                                 DecompressOptions options)
    : container_(container),
      stored_(std::move(stored)),
      options_(std::move(options)),
      small_input_(std::max(static_cast<size_t>(options_.input_bytes), kInputBytesMin)),
      input_(small_input_) {}

Result<int64_t> ContainerStream::Read(int64_t bytes, uint8_t* out) {
  ARROW_RETURN_NOT_OK(failure_);
  Result<int64_t> count = ReadThroughBuffer(bytes, out);
  if (!count.ok()) failure_ = count.status();
  return count;
}

Status ContainerStream::MakeRoom(size_t bytes) {
  if (input_.size() >= bytes) return Status::OK();
  const auto size = static_cast<int64_t>(bytes);
  const auto no_memory = [&] {
    return Error(kMemoryLimit, "no memory is left for {} stored bytes of the {} data", bytes,
                 ContainerName(container_));
  };
  if (large_input_ == nullptr) {
    auto room = arrow::AllocateResizableBuffer(size, options_.pool);
    if (!room.ok()) return no_memory();
    large_input_ = *std::move(room);
    std::memcpy(large_input_->mutable_data(), small_input_.data(), input_end_);
    small_input_ = {};
  } else if (!large_input_->Resize(size).ok()) {
    return no_memory();
  }
  input_ = {large_input_->mutable_data(), bytes};
  return Status::OK();
}

Status ContainerStream::GiveBack(std::span<const uint8_t> bytes) {
  if (input_begin_ < bytes.size()) {
    const size_t count = input_count();
    ARROW_RETURN_NOT_OK(MakeRoom(bytes.size() + count));
    std::memmove(input_.data() + bytes.size(), input(), count);
    input_begin_ = bytes.size();
    input_end_ = input_begin_ + count;
  }
  input_begin_ -= bytes.size();
  std::memcpy(input(), bytes.data(), bytes.size());
  return Status::OK();
}

Status ContainerStream::WantInput(size_t bytes) {
  if (input_count() >= bytes || stored_ended_) return Status::OK();
  std::memmove(input_.data(), input(), input_count());
  input_end_ = input_count();
  input_begin_ = 0;
  const auto room = static_cast<int64_t>(input_.size() - input_end_);
  ARROW_ASSIGN_OR_RAISE(const int64_t count, stored_->Read(room, input_.data() + input_end_));
  stored_ended_ = count < room;
  input_end_ += static_cast<size_t>(count);
  return Status::OK();
}

Status ContainerStream::NeedInput(size_t bytes) {
  ARROW_RETURN_NOT_OK(WantInput(bytes));
  return input_count() < bytes ? Truncated() : Status::OK();
}

Status ContainerStream::EndMember() {
  ARROW_RETURN_NOT_OK(WantInput(kMagicBytesMax));
  if (input_count() > 0 && StartsMember()) return Status::OK();
  const int64_t offset = stored_position();
  while (input_count() > 0) {
    for (; input_count() > 0; Consume(1)) {
      if (*input() == 0) continue;
      // xz pads the room between two streams.
      if (container_ == Container::kXz) {
        ARROW_RETURN_NOT_OK(WantInput(kMagicBytesMax));
        if (StartsMember()) return Status::OK();
      }
      return Error(kTrailingBytes,
                   "behind the {} data, which end at byte {} of the stored file, stands a byte "
                   "{:#04x} that begins no further data",
                   ContainerName(container_), offset, *input());
    }
    ARROW_RETURN_NOT_OK(WantInput(kMagicBytesMax));
  }
  EndData();
  return Status::OK();
}

Status ContainerStream::Truncated() const {
  return Error(kTruncated, "the {} data end in the middle, after byte {} of the stored file",
               ContainerName(container_), stored_position());
}

Status ContainerStream::Damaged(std::string_view reason) const {
  return Error(kCorruptContainer, "the {} data are damaged near byte {} of the stored file: {}",
               ContainerName(container_), stored_position(), reason);
}

bool ContainerStream::StartsMember() const {
  const std::string_view head(reinterpret_cast<const char*>(input()), input_count());
  const Container found = DetectContainer(head);
  // The two share frames that are to be skipped.
  if (container_ == Container::kLz4 && found == Container::kZstd) return IsSkippableFrame(head);
  return found == container_;
}

Result<int64_t> ContainerStream::ReadThroughBuffer(int64_t bytes, uint8_t* out) {
  int64_t done = 0;
  while (done < bytes) {
    const int64_t wanted = bytes - done;
    if (decoded_begin_ < decoded_end_) {
      const int64_t count = std::min(wanted, decoded_end_ - decoded_begin_);
      std::memcpy(out + done, decoded_.data() + decoded_begin_, static_cast<size_t>(count));
      decoded_begin_ += count;
      done += count;
      continue;
    }
    if (ended_) break;
    if (wanted >= kDirectBytes) {
      ARROW_ASSIGN_OR_RAISE(const int64_t count, Decode(wanted, out + done));
      done += count;
      continue;
    }
    decoded_.resize(static_cast<size_t>(kDirectBytes));
    decoded_begin_ = decoded_end_ = 0;
    ARROW_ASSIGN_OR_RAISE(decoded_end_, Decode(kDirectBytes, decoded_.data()));
  }
  return done;
}

// Decodes until `bytes` are there or the data end.
Result<int64_t> ContainerStream::Decode(int64_t bytes, uint8_t* out) {
  const int64_t begin = position_;
  int64_t done = 0;
  while (done < bytes && !ended_) {
    ARROW_RETURN_NOT_OK(Step({out + done, static_cast<size_t>(bytes - done)}));
    done = position_ - begin;
  }
  return done;
}

Status LibraryStream::Step(std::span<uint8_t> out) {
  if (at_member_) {
    ARROW_RETURN_NOT_OK(Begin());
    at_member_ = false;
  }
  ARROW_RETURN_NOT_OK(WantInput(1));
  const bool has_input = input_count() > 0;
  const int64_t before = position();
  constexpr size_t kOutMax = std::numeric_limits<int32_t>::max();
  ARROW_ASSIGN_OR_RAISE(at_member_, Run(out.first(std::min(out.size(), kOutMax))));
  if (at_member_) return EndMember();
  return has_input || position() > before ? Status::OK() : Truncated();
}

Status BlockStream::Step(std::span<uint8_t> out) {
  if (block_begin_ == block_end_) return NextBlock();
  const size_t count = std::min(out.size(), block_end_ - block_begin_);
  std::memcpy(out.data(), block_->data() + block_begin_, count);
  block_begin_ += count;
  Produced(count);
  return Status::OK();
}

Result<std::span<uint8_t>> BlockStream::RoomForBlock(size_t bytes) {
  if (block_ == nullptr || static_cast<size_t>(block_->size()) < bytes) {
    block_.reset();
    auto room = arrow::AllocateBuffer(static_cast<int64_t>(bytes), options().pool);
    if (!room.ok()) {
      return Error(kMemoryLimit, "no memory is left for a block of {} bytes of the {} data", bytes,
                   ContainerName(container()));
    }
    block_ = *std::move(room);
  }
  return std::span<uint8_t>(block_->mutable_data(), bytes);
}

void BlockStream::BlockIs(size_t bytes) {
  block_begin_ = 0;
  block_end_ = bytes;
}

}  // namespace pyforge::compress
