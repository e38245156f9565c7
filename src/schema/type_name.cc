#include "schema/type_name.h"

#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "schema/errors.h"

namespace pyforge::schema {
namespace {

using TypePtr = std::shared_ptr<arrow::DataType>;

constexpr int kDepthMax = 64;

struct SimpleName {
  std::string_view name;
  TypePtr (*type)();
};

// Names without parameters, in lower case with single blanks.
const SimpleName kSimpleNames[] = {
    {"null", [] { return arrow::null(); }},
    {"bool", [] { return arrow::boolean(); }},
    {"boolean", [] { return arrow::boolean(); }},
    {"int8", [] { return arrow::int8(); }},
    {"tinyint", [] { return arrow::int8(); }},
    {"byte", [] { return arrow::int8(); }},
    {"int16", [] { return arrow::int16(); }},
    {"smallint", [] { return arrow::int16(); }},
    {"short", [] { return arrow::int16(); }},
    {"int32", [] { return arrow::int32(); }},
    {"int", [] { return arrow::int32(); }},
    {"integer", [] { return arrow::int32(); }},
    {"int64", [] { return arrow::int64(); }},
    {"bigint", [] { return arrow::int64(); }},
    {"long", [] { return arrow::int64(); }},
    {"uint8", [] { return arrow::uint8(); }},
    {"utinyint", [] { return arrow::uint8(); }},
    {"uint16", [] { return arrow::uint16(); }},
    {"usmallint", [] { return arrow::uint16(); }},
    {"uint32", [] { return arrow::uint32(); }},
    {"uinteger", [] { return arrow::uint32(); }},
    {"uint64", [] { return arrow::uint64(); }},
    {"ubigint", [] { return arrow::uint64(); }},
    {"halffloat", [] { return arrow::float16(); }},
    {"float16", [] { return arrow::float16(); }},
    {"float", [] { return arrow::float32(); }},
    {"float32", [] { return arrow::float32(); }},
    {"real", [] { return arrow::float32(); }},
    {"double", [] { return arrow::float64(); }},
    {"float64", [] { return arrow::float64(); }},
    {"string", [] { return arrow::utf8(); }},
    {"utf8", [] { return arrow::utf8(); }},
    {"text", [] { return arrow::utf8(); }},
    {"varchar", [] { return arrow::utf8(); }},
    {"char", [] { return arrow::utf8(); }},
    {"large_string", [] { return arrow::large_utf8(); }},
    {"large_utf8", [] { return arrow::large_utf8(); }},
    {"string_view", [] { return arrow::utf8_view(); }},
    {"binary", [] { return arrow::binary(); }},
    {"blob", [] { return arrow::binary(); }},
    {"bytea", [] { return arrow::binary(); }},
    {"varbinary", [] { return arrow::binary(); }},
    {"large_binary", [] { return arrow::large_binary(); }},
    {"binary_view", [] { return arrow::binary_view(); }},
    {"date", [] { return arrow::date32(); }},
    {"date32", [] { return arrow::date32(); }},
    {"date64", [] { return arrow::date64(); }},
    {"datetime", [] { return arrow::timestamp(arrow::TimeUnit::MICRO); }},
    {"timestamp_ntz", [] { return arrow::timestamp(arrow::TimeUnit::MICRO); }},
    {"month_interval", [] { return arrow::month_interval(); }},
    {"day_time_interval", [] { return arrow::day_time_interval(); }},
    {"month_day_nano_interval", [] { return arrow::month_day_nano_interval(); }},
};

bool IsWordCharacter(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string Lowered(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return lower;
}

std::optional<arrow::TimeUnit::type> UnitOf(std::string_view name) {
  if (name == "s") return arrow::TimeUnit::SECOND;
  if (name == "ms") return arrow::TimeUnit::MILLI;
  if (name == "us") return arrow::TimeUnit::MICRO;
  if (name == "ns") return arrow::TimeUnit::NANO;
  return std::nullopt;
}

// Recursive descent; every function gives nothing when the text is no type.
class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : rest_(text) {}

  TypePtr ParseAll() {
    TypePtr type = ParseNested();
    SkipBlanks();
    return rest_.empty() ? type : nullptr;
  }

 private:
  void SkipBlanks() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }
  bool Take(char c) {
    SkipBlanks();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A run of letters, digits and underscores as written; empty if there is none.
  std::string Word() {
    SkipBlanks();
    size_t bytes = 0;
    while (bytes < rest_.size() && IsWordCharacter(rest_[bytes])) ++bytes;
    std::string word(rest_.substr(0, bytes));
    rest_.remove_prefix(bytes);
    return word;
  }
  bool TakeWord(std::string_view word) {
    const std::string_view before = rest_;
    if (Lowered(Word()) == word) return true;
    rest_ = before;
    return false;
  }
  std::optional<int32_t> Number() {
    SkipBlanks();
    int32_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  // Up to `end`, blanks at both ends taken off; the zone of a timestamp is free text.
  std::optional<std::string> TextUpTo(char end) {
    const size_t at = rest_.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    std::string_view text = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return std::string(text);
  }
  // A name that may stand in double quotes or backticks, doubled inside.
  std::optional<std::string> FieldName() {
    SkipBlanks();
    if (rest_.empty()) return std::nullopt;
    const char quote = rest_[0];
    if (quote != '"' && quote != '`') {
      std::string word = Word();
      return word.empty() ? std::nullopt : std::optional(word);
    }
    std::string name;
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] != quote) {
        name += rest_[i];
      } else if (i + 1 < rest_.size() && rest_[i + 1] == quote) {
        name += rest_[i++];
      } else {
        rest_.remove_prefix(i + 1);
        return name;
      }
    }
    return std::nullopt;
  }

