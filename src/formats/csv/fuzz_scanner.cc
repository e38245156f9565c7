// The scanner's paths against the byte-wise one, over any bytes: all of the text at once, and split
// in two at every position.
#include <cstdint>
#include <string>

#include "formats/csv/fuzz_support.h"
#include "formats/csv/scanner.h"

namespace pyforge::csv {
namespace {

constexpr int64_t kFieldBytesMax = 64;

void CompareIndexes(const StructuralIndex& index, const StructuralIndex& expected) {
  Demand(index.separator_count == expected.separator_count);
  Demand(index.record_end_count == expected.record_end_count);
  Demand(index.line_count == expected.line_count);
  Demand(index.stray_quote_fields == expected.stray_quote_fields);
  Demand(index.inner_line_ends == expected.inner_line_ends);
  for (int64_t i = 0; i < index.separator_count; ++i) {
    Demand(index.separators()[i] == expected.separators()[i]);
    Demand(index.is_quoted(i) == expected.is_quoted(i));
  }
}

struct Found {
  RecordEnds ends;
  ScanState state;
};

/// What the grammar says of text[0, end), looked at in two steps.
Found FindInTwoSteps(const Scanner& scanner, const char* text, int64_t middle, int64_t end) {
  Found found;
  const RecordEnds first =
      scanner.FindRecordEnds(text, 0, middle, false, -1, kFieldBytesMax, &found.state);
  found.ends = first;
  if (first.unclosed) return found;
  found.ends = scanner.FindRecordEnds(text, first.scanned_end, end, true, first.open_quote,
                                      kFieldBytesMax, &found.state);
  if (found.ends.last_end < 0) found.ends.last_end = first.last_end;
  return found;
}

void Compare(const Found& found, const Found& expected) {
  Demand(found.ends.unclosed == expected.ends.unclosed);
  Demand(found.ends.open_quote == expected.ends.open_quote);
  if (found.ends.unclosed) return;
  Demand(found.ends.last_end == expected.ends.last_end);
  Demand(found.ends.scanned_end == expected.ends.scanned_end);
  Demand(found.state.place == expected.state.place);
  Demand(found.state.escaped == expected.state.escaped);
}

}  // namespace
}  // namespace pyforge::csv

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pyforge::csv;
  const auto input = FuzzInput::Make(data, size, 1024);
  if (!input) return 0;
  const Dialect dialect = input->ChosenDialect();
  // What lies around the text must not matter.
  const std::string padding(static_cast<size_t>(kTextPadding), '"');
  const std::string padded = padding + input->text + padding;
  const char* const text = padded.data() + kTextPadding;
  const auto end = static_cast<int64_t>(input->text.size());

  const Scanner generic(dialect, ScanPath::kGeneric);
  StructuralIndex expected_index;
  generic.Index(text, 0, end, {}, &expected_index);
  const Found expected = FindInTwoSteps(generic, text, 0, end);
  for (const ScanPath path : AvailableScanPaths(dialect)) {
    const Scanner scanner(dialect, path);
    StructuralIndex index;
    scanner.Index(text, 0, end, {}, &index);
    CompareIndexes(index, expected_index);
    for (int64_t middle = 0; middle <= end; ++middle) {
      Compare(FindInTwoSteps(scanner, text, middle, end), expected);
    }
  }
  return 0;
}
