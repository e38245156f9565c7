// What a pass over a CSV file delivers: how records become rows and fields become columns.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "formats/csv/recut.h"
#include "formats/csv/scanner.h"
#include "pyforge/error.h"
#include "pyforge/input.h"
#include "schema/text_evidence.h"
#include "schema/text_type.h"

namespace pyforge::csv {

/// Names of the columns that are made where a file needs them.
inline constexpr std::string_view kExtraColumn = "_extra";

enum class ColumnSource : uint8_t {
  kField,     ///< a field of each record
  kExtra,     ///< the surplus of long rows, as it stands in the file
  kRejected,  ///< the text of bad rows
};

struct ColumnPlan {
  ColumnSource source = ColumnSource::kField;
  int64_t field_index = 0;  ///< kField: from 0
  std::string name = {};
  schema::TextType type = {};  ///< as the text is read
  /// What is delivered; where it is not type.arrow_type(), values are cast.
  std::shared_ptr<arrow::DataType> arrow_type = {};
  bool is_parsed = false;  ///< by a ValueParser, not by a kernel
  /// The type is text but further values could show another (ambiguous dates).
  bool may_turn_from_text = false;
};

/// What was made good in the header.
struct HeaderRepair {
  const ErrorCode* code = nullptr;
  std::string column = {};
  std::string value = {};  ///< as it stands in the file, characters that are none replaced
  int64_t count = 1;
};

/// Threads: immutable during a pass, share freely.
struct TablePlan {
  explicit TablePlan(const Dialect& dialect) : scanner(dialect) {}
  const Dialect& dialect() const { return scanner.dialect(); }

  Scanner scanner;
  int64_t field_count = 0;  ///< of a whole record
  std::vector<ColumnPlan> columns = {};
  std::shared_ptr<arrow::Schema> schema = {};
  std::vector<std::string> field_names = {};  ///< of all fields, delivered or not
  /// Types of all fields, delivered or not, to find where the surplus of a long row belongs.
  std::vector<schema::TextType> field_types = {};
  std::vector<HeaderRepair> header_repairs = {};
  bool has_extra = false;        ///< there is a column for the surplus of long rows
  bool types_are_final = false;  ///< no evidence is needed
  bool types_are_given = false;  ///< by a contract: a value that does not fit makes its row bad
  bool types_from_sample = false;
  bool types_as_text = false;  ///< as the user asks
  /// By which rows are cut anew that lack a delimiter or have one too many; null: none are.
  std::shared_ptr<const RowHabits> habits = {};
  bool mends_rows = true;  ///< by the user's word; of a sample's plan
  bool strict = false;
  bool keep_bad_rows = false;
  std::vector<std::string> null_values = {};
  bool empty_is_text = false;  ///< in columns of text, also where a short row lacks the field
  int64_t field_bytes_max = 0;
  int64_t record_bytes_max = 0;
  int64_t raw_bytes_max = int64_t{1} << 20;  ///< kept of a bad row
  int64_t slice_bytes = int64_t{256} << 10;
  int64_t batch_rows_max = int64_t{16} << 10;
  schema::DecideOptions decide = {};
};

}  // namespace pyforge::csv
