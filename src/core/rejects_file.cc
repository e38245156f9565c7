#include "core/rejects_file.h"

#include <fmt/format.h>

namespace pyforge::core {
namespace {

void AppendQuoted(std::string_view value, std::string* text) {
  *text += '"';
  for (char c : value) {
    if (c == '"') *text += '"';
    *text += c;
  }
  *text += '"';
}

}  // namespace

Result<RejectsFile> RejectsFile::Make(OutputFile& file) {
  ARROW_RETURN_NOT_OK(file.Append("input,row,line,byte_offset,column,code,reason,raw\n"));
  return RejectsFile(file);
}

Status RejectsFile::Add(std::string_view input_path, const std::vector<RejectedRow>& rows) {
  text_.clear();
  for (const RejectedRow& row : rows) {
    AppendQuoted(row.path.empty() ? input_path : row.path, &text_);
    text_ += fmt::format(",{},{},{},", row.row, row.line, row.byte_offset);
    AppendQuoted(row.column, &text_);
    text_ += ',';
    text_ += row.reason->id;
    text_ += ',';
    AppendQuoted(row.message, &text_);
    text_ += ',';
    AppendQuoted(row.raw, &text_);
    text_ += '\n';
  }
  return file_->Append(text_);
}

}  // namespace pyforge::core
