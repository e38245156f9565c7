#include "formats/csv/row_text.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "formats/csv/errors.h"

namespace pyforge::csv {
namespace {

// Rows at once: enough to make the calls a column cheap, and their text stays in the cache.
constexpr size_t kFieldsAtOnce = 4096;
constexpr size_t kRowsLeast = 16;
constexpr size_t kRowsMost = 512;
constexpr size_t kTextBytesMost = 1 << 20;

#if defined(__SSE2__)
/// Finds special characters in blocks of 16 bytes.
class BlockScan {
 public:
  explicit BlockScan(const QuotingRules& rules)
      : delimiter_(_mm_set1_epi8(rules.delimiter)), quote_(_mm_set1_epi8(rules.quote)) {}
  /// A bit a byte.
  uint32_t Find(const char* from) const {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i hits =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, delimiter_), _mm_cmpeq_epi8(block, quote_)),
                     _mm_or_si128(_mm_cmpeq_epi8(block, lf_), _mm_cmpeq_epi8(block, cr_)));
    return static_cast<uint32_t>(_mm_movemask_epi8(hits));
  }

 private:
  const __m128i delimiter_;
  const __m128i quote_;
  const __m128i lf_ = _mm_set1_epi8('\n');
  const __m128i cr_ = _mm_set1_epi8('\r');
};

/// Like HasSpecialCharacter, for texts with kReadableBehind bytes behind them.
bool HasSpecialInBlocks(std::string_view text, const BlockScan& scan) {
  const char* at = text.data();
  size_t left = text.size();
  for (; left >= 16; left -= 16, at += 16) {
    if (scan.Find(at) != 0) return true;
  }
  return (scan.Find(at) & ((1u << left) - 1)) != 0;
}
#else
class BlockScan {
 public:
  explicit BlockScan(const QuotingRules& rules) : rules_(rules) {}
  const QuotingRules& rules() const { return rules_; }

 private:
  const QuotingRules rules_;
};

bool HasSpecialInBlocks(std::string_view text, const BlockScan& scan) {
  return HasSpecialCharacter(text, scan.rules());
}
#endif

/// Whether the text needs quotes for another reason than a special character.
bool IsMistakable(std::string_view text, const LineRules& rules) {
  if (text == rules.null_text) return true;
  if (text.empty()) return rules.quoting != Quoting::kNone;
  return text.front() == ' ' || text.back() == ' ';  // other programs trim blanks
}

/// Writes at most 2 * size + 2 bytes.
char* PutInQuotes(std::string_view text, char quote, char* at) {
  *at++ = quote;
  while (true) {
    const size_t next = text.find(quote);
    const size_t count = next == std::string_view::npos ? text.size() : next + 1;
    // An empty text may have no bytes to point to.
    if (count != 0) std::memcpy(at, text.data(), count);
    at += count;
    if (next == std::string_view::npos) break;
    *at++ = quote;
    text.remove_prefix(count);
  }
  *at++ = quote;
  return at;
}

Status NeedsQuotes(std::string_view text) {
  return Fail(kNeedsQuotes, {}, "the value '{}' cannot be written without quotes",
              text.substr(0, 80));
}

/// Reads and writes up to kReadableBehind bytes behind the text: most texts are short, and moving
/// whole blocks needs no look at how short.
char* CopyInBlocks(std::string_view text, char* at) {
  static_assert(kReadableBehind == 32);
  if (text.size() > 64) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }
  std::memcpy(at, text.data(), 32);
  if (text.size() > 32) std::memcpy(at + 32, text.data() + 32, 32);
  return at + text.size();
}

}  // namespace

bool HasSpecialCharacter(std::string_view text, const QuotingRules& rules) {
#if defined(__SSE2__)
  if (text.size() >= 16) {
    const BlockScan scan(rules);
    const char* at = text.data();
    const char* const end = at + text.size();
    for (; end - at >= 16; at += 16) {
      if (scan.Find(at) != 0) return true;
    }
    return scan.Find(end - 16) != 0;  // looks at some bytes twice
  }
#endif
  return std::any_of(text.begin(), text.end(), [&rules](char byte) {
    return byte == rules.delimiter || byte == rules.quote || byte == '\n' || byte == '\r';
  });
}

