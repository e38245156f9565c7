// The reading seam of a file format: an Input is opened, planned into scans, and each scan's
// morsels are decoded by workers into Arrow batches.
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pyforge/error.h"
#include "pyforge/ledger.h"

namespace pyforge {

class ExecutionContext;

/// A value that was in question beside the one that was found.
struct Candidate {
  std::string value;
  std::optional<double> score = {};  ///< 0 to 1, comparable with the score of the finding
  std::string reason = {};           ///< what spoke for it, and what against
};

/// Something found out about an input instead of being told, with how sure that is.
struct Finding {
  std::string name;                            ///< "delimiter", "encoding", "header"
  std::string value;                           ///< ";"
  double confidence = 1;                       ///< 0 to 1
  std::vector<std::string> alternatives = {};  ///< the runners-up, best first
  std::string reason = {};
  std::optional<double> score = {};        ///< where values were put to a test: the found one's
  std::vector<Candidate> candidates = {};  ///< the others', best first; in an Explanation only
};

/// Why one table of an input is read as it is.
struct TableExplanation {
  std::string name = {};  ///< of the table; set by who asks the Input
  std::vector<Finding> findings = {};
  std::vector<Finding> columns = {};  ///< one a column: its name, its type, and why it has that
};

/// Why an input is read as it is, also as to what it turned out not to have.
struct Explanation {
  std::vector<Finding> findings = {};
  /// As Input::tables(); no entries where metadata tell the types.
  std::vector<TableExplanation> tables = {};
};

struct TableInfo {
  std::string name;  ///< unique within the input
  std::shared_ptr<arrow::Schema>
      schema;  ///< as the scan will yield it; metadata "source_name" keeps an original name
  std::optional<int64_t> row_count = {};  ///< where metadata tells
  bool types_are_final = false;  ///< metadata tells them; else a full conversion may widen them
  int64_t first_row_number = 1;  ///< what a person calls the first data row (2 below a header line)
  std::vector<Finding> findings = {};
};

/// The column that bad rows which are kept have their text in.
inline constexpr std::string_view kRejectedColumn = "_rejected";

/// What the user asked of one table.
struct TableRequest {
  std::string table;                      ///< a TableInfo's name; empty: the first
  std::vector<std::string> columns = {};  ///< in this order; empty: all
  std::shared_ptr<arrow::Schema> contract =
      {};                          ///< --schema: names and types to deliver; null: found out
  bool types_as_text = false;      ///< --types strings: every column arrow::utf8
  bool types_from_sample = false;  ///< --types sample: a value that does not fit is an error
  bool strict = false;             ///< repairs are bad rows
  bool keep_bad_rows = false;      ///< --bad-rows keep: their text goes to kRejectedColumn
};

/// A piece of an input that can be decoded alone. What it holds is its format's own business.
class Morsel {
 public:
  virtual ~Morsel() = default;
  int64_t bytes = 0;         ///< decompressed input bytes it stands for
  int64_t byte_offset = 0;   ///< of its first byte in the decompressed input
  int64_t rows_guessed = 0;  ///< about how many rows it has, by its content alone; 0: no idea
};

/// What has been seen of all values of all columns of a scan's tables; the format knows its inside.
class Evidence {
 public:
  virtual ~Evidence() = default;
  /// Adds what was seen in `later`, which has the same concrete type. Associative and commutative.
  virtual void Merge(const Evidence& later) = 0;
};

enum class DecodeMode : uint8_t {
  kRows,      ///< batches, evidence and ledger
  kEvidence,  ///< evidence and ledger only
};

struct DecodedBatch {
  int table_index = 0;
  std::shared_ptr<arrow::RecordBatch>
      batch;  ///< 1 to 16 Ki rows; the decoder reuses its buffers once nobody holds them
};

/// What became of one morsel.
struct Decoded {
  std::vector<DecodedBatch> batches = {};
  Ledger ledger = {};        ///< rows counted from the morsel's first record
  int64_t record_count = 0;  ///< records of the first table, good and bad: advances row numbers
  int64_t line_count = 0;    ///< text lines, where the format has lines
  /// A value did not fit its column's type: the batches are void, the evidence holds all of it.
  bool contradicts_types = false;
};

/// Turns morsels into batches. Threads: one at a time; a scan makes one per worker.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Errors: the format's own, with rows and offsets relative to the morsel's first record and byte
  /// offsets absolute.
  virtual Result<Decoded> Decode(const Morsel& morsel, DecodeMode mode) = 0;
  /// Everything seen since the last call; null where types come from metadata.
  virtual std::unique_ptr<Evidence> TakeEvidence() { return nullptr; }
};

