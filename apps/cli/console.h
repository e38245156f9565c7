// The terminal: where text goes, whether it is one, how wide it is, colours.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "pyforge/configuration.h"

namespace pyforge::cli {

enum class Style : uint8_t { kBold, kDim, kRed, kYellow, kGreen };

/// One of the two output streams. Threads: one at a time.
class Console {
 public:
  explicit Console(std::FILE* file) : file_(file) {}

  bool is_terminal() const;
  /// Columns of the terminal; `otherwise` where it is none.
  int width(int otherwise) const;
  void ChooseColor(ColorMode mode);
  bool has_color() const { return has_color_; }

  /// Writes and flushes; write_error() tells whether that has worked so far.
  void Print(std::string_view text) const;
  /// errno of the first Print that failed, after which nothing more is printed; 0: none.
  int write_error() const { return write_error_; }
  /// The text in a style, if there are colours.
  std::string Styled(std::string_view text, Style style) const;

 private:
  std::FILE* file_;
  bool has_color_ = false;
  mutable int write_error_ = 0;
};

/// Text with every control character made visible, so that data cannot steer the terminal.
std::string Visible(std::string_view text);

/// "1.5 GB", "312 B"; decimal units.
std::string SizeText(int64_t bytes);
/// "1,234,567".
std::string CountText(int64_t count);
/// "0.62 s", "2 min 5 s".
std::string DurationText(double seconds);
/// "1 row", "1,234 rows".
std::string Counted(int64_t count, std::string_view noun);

}  // namespace pyforge::cli
