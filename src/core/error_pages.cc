#include "pyforge/error_page.h"

#include <fmt/format.h>

namespace pyforge {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// `{bad_rows}` becomes `--bad-rows`; braces around anything else stay.
std::string SpellOptions(std::string_view text, OptionSpelling spelling) {
  std::string spelt;
  for (size_t i = 0; i < text.size(); ++i) {
    size_t end = i + 1;
    while (end < text.size() && IsNameCharacter(text[end])) ++end;
    if (text[i] == '{' && end > i + 1 && end < text.size() && text[end] == '}') {
      spelt += SpellOption(text.substr(i + 1, end - i - 1), spelling);
      i = end;
    } else {
      spelt += text[i];
    }
  }
  return spelt;
}

}  // namespace

std::string FixText(const ErrorCode& code, OptionSpelling spelling) {
  return SpellOptions(code.fix, spelling);
}

std::string WhereText(const Where& where) {
  std::string text = where.path == "-" ? "standard input" : where.path;
  const auto add = [&text](std::string_view word, std::string_view value) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", word, value);
  };
  if (!where.table.empty()) add("table", where.table);
  if (where.row) add("row", std::to_string(*where.row));
  if (!where.column.empty()) add("column", where.column);
  if (where.byte_offset) add("byte", std::to_string(*where.byte_offset));
  return text;
}

std::string ErrorPage(const ErrorCode& code, OptionSpelling spelling) {
  std::string page = fmt::format(
      "# {}\n\n{}\n\n- Category: {}\n- Exit code: {}\n\n## What to do\n\n{}\n", code.id,
      code.summary, CategoryName(code.category), ExitCode(code.category), FixText(code, spelling));
  if (!code.details.empty()) {
    page += fmt::format("\n## More\n\n{}\n", SpellOptions(code.details, spelling));
  }
  return page;
}

}  // namespace pyforge
