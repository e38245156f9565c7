#include "cli/text_table.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "cli/console.h"

namespace pyforge::cli {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036F},   Range{0x0483, 0x0489},  Range{0x0591, 0x05BD}, Range{0x05BF, 0x05BF},
    Range{0x05C1, 0x05C2},   Range{0x05C4, 0x05C5},  Range{0x05C7, 0x05C7}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F},   Range{0x0670, 0x0670},  Range{0x06D6, 0x06DC}, Range{0x06DF, 0x06E4},
    Range{0x06E7, 0x06E8},   Range{0x06EA, 0x06ED},  Range{0x0711, 0x0711}, Range{0x0730, 0x074A},
    Range{0x0900, 0x0902},   Range{0x093A, 0x093A},  Range{0x093C, 0x093C}, Range{0x0941, 0x0948},
    Range{0x094D, 0x094D},   Range{0x0951, 0x0957},  Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E},   Range{0x1AB0, 0x1ACE},  Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x202A, 0x202E},   Range{0x2060, 0x2064},  Range{0x20D0, 0x20F0}, Range{0x302A, 0x302D},
    Range{0x3099, 0x309A},   Range{0xFE00, 0xFE0F},  Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF},
    Range{0x1F3FB, 0x1F3FF}, Range{0xE0100, 0xE01EF}};

constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},
    Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},   Range{0x2648, 0x2653},
    Range{0x26A1, 0x26A1},   Range{0x26BD, 0x26BE},   Range{0x26D4, 0x26D4},
    Range{0x2705, 0x2705},   Range{0x270A, 0x270B},   Range{0x2728, 0x2728},
    Range{0x274C, 0x274C},   Range{0x2753, 0x2755},   Range{0x2795, 0x2797},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},
    Range{0x4E00, 0xA4CF},   Range{0xA960, 0xA97C},   Range{0xAC00, 0xD7A3},
    Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18AFF}, Range{0x1B000, 0x1B2FF},
    Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F18E},
    Range{0x1F191, 0x1F19A}, Range{0x1F200, 0x1F265}, Range{0x1F300, 0x1F320},
    Range{0x1F32D, 0x1F3FA}, Range{0x1F400, 0x1F64F}, Range{0x1F680, 0x1F6FC},
    Range{0x1F7E0, 0x1F7F0}, Range{0x1F90C, 0x1F9FF}, Range{0x1FA70, 0x1FAFF},
    Range{0x20000, 0x3FFFD}};

template <size_t Size>
bool IsIn(const std::array<Range, Size>& ranges, char32_t c) {
  const auto found =
      std::upper_bound(ranges.begin(), ranges.end(), c,
                       [](char32_t value, Range range) { return value < range.first; });
  return found != ranges.begin() && c <= std::prev(found)->last;
}

struct Character {
  size_t bytes;
  size_t width;
};

// Bytes that are no UTF-8 count as one column each; terminals show a replacement character.
Character Next(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const size_t bytes = first < 0xC2   ? 1
                       : first < 0xE0 ? 2
                       : first < 0xF0 ? 3
                       : first < 0xF5 ? 4
                                      : 1;
  if (bytes == 1 || bytes > text.size()) return {1, 1};
  char32_t value = first & (0x7FU >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {1, 1};
    value = (value << 6) | (byte & 0x3FU);
  }
  if (IsIn(kZeroWidth, value)) return {bytes, 0};
  return {bytes, IsIn(kWide, value) ? size_t{2} : size_t{1}};
}

constexpr std::string_view kEllipsis = "…";

void AppendPadded(std::string_view text, size_t width, Align align, std::string* line) {
  const size_t used = DisplayWidth(text);
  const size_t blanks = used < width ? width - used : 0;
  if (align == Align::kRight) line->append(blanks, ' ');
  *line += text;
  if (align == Align::kLeft) line->append(blanks, ' ');
}

void FinishLine(std::string* line, std::string* text) {
  while (!line->empty() && line->back() == ' ') line->pop_back();
  *text += *line;
  *text += '\n';
  line->clear();
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character character = Next(text);
    width += character.width;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string CutToWidth(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return {};
  size_t used = 0, bytes = 0;
  while (bytes < text.size()) {
    const Character character = Next(text.substr(bytes));
    if (used + character.width > width - 1) break;
    used += character.width;
    bytes += character.bytes;
  }
  return std::string(text.substr(0, bytes)) + std::string(kEllipsis);
}

PrintedTable PrintTable(const std::vector<TextColumn>& columns, const TextTableOptions& options) {
  constexpr size_t kGap = 2;
  std::vector<std::vector<std::string>> cells(columns.size());
  std::vector<size_t> widths(columns.size());
  size_t row_count = 0;
  bool has_subtitle = false;
  for (size_t i = 0; i < columns.size(); ++i) {
    const TextColumn& column = columns[i];
    has_subtitle = has_subtitle || !column.subtitle.empty();
    row_count = std::max(row_count, column.cells.size());
    for (const std::string& cell : column.cells) {
      cells[i].push_back(CutToWidth(Visible(cell), options.cell_width_max));
      widths[i] = std::max(widths[i], DisplayWidth(cells[i].back()));
    }
    const size_t heading =
        std::max(DisplayWidth(Visible(column.title)), DisplayWidth(Visible(column.subtitle)));
    widths[i] = std::max(widths[i], std::min(heading, options.cell_width_max));
  }

  size_t shown = columns.size();
  if (options.width_max > 0) {
    size_t total = 0;
    for (shown = 0; shown < columns.size(); ++shown) {
      const size_t gap = shown == 0 ? 0 : kGap;
      if (shown > 0 && total + gap + widths[shown] > options.width_max) break;
      total += gap + widths[shown];
    }
  }

  PrintedTable printed{.columns_left_out = columns.size() - shown};
  std::string line;
  const auto add_line = [&](const auto& text_of) {
    for (size_t i = 0; i < shown; ++i) {
      if (i > 0) line.append(kGap, ' ');
      AppendPadded(CutToWidth(text_of(i), widths[i]), widths[i], columns[i].align, &line);
    }
    FinishLine(&line, &printed.text);
  };
  add_line([&](size_t i) { return Visible(columns[i].title); });
  if (has_subtitle) add_line([&](size_t i) { return Visible(columns[i].subtitle); });
  if (options.has_rule) {
    for (size_t i = 0; i < shown; ++i) {
      if (i > 0) line.append(kGap, ' ');
      for (size_t k = 0; k < widths[i]; ++k) line += "─";
    }
    FinishLine(&line, &printed.text);
  }
  for (size_t row = 0; row < row_count; ++row) {
    add_line([&](size_t i) { return row < cells[i].size() ? cells[i][row] : std::string(); });
  }
  return printed;
}

}  // namespace pyforge::cli
