#include "schema/text_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

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
  has_integer |= other.has_integer;
  has_fraction |= other.has_fraction;
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
  if (IsCodeOfDigits(value.data(), value.size())) {
    families_ |= kCode;
    code_.Offer(value);
  } else {
    families_ |= kOther;
    other_.Offer(value);
  }
}

void ColumnEvidence::AddInteger(int64_t value) {
  families_ |= kNumber;
  const int16_t digits = Clip(DigitsOf(value));
  const bool beyond = BeyondExactDoubles(value);
  for (NumberShape& shape : shapes_) {
    shape.integer_digits_max = std::max(shape.integer_digits_max, digits);
    shape.scale_min = 0;
    shape.has_integer = true;
    shape.not_double |= beyond;
    shape.int_min = std::min(shape.int_min, value);
    shape.int_max = std::max(shape.int_max, value);
  }
}

// Adds the value to the shape of every decimal point under which it is a number.
bool ColumnEvidence::AddNumber(std::string_view value) {
  uint8_t fitting = 0;
  ParsedNumber numbers[2];
  for (unsigned i = 0; i < std::size(kFormats); ++i) {
    ParsedNumber parsed;
    if (!ParseNumber(value.data(), value.size(), kFormats[i], &parsed)) continue;
    fitting |= static_cast<uint8_t>(1u << i);
    numbers[kFormats[i].point == ','] = parsed;
  }
  if (fitting == 0) return false;
  formats_ &= fitting;
  if (numbers[0].is_word()) {
    families_ |= kNumberWord;
    return true;
  }
  families_ |= kNumber;
  for (unsigned i = 0; i < 2; ++i) {
    if ((fitting & (i == 0 ? kPointFormats : kCommaFormats)) == 0) continue;
    const ParsedNumber& number = numbers[i];
    NumberShape& shape = shapes_[i];
    shape.integer_digits_max = std::max(shape.integer_digits_max, Clip(number.integer_digits));
    shape.scale_max = std::max(shape.scale_max, Clip(number.scale));
    shape.scale_min = std::min(shape.scale_min, Clip(number.scale));
    shape.not_decimal |= number.has_exponent;
    double real = 0;
    shape.not_double |= !FitsDouble(number, &real);
    int64_t integer = 0;
    if (FitsInt64(number, &integer)) {
      shape.has_integer = true;
      shape.int_min = std::min(shape.int_min, integer);
      shape.int_max = std::max(shape.int_max, integer);
    } else {
      shape.not_int64 = true;
      (number.is_integer() && number.digits != 0 ? shape.has_integer : shape.has_fraction) = true;
    }
  }
  return true;
}

void ColumnEvidence::Add(std::string_view value, bool /*quoted*/) {
  ++value_count_;
  if (value.empty()) {
    ++empty_count_;
    return;
  }
  ParsedTemporal temporal;
  switch (value[0]) {
    case 'T':
    case 't':
    case 'F':
    case 'f':
    case 'Y':
    case 'y':
    case 'N':
    case 'n': {
      const int truth = ParseBoolWord(value.data(), value.size());
      if (truth < 0) break;
      if (value.size() >= 4) {
        families_ |= kTrueOrFalse;
      } else if (value.size() == 1) {
        families_ |= truth == 1 ? kT : kF;
      } else {
        families_ |= truth == 1 ? kYes : kNo;
      }
      return;
    }
    default:
      break;
  }
  if (AddNumber(value)) return;
  if (ParseTemporal(value.data(), value.size(), &temporal)) {
    families_ |= kTemporal;
    traits_ |= temporal.traits;
    if (temporal.orders != 0) orders_ &= temporal.orders;
    return;
  }
  AddOther(value);
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
      AddInteger(int_min);
      AddInteger(int_max);
      break;
    case TextKind::kDecimal:
    case TextKind::kDouble:
      families_ |= kNumber;
      for (NumberShape& shape : shapes_) {
        shape.has_fraction = true;
        shape.not_int64 = true;
        if (type.kind == TextKind::kDouble) {
          shape.not_decimal = true;
        } else {
          shape.not_double |= !type.fixed_scale;
          shape.integer_digits_max =
              std::max(shape.integer_digits_max, Clip(type.precision - type.scale));
          shape.scale_max = std::max<int16_t>(shape.scale_max, type.scale);
          shape.scale_min = std::min<int16_t>(shape.scale_min, type.fixed_scale ? type.scale : 0);
        }
      }
      break;
    case TextKind::kDate:
    case TextKind::kTime:
    case TextKind::kTimestamp:
      families_ |= kTemporal;
      traits_ |= AllowedTraits(type.kind, type.layout);
      if (type.kind == TextKind::kTimestamp) traits_ &= ~kDateOnly;
      if (type.kind != TextKind::kTime) orders_ &= OrderBit(type.layout.order);
      break;
    case TextKind::kNull:
    case TextKind::kText:
      families_ |= kOther;
      break;
  }
  if (type.kind == TextKind::kInt64 || type.kind == TextKind::kDecimal ||
      type.kind == TextKind::kDouble) {
    uint8_t fitting = 0;
    for (unsigned i = 0; i < std::size(kFormats); ++i) {
      const bool plain_integers = type.kind == TextKind::kInt64 && type.group_mark == 0;
      if (plain_integers || (kFormats[i].point == type.decimal_point &&
                             (type.group_mark == 0 || kFormats[i].group == type.group_mark))) {
        fitting |= static_cast<uint8_t>(1u << i);
      }
    }
    formats_ &= fitting;
  }
}