Status PrintText(std::string_view text, const LineRules& rules, TextBuffer* out) {
  const bool is_quoted = rules.quoting == Quoting::kAll || rules.quoting == Quoting::kText;
  if (!is_quoted && !IsMistakable(text, rules) && !HasSpecialCharacter(text, rules.characters)) {
    out->Append(text);
    return Status::OK();
  }
  if (rules.quoting == Quoting::kNone) return NeedsQuotes(text);
  out->Commit(PutInQuotes(text, rules.characters.quote, out->Reserve(2 * text.size() + 2)));
  return Status::OK();
}

RowPrinter::RowPrinter(std::shared_ptr<arrow::Schema> schema, const LineRules& rules)
    : schema_(std::move(schema)),
      rules_(rules),
      null_storage_(rules.null_text + std::string(kReadableBehind, '\0')),
      null_text_(std::string_view(null_storage_).substr(0, rules.null_text.size())) {}

Result<std::unique_ptr<RowPrinter>> RowPrinter::Make(std::shared_ptr<arrow::Schema> schema,
                                                     const LineRules& rules) {
  std::unique_ptr<RowPrinter> rows(new RowPrinter(std::move(schema), rules));
  // A delimiter or a quote that numbers or dates may hold, or a word for null, would break even
  // plain values.
  const std::string plain = PlainCharacters(rules.values);
  const bool has_plain = rules.quoting != Quoting::kAll && rules.null_text.empty() &&
                         plain.find(rules.characters.delimiter) == std::string::npos &&
                         plain.find(rules.characters.quote) == std::string::npos;
  for (const auto& field : rows->schema_->fields()) {
    auto printer = ValuePrinter::Make(*field->type(), rules.values);
    if (!printer.ok()) return AddWhere(printer.status(), {.column = field->name()});
    Column column;
    column.printer = *std::move(printer);
    column.is_text_type = column.printer->text() == PrintedText::kAny;
    column.is_plain = has_plain && !column.is_text_type;
    rows->columns_.push_back(std::move(column));
  }
  return rows;
}

Status RowPrinter::Print(const arrow::RecordBatch& batch, TextBuffer* out) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].printer->SetColumn(*batch.column(static_cast<int>(i)));
  }
  const size_t most =
      std::clamp(kFieldsAtOnce / std::max<size_t>(columns_.size(), 1), kRowsLeast, kRowsMost);
  for (int64_t first = 0; first < batch.num_rows();) {
    const size_t count = std::min(rows_at_once_, static_cast<size_t>(batch.num_rows() - first));
    const size_t bytes_before = out->size();
    ARROW_RETURN_NOT_OK(PrintSome(first, count, out));
    first += static_cast<int64_t>(count);
    // Of large values few are held twice.
    const bool is_much = out->size() - bytes_before > kTextBytesMost;
    rows_at_once_ =
        is_much ? std::max<size_t>(rows_at_once_ / 4, 1) : std::min(rows_at_once_ * 2, most);
  }
  for (const Column& column : columns_) {
    if (column.scratch.flaw() != TextFlaw::kNone) return RefuseFlaw(batch);
  }
  return Status::OK();
}

Status RowPrinter::PrintSome(int64_t first, size_t count, TextBuffer* out) {
  texts_.resize(count * columns_.size());
  size_t text_bytes = 0;
  Status error;
  size_t failed_at = count;  // the first row of those that fail is told
  for (size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    const Texts texts(&texts_[i * count], count);
    column.scratch.Clear();
    column.printer->PrintRows(first, texts, &column.scratch);
    if (!column.is_plain) {
      const Status status = Quote(&column, texts, &failed_at);
      if (!status.ok()) {
        error = AddWhere(status, {.column = schema_->field(static_cast<int>(i))->name()});
      }
    }
    for (std::string_view& text : texts) {
      if (text.data() == nullptr) {
        ++column.null_count;
        text = null_text_;
      }
      text_bytes += text.size();
    }
  }
  ARROW_RETURN_NOT_OK(error);
  JoinLines(count, text_bytes, out);
  return Status::OK();
}

