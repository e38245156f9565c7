// Reads CSV text in tests the way the pipeline does: a pass, and a second one where a value changes
// a type.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <arrow/api.h>

#include "formats/csv/reader.h"
#include "pyforge/ledger.h"
#include "support/memory_io.h"

namespace pyforge::csv {

struct ReadSettings {
  ReadOptions options = {};
  TableRequest request = {};
  ReaderTuning tuning = {};
  std::string file_name = "t.csv";
  int64_t memory_bytes_max = int64_t{512} << 20;
  int decoder_count = 1;        ///< morsels go to them in turn
  bool evidence_first = false;  ///< as for a consumer that cannot be restarted
};

struct ReadResult {
  std::shared_ptr<ExecutionContext> context;  ///< owns the table's memory
  std::shared_ptr<arrow::Table> table;
  Ledger ledger;  ///< of the last pass; rows counted from 0 at the first record
  int64_t record_count = 0;
  int64_t line_count = 0;
  bool restarted = false;
  std::vector<std::string> evidence;
  std::vector<std::string> warnings;
};

/// The types of the columns as Arrow writes them.
inline std::vector<std::string> Types(const ReadResult& result) {
  std::vector<std::string> types;
  for (const auto& field : result.table->schema()->fields()) {
    types.push_back(field->type()->ToString());
  }
  return types;
}

namespace testing_internal {

struct Pass {
  arrow::RecordBatchVector batches;
  std::unique_ptr<Evidence> evidence;
  bool contradicted = false;
};

inline Result<Pass> RunPass(Scan& scan, const ReadSettings& settings, DecodeMode mode,
                            ReadResult* result) {
  Pass pass;
  std::vector<std::unique_ptr<Decoder>> decoders;
  decoders.reserve(static_cast<size_t>(settings.decoder_count));
  for (int i = 0; i < settings.decoder_count; ++i) decoders.push_back(scan.NewDecoder());
  result->ledger = {};
  result->record_count = 0;
  result->line_count = 0;
  for (size_t turn = 0;; ++turn) {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<Morsel> morsel, scan.Next());
    if (morsel == nullptr) break;
    Decoder& decoder = *decoders[turn % decoders.size()];
    auto decoded = decoder.Decode(*morsel, mode);
    if (!decoded.ok()) return ShiftWhere(decoded.status(), result->record_count, 0);
    result->ledger.Append(decoded->ledger, result->record_count, result->line_count);
    result->record_count += decoded->record_count;
    result->line_count += decoded->line_count;
    if (decoded->contradicts_types) pass.contradicted = true;
    for (DecodedBatch& each : decoded->batches) pass.batches.push_back(std::move(each.batch));
  }
  for (const auto& decoder : decoders) {
    std::unique_ptr<Evidence> evidence = decoder->TakeEvidence();
    if (pass.evidence == nullptr) {
      pass.evidence = std::move(evidence);
    } else {
      pass.evidence->Merge(*evidence);
    }
  }
  return pass;
}

}  // namespace testing_internal

inline Result<ReadResult> ReadOpened(Input& input, const std::shared_ptr<ExecutionContext>& context,
                                     const ReadSettings& settings) {
  ARROW_ASSIGN_OR_RAISE(auto scans, input.Scan(std::span(&settings.request, 1)));
  Scan& scan = *scans.front();
  ReadResult result;
  result.context = context;
  testing_internal::Pass pass;
  const bool was_final = scan.types_are_final();
  if (!was_final) {
    const DecodeMode mode = settings.evidence_first ? DecodeMode::kEvidence : DecodeMode::kRows;
    ARROW_ASSIGN_OR_RAISE(pass, testing_internal::RunPass(scan, settings, mode, &result));
    ARROW_ASSIGN_OR_RAISE(const Settlement settlement, scan.Settle(*pass.evidence));
    result.evidence = settlement.evidence;
    result.restarted = settlement.changed;
    if (pass.contradicted && !settlement.changed) {
      return Status::Invalid("a contradiction changed no type");
    }
  }
  if (was_final || settings.evidence_first || result.restarted) {
    pass.batches.clear();
    ARROW_RETURN_NOT_OK(scan.Rewind());
    ARROW_ASSIGN_OR_RAISE(pass,
                          testing_internal::RunPass(scan, settings, DecodeMode::kRows, &result));
    if (pass.contradicted) return Status::Invalid("settled types were contradicted");
  }
  ARROW_ASSIGN_OR_RAISE(
      result.table, arrow::Table::FromRecordBatches(scan.tables().front().schema, pass.batches));
  ARROW_RETURN_NOT_OK(result.table->ValidateFull());
  ARROW_ASSIGN_OR_RAISE(result.table, result.table->CombineChunks());
  result.warnings = context->warnings();
  return result;
}

inline Result<ReadResult> ReadCsv(const std::shared_ptr<Source>& source,
                                  const ReadSettings& settings) {
  const auto context = std::make_shared<ExecutionContext>(
      ExecutionOptions{.memory_bytes_max = settings.memory_bytes_max, .threads = 1});
  ARROW_ASSIGN_OR_RAISE(auto input, OpenTable(source, settings.options, *context, settings.tuning));
  return ReadOpened(*input, context, settings);
}

inline Result<ReadResult> ReadCsv(std::string text, const ReadSettings& settings = {}) {
  return ReadCsv(std::make_shared<testing::MemorySource>(settings.file_name, std::move(text)),
                 settings);
}

/// A cell as text: Arrow's own form, null as "null".
inline std::string Cell(const arrow::Table& table, int column, int64_t row) {
  const auto scalar = table.column(column)->GetScalar(row);
  if (!scalar.ok()) return scalar.status().ToString();
  return (*scalar)->is_valid ? (*scalar)->ToString() : "null";
}

/// All cells of a row.
inline std::vector<std::string> Row(const arrow::Table& table, int64_t row) {
  std::vector<std::string> cells;
  cells.reserve(static_cast<size_t>(table.num_columns()));
  for (int i = 0; i < table.num_columns(); ++i) cells.push_back(Cell(table, i, row));
  return cells;
}

inline int64_t CountOf(const Ledger& ledger, std::string_view code) {
  int64_t count = 0;
  for (const LedgerEntry& entry : ledger.entries()) {
    if (entry.code->id == code) count += entry.count;
  }
  return count;
}

}  // namespace pyforge::csv
