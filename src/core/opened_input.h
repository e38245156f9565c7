// Opening an input: its source, its format, its tables. Shared by conversion, inspection,
// validation and comparison, so that all of them see the same thing.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/scan_reader.h"
#include "pyforge/conversion.h"
#include "pyforge/pyforge.h"
#include "pyforge/registry.h"

namespace pyforge::core {

/// Threads: one at a time.
struct OpenedInput {
  std::shared_ptr<Source> source;
  const FormatDescriptor* format = nullptr;
  SniffResult sniff;     ///< why this format
  OptionValues options;  ///< the read options that were given or implied
  std::unique_ptr<Input> input;
  bool is_alike = false;  ///< known by its model (FormatDescriptor::open_alike)
};

/// Opens `path`. `from` names the format, empty: found by content, then by name. Of `options` those
/// are taken that the format reads with. `model`: an input of the same table, or null.
/// Errors: io.*, unsupported.format, usage.bad_option, the format's own.
Result<OpenedInput> OpenInput(const std::string& path, const std::string& from,
                              const OptionValues& options, const Registry& registry,
                              ExecutionContext& context, const OpenedInput* model = nullptr);

/// Opens inputs one by one; where they make one table, each with the last that was looked at
/// closely for its model. Errors: those of OpenInput.
class InputOpener {
 public:
  InputOpener(bool make_one_table, const Registry& registry, ExecutionContext& context)
      : make_one_table_(make_one_table), registry_(registry), context_(context) {}
  Status Open(const std::string& path, const std::string& from, const OptionValues& options);
  std::vector<OpenedInput>& opened() { return opened_; }

 private:
  const bool make_one_table_;
  const Registry& registry_;
  ExecutionContext& context_;
  std::vector<OpenedInput> opened_;
  size_t model_ = 0;
};

/// Why the input is read as it is, its tables by name.
Explanation Explain(const Input& input);

/// What ConversionOptions ask of every table of an input; `contract` is the --schema file's, or
/// null.
TableRequest MakeTableRequest(const std::string& table, const ConversionOptions& options,
                              const std::shared_ptr<arrow::Schema>& contract);

/// Reads the contract of --schema; null when there is none.
Result<std::shared_ptr<arrow::Schema>> ReadContract(const ConversionOptions& options);

/// The scan of one table and the index of that table in it.
struct TableScan {
  std::unique_ptr<Scan> scan;
  int table_index = 0;
};
Result<TableScan> ScanTable(OpenedInput& opened, const TableRequest& request);

/// Splits values into those of ConversionOptionSpecs(), parsed, and the rest, which belong to
/// formats.
Status TakeConversionOptions(const OptionValues& values, ConversionOptions* options,
                             OptionValues* format_options);

}  // namespace pyforge::core
