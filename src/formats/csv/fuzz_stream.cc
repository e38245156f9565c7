// Any bytes through a pipe, which can be read once and in small steps, against the same bytes as a
// file: rows, types and ledger must be the same.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "formats/csv/fuzz_support.h"

namespace pyforge::csv {
namespace {

/// Gives its bytes once, unless it was asked before to keep them, and in order only.
class PipeSource : public testing::MemorySource {
 public:
  PipeSource(std::string name, std::string bytes, int64_t step_max)
      : MemorySource(std::move(name), std::move(bytes), step_max) {}
  std::optional<int64_t> stored_bytes() const override { return {}; }
  std::optional<int64_t> bytes() const override { return {}; }
  bool repeatable() const override { return keeps_all_; }
  bool cheap_random_access() const override { return false; }
  Result<std::unique_ptr<ByteStream>> OpenStream() override {
    Demand(!is_opened_ || keeps_all_);
    is_opened_ = true;
    return MemorySource::OpenStream();
  }
  Result<std::shared_ptr<RandomAccess>> OpenRandomAccess() override {
    Demand(keeps_all_);
    return MemorySource::OpenRandomAccess();
  }
  Status MakeRepeatable() override {
    Demand(!is_opened_);
    keeps_all_ = true;
    return Status::OK();
  }

 private:
  bool is_opened_ = false;
  bool keeps_all_ = false;
};

}  // namespace
}  // namespace pyforge::csv

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pyforge::csv;
  const auto input = FuzzInput::Make(data, size, 16384);
  if (!input) return 0;
  ReadSettings settings = input->Settings();
  // Of characters that cannot be read only the morsel is told: both have to have the same morsels.
  settings.tuning.morsel_bytes = 64 + input->cut;
  settings.options.encoding = {};
  const std::string expected = Describe(ReadCsv(input->text, settings));
  const auto pipe = std::make_shared<PipeSource>(settings.file_name, input->text,
                                                 /*step_max=*/1 + input->cut % 32);
  // As the program does where types are not known before the end.
  Demand(pipe->MakeRepeatable().ok());
  Demand(Describe(ReadCsv(pipe, settings)) == expected);
  return 0;
}
