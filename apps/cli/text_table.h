// Tables of text on a terminal: columns as wide as their content, cut to fit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyforge::cli {

/// Columns that `text` (UTF-8, no control characters) takes on a terminal: 2 for wide East Asian
/// characters and emoji, 0 for combining marks. Source: Unicode 15 EastAsianWidth.txt, classes W
/// and F, and the general categories Mn, Me, Cf.
size_t DisplayWidth(std::string_view text);

/// The text cut to `width` columns, with an ellipsis where something is missing.
std::string CutToWidth(std::string_view text, size_t width);

enum class Align : uint8_t { kLeft, kRight };

struct TextColumn {
  std::string title = {};
  std::string subtitle = {};  ///< a second heading line, e.g. the type
  Align align = Align::kLeft;
  std::vector<std::string> cells = {};
};

struct TextTableOptions {
  size_t width_max = 0;  ///< columns of the terminal; 0: as wide as it gets
  size_t cell_width_max = 40;
  bool has_rule = true;  ///< a line under the headings
};

struct PrintedTable {
  std::string text = {};
  size_t columns_left_out = 0;  ///< that did not fit, the last ones
};

/// Columns of equal length. Cells are made visible (see Visible), so they may hold anything.
PrintedTable PrintTable(const std::vector<TextColumn>& columns, const TextTableOptions& options);

}  // namespace pyforge::cli
