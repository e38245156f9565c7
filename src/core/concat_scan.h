// Many inputs as one table: --union of files, directories and globs.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "core/opened_input.h"
#include "pyforge/input.h"

namespace pyforge::core {

/// One table of one input. The input is borrowed and outlives the scan.
struct ConcatPart {
  OpenedInput* opened = nullptr;
  /// As for the table alone; columns that it does not have are left out of the request.
  TableRequest request = {};
};

/// The columns of all `schemas` by name, in the order of their first appearance. Types that differ
/// widen as CommonType says (integers to double, dates to timestamps), else to text; a column
/// without values takes the others' type.
std::shared_ptr<arrow::Schema> UniteSchemas(
    const std::vector<std::shared_ptr<arrow::Schema>>& schemas);

/// The rows of several tables, one table after the other, under one schema: a column that a table
/// lacks is null there.
///
/// Where a column becomes text only because tables differ, a table whose types are inferred is read
/// again with that column as text, so that its values keep their spelling.
/// Rows are numbered through from 0; Locate tells table and row of each.
/// Threads: as Scan.
class ConcatScan : public Scan {
 public:
  /// Errors: those of Input::Scan, with the path.
  static Result<std::unique_ptr<ConcatScan>> Make(std::vector<ConcatPart> parts,
                                                  ExecutionContext& context);
  ~ConcatScan() override;

  std::span<const TableInfo> tables() const override { return {&info_, 1}; }
  Result<std::unique_ptr<Morsel>> Next() override;
  std::unique_ptr<Decoder> NewDecoder() override;
  bool types_are_final() const override;
  Result<Settlement> Settle(const Evidence& evidence) override;
  Status Rewind() override;
  int64_t stored_position() const override;

  /// Where a person finds a row that has the number `row` here, and a line likewise. Right for rows
  /// up to the last one that the pass has handed in.
  struct Place {
    const std::string* path = nullptr;
    int64_t row = 0;
    int64_t line = 0;
  };
  Place Locate(int64_t row, int64_t line) const;
  /// Gives a failure of one part the row number that it has there.
  Status Localize(const Status& failure) const;

  /// How the tables' columns differ, a sentence each: missing, extra, of another type.
  std::vector<std::string> DescribeDrift() const;

 private:
  struct Child;
  class ConcatDecoder;

  explicit ConcatScan(ExecutionContext& context);
  Status OpenChild(Child& child);
  Status ReadAsText(Child& child, const std::vector<std::string>& columns);
  void Unite();
  std::vector<std::string> ColumnsToRespell(const Child& child) const;

  ExecutionContext& context_;
  std::vector<std::string> columns_;  // asked for; empty: all
  std::vector<std::unique_ptr<Child>> children_;
  TableInfo info_;
  size_t current_ = 0;
  /// Types of parts differ so that some must be read again: no rows of this pass can be kept.
  bool must_restart_ = false;
  std::mutex mutex_;  // makers and Next of the parts: one thread at a time
};

}  // namespace pyforge::core
