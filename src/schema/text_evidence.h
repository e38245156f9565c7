// Evidence about a text column: what all its values have in common, kept in constant space.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schema/number_text.h"
#include "schema/temporal_text.h"
#include "schema/text_kernels.h"
#include "schema/text_type.h"

namespace pyforge::schema {

struct DecideOptions {
  bool decimals = false;  ///< fixed-scale numbers become decimal128 instead of double
  /// Of the fields, where there is one: when it is a comma, `3,5` is no number by itself.
  char delimiter = 0;
  /// The only decimal point that numbers may have; 0: the column's values tell.
  char decimal_point = 0;
  /// For dates that could be read in more than one order, where it is one of these.
  std::optional<DateOrder> date_order = {};
};

/// Another type that a column could have been of.
struct TypeRival {
  TextType type;
  /// Of the values that were looked at one by one, empty ones not among them: how many are of it.
  double share = 1;
  std::string reason;  ///< why the column is not
};

/// What has been seen of one column. Merge is associative and commutative; Decide depends on the
/// set of values alone, never on their order or on how they were cut into pieces.
///
/// A kernel of the decided type accepts every one of the values, and any further value that it
/// accepts leaves the decision as it is.
/// Threads: one at a time.
class ColumnEvidence {
 public:
  /// One value as text, unquoted, not null. `quoted`: it stood in quotes. An empty value is counted
  /// as such: it is "" in a text column and becomes null in any other (the caller's ledger).
  void Add(std::string_view value, bool quoted);
  void AddNulls(int64_t count);
  /// The first `count` fields of `slice`, nulls among them, which ConvertSlice has just converted
  /// as `type`; the same as Add and AddNulls of each, but quicker.
  /// `type` is what Decide, with the options it is asked with later, made of values that are all
  /// added to this evidence or to one that it is merged with.
  void AddConverted(const TextType& type, const TextSlice& slice, int64_t count,
                    const ColumnBuffers& buffers);
  /// `count` values, nulls not among them, that a kernel has accepted as `type`; for kInt64 with
  /// their extremes. Knows less than AddConverted: should numbers with decimals have to be widened,
  /// they become text.
  void AddFitting(const TextType& type, int64_t count, int64_t int_min = 0, int64_t int_max = 0);
  void Merge(const ColumnEvidence& later);

  int64_t value_count() const { return value_count_; }  ///< empty ones among them
  int64_t null_count() const { return null_count_; }
  int64_t empty_count() const { return empty_count_; }  ///< values of no characters
  /// The narrowest type that gives every value back whole; text when nothing else does. kNull: no
  /// value was seen.
  TextType Decide(const DecideOptions& options = {}) const;
  /// True when the decision is text whatever is added.
  bool is_text_for_good(const DecideOptions& options = {}) const;
  /// Why, in words, for the report: "integers 1 to 93121", "text: 'n/a' among integers".
  std::string Explain(const DecideOptions& options = {}) const;
  /// The nearest type beside the decided one: what all values but a few are, or another reading of
  /// all of them. None where nothing else was in question; that all values are also text is none.
  std::optional<TypeRival> Rival(const DecideOptions& options = {}) const;
  /// True when day and month cannot be told apart by any value seen.
  bool ambiguous_dates(const DecideOptions& options = {}) const;

 private:
  // The families of values; more than one in a column make it text.
  enum Family : uint16_t {
    kTrueOrFalse = 1u << 0,
    kYes = 1u << 1,
    kNo = 1u << 2,
    kT = 1u << 3,
    kF = 1u << 4,
    kNumber = 1u << 5,
    kNumberWord = 1u << 6,  // nan, inf: numbers beside numbers
    kTemporal = 1u << 7,
    kCode = 1u << 8,   // 00123, +4930123456
    kOther = 1u << 9,  // text
  };

  // The numbers of a column as they read with one of the two decimal points.
  struct NumberShape {
    int16_t integer_digits_max = 0;
    int16_t scale_max = 0;
    int16_t scale_min = INT16_MAX;
    bool not_int64 = false;
    bool not_double = false;
    bool not_decimal = false;
    int64_t int_min = INT64_MAX;
    int64_t int_max = INT64_MIN;
    void Merge(const NumberShape& other);
    void AddIntegers(int64_t min, int64_t max);
    void AddNumber(const ParsedNumber& number);
  };

  // The value that stands for those that made the column text: the shortest, then the first in
  // byte order, so that it depends on the values alone.
  struct Example {
    uint32_t bytes = UINT32_MAX;
    char text[28] = {};
    void Offer(std::string_view value);
    void Merge(const Example& other);
  };

  struct Verdict {
    TextType type;
    bool is_final = true;
    std::string_view reason = {};
  };

  bool AddNumber(std::string_view value);
  bool AddNumberOfAnyFormat(std::string_view value, char mark);
  bool AddFacts(const TextType& type, int64_t count, const ColumnBuffers& buffers);
  bool MayReadOtherwise(const TextType& type, int scale) const;
  bool AddTruth(std::string_view value);
  bool AddTemporal(std::string_view value);
  void AddPlainIntegers(int64_t min, int64_t max);
  void AddOther(std::string_view value);
  NumberShape ShapeFor(char decimal_point) const;
  Verdict Judge(const DecideOptions& options) const;
  Verdict JudgeNumbers(const DecideOptions& options) const;
  Verdict JudgeShape(const NumberShape& shape, const DecideOptions& options, TextType type) const;
  Verdict JudgeTemporal(const DecideOptions& options) const;
  std::string Families(const DecideOptions& options) const;
  std::optional<TypeRival> RivalOfSome(const DecideOptions& options) const;
  std::optional<TypeRival> RivalOfAll(const DecideOptions& options) const;
  uint8_t FormatsUnder(const DecideOptions& options) const;

  int64_t value_count_ = 0;
  int64_t null_count_ = 0;
  int64_t empty_count_ = 0;
  int64_t other_count_ = 0;           // of kCode and kOther
  int64_t taken_for_text_count_ = 0;  // not looked at, as the column was text already
  uint16_t families_ = 0;
  uint8_t formats_ = 0xFF;      // of number_formats, those under which all numbers are well-formed
  uint8_t orders_ = kAnyOrder;  // of the dates, those under which all are in the calendar
  TemporalTraits traits_ = 0;
  // Integers without any marks are numbers under every format, and most frequent: only their
  // extremes are kept.
  int64_t plain_min_ = INT64_MAX;
  int64_t plain_max_ = INT64_MIN;
  NumberShape shapes_[2] = {};  // the other numbers; decimal point, decimal comma
  Example code_ = {};
  Example other_ = {};
};

}  // namespace pyforge::schema
