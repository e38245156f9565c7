// Carries out plans: for each input its scans, for each scan a pass (two when a late value changes
// a type), then everything is published together.
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <optional>
#include <utility>

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include "core/bad_rows.h"
#include "core/concat_scan.h"
#include "core/pipeline.h"
#include "core/prepare.h"
#include "core/rejects_file.h"
#include "core/table_writer.h"
#include "core/verify.h"
#include "pyforge/file_system.h"
#include "pyforge/pyforge.h"
#include "schema/cast.h"
#include "schema/type_name.h"

namespace pyforge {
namespace core {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

enum Phase { kDetect, kInfer, kConvert, kPublish, kVerify };

void EnterPhase(ExecutionContext& context, Phase phase) {
  context.progress().phase.store(phase, std::memory_order_relaxed);
}

/// One input's journey, or that of all inputs that are united: scans, staged outputs, publication.
class InputConversion {
 public:
  InputConversion(PreparedConversion& prepared, int input_index, const Registry& registry,
                  ExecutionContext& context, ConversionReport* report)
      : prepared_(prepared),
        options_(prepared.options),
        input_index_(input_index),
        opened_(prepared.inputs[static_cast<size_t>(input_index)]),
        registry_(registry),
        context_(context),
        report_(report) {}

  Status Run() {
    ARROW_ASSIGN_OR_RAISE(limit_, BadRowLimit::Parse(options_.max_bad_rows));
    ARROW_RETURN_NOT_OK(OpenStaging());
    if (staging_ == nullptr) return Status::OK();  // the outputs exist and mode is ignore
    EnterPhase(context_, kConvert);
    ARROW_ASSIGN_OR_RAISE(auto scans, PlanScans());
    if (scans.size() > 1 && !options_.rejects.empty()) {
      // A second pass over one table would have to take its rows alone out of the file again.
      return Fail(kBadRequest, {.path = options_.rejects},
                  "the rejected rows of the {} tables of {} cannot go to one file: keep them in a "
                  "column of each table with bad-rows keep, or divide the input and give each part "
                  "a file of its own",
                  scans.size(), opened_.source->path());
    }
    for (std::unique_ptr<Scan>& scan : scans) {
      Status status = ConvertScan(*scan);
      if (concat_ != nullptr) status = concat_->Localize(status);
      if (!status.ok()) return Translate(status, {.path = opened_.source->path()});
      // What it has read and made is reported; its buffers would add up over many tables.
      concat_ = nullptr;
      scan.reset();
    }
    if (options_.verify) ARROW_RETURN_NOT_OK(VerifyAll());
    if (!options_.trace.empty()) {
      ARROW_ASSIGN_OR_RAISE(OutputFile * file, staging_->NewFile(options_.trace));
      ARROW_RETURN_NOT_OK(file->Append(trace_.ToJson()));
    }
    EnterPhase(context_, kPublish);
    const Clock::time_point start = Clock::now();
    ARROW_RETURN_NOT_OK(context_.cancellation().Check());
    // The staged files are gone once they have their names.
    std::vector<OutputReport> outputs;
    outputs.reserve(finished_.size());
    for (const FinishedTable& table : finished_) {
      outputs.push_back({.path = table.writer->request().path,
                         .format = std::string(prepared_.output_format->name),
                         .bytes = table.writer->bytes(),
                         .rows = table.report.rows_written,
                         .files = static_cast<int64_t>(table.writer->files().size())});
    }
    ARROW_RETURN_NOT_OK(staging_->Publish());
    report_->publish_s += SecondsSince(start);
    for (OutputReport& output : outputs) {
      report_->written_bytes += output.bytes;
      report_->outputs.push_back(std::move(output));
    }
    return Status::OK();
  }

  /// What became of the tables, published or not.
  void TakeReports() {
    for (FinishedTable& table : finished_) report_->tables.push_back(std::move(table.report));
  }

 private:
  struct FinishedTable {
    std::unique_ptr<TableWriter> writer;
    TableReport report;
    std::shared_ptr<arrow::Schema> schema;
  };

