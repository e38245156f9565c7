#include "cli/outcome.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "cli/explanation_text.h"

namespace pyforge::cli {
namespace {

std::string Place(int64_t row, std::string_view column) {
  return column.empty() ? fmt::format("row {}", CountText(row))
                        : fmt::format("row {}, column {}", CountText(row), Visible(column));
}

std::string LedgerLines(const Ledger& ledger, const Console& console) {
  std::string text;
  for (const LedgerEntry& entry : ledger.entries()) {
    text += fmt::format("{}  {} {}, first in {}: {}\n", console.Styled("repaired", Style::kYellow),
                        CountText(entry.count), entry.code->id,
                        Place(entry.first_row, entry.column), entry.code->summary);
  }
  if (ledger.rejected_count() == 0) return text;
  text += fmt::format("{}  {}", console.Styled("rejected", Style::kRed),
                      Counted(ledger.rejected_count(), "row"));
  if (!ledger.rejected().empty()) {
    const RejectedRow& first = ledger.rejected().front();
    text += fmt::format(", first {}: {}", Place(first.row, first.column), Visible(first.message));
  }
  return text + '\n';
}

std::string OutputLine(const ConversionReport& report, const TableReport& table) {
  const std::string source = table.source_path == "-" ? "standard input" : table.source_path;
  const std::string target = table.output == "-" ? "standard output" : table.output;
  std::string text = fmt::format("{} -> {}: {}, {}", Visible(source), Visible(target),
                                 Counted(table.rows_written, "row"),
                                 Counted(static_cast<int64_t>(table.columns.size()), "column"));
  for (const OutputReport& output : report.outputs) {
    if (output.path == table.output) text += ", " + SizeText(output.bytes);
  }
  if (table.rows_left_out > 0) text += fmt::format(", {} left out", CountText(table.rows_left_out));
  return text;
}

std::string Rate(const ConversionReport& report) {
  int64_t bytes = 0;
  for (const InputReport& input : report.inputs) bytes += input.bytes;
  if (bytes == 0 || report.duration_s <= 0) return DurationText(report.duration_s);
  const double per_second = static_cast<double>(bytes) / report.duration_s;
  return fmt::format("{} in {}, {}/s", SizeText(bytes), DurationText(report.duration_s),
                     SizeText(std::llround(per_second)));
}

void TellPhases(const Session& session, const ConversionReport& report) {
  session.Debug(fmt::format("engine {}: {}", report.engine, report.engine_reason));
  for (const InputReport& input : report.inputs) {
    for (const Finding& finding : input.findings) {
      session.Debug(fmt::format("{}: {} is {} ({:.0f} % sure){}{}", input.path, finding.name,
                                finding.value, finding.confidence * 100,
                                finding.reason.empty() ? "" : ": ", finding.reason));
    }
  }
  session.Debug(fmt::format(
      "seconds: detect {:.3f}, infer {:.3f}, read {:.3f}, encode {:.3f}, write {:.3f}, publish "
      "{:.3f}, verify {:.3f}; cpu {:.3f}; peak memory {}; {} threads",
      report.detect_s, report.infer_s, report.read_s, report.encode_s, report.write_s,
      report.publish_s, report.verify_s, report.cpu_s, SizeText(report.peak_memory_bytes),
      report.threads));
}

Status WriteFailed(const std::string& path, int error) {
  return Fail(kWriteFailed, {.path = path}, "'{}' cannot be written: {}", path,
              std::strerror(error));
}

}  // namespace

std::string Summary(const ConversionReport& report, const Console& console) {
  std::string text;
  for (const TableReport& table : report.tables) {
    text += OutputLine(report, table);
    text += report.tables.size() == 1 ? fmt::format("; {}\n", Rate(report)) : "\n";
    if (table.restarted) {
      text += "note      a late value changed a column's type: the input was read twice\n";
    }
    text += LedgerLines(table.ledger, console);
  }
  if (report.tables.size() != 1) {
    int64_t rows = 0, bytes = 0;
    for (const OutputReport& output : report.outputs) {
      rows += output.rows;
      bytes += output.bytes;
    }
    text += fmt::format("{}, {}, {}; {}\n",
                        Counted(static_cast<int64_t>(report.outputs.size()), "output"),
                        Counted(rows, "row"), SizeText(bytes), Rate(report));
  }
  return text;
}

Status WriteTextFile(const std::string& path, const std::string& text) {
  const std::string staged = fmt::format("{}.{}.part", path, ::getpid());
  std::FILE* file = std::fopen(staged.c_str(), "wb");
  if (file == nullptr) return WriteFailed(path, errno);
  bool done = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  done = std::fflush(file) == 0 && done;
  int error = errno;
  std::fclose(file);
  if (done && std::rename(staged.c_str(), path.c_str()) == 0) return Status::OK();
  if (done) error = errno;
  std::remove(staged.c_str());
  return WriteFailed(path, error);
}

int TellOutcome(const Session& session, const ConversionReport& report,
                const OutcomeOptions& options) {
  const std::string json = options.as_json || !options.report_file.empty()
                               ? ReportToJson(report, OptionSpelling::kFlag) + "\n"
                               : std::string();
  if (options.as_json) session.out().Print(json);
  Status error = report.error;
  if (!options.report_file.empty()) {
    const Status written = WriteTextFile(options.report_file, json);
    if (error.ok()) error = written;
  }
  for (const std::string& warning : report.warnings) session.Warn(warning);
  TellPhases(session, report);
  for (const InputReport& input : report.inputs) {
    if (!input.explanation || options.as_json) continue;
    session.Note(ExplanationText(*input.explanation, input.path));
  }
  if (!report.outputs.empty() && !options.as_json) {
    if (!options.output_was_named) {
      for (const OutputReport& output : report.outputs) {
        session.Note("Auto-generated output file: " + Visible(output.path));
      }
    }
    std::string summary = Summary(report, session.err());
    if (!summary.empty()) summary.pop_back();
    session.Note(summary);
  }
  if (error.ok()) return 0;
  if (session.front_end().error_format == TextFormat::kText) {
    session.err().Print("Conversion failed!\n");
  }
  const int exit_code = session.Fail(error);
  return report.status == "partial" ? 1 : exit_code;
}

}  // namespace pyforge::cli
