// Rates in bytes of plain text per second.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "codec/compress/compressor.h"
#include "codec/compress/decompressor.h"

namespace pyforge::compress {
namespace {

constexpr size_t kTextBytes = 64 << 20;

const std::string& Text() {
  static const std::string text = [] {
    std::mt19937 random(1);
    std::string made;
    while (made.size() < kTextBytes) {
      made += std::to_string(random()) + ",name" + std::to_string(random() % 500) + ",2024-01-" +
              std::to_string(random() % 28 + 1) + "," + std::to_string(random() % 100000) + ".25\n";
    }
    return made;
  }();
  return text;
}

std::vector<uint8_t> Pack(Container container, int level) {
  std::vector<uint8_t> packed;
  auto compressor = Compressor::Make(container, level).ValueOrDie();
  const std::span bytes(reinterpret_cast<const uint8_t*>(Text().data()), Text().size());
  for (size_t i = 0; i < bytes.size(); i += 1 << 20) {
    (void)compressor->Append(bytes.subspan(i, std::min<size_t>(1 << 20, bytes.size() - i)),
                             &packed);
  }
  (void)compressor->Finish(&packed);
  return packed;
}

class SpanStream : public ByteStream {
 public:
  explicit SpanStream(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  Result<int64_t> Read(int64_t bytes, uint8_t* out) override {
    const size_t count = std::min(static_cast<size_t>(bytes), bytes_.size() - position_);
    std::memcpy(out, bytes_.data() + position_, count);
    position_ += count;
    return static_cast<int64_t>(count);
  }
  int64_t stored_position() const override { return static_cast<int64_t>(position_); }

 private:
  std::span<const uint8_t> bytes_;
  size_t position_ = 0;
};

void Decompress(benchmark::State& state, Container container) {
  const std::vector<uint8_t> packed = Pack(container, LevelsOf(container).standard);
  const int64_t step = state.range(0);
  std::vector<uint8_t> out(static_cast<size_t>(step));
  for (auto _ : state) {
    auto stream =
        OpenDecompressor(container, std::make_unique<SpanStream>(packed), {}).ValueOrDie();
    while (stream->Read(step, out.data()).ValueOrDie() == step) {
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * Text().size()));
}
BENCHMARK_CAPTURE(Decompress, gzip, Container::kGzip)->Arg(64 << 10)->Arg(256 << 10)->Arg(1 << 20);
BENCHMARK_CAPTURE(Decompress, zstd, Container::kZstd)->Arg(64 << 10)->Arg(256 << 10)->Arg(1 << 20);

void Compress(benchmark::State& state, Container container) {
  size_t packed_bytes = 0;
  for (auto _ : state) packed_bytes = Pack(container, static_cast<int>(state.range(0))).size();
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * Text().size()));
  state.counters["ratio"] = static_cast<double>(Text().size()) / static_cast<double>(packed_bytes);
}
BENCHMARK_CAPTURE(Compress, gzip, Container::kGzip)->Arg(1)->Arg(2)->Arg(3);
BENCHMARK_CAPTURE(Compress, zstd, Container::kZstd)->Arg(1)->Arg(3);

}  // namespace
}  // namespace pyforge::compress
