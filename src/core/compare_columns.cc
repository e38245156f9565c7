#include "core/compare_columns.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include <arrow/api.h>
#include <arrow/util/key_value_metadata.h>

#include "core/expression/common_type.h"
#include "schema/cast.h"
#include "schema/type_name.h"

namespace pyforge::core {
namespace {

using TypePointer = std::shared_ptr<arrow::DataType>;

bool HasNoValues(const arrow::Field& field) {
  return field.type()->id() == arrow::Type::NA ||
         (field.metadata() != nullptr && field.metadata()->Contains(schema::kNoValuesKey));
}

bool IsFloat(const arrow::DataType& type) { return arrow::is_floating(type.id()); }

/// Nested types hold the same values when they differ in no more than names of list items and in
/// what may be null.
bool SameShape(const arrow::DataType& a, const arrow::DataType& b) {
  if (!arrow::is_nested(a.id())) return a.Equals(b);
  if (a.id() != b.id() || a.num_fields() != b.num_fields()) return false;
  if (a.id() == arrow::Type::FIXED_SIZE_LIST &&
      static_cast<const arrow::FixedSizeListType&>(a).list_size() !=
          static_cast<const arrow::FixedSizeListType&>(b).list_size()) {
    return false;
  }
  for (int i = 0; i < a.num_fields(); ++i) {
    if (a.id() == arrow::Type::STRUCT && a.field(i)->name() != b.field(i)->name()) return false;
    if (!SameShape(*a.field(i)->type(), *b.field(i)->type())) return false;
  }
  return true;
}

/// Fills in how two columns are compared; false when they cannot be.
bool FindForm(const arrow::Field& left, const arrow::Field& right, ComparedColumn* column) {
  const TypePointer a = PlainType(left.type());
  const TypePointer b = PlainType(right.type());
  const auto cast_both_to = [&](TypePointer type) {
    column->left_form = left.type()->Equals(*type) ? ComparedForm::kAsTheyAre : ComparedForm::kCast;
    column->right_form =
        right.type()->Equals(*type) ? ComparedForm::kAsTheyAre : ComparedForm::kCast;
    column->type = std::move(type);
    return true;
  };
  if (a->Equals(*b)) return cast_both_to(a);
  if (HasNoValues(left)) {
    column->left_form = ComparedForm::kNulls;
    column->right_form = right.type()->Equals(*b) ? ComparedForm::kAsTheyAre : ComparedForm::kCast;
    column->type = b;
    return true;
  }
  if (HasNoValues(right)) {
    column->left_form = left.type()->Equals(*a) ? ComparedForm::kAsTheyAre : ComparedForm::kCast;
    column->right_form = ComparedForm::kNulls;
    column->type = a;
    return true;
  }
  TypePointer common = CommonType(a, b);
  const bool floats_meet_exact = IsNumber(*a) && IsNumber(*b) && IsFloat(*a) != IsFloat(*b);
  if (floats_meet_exact || (common == nullptr && IsNumber(*a) && IsNumber(*b))) {
    column->left_form = column->right_form = ComparedForm::kNumberText;
    column->type = arrow::utf8();
    return true;
  }
  if (common != nullptr) return cast_both_to(std::move(common));
  if (!SameShape(*a, *b)) return false;
  column->type = a;
  return true;
}

std::string ShortestFloat(double value, bool is_single) {
  char text[64];
  const auto end = is_single ? std::to_chars(text, text + sizeof text, static_cast<float>(value))
                             : std::to_chars(text, text + sizeof text, value);
  return {text, static_cast<size_t>(end.ptr - text)};
}

Result<std::shared_ptr<arrow::Array>> NumbersAsText(const std::shared_ptr<arrow::Array>& column,
                                                    arrow::MemoryPool* pool) {
  arrow::StringBuilder builder(pool);
  ARROW_RETURN_NOT_OK(builder.Reserve(column->length()));
  if (IsFloat(*column->type())) {
    const bool is_single = column->type_id() != arrow::Type::DOUBLE;
    ARROW_ASSIGN_OR_RAISE(const auto wide, schema::CastColumn(column, arrow::float64(), pool));
    const auto& values = static_cast<const arrow::DoubleArray&>(*wide);
    for (int64_t i = 0; i < values.length(); ++i) {
      ARROW_RETURN_NOT_OK(values.IsNull(i) ? builder.AppendNull()
                                           : builder.Append(CanonicalNumber(
                                                 ShortestFloat(values.Value(i), is_single))));
    }
  } else {
    ARROW_ASSIGN_OR_RAISE(const auto texts, schema::CastColumn(column, arrow::utf8(), pool));
    const auto& values = static_cast<const arrow::StringArray&>(*texts);
    for (int64_t i = 0; i < values.length(); ++i) {
      ARROW_RETURN_NOT_OK(values.IsNull(i) ? builder.AppendNull()
                                           : builder.Append(CanonicalNumber(values.GetView(i))));
    }
  }
  return builder.Finish();
}

/// Gives the columns of a schema one after the other by name.
class ColumnsByName {
 public:
  explicit ColumnsByName(const arrow::Schema& schema) {
    for (int i = schema.num_fields(); i-- > 0;) waiting_[schema.field(i)->name()].push_back(i);
  }
  /// The next column of that name; -1: there is none left.
  int Take(const std::string& name) {
    const auto found = waiting_.find(name);
    if (found == waiting_.end() || found->second.empty()) return -1;
    const int index = found->second.back();
    found->second.pop_back();
    return index;
  }

