// Reading, writing, publishing. CPU is that of the whole process, with what the kernel does for it.
// The files are made in the temporary directory: set TMPDIR to measure another disk.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "io/open_source.h"
#include "io/staging.h"
#include "io/temp_file.h"
#include "pyforge/execution.h"

namespace pyforge::io {
namespace {

constexpr int64_t kFileBytes = int64_t{512} << 20;

ExecutionContext& Context() {
  static ExecutionContext context({.threads = 1});
  return context;
}

std::string FilePath() {
  return (std::filesystem::temp_directory_path() / ("pyforge-io-" + std::to_string(::getpid())))
      .string();
}

/// Appends of range(0) bytes; durability range(1).
void Write(benchmark::State& state) {
  std::vector<uint8_t> bytes(static_cast<size_t>(state.range(0)));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i * i >> 3U);
  const std::string path = FilePath();
  for (auto _ : state) {
    auto staging =
        Staging::Open({.replace = true, .durability = static_cast<Durability>(state.range(1))},
                      Context())
            .ValueOrDie();
    OutputFile* file = staging->NewFile(path).ValueOrDie();
    while (file->position() < kFileBytes) (void)file->Append(bytes);
    (void)staging->Publish();
    state.PauseTiming();
    ::unlink(path.c_str());
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * kFileBytes);
}
BENCHMARK(Write)
    ->ArgNames({"append", "durable"})
    ->ArgsProduct({{100, 64 << 10, 4 << 20}, {static_cast<int>(Durability::kNever)}})
    ->Args({4 << 20, static_cast<int>(Durability::kAlways)})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// A small file, as one of many outputs; durability range(0), replacing range(1).
void PublishSmallFile(benchmark::State& state) {
  const std::string path = FilePath();
  const bool replaces = state.range(1) != 0;
  for (auto _ : state) {
    auto staging =
        Staging::Open({.replace = replaces, .durability = static_cast<Durability>(state.range(0))},
                      Context())
            .ValueOrDie();
    (void)staging->NewFile(path).ValueOrDie()->Append("a,b\n1,2\n");
    (void)staging->Publish();
    if (!replaces) ::unlink(path.c_str());
  }
  ::unlink(path.c_str());
}
BENCHMARK(PublishSmallFile)
    ->ArgNames({"durable", "replaces"})
    ->ArgsProduct({{static_cast<int>(Durability::kNever), static_cast<int>(Durability::kAlways)},
                   {0, 1}})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

/// A cached file in reads of range(0) bytes.
void Read(benchmark::State& state) {
  const std::string path = FilePath();
  {
    auto staging = Staging::Open({.replace = true}, Context()).ValueOrDie();
    OutputFile* file = staging->NewFile(path).ValueOrDie();
    const std::vector<uint8_t> bytes(1 << 20, 'x');
    while (file->position() < kFileBytes) (void)file->Append(bytes);
    (void)staging->Publish();
  }
  std::vector<uint8_t> out(static_cast<size_t>(state.range(0)));
  auto source = OpenSource(path, Context()).ValueOrDie();
  for (auto _ : state) {
    auto stream = source->OpenStream().ValueOrDie();
    while (stream->Read(state.range(0), out.data()).ValueOrDie() == state.range(0)) {
    }
  }
  state.SetBytesProcessed(state.iterations() * kFileBytes);
  ::unlink(path.c_str());
}
BENCHMARK(Read)->Arg(64 << 10)->Arg(1 << 20)->Arg(16 << 20)->UseRealTime()->Unit(
    benchmark::kMillisecond);

}  // namespace
}  // namespace pyforge::io