/// What the evidence of a whole pass says about the types the pass was decoded with.
struct Settlement {
  bool changed = false;  ///< the pass must be run again; Scan::tables() now tells the right types
  std::vector<std::string> evidence =
      {};  ///< per column of the first table, in words, for the report
};

/// One pass over an input; yields rows of one or more tables.
/// Threads: one at a time, but NewDecoder's results are independent of each other and of Next.
class Scan {
 public:
  virtual ~Scan() = default;
  virtual std::span<const TableInfo> tables() const = 0;
  /// The next morsel in file order; null at the end. Serial: does no more than find where it ends.
  virtual Result<std::unique_ptr<Morsel>> Next() = 0;
  virtual std::unique_ptr<Decoder> NewDecoder() = 0;
  /// True when types are final before the pass (metadata, contract, all text): no evidence is
  /// needed.
  virtual bool types_are_final() const = 0;
  /// Judges a whole pass by its merged evidence and fixes the types. At most one change in a scan's
  /// life.
  virtual Result<Settlement> Settle(const Evidence& evidence) = 0;
  /// Back to the first morsel. Errors: io.not_repeatable.
  virtual Status Rewind() = 0;
  /// Stored bytes consumed by Next so far; for progress.
  virtual int64_t stored_position() const { return 0; }
};

/// One opened input. A CSV file most often holds one table; a workbook or an Access file, many.
///
/// Opening reads metadata and samples only. Rows are read by the scans that Scan() returns.
/// Threads: use an Input from one thread at a time; two Inputs on one file are independent.
class Input {
 public:
  virtual ~Input() = default;
  /// The tables known before reading, in file order.
  virtual std::span<const TableInfo> tables() const = 0;
  /// Findings about the whole input (encoding, dialect, creator), for `info` and the report.
  virtual std::span<const Finding> findings() const { return {}; }
  /// The findings with what else was in question, and why columns have their types. Tells what
  /// opening has seen; reads nothing.
  virtual Explanation Explain() const {
    const auto known = findings();
    return {.findings = {known.begin(), known.end()}};
  }
  /// Plans the passes that read the requested tables.
  ///
  /// Shape:  one scan for tables that come out of one pass, else a scan a table.
  /// Owner:  a scan holds the file open by itself and may outlive this Input.
  /// Errors: input.no_such_table, input.no_such_column, io.read_failed and the format's own.
  virtual Result<std::vector<std::unique_ptr<pyforge::Scan>>> Scan(
      std::span<const TableRequest> requests) = 0;
};

inline constexpr ErrorCode kNoSuchTable{.id = "input.no_such_table",
                                        .category = ErrorCategory::kNotFound,
                                        .summary = "The input has no table of that name.",
                                        .fix = "List the tables with `pyforge info`."};
inline constexpr ErrorCode kNoSuchColumn{.id = "input.no_such_column",
                                         .category = ErrorCategory::kNotFound,
                                         .summary = "The table has no column of that name.",
                                         .fix = "List the columns with `pyforge info`."};
inline constexpr const ErrorCode* kInputErrors[] = {&kNoSuchTable, &kNoSuchColumn};

}  // namespace pyforge
