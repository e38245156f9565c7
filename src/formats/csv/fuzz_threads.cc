// Any bytes through the pipeline into CSV again, on one thread and on several: the output's bytes
// and the ledger must be the same.
#include <cstdint>
#include <memory>
#include <string>

#include "core/pipeline.h"
#include "formats/csv/fuzz_support.h"
#include "formats/csv/writer.h"
#include "pyforge/output.h"

namespace pyforge::csv {
namespace {

/// What a pass writes and says.
struct Converted {
  std::string text = {};
  std::unique_ptr<Evidence> evidence = {};
  bool is_void = false;  // a value did not fit its type
};

Result<Converted> RunPass(Scan& scan, DecodeMode mode, ExecutionContext& context) {
  testing::MemoryOutput file("out.csv");
  ARROW_ASSIGN_OR_RAISE(const auto output, OpenWriter(file, {}, context));
  ARROW_ASSIGN_OR_RAISE(const auto sink,
                        output->OpenTable({.name = "t", .schema = scan.tables().front().schema}));
  const core::PassOptions options{.mode = mode, .segment_bytes = 64, .bad_rows_listed_max = 1000};
  const std::vector<core::TableTarget> targets = {{.sink = sink.get()}};
  ARROW_ASSIGN_OR_RAISE(core::PassOutcome outcome, core::RunPass(scan, targets, options, context));
  ARROW_RETURN_NOT_OK(sink->Finish().status());
  ARROW_RETURN_NOT_OK(output->Finish());
  return Converted{
      .text = file.bytes + Describe(outcome.ledger) + std::to_string(outcome.record_count),
      .evidence = std::move(outcome.evidence),
      .is_void = outcome.contradicted};
}

/// A pass and, where its values change a type, another one.
Result<std::string> Convert(const FuzzInput& input, int threads) {
  ReadSettings settings = input.Settings();
  settings.tuning.morsel_bytes = 16 + input.cut;
  ExecutionContext context({.memory_bytes_max = int64_t{256} << 20, .threads = threads});
  const auto source = std::make_shared<testing::MemorySource>(settings.file_name, input.text);
  ARROW_ASSIGN_OR_RAISE(const auto table,
                        OpenTable(source, settings.options, context, settings.tuning));
  ARROW_ASSIGN_OR_RAISE(const auto scans, table->Scan(std::span(&settings.request, 1)));
  Scan& scan = *scans.front();
  ARROW_ASSIGN_OR_RAISE(Converted first, RunPass(scan, DecodeMode::kRows, context));
  if (first.evidence == nullptr) return first.text;
  ARROW_ASSIGN_OR_RAISE(const Settlement settlement, scan.Settle(*first.evidence));
  Demand(settlement.changed || !first.is_void);
  if (!settlement.changed) return first.text;
  ARROW_RETURN_NOT_OK(scan.Rewind());
  ARROW_ASSIGN_OR_RAISE(const Converted second, RunPass(scan, DecodeMode::kRows, context));
  Demand(!second.is_void);
  return second.text;
}

std::string Describe(const Result<std::string>& converted) {
  return converted.ok() ? *converted : converted.status().ToString();
}

}  // namespace
}  // namespace pyforge::csv

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pyforge::csv;
  const auto input = FuzzInput::Make(data, size, 4096);
  if (!input) return 0;
  const std::string expected = Describe(Convert(*input, 1));
  Demand(Describe(Convert(*input, 2 + input->cut % 3)) == expected);
  return 0;
}
