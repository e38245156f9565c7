#include "formats/parquet/schema_plan.h"

#include <arrow/array.h>
#include <arrow/array/builder_base.h>
#include <arrow/builder.h>
#include <arrow/compute/api.h>
#include <arrow/extension_type.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "pyforge/input.h"
#include "pyforge/options.h"
#include "pyforge/output.h"

namespace pyforge::parquet {
namespace {

using arrow::Type;

// Levels are held in a byte each; deeper nesting is a mistake or an attack.
constexpr size_t kDepthMax = 100;

std::optional<int32_t> FieldId(const arrow::Field& field) {
  if (field.metadata() == nullptr) return std::nullopt;
  const auto found = field.metadata()->Get("PARQUET:field_id");
  if (!found.ok()) return std::nullopt;
  int32_t id = 0;
  const char* end = found->data() + found->size();
  const auto [parsed, error] = std::from_chars(found->data(), end, id);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return id;
}

// Bytes that a two's complement number of `precision` decimal digits needs.
int DecimalBytes(int precision) {
  // log2(10) is a little less than 3.32193; exact for every precision up to 76.
  return (static_cast<int>(precision * 3.3219280948873626) + 1) / 8 + 1;
}

class Planner {
 public:
  explicit Planner(SchemaPlan* plan) : plan_(plan) {}

  Status AddColumn(const arrow::Field& field, int index) {
    leaf_ = LeafPlan{};
    leaf_.column_index = index;
    column_ = &field;
    return AddField(field, field.name(), field.nullable());
  }

 private:
  Status Refuse(const arrow::DataType& type, std::string_view reason) const {
    return Fail(kUnsupportedType, {.column = column_->name()},
                "the type {} of column '{}' cannot be written to Parquet{}", type.ToString(),
                column_->name(), reason);
  }

  Status AddField(const arrow::Field& field, const std::string& name, bool nullable) {
    // The extensions of children are for the children to tell.
    std::shared_ptr<arrow::DataType> type = PlainType(field.type(), false);
    std::string extension;
    while (type->id() == Type::EXTENSION) {
      const auto& extended = static_cast<const arrow::ExtensionType&>(*type);
      extension = extended.extension_name();
      type = PlainType(extended.storage_type(), false);
    }
    if (leaf_.nodes.size() >= kDepthMax) return Refuse(*type, ": it is nested too deeply");
    SchemaElement element;
    element.name = name;
    element.repetition = nullable ? Repetition::kOptional : Repetition::kRequired;
    element.field_id = FieldId(field);

    const LeafPlan outer = leaf_;
    leaf_.path.push_back(name);
    if (nullable) ++leaf_.definition_level_max;
    Status status;
    switch (type->id()) {
      case Type::STRUCT:
        status = AddStruct(*type, std::move(element), nullable);
        break;
      case Type::LIST:
      case Type::LARGE_LIST:
      case Type::FIXED_SIZE_LIST:
      case Type::LIST_VIEW:
      case Type::LARGE_LIST_VIEW:
        status = AddList(*type, std::move(element), nullable);
        break;
      case Type::MAP:
        status = AddMap(static_cast<const arrow::MapType&>(*type), std::move(element), nullable);
        break;
      default:
        status = AddLeaf(type, extension, std::move(element), nullable);
    }
    leaf_ = outer;
    return status;
  }

  Status AddStruct(const arrow::DataType& type, SchemaElement element, bool nullable) {
    if (type.num_fields() == 0) return Refuse(type, ": a group needs a column");
    element.child_count = type.num_fields();
    plan_->elements.push_back(std::move(element));
    leaf_.nodes.push_back({.kind = PathNode::Kind::kStruct, .nullable = nullable});
    const size_t depth = leaf_.nodes.size();
    for (int i = 0; i < type.num_fields(); ++i) {
      const arrow::Field& child = *type.field(i);
      leaf_.nodes[depth - 1].child_index = i;
      ARROW_RETURN_NOT_OK(AddField(child, child.name(), child.nullable()));
    }
    return Status::OK();
  }

