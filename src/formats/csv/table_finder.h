// Finds the tables of a text that holds several, one behind the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/header_evidence.h"
#include "formats/csv/scanner.h"
#include "formats/csv/splitter.h"
#include "formats/csv/table_plan.h"
#include "pyforge/error.h"

namespace pyforge::csv {

/// Where a table lies. Offsets count bytes of the text as UTF-8 without its byte-order mark.
struct TableRange {
  int64_t begin_offset = 0;  ///< of its first line, which may be a title
  int64_t end_offset = 0;    ///< behind its last record
  int64_t begin_line = 0;    ///< how many lines lie above its first
  int64_t end_line = 0;      ///< and above the first that is not its own
  std::string head = {};     ///< its first records
  bool head_is_whole = true;
  std::string tail = {};     ///< its last lines, none of them in `head`
  bool tail_is_cut = false;  ///< its first line is no whole one
};

struct TableFinderOptions {
  int64_t head_bytes_max = int64_t{256} << 10;  ///< more where the first record alone has more
  /// No row names columns, by the user's word: only the number of fields tells tables apart.
  bool has_no_headers = false;
  bool comment_is_given = false;  ///< by the user: lines that begin so are rows of no table
  /// Where the first record lies, and how many lines above it.
  int64_t begin_offset = 0;
  int64_t begin_line = 0;
};

/// Goes over a text once, record by record, and tells where its tables lie.
///
/// A table has two columns or more. Another one begins behind an empty line where a row of names
/// stands above other rows, or where the rows have another number of fields, and without an empty
/// line where names of the table come again above rows with another number of fields. What stands
/// in lines without a delimiter before it belongs to it, so that its title is no row of the table
/// above.
/// Memory: what `head_bytes_max` says, and 64 KiB of the table's end; for lines whose table is not
/// known yet 1 MiB of remarks and gaps, 1 MiB of records and one record more; and what the fields
/// of those records take, at most 2^21 of them. Threads: one at a time.
class TableFinder {
 public:
  using Take = std::function<Status(TableRange)>;

  /// `take` is called for every table in order, as soon as its end is known.
  TableFinder(const Dialect& dialect, const TableFinderOptions& options, Take take);
  /// The next records. Errors: those of `take`; csv.row_too_long for a truncated record above all
  /// tables.
  Status Add(const TextMorsel& morsel);
  Status Finish();

 private:
  struct Record {
    std::string_view raw;  // with its line end
    int64_t field_count = 0;
    bool is_blank = false;
    bool is_comment = false;
  };
  enum class Place : uint8_t {
    kGap,    // behind an empty line, or at the beginning
    kBlock,  // in records of which it is not known yet what they belong to
    kTable,  // in records of the current table
  };

  bool IsRegular(const TextMorsel& morsel);
  Status AddRecord(const Record& record);
  Status AddTruncated(const TextMorsel& morsel);
  Status AddUnseen(int64_t bytes, int64_t line_count, const Where& where);
  void AddPending(const Record& record);
  Status Decide(bool is_end_of_block);
  void JoinTable(bool with_gap);
  void Open();
  Status Close();
  void Append(std::string_view text, int64_t line);
  void KeepTail(std::string_view text);
  void SetWidth(int64_t width);
  bool CommentsAreRows(const Rows& rows, std::string_view block) const;
  bool BeginsTable(const Rows& rows, size_t first, int64_t width) const;
  static bool NamesColumns(const Rows& rows, size_t index, double score_min);
  bool RepeatsNames(const Record& record) const;
  void BeginBlock(bool repeats_names);

  const Dialect dialect_;
  const Scanner scanner_;
  const TableFinderOptions options_;
  const Take take_;
  StructuralIndex index_;

  Place place_ = Place::kGap;
  int64_t line_ = 0;  // lines above the next record
  std::optional<TableRange> table_;
  bool head_is_open_ = false;
  int64_t width_ = 0;                      // fields of the current table
  std::vector<std::string> names_;         // of its columns
  std::shared_ptr<const TablePlan> plan_;  // of its width

  // The text behind the current table's last record, of which it is not known yet whose it is.
  std::string pending_;
  int64_t pending_begin_ = 0;                // offset of its first byte
  std::optional<size_t> first_filled_ = {};  // where in it the first line lies that is not empty
  int64_t first_filled_line_ = 0;
  size_t filled_end_ = 0;  // behind the last line that is not empty
  int64_t filled_end_line_ = 0;
  size_t block_begin_ = 0;     // in it
  int64_t block_records_ = 0;  // from the first with two fields on
  bool block_repeats_names_ = false;
  // Of its first record with two fields: how many, and what they hold where they may be names.
  int64_t block_width_ = 0;
  std::vector<std::string> block_names_;
};

}  // namespace pyforge::csv