  std::vector<const PlannedTable*> planned_tables() const {
    std::vector<const PlannedTable*> planned;
    for (const PlannedTable& table : prepared_.plan.tables) {
      if (table.input_index == input_index_) planned.push_back(&table);
    }
    return planned;
  }

  Status OpenStaging() {
    std::vector<std::string> inputs;
    inputs.reserve(prepared_.plan.inputs.size());
    for (const PlannedInput& input : prepared_.plan.inputs) inputs.push_back(input.path);
    if (options_.mode == WriteMode::kAppend) {
      return Fail(kUnsupported, {}, "files cannot be appended to; only table formats can");
    }
    ARROW_ASSIGN_OR_RAISE(staging_,
                          Staging::Open({.replace = options_.mode == WriteMode::kOverwrite,
                                         .inputs = std::move(inputs)},
                                        context_));
    if (options_.mode != WriteMode::kIgnore) return Status::OK();
    for (const PlannedTable* table : planned_tables()) {
      std::error_code ignored;
      if (std::filesystem::exists(table->output_path, ignored)) {
        context_.Warn("nothing was done: " + table->output_path + " already exists");
        staging_.reset();
        return Status::OK();
      }
    }
    return Status::OK();
  }

  Result<std::vector<std::unique_ptr<Scan>>> PlanScans() {
    if (options_.union_inputs) return PlanUnion();
    std::vector<TableRequest> requests;
    for (const PlannedTable* table : planned_tables()) {
      TableRequest request = MakeTableRequest(table->source_table, options_, prepared_.contract);
      // Columns that no step needs are not even decoded.
      for (const TableInfo& info : opened_.input->tables()) {
        if (info.name != table->source_table) continue;
        const auto& schema = prepared_.contract == nullptr ? info.schema : prepared_.contract;
        ARROW_ASSIGN_OR_RAISE(auto transform,
                              RowTransform::Make(schema, options_, context_.memory_pool()));
        request.columns = transform->columns_needed();
      }
      requests.push_back(std::move(request));
    }
    ARROW_ASSIGN_OR_RAISE(auto scans, opened_.input->Scan(requests));
    for (const auto& scan : scans) {
      // Inference may need a second pass; say so before the first byte is streamed.
      if (!scan->types_are_final() && !opened_.source->repeatable()) {
        ARROW_RETURN_NOT_OK(opened_.source->MakeRepeatable());
      }
    }
    return scans;
  }

  Result<std::vector<std::unique_ptr<Scan>>> PlanUnion() {
    const std::vector<PlannedTable>& planned = prepared_.plan.tables;
    ARROW_ASSIGN_OR_RAISE(auto transform, RowTransform::Make(UnitedSchema(prepared_), options_,
                                                             context_.memory_pool()));
    std::vector<ConcatPart> parts;
    for (const PlannedTable& table : planned) {
      ConcatPart part{
          .opened = &prepared_.inputs[static_cast<size_t>(table.input_index)],
          .request = MakeTableRequest(table.source_table, options_, prepared_.contract)};
      part.request.columns = transform->columns_needed();
      parts.push_back(std::move(part));
    }
    ARROW_ASSIGN_OR_RAISE(auto concat, ConcatScan::Make(std::move(parts), context_));
    concat_ = concat.get();
    std::vector<std::unique_ptr<Scan>> scans;
    scans.push_back(std::move(concat));
    return scans;
  }

  /// The inputs' own numbers for rows of a union.
  void LocateInInputs(Ledger* ledger) const {
    if (concat_ == nullptr) return;
    for (LedgerEntry& entry : ledger->mutable_entries()) {
      const ConcatScan::Place place = concat_->Locate(entry.first_row, 0);
      entry.first_row = place.row;
      entry.first_path = *place.path;
    }
    for (RejectedRow& row : ledger->mutable_rejected()) LocateInInputs(&row);
  }
  void LocateInInputs(RejectedRow* row) const {
    const ConcatScan::Place place = concat_->Locate(row->row, row->line);
    row->row = place.row;
    row->line = place.line;
    row->path = *place.path;
  }

  std::string SourcePaths() const {
    const std::string& first = opened_.source->path();
    if (concat_ == nullptr || prepared_.inputs.size() == 1) return first;
    return fmt::format("{} and {} more", first, prepared_.inputs.size() - 1);
  }