 private:
  std::unordered_map<std::string, std::vector<int>> waiting_;
};

}  // namespace

ColumnMatch MatchColumns(const arrow::Schema& left, const arrow::Schema& right) {
  ColumnMatch match;
  ColumnsByName right_columns(right);
  std::vector<bool> is_matched(static_cast<size_t>(right.num_fields()), false);
  const auto type_name = [](const arrow::Field& field) { return schema::PrintType(*field.type()); };
  for (int i = 0; i < left.num_fields(); ++i) {
    const arrow::Field& field = *left.field(i);
    const int other = right_columns.Take(field.name());
    if (other < 0) {
      match.differences.push_back(
          {.name = field.name(), .type_left = type_name(field), .type_right = ""});
      continue;
    }
    is_matched[static_cast<size_t>(other)] = true;
    ComparedColumn column{.name = field.name(), .left_index = i, .right_index = other};
    if (FindForm(field, *right.field(other), &column)) {
      match.columns.push_back(std::move(column));
    } else {
      match.differences.push_back({.name = field.name(),
                                   .type_left = type_name(field),
                                   .type_right = type_name(*right.field(other))});
    }
  }
  for (int i = 0; i < right.num_fields(); ++i) {
    if (is_matched[static_cast<size_t>(i)]) continue;
    const arrow::Field& field = *right.field(i);
    match.differences.push_back(
        {.name = field.name(), .type_left = "", .type_right = type_name(field)});
  }
  return match;
}

RowNormalizer::RowNormalizer(const ColumnMatch& match, Side side, arrow::MemoryPool* pool)
    : columns_(match.columns), side_(side), pool_(pool) {
  arrow::FieldVector fields;
  for (const ComparedColumn& column : columns_) {
    fields.push_back(arrow::field(column.name, column.type));
  }
  schema_ = arrow::schema(std::move(fields));
}

Result<std::shared_ptr<arrow::RecordBatch>> RowNormalizer::Normalize(
    const arrow::RecordBatch& batch) const {
  arrow::ArrayVector columns;
  for (const ComparedColumn& column : columns_) {
    const bool is_left = side_ == Side::kLeft;
    std::shared_ptr<arrow::Array> values =
        batch.column(is_left ? column.left_index : column.right_index);
    Result<std::shared_ptr<arrow::Array>> formed = values;
    switch (is_left ? column.left_form : column.right_form) {
      case ComparedForm::kAsTheyAre:
        break;
      case ComparedForm::kCast:
        formed = schema::CastColumn(values, column.type, pool_);
        break;
      case ComparedForm::kNumberText:
        formed = NumbersAsText(values, pool_);
        break;
      case ComparedForm::kNulls:
        formed = arrow::MakeArrayOfNull(column.type, batch.num_rows(), pool_);
        break;
    }
    if (!formed.ok()) return Translate(formed.status(), {.column = column.name});
    columns.push_back(*std::move(formed));
  }
  return arrow::RecordBatch::Make(schema_, batch.num_rows(), std::move(columns));
}

std::string ValueText(const arrow::Array& column, int64_t row) {
  if (column.IsNull(row)) return "null";
  const auto one = column.Slice(row, 1);
  const auto text = schema::CastColumn(one, arrow::utf8(), arrow::default_memory_pool());
  if (text.ok()) return static_cast<const arrow::StringArray&>(**text).GetString(0);
  const auto scalar = column.GetScalar(row);  // nested values have no cast to text
  return scalar.ok() ? (*scalar)->ToString() : "?";
}

std::string RowText(const arrow::RecordBatch& batch, int64_t row, int column_count) {
  constexpr size_t kBytesMax = 200;
  std::string text;
  for (int i = 0; i < column_count && text.size() < kBytesMax; ++i) {
    if (i > 0) text += ", ";
    text += fmt::format("{}={}", batch.column_name(i), ValueText(*batch.column(i), row));
  }
  if (text.size() > kBytesMax) {
    size_t end = kBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += "...";
  }
  return text;
}

std::string CanonicalNumber(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const size_t exponent_at = text.find_first_of("eE");
  int exponent = 0;
  if (exponent_at != std::string_view::npos) {
    std::string_view digits = text.substr(exponent_at + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    text = text.substr(0, exponent_at);
  }
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) {
    return (is_negative && text.starts_with('i') ? "-" : "") + std::string(text);  // inf, nan
  }
  // All digits, and how many of them stand before the point.
  std::string digits;
  auto before = static_cast<int>(std::min(text.find('.'), text.size()));
  for (const char c : text) {
    if (c != '.') digits += c;
  }
  before += exponent;
  const size_t leading = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, leading);
  before -= static_cast<int>(leading);
  while (digits.ends_with('0')) digits.pop_back();
  if (digits.empty()) return "0";
  std::string number = is_negative ? "-" : "";
  if (before <= 0) {
    number += "0.";
    number.append(static_cast<size_t>(-before), '0');
    return number + digits;
  }
  const auto whole = static_cast<size_t>(before);
  if (digits.size() <= whole) return number + digits + std::string(whole - digits.size(), '0');
  return number + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace pyforge::core
