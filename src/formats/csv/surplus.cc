#include "formats/csv/surplus.h"

#include <string>

#include "schema/text_kernels.h"

namespace pyforge::csv {
namespace {

bool Fits(const RowTable& rows, std::string_view raw_field, const schema::TextType& type,
          std::string* scratch) {
  if (type.kind == schema::TextKind::kText) return true;
  bool is_null = false;
  const std::string_view value = rows.Value(raw_field, scratch, &is_null);
  if (is_null) return true;
  // Where no value was seen, an empty text is one; elsewhere it becomes null.
  if (type.kind == schema::TextKind::kNull) return false;
  if (value.empty()) return true;
  alignas(16) char converted[16];
  return schema::ConvertValue(type, value.data(), value.size(), converted);
}

/// Nothing, or nothing but white space, quoted or not.
bool IsBlank(const RowTable& rows, std::string_view raw_field, std::string* scratch) {
  bool is_null = false;
  if (raw_field.empty()) return true;
  const std::string_view value = rows.Value(raw_field, scratch, &is_null);
  return value.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

SurplusFit FitSurplus(const RowTable& rows, const TextRow& row,
                      const std::vector<schema::TextType>& types) {
  const auto n = static_cast<int64_t>(types.size());
  const int64_t surplus = row.field_count - n;
  SurplusFit fit;
  fit.is_empty = true;
  std::string scratch;
  for (int64_t i = n; i < row.field_count; ++i) {
    fit.is_empty = fit.is_empty && IsBlank(rows, rows.RawField(row, i), &scratch);
  }
  // Columns from this one on fit when they are moved by the surplus.
  int64_t moved_from = n;
  while (moved_from > 0 && Fits(rows, rows.RawField(row, moved_from - 1 + surplus),
                                types[static_cast<size_t>(moved_from - 1)], &scratch)) {
    --moved_from;
  }
  int64_t plain_to = 0;
  while (plain_to < n &&
         Fits(rows, rows.RawField(row, plain_to), types[static_cast<size_t>(plain_to)], &scratch)) {
    ++plain_to;
  }
  fit.plain_fits = plain_to == n;
  for (int64_t place = 0; place < n; ++place) {
    const bool is_text = types[static_cast<size_t>(place)].kind == schema::TextKind::kText;
    if (!is_text || place > plain_to || place + 1 < moved_from) continue;
    ++fit.place_count;
    fit.last_place = static_cast<int32_t>(place);
  }
  return fit;
}

SurplusPlace PlaceSurplus(const SurplusFit& fit, bool extra_is_possible) {
  if (fit.is_empty && fit.plain_fits) return SurplusPlace::kDropped;
  if (fit.place_count == 1) return SurplusPlace::kMerged;
  if (fit.plain_fits && extra_is_possible) return SurplusPlace::kExtra;
  return fit.place_count > 1 ? SurplusPlace::kMerged : SurplusPlace::kNowhere;
}

}  // namespace pyforge::csv
