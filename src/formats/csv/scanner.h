// The structural scan of delimited text: where fields and records end, found 64 bytes at a time.
//
// A quote has meaning at the start of a field only. Inside a quoted field a doubled quote is one
// quote, and text between the closing quote and the next separator belongs to the field as it is.
// Any other quote is an ordinary character. This is what spreadsheet programs do.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/csv/dialect.h"

namespace pyforge::csv {

/// Readable bytes, of any content, that a scanned text needs before and after it.
inline constexpr int64_t kTextPadding = 64;

/// Where a position stands in the grammar. At the start of a record it is a default ScanState.
struct ScanState {
  enum class Place : uint8_t {
    kFieldStart,  ///< behind a separator
    kUnquoted,    ///< in an unquoted field, or behind the closing quote's next character
    kQuoted,      ///< inside quotes
    kAfterQuote,  ///< behind a quote that closes the field unless another quote follows
  };
  Place place = Place::kFieldStart;
  bool escaped = false;      ///< the previous character was an escape
  bool record_start = true;  ///< nothing of the record yet
  bool comment = false;      ///< in a comment line
  friend bool operator==(const ScanState&, const ScanState&) = default;
};

/// The separators of a text, in order. A field ends at a separator, and the next field begins
/// behind it. Buffers are reused from call to call.
class StructuralIndex {
 public:
  /// Offsets of delimiters (the first byte of one or of a run that counts as one) and record ends
  /// (LF, or CR where that ends records; of CR LF it is the LF).
  const uint32_t* separators() const { return separators_.data() + kLead; }
  uint32_t* separators() { return separators_.data() + kLead; }
  /// The entry at -1 may be written: users put the offset before the first field there.
  /// A bit a field, by its ordinal: it begins with a quote that counts.
  const uint64_t* quoted_fields() const { return quoted_fields_.data(); }
  uint64_t* quoted_fields() { return quoted_fields_.data(); }
  bool is_quoted(int64_t ordinal) const {
    return ((quoted_fields_[static_cast<size_t>(ordinal >> 6)] >> (ordinal & 63)) & 1) != 0;
  }
  int64_t separator_count = 0;
  int64_t record_end_count = 0;
  int64_t line_count = 0;  ///< line ends inside quotes count too
  /// Ordinals of fields (counted by separators) whose text needs ResolveField, rising, possibly
  /// repeated: doubled quotes, text behind a closing quote, escapes, literal quotes.
  std::vector<uint32_t> marked_fields = {};
  /// Of each quote that stands in an unquoted field or behind a closing quote's next character, the
  /// ordinal of its field; listed literal quotes are not among them.
  std::vector<uint32_t> stray_quote_fields = {};
  /// Offsets of line ends that end no record, rising.
  std::vector<uint32_t> inner_line_ends = {};
  bool has_quote = false;  ///< some field is quoted
  bool has_carriage_return = false;
  bool has_nul = false;
  bool has_non_ascii = false;

  void Clear();
  int64_t capacity() const { return static_cast<int64_t>(separators_.size()) - kLead - kSlack; }
  void Reserve(int64_t count);

 private:
  static constexpr int64_t kLead = 16;
  static constexpr int64_t kSlack = 80;  // vector stores overshoot
  std::vector<uint32_t> separators_ = std::vector<uint32_t>(kLead + kSlack);
  std::vector<uint64_t> quoted_fields_ = std::vector<uint64_t>((kLead + kSlack) / 64 + 3);
};

/// What FindRecordEnds learnt.
struct RecordEnds {
  int64_t last_end = -1;  ///< offset behind the last record end; -1: none
  int64_t scanned_end =
      0;  ///< how far it looked: the text's end, or less where lookahead is needed
  int64_t open_quote = -1;  ///< offset of the quote that is open at scanned_end; -1: none
  /// The quote at open_quote is not closed within the field limit, or, over a line end, only by a
  /// quote that opens another field; scanned_end is meaningless.
  bool unclosed = false;
};

/// The instruction sets that the scanner is written for. All give the same result.
enum class ScanPath : uint8_t { kGeneric, kPortable, kAvx2, kAvx512 };
/// The paths that this processor and dialect can take, slowest first. kGeneric takes all dialects.
std::vector<ScanPath> AvailableScanPaths(const Dialect& dialect);

/// Threads: immutable, share freely.
class Scanner {
 public:
  explicit Scanner(const Dialect& dialect);
  /// For tests and benchmarks: takes a path of AvailableScanPaths.
  Scanner(const Dialect& dialect, ScanPath path);

  const Dialect& dialect() const { return dialect_; }
  ScanPath path() const { return path_; }

  /// Finds the separators of text[begin, end), offsets counted from `text`; clears `index` first.
  ///
  /// `begin` is the start of a record, and `end` is behind a record end or at the end of the input,
  /// or the caller drops what follows the last record end. `literal_quotes` are rising offsets of
  /// quotes that count as ordinary characters. Limits: end < 2^32 - 1.
  void Index(const char* text, int64_t begin, int64_t end, std::span<const uint32_t> literal_quotes,
             StructuralIndex* index) const;
  /// Where a text that was indexed to its end lacks a record end there, which may be so although
  /// its last byte is a LF: adds one at `end`, where a LF must stand. Returns whether it did.
  bool EndLastRecord(const char* text, int64_t end, StructuralIndex* index) const;

  /// Follows the grammar over text[begin, end) from `state`, which it moves on to scanned_end, and
  /// notes the last record end. `open_quote` is the offset of the quote open at `begin`, if any.
  /// A quoted field of more than `field_bytes_max` bytes (at least 64) ends the search as unclosed.
  /// `at_end`: nothing follows `end`.
  RecordEnds FindRecordEnds(const char* text, int64_t begin, int64_t end, bool at_end,
                            int64_t open_quote, int64_t field_bytes_max, ScanState* state) const;

 private:
  Dialect dialect_;
  ScanPath path_;
};

}  // namespace pyforge::csv
