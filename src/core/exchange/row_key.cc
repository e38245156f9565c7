#include "core/exchange/row_key.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <arrow/api.h>
#include <arrow/compute/cast.h>
#include <arrow/visit_array_inline.h>

#include "core/exchange/errors.h"
#include "core/expression/common_type.h"
#include "core/expression/lexer.h"
#include "pyforge/input.h"
#include "pyforge/options.h"
#include "schema/compute.h"

namespace pyforge::core {
namespace {

constexpr uint8_t kNullFirst = 0;
constexpr uint8_t kValue = 1;
constexpr uint8_t kNullLast = 2;

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Takes `word` off the end of `text` where it stands there as a word of its own.
bool TakeLastWord(std::string_view word, std::string_view* text) {
  if (text->size() <= word.size()) return false;
  const std::string_view end = text->substr(text->size() - word.size());
  if (ToLowerAscii(end) != word || (*text)[text->size() - word.size() - 1] != ' ') return false;
  *text = TrimBlanks(text->substr(0, text->size() - word.size()));
  return true;
}

bool IsKeyType(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::NA:
    case arrow::Type::BOOL:
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::FIXED_SIZE_BINARY:
      return true;
    default:
      return IsNumber(type);
  }
}

// Fixed-width values are written most significant byte first, so that bytes compare as they do.
template <typename Unsigned>
void WriteBigEndian(Unsigned value, uint8_t* out) {
  constexpr size_t kBytes = sizeof(Unsigned);
  for (size_t i = 0; i < kBytes; ++i) {
    out[i] = static_cast<uint8_t>(value >> (8 * (kBytes - 1 - i)));
  }
}

template <typename Integer>
auto OrderedInteger(Integer value) {
  using Unsigned = std::make_unsigned_t<Integer>;
  const auto bits = static_cast<Unsigned>(value);
  if constexpr (std::is_signed_v<Integer>) {
    return static_cast<Unsigned>(bits ^ (Unsigned{1} << (8 * sizeof(Unsigned) - 1)));
  } else {
    return bits;
  }
}

template <typename Float>
auto OrderedFloat(Float value) {
  using Unsigned = std::conditional_t<sizeof(Float) == 8, uint64_t, uint32_t>;
  constexpr Unsigned kSign = Unsigned{1} << (8 * sizeof(Unsigned) - 1);
  if (std::isnan(value)) return ~Unsigned{0};
  const auto bits = std::bit_cast<Unsigned>(value == 0 ? Float{0} : value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

/// Goes over the key columns twice: first it measures every row's key, then it writes them, each
/// column behind the one before.
class ColumnEncoder {
 public:
  /// While `bytes` is null lengths are added to `places`, else the places are those to write to.
  ColumnEncoder(const SortKey& key, uint8_t* bytes, std::vector<uint64_t>* places)
      : inversion_(key.descending ? 0xFF : 0),
        null_marker_(key.nulls_first ? kNullFirst : kNullLast),
        bytes_(bytes),
        places_(*places) {}

  Status Visit(const arrow::NullArray& array) {
    return Each(
        array, [](int64_t) { return size_t{0}; }, [](int64_t, uint8_t*) {});
  }

  Status Visit(const arrow::BooleanArray& array) {
    return Each(
        array, [](int64_t) { return size_t{1}; },
        [&](int64_t i, uint8_t* out) { *out = array.Value(i) ? 1 : 0; });
  }

  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::has_c_type<Type>::value && !arrow::is_boolean_type<Type>::value &&
                       !arrow::is_interval_type<Type>::value &&
                       !arrow::is_half_float_type<Type>::value &&
                       !arrow::is_decimal_type<Type>::value,
                   Status>
  Visit(const Array& array) {
    return Each(
        array, [](int64_t) { return sizeof(typename Type::c_type); },
        [&](int64_t i, uint8_t* out) {
          if constexpr (arrow::is_floating_type<Type>::value) {
            WriteBigEndian(OrderedFloat(array.Value(i)), out);
          } else {
            WriteBigEndian(OrderedInteger(array.Value(i)), out);
          }
        });
  }

  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::is_decimal_type<Type>::value, Status> Visit(const Array& array) {
    const auto width = static_cast<size_t>(array.byte_width());
    return Each(
        array, [&](int64_t) { return width; },
        [&](int64_t i, uint8_t* out) {
          std::reverse_copy(array.GetValue(i), array.GetValue(i) + width, out);
          out[0] ^= 0x80;
        });
  }

  // A zero byte is written as 00 FF and the end as 00 00, so that a text is before those that go on
  // behind it.
  template <typename Array, typename Type = typename Array::TypeClass>
  std::enable_if_t<arrow::is_base_binary_type<Type>::value, Status> Visit(const Array& array) {
    return Each(
        array,
        [&](int64_t i) {
          const std::string_view value = array.GetView(i);
          return value.size() + static_cast<size_t>(std::count(value.begin(), value.end(), '\0')) +
                 2;
        },
        [&](int64_t i, uint8_t* out) {
          for (const char c : array.GetView(i)) {
            *out++ = static_cast<uint8_t>(c);
            if (c == 0) *out++ = 0xFF;
          }
          out[0] = out[1] = 0;
        });
  }

  Status Visit(const arrow::FixedSizeBinaryArray& array) {
    const auto width = static_cast<size_t>(array.byte_width());
    return Each(
        array, [&](int64_t) { return width; },
        [&](int64_t i, uint8_t* out) { std::memcpy(out, array.GetValue(i), width); });
  }

  Status Visit(const arrow::Array& array) {
    return Fail(kInternal, {}, "a key column has the type {}", array.type()->ToString());
  }

 private:
  template <typename Measure, typename Write>
  Status Each(const arrow::Array& array, Measure&& measure, Write&& write) {
    for (int64_t i = 0; i < array.length(); ++i) {
      uint64_t& place = places_[static_cast<size_t>(i)];
      const bool valid = array.IsValid(i);
      const size_t value_bytes = valid ? measure(i) : 0;
      if (bytes_ != nullptr) {
        uint8_t* out = bytes_ + place;
        *out++ = valid ? kValue : null_marker_;
        if (valid) write(i, out);
        if (inversion_ != 0) {
          for (size_t byte = 0; byte < value_bytes; ++byte) out[byte] ^= inversion_;
        }
      }
      place += 1 + value_bytes;
    }
    return Status::OK();
  }

  const uint8_t inversion_;
  const uint8_t null_marker_;
  uint8_t* const bytes_;
  std::vector<uint64_t>& places_;
};

Result<std::shared_ptr<arrow::Array>> PlainColumn(const std::shared_ptr<arrow::Array>& column,
                                                  arrow::MemoryPool* pool) {
  const auto type = PlainType(column->type());
  if (type->Equals(*column->type())) return column;
  ARROW_RETURN_NOT_OK(schema::InitializeCompute());
  arrow::compute::ExecContext context(pool);
  context.set_use_threads(false);
  return arrow::compute::Cast(*column, type, arrow::compute::CastOptions::Safe(), &context);
}

uint64_t PrefixOf(std::string_view key) {
  uint8_t first[8] = {};
  std::memcpy(first, key.data(), std::min(key.size(), sizeof first));
  uint64_t prefix = 0;
  for (const uint8_t byte : first) prefix = prefix << 8 | byte;
  return prefix;
}

}  // namespace

Result<SortKey> SortKey::Parse(std::string_view text) {
  const auto refuse = [&] {
    return Fail(kBadOption, {},
                "the option 'sort_by' cannot be '{}': it takes column [asc|desc] [nulls "
                "first|last]",
                text);
  };
  SortKey key;
  std::string_view rest = TrimBlanks(text);
  std::string_view before = rest;
  const bool first = TakeLastWord("first", &before);
  if (first || TakeLastWord("last", &before)) {
    if (TakeLastWord("nulls", &before)) {
      key.nulls_first = first;
      rest = before;
    }
  }
  if (TakeLastWord("desc", &rest)) {
    key.descending = true;
  } else {
    TakeLastWord("asc", &rest);
  }
  if (rest.starts_with('"')) {
    ARROW_ASSIGN_OR_RAISE(const std::vector<Token> tokens, Tokenize(rest));
    if (tokens.size() != 2 || tokens.front().kind != TokenKind::kQuotedName) return refuse();
    key.column = tokens.front().text;
  } else {
    key.column = rest;
  }
  if (key.column.empty()) return refuse();
  return key;
}

Result<RowKeyEncoder> RowKeyEncoder::Make(const arrow::Schema& schema, std::vector<SortKey> keys,
                                          size_t group_count) {
  RowKeyEncoder encoder;
  for (const SortKey& key : keys) {
    const int index = schema.GetFieldIndex(key.column);
    if (index < 0) {
      std::vector<std::string_view> known;
      for (const auto& field : schema.fields()) known.push_back(field->name());
      const std::string_view nearest = NearestName(key.column, known);
      return Fail(kNoSuchColumn, {}, "there is no column '{}'{}", key.column,
                  nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
    }
    const auto& type = schema.field(index)->type();
    if (!IsKeyType(*PlainType(type))) {
      return Fail(kUnsupportedKey, {.column = key.column},
                  "the column '{}' has the type {}, which has no order", key.column,
                  type->ToString());
    }
    encoder.columns_.push_back(index);
  }
  encoder.keys_ = std::move(keys);
  encoder.group_count_ = group_count;
  return encoder;
}

Status RowKeyEncoder::Encode(const arrow::RecordBatch& batch, arrow::MemoryPool* pool,
                             RowKeys* out) const {
  const auto rows = static_cast<size_t>(batch.num_rows());
  arrow::ArrayVector columns;
  for (const int index : columns_) {
    ARROW_ASSIGN_OR_RAISE(auto column, PlainColumn(batch.column(index), pool));
    columns.push_back(std::move(column));
  }
  std::vector<uint64_t>& begins = out->begins;
  begins.assign(rows + 1, 0);
  for (size_t i = 0; i < columns.size(); ++i) {
    ColumnEncoder encoder(keys_[i], nullptr, &begins);
    ARROW_RETURN_NOT_OK(arrow::VisitArrayInline(*columns[i], &encoder));
  }
  uint64_t total = 0;
  for (uint64_t& begin : begins) total += std::exchange(begin, total);
  out->bytes.resize(total);
  out->group_bytes.assign(group_count_ > 0 ? rows : 0, 0);
  std::vector<uint64_t>& places = out->prefixes;  // until the prefixes are known
  places.assign(begins.begin(), begins.end() - 1);
  for (size_t i = 0; i < columns.size(); ++i) {
    ColumnEncoder encoder(keys_[i], out->bytes.data(), &places);
    ARROW_RETURN_NOT_OK(arrow::VisitArrayInline(*columns[i], &encoder));
    if (i + 1 != group_count_) continue;
    for (size_t row = 0; row < rows; ++row) {
      out->group_bytes[row] = static_cast<uint32_t>(places[row] - begins[row]);
    }
  }
  for (size_t row = 0; row < rows; ++row) out->prefixes[row] = PrefixOf(out->Key(row));
  return Status::OK();
}

}  // namespace pyforge::core