  const PlannedTable* PlannedFor(const TableInfo& info) const {
    for (const PlannedTable* table : planned_tables()) {
      if (table->source_table == info.name) return table;
    }
    return nullptr;
  }

  Status ConvertScan(Scan& scan) {
    bool settled = scan.types_are_final();
    bool restarted = false;
    std::vector<std::string> evidence;
    while (true) {
      ARROW_ASSIGN_OR_RAISE(std::vector<FinishedTable> tables, StageTables(scan));
      ARROW_ASSIGN_OR_RAISE(const bool can_restart, CanRestart(tables));
      if (!settled && !can_restart) {
        EnterPhase(context_, kInfer);
        const Clock::time_point start = Clock::now();
        ARROW_RETURN_NOT_OK(SettleTypes(scan, context_));
        report_->infer_s += SecondsSince(start);
        EnterPhase(context_, kConvert);
        settled = true;
      }
      std::vector<std::unique_ptr<RowTransform>> transforms;
      std::vector<TableTarget> targets;
      ARROW_RETURN_NOT_OK(OpenTables(scan, &tables, &transforms, &targets));
      ARROW_ASSIGN_OR_RAISE(PassOutcome pass, RunRows(scan, targets));
      Settlement settlement;
      // No row tells nothing about types: what the sample showed stays.
      if (!settled && pass.evidence != nullptr && options_.limit != 0) {
        ARROW_ASSIGN_OR_RAISE(settlement, scan.Settle(*pass.evidence));
        evidence = settlement.evidence;
        if (pass.contradicted && !settlement.changed) {
          return Fail(kInternal, {}, "a value did not fit its type, but no type changed");
        }
      } else if (pass.contradicted) {
        return Fail(kInternal, {}, "a value does not fit a type that was settled over all rows");
      }
      if (!settlement.changed) {
        return FinishTables(scan, std::move(pass), restarted, evidence, std::move(tables));
      }
      for (FinishedTable& table : tables) ARROW_RETURN_NOT_OK(table.writer->Discard());
      ARROW_RETURN_NOT_OK(scan.Rewind());
      context_.progress().rows_written.store(0, std::memory_order_relaxed);
      report_->infer_s += pass.seconds.decode;
      settled = true;
      restarted = true;
    }
  }

  Result<std::vector<FinishedTable>> StageTables(const Scan& scan) {
    std::vector<FinishedTable> tables;
    for (const TableInfo& info : scan.tables()) {
      const PlannedTable* planned = PlannedFor(info);
      if (planned == nullptr) continue;
      FinishedTable table;
      table.report.name = info.name;
      table.report.source_path = SourcePaths();
      table.report.source_table = info.name;
      table.report.output = planned->output_path;
      table.writer = std::make_unique<TableWriter>(
          *staging_,
          WriteRequest{.format = prepared_.output_format,
                       .format_options = prepared_.plan.output_options,
                       .path = planned->output_path,
                       .wants_checksum = options_.verify,
                       .options = &options_,
                       .tables_at_once = static_cast<int>(scan.tables().size())},
          context_);
      tables.push_back(std::move(table));
    }
    return tables;
  }

  static Result<bool> CanRestart(const std::vector<FinishedTable>& tables) {
    bool can_restart = true;
    for (const FinishedTable& table : tables) {
      ARROW_ASSIGN_OR_RAISE(const bool table_can, table.writer->Stage());
      can_restart = can_restart && table_can;
    }
    return can_restart;
  }

  /// Every column has buffers of its own in each worker, however few rows there are.
  Status CheckWidth(const arrow::Schema& schema) const {
    // Measured: 100,000 columns of CSV to Parquet take 644 MiB in all.
    constexpr int64_t kColumnBytes = int64_t{27} << 8;
    const int64_t bytes = kColumnBytes * schema.num_fields();
    if (bytes <= context_.memory_bytes_max()) return Status::OK();
    return Fail(kMemoryLimit, {}, "{} columns need about {} of memory, more than the {} allowed",
                schema.num_fields(), PrintByteSize(bytes),
                PrintByteSize(context_.memory_bytes_max()));
  }