  // The outer group and the repeated group that lists and maps have in common.
  void OpenRepeated(SchemaElement element, std::string group, int32_t child_count, bool nullable) {
    element.child_count = 1;
    plan_->elements.push_back(std::move(element));
    SchemaElement repeated;
    repeated.name = std::move(group);
    repeated.repetition = Repetition::kRepeated;
    repeated.child_count = child_count;
    leaf_.path.push_back(repeated.name);
    plan_->elements.push_back(std::move(repeated));
    ++leaf_.definition_level_max;
    ++leaf_.repetition_level_max;
    leaf_.nodes.push_back({.kind = PathNode::Kind::kList,
                           .nullable = nullable,
                           .repetition_level = leaf_.repetition_level_max});
  }

  Status AddList(const arrow::DataType& type, SchemaElement element, bool nullable) {
    element.converted = ConvertedType::kList;
    element.logical.kind = LogicalKind::kList;
    OpenRepeated(std::move(element), "list", 1, nullable);
    return AddField(*type.field(0), "element", type.field(0)->nullable());
  }

  Status AddMap(const arrow::MapType& type, SchemaElement element, bool nullable) {
    element.converted = ConvertedType::kMap;
    element.logical.kind = LogicalKind::kMap;
    OpenRepeated(std::move(element), "key_value", 2, nullable);
    leaf_.nodes.push_back({.kind = PathNode::Kind::kStruct, .nullable = false, .child_index = 0});
    const size_t depth = leaf_.nodes.size();
    ARROW_RETURN_NOT_OK(AddField(*type.key_field(), "key", false));
    leaf_.nodes[depth - 1].child_index = 1;
    return AddField(*type.item_field(), "value", type.item_field()->nullable());
  }

  Status AddLeaf(const std::shared_ptr<arrow::DataType>& type, const std::string& extension,
                 SchemaElement element, bool nullable) {
    leaf_.nodes.push_back({.kind = PathNode::Kind::kLeaf, .nullable = nullable});
    leaf_.type = type;
    ARROW_RETURN_NOT_OK(SetPhysical(*type, &element));
    if (extension == "arrow.uuid" && leaf_.value_bytes == 16) {
      element.logical.kind = LogicalKind::kUuid;
    } else if (extension == "arrow.json" && leaf_.kind == ValueKind::kByteArray) {
      element.logical.kind = LogicalKind::kJson;
      element.converted = ConvertedType::kJson;
    }
    element.type = leaf_.physical;
    element.type_length = leaf_.value_bytes;
    plan_->elements.push_back(std::move(element));
    plan_->leaves.push_back(leaf_);
    return Status::OK();
  }

  void Set(ValueKind kind, PhysicalType physical, int value_bytes, SortOrder order) {
    leaf_.kind = kind;
    leaf_.physical = physical;
    leaf_.value_bytes = value_bytes;
    leaf_.order = order;
  }

  void SetInteger(ValueKind kind, PhysicalType physical, int8_t bit_width, bool is_signed,
                  ConvertedType converted, SchemaElement* element) {
    Set(kind, physical, physical == PhysicalType::kInt64 ? 8 : 4,
        is_signed ? SortOrder::kSigned : SortOrder::kUnsigned);
    element->converted = converted;
    element->logical = {
        .kind = LogicalKind::kInteger, .bit_width = bit_width, .is_signed = is_signed};
  }

  static TimeUnit Unit(arrow::TimeUnit::type unit) {
    if (unit == arrow::TimeUnit::NANO) return TimeUnit::kNanos;
    return unit == arrow::TimeUnit::MICRO ? TimeUnit::kMicros : TimeUnit::kMillis;
  }

  // Arrow's times of day have no zone; the older notation knows none without.
  static void SetTime(arrow::TimeUnit::type unit, SchemaElement* element) {
    element->logical = {.kind = LogicalKind::kTime, .adjusted_to_utc = false, .unit = Unit(unit)};
  }

