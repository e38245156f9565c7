#include "schema/text_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "schema/characters.h"
#include "schema/column_kernels.h"
#include "schema/number_text.h"

namespace pyforge::schema {
namespace {

// The formats a column of numbers may have; bit i of formats_ stands for kFormats[i].
constexpr NumberFormat kFormats[] = {{'.', 0}, {'.', ','}, {'.', ' '}, {'.', '\''},
                                     {',', 0}, {',', '.'}, {',', ' '}, {',', '\''}};
constexpr uint8_t kPointFormats = 0x0F;
constexpr uint8_t kCommaFormats = 0xF0;
constexpr uint8_t kPlainPoint = 0x01;
constexpr uint8_t kPlainComma = 0x10;

constexpr int kDecimalPrecisionMax = 38;

int16_t Clip(int64_t digits) { return static_cast<int16_t>(std::min<int64_t>(digits, INT16_MAX)); }

int DigitsOf(int64_t value) {
  uint64_t magnitude = value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  int digits = 1;
  while (magnitude >= 10) {
    magnitude /= 10;
    ++digits;
  }
  return digits;
}

bool BeyondExactDoubles(int64_t value) {
  constexpr auto kMax = static_cast<int64_t>(kExactIntegerMax);
  return value > kMax || value < -kMax;
}

uint8_t FormatsWithGroup(char mark) {
  uint8_t formats = 0;
  for (unsigned i = 0; i < std::size(kFormats); ++i) {
    if (kFormats[i].group == mark) formats |= static_cast<uint8_t>(1u << i);
  }
  return formats;
}

uint8_t FormatsOf(const TextType& type) {
  const uint8_t formats = type.decimal_point == ',' ? kCommaFormats : kPointFormats;
  return type.group_mark == 0 ? formats : formats & FormatsWithGroup(type.group_mark);
}

TextType OfKind(TextKind kind) {
  TextType type;
  type.kind = kind;
  return type;
}

}  // namespace

void ColumnEvidence::NumberShape::Merge(const NumberShape& other) {
  integer_digits_max = std::max(integer_digits_max, other.integer_digits_max);
  scale_max = std::max(scale_max, other.scale_max);
  scale_min = std::min(scale_min, other.scale_min);
  not_int64 |= other.not_int64;
  not_double |= other.not_double;
  not_decimal |= other.not_decimal;
  int_min = std::min(int_min, other.int_min);
  int_max = std::max(int_max, other.int_max);
}

void ColumnEvidence::Example::Offer(std::string_view value) {
  const size_t kept = std::min(value.size(), sizeof text);
  if (value.size() > bytes ||
      (value.size() == bytes && std::memcmp(value.data(), text, kept) >= 0)) {
    return;
  }
  bytes = static_cast<uint32_t>(std::min<size_t>(value.size(), UINT32_MAX - 1));
  std::memcpy(text, value.data(), kept);
}

void ColumnEvidence::Example::Merge(const Example& other) {
  if (other.bytes == UINT32_MAX || other.bytes > bytes) return;
  if (other.bytes == bytes &&
      std::memcmp(other.text, text, std::min<size_t>(bytes, sizeof text)) >= 0) {
    return;
  }
  *this = other;
}

void ColumnEvidence::AddNulls(int64_t count) { null_count_ += count; }

void ColumnEvidence::AddOther(std::string_view value) {
  ++other_count_;
  if (IsCodeOfDigits(value.data(), value.size())) {
    families_ |= kCode;
    code_.Offer(value);
  } else {
    families_ |= kOther;
    other_.Offer(value);
  }
}

void ColumnEvidence::NumberShape::AddIntegers(int64_t min, int64_t max) {
  integer_digits_max = std::max(integer_digits_max, Clip(std::max(DigitsOf(min), DigitsOf(max))));
  scale_min = 0;
  not_double |= BeyondExactDoubles(min) || BeyondExactDoubles(max);
  int_min = std::min(int_min, min);
  int_max = std::max(int_max, max);
}

void ColumnEvidence::NumberShape::AddNumber(const ParsedNumber& number) {
  integer_digits_max = std::max(integer_digits_max, Clip(number.integer_digits));
  scale_max = std::max(scale_max, Clip(number.scale));
  scale_min = std::min(scale_min, Clip(number.scale));
  not_decimal |= number.has_exponent;
  double real = 0;
  not_double |= !FitsDouble(number, &real);
  int64_t integer = 0;
  if (FitsInt64(number, &integer)) {
    int_min = std::min(int_min, integer);
    int_max = std::max(int_max, integer);
  } else {
    not_int64 = true;
  }
}

void ColumnEvidence::AddPlainIntegers(int64_t min, int64_t max) {
  families_ |= kNumber;
  plain_min_ = std::min(plain_min_, min);
  plain_max_ = std::max(plain_max_, max);
}

bool ColumnEvidence::AddNumberOfAnyFormat(std::string_view value, char mark) {
  uint8_t fitting = 0;
  for (const char point : {'.', ','}) {
    const bool is_comma = point == ',';
    uint8_t formats = is_comma ? kCommaFormats : kPointFormats;
    ParsedNumber number;
    if (!ParseNumber(value.data(), value.size(), {point, 0}, &number)) {
      // With groups, then, and their mark is the first one.
      if (mark == point || !ParseNumber(value.data(), value.size(), {point, mark}, &number)) {
        continue;
      }
      formats &= FormatsWithGroup(mark);
    }
    fitting |= formats;
    shapes_[is_comma].AddNumber(number);
  }
  if (fitting == 0) return false;
  families_ |= kNumber;
  formats_ &= fitting;
  return true;
}

bool ColumnEvidence::AddNumber(std::string_view value) {
  // What ends the first run of digits tells whether and as what to read on.
  const char* p = value.data();
  const char* const end = p + value.size();
  if (*p == '-') ++p;
  const char* const first = p;
  while (p != end && IsDigit(*p)) ++p;
  ParsedNumber number;
  if (p == end) {
    int64_t integer = 0;
    if (!ParseNumber(value.data(), value.size(), {}, &number)) return false;
    if (FitsInt64(number, &integer)) {
      AddPlainIntegers(integer, integer);
    } else {
      families_ |= kNumber;
      shapes_[0].AddNumber(number);
      shapes_[1].AddNumber(number);
    }
    return true;
  }
  switch (*p) {
    case '.':
      // Where the comma formats are not out of the question, 1.234 may be a group.
      if ((p - first <= 3 && end - p == 4) && (formats_ & kCommaFormats) != 0) {
        return AddNumberOfAnyFormat(value, *p);
      }
      if (!ParseNumber(value.data(), value.size(), {}, &number)) {
        return AddNumberOfAnyFormat(value, *p);
      }
      if (number.has_exponent && (formats_ & kCommaFormats) != 0) {
        return AddNumberOfAnyFormat(value, *p);
      }
      families_ |= kNumber;
      formats_ &= kPointFormats;
      shapes_[0].AddNumber(number);
      return true;
    case ',':
    case ' ':
    case '\'':
    case 'e':
    case 'E':
      return AddNumberOfAnyFormat(value, *p);
    case 'n':
    case 'N':
    case 'i':
    case 'I':
      if (p != first || !ParseNumber(value.data(), value.size(), {}, &number)) return false;
      families_ |= kNumberWord;
      return true;
    default:
      return false;
  }
}

bool ColumnEvidence::AddTruth(std::string_view value) {
  const int truth = ParseBoolWord(value.data(), value.size());
  if (truth < 0) return false;
  if (value.size() >= 4) {
    families_ |= kTrueOrFalse;
  } else if (value.size() == 1) {
    families_ |= truth == 1 ? kT : kF;
  } else {
    families_ |= truth == 1 ? kYes : kNo;
  }
  return true;
}

bool ColumnEvidence::AddTemporal(std::string_view value) {
  ParsedTemporal temporal;
  if (!ParseTemporal(value.data(), value.size(), &temporal)) return false;
  families_ |= kTemporal;
  traits_ |= temporal.traits;
  if (temporal.orders != 0) orders_ &= temporal.orders;
  return true;
}

void ColumnEvidence::Add(std::string_view value, bool /*quoted*/) {
  ++value_count_;
  if (value.empty()) {
    ++empty_count_;
    return;
  }
  const char first = value[0];
  const bool is_letter = IsLetter(first);
  // "yes" is no number and "1" no truth value, so that the order of the questions is free.
  if (is_letter ? (AddTruth(value) || AddNumber(value)) : AddNumber(value)) return;
  const bool may_be_temporal = is_letter || IsDigit(first) || first == '+' || first == '-';
  if (may_be_temporal && AddTemporal(value)) return;
  AddOther(value);
}

ColumnEvidence::NumberShape ColumnEvidence::ShapeFor(char decimal_point) const {
  NumberShape shape = shapes_[decimal_point == ','];
  if (plain_min_ <= plain_max_) shape.AddIntegers(plain_min_, plain_max_);
  return shape;
}

void ColumnEvidence::AddFitting(const TextType& type, int64_t count, int64_t int_min,
                                int64_t int_max) {
  if (count == 0) return;
  value_count_ += count;
  // What of the type's rules was forced by some value is true of this evidence, too: that value is
  // here or will be merged.
  switch (type.kind) {
    case TextKind::kBool:
      families_ |= kTrueOrFalse;
      break;
    case TextKind::kInt64:
      AddPlainIntegers(int_min, int_max);
      if (type.group_mark != 0) formats_ &= FormatsWithGroup(type.group_mark);
      break;
    case TextKind::kDecimal:
    case TextKind::kDouble: {
      families_ |= kNumber;
      formats_ &= FormatsOf(type);
      NumberShape& shape = shapes_[type.decimal_point == ','];
      shape.not_int64 = true;
      if (type.kind == TextKind::kDouble) {
        shape.not_decimal = true;
        break;
      }
      shape.not_double |= !type.fixed_scale;
      shape.integer_digits_max =
          std::max(shape.integer_digits_max, Clip(type.precision - type.scale));
      shape.scale_max = std::max<int16_t>(shape.scale_max, type.scale);
      shape.scale_min = std::min<int16_t>(shape.scale_min, type.fixed_scale ? type.scale : 0);
      break;
    }
    case TextKind::kDate:
    case TextKind::kTime:
    case TextKind::kTimestamp:
      families_ |= kTemporal;
      traits_ |= AllowedTraits(type.kind, type.layout) &
                 ~(type.kind == TextKind::kTimestamp ? kDateOnly : TemporalTraits{0});
      if (type.kind != TextKind::kTime) orders_ &= OrderBit(type.layout.order);
      break;
    case TextKind::kNull:
    case TextKind::kText:
      families_ |= kOther;
      taken_for_text_count_ += count;
      break;
  }
}

// Can numbers with so many decimals, read as `type`, also be numbers with the other decimal point,
// and is that still possible for the column?
bool ColumnEvidence::MayReadOtherwise(const TextType& type, int scale) const {
  const bool is_comma = type.decimal_point == ',';
  if ((formats_ & (is_comma ? kPointFormats : kCommaFormats)) == 0) return false;
  switch (type.group_mark) {
    case 0:
      // For a comma the others are out of the question, or the column were not read so.
      return !is_comma && (scale == 0 || scale == 3);
    case ' ':
    case '\'':
      return scale == 0;
    default:
      return false;
  }
}

// What AddFitting would forget is told by the facts, or must be asked of the values themselves.
bool ColumnEvidence::AddFacts(const TextType& type, int64_t count, const ColumnBuffers& buffers) {
  switch (type.kind) {
    case TextKind::kInt64:
      AddFitting(type, count, buffers.int_min, buffers.int_max);
      return true;
    case TextKind::kDecimal:
      if (MayReadOtherwise(type, type.scale)) return false;
      // Up to 15 digits are sure to fit a double.
      if (type.fixed_scale && type.precision > 15 &&
          !shapes_[type.decimal_point == ','].not_double) {
        return false;
      }
      AddFitting(type, count);
      return true;
    case TextKind::kDouble: {
      const NumberFacts& facts = buffers.numbers;
      if (MayReadOtherwise(type, facts.scale_max)) return false;
      value_count_ += count;
      if (facts.has_word) families_ |= kNumberWord;
      if (facts.integer_digits_max == 0) return true;
      families_ |= kNumber;
      formats_ &= FormatsOf(type);
      NumberShape& shape = shapes_[type.decimal_point == ','];
      shape.integer_digits_max = std::max(shape.integer_digits_max, facts.integer_digits_max);
      shape.scale_max = std::max(shape.scale_max, facts.scale_max);
      shape.scale_min = std::min(shape.scale_min, facts.scale_min);
      shape.not_int64 |= facts.has_real;
      shape.not_decimal |= facts.has_exponent;
      return true;
    }
    default:
      AddFitting(type, count);
      return true;
  }
}

void ColumnEvidence::AddConverted(const TextType& type, const TextSlice& slice, int64_t count,
                                  const ColumnBuffers& buffers) {
  AddNulls(buffers.null_count);
  int64_t left = count - buffers.null_count;
  const bool has_order = type.kind == TextKind::kDate || type.kind == TextKind::kTimestamp;
  if (!has_order && (left == 0 || AddFacts(type, left, buffers))) return;
  for (int64_t i = 0; i < count; ++i) {
    if (slice.is_null != nullptr && slice.is_null[i] != 0) continue;
    // The first dates usually settle their order; from then on all of them say the same.
    if (has_order && orders_ == OrderBit(type.layout.order)) break;
    Add(std::string_view(slice.base + slice.begin[i], slice.length[i]), false);
    --left;
  }
  AddFitting(type, left);
}

void ColumnEvidence::Merge(const ColumnEvidence& later) {
  value_count_ += later.value_count_;
  null_count_ += later.null_count_;
  empty_count_ += later.empty_count_;
  other_count_ += later.other_count_;
  taken_for_text_count_ += later.taken_for_text_count_;
  families_ |= later.families_;
  formats_ &= later.formats_;
  orders_ &= later.orders_;
  traits_ |= later.traits_;
  plain_min_ = std::min(plain_min_, later.plain_min_);
  plain_max_ = std::max(plain_max_, later.plain_max_);
  shapes_[0].Merge(later.shapes_[0]);
  shapes_[1].Merge(later.shapes_[1]);
  code_.Merge(later.code_);
  other_.Merge(later.other_);
}

ColumnEvidence::Verdict ColumnEvidence::JudgeShape(const NumberShape& shape,
                                                   const DecideOptions& options,
                                                   TextType type) const {
  const bool has_words = (families_ & kNumberWord) != 0;
  const bool may_read_otherwise =
      (FormatsUnder(options) & (type.decimal_point == ',' ? kPointFormats : kCommaFormats)) != 0;
  const int precision = shape.integer_digits_max + shape.scale_max;
  const bool fits_decimal = !shape.not_decimal && !has_words && precision <= kDecimalPrecisionMax;
  const auto decimal = [&](bool fixed_scale) {
    type.kind = TextKind::kDecimal;
    type.precision = static_cast<int8_t>(precision);
    type.scale = static_cast<int8_t>(shape.scale_max);
    type.fixed_scale = fixed_scale;
    return Verdict{type};
  };
  if (!shape.not_int64 && !has_words) {
    type.kind = TextKind::kInt64;
    return {type};
  }
  if (options.decimals && fits_decimal && shape.scale_max > 0 &&
      shape.scale_min == shape.scale_max) {
    return decimal(true);
  }
  if (!shape.not_double) {
    type.kind = TextKind::kDouble;
    return {type};
  }
  if (fits_decimal) return decimal(false);
  return {OfKind(TextKind::kText), !may_read_otherwise,
          "numbers with more digits than a double or 38 decimal digits hold"};
}

uint8_t ColumnEvidence::FormatsUnder(const DecideOptions& options) const {
  if (options.decimal_point == 0) return formats_;
  return formats_ & (options.decimal_point == ',' ? kCommaFormats : kPointFormats);
}

ColumnEvidence::Verdict ColumnEvidence::JudgeNumbers(const DecideOptions& options) const {
  if ((families_ & kNumber) == 0) return {OfKind(TextKind::kText), false, "no number among words"};
  const uint8_t formats = FormatsUnder(options);
  if (formats == 0) {
    return {OfKind(TextKind::kText), true, "numbers with different decimal points or group marks"};
  }
  TextType type;
  if ((formats & kPlainPoint) != 0) return JudgeShape(ShapeFor('.'), options, type);
  if ((formats & kPlainComma) != 0) {
    if ((formats & kPointFormats) != 0) {
      return {OfKind(TextKind::kText), false, "commas that may be decimal points or group marks"};
    }
    if (options.delimiter == ',' && options.decimal_point != ',') {
      return {OfKind(TextKind::kText), false, "decimal commas among fields parted by commas"};
    }
    type.decimal_point = ',';
    return JudgeShape(ShapeFor(','), options, type);
  }
  // Some number has group marks, which leaves one mark, or two that are decimal points as well:
  // "12,345" and "678.901" together may be both.
  if ((formats & kPointFormats) != 0 && (formats & kCommaFormats) != 0 &&
      (shapes_[0].scale_max > 0 || shapes_[1].scale_max > 0)) {
    return {OfKind(TextKind::kText), false,
            "points and commas that may be decimal points or group marks"};
  }
  const auto chosen = static_cast<unsigned>(std::countr_zero(formats));
  const NumberShape shape = ShapeFor(kFormats[chosen].point);
  type.decimal_point = kFormats[chosen].point;
  type.group_mark = kFormats[chosen].group;
  // "110 001" and "123.456.789" may well be codes, unless a decimal point says otherwise.
  const bool may_be_codes =
      type.group_mark == ' ' || (type.group_mark == '.' && options.decimal_point != ',');
  if (may_be_codes && shape.scale_max == 0) {
    return {OfKind(TextKind::kText), false, "digits in groups that may be codes"};
  }
  return JudgeShape(shape, options, type);
}

ColumnEvidence::Verdict ColumnEvidence::JudgeTemporal(const DecideOptions& options) const {
  const bool has_date = (traits_ & (kDateOnly | kDateAndTime)) != 0;
  TextType type;
  if (has_date && orders_ == 0) {
    return {OfKind(TextKind::kText), true, "dates in different orders"};
  }
  unsigned orders = orders_;
  if (options.date_order && (orders & OrderBit(*options.date_order)) != 0) {
    orders = OrderBit(*options.date_order);
  }
  const auto order = static_cast<DateOrder>(has_date ? std::countr_zero(orders) : 0);
  if (!LayoutOf(traits_, order, &type.layout)) {
    return {OfKind(TextKind::kText), true, "dates and times in different layouts"};
  }
  if (has_date && !std::has_single_bit(orders)) {
    return {OfKind(TextKind::kText), false, "dates whose day and month cannot be told apart"};
  }
  type.kind = !has_date              ? TextKind::kTime
              : type.layout.has_time ? TextKind::kTimestamp
                                     : TextKind::kDate;
  return {type};
}

ColumnEvidence::Verdict ColumnEvidence::Judge(const DecideOptions& options) const {
  constexpr uint16_t kBools = kTrueOrFalse | kYes | kNo | kT | kF;
  constexpr uint16_t kNumbers = kNumber | kNumberWord;
  if (value_count_ == 0) return {OfKind(TextKind::kNull), false};
  if (families_ == 0) return {OfKind(TextKind::kText), false, "empty text only"};
  if ((families_ & ~kBools) == 0) {
    const auto both = [this](uint16_t pair) { return (families_ & pair) == pair; };
    if ((families_ & kTrueOrFalse) != 0 || both(kYes | kNo) || both(kT | kF)) {
      return {OfKind(TextKind::kBool)};
    }
    return {OfKind(TextKind::kText), false, "one word of a pair of truth values only"};
  }
  if ((families_ & ~kNumbers) == 0) return JudgeNumbers(options);
  if (families_ == kTemporal) return JudgeTemporal(options);
  return {OfKind(TextKind::kText), true};
}

TextType ColumnEvidence::Decide(const DecideOptions& options) const { return Judge(options).type; }

bool ColumnEvidence::is_text_for_good(const DecideOptions& options) const {
  const Verdict verdict = Judge(options);
  return verdict.type.kind == TextKind::kText && verdict.is_final;
}

bool ColumnEvidence::ambiguous_dates(const DecideOptions& options) const {
  if (families_ != kTemporal || (traits_ & (kDateOnly | kDateAndTime)) == 0) return false;
  if (options.date_order && (orders_ & OrderBit(*options.date_order)) != 0) return false;
  TemporalLayout layout;
  return std::popcount(orders_) > 1 && LayoutOf(traits_, DateOrder::kDmy, &layout);
}

std::string ColumnEvidence::Families(const DecideOptions& options) const {
  std::vector<std::string_view> names;
  if ((families_ & (kTrueOrFalse | kYes | kNo | kT | kF)) != 0) names.push_back("truth values");
  if ((families_ & kNumber) != 0) {
    const auto is_real = [](const NumberShape& shape) {
      return shape.scale_max > 0 || shape.not_decimal;
    };
    const uint8_t formats = FormatsUnder(options);
    const bool has_real = formats == 0 || ((formats & kPointFormats) != 0 && is_real(shapes_[0])) ||
                          ((formats & kCommaFormats) != 0 && is_real(shapes_[1]));
    names.push_back(has_real ? "numbers" : "integers");
  } else if ((families_ & kNumberWord) != 0) {
    names.push_back("number words");
  }
  if ((families_ & kTemporal) != 0) {
    names.push_back((traits_ & kTimeOnly) == 0                    ? "dates"
                    : (traits_ & (kDateOnly | kDateAndTime)) != 0 ? "dates and times"
                                                                  : "times");
  }
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i != 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

std::string ColumnEvidence::Explain(const DecideOptions& options) const {
  const Verdict verdict = Judge(options);
  if (verdict.type.kind == TextKind::kNull) return "no values";
  const NumberShape shape = ShapeFor(verdict.type.decimal_point);
  switch (verdict.type.kind) {
    case TextKind::kInt64:
      return fmt::format("integers {} to {}", shape.int_min, shape.int_max);
    case TextKind::kDecimal:
      return fmt::format("numbers of up to {} digits before and {} after the point",
                         shape.integer_digits_max, shape.scale_max);
    case TextKind::kDouble:
      return fmt::format("numbers with up to {} decimals", shape.scale_max);
    case TextKind::kText:
      break;
    default:
      return verdict.type.ToString();
  }
  if (!verdict.reason.empty()) return fmt::format("text: {}", verdict.reason);
  const Example& example = other_.bytes != UINT32_MAX ? other_ : code_;
  const std::string families = Families(options);
  if (example.bytes == UINT32_MAX) return fmt::format("text: {} mixed", families);
  const size_t shown = std::min<size_t>(example.bytes, sizeof example.text);
  const std::string quoted = fmt::format("'{}{}'", std::string_view(example.text, shown),
                                         shown < example.bytes ? "..." : "");
  if (!families.empty()) return fmt::format("text: {} among {}", quoted, families);
  if ((families_ & kOther) == 0)
    return fmt::format("text: digits that are no number, as {}", quoted);
  return fmt::format("text, as {}", quoted);
}

// What the values are but for those that are nothing but text.
std::optional<TypeRival> ColumnEvidence::RivalOfSome(const DecideOptions& options) const {
  ColumnEvidence rest = *this;
  rest.families_ &= static_cast<uint16_t>(~(kCode | kOther));
  const int64_t looked_at = value_count_ - empty_count_ - taken_for_text_count_;
  if (rest.families_ == 0 || looked_at <= other_count_) return std::nullopt;
  const TextType type = rest.Decide(options);
  if (type.kind == TextKind::kText) return std::nullopt;
  const double share = 1 - static_cast<double>(other_count_) / static_cast<double>(looked_at);
  return TypeRival{type, share,
                   fmt::format("{} of {} values {} not of it", other_count_, looked_at,
                               other_count_ == 1 ? "is" : "are")};
}

// Another reading of the same values, by what could have been said of the column.
std::optional<TypeRival> ColumnEvidence::RivalOfAll(const DecideOptions& options) const {
  const Verdict verdict = Judge(options);
  const bool is_text = verdict.type.kind == TextKind::kText;
  const std::string reason(is_text ? verdict.reason : "all values may be read so as well");
  constexpr uint16_t kBools = kTrueOrFalse | kYes | kNo | kT | kF;
  if (is_text && (families_ & ~kBools) == 0 && families_ != 0) {
    return TypeRival{OfKind(TextKind::kBool), 1, reason};
  }
  std::vector<DecideOptions> readings;
  // Integers without marks are the same with either decimal mark.
  if ((families_ & kNumber) != 0 && formats_ != 0xFF) {
    for (const char point : {',', '.'}) {
      readings.push_back(options);
      readings.back().decimal_point = point;
    }
  }
  if (families_ == kTemporal && std::popcount(orders_) > 1) {
    for (const DateOrder order : {DateOrder::kDmy, DateOrder::kMdy, DateOrder::kYmd}) {
      if ((orders_ & OrderBit(order)) == 0) continue;
      readings.push_back(options);
      readings.back().date_order = order;
    }
  }
  for (const DecideOptions& reading : readings) {
    const TextType type = Decide(reading);
    if (type.kind != TextKind::kText && !(type == verdict.type)) return TypeRival{type, 1, reason};
  }
  return std::nullopt;
}

std::optional<TypeRival> ColumnEvidence::Rival(const DecideOptions& options) const {
  if (value_count_ == 0) return std::nullopt;
  return (families_ & (kCode | kOther)) != 0 ? RivalOfSome(options) : RivalOfAll(options);
}

}  // namespace pyforge::schema
