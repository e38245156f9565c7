// A conversion: what is asked (ConversionRequest), what will be done (Plan), what became of it
// (ConversionReport). One structure serves command line, plan files, server and Python.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/execution.h"
#include "pyforge/input.h"
#include "pyforge/options.h"
#include "pyforge/output.h"

namespace pyforge {

class Registry;

enum class TypesMode : uint8_t { kInfer, kStrings, kSample };
template <>
inline constexpr std::string_view kEnumNames<TypesMode>[] = {"infer", "strings", "sample"};

enum class BadRows : uint8_t { kError, kSkip, kKeep };
template <>
inline constexpr std::string_view kEnumNames<BadRows>[] = {"error", "skip", "keep"};

enum class WriteMode : uint8_t { kError, kOverwrite, kAppend, kIgnore };
template <>
inline constexpr std::string_view kEnumNames<WriteMode>[] = {"error", "overwrite", "append",
                                                             "ignore"};

enum class RenameColumns : uint8_t { kNone, kSnake };
template <>
inline constexpr std::string_view kEnumNames<RenameColumns>[] = {"none", "snake"};

enum class SchemaDrift : uint8_t { kFail, kEvolve, kCast };
template <>
inline constexpr std::string_view kEnumNames<SchemaDrift>[] = {"fail", "evolve", "cast"};

enum class Profile : uint8_t { kCurrent, kCompat };
template <>
inline constexpr std::string_view kEnumNames<Profile>[] = {"current", "1.0"};

/// What a conversion does with rows and columns; the options of formats stand in their folders.
struct ConversionOptions {
  std::string to = {};    ///< output format; empty: by the output's name, else parquet
  std::string from = {};  ///< input format; empty: by content, then name
  TypesMode types = TypesMode::kInfer;
  std::string schema = {};  ///< path of a schema file (pyforge schema --json): a contract
  SchemaDrift on_drift = SchemaDrift::kFail;
  std::vector<std::string> columns = {};
  RenameColumns rename = RenameColumns::kNone;
  std::vector<std::string> cast = {};  ///< 'column=type'
  std::string filter = {};             ///< SQL condition
  std::optional<int64_t> limit = {};
  bool strict = false;
  BadRows bad_rows = BadRows::kError;
  std::string max_bad_rows = {};  ///< "100" or "1%"
  std::string rejects = {};       ///< path of the file that takes bad rows
  bool union_inputs = false;
  WriteMode mode = WriteMode::kError;
  bool overwrite = false;  ///< short for mode overwrite
  std::vector<std::string> partition_by = {};
  std::vector<std::string> sort_by = {};  ///< 'column' or 'column desc'
  std::optional<ByteSize> max_file_size = {};
  bool verify = false;
  bool dry_run = false;
  bool explain = false;     ///< also why the inputs are read as they are
  std::string report = {};  ///< path of the JSON report
  std::string trace = {};   ///< --profile FILE: Perfetto JSON of the pipeline
  ByteSize memory = {int64_t{512} << 20};
  int64_t threads = 0;
  ByteSize temp_max = {int64_t{64} << 30};
  std::string engine = "auto";
  Profile profile = Profile::kCurrent;
};

/// The options of ConversionOptions, one declaration each.
std::span<const OptionSpec> ConversionOptionSpecs();

struct ConversionRequest {
  std::vector<std::string> inputs = {};  ///< paths, globs, directories, "-"
  std::string output = {};               ///< path, directory or "-"; empty: beside the input
  /// Values by name: of ConversionOptionSpecs(), and of the read options of the input's and the
  /// write options of the output's format.
  OptionValues options = {};
};

struct PlannedTable {
  int input_index = 0;
  std::string source_table = {};
  std::string name = {};
  std::string output_path = {};
  std::shared_ptr<arrow::Schema> schema =
      {};  ///< of the output; provisional where types are inferred
  std::optional<int64_t> estimated_rows = {};
};

struct PlannedInput {
  std::string path = {};
  std::string format = {};
  std::string container = {};
  std::optional<int64_t> stored_bytes = {};
  OptionValues options = {};
  std::vector<Finding> findings = {};
  /// With `explain`. No part of what is carried out: a plan that was read has none, and whoever
  /// carries it out opens the input and tells anew.
  std::optional<Explanation> explanation = {};
};

/// Everything resolved before any output is touched. A plain value; PlanToJson and PlanFromJson
/// keep it.
struct Plan {
  std::string version = {};
  std::vector<PlannedInput> inputs = {};
  std::vector<PlannedTable> tables = {};
  std::string output_path = {};
  std::string output_format = {};
  OptionValues output_options = {};
  OptionValues options = {};  ///< of ConversionOptionSpecs()
  std::string engine = {};
  std::string engine_reason = {};
  int64_t estimated_output_bytes = 0;
  int64_t estimated_memory_bytes = 0;
  double estimated_seconds = 0;
};

struct ColumnReport {
  std::string name = {}, source_name = {}, type = {};
  bool nullable = true;
  int64_t null_count = 0;
  std::string evidence = {};
};

struct TableReport {
  std::string name = {}, source_path = {}, source_table = {}, output = {};
  int64_t rows_read = 0, rows_written = 0, rows_rejected = 0, rows_left_out = 0;
  std::vector<ColumnReport> columns = {};
  Ledger ledger = {};
  std::string checksum =
      {};                  ///< order-free, of the rows' values; empty when not asked for (--verify)
  bool restarted = false;  ///< a late value changed a type
};

struct InputReport {
  std::string path = {}, format = {}, container = {};
  int64_t bytes = 0;
  std::vector<Finding> findings = {};
  std::optional<Explanation> explanation = {};  ///< with `explain`
};

struct OutputReport {
  std::string path = {}, format = {};
  int64_t bytes = 0, rows = 0, files = 0;
};

struct ConversionReport {
  std::string status = {};  ///< ok | partial | failed
  std::string engine = {}, engine_reason = {};
  std::string started = {};  ///< UTC, ISO 8601
  double duration_s = 0;
  double detect_s = 0, infer_s = 0, read_s = 0, encode_s = 0, write_s = 0, publish_s = 0,
         verify_s = 0;
  double cpu_s = 0;
  int64_t peak_memory_bytes = 0, read_bytes = 0, written_bytes = 0;
  int threads = 0;
  std::vector<InputReport> inputs = {};
  std::vector<TableReport> tables = {};
  OptionValues options = {};
  std::vector<OutputReport> outputs = {};
  std::vector<std::string> warnings = {};
  Status error = Status::OK();
};

/// Resolves a request without touching any output. Errors: usage, not_found, unsupported, data.
Result<Plan> MakePlan(const ConversionRequest& request, const Registry& registry,
                      ExecutionContext& context);
/// Carries out a plan. Always gives a report; report.error tells a failure.
ConversionReport Execute(const Plan& plan, const Registry& registry, ExecutionContext& context);

std::string PlanToJson(const Plan& plan);
Result<Plan> PlanFromJson(std::string_view json);
/// The plan in a file. Errors: io.*, limit.file_size, usage.bad_plan.
Result<Plan> ReadPlanFile(const std::string& path);
/// `spelling` is how the fix of an error names options.
std::string ReportToJson(const ConversionReport& report,
                         OptionSpelling spelling = OptionSpelling::kName);
/// One failed Status as a JSON object: code, category, message, where, fix, exit_code.
std::string ErrorToJson(const Status& error, OptionSpelling spelling = OptionSpelling::kName);

}  // namespace pyforge
