// Cuts a row anew that has lost or gained a delimiter or a quote: what the columns hold in whole
// rows tells where its fields begin and end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/dialect.h"
#include "schema/text_evidence.h"
#include "schema/text_type.h"

namespace pyforge::csv {

/// Where a field of a row stands; offsets from the row's begin.
struct FieldCut {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool quote_is_literal = false;  ///< the quote it begins with is part of the value
  friend bool operator==(const FieldCut&, const FieldCut&) = default;
};

/// What a column holds in the whole rows of a sample.
struct ColumnHabit {
  schema::TextType type = {};
  int64_t filled_count = 0;
  int64_t empty_count = 0;
  int64_t quoted_count = 0;  ///< of the filled ones
  // Kinds of characters, as bits: anywhere but for punctuation, first and last ones.
  uint8_t kinds = 0;
  uint8_t first_kinds = 0;
  uint8_t last_kinds = 0;
  size_t bytes_min = SIZE_MAX;
  size_t bytes_max = 0;

  /// Whether a field looks like those of the column.
  bool Fits(std::string_view value, bool is_quoted) const;
  bool has_type() const { return filled_count > 0 && type.kind != schema::TextKind::kText; }
  /// Whether a row may lack the field.
  bool may_be_empty() const { return empty_count > 0 || filled_count == 0; }
};

/// The habits of a table's columns. Threads: immutable, share freely.
class RowHabits {
 public:
  /// From the records of `text`, a sample that ends with a whole record. Null where they are too
  /// few to go by, where there are very many columns, where the dialect leaves no choice, and where
  /// odd rows are the rule and the habits explain few of them.
  /// `null_values`: words that, unquoted, are as good as nothing.
  static std::shared_ptr<const RowHabits> Find(std::string_view text, const Dialect& dialect,
                                               int64_t column_count,
                                               const std::vector<std::string>& null_values = {});

  /// The row, whose fields are `fields`, looks whole as it stands: all that it has fits, and what
  /// it lacks may be empty.
  bool AreWhole(std::string_view row, const std::vector<FieldCut>& fields) const;
  /// One field for each column, where the row can be cut so that all of them look right, and in one
  /// way only that needs the fewest repairs: a delimiter that is another character, missing, too
  /// much or part of a text; a quote that is too much or another character; quotes around the row.
  /// `has_all_fields`: as it stands it has as many fields as there are columns.
  std::optional<std::vector<FieldCut>> Recut(std::string_view row, bool has_all_fields) const;
  const std::vector<ColumnHabit>& columns() const { return columns_; }

 private:
  explicit RowHabits(const Dialect& dialect, const std::vector<std::string>& null_values)
      : dialect_(dialect), null_values_(null_values) {}

  Dialect dialect_;
  std::vector<std::string> null_values_;
  std::vector<ColumnHabit> columns_;
};

}  // namespace pyforge::csv
