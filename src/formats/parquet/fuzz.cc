// Reads any bytes as a Parquet file: footer, plan and all rows. Whatever comes, it must be rows or
// an error of ours.
#include <arrow/record_batch.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "formats/parquet/reader.h"
#include "pyforge/execution.h"

namespace {

class BytesAccess : public pyforge::RandomAccess {
 public:
  explicit BytesAccess(std::string bytes) : bytes_(std::move(bytes)) {}
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  pyforge::Result<int64_t> ReadAt(int64_t offset, int64_t bytes, uint8_t* out) const override {
    if (offset >= size()) return 0;
    return static_cast<int64_t>(bytes_.copy(
        reinterpret_cast<char*>(out), static_cast<size_t>(bytes), static_cast<size_t>(offset)));
  }

 private:
  const std::string bytes_;
};

class BytesSource : public pyforge::Source {
 public:
  explicit BytesSource(std::string bytes)
      : access_(std::make_shared<BytesAccess>(std::move(bytes))) {}
  const std::string& path() const override { return name_; }
  const std::string& name() const override { return name_; }
  std::string_view container() const override { return {}; }
  std::optional<int64_t> stored_bytes() const override { return access_->size(); }
  std::optional<int64_t> bytes() const override { return access_->size(); }
  bool repeatable() const override { return true; }
  pyforge::Result<std::string_view> Head(int64_t) override { return std::string_view(); }
  pyforge::Result<std::unique_ptr<pyforge::ByteStream>> OpenStream() override {
    return pyforge::Status::NotImplemented("no stream");
  }
  pyforge::Result<std::shared_ptr<pyforge::RandomAccess>> OpenRandomAccess() override {
    return std::shared_ptr<pyforge::RandomAccess>(access_);
  }
  bool cheap_random_access() const override { return true; }
  pyforge::Status MakeRepeatable() override { return pyforge::Status::OK(); }

 private:
  const std::string name_ = "fuzz.parquet";
  const std::shared_ptr<BytesAccess> access_;
};

pyforge::Status ReadAll(std::string bytes, pyforge::ExecutionContext& context) {
  // Checksums would hide nearly every changed page from the decoders.
  ARROW_ASSIGN_OR_RAISE(auto input,
                        pyforge::parquet::OpenInput(std::make_shared<BytesSource>(std::move(bytes)),
                                                    {.verify_checksums = false}, context));
  const pyforge::TableRequest request;
  ARROW_ASSIGN_OR_RAISE(auto scans, input->Scan(std::span(&request, 1)));
  const auto decoder = scans[0]->NewDecoder();
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const auto morsel, scans[0]->Next());
    if (morsel == nullptr) return pyforge::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const auto decoded, decoder->Decode(*morsel, pyforge::DecodeMode::kRows));
    for (const auto& each : decoded.batches) {
      if (!each.batch->ValidateFull().ok()) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pyforge::ExecutionContext context({.memory_bytes_max = int64_t{64} << 20, .threads = 1});
  const pyforge::Status status =
      ReadAll(std::string(reinterpret_cast<const char*>(data), size), context);
  if (!status.ok() && pyforge::DetailOf(status) == nullptr) std::abort();
  return 0;
}
