#include "formats/csv/sample_rows.h"

#include <utility>
#include <vector>

#include "formats/csv/sniff_parse.h"

namespace pyforge::csv {
namespace {

constexpr size_t kRowsKeptAlways = 3;
constexpr size_t kRowsKeptRather = 10;  // than fewer, unless they have very many cells
constexpr size_t kCellsKeptMax = 20000;

size_t CellsMax(size_t index, const KeptRows& kept) {
  if (!kept.is_bounded || index < kept.begin + kRowsKeptAlways) return SIZE_MAX;
  return index < kept.begin + kRowsKeptRather ? 5 * kCellsKeptMax : kCellsKeptMax;
}

}  // namespace

Rows ReadRows(std::string_view text, const Dialect& dialect, bool is_cut, const KeptRows& kept) {
  Rows rows;
  SampleParser parser(text, dialect, is_cut);
  std::vector<Cell> cells;
  size_t cells_kept = 0;
  while (parser.Next(&cells)) {
    SampleRow row{.begin = parser.begin(),
                  .end = parser.end(),
                  .line = parser.line(),
                  .is_comment = parser.is_comment(),
                  .width = cells.size()};
    const size_t index = rows.size();
    const bool keep = index >= kept.begin && index < kept.end && cells_kept < CellsMax(index, kept);
    cells_kept += keep ? cells.size() : 0;
    for (const Cell& cell : cells) {
      row.filled += Trim(cell.text).empty() ? 0 : 1;
      if (keep) row.values.push_back(CellValue(cell, dialect));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace pyforge::csv