void ColumnEvidence::AddConverted(const TextType& type, const TextSlice& slice, int64_t count,
                                  const ColumnBuffers& buffers) {
  for (int64_t i = 0; i < count; ++i) {
    if (slice.is_null != nullptr && slice.is_null[i] != 0) {
      AddNulls(1);
    } else {
      Add(std::string_view(slice.base + slice.begin[i], slice.length[i]), false);
    }
  }
  (void)type;
  (void)buffers;
}

void ColumnEvidence::Merge(const ColumnEvidence& later) {
  value_count_ += later.value_count_;
  null_count_ += later.null_count_;
  empty_count_ += later.empty_count_;
  families_ |= later.families_;
  formats_ &= later.formats_;
  orders_ &= later.orders_;
  traits_ |= later.traits_;
  shapes_[0].Merge(later.shapes_[0]);
  shapes_[1].Merge(later.shapes_[1]);
  code_.Merge(later.code_);
  other_.Merge(later.other_);
}

ColumnEvidence::Verdict ColumnEvidence::JudgeShape(const NumberShape& shape,
                                                   const DecideOptions& options,
                                                   TextType type) const {
  const bool has_words = (families_ & kNumberWord) != 0;
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
  return {OfKind(TextKind::kText), true,
          "numbers with more digits than a double or 38 decimal digits hold"};
}

ColumnEvidence::Verdict ColumnEvidence::JudgeNumbers(const DecideOptions& options) const {
  if ((families_ & kNumber) == 0) return {OfKind(TextKind::kText), false, "no number among words"};
  if (formats_ == 0) {
    return {OfKind(TextKind::kText), true, "numbers with different decimal points or group marks"};
  }
  TextType type;
  if ((formats_ & kPlainPoint) != 0) return JudgeShape(shapes_[0], options, type);
  if ((formats_ & kPlainComma) != 0) {
    if ((formats_ & kPointFormats) != 0) {
      return {OfKind(TextKind::kText), false, "commas that may be decimal points or group marks"};
    }
    if (options.delimiter == ',') {
      return {OfKind(TextKind::kText), false, "decimal commas among fields parted by commas"};
    }
    type.decimal_point = ',';
    return JudgeShape(shapes_[1], options, type);
  }
  // Some number has group marks, which leaves one mark.
  const unsigned chosen = static_cast<unsigned>(std::countr_zero(formats_));
  const bool is_comma = kFormats[chosen].point == ',';
  const NumberShape& shape = shapes_[is_comma];
  type.decimal_point = kFormats[chosen].point;
  type.group_mark = kFormats[chosen].group;
  // "110 001" and "123.456.789" may well be codes, unless a decimal point says otherwise.
  if ((type.group_mark == ' ' || type.group_mark == '.') && !shape.has_fraction) {
    return {OfKind(TextKind::kText), false, "digits in groups that may be codes"};
  }
  return JudgeShape(shape, options, type);
}

ColumnEvidence::Verdict ColumnEvidence::JudgeTemporal() const {
  const bool has_date = (traits_ & (kDateOnly | kDateAndTime)) != 0;
  TextType type;
  if (has_date && orders_ == 0) {
    return {OfKind(TextKind::kText), true, "dates in different orders"};
  }
  const auto order = static_cast<DateOrder>(has_date ? std::countr_zero(orders_) : 0);
  if (!LayoutOf(traits_, order, &type.layout)) {
    return {OfKind(TextKind::kText), true, "dates and times in different layouts"};
  }
  if (has_date && !std::has_single_bit(orders_)) {
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
  if (families_ == kTemporal) return JudgeTemporal();
  return {OfKind(TextKind::kText), true};
}

TextType ColumnEvidence::Decide(const DecideOptions& options) const { return Judge(options).type; }

bool ColumnEvidence::is_text_for_good(const DecideOptions& options) const {
  const Verdict verdict = Judge(options);
  return verdict.type.kind == TextKind::kText && verdict.is_final;
}

bool ColumnEvidence::ambiguous_dates() const {
  if (families_ != kTemporal || (traits_ & (kDateOnly | kDateAndTime)) == 0) return false;
  TemporalLayout layout;
  return std::popcount(orders_) > 1 && LayoutOf(traits_, DateOrder::kDmy, &layout);
}

std::string ColumnEvidence::Families() const {
  std::vector<std::string_view> names;
  if ((families_ & (kTrueOrFalse | kYes | kNo | kT | kF)) != 0) names.push_back("truth values");
  if ((families_ & kNumber) != 0) {
    names.push_back(shapes_[0].has_fraction || shapes_[1].has_fraction ? "numbers" : "integers");
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
  const NumberShape& shape = shapes_[verdict.type.decimal_point == ','];
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
  const std::string families = Families();
  if (example.bytes == UINT32_MAX) return fmt::format("text: {} mixed", families);
  const size_t shown = std::min<size_t>(example.bytes, sizeof example.text);
  const std::string quoted = fmt::format("'{}{}'", std::string_view(example.text, shown),
                                         shown < example.bytes ? "..." : "");
  if (!families.empty()) return fmt::format("text: {} among {}", quoted, families);
  if ((families_ & kOther) == 0)
    return fmt::format("text: digits that are no number, as {}", quoted);
  return fmt::format("text, as {}", quoted);
}

}  // namespace pyforge::schema
