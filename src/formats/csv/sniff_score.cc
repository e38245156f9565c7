#include "formats/csv/sniff_score.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "formats/csv/sniff_cells.h"

namespace pyforge::csv {
namespace {

// How many cells are looked at, spread over whole records.
constexpr int64_t kFirstLookCellsClassified = 400;
constexpr int64_t kHeadCellsClassified = 1500;
constexpr int64_t kBlockCellsClassified = 200;
// A file read as one column is always consistent; this is what that is worth.
constexpr double kSingleColumnWorth = 0.30;
constexpr double kTypedSingleColumnWorth = 0.50;
constexpr double kNamedSingleColumnWorth = 0.72;

// Two columns may come about by chance more easily than ten.
double WorthOfWidth(int64_t width) {
  return width < 2 ? 0.5 : 1.0 - 0.6 / static_cast<double>(width);
}

// The share of records that would have the usual number of fields if the delimiter were strewn at
// random: the largest term of the Poisson distribution.
double ChanceOfWidth(int64_t width) {
  if (width < 2) return 0;
  return std::min(0.37, 1 / std::sqrt(6.2832 * static_cast<double>(width - 1)));
}

struct CellTally {
  int64_t count = 0;
  int64_t filled = 0;
  int64_t typed = 0;
  double quality = 0;
};

void Add(const Cell& cell, const std::string& delimiter, CellTally* tally) {
  const std::string_view text = Trim(cell.text);
  const CellKind kind = ClassifyCell(text);
  ++tally->count;
  if (kind == CellKind::kEmpty) {
    // Blanks stand in runs without delimiting anything.
    tally->quality += delimiter == " " ? 0.3 : 0.8;
    return;
  }
  ++tally->filled;
  if (IsTyped(kind) || kind == CellKind::kAddress) ++tally->typed;
  if (kind != CellKind::kText || cell.quoted) {
    tally->quality += 1;
    return;
  }
  // One that has an apostrophe at one edge only has probably been cut out of a quoted one.
  if ((text.front() == '\'') != (text.back() == '\'')) {
    tally->quality += 0.5;
    return;
  }
  // A cell with another usual delimiter in it has probably been cut at the wrong places; a comma
  // before a blank belongs to prose.
  bool is_word = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') is_word = false;
    if (c != ',' && c != ';' && c != '\t' && c != '|' && c != '^' && c != '~' && c != '\x1F' &&
        c != '\x01') {
      continue;
    }
    const bool is_prose = c == ',' && i + 1 < text.size() && text[i + 1] == ' ';
    if (!is_prose && delimiter.find(c) == std::string::npos) {
      tally->quality += 0.35;
      return;
    }
  }
  tally->quality += is_word ? 0.9 : 0.75;
}

struct Widths {
  std::vector<uint32_t> widths;
  CellTally cells;
  CellTally first_column_below;  // without the first record
  bool first_is_name = false;
  bool first_is_several = false;  // names, or a title, with another delimiter in it
};

void ReadPiece(std::string_view text, bool is_cut, int64_t cells_classified, bool is_head,
               Trial* trial, Widths* widths) {
  SampleParser parser(text, trial->dialect, is_cut);
  std::vector<Cell> cells;
  size_t record = 0;
  const int64_t cells_end = widths->cells.count + cells_classified;
  while (parser.Next(&cells)) {
    if (cells.empty()) continue;
    widths->widths.push_back(static_cast<uint32_t>(cells.size()));
    if (record++ > 0 && widths->cells.count >= cells_end) continue;
    for (const Cell& cell : cells) Add(cell, trial->dialect.delimiter, &widths->cells);
    if (is_head && record == 1) {
      const std::string_view name = Trim(cells[0].text);
      // `id,amount` over 1,1 names two columns, not one of decimal commas.
      const bool is_typed = IsTyped(ClassifyCell(name));
      const bool is_one = name.find_first_of(",;\t|") == std::string_view::npos;
      widths->first_is_name = is_one && LooksLikeName(name) && !is_typed;
      widths->first_is_several = !is_one && !is_typed;
    } else {
      Add(cells[0], trial->dialect.delimiter, &widths->first_column_below);
    }
  }
  const QuoteCounts& quotes = parser.quotes();
  trial->quotes.closed += quotes.closed;
  trial->quotes.needed += quotes.needed;
  trial->quotes.unescaped += quotes.unescaped;
  trial->quotes.stray += quotes.stray;
  trial->quotes.unterminated += quotes.unterminated;
  trial->quotes.escaped += quotes.escaped;
  trial->quotes.inner += quotes.inner;
  trial->quotes.enclosing += quotes.enclosing;
  trial->quotes.multi_line += quotes.multi_line;
}

// How much of the quotes the dialect explains, 0.2 to 1.
double QuotePlausibility(const Trial& trial) {
  const auto closed = static_cast<double>(trial.quotes.closed);
  const auto odd = static_cast<double>(trial.quotes.inner + 2 * trial.quotes.enclosing);
  const double explained = (2 * closed + 2) / (2 * closed + 2 + odd);
  // Two apostrophes in different lines hardly make a quoted field.
  const int64_t far_apart = trial.dialect.quote == '\'' ? trial.quotes.multi_line : 0;
  const auto broken =
      static_cast<double>(2 * trial.quotes.stray + 3 * trial.quotes.unterminated + 4 * far_apart);
  const double sound = (closed + 2) / (closed + 2 + broken);
  return std::max(0.2, explained) * std::max(0.2, sound);
}

}  // namespace

