// How fast text becomes columns, on a file like those that people have: numbers, amounts, times,
// texts with quoted commas, line breaks in quotes in 1 % of rows.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <benchmark/benchmark.h>

#include "formats/csv/decoder.h"
#include "formats/csv/reader.h"
#include "formats/csv/scanner.h"
#include "formats/csv/splitter.h"
#include "support/memory_io.h"

namespace pyforge::csv {
namespace {

/// About `bytes` bytes of such rows; the same every time.
std::string MixedText(size_t bytes) {
  constexpr const char* kStatus[] = {"new", "paid", "packed", "sent", "returned", "closed"};
  constexpr const char* kWords[] = {"order", "tent", "blue", "two",  "weeks",
                                    "late",  "send", "back", "café", "box"};
  std::string text = "id,customer,qty,amount,rate,created,day,active,email,zip,status,note\n";
  uint64_t state = 88172645463325252;
  const auto draw = [&](uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
  };
  char line[256];
  for (int64_t id = 1; text.size() < bytes; ++id) {
    const int count = std::snprintf(
        line, sizeof line,
        "%lld,%llu,%llu,%llu.%02llu,0.%06llu,2024-%02llu-%02llu %02llu:%02llu:%02llu,"
        "20%02llu-%02llu-%02llu,%s,user%llu@example.org,%05llu,%s,",
        static_cast<long long>(id), static_cast<unsigned long long>(draw(2000000)),
        static_cast<unsigned long long>(draw(1000)), static_cast<unsigned long long>(draw(10000)),
        static_cast<unsigned long long>(draw(100)), static_cast<unsigned long long>(draw(1000000)),
        static_cast<unsigned long long>(1 + draw(12)),
        static_cast<unsigned long long>(1 + draw(28)), static_cast<unsigned long long>(draw(24)),
        static_cast<unsigned long long>(draw(60)), static_cast<unsigned long long>(draw(60)),
        static_cast<unsigned long long>(draw(25)), static_cast<unsigned long long>(1 + draw(12)),
        static_cast<unsigned long long>(1 + draw(28)), draw(2) == 0 ? "true" : "false",
        static_cast<unsigned long long>(draw(1000000)),
        static_cast<unsigned long long>(draw(100000)), kStatus[draw(6)]);
    text.append(line, static_cast<size_t>(count));
    const bool quoted = draw(3) == 0;
    if (quoted) text += '"';
    const uint64_t words = 8 + draw(8);
    for (uint64_t i = 0; i < words; ++i) {
      if (i > 0) text += quoted && draw(8) == 0 ? ", " : " ";
      text += kWords[draw(10)];
    }
    if (quoted && draw(30) == 0) text += "\nsecond line";
    if (quoted && draw(10) == 0) text += " \"\"so\"\"";
    text += quoted ? "\"\n" : "\n";
  }
  return text;
}

constexpr size_t kTextBytes = size_t{16} << 20;

const std::string& Text() {
  static const std::string kText = MixedText(kTextBytes);
  return kText;
}

std::vector<char> Padded(const std::string& text) {
  std::vector<char> padded(text.size() + 2 * static_cast<size_t>(kTextPadding));
  std::memcpy(padded.data() + kTextPadding, text.data(), text.size());
  return padded;
}

void SetRate(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes));
}

void ForEachScanPath(benchmark::internal::Benchmark* run) {
  for (const ScanPath path : AvailableScanPaths({})) run->Arg(static_cast<int64_t>(path));
}

/// Argument: the ScanPath.
void BM_Index(benchmark::State& state) {
  const std::vector<char> padded = Padded(Text());
  const char* const text = padded.data() + kTextPadding;
  const Scanner scanner({}, static_cast<ScanPath>(state.range(0)));
  StructuralIndex index;
  constexpr int64_t kSlice = 256 << 10;
  const auto end = static_cast<int64_t>(Text().size());
  for (auto _ : state) {
    for (int64_t at = 0; at < end; at += kSlice) {
      scanner.Index(text, at, std::min(at + kSlice, end), {}, &index);
      benchmark::DoNotOptimize(index.separator_count);
    }
  }
  SetRate(state, Text().size());
}
BENCHMARK(BM_Index)->Apply(ForEachScanPath);

void BM_FindRecordEnds(benchmark::State& state) {
  const std::vector<char> padded = Padded(Text());
  const Scanner scanner({}, static_cast<ScanPath>(state.range(0)));
  for (auto _ : state) {
    ScanState scan_state;
    benchmark::DoNotOptimize(scanner.FindRecordEnds(padded.data() + kTextPadding, 0,
                                                    static_cast<int64_t>(Text().size()), true, -1,
                                                    16 << 20, &scan_state));
  }
  SetRate(state, Text().size());
}
BENCHMARK(BM_FindRecordEnds)->Apply(ForEachScanPath);

/// One pass over the file, all on one thread; nanoseconds per value in the counter. Argument: bytes
/// of a morsel.
void ReadAll(benchmark::State& state, const TableRequest& request, DecodeMode mode) {
  ExecutionContext context({.threads = 1});
  auto source = std::make_shared<testing::MemorySource>("mixed.csv", Text());
  ReaderTuning tuning;
  if (state.range(0) > 0) tuning.morsel_bytes = state.range(0);
  auto input = OpenTable(source, {}, context, tuning);
  if (!input.ok()) return state.SkipWithError(input.status().ToString().c_str());
  auto scans = (*input)->Scan(std::span(&request, 1));
  if (!scans.ok()) return state.SkipWithError(scans.status().ToString().c_str());
  Scan& scan = *scans->front();
  const std::unique_ptr<Decoder> decoder = scan.NewDecoder();
  int64_t values = 0;
  for (auto _ : state) {
    if (!scan.Rewind().ok()) return state.SkipWithError("rewind");
    while (true) {
      auto morsel = scan.Next();
      if (!morsel.ok()) return state.SkipWithError(morsel.status().ToString().c_str());
      if (*morsel == nullptr) break;
      auto decoded = decoder->Decode(**morsel, mode);
      if (!decoded.ok()) return state.SkipWithError(decoded.status().ToString().c_str());
      if (decoded->contradicts_types) return state.SkipWithError("contradicted");
      values += decoded->record_count * scan.tables().front().schema->num_fields();
    }
  }
  SetRate(state, Text().size());
  state.counters["ns/value"] =
      benchmark::Counter(static_cast<double>(values) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void BM_ReadTyped(benchmark::State& state) { ReadAll(state, {}, DecodeMode::kRows); }
BENCHMARK(BM_ReadTyped)->Arg(0)->Arg(64 << 10)->Arg(256 << 10)->Arg(512 << 10)->Arg(1 << 20);

void BM_ReadEvidence(benchmark::State& state) { ReadAll(state, {}, DecodeMode::kEvidence); }
BENCHMARK(BM_ReadEvidence)->Arg(0);

void BM_ReadText(benchmark::State& state) {
  ReadAll(state, {.types_as_text = true}, DecodeMode::kRows);
}
BENCHMARK(BM_ReadText)->Arg(0);

}  // namespace
}  // namespace pyforge::csv