  void SetTimestamp(const arrow::TimestampType& type, SchemaElement* element) {
    const bool is_seconds = type.unit() == arrow::TimeUnit::SECOND;
    Set(is_seconds ? ValueKind::kSecondsStamp : ValueKind::kCopy, PhysicalType::kInt64, 8,
        SortOrder::kSigned);
    const bool has_zone = !type.timezone().empty();
    element->logical = {
        .kind = LogicalKind::kTimestamp, .adjusted_to_utc = has_zone, .unit = Unit(type.unit())};
    // The older notation knows instants only.
    if (!has_zone || type.unit() == arrow::TimeUnit::NANO) return;
    element->converted = type.unit() == arrow::TimeUnit::MICRO ? ConvertedType::kTimestampMicros
                                                               : ConvertedType::kTimestampMillis;
  }

  Status SetDecimal(const arrow::DecimalType& type, SchemaElement* element) {
    if (type.scale() < 0 || type.scale() > type.precision()) {
      return Refuse(type, ": the scale lies outside of 0 to the precision");
    }
    element->logical.kind = LogicalKind::kDecimal;
    element->converted = ConvertedType::kDecimal;
    element->scale = type.scale();
    element->precision = type.precision();
    if (type.precision() <= 9) {
      Set(ValueKind::kDecimalInt32, PhysicalType::kInt32, 4, SortOrder::kSigned);
    } else if (type.precision() <= 18) {
      Set(ValueKind::kDecimalInt64, PhysicalType::kInt64, 8, SortOrder::kSigned);
    } else {
      Set(ValueKind::kDecimalFixed, PhysicalType::kFixedLengthByteArray,
          DecimalBytes(type.precision()), SortOrder::kDecimalBytes);
    }
    return Status::OK();
  }

