// Any bytes are a CSV file: every way of cutting it into morsels and slices must give the same
// rows, types and ledger, under any dialect, and nothing may crash.
#include <cstdint>
#include <string>

#include "formats/csv/fuzz_support.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pyforge::csv;
  const auto input = FuzzInput::Make(data, size, 4096);
  if (!input) return 0;
  ReadSettings settings = input->Settings();
  const std::string expected = Describe(ReadCsv(input->text, settings));
  settings.tuning.morsel_bytes = 16 + input->cut;
  settings.tuning.slice_bytes = 1 + input->cut % 64;
  settings.decoder_count = 2;
  settings.evidence_first = input->cut % 2 == 0;
  Demand(Describe(ReadCsv(input->text, settings)) == expected);
  return 0;
}