  TypePtr ParseNested() {
    if (++depth_ > kDepthMax) return nullptr;
    TypePtr type = ParseOne();
    // SQL's arrays.
    while (type != nullptr && Take('[')) {
      if (!Take(']')) return nullptr;
      type = arrow::list(type);
    }
    --depth_;
    return type;
  }

  TypePtr ParseOne() {
    std::string name = Lowered(Word());
    if (name == "double") TakeWord("precision");
    if (name == "character" && TakeWord("varying")) name = "varchar";
    if (name == "decimal" || name == "numeric" || name == "decimal32" || name == "decimal64" ||
        name == "decimal128" || name == "decimal256") {
      return ParseDecimal(name);
    }
    if (name == "timestamp" || name == "timestamptz" || name == "time" || name == "time32" ||
        name == "time64" || name == "duration") {
      return ParseTemporal(name);
    }
    if (name == "list" || name == "array" || name == "large_list" || name == "fixed_size_list" ||
        name == "list_view" || name == "large_list_view") {
      return ParseList(name);
    }
    if (name == "struct" || name == "row") return ParseStruct();
    if (name == "map") return ParseMap();
    if (name == "dictionary") return ParseDictionary();
    if (name == "fixed_size_binary") return ParseFixedSizeBinary();
    if ((name == "varchar" || name == "char") && Take('(')) {
      // The length is a promise of the database that nothing here has to keep.
      if (!Number() || !Take(')')) return nullptr;
    }
    if (name == "date32" || name == "date64") ParseDateUnit();
    for (const SimpleName& simple : kSimpleNames) {
      if (name == simple.name) return simple.type();
    }
    return nullptr;
  }

  // Arrow prints date32[day] and date64[ms].
  void ParseDateUnit() {
    if (Take('[') && (TakeWord("day") || TakeWord("ms"))) Take(']');
  }

  TypePtr ParseDecimal(std::string_view name) {
    if (!Take('(')) return nullptr;
    const auto precision = Number();
    std::optional<int32_t> scale = 0;
    if (precision && Take(',')) scale = Number();
    if (!precision || !scale || !Take(')')) return nullptr;
    const bool wide = name == "decimal256" || (name.size() == 7 && *precision > 38);
    const int32_t precision_max = wide                  ? 76
                                  : name == "decimal32" ? 9
                                  : name == "decimal64" ? 18
                                                        : 38;
    if (*precision < 1 || *precision > precision_max || *scale < 0 || *scale > *precision) {
      return nullptr;
    }
    if (name == "decimal32") return arrow::decimal32(*precision, *scale);
    if (name == "decimal64") return arrow::decimal64(*precision, *scale);
    return wide ? arrow::decimal256(*precision, *scale) : arrow::decimal128(*precision, *scale);
  }