  Status SetPhysical(const arrow::DataType& type, SchemaElement* element) {
    switch (type.id()) {
      case Type::NA:
        Set(ValueKind::kNull, PhysicalType::kInt32, 4, SortOrder::kNone);
        element->logical.kind = LogicalKind::kUnknown;
        return Status::OK();
      case Type::BOOL:
        Set(ValueKind::kBoolean, PhysicalType::kBoolean, 1, SortOrder::kUnsigned);
        return Status::OK();
      case Type::INT8:
        SetInteger(ValueKind::kInt8, PhysicalType::kInt32, 8, true, ConvertedType::kInt8, element);
        return Status::OK();
      case Type::INT16:
        SetInteger(ValueKind::kInt16, PhysicalType::kInt32, 16, true, ConvertedType::kInt16,
                   element);
        return Status::OK();
      case Type::UINT8:
        SetInteger(ValueKind::kUint8, PhysicalType::kInt32, 8, false, ConvertedType::kUint8,
                   element);
        return Status::OK();
      case Type::UINT16:
        SetInteger(ValueKind::kUint16, PhysicalType::kInt32, 16, false, ConvertedType::kUint16,
                   element);
        return Status::OK();
      case Type::UINT32:
        SetInteger(ValueKind::kCopy, PhysicalType::kInt32, 32, false, ConvertedType::kUint32,
                   element);
        return Status::OK();
      case Type::UINT64:
        SetInteger(ValueKind::kCopy, PhysicalType::kInt64, 64, false, ConvertedType::kUint64,
                   element);
        return Status::OK();
      case Type::INT32:
        Set(ValueKind::kCopy, PhysicalType::kInt32, 4, SortOrder::kSigned);
        return Status::OK();
      case Type::INT64:
      case Type::DURATION:
        Set(ValueKind::kCopy, PhysicalType::kInt64, 8, SortOrder::kSigned);
        return Status::OK();
      case Type::HALF_FLOAT:
        Set(ValueKind::kCopy, PhysicalType::kFixedLengthByteArray, 2, SortOrder::kHalf);
        element->logical.kind = LogicalKind::kFloat16;
        return Status::OK();
      case Type::FLOAT:
        Set(ValueKind::kCopy, PhysicalType::kFloat, 4, SortOrder::kFloat);
        return Status::OK();
      case Type::DOUBLE:
        Set(ValueKind::kCopy, PhysicalType::kDouble, 8, SortOrder::kFloat);
        return Status::OK();
      case Type::DATE32:
      case Type::DATE64:
        Set(type.id() == Type::DATE32 ? ValueKind::kCopy : ValueKind::kDate64, PhysicalType::kInt32,
            4, SortOrder::kSigned);
        element->logical.kind = LogicalKind::kDate;
        element->converted = ConvertedType::kDate;
        return Status::OK();
      case Type::TIME32: {
        const auto unit = static_cast<const arrow::Time32Type&>(type).unit();
        Set(unit == arrow::TimeUnit::SECOND ? ValueKind::kSecondsTime : ValueKind::kCopy,
            PhysicalType::kInt32, 4, SortOrder::kSigned);
        SetTime(unit, element);
        return Status::OK();
      }
      case Type::TIME64:
        Set(ValueKind::kCopy, PhysicalType::kInt64, 8, SortOrder::kSigned);
        SetTime(static_cast<const arrow::Time64Type&>(type).unit(), element);
        return Status::OK();
      case Type::TIMESTAMP:
        SetTimestamp(static_cast<const arrow::TimestampType&>(type), element);
        return Status::OK();
      case Type::DECIMAL32:
      case Type::DECIMAL64:
      case Type::DECIMAL128:
      case Type::DECIMAL256:
        return SetDecimal(static_cast<const arrow::DecimalType&>(type), element);
      case Type::STRING:
      case Type::LARGE_STRING:
      case Type::STRING_VIEW:
        leaf_.is_text = true;
        element->logical.kind = LogicalKind::kString;
        element->converted = ConvertedType::kUtf8;
        [[fallthrough]];
      case Type::BINARY:
      case Type::LARGE_BINARY:
      case Type::BINARY_VIEW:
        Set(ValueKind::kByteArray, PhysicalType::kByteArray, 0, SortOrder::kBytes);
        return Status::OK();
      case Type::FIXED_SIZE_BINARY: {
        const int width = static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width();
        if (width == 0) return Refuse(type, ": values need a byte");
        Set(ValueKind::kCopy, PhysicalType::kFixedLengthByteArray, width, SortOrder::kBytes);
        return Status::OK();
      }
      default:
        return Refuse(type, "");
    }
  }