// Fails only in a row before `failed_at`, which it then moves there.
Status RowPrinter::Quote(Column* column, Texts texts, size_t* failed_at) {
  const bool takes_all =
      rules_.quoting == Quoting::kAll || (rules_.quoting == Quoting::kText && column->is_text_type);
  const BlockScan scan(rules_.characters);
  size_t bytes = 0;
  rows_in_quotes_.clear();
  for (size_t row = 0; row < texts.size(); ++row) {
    const std::string_view text = texts[row];
    if (text.data() == nullptr) continue;
    if (!takes_all && !IsMistakable(text, rules_) && !HasSpecialInBlocks(text, scan)) continue;
    if (rules_.quoting == Quoting::kNone) {
      if (row >= *failed_at) return Status::OK();
      *failed_at = row;
      return NeedsQuotes(text);
    }
    rows_in_quotes_.push_back(row);
    bytes += 2 * text.size() + 2;
  }
  column->quoted.Clear();
  char* at = column->quoted.Reserve(bytes + kReadableBehind);
  for (const size_t row : rows_in_quotes_) {
    char* const end = PutInQuotes(texts[row], rules_.characters.quote, at);
    texts[row] = {at, static_cast<size_t>(end - at)};
    at = end;
  }
  column->quoted.Commit(at);
  return Status::OK();
}

void RowPrinter::JoinLines(size_t count, size_t text_bytes, TextBuffer* out) const {
  const size_t column_count = columns_.size();
  const size_t line_bytes = column_count + rules_.line_end.size();
  char* at = out->Reserve(text_bytes + count * line_bytes + kReadableBehind);
  const char delimiter = rules_.characters.delimiter;
  const std::string_view line_end = rules_.line_end;
  for (size_t row = 0; row < count; ++row) {
    const std::string_view* text = texts_.data() + row;
    for (size_t i = 0; i < column_count; ++i, text += count) {
      at = CopyInBlocks(*text, at);
      *at++ = delimiter;
    }
    if (column_count > 0) --at;
    for (const char byte : line_end) *at++ = byte;
  }
  out->Commit(at);
}

/// The failure of a batch that holds values which must not be published: the first of them.
Status RowPrinter::RefuseFlaw(const arrow::RecordBatch& batch) {
  for (int64_t row = 0; row < batch.num_rows(); ++row) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].printer->IsNull(row)) continue;
      TextBuffer value;
      columns_[i].printer->Print(row, &value);
      if (value.flaw() == TextFlaw::kNone) continue;
      const Where where{.column = schema_->field(static_cast<int>(i))->name()};
      const std::string_view text = value.view().substr(0, 80);
      return value.flaw() == TextFlaw::kUnprintable
                 ? Fail(kUnprintableDate, where,
                        "the value {} cannot be written in the pattern that was asked for", text)
                 : Fail(kUnreadableDate, where,
                        "the value {} lies too far from today to be read back from a CSV file",
                        text);
    }
  }
  return Status::OK();
}

std::vector<int64_t> RowPrinter::TakeNullCounts() {
  std::vector<int64_t> counts;
  counts.reserve(columns_.size());
  for (Column& column : columns_) counts.push_back(std::exchange(column.null_count, 0));
  return counts;
}

size_t RowPrinter::bytes() const {
  size_t bytes = 0;
  for (const Column& column : columns_) {
    bytes += column.scratch.capacity() + column.quoted.capacity();
  }
  return bytes;
}

}  // namespace pyforge::csv
