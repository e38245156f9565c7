// What the fuzzers of this folder share: any bytes are settings and a CSV text.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "formats/csv/reader_testing.h"

namespace pyforge::csv {

inline void Demand(bool holds) {
  if (!holds) std::abort();
}

/// The first two bytes choose, the others are the text.
struct FuzzInput {
  uint8_t choice = 0;
  uint8_t cut = 0;
  std::string text = {};

  /// None where there is too little or too much.
  static std::optional<FuzzInput> Make(const uint8_t* data, size_t size, size_t size_max) {
    if (size < 2 || size > size_max) return std::nullopt;
    return FuzzInput{data[0], data[1],
                     std::string(reinterpret_cast<const char*>(data) + 2, size - 2)};
  }

  Dialect ChosenDialect() const {
    Dialect dialect;
    if ((choice & 1) != 0) dialect.escape = '\\';
    if ((choice & 2) != 0) dialect.newline = Newline::kMixed;
    if ((choice & 4) != 0) dialect.quote = {};
    return dialect;
  }

  ReadSettings Settings() const {
    ReadSettings settings;
    settings.options.encoding = "utf-8";
    settings.options.field_max = ByteSize{64};
    if ((choice & 1) != 0) settings.options.escape = "\\";
    if ((choice & 8) != 0) settings.options.delimiter = (choice & 16) != 0 ? "||" : ",";
    if ((choice & 32) != 0) settings.options.quote = "\"";
    settings.request.strict = (choice & 64) != 0;
    settings.request.types_as_text = (choice & 128) != 0;
    settings.request.keep_bad_rows = (cut & 2) != 0;
    if ((cut & 4) != 0) settings.options.comment = "#";
    return settings;
  }
};

inline std::string Describe(const Ledger& ledger) {
  std::string text;
  for (const LedgerEntry& entry : ledger.entries()) {
    text += fmt::format("{} {} {} {} {}\n", entry.code->id, entry.column, entry.count,
                        entry.first_row, entry.first_byte_offset);
  }
  for (const RejectedRow& row : ledger.rejected()) {
    text += fmt::format("{} {} {} {} {}\n", row.row, row.line, row.byte_offset, row.reason->id,
                        row.raw);
  }
  return text;
}

/// All that a user would see of it.
inline std::string Describe(const Result<ReadResult>& result) {
  if (!result.ok()) return result.status().ToString();
  return result->table->ToString() + Describe(result->ledger) +
         fmt::format("{} {}", result->record_count, result->line_count);
}

}  // namespace pyforge::csv
