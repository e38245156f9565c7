// Turns morsels of delimited text into Arrow batches, with evidence of the types of their columns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/column_output.h"
#include "formats/csv/evidence.h"
#include "formats/csv/row_judge.h"
#include "formats/csv/row_table.h"
#include "formats/csv/splitter.h"
#include "formats/csv/table_plan.h"
#include "formats/csv/value_parser.h"
#include "pyforge/execution.h"
#include "pyforge/input.h"

namespace pyforge::csv {

/// Decodes a slice of text at a time: index, rows, then column by column, so that all of it stays
/// in the processor's cache.
///
/// A value that does not fit its column's type ends the building of batches: from there on only
/// evidence is gathered, by kernels of types that are widened as values demand it.
/// Threads: one at a time.
class TableDecoder : public Decoder {
 public:
  TableDecoder(std::shared_ptr<const TablePlan> plan, ExecutionContext& context);
  Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) override;
  std::unique_ptr<Evidence> TakeEvidence() override;

 private:
  /// One delivered column, as this decoder sees it.
  struct Column {
    const ColumnPlan* plan = nullptr;
    schema::TextType type = {};     // the plan's, or another once a value did not fit
    bool is_text_for_good = false;  // no further value can change that
    ColumnOutput output = {};
    std::unique_ptr<ValueParser> parser = {};
  };
  using Data = std::shared_ptr<arrow::ArrayData>;
  /// For the ledger, once the batch is settled.
  struct ValueNote {
    const ErrorCode* code = nullptr;
    const Column* column = nullptr;
    int64_t row = 0;
    std::string value = {};
    int64_t count = 0;
  };

  Result<int64_t> DecodeSlice(int64_t begin, int64_t end);
  int64_t IndexSlice(int64_t begin, int64_t end);
  Status DecodeRows(int64_t first, int64_t* count);
  Status DecodeColumn(Column* column, int64_t first, int64_t count, Data* data);
  Status CopyText(Column* column, int64_t first, int64_t count, Data* data);
  Status DecodeGathered(Column* column, int64_t first, int64_t count, Data* data);
  Status DecodeText(Column* column, int64_t first, int64_t count, Data* data);
  Status DecodeTyped(Column* column, int64_t first, int64_t count, Data* data);
  Status DecodeNull(Column* column, int64_t first, int64_t count, Data* data);
  Status DecodeParsed(Column* column, int64_t first, int64_t count, Data* data);
  Status Cast(Column* column, int64_t first, Data* data);
  void TakeQuotedEmptyAsNull(Column* column, int64_t first, int64_t count);
  const char* Resolve(Column* column, int64_t first, int64_t count);
  Status TakeMisfit(Column* column, const char* text, int64_t first, int64_t row, int64_t count,
                    Data* data);
  void AddEvidence(Column* column, const char* text, int64_t first, int64_t from, int64_t to);
  bool TakesPartInEvidence(int64_t row) const;
  schema::ColumnEvidence& EvidenceOf(const Column& column);
  Status FindBadValues(Column* column, const char* text, int64_t first, int64_t count, Data* data);
  Status FindBadCasts(const Column& column, const arrow::Array& values, int64_t first);
  void MarkBad(const Column& column, int64_t first, int64_t row, std::string_view value);
  void TakeOutBadRows(int64_t first, int64_t* count);

  std::shared_ptr<const TablePlan> plan_;
  arrow::MemoryPool* pool_;
  StructuralIndex index_;
  RowTable rows_;
  RowJudge judge_;
  std::vector<Column> columns_;
  // Of the column being decoded; shared, so that they stay in the nearest cache.
  ColumnFields fields_;
  std::vector<char> resolved_;               // its text, where fields had to be resolved
  std::unique_ptr<TableEvidence> evidence_;  // null: none since it was taken, or none is needed
  bool contradicted_ = false;                // since the decoder was made

  const TextMorsel* morsel_ = nullptr;
  Decoded decoded_;
  bool builds_batches_ = false;
  bool has_long_rows_ = false;     // in the slice
  std::vector<uint8_t> bad_rows_;  // of the batch: 1: a value does not fit the contract
  bool has_bad_values_ = false;
  std::vector<ValueNote> notes_;  // of the batch
};

}  // namespace pyforge::csv
