// What is decoded ahead gives the same bytes and the same errors as the library alone.
#include <arrow/memory_pool.h>
#include <bzlib.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "codec/compress/bzip2_bits.h"
#include "codec/compress/container_testing.h"
#include "codec/compress/errors.h"
#include "codec/compress/portion_queue.h"
#include "support/matchers.h"

namespace pyforge::compress {
namespace {

using pyforge::testing::FailsWith;
using pyforge::testing::StringStream;
using ::testing::AllOf;

class NumberedPortion final : public Portion {
 public:
  NumberedPortion(uint8_t number, bool throws)
      : Portion(arrow::AllocateBuffer(1).ValueOrDie(), 1), number_(number), throws_(throws) {}
  std::span<const uint8_t> decoded() const override { return {&number_, 1}; }

 protected:
  bool Decode() override {
    if (throws_) throw std::bad_alloc();
    std::this_thread::sleep_for(std::chrono::microseconds(number_ * 7919 % 300));
    return true;
  }

 private:
  const uint8_t number_;
  const bool throws_;
};

TEST(PortionQueue, GivesPortionsBackInTheirOrder) {
  for (const int threads : {0, 1, 2, 5}) {
    PortionQueue queue(threads);
    std::vector<uint8_t> taken;
    for (uint8_t number = 0; number < 100; ++number) {
      queue.Add(std::make_unique<NumberedPortion>(number, number % 10 == 3));
      if (queue.count() < 7) continue;
      auto portion = queue.Take();
      taken.push_back(portion->decoded()[0]);
      EXPECT_EQ(portion->is_decoded(), taken.back() % 10 != 3);
    }
    while (auto portion = queue.Take()) taken.push_back(portion->decoded()[0]);
    ASSERT_EQ(taken.size(), 100U);
    EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
  }
}

TEST(PortionQueue, GivesAllBackWhetherTheyAreRunOrNot) {
  for (const int threads : {0, 3}) {
    PortionQueue queue(threads);
    for (uint8_t number = 0; number < 50; ++number) {
      queue.Add(std::make_unique<NumberedPortion>(number, false));
    }
    const auto portions = queue.TakeAll();
    ASSERT_EQ(portions.size(), 50U);
    for (uint8_t number = 0; number < 50; ++number) {
      EXPECT_EQ(portions[number]->decoded()[0], number);
    }
    EXPECT_EQ(queue.count(), 0U);
    queue.Add(std::make_unique<NumberedPortion>(1, false));
    EXPECT_TRUE(queue.Take()->is_decoded());
    queue.Add(std::make_unique<NumberedPortion>(2, false));  // left behind
  }
}

std::span<const uint8_t> BytesOfText(const std::string& text) {
  return {Unsigned(text), text.size()};
}

TEST(Bzip2Bits, FindsTheFirstMarkAtEveryBit) {
  for (const uint64_t mark : {kBlockMark, kStreamEndMark}) {
    for (size_t bit = 0; bit < 100; ++bit) {
      std::string bytes = Noise(bit / 8 + 1);
      size_t end = bit;
      AppendBits(mark, kMarkBits, &bytes, &end);
      EXPECT_EQ(end, bit + kMarkBits);
      EXPECT_EQ(ReadBits(BytesOfText(bytes), bit, kMarkBits), mark);
      for (size_t begin = 0; begin <= bit; ++begin) {
        EXPECT_EQ(FindMark(BytesOfText(bytes), begin), bit);
      }
      EXPECT_EQ(FindMark(BytesOfText(bytes), bit + 1), std::nullopt);
      AppendBits(kBlockMark, kMarkBits, &bytes, &end);
      EXPECT_EQ(FindMark(BytesOfText(bytes), 0), bit);
      EXPECT_EQ(FindMark(BytesOfText(bytes), bit + 1), bit + kMarkBits);
      bytes.pop_back();
      EXPECT_EQ(FindMark(BytesOfText(bytes), bit + 1), std::nullopt);
    }
  }
}

TEST(Bzip2Bits, BeginsAStreamThatEndsAtAnyBitWithAnyChecksum) {
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    const Bzip2Place place{.level = '9',
                           .bit = static_cast<size_t>(i % 8),
                           .checksum = i < 16 ? 0 : static_cast<uint32_t>(random())};
    auto beginning = MakeBeginning(place);
    ASSERT_TRUE(beginning);
    EXPECT_EQ(beginning->bytes.substr(0, 4), "BZh9");
    size_t end = 8 * beginning->bytes.size() - (place.bit == 0 ? 0 : 8 - place.bit);
    AppendBits(kStreamEndMark, kMarkBits, &beginning->bytes, &end);
    AppendBits(place.checksum, kChecksumBits, &beginning->bytes, &end);
    ASSERT_OK_AND_ASSIGN(const std::string text, Unpack(Container::kBzip2, beginning->bytes));
    EXPECT_EQ(text.size(), beginning->text_bytes);
  }
}

constexpr int64_t kAheadBytes = 64 << 20;

/// What a reader sees of a stream: the bytes of whole reads, then how it ended.
struct Reading {
  std::string bytes;
  std::string end;
  bool operator==(const Reading&) const = default;
};

Reading Read(std::string_view packed, int threads, int64_t step, int64_t input_bytes = 256 << 10,
             int64_t ahead_bytes_max = kAheadBytes) {
  auto stream = OpenDecompressor(Container::kBzip2, std::make_unique<StringStream>(packed),
                                 {.path = "in",
                                  .input_bytes = input_bytes,
                                  .threads = threads,
                                  .ahead_bytes_max = ahead_bytes_max})
                    .ValueOrDie();
  Reading reading;
  std::string buffer(static_cast<size_t>(step), '\0');
  while (true) {
    const auto count = stream->Read(step, reinterpret_cast<uint8_t*>(buffer.data()));
    if (!count.ok()) {
      const ErrorDetail* detail = DetailOf(count.status());
      reading.end = count.status().ToString() + " at " +
                    std::to_string(detail->where().byte_offset.value_or(-1));
      return reading;
    }
    reading.bytes.append(buffer, 0, static_cast<size_t>(*count));
    if (*count < step) {
      reading.end = "end at " + std::to_string(stream->stored_position());
      return reading;
    }
  }
}

/// True where threads make no difference.
::testing::AssertionResult IsReadAlike(std::string_view packed) {
  const int64_t step = packed.size() % 2 == 0 ? 50'000 : 1 << 20;
  const int threads = packed.size() % 3 == 0 ? 2 : 3;
  const Reading alone = Read(packed, 1, step);
  const Reading ahead = Read(packed, threads, step);
  if (ahead == alone) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << packed.size() << " bytes in steps of " << step << " with " << threads
         << " threads: " << ahead.bytes.size() << " bytes, " << ahead.end << "; alone "
         << alone.bytes.size() << " bytes, " << alone.end;
}

/// The file, and cut off, damaged and followed by what should not be there.
void ExpectAlike(const std::string& packed, unsigned damage_count) {
  EXPECT_TRUE(IsReadAlike(packed));
  std::mt19937 random(static_cast<unsigned>(packed.size()));
  const auto any_place = [&] { return random() % packed.size(); };
  for (unsigned i = 0; i < damage_count; ++i) {
    std::string damaged = packed;
    damaged[any_place()] ^= static_cast<char>(1U << random() % 8);
    EXPECT_TRUE(IsReadAlike(damaged)) << "damage " << i;
    EXPECT_TRUE(IsReadAlike(packed.substr(0, any_place()))) << "cut " << i;
    std::string shortened = packed;
    shortened.erase(any_place(), 1 + random() % 3);
    EXPECT_TRUE(IsReadAlike(shortened)) << "erased " << i;
  }
  for (size_t bytes = 1; bytes < std::min<size_t>(40, packed.size()); bytes += 4) {
    EXPECT_TRUE(IsReadAlike(packed.substr(0, packed.size() - bytes)));
  }
  for (const std::string& tail :
       {std::string("x"), std::string(5000, '\0'), std::string(700'000, '\0') + "x",
        std::string("BZh9"), std::string("BZh91AY&SY"), packed.substr(0, packed.size() / 2),
        packed}) {
    EXPECT_TRUE(IsReadAlike(packed + tail)) << "tail of " << tail.size();
  }
}

TEST(Bzip2Portions, ReadTheSameAsTheLibraryAlone) { ExpectAlike(Bzip2(Text(350'000)), 10); }

TEST(Bzip2Portions, ReadTheSameOfStreamsBehindOneAnother) {
  std::string packed;
  for (unsigned i = 0; i < 5; ++i) packed += Bzip2(Text(i * 50'000 + 1, i), i == 3 ? 9 : 1);
  ExpectAlike(packed, 6);
  EXPECT_TRUE(IsReadAlike(packed + Bzip2("") + packed));
  EXPECT_TRUE(IsReadAlike(Bzip2("") + packed));
  EXPECT_TRUE(IsReadAlike(Bzip2("")));
}

TEST(Bzip2Portions, ReadTheSameOfBytesThatCannotBeCompressed) {
  ExpectAlike(Bzip2(Noise(1'200'000), 9), 3);
}

TEST(Bzip2Portions, ReadTheSameOfBlocksThatHoldMuchText) {
  const std::string packed = Bzip2(Text(150'000) + std::string(9'000'000, 'x') + Text(150'000));
  ExpectAlike(packed, 3);
  const Reading alone = Read(packed, 1, 1 << 20);
  // So little room that a block of runs does not fit into it.
  EXPECT_EQ(Read(packed, 2, 1 << 20, 256 << 10, 16 << 20), alone);
}

TEST(Bzip2Portions, ReadTheSameWhereverTheInputBufferEnds) {
  const std::string packed = Bzip2(Text(220'000)) + Bzip2(Text(120'000));
  const Reading alone = Read(packed, 1, 1 << 20);
  for (const int64_t input_bytes : {32, 1000, 70'001, 1 << 21}) {
    EXPECT_EQ(Read(packed, 2, 1 << 20, input_bytes), alone);
  }
}

/// A stream whose first block has `mark` within it: among choices of tables that no symbols are
/// left for, which the library passes over.
std::string WithMarkInBlock(const std::string& packed, uint64_t mark) {
  const std::span<const uint8_t> from = BytesOfText(packed);
  size_t at = 0;
  std::string out;
  size_t end = 0;
  const auto copy = [&](size_t count) {
    const uint64_t bits = ReadBits(from, at, count);
    AppendBits(bits, count, &out, &end);
    at += count;
    return bits;
  };
  for (const size_t count : {32U, 48U, 32U, 25U}) copy(count);  // up to the letters that are used
  const uint64_t groups = copy(16);
  for (size_t group = 0; group < 16; ++group) {
    if ((groups >> group & 1U) != 0) copy(16);
  }
  EXPECT_GE(copy(3), 4U);  // tables, so that choices have up to three bits of value one
  const uint64_t choice_count = ReadBits(from, at, 15);
  at += 15;
  size_t more_count = 1;
  for (size_t bit = 0; bit < kMarkBits; ++bit) more_count += (mark >> bit & 1U) == 0 ? 1 : 0;
  AppendBits(choice_count + more_count, 15, &out, &end);
  for (uint64_t i = 0; i < choice_count;) i += copy(1) == 0 ? 1 : 0;
  AppendBits(mark, kMarkBits, &out, &end);
  AppendBits(0, 1, &out, &end);
  while (at < 8 * packed.size()) copy(1);
  return out;
}

TEST(Bzip2Portions, ReadTheSameWhereABlockHasAMarkInItByChance) {
  const std::string text = Text(250'000);
  const std::string packed = Bzip2(text);
  const auto first_end = FindMark(BytesOfText(packed), 33);
  for (const uint64_t mark : {kBlockMark, kStreamEndMark}) {
    const std::string marked = WithMarkInBlock(packed, mark);
    ASSERT_LT(*FindMark(BytesOfText(marked), 33), *first_end);
    EXPECT_EQ(Read(marked, 1, 1 << 20).bytes, text);
    ExpectAlike(marked, 3);
    EXPECT_TRUE(IsReadAlike(packed + marked + packed));
  }
}

TEST(Bzip2Portions, TellHowMuchOfTheStoredFileIsGivenOut) {
  const std::string packed = Bzip2(Noise(3'000'000));
  ASSERT_OK_AND_ASSIGN(auto stream,
                       OpenDecompressor(Container::kBzip2, std::make_unique<StringStream>(packed),
                                        {.threads = 4, .ahead_bytes_max = kAheadBytes}));
  std::string buffer(3'000'000, '\0');
  auto* out = reinterpret_cast<uint8_t*>(buffer.data());
  for (const double read : {1e6, 2e6}) {
    ASSERT_OK(stream->Read(1'000'000, out));
    EXPECT_NEAR(static_cast<double>(stream->stored_position()), read, 3e5);
  }
  ASSERT_OK(stream->Read(3'000'000, out));
  EXPECT_EQ(stream->stored_position(), static_cast<int64_t>(packed.size()));
}

TEST(Bzip2Portions, KeepTheirMemoryWithinTheBound) {
  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  const std::string text = Text(6'000'000);
  const DecompressOptions options{
      .path = "in", .pool = &pool, .threads = 16, .ahead_bytes_max = 16 << 20};
  ASSERT_OK_AND_ASSIGN(const std::string unpacked,
                       Unpack(Container::kBzip2, Bzip2(text), 1 << 20, options));
  EXPECT_TRUE(unpacked == text);
  EXPECT_GE(pool.max_memory(), 1 << 20);
  EXPECT_LE(pool.max_memory(), 18 << 20);
  EXPECT_EQ(pool.bytes_allocated(), 0);
}

TEST(Bzip2Portions, ReadWhateverThePoolHasRoomForOrSayThatItHasNone) {
  const std::string text = Text(900'000);
  const std::string packed = Bzip2(text);
  bool is_unpacked = false;
  for (int64_t room = 100'000; room < 64 << 20; room = room * 5 / 4) {
    arrow::CappedMemoryPool pool(arrow::default_memory_pool(), room);
    const auto unpacked =
        Unpack(Container::kBzip2, packed, 1 << 20,
               {.path = "in", .pool = &pool, .threads = 3, .ahead_bytes_max = kAheadBytes});
    is_unpacked = unpacked.ok();
    if (is_unpacked) {
      EXPECT_TRUE(*unpacked == text);
    } else {
      EXPECT_THAT(unpacked, FailsWith("limit.memory")) << room;
    }
    EXPECT_EQ(pool.bytes_allocated(), 0);
  }
  EXPECT_TRUE(is_unpacked);
}

/// Fails behind its bytes.
class FailingStream final : public ByteStream {
 public:
  explicit FailingStream(std::string_view bytes) : bytes_(bytes), left_(bytes.size()) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    if (left_ < static_cast<size_t>(bytes)) return Fail(kTruncated, {}, "the disk is gone");
    left_ -= static_cast<size_t>(bytes);
    return bytes_.Read(bytes, out);
  }
  int64_t stored_position() const override { return bytes_.stored_position(); }

 private:
  StringStream bytes_;
  size_t left_;
};

TEST(Bzip2Portions, GiveWhatWasReadBeforeAFailure) {
  const std::string text = Noise(6'000'000);
  const std::string packed = Bzip2(text);
  ASSERT_OK_AND_ASSIGN(auto stream,
                       OpenDecompressor(Container::kBzip2, std::make_unique<FailingStream>(packed),
                                        {.threads = 2, .ahead_bytes_max = kAheadBytes}));
  std::string buffer(100'000, '\0');
  auto* out = reinterpret_cast<uint8_t*>(buffer.data());
  size_t done = 0;
  Result<int64_t> count = 0;
  while ((count = stream->Read(100'000, out)).ok()) {
    ASSERT_TRUE(buffer == text.substr(done, buffer.size()));
    done += buffer.size();
  }
  EXPECT_THAT(count, AllOf(FailsWith("compress.truncated"),
                           pyforge::testing::FailsSaying("the disk is gone")));
  EXPECT_GT(done, 4'000'000U);
}

TEST(Bzip2Portions, CanBeLeftAtAnyTime) {
  const std::string packed = Bzip2(Text(3'000'000));
  std::string buffer(3'000'000, '\0');
  for (const int64_t bytes : {0, 1, 100'000, 800'000, 2'000'000}) {
    ASSERT_OK_AND_ASSIGN(auto stream,
                         OpenDecompressor(Container::kBzip2, std::make_unique<StringStream>(packed),
                                          {.threads = 3, .ahead_bytes_max = kAheadBytes}));
    ASSERT_OK(stream->Read(bytes, reinterpret_cast<uint8_t*>(buffer.data())));
  }
}

}  // namespace
}  // namespace pyforge::compress