  Status OpenTables(const Scan& scan, std::vector<FinishedTable>* tables,
                    std::vector<std::unique_ptr<RowTransform>>* transforms,
                    std::vector<TableTarget>* targets) {
    auto table = tables->begin();
    for (const TableInfo& info : scan.tables()) {
      if (PlannedFor(info) == nullptr) {
        targets->push_back({});
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto transform,
                            RowTransform::Make(info.schema, options_, context_.memory_pool()));
      table->schema = transform->schema();
      ARROW_RETURN_NOT_OK(CheckWidth(*table->schema));
      ARROW_RETURN_NOT_OK(table->writer->Open({.name = info.name, .schema = table->schema}));
      targets->push_back({.sink = table->writer->sink(),
                          .transform = transform->is_identity() ? nullptr : transform.get()});
      transforms->push_back(std::move(transform));
      ++table;
    }
    return Status::OK();
  }

  /// Whether larger segments are still enough of them to keep many workers busy to the end.
  bool IsLarge() const {
    constexpr int64_t kLargeInputBytes = int64_t{256} << 20;
    const std::vector<PlannedInput>& inputs = prepared_.plan.inputs;
    int64_t bytes = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (concat_ == nullptr && i != static_cast<size_t>(input_index_)) continue;
      bytes += inputs[i].stored_bytes.value_or(kLargeInputBytes);
    }
    return bytes >= kLargeInputBytes;
  }

  Result<PassOutcome> RunRows(Scan& scan, const std::vector<TableTarget>& targets) {
    // What is sorted needs its share of the memory meanwhile.
    PassOptions pass_options{
        .segment_bytes = SegmentBytes(context_) / (SortsRows(options_) ? 2 : 1),
        .bad_rows_void_the_pass = options_.bad_rows == BadRows::kError,
        .row_limit = options_.limit,
        .trace = options_.trace.empty() ? nullptr : &trace_};
    std::optional<RejectsFile> rejects;
    if (rejects_output_ != nullptr) {
      ARROW_RETURN_NOT_OK(staging_->Discard(std::exchange(rejects_output_, nullptr)));
    }
    if (!options_.rejects.empty()) {
      ARROW_ASSIGN_OR_RAISE(rejects_output_, staging_->NewFile(options_.rejects));
      ARROW_ASSIGN_OR_RAISE(rejects, RejectsFile::Make(*rejects_output_));
    }
    if (!SortsRows(options_) && IsLarge()) {
      pass_options.segment_bytes_max = SegmentBytesMax(context_);
    }
    pass_options.on_bad_rows = [&](const std::vector<RejectedRow>& rows, int64_t rows_so_far,
                                   int64_t bad_so_far) {
      if (rejects) {
        std::vector<RejectedRow> located = rows;
        for (RejectedRow& row : located) {
          if (concat_ != nullptr) LocateInInputs(&row);
        }
        ARROW_RETURN_NOT_OK(rejects->Add(opened_.source->path(), located));
      }
      return CheckLimit(bad_so_far, rows_so_far, false);
    };
    return RunPass(scan, targets, pass_options, context_);
  }

  Status CheckLimit(int64_t bad, int64_t total, bool is_end) const {
    if (!limit_.Exceeded(bad, total, is_end)) return Status::OK();
    return Fail(kTooManyBadRows, {.path = opened_.source->path()},
                "{} of {} rows are bad, more than the {} allowed", bad, total,
                options_.max_bad_rows);
  }

