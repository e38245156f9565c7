// The rows of a table as lines of a CSV file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "formats/csv/options.h"
#include "formats/csv/text_buffer.h"
#include "formats/csv/value_printer.h"

namespace pyforge::csv {

/// The characters that make a field need quotes.
struct QuotingRules {
  char delimiter = ',';
  char quote = '"';
};

/// True when the text holds a delimiter, a quote or a line end.
bool HasSpecialCharacter(std::string_view text, const QuotingRules& rules);

/// How fields become lines. Threads: immutable, share freely.
struct LineRules {
  QuotingRules characters;
  Quoting quoting = Quoting::kMinimal;
  std::string null_text;
  std::string line_end;
  ValueFormats values = {};
};

/// Appends text that may be anything, in quotes where it needs them.
/// Errors: csv.needs_quotes.
Status PrintText(std::string_view text, const LineRules& rules, TextBuffer* out);

/// Prints batches of one schema: some rows of each column first, so that a column's values are
/// printed in one loop, then line by line. Threads: one at a time.
class RowPrinter {
 public:
  /// The rules are borrowed. Errors: of ValuePrinter::Make.
  static Result<std::unique_ptr<RowPrinter>> Make(std::shared_ptr<arrow::Schema> schema,
                                                  const LineRules& rules);

  /// Errors: csv.needs_quotes, csv.unreadable_date, csv.unprintable_date.
  Status Print(const arrow::RecordBatch& batch, TextBuffer* out);
  /// Of each column, since the last call.
  std::vector<int64_t> TakeNullCounts();
  /// Held between batches.
  size_t bytes() const;

 private:
  struct Column {
    std::unique_ptr<ValuePrinter> printer;
    bool is_plain = false;  // printed without a look at the characters
    bool is_text_type = false;
    int64_t null_count = 0;
    TextBuffer scratch;
    TextBuffer quoted;
  };
  using Texts = std::span<std::string_view>;

  RowPrinter(std::shared_ptr<arrow::Schema> schema, const LineRules& rules);

  Status PrintSome(int64_t first, size_t count, TextBuffer* out);
  Status Quote(Column* column, Texts texts, size_t* failed_at);
  void JoinLines(size_t count, size_t text_bytes, TextBuffer* out) const;
  Status RefuseFlaw(const arrow::RecordBatch& batch);

  const std::shared_ptr<arrow::Schema> schema_;
  const LineRules& rules_;
  const std::string null_storage_;  // with bytes behind that may be read
  const std::string_view null_text_;
  std::vector<Column> columns_;
  std::vector<std::string_view> texts_;  // of some rows, column by column
  std::vector<size_t> rows_in_quotes_;
  size_t rows_at_once_ = 1;
};

}  // namespace pyforge::csv
