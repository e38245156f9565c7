#include <bzlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/compress/bzip2_bits.h"
#include "codec/compress/pool_memory.h"
#include "codec/compress/portion_stream.h"

namespace pyforge::compress {
namespace {

// A block of level 9 holds 900 kB, and 1 % more where they cannot be compressed.
constexpr size_t kStoredBytesMax = size_t{1} << 20;
constexpr size_t kBlockBytesPerLevel = 100'000;
// 3.7 MB for a decoder; a block and what it is decoded from, twice.
constexpr int64_t kBytesPerThread = int64_t{8} << 20;
constexpr size_t kStreamHeadBytes = 4;  // "BZh9"

/// libbz2's decoder, with memory from a pool. It checks the checksum of every block and stream.
class Bzip2Decoder {
 public:
  Bzip2Decoder() = default;
  ~Bzip2Decoder() { Close(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;

  bool Open(arrow::MemoryPool* pool) {
    Close();
    state_ = {};
    state_.bzalloc = [](void* from, int count, int bytes) {
      return AllocateFromPool(from, static_cast<size_t>(count), static_cast<size_t>(bytes));
    };
    state_.bzfree = FreeToPool;
    state_.opaque = pool;
    is_open_ = BZ2_bzDecompressInit(&state_, 0, 0) == BZ_OK;
    return is_open_;
  }
  void Close() {
    if (is_open_) BZ2_bzDecompressEnd(&state_);
    is_open_ = false;
  }

  /// The library's result; what was used of both is taken off their beginnings.
  int Run(std::span<const uint8_t>* in, std::span<uint8_t>* out) {
    // It does not write to its input, whatever its types say.
    state_.next_in = reinterpret_cast<char*>(const_cast<uint8_t*>(in->data()));
    state_.avail_in = static_cast<unsigned>(in->size());
    state_.next_out = reinterpret_cast<char*>(out->data());
    state_.avail_out = static_cast<unsigned>(out->size());
    const int result = BZ2_bzDecompress(&state_);
    *in = in->last(state_.avail_in);
    *out = out->last(state_.avail_out);
    return result;
  }

 private:
  bz_stream state_ = {};
  bool is_open_ = false;
};

std::span<const uint8_t> BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

/// Where a beginning ends within a byte, its other bits are the file's.
void CompleteLastByte(size_t bit, uint8_t byte, std::string* beginning) {
  const unsigned mask = 0xffU >> bit;
  auto& last = reinterpret_cast<uint8_t&>(beginning->back());
  last = static_cast<uint8_t>((last & ~mask) | (byte & mask));
}

/// A block and what may stand before it: the end of one stream and the header of the next.
struct Bzip2Block {
  Bzip2Place place;      ///< where all of that begins, in its first byte
  char level = 0;        ///< of the block's stream
  size_t begin_bit = 0;  ///< of the block
  size_t end_bit = 0;
};

/// Decodes a block as a stream of its own.
class Bzip2Portion final : public Portion {
 public:
  /// `beginning` ends at the bit of its byte where the block begins, and leaves the checksum 0.
  Bzip2Portion(std::unique_ptr<arrow::Buffer> stored, const Bzip2Block& block,
               Bzip2Beginning beginning, arrow::MemoryPool* pool)
      : Portion(std::move(stored), block.end_bit / 8),
        block_(block),
        beginning_(std::move(beginning)),
        pool_(pool) {}

  std::span<const uint8_t> decoded() const override {
    return {text_->data() + beginning_.text_bytes, text_bytes_ - beginning_.text_bytes};
  }
  const Bzip2Place& place() const { return block_.place; }

 protected:
  bool Decode() override {
    const auto room = static_cast<size_t>(block_.level - '0') * kBlockBytesPerLevel * 9 / 8;
    auto text = arrow::AllocateResizableBuffer(static_cast<int64_t>(room), pool_);
    Bzip2Decoder decoder;
    if (!text.ok() || !decoder.Open(pool_)) return false;
    text_ = *std::move(text);
    // The first byte may be shared with what stands before the block, the last with what follows.
    const std::span<const uint8_t> stored(data(), (block_.end_bit + 7) / 8);
    size_t begin = block_.begin_bit / 8;
    const size_t end = block_.end_bit / 8;
    const size_t begin_bit = block_.begin_bit % 8;
    if (begin_bit != 0) CompleteLastByte(begin_bit, stored[begin++], &beginning_.bytes);
    std::string ending(stored.begin() + static_cast<ptrdiff_t>(end), stored.end());
    size_t ending_bits = block_.end_bit % 8;
    AppendBits(kStreamEndMark, kMarkBits, &ending, &ending_bits);
    AppendBits(ReadBits(stored, block_.begin_bit + kMarkBits, kChecksumBits), kChecksumBits,
               &ending, &ending_bits);
    return Feed(&decoder, BytesOf(beginning_.bytes)) == BZ_OK &&
           Feed(&decoder, stored.subspan(begin, end - begin)) == BZ_OK &&
           Feed(&decoder, BytesOf(ending)) == BZ_STREAM_END;
  }

 private:
  // BZ_STREAM_END where the stream ends with the last of the bytes.
  int Feed(Bzip2Decoder* decoder, std::span<const uint8_t> bytes) {
    while (true) {
      const auto size = static_cast<size_t>(text_->size());
      std::span<uint8_t> room(text_->mutable_data() + text_bytes_, size - text_bytes_);
      const int result = decoder->Run(&bytes, &room);
      text_bytes_ = size - room.size();
      if (result != BZ_OK) return bytes.empty() ? result : BZ_DATA_ERROR;
      if (!room.empty()) return BZ_OK;  // all bytes are used
      // Runs of one letter: a block can be 46 MB of text.
      if (!text_->Resize(2 * text_->size()).ok()) return BZ_MEM_ERROR;
    }
  }

  const Bzip2Block block_;
  Bzip2Beginning beginning_;
  arrow::MemoryPool* const pool_;
  std::unique_ptr<arrow::ResizableBuffer> text_;  // with the beginning's
  size_t text_bytes_ = 0;
};

/// Blocks are found by their marks and decoded ahead. A mark that stands in a block by chance cuts
/// it in two portions that cannot be decoded, and the library goes on alone.
class Bzip2Stream final : public PortionStream {
 public:
  Bzip2Stream(std::unique_ptr<ByteStream> stored, DecompressOptions options)
      : PortionStream(Container::kBzip2, std::move(stored), std::move(options), kBytesPerThread) {}

 protected:
  Status Begin() override { return decoder_.Open(options().pool) ? Status::OK() : NoMemory(); }

  Result<bool> Run(std::span<uint8_t> out) override {
    std::span<const uint8_t> unused = bytes();
    std::span<uint8_t> room = out;
    const int result = decoder_.Run(&unused, &room);
    Consume(input_count() - unused.size());
    Produced(out.size() - room.size());
    switch (result) {
      case BZ_OK:
        return false;
      case BZ_STREAM_END:
        decoder_.Close();
        return true;
      case BZ_MEM_ERROR:
        return NoMemory();
      case BZ_DATA_ERROR:
        return Damaged("a block cannot be decoded or its checksum does not match");
      default:
        return Damaged("a stream has an invalid header");
    }
  }

  Result<std::unique_ptr<Portion>> Cut() override {
    if (!MakeRoom(kStoredBytesMax).ok()) return nullptr;
    Bzip2Block block{.place = next_};
    uint32_t checksum = 0;
    ARROW_ASSIGN_OR_RAISE(const bool has_begin, FindBegin(&block, &checksum));
    if (!has_begin) return nullptr;
    ARROW_ASSIGN_OR_RAISE(const bool has_end, FindEnd(&block));
    if (!has_end) return nullptr;
    auto& beginning = beginnings_[block.begin_bit % 8];
    if (!beginning) beginning = MakeBeginning({block.level, block.begin_bit % 8});
    auto stored = CopyInput((block.end_bit + 7) / 8);
    if (!beginning || stored == nullptr) return nullptr;
    beginning->bytes[3] = block.level;
    const uint64_t own = ReadBits(bytes(), block.begin_bit + kMarkBits, kChecksumBits);
    next_ = {block.level, block.end_bit % 8,
             CombineChecksums(checksum, static_cast<uint32_t>(own))};
    Consume(block.end_bit / 8);
    return std::make_unique<Bzip2Portion>(std::move(stored), block, *beginning, portion_pool());
  }

  Status GoOn(const Portion* portion) override {
    const Bzip2Place place =
        portion == nullptr ? next_ : static_cast<const Bzip2Portion*>(portion)->place();
    if (place.level == 0) return Status::OK();
    ARROW_RETURN_NOT_OK(Begin());
    auto beginning = MakeBeginning(place);
    if (!beginning) return NoMemory();
    if (place.bit != 0) {
      CompleteLastByte(place.bit, *input(), &beginning->bytes);
      Consume(1);
    }
    std::span<const uint8_t> unused = BytesOf(beginning->bytes);
    std::array<uint8_t, 64> text;
    std::span<uint8_t> room(text);
    if (decoder_.Run(&unused, &room) != BZ_OK) return NoMemory();
    StandInMember();
    return Status::OK();
  }

 private:
  std::span<const uint8_t> bytes() const { return {input(), input_count()}; }

  bool HasMark(uint64_t mark, size_t bit) const {
    return bit + kMarkBits + kChecksumBits <= 8 * input_count() &&
           ReadBits(bytes(), bit, kMarkBits) == mark;
  }

  /// Finds the level of the next block, where it begins, and the checksum of its stream so far.
  /// False where what comes next is none.
  Result<bool> FindBegin(Bzip2Block* block, uint32_t* checksum) {
    constexpr size_t kBytesLookedAt = 32;
    ARROW_RETURN_NOT_OK(WantInput(kBytesLookedAt));
    block->level = next_.level;
    block->begin_bit = next_.bit;
    *checksum = next_.checksum;
    size_t head = 0;
    if (next_.level != 0) {
      if (HasMark(kBlockMark, next_.bit)) return true;
      if (!HasMark(kStreamEndMark, next_.bit)) return false;
      if (ReadBits(bytes(), next_.bit + kMarkBits, kChecksumBits) != next_.checksum) return false;
      head = (next_.bit + kMarkBits + kChecksumBits + 7) / 8;
    }
    block->begin_bit = 8 * (head + kStreamHeadBytes);
    if (!HasMark(kBlockMark, block->begin_bit)) return false;
    const std::string_view text(reinterpret_cast<const char*>(input()), input_count());
    block->level = text[head + 3];
    *checksum = 0;
    return DetectContainer(text.substr(head)) == Container::kBzip2;
  }

  /// False where it ends with the file, or not within what a block may need.
  Result<bool> FindEnd(Bzip2Block* block) {
    size_t begin = block->begin_bit + kMarkBits + kChecksumBits;
    while (true) {
      const std::optional<size_t> end = FindMark(bytes(), begin);
      const size_t count = input_count();
      if (end) {
        block->end_bit = *end;
        return true;
      }
      if (count >= kStoredBytesMax) return false;
      ARROW_RETURN_NOT_OK(WantInput(count + 1));
      if (input_count() == count) return false;
      begin = std::max(begin, 8 * count - kMarkBits);
    }
  }

  Status NoMemory() const {
    return Error(kMemoryLimit, "no memory is left to decompress bzip2 data");
  }

  Bzip2Decoder decoder_;
  Bzip2Place next_;  // behind the last portion; without a level: at the first stream
  std::array<std::optional<Bzip2Beginning>, 8> beginnings_;  // by the bit where they end
};

}  // namespace

Result<std::unique_ptr<ByteStream>> MakeBzip2Stream(std::unique_ptr<ByteStream> stored,
                                                    DecompressOptions options) {
  return std::make_unique<Bzip2Stream>(std::move(stored), std::move(options));
}

}  // namespace pyforge::compress