  Status FinishTables(Scan& scan, PassOutcome pass, bool restarted,
                      const std::vector<std::string>& evidence, std::vector<FinishedTable> tables) {
    LocateInInputs(&pass.ledger);
    if (concat_ != nullptr) {
      for (std::string& sentence : concat_->DescribeDrift()) context_.Warn(std::move(sentence));
    }
    const Ledger& ledger = pass.ledger;
    const bool bad_rows_fail = ledger.rejected_count() > 0 && options_.bad_rows == BadRows::kError;
    ARROW_RETURN_NOT_OK(CheckLimit(ledger.rejected_count(), pass.record_count, true));
    report_->read_s += pass.seconds.next + pass.seconds.decode;
    report_->encode_s += pass.seconds.encode + pass.seconds.transform;
    report_->write_s += pass.seconds.append;
    size_t next = 0;
    for (size_t i = 0; i < scan.tables().size(); ++i) {
      if (PlannedFor(scan.tables()[i]) == nullptr) continue;
      FinishedTable& table = tables[next++];
      TableReport& report = table.report;
      const RowCounts& counts = pass.tables[i];
      report.restarted = restarted;
      // A scan's ledger speaks of the table whose records it reads, the first.
      if (i == 0) {
        report.rows_rejected = ledger.rejected_count();
        report.ledger = ledger;
      }
      report.rows_read = counts.read + report.rows_rejected;
      report.rows_written = counts.written;
      report.rows_left_out = counts.left_out;
      if (!bad_rows_fail) {
        ARROW_ASSIGN_OR_RAISE(const TableSummary summary, table.writer->Finish());
        const StageSeconds& sorting = table.writer->seconds();
        report_->encode_s += sorting.next + sorting.decode + sorting.encode;
        report_->write_s += sorting.append;
        if (summary.rows != counts.written) {
          return Fail(kInternal, {}, "{} rows were decoded but {} were written", counts.written,
                      summary.rows);
        }
        DescribeColumns(*table.schema, summary, evidence, &report);
        if (const RowChecksum* checksum = table.writer->checksum()) {
          report.checksum = checksum->ToString();
        }
      }
      finished_.push_back(std::move(table));
    }
    if (bad_rows_fail) {
      const RejectedRow& first = ledger.rejected().front();
      return Fail(kBadRowsFound,
                  {.path = first.path.empty() ? opened_.source->path() : first.path,
                   .column = first.column,
                   .row = first.row,
                   .byte_offset = first.byte_offset},
                  "{}", DescribeBadRows(ledger));
    }
    return Status::OK();
  }

  static void DescribeColumns(const arrow::Schema& schema, const TableSummary& summary,
                              const std::vector<std::string>& evidence, TableReport* report) {
    for (int i = 0; i < schema.num_fields(); ++i) {
      const arrow::Field& field = *schema.field(i);
      const auto index = static_cast<size_t>(i);
      ColumnReport column{.name = field.name(),
                          .source_name = field.name(),
                          .type = schema::PrintType(*field.type()),
                          .nullable = field.nullable()};
      if (field.metadata() != nullptr) {
        const auto source_name = field.metadata()->Get(schema::kSourceNameKey);
        if (source_name.ok()) column.source_name = *source_name;
      }
      if (index < summary.columns.size()) column.null_count = summary.columns[index].null_count;
      if (evidence.size() == static_cast<size_t>(schema.num_fields())) {
        column.evidence = evidence[index];
      }
      report->columns.push_back(std::move(column));
    }
  }

  Status VerifyAll() {
    EnterPhase(context_, kVerify);
    const Clock::time_point start = Clock::now();
    for (const FinishedTable& table : finished_) {
      ARROW_RETURN_NOT_OK(VerifyOutput(*table.writer, *staging_, registry_, context_));
    }
    report_->verify_s += SecondsSince(start);
    return Status::OK();
  }