int64_t UsualWidth(const std::vector<uint32_t>& widths) {
  std::map<uint32_t, int64_t> counts;
  for (const uint32_t width : widths) ++counts[width];
  int64_t usual = 0;
  double best = -1;
  for (const auto& [width, count] : counts) {
    const double worth = static_cast<double>(count) * WorthOfWidth(width);
    if (worth > best) {
      best = worth;
      usual = width;
    }
  }
  return usual;
}

void Judge(const Sample& sample, size_t head_bytes_max, Trial* trial) {
  const bool head_is_whole = head_bytes_max >= sample.head.size();
  const std::string_view head = std::string_view(sample.head).substr(0, head_bytes_max);
  Widths seen;
  trial->quotes = {};
  ReadPiece(head, !(head_is_whole && sample.whole),
            head_is_whole ? kHeadCellsClassified : kFirstLookCellsClassified, true, trial, &seen);
  if (head_is_whole) {
    for (const SampleBlock& block : sample.blocks) {
      ReadPiece(block.text, !block.ends_file, kBlockCellsClassified, false, trial, &seen);
    }
  }
  const std::vector<uint32_t>& widths = seen.widths;
  trial->score = 0;
  if (widths.empty()) return;

  trial->column_count = UsualWidth(widths);
  const auto usual = static_cast<uint32_t>(trial->column_count);
  // A preamble and a footer are set apart: they count for less.
  const auto first = std::find(widths.begin(), widths.end(), usual);
  const auto last = std::find(widths.rbegin(), widths.rend(), usual).base();
  const auto [least, most] = std::minmax_element(first, last);
  trial->fields_min = *least;
  trial->fields_max = *most;
  trial->record_count = last - first;
  trial->modal_count = std::count(first, last, usual);
  const auto apart = static_cast<double>(widths.size()) - static_cast<double>(trial->record_count);
  trial->consistency = static_cast<double>(trial->modal_count) /
                       (static_cast<double>(trial->record_count) + 0.3 * apart);

  const auto cell_count = static_cast<double>(std::max<int64_t>(seen.cells.count, 1));
  trial->quality = seen.cells.quality / cell_count;
  trial->typed_share = static_cast<double>(seen.cells.typed) /
                       static_cast<double>(std::max<int64_t>(seen.cells.filled, 1));

  double worth = 0;
  if (usual == 1) {
    const CellTally& below = seen.first_column_below;
    worth = kSingleColumnWorth;
    if (!seen.first_is_several && below.filled > 0 && below.typed * 10 >= below.filled * 9) {
      worth = seen.first_is_name ? kNamedSingleColumnWorth : kTypedSingleColumnWorth;
    }
    worth *= trial->consistency;
  } else {
    const double chance = ChanceOfWidth(usual);
    worth = std::max(0.0, (trial->consistency - chance) / (1 - chance)) * WorthOfWidth(usual);
  }
  trial->score = worth * trial->quality * QuotePlausibility(*trial) * trial->prior;
}

}  // namespace pyforge::csv
