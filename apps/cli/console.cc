#include "cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace pyforge::cli {

bool Console::is_terminal() const { return ::isatty(::fileno(file_)) == 1; }

int Console::width(int otherwise) const {
  winsize size{};
  if (is_terminal() && ::ioctl(::fileno(file_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  return otherwise;
}

void Console::ChooseColor(ColorMode mode) {
  const auto is_set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != 0;
  };
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
  has_color_ = mode == ColorMode::kAlways ||
               (mode == ColorMode::kAuto && is_terminal() && !is_set("NO_COLOR") && !is_dumb);
}

void Console::Print(std::string_view text) const {
  if (write_error_ != 0) return;
  const bool is_written = std::fwrite(text.data(), 1, text.size(), file_) == text.size();
  if (!is_written || std::fflush(file_) != 0) write_error_ = errno;
}

std::string Console::Styled(std::string_view text, Style style) const {
  if (!has_color_) return std::string(text);
  constexpr std::array<std::string_view, 5> kCodes = {"1", "2", "31", "33", "32"};
  return fmt::format("\x1B[{}m{}\x1B[0m", kCodes[static_cast<size_t>(style)], text);
}

std::string Visible(std::string_view text) {
  std::string visible;
  visible.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F steer terminals too.
    const bool is_c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte == '\n') {
      visible += "\\n";
    } else if (byte == '\t') {
      visible += "\\t";
    } else if (byte == '\r') {
      visible += "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      visible += fmt::format("\\x{:02x}", byte);
    } else if (is_c1) {
      visible += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
    } else {
      visible += text[i];
    }
  }
  return visible;
}

std::string SizeText(int64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
  auto size = static_cast<double>(bytes);
  size_t unit = 0;
  // Rounded figures decide, so that 999,950 bytes are 1.0 MB and not 1000.0 kB.
  while (unit + 1 < kUnits.size() && std::abs(size) >= (unit == 0 ? 1000 : 999.95)) {
    size /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string CountText(int64_t count) {
  std::string digits = std::to_string(count);
  const size_t first = digits.front() == '-' ? 1 : 0;
  for (size_t i = digits.size(); i > first + 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string DurationText(double seconds) {
  if (seconds < 0.1) return fmt::format("{:.0f} ms", std::ceil(seconds * 1000));
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string Counted(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", CountText(count), noun, count == 1 ? "" : "s");
}

}  // namespace pyforge::cli