  PreparedConversion& prepared_;
  const ConversionOptions& options_;
  const int input_index_;
  OpenedInput& opened_;
  const Registry& registry_;
  ExecutionContext& context_;
  ConversionReport* report_;
  BadRowLimit limit_;
  Trace trace_;
  std::unique_ptr<Staging> staging_;
  OutputFile* rejects_output_ = nullptr;  // owned by staging_
  ConcatScan* concat_ = nullptr;          // where inputs are united; owned by Run
  std::vector<FinishedTable> finished_;
};

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

double CpuSeconds() {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t PeakMemoryBytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

/// What every report says, whatever became of the work.
class ReportFrame {
 public:
  ReportFrame(ExecutionContext& context, ConversionReport* report)
      : context_(context), report_(report) {
    report_->started = UtcNow();
    report_->threads = context.threads();
    report_->status = "failed";
  }
  /// The figures known only at the end.
  void Close() {
    report_->duration_s = SecondsSince(start_);
    report_->cpu_s = CpuSeconds() - cpu_start_;
    report_->peak_memory_bytes = PeakMemoryBytes();
    report_->warnings = context_.warnings();
    report_->read_bytes = context_.progress().bytes_read.load();
  }
  ReportFrame(const ReportFrame&) = delete;
  ReportFrame& operator=(const ReportFrame&) = delete;

 private:
  ExecutionContext& context_;
  ConversionReport* report_;
  const Clock::time_point start_ = Clock::now();
  const double cpu_start_ = CpuSeconds();
};

void Carry(PreparedConversion& prepared, const Registry& registry, ExecutionContext& context,
           ConversionReport* report) {
  const Plan& plan = prepared.plan;
  report->engine = plan.engine;
  report->engine_reason = plan.engine_reason;
  report->options = plan.options;
  int64_t bytes_total = 0;
  for (size_t i = 0; i < plan.inputs.size(); ++i) {
    const PlannedInput& input = plan.inputs[i];
    for (const auto& [name, value] : input.options) {
      report->options.insert_or_assign(input.format + "." + name, value);
    }
    for (const Finding& finding : input.findings) {
      // Other findings say what the input is, not how it is read.
      if (FindOption(prepared.inputs[i].format->read_options, finding.name) == nullptr) continue;
      report->options.try_emplace(input.format + "." + finding.name,
                                  OptionValue{finding.value, OptionOrigin::kDetected});
    }
    report->inputs.push_back({.path = input.path,
                              .format = input.format,
                              .container = input.container,
                              .bytes = input.stored_bytes.value_or(0),
                              .findings = input.findings,
                              .explanation = input.explanation});
    bytes_total += input.stored_bytes.value_or(0);
  }
  for (const auto& [name, value] : plan.output_options) {
    report->options.insert_or_assign(plan.output_format + "." + name, value);
  }
  context.progress().bytes_total.store(bytes_total);
  if (prepared.options.dry_run) {
    report->status = "ok";
    return;
  }
  size_t failed = 0;
  const size_t conversions = prepared.options.union_inputs ? 1 : prepared.inputs.size();
  for (size_t i = 0; i < conversions; ++i) {
    InputConversion conversion(prepared, static_cast<int>(i), registry, context, report);
    const Status status = conversion.Run();
    conversion.TakeReports();
    if (status.ok()) continue;
    ++failed;
    if (report->error.ok()) {
      report->error = AddWhere(Translate(status, {}), {.path = plan.inputs[i].path});
    } else {
      context.Warn(plan.inputs[i].path + ": " + status.message());
    }
    if (context.cancellation().requested()) break;
  }
  if (failed == 0) {
    report->status = "ok";
  } else if (failed < conversions && !context.cancellation().requested()) {
    report->status = "partial";
  }
}

}  // namespace
}  // namespace core

Result<Plan> MakePlan(const ConversionRequest& request, const Registry& registry,
                      ExecutionContext& context) {
  ARROW_ASSIGN_OR_RAISE(core::PreparedConversion prepared,
                        core::Prepare(request, registry, context));
  return std::move(prepared.plan);
}

ConversionReport Execute(const Plan& plan, const Registry& registry, ExecutionContext& context) {
  ConversionReport report;
  core::ReportFrame frame(context, &report);
  Result<core::PreparedConversion> prepared = core::Reopen(plan, registry, context);
  if (prepared.ok()) {
    core::Carry(*prepared, registry, context, &report);
  } else {
    report.error = Translate(prepared.status(), {});
  }
  frame.Close();
  return report;
}

ConversionReport Convert(const ConversionRequest& request, const Registry& registry,
                         ExecutionContext& context) {
  ConversionReport report;
  core::ReportFrame frame(context, &report);
  const auto start = core::Clock::now();
  Result<core::PreparedConversion> prepared = core::Prepare(request, registry, context);
  report.detect_s = core::SecondsSince(start);
  if (prepared.ok()) {
    core::Carry(*prepared, registry, context, &report);
  } else {
    report.error = Translate(prepared.status(), {});
  }
  frame.Close();
  return report;
}

}  // namespace pyforge