  TypePtr ParseTemporal(const std::string& name) {
    arrow::TimeUnit::type unit = name == "time32" ? arrow::TimeUnit::MILLI : arrow::TimeUnit::MICRO;
    std::string zone = name == "timestamptz" ? "UTC" : "";
    if (name == "timestamp" && TakeWord("with")) {
      if (!TakeZoneWords()) return nullptr;
      zone = "UTC";
    } else if (name == "timestamp" && TakeWord("without")) {
      if (!TakeZoneWords()) return nullptr;
    } else if (Take('[')) {
      const auto given = UnitOf(Word());
      if (!given) return nullptr;
      unit = *given;
      if (Take(',')) {
        if (name != "timestamp") return nullptr;
        const auto text = TextUpTo(']');
        if (!text || text->empty()) return nullptr;
        zone = text->starts_with("tz=") ? text->substr(3) : *text;
      } else if (!Take(']')) {
        return nullptr;
      }
    }
    if (name == "duration") return arrow::duration(unit);
    const bool fine = unit == arrow::TimeUnit::MICRO || unit == arrow::TimeUnit::NANO;
    if (name == "time32" && fine) return nullptr;
    if (name == "time64" && !fine) return nullptr;
    if (name.starts_with("time") && name.size() <= 6) {
      return fine ? arrow::time64(unit) : arrow::time32(unit);
    }
    return arrow::timestamp(unit, zone);
  }

  bool TakeZoneWords() { return TakeWord("time") && TakeWord("zone"); }

  // A child: a type, or name: type; `not null` may follow.
  std::shared_ptr<arrow::Field> ParseField(std::string_view default_name) {
    const std::string_view before = rest_;
    std::string name(default_name);
    if (const auto given = FieldName(); given && Take(':')) {
      name = *given;
    } else {
      rest_ = before;
    }
    return ParseFieldType(name);
  }

  std::shared_ptr<arrow::Field> ParseFieldType(const std::string& name) {
    TypePtr type = ParseNested();
    if (type == nullptr) return nullptr;
    bool nullable = true;
    if (TakeWord("not")) {
      if (!TakeWord("null")) return nullptr;
      nullable = false;
    }
    return arrow::field(name, std::move(type), nullable);
  }

  TypePtr ParseList(std::string_view name) {
    if (!Take('<')) return nullptr;
    const auto item = ParseField("item");
    if (item == nullptr || !Take('>')) return nullptr;
    if (name == "large_list") return arrow::large_list(item);
    if (name == "list_view") return arrow::list_view(item);
    if (name == "large_list_view") return arrow::large_list_view(item);
    if (name != "fixed_size_list") return arrow::list(item);
    if (!Take('[')) return nullptr;
    const auto size = Number();
    if (!size || *size < 0 || !Take(']')) return nullptr;
    return arrow::fixed_size_list(item, *size);
  }

  TypePtr ParseStruct() {
    if (!Take('<')) return nullptr;
    arrow::FieldVector fields;
    if (Take('>')) return arrow::struct_(fields);
    do {
      // SQL writes `name type`, Arrow `name: type`.
      const auto name = FieldName();
      if (!name) return nullptr;
      Take(':');
      const auto field = ParseFieldType(*name);
      if (field == nullptr) return nullptr;
      fields.push_back(field);
    } while (Take(','));
    return Take('>') ? arrow::struct_(fields) : nullptr;
  }

  TypePtr ParseMap() {
    if (!Take('<')) return nullptr;
    const auto key = ParseField("key");
    if (key == nullptr || !Take(',')) return nullptr;
    const auto value = ParseField("value");
    if (value == nullptr) return nullptr;
    bool sorted = false;
    if (Take(',')) {
      if (!TakeWord("keys_sorted")) return nullptr;
      sorted = true;
    }
    if (!Take('>')) return nullptr;
    return std::make_shared<arrow::MapType>(key->WithNullable(false), value, sorted);
  }