  SchemaPlan* plan_;
  LeafPlan leaf_;
  const arrow::Field* column_ = nullptr;
};

// Arrow's own kernel takes no views, and many dictionaries are small and used by many rows.
Result<std::shared_ptr<arrow::Array>> TakeValues(const std::shared_ptr<arrow::Array>& values,
                                                 const arrow::Array& codes,
                                                 arrow::MemoryPool* pool) {
  if (!arrow::is_binary_view_like(values->type_id())) {
    arrow::compute::ExecContext context(pool);
    context.set_use_threads(false);
    ARROW_ASSIGN_OR_RAISE(
        arrow::Datum taken,
        arrow::compute::Take(arrow::Datum(values), arrow::Datum(codes.data()),
                             arrow::compute::TakeOptions::BoundsCheck(), &context));
    return taken.make_array();
  }
  std::unique_ptr<arrow::ArrayBuilder> builder;
  ARROW_RETURN_NOT_OK(arrow::MakeBuilder(pool, values->type(), &builder));
  const arrow::ArraySpan span(*values->data());
  for (int64_t i = 0; i < codes.length(); ++i) {
    if (codes.IsNull(i)) {
      ARROW_RETURN_NOT_OK(builder->AppendNull());
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(auto code, codes.GetScalar(i));
    ARROW_ASSIGN_OR_RAISE(code, code->CastTo(arrow::int64()));
    const int64_t at = static_cast<const arrow::Int64Scalar&>(*code).value;
    if (at < 0 || at >= values->length()) return Status::IndexError("a code without a value");
    ARROW_RETURN_NOT_OK(builder->AppendArraySlice(span, at, 1));
  }
  return builder->Finish();
}

// Arrow's own decoder lies in a library that nothing else here needs.
Result<std::shared_ptr<arrow::Array>> RunOfEachRow(const arrow::RunEndEncodedArray& runs,
                                                   arrow::MemoryPool* pool) {
  ARROW_ASSIGN_OR_RAISE(auto ends, arrow::compute::Cast(*runs.run_ends(), arrow::int64()));
  const auto& run_ends = static_cast<const arrow::Int64Array&>(*ends);
  arrow::Int64Builder builder(pool);
  ARROW_RETURN_NOT_OK(builder.Reserve(runs.length()));
  int64_t run = runs.FindPhysicalOffset();
  for (int64_t row = 0; row < runs.length(); ++row) {
    while (run_ends.Value(run) <= runs.offset() + row) ++run;
    builder.UnsafeAppend(run);
  }
  return builder.Finish();
}

std::shared_ptr<arrow::Field> PlainField(const std::shared_ptr<arrow::Field>& field,
                                         bool drop_extensions) {
  return field->WithType(PlainType(field->type(), drop_extensions));
}

}  // namespace

std::shared_ptr<arrow::DataType> PlainType(const std::shared_ptr<arrow::DataType>& type,
                                           bool drop_extensions) {
  const auto child = [&](int i) { return PlainField(type->field(i), drop_extensions); };
  switch (type->id()) {
    case Type::DICTIONARY:
      return PlainType(static_cast<const arrow::DictionaryType&>(*type).value_type(),
                       drop_extensions);
    case Type::RUN_END_ENCODED:
      return PlainType(static_cast<const arrow::RunEndEncodedType&>(*type).value_type(),
                       drop_extensions);
    case Type::EXTENSION:
      if (!drop_extensions) return type;
      return PlainType(static_cast<const arrow::ExtensionType&>(*type).storage_type(), true);
    case Type::STRUCT: {
      arrow::FieldVector fields;
      for (int i = 0; i < type->num_fields(); ++i) fields.push_back(child(i));
      return arrow::struct_(fields);
    }
    case Type::LIST:
      return arrow::list(child(0));
    case Type::LARGE_LIST:
      return arrow::large_list(child(0));
    case Type::LIST_VIEW:
      return arrow::list_view(child(0));
    case Type::LARGE_LIST_VIEW:
      return arrow::large_list_view(child(0));
    case Type::FIXED_SIZE_LIST:
      return arrow::fixed_size_list(
          child(0), static_cast<const arrow::FixedSizeListType&>(*type).list_size());
    case Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(PlainField(map.key_field(), drop_extensions),
                                              PlainField(map.item_field(), drop_extensions),
                                              map.keys_sorted());
    }
    default:
      return type;
  }
}

namespace {

std::shared_ptr<arrow::DataType> StoredType(const std::shared_ptr<arrow::DataType>& type) {
  arrow::FieldVector children;
  for (const auto& child : type->fields()) {
    children.push_back(child->WithType(StoredType(child->type())));
  }
  switch (type->id()) {
    case Type::LIST:
    case Type::LIST_VIEW:
      return arrow::list(children[0]);
    case Type::LARGE_LIST:
    case Type::LARGE_LIST_VIEW:
      return arrow::large_list(children[0]);
    case Type::FIXED_SIZE_LIST:
      return arrow::fixed_size_list(
          children[0], static_cast<const arrow::FixedSizeListType&>(*type).list_size());
    case Type::STRUCT:
      return arrow::struct_(children);
    case Type::MAP: {
      const auto& map = static_cast<const arrow::MapType&>(*type);
      return std::make_shared<arrow::MapType>(children[0]->type()->field(0),
                                              children[0]->type()->field(1), map.keys_sorted());
    }
    default:
      return type;
  }
}

}  // namespace

std::shared_ptr<arrow::Schema> StoredSchema(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  for (const auto& field : schema.fields()) {
    fields.push_back(field->WithType(StoredType(field->type())));
  }
  return arrow::schema(std::move(fields), schema.metadata());
}

Result<std::shared_ptr<arrow::Array>> PlainArray(const std::shared_ptr<arrow::Array>& array,
                                                 arrow::MemoryPool* pool) {
  switch (array->type_id()) {
    case Type::EXTENSION:
      return PlainArray(static_cast<const arrow::ExtensionArray&>(*array).storage(), pool);
    case Type::DICTIONARY: {
      const auto& dictionary = static_cast<const arrow::DictionaryArray&>(*array);
      ARROW_ASSIGN_OR_RAISE(auto values, PlainArray(dictionary.dictionary(), pool));
      return TakeValues(values, *dictionary.indices(), pool);
    }
    case Type::RUN_END_ENCODED: {
      const auto& runs = static_cast<const arrow::RunEndEncodedArray&>(*array);
      ARROW_ASSIGN_OR_RAISE(auto values, PlainArray(runs.values(), pool));
      ARROW_ASSIGN_OR_RAISE(auto codes, RunOfEachRow(runs, pool));
      return TakeValues(values, *codes, pool);
    }
    case Type::STRUCT:
    case Type::LIST:
    case Type::LARGE_LIST:
    case Type::LIST_VIEW:
    case Type::LARGE_LIST_VIEW:
    case Type::FIXED_SIZE_LIST:
    case Type::MAP: {
      const std::shared_ptr<arrow::DataType> type = PlainType(array->type(), true);
      if (type->Equals(*array->type())) return array;
      auto data = array->data()->Copy();
      data->type = type;
      for (std::shared_ptr<arrow::ArrayData>& each : data->child_data) {
        ARROW_ASSIGN_OR_RAISE(auto child, PlainArray(arrow::MakeArray(each), pool));
        each = child->data();
      }
      return arrow::MakeArray(data);
    }
    default:
      return array;
  }
}

Result<SchemaPlan> PlanSchema(const arrow::Schema& schema) {
  SchemaPlan plan;
  SchemaElement root;
  root.name = "schema";
  root.child_count = schema.num_fields();
  plan.elements.push_back(std::move(root));
  arrow::FieldVector fields;
  Planner planner(&plan);
  for (int i = 0; i < schema.num_fields(); ++i) {
    ARROW_RETURN_NOT_OK(planner.AddColumn(*schema.field(i), i));
    fields.push_back(PlainField(schema.field(i), false));
  }
  plan.schema = arrow::schema(std::move(fields), schema.metadata());
  return plan;
}

Status ChooseBloomFilters(std::span<const std::string> names, SchemaPlan* plan) {
  std::vector<std::string> paths;
  for (const LeafPlan& leaf : plan->leaves) {
    paths.push_back(fmt::format("{}", fmt::join(leaf.path, ".")));
  }
  for (const std::string& name : names) {
    bool is_leaf = false;
    for (size_t i = 0; i < paths.size(); ++i) {
      if (paths[i] != name) continue;
      LeafPlan& leaf = plan->leaves[i];
      if (leaf.kind == ValueKind::kBoolean || leaf.kind == ValueKind::kNull) {
        return Fail(
            kBadOption, {.column = leaf.path.front()},
            "the option 'bloom_filters' cannot be '{}': there is no bloom filter of {} values",
            name, leaf.type->ToString());
      }
      leaf.has_bloom_filter = is_leaf = true;
    }
    if (is_leaf) continue;
    for (size_t i = 0; i < paths.size(); ++i) {
      if (plan->leaves[i].path.front() != name) continue;
      return Fail(kBadOption, {.column = name},
                  "the option 'bloom_filters' cannot be '{}': the column is nested, name values in "
                  "it, such as '{}'",
                  name, paths[i]);
    }
    const std::vector<std::string_view> known(paths.begin(), paths.end());
    const std::string_view nearest = NearestName(name, known);
    return Fail(kNoSuchColumn, {.column = name}, "there is no column '{}'{}", name,
                nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest));
  }
  return Status::OK();
}

}  // namespace pyforge::parquet
