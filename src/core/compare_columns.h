// Which columns of two tables are the same, and in what form their values are compared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "pyforge/pyforge.h"

namespace pyforge::core {

/// How the values of a column get the form in which both sides are compared.
enum class ComparedForm : uint8_t {
  kAsTheyAre,
  kCast,        ///< to `type`
  kNumberText,  ///< exact numbers against floats: both as decimal numbers in their shortest
                ///< spelling
  kNulls,       ///< it has no values here; the other side tells the type
};

struct ComparedColumn {
  std::string name;
  int left_index = 0;
  int right_index = 0;
  ComparedForm left_form = ComparedForm::kAsTheyAre;
  ComparedForm right_form = ComparedForm::kAsTheyAre;
  std::shared_ptr<arrow::DataType> type;  ///< in which both are compared
};

struct ColumnMatch {
  std::vector<ComparedColumn> columns;        ///< on both sides and comparable, in the left's order
  std::vector<ColumnDifference> differences;  ///< missing on a side, or of types not comparable
};

/// Columns match by name; the first of several that have the same matches the first, the second the
/// second. Types that can hold the same values are no difference: integers of all
/// widths, decimals, floats; dates and timestamps; text and dictionaries of text.
ColumnMatch MatchColumns(const arrow::Schema& left, const arrow::Schema& right);

enum class Side : uint8_t { kLeft, kRight };

/// The compared columns of one side in the form of both. Threads: immutable, share freely.
class RowNormalizer {
 public:
  RowNormalizer(const ColumnMatch& match, Side side, arrow::MemoryPool* pool);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// Errors: schema.cast_failed with the row in the batch.
  Result<std::shared_ptr<arrow::RecordBatch>> Normalize(const arrow::RecordBatch& batch) const;

 private:
  const std::vector<ComparedColumn> columns_;
  const Side side_;
  arrow::MemoryPool* pool_;
  std::shared_ptr<arrow::Schema> schema_;
};

/// One value for people; "null" for null.
std::string ValueText(const arrow::Array& column, int64_t row);
/// "id=5, name=x", cut after 200 bytes.
std::string RowText(const arrow::RecordBatch& batch, int64_t row, int column_count);

/// A number's shortest spelling without exponent: "-0.00120" and "-1.2e-3" are "-0.0012".
std::string CanonicalNumber(std::string_view text);

}  // namespace pyforge::core