  TypePtr ParseDictionary() {
    if (!Take('<') || !TakeWord("values") || !Take('=')) return nullptr;
    TypePtr values = ParseNested();
    if (values == nullptr || !Take(',') || !TakeWord("indices") || !Take('=')) return nullptr;
    TypePtr indices = ParseNested();
    if (indices == nullptr || !arrow::is_integer(indices->id())) return nullptr;
    bool ordered = false;
    if (Take(',')) {
      if (!TakeWord("ordered") || !Take('=')) return nullptr;
      const auto flag = Number();
      if (!flag) return nullptr;
      ordered = *flag != 0;
    }
    return Take('>') ? arrow::dictionary(indices, values, ordered) : nullptr;
  }

  TypePtr ParseFixedSizeBinary() {
    if (!Take('[')) return nullptr;
    const auto bytes = Number();
    if (!bytes || *bytes < 0 || !Take(']')) return nullptr;
    return arrow::fixed_size_binary(*bytes);
  }

  std::string_view rest_;
  int depth_ = 0;
};

std::string PrintName(const std::string& name) {
  if (!name.empty() && std::all_of(name.begin(), name.end(), IsWordCharacter)) return name;
  std::string quoted = "\"";
  for (const char c : name) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + '"';
}

std::string PrintChild(const arrow::Field& field, std::string_view default_name) {
  std::string text = field.name() == default_name ? "" : PrintName(field.name()) + ": ";
  text += PrintType(*field.type());
  return field.nullable() ? text : text + " not null";
}

}  // namespace

Result<std::shared_ptr<arrow::DataType>> ParseType(std::string_view name) {
  TypePtr type = TypeParser(name).ParseAll();
  if (type == nullptr) return Fail(kBadType, {}, "'{}' is not the name of a type", name);
  return type;
}

std::string PrintType(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::HALF_FLOAT:
      return "float16";
    case arrow::Type::FLOAT:
      return "float32";
    case arrow::Type::DATE32:
      return "date";
    case arrow::Type::DATE64:
      return "date64";
    case arrow::Type::DECIMAL128: {
      const auto& decimal = static_cast<const arrow::DecimalType&>(type);
      return fmt::format("decimal({}, {})", decimal.precision(), decimal.scale());
    }
    case arrow::Type::TIMESTAMP: {
      const auto& timestamp = static_cast<const arrow::TimestampType&>(type);
      std::string unit = arrow::timestamp(timestamp.unit())->ToString();  // timestamp[us]
      if (timestamp.timezone().empty()) return unit;
      return unit.substr(0, unit.size() - 1) + ", " + timestamp.timezone() + "]";
    }
    case arrow::Type::LIST:
      return "list<" + PrintChild(*type.field(0), "item") + ">";
    case arrow::Type::LARGE_LIST:
      return "large_list<" + PrintChild(*type.field(0), "item") + ">";
    case arrow::Type::FIXED_SIZE_LIST:
      return fmt::format("fixed_size_list<{}>[{}]", PrintChild(*type.field(0), "item"),
                         static_cast<const arrow::FixedSizeListType&>(type).list_size());
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(type);
      return "map<" + PrintChild(*map.key_field()->WithNullable(true), "key") + ", " +
             PrintChild(*map.item_field(), "value") + (map.keys_sorted() ? ", keys_sorted>" : ">");
    }
    case arrow::Type::STRUCT: {
      std::string text = "struct<";
      for (int i = 0; i < type.num_fields(); ++i) {
        const arrow::Field& field = *type.field(i);
        if (i != 0) text += ", ";
        text += PrintName(field.name()) + ": " + PrintType(*field.type());
        if (!field.nullable()) text += " not null";
      }
      return text + ">";
    }
    case arrow::Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryType&>(type);
      return fmt::format("dictionary<values={}, indices={}, ordered={}>",
                         PrintType(*dictionary.value_type()), PrintType(*dictionary.index_type()),
                         dictionary.ordered() ? 1 : 0);
    }
    default:
      return type.ToString();
  }
}

}  // namespace pyforge::schema
