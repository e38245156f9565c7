#include "formats/csv/dialect.h"

#include <fmt/core.h>

namespace pyforge::csv {

std::string_view NewlineName(Newline newline) {
  switch (newline) {
    case Newline::kLf:
      return "LF";
    case Newline::kCrlf:
      return "CRLF";
    case Newline::kCr:
      return "CR";
    case Newline::kMixed:
      break;
  }
  return "mixed";
}

std::string PrintSeparator(std::string_view separator) {
  if (separator.empty()) return "none";
  if (separator == "\t") return "tab";
  if (separator == " ") return "space";
  std::string printed;
  for (const char c : separator) {
    if (c == '\t') {
      printed += "\\t";
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) {
      printed += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
    } else {
      printed += c;
    }
  }
  return printed;
}

}  // namespace pyforge::csv
