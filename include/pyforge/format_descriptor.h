// What the rest of the program sees of a file format: one constant.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "pyforge/error.h"
#include "pyforge/input.h"
#include "pyforge/options.h"
#include "pyforge/output.h"
#include "pyforge/source.h"

namespace pyforge {

class ExecutionContext;

/// How sure a format is that some bytes are its own.
struct SniffResult {
  double confidence =
      0;  ///< 0: surely not; 1: a magic number says so. Text guesses stay below 0.9.
  std::string reason = {};
};

struct FormatDescriptor {
  std::string_view name;         ///< "csv"; also the value of --to and --from
  std::string_view title;        ///< "Comma-separated values"
  std::string_view description;  ///< one or two sentences for the reference page
  std::span<const std::string_view>
      extensions;  ///< with the dot, lower case; the first is used for new files
  std::span<const std::string_view> aliases = {};  ///< other names for --to and --from, e.g. "tsv"
  std::span<const OptionSpec> read_options = {};
  std::span<const OptionSpec> write_options = {};
  std::span<const ErrorCode* const> errors = {};
  bool holds_many_tables = false;  ///< as an output: one file may hold several tables

  /// Judges the first bytes (decompressed, at most 64 KiB) and the file's name.
  SniffResult (*sniff)(std::string_view head, std::string_view name) = nullptr;
  /// OK, or usage.bad_option. Runs before any file is touched. Null where there is nothing to read.
  Status (*check_read_options)(const OptionValues& options) = nullptr;
  Status (*check_write_options)(const OptionValues& options) = nullptr;
  /// Null: the format is not read. The source outlives the Input and its scans.
  Result<std::unique_ptr<Input>> (*open_input)(std::shared_ptr<Source> source,
                                               const OptionValues& options,
                                               ExecutionContext& context) = nullptr;
  /// Opens a source that makes one table with `model`, an input that this format opened with the
  /// same options: what the model is known to be need not be found out again. Gives null where the
  /// source is not like it; then open_input opens it. Null: nothing is known at a glance.
  Result<std::unique_ptr<Input>> (*open_alike)(const std::shared_ptr<Source>& source,
                                               const OptionValues& options, const Input& model,
                                               ExecutionContext& context) = nullptr;
  /// Null: the format is not written. The file outlives the Output and its sinks.
  Result<std::unique_ptr<Output>> (*open_output)(OutputFile& file, const OptionValues& options,
                                                 ExecutionContext& context) = nullptr;
  /// Options that choosing an alias or a name suffix implies ("tsv", ".tsv": delimiter tab); may be
  /// null.
  OptionValues (*implied_options)(std::string_view alias_or_extension) = nullptr;
  /// The contract under which rows of `schema` that were written with `options` are read back, for
  /// --verify: how the format then spells values. Null: the schema as it is.
  Result<std::shared_ptr<arrow::Schema>> (*read_back_contract)(
      const std::shared_ptr<arrow::Schema>& schema, const OptionValues& options) = nullptr;
};

}  // namespace pyforge
