// Any bytes are a CSV file: every path of the scanner and every way of cutting must give the same
// rows, types and ledger, under any dialect, and nothing may crash.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "formats/csv/reader_testing.h"
#include "formats/csv/scanner.h"

namespace pyforge::csv {
namespace {

void Demand(bool holds) {
  if (!holds) std::abort();
}

/// The scanner's paths against the byte-wise one.
void CompareScanPaths(const Dialect& dialect, const std::string& text) {
  const std::string padding(static_cast<size_t>(kTextPadding), '"');
  const std::string padded = padding + text + padding;
  const char* const begin = padded.data() + kTextPadding;
  const auto end = static_cast<int64_t>(text.size());
  StructuralIndex expected;
  Scanner(dialect, ScanPath::kGeneric).Index(begin, 0, end, {}, &expected);
  ScanState expected_state;
  const RecordEnds expected_ends =
      Scanner(dialect, ScanPath::kGeneric)
          .FindRecordEnds(begin, 0, end, true, -1, 64, &expected_state);
  for (const ScanPath path : AvailableScanPaths(dialect)) {
    const Scanner scanner(dialect, path);
    StructuralIndex index;
    scanner.Index(begin, 0, end, {}, &index);
    Demand(index.separator_count == expected.separator_count);
    Demand(index.record_end_count == expected.record_end_count);
    Demand(index.line_count == expected.line_count);
    Demand(index.stray_quote_fields == expected.stray_quote_fields);
    for (int64_t i = 0; i < index.separator_count; ++i) {
      Demand(index.separators()[i] == expected.separators()[i]);
      Demand(index.is_quoted(i) == expected.is_quoted(i));
    }
    ScanState state;
    const RecordEnds ends = scanner.FindRecordEnds(begin, 0, end, true, -1, 64, &state);
    Demand(ends.unclosed == expected_ends.unclosed);
    Demand(ends.open_quote == expected_ends.open_quote);
    if (!ends.unclosed) Demand(ends.last_end == expected_ends.last_end);
  }
}

std::string Describe(const Result<ReadResult>& result) {
  if (!result.ok()) return result.status().ToString();
  std::string text = result->table->ToString();
  for (const LedgerEntry& entry : result->ledger.entries()) {
    text += fmt::format("{} {} {} {} {}\n", entry.code->id, entry.column, entry.count,
                        entry.first_row, entry.first_byte_offset);
  }
  for (const RejectedRow& row : result->ledger.rejected()) {
    text += fmt::format("{} {} {} {} {}\n", row.row, row.line, row.byte_offset, row.reason->id,
                        row.raw);
  }
  return text + fmt::format("{} {}", result->record_count, result->line_count);
}

}  // namespace
}  // namespace pyforge::csv

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pyforge::csv;
  if (size < 2 || size > 4096) return 0;
  const uint8_t choice = data[0];
  const uint8_t cut = data[1];
  const std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);

  Dialect dialect;
  if ((choice & 1) != 0) dialect.escape = '\\';
  if ((choice & 2) != 0) dialect.newline = Newline::kMixed;
  if ((choice & 4) != 0) dialect.quote = {};
  CompareScanPaths(dialect, text);

  ReadSettings settings;
  settings.options.encoding = "utf-8";
  settings.options.field_max = pyforge::ByteSize{64};
  if ((choice & 1) != 0) settings.options.escape = "\\";
  if ((choice & 8) != 0) settings.options.delimiter = (choice & 16) != 0 ? "||" : ",";
  if ((choice & 32) != 0) settings.options.quote = "\"";
  settings.request.strict = (choice & 64) != 0;
  settings.request.types_as_text = (choice & 128) != 0;
  settings.request.keep_bad_rows = (cut & 2) != 0;
  if ((cut & 4) != 0) settings.options.comment = "#";
  const std::string expected = Describe(ReadCsv(text, settings));
  settings.tuning.morsel_bytes = 16 + cut;
  settings.tuning.slice_bytes = 1 + cut % 64;
  settings.decoder_count = 2;
  settings.evidence_first = cut % 2 == 0;
  const std::string actual = Describe(ReadCsv(text, settings));
  if (actual != expected) std::abort();
  return 0;
}
